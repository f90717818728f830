//! Everything that can be wrong with marks and parameters.

/// Everything that can go wrong in this crate.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A number of a mark that is NaN, infinite or out of its range.
    #[error("{field} of mark {mark} is {got}, wants {wants}")]
    Mark {
        /// `x`, `y`, `gain` or `variance`.
        field: &'static str,
        /// Index of the mark.
        mark: usize,
        /// The number.
        got: f64,
        /// Its range, in words.
        wants: &'static str,
    },
    /// An opening cost that is NaN, infinite or too large to be summed.
    #[error("opening constant is {got}, wants a number between -1e100 and 1e100")]
    Opening {
        /// The constant.
        got: f64,
    },
    /// More marks than the exact solver can enumerate were asked for.
    #[error("exact_up_to is {got}, wants at most {max}")]
    ExactUpTo {
        /// The number of marks that was asked for.
        got: usize,
        /// The greatest number.
        max: usize,
    },
}
