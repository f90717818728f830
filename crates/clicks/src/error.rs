//! Everything that can be wrong with marks and parameters.

use std::path::PathBuf;

use crate::survey::Shape;

/// A result whose error is this crate's.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong in this crate.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A coordinate of a mark that is NaN, infinite or too large to be squared and summed.
    #[error("at[{axis}] of mark {mark} is {got}, wants a number between -1e100 and 1e100")]
    Position {
        /// 0 for x, 1 for y, and so on.
        axis: usize,
        /// Index of the mark.
        mark: usize,
        /// The coordinate.
        got: f64,
    },
    /// A number of a mark that is NaN, infinite or out of its range.
    #[error("{field} of mark {mark} is {got}, wants {wants}")]
    Mark {
        /// `gain` or `variance`.
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
    /// A cost by the number of marks that is NaN, infinite or too large to be summed.
    #[error("by_count[{index}] is {got}, wants a number between -1e100 and 1e100")]
    ByCount {
        /// Its place, one less than the number of marks.
        index: usize,
        /// The cost.
        got: f64,
    },
    /// A start with too few or too many entries.
    #[error("start has {got} entries, wants {wants}, one for each mark")]
    StartLength {
        /// Its length.
        got: usize,
        /// The number of marks.
        wants: usize,
    },
    /// A start in which a facility has two marks of one viewer.
    #[error("start has marks {} and {} of viewer {viewer} in facility {facility}, wants one at most", marks[0], marks[1])]
    StartViewer {
        /// The facility, as the start calls it.
        facility: usize,
        /// The viewer.
        viewer: usize,
        /// The first two of the marks.
        marks: [usize; 2],
    },
    /// More marks than the exact solver can enumerate were asked for.
    #[error("exact_up_to is {got}, wants at most {max}")]
    ExactUpTo {
        /// The number of marks that was asked for.
        got: usize,
        /// The greatest number.
        max: usize,
    },
    /// A side of a subject that is NaN, infinite, not above 0 or absurd.
    #[error("{field} of subject {subject} is {got}, wants {wants}")]
    SubjectSize {
        /// `width` or `height`.
        field: &'static str,
        /// Index of the subject.
        subject: usize,
        /// The side.
        got: f64,
        /// Its range, in words.
        wants: &'static str,
    },
    /// A number of a click that is NaN, infinite or out of its range.
    #[error("{field} of mark {mark} of volunteer {volunteer} on subject {subject} is {got}, wants {wants}")]
    Click {
        /// `x`, `y`, `radius`, `width`, `height`, `score` or `time`.
        field: &'static str,
        /// Index of the subject.
        subject: usize,
        /// Index of the volunteer.
        volunteer: usize,
        /// Its place in the annotation.
        mark: usize,
        /// The number.
        got: f64,
        /// Its range, in words.
        wants: &'static str,
    },
    /// A click that is not of the shape that the clicks before it have.
    #[error(
        "mark {mark} of volunteer {volunteer} on subject {subject} is a {got:?}, wants a {wants:?} like the marks before it"
    )]
    MixedShapes {
        /// Index of the subject.
        subject: usize,
        /// Index of the volunteer.
        volunteer: usize,
        /// Its place in the annotation.
        mark: usize,
        /// Its shape.
        got: Shape,
        /// The shape of the others.
        wants: Shape,
    },
    /// A subject that is not there.
    #[error("subject is {subject}, wants one of the {n_subjects} subjects of the survey, from 0 on")]
    NoSubject {
        /// The index that was asked for.
        subject: usize,
        /// How many there are.
        n_subjects: usize,
    },
    /// An annotation that is not there.
    #[error("annotation is {annotation}, wants one of the {n_annotations} that were added, from 0 on")]
    NoAnnotation {
        /// The number that was asked for.
        annotation: usize,
        /// How many there are.
        n_annotations: usize,
    },
    /// More of something than an index of 32 bits can number.
    #[error("too many {field}, wants fewer than 4294967295")]
    TooMany {
        /// `subjects`, `volunteers`, `labels`, `annotations`, `marks` or `silent viewers`.
        field: &'static str,
    },
    /// A file that cannot be opened or read.
    #[error("{}: {kind}", file.display())]
    File {
        /// Its path.
        file: PathBuf,
        /// What went wrong.
        kind: std::io::ErrorKind,
    },
    /// A table without a column that it must have.
    #[error("{} has no column {column}", file.display())]
    MissingColumn {
        /// The table.
        file: PathBuf,
        /// The name of the column.
        column: &'static str,
    },
    /// A row with more or fewer fields than the table has columns.
    #[error("{} line {line} has {got} fields, wants {wants}", file.display())]
    RowLength {
        /// The table.
        file: PathBuf,
        /// The line that the row starts on, from 1.
        line: u64,
        /// The number of its fields.
        got: usize,
        /// The number of columns.
        wants: usize,
    },
    /// A row with a quote that is open at the end of the table, so that what follows it is of one field.
    #[error("{} line {line} has a quote that is not closed", file.display())]
    OpenQuote {
        /// The table.
        file: PathBuf,
        /// The line that the row starts on, from 1.
        line: u64,
    },
    /// A row that is not UTF-8.
    #[error("{} line {line} is not UTF-8", file.display())]
    NotText {
        /// The table.
        file: PathBuf,
        /// The line that the row starts on, from 1.
        line: u64,
    },
    /// A field that is not what its column holds.
    #[error("{} line {line}: {column} is {got:?}, wants {wants}", file.display())]
    Field {
        /// The table.
        file: PathBuf,
        /// The line that the row starts on, from 1.
        line: u64,
        /// The column.
        column: &'static str,
        /// The text that stands there.
        got: String,
        /// What may stand there, in words.
        wants: &'static str,
    },
    /// A parameter that is out of its range.
    #[error("{field} is {got}, wants {wants}")]
    Parameter {
        /// The name of the parameter.
        field: &'static str,
        /// What it is.
        got: f64,
        /// Its range, in words.
        wants: &'static str,
    },
    /// A stream from a model and a survey that it was not fitted on.
    #[error(
        "survey has {got} subjects, wants the survey of the model, which has {wants}, with the same viewers and marks"
    )]
    OtherSurvey {
        /// The subjects of the survey.
        got: usize,
        /// The subjects of the model.
        wants: usize,
    },
    /// Streams to merge that do not go on from the same model.
    #[error("streams go on from different models, wants the same parameters and laws of the population")]
    OtherModel,
    /// Streams to merge that both hold the subjects of the batch, which would count twice.
    #[error("both streams hold the subjects of the batch, wants one of them to be a part without")]
    BatchTwice,
    /// A file that is not a saved state.
    #[error("{} is not a {wants}: {reason}", file.display())]
    Snapshot {
        /// Its path.
        file: PathBuf,
        /// What was to be loaded.
        wants: &'static str,
        /// What it is instead, or where it breaks off.
        reason: String,
    },
}
