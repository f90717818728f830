//! What can be wrong with labels, clusters or scores.

/// Everything that this crate refuses, with the field, what it got and what it wants.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing to score.
    #[error("{field} is empty, want at least 1 item")]
    Empty {
        /// The empty argument.
        field: &'static str,
    },
    /// Two arguments describe different numbers of items.
    #[error("{field} has {got} items, but truth has {want}")]
    LengthMismatch {
        /// The argument that differs from the truth.
        field: &'static str,
        /// Its length.
        got: usize,
        /// Length of the truth.
        want: usize,
    },
    /// A score is not a number, so that it cannot be ranked.
    #[error("scores[{index}] is NaN, want a number")]
    ScoreNan {
        /// Index of the score.
        index: usize,
    },
    /// A score compares positives with negatives, and one kind is missing.
    #[error("truth has {n_positive} positives of {n} items, want at least 1 positive and 1 negative")]
    OneClass {
        /// Positives in the truth.
        n_positive: usize,
        /// Items.
        n: usize,
    },
}

/// A result with this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// The one check of arguments that go item by item with the truth.
pub(crate) fn check_lengths(n_truth: usize, field: &'static str, got: usize) -> Result<()> {
    if got != n_truth {
        return Err(Error::LengthMismatch { field, got, want: n_truth });
    }
    if n_truth == 0 {
        return Err(Error::Empty { field: "truth" });
    }
    Ok(())
}
