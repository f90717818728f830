//! From parameters and votes to a consensus: which models to fit, how to calibrate them, how to weigh them.

use crate::{Consensus, Error, table::Grouped};

use super::{
    Member, Mode, PseudoCounts, Temperature,
    calibration::{Calibration, GoldEvidence, TAU_WITHOUT_GOLD, log_joint},
    evidence::ln_sum_exp,
    held_out,
    kernel::Problem,
    kinds,
    model::{ClassPrior, Model, Rounds},
    params::ConsensusParams,
    rates::{Belief, Meaning, Point, Rows},
};

/// The votes and all that is known beside them, by row.
#[derive(Debug)]
pub(super) struct Setup<'a> {
    pub(super) params: &'a ConsensusParams,
    pub(super) votes: &'a Grouped,
    pub(super) meaning: Meaning,
    /// Class + 1, or 0.
    pub(super) gold: Vec<u16>,
    /// (row, truth) of gold with votes.
    pub(super) gold_rows: Vec<(usize, usize)>,
    /// Subjects × classes, or empty.
    pub(super) scores: Vec<f64>,
}

/// The sum of pseudo-counts over the kinds of a class: Li et al. 2019.
pub(super) const KIND_MASS: f64 = 0.1;

/// Parts of gold that are told by fits without them, and the starts of such a fit.
const FOLDS: usize = 4;
const RESTARTS_OF_FOLDS: usize = 2;

pub(super) fn fit(params: &ConsensusParams, votes: Grouped) -> Result<Consensus, Error> {
    let setup = Setup::new(params, &votes)?;
    if params.mode == Mode::Majority {
        let probabilities = setup.fractions();
        return Ok(Consensus::new(params, vec![], vec![], probabilities, votes));
    }
    let modes = match (params.mode, setup.gold_rows.is_empty()) {
        (Mode::Auto, true) => vec![(Mode::Robust, None)],
        (Mode::Auto, false) => vec![
            (Mode::Swap, Some(PseudoCounts::Flat(1.0))),
            (Mode::Swap, None),
            (Mode::GoldEm, Some(PseudoCounts::Diagonal { right: 2.0, wrong: 1.0 })),
            (Mode::GoldEm, None),
            (Mode::OneCoin, None),
            (Mode::Robust, None),
        ],
        (mode, _) => vec![(mode, params.pseudo_counts)],
    };
    let alone = modes.len() == 1;
    let mut members = Vec::with_capacity(modes.len());
    for (mode, pseudo_counts) in modes {
        // Where members are weighed by gold, the choice between kinds and none is made there.
        let with_kinds = mode == Mode::Robust && (!alone || held_out::kinds_help(&setup, pseudo_counts));
        let recipe = Recipe { mode, pseudo_counts, with_kinds };
        members.push(setup.member(recipe));
    }
    let least = members.iter().map(|member| member.loss).fold(f64::INFINITY, f64::min);
    let weights = || members.iter().map(|member| (least - member.loss).exp());
    let sum: f64 = weights().sum();
    let weights: Vec<f64> = weights().map(|weight| weight / sum).collect();
    members.iter_mut().zip(weights).for_each(|(member, weight)| member.weight = weight);
    if let [member] = &mut members[..] {
        // The member's own copy is needed for what is asked later.
        let probabilities = member.probabilities.clone();
        let scores = setup.scores;
        return Ok(Consensus::new(params, members, scores, probabilities, votes));
    }
    let mut probabilities = vec![0.0; votes.n_subjects() * params.n_classes];
    for member in &members {
        probabilities.iter_mut().zip(&member.probabilities).for_each(|(sum, p)| *sum += member.weight * p);
    }
    let scores = setup.scores;
    Ok(Consensus::new(params, members, scores, probabilities, votes))
}

/// Which model to fit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recipe {
    pub(super) mode: Mode,
    pub(super) pseudo_counts: Option<PseudoCounts>,
    pub(super) with_kinds: bool,
}

impl<'a> Setup<'a> {
    fn new(params: &'a ConsensusParams, votes: &'a Grouped) -> Result<Self, Error> {
        let mut gold = vec![0; votes.n_subjects()];
        let mut gold_rows = vec![];
        for &(subject, class) in &params.gold {
            if let Some(row) = votes.subject_row(subject) {
                if gold[row] == 0 {
                    gold_rows.push((row, class));
                }
                gold[row] = class as u16 + 1;
            }
        }
        gold_rows.sort_unstable();
        if params.mode == Mode::Swap {
            if params.gold.is_empty() {
                return Err(Error::NoGold);
            }
            if gold_rows.is_empty() {
                return Err(Error::NoGoldVotes { n_gold: params.gold.len() });
            }
        }
        let scores = scores(params, votes);
        Ok(Self { params, votes, meaning: params.meaning(votes.n_labels), gold, gold_rows, scores })
    }

    pub(super) fn problem(&self, n_groups: usize) -> Problem<'_> {
        let params = self.params;
        Problem::new(self.votes, params.n_classes, n_groups, &self.gold, &self.scores, params.threads)
    }

    /// Subjects × classes: where every fit begins. Fractions of the votes that speak for a class; all classes alike where none does; the
    /// truth of gold.
    pub(super) fn start(&self) -> Vec<f64> {
        let mut q = self.fractions();
        for &(row, truth) in &self.gold_rows {
            q[row * self.params.n_classes..][..self.params.n_classes].fill(0.0);
            q[row * self.params.n_classes + truth] = 1.0;
        }
        q
    }

    fn fractions(&self) -> Vec<f64> {
        let k = self.params.n_classes;
        let m = self.votes.n_labels as u32;
        let mut weights =
            vec![1.0; if self.params.mode == Mode::Majority { self.votes.volunteers.len() } else { 0 }];
        for &(volunteer, weight) in &self.params.weights {
            if let Some(weight_of_row) =
                self.votes.volunteer_row(volunteer).and_then(|row| weights.get_mut(row))
            {
                *weight_of_row = weight;
            }
        }
        let mut q = vec![0.0; self.votes.n_subjects() * k];
        for (subject, q) in q.chunks_exact_mut(k).enumerate() {
            for &cell in self.votes.cells_of(subject) {
                if let Some(class) = self.meaning.classes[(cell % m) as usize] {
                    q[class] += weights.get((cell / m) as usize).unwrap_or(&1.0);
                }
            }
            let sum: f64 = q.iter().sum();
            q.iter_mut().for_each(|q| *q = if sum > 0.0 { *q / sum } else { 1.0 / k as f64 });
        }
        q
    }

    /// The user's prior, or the one that gold tells, or none.
    fn known_prior(&self) -> Option<Vec<f64>> {
        let random = self.params.gold_is_random && !self.gold_rows.is_empty();
        let frequencies = || self.gold_evidence(&[]).ln_frequencies().iter().map(|ln| ln.exp()).collect();
        self.params.prior.clone().or_else(|| random.then(frequencies))
    }

    fn gold_evidence<'b>(&'b self, evidence: &'b [f64]) -> GoldEvidence<'b> {
        GoldEvidence {
            n_classes: self.params.n_classes,
            evidence,
            scores: &self.scores,
            gold: &self.gold_rows,
        }
    }

    /// Tells gold by fits that do not know its truth: one of [`FOLDS`] parts at a time is no gold. Where subjects come in kinds, taking a subject's
    /// own votes out of the counts is not enough, as its kind is made of subjects like it. Parts have the classes in the same proportions.
    fn replace_gold(&self, recipe: Recipe, evidence: &mut [f64]) {
        let k = self.params.n_classes;
        let mut order = self.gold_rows.clone();
        order.sort_unstable_by_key(|&(row, truth)| (truth, row));
        for fold in 0..FOLDS.min(order.len()) {
            let mut gold = self.gold.clone();
            let unseen: Vec<usize> = order.iter().skip(fold).step_by(FOLDS).map(|&(row, _)| row).collect();
            unseen.iter().for_each(|&row| gold[row] = 0);
            let part = Setup {
                params: self.params,
                votes: self.votes,
                meaning: self.meaning.clone(),
                gold_rows: self.gold_rows.iter().copied().filter(|&(row, _)| gold[row] > 0).collect(),
                gold,
                scores: self.scores.clone(),
            };
            let model = part.fit(recipe, RESTARTS_OF_FOLDS.min(self.params.restarts));
            let told = model.evidence(&part.problem(model.n_groups));
            for row in unseen {
                evidence[row * k..][..k].copy_from_slice(&told[row * k..][..k]);
            }
        }
    }

    pub(super) fn model(&self, mode: Mode, pseudo_counts: Option<PseudoCounts>) -> Model {
        let (k, m) = (self.params.n_classes, self.votes.n_labels);
        let problem = self.problem(1);
        let default = match mode {
            Mode::DawidSkene => PseudoCounts::Flat(0.0),
            Mode::OneCoin => PseudoCounts::Diagonal { right: 2.0, wrong: 1.0 },
            _ => PseudoCounts::Learned { right: 2.0, wrong: 0.5, weight: 1.0 },
        };
        let pseudo_counts = pseudo_counts.unwrap_or(default);
        let (right, wrong) = match pseudo_counts {
            PseudoCounts::Flat(gamma) => (gamma, gamma),
            PseudoCounts::Diagonal { right, wrong } | PseudoCounts::Learned { right, wrong, .. } => {
                (right, wrong)
            }
        };
        let base = Rows::diagonal(&self.meaning, 1, right, wrong);
        let belief = match mode {
            Mode::OneCoin => Belief::Coin { meaning: self.meaning.clone(), right, wrong },
            _ => Belief::Rows(base.clone(), Point::Mean),
        };
        debug_assert_eq!(base.alpha.len(), k * m);
        let learn = match pseudo_counts {
            PseudoCounts::Learned { weight, .. } => Some((&base, weight)),
            _ => None,
        };
        // Dawid–Skene's own estimate of the frequencies has no pseudo-count either.
        let prior_count = if mode == Mode::DawidSkene { 0.0 } else { 1.0 };
        // A fixed prior of a random gold sample would only slow the volunteers down: the votes tell more.
        let fixed = match mode {
            Mode::Swap => self.known_prior(),
            _ => self.params.prior.clone(),
        };
        let prior = fixed.as_deref().map_or(ClassPrior::Learned(prior_count), ClassPrior::Fixed);
        let rounds =
            Rounds { prior, learn, max_rounds: self.params.max_rounds, tolerance: self.params.tolerance };
        match mode {
            Mode::Swap => Model::from_gold(&problem, belief, rounds),
            _ => Model::em(&problem, belief, self.start(), rounds),
        }
    }

    fn fit(&self, recipe: Recipe, restarts: usize) -> Model {
        match recipe.with_kinds {
            true => kinds::best(self, recipe.pseudo_counts, restarts),
            // No kinds: a prior that was meant for them is none for plain rows.
            false if recipe.mode == Mode::Robust => self.model(Mode::GoldEm, None),
            false => self.model(recipe.mode, recipe.pseudo_counts),
        }
    }

    /// A model with its calibration: fitted on gold, or none.
    fn member(&self, recipe: Recipe) -> Member {
        let mode = recipe.mode;
        let model = self.fit(recipe, self.params.restarts);
        let k = self.params.n_classes;
        let n = self.votes.n_subjects();
        let default = match mode {
            Mode::DawidSkene => Temperature::Fixed(1.0),
            _ => Temperature::Fitted,
        };
        let temperature = self.params.temperature.unwrap_or(default);
        // Untempered probabilities without gold or scores are those of the last round.
        if tau_is_one(temperature)
            && self.gold_rows.is_empty()
            && model.n_groups == 1
            && self.params.prior.is_none()
        {
            let offsets = model.rates.prior.clone();
            let calibration = Calibration { tau: 1.0, offsets, loss: 0.0 };
            let probabilities = model.q.clone();
            return Member { mode, model, calibration, loss: 0.0, weight: 1.0, probabilities };
        }
        let problem = self.problem(model.n_groups);
        let mut evidence = model.evidence(&problem);
        if recipe.with_kinds {
            self.replace_gold(recipe, &mut evidence);
        }
        let gold = self.gold_evidence(&evidence);
        let fitted = match temperature {
            Temperature::Fitted if !self.gold_rows.is_empty() => Some(gold.fit()),
            _ => None,
        };
        let tau = match temperature {
            Temperature::Fixed(tau) => tau,
            Temperature::Fitted => fitted.as_ref().map_or(TAU_WITHOUT_GOLD, |fitted| fitted.tau),
        };
        let random = self.params.gold_is_random && self.params.prior.is_none();
        let offsets = match (&fitted, self.known_prior()) {
            (Some(fitted), _) if random => fitted.offsets.clone(),
            (_, Some(prior)) => prior.iter().map(|p| p.ln()).collect(),
            (fitted, None) => {
                let classes = model.rates.prior.chunks_exact(model.n_groups).map(ln_sum_exp);
                // What is not fitted scales the whole logarithm: surer or less sure, but of the same label.
                let scale = match temperature {
                    Temperature::Fitted if fitted.is_none() => tau,
                    _ => 1.0,
                };
                classes.map(|ln| ln * scale).collect()
            }
        };
        let loss = fitted.as_ref().map_or_else(|| gold.loss(tau, &offsets), |fitted| fitted.loss);
        let mut probabilities = vec![0.0; n * k];
        for (row, out) in probabilities.chunks_exact_mut(k).enumerate() {
            log_joint(&evidence, &self.scores, row, tau, &offsets, out);
            normalise(out);
        }
        let calibration = Calibration { tau, offsets, loss };
        Member { mode, model, calibration, loss, weight: 1.0, probabilities }
    }
}

fn tau_is_one(temperature: Temperature) -> bool {
    temperature == Temperature::Fixed(1.0)
}

/// Logarithms into probabilities.
pub(super) fn normalise(log: &mut [f64]) {
    let sum = ln_sum_exp(log);
    log.iter_mut().for_each(|log| *log = (*log - sum).exp());
}

/// ln of each score over the mean of all; 0 where a subject has none. A score of 0 counts as 1e-12.
fn scores(params: &ConsensusParams, votes: &Grouped) -> Vec<f64> {
    const LEAST: f64 = 1e-12;
    let k = params.n_classes;
    if params.scores.is_empty() {
        return vec![];
    }
    let mut mean = vec![0.0; k];
    for (_, scores) in &params.scores {
        mean.iter_mut().zip(scores).for_each(|(mean, p)| *mean += p / params.scores.len() as f64);
    }
    let mut result = vec![0.0; votes.n_subjects() * k];
    for (subject, scores) in &params.scores {
        if let Some(row) = votes.subject_row(*subject) {
            for class in 0..k {
                result[row * k + class] = scores[class].max(LEAST).ln() - mean[class].max(LEAST).ln();
            }
        }
    }
    result
}
