//! Bootstrap intervals: how far a score would move with other items from where these came.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{Error, Result};

/// Draws items with replacement, scores them anew, and reads an interval off the scores: the percentile method (Efron 1979; Efron
/// and Tibshirani 1993, chapter 13).
///
/// It takes items as independent. Where they are not (marks on one image, answers of one volunteer), resample what is: let the
/// closure take the indices for those of images, and score all that is on them.
///
/// ```
/// use manyhands_metrics::{Bins, Bootstrap, Probabilities, roc_auc};
///
/// let truth: Vec<bool> = (0..200).map(|item| item % 3 == 0).collect();
/// let p: Vec<f64> = truth.iter().enumerate().map(|(item, &t)| if t == (item % 5 > 0) { 0.8 } else { 0.3 }).collect();
/// let forecast = Probabilities::new(&truth, &p)?;
/// let bootstrap = Bootstrap::params().resamples(500).seed(7);
/// let brier = bootstrap.interval(200, |items| Some(forecast.select(items).ok()?.brier()))?;
/// assert_eq!(brier.estimate, forecast.brier());
/// assert!(brier.low < brier.estimate && brier.estimate < brier.high);
/// // Any score will do. One that a resample leaves undefined is `None` there.
/// let auc = bootstrap.interval(200, |items| {
///     let (truth, p): (Vec<bool>, Vec<f64>) = items.iter().map(|&item| (truth[item], p[item])).unzip();
///     roc_auc(&truth, &p).ok()
/// })?;
/// assert_eq!(auc.n_resamples, 500);
/// # Ok::<(), manyhands_metrics::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrap {
    resamples: usize,
    level: f64,
    seed: u64,
}

/// A score and where it lies in resamples.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Interval {
    /// The score of the items themselves.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end, not below `low`.
    pub high: f64,
    /// Resamples on which the score was defined.
    pub n_resamples: usize,
}

impl Bootstrap {
    /// 1000 resamples, level 0.95, seed 0. Efron and Tibshirani (1993, section 14.3) want at least 1000 for the ends of an interval.
    pub fn params() -> Self {
        Self { resamples: 1000, level: 0.95, seed: 0 }
    }

    /// How many times items are drawn, at least 1. Default 1000.
    #[must_use]
    pub fn resamples(mut self, resamples: usize) -> Self {
        self.resamples = resamples;
        self
    }

    /// The share of resamples inside the interval, above 0 and below 1. Default 0.95.
    #[must_use]
    pub fn level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// Seed of the resamples, each of which has a stream of its own. Default 0. Scores with the same seed and number of items are
    /// taken on the same resamples, so that their differences can be compared.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The interval of `score` over `n_items` items. `score` gets indices below `n_items`, as many as there are items: first every one in
    /// order, then draws with replacement. It returns `None` or NaN where it is not defined; such resamples are left out.
    ///
    /// The ends are quantiles (1 ∓ level)/2 of the scores, linear between neighbours (type 7 of Hyndman and Fan 1996, numpy's default).
    ///
    /// # Errors
    /// [`Error::Empty`] for 0 items, [`Error::OutOfRange`] for 0 resamples or a level that is not between 0 and 1,
    /// [`Error::ScoreUndefined`] for a score that is not defined on the items themselves or on none of the resamples.
    pub fn interval(&self, n_items: usize, score: impl Fn(&[usize]) -> Option<f64>) -> Result<Interval> {
        self.check()?;
        if n_items == 0 {
            return Err(Error::Empty { field: "items" });
        }
        let defined = |items: &[usize]| score(items).filter(|score| !score.is_nan());
        let mut items: Vec<usize> = (0..n_items).collect();
        let estimate = defined(&items).ok_or(Error::ScoreUndefined { place: "the items" })?;
        let mut scores: Vec<f64> = (0..self.resamples)
            .filter_map(|resample| {
                let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
                rng.set_stream(resample as u64);
                items.fill_with(|| rng.random_range(0..n_items));
                defined(&items)
            })
            .collect();
        if scores.is_empty() {
            return Err(Error::ScoreUndefined { place: "any resample" });
        }
        scores.sort_by(f64::total_cmp);
        let tail = (1.0 - self.level) / 2.0;
        Ok(Interval {
            estimate,
            low: quantile(&scores, tail),
            high: quantile(&scores, 1.0 - tail),
            n_resamples: scores.len(),
        })
    }

    fn check(&self) -> Result<()> {
        if self.resamples == 0 {
            return Err(Error::OutOfRange { field: "resamples", value: 0.0, want: "at least 1" });
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            let want = "a share above 0 and below 1";
            return Err(Error::OutOfRange { field: "level", value: self.level, want });
        }
        Ok(())
    }
}

/// Quantile of at least one ascending number, linear between neighbours.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor();
    let (low, high) = (sorted[below as usize], sorted[place.ceil() as usize]);
    // Scores may be infinite, of which there are no differences; between −∞ and any number all is −∞.
    if low == high || low == f64::NEG_INFINITY { low } else { low + (place - below) * (high - low) }
}
