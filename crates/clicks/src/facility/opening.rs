//! What it costs to open a facility.

use crate::Error;

/// The cost of a facility whose marks have the summed precision S = Σ 1/σ², in nats.
///
/// ```
/// use manyhands_clicks::facility::Opening;
///
/// // 20 viewers who each miss an object in 4, 3 objects expected on an image of 300 x 300 pixels.
/// let misses = 20.0 * -(0.25_f64.ln());
/// let opening = Opening::occam(misses + (300.0 * 300.0 / (2.0 * std::f64::consts::PI)).ln() - 3.0_f64.ln());
/// assert!(opening.cost(4.0) > opening.cost(1.0));
/// assert_eq!(Opening::fixed(7.0).cost(4.0), 7.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opening {
    /// The part that does not depend on the marks, between −1e100 and 1e100.
    pub constant: f64,
    /// Whether ln S is added: the exact price of not knowing the position beforehand.
    pub occam: bool,
}

impl Opening {
    /// The same cost for every facility, as in Clump Scout: Σ over viewers of −ln p_fn.
    #[must_use]
    pub fn fixed(constant: f64) -> Self {
        Self { constant, occam: false }
    }

    /// `constant` + ln S. With A the area and λ the expected number of objects, the constant is
    /// Σ over viewers of −ln p_fn + ln(A / 2π) − ln λ.
    #[must_use]
    pub fn occam(constant: f64) -> Self {
        Self { constant, occam: true }
    }

    /// The cost at `precision` S > 0, in 1 / square pixels.
    #[must_use]
    pub fn cost(&self, precision: f64) -> f64 {
        if self.occam { self.constant + precision.ln() } else { self.constant }
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        if self.constant.abs() <= 1e100 { Ok(()) } else { Err(Error::Opening { got: self.constant }) }
    }
}
