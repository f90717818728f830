//! Thresholds from gold, with bounds that hold for few gold subjects too.

use crate::{Error, interval::upper_bound};

/// Two thresholds on the probability of class 1, and what gold guarantees of them.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Thresholds {
    /// Accept above; `None` where there is too little gold of class 0 to guarantee anything.
    pub accept: Option<f64>,
    /// Reject below; `None` where there is too little gold of class 1.
    pub reject: Option<f64>,
    /// Upper bound on the share of class 0 that is accepted.
    pub false_positive_bound: Option<f64>,
    /// Upper bound on the share of class 1 that is rejected.
    pub missed_bound: Option<f64>,
}

/// The most generous thresholds for which, with confidence `level`, at most `max_false_positive` of class 0 is accepted and at most
/// `max_missed` of class 1 is rejected.
///
/// `gold` is (probability of class 1, whether the truth is 1). The probabilities have to be those of volunteers who did not learn from the
/// subject, as [`Consensus`](crate::Consensus) gives them for gold. The bound is Clopper and Pearson's one-sided one; thresholds are tried from the strictest on
/// until one fails, so that trying many costs nothing (fixed-sequence testing). With n gold subjects of a class no share below 1 −
/// (1 − level)^(1/n) can be guaranteed: 59 are needed for .05 at .95.
///
/// # Errors
/// [`Error::Parameter`] for shares or a level outside 0 to 1, and for probabilities that are none.
///
/// ```
/// use manyhands_votes::thresholds_from_gold;
///
/// // 100 of class 0 at .00 to .99 of a tenth, 100 of class 1 near 1.
/// let gold: Vec<(f64, bool)> =
///     (0..100).flat_map(|i| [(f64::from(i) / 1000.0, false), (1.0 - f64::from(i) / 1000.0, true)]).collect();
/// let thresholds = thresholds_from_gold(&gold, 0.05, 0.05, 0.95)?;
/// // One of 100 may be on the wrong side: Clopper and Pearson's bound for 1 of 100 is .0466, for 2 of 100 .0616.
/// assert_eq!(thresholds.accept, Some(0.098));
/// assert!((thresholds.false_positive_bound.unwrap() - 0.0466).abs() < 1e-4);
/// # Ok::<(), manyhands_votes::Error>(())
/// ```
pub fn thresholds_from_gold(
    gold: &[(f64, bool)],
    max_false_positive: f64,
    max_missed: f64,
    level: f64,
) -> Result<Thresholds, Error> {
    let ranges = [("max_false_positive", max_false_positive), ("max_missed", max_missed), ("level", level)];
    for (field, got) in ranges {
        if !(got > 0.0 && got < 1.0) {
            return Err(Error::Parameter { field, got, wants: "more than 0 and less than 1" });
        }
    }
    for &(p, _) in gold {
        if !(0.0..=1.0).contains(&p) {
            return Err(Error::Parameter { field: "gold", got: p, wants: "probabilities from 0 to 1" });
        }
    }
    let of_class = |class: bool| gold.iter().filter(move |&&(_, truth)| truth == class).map(|&(p, _)| p);
    let mut zeros: Vec<f64> = of_class(false).collect();
    let mut ones: Vec<f64> = of_class(true).collect();
    zeros.sort_by(|a, b| b.total_cmp(a));
    ones.sort_by(f64::total_cmp);
    // The (k + 1)-th worst value itself is not beyond the threshold, and k others at most are.
    let accept = allowed(zeros.len(), max_false_positive, level);
    let reject = allowed(ones.len(), max_missed, level);
    Ok(Thresholds {
        accept: accept.map(|(k, _)| zeros[k]),
        reject: reject.map(|(k, _)| ones[k]),
        false_positive_bound: accept.map(|(_, bound)| bound),
        missed_bound: reject.map(|(_, bound)| bound),
    })
}

/// The greatest number of n on the wrong side for which the bound is still kept, and that bound.
fn allowed(n: usize, share: f64, level: f64) -> Option<(usize, f64)> {
    let bounds = (0..n).map(|k| (k, upper_bound(k as u64, n as u64, 1.0 - level)));
    bounds.take_while(|&(_, bound)| bound <= share).last()
}
