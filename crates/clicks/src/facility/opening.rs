//! What it costs to open a facility.

use crate::Error;

/// The cost of a facility whose n marks, in D dimensions, have the summed precision S = Σ 1/σ², in nats:
///
/// ```text
/// open(n, S) = constant + by_count[n − 1] + (D/2) ln S
/// ```
///
/// ```
/// use manyhands_clicks::facility::Opening;
///
/// // 20 viewers who each miss an object in 4, 3 objects expected on an image of 300 x 300 pixels.
/// let misses = 20.0 * -(0.25_f64.ln());
/// let opening = Opening::occam(misses + (300.0 * 300.0 / (2.0 * std::f64::consts::PI)).ln() - 3.0_f64.ln());
/// assert!(opening.cost(2, 8, 4.0) > opening.cost(2, 8, 1.0));
/// assert_eq!(Opening::fixed(7.0).cost(2, 8, 4.0), 7.0);
///
/// // One mark alone costs two nats more, from three on each facility costs the same.
/// let opening = Opening::fixed(7.0).by_count(vec![2.0, 0.5, 0.0]);
/// assert_eq!([1, 2, 3, 9].map(|n| opening.cost(2, n, 4.0)), [9.0, 7.5, 7.0, 7.0]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// The part that does not depend on the marks, between −1e100 and 1e100.
    pub constant: f64,
    /// Whether (D/2) ln S is added: the exact price of not knowing the position beforehand.
    pub occam: bool,
    /// What is added by the number of marks, from 1; its last number for all greater ones, nothing where it is empty. Each between
    /// −1e100 and 1e100.
    pub by_count: Vec<f64>,
}

impl Opening {
    /// The same cost for every facility, as in Clump Scout: Σ over viewers of −ln p_fn.
    #[must_use]
    pub fn fixed(constant: f64) -> Self {
        Self { constant, occam: false, by_count: Vec::new() }
    }

    /// `constant` + (D/2) ln S. With A the area and λ the expected number of objects, the constant is
    /// Σ over viewers of −ln p_fn + ln(A / 2π) − ln λ in two dimensions; in D, the logarithm is that of volume / (2π)^(D/2).
    #[must_use]
    pub fn occam(constant: f64) -> Self {
        Self { constant, occam: true, by_count: Vec::new() }
    }

    /// Adds `costs[n − 1]` for n marks. Where objects differ in how well they are seen, a share w_l of them being detected at ζ_l
    /// logits more, the likelihood ties the marks of an object together, and this is −ln Σ_l w_l exp(n ζ_l − Λ(ζ_l)) with
    /// Λ(ζ) = Σ over viewers of ln(p_fn + (1 − p_fn) e^ζ).
    #[must_use]
    pub fn by_count(mut self, costs: Vec<f64>) -> Self {
        self.by_count = costs;
        self
    }

    /// The cost of `n_marks` > 0 marks in `n_dims` dimensions with the `precision` S > 0.
    #[must_use]
    pub fn cost(&self, n_dims: usize, n_marks: usize, precision: f64) -> f64 {
        let last = self.by_count.len().saturating_sub(1);
        let counted = self.by_count.get(n_marks.saturating_sub(1).min(last)).copied().unwrap_or(0.0);
        let occam = if self.occam { n_dims as f64 / 2.0 * precision.ln() } else { 0.0 };
        self.constant + counted + occam
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        // Not `<=` alone: NaN is wrong too.
        let wrong = |number: f64| number.is_nan() || number.abs() > 1e100;
        if wrong(self.constant) {
            return Err(Error::Opening { got: self.constant });
        }
        match self.by_count.iter().position(|&cost| wrong(cost)) {
            Some(index) => Err(Error::ByCount { index, got: self.by_count[index] }),
            None => Ok(()),
        }
    }
}
