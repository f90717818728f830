//! Prior probabilities of the classes, and the posterior that they become with the votes.

use crate::{Error, fixed_log::FixedLog, vote::check_n_classes};

/// How far a sum of probabilities may be from 1.
pub(crate) const SUM_TOLERANCE: f64 = 1e-9;

/// Checked priors, all above zero.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Prior {
    probabilities: Vec<f64>,
    log: Vec<FixedLog>,
}

impl Prior {
    pub(crate) fn check(probabilities: &[f64]) -> Result<Self, Error> {
        check_n_classes(probabilities.len())?;
        if let Some((class, &got)) = probabilities.iter().enumerate().find(|&(_, &p)| p == 0.0) {
            return Err(Error::Prior { class, got });
        }
        check_distribution(probabilities)?;
        let log = probabilities.iter().map(|&p| FixedLog::ln_ratio(p.min(1.0), 1.0)).collect();
        Ok(Self { probabilities: probabilities.to_vec(), log })
    }

    pub(crate) fn n_classes(&self) -> usize {
        self.probabilities.len()
    }

    pub(crate) fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    /// Bayes' rule for one subject: `posterior[t] ∝ prior[t] · exp(log_likelihood[t])`, with the greatest logarithm taken
    /// off before the exponential. A pure function of the prior and of the sums over the subject's votes.
    pub(crate) fn posterior(&self, log_likelihood: &[FixedLog]) -> Vec<f64> {
        let log_joint = || self.log.iter().zip(log_likelihood).map(|(&prior, &votes)| prior + votes);
        let max = log_joint().max().unwrap_or_default();
        let mut posterior: Vec<f64> = log_joint().map(|log| log.minus(max).exp()).collect();
        let sum: f64 = posterior.iter().sum();
        posterior.iter_mut().for_each(|p| *p /= sum);
        posterior
    }
}

/// Probabilities from 0 on that sum to 1.
pub(crate) fn check_distribution(prior: &[f64]) -> Result<(), Error> {
    for (class, &got) in prior.iter().enumerate() {
        // Written so that NaN fails.
        if !(0.0..=1.0 + SUM_TOLERANCE).contains(&got) {
            return Err(Error::Prior { class, got });
        }
    }
    let got: f64 = prior.iter().sum();
    if (got - 1.0).abs() <= SUM_TOLERANCE { Ok(()) } else { Err(Error::PriorSum { got }) }
}
