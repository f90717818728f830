//! The iteration: objects explain volunteers and images, volunteers and images explain objects, until nothing changes.

use rayon::prelude::*;

use super::gamma::Evidence;
use super::levels::level;
use super::parameters::{Image, Parameters, Volunteer};
use super::population::{Beta, Population, logistic};
use super::scene::{Objects, Scene, Summary, Tally};
use super::space::Space;
use crate::{Error, Survey};

/// Subjects that one task works on.
const CHUNK: usize = 64;
/// A parameter stays what it is where it would move by less than this share of its posterior standard deviation.
const STILL: f64 = 0.05;

/// The state of the iteration.
#[derive(Debug)]
pub(crate) struct Course<'a, const D: usize> {
    survey: &'a Survey,
    pub(crate) space: &'a Space<D>,
    pub(crate) population: Population,
    pub(crate) parameters: Parameters,
    pub(crate) assignment: Vec<Option<usize>>,
    pub(crate) tallies: Vec<Tally>,
    pub(crate) summaries: Vec<Summary>,
    /// Which subjects must be looked at again.
    stale: Vec<bool>,
    unsolved: Vec<bool>,
    /// The annotations of each volunteer.
    of_volunteer: Vec<Vec<u32>>,
    pub(crate) trace: Vec<f64>,
    pub(crate) n_solved: Vec<usize>,
}

impl<'a, const D: usize> Course<'a, D> {
    pub(crate) fn new(survey: &'a Survey, space: &'a Space<D>, population: Population) -> Self {
        let mut of_volunteer = vec![Vec::new(); survey.n_volunteers()];
        for subject in survey.subjects() {
            for (j, &v) in subject.viewers.iter().enumerate() {
                of_volunteer[v as usize].push((subject.first_viewer + j) as u32);
            }
        }
        let n = survey.n_subjects();
        Self {
            survey,
            space,
            population,
            parameters: Parameters::typical(survey, &population),
            assignment: vec![None; survey.n_marks()],
            tallies: vec![Tally::default(); of_volunteer.iter().map(Vec::len).sum()],
            summaries: vec![Summary::default(); n],
            stale: vec![true; n],
            unsolved: vec![true; n],
            of_volunteer,
            trace: Vec::new(),
            n_solved: Vec::new(),
        }
    }

    pub(crate) fn scene<'b>(&'b self, s: usize, objects: &Objects) -> Scene<'b, D> {
        let subject = self.survey.subject(s);
        let marks = subject.first_mark..subject.first_mark + subject.n_marks();
        let (volunteers, image) = (&self.parameters.volunteers, self.parameters.subjects[s]);
        let space = self.space;
        Scene::new(subject, &space.at[marks], space.ln_volume[s], volunteers, image, &self.population, objects)
    }

    /// Looks again at every stale subject; with `solve`, marks are grouped anew.
    fn look(&mut self, solve: bool) -> Result<(), Error> {
        let objects = Objects::new(&self.population);
        let todo: Vec<usize> =
            (0..self.survey.n_subjects()).filter(|&s| self.stale[s] || (solve && self.unsolved[s])).collect();
        if solve {
            self.n_solved.push(todo.len());
        }
        type Seen = (usize, Option<Vec<Option<usize>>>, Vec<Tally>, Summary);
        let seen: Result<Vec<Vec<Seen>>, Error> = todo
            .par_chunks(CHUNK)
            .map(|chunk| {
                chunk
                    .iter()
                    .map(|&s| {
                        let scene = self.scene(s, &objects);
                        let first = scene.subject.first_mark;
                        let present = &self.assignment[first..first + scene.subject.n_marks()];
                        let start = present.iter().any(Option::is_some).then_some(present);
                        let solution = if solve { Some(scene.solve(start)?) } else { None };
                        let mut tallies = vec![Tally::default(); scene.subject.viewers.len()];
                        let summary = scene.tally(solution.as_deref().unwrap_or(present), &mut tallies);
                        Ok((s, solution, tallies, summary))
                    })
                    .collect()
            })
            .collect();
        for (s, solution, tallies, summary) in seen?.into_iter().flatten() {
            let subject = self.survey.subject(s);
            if let Some(solution) = solution {
                self.assignment[subject.first_mark..subject.first_mark + subject.n_marks()].copy_from_slice(&solution);
                self.unsolved[s] = false;
            }
            self.tallies[subject.first_viewer..subject.first_viewer + subject.viewers.len()].copy_from_slice(&tallies);
            self.summaries[s] = summary;
            self.stale[s] = false;
        }
        Ok(())
    }

    fn mark_stale(&mut self, s: usize) {
        self.stale[s] = true;
        self.unsolved[s] = true;
    }

    pub(crate) fn sum(&self, v: usize) -> Tally {
        let mut sum = Tally::default();
        for &a in &self.of_volunteer[v] {
            let t = &self.tallies[a as usize];
            sum.false_marks += t.false_marks;
            sum.found += t.found;
            sum.expected += t.expected;
            sum.information += t.information;
            sum.objects += t.objects;
            sum.axes += t.axes;
            sum.lost += t.lost;
            sum.squares += t.squares;
            sum.weight += t.weight;
            sum.offset[0] += t.offset[0];
            sum.offset[1] += t.offset[1];
        }
        sum
    }

    /// Everybody's parameters where they are most probable, given the objects.
    fn move_volunteers(&mut self) -> usize {
        let population = &self.population;
        let moved: Vec<(Volunteer, bool)> = (0..self.of_volunteer.len())
            .into_par_iter()
            .map(|v| {
                let now = self.parameters.volunteers[v];
                let (sum, n_images) = (self.sum(v), self.of_volunteer[v].len() as f64);
                let next = step(now, &sum, n_images, population);
                let sd = sd_of(&next, &sum, population);
                let far = [
                    (next.false_marks / now.false_marks).ln() / sd[0],
                    (next.theta - now.theta) / sd[1],
                    (next.variance / now.variance).ln() / sd[2],
                    (next.bias[0] - now.bias[0]) * (sum.weight / now.variance + population.bias.powi(-2)).sqrt(),
                    (next.bias[1] - now.bias[1]) * (sum.weight / now.variance + population.bias.powi(-2)).sqrt(),
                ];
                if far.iter().any(|far| far.abs() > STILL) { (next, true) } else { (now, false) }
            })
            .collect();
        let changed: Vec<bool> = moved.iter().map(|&(_, moved)| moved).collect();
        self.parameters.volunteers = moved.into_iter().map(|(v, _)| v).collect();
        for s in 0..self.survey.n_subjects() {
            if self.survey.subject(s).viewers.iter().any(|&v| changed[v as usize]) {
                self.mark_stale(s);
            }
        }
        changed.iter().filter(|&&c| c).count()
    }

    fn move_subjects(&mut self) -> usize {
        let population = self.population;
        let mut n_moved = 0;
        for s in 0..self.survey.n_subjects() {
            let (now, seen) = (self.parameters.subjects[s], &self.summaries[s]);
            let curvature = 0.25 * seen.objects + population.difficulty.powi(-2);
            let pull = seen.excess - now.shift / population.difficulty.powi(2);
            let precision = population.sharpness.mode(Evidence {
                count: 0.5 * seen.axes,
                exposure: 0.5 * (seen.squares + now.blur * seen.lost),
            });
            let next = Image {
                lambda: population.n_objects.mode(Evidence { count: seen.n_objects, exposure: 1.0 }),
                shift: now.shift + pull / curvature,
                blur: 1.0 / precision,
            };
            let far = [
                (next.lambda / now.lambda).ln() * (population.n_objects.shape + seen.n_objects).sqrt(),
                (next.shift - now.shift) * (seen.information + population.difficulty.powi(-2)).sqrt(),
                (next.blur / now.blur).ln() * (population.sharpness.shape + 0.5 * seen.axes).sqrt(),
            ];
            if far.iter().any(|far| far.abs() > STILL) {
                self.parameters.subjects[s] = next;
                self.mark_stale(s);
                n_moved += 1;
            }
        }
        n_moved
    }

    /// The laws under which everybody's numbers are more probable.
    fn learn(&mut self) -> f64 {
        let before = self.population;
        let p = &mut self.population;
        let sums: Vec<(Tally, f64)> =
            (0..self.of_volunteer.len()).map(|v| (v, self.of_volunteer[v].len() as f64)).filter(|&(_, n)| n > 0.0).map(|(v, n)| {
                let mut sum = Tally::default();
                for &a in &self.of_volunteer[v] {
                    let t = &self.tallies[a as usize];
                    sum.false_marks += t.false_marks;
                    sum.information += t.information;
                    sum.axes += t.axes;
                    sum.lost += t.lost;
                    sum.squares += t.squares;
                }
                (sum, n)
            }).collect();
        p.false_marks = p.false_marks.learn(sums.iter().map(|(t, n)| Evidence { count: t.false_marks, exposure: *n }), false);
        p.precision = p.precision.learn(
            sums.iter().map(|(t, _)| Evidence { count: 0.5 * (t.axes - t.lost).max(0.0), exposure: 0.5 * t.squares }),
            false,
        );
        let (mut b2, mut bn) = (0.0, 0.0);
        for v in 0..self.of_volunteer.len() { let sum = { let mut w = 0.0; for &a in &self.of_volunteer[v] { w += self.tallies[a as usize].weight; } w }; let x = self.parameters.volunteers[v]; b2 += 0.5 * x.bias.iter().map(|b| b*b).sum::<f64>() + 1.0 / (sum / x.variance + p.bias.powi(-2)); bn += 1.0; }
        p.bias = (b2 / bn).sqrt();
        // Beta by moments of the posterior of p.
        let seen: Vec<usize> = (0..self.of_volunteer.len()).filter(|&v| !self.of_volunteer[v].is_empty()).collect();
        let (mut mean, mut square, mut within) = (0.0, 0.0, 0.0);
        for (&v, (t, _)) in seen.iter().zip(&sums) {
            let q = logistic(self.parameters.volunteers[v].theta);
            mean += q;
            square += q * q;
            let pq = q * (1.0 - q);
            within += pq * pq / (t.information + p.detection.strength() * pq).max(1e-300);
        }
        if seen.len() > 1 {
            let n = seen.len() as f64;
            mean /= n;
            let variance = (square / n - mean * mean).max(0.0) + within / n;
            let strength = (mean * (1.0 - mean) / variance - 1.0).clamp(0.5, 500.0);
            p.detection = Beta::with_mean(mean, strength);
        }
        p.n_objects = p.n_objects.learn(self.summaries.iter().map(|s| Evidence { count: s.n_objects, exposure: 1.0 }), false);
        p.sharpness = p.sharpness.learn(
            self.summaries.iter().map(|s| Evidence { count: 0.5 * (s.axes - s.lost).max(0.0), exposure: 0.5 * s.squares }),
            true,
        );
        let n = self.summaries.len() as f64;
        let shift: f64 = self.summaries.iter().zip(&self.parameters.subjects).map(|(s, i)| i.shift * i.shift + 1.0 / (s.information + p.difficulty.powi(-2))).sum();
        p.difficulty = (shift / n).sqrt().clamp(0.05, 3.0);
        let (mut objects, mut square) = (0.0, 0.0);
        for s in &self.summaries {
            for (l, n) in s.levels.iter().enumerate() {
                objects += n;
                square += n * level(l).powi(2);
            }
        }
        let k = 3.0;
        p.spread = ((square + k) / (objects + k)).sqrt();
        let close = |a: f64, b: f64| (a / b).ln().abs();
        [
            close(p.false_marks.mean(), before.false_marks.mean()),
            close(p.false_marks.shape, before.false_marks.shape) * 0.3,
            close(p.detection.mean(), before.detection.mean()),
            close(p.detection.strength(), before.detection.strength()) * 0.3,
            close(p.precision.mean(), before.precision.mean()),
            close(p.precision.shape, before.precision.shape) * 0.3,
            close(p.n_objects.mean(), before.n_objects.mean()),
            close(p.spread, before.spread),
            close(p.difficulty, before.difficulty) * 0.3,
        ]
        .into_iter()
        .fold(0.0, f64::max)
    }

    fn objective(&self) -> f64 {
        self.summaries.iter().map(|s| s.value).sum::<f64>() + self.parameters.ln_prior(&self.population)
    }

    pub(crate) fn run(&mut self, rounds: usize, learning: usize) -> Result<bool, Error> {
        let mut left = learning;
        for _ in 0..rounds {
            self.look(true)?;
            self.trace.push(self.objective());
            let mut moved = self.move_volunteers();
            self.look(false)?;
            moved += self.move_subjects();
            if left > 0 {
                self.look(false)?;
                self.trace.push(self.objective());
                left -= 1;
                if self.learn() > 0.02 {
                    self.stale.fill(true);
                    self.unsolved.fill(true);
                    moved += 1;
                }
            }
            if moved == 0 {
                return Ok(true);
            }
        }
        self.look(true)?;
        self.trace.push(self.objective());
        Ok(false)
    }
}

/// The volunteer's most probable numbers, one step of EM.
fn step(now: Volunteer, sum: &Tally, n_images: f64, population: &Population) -> Volunteer {
    let strength = population.detection.strength();
    let p = logistic(now.theta);
    let pull = sum.found - sum.expected + population.detection.hits - strength * p;
    let precision = population.precision.mode(Evidence {
        count: 0.5 * sum.axes,
        exposure: 0.5 * (sum.squares + now.variance * sum.lost),
    });
    let tightness = sum.weight / now.variance + population.bias.powi(-2);
    Volunteer {
        bias: std::array::from_fn(|d| now.bias[d] + (sum.offset[d] / now.variance - now.bias[d] / population.bias.powi(2)) / tightness),
        false_marks: population.false_marks.mode(Evidence { count: sum.false_marks, exposure: n_images }),
        theta: now.theta + pull / (0.25 * (sum.objects + strength)),
        variance: 1.0 / precision,
    }
}

/// Posterior standard deviations of ln η, θ and ln σ².
pub(crate) fn sd_of(at: &Volunteer, sum: &Tally, population: &Population) -> [f64; 3] {
    let p = logistic(at.theta);
    [
        (population.false_marks.shape + sum.false_marks).powf(-0.5),
        (sum.information + population.detection.strength() * p * (1.0 - p)).powf(-0.5),
        (population.precision.shape + 0.5 * (sum.axes - sum.lost)).max(1e-9).powf(-0.5),
    ]
}
