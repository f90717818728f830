//! The parameters of SWAP, and the check that they pass first.

use crate::{Error, GoldCounts, Repeats, Swap, gold::Gold, prior::Prior, repeats::Seen};

use super::subjects::SubjectSums;

/// The parameters of [`Swap`]. They are checked by [`Self::build`], [`Self::fit`], [`Self::fit_with`] and [`Self::count`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SwapParams {
    prior: Vec<f64>,
    gold: Vec<(usize, usize)>,
    pseudo_count: f64,
    repeats: Repeats,
}

impl SwapParams {
    pub(super) fn new(prior: Vec<f64>) -> Self {
        Self { prior, gold: vec![], pseudo_count: 1.0, repeats: Repeats::default() }
    }

    /// The subjects of known truth, as (subject, class). Required: SWAP learns volunteers from nothing else. Replaces an
    /// earlier list; the order does not matter.
    pub fn gold(mut self, gold: &[(usize, usize)]) -> Self {
        self.gold = gold.to_vec();
        self
    }

    /// γ, what every cell of a volunteer's confusion matrix counts before the first gold vote: a Dirichlet(γ) prior on each
    /// row, Beta(γ, γ) for two classes.
    ///
    /// Default 1, the `gamma` of the program `zooniverse/swap` (2018), which Muon Hunters 2.0 ran. Space Warps' "skepticism
    /// 2" (Marshall et al. 2016) is 2. With 0 the matrix is the bare fractions; a row without gold is then still 1/K, and a class that
    /// a vote calls impossible (θ = 0) is out, unless each class has such votes: then those with the fewest are compared by
    /// the rest, which is the limit γ → 0.
    pub fn pseudo_count(mut self, pseudo_count: f64) -> Self {
        self.pseudo_count = pseudo_count;
        self
    }

    /// What to do when a volunteer votes on the same subject again. Default [`Repeats::CountAll`].
    pub fn repeats(mut self, repeats: Repeats) -> Self {
        self.repeats = repeats;
        self
    }

    /// A SWAP without votes, to [`observe`](Swap::observe) them one by one.
    ///
    /// # Errors
    /// [`Error::Classes`], [`Error::Prior`], [`Error::PriorSum`], [`Error::PseudoCount`], [`Error::NoGold`],
    /// [`Error::GoldClass`], [`Error::GoldConflict`], [`Error::Id`].
    pub fn build(&self) -> Result<Swap, Error> {
        let params = self.check()?;
        Ok(Swap {
            volunteers: GoldCounts::new(params.prior.n_classes()),
            subjects: SubjectSums::new(&params.gold, params.prior.n_classes()),
            seen: Seen::new(params.repeats),
            params,
        })
    }

    pub(super) fn check(&self) -> Result<CheckedParams, Error> {
        let prior = Prior::check(&self.prior)?;
        // The sum of a row has to be finite too.
        let row = self.pseudo_count * prior.n_classes() as f64;
        if !(row >= 0.0 && row.is_finite()) {
            return Err(Error::PseudoCount { got: self.pseudo_count });
        }
        let gold = Gold::check(&self.gold, prior.n_classes())?;
        Ok(CheckedParams { prior, gold, pseudo_count: self.pseudo_count, repeats: self.repeats })
    }
}

/// [`SwapParams`] that are known to be right.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CheckedParams {
    pub(super) prior: Prior,
    pub(super) gold: Gold,
    pub(super) pseudo_count: f64,
    pub(super) repeats: Repeats,
}

impl CheckedParams {
    /// The opposite of [`SwapParams::check`], with gold in ascending order.
    pub(super) fn unchecked(&self) -> SwapParams {
        SwapParams {
            prior: self.prior.probabilities().to_vec(),
            gold: self.gold.pairs().collect(),
            pseudo_count: self.pseudo_count,
            repeats: self.repeats,
        }
    }
}
