//! One solved subject as it is reported: its candidates, and what is known about it.

use super::clump::{Clump, candidates};
use super::image::Summary;
use super::params::ClickModelParams;
use super::population::Population;
use super::scene::Scene;
use super::space::Axes;
use super::subject::SubjectEstimate;

/// Which things are real is asked once, for all that follows from it.
pub(super) fn solved<const D: usize>(
    scene: &Scene<'_, D>,
    axes: &Axes,
    assignment: &[Option<usize>],
    seen: &Summary,
    population: &Population,
    params: &ClickModelParams,
) -> (Vec<Clump>, SubjectEstimate) {
    let real = params.reality.by_level(scene);
    let candidates = candidates(scene, axes, assignment, &real);
    let estimate = SubjectEstimate::new(scene, seen, &candidates, &real, population, params);
    (candidates, estimate)
}
