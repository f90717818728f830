//! linfa's traits, so that models fit into pipelines written for them. The inherent methods answer bad input with an error; where linfa's
//! signature leaves no room for one, these panic with it.

use crate::autoencoder::{Autoencoder, AutoencoderParams};
use crate::dec::{Dec, DecParams};
use crate::error::{Error, Result};
use crate::kmeans::{KMeans, KMeansParams};
use crate::multitask::{Multitask, MultitaskParams};
use crate::recluster::ReclusterParams;
use crate::supervised::{Supervised, SupervisedParams};
use linfa::DatasetBase;
use linfa::traits::{Fit, FitWith, PredictInplace, Transformer};
use ndarray::{Array1, Array2, ArrayBase, ArrayView2, Data, Ix1, Ix2};

/// Images as linfa's datasets hold them.
type Images<D> = ArrayBase<D, Ix2>;

impl<D: Data<Elem = f32>, T> Fit<Images<D>, T, Error> for AutoencoderParams {
    type Object = Autoencoder;

    fn fit(&self, dataset: &DatasetBase<Images<D>, T>) -> Result<Autoencoder> {
        self.fit(dataset.records().view())
    }
}

impl<D: Data<Elem = f32>, T> Fit<Images<D>, T, Error> for KMeansParams {
    type Object = KMeans;

    fn fit(&self, dataset: &DatasetBase<Images<D>, T>) -> Result<KMeans> {
        self.fit(dataset.records().view())
    }
}

impl<D: Data<Elem = f32>, L: Data<Elem = usize>> Fit<Images<D>, ArrayBase<L, Ix1>, Error>
    for SupervisedParams
{
    type Object = Supervised;

    fn fit(&self, dataset: &DatasetBase<Images<D>, ArrayBase<L, Ix1>>) -> Result<Supervised> {
        self.fit(dataset.records().view(), &known(dataset.targets()))
    }
}

impl<'a, D: Data<Elem = f32>, T> FitWith<'a, Images<D>, T, Error> for DecParams {
    type ObjectIn = Autoencoder;
    type ObjectOut = Dec;

    fn fit_with(&self, autoencoder: Autoencoder, dataset: &'a DatasetBase<Images<D>, T>) -> Result<Dec> {
        self.fit_with(autoencoder, dataset.records().view())
    }
}

impl<'a, D: Data<Elem = f32>, L: Data<Elem = usize>> FitWith<'a, Images<D>, ArrayBase<L, Ix1>, Error>
    for MultitaskParams
{
    type ObjectIn = Dec;
    type ObjectOut = Multitask;

    fn fit_with(
        &self,
        dec: Dec,
        dataset: &'a DatasetBase<Images<D>, ArrayBase<L, Ix1>>,
    ) -> Result<Multitask> {
        self.fit_with(dec, dataset.records().view(), &known(dataset.targets()))
    }
}

impl<'a, D: Data<Elem = f32>, L: Data<Elem = usize>> FitWith<'a, Images<D>, ArrayBase<L, Ix1>, Error>
    for ReclusterParams
{
    type ObjectIn = Multitask;
    type ObjectOut = Dec;

    fn fit_with(
        &self,
        multitask: Multitask,
        dataset: &'a DatasetBase<Images<D>, ArrayBase<L, Ix1>>,
    ) -> Result<Dec> {
        self.fit_with(multitask, dataset.records().view(), &known(dataset.targets()))
    }
}

/// linfa's datasets label every image.
fn known(labels: &ArrayBase<impl Data<Elem = usize>, Ix1>) -> Vec<Option<usize>> {
    labels.iter().copied().map(Some).collect()
}

macro_rules! predicts {
    ($($model:ident predicts $what:literal),*) => {$(
        #[doc = concat!("The ", $what, " of each image; panics where [`", stringify!($model), "::predict`] gives an error.")]
        impl<D: Data<Elem = f32>> PredictInplace<Images<D>, Array1<usize>> for $model {
            fn predict_inplace<'a>(&'a self, images: &'a Images<D>, predictions: &mut Array1<usize>) {
                predictions.assign(&self.predict(images.view()).unwrap_or_else(|error| panic!("{error}")));
            }

            fn default_target(&self, images: &Images<D>) -> Array1<usize> {
                Array1::zeros(images.nrows())
            }
        }
    )*};
}

predicts!(Dec predicts "cluster", KMeans predicts "cluster", Multitask predicts "class", Supervised predicts "class");

macro_rules! transforms {
    ($($model:ident),*) => {$(
        #[doc = concat!("Images to embedding; panics where [`", stringify!($model), "::transform`] gives an error.")]
        impl Transformer<ArrayView2<'_, f32>, Array2<f32>> for $model {
            fn transform(&self, images: ArrayView2<'_, f32>) -> Array2<f32> {
                self.transform(images).unwrap_or_else(|error| panic!("{error}"))
            }
        }

        #[doc = concat!("Images to embedding, targets kept; panics where [`", stringify!($model), "::transform`] gives an error.")]
        impl<D: Data<Elem = f32>, T> Transformer<DatasetBase<Images<D>, T>, DatasetBase<Array2<f32>, T>> for $model {
            fn transform(&self, dataset: DatasetBase<Images<D>, T>) -> DatasetBase<Array2<f32>, T> {
                let embedding = Transformer::transform(self, dataset.records().view());
                dataset.with_records(embedding)
            }
        }
    )*};
}

transforms!(Autoencoder, Dec, Multitask);
