//! Why a row is set aside.

/// Why a row goes to the quarantine instead of the results. Its text is the `reason` column of the quarantine file.
///
/// A row in quarantine has changed nothing: not one of its tasks is in the results.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Reject {
    /// A quote that is opened and never closed, or closed in the middle of a field. The line where it stands is set
    /// aside, and reading goes on at the next one.
    #[error("a quote is not closed at the end of its field")]
    Quote,
    /// A row longer than [`Records::MAX_LEN`](crate::Records::MAX_LEN).
    #[error("the row is longer than {max} bytes")]
    TooLong {
        /// The greatest length.
        max: usize,
    },
    /// More or fewer fields than the header has.
    #[error("the row has {got} fields, the header {want}")]
    Fields {
        /// Fields of the row.
        got: usize,
        /// Fields of the header.
        want: usize,
    },
    /// A cell is empty that must not be.
    #[error("{column} is empty")]
    Empty {
        /// The column.
        column: &'static str,
    },
    /// A cell is not what its column holds.
    #[error("{column} is {got:?}, want {want}")]
    Cell {
        /// The column.
        column: &'static str,
        /// The start of its content.
        got: String,
        /// What the column holds.
        want: &'static str,
    },
    /// A cell is not UTF-8.
    #[error("{column} is not UTF-8")]
    Utf8 {
        /// The column.
        column: &'static str,
    },
    /// A cell is not the JSON that the column holds.
    #[error("{column} is not the JSON that it should be: {message}")]
    Json {
        /// The column.
        column: &'static str,
        /// What the parser says.
        message: String,
    },
    /// Annotations in annotations, deeper than any combination task is.
    #[error("annotations are nested more than {max} deep")]
    Nested {
        /// The greatest depth.
        max: usize,
    },
    /// A task's value has another shape than its kind.
    #[error("the value of {key} is not that of a {kind} task")]
    Shape {
        /// The key of the task in the annotations.
        key: String,
        /// The kind that the configuration says.
        kind: &'static str,
    },
    /// An answer that no class lists, where `other = "error"`.
    #[error("the answer {answer:?} to {key} is in no class")]
    Answer {
        /// The key of the task.
        key: String,
        /// The answer.
        answer: String,
    },
    /// One more class than fits.
    #[error("task.{task} has more than {max} different answers")]
    TooManyAnswers {
        /// The task.
        task: String,
        /// The most classes.
        max: usize,
    },
    /// The cells of a grid are not known: neither `subject_ids` nor the subject's metadata lists as many as the grid has.
    #[error("the grid has {want} cells, but {got} subjects are listed")]
    Cells {
        /// Subjects listed.
        got: usize,
        /// Rows × columns.
        want: usize,
    },
    /// Nothing says how many rows and columns a grid has, or how large its cells are.
    #[error("the layout of the grid is not known: {message}")]
    Layout {
        /// What is missing.
        message: String,
    },
    /// The metadata of a subject do not have the checksum that they carry.
    #[error("the checksum of subject {subject} is not that of its metadata")]
    Checksum {
        /// The subject.
        subject: String,
    },
}

impl Reject {
    /// One word for the kind of reason, the key of [`Quality::quarantined`](crate::Quality::quarantined).
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Quote => "quote",
            Self::TooLong { .. } => "too_long",
            Self::Fields { .. } => "fields",
            Self::Empty { .. } => "empty",
            Self::Cell { .. } => "cell",
            Self::Utf8 { .. } => "utf8",
            Self::Json { .. } => "json",
            Self::Nested { .. } => "nested",
            Self::Shape { .. } => "shape",
            Self::Answer { .. } => "answer",
            Self::TooManyAnswers { .. } => "too_many_answers",
            Self::Cells { .. } => "cells",
            Self::Layout { .. } => "layout",
            Self::Checksum { .. } => "checksum",
        }
    }

    pub(crate) fn cell(column: &'static str, got: &[u8], want: &'static str) -> Self {
        // Enough to find it, not enough to flood the quarantine file.
        let got = String::from_utf8_lossy(&got[..got.len().min(80)]).into_owned();
        Self::Cell { column, got, want }
    }

    pub(crate) fn json(column: &'static str, error: &serde_json::Error) -> Self {
        Self::Json { column, message: error.to_string() }
    }
}
