//! The development set: which labelled images are watched instead of taught, and by what they pick the best epoch.

use crate::feed::Feed;
use crate::labels::Labels;
use crate::random::{Purpose, stream};
use crate::teaching::Teaching;
use rand::Rng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// By what a development set picks the best epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Selection {
    /// The class loss falls.
    Class,
    /// Class loss **and** reconstruction loss fall, as in the program of Wright et al. (2019).
    ClassAndReconstruction,
}

/// Gives `feed` the labels and sets a fraction of the labelled images of every class aside to be watched, at least one of a class of two or
/// more. The same labels and seed give the same images in every stage, and labels that come later leave nearly all of them where they are: hardly an
/// image that has taught is watched in the next round. The labels have been checked.
pub(crate) fn attach(
    feed: &mut Feed<'_>,
    labels: Labels<'_>,
    n_classes: usize,
    teaching: &Teaching,
    seed: u64,
) {
    feed.classes = Some(labels.table(n_classes, &teaching.label_weights));
    // Lots are drawn for all images, labelled or not.
    let mut rng = stream(seed, Purpose::Development, 0);
    let lots: Vec<u64> = (0..labels.len()).map(|_| rng.random()).collect();
    let mut development = BTreeSet::new();
    for class in 0..n_classes {
        let mut rows: Vec<usize> =
            (0..labels.len()).filter(|&row| labels.class(row) == Some(class)).collect();
        rows.sort_by_key(|&row| lots[row]);
        let n =
            ((teaching.development_fraction * rows.len() as f64).round() as usize).max(1).min(rows.len() - 1);
        development.extend(rows.into_iter().take(n));
    }
    feed.rows = (0..labels.len()).filter(|row| !development.contains(row)).collect();
    feed.development = development.into_iter().collect();
}
