//! The options of every stage that moves clusters: when the target follows, what it favours, and when to stop.

use crate::check;
use crate::error::Result;
use crate::plan::Plan;
use crate::profile::Profile;

/// At which fraction of the clusters a clustering counts as collapsed.
const COLLAPSE: f64 = 0.5;

/// Options of every stage that clusters; [`clustering_options`] gives parameters their methods.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clustering {
    pub(crate) update_interval: Option<usize>,
    pub(crate) tolerance: f64,
    pub(crate) balance: f64,
    pub(crate) collapse: Option<f64>,
}

impl Clustering {
    pub(crate) fn new() -> Self {
        Self { update_interval: None, tolerance: 1e-3, balance: 1.0, collapse: None }
    }

    /// The stretch between two updates, and whether a collapse is looked for: no published program does.
    pub(crate) fn profile(&mut self, profile: Profile, update_interval: Option<usize>) {
        self.update_interval = update_interval;
        self.collapse = (profile == Profile::Quick).then_some(COLLAPSE);
    }

    pub(crate) fn check(&self) -> Result<()> {
        check::parameter(self.update_interval != Some(0), "update_interval", 0, "at least 1 step")?;
        let tolerance_holds = (0.0..=1.0).contains(&self.tolerance);
        check::parameter(tolerance_holds, "tolerance", self.tolerance, "a fraction in 0..=1")?;
        check::balance(self.balance)?;
        check::collapse(self.collapse)
    }

    pub(crate) fn plan(&self, plan: Plan) -> Plan {
        Plan {
            steps_per_epoch: self.update_interval,
            balance: self.balance,
            collapse: self.collapse,
            tolerance: Some(self.tolerance),
            ..plan
        }
    }
}

/// Methods for the field `clustering` of a stage's parameters.
macro_rules! clustering_options {
    ($params:ident) => {
        /// Options of every stage that clusters.
        impl $params {
            /// Steps between two updates of the target distribution, at least 1; `None`: one pass over the images.
            #[must_use]
            pub fn update_interval(mut self, n_steps: Option<usize>) -> Self {
                self.clustering.update_interval = n_steps;
                self
            }

            /// Stop when a smaller fraction of the images, in 0..=1, changes its cluster between two updates; 0.001 as in both papers.
            #[must_use]
            pub fn tolerance(mut self, tolerance: f64) -> Self {
                self.clustering.tolerance = tolerance;
                self
            }

            /// Power of the clusters' masses by which the target is divided, in −8..=8; 1 as in the papers, which evens out sizes. Where classes are of
            /// very different sizes, 0 leaves sizes alone; see [`balanced_target_distribution`](crate::balanced_target_distribution).
            #[must_use]
            pub fn balance(mut self, exponent: f64) -> Self {
                self.clustering.balance = exponent;
                self
            }

            /// Stop with [`StopReason::Collapsed`](crate::StopReason::Collapsed) when the effective number of clusters, the exponential of the entropy of their
            /// shares of the images, falls to this fraction, at least 0 and below 1, of what it was before the first epoch, or when a single cluster holds all images; 0.5
            /// in the profile `Quick`, and `None`, as in the papers' profiles, never looks. The model is then that of the best epoch before where
            /// images are watched, else that of the collapse; an earlier one is had by [`Training::snapshot`].
            #[must_use]
            pub fn collapse(mut self, fraction: Option<f64>) -> Self {
                self.clustering.collapse = fraction;
                self
            }
        }
    };
}

pub(crate) use clustering_options;
