//! A survey and its truth from a folder of four tables.

mod names;
mod read;
mod table;

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::survey::{Repeats, Survey};
use crate::{Error, Result};

/// A survey that was read from tables, with the names that subjects, volunteers and labels have there.
///
/// The tables are comma-separated UTF-8 with a header; columns come in any order, others and empty lines are passed over, and
/// names are any text.
///
/// | file | columns | optional columns |
/// |---|---|---|
/// | `images.csv` | `image`, `width`, `height` | |
/// | `viewers.csv` | `image`, `volunteer` | `annotation` |
/// | `marks.csv` | `image`, `volunteer`, `x`, `y` | `radius`, or else `box_width` and `box_height`; `label`; `score`, 0 to 1; `time`; `annotation` |
/// | `truth.csv`, may be missing | `image`, `x`, `y` | |
///
/// `viewers.csv` lists everybody who saw an image, one row each; who has no row in `marks.csv` saw it and marked nothing. A row
/// without a volunteer is a viewer of whom no more is known than that. A volunteer who annotated an image more than once
/// needs the column `annotation` in both tables to tell which marks go together; [`Repeats`] says what counts.
///
/// Subjects are numbered by `images.csv`, volunteers by their first row in `viewers.csv`, labels by theirs in `marks.csv`.
///
/// ```
/// use manyhands_clicks::SurveyFolder;
///
/// # let dir = tempfile::tempdir().unwrap();
/// # let dir = dir.path();
/// std::fs::write(dir.join("images.csv"), "image,width,height\nngc 1,400,300\n")?;
/// std::fs::write(dir.join("viewers.csv"), "image,volunteer\nngc 1,ada\nngc 1,bob\n")?;
/// std::fs::write(dir.join("marks.csv"), "image,volunteer,x,y\nngc 1,bob,20.5,30\n")?;
///
/// let folder = SurveyFolder::open(dir)?;
/// assert_eq!(folder.volunteers(), ["ada", "bob"]);
/// assert_eq!(folder.survey().subject(0).xy, [[20.5, 30.0]]);
/// assert_eq!(folder.truth(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SurveyFolder {
    survey: Survey,
    subjects: Vec<String>,
    volunteers: Vec<String>,
    labels: Vec<String>,
    truth: Option<Vec<Vec<[f64; 2]>>>,
}

/// Parameters of a [`SurveyFolder`]; made by [`SurveyFolder::params`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SurveyFolderParams {
    repeats: Repeats,
}

/// One reader for each table of a folder.
///
/// ```
/// use manyhands_clicks::{SurveyFolder, Tables};
///
/// let tables = Tables {
///     images: "image,width,height\na,400,300\n".as_bytes(),
///     viewers: "image,volunteer\na,ada\n".as_bytes(),
///     marks: "image,volunteer,x,y\na,ada,1,2\n".as_bytes(),
///     truth: Some("image,x,y\na,1.5,2.5\n".as_bytes()),
/// };
/// let folder = SurveyFolder::params().read(tables)?;
/// assert_eq!(folder.truth().map(|truth| truth[0][0]), Some([1.5, 2.5]));
/// # Ok::<(), manyhands_clicks::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Tables<R> {
    /// `images.csv`
    pub images: R,
    /// `viewers.csv`
    pub viewers: R,
    /// `marks.csv`
    pub marks: R,
    /// `truth.csv`, if there is one.
    pub truth: Option<R>,
}

impl SurveyFolder {
    /// How to read.
    pub fn params() -> SurveyFolderParams {
        SurveyFolderParams::default()
    }

    /// Reads a folder with default parameters.
    ///
    /// # Errors
    /// Those of [`SurveyFolderParams::open`].
    pub fn open(dir: impl AsRef<Path>) -> Result<Self> {
        Self::params().open(dir)
    }

    /// The survey.
    pub fn survey(&self) -> &Survey {
        &self.survey
    }

    /// The survey alone; names and truth are dropped.
    pub fn into_survey(self) -> Survey {
        self.survey
    }

    /// Names of subjects, by index.
    pub fn subjects(&self) -> &[String] {
        &self.subjects
    }

    /// Names of volunteers, by index.
    pub fn volunteers(&self) -> &[String] {
        &self.volunteers
    }

    /// Names of labels, by index; empty if marks have none.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Where objects are in truth, per subject, in pixels; `None` without `truth.csv`. A subject without rows there has no objects.
    pub fn truth(&self) -> Option<&[Vec<[f64; 2]>]> {
        self.truth.as_deref()
    }
}

impl SurveyFolderParams {
    /// What happens when a volunteer annotates an image once more. Default: [`Repeats::First`]. It needs the column `annotation`.
    #[must_use]
    pub fn repeats(mut self, repeats: Repeats) -> Self {
        self.repeats = repeats;
        self
    }

    /// Reads a folder, row by row.
    ///
    /// # Errors
    /// [`Error::File`] for a file that cannot be opened or read, [`Error::MissingColumn`], and errors with file and line:
    /// [`Error::RowLength`], [`Error::OpenQuote`], [`Error::NotText`], and [`Error::Field`] for a field that is not what its column holds: a number
    /// that is none or out of range, an image that stands twice or is unknown, a mark of somebody who is not among the viewers.
    /// [`Error::TooMany`] at 2³² names, viewers or marks.
    pub fn open(&self, dir: impl AsRef<Path>) -> Result<SurveyFolder> {
        let dir = dir.as_ref();
        let open = |name: &str| {
            let file = dir.join(name);
            File::open(&file).map_err(|error| Error::File { file, kind: error.kind() })
        };
        let truth = match open("truth.csv") {
            Err(Error::File { kind: ErrorKind::NotFound, .. }) => None,
            truth => Some(truth?),
        };
        let tables = Tables {
            images: open("images.csv")?,
            viewers: open("viewers.csv")?,
            marks: open("marks.csv")?,
            truth,
        };
        read::read(tables, dir, self.repeats)
    }

    /// Reads tables from anywhere: memory, a network, a decompressor. It buffers by itself.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    pub fn read<R: Read>(&self, tables: Tables<R>) -> Result<SurveyFolder> {
        read::read(tables, &PathBuf::new(), self.repeats)
    }
}
