//! One subject under given parameters: what its marks gain, what its objects are worth, what they say about the parameters.

use super::levels::{Detection, LEVELS, Row, level};
use super::parameters::{Image, Volunteer};
use super::population::Population;
use crate::facility::{FacilityLocation, Mark, Opening};
use crate::{Error, Subject};

/// The laws of objects, on the grid of levels.
#[derive(Debug, Clone)]
pub(crate) struct Objects {
    pub(crate) law: Row,
    pub(crate) reality: f64,
}

impl Objects {
    pub(crate) fn new(population: &Population) -> Self {
        let k: f64 = std::env::var("KAPPA").ok().and_then(|k| k.parse().ok()).unwrap_or(9.0);
        Self { law: population.objects(), reality: k }
    }
}

/// One subject, ready to be solved.
#[derive(Debug)]
pub(crate) struct Scene<'a, const D: usize> {
    pub(crate) subject: Subject<'a>,
    /// Places of the marks, less their volunteers' biases.
    at: Vec<[f64; D]>,
    ln_volume: f64,
    image: Image,
    /// One for every named viewer, then one for each without a name.
    viewers: Vec<Volunteer>,
    pub(crate) detection: Detection,
    /// Share of real objects at every level.
    pub(crate) real: Row,
    /// Expected number of objects, decoys included.
    n_expected: f64,
    /// h(1).
    lone: f64,

}

/// What one viewer's marks on one subject say about that viewer.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Tally {
    /// Expected number of false marks.
    pub(crate) false_marks: f64,
    /// Expected number of objects that they marked.
    pub(crate) found: f64,
    /// The same under the model, for the present θ + δ.
    pub(crate) expected: f64,
    /// Σ c p (1 − p): the curvature in θ.
    pub(crate) information: f64,
    /// Σ c: objects there were to see.
    pub(crate) objects: f64,
    /// Axes of all marks on objects.
    pub(crate) axes: f64,
    /// What of them went into the objects' positions: Σ D w/S.
    pub(crate) lost: f64,
    /// Σ d²/τ.
    pub(crate) squares: f64,
    /// Σ (z − y)/τ and Σ 1/τ.
    pub(crate) offset: [f64; 2],
    pub(crate) weight: f64,
}

/// What all marks of one subject say about it, and about the population.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Summary {
    /// ln of the probability of marks and objects.
    pub(crate) value: f64,
    /// Expected number of objects, missed ones included.
    pub(crate) n_objects: f64,
    /// Expected number of real objects that nobody marked.
    pub(crate) n_undetected: f64,
    /// The same by level.
    pub(crate) levels: Row,
    /// Σ over viewers of found − expected, of their curvature and of the objects to see.
    pub(crate) excess: f64,
    pub(crate) information: f64,
    pub(crate) objects: f64,
    /// Axes, those lost, and Σ d²/σ² of the marks on objects.
    pub(crate) axes: f64,
    pub(crate) lost: f64,
    pub(crate) squares: f64,
}

impl Default for Summary {
    fn default() -> Self {
        Self {
            value: 0.0,
            n_objects: 0.0,
            n_undetected: 0.0,
            levels: [0.0; LEVELS],
            excess: 0.0,
            information: 0.0,
            objects: 0.0,
            axes: 0.0,
            lost: 0.0,
            squares: 0.0,
        }
    }
}

/// The marks of one object, summed.
#[derive(Debug, Clone)]
pub(crate) struct Group<const D: usize> {
    pub(crate) marks: Vec<usize>,
    pub(crate) at: [f64; D],
    /// S = Σ 1/σ².
    pub(crate) precision: f64,
    /// ln of the odds that it is an object against all its marks being lone.
    pub(crate) ln_odds: f64,
}

impl<'a, const D: usize> Scene<'a, D> {
    pub(crate) fn new(
        subject: Subject<'a>,
        at: &[[f64; D]],
        ln_volume: f64,
        volunteers: &[Volunteer],
        image: Image,
        population: &Population,
        objects: &Objects,
    ) -> Self {
        let named = subject.viewers.iter().map(|&v| volunteers[v as usize]);
        let unnamed = std::iter::repeat_n(Volunteer::typical(population), subject.n_silent_unnamed);
        let viewers: Vec<Volunteer> = named.chain(unnamed).collect();
        let intensity = objects.law.map(|w| (image.lambda * w).max(1e-300));
        let detection = Detection::new(&intensity, image.shift, viewers.iter().map(Volunteer::odds));
        let lone = detection.log(1);
        let at = subject.mark_viewers.iter().zip(at).map(|(&viewer, &place)| {
            let bias = viewers[viewer as usize].bias;
            std::array::from_fn(|d| place[d] - bias.get(d).copied().unwrap_or(0.0))
        }).collect();
        let real = share_real(objects.reality, &viewers, image.shift);
        Self { subject, at, ln_volume, image, viewers, n_expected: image.lambda, real, detection, lone }
    }

    fn viewer(&self, mark: usize) -> usize {
        self.subject.mark_viewers[mark] as usize
    }

    /// σ² of a mark.
    pub(crate) fn variance(&self, mark: usize) -> f64 {
        self.viewers[self.viewer(mark)].variance * self.image.blur
    }

    /// ln density of a mark that stands alone: false, or the only one on its object.
    fn ln_lone(&self, viewer: usize) -> f64 {
        let Volunteer { false_marks, theta, .. } = self.viewers[viewer];
        (false_marks + (theta + self.lone).exp()).ln() - self.ln_volume
    }

    /// Probability that a lone mark is of an object, decoys included.
    pub(crate) fn on_object(&self, viewer: usize) -> f64 {
        let Volunteer { false_marks, theta, .. } = self.viewers[viewer];
        let object = (theta + self.lone).exp();
        object / (object + false_marks)
    }

    /// G of a mark: what it gains by sitting exactly on its object instead of being alone.
    fn gain(&self, mark: usize) -> f64 {
        let viewer = self.viewer(mark);
        self.viewers[viewer].theta - 0.5 * D as f64 * (std::f64::consts::TAU * self.variance(mark)).ln() - self.ln_lone(viewer)
    }

    /// Facility location on this subject, no worse than `start`.
    pub(crate) fn solve(&self, start: Option<&[Option<usize>]>) -> Result<Vec<Option<usize>>, Error> {
        let marks: Vec<Mark<D>> = (0..self.at.len())
            .map(|m| Mark { at: self.at[m], viewer: self.viewer(m), gain: self.gain(m), variance: self.variance(m) })
            .collect();
        let by_count = (1..=self.subject.viewers.len()).map(|n| -self.detection.log(n)).collect();
        let constant = self.ln_volume - 0.5 * D as f64 * std::f64::consts::TAU.ln();
        let params = FacilityLocation::params(Opening::occam(constant).by_count(by_count)).bound_steps(0).exact_up_to(0);
        let solution = match start {
            Some(start) => params.fit_from(&marks, start)?,
            None => params.fit(&marks)?,
        };
        Ok(solution.assignment().to_vec())
    }

    /// The groups of an assignment, by their lowest mark.
    pub(crate) fn groups(&self, assignment: &[Option<usize>]) -> Vec<Group<D>> {
        let n = assignment.iter().flatten().max().map_or(0, |&f| f + 1);
        let mut members = vec![Vec::new(); n];
        for (m, group) in assignment.iter().enumerate() {
            if let Some(f) = *group {
                members[f].push(m);
            }
        }
        members.retain(|members| !members.is_empty());
        members.sort_unstable();
        members.into_iter().map(|marks| self.group(marks)).collect()
    }

    fn group(&self, marks: Vec<usize>) -> Group<D> {
        let mut at = [0.0; D];
        let mut precision = 0.0;
        for &m in &marks {
            let weight = 1.0 / self.variance(m);
            precision += weight;
            for (sum, z) in at.iter_mut().zip(self.at[m]) {
                *sum += weight * z;
            }
        }
        at.iter_mut().for_each(|sum| *sum /= precision);
        let members: f64 =
            marks.iter().map(|&m| self.gain(m) - 0.5 * squared(self.at[m], at) / self.variance(m)).sum();
        let half = 0.5 * D as f64;
        let opening =
            self.ln_volume + half * (precision / std::f64::consts::TAU).ln() - self.detection.log(marks.len());
        Group { ln_odds: members - opening, marks, at, precision }
    }

    /// What this assignment says: about the subject, and in `tallies` about each named viewer.
    pub(crate) fn tally(&self, assignment: &[Option<usize>], tallies: &mut [Tally]) -> Summary {
        let mut summary = Summary::default();
        let mut levels = self.detection.undetected();
        summary.n_undetected = levels.iter().zip(&self.real).map(|(n, share)| n * share).sum();
        summary.value = levels.iter().sum::<f64>() - self.n_expected;
        summary.value -= self.viewers.iter().map(|v| v.false_marks).sum::<f64>();
        tallies.fill(Tally::default());
        let lone = self.detection.posterior(1);
        for (m, group) in assignment.iter().enumerate() {
            summary.value += self.ln_lone(self.viewer(m));
            if group.is_none() {
                let object = self.on_object(self.viewer(m));
                tallies[self.viewer(m)].found += object;
                tallies[self.viewer(m)].false_marks += 1.0 - object;
                levels.iter_mut().zip(&lone).for_each(|(n, p)| *n += object * p);
            }
        }
        for group in self.groups(assignment) {
            summary.value += group.ln_odds;
            let posterior = self.detection.posterior(group.marks.len());
            levels.iter_mut().zip(&posterior).for_each(|(n, p)| *n += p);
            for &m in &group.marks {
                let squares = squared(self.at[m], group.at);
                let lost = D as f64 / (self.variance(m) * group.precision);
                let at = self.at[m];
                let tally = &mut tallies[self.viewer(m)];
                tally.found += 1.0;
                tally.axes += D as f64;
                tally.lost += lost;
                tally.squares += squares / self.image.blur;
                tally.weight += 1.0 / self.image.blur;
                for d in 0..2 { tally.offset[d] += (at[d] - group.at[d]) / self.image.blur; }
                summary.axes += D as f64;
                summary.lost += lost;
                summary.squares += squares / self.viewers[self.viewer(m)].variance;
            }
        }
        summary.levels = levels;
        let n_objects: f64 = levels.iter().sum();
        summary.n_objects = n_objects;
        let scale: Row = std::array::from_fn(|l| (self.image.shift + level(l)).exp());
        for (j, volunteer) in self.viewers.iter().enumerate() {
            let odds = volunteer.odds();
            let (mut expected, mut information) = (0.0, 0.0);
            for (n, scale) in levels.iter().zip(&scale) {
                let p = odds * scale / (1.0 + odds * scale);
                expected += n * p;
                information += n * p * (1.0 - p);
            }
            let found = tallies.get(j).map_or(0.0, |tally| tally.found);
            summary.excess += found - expected;
            summary.information += information;
            summary.objects += n_objects;
            if let Some(tally) = tallies.get_mut(j) {
                tally.expected = expected;
                tally.information = information;
                tally.objects = n_objects;
            }
        }
        summary
    }
}

fn squared<const D: usize>(a: [f64; D], b: [f64; D]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// The share of real objects at every level: `reality` times the odds that one of these viewers marks the object.
fn share_real(reality: f64, viewers: &[Volunteer], shift: f64) -> Row {
    std::array::from_fn(|l| {
        let scale = (shift + level(l)).exp();
        let (mut marks, mut misses) = (0.0, 0.0);
        for viewer in viewers {
            let odds = viewer.odds() * scale;
            marks += odds / (1.0 + odds);
            misses += 1.0 / (1.0 + odds);
        }
        reality * marks / (reality * marks + misses)
    })
}
