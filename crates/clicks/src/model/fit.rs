//! From parameters and a survey to a fitted model.

use rayon::prelude::*;

use super::ClickModel;
use super::clump::Clump;
use super::course::Course;
use super::labels::label;
use super::params::ClickModelParams;
use super::solved::solved;
use super::space::Space;
use super::start::start;
use super::subject::SubjectEstimate;
use super::volunteer::{Tally, Volunteer};
use crate::{Result, Shape, Survey};

/// Rounds in which the population is learned, at most: the sample has shown nearly all of it.
const LEARNING: usize = 6;

pub(super) fn fit(params: &ClickModelParams, survey: &Survey) -> Result<ClickModel> {
    match survey.shape() {
        Shape::Point => fit_in::<2>(params, survey),
        Shape::Circle => fit_in::<3>(params, survey),
        Shape::Box => fit_in::<4>(params, survey),
    }
}

fn fit_in<const D: usize>(params: &ClickModelParams, survey: &Survey) -> Result<ClickModel> {
    let mut gold = vec![None; if params.gold.is_empty() { 0 } else { survey.n_subjects() }];
    for (subject, objects) in &params.gold {
        gold[*subject] = Some(objects.clone());
    }
    let (population, axes) = start::<D>(survey, &gold, params.scatter)?;
    let space: Space<D> = Space::new(survey, axes);
    let mut course = Course::new(survey, &space, &gold, params.limit, params.method, population);
    let converged = course.run(params.rounds, LEARNING)?;
    let (mut clumps, subjects): (Vec<Vec<Clump>>, Vec<SubjectEstimate>) = (0..survey.n_subjects())
        .into_par_iter()
        .map(|s| {
            let scene = course.scene(s);
            let (assignment, seen) = (course.assignment_of(s), &course.summaries[s]);
            solved(&scene, &axes, assignment, seen, &course.population, params)
        })
        .unzip();
    label(survey, &mut clumps);
    let tallies: Vec<Tally> = (0..survey.n_volunteers()).map(|v| course.tally(v)).collect();
    let volunteers: Vec<Volunteer> = course.volunteers;
    Ok(ClickModel {
        params: params.clone(),
        shape: survey.shape(),
        fingerprint: survey.fingerprint(),
        axes,
        mean_scores: course.mean_scores,
        images: course.images,
        candidates: clumps,
        subjects,
        volunteers,
        tallies,
        population: course.population,
        trace: course.trace,
        n_grouped: course.n_grouped,
        converged,
    })
}
