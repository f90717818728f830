//! Everything that can be wrong with a configuration or with a file as a whole.

use std::io;

/// Everything that stops the work. What is wrong with single rows does not: see [`Reject`](crate::Reject).
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A configuration has a wrong key or value.
    #[error("configuration: {key}: {message}")]
    Config {
        /// The path of the key, such as `task.muon.rows`.
        key: String,
        /// What it got and what it wants.
        message: String,
    },
    /// A file has no header.
    #[error("the file is empty, want a header row")]
    NoHeader,
    /// A file lacks a column that is needed.
    #[error("no column is called {column}, want one; the file has {found}")]
    MissingColumn {
        /// The column's name.
        column: String,
        /// The names in the header.
        found: String,
    },
    /// Two columns have the name of one that is needed.
    #[error("two columns are called {column}, want one")]
    DuplicateColumn {
        /// The column's name.
        column: String,
    },
    /// More different names than fit into 32 bits.
    #[error("{what}: more than {max} different names")]
    TooManyNames {
        /// `volunteers`, `subjects`, `rows`, `workflows` or `images of grids`.
        what: &'static str,
        /// The most that fit.
        max: usize,
    },
    /// Reading or writing failed.
    #[error("cannot {action}: {message}")]
    Io {
        /// What was tried: `read the export`, `write the quarantine`.
        action: &'static str,
        /// What the system says.
        kind: io::ErrorKind,
        /// The same in words.
        message: String,
    },
    /// A tile of a manifest has no identifiers for one of its images.
    #[error("ids: got {got}, want one for image {image} that the tile shows")]
    NoImageId {
        /// The image.
        image: usize,
        /// How many identifiers there are.
        got: usize,
    },
    /// A column of a manifest is given twice, or a row has not as many values as there are columns.
    #[error("manifest: {message}")]
    Manifest {
        /// What it got and what it wants.
        message: String,
    },
    /// A line of a table of known truths is wrong.
    #[error("gold, line {line}: {message}")]
    Gold {
        /// Number of the line, from 1.
        line: u64,
        /// What it got and what it wants.
        message: String,
    },
    /// Estimates that do not fit the question that they are written for.
    #[error("estimates: got {got} classes, want the {want} of {question}")]
    Classes {
        /// The question.
        question: String,
        /// Classes of the estimates.
        got: usize,
        /// Classes of the question.
        want: usize,
    },
}

impl Error {
    pub(crate) fn io(action: &'static str) -> impl Fn(io::Error) -> Self {
        move |error| Self::Io { action, kind: error.kind(), message: error.to_string() }
    }

    pub(crate) fn csv(action: &'static str) -> impl Fn(csv::Error) -> Self {
        move |error| {
            let message = error.to_string();
            let kind = match error.into_kind() {
                csv::ErrorKind::Io(error) => error.kind(),
                _ => io::ErrorKind::InvalidData,
            };
            Self::Io { action, kind, message }
        }
    }

    pub(crate) fn config(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Config { key: key.into(), message: message.into() }
    }
}
