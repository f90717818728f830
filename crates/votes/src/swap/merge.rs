//! Parts of a second pass become one SWAP.

use crate::{Error, Swap};

impl Swap {
    /// Adds the subjects of another part of the votes that was fitted with the same parameters and the same volunteers, by
    /// [`SwapParams::fit_with`](crate::SwapParams::fit_with). A subject may have votes in both. The order of merging does
    /// not matter, to the last bit.
    ///
    /// SWAPs that have taught their volunteers apart, online or by separate fits, do not merge: their votes were weighed
    /// with volunteers that each knows only half of.
    ///
    /// # Errors
    /// [`Error::Mismatch`] for other parameters or volunteers, [`Error::MergeRepeat`] where only first votes count and a
    /// pair of volunteer and subject is in both parts, [`Error::TooManyVotes`].
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        if self.params != other.params {
            return Err(Error::Mismatch { field: "a parameter" });
        }
        if self.volunteers != other.volunteers {
            return Err(Error::Mismatch { field: "what is known about the volunteers" });
        }
        self.seen.check_disjoint(&other.seen)?;
        self.subjects.merge(&other.subjects)?;
        self.seen.absorb(&other.seen);
        Ok(())
    }
}
