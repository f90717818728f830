//! What a few labels add: the clustering retrained on the classes of some images, and scored on the others.

use anyhow::{Result, ensure};
use common::session::{Model, Session};
use manyhands_dec::{Dec, Multitask, Profile, Segment};
use ndarray::ArrayView2;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Share of the images without a label whose class the retrained model tells right.
pub(crate) fn accuracy(
    dec: Dec,
    images: ArrayView2<'_, f32>,
    truth: &[usize],
    n_labels: usize,
    (profile, seed, max_epochs): (Profile, u64, Option<usize>),
    session: &Session,
) -> Result<f64> {
    ensure!(n_labels < truth.len(), "--labels {n_labels}: wants fewer than the {} images", truth.len());
    let mut rows: Vec<usize> = (0..truth.len()).collect();
    rows.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let mut labels = vec![None; truth.len()];
    rows[..n_labels].iter().for_each(|&row| labels[row] = Some(truth[row]));
    let n_classes = truth.iter().max().map_or(0, |&most| most + 1);
    let (multitask, _) = session.train(
        "multitask",
        &Model { save: |m: &Multitask, path| m.save(path), load: |path| Multitask::load(path) },
        || {
            let params = Multitask::params(n_classes).profile(profile).seed(seed).max_epochs(max_epochs);
            // Ten labels in a thousand images say which cluster is what, and correct a few; the clusters hold everything else in its place.
            let params = if profile == Profile::Quick {
                params.cluster_weight(1.0).schedule(&[Segment::longer(5, 300, 1e-4)])
            } else {
                params
            };
            Ok(params.training(dec, images, &labels)?)
        },
        |_, _| Ok(()),
    )?;
    let classes = multitask.predict(images)?;
    let right = rows[n_labels..].iter().filter(|&&row| classes[row] == truth[row]).count();
    Ok(right as f64 / (rows.len() - n_labels) as f64)
}
