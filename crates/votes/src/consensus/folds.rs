//! K-fold cross-validation: every gold subject as it looks to a fit that does not know its truth.

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::ConsensusParams;
use crate::{Error, Estimate, VoteTable};

/// A gold subject and what a fit without its truth says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HeldOut {
    /// The subject.
    pub subject: usize,
    /// Its true class.
    pub truth: usize,
    /// The estimate of the fit that was not told.
    pub estimate: Estimate,
}

impl ConsensusParams {
    /// Fits once for each of `folds` parts of the gold, as equal as can be and drawn at random from `seed`, without telling it the truth of that part. By subject;
    /// gold that nobody voted on is left out.
    ///
    /// ```
    /// use manyhands_votes::{Consensus, Mode, Vote, VoteTable};
    ///
    /// let vote = |subject: usize, volunteer: usize| {
    ///     Vote { volunteer, subject, label: (subject + usize::from((subject * 7 + volunteer * 3) % 9 == 0)) % 2 }
    /// };
    /// let votes: Vec<Vote> = (0..60).flat_map(|subject| (0..5).map(move |volunteer| vote(subject, volunteer))).collect();
    /// let gold: Vec<(usize, usize)> = (0..30).map(|subject| (subject, subject % 2)).collect();
    ///
    /// let params = Consensus::params(Mode::Swap, 2).gold(&gold);
    /// let held_out = params.cross_validate(5, 7, &VoteTable::from_votes(2, &votes)?)?;
    /// assert_eq!(held_out.len(), 30);
    /// assert!(held_out.iter().filter(|one| one.estimate.label == one.truth).count() >= 28);
    /// # Ok::<(), manyhands_votes::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Parameter`] for fewer than 2 folds or more than there is gold; those of [`fit`](Self::fit), also where a part leaves too little gold.
    pub fn cross_validate(&self, folds: usize, seed: u64, votes: &VoteTable) -> Result<Vec<HeldOut>, Error> {
        // All gold together: a fit sees one part, and two truths of one subject may be in two parts.
        self.check(votes.n_labels())?;
        // Sorted and each pair once, so that neither the order in which gold was given nor a pair that stands twice matters.
        let mut order = self.gold.clone();
        order.sort_unstable();
        order.dedup();
        if folds < 2 || folds > order.len() {
            let wants = "a number from 2 to the number of gold subjects";
            return Err(Error::Parameter { field: "folds", got: folds as f64, wants });
        }
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let mut held_out = Vec::with_capacity(order.len());
        for fold in 0..folds {
            let is_held = |&(place, _): &(usize, &(usize, usize))| place % folds == fold;
            let told: Vec<(usize, usize)> =
                order.iter().enumerate().filter(|one| !is_held(one)).map(|(_, &gold)| gold).collect();
            let fitted = self.clone().gold(&told).fit(votes)?;
            for (_, &(subject, truth)) in order.iter().enumerate().filter(is_held) {
                if let Some(estimate) = fitted.estimate(subject) {
                    held_out.push(HeldOut { subject, truth, estimate });
                }
            }
        }
        held_out.sort_unstable_by_key(|one| one.subject);
        Ok(held_out)
    }
}
