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
    /// How many moments, running means of the gradient, a weight carries: the velocity of SGD; Adam's of the gradient and of its square.
    pub(crate) fn n_moments(self) -> usize {
        match self {
            Self::Sgd { .. } => 1,
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
    /// Moves `weights` along `gradient`; `first` and `second` hold the moments, `second` none where the optimiser keeps one only.
    #[inline(always)]
    pub(crate) fn apply(&self, weights: &mut [f32], gradient: &[f32], first: &mut [f32], second: &mut [f32]) {
        let weights = weights.iter_mut().zip(gradient).zip(first);
        match self.optimiser {
            Optimiser::Sgd { momentum } => {
                for ((w, &g), v) in weights {
                    *v = or_zero(momentum * *v + g);
                    *w -= self.rate * *v;
                }
            }
            Optimiser::Adam => {
                for (((w, &g), m), v) in weights.zip(second) {
                    *m = or_zero(BETA_1 * *m + (1.0 - BETA_1) * g);
                    *v = or_zero(BETA_2 * *v + (1.0 - BETA_2) * g * g);
                    *w -= self.rate * (*m * self.correction_1) / ((*v * self.correction_2).sqrt() + EPSILON);
                }
            }
        }
    }
}

/// `moment`, or 0 where it is subnormal. Where a unit died no gradient comes any more, and its moments shrink until they are: half of an
/// autoencoder's on MNIST. They move no weight, but are multiplied slowly: on some processors, a hundred times so.
#[inline(always)]
fn or_zero(moment: f32) -> f32 {
    if moment.abs() < f32::MIN_POSITIVE { 0.0 } else { moment }
}

#[cfg(test)]
mod tests {
    use super::Optimiser;

    #[test]
    fn moments_that_no_gradient_feeds_come_to_rest_at_zero() {
        for optimiser in [Optimiser::Sgd { momentum: 0.9 }, Optimiser::Adam] {
            let [mut weight, mut first, mut second] = [[0.5], [0.0], [0.0]];
            optimiser.update(0.01, 1).apply(&mut weight, &[0.25], &mut first, &mut second);
            let mut before = weight;
            for step in 2..100_000 {
                before = weight;
                optimiser.update(0.01, step).apply(&mut weight, &[0.0], &mut first, &mut second);
                assert!(
                    !first[0].is_subnormal() && !second[0].is_subnormal(),
                    "{optimiser:?} in step {step}"
                );
            }
            assert_eq!((first, second), ([0.0], [0.0]), "{optimiser:?}");
            assert_eq!(weight, before, "{optimiser:?}");
        }
    }

    #[test]
    fn a_moment_that_is_no_number_stays_none() {
        for optimiser in [Optimiser::Sgd { momentum: 0.9 }, Optimiser::Adam] {
            let [mut weight, mut first, mut second] = [[0.5], [f32::NAN], [f32::NAN]];
            optimiser.update(0.01, 1).apply(&mut weight, &[0.25], &mut first, &mut second);
            assert!(weight[0].is_nan() && first[0].is_nan() && second[0].is_nan(), "{optimiser:?}");
        }
    }
}
