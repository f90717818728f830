//! DBSCAN on the marks of every subject.

use linfa::ParamGuard;
use linfa::traits::Transformer;
use ndarray::aview2;

use super::{Consensus, THRESHOLD, check_count, check_length, check_threshold};
use crate::{Result, Survey};

/// DBSCAN (Ester, Kriegel, Sander & Xu 1996): marks with enough others near them, and what they reach.
///
/// A mark that two clusters reach goes to the one whose first mark comes first.
///
/// ```
/// use manyhands_clicks::baselines::Dbscan;
/// use manyhands_clicks::{Click, Survey};
///
/// let mut builder = Survey::builder();
/// let subject = builder.subject(300.0, 300.0)?;
/// for (volunteer, x) in [10.0, 12.0, 11.0, 200.0].into_iter().enumerate() {
///     builder.annotate(subject, volunteer, &[Click::point(x, 50.0)])?;
/// }
/// let consensus = Dbscan::params(3.0, 2).fit(&builder.build()?)?;
/// assert_eq!(consensus.clumps(subject).len(), 1);
/// assert_eq!(consensus.clumps(subject)[0].position, [11.0, 50.0]);
/// assert_eq!(consensus.clumps(subject)[0].fraction, 0.75);
/// # Ok::<(), manyhands_clicks::Error>(())
/// ```
#[derive(Debug)]
pub struct Dbscan;

/// Parameters of [`Dbscan`]; made by [`Dbscan::params`].
#[derive(Debug, Clone, PartialEq)]
pub struct DbscanParams {
    eps: f64,
    min_marks: usize,
    threshold: f64,
}

impl Dbscan {
    /// A mark with at least `min_marks` marks, itself among them, at most `eps` pixels away is the core of a cluster.
    pub fn params(eps: f64, min_marks: usize) -> DbscanParams {
        DbscanParams { eps, min_marks, threshold: THRESHOLD }
    }
}

impl DbscanParams {
    /// The share of a subject's viewers that must have marked a cluster, 0 to 1. Default: 0.6, as Clump Scout's simple aggregation.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// Clusters every subject.
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter): `eps` wants to be above 0, `min_marks` at least 2, `threshold` from 0 to 1.
    pub fn fit(&self, survey: &Survey) -> Result<Consensus> {
        check_length("eps", self.eps)?;
        check_count("min_marks", self.min_marks, 2, "at least 2")?;
        check_threshold(self.threshold)?;
        let dbscan = linfa_clustering::Dbscan::params(self.min_marks).tolerance(self.eps);
        let dbscan = dbscan.check().expect("eps and min_marks were checked");
        Ok(Consensus::new(survey, self.threshold, |xy| dbscan.transform(&aview2(xy)).to_vec()))
    }
}
