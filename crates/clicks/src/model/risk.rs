//! What mistakes cost, and what one more viewer would save.

use super::clump::Clump;
use super::levels::{Row, level};
use super::params::{ClickModelParams, Losses};
use super::population::Population;
use super::scene::Scene;
use super::volunteer::Volunteer;

/// Probability that a position with this standard deviation per axis is off by more than `accuracy` (Rayleigh).
pub(super) fn misplaced(sigma: f64, accuracy: f64) -> f64 {
    if sigma == 0.0 { 0.0 } else { (-0.5 * (accuracy / sigma).powi(2)).exp() }
}

/// What it costs to treat something with this probability as it should be treated: report it from one half on.
fn cost(probability: f64, sigma: f64, accuracy: f64, losses: Losses) -> f64 {
    if probability < 0.5 {
        return losses.missed * probability;
    }
    let off = misplaced(sigma, accuracy);
    losses.false_ * (1.0 - probability) + off * (losses.missed + probability * losses.false_)
}

/// By how much one more viewer, typical of the population, is expected to lower the risk.
///
/// Each candidate is taken by itself: with some probability the viewer marks it, after which it is more probable and better placed; else it is less
/// probable. Objects that nobody has marked become candidates with one mark.
pub(super) fn expected_gain<const D: usize>(
    scene: &Scene<'_, D>,
    candidates: &[Clump],
    real: &Row,
    undetected: f64,
    population: &Population,
    params: &ClickModelParams,
    accuracy: f64,
) -> f64 {
    if scene.is_gold() {
        return 0.0;
    }
    let viewer = Volunteer::typical(population);
    let variance = viewer.variance * scene.image.blur;
    let losses = params.losses;
    let chance = |l: usize| {
        let odds = viewer.odds() * (scene.image.shift + level(l)).exp();
        odds / (1.0 + odds)
    };
    // Chance that a false mark of the viewer falls where a mark on the candidate would.
    let by_chance = |sigma: f64| {
        let reach = std::f64::consts::TAU * (variance + sigma * sigma);
        (viewer.false_marks * reach / scene.subject.area()).min(0.5)
    };
    let mut gain = 0.0;
    for clump in candidates {
        let posterior = scene.detection.posterior(clump.marks.len());
        let of_real = |f: &dyn Fn(usize) -> f64| -> f64 {
            (0..posterior.len()).map(|l| posterior[l] * real[l] * f(l)).sum()
        };
        let share = of_real(&|_| 1.0).max(1e-12);
        let marks_real = of_real(&chance) / share;
        let marks_other =
            ((0..posterior.len()).map(|l| posterior[l] * (1.0 - real[l]) * chance(l)).sum::<f64>()
                / (1.0 - share).max(1e-12))
            .max(by_chance(clump.sigma));
        let p = clump.probability;
        let marked = p * marks_real + (1.0 - p) * marks_other;
        let sigma = (clump.sigma.powi(-2) + 1.0 / variance).powf(-0.5);
        let with = cost((p * marks_real / marked.max(1e-300)).min(1.0), sigma, accuracy, losses);
        let without =
            cost(p * (1.0 - marks_real) / (1.0 - marked).max(1e-300), clump.sigma, accuracy, losses);
        let now = cost(p, clump.sigma, accuracy, losses);
        gain += (now - marked * with - (1.0 - marked) * without).max(0.0);
    }
    // A lone mark makes an undetected object a candidate; it is worth what its probability then saves.
    let levels = scene.detection.undetected();
    let found: f64 = (0..levels.len()).map(|l| levels[l] * real[l] * chance(l)).sum();
    let lone = found / (found + viewer.false_marks);
    let saved = losses.missed * lone - cost(lone, variance.sqrt(), accuracy, losses);
    gain + saved.max(0.0) * found.min(undetected) / lone.max(1e-300)
}
