//! How far the votes of a subject are to be believed: one exponent and one offset per class, fitted on gold.

use super::evidence::ln_sum_exp;

/// The exponent is drawn to 1/2, where public data sets with known truth have it (.2 to .9), with a standard deviation of .7 in its logarithm: a
/// handful of gold subjects then cannot drive it to extremes.
const LN_TAU: (f64, f64) = (-std::f64::consts::LN_2, 0.7);

/// The exponent where there is no gold: the centre of the prior above.
pub(super) const TAU_WITHOUT_GOLD: f64 = 0.5;

/// Standard deviation, in nats, of an offset around what the frequencies of the classes in gold say.
const OFFSET_SD: f64 = 1.0;

/// `ln p_t = τ · evidence_t + offset_t − normalisation`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Calibration {
    pub(super) tau: f64,
    pub(super) offsets: Vec<f64>,
    /// Σ over gold of −ln p of the truth.
    pub(super) loss: f64,
}

/// Evidence of gold subjects that they did not teach themselves, and their truth.
#[derive(Debug)]
pub(super) struct GoldEvidence<'a> {
    pub(super) n_classes: usize,
    pub(super) evidence: &'a [f64],
    /// Subjects × classes, or empty: added to the logarithms as they are.
    pub(super) scores: &'a [f64],
    /// (row of the subject, truth)
    pub(super) gold: &'a [(usize, usize)],
}

impl GoldEvidence<'_> {
    /// The mode of the posterior of exponent and offsets, one coordinate after the other by golden section: the loss is convex in the offsets and
    /// in τ.
    pub(super) fn fit(&self) -> Calibration {
        let start = self.ln_frequencies();
        let (mut ln_tau, mut offsets) = (LN_TAU.0, start.clone());
        // A few rounds do, as exponent and offsets hardly depend on each other.
        for _ in 0..8 {
            let before = ln_tau;
            ln_tau = minimum(|x| self.objective(x, &offsets, &start), -5.0, 1.5);
            // A constant added to all offsets changes nothing: the first one stays.
            for class in 1..self.n_classes {
                let mut trial = offsets.clone();
                let mut objective = |x| {
                    trial[class] = x;
                    self.objective(ln_tau, &trial, &start)
                };
                offsets[class] = minimum(&mut objective, start[class] - 4.0, start[class] + 4.0);
            }
            if (ln_tau - before).abs() < 1e-5 {
                break;
            }
        }
        let tau = ln_tau.exp();
        Calibration { tau, loss: self.loss(tau, &offsets), offsets }
    }

    /// ln (n_t + 1) / (n + K) of the classes in gold.
    pub(super) fn ln_frequencies(&self) -> Vec<f64> {
        let mut n = vec![1.0; self.n_classes];
        self.gold.iter().for_each(|&(_, truth)| n[truth] += 1.0);
        let sum: f64 = n.iter().sum();
        n.iter().map(|n| (n / sum).ln()).collect()
    }

    pub(super) fn loss(&self, tau: f64, offsets: &[f64]) -> f64 {
        let mut log = vec![0.0; self.n_classes];
        let losses = self.gold.iter().map(|&(row, truth)| {
            log_joint(self.evidence, self.scores, row, tau, offsets, &mut log);
            ln_sum_exp(&log) - log[truth]
        });
        losses.sum()
    }

    fn objective(&self, ln_tau: f64, offsets: &[f64], start: &[f64]) -> f64 {
        let moved: f64 = offsets.iter().zip(start).map(|(a, b)| (a - b).powi(2)).sum();
        let penalty = ((ln_tau - LN_TAU.0) / LN_TAU.1).powi(2) + moved / OFFSET_SD.powi(2);
        self.loss(ln_tau.exp(), offsets) + penalty / 2.0
    }
}

/// ln of the joint probability of one subject, before normalising.
pub(super) fn log_joint(
    evidence: &[f64],
    scores: &[f64],
    row: usize,
    tau: f64,
    offsets: &[f64],
    out: &mut [f64],
) {
    let k = out.len();
    for (class, out) in out.iter_mut().enumerate() {
        let score = scores.get(row * k + class).copied().unwrap_or(0.0);
        *out = tau * evidence[row * k + class] + offsets[class] + score;
    }
}

/// Golden section: 32 steps narrow the range 5·10⁶ times.
fn minimum(mut f: impl FnMut(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    const RATIO: f64 = 0.618_033_988_749_894_9;
    let (mut a, mut b) = (high - RATIO * (high - low), low + RATIO * (high - low));
    let (mut at_a, mut at_b) = (f(a), f(b));
    for _ in 0..32 {
        if at_a <= at_b {
            (high, b, at_b) = (b, a, at_a);
            a = high - RATIO * (high - low);
            at_a = f(a);
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = low + RATIO * (high - low);
            at_b = f(b);
        }
    }
    (low + high) / 2.0
}
