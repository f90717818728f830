//! The iteration: objects explain volunteers and images, volunteers and images explain objects, until nothing changes.

use rayon::prelude::*;

use super::image::{Image, Summary};
use super::levels::{Row, level};
use super::population::Population;
use super::scene::{Laws, Limit, Scene, mean_scores};
use super::space::Space;
use super::volunteer::{Tally, Volunteer};
use crate::facility::Method;
use crate::{Result, Survey};

/// Subjects that one task works on.
const CHUNK: usize = 64;
/// Numbers that would move by less than this share of their posterior standard deviation stay what they are: else everybody who shares a subject
/// with somebody would move a little for ever.
const STILL: f64 = 0.1;
/// Marks are grouped anew where a number has moved by this since they were grouped; smaller moves wait until nothing else moves.
const REGROUP: f64 = 0.5;
/// The population is learned until nothing of it moves by more than this share.
const LEARNED: f64 = 0.02;
/// Marks are grouped anew where the population has moved by this share.
const RELEARNED: f64 = 0.1;

/// How much a size counts beside a position. Some volunteers draw tight boxes and some wide ones, always; so sizes say less than independent errors would.
const SIZES: f64 = 0.5;

const CANNOT_FAIL: &str = "to look at a subject without grouping its marks cannot fail";

/// What happened to the objective.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// Marks were grouped anew; the objective after that, in nats.
    Grouped(f64),
    /// Volunteers moved to their most probable numbers.
    Volunteers(f64),
    /// Images did.
    Images(f64),
    /// The laws of the population were learned anew, which changes the objective itself: it may be lower after this. Else it never falls.
    Population,
}

impl Step {
    /// The objective after the step, in nats; `None` where another objective takes its place.
    pub fn objective(&self) -> Option<f64> {
        match *self {
            Self::Grouped(value) | Self::Volunteers(value) | Self::Images(value) => Some(value),
            Self::Population => None,
        }
    }
}

/// The state of the iteration.
#[derive(Debug)]
pub(crate) struct Course<'a, const D: usize> {
    survey: &'a Survey,
    space: &'a Space<D>,
    gold: &'a [Option<Vec<[f64; 2]>>],
    limit: Limit,
    mean_scores: Vec<f64>,
    method: Method,
    pub(crate) population: Population,
    levels: Row,
    pub(crate) volunteers: Vec<Volunteer>,
    pub(crate) images: Vec<Image>,
    pub(crate) assignment: Vec<Option<usize>>,
    /// By annotation.
    tallies: Vec<Tally>,
    pub(crate) summaries: Vec<Summary>,
    /// Everybody's numbers when their marks were last grouped.
    volunteers_grouped: Vec<Volunteer>,
    images_grouped: Vec<Image>,
    /// Which subjects' numbers have changed since they were tallied, changed since they were grouped, and changed much since then.
    untallied: Vec<bool>,
    unsure: Vec<bool>,
    ungrouped: Vec<bool>,
    /// The annotations of each volunteer.
    annotations: Vec<Vec<u32>>,
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

    fn scene_of(&self, s: usize, image: Image) -> Scene<'_, D> {
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
            if learning == 0 || round % 2 == 0 {
                self.group()?;
            } else {
                self.tally_untallied();
            }
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
        self.group()?;
        Ok(false)
    }

    /// Groups the marks of every subject whose numbers have changed much, and tallies those whose numbers have changed at all.
    fn group(&mut self) -> Result<()> {
        let todo: Vec<usize> = (0..self.survey.n_subjects()).filter(|&s| self.ungrouped[s]).collect();
        // Nothing has been grouped before the first round.
        let is_first = self.n_grouped.is_empty();
        self.n_grouped.push(todo.len());
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
        Ok(())
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

    /// Every image's numbers nearer to where they are most probable, given the volunteers and the groups. Whether any moved.
    fn move_images(&mut self) -> bool {
        struct Seen {
            tallies: Vec<Tally>,
            /// Before and after the move.
            summaries: [Summary; 2],
            image: Image,
            much: bool,
        }
        let population = self.population;
        let todo: Vec<usize> = (0..self.survey.n_subjects()).collect();
        let seen = each(&todo, |s| {
            let (now, assignment) = (self.images[s], self.assignment_of(s));
            let mut tallies = vec![Tally::default(); self.survey.subject(s).viewers.len()];
            let mut look = |image: Image| self.scene_of(s, image).tally(assignment, &mut tallies);
            let before = if self.untallied[s] { look(now) } else { self.summaries[s] };
            let long = now.stride(&before, &population);
            if now.distance(&long, &before, &population) <= STILL {
                return Ok(if self.untallied[s] {
                    Some(Seen { tallies, summaries: [before; 2], image: now, much: false })
                } else {
                    None
                });
            }
            let objective = |image: &Image, seen: &Summary| seen.value + image.ln_prior(&population);
            let (mut image, mut after) = (long, look(long));
            if objective(&image, &after) < objective(&now, &before) {
                image = now.step(&before, &population);
                after = look(image);
            }
            let much = self.images_grouped[s].distance(&image, &after, &population) > REGROUP;
            Ok(Some(Seen { tallies, summaries: [before, after], image, much }))
        });
        let seen = seen.expect(CANNOT_FAIL);
        let mut moved = false;
        for (s, seen) in seen.iter().enumerate().filter_map(|(s, seen)| Some((s, seen.as_ref()?))) {
            self.keep(s, &seen.tallies, seen.summaries[0]);
        }
        self.trace.push(Step::Volunteers(self.objective()));
        for (s, seen) in seen.into_iter().enumerate().filter_map(|(s, seen)| Some((s, seen?))) {
            if seen.image != self.images[s] {
                self.images[s] = seen.image;
                if seen.much {
                    self.images_grouped[s] = seen.image;
                }
                self.touch(s, seen.much);
                self.keep(s, &seen.tallies, seen.summaries[1]);
                moved = true;
            }
        }
        self.trace.push(Step::Images(self.objective()));
        moved
    }

    /// What a subject's marks say, under the present numbers.
    fn keep(&mut self, s: usize, tallies: &[Tally], summary: Summary) {
        let first = self.survey.subject(s).first_viewer;
        self.tallies[first..first + tallies.len()].copy_from_slice(tallies);
        self.summaries[s] = summary;
        self.untallied[s] = false;
    }

    fn touch(&mut self, s: usize, much: bool) {
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

    fn move_volunteers(&mut self) -> bool {
        /// How a volunteer moves, and whether far from where they were when marks were grouped.
        type Move = Option<(Volunteer, bool)>;
        let step = |v: usize| -> Move {
            let (now, seen) = (self.volunteers[v], self.tally(v));
            let next = now.step(&seen, &self.population);
            let spread = next.spread(&seen, &self.population);
            let much = self.volunteers_grouped[v].distance(&next, &spread) > REGROUP;
            (now.distance(&next, &spread) > STILL).then_some((next, much))
        };
        let moves: Vec<Move> = (0..self.volunteers.len()).into_par_iter().map(step).collect();
        for s in 0..self.survey.n_subjects() {
            let moved = self.survey.subject(s).viewers.iter().filter_map(|&v| moves[v as usize]);
            if let Some(much) = moved.map(|(_, much)| much).reduce(|a, b| a || b) {
                self.touch(s, much);
            }
        }
        for (v, &(next, much)) in moves.iter().enumerate().filter_map(|(v, moved)| Some((v, moved.as_ref()?)))
        {
            self.volunteers[v] = next;
            if much {
                self.volunteers_grouped[v] = next;
            }
        }
        moves.iter().any(Option::is_some)
    }

    /// Learns the population; whether it still moves.
    fn learn(&mut self) -> bool {
        let seen = (0..self.volunteers.len()).filter(|&v| !self.annotations[v].is_empty());
        let volunteers: Vec<(Volunteer, Tally)> = seen.map(|v| (self.volunteers[v], self.tally(v))).collect();
        let images: Vec<(Image, Summary)> =
            self.images.iter().copied().zip(self.summaries.iter().copied()).collect();
        let next = self.population.learn(&volunteers, &images);
        let distance = self.population.distance(&next);
        if distance > LEARNED {
            self.trace.push(Step::Population);
            self.centre();
            self.population = next;
            self.levels = next.levels();
            for s in 0..self.survey.n_subjects() {
                self.touch(s, distance > RELEARNED);
            }
        }
        distance > LEARNED
    }

    /// Objects are of detectability 0 on average, and images no harder than average: what is left over belongs to the volunteers. Without this the
    /// three would trade it slowly (the expanded parameters of Liu, Rubin & Wu 1998).
    fn centre(&mut self) {
        let (mut n, mut sum) = (0.0, 0.0);
        for seen in &self.summaries {
            for (l, objects) in seen.levels.iter().enumerate() {
                n += objects;
                sum += objects * level(l);
            }
        }
        let of_images =
            self.images.iter().map(|image| image.shift).sum::<f64>() / self.images.len().max(1) as f64;
        let of_objects = if n > 0.0 { sum / n } else { 0.0 };
        for volunteer in self.volunteers.iter_mut().chain(&mut self.volunteers_grouped) {
            volunteer.theta += of_objects + of_images;
        }
        for image in self.images.iter_mut().chain(&mut self.images_grouped) {
            image.shift -= of_images;
        }
    }

    /// By how much the coordinates of the sizes must be stretched to scatter like the positions.
    pub(crate) fn scatter_of_sizes(&self) -> [f64; 2] {
        let mut squares = [0.0; D];
        for s in 0..self.survey.n_subjects() {
            let scene = self.scene(s);
            for group in scene.groups(self.assignment_of(s)) {
                for &m in &group.marks {
                    for (d, sum) in squares.iter_mut().enumerate() {
                        *sum += (scene.at[m][d] - group.at[d]).powi(2) / scene.variance(m);
                    }
                }
            }
        }
        let plane = 0.5 * (squares[0] + squares[1]);
        std::array::from_fn(|axis| {
            let of_size = squares.get(axis + 2).copied().unwrap_or(plane);
            // At most tenfold: identical sizes must not make all else vanish.
            if plane > 0.0 && of_size > 0.0 {
                (SIZES * (plane / of_size).sqrt()).clamp(0.1, 10.0)
            } else {
                1.0
            }
        })
    }

    /// ln of the probability of marks, objects and numbers, up to a constant.
    fn objective(&self) -> f64 {
        let marks: f64 = self.summaries.iter().map(|seen| seen.value).sum();
        let volunteers: f64 = self.volunteers.iter().map(|v| v.ln_prior(&self.population)).sum();
        let images: f64 = self.images.iter().map(|image| image.ln_prior(&self.population)).sum();
        marks + volunteers + images
    }
}

/// Runs `look` on these subjects, on all threads, and keeps what it sees in the order of the subjects.
fn each<T: Send>(subjects: &[usize], look: impl Fn(usize) -> Result<T> + Sync) -> Result<Vec<T>> {
    let chunks: Result<Vec<Vec<T>>> =
        subjects.par_chunks(CHUNK).map(|chunk| chunk.iter().map(|&s| look(s)).collect()).collect();
    Ok(chunks?.into_iter().flatten().collect())
}
