//! Votes in columns: ids interned, ten bytes a vote, with an order that does not depend on how the votes came together.

mod grouped;
mod order;
#[cfg(feature = "serde")]
mod saved;

pub(crate) use grouped::Grouped;

use crate::{
    Error, Vote,
    ids::Ids,
    vote::{check_n_labels, check_total},
};

/// Votes in columns, ready for [`Consensus`](crate::Consensus) and for replays in the order of time.
///
/// A vote takes 4 bytes each for volunteer and subject and 2 for the label; its place in the columns is its order. The time
/// and the number of its classification are optional columns of 8 bytes each ([`Self::push_at`]).
///
/// Tables [merge](Self::merge). With times, the merged votes stand in their canonical order (time, then
/// classification, then subject, volunteer and label), whatever the parts were and in whatever order they came: so a replay of the merged
/// table has the same bits as one of a table that was never cut. Results that do not depend on the order (everything in
/// [`Consensus`](crate::Consensus)) have the same bits with or without times.
///
/// ```
/// use manyhands_votes::{Vote, VoteTable};
///
/// let vote = |volunteer, subject, label| Vote { volunteer, subject, label };
/// let (mut monday, mut tuesday) = (VoteTable::new(2)?, VoteTable::new(2)?);
/// monday.push_at(vote(7, 1, 0), 1_000, 501)?;
/// tuesday.push_at(vote(7, 2, 1), 2_000, 502)?;
/// tuesday.merge(&monday)?;
/// assert_eq!(tuesday.votes().collect::<Vec<_>>(), [vote(7, 1, 0), vote(7, 2, 1)]);
/// // Reading can go on after the last classification seen.
/// assert_eq!(tuesday.last_seen(), Some((2_000, 502)));
/// # Ok::<(), manyhands_votes::Error>(())
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(into = "saved::VoteTableState", try_from = "saved::VoteTableState")
)]
pub struct VoteTable {
    n_labels: usize,
    volunteers: Ids,
    subjects: Ids,
    /// Rows of `volunteers`.
    volunteer: Vec<u32>,
    /// Rows of `subjects`.
    subject: Vec<u32>,
    label: Vec<u16>,
    /// Empty, or one per vote.
    time: Vec<i64>,
    /// Empty, or one per vote.
    classification: Vec<u64>,
}

impl VoteTable {
    /// An empty table for labels from 0 to `n_labels` − 1. There may be more labels than classes: "can't tell" is a label
    /// and no class.
    ///
    /// # Errors
    /// [`Error::Labels`].
    pub fn new(n_labels: usize) -> Result<Self, Error> {
        check_n_labels(n_labels)?;
        Ok(Self {
            n_labels,
            volunteers: Ids::default(),
            subjects: Ids::default(),
            volunteer: vec![],
            subject: vec![],
            label: vec![],
            time: vec![],
            classification: vec![],
        })
    }

    /// A table of votes without times, in the order of the slice.
    ///
    /// # Errors
    /// [`Error::Labels`], [`Error::Label`], [`Error::Id`], [`Error::TooManyVotes`].
    pub fn from_votes(n_labels: usize, votes: &[Vote]) -> Result<Self, Error> {
        let mut table = Self::new(n_labels)?;
        let ranges = crate::columns::check_all(votes, n_labels)?;
        table.reserve(votes.len());
        table.volunteers.reserve(ranges.volunteer, votes.len());
        table.subjects.reserve(ranges.subject, votes.len());
        for &vote in votes {
            table.insert(vote.check(n_labels)?);
        }
        Ok(table)
    }

    /// Appends a vote without a time.
    ///
    /// # Errors
    /// [`Error::Label`], [`Error::Id`], [`Error::TooManyVotes`]; [`Error::Mismatch`] where the votes so far have times.
    pub fn push(&mut self, vote: Vote) -> Result<(), Error> {
        if !self.time.is_empty() {
            return Err(Error::Mismatch { field: "whether votes have times" });
        }
        let vote = vote.check(self.n_labels)?;
        check_total(self.len() as u64, 1)?;
        self.insert(vote);
        Ok(())
    }

    /// Appends a vote with its time (any unit, larger is later) and the number of its classification. Votes need not come
    /// in order: [`Self::sort`] and [`Self::merge`] make it.
    ///
    /// # Errors
    /// As [`Self::push`]; [`Error::Mismatch`] where the votes so far have no times.
    pub fn push_at(&mut self, vote: Vote, time: i64, classification: u64) -> Result<(), Error> {
        if self.time.len() != self.len() {
            return Err(Error::Mismatch { field: "whether votes have times" });
        }
        let vote = vote.check(self.n_labels)?;
        check_total(self.len() as u64, 1)?;
        self.insert(vote);
        self.time.push(time);
        self.classification.push(classification);
        Ok(())
    }

    /// The number of labels M.
    pub fn n_labels(&self) -> usize {
        self.n_labels
    }

    /// The number of votes.
    pub fn len(&self) -> usize {
        self.label.len()
    }

    /// Whether there is no vote.
    pub fn is_empty(&self) -> bool {
        self.label.is_empty()
    }

    /// The number of subjects with a vote.
    pub fn n_subjects(&self) -> usize {
        self.subjects.len()
    }

    /// The number of volunteers with a vote.
    pub fn n_volunteers(&self) -> usize {
        self.volunteers.len()
    }

    /// The votes in the order of the table.
    pub fn votes(&self) -> impl Iterator<Item = Vote> + '_ {
        (0..self.len()).map(|i| self.vote(i))
    }

    /// Time and classification of every vote, in the order of the table; `None` where votes have none.
    pub fn times(&self) -> Option<impl Iterator<Item = (i64, u64)> + '_> {
        let has_times = !self.time.is_empty();
        has_times.then(|| self.time.iter().copied().zip(self.classification.iter().copied()))
    }

    /// The greatest (time, classification): where reading goes on. `None` without times.
    pub fn last_seen(&self) -> Option<(i64, u64)> {
        self.times()?.max()
    }

    fn reserve(&mut self, n: usize) {
        self.volunteer.reserve_exact(n);
        self.subject.reserve_exact(n);
        self.label.reserve_exact(n);
    }

    fn vote(&self, i: usize) -> Vote {
        Vote {
            volunteer: self.volunteers.id(self.volunteer[i] as usize),
            subject: self.subjects.id(self.subject[i] as usize),
            label: usize::from(self.label[i]),
        }
    }

    fn insert(&mut self, vote: crate::vote::CheckedVote) {
        self.volunteer.push(self.volunteers.insert(vote.volunteer));
        self.subject.push(self.subjects.insert(vote.subject));
        self.label.push(vote.label);
    }
}

/// Equal where the same votes stand in the same order, whatever rows their ids have.
impl PartialEq for VoteTable {
    fn eq(&self, other: &Self) -> bool {
        self.n_labels == other.n_labels
            && self.len() == other.len()
            && self.time == other.time
            && self.classification == other.classification
            && self.votes().eq(other.votes())
    }
}
