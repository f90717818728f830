//! Tests of manyhands-dec.

// Changes of images that leave their meaning.
mod augmentation;
// The two engines, and what one of them says of the other.
mod backends;
// Images in chunks: the answers for all of them, errors at their row, one chunk read ahead.
mod chunks;
// Same seed, same bits: twice, and for any number of threads.
mod determinism;
// Epochs handed out: order, counts, reasons to stop.
mod epochs;
// Saved models, and files that are none.
mod files;
// k-means beside a slow twin, and what must hold for any rows.
mod kmeans;
// Hard, soft and missing labels, what they count, and weights that change along the way.
mod labels;
// Data on which the right answer is known.
mod learning;
// linfa's traits and datasets.
mod linfa_traits;
// Wrong parameters, images and labels, one line each.
mod malformed;
// Principal components beside a slow twin.
mod pca;
// What each profile sets.
mod profiles;
// New centres for a retrained embedding.
mod reseed;
// Trainings that were broken off and taken up again.
mod resume;
// What a network sees of an image.
mod scales;
// Sizes of clusters: the balance of the target, collapse, and centres that are merged.
mod skew;
// q, P, their divergence and its gradient.
mod student;

use manyhands_dec::{
    Augmentation, Autoencoder, AutoencoderParams, Dec, DecParams, Multitask, MultitaskParams, Recluster,
    ReclusterParams, Segment, Supervised, SupervisedParams,
};
use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Images around a pattern per group, with noise, and the group of each: group `i % n_groups`.
fn blobs(n_images: usize, n_groups: usize, n_pixels: usize, noise: f32) -> (Array2<f32>, Vec<usize>) {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let patterns =
        Array2::from_shape_simple_fn((n_groups, n_pixels), || f32::from(u8::from(rng.random_bool(0.4))));
    let groups: Vec<usize> = (0..n_images).map(|i| i % n_groups).collect();
    let images = Array2::from_shape_fn((n_images, n_pixels), |(i, j)| {
        patterns[[groups[i], j]] + noise * rng.random_range(-1.0..1.0)
    });
    (images, groups)
}

/// Labels of the first `n_known` images.
fn labelled(groups: &[usize], n_known: usize) -> Vec<Option<usize>> {
    groups.iter().enumerate().map(|(i, &group)| (i < n_known).then_some(group)).collect()
}

/// Small trainings, a few epochs each: what they learn does not matter. Layers are wide enough to be cut into several blocks.
fn autoencoder() -> AutoencoderParams {
    autoencoder_with(&[80, 4])
}

/// The same with such layers.
fn autoencoder_with(dims: &[usize]) -> AutoencoderParams {
    Autoencoder::params(dims)
        .seed(5)
        .batch_size(64)
        .layer_schedule(&[Segment::epochs(1, 1e-2), Segment::epochs(1, 1e-3)])
        .fine_tune_schedule(&[Segment::epochs(3, 1e-3)])
        .neighbour_schedule(&[Segment::epochs(1, 1e-3)])
        .n_graphs(2)
        .n_neighbours(5)
}

fn dec() -> DecParams {
    dec_with(3)
}

/// The same with so many clusters.
fn dec_with(n_clusters: usize) -> DecParams {
    // Seven steps are no whole number of passes; the clusters must not come to rest.
    Dec::params(n_clusters)
        .seed(5)
        .batch_size(64)
        .n_restarts(2)
        .update_interval(Some(7))
        .tolerance(0.0)
        .schedule(&[Segment::epochs(4, 0.01)])
}

fn multitask() -> MultitaskParams {
    Multitask::params(3).seed(5).batch_size(64).cluster_weight(0.1).schedule(&[Segment::epochs(4, 1e-3)])
}

fn recluster() -> ReclusterParams {
    Recluster::params().seed(5).batch_size(64).tolerance(0.0).schedule(&[Segment::epochs(4, 0.01)])
}

fn supervised() -> SupervisedParams {
    Supervised::params(&[80, 4], 3).seed(5).batch_size(64).schedule(&[Segment::epochs(4, 1e-3)])
}

/// Of every image that comes by, what is drawn for it, and its first pixel.
type Seen = Arc<Mutex<Vec<(u64, f32)>>>;

/// A change of images that changes nothing, and the list that it keeps.
fn watching() -> (Augmentation, Seen) {
    let seen = Seen::default();
    let list = Arc::clone(&seen);
    let watching = Augmentation::new("watching", move |image, draw, mut changed| {
        list.lock().unwrap().push((draw, image[0]));
        changed.assign(&image);
    });
    (watching, seen)
}

/// One model of every kind, and the images that they learned from.
struct Models {
    images: Array2<f32>,
    autoencoder: Autoencoder,
    dec: Dec,
    multitask: Multitask,
    supervised: Supervised,
}

impl Models {
    /// Taught the groups of the first `n_known` images.
    fn of((images, groups): (Array2<f32>, Vec<usize>), n_known: usize, dec: &DecParams) -> Self {
        let labels = labelled(&groups, n_known);
        let autoencoder = autoencoder().fit(images.view()).unwrap();
        let dec = dec.fit_with(autoencoder.clone(), images.view()).unwrap();
        let multitask = multitask().fit_with(dec.clone(), images.view(), &labels).unwrap();
        let supervised = supervised().fit(images.view(), &labels).unwrap();
        Self { images, autoencoder, dec, multitask, supervised }
    }
}

/// What `save` writes.
fn bytes(save: impl FnOnce(&Path) -> manyhands_dec::Result<()>) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model");
    save(&path).unwrap();
    std::fs::read(path).unwrap()
}
