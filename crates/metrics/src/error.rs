//! What can be wrong with labels, clusters, scores, probabilities or positions.

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
    /// A probability is outside its domain, or not a number.
    #[error("probabilities[{item}] is {value}, want a number from 0 to 1")]
    Probability {
        /// Index of the item.
        item: usize,
        /// Its probability.
        value: f64,
    },
    /// A probability of one of several classes is outside its domain, or not a number.
    #[error("probabilities[{item}, {class}] is {value}, want a number from 0 to 1")]
    ClassProbability {
        /// Index of the item.
        item: usize,
        /// The class.
        class: usize,
        /// Its probability.
        value: f64,
    },
    /// The probabilities of an item's classes do not add up to 1.
    #[error("probabilities of item {item} add up to {sum}, want 1 within 1e-5")]
    ProbabilitySum {
        /// Index of the item.
        item: usize,
        /// What they add up to.
        sum: f64,
    },
    /// A true class has no column of probabilities, or no weight.
    #[error(
        "truth[{item}] is class {class}, want a class below {n_classes}, one of those that have probabilities or weights"
    )]
    Class {
        /// Index of the item.
        item: usize,
        /// Its class.
        class: usize,
        /// Classes that have probabilities or weights.
        n_classes: usize,
    },
    /// An option is outside its domain, or not a number.
    #[error("{field} is {value}, want {want}")]
    OutOfRange {
        /// Name of the option.
        field: &'static str,
        /// What it was given.
        value: f64,
        /// The domain, in words.
        want: &'static str,
    },
    /// A score is not defined on the items themselves, or on none of their resamples.
    #[error("score is not defined on {place}, want a number there")]
    ScoreUndefined {
        /// Where, in words.
        place: &'static str,
    },
    /// A position is not a pair of finite numbers.
    #[error("{field}[{index}] is ({x}, {y}), want finite numbers")]
    Position {
        /// The argument that holds it.
        field: &'static str,
        /// Index of the position.
        index: usize,
        /// Its x coordinate.
        x: f64,
        /// Its y coordinate.
        y: f64,
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
