//! Images in chunks: the answers for all of them, errors at their row, one chunk read ahead.

use super::{Models, blobs, dec};
use manyhands_dec::{Autoencoder, Dec, Error, Multitask, Result, Supervised};
use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate, s};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Cuts rows into chunks of these heights and what is left.
fn cut(images: &Array2<f32>, heights: &[usize]) -> Vec<Array2<f32>> {
    let mut start = 0;
    let mut chunks = Vec::new();
    for &height in heights.iter().chain([&images.nrows()]) {
        let end = images.nrows().min(start + height);
        chunks.push(images.slice(s![start..end, ..]).to_owned());
        start = end;
    }
    chunks
}

fn stacked<T: Clone>(parts: impl Iterator<Item = Result<Array2<T>>>) -> Array2<T> {
    let parts: Vec<_> = parts.map(Result::unwrap).collect();
    concatenate(Axis(0), &parts.iter().map(Array2::view).collect::<Vec<_>>()).unwrap()
}

fn joined(parts: impl Iterator<Item = Result<Array1<usize>>>) -> Vec<usize> {
    parts.flat_map(|part| part.unwrap().to_vec()).collect()
}

#[test]
fn every_model_answers_chunks_as_it_answers_all_images() {
    let Models { images, autoencoder, dec, multitask, supervised } =
        Models::of(blobs(300, 3, 20, 0.5), 200, &dec());
    let all = images.view();
    for heights in [vec![], vec![300], vec![1, 0, 255, 40], vec![100; 2]] {
        let chunks = || cut(&images, &heights).into_iter().map(Ok::<_, Error>);
        assert_eq!(
            stacked(autoencoder.in_chunks(chunks(), Autoencoder::transform)),
            autoencoder.transform(all).unwrap(),
        );
        assert_eq!(
            stacked(autoencoder.in_chunks(chunks(), Autoencoder::reconstruct)),
            autoencoder.reconstruct(all).unwrap(),
        );
        assert_eq!(stacked(dec.in_chunks(chunks(), Dec::transform)), dec.transform(all).unwrap());
        assert_eq!(stacked(dec.in_chunks(chunks(), Dec::predict_proba)), dec.predict_proba(all).unwrap());
        assert_eq!(
            stacked(multitask.in_chunks(chunks(), Multitask::predict_proba)),
            multitask.predict_proba(all).unwrap(),
        );
        assert_eq!(joined(dec.in_chunks(chunks(), Dec::predict)), dec.predict(all).unwrap().to_vec());
        assert_eq!(
            joined(multitask.in_chunks(chunks(), Multitask::predict_clusters)),
            multitask.predict_clusters(all).unwrap().to_vec()
        );
        assert_eq!(
            joined(supervised.in_chunks(chunks(), Supervised::predict)),
            supervised.predict(all).unwrap().to_vec()
        );
    }
    let none = std::iter::empty::<Result<Array2<f32>>>();
    assert_eq!(dec.in_chunks(none, Dec::predict).count(), 0);
}

#[test]
fn clusters_are_those_of_the_highest_probability() {
    let Models { images, dec, multitask, .. } = Models::of(blobs(300, 3, 20, 0.5), 200, &dec());
    let hard = |q: Array2<f64>| {
        q.map_axis(Axis(1), |q| (1..q.len()).fold(0, |best, k| if q[k] > q[best] { k } else { best }))
    };
    assert_eq!(dec.predict(images.view()).unwrap(), hard(dec.predict_proba(images.view()).unwrap()));
    let clusters = multitask.predict_clusters(images.view()).unwrap();
    assert_eq!(clusters, hard(multitask.into_dec().predict_proba(images.view()).unwrap()));
}

#[test]
fn an_error_names_the_row_among_all_chunks_and_ends_them() {
    let Models { mut images, dec, .. } = Models::of(blobs(300, 3, 20, 0.5), 200, &dec());
    images[[210, 7]] = f32::NAN;
    let chunks = cut(&images, &[100, 100, 50]).into_iter().map(Ok::<_, Error>);
    let mut answers = dec.in_chunks(chunks, Dec::predict);
    assert_eq!(answers.next().unwrap().unwrap().len(), 100);
    assert_eq!(answers.next().unwrap().unwrap().len(), 100);
    let error = answers.next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "images[210, 7] = NaN: wants a finite number");
    assert!(answers.next().is_none() && answers.next().is_none());

    let narrow = [Ok::<_, Error>(Array2::zeros((5, 19)))];
    let error = dec.in_chunks(narrow, Dec::predict).next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "images has 19 columns: the model wants 20");
}

/// What a program's own reader may say.
#[derive(Debug)]
enum Trouble {
    Disk,
    Model(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Model(error)
    }
}

#[test]
fn errors_of_the_reader_are_handed_on_after_the_chunks_before_them() {
    let Models { images, dec, .. } = Models::of(blobs(300, 3, 20, 0.5), 200, &dec());
    let chunks = || vec![Ok(images.clone()), Err(Trouble::Disk), Ok(images.clone())];
    let answers: Vec<_> = dec.in_chunks(chunks(), Dec::predict).collect();
    assert!(matches!(answers[..], [Ok(_), Err(Trouble::Disk)]));
    let broken = |_: &Dec, _: ArrayView2<'_, f32>| -> Result<()> { Err(Error::Width { got: 1, wants: 2 }) };
    let answers: Vec<_> = dec.in_chunks(chunks(), broken).collect();
    assert!(matches!(answers[..], [Err(Trouble::Model(Error::Width { .. }))]));
}

#[test]
fn one_chunk_is_read_ahead_and_no_more() {
    let Models { images, dec, .. } = Models::of(blobs(300, 3, 20, 0.5), 200, &dec());
    let n_read = AtomicUsize::new(0);
    let chunks = (0..10).map(|_| {
        n_read.fetch_add(1, Ordering::SeqCst);
        Ok::<_, Error>(images.clone())
    });
    let mut answers = dec.in_chunks(chunks, Dec::predict);
    assert_eq!(n_read.load(Ordering::SeqCst), 0);
    for n_answers in 1..10 {
        answers.next().unwrap().unwrap();
        assert_eq!(n_read.load(Ordering::SeqCst), n_answers + 1);
    }
}
