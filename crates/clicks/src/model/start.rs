//! Where the iteration starts: the scatter of marks is found by trying, on a sample of the subjects.

use rayon::prelude::*;

use super::course::Course;
use super::population::Population;
use super::scene::Limit;
use super::space::{Axes, Space};
use crate::facility::Method;
use crate::{Result, Survey};

/// Marks in the sample, about.
const SAMPLE: usize = 8000;
/// The greatest scatter that is tried, as a share of the side of an image.
const GREATEST: f64 = 0.05;
/// From one scatter to the next, and how many are tried: down to a two-thousandth of the side.
const FACTOR: f64 = 0.6;
const N_TRIED: i32 = 10;
/// Rounds of each trial, and of the one that is best.
const TRIAL: usize = 2;
const ROUNDS: usize = 15;

/// The population as a sample of subjects shows it, and the space in which their marks scatter alike. `scatter` is taken for granted where given.
pub(crate) fn start<const D: usize>(
    survey: &Survey,
    gold: &[Option<Vec<[f64; 2]>>],
    scatter: Option<f64>,
) -> Result<(Population, Axes)> {
    let chosen = evenly(survey);
    let sample = survey.select(&chosen)?;
    let gold: Vec<_> = chosen.iter().map(|&s| gold.get(s).cloned().flatten()).collect();
    let mut space: Space<D> = Space::new(&sample, Axes::of(&sample));
    let side = side(&sample);
    let marks = sample.n_marks() as f64 / sample.n_annotations().max(1) as f64;
    let scatters: Vec<f64> = match scatter {
        Some(scatter) => vec![scatter],
        None => (0..N_TRIED).map(|k| side * GREATEST * FACTOR.powi(k)).collect(),
    };
    let trial = |&scatter: &f64| -> Result<(f64, Population)> {
        let start = Population::start(scatter, marks, side);
        let mut course = Course::new(&sample, &space, &gold, Limit::None, Method::default(), start);
        course.run(TRIAL, TRIAL)?;
        Ok((course.summaries.iter().map(|seen| seen.value).sum(), course.population))
    };
    let trials: Vec<(f64, Population)> = scatters.par_iter().map(trial).collect::<Result<_>>()?;
    // The first of equal ones.
    let best = trials.iter().rev().max_by(|a, b| a.0.total_cmp(&b.0));
    let mut population = best.map_or(Population::start(scatters[0], marks, side), |best| best.1);
    if D > 2 {
        let mut course = Course::new(&sample, &space, &gold, Limit::None, Method::default(), population);
        course.run(TRIAL, TRIAL)?;
        let factors = course.scatter_of_sizes();
        population = course.population;
        space = Space::new(&sample, space.axes.stretched(&sample, factors));
    }
    let mut course = Course::new(&sample, &space, &gold, Limit::None, Method::default(), population);
    course.run(ROUNDS, ROUNDS)?;
    Ok((course.population, space.axes))
}

/// Subjects at even distances, until they have enough marks.
fn evenly(survey: &Survey) -> Vec<usize> {
    let share = SAMPLE as f64 / survey.n_marks().max(1) as f64;
    let n = ((survey.n_subjects() as f64 * share).ceil() as usize).clamp(1, survey.n_subjects().max(1));
    (0..n.min(survey.n_subjects())).map(|k| k * survey.n_subjects() / n).collect()
}

/// The side of a square image of average area, in pixels.
fn side(survey: &Survey) -> f64 {
    let n = survey.n_subjects().max(1) as f64;
    let area = survey.subjects().map(|subject| subject.area()).sum::<f64>() / n;
    if area > 0.0 { area.sqrt() } else { 1.0 }
}
