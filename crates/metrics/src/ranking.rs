//! Scores of a ranking: average precision and the area under the ROC curve.

use crate::{Error, Result, error::check_lengths};

/// Average precision (AP), from 0 to 1: the area under the curve of precision over recall as a sum of steps,
/// `AP = Σ (R_i − R_{i−1}) · P_i`, over all thresholds from the highest score down.
///
/// A random ranking has about the share of positives, so unlike the area under the ROC curve it tells rankings apart when
/// positives are rare. Items with the same score come in one step: their order in the list does not matter. 0 when there
/// are no positives. Infinite scores rank first and last.
///
/// # Errors
/// [`Error::LengthMismatch`] and [`Error::Empty`] as everywhere, [`Error::ScoreNan`] for a score that is not a number.
///
/// ```
/// use manyhands_metrics::average_precision;
///
/// let truth  = [false, true, false, true];
/// let scores = [0.1, 0.35, 0.4, 0.8];
/// // 1 of 1 at recall 1/2, then 2 of 3 at recall 1.
/// assert_eq!(average_precision(&truth, &scores)?, 0.5 * 1.0 + 0.5 * (2.0 / 3.0));
/// # Ok::<(), manyhands_metrics::Error>(())
/// ```
pub fn average_precision(truth: &[bool], scores: &[f64]) -> Result<f64> {
    let steps = steps(truth, scores)?;
    let n_positive: usize = steps.iter().map(|step| step.0).sum();
    let (mut found, mut called, mut sum) = (0, 0, 0.0);
    for (positives, negatives) in steps {
        found += positives;
        called += positives + negatives;
        sum += positives as f64 * (found as f64 / called as f64);
    }
    Ok(if n_positive > 0 { sum / n_positive as f64 } else { 0.0 })
}

/// Area under the ROC curve (AUC), from 0 to 1: the chance that a positive scores higher than a negative, where equal
/// scores count one half (Hanley and McNeil 1982). A random ranking has 1/2.
///
/// # Errors
/// Those of [`average_precision`], and [`Error::OneClass`] without positives or without negatives.
///
/// ```
/// use manyhands_metrics::roc_auc;
///
/// assert_eq!(roc_auc(&[false, true, false, true], &[0.1, 0.35, 0.4, 0.8])?, 0.75);
/// # Ok::<(), manyhands_metrics::Error>(())
/// ```
pub fn roc_auc(truth: &[bool], scores: &[f64]) -> Result<f64> {
    let steps = steps(truth, scores)?;
    let n = truth.len();
    let n_positive: usize = steps.iter().map(|step| step.0).sum();
    if n_positive == 0 || n_positive == n {
        return Err(Error::OneClass { n_positive, n });
    }
    // Pairs in which the positive ranks higher, ties one half.
    let (mut above, mut pairs) = (0.0, 0.0);
    for (positives, negatives) in steps {
        pairs += negatives as f64 * (above + 0.5 * positives as f64);
        above += positives as f64;
    }
    Ok(pairs / (n_positive as f64 * (n - n_positive) as f64))
}

/// Positives and negatives at every score, from the highest score down.
fn steps(truth: &[bool], scores: &[f64]) -> Result<Vec<(usize, usize)>> {
    check_lengths(truth.len(), "scores", scores.len())?;
    if let Some(index) = scores.iter().position(|score| score.is_nan()) {
        return Err(Error::ScoreNan { index });
    }
    let mut ranked: Vec<(f64, bool)> = scores.iter().copied().zip(truth.iter().copied()).collect();
    ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let step = |equal: &[(f64, bool)]| {
        let n_positive = equal.iter().filter(|item| item.1).count();
        (n_positive, equal.len() - n_positive)
    };
    // −0 and 0 are neighbours in the order and one step here.
    Ok(ranked.chunk_by(|a, b| a.0 == b.0).map(step).collect())
}
