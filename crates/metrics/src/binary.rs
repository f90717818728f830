//! Scores of a yes-or-no classification: precision, recall, F1 and their kin.

use crate::{Result, error::check_lengths};

/// How often a yes-or-no classification is right and wrong, and the scores that follow.
///
/// A score whose denominator is 0 is 0: the precision of a classification that never says yes, for example.
///
/// ```
/// use manyhands_metrics::Binary;
///
/// let truth     = [true, true, true, false, false, false];
/// let predicted = [true, true, false, true, false, false];
/// let scores = Binary::new(&truth, &predicted)?;
/// assert_eq!(scores.precision(), 2.0 / 3.0);
/// assert_eq!(scores.f1(), 2.0 / 3.0);
/// # Ok::<(), manyhands_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Binary {
    /// Positives called positive.
    pub true_positives: usize,
    /// Negatives called positive.
    pub false_positives: usize,
    /// Positives called negative.
    pub false_negatives: usize,
    /// Negatives called negative.
    pub true_negatives: usize,
}

impl Binary {
    /// Counts items: `truth[item]` is whether it is a positive, `predicted[item]` whether it is called one.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`](crate::Error::LengthMismatch) when there are more predictions than truths or fewer,
    /// [`Error::Empty`](crate::Error::Empty) without items.
    pub fn new(truth: &[bool], predicted: &[bool]) -> Result<Self> {
        check_lengths(truth.len(), "predicted", predicted.len())?;
        Ok(Self::count(truth.iter().copied().zip(predicted.iter().copied())))
    }

    /// Counts items with classes, one of which is the positive one; all others are negative.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub fn of_class(truth: &[usize], predicted: &[usize], positive: usize) -> Result<Self> {
        check_lengths(truth.len(), "predicted", predicted.len())?;
        Ok(Self::count(truth.iter().zip(predicted).map(|(&t, &p)| (t == positive, p == positive))))
    }

    fn count(items: impl Iterator<Item = (bool, bool)>) -> Self {
        let mut counts = Self::default();
        for (truth, predicted) in items {
            match (truth, predicted) {
                (true, true) => counts.true_positives += 1,
                (false, true) => counts.false_positives += 1,
                (true, false) => counts.false_negatives += 1,
                (false, false) => counts.true_negatives += 1,
            }
        }
        counts
    }

    /// Number of items.
    pub fn n(&self) -> usize {
        self.true_positives + self.false_positives + self.false_negatives + self.true_negatives
    }

    /// Share of right answers.
    pub fn accuracy(&self) -> f64 {
        ratio(self.true_positives + self.true_negatives, self.n())
    }

    /// Share of the items called positive that are; "purity" in Muon Hunters 2.0.
    pub fn precision(&self) -> f64 {
        ratio(self.true_positives, self.true_positives + self.false_positives)
    }

    /// Share of the positives that are called so; "completeness" in Muon Hunters 2.0, elsewhere true positive rate.
    pub fn recall(&self) -> f64 {
        ratio(self.true_positives, self.true_positives + self.false_negatives)
    }

    /// Share of the negatives that are called so: 1 − false positive rate.
    pub fn specificity(&self) -> f64 {
        ratio(self.true_negatives, self.true_negatives + self.false_positives)
    }

    /// F1: the harmonic mean of precision and recall, `2·TP / (2·TP + FP + FN)` (van Rijsbergen 1979).
    pub fn f1(&self) -> f64 {
        let twice = 2 * self.true_positives;
        ratio(twice, twice + self.false_positives + self.false_negatives)
    }

    /// G-measure: the geometric mean of precision and recall (Fowlkes and Mallows 1983), never below
    /// [`f1`](Self::f1). Muon Hunters 2.0 describes its F1 so.
    pub fn g_measure(&self) -> f64 {
        (self.precision() * self.recall()).sqrt()
    }

    /// Matthews correlation coefficient, from −1 to 1: 0 for answers that do not depend on the truth (Matthews 1975).
    pub fn matthews_correlation(&self) -> f64 {
        let [tp, fp, false_neg, tn] =
            [self.true_positives, self.false_positives, self.false_negatives, self.true_negatives]
                .map(|n| n as f64);
        // Roots one by one: the product of four counts would lose digits.
        let root = [tp + fp, tp + false_neg, tn + fp, tn + false_neg].map(f64::sqrt).iter().product::<f64>();
        if root > 0.0 { (tp * tn - fp * false_neg) / root } else { 0.0 }
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole > 0 { part as f64 / whole as f64 } else { 0.0 }
}
