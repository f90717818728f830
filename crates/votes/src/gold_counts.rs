//! What gold subjects have taught about the volunteers: integer counts that merge in any order.

use ndarray::Array2;

use crate::{
    Error, Volunteer, columns::VoteColumns, fixed_log::FixedLog, gold::Gold, ids::Ids, vote::check_total,
};

/// What gold subjects have taught about the volunteers: per volunteer, how often they said c where the truth was t.
///
/// These are the sufficient statistics of the first pass of two-pass SWAP. Being integers, they
/// [merge](Self::merge) in any order, so the votes may be counted in parts, on several machines. Get them with
/// [`SwapParams::count`](crate::SwapParams::count), use them with [`SwapParams::fit_with`](crate::SwapParams::fit_with).
///
/// ```
/// use manyhands_votes::{Swap, Vote};
///
/// let params = Swap::params([0.5, 0.5]).gold(&[(1, 1), (2, 0)]);
/// let (a, b) = (Vote { volunteer: 7, subject: 1, label: 1 }, Vote { volunteer: 7, subject: 2, label: 1 });
/// let mut counts = params.count(&[a])?;
/// counts.merge(&params.count(&[b])?)?;
/// assert_eq!(counts, params.count(&[b, a])?);
/// # Ok::<(), manyhands_votes::Error>(())
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(into = "GoldCountsState", try_from = "GoldCountsState")
)]
pub struct GoldCounts {
    n_classes: usize,
    ids: Ids,
    /// Per volunteer: all votes, gold or not.
    n_votes: Vec<u32>,
    /// Volunteers × truth × label.
    counts: Vec<u32>,
    total: u64,
}

impl GoldCounts {
    pub(crate) fn new(n_classes: usize) -> Self {
        Self { n_classes, ids: Ids::default(), n_votes: vec![], counts: vec![], total: 0 }
    }

    /// The first pass over votes whose volunteers are rows of `ids` and whose subjects are rows of `gold` first.
    pub(crate) fn from_columns(columns: &VoteColumns, ids: Ids, gold: &Gold, n_classes: usize) -> Self {
        let cells = n_classes * n_classes;
        let mut n_votes = vec![0; ids.len()];
        let mut counts = vec![0; ids.len() * cells];
        for (volunteer, subject, label) in columns.iter() {
            n_votes[volunteer] += 1;
            if let Some(truth) = gold.truth(subject) {
                counts[volunteer * cells + truth * n_classes + label] += 1;
            }
        }
        Self { n_classes, ids, n_votes, counts, total: columns.len() as u64 }
    }

    /// The number of classes.
    pub fn n_classes(&self) -> usize {
        self.n_classes
    }

    /// The number of volunteers with a vote.
    pub fn n_volunteers(&self) -> usize {
        self.ids.len()
    }

    /// The number of votes, on gold and others.
    pub fn n_votes(&self) -> u64 {
        self.total
    }

    /// The number of votes on gold.
    pub fn n_gold_votes(&self) -> u64 {
        self.counts.iter().map(|&n| u64::from(n)).sum()
    }

    /// The counts of one volunteer, rows truth and columns label; `None` where the volunteer has not voted.
    pub fn counts(&self, volunteer: usize) -> Option<Array2<u64>> {
        self.ids.row(volunteer).map(|row| self.counts_of_row(row))
    }

    /// Adds the counts of other votes. The result does not depend on the order of merging.
    ///
    /// Where repeats are passed over ([`Repeats::FirstOnly`](crate::Repeats::FirstOnly)), cut the votes so that all votes
    /// of a volunteer on a subject are in one part; [`Swap::merge`](crate::Swap::merge) of the second pass finds those
    /// that are not.
    ///
    /// # Errors
    /// [`Error::Mismatch`] for another number of classes, [`Error::TooManyVotes`].
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        if self.n_classes != other.n_classes {
            return Err(Error::Mismatch { field: "the number of classes" });
        }
        self.total = check_total(self.total, other.total)?;
        let cells = self.n_classes * self.n_classes;
        for theirs in 0..other.ids.len() {
            let mine = self.insert(other.ids.id(theirs) as u32);
            self.n_votes[mine] += other.n_votes[theirs];
            let theirs = &other.counts[theirs * cells..][..cells];
            self.counts[mine * cells..][..cells].iter_mut().zip(theirs).for_each(|(mine, n)| *mine += n);
        }
        Ok(())
    }

    pub(crate) fn ids(&self) -> &Ids {
        &self.ids
    }

    /// The row of a volunteer, a new one where there is none yet.
    pub(crate) fn insert(&mut self, volunteer: u32) -> usize {
        let row = self.ids.insert(volunteer) as usize;
        if row == self.n_votes.len() {
            self.n_votes.push(0);
            self.counts.resize(self.counts.len() + self.n_classes * self.n_classes, 0);
        }
        row
    }

    /// One more vote of a volunteer, of known truth or not.
    pub(crate) fn add(&mut self, row: usize, truth: Option<usize>, label: usize) {
        self.total += 1;
        self.n_votes[row] += 1;
        if let Some(truth) = truth {
            self.counts[(row * self.n_classes + truth) * self.n_classes + label] += 1;
        }
    }

    /// Numerator and denominator of Pr(label | truth): (n + γ) / (Σ n + Kγ), and 1 / K where nothing is known.
    fn ratio(&self, row: usize, truth: usize, label: usize, pseudo_count: f64) -> (f64, f64) {
        let k = self.n_classes;
        let counts = &self.counts[(row * k + truth) * k..][..k];
        let sum: u64 = counts.iter().map(|&n| u64::from(n)).sum();
        let whole = sum as f64 + k as f64 * pseudo_count;
        if whole == 0.0 { (1.0, k as f64) } else { (f64::from(counts[label]) + pseudo_count, whole) }
    }

    /// ln Pr(label | truth) of a volunteer.
    pub(crate) fn ln_theta(&self, row: usize, truth: usize, label: usize, pseudo_count: f64) -> FixedLog {
        let (part, whole) = self.ratio(row, truth, label, pseudo_count);
        FixedLog::ln_ratio(part, whole)
    }

    fn counts_of_row(&self, row: usize) -> Array2<u64> {
        let k = self.n_classes;
        Array2::from_shape_fn((k, k), |(truth, label)| u64::from(self.counts[(row * k + truth) * k + label]))
    }

    pub(crate) fn volunteer(&self, row: usize, pseudo_count: f64) -> Volunteer {
        let k = self.n_classes;
        let counts = self.counts_of_row(row);
        Volunteer {
            id: self.ids.id(row),
            n_votes: self.n_votes[row] as usize,
            n_gold: counts.sum() as usize,
            confusion: Array2::from_shape_fn((k, k), |(truth, label)| {
                let (part, whole) = self.ratio(row, truth, label, pseudo_count);
                part / whole
            }),
            counts,
        }
    }
}

/// Equal where the same volunteers have the same counts, in whatever order they came.
impl PartialEq for GoldCounts {
    fn eq(&self, other: &Self) -> bool {
        self.state() == other.state()
    }
}

/// [`GoldCounts`] as it is saved and compared: volunteers in ascending order.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct GoldCountsState {
    n_classes: usize,
    volunteers: Vec<u32>,
    n_votes: Vec<u32>,
    counts: Vec<u32>,
}

impl GoldCounts {
    pub(crate) fn state(&self) -> GoldCountsState {
        let cells = self.n_classes * self.n_classes;
        let rows = self.ids.sorted_rows();
        GoldCountsState {
            n_classes: self.n_classes,
            volunteers: rows.iter().map(|&row| self.ids.id(row) as u32).collect(),
            n_votes: rows.iter().map(|&row| self.n_votes[row]).collect(),
            counts: rows.iter().flat_map(|&row| &self.counts[row * cells..][..cells]).copied().collect(),
        }
    }
}

#[cfg(feature = "serde")]
mod saved {
    use super::{GoldCounts, GoldCountsState};
    use crate::{
        Error,
        ids::Ids,
        vote::{check_ids, check_n_classes, check_total},
    };

    impl From<GoldCounts> for GoldCountsState {
        fn from(counts: GoldCounts) -> Self {
            counts.state()
        }
    }

    impl TryFrom<GoldCountsState> for GoldCounts {
        type Error = Error;

        fn try_from(state: GoldCountsState) -> Result<Self, Error> {
            let GoldCountsState { n_classes, volunteers, n_votes, counts } = state;
            let damaged = |field| Err(Error::StateDamaged { field });
            let cells = check_n_classes(n_classes)?.pow(2);
            check_ids(&volunteers, "volunteers")?;
            if n_votes.len() != volunteers.len() {
                return damaged("n_votes of the volunteers");
            }
            let gold_votes =
                counts.chunks_exact(cells).map(|cells| cells.iter().map(|&n| u64::from(n)).sum());
            let too_many = |(gold, &all): (u64, &u32)| gold > u64::from(all);
            if counts.len() != volunteers.len() * cells || gold_votes.zip(&n_votes).any(too_many) {
                return damaged("counts of the volunteers");
            }
            let total = check_total(0, n_votes.iter().map(|&n| u64::from(n)).sum())?;
            Ok(Self { n_classes, ids: Ids::from_distinct(volunteers), n_votes, counts, total })
        }
    }
}
