//! Majority vote as it is compared and saved: columns in ascending order of the ids.

use crate::MajorityVote;

use super::MajorityVoteParams;

/// [`MajorityVote`] as it is compared and saved: subjects in ascending order.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct MajorityVoteState {
    kind: String,
    version: u32,
    params: MajorityVoteParams,
    subjects: Vec<u32>,
    counts: Vec<u32>,
    /// Volunteer · 2³² + subject, where only first votes count.
    seen: Vec<u64>,
}

/// What tells a saved majority vote from other files.
const KIND: &str = "manyhands-votes majority vote";

/// The number of the layout above. A change of the fields, or of their meaning, takes the next one.
const VERSION: u32 = 1;

impl MajorityVote {
    pub(super) fn state(&self) -> MajorityVoteState {
        let rows = self.subjects.sorted_rows();
        MajorityVoteState {
            kind: KIND.to_owned(),
            version: VERSION,
            params: self.params.clone(),
            subjects: rows.iter().map(|&row| self.subjects.id(row) as u32).collect(),
            counts: rows.iter().flat_map(|&row| self.counts_of_row(row)).copied().collect(),
            seen: self.seen.sorted(),
        }
    }
}

#[cfg(feature = "serde")]
mod saved {
    use std::path::Path;

    use super::{KIND, MajorityVoteState, VERSION};
    use crate::{
        Error, MajorityVote,
        ids::Ids,
        repeats::Seen,
        snapshot,
        vote::{check_ids, check_total},
    };

    impl MajorityVote {
        /// Writes the whole state as JSON. The file appears complete or not at all.
        ///
        /// # Errors
        /// [`Error::Io`].
        pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
            snapshot::save(path.as_ref(), &self.state())
        }

        /// Reads what [`Self::save`] wrote, ready for more votes.
        ///
        /// # Errors
        /// [`Error::Io`], [`Error::NotAState`], [`Error::StateKind`], [`Error::StateVersion`], [`Error::StateDamaged`],
        /// [`Error::Classes`].
        pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
            snapshot::load::<MajorityVoteState>(path.as_ref(), KIND, VERSION)?.try_into()
        }
    }

    impl From<MajorityVote> for MajorityVoteState {
        fn from(majority: MajorityVote) -> Self {
            majority.state()
        }
    }

    impl TryFrom<MajorityVoteState> for MajorityVote {
        type Error = Error;

        fn try_from(state: MajorityVoteState) -> Result<Self, Error> {
            snapshot::check_header(&state.kind, state.version, KIND, VERSION)?;
            let majority = state.params.build()?;
            let damaged = |field| Error::StateDamaged { field };
            check_ids(&state.subjects, "subjects")?;
            let mut rows = state.counts.chunks_exact(majority.n_classes());
            if state.counts.len() != state.subjects.len() * majority.n_classes()
                || rows.any(|row| row.iter().all(|&n| n == 0))
            {
                return Err(damaged("counts"));
            }
            let total = check_total(0, state.counts.iter().map(|&n| u64::from(n)).sum())?;
            let seen = Seen::from_sorted(state.params.repeats, &state.seen).ok_or(damaged("seen"))?;
            Ok(Self {
                subjects: Ids::from_distinct(state.subjects),
                counts: state.counts,
                total,
                seen,
                ..majority
            })
        }
    }
}
