//! Labels on their way into training: which rows teach, which are watched.

use crate::feed::Feed;
use crate::random::{Purpose, stream};
use ndarray::Array2;
use rand::seq::SliceRandom;
use std::collections::BTreeSet;

/// One-hot rows, zeros where nothing is known: images × classes.
pub(crate) fn one_hot(labels: &[Option<usize>], n_classes: usize) -> Array2<f32> {
    Array2::from_shape_fn((labels.len(), n_classes), |(i, class)| f32::from(labels[i] == Some(class)))
}

/// Gives `feed` the labels and sets `fraction` of the labelled images of every class aside to be watched, at least one of a class of two or
/// more. The same labels and seed give the same images in every stage.
pub(crate) fn attach(
    feed: &mut Feed<'_>,
    labels: &[Option<usize>],
    n_classes: usize,
    fraction: f64,
    seed: u64,
) {
    feed.classes = Some(one_hot(labels, n_classes));
    let mut development = BTreeSet::new();
    for class in 0..n_classes {
        let mut rows: Vec<usize> = (0..labels.len()).filter(|&row| labels[row] == Some(class)).collect();
        rows.shuffle(&mut stream(seed, Purpose::Development, class as u64));
        let n = ((fraction * rows.len() as f64).round() as usize).max(1).min(rows.len() - 1);
        development.extend(rows.into_iter().take(n));
    }
    feed.rows = (0..labels.len()).filter(|row| !development.contains(row)).collect();
    feed.development = development.into_iter().collect();
}
