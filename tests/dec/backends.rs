//! The two engines, and what one of them says of the other.

use super::{autoencoder, blobs, dec, labelled, multitask, recluster, supervised};
use manyhands_dec::{Backend, Optimiser, Report};
use ndarray::{Array2, ArrayView2};

/// Nowhere further apart than `tolerance`: the engines round differently, and each step starts from what the one before left.
fn assert_near<T: Copy + Into<f64>>(a: &Array2<T>, b: &Array2<T>, tolerance: f64, what: &str) {
    assert_eq!(a.dim(), b.dim());
    let worst = a.iter().zip(b).map(|(&a, &b)| (a.into() - b.into()).abs()).fold(0.0, f64::max);
    assert!(worst < tolerance, "{what} differs by {worst}");
}

fn assert_same_course(a: &Report, b: &Report) {
    assert_eq!((a.epochs.len(), a.stop_reason), (b.epochs.len(), b.stop_reason));
    for (a, b) in a.epochs.iter().zip(&b.epochs) {
        for (a, b) in [
            (a.losses.class, b.losses.class),
            (a.losses.cluster, b.losses.cluster),
            (a.losses.reconstruction, b.losses.reconstruction),
            (a.losses.neighbour, b.losses.neighbour),
        ] {
            assert!((a - b).abs() < 1e-3 * (1.0 + a.abs()), "{a} is not {b}");
        }
    }
}

#[test]
fn both_train_every_stage_to_nearly_the_same_model() {
    let (images, groups) = blobs(200, 3, 40, 0.3);
    let labels = labelled(&groups, 150);
    let images: ArrayView2<'_, f32> = images.view();
    for optimiser in [Optimiser::Adam, Optimiser::Sgd { momentum: 0.9 }] {
        let params = autoencoder().optimiser(optimiser).image_dropout(0.2).dropout(0.2);
        let [a, b] =
            [Backend::Fused, Backend::Candle].map(|on| params.clone().backend(on).fit(images).unwrap());
        assert_same_course(a.report(), b.report());
        let reconstructions = (a.reconstruct(images).unwrap(), b.reconstruct(images).unwrap());
        assert_near(&reconstructions.0, &reconstructions.1, 2e-3, "reconstruction");

        // Later stages start from the same model, or k-means would tell two near embeddings apart.
        let start = a;
        let params = dec().optimiser(optimiser).reconstruction_weight(0.5);
        let params = if optimiser == Optimiser::Adam {
            params.schedule(&[manyhands_dec::Segment::epochs(4, 1e-3)])
        } else {
            params
        };
        let [a, b] = [Backend::Fused, Backend::Candle]
            .map(|on| params.clone().backend(on).fit_with(start.clone(), images).unwrap());
        assert_same_course(a.report(), b.report());
        assert_near(&a.predict_proba(images).unwrap(), &b.predict_proba(images).unwrap(), 5e-3, "assignment");

        let start = a;
        let [a, b] = [Backend::Fused, Backend::Candle].map(|on| {
            multitask().optimiser(optimiser).backend(on).fit_with(start.clone(), images, &labels).unwrap()
        });
        assert_same_course(a.report(), b.report());
        assert_near(&a.predict_proba(images).unwrap(), &b.predict_proba(images).unwrap(), 5e-3, "classes");

        let start = a;
        for params in [recluster(), recluster().plain()] {
            let [a, b] = [Backend::Fused, Backend::Candle]
                .map(|on| params.clone().backend(on).fit_with(start.clone(), images, &labels).unwrap());
            assert_same_course(a.report(), b.report());
            assert_near(
                &a.predict_proba(images).unwrap(),
                &b.predict_proba(images).unwrap(),
                5e-3,
                "clusters",
            );
        }

        let params = supervised().optimiser(optimiser);
        let [a, b] = [Backend::Fused, Backend::Candle]
            .map(|on| params.clone().backend(on).fit(images, &labels).unwrap());
        assert_same_course(a.report(), b.report());
        assert_near(&a.predict_proba(images).unwrap(), &b.predict_proba(images).unwrap(), 5e-3, "classifier");
    }
}
