//! Logarithms of probabilities that add exactly: fixed-point integers, so that a sum does not depend on its order.

use std::ops::{Add, AddAssign};

/// Fractional bits: one unit is 2⁻⁵² of a nat.
const SCALE: f64 = (1_u64 << 52) as f64;

/// The logarithm of zero. With at most 2³² terms, 2⁹⁴ units outweigh all finite logarithms (above −2¹⁰ nats each) and
/// the sum still fits: 2³² · (2⁹⁴ + 2⁶²) < 2¹²⁷.
const IMPOSSIBLE: i128 = -(1 << 94);

/// The logarithm of a probability, or a sum of up to 2³² of them, in units of 2⁻⁵² nat.
///
/// Addition of integers is associative, so votes may be summed in any order, on any number of machines, with the same
/// bits at the end. Rounding costs at most 1.2e-16 nat a vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub(crate) struct FixedLog(i128);

impl FixedLog {
    /// ln(`part` / `whole`) with 0 ≤ `part` ≤ `whole` and `whole` > 0.
    ///
    /// A ratio of zero becomes −2⁴² nats − ln `whole`: the value that ln(ε / `whole`) takes, up to a constant for
    /// each such term, when ε goes to zero. So classes compare by how many impossible votes they have, then by the rest.
    pub(crate) fn ln_ratio(part: f64, whole: f64) -> Self {
        let ratio = part / whole;
        if ratio > 0.0 {
            Self((ratio.ln() * SCALE).round() as i128)
        } else {
            Self(IMPOSSIBLE - (whole.ln() * SCALE).round() as i128)
        }
    }

    /// The difference to `other`, in nats.
    pub(crate) fn minus(self, other: Self) -> f64 {
        (self.0 - other.0) as f64 / SCALE
    }

    /// Whether this can be a sum over `n_votes` votes.
    #[cfg(feature = "serde")]
    pub(crate) fn fits(self, n_votes: u32) -> bool {
        self.0 <= 0 && self.0 >= i128::from(n_votes) * (IMPOSSIBLE - (1 << 62))
    }
}

impl Add for FixedLog {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for FixedLog {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}
