//! Majority vote: the label that most volunteers gave, with no regard to who they are.

mod state;

use crate::{
    Error, Estimate, Estimates, Repeats, Vote,
    columns::check_all,
    ids::Ids,
    repeats::Seen,
    vote::{CheckedVote, check_n_classes, check_total},
};

/// Majority vote: the label that most volunteers gave, with no regard to who they are.
///
/// The probabilities of its [`Estimate`] are the fractions of the votes, the label is the class with most votes, and ties
/// go to the lower class ([`Estimate::is_tie`] tells). The order of the votes does not matter (except under
/// [`Repeats::FirstOnly`]).
///
/// ```
/// use manyhands_votes::{MajorityVote, Vote};
///
/// let votes = [(1, 1), (2, 0), (3, 1)].map(|(volunteer, label)| Vote { volunteer, subject: 42, label });
/// let mut majority = MajorityVote::params(2).fit(&votes)?;
/// assert_eq!(majority.estimate(42).unwrap().label, 1);
///
/// majority.observe(Vote { volunteer: 4, subject: 42, label: 0 })?;
/// let estimate = majority.estimate(42).unwrap();
/// assert!(estimate.is_tie());
/// assert_eq!((estimate.label, estimate.probabilities), (0, vec![0.5, 0.5]));
/// # Ok::<(), manyhands_votes::Error>(())
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(into = "state::MajorityVoteState", try_from = "state::MajorityVoteState")
)]
pub struct MajorityVote {
    params: MajorityVoteParams,
    subjects: Ids,
    /// Subjects × classes.
    counts: Vec<u32>,
    total: u64,
    seen: Seen,
}

/// The parameters of [`MajorityVote`]. They are checked by [`Self::build`] and [`Self::fit`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MajorityVoteParams {
    n_classes: usize,
    repeats: Repeats,
}

impl MajorityVoteParams {
    /// What to do when a volunteer votes on the same subject again. Default [`Repeats::CountAll`].
    pub fn repeats(mut self, repeats: Repeats) -> Self {
        self.repeats = repeats;
        self
    }

    /// A majority vote without votes, to [`observe`](MajorityVote::observe) them one by one.
    ///
    /// # Errors
    /// [`Error::Classes`].
    pub fn build(&self) -> Result<MajorityVote, Error> {
        check_n_classes(self.n_classes)?;
        Ok(MajorityVote {
            params: self.clone(),
            subjects: Ids::default(),
            counts: vec![],
            total: 0,
            seen: Seen::new(self.repeats),
        })
    }

    /// A majority vote over votes that are all there.
    ///
    /// # Errors
    /// [`Error::Classes`], [`Error::NoVotes`], [`Error::Label`], [`Error::Id`], [`Error::TooManyVotes`].
    pub fn fit(&self, votes: &[Vote]) -> Result<MajorityVote, Error> {
        let mut majority = self.build()?;
        if votes.is_empty() {
            return Err(Error::NoVotes);
        }
        let ranges = check_all(votes, self.n_classes)?;
        majority.subjects.reserve(ranges.subject, votes.len());
        majority.seen.reserve(votes.len());
        for &vote in votes {
            majority.add(vote.check(self.n_classes)?);
        }
        Ok(majority)
    }
}

impl MajorityVote {
    /// Begins with the number of classes, at least 2.
    pub fn params(n_classes: usize) -> MajorityVoteParams {
        MajorityVoteParams { n_classes, repeats: Repeats::default() }
    }

    /// Takes one vote.
    ///
    /// # Errors
    /// [`Error::Label`], [`Error::Id`], [`Error::TooManyVotes`].
    pub fn observe(&mut self, vote: Vote) -> Result<(), Error> {
        let vote = vote.check(self.n_classes())?;
        check_total(self.total, 1)?;
        self.add(vote);
        Ok(())
    }

    /// Adds the votes of another part. The order of merging does not matter.
    ///
    /// # Errors
    /// [`Error::Mismatch`] for other parameters, [`Error::MergeRepeat`] where only first votes count and a pair of
    /// volunteer and subject is in both parts, [`Error::TooManyVotes`].
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        if self.params != other.params {
            return Err(Error::Mismatch { field: "a parameter" });
        }
        self.seen.check_disjoint(&other.seen)?;
        self.total = check_total(self.total, other.total)?;
        self.seen.absorb(&other.seen);
        let k = self.n_classes();
        for (row, theirs) in other.counts.chunks_exact(k).enumerate() {
            let mine = self.insert(other.subjects.id(row) as u32);
            self.counts[mine * k..][..k].iter_mut().zip(theirs).for_each(|(mine, n)| *mine += n);
        }
        Ok(())
    }

    /// What the votes so far say about a subject; `None` where it has no vote.
    pub fn estimate(&self, subject: usize) -> Option<Estimate> {
        self.subjects.row(subject).map(|row| self.estimate_of_row(row))
    }

    /// What the votes so far say about every subject that has any, in ascending order of the subjects.
    pub fn subjects(&self) -> impl Iterator<Item = (usize, Estimate)> + '_ {
        let rows = self.subjects.sorted_rows().into_iter();
        rows.map(|row| (self.subjects.id(row), self.estimate_of_row(row)))
    }

    /// [`Self::subjects`] in columns.
    pub fn estimates(&self) -> Estimates {
        Estimates::from_rows(self.subjects(), self.n_classes())
    }

    /// The number of classes.
    pub fn n_classes(&self) -> usize {
        self.params.n_classes
    }

    fn counts_of_row(&self, row: usize) -> &[u32] {
        &self.counts[row * self.n_classes()..][..self.n_classes()]
    }

    fn estimate_of_row(&self, row: usize) -> Estimate {
        let counts = self.counts_of_row(row);
        let n_votes: u32 = counts.iter().sum();
        Estimate::new(counts.iter().map(|&n| f64::from(n) / f64::from(n_votes)).collect(), n_votes)
    }

    fn add(&mut self, vote: CheckedVote) {
        if self.seen.admit(vote) {
            let row = self.insert(vote.subject);
            self.counts[row * self.params.n_classes + usize::from(vote.label)] += 1;
            self.total += 1;
        }
    }

    /// The row of a subject, a new one where there is none yet.
    fn insert(&mut self, subject: u32) -> usize {
        let row = self.subjects.insert(subject) as usize;
        if (row + 1) * self.n_classes() > self.counts.len() {
            self.counts.resize((row + 1) * self.n_classes(), 0);
        }
        row
    }
}

/// Equal where all estimates are and where further votes would have the same effect.
impl PartialEq for MajorityVote {
    fn eq(&self, other: &Self) -> bool {
        self.state() == other.state()
    }
}
