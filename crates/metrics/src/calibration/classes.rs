//! Scores of the probabilities of several classes, and the yes-or-no question whether the top class is right.

use ndarray::{Array2, ArrayView2};

use super::Probabilities;
use super::probabilities::{check_floor, check_items, mean};
use crate::{Error, Result, error::check_lengths};

/// How far the probabilities of an item may add up to something else than 1: rounding in f32 stays well below.
const SUM_TOLERANCE: f64 = 1e-5;

/// A probability for every class of every item, beside the true class, and the scores that follow.
///
/// ```
/// use manyhands_metrics::{Bins, ClassProbabilities};
/// use ndarray::array;
///
/// let forecast = ClassProbabilities::new(&[0, 2], array![[0.7, 0.2, 0.1], [0.1, 0.5, 0.4]].view())?;
/// assert!((forecast.log_loss() - (-(0.7_f64.ln()) - 0.4_f64.ln()) / 2.0).abs() < 1e-12);
/// assert!((forecast.brier() - (0.14 + 0.62) / 2.0).abs() < 1e-12);
/// // Confidence 0.7 in the right class and 0.5 in a wrong one.
/// assert!((forecast.top_label().calibration_error(Bins::EqualWidth(15))? - (0.3 + 0.5) / 2.0).abs() < 1e-12);
/// # Ok::<(), manyhands_metrics::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ClassProbabilities {
    truth: Vec<usize>,
    /// By item and class.
    probabilities: Array2<f64>,
}

impl ClassProbabilities {
    /// `truth[item]` is an item's class, row `item` of `probabilities` holds one probability per class, from 0 to 1, which
    /// add up to 1 within 1e−5.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] when there are more rows than truths or fewer, [`Error::Empty`] without items,
    /// [`Error::Class`] for a true class without a column, [`Error::ClassProbability`] for a number outside 0 to 1 or NaN,
    /// [`Error::ProbabilitySum`] for a row that adds up to something else.
    pub fn new(truth: &[usize], probabilities: ArrayView2<'_, f64>) -> Result<Self> {
        check_lengths(truth.len(), "probabilities", probabilities.nrows())?;
        let n_classes = probabilities.ncols();
        for (item, (&class, row)) in truth.iter().zip(probabilities.rows()).enumerate() {
            if class >= n_classes {
                return Err(Error::Class { item, class, n_classes });
            }
            if let Some((class, &value)) = row.iter().enumerate().find(|(_, p)| !(0.0..=1.0).contains(*p)) {
                return Err(Error::ClassProbability { item, class, value });
            }
            let sum = row.sum();
            if (sum - 1.0).abs() > SUM_TOLERANCE {
                return Err(Error::ProbabilitySum { item, sum });
            }
        }
        Ok(Self { truth: truth.to_vec(), probabilities: probabilities.to_owned() })
    }

    /// Number of items.
    pub fn n(&self) -> usize {
        self.truth.len()
    }

    /// Number of classes that have probabilities.
    pub fn n_classes(&self) -> usize {
        self.probabilities.ncols()
    }

    /// The items with these indices, in this order, repeats included: what [`Bootstrap`](crate::Bootstrap) asks for.
    ///
    /// # Errors
    /// [`Error::Empty`] without indices, [`Error::OutOfRange`] for an index that is not below [`n`](Self::n).
    pub fn select(&self, items: &[usize]) -> Result<Self> {
        check_items(items, self.n())?;
        Ok(Self {
            truth: items.iter().map(|&item| self.truth[item]).collect(),
            probabilities: self.probabilities.select(ndarray::Axis(0), items),
        })
    }

    /// Probability given to the truth, item by item.
    fn of_truth(&self) -> impl ExactSizeIterator<Item = f64> + '_ {
        self.truth.iter().enumerate().map(|(item, &class)| self.probabilities[(item, class)])
    }

    /// Log-loss in nats, from 0 up: the mean of −ln(probability given to the true class), also called cross-entropy.
    ///
    /// Nothing is clipped: probability 0 on a truth gives infinity. K equal probabilities for all have ln K.
    pub fn log_loss(&self) -> f64 {
        mean(self.of_truth().map(|p| -p.ln()))
    }

    /// Log-loss in nats where the true class is given at least probability `floor`; see
    /// [`Probabilities::log_loss_clipped`]. The other classes are not scaled to make room.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] if `floor` is not from 0 to 1.
    pub fn log_loss_clipped(&self, floor: f64) -> Result<f64> {
        check_floor(floor, 1.0, "a number from 0 to 1")?;
        Ok(mean(self.of_truth().map(|p| -p.max(floor).ln())))
    }

    /// Brier score, from 0 to 2: the mean over items of Σ (probability − truth)² over the classes, with 1 for the true class and 0
    /// else (Brier 1950). For two classes it is twice [`Probabilities::brier`].
    pub fn brier(&self) -> f64 {
        let of_item = |(row, &class): (ndarray::ArrayView1<'_, f64>, &usize)| {
            row.iter().enumerate().map(|(k, p)| (p - f64::from(u8::from(k == class))).powi(2)).sum::<f64>()
        };
        let sum: f64 = self.probabilities.rows().into_iter().zip(&self.truth).map(of_item).sum();
        sum / self.n() as f64
    }

    /// Whether the most probable class of each item is right, beside its probability, the confidence: its
    /// [`calibration_error`](Probabilities::calibration_error) is the ECE of Guo and others (2017, equations 2 and 3). On a tie, the
    /// lowest class is the top one.
    pub fn top_label(&self) -> Probabilities {
        let top = self.probabilities.rows().into_iter().zip(&self.truth).map(|(row, &class)| {
            let first = (0, row[0]);
            let (k, p) = row
                .iter()
                .copied()
                .enumerate()
                .fold(first, |best, next| if next.1 > best.1 { next } else { best });
            (k == class, p)
        });
        let (right, confidence) = top.unzip();
        Probabilities::checked(right, confidence)
    }
}
