//! Momentum SGD and Adam: how a gradient moves a weight.

use serde::{Deserialize, Serialize};

/// The rule by which a step changes the weights.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Optimiser {
    /// `v ← momentum · v + g`, `w ← w − rate · v`. Every published schedule of DEC has momentum 0.9.
    Sgd {
        /// In 0..1.
        momentum: f32,
    },
    /// Adam (Kingma and Ba 2015) with their β₁ = 0.9, β₂ = 0.999, ε = 1e-8 and no weight decay.
    Adam,
}

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const EPSILON: f32 = 1e-8;

/// An [`Optimiser`] at one step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Update {
    optimiser: Optimiser,
    rate: f32,
    /// Adam's factors against the bias of its first steps.
    correction_1: f32,
    correction_2: f32,
}

impl Optimiser {
    /// How much of the gradient buffer of the last step a new gradient is added to: the buffer of SGD **is** its velocity.
    pub(crate) fn keep(self) -> f32 {
        match self {
            Self::Sgd { momentum } => momentum,
            Self::Adam => 0.0,
        }
    }

    /// How many running means a weight carries beside its gradient buffer.
    pub(crate) fn n_moments(self) -> usize {
        match self {
            Self::Sgd { .. } => 0,
            Self::Adam => 2,
        }
    }

    /// The update of step `step`, counted from 1.
    pub(crate) fn update(self, rate: f32, step: u64) -> Update {
        let step = i32::try_from(step).unwrap_or(i32::MAX);
        Update {
            optimiser: self,
            rate,
            correction_1: 1.0 / (1.0 - BETA_1.powi(step)),
            correction_2: 1.0 / (1.0 - BETA_2.powi(step)),
        }
    }
}

impl Update {
    /// Moves `weights` along `gradient`; `moments` holds the running means that the optimiser asked for.
    pub(crate) fn apply(&self, weights: &mut [f32], gradient: &[f32], moments: &mut [&mut [f32]]) {
        match (self.optimiser, moments) {
            (Optimiser::Adam, [first, second]) => {
                let weights = weights.iter_mut().zip(gradient);
                for (((w, &g), m), v) in weights.zip(first.iter_mut()).zip(second.iter_mut()) {
                    *m = BETA_1 * *m + (1.0 - BETA_1) * g;
                    *v = BETA_2 * *v + (1.0 - BETA_2) * g * g;
                    *w -= self.rate * (*m * self.correction_1) / ((*v * self.correction_2).sqrt() + EPSILON);
                }
            }
            _ => {
                for (w, &g) in weights.iter_mut().zip(gradient) {
                    *w -= self.rate * g;
                }
            }
        }
    }
}
