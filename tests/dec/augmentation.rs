//! Changes of images that leave their meaning.

use super::{autoencoder, blobs, dec, labelled, multitask, recluster, supervised, watching};
use manyhands_dec::{Augmentation, Autoencoder, AutoencoderParams, Dec, Error, Segment, Stage, Supervised};
use manyhands_metrics::ContingencyTable;
use manyhands_sim::Camera;
use ndarray::{Array2, s};

fn reversed() -> Augmentation {
    Augmentation::permutations(vec![(0..40).collect(), (0..40).rev().collect()]).unwrap()
}

#[test]
fn a_change_that_changes_nothing_trains_to_the_same_bits() {
    let (images, groups) = blobs(150, 3, 40, 0.5);
    let labels = labelled(&groups, 100);
    let nothing = Augmentation::new("nothing", |image, _, mut changed| changed.assign(&image));
    let train = |augmentation: Option<Augmentation>| {
        let of = || augmentation.clone();
        let start = autoencoder().augmentation(of()).fit(images.view()).unwrap();
        let start = dec().augmentation(of()).fit_with(start, images.view()).unwrap();
        let taught = multitask().augmentation(of()).fit_with(start, images.view(), &labels).unwrap();
        let again = recluster().augmentation(of()).fit_with(taught, images.view(), &labels).unwrap();
        let alone = supervised().augmentation(of()).fit(images.view(), &labels).unwrap();
        (again, alone)
    };
    let plain = train(None);
    assert!(train(Some(nothing)) == plain);
    assert!(train(Some(reversed())) != plain);
}

#[test]
fn images_that_change_are_trained_on_a_second_graph_unless_told_otherwise() {
    let (images, _) = blobs(60, 3, 40, 0.5);
    let params = Autoencoder::params(&[8, 2]).seed(5).max_epochs(Some(1));
    let n_graphs = |params: &AutoencoderParams| {
        let epochs = params.fit(images.view()).unwrap().report().epochs.clone();
        epochs.iter().filter(|epoch| matches!(epoch.stage, Stage::Neighbours(_))).count()
    };
    let changing = params.clone().augmentation(Some(reversed()));
    assert_eq!([&params, &changing].map(n_graphs), [1, 2]);
    assert_eq!([params.n_graphs(2), changing.n_graphs(1)].map(|params| n_graphs(&params)), [2, 1]);
}

#[test]
fn what_a_mirror_teaches_holds_on_both_sides() {
    // The mark lies left or right; training images have it left only.
    let (mut images, groups) = blobs(400, 2, 40, 0.5);
    images.mapv_inplace(|value| 0.2 * value);
    let mirrored = |images: &Array2<f32>| images.slice(s![.., ..;-1]).to_owned();
    for (mut image, &group) in images.rows_mut().into_iter().zip(&groups) {
        image.slice_mut(s![..6]).fill(group as f32);
        image.slice_mut(s![34..]).fill(0.5);
    }
    let labels: Vec<_> = groups.iter().copied().map(Some).collect();
    let right = |augmentation: Option<Augmentation>| {
        let params = Supervised::params(&[32, 4], 2).seed(3).batch_size(64).augmentation(augmentation);
        let model = params.fit(images.view(), &labels).unwrap();
        let classes = model.predict(mirrored(&images).view()).unwrap();
        classes.iter().zip(&groups).filter(|(class, group)| class == group).count()
    };
    assert_eq!(right(Some(reversed())), 400);
    assert!(right(None) < 300);
}

#[test]
fn clusters_that_know_a_mirror_part_what_images_show_and_not_where() {
    // A wide bar or a narrow one, left or right.
    let (mut images, sides) = blobs(400, 2, 40, 0.3);
    images.mapv_inplace(|value| 0.2 * value);
    let shapes: Vec<usize> = (0..400).map(|i| i / 2 % 2).collect();
    for ((mut image, &side), &shape) in images.rows_mut().into_iter().zip(&sides).zip(&shapes) {
        let marks = if shape == 0 { 3..11 } else { 5..9 };
        for pixel in marks {
            image[if side == 0 { pixel } else { 39 - pixel }] += if shape == 0 { 1.0 } else { 1.6 };
        }
    }
    let agreement = |augmentation: Option<Augmentation>| {
        let autoencoder = Autoencoder::params(&[32, 4])
            .seed(3)
            .batch_size(64)
            .fine_tune_schedule(&[Segment::steps(300, 1e-3)])
            .neighbour_schedule(&[Segment::steps(300, 1e-3)])
            .augmentation(augmentation.clone());
        let dec = Dec::params(2).seed(3).augmentation(augmentation);
        let dec = dec.fit_with(autoencoder.fit(images.view()).unwrap(), images.view()).unwrap();
        let clusters = dec.predict(images.view()).unwrap().to_vec();
        [&shapes, &sides].map(|groups| ContingencyTable::new(groups, &clusters).unwrap().accuracy())
    };
    let [shape, side] = agreement(Some(reversed()));
    assert!(shape > 0.95 && side < 0.6, "with the mirror: shape {shape}, side {side}");
    let [shape, side] = agreement(None);
    assert!(shape < 0.6 && side > 0.95, "without: shape {shape}, side {side}");
}

#[test]
fn each_image_is_drawn_anew_in_every_step_and_the_draws_do_not_depend_on_threads() {
    let (images, _) = blobs(150, 3, 40, 0.5);
    let on = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| autoencoder().augmentation(Some(reversed())).fit(images.view()).unwrap())
    };
    assert!(on(1) == on(2));
    let (watching, seen) = watching();
    supervised()
        .max_epochs(Some(2))
        .augmentation(Some(watching))
        .fit(images.view(), &labelled(&[0, 1, 2].repeat(50), 150))
        .unwrap();
    let mut draws: Vec<u64> = seen.lock().unwrap().iter().map(|(draw, _)| *draw).collect();
    // 135 images teach; the look after the last step of an epoch sees its batch of 7 again.
    assert_eq!(draws.len(), 2 * (135 + 7));
    draws.sort_unstable();
    draws.dedup();
    assert_eq!(draws.len(), 2 * 135);
}

#[test]
fn what_a_change_leaves_alone_is_0_and_no_pixel_of_another_image() {
    let (images, _) = blobs(150, 3, 40, 0.5);
    // Odd draws leave the first pixels of a row where even ones have written: nothing of them may be left there.
    let halved = |fills: bool| {
        let change = Augmentation::new("half", move |image, draw, mut changed| {
            if fills {
                changed.fill(0.0);
            }
            let first = if draw % 2 == 0 { 0 } else { 20 };
            changed.slice_mut(s![first..]).assign(&image.slice(s![first..]));
        });
        autoencoder().augmentation(Some(change)).fit(images.view()).unwrap()
    };
    assert!(halved(true) == halved(false));
}

#[test]
fn the_symmetries_of_a_camera_are_permutations() {
    let symmetries = Camera::veritas().symmetries().unwrap();
    assert!(
        Augmentation::permutations(symmetries).unwrap().name().starts_with("12 permutations of 499 pixels")
    );
}

#[test]
fn wrong_permutations_are_named_and_another_change_does_not_resume() {
    let message = |permutations| Augmentation::permutations(permutations).unwrap_err().to_string();
    let wants = "wants every pixel once, and as many of them as in the first permutation";
    assert_eq!(message(vec![vec![0, 0]]), format!("permutations = [0, 0]: {wants}"));
    assert_eq!(message(vec![vec![0, 1], vec![1, 2]]), format!("permutations = [1, 2]: {wants}"));
    assert_eq!(message(vec![vec![0, 1], vec![0]]), format!("permutations = [0]: {wants}"));
    let none = "permutations = []: wants at least one permutation of at least one pixel";
    assert_eq!(message(vec![]), none);
    assert_eq!(message(vec![vec![]]), none);

    let (images, _) = blobs(150, 3, 40, 0.5);
    let narrow = images.slice(s![.., ..39]);
    let error = autoencoder().augmentation(Some(reversed())).fit(narrow).unwrap_err();
    assert!(matches!(error, Error::Parameter { name: "augmentation", .. }), "{error}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint");
    let params = autoencoder().augmentation(Some(reversed()));
    params.training(images.view()).unwrap().save(&path).unwrap();
    assert!(params.training(images.view()).unwrap().resume(&path).is_ok());
    let shifted = (0..40).map(|pixel| (pixel + 1) % 40).collect();
    let other = Augmentation::permutations(vec![(0..40).collect(), shifted]).unwrap();
    let error = autoencoder().augmentation(Some(other)).training(images.view()).unwrap().resume(&path);
    assert!(matches!(error, Err(Error::OtherTraining { field: "parameters", .. })));
}
