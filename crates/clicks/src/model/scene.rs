//! One subject under given parameters: what its marks gain, what its objects are worth, and which marks belong together.

use super::image::Image;
use super::levels::{Detection, Row};
use super::population::Population;
use super::volunteer::Volunteer;
use crate::facility::{FacilityLocation, Mark, Method, Opening};
use crate::{Error, Subject};

/// One subject, ready to be solved.
#[derive(Debug)]
pub(crate) struct Scene<'a, const D: usize> {
    pub(crate) subject: Subject<'a>,
    /// Places of the marks, less their volunteers' biases.
    pub(crate) at: Vec<[f64; D]>,
    ln_volume: f64,
    pub(crate) image: Image,
    /// One for every named viewer.
    pub(crate) viewers: Vec<Volunteer>,
    /// What each viewer without a name is taken for.
    unnamed: Volunteer,
    pub(crate) detection: Detection,
    /// h(1).
    lone: f64,
    /// How much likelier each mark's score is on an object, and beside one, than among all marks of its volunteer. Empty where there are no scores.
    scores: Vec<[f64; 2]>,
    /// Where its objects are, if that is known.
    gold: Option<&'a [[f64; 2]]>,
    pub(crate) limit: Limit,
    method: Method,
}

/// No score is taken for surer than this, in either direction.
const LEAST_SCORE: f64 = 1e-3;

/// How many objects a subject may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum Limit {
    #[default]
    None,
    AtMost(usize),
    Exactly(usize),
}

/// Marks on the same object.
#[derive(Debug, Clone)]
pub(crate) struct Group<const D: usize> {
    pub(crate) marks: Vec<usize>,
    pub(crate) at: [f64; D],
    /// Of the position: Σ 1/σ², infinite where it is known.
    pub(crate) precision: f64,
    /// S = Σ 1/σ² of its marks.
    pub(crate) weight: f64,
    /// How many of its axes its marks decide: all, or those of the sizes where the position is known.
    pub(crate) n_free: usize,
    /// ln of the odds that it is an object, against all its marks being lone.
    pub(crate) ln_odds: f64,
}

/// What all subjects share while they are solved.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Laws<'a> {
    pub(crate) volunteers: &'a [Volunteer],
    pub(crate) population: &'a Population,
    /// Objects by level, for one expected.
    pub(crate) levels: &'a Row,
    pub(crate) limit: Limit,
    /// Mean score of every volunteer's marks.
    pub(crate) mean_scores: &'a [f64],
    pub(crate) method: Method,
}

impl<'a, const D: usize> Scene<'a, D> {
    /// `at` has the places of the marks, `ln_volume` the space of a false mark, `gold` the true places of all objects.
    pub(crate) fn new(
        subject: Subject<'a>,
        at: &[[f64; D]],
        ln_volume: f64,
        image: Image,
        gold: Option<&'a [[f64; 2]]>,
        laws: Laws<'_>,
    ) -> Self {
        let viewers: Vec<Volunteer> = subject.viewers.iter().map(|&v| laws.volunteers[v as usize]).collect();
        let unnamed = Volunteer::typical(laws.population);
        // Never 0, so that its logarithm is a number.
        let intensity = laws.levels.map(|w| (image.lambda * w).max(1e-300));
        let odds = viewers.iter().map(Volunteer::odds);
        let detection =
            Detection::new(&intensity, image.shift, odds, (unnamed.odds(), subject.n_silent_unnamed));
        let unbiased = |(&viewer, place): (&u32, &[f64; D])| {
            let bias = viewers[viewer as usize].bias;
            std::array::from_fn(|d| place[d] - bias.get(d).copied().unwrap_or(0.0))
        };
        let at = subject.mark_viewers.iter().zip(at).map(unbiased).collect();
        let lone = detection.log(1);
        let scores = score_factors(&subject, laws.mean_scores);
        let Laws { limit, method, .. } = laws;
        Self { subject, at, ln_volume, image, viewers, unnamed, detection, lone, scores, gold, limit, method }
    }

    /// Who saw it, and how many of each: one of every name, and all without names together.
    pub(crate) fn crowd(&self) -> impl Iterator<Item = (&Volunteer, f64)> {
        let named = self.viewers.iter().map(|volunteer| (volunteer, 1.0));
        named.chain([(&self.unnamed, self.subject.n_silent_unnamed as f64)])
    }

    pub(crate) fn viewer(&self, mark: usize) -> usize {
        self.subject.mark_viewers[mark] as usize
    }

    pub(crate) fn is_gold(&self) -> bool {
        self.gold.is_some()
    }

    /// σ² of a mark.
    pub(crate) fn variance(&self, mark: usize) -> f64 {
        self.viewers[self.viewer(mark)].variance * self.image.blur
    }

    /// Expected number of objects that get a mark of this viewer and no other.
    fn lone_objects(&self, viewer: usize) -> f64 {
        if self.is_gold() { 0.0 } else { (self.viewers[viewer].theta + self.lone).exp() }
    }

    /// Densities of a mark's score on an object and beside one, relative to all marks of its volunteer.
    fn score(&self, mark: usize) -> [f64; 2] {
        self.scores.get(mark).copied().unwrap_or([1.0; 2])
    }

    /// Expected numbers of marks like this one that stand alone: on objects, and false.
    fn alone(&self, mark: usize) -> [f64; 2] {
        let viewer = self.viewer(mark);
        let [on_object, beside] = self.score(mark);
        [on_object * self.lone_objects(viewer), beside * self.viewers[viewer].false_marks]
    }

    /// ln density of a mark that stands alone: false, or the only one on its object.
    pub(crate) fn ln_lone(&self, mark: usize) -> f64 {
        let [object, false_mark] = self.alone(mark);
        (object + false_mark).ln() - self.ln_volume
    }

    /// Probability that a lone mark is on a thing that others could mark too.
    pub(crate) fn on_object(&self, mark: usize) -> f64 {
        let [object, false_mark] = self.alone(mark);
        object / (object + false_mark)
    }

    /// G of a mark: what it gains by sitting exactly on its object instead of being alone.
    fn gain(&self, mark: usize) -> f64 {
        let ln_density = -0.5 * D as f64 * (std::f64::consts::TAU * self.variance(mark)).ln();
        let ln_score = if self.scores.is_empty() { 0.0 } else { self.score(mark)[0].ln() };
        self.viewers[self.viewer(mark)].theta + ln_density + ln_score - self.ln_lone(mark)
    }

    /// What a mark gains at this squared distance from its object.
    fn gain_beside(&self, mark: usize, squares: f64) -> f64 {
        self.gain(mark) - 0.5 * squares / self.variance(mark)
    }

    /// Which marks belong together; no worse than `start`, if there is one.
    pub(crate) fn solve(&self, start: Option<&[Option<usize>]>) -> Result<Vec<Option<usize>>, Error> {
        if self.is_gold() {
            return Ok(self.assign_to_gold());
        }
        let marks: Vec<Mark<D>> = (0..self.at.len())
            .map(|m| Mark {
                at: self.at[m],
                viewer: self.viewer(m),
                gain: self.gain(m),
                variance: self.variance(m),
            })
            .collect();
        // No object has more marks than there are viewers with marks.
        let n_with_marks = self.subject.mark_viewers.chunk_by(|a, b| a == b).count();
        let by_count = (1..=n_with_marks).map(|n| -self.detection.log(n)).collect();
        let constant = self.ln_volume - 0.5 * D as f64 * std::f64::consts::TAU.ln();
        let opening = Opening::occam(constant).by_count(by_count);
        // Exact where that is quick; local search finds the same in all but a few of a thousand small components.
        let params = FacilityLocation::params(opening).method(self.method).exact_up_to(6).thorough_up_to(0);
        let solution = match start {
            Some(start) => params.fit_from(&marks, start)?,
            None => params.fit(&marks)?,
        };
        let mut assignment = solution.assignment().to_vec();
        self.keep_within_limit(&mut assignment);
        // What is best without a limit may be worth less when it is cut.
        let better = start.filter(|start| self.is_better(start, &assignment));
        Ok(better.map_or(assignment, <[_]>::to_vec))
    }

    /// Whether `start` has as many groups as it may and should, and is worth more than `cut`, which has. Without a limit nothing was cut.
    fn is_better(&self, start: &[Option<usize>], cut: &[Option<usize>]) -> bool {
        let most = match self.limit {
            Limit::None => return false,
            Limit::AtMost(n) => Some(n),
            Limit::Exactly(_) => None,
        };
        let (start, cut) = (self.groups(start), self.groups(cut));
        let allowed = most.map_or(start.len() == cut.len(), |most| start.len() <= most);
        let worth = |groups: &[Group<D>]| groups.iter().map(|group| group.ln_odds).sum::<f64>();
        allowed && worth(&start) > worth(&cut)
    }

    /// Each viewer's marks on the known objects, one at most on each, so that they gain most.
    fn assign_to_gold(&self) -> Vec<Option<usize>> {
        let sites = self.gold.unwrap_or_default();
        let mut assignment = vec![None; self.at.len()];
        // On an image that is known to be empty all marks are false.
        if sites.is_empty() {
            return assignment;
        }
        let n_marks = self.at.len();
        let mut first = 0;
        while first < n_marks {
            let end = (first..n_marks).find(|&m| self.viewer(m) != self.viewer(first)).unwrap_or(n_marks);
            let gains: Vec<f64> = (first..end)
                .flat_map(|m| sites.iter().map(move |&site| (m, site)))
                .map(|(m, site)| self.gain_beside(m, self.squared_to_site(m, site)))
                .collect();
            assignment[first..end].copy_from_slice(&crate::facility::assign(&gains, sites.len()));
            first = end;
        }
        assignment
    }

    /// Squared distance of a mark to a known position; sizes count as right.
    fn squared_to_site(&self, mark: usize, site: [f64; 2]) -> f64 {
        (0..2).map(|d| (self.at[mark][d] - site[d]).powi(2)).sum()
    }

    /// Gives up the least probable groups where there may be no more; adds the most probable lone marks where there must be.
    fn keep_within_limit(&self, assignment: &mut [Option<usize>]) {
        let (most, least) = match self.limit {
            Limit::None => return,
            Limit::AtMost(n) => (n, 0),
            Limit::Exactly(n) => (n, n),
        };
        let mut groups = self.groups(assignment);
        groups.sort_by(|a, b| b.ln_odds.total_cmp(&a.ln_odds));
        for group in groups.drain(most.min(groups.len())..) {
            for m in group.marks {
                assignment[m] = None;
            }
        }
        let mut lone: Vec<usize> = (0..assignment.len()).filter(|&m| assignment[m].is_none()).collect();
        lone.sort_by(|&a, &b| self.on_object(b).total_cmp(&self.on_object(a)));
        for &m in lone.iter().take(least.saturating_sub(groups.len())) {
            // Any number that no group has: marks are as many as numbers are needed.
            assignment[m] = Some(assignment.len() + m);
        }
    }

    /// The groups of an assignment, by their lowest mark. On a gold subject: one for each known object, marked or not.
    pub(crate) fn groups(&self, assignment: &[Option<usize>]) -> Vec<Group<D>> {
        if let Some(sites) = self.gold {
            let of = |f: usize| (0..assignment.len()).filter(|&m| assignment[m] == Some(f)).collect();
            return sites.iter().enumerate().map(|(f, &site)| self.gold_group(of(f), site)).collect();
        }
        let mut members: Vec<(usize, usize)> =
            assignment.iter().enumerate().filter_map(|(m, group)| group.map(|f| (f, m))).collect();
        members.sort_unstable();
        let mut groups: Vec<Group<D>> = members
            .chunk_by(|a, b| a.0 == b.0)
            .map(|marks| self.group(marks.iter().map(|&(_, m)| m).collect()))
            .collect();
        groups.sort_unstable_by_key(|group| group.marks.first().copied());
        groups
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
        let gain = |&m: &usize| self.gain_beside(m, squared(self.at[m], at));
        let members: f64 = marks.iter().map(gain).sum();
        let occam = 0.5 * D as f64 * (precision / std::f64::consts::TAU).ln();
        let opening = self.ln_volume + occam - self.detection.log(marks.len());
        Group { ln_odds: members - opening, marks, at, precision, weight: precision, n_free: D }
    }

    /// A known object: no price for a position that is known, and sizes are those of its marks.
    fn gold_group(&self, marks: Vec<usize>, site: [f64; 2]) -> Group<D> {
        let found = if marks.is_empty() { None } else { Some(self.group(marks.clone())) };
        let gain = |&m: &usize| self.gain_beside(m, self.squared_to_site(m, site));
        let ln_odds = marks.iter().map(gain).sum::<f64>() + self.detection.log(marks.len());
        let (mut at, weight) = found.map_or(([0.0; D], 0.0), |group| (group.at, group.weight));
        at[..2].copy_from_slice(&site);
        Group { ln_odds, at, precision: f64::INFINITY, weight, n_free: D - 2, marks }
    }
}

pub(crate) fn squared<const D: usize>(a: [f64; D], b: [f64; D]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// Scores as odds, held to be calibrated: a share s of the marks with score s is real, so that among a volunteer's real marks s is s / mean times as
/// frequent as among all.
fn score_factors(subject: &Subject<'_>, mean_scores: &[f64]) -> Vec<[f64; 2]> {
    let Some(scores) = subject.scores else { return Vec::new() };
    let factors = |(score, &viewer): (&Option<f64>, &u32)| {
        let volunteer = subject.viewers[viewer as usize] as usize;
        score.zip(mean_scores.get(volunteer)).map_or([1.0; 2], |(score, &mean)| {
            let score = score.clamp(LEAST_SCORE, 1.0 - LEAST_SCORE);
            [score / mean, (1.0 - score) / (1.0 - mean)]
        })
    };
    scores.iter().zip(subject.mark_viewers).map(factors).collect()
}

/// Mean score of every volunteer's marks; one half for those without.
pub(crate) fn mean_scores<'a>(n_volunteers: usize, subjects: impl Iterator<Item = Subject<'a>>) -> Vec<f64> {
    let mut sums = vec![[0.0; 2]; n_volunteers];
    for subject in subjects {
        for (score, &viewer) in subject.scores.unwrap_or_default().iter().zip(subject.mark_viewers) {
            if let Some(score) = score {
                let [n, sum] = &mut sums[subject.viewers[viewer as usize] as usize];
                *n += 1.0;
                *sum += score;
            }
        }
    }
    sums.iter()
        .map(|&[n, sum]| if n > 0.0 { (sum / n).clamp(LEAST_SCORE, 1.0 - LEAST_SCORE) } else { 0.5 })
        .collect()
}
