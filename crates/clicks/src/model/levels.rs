//! How easily objects are seen: a grid of levels of detectability, and what a number of marks says about the level.

/// Number of levels.
pub(crate) const LEVELS: usize = 25;
/// One number for every level.
pub(crate) type Row = [f64; LEVELS];

const FIRST: f64 = -6.0;
const STEP: f64 = 0.5;

/// Detectability of a level, in logits: what is added to the logit of a volunteer's chance to mark an average object.
pub(crate) fn level(l: usize) -> f64 {
    FIRST + STEP * l as f64
}

/// A normal law on the grid; sums to 1.
pub(crate) fn normal(mean: f64, sd: f64) -> Row {
    let mut row: Row = std::array::from_fn(|l| (-0.5 * ((level(l) - mean) / sd).powi(2)).exp());
    let sum: f64 = row.iter().sum();
    row.iter_mut().for_each(|w| *w /= sum);
    row
}

/// The chance of marks on an object of one subject, whose members are summed out of the level.
///
/// With t = Σ over members of θ, the object's chance to be marked by exactly them, times the expected number of such objects, is
/// `exp(t + h(n))`, which depends on their number n alone besides t:
///
/// ```text
/// h(n) = ln Σ_l I_l exp( n (δ + ζ_l) − Σ_j ln(1 + e^(θ_j + δ + ζ_l)) )
/// ```
#[derive(Debug, Clone)]
pub(crate) struct Detection {
    /// ln I_l − Σ_j ln(1 + e^(θ_j + δ + ζ_l)).
    missed_by_all: Row,
    shift: f64,
}

impl Detection {
    /// `intensity` is the expected number of objects by level, `shift` δ, `odds` e^θ of every named viewer, `unnamed` of each of so many others.
    pub(crate) fn new(
        intensity: &Row,
        shift: f64,
        odds: impl Iterator<Item = f64>,
        unnamed: (f64, usize),
    ) -> Self {
        let scale: Row = std::array::from_fn(|l| (shift + level(l)).exp());
        let mut log: Row = [0.0; LEVELS];
        let mut product: Row = [1.0; LEVELS];
        for (j, odds) in odds.enumerate() {
            for (product, scale) in product.iter_mut().zip(&scale) {
                *product *= 1.0 + odds * scale;
            }
            // Before the product can overflow: sixteen factors of e^40 are e^640.
            if j % 16 == 15 {
                for (log, product) in log.iter_mut().zip(&mut product) {
                    *log += product.ln();
                    *product = 1.0;
                }
            }
        }
        let missed_by_all = std::array::from_fn(|l| {
            let missed_by_unnamed = unnamed.1 as f64 * (unnamed.0 * scale[l]).ln_1p();
            intensity[l].ln() - log[l] - product[l].ln() - missed_by_unnamed
        });
        Self { missed_by_all, shift }
    }

    fn logs(&self, n: usize) -> (Row, f64) {
        let logs: Row = std::array::from_fn(|l| self.missed_by_all[l] + n as f64 * (self.shift + level(l)));
        let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (logs, top)
    }

    /// h(n).
    pub(crate) fn log(&self, n: usize) -> f64 {
        let (logs, top) = self.logs(n);
        top + logs.iter().map(|log| exp(log - top)).sum::<f64>().ln()
    }

    /// The posterior law of the level of an object with n marks.
    pub(crate) fn posterior(&self, n: usize) -> Row {
        let (logs, top) = self.logs(n);
        let mut row = logs.map(|log| exp(log - top));
        let sum: f64 = row.iter().sum();
        row.iter_mut().for_each(|w| *w /= sum);
        row
    }

    /// Expected number of objects by level that nobody marked.
    pub(crate) fn undetected(&self) -> Row {
        self.missed_by_all.map(f64::exp)
    }
}

/// e^x for x ≤ 0; what is lost in a sum with 1 is not computed.
fn exp(x: f64) -> f64 {
    if x < -40.0 { 0.0 } else { x.exp() }
}
