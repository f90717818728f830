//! One vote: who said what about which subject.

use crate::Error;

/// One vote: `volunteer` gave `subject` the label `label`.
///
/// Ids are any numbers from 0 to `u32::MAX - 1`; they need not be dense. The label is a class, from 0 to the number of
/// classes − 1. Votes carry no time: where order matters (online, or [`Repeats::FirstOnly`](crate::Repeats::FirstOnly)),
/// it is the order in which they are handed over.
///
/// ```
/// use manyhands_votes::Vote;
///
/// let vote = Vote { volunteer: 17, subject: 4_021, label: 1 };
/// assert_eq!(vote.label, 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Vote {
    /// Who voted.
    pub volunteer: usize,
    /// What was voted on: an image, a grid, a question about either.
    pub subject: usize,
    /// The class that the volunteer chose.
    pub label: usize,
}

/// The greatest id. The one above it stays free, so that the number of ids fits `u32` too.
const MAX_ID: usize = u32::MAX as usize - 1;

/// The most votes that one aggregator takes. It keeps every `u32` count and every sum of logarithms from overflowing.
const MAX_VOTES: u64 = u32::MAX as u64;

/// The most classes: labels are stored in 16 bits.
const MAX_CLASSES: usize = u16::MAX as usize;

/// A vote whose ids and label are known to fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CheckedVote {
    pub(crate) volunteer: u32,
    pub(crate) subject: u32,
    pub(crate) label: u16,
}

impl Vote {
    pub(crate) fn check(self, n_classes: usize) -> Result<CheckedVote, Error> {
        let Self { volunteer, subject, label } = self;
        if label >= n_classes {
            return Err(Error::Label { volunteer, subject, got: label, n_classes });
        }
        Ok(CheckedVote {
            volunteer: check_id("volunteer", volunteer)?,
            subject: check_id("subject", subject)?,
            label: label as u16,
        })
    }
}

pub(crate) fn check_id(field: &'static str, got: usize) -> Result<u32, Error> {
    if got > MAX_ID { Err(Error::Id { field, got, max: MAX_ID }) } else { Ok(got as u32) }
}

/// One label is enough, as a table may hold the clicks of those who clicked.
pub(crate) fn check_n_labels(got: usize) -> Result<usize, Error> {
    if (1..=MAX_CLASSES).contains(&got) { Ok(got) } else { Err(Error::Labels { got, max: MAX_CLASSES }) }
}

pub(crate) fn check_n_classes(got: usize) -> Result<usize, Error> {
    if (2..=MAX_CLASSES).contains(&got) { Ok(got) } else { Err(Error::Classes { got, max: MAX_CLASSES }) }
}

/// The number of votes after `more` have joined `have`.
pub(crate) fn check_total(have: u64, more: u64) -> Result<u64, Error> {
    let got = have.saturating_add(more);
    if got > MAX_VOTES { Err(Error::TooManyVotes { got, max: MAX_VOTES }) } else { Ok(got) }
}

/// The ids of a saved state: ascending, all different, none too great.
#[cfg(feature = "serde")]
pub(crate) fn check_ids(ids: &[u32], field: &'static str) -> Result<(), Error> {
    let fit = ids.is_sorted_by(|a, b| a < b) && ids.last().is_none_or(|&id| id as usize <= MAX_ID);
    if fit { Ok(()) } else { Err(Error::StateDamaged { field }) }
}
