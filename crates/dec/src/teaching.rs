//! Options of the stages that learn from labels: which labels count how much, how the best epoch is found, and what else is minimised.

use crate::check;
use crate::development::Selection;
use crate::error::Result;
use crate::label_weights::LabelWeights;
use crate::objective::{Objective, ReconstructionLoss};
use crate::plan::Plan;
use crate::schedule::{Length, Segment};

/// Options of every stage that learns from labels; [`teaching_options`] gives parameters their methods.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Teaching {
    pub(crate) label_weights: LabelWeights,
    pub(crate) development_fraction: f64,
    pub(crate) patience: Length,
    pub(crate) selection: Selection,
}

impl Teaching {
    /// All labels alike, a tenth of them set aside, ten epochs of patience: as in Wright et al.
    pub(crate) fn new() -> Self {
        Self {
            label_weights: LabelWeights::Equal,
            development_fraction: 0.1,
            patience: Length::Epochs(10),
            selection: Selection::Class,
        }
    }

    /// Schedule and patience of retraining and of its benchmark in the profile `Quick`, with Adam. In steps too: the head on soft assignments
    /// takes some hundred steps before it moves, however few images there are.
    pub(crate) fn quick() -> (Vec<Segment>, Length) {
        let schedule = vec![Segment::longer(40, 3000, 1e-3), Segment::longer(20, 1000, 1e-4)];
        (schedule, Length::Longer { epochs: 10, steps: 300 })
    }

    pub(crate) fn check(&self, n_classes: usize) -> Result<()> {
        self.label_weights.check(n_classes)?;
        check::parameter(self.patience != Length::Epochs(0), "patience", 0, "at least 1 epoch")?;
        check::parameter(
            self.development_fraction > 0.0 && self.development_fraction < 1.0,
            "development_fraction",
            self.development_fraction,
            "a fraction above 0 and below 1",
        )
    }

    /// `plan` with the rule by which it ends.
    pub(crate) fn plan(&self, plan: Plan, n_images: usize) -> Plan {
        let patience = Some(plan.epochs_in(self.patience, n_images));
        Plan { patience, selection: self.selection, ..plan }
    }
}

/// Weights of the three losses, at first and at last; [`loss_options`] gives parameters their methods.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Weights {
    pub(crate) class: f64,
    pub(crate) cluster: f64,
    pub(crate) reconstruction: f64,
    pub(crate) last: Option<[f64; 3]>,
}

impl Weights {
    pub(crate) fn check(&self) -> Result<()> {
        check::weight("class_weight", self.class)?;
        check::weight("cluster_weight", self.cluster)?;
        check::weight("reconstruction_weight", self.reconstruction)?;
        self.last.iter().flatten().try_for_each(|&weight| check::weight("final_weights", weight))
    }

    /// Are labels looked at?
    pub(crate) fn teach(&self) -> bool {
        self.class > 0.0 || self.last.is_some_and(|[class, ..]| class > 0.0)
    }

    /// `Err` where the losses by which the best epoch is found are never minimised: every epoch would look alike and the first would win.
    pub(crate) fn check_selection(&self, selection: Selection) -> Result<()> {
        let wants = "a finite number above 0, since this loss decides which epoch is the best";
        check::parameter(self.teach(), "class_weight", self.class, wants)?;
        let reconstructs =
            self.reconstruction > 0.0 || self.last.is_some_and(|[.., reconstruction]| reconstruction > 0.0);
        let holds = reconstructs || selection != Selection::ClassAndReconstruction;
        check::parameter(holds, "reconstruction_weight", self.reconstruction, wants)
    }

    /// `Err` where nothing would move the clusters, and so nothing say when to stop.
    pub(crate) fn check_clusters(&self) -> Result<()> {
        let holds = self.cluster > 0.0 || self.last.is_some_and(|[_, cluster, _]| cluster > 0.0);
        check::parameter(
            holds,
            "cluster_weight",
            self.cluster,
            "a finite number above 0 where no labels are looked at",
        )
    }

    /// `plan` with these weights.
    pub(crate) fn plan(&self, plan: Plan, alpha: f64) -> Plan {
        let objective = Objective {
            class_weight: self.class,
            cluster_weight: self.cluster,
            reconstruction_weight: self.reconstruction,
            reconstruction_loss: ReconstructionLoss::Mean,
            alpha,
            ..Objective::NOTHING
        };
        Plan { objective, final_weights: self.last, ..plan }
    }
}

/// Methods for the fields `teaching` and `schedule` of a stage's parameters.
macro_rules! teaching_options {
    ($params:ident) => {
        /// Options of every stage that learns from labels.
        impl $params {
            /// Learning rates; the profile's where none are given.
            #[must_use]
            pub fn schedule(mut self, schedule: &[Segment]) -> Self {
                self.schedule = schedule.to_vec();
                self
            }

            /// What an image of each class counts in the cross entropy, while training and when the best epoch is looked for.
            #[must_use]
            pub fn label_weights(mut self, weights: LabelWeights) -> Self {
                self.teaching.label_weights = weights;
                self
            }

            /// Fraction of the labelled images of every class, above 0 and below 1, that is set aside to find the best epoch; 0.1 as in Wright et al.
            #[must_use]
            pub fn development_fraction(mut self, fraction: f64) -> Self {
                self.teaching.development_fraction = fraction;
                self
            }

            /// Epochs without a better one, at least 1, before a segment of the schedule is given up: the next segment goes on from the best network so far, and
            /// after the last one the training stops. 10 as in Wright et al.; in the profile `Quick` of retraining and of the benchmark at least 300
            /// steps too.
            #[must_use]
            pub fn patience(mut self, n_epochs: usize) -> Self {
                self.teaching.patience = Length::Epochs(n_epochs);
                self
            }
        }
    };
}

/// Methods for the fields `weights` and `teaching` of the parameters of a stage that clusters too.
macro_rules! loss_options {
    ($params:ident) => {
        /// What is minimised: class · CE + cluster · KL(P‖Q) + reconstruction · squared error.
        impl $params {
            /// Weight of the cross entropy over the labelled images, finite and at least 0; 1. In a reclustering 0 leaves the labels and their development
            /// images out; a retraining wants it above 0, at first or at last.
            #[must_use]
            pub fn class_weight(mut self, weight: f64) -> Self {
                self.weights.class = weight;
                self
            }

            /// Weight of KL(P‖Q), finite and at least 0; 0 in the retraining, as the program of Wright et al. ran it, and 0.1 in the reclustering, ours.
            #[must_use]
            pub fn cluster_weight(mut self, weight: f64) -> Self {
                self.weights.cluster = weight;
                self
            }

            /// Weight of the reconstruction, finite and at least 0; 1 as in Wright et al., in the profile `Quick` 0.01, where it leaves room for the labels: the more an
            /// [`augmentation`](Self::augmentation) changes images, the more of the embedding their reconstruction would take.
            #[must_use]
            pub fn reconstruction_weight(mut self, weight: f64) -> Self {
                self.weights.reconstruction = weight;
                self
            }

            /// Weights that the losses move towards: epoch t of the T that are planned has (1 − t/T) · its weight above + t/T · the one here. The plan
            /// of Wright et al., α_t = 1 − t/T for the classes, β_t = 1 − α_t for the clusters and γ = 1, is
            /// `.class_weight(1.0).cluster_weight(0.0).reconstruction_weight(1.0).final_weights(0.0, 1.0, 1.0)`. Where it is not called, the
            /// weights stay.
            #[must_use]
            pub fn final_weights(mut self, class: f64, cluster: f64, reconstruction: f64) -> Self {
                self.weights.last = Some([class, cluster, reconstruction]);
                self
            }

            /// By what the best epoch is found; the class loss, and in a retraining of the papers' profiles the reconstruction loss too.
            #[must_use]
            pub fn selection(mut self, selection: Selection) -> Self {
                self.teaching.selection = selection;
                self
            }
        }
    };
}

pub(crate) use {loss_options, teaching_options};
