//! Intervals for a fraction: how far a share of n may be from the probability behind it.

use statrs::distribution::{ContinuousCDF, Normal};

use crate::{Error, binomial::upper_odds};

/// Wilson's score interval (1927) for the probability behind `k` of `n`: lower and upper end. `level` is the two-sided confidence, as
/// 0.95. It never leaves 0 to 1 and is honest for small n, which k / n ± 2 σ is not: the interval for a majority vote.
///
/// # Errors
/// [`Error::Parameter`] for `level` outside 0 to 1, `n` = 0 or `k` > `n`.
///
/// ```
/// let (low, high) = manyhands_votes::wilson_interval(8, 10, 0.95)?;
/// assert!((low - 0.4902).abs() < 1e-4 && (high - 0.9433).abs() < 1e-4);
/// # Ok::<(), manyhands_votes::Error>(())
/// ```
pub fn wilson_interval(k: u64, n: u64, level: f64) -> Result<(f64, f64), Error> {
    check(k, n, level)?;
    let z = Normal::standard().inverse_cdf(0.5 + level / 2.0);
    let (n, p) = (n as f64, k as f64 / n as f64);
    let centre = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    // At the ends the formula is 0 or 1 up to rounding.
    let low = if k == 0 { 0.0 } else { (centre - half) / scale };
    let high = if p == 1.0 { 1.0 } else { (centre + half) / scale };
    Ok((low, high))
}

/// The exact interval of Clopper and Pearson (1934) for the probability behind `k` of `n`: it holds with at least the confidence `level`
/// whatever the probability is. Wider than Wilson's. Both ends have nine digits or more at the usual levels, for any `k` and `n`.
///
/// # Errors
/// As [`wilson_interval`].
///
/// ```
/// let (low, high) = manyhands_votes::clopper_pearson_interval(0, 10, 0.95)?;
/// assert!(low == 0.0 && (high - 0.3085).abs() < 1e-4);
/// # Ok::<(), manyhands_votes::Error>(())
/// ```
pub fn clopper_pearson_interval(k: u64, n: u64, level: f64) -> Result<(f64, f64), Error> {
    check(k, n, level)?;
    let tail = (1.0 - level) / 2.0;
    // As many failures as there are successes, so that a low end near 0 is not a difference of numbers near 1.
    let low = if k == 0 { 0.0 } else { 1.0 / (1.0 + upper_odds(n - k, n, tail)) };
    Ok((low, upper_bound(k, n, tail)))
}

/// The greatest probability under which `k` or fewer of `n` still happen with probability `tail`.
pub(crate) fn upper_bound(k: u64, n: u64, tail: f64) -> f64 {
    if k >= n {
        return 1.0;
    }
    let odds = upper_odds(k, n, tail);
    odds / (1.0 + odds)
}

fn check(k: u64, n: u64, level: f64) -> Result<(), Error> {
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::Parameter { field: "level", got: level, wants: "more than 0 and less than 1" });
    }
    if n == 0 {
        return Err(Error::Parameter { field: "n", got: 0.0, wants: "at least 1" });
    }
    if k > n {
        return Err(Error::Parameter { field: "k", got: k as f64, wants: "at most n" });
    }
    Ok(())
}
