//! What the votes say about each subject: sums of logarithms, before the prior.

use crate::{
    Error, Estimate, columns::VoteColumns, fixed_log::FixedLog, gold::Gold, ids::Ids, prior::Prior,
    vote::check_total,
};

/// Per subject, Σ_votes ln θ_tc for every class t, and the number of votes. The gold subjects are the first rows.
#[derive(Debug, Clone)]
pub(super) struct SubjectSums {
    n_classes: usize,
    ids: Ids,
    n_votes: Vec<u32>,
    /// Subjects × classes.
    log_likelihood: Vec<FixedLog>,
    total: u64,
}

impl SubjectSums {
    pub(super) fn new(gold: &Gold, n_classes: usize) -> Self {
        Self::with_rows(gold.first_rows(), n_classes)
    }

    fn with_rows(ids: Ids, n_classes: usize) -> Self {
        let n = ids.len();
        Self {
            n_classes,
            ids,
            n_votes: vec![0; n],
            log_likelihood: vec![FixedLog::default(); n * n_classes],
            total: 0,
        }
    }

    /// The second pass, over votes whose subjects are rows of `ids`. `ln_theta` is volunteers × label × truth.
    pub(super) fn from_columns(
        columns: &VoteColumns,
        ids: Ids,
        ln_theta: &[FixedLog],
        n_classes: usize,
    ) -> Self {
        let mut sums = Self::with_rows(ids, n_classes);
        sums.total = columns.len() as u64;
        for (volunteer, subject, label) in columns.iter() {
            sums.n_votes[subject] += 1;
            let ln_theta = &ln_theta[(volunteer * n_classes + label) * n_classes..][..n_classes];
            let sum = &mut sums.log_likelihood[subject * n_classes..][..n_classes];
            sum.iter_mut().zip(ln_theta).for_each(|(sum, &ln_theta)| *sum += ln_theta);
        }
        sums
    }

    pub(super) fn ids(&self) -> &Ids {
        &self.ids
    }

    pub(super) fn n_votes(&self, row: usize) -> u32 {
        self.n_votes[row]
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    pub(super) fn log_likelihood(&self, row: usize) -> &[FixedLog] {
        &self.log_likelihood[row * self.n_classes..][..self.n_classes]
    }

    /// `None` for a gold subject that has no vote yet.
    pub(super) fn estimate(&self, row: usize, prior: &Prior) -> Option<Estimate> {
        let n_votes = self.n_votes[row];
        (n_votes > 0).then(|| Estimate::new(prior.posterior(self.log_likelihood(row)), n_votes))
    }

    /// The row of a subject, a new one where there is none yet.
    pub(super) fn insert(&mut self, subject: u32) -> usize {
        let row = self.ids.insert(subject) as usize;
        if row == self.n_votes.len() {
            self.n_votes.push(0);
            self.log_likelihood.resize(self.log_likelihood.len() + self.n_classes, FixedLog::default());
        }
        row
    }

    /// Adds `n_votes` votes with the given sum per class. The caller has checked the total.
    pub(super) fn add(&mut self, row: usize, n_votes: u32, log_likelihood: impl Iterator<Item = FixedLog>) {
        self.total += u64::from(n_votes);
        self.n_votes[row] += n_votes;
        let sum = &mut self.log_likelihood[row * self.n_classes..][..self.n_classes];
        sum.iter_mut().zip(log_likelihood).for_each(|(sum, term)| *sum += term);
    }

    /// Adds the sums of other votes, weighed with the same volunteers.
    pub(super) fn merge(&mut self, other: &Self) -> Result<(), Error> {
        check_total(self.total, other.total)?;
        for theirs in 0..other.ids.len() {
            let mine = self.insert(other.ids.id(theirs) as u32);
            self.add(mine, other.n_votes[theirs], other.log_likelihood(theirs).iter().copied());
        }
        Ok(())
    }
}
