//! The reliability curve: what probabilities say, bin by bin, and what comes true.

use super::Probabilities;
use crate::{Error, Result};

/// How items are put in bins by their probability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bins {
    /// So many bins of the same width, bin m of M from (m − 1)/M exclusively to m/M inclusively, and 0 in the first one (Guo
    /// and others 2017, who take 15; Naeini and others 2015 take 10).
    EqualWidth(usize),
    /// So many bins with the same number of items by ascending probability, the first ones holding one more where that does not
    /// divide. Equal probabilities stay together, in the bin of the first of them, so that the order of the items does not matter
    /// (Naeini and others 2015 call bins of this kind equal-frequency).
    EqualMass(usize),
}

/// One bin of a reliability curve.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ReliabilityBin {
    /// Where the bin begins: its edge for bins of equal width, its lowest probability for bins of equal mass.
    pub low: f64,
    /// Where it ends, likewise.
    pub high: f64,
    /// Items in it, at least 1.
    pub n: usize,
    /// Mean probability of these items.
    pub mean_probability: f64,
    /// Share of positives among them.
    pub frequency: f64,
}

/// What probabilities say, bin by bin, and what comes true.
///
/// ```
/// use manyhands_metrics::{Bins, Probabilities};
///
/// // Of five items with probability 0.8, four come true: calibrated. Of two with 0.1, one does.
/// let truth = [true, true, true, true, false, true, false];
/// let forecast = Probabilities::new(&truth, &[0.8, 0.8, 0.8, 0.8, 0.8, 0.1, 0.1])?;
/// let curve = forecast.reliability(Bins::EqualWidth(10))?;
/// assert_eq!(curve.bins().len(), 2);
/// assert_eq!((curve.bins()[0].n, curve.bins()[0].frequency), (2, 0.5));
/// assert!((curve.expected_error() - 2.0 / 7.0 * 0.4).abs() < 1e-12);
/// assert!((curve.maximum_error() - 0.4).abs() < 1e-12);
/// # Ok::<(), manyhands_metrics::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Reliability {
    bins: Vec<ReliabilityBin>,
}

impl Reliability {
    pub(super) fn new(forecast: &Probabilities, bins: Bins) -> Result<Self> {
        let (Bins::EqualWidth(n_bins) | Bins::EqualMass(n_bins)) = bins;
        if n_bins == 0 {
            return Err(Error::OutOfRange { field: "n_bins", value: 0.0, want: "at least 1 bin" });
        }
        let mut items: Vec<(bool, f64)> = forecast.items().collect();
        // Positives of equal probability first, so that sums are the same for every order of the items.
        items.sort_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        let in_bins = match bins {
            Bins::EqualWidth(_) => equal_width(&items, n_bins),
            Bins::EqualMass(_) => equal_mass(&items, n_bins),
        };
        Ok(Self { bins: in_bins })
    }

    /// The bins that hold items, by ascending probability. Empty ones are left out.
    pub fn bins(&self) -> &[ReliabilityBin] {
        &self.bins
    }

    /// Expected calibration error (ECE), from 0 to 1: the mean of |frequency − mean probability| over bins, weighted by their items
    /// (Naeini and others 2015; Guo and others 2017, equation 3). It depends on the bins, and few items in a bin raise it by chance:
    /// name them, and look at its [`Bootstrap`](crate::Bootstrap) interval.
    pub fn expected_error(&self) -> f64 {
        let n: usize = self.bins.iter().map(|bin| bin.n).sum();
        self.bins.iter().map(|bin| bin.n as f64 * bin.gap()).sum::<f64>() / n as f64
    }

    /// Maximum calibration error (MCE), from 0 to 1: the largest |frequency − mean probability| of a bin (Naeini and others 2015).
    pub fn maximum_error(&self) -> f64 {
        self.bins.iter().map(ReliabilityBin::gap).fold(0.0, f64::max)
    }
}

impl ReliabilityBin {
    fn gap(&self) -> f64 {
        (self.frequency - self.mean_probability).abs()
    }

    /// A bin of at least one item.
    fn of(items: &[(bool, f64)], low: f64, high: f64) -> Self {
        let n = items.len();
        let n_positive = items.iter().filter(|(positive, _)| *positive).count();
        Self {
            low,
            high,
            n,
            mean_probability: items.iter().map(|(_, p)| p).sum::<f64>() / n as f64,
            frequency: n_positive as f64 / n as f64,
        }
    }
}

/// `items` by ascending probability.
fn equal_width(items: &[(bool, f64)], n_bins: usize) -> Vec<ReliabilityBin> {
    let n = n_bins as f64;
    let bin_of = |p: f64| {
        let bin = ((p * n).ceil() as usize).saturating_sub(1).min(n_bins - 1);
        // The product is rounded, so it may lie on the other side of an edge.
        if bin > 0 && p <= bin as f64 / n {
            bin - 1
        } else if p > (bin as f64 + 1.0) / n {
            bin + 1
        } else {
            bin
        }
    };
    items
        .chunk_by(|a, b| bin_of(a.1) == bin_of(b.1))
        .map(|chunk| {
            let bin = bin_of(chunk[0].1) as f64;
            ReliabilityBin::of(chunk, bin / n, (bin + 1.0) / n)
        })
        .collect()
}

/// `items` by ascending probability.
fn equal_mass(items: &[(bool, f64)], n_bins: usize) -> Vec<ReliabilityBin> {
    let (size, n_larger) = (items.len() / n_bins, items.len() % n_bins);
    let mut bins = Vec::new();
    let mut start = 0;
    let mut end = 0;
    for bin in 0..n_bins.min(items.len()) {
        end += size + usize::from(bin < n_larger);
        // The bin before may have taken some or all of this one's items.
        let last = items[end - 1].1;
        let stop = items.partition_point(|&(_, p)| p <= last);
        if stop > start {
            bins.push(ReliabilityBin::of(&items[start..stop], items[start].1, last));
            start = stop;
        }
    }
    bins
}
