//! Sizes of clusters: the balance of the target, collapse, and centres that are merged.

use super::{autoencoder, blobs, dec, dec_with};
use manyhands_dec::{Autoencoder, Dec, DecParams, Initialisation, Segment, StopReason};
use ndarray::Array2;

fn sizes(dec: &Dec, images: &Array2<f32>) -> Vec<usize> {
    let mut sizes = vec![0; dec.n_clusters()];
    for cluster in dec.predict(images.view()).unwrap() {
        sizes[cluster] += 1;
    }
    sizes
}

/// One large group, and one of a tenth of its size near by.
fn skewed() -> (Array2<f32>, Autoencoder) {
    let (images, _) = blobs(220, 11, 30, 0.6);
    let (groups, _) = blobs(2, 2, 30, 0.0);
    let images = Array2::from_shape_fn((220, 30), |(i, j)| {
        groups[[usize::from(i % 11 == 0), j]] + 0.3 * images[[i, j]]
    });
    let start = autoencoder().fit(images.view()).unwrap();
    (images, start)
}

/// All clusters follow the largest one.
fn rich_get_richer() -> DecParams {
    Dec::params(6).seed(5).batch_size(64).balance(-8.0).tolerance(0.0).schedule(&[Segment::epochs(60, 0.1)])
}

#[test]
fn clusters_that_run_into_each_other_are_named_as_the_reason_to_stop() {
    let (images, _) = blobs(200, 3, 30, 0.6);
    let start = autoencoder().fit(images.view()).unwrap();
    let collapsed = rich_get_richer().fit_with(start.clone(), images.view()).unwrap();
    let report = collapsed.report();
    assert_eq!(report.stop_reason, StopReason::Collapsed, "{:?}", sizes(&collapsed, &images));
    assert!(report.epochs.len() < 60 && !report.epochs.is_empty() && !collapsed.converged());
    // Nobody looks: it goes on to the end, with hardly a cluster left.
    let ignored = rich_get_richer().collapse(None).fit_with(start.clone(), images.view()).unwrap();
    assert_eq!(ignored.report().stop_reason, StopReason::MaxEpochs);
    assert_eq!(ignored.report().epochs[..report.epochs.len()], report.epochs);
    // Whoever looks for less finds it later.
    let length = |fraction: f64| {
        let params = rich_get_richer().schedule(&[Segment::epochs(60, 0.01)]).collapse(Some(fraction));
        params.fit_with(start.clone(), images.view()).unwrap().report().epochs.len()
    };
    let lengths = [0.9, 0.5, 0.25].map(length);
    assert!(lengths[0] < lengths[1] && lengths[1] < lengths[2] && lengths[2] < 60, "{lengths:?}");
    // The paper's balance holds them apart.
    let held = rich_get_richer().balance(1.0).fit_with(start, images.view()).unwrap();
    assert_eq!(held.report().stop_reason, StopReason::MaxEpochs);
}

#[test]
fn an_embedding_that_tells_nothing_apart_is_a_collapse_from_the_start() {
    let (images, _) = blobs(100, 3, 30, 0.6);
    // Weights of 0 have gradients of 0. Taken before its pretraining is over, when nobody has looked yet.
    let dead = autoencoder().initialisation(Initialisation::Normal(0.0));
    let dead = dead.training(images.view()).unwrap().finish().unwrap();
    let dec = dec().fit_with(dead, images.view()).unwrap();
    assert_eq!(dec.report().stop_reason, StopReason::Collapsed);
    assert!(dec.report().epochs.is_empty() && !dec.converged());
}

#[test]
fn one_cluster_for_all_images_is_no_collapse_where_it_was_so_from_the_start() {
    let (images, _) = blobs(100, 3, 30, 0.6);
    let start = autoencoder().fit(images.view()).unwrap();
    let one = Dec::params(1).seed(5).max_epochs(Some(2)).tolerance(0.0);
    assert_eq!(one.fit_with(start, images.view()).unwrap().report().stop_reason, StopReason::MaxEpochs);
}

#[test]
fn the_balance_evens_out_sizes_or_leaves_them() {
    let (images, start) = skewed();
    let smallest = |balance: f64| {
        let params = Dec::params(2).seed(5).batch_size(32).balance(balance).tolerance(0.0).collapse(None);
        let dec =
            params.schedule(&[Segment::epochs(60, 0.1)]).fit_with(start.clone(), images.view()).unwrap();
        *sizes(&dec, &images).iter().min().unwrap()
    };
    let [even, paper, none] = [4.0, 1.0, 0.0].map(smallest);
    assert!(even >= paper && paper >= none && even > none, "{even}, {paper}, {none}");
    assert!(none <= 22, "{none}");
}

#[test]
fn more_centres_are_merged_to_as_many_clusters_as_were_asked_for() {
    let (images, groups) = blobs(240, 3, 30, 0.4);
    let start = autoencoder().fit(images.view()).unwrap();
    let params = dec().overcluster(4);
    let mut training = params.training(start.clone(), images.view()).unwrap();
    assert_eq!(training.snapshot().unwrap().n_clusters(), 3);
    assert!(training.by_ref().all(|epoch| epoch.is_ok()));
    assert_eq!(training.latest().unwrap().n_clusters(), 3);
    let merged = training.finish().unwrap();
    assert_eq!(merged.centres().dim(), (3, 4));
    // The network has seen twelve clusters, whose twelve centres have become three.
    let fine = dec_with(12).fit_with(start, images.view()).unwrap();
    assert_eq!(merged.transform(images.view()).unwrap(), fine.transform(images.view()).unwrap());
    assert_eq!(merged.report(), fine.report());
    let clusters = merged.predict(images.view()).unwrap();
    for i in 0..240 {
        assert_eq!(clusters[i] == clusters[0], groups[i] == groups[0], "image {i}");
    }
}
