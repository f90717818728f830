//! What a network sees of an image.

use super::{Models, autoencoder, blobs, dec, labelled, supervised};
use manyhands_dec::{Autoencoder, Dec, Error, InitialCentres, InputScale};
use ndarray::{Array2, Axis, s};

fn images() -> Array2<f32> {
    blobs(120, 3, 40, 0.5).0
}

fn fit(images: &Array2<f32>, scale: InputScale) -> Autoencoder {
    autoencoder().input_scale(scale).fit(images.view()).unwrap()
}

fn embedding(model: &Autoencoder, images: &Array2<f32>) -> Array2<f32> {
    model.transform(images.view()).unwrap()
}

/// Powers of two: every product is exact.
fn brightened(images: &Array2<f32>) -> Array2<f32> {
    let mut images = images.clone();
    for (i, mut image) in images.rows_mut().into_iter().enumerate() {
        image *= [0.25, 1.0, 2.0, 64.0][i % 4];
    }
    images
}

#[test]
fn per_sample_no_brightness_of_any_image_is_seen() {
    let images = images();
    let scale = InputScale::UnitMeanSquarePerSample;
    let model = fit(&images, scale);
    assert_eq!(embedding(&model, &images), embedding(&model, &brightened(&images)));
    assert!(model == fit(&brightened(&images), scale), "training does not see it either");
}

#[test]
fn globally_the_brightness_of_all_is_not_seen_but_that_of_one_is() {
    let images = images();
    let model = fit(&images, InputScale::UnitMeanSquareGlobal);
    let brighter = fit(&(&images * 8.0), InputScale::UnitMeanSquareGlobal);
    assert_eq!(embedding(&model, &images), embedding(&brighter, &(&images * 8.0)));
    // The factor is that of the training images, whatever comes later.
    assert_ne!(embedding(&model, &images), embedding(&model, &(&images * 8.0)));
    let other = embedding(&model, &brightened(&images));
    assert_eq!(embedding(&model, &images).row(1), other.row(1));
    assert_ne!(embedding(&model, &images).row(0), other.row(0));
}

#[test]
fn a_factor_is_what_is_multiplied_and_none_is_a_factor_of_one() {
    let images = images();
    let plain = fit(&images, InputScale::None);
    assert_eq!(embedding(&plain, &images), embedding(&fit(&images, InputScale::Factor(1.0)), &images));
    let halved = fit(&(&images * 2.0), InputScale::Factor(0.5));
    assert_eq!(embedding(&plain, &images), embedding(&halved, &(&images * 2.0)));
    assert_ne!(embedding(&plain, &images), embedding(&plain, &(&images * 2.0)));
}

#[test]
fn scaled_images_have_mean_square_one() {
    // An autoencoder of one wide linear layer learns them nearly exactly: what it gives back is what it saw.
    let images = images() * 37.0;
    for scale in [InputScale::UnitMeanSquarePerSample, InputScale::UnitMeanSquareGlobal] {
        let params =
            Autoencoder::params(&[40]).input_scale(scale).layer_schedule(&[]).neighbour_schedule(&[]);
        let params =
            params.fine_tune_dropout(0.0).fine_tune_schedule(&[manyhands_dec::Segment::steps(1500, 3e-3)]);
        let seen = params.seed(1).fit(images.view()).unwrap().reconstruct(images.view()).unwrap();
        let squares = seen.mapv(|x| x * x).mean_axis(Axis(1)).unwrap();
        let mean = squares.mean().unwrap();
        assert!((mean - 1.0).abs() < 0.02, "{scale:?}: {mean}");
        let far = squares.iter().filter(|&&square| (square - 1.0).abs() > 0.1).count();
        assert_eq!(far == 0, scale == InputScale::UnitMeanSquarePerSample, "{scale:?}: {far} are not near 1");
    }
}

#[test]
fn images_of_zeros_are_fine_alone_and_among_others() {
    let mut images = images();
    images.row_mut(7).fill(0.0);
    for scale in [InputScale::UnitMeanSquarePerSample, InputScale::UnitMeanSquareGlobal, InputScale::None] {
        for images in [&images, &Array2::zeros(images.dim())] {
            let model = fit(images, scale);
            let q = dec().fit_with(model, images.view()).unwrap().predict_proba(images.view()).unwrap();
            assert!(q.iter().all(|share| share.is_finite()), "{scale:?}");
        }
    }
}

#[test]
fn images_that_are_all_alike_stay_together_and_a_tie_goes_to_the_first_cluster() {
    let images = Array2::from_elem((60, 12), 0.5);
    let alike = dec().fit_with(fit(&images, InputScale::default()), images.view()).unwrap();
    let clusters = alike.predict(images.view()).unwrap();
    assert!(clusters.iter().all(|&cluster| cluster == clusters[0]));
    // Biases start at 0, so an untrained network keeps zeros, and every centre is exactly there.
    let images = Array2::zeros((60, 12));
    let model = autoencoder().max_epochs(Some(0)).fit(images.view()).unwrap();
    let tied = dec().max_epochs(Some(0)).fit_with(model, images.view()).unwrap();
    assert!(tied.predict_proba(images.view()).unwrap().iter().all(|&share| share == 1.0 / 3.0));
    assert!(tied.predict(images.view()).unwrap().iter().all(|&cluster| cluster == 0));
}

#[test]
fn the_faintest_and_the_brightest_images_can_be_scaled() {
    let images = images();
    // Below the normal range of f32 and near its end.
    for factor in [1e-42, 1e-38, 1e37] {
        for scale in [InputScale::UnitMeanSquarePerSample, InputScale::UnitMeanSquareGlobal] {
            let images = &images * factor;
            let embedding = embedding(&fit(&images, scale), &images);
            assert!(embedding.iter().all(|value| value.is_finite()), "{factor:e}, {scale:?}");
        }
    }
}

#[test]
fn an_image_too_bright_to_be_embedded_is_named_and_never_put_into_a_cluster() {
    let start = Models::of(blobs(60, 3, 12, 0.5), 50, &dec());
    let mut images = start.images.clone();
    // Finite, as files mark what is missing, but the sum over a layer is not.
    images.row_mut(37).fill(f32::MAX);
    let view = images.view();
    let labels = labelled(&[0, 1, 2].repeat(20), 50);
    let Models { autoencoder, dec: clusters, multitask, supervised, .. } = start;
    let half = |rows: std::ops::Range<usize>| Ok::<_, Error>(images.slice(s![rows, ..]).to_owned());
    let in_chunks = clusters.in_chunks([half(0..30), half(30..60)], Dec::predict).last().unwrap().map(drop);
    for result in [
        autoencoder.transform(view).map(drop),
        autoencoder.reconstruct(view).map(drop),
        clusters.predict(view).map(drop),
        clusters.predict_proba(view).map(drop),
        multitask.predict(view).map(drop),
        multitask.predict_clusters(view).map(drop),
        supervised.predict(view).map(drop),
        in_chunks,
        dec().fit_with(autoencoder.clone(), view).map(drop),
        dec().initial_centres(InitialCentres::KMeans).fit_with(autoencoder, view).map(drop),
        super::autoencoder().input_scale(InputScale::None).fit(view).map(drop),
        super::multitask().fit_with(clusters.clone(), view, &labels).map(drop),
        super::multitask().max_epochs(Some(0)).fit_with(clusters.clone(), view, &labels).map(drop),
        // Watched or without a label, it is named too.
        super::multitask().fit_with(clusters, view, &labelled(&[0, 1, 2].repeat(20), 30)).map(drop),
        super::recluster().fit_with(multitask.clone(), view, &labels).map(drop),
        super::recluster().plain().fit_with(multitask, view, &labels).map(drop),
        super::supervised().input_scale(InputScale::None).fit(view, &labels).map(drop),
    ] {
        assert!(matches!(result, Err(Error::Embedding { row: 37 })), "{result:?}");
    }
}

#[test]
fn later_stages_and_files_keep_the_scale() {
    let images = images();
    let scale = InputScale::UnitMeanSquarePerSample;
    let dec = dec().fit_with(fit(&images, scale), images.view()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dec");
    dec.save(&path).unwrap();
    let loaded = manyhands_dec::Dec::load(&path).unwrap();
    let wants = dec.predict_proba(images.view()).unwrap();
    assert_eq!(loaded.predict_proba(brightened(&images).view()).unwrap(), wants);
}

#[test]
fn the_supervised_network_scales_as_it_is_told() {
    let (images, groups) = blobs(120, 3, 40, 0.5);
    let labels = labelled(&groups, 120);
    let model =
        |images: &Array2<f32>, scale| supervised().input_scale(scale).fit(images.view(), &labels).unwrap();
    let wants = model(&images, InputScale::UnitMeanSquarePerSample);
    assert!(wants == model(&brightened(&images), InputScale::UnitMeanSquarePerSample));
    assert!(wants != model(&images, InputScale::None));
}
