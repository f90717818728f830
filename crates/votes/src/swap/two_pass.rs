//! SWAP in two passes: volunteers first, from all gold votes, then every subject with the volunteers as they ended.

use crate::{
    Error, GoldCounts, Swap, SwapParams, Vote, columns::VoteColumns, fixed_log::FixedLog, ids::Ids,
    repeats::Seen,
};

use super::{params::CheckedParams, subjects::SubjectSums};

impl SwapParams {
    /// Both passes over votes that are all there. The result does not depend on their order, to the last bit (except under
    /// [`Repeats::FirstOnly`](crate::Repeats::FirstOnly), which asks for the first vote).
    ///
    /// Time and memory grow with the number of votes, some ten bytes a vote on top of the slice; ids may be any, but
    /// those within a span of four times the number of votes are looked up faster.
    ///
    /// # Errors
    /// Those of [`Self::build`]; [`Error::NoVotes`], [`Error::Label`], [`Error::Id`], [`Error::TooManyVotes`];
    /// [`Error::NoGoldVotes`] where no vote is on a gold subject, as then nothing is known about anybody.
    pub fn fit(&self, votes: &[Vote]) -> Result<Swap, Error> {
        let params = self.check()?;
        if votes.is_empty() {
            return Err(Error::NoVotes);
        }
        let n_classes = params.prior.n_classes();
        let (mut volunteers, mut subjects) = (Ids::default(), params.gold.first_rows());
        let mut seen = Seen::new(params.repeats);
        let columns = VoteColumns::collect(votes, n_classes, &mut volunteers, &mut subjects, &mut seen)?;
        let volunteers = GoldCounts::from_columns(&columns, volunteers, &params.gold, n_classes);
        if volunteers.n_gold_votes() == 0 {
            return Err(Error::NoGoldVotes { n_gold: params.gold.len() });
        }
        let n_volunteers = volunteers.n_volunteers();
        Ok(second_pass(params, volunteers, n_volunteers, &columns, subjects, seen))
    }

    /// The first pass alone: what the gold votes among `votes` teach about the volunteers. Parts that were counted apart
    /// [merge](GoldCounts::merge). No votes, or none on gold, is fine here.
    ///
    /// # Errors
    /// Those of [`Self::build`]; [`Error::Label`], [`Error::Id`], [`Error::TooManyVotes`].
    pub fn count(&self, votes: &[Vote]) -> Result<GoldCounts, Error> {
        let params = self.check()?;
        let n_classes = params.prior.n_classes();
        let (mut volunteers, mut subjects) = (Ids::default(), params.gold.first_rows());
        let mut seen = Seen::new(params.repeats);
        let columns = VoteColumns::collect(votes, n_classes, &mut volunteers, &mut subjects, &mut seen)?;
        Ok(GoldCounts::from_columns(&columns, volunteers, &params.gold, n_classes))
    }

    /// The second pass alone: every subject of `votes`, with the volunteers of `volunteers`. Parts that were fitted with the
    /// same volunteers [merge](Swap::merge): with the counts of all votes, the merged parts are what [`Self::fit`] makes of
    /// all votes at once.
    ///
    /// The volunteers may also come from elsewhere: an earlier season, or (with no votes at all) a start for
    /// [`Swap::observe`]. They are taken as they are; a volunteer without counts is one about whom nothing is known.
    ///
    /// # Errors
    /// Those of [`Self::build`]; [`Error::Mismatch`] for volunteers of another number of classes; [`Error::Label`],
    /// [`Error::Id`], [`Error::TooManyVotes`].
    ///
    /// ```
    /// use manyhands_votes::{Swap, Vote};
    ///
    /// let vote = |volunteer, subject, label| Vote { volunteer, subject, label };
    /// let params = Swap::params([0.5, 0.5]).gold(&[(1, 1), (2, 0)]);
    /// let parts = [vec![vote(7, 1, 1), vote(7, 3, 1)], vec![vote(7, 2, 0), vote(8, 3, 0)]];
    /// let mut volunteers = params.count(&parts[0])?;
    /// volunteers.merge(&params.count(&parts[1])?)?;
    /// let mut swap = params.fit_with(volunteers.clone(), &parts[0])?;
    /// swap.merge(&params.fit_with(volunteers, &parts[1])?)?;
    /// assert_eq!(swap, params.fit(&parts.concat())?);
    /// # Ok::<(), manyhands_votes::Error>(())
    /// ```
    pub fn fit_with(&self, volunteers: GoldCounts, votes: &[Vote]) -> Result<Swap, Error> {
        let params = self.check()?;
        let n_classes = params.prior.n_classes();
        if volunteers.n_classes() != n_classes {
            return Err(Error::Mismatch { field: "the number of classes" });
        }
        let (mut ids, mut subjects) = (volunteers.ids().clone(), params.gold.first_rows());
        let mut seen = Seen::new(params.repeats);
        let columns = VoteColumns::collect(votes, n_classes, &mut ids, &mut subjects, &mut seen)?;
        Ok(second_pass(params, volunteers, ids.len(), &columns, subjects, seen))
    }
}

/// Volunteers beyond those that were counted, up to `n_volunteers`, are unknown: 1/K.
fn second_pass(
    params: CheckedParams,
    volunteers: GoldCounts,
    n_volunteers: usize,
    columns: &VoteColumns,
    subjects: Ids,
    seen: Seen,
) -> Swap {
    let k = params.prior.n_classes();
    let mut ln_theta = Vec::with_capacity(n_volunteers * k * k);
    for row in 0..volunteers.n_volunteers() {
        for cell in 0..k * k {
            let (label, truth) = (cell / k, cell % k);
            ln_theta.push(volunteers.ln_theta(row, truth, label, params.pseudo_count));
        }
    }
    ln_theta.resize(n_volunteers * k * k, FixedLog::ln_ratio(1.0, k as f64));
    let subjects = SubjectSums::from_columns(columns, subjects, &ln_theta, k);
    Swap { params, volunteers, subjects, seen }
}
