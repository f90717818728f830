//! How each stage is trained: one recipe for every rate of positives and every kind of images.

use crate::args::Settings;
use crate::data::Data;
use crate::volunteers::Aggregate;
use anyhow::Result;
use manyhands_dec::{
    Augmentation, Autoencoder, AutoencoderParams, Dec, DecParams, HeadInput, LabelWeights, Labels, Multitask,
    MultitaskParams, Recluster, ReclusterParams, Supervised, SupervisedParams,
};
use ndarray::{Array1, ArrayView2};

/// Layers of the encoder (section 2.1 of the paper).
const DIMS: [usize; 4] = [500, 500, 2000, 10];

/// What the trainings share: the seed, and how much is published and how much ours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recipe<'a> {
    settings: &'a Settings,
    data: &'a Data,
    pub(crate) seed: u64,
}

impl<'a> Recipe<'a> {
    pub(crate) fn new(settings: &'a Settings, data: &'a Data, seed: u64) -> Self {
        Self { settings, data, seed }
    }

    /// The published recipe knows no symmetries, takes labels for what they say, teaches the clusters through their soft assignments, and reclusters without the
    /// labels.
    fn is_paper(&self) -> bool {
        self.settings.is_paper()
    }

    /// What changes images without changing what they show.
    fn augmentation(&self) -> Option<Augmentation> {
        if self.is_paper() { None } else { self.data.augmentation.clone() }
    }

    pub(crate) fn autoencoder(&self) -> AutoencoderParams {
        Autoencoder::params(&DIMS)
            .profile(self.settings.dec_profile())
            .input_scale(self.data.scale)
            .seed(self.seed)
            .max_epochs(self.settings.max_epochs)
            .backend(self.settings.backend)
            .augmentation(self.augmentation())
    }

    pub(crate) fn dec(&self) -> DecParams {
        Dec::params(self.settings.n_clusters)
            .profile(self.settings.dec_profile())
            .seed(self.seed)
            .max_epochs(self.settings.max_epochs)
            .backend(self.settings.backend)
            .augmentation(self.augmentation())
    }

    pub(crate) fn multitask(&self, aggregate: &Aggregate) -> MultitaskParams {
        let params = Multitask::params(2)
            .label_weights(LabelWeights::Each(aggregate.weights.to_vec()))
            .profile(self.settings.dec_profile())
            .seed(self.seed)
            .max_epochs(self.settings.max_epochs)
            .backend(self.settings.backend)
            .augmentation(self.augmentation());
        if self.is_paper() { params } else { params.head_input(HeadInput::Embedding) }
    }

    /// What the crowd said: SWAP's probabilities; with the published recipe, its labels.
    pub(crate) fn labels<'b>(&self, aggregate: &'b Aggregate) -> Labels<'b> {
        if self.is_paper() { (&aggregate.labels).into() } else { (&aggregate.probabilities).into() }
    }

    /// The groups that a model puts images in while it is taught: its clusters or, where those come afterwards, its classes.
    pub(crate) fn groups(
        &self,
        model: &Multitask,
        images: ArrayView2<'_, f32>,
    ) -> manyhands_dec::Result<Array1<usize>> {
        if self.is_paper() { model.predict_clusters(images) } else { model.predict(images) }
    }

    /// Gives a retrained model clusters that know its classes; with the published recipe it has them already.
    pub(crate) fn reseed(&self, multitask: Multitask) -> Result<Multitask> {
        if self.is_paper() {
            return Ok(multitask);
        }
        Ok(multitask.reseed(self.data.train.images.view(), self.settings.n_clusters, self.seed)?)
    }

    pub(crate) fn recluster(&self, aggregate: &Aggregate) -> ReclusterParams {
        let params = Recluster::params()
            .label_weights(LabelWeights::Each(aggregate.weights.to_vec()))
            .profile(self.settings.dec_profile())
            .seed(self.seed)
            .max_epochs(self.settings.max_epochs)
            .backend(self.settings.backend)
            .augmentation(self.augmentation());
        if self.is_paper() { params.plain() } else { params }
    }

    pub(crate) fn supervised(&self, aggregate: &Aggregate) -> SupervisedParams {
        Supervised::params(&DIMS, 2)
            .label_weights(LabelWeights::Each(aggregate.weights.to_vec()))
            .profile(self.settings.dec_profile())
            .input_scale(self.data.scale)
            .seed(self.seed)
            .max_epochs(self.settings.max_epochs)
            .backend(self.settings.backend)
            .augmentation(self.augmentation())
    }
}
