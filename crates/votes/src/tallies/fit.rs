//! The rounds that fit a mixture of tallies.

use std::collections::BTreeMap;

use ndarray::Array2;
use statrs::function::gamma::{digamma, ln_gamma};

use super::{Tally, TallyMixture};
use crate::{
    Error,
    gold::Gold,
    prior::Prior,
    vote::{check_id, check_n_classes, check_total},
};

/// How the votes on one subject vary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum TallyKind {
    /// All subjects of a class are equally clear: binomial, multinomial for more labels.
    Pooled,
    /// Some are clear and some are not: beta-binomial, Dirichlet-multinomial for more labels. Prefer it: real subjects differ, and a pooled model
    /// takes every unclear one for the other class with great certainty.
    Overdispersed,
}

/// The parameters of [`TallyMixture`]. They are checked at the start of [`Self::fit`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TallyMixtureParams {
    n_classes: usize,
    kind: TallyKind,
    gold: Vec<(usize, usize)>,
    prior: Option<Vec<f64>>,
    max_rounds: usize,
}

/// Dirichlet parameters of a class begin here and are drawn here, as if by one further subject; the label of the class is the likeliest.
/// That class k is the one of which label k speaks is all that tells the classes apart.
const RIGHT: f64 = 2.0;
const WRONG: f64 = 0.5;
/// A round that changes no probability by more than this is the last.
const TOLERANCE: f64 = 1e-8;

/// Subjects with the same counts, and the same truth if gold, are one row with a weight.
struct Rows {
    counts: Vec<Vec<u32>>,
    gold: Vec<Option<usize>>,
    weights: Vec<f64>,
}

impl TallyMixtureParams {
    pub(super) fn new(n_classes: usize, kind: TallyKind) -> Self {
        Self { n_classes, kind, gold: vec![], prior: None, max_rounds: 500 }
    }

    /// The subjects of known truth, as (subject, class). Default none. Their estimates are those that their tally alone gives.
    pub fn gold(mut self, gold: &[(usize, usize)]) -> Self {
        self.gold = gold.to_vec();
        self
    }

    /// The prior probability of every class. By default it is learned.
    pub fn prior(mut self, prior: impl Into<Vec<f64>>) -> Self {
        self.prior = Some(prior.into());
        self
    }

    /// The most rounds. Default 500: rounds are cheap, as equal tallies are one row, and mixtures settle slowly.
    pub fn max_rounds(mut self, rounds: usize) -> Self {
        self.max_rounds = rounds;
        self
    }

    /// Fits tallies. Tallies of the same subject add up; their order does not matter, to the last bit.
    ///
    /// # Errors
    /// [`Error::Classes`], [`Error::NoVotes`], [`Error::TallyLength`] for tallies of different lengths or fewer labels than
    /// classes, [`Error::Id`], [`Error::TooManyVotes`], [`Error::GoldClass`], [`Error::GoldConflict`], [`Error::Prior`], [`Error::PriorSum`],
    /// [`Error::PriorLength`], [`Error::Parameter`] for no round at all.
    pub fn fit(&self, tallies: &[Tally]) -> Result<TallyMixture, Error> {
        let k = check_n_classes(self.n_classes)?;
        let gold = if self.gold.is_empty() { Gold::default() } else { Gold::check(&self.gold, k)? };
        if let Some(prior) = &self.prior {
            if prior.len() != k {
                return Err(Error::PriorLength { got: prior.len(), n_classes: k });
            }
            Prior::check(prior)?;
        }
        if self.max_rounds == 0 {
            return Err(Error::Parameter { field: "max_rounds", got: 0.0, wants: "at least 1" });
        }
        let sums = add_up(tallies, k)?;
        let truth: BTreeMap<usize, usize> = gold.pairs().collect();
        let mut unique: BTreeMap<(Vec<u32>, Option<usize>), f64> = BTreeMap::new();
        for (subject, counts) in &sums {
            *unique.entry((counts.clone(), truth.get(subject).copied())).or_default() += 1.0;
        }
        let mut rows = Rows { counts: vec![], gold: vec![], weights: vec![] };
        for ((counts, gold), weight) in unique {
            rows.counts.push(counts);
            rows.gold.push(gold);
            rows.weights.push(weight);
        }
        let starts =
            [starts_at_fractions(&rows, k), starts_at_lifts(&rows, k, 1), starts_at_lifts(&rows, k, 3)];
        let pooled = Self { kind: TallyKind::Pooled, ..self.clone() };
        let fits = starts.iter().map(|q| pooled.rounds(&sums, &rows, q.clone()));
        let best = fits.reduce(|best, next| if next.0 > best.0 { next } else { best });
        let best = best.expect("there are three starts").1;
        if self.kind == TallyKind::Pooled {
            return Ok(best);
        }
        // Tallies that differ more than the pooled model allows are still told best by the classes that it finds.
        let q = rows.counts.iter().flat_map(|counts| {
            let mut log = pooled.ln_joint(counts, &best.alpha, &best.prior);
            normalise(&mut log);
            log
        });
        Ok(self.rounds(&sums, &rows, q.collect()).1)
    }

    /// The log-likelihood and the mixture that the rounds end in.
    fn rounds(&self, sums: &BTreeMap<usize, Vec<u32>>, rows: &Rows, mut q: Vec<f64>) -> (f64, TallyMixture) {
        let k = self.n_classes;
        let m = rows.counts[0].len();
        let base = Array2::from_shape_fn((k, m), |(t, c)| if t == c { RIGHT } else { WRONG });
        let mut alpha = base.clone();
        let mut prior = self.prior.clone().unwrap_or(vec![1.0 / k as f64; k]);
        for (q, gold) in q.chunks_exact_mut(k).zip(&rows.gold) {
            if let Some(truth) = *gold {
                q.fill(0.0);
                q[truth] = 1.0;
            }
        }
        let (mut rounds, mut converged, mut log_likelihood) = (0, false, 0.0);
        while rounds < self.max_rounds && !converged {
            log_likelihood = 0.0;
            for class in 0..k {
                let weights: Vec<f64> =
                    rows.weights.iter().enumerate().map(|(i, w)| w * q[i * k + class]).collect();
                let row = alpha.row_mut(class).into_slice().expect("rows of a standard array are contiguous");
                let base: Vec<f64> = base.row(class).to_vec();
                match self.kind {
                    TallyKind::Pooled => pooled(row, &base, rows, &weights),
                    TallyKind::Overdispersed => overdispersed(row, &base, rows, &weights),
                }
            }
            if self.prior.is_none() {
                let total = |class: usize| -> f64 {
                    rows.weights.iter().enumerate().map(|(i, w)| w * q[i * k + class]).sum()
                };
                let n: f64 = rows.weights.iter().sum();
                prior = (0..k).map(|class| (total(class) + 1.0) / (n + k as f64)).collect();
            }
            let mut change = 0.0_f64;
            for (i, q) in q.chunks_exact_mut(k).enumerate() {
                let mut log = self.ln_joint(&rows.counts[i], &alpha, &prior);
                if let Some(truth) = rows.gold[i] {
                    (0..k).filter(|&class| class != truth).for_each(|class| log[class] = f64::NEG_INFINITY);
                }
                log_likelihood += rows.weights[i] * normalise(&mut log);
                for (q, new) in q.iter_mut().zip(log) {
                    change = change.max((new - *q).abs());
                    *q = new;
                }
            }
            rounds += 1;
            converged = change <= TOLERANCE;
        }
        let posterior = |counts: &Vec<u32>| {
            let mut log = self.ln_joint(counts, &alpha, &prior);
            normalise(&mut log);
            log
        };
        let probabilities = sums.values().flat_map(posterior).collect();
        let mixture = TallyMixture {
            n_classes: k,
            subjects: sums.keys().copied().collect(),
            n_votes: sums.values().map(|counts| counts.iter().sum()).collect(),
            probabilities,
            prior,
            alpha,
            kind: self.kind,
            rounds,
            converged,
        };
        (log_likelihood, mixture)
    }

    /// Per class, ln of prior times likelihood, without the multinomial coefficient that all classes share.
    fn ln_joint(&self, counts: &[u32], alpha: &Array2<f64>, prior: &[f64]) -> Vec<f64> {
        let mut log: Vec<f64> = prior.iter().map(|p| p.ln()).collect();
        for (log, alpha) in log.iter_mut().zip(alpha.rows()) {
            let sum = alpha.sum();
            match self.kind {
                TallyKind::Pooled => {
                    for (&n, a) in counts.iter().zip(alpha) {
                        *log += f64::from(n) * (a / sum).ln();
                    }
                }
                TallyKind::Overdispersed => {
                    let n: u32 = counts.iter().sum();
                    *log += ln_gamma(sum) - ln_gamma(sum + f64::from(n));
                    for (&n, &a) in counts.iter().zip(alpha) {
                        if n > 0 {
                            *log += ln_gamma(a + f64::from(n)) - ln_gamma(a);
                        }
                    }
                }
            }
        }
        log
    }
}

/// Logarithms into probabilities; ln of their sum.
fn normalise(log: &mut [f64]) -> f64 {
    let max = log.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    log.iter_mut().for_each(|log| *log = (*log - max).exp());
    let sum: f64 = log.iter().sum();
    log.iter_mut().for_each(|p| *p /= sum);
    max + sum.ln()
}

/// Tallies by subject, checked.
fn add_up(tallies: &[Tally], n_classes: usize) -> Result<BTreeMap<usize, Vec<u32>>, Error> {
    let n_labels = tallies.first().ok_or(Error::NoVotes)?.counts.len();
    let mut sums: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    let mut total = 0;
    for Tally { subject, counts } in tallies {
        check_id("subject", *subject)?;
        if counts.len() != n_labels || n_labels < n_classes {
            return Err(Error::TallyLength {
                subject: *subject,
                got: counts.len(),
                wants: n_labels.max(n_classes),
            });
        }
        // The total is checked, so that no sum of the counts can overflow.
        total = check_total(total, counts.iter().map(|&n| u64::from(n)).sum())?;
        let sum = sums.entry(*subject).or_insert_with(|| vec![0; n_labels]);
        sum.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
    }
    sums.retain(|_, counts| counts.iter().any(|&n| n > 0));
    if sums.is_empty() { Err(Error::NoVotes) } else { Ok(sums) }
}

/// Fractions of the votes that speak for a class; all classes alike where none does.
fn starts_at_fractions(rows: &Rows, k: usize) -> Vec<f64> {
    let start = |counts: &Vec<u32>| {
        let sum: u32 = counts[..k].iter().sum();
        let fraction = move |&n: &u32| if sum == 0 { 1.0 / k as f64 } else { f64::from(n) / f64::from(sum) };
        counts[..k].iter().map(fraction).collect::<Vec<_>>()
    };
    rows.counts.iter().flat_map(start).collect()
}

/// Fractions over what is usual for the label, to a power: where a label is rare, a few votes for it are many.
fn starts_at_lifts(rows: &Rows, k: usize, power: i32) -> Vec<f64> {
    let mut q = starts_at_fractions(rows, k);
    let mut usual = vec![1e-9; k];
    for (q, weight) in q.chunks_exact(k).zip(&rows.weights) {
        usual.iter_mut().zip(q).for_each(|(usual, q)| *usual += weight * q);
    }
    for q in q.chunks_exact_mut(k) {
        q.iter_mut().zip(&usual).for_each(|(q, usual)| *q = (*q / usual).powi(power));
        let sum: f64 = q.iter().sum();
        q.iter_mut().for_each(|q| *q /= sum);
    }
    q
}

/// Sums of the votes, and the pseudo-counts.
fn pooled(alpha: &mut [f64], base: &[f64], rows: &Rows, weights: &[f64]) {
    alpha.copy_from_slice(base);
    for (counts, weight) in rows.counts.iter().zip(weights) {
        alpha.iter_mut().zip(counts).for_each(|(a, &n)| *a += weight * f64::from(n));
    }
}

/// Fixed-point steps for the weighted Dirichlet-multinomial likelihood (Minka 2000, eq. 55), with one imagined subject at the base.
fn overdispersed(alpha: &mut [f64], base: &[f64], rows: &Rows, weights: &[f64]) {
    for _ in 0..5 {
        let sum: f64 = alpha.iter().sum();
        let mut above = base.to_vec();
        let mut below = 1.0;
        for (counts, &weight) in rows.counts.iter().zip(weights) {
            if weight == 0.0 {
                continue;
            }
            let n: u32 = counts.iter().sum();
            below += weight * (digamma(sum + f64::from(n)) - digamma(sum));
            for ((above, &a), &n) in above.iter_mut().zip(alpha.iter()).zip(counts) {
                if n > 0 {
                    *above += weight * a * (digamma(a + f64::from(n)) - digamma(a));
                }
            }
        }
        alpha.iter_mut().zip(above).for_each(|(a, above)| *a = (above / below).clamp(1e-6, 1e9));
    }
}
