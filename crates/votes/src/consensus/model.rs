//! One fitted model of the votes, and the rounds that fit it.

use statrs::function::gamma::digamma;

use super::{
    kernel::{Counts, LogRates, Problem, UNIT},
    rates::{Belief, LN_ZERO, Rows},
};

/// How fast the probabilities of a learned prior settle: the first time, and per round afterwards.
const LEARNING_STEPS: (usize, usize) = (20, 3);

/// A model and what it has learned.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) belief: Belief,
    pub(super) n_groups: usize,
    pub(super) counts: Counts,
    pub(super) rates: LogRates,
    /// Subjects × latent classes: what each subject has taught; the probabilities, except where only gold teaches.
    pub(super) taught: Vec<f64>,
    /// Subjects × latent classes.
    pub(super) q: Vec<f64>,
    pub(super) rounds: usize,
    pub(super) converged: bool,
    pub(super) log_evidence: f64,
}

/// How the frequencies of the classes come about.
#[derive(Debug, Clone, Copy)]
pub(super) enum ClassPrior<'a> {
    Fixed(&'a [f64]),
    /// (Σ q + this) / (S + K · this)
    Learned(f64),
}

impl ClassPrior<'_> {
    pub(super) fn ln(self, totals: &[f64]) -> Vec<f64> {
        match self {
            Self::Fixed(prior) => prior.iter().map(|p| p.ln()).collect(),
            Self::Learned(pseudo_count) => {
                let sum: f64 = totals.iter().map(|n| n + pseudo_count).sum();
                totals.iter().map(|n| ((n + pseudo_count) / sum).ln().max(LN_ZERO)).collect()
            }
        }
    }
}

/// What to learn, besides the rates, and for how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rounds<'a> {
    pub(super) prior: ClassPrior<'a>,
    /// The base of learned pseudo-counts, and its weight.
    pub(super) learn: Option<(&'a Rows, f64)>,
    pub(super) max_rounds: usize,
    pub(super) tolerance: f64,
}

impl Model {
    /// Expectation–maximisation from the probabilities `q`.
    pub(super) fn em(problem: &Problem<'_>, mut belief: Belief, mut q: Vec<f64>, rounds: Rounds<'_>) -> Self {
        let mut counts = problem.count(&q);
        let mut rates = LogRates { cells: vec![], prior: vec![] };
        let (mut done, mut converged) = (0, false);
        while done < rounds.max_rounds && !converged {
            learn(
                &mut belief,
                &counts,
                rounds.learn,
                if done == 0 { LEARNING_STEPS.0 } else { LEARNING_STEPS.1 },
            );
            rates.cells = belief.ln_rates(&counts, problem.per_volunteer());
            rates.prior = rounds.prior.ln(&class_totals(&counts, 1));
            let round = problem.round(&rates, &mut q);
            counts = round.counts;
            done += 1;
            converged = round.change <= rounds.tolerance;
        }
        Self {
            belief,
            n_groups: 1,
            counts,
            rates,
            taught: q.clone(),
            q,
            rounds: done,
            converged,
            log_evidence: 0.0,
        }
    }

    /// Gold alone teaches: one pass over its votes, one over all. The frequencies of the classes, where they are to be learned,
    /// take further passes with the same volunteers.
    pub(super) fn from_gold(problem: &Problem<'_>, mut belief: Belief, rounds: Rounds<'_>) -> Self {
        let k = problem.n_classes;
        let n = problem.votes.n_subjects();
        let mut taught = vec![0.0; n * k];
        for (subject, &gold) in problem.gold.iter().enumerate() {
            if gold > 0 {
                taught[subject * k + usize::from(gold) - 1] = 1.0;
            }
        }
        let counts = problem.count(&taught);
        learn(&mut belief, &counts, rounds.learn, 10 * LEARNING_STEPS.0);
        let cells = belief.ln_rates(&counts, problem.per_volunteer());
        let mut rates = LogRates { cells, prior: rounds.prior.ln(&class_totals(&counts, 1)) };
        let mut q = taught.clone();
        let (mut done, mut converged) = (0, false);
        while done < rounds.max_rounds && !converged {
            let round = problem.round(&rates, &mut q);
            done += 1;
            converged = matches!(rounds.prior, ClassPrior::Fixed(_)) || round.change <= rounds.tolerance;
            rates.prior = rounds.prior.ln(&class_totals(&round.counts, 1));
        }
        Self { belief, n_groups: 1, counts, rates, taught, q, rounds: done, converged, log_evidence: 0.0 }
    }

    /// Mean-field rounds for kinds of subjects (Li, Rubinstein & Cohn 2019): Dirichlet posteriors for classes, kinds and rates.
    /// `kind_mass` is the sum of the Dirichlet prior over the kinds of a class.
    pub(super) fn kinds(
        problem: &Problem<'_>,
        rows: &Rows,
        mut q: Vec<f64>,
        rounds: Rounds<'_>,
        kind_mass: f64,
    ) -> Self {
        let belief = Belief::Rows(rows.clone(), super::rates::Point::MeanLog);
        let groups = problem.n_groups;
        let mut counts = problem.count(&q);
        let mut rates = LogRates { cells: vec![], prior: vec![] };
        let (mut done, mut converged, mut log_evidence) = (0, false, f64::NEG_INFINITY);
        while done < rounds.max_rounds && !converged {
            rates.cells = belief.ln_rates(&counts, problem.per_volunteer());
            let classes = class_totals(&counts, groups);
            let ln_classes = match rounds.prior {
                ClassPrior::Fixed(_) => rounds.prior.ln(&classes),
                ClassPrior::Learned(a) => {
                    let sum: f64 = classes.iter().map(|n| n + a).sum();
                    classes.iter().map(|n| digamma(n + a) - digamma(sum)).collect()
                }
            };
            rates.prior = (0..problem.n_latent())
                .map(|latent| {
                    let kind = counts.totals[latent] as f64 / UNIT + kind_mass / groups as f64;
                    ln_classes[latent / groups] + digamma(kind)
                        - digamma(classes[latent / groups] + kind_mass)
                })
                .collect();
            let round = problem.round(&rates, &mut q);
            done += 1;
            converged = round.change <= rounds.tolerance;
            if converged || done == rounds.max_rounds {
                let prior = match rounds.prior {
                    ClassPrior::Fixed(_) => None,
                    ClassPrior::Learned(a) => Some(a),
                };
                log_evidence = round.log_evidence
                    - super::bound::divergence(&counts, rows, groups, prior, kind_mass / groups as f64);
            }
            counts = round.counts;
        }
        Self {
            belief,
            n_groups: groups,
            counts,
            rates,
            taught: q.clone(),
            q,
            rounds: done,
            converged,
            log_evidence,
        }
    }

    pub(super) fn n_latent(&self) -> usize {
        self.rates.prior.len()
    }

    /// The counts of one volunteer: labels × latent classes.
    pub(super) fn counts_of(&self, volunteer: usize, per_volunteer: usize) -> Vec<f64> {
        let units = &self.counts.cells[volunteer * per_volunteer..][..per_volunteer];
        units.iter().map(|&units| units as f64 / UNIT).collect()
    }
}

fn learn(belief: &mut Belief, counts: &Counts, learn: Option<(&Rows, f64)>, steps: usize) {
    if let (Belief::Rows(rows, _), Some((base, weight))) = (belief, learn) {
        rows.learn(counts, base, weight, steps);
    }
}

/// Subjects of each class, from the totals of the latent classes.
pub(super) fn class_totals(counts: &Counts, n_groups: usize) -> Vec<f64> {
    let classes = counts.totals.chunks_exact(n_groups);
    classes.map(|units| units.iter().map(|&units| units as f64 / UNIT).sum()).collect()
}
