//! The iteration: objects explain volunteers and images, volunteers and images explain objects, until nothing changes.

use rayon::prelude::*;

use super::image::{Image, Summary};
use super::levels::Row;
use super::population::Population;
use super::scene::{Laws, Limit, Scene, mean_scores};
use super::space::Space;
use super::step::Step;
use super::volunteer::{Tally, Volunteer};
use crate::facility::Method;
use crate::{Result, Survey};

/// Subjects that one task works on.
const CHUNK: usize = 64;
pub(super) const CANNOT_FAIL: &str = "to look at a subject without grouping its marks cannot fail";

/// The state of the iteration.
#[derive(Debug)]
pub(crate) struct Course<'a, const D: usize> {
    pub(super) survey: &'a Survey,
    pub(super) space: &'a Space<D>,
    pub(super) gold: &'a [Option<Vec<[f64; 2]>>],
    pub(super) limit: Limit,
    pub(super) mean_scores: Vec<f64>,
    pub(super) method: Method,
    pub(crate) population: Population,
    pub(super) levels: Row,
    pub(crate) volunteers: Vec<Volunteer>,
    pub(crate) images: Vec<Image>,
    pub(crate) assignment: Vec<Option<usize>>,
    /// By annotation.
    pub(super) tallies: Vec<Tally>,
    pub(crate) summaries: Vec<Summary>,
    /// Everybody's numbers when their marks were last grouped.
    pub(super) volunteers_grouped: Vec<Volunteer>,
    pub(super) images_grouped: Vec<Image>,
    /// Which subjects' numbers have changed since they were tallied, changed since they were grouped, and changed much since then.
    pub(super) untallied: Vec<bool>,
    pub(super) unsure: Vec<bool>,
    pub(super) ungrouped: Vec<bool>,
    /// The annotations of each volunteer.
    pub(super) annotations: Vec<Vec<u32>>,
    pub(crate) trace: Vec<Step>,
    /// Subjects grouped in each round.
    pub(crate) n_grouped: Vec<usize>,
}

impl<'a, const D: usize> Course<'a, D> {
    pub(crate) fn new(
        survey: &'a Survey,
        space: &'a Space<D>,
        gold: &'a [Option<Vec<[f64; 2]>>],
        limit: Limit,
        method: Method,
        population: Population,
    ) -> Self {
        let mut annotations = vec![Vec::new(); survey.n_volunteers()];
        for subject in survey.subjects() {
            for (j, &v) in subject.viewers.iter().enumerate() {
                annotations[v as usize].push((subject.first_viewer + j) as u32);
            }
        }
        let n = survey.n_subjects();
        Self {
            survey,
            space,
            gold,
            limit,
            mean_scores: mean_scores(survey.n_volunteers(), survey.subjects()),
            method,
            population,
            levels: population.levels(),
            volunteers: vec![Volunteer::typical(&population); survey.n_volunteers()],
            images: vec![Image::typical(&population); n],
            assignment: vec![None; survey.n_marks()],
            tallies: vec![Tally::default(); annotations.iter().map(Vec::len).sum()],
            summaries: vec![Summary::default(); n],
            volunteers_grouped: vec![Volunteer::typical(&population); survey.n_volunteers()],
            images_grouped: vec![Image::typical(&population); n],
            untallied: vec![true; n],
            unsure: vec![true; n],
            ungrouped: vec![true; n],
            annotations,
            trace: Vec::new(),
            n_grouped: Vec::new(),
        }
    }

    /// One subject as it looks under the present numbers.
    pub(crate) fn scene(&self, s: usize) -> Scene<'_, D> {
        self.scene_of(s, self.images[s])
    }

    pub(super) fn scene_of(&self, s: usize, image: Image) -> Scene<'_, D> {
        let laws = Laws {
            volunteers: &self.volunteers,
            population: &self.population,
            levels: &self.levels,
            limit: self.limit,
            mean_scores: &self.mean_scores,
            method: self.method,
        };
        let subject = self.survey.subject(s);
        let marks = subject.first_mark..subject.first_mark + subject.n_marks();
        let gold = self.gold.get(s).and_then(|gold| gold.as_deref());
        Scene::new(subject, &self.space.at[marks], self.space.ln_volume[s], image, gold, laws)
    }

    /// The present assignment of a subject's marks.
    pub(crate) fn assignment_of(&self, s: usize) -> &[Option<usize>] {
        let subject = self.survey.subject(s);
        &self.assignment[subject.first_mark..subject.first_mark + subject.n_marks()]
    }

    /// Iterates until nothing changes, `rounds` at most; the population is learned in the first `learning` rounds. Whether nothing changes any more.
    pub(crate) fn run(&mut self, rounds: usize, learning: usize) -> Result<bool> {
        let mut learning = learning;
        for round in 0..rounds {
            // While the laws still move, numbers take two steps for each grouping, which costs most.
            let n_grouped = if learning == 0 || round % 2 == 0 {
                self.group()?
            } else {
                self.tally_untallied();
                0
            };
            self.n_grouped.push(n_grouped);
            let mut moved = self.move_volunteers();
            moved |= self.move_images();
            if learning > 0 {
                learning -= 1;
                if self.learn() {
                    moved = true;
                } else {
                    learning = 0;
                }
            }
            if !moved {
                if !self.unsure.contains(&true) {
                    return Ok(true);
                }
                self.ungrouped.clone_from(&self.unsure);
            }
        }
        // Groups and tallies go with the numbers that are reported.
        let n_grouped = self.group()?;
        if let Some(last) = self.n_grouped.last_mut() {
            *last += n_grouped;
        }
        Ok(false)
    }

    /// Groups the marks of every subject whose numbers have changed much, and tallies those whose numbers have changed at all.
    /// How many it grouped.
    fn group(&mut self) -> Result<usize> {
        let todo: Vec<usize> = (0..self.survey.n_subjects()).filter(|&s| self.ungrouped[s]).collect();
        let n_grouped = todo.len();
        // Nothing has been grouped before the first step.
        let is_first = self.trace.is_empty();
        let seen = each(&todo, |s| {
            let scene = self.scene(s);
            let start = if is_first { None } else { Some(self.assignment_of(s)) };
            let assignment = scene.solve(start)?;
            let mut tallies = vec![Tally::default(); scene.subject.viewers.len()];
            let summary = scene.tally(&assignment, &mut tallies);
            Ok((assignment, tallies, summary))
        })?;
        for (s, (assignment, tallies, summary)) in todo.into_iter().zip(seen) {
            let first = self.survey.subject(s).first_mark;
            self.assignment[first..first + assignment.len()].copy_from_slice(&assignment);
            self.ungrouped[s] = false;
            self.unsure[s] = false;
            self.keep(s, &tallies, summary);
        }
        self.tally_untallied();
        self.trace.push(Step::Grouped(self.objective()));
        Ok(n_grouped)
    }

    /// Tallies the subjects whose numbers have changed since they were.
    fn tally_untallied(&mut self) {
        let todo: Vec<usize> = (0..self.survey.n_subjects()).filter(|&s| self.untallied[s]).collect();
        let seen = each(&todo, |s| {
            let scene = self.scene(s);
            let mut tallies = vec![Tally::default(); scene.subject.viewers.len()];
            let summary = scene.tally(self.assignment_of(s), &mut tallies);
            Ok((tallies, summary))
        });
        let seen = seen.expect(CANNOT_FAIL);
        for (s, (tallies, summary)) in todo.into_iter().zip(seen) {
            self.keep(s, &tallies, summary);
        }
    }

    /// What a subject's marks say, under the present numbers.
    pub(super) fn keep(&mut self, s: usize, tallies: &[Tally], summary: Summary) {
        let first = self.survey.subject(s).first_viewer;
        self.tallies[first..first + tallies.len()].copy_from_slice(tallies);
        self.summaries[s] = summary;
        self.untallied[s] = false;
    }

    pub(super) fn touch(&mut self, s: usize, much: bool) {
        self.untallied[s] = true;
        self.unsure[s] = true;
        self.ungrouped[s] |= much;
    }

    /// Everything that a volunteer's marks say.
    pub(crate) fn tally(&self, v: usize) -> Tally {
        let mut sum = Tally::default();
        for &annotation in &self.annotations[v] {
            sum += &self.tallies[annotation as usize];
        }
        sum
    }

    /// ln of the probability of marks, objects and numbers, up to a constant.
    pub(super) fn objective(&self) -> f64 {
        let marks: f64 = self.summaries.iter().map(|seen| seen.value).sum();
        let volunteers: f64 = self.volunteers.iter().map(|v| v.ln_prior(&self.population)).sum();
        let images: f64 = self.images.iter().map(|image| image.ln_prior(&self.population)).sum();
        marks + volunteers + images
    }
}

/// Runs `look` on these subjects, on all threads, and keeps what it sees in the order of the subjects.
pub(super) fn each<T: Send>(subjects: &[usize], look: impl Fn(usize) -> Result<T> + Sync) -> Result<Vec<T>> {
    let chunks: Result<Vec<Vec<T>>> =
        subjects.par_chunks(CHUNK).map(|chunk| chunk.iter().map(|&s| look(s)).collect()).collect();
    Ok(chunks?.into_iter().flatten().collect())
}
