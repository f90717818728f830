//! New centres for a retrained embedding, and a head that moves to them.

use super::{autoencoder, blobs, dec, recluster};
use manyhands_dec::{Error, HeadInput, Multitask};
use manyhands_metrics::{Binary, ClusterMap};
use ndarray::Array2;

/// Four groups that anybody sees; one image in twenty is marked, in any of them.
fn marked() -> (Array2<f32>, Vec<usize>) {
    let (mut images, _) = blobs(600, 4, 40, 0.3);
    let marks: Vec<usize> = (0..600).map(|i| usize::from(i % 20 == i / 20 % 4)).collect();
    for (mut image, &mark) in images.rows_mut().into_iter().zip(&marks) {
        image.slice_mut(ndarray::s![..6]).fill(mark as f32);
    }
    (images, marks)
}

fn taught() -> (Array2<f32>, Vec<usize>, Multitask) {
    let (images, marks) = marked();
    let labels: Vec<_> = marks.iter().copied().map(Some).collect();
    let start = dec().fit_with(autoencoder().fit(images.view()).unwrap(), images.view()).unwrap();
    let params = Multitask::params(2).seed(5).batch_size(64).head_input(HeadInput::Embedding);
    let model = params.fit_with(start, images.view(), &labels).unwrap();
    (images, marks, model)
}

/// F1 of the marked images when each cluster takes the class of most of its images.
fn strict_f1(marks: &[usize], clusters: &[usize]) -> f64 {
    let map = ClusterMap::strict(marks, clusters).unwrap();
    Binary::of_class(marks, &map.apply(clusters), 1).unwrap().f1()
}

#[test]
fn a_rare_class_gets_clusters_of_its_own_and_reclustering_keeps_them() {
    let (images, marks, model) = taught();
    let images = images.view();
    let labels: Vec<_> = marks.iter().copied().map(Some).collect();
    let classes = model.predict(images).unwrap();
    let seeded = model.reseed(images, 6, 5).unwrap();
    let clusters = seeded.predict_clusters(images).unwrap();
    assert!(strict_f1(&marks, clusters.as_slice().unwrap()) > 0.95);
    // √570 to √30: the six are shared out five to one, the classes in order.
    let of = |class: usize| classes.iter().zip(&clusters).filter(move |(of, _)| **of == class);
    let usual = |class: usize, is_own: fn(usize) -> bool| {
        let n_own = of(class).filter(|&(_, &cluster)| is_own(cluster)).count();
        assert!(n_own as f64 >= 0.95 * of(class).count() as f64, "class {class}");
    };
    usual(0, |cluster| cluster < 5);
    usual(1, |cluster| cluster == 5);
    // The head says on the clusters what it said on the embedding.
    let moved = seeded.predict(images).unwrap();
    assert!(moved.iter().zip(&classes).filter(|(a, b)| a != b).count() <= 6);

    let again = recluster().fit_with(seeded, images, &labels).unwrap();
    assert!(strict_f1(&marks, again.predict(images).unwrap().as_slice().unwrap()) > 0.95);
}

#[test]
fn the_same_seed_gives_the_same_clusters_on_any_number_of_threads() {
    let (images, _, model) = taught();
    let on = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| model.clone().reseed(images.view(), 6, 5).unwrap())
    };
    assert!(on(1) == on(2));
}

#[test]
fn too_few_clusters_or_images_are_named() {
    let (images, _, model) = taught();
    let error = |n_clusters: usize, images: &Array2<f32>| {
        model.clone().reseed(images.view(), n_clusters, 5).unwrap_err()
    };
    assert_eq!(error(0, &images).to_string(), "n_clusters = 0: wants at least 1");
    let wants = "n_clusters = 1: wants at least one for every class that is predicted";
    assert_eq!(error(1, &images).to_string(), wants);
    let few = images.slice(ndarray::s![..4, ..]).to_owned();
    assert!(matches!(error(5, &few), Error::TooFewImages { got: 4, wants: 5, .. }));
    let narrow = images.slice(ndarray::s![.., ..39]).to_owned();
    assert!(matches!(error(6, &narrow), Error::Width { .. }));
}
