//! Scores of the probabilities of a yes-or-no question: log-loss, Brier score, calibration error.

use super::{Bins, Reliability};
use crate::{Error, Result, error::check_lengths};

/// The probability that each item is a positive, beside the truth, and the scores that follow.
///
/// The order of the items matters to no score beyond rounding.
///
/// ```
/// use manyhands_metrics::{Bins, Probabilities};
///
/// let truth = [true, true, false, false];
/// let forecast = Probabilities::new(&truth, &[0.9, 0.6, 0.4, 0.1])?;
/// assert!((forecast.log_loss() - 0.308093).abs() < 1e-6);
/// assert!((forecast.brier() - 0.085).abs() < 1e-12);
/// // Each of the four lies in a bin of its own, and each truth is 0.1 or 0.4 away.
/// assert!((forecast.calibration_error(Bins::EqualWidth(10))? - 0.25).abs() < 1e-12);
/// // A certain and wrong answer costs everything.
/// let certain = Probabilities::new(&[true], &[0.0])?;
/// assert_eq!(certain.log_loss(), f64::INFINITY);
/// # Ok::<(), manyhands_metrics::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Probabilities {
    truth: Vec<bool>,
    probabilities: Vec<f64>,
}

impl Probabilities {
    /// `truth[item]` is whether an item is a positive, `probabilities[item]` the probability given to that, from 0 to 1.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] when there are more probabilities than truths or fewer, [`Error::Empty`] without items,
    /// [`Error::Probability`] for one outside 0 to 1 or NaN.
    pub fn new(truth: &[bool], probabilities: &[f64]) -> Result<Self> {
        check_lengths(truth.len(), "probabilities", probabilities.len())?;
        let bad = probabilities.iter().position(|p| !(0.0..=1.0).contains(p));
        if let Some(item) = bad {
            return Err(Error::Probability { item, value: probabilities[item] });
        }
        Ok(Self::checked(truth.to_vec(), probabilities.to_vec()))
    }

    pub(super) fn checked(truth: Vec<bool>, probabilities: Vec<f64>) -> Self {
        Self { truth, probabilities }
    }

    /// Number of items.
    pub fn n(&self) -> usize {
        self.truth.len()
    }

    /// The items with these indices, in this order, repeats included: what [`Bootstrap`](crate::Bootstrap) asks for.
    ///
    /// # Errors
    /// [`Error::Empty`] without indices, [`Error::OutOfRange`] for an index that is not below [`n`](Self::n).
    pub fn select(&self, items: &[usize]) -> Result<Self> {
        check_items(items, self.n())?;
        Ok(Self::checked(
            items.iter().map(|&item| self.truth[item]).collect(),
            items.iter().map(|&item| self.probabilities[item]).collect(),
        ))
    }

    /// Truth and probability, item by item.
    pub(super) fn items(&self) -> impl ExactSizeIterator<Item = (bool, f64)> + '_ {
        self.truth.iter().copied().zip(self.probabilities.iter().copied())
    }

    /// Log-loss in nats, from 0 up: the mean of −ln(probability given to the truth), also called cross-entropy (Good 1952).
    ///
    /// Nothing is clipped: probability 0 on a truth gives infinity. A coin's 0.5 for all has ln 2.
    pub fn log_loss(&self) -> f64 {
        mean(self.items().map(log_loss_of))
    }

    /// Log-loss in nats of the probabilities moved into `[floor, 1 − floor]`, for answers that are certain and sometimes wrong.
    ///
    /// It is never above −ln `floor`, so that a few such answers are charged by the choice of `floor`: name it next to the
    /// figure. scikit-learn takes the machine epsilon, 2.2e−16 or 36 nats a mistake.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] if `floor` is not from 0 to 0.5.
    pub fn log_loss_clipped(&self, floor: f64) -> Result<f64> {
        check_floor(floor, 0.5, "a number from 0 to 0.5")?;
        // Losses are cut off, not probabilities, as 1 − `floor` may round to 1.
        let (least, most) = (-(-floor).ln_1p(), -floor.ln());
        Ok(mean(self.items().map(|item| log_loss_of(item).max(least).min(most))))
    }

    /// Brier score, from 0 to 1: the mean of (probability − truth)², with 1 for a positive and 0 else (Brier 1950, halved:
    /// he adds up both classes, as [`ClassProbabilities::brier`](crate::ClassProbabilities::brier) does). A coin's 0.5
    /// for all has 1/4.
    pub fn brier(&self) -> f64 {
        mean(self.items().map(|(truth, p)| (p - f64::from(u8::from(truth))).powi(2)))
    }

    /// The reliability curve: mean probability and share of positives, bin by bin.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for 0 bins.
    pub fn reliability(&self, bins: Bins) -> Result<Reliability> {
        Reliability::new(self, bins)
    }

    /// Expected calibration error (ECE), from 0 to 1: [`Reliability::expected_error`] of the curve with these bins.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for 0 bins.
    pub fn calibration_error(&self, bins: Bins) -> Result<f64> {
        Ok(self.reliability(bins)?.expected_error())
    }
}

/// −ln(probability given to the truth).
fn log_loss_of((truth, p): (bool, f64)) -> f64 {
    if truth { -p.ln() } else { -(-p).ln_1p() }
}

/// Mean of at least one number.
pub(super) fn mean(numbers: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = numbers.len() as f64;
    numbers.sum::<f64>() / n
}

pub(super) fn check_items(items: &[usize], n: usize) -> Result<()> {
    if items.is_empty() {
        return Err(Error::Empty { field: "items" });
    }
    match items.iter().find(|&&item| item >= n) {
        Some(&item) => Err(Error::OutOfRange {
            field: "items",
            value: item as f64,
            want: "indices below the number of items",
        }),
        None => Ok(()),
    }
}

pub(super) fn check_floor(floor: f64, max: f64, want: &'static str) -> Result<()> {
    if (0.0..=max).contains(&floor) {
        Ok(())
    } else {
        Err(Error::OutOfRange { field: "floor", value: floor, want })
    }
}
