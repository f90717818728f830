//! HDBSCAN on the marks of every subject.

use hdbscan::HdbscanHyperParams;

use super::{Consensus, THRESHOLD, check_count, check_threshold};
use crate::{Result, Survey};

/// HDBSCAN (Campello, Moulavi & Sander 2013): the clusters that persist longest over all densities.
///
/// ```
/// use manyhands_clicks::baselines::Hdbscan;
/// use manyhands_clicks::{Click, Survey};
///
/// let mut builder = Survey::builder();
/// let subject = builder.subject(300.0, 300.0)?;
/// for volunteer in 0..5 {
///     let off = volunteer as f64;
///     builder.annotate(subject, volunteer, &[Click::point(off, 50.0), Click::point(200.0 - off, 60.0)])?;
/// }
/// let consensus = Hdbscan::params(3).fit(&builder.build()?)?;
/// assert_eq!(consensus.clumps(subject).len(), 2);
/// # Ok::<(), manyhands_clicks::Error>(())
/// ```
#[derive(Debug)]
pub struct Hdbscan;

/// Parameters of [`Hdbscan`]; made by [`Hdbscan::params`].
#[derive(Debug, Clone, PartialEq)]
pub struct HdbscanParams {
    min_cluster_size: usize,
    min_samples: usize,
    allow_single_cluster: bool,
    threshold: f64,
}

impl Hdbscan {
    /// A cluster has at least `min_cluster_size` marks.
    pub fn params(min_cluster_size: usize) -> HdbscanParams {
        HdbscanParams {
            min_cluster_size,
            min_samples: min_cluster_size,
            allow_single_cluster: false,
            threshold: THRESHOLD,
        }
    }
}

impl HdbscanParams {
    /// Density is measured by the distance to this nearest mark, the mark itself being the first. A subject with fewer marks takes
    /// the farthest. Default: as `min_cluster_size`, which is scikit-learn's default.
    #[must_use]
    pub fn min_samples(mut self, n: usize) -> Self {
        self.min_samples = n;
        self
    }

    /// Whether the marks of a subject may all be one cluster. Default: no, which is scikit-learn's default; then a subject with
    /// one object only gets none or pieces of it.
    #[must_use]
    pub fn allow_single_cluster(mut self, allow: bool) -> Self {
        self.allow_single_cluster = allow;
        self
    }

    /// The share of a subject's viewers that must have marked a cluster, 0 to 1. Default: 0.6, as Clump Scout's simple aggregation.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// Clusters every subject. Time grows with the square of its marks.
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter): `min_cluster_size` wants to be at least 2, `min_samples` at least 1,
    /// `threshold` from 0 to 1.
    pub fn fit(&self, survey: &Survey) -> Result<Consensus> {
        check_count("min_cluster_size", self.min_cluster_size, 2, "at least 2")?;
        check_count("min_samples", self.min_samples, 1, "at least 1")?;
        check_threshold(self.threshold)?;
        Ok(Consensus::new(survey, self.threshold, |xy| self.cluster(xy)))
    }

    fn cluster(&self, xy: &[[f64; 2]]) -> Vec<Option<usize>> {
        if xy.len() < self.min_cluster_size {
            return vec![None; xy.len()];
        }
        let params = HdbscanHyperParams::builder()
            .min_cluster_size(self.min_cluster_size)
            .min_samples(self.min_samples.min(xy.len()))
            .allow_single_cluster(self.allow_single_cluster)
            .build();
        let points: Vec<Vec<f64>> = xy.iter().map(|point| point.to_vec()).collect();
        let labels = hdbscan::Hdbscan::new(&points, params).cluster();
        let labels = labels.expect("there are points, all finite and of two columns");
        // It labels noise -1.
        labels.into_iter().map(|label| usize::try_from(label).ok()).collect()
    }
}
