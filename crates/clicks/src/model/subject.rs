//! What is known about a subject: how many objects, how sure, how hard, and whether more viewers would help.

use super::clump::Clump;
use super::image::{Image, Summary};
use super::levels::Row;
use super::params::ClickModelParams;
use super::population::Population;
use super::risk::{expected_gain, misplaced};
use super::scene::Scene;

/// What is known about one subject.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SubjectEstimate {
    /// Candidates that are reported.
    pub n_clumps: usize,
    /// Expected number of real objects: Σ P(real) over all candidates, and those that nobody marked.
    pub n_objects: f64,
    /// Expected number of real objects among lone marks and improbable clumps, and that nobody marked.
    pub missed: f64,
    /// Expected number of clumps that are none.
    pub false_: f64,
    /// Expected number of real clumps that lie farther from their object than the accuracy allows.
    pub misplaced: f64,
    /// What these cost together, Branson et al. (2017): l_missed · missed + Σ l_false (1 − P) + (l_missed + l_false P) P(misplaced).
    pub risk: f64,
    /// By how much one more viewer, typical of the population, is expected to lower the risk. Infinite where nobody has seen it,
    /// unless its objects are known.
    #[cfg_attr(feature = "serde", serde(with = "super::infinite"))]
    pub gain: f64,
    /// Whether the risk is low enough; never where nobody has seen it, unless its objects are known.
    pub finished: bool,
    /// −δ, in logits: how much harder its objects are to see than average.
    pub difficulty: f64,
    /// Standard deviation of the difficulty.
    pub difficulty_sd: f64,
    /// √τ: the scatter of its marks, relative to what is usual for its volunteers.
    pub blur: f64,
}

impl SubjectEstimate {
    pub(super) fn new<const D: usize>(
        scene: &Scene<'_, D>,
        seen: &Summary,
        candidates: &[Clump],
        real: &Row,
        population: &Population,
        params: &ClickModelParams,
    ) -> Self {
        let accuracy = params.accuracy.unwrap_or(2.0 * population.scatter());
        let undetected: f64 = if scene.is_gold() {
            0.0
        } else {
            scene.detection.undetected().iter().zip(real).map(|(n, real)| n * real).sum()
        };
        let (clumps, others): (Vec<&Clump>, Vec<&Clump>) = candidates.iter().partition(|c| c.reported);
        let missed = undetected + others.iter().map(|c| c.probability).sum::<f64>();
        let false_: f64 = clumps.iter().map(|c| 1.0 - c.probability).sum();
        let losses = params.losses;
        let mut cost = losses.missed * missed + losses.false_ * false_;
        let mut n_misplaced = 0.0;
        for clump in &clumps {
            let off = misplaced(clump.sigma, accuracy);
            n_misplaced += clump.probability * off;
            cost += off * (losses.missed + clump.probability * losses.false_);
        }
        let shift_variance = Image::shift_variance(seen, population);
        // Without viewers nothing is missed that anybody would find, so the risk alone would say that all is well.
        let is_unseen = !scene.is_gold() && scene.subject.n_viewers() == 0;
        Self {
            n_clumps: clumps.len(),
            n_objects: undetected + candidates.iter().map(|c| c.probability).sum::<f64>(),
            missed,
            false_,
            misplaced: n_misplaced,
            risk: cost,
            gain: if is_unseen {
                f64::INFINITY
            } else {
                expected_gain(scene, candidates, real, undetected, population, params, accuracy)
            },
            finished: !is_unseen && cost <= params.risk,
            difficulty: -scene.image.shift,
            difficulty_sd: shift_variance.sqrt(),
            blur: scene.image.blur.sqrt(),
        }
    }
}
