//! linfa's traits and datasets.

use super::{autoencoder, blobs, dec, multitask, recluster, supervised};
use linfa::Dataset;
use linfa::traits::{Fit, FitWith, Predict, Transformer};
use manyhands_dec::{Autoencoder, Dec, Error, Multitask, Result};
use ndarray::{Array1, Array2, ArrayView2};

fn dataset() -> Dataset<f32, usize, ndarray::Ix1> {
    let (images, groups) = blobs(120, 3, 20, 0.3);
    Dataset::new(images, Array1::from(groups))
}

/// Any training that linfa would know how to call.
fn fit<P, M>(params: &P, dataset: &Dataset<f32, usize, ndarray::Ix1>) -> Result<M>
where
    P: Fit<Array2<f32>, Array1<usize>, Error, Object = M>,
{
    params.fit(dataset)
}

fn fit_with<'a, P, A, B>(params: &P, before: A, dataset: &'a Dataset<f32, usize, ndarray::Ix1>) -> Result<B>
where
    P: FitWith<'a, Array2<f32>, Array1<usize>, Error, ObjectIn = A, ObjectOut = B>,
{
    params.fit_with(before, dataset)
}

#[test]
fn every_stage_fits_linfas_datasets_as_it_fits_arrays() {
    let dataset = dataset();
    let images = dataset.records().view();
    let labels: Vec<_> = dataset.targets().iter().copied().map(Some).collect();

    let a: Autoencoder = fit(&autoencoder(), &dataset).unwrap();
    assert!(a == autoencoder().fit(images).unwrap());
    let b: Dec = fit_with(&dec(), a.clone(), &dataset).unwrap();
    assert!(b == dec().fit_with(a, images).unwrap());
    let c: Multitask = fit_with(&multitask(), b.clone(), &dataset).unwrap();
    assert!(c == multitask().fit_with(b, images, &labels).unwrap());
    let d: Dec = fit_with(&recluster(), c.clone(), &dataset).unwrap();
    assert!(d == recluster().fit_with(c, images, &labels).unwrap());
    assert!(fit(&supervised(), &dataset).unwrap() == supervised().fit(images, &labels).unwrap());
}

#[test]
fn models_predict_and_transform_datasets_and_arrays() {
    let dataset = dataset();
    let images = dataset.records().clone();
    let model = autoencoder().fit(images.view()).unwrap();
    let dec = dec().fit_with(model.clone(), images.view()).unwrap();
    let wants = dec.predict(images.view()).unwrap();

    let of_array: Array1<usize> = Predict::predict(&dec, &images);
    assert_eq!(of_array, wants);
    let of_dataset: Array1<usize> = Predict::predict(&dec, &dataset);
    assert_eq!(of_dataset, wants);
    let with_targets: Dataset<f32, usize, ndarray::Ix1> = Predict::predict(&dec, images.clone());
    assert_eq!((with_targets.targets(), with_targets.records()), (&wants, &images));

    let wants = model.transform(images.view()).unwrap();
    let of_view: Array2<f32> = Transformer::<ArrayView2<'_, f32>, _>::transform(&model, images.view());
    assert_eq!(of_view, wants);
    let embedded: Dataset<f32, usize, ndarray::Ix1> = Transformer::transform(&model, dataset.clone());
    assert_eq!((embedded.records(), embedded.targets()), (&wants, dataset.targets()));

    let labelled = fit(&supervised(), &dataset).unwrap();
    let classes: Array1<usize> = Predict::predict(&labelled, &dataset);
    assert_eq!(classes, labelled.predict(images.view()).unwrap());
}

#[test]
fn errors_come_back_through_linfas_traits() {
    let dataset = dataset();
    let error = fit(&autoencoder().batch_size(0), &dataset).unwrap_err();
    assert!(matches!(error, Error::Parameter { name: "batch_size", .. }));
    let linfa = Error::from(linfa::Error::Parameters("k".to_owned()));
    assert_eq!(linfa.to_string(), "linfa: invalid parameter k");
}

#[test]
#[should_panic(expected = "images has 3 columns: the model wants 20")]
fn where_linfa_leaves_no_room_for_an_error_there_is_a_panic_with_its_words() {
    let dataset = dataset();
    let model = autoencoder().max_epochs(Some(1)).fit(dataset.records().view()).unwrap();
    let dec = dec().max_epochs(Some(1)).fit_with(model, dataset.records().view()).unwrap();
    let _: Array1<usize> = Predict::predict(&dec, &Array2::<f32>::zeros((2, 3)));
}
