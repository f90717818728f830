//! SWAP as it is compared and saved: columns in ascending order of the ids.

use crate::{Swap, fixed_log::FixedLog, gold_counts::GoldCountsState};

use super::params::SwapParams;

/// [`Swap`] as it is compared and saved.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct SwapState {
    kind: String,
    version: u32,
    params: SwapParams,
    volunteers: GoldCountsState,
    /// Subjects with votes only.
    subjects: Vec<u32>,
    n_votes: Vec<u32>,
    /// Subjects × classes, in units of 2⁻⁵² nat.
    log_likelihood: Vec<FixedLog>,
    /// Volunteer · 2³² + subject, where only first votes count.
    seen: Vec<u64>,
}

/// What tells a saved SWAP from other files.
const KIND: &str = "manyhands-votes swap";

/// The number of the layout above. A change of the fields, or of their meaning, takes the next one.
const VERSION: u32 = 1;

impl Swap {
    pub(super) fn state(&self) -> SwapState {
        let mut rows = self.subjects.ids().sorted_rows();
        rows.retain(|&row| self.subjects.n_votes(row) > 0);
        SwapState {
            kind: KIND.to_owned(),
            version: VERSION,
            params: self.params.unchecked(),
            volunteers: self.volunteers.state(),
            subjects: rows.iter().map(|&row| self.subjects.ids().id(row) as u32).collect(),
            n_votes: rows.iter().map(|&row| self.subjects.n_votes(row)).collect(),
            log_likelihood: rows.iter().flat_map(|&row| self.subjects.log_likelihood(row)).copied().collect(),
            seen: self.seen.sorted(),
        }
    }
}

#[cfg(feature = "serde")]
mod saved {
    use std::path::Path;

    use super::{KIND, SwapState, VERSION};
    use crate::{
        Error, GoldCounts, Swap,
        repeats::Seen,
        snapshot,
        vote::{check_ids, check_total},
    };

    impl Swap {
        /// Writes the whole state as JSON. The file appears complete or not at all.
        ///
        /// # Errors
        /// [`Error::Io`].
        ///
        /// ```
        /// use manyhands_votes::{Swap, Vote};
        ///
        /// let mut swap = Swap::params([0.5, 0.5]).gold(&[(1, 1)]).build()?;
        /// swap.observe(Vote { volunteer: 7, subject: 1, label: 1 })?;
        /// let folder = tempfile::tempdir().unwrap();
        /// let path = folder.path().join("swap.json");
        /// swap.save(&path)?;
        /// assert_eq!(Swap::load(&path)?, swap);
        /// # Ok::<(), manyhands_votes::Error>(())
        /// ```
        pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
            snapshot::save(path.as_ref(), &self.state())
        }

        /// Reads what [`Self::save`] wrote: the same bits, ready for more votes.
        ///
        /// # Errors
        /// [`Error::Io`], [`Error::NotAState`], [`Error::StateKind`], [`Error::StateVersion`], [`Error::StateDamaged`], and
        /// those of [`SwapParams::build`](crate::SwapParams::build) for wrong parameters in the file.
        pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
            snapshot::load::<SwapState>(path.as_ref(), KIND, VERSION)?.try_into()
        }
    }

    impl From<Swap> for SwapState {
        fn from(swap: Swap) -> Self {
            swap.state()
        }
    }

    impl TryFrom<SwapState> for Swap {
        type Error = Error;

        fn try_from(state: SwapState) -> Result<Self, Error> {
            snapshot::check_header(&state.kind, state.version, KIND, VERSION)?;
            let mut swap = state.params.build()?;
            let k = swap.n_classes();
            let damaged = |field| Err(Error::StateDamaged { field });
            swap.volunteers = GoldCounts::try_from(state.volunteers)?;
            if swap.volunteers.n_classes() != k {
                return damaged("counts of the volunteers");
            }
            check_ids(&state.subjects, "subjects")?;
            if state.n_votes.len() != state.subjects.len() || state.n_votes.contains(&0) {
                return damaged("n_votes of the subjects");
            }
            check_total(0, state.n_votes.iter().map(|&n| u64::from(n)).sum())?;
            if state.log_likelihood.len() != state.subjects.len() * k {
                return damaged("log_likelihood");
            }
            let sums = state.log_likelihood.chunks_exact(k);
            for ((&subject, &n_votes), sums) in state.subjects.iter().zip(&state.n_votes).zip(sums) {
                if !sums.iter().all(|sum| sum.fits(n_votes)) {
                    return damaged("log_likelihood");
                }
                let row = swap.subjects.insert(subject);
                swap.subjects.add(row, n_votes, sums.iter().copied());
            }
            match Seen::from_sorted(swap.params.repeats, &state.seen) {
                Some(seen) => swap.seen = seen,
                None => return damaged("seen"),
            }
            Ok(swap)
        }
    }
}
