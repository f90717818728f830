//! Everything that can be wrong with votes, parameters and saved states.

/// Everything that can go wrong in this crate.
///
/// An aggregator that returns an error has not changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Too few or too many classes.
    #[error("the number of classes is {got}, wants 2 to {max}")]
    Classes {
        /// The number of classes that was asked for.
        got: usize,
        /// The greatest number of classes.
        max: usize,
    },
    /// Too few or too many labels.
    #[error("the number of labels is {got}, wants 1 to {max}")]
    Labels {
        /// The number of labels that was asked for.
        got: usize,
        /// The greatest number of labels.
        max: usize,
    },
    /// Volunteers times labels are more than a table of confusion matrices holds.
    #[error("volunteers times labels are {got}, wants at most {max}")]
    TooManyCells {
        /// Volunteers times labels.
        got: u64,
        /// The greatest number.
        max: u64,
    },
    /// A prior that is not a probability, or one of zero where every class must be possible.
    #[error("prior of class {class} is {got}, wants a probability (above 0 for an aggregator)")]
    Prior {
        /// The class.
        class: usize,
        /// Its prior.
        got: f64,
    },
    /// Priors that do not sum to 1.
    #[error("prior sums to {got}, wants 1")]
    PriorSum {
        /// The sum.
        got: f64,
    },
    /// A prior of another length than there are classes.
    #[error("prior has {got} probabilities, wants one for each of {n_classes} classes")]
    PriorLength {
        /// Its length.
        got: usize,
        /// The number of classes.
        n_classes: usize,
    },
    /// Labels that speak for classes which do not exist, or not one entry per label.
    #[error(
        "label_classes has {got} entries, wants {n_labels} of which each is none or less than {n_classes}"
    )]
    LabelClasses {
        /// The number of entries.
        got: usize,
        /// The number of labels.
        n_labels: usize,
        /// The number of classes.
        n_classes: usize,
    },
    /// A tally of another length than the first, or with fewer labels than there are classes.
    #[error("tally of subject {subject} has {got} counts, wants {wants}")]
    TallyLength {
        /// The subject.
        subject: usize,
        /// Its length.
        got: usize,
        /// The length of the first tally, or the number of classes where that is more.
        wants: usize,
    },
    /// A parameter out of its range.
    #[error("{field} is {got}, wants {wants}")]
    Parameter {
        /// The parameter.
        field: &'static str,
        /// Its value.
        got: f64,
        /// What it may be.
        wants: &'static str,
    },
    /// A pseudo-count that is negative, NaN or so large that its row sum is not finite.
    #[error("pseudo_count is {got}, wants a finite number of 0 or more")]
    PseudoCount {
        /// The pseudo-count.
        got: f64,
    },
    /// SWAP learns volunteers from gold subjects only, and none was given.
    #[error("gold is empty, wants at least one subject of known truth")]
    NoGold,
    /// Gold subjects were given, but no vote is on any of them, so nothing can be learnt.
    #[error("none of the {n_gold} gold subjects has a vote, wants votes on at least one")]
    NoGoldVotes {
        /// The number of gold subjects.
        n_gold: usize,
    },
    /// The truth of a gold subject is no class.
    #[error("gold class of subject {subject} is {got}, wants less than {n_classes}")]
    GoldClass {
        /// The gold subject.
        subject: usize,
        /// Its class.
        got: usize,
        /// The number of classes.
        n_classes: usize,
    },
    /// A gold subject was given two truths.
    #[error("gold subject {subject} has the classes {first} and {second}, wants one")]
    GoldConflict {
        /// The gold subject.
        subject: usize,
        /// The lower of its two classes.
        first: usize,
        /// The higher.
        second: usize,
    },
    /// The label of a vote is no class.
    #[error("label of volunteer {volunteer} on subject {subject} is {got}, wants less than {n_classes}")]
    Label {
        /// Who voted.
        volunteer: usize,
        /// On what.
        subject: usize,
        /// The label.
        got: usize,
        /// The number of classes.
        n_classes: usize,
    },
    /// An id that does not fit the columns.
    #[error("{field} id is {got}, wants at most {max}")]
    Id {
        /// `volunteer` or `subject`.
        field: &'static str,
        /// The id.
        got: usize,
        /// The greatest id.
        max: usize,
    },
    /// A fit without votes.
    #[error("votes are empty, wants at least one")]
    NoVotes,
    /// More votes than one aggregator holds.
    #[error("the number of votes is {got}, wants at most {max}")]
    TooManyVotes {
        /// The number of votes.
        got: u64,
        /// The greatest number.
        max: u64,
    },
    /// Two things that are to go together were not made with the same parameters or volunteers.
    #[error("{field} differs, wants the same in both")]
    Mismatch {
        /// What differs.
        field: &'static str,
    },
    /// Only first votes count, and both parts hold a vote of the same volunteer on the same subject.
    #[error(
        "volunteer {volunteer} voted on subject {subject} in both parts, wants parts that share no such pair"
    )]
    MergeRepeat {
        /// Who voted twice.
        volunteer: usize,
        /// On what.
        subject: usize,
    },
    /// A confusion matrix whose rows are not the classes of the prior.
    #[error(
        "confusion has {rows} rows and {columns} columns, wants {n_classes} rows and at least one column"
    )]
    ConfusionShape {
        /// Rows of the matrix.
        rows: usize,
        /// Columns of the matrix.
        columns: usize,
        /// Length of the prior.
        n_classes: usize,
    },
    /// A row of a confusion matrix that is no probability distribution.
    #[error("confusion row {row} sums to {sum}, wants probabilities that sum to 1")]
    ConfusionRow {
        /// The row: the true class.
        row: usize,
        /// Its sum; NaN where an entry is NaN or negative.
        sum: f64,
    },
    /// A label beyond the columns of a confusion matrix.
    #[error("label is {got}, wants less than {n_labels}")]
    LabelColumn {
        /// The label.
        got: usize,
        /// Columns of the matrix.
        n_labels: usize,
    },
    /// A saved state could not be read or written.
    #[cfg(feature = "serde")]
    #[error("file {} cannot be read or written: {kind}", path.display())]
    Io {
        /// The file.
        path: std::path::PathBuf,
        /// What the system says.
        kind: std::io::ErrorKind,
    },
    /// A file that is no saved state: truncated, foreign or damaged.
    #[cfg(feature = "serde")]
    #[error("file {} breaks off or is no saved {wants} at line {line}, column {column}", path.display())]
    NotAState {
        /// The file.
        path: std::path::PathBuf,
        /// The kind of state that was wanted.
        wants: &'static str,
        /// Where reading stopped, from 1.
        line: usize,
        /// Where reading stopped, from 1 (0 at the end of a line).
        column: usize,
    },
    /// A saved state of another aggregator.
    #[cfg(feature = "serde")]
    #[error("state is not a saved {wants}")]
    StateKind {
        /// The kind of state that was wanted.
        wants: &'static str,
    },
    /// A saved state of a later version of this crate.
    #[cfg(feature = "serde")]
    #[error("state has version {got}, wants at most {newest}: it was saved by a newer manyhands-votes")]
    StateVersion {
        /// The version of the state.
        got: u32,
        /// The newest version that can be read.
        newest: u32,
    },
    /// A saved state whose parts contradict each other.
    #[cfg(feature = "serde")]
    #[error("state is damaged: {field} does not fit the rest")]
    StateDamaged {
        /// The part that does not fit.
        field: &'static str,
    },
}
