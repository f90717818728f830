//! Votes in columns of rows: checked, without passed-over repeats, ten bytes a vote.

use crate::{Error, Vote, ids::Ids, repeats::Seen, vote::check_total};

/// Smallest and greatest id; the wrong way round where there are no votes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IdRanges {
    pub(crate) volunteer: (u32, u32),
    pub(crate) subject: (u32, u32),
}

/// Checks every vote, and that they are not too many.
pub(crate) fn check_all(votes: &[Vote], n_classes: usize) -> Result<IdRanges, Error> {
    check_total(0, votes.len() as u64)?;
    let widen = |range: (u32, u32), id: u32| (range.0.min(id), range.1.max(id));
    let mut ranges = IdRanges { volunteer: (u32::MAX, 0), subject: (u32::MAX, 0) };
    for vote in votes {
        let vote = vote.check(n_classes)?;
        ranges.volunteer = widen(ranges.volunteer, vote.volunteer);
        ranges.subject = widen(ranges.subject, vote.subject);
    }
    Ok(ranges)
}

/// The votes that count, in their order. Rows are those of the [`Ids`] that [`VoteColumns::collect`] was given.
#[derive(Debug, Clone, Default)]
pub(crate) struct VoteColumns {
    volunteer: Vec<u32>,
    subject: Vec<u32>,
    label: Vec<u16>,
}

impl VoteColumns {
    /// Checks all votes first, so that the ids and pairs are untouched where one is wrong.
    pub(crate) fn collect(
        votes: &[Vote],
        n_classes: usize,
        volunteers: &mut Ids,
        subjects: &mut Ids,
        seen: &mut Seen,
    ) -> Result<Self, Error> {
        let ranges = check_all(votes, n_classes)?;
        let n = votes.len();
        volunteers.reserve(ranges.volunteer, n);
        subjects.reserve(ranges.subject, n);
        seen.reserve(n);
        let mut columns = Self {
            volunteer: Vec::with_capacity(n),
            subject: Vec::with_capacity(n),
            label: Vec::with_capacity(n),
        };
        for vote in votes {
            let vote = vote.check(n_classes)?;
            if seen.admit(vote) {
                columns.volunteer.push(volunteers.insert(vote.volunteer));
                columns.subject.push(subjects.insert(vote.subject));
                columns.label.push(vote.label);
            }
        }
        Ok(columns)
    }

    pub(crate) fn len(&self) -> usize {
        self.label.len()
    }

    /// Rows of volunteer and subject, and the label, of every vote.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, usize, usize)> + '_ {
        let rows = self.volunteer.iter().zip(&self.subject);
        rows.zip(&self.label).map(|((&v, &s), &label)| (v as usize, s as usize, usize::from(label)))
    }
}
