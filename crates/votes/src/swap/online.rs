//! SWAP vote by vote: each is weighed with what its volunteer has shown so far (Marshall et al. 2016).

use crate::{Error, Swap, SwapParams, Vote, VoteTable, vote::check_total};

impl Swap {
    /// Takes one vote: weighs it with the volunteer's confusion matrix as it is now, updates the subject, and then, where
    /// the subject is gold, teaches the volunteer.
    ///
    /// Under [`Repeats::FirstOnly`](crate::Repeats::FirstOnly) a repeat changes nothing. With all gold votes before the
    /// others, the estimates of the others are those of [`SwapParams::fit`](crate::SwapParams::fit).
    ///
    /// # Errors
    /// [`Error::Label`], [`Error::Id`], [`Error::TooManyVotes`].
    pub fn observe(&mut self, vote: Vote) -> Result<(), Error> {
        let vote = vote.check(self.n_classes())?;
        check_total(self.subjects.total(), 1)?;
        check_total(self.volunteers.n_votes(), 1)?;
        if !self.seen.admit(vote) {
            return Ok(());
        }
        let label = usize::from(vote.label);
        let volunteer = self.volunteers.insert(vote.volunteer);
        let subject = self.subjects.insert(vote.subject);
        let (volunteers, gamma) = (&self.volunteers, self.params.pseudo_count);
        let ln_theta = (0..self.n_classes()).map(|truth| volunteers.ln_theta(volunteer, truth, label, gamma));
        self.subjects.add(subject, 1, ln_theta);
        self.volunteers.add(volunteer, self.params.gold.truth(subject), label);
        Ok(())
    }
}

impl SwapParams {
    /// Online SWAP over a table, in its order. Tables that were merged from parts with times stand in the order of time, so the
    /// result has the same bits as one run over everything.
    ///
    /// # Errors
    /// Those of [`Self::build`] and [`Swap::observe`].
    pub fn replay(&self, table: &VoteTable) -> Result<Swap, Error> {
        let mut swap = self.build()?;
        table.votes().try_for_each(|vote| swap.observe(vote))?;
        Ok(swap)
    }
}
