//! Tails of the binomial law, as sums of its terms, and the odds under which a tail has a given size.
//!
//! `inv_beta_reg` of statrs, which the interval of Clopper and Pearson needs, does not return for a few of more than seven million, and has five digits
//! before that.

use std::f64::consts::TAU;

use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::gamma::ln_gamma;

/// Where there are more successes and more failures than this, a tail has too many terms; the expansion then has ten digits (eight at a tail of 1e-15).
const MANY: f64 = 3e4;

/// The odds p / (1 − p) under which at most `k` of `n` happen with probability `tail`; `k` below `n`.
pub(crate) fn upper_odds(k: u64, n: u64, tail: f64) -> f64 {
    let (a, b) = (k as f64 + 1.0, (n - k) as f64);
    if a.min(b) > MANY {
        return expanded(a, b, tail);
    }
    // ln of the odds over a / b. The tail falls as they grow.
    let (mut low, mut high, mut step) = (0.0, 0.0, 1.0);
    while at_most(a, b, low) < tail {
        low -= step;
        step *= 2.0;
    }
    while at_most(a, b, high) > tail {
        high += step;
        step *= 2.0;
    }
    // To the last bit of a range that is a few hundred wide.
    for _ in 0..64 {
        let middle = 0.5 * (low + high);
        if at_most(a, b, middle) > tail { low = middle } else { high = middle }
    }
    a / b * high.exp()
}

/// Probability of fewer than `a` of a + b − 1, under odds of e^`shift` a / b.
fn at_most(a: f64, b: f64, shift: f64) -> f64 {
    let odds = a / b * shift.exp();
    let ln_density = ln_density(a, b, shift);
    // The smaller tail is summed, that away from the mean.
    if shift > 0.0 {
        (ln_density - (b * odds / (1.0 + odds)).ln()).exp() * sum_of_terms(a, b, 1.0 / odds)
    } else {
        1.0 - (ln_density - (a / (1.0 + odds)).ln()).exp() * sum_of_terms(b, a, odds)
    }
}

/// The term of a − 1 of a + b − 1 and all below, in units of the first.
fn sum_of_terms(a: f64, b: f64, inverse_odds: f64) -> f64 {
    let (mut sum, mut term, mut m) = (1.0, 1.0, 1.0);
    while m < a && term > f64::EPSILON * 1e-3 * sum {
        term *= (a - m) / (b + m) * inverse_odds;
        sum += term;
        m += 1.0;
    }
    sum
}

/// ln p^a (1 − p)^b / B(a, b) under odds of e^`shift` a / b, as Loader (2000) computes it: no differences of large logarithms.
fn ln_density(a: f64, b: f64, shift: f64) -> f64 {
    if a > b {
        return ln_density(b, a, -shift);
    }
    let n = a + b;
    let deviance = n * (a / n * shift.exp_m1()).ln_1p() - a * shift;
    0.5 * (a * (b / n) / TAU).ln() - deviance + stirling_error(n) - stirling_error(a) - stirling_error(b)
}

/// What Stirling's formula lacks of ln Γ.
fn stirling_error(x: f64) -> f64 {
    if x < 16.0 {
        return ln_gamma(x) - ((x - 0.5) * x.ln() - x + 0.5 * TAU.ln());
    }
    let square = x.powi(-2);
    (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0))) / x
}

/// The same odds by Cornish and Fisher's expansion (1938) of their logarithm, that of a ratio of two gamma variables.
fn expanded(a: f64, b: f64, tail: f64) -> f64 {
    // Polygamma functions by their asymptotic series.
    let mean = |x: f64| -0.5 / x - x.powi(-2) / 12.0;
    let variance = |x: f64| (1.0 + 0.5 / x + x.powi(-2) / 6.0) / x;
    let third = |x: f64| -(1.0 + 1.0 / x) * x.powi(-2);
    let fourth = |x: f64| (2.0 + 3.0 / x) * x.powi(-3);
    let sd = (variance(a) + variance(b)).sqrt();
    let skewness = (third(a) - third(b)) / sd.powi(3);
    let kurtosis = (fourth(a) + fourth(b)) / sd.powi(4);
    let z = -Normal::standard().inverse_cdf(tail);
    let w = z + skewness * (z * z - 1.0) / 6.0 + kurtosis * (z.powi(3) - 3.0 * z) / 24.0
        - skewness * skewness * (2.0 * z.powi(3) - 5.0 * z) / 36.0;
    a / b * (mean(a) - mean(b) + sd * w).exp()
}
