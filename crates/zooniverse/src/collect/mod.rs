//! Collectors: one for each task of the configuration. It looks at a row, and takes what it found only once the whole row is good.

mod answers;
mod cells;
mod drawing;
mod grid;
mod group;
mod multiple;
mod question;
mod tiles;

pub(crate) use cells::list;

use std::sync::Arc;

use crate::{
    Config, Drawing, Error, Grids, Kind, Names, Question, Reject, Task, TaskQuality, annotation::Annotation,
};

/// A row, as far as tasks are concerned.
pub(crate) struct Given<'a> {
    pub(crate) annotations: &'a [Annotation<'a>],
    pub(crate) subject_ids: &'a str,
    /// Index of the subject where it has come before.
    pub(crate) subject: Option<u32>,
    /// The cell as it stands in the file, and whether its quotes are doubled.
    pub(crate) subject_data: (&'a [u8], bool),
    /// Natural size of the picture in pixels.
    pub(crate) size: Option<(f64, f64)>,
}

/// Whose row it is, once it is known to be good.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Who {
    pub(crate) volunteer: u32,
    pub(crate) subject: u32,
    /// Number of the row among the good ones.
    pub(crate) row: u32,
    /// Whether it is known truth instead of a vote.
    pub(crate) is_gold: bool,
}

/// What a row says about a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answered,
    /// The task is not in the row.
    Absent,
    /// It is, but was passed over.
    Skipped,
    /// The row as a whole does not count: a grid of another group.
    DropRow,
}

impl Outcome {
    /// Of a task that so many annotations of the row are about, at least one of them with an answer or none.
    pub(crate) fn of(n_annotations: usize, is_answered: bool) -> Self {
        match (n_annotations, is_answered) {
            (0, _) => Self::Absent,
            (_, false) => Self::Skipped,
            _ => Self::Answered,
        }
    }
}

/// All that collectors make in the end.
#[derive(Debug, Default)]
pub(crate) struct Results {
    pub(crate) questions: Vec<Question>,
    pub(crate) drawings: Vec<Drawing>,
    pub(crate) grids: Vec<Grids>,
}

/// What results share.
pub(crate) struct Shared {
    pub(crate) subjects: Arc<Names>,
    pub(crate) volunteers: Arc<Names>,
    /// Whether each row stays, now that repeats are known.
    pub(crate) is_kept: Vec<bool>,
}

pub(crate) trait Collect: std::fmt::Debug + Send {
    /// Looks at a row and remembers what it says until [`commit`](Self::commit) or the next row.
    fn extract(&mut self, given: &Given<'_>) -> Result<Outcome, Reject>;

    /// Takes what the last row said.
    fn commit(&mut self, who: Who) -> Result<(), Error>;

    fn finish(self: Box<Self>, shared: &Shared, results: &mut Results);

    fn quality(&self) -> TaskQuality;
}

/// The collectors of a configuration, in the order of the tasks' names.
pub(crate) fn collectors(config: &Config) -> Vec<(String, Box<dyn Collect>)> {
    config.tasks().map(|(name, task)| (name.to_owned(), collector(name, task))).collect()
}

fn collector(name: &str, task: &Task) -> Box<dyn Collect> {
    match task.kind() {
        Kind::Question | Kind::Dropdown | Kind::Survey | Kind::Presence => {
            Box::new(question::QuestionCollector::new(name, task))
        }
        Kind::Multiple => Box::new(multiple::MultipleCollector::new(name, task)),
        Kind::Drawing => Box::new(drawing::DrawingCollector::new(name, task)),
        Kind::Grid => Box::new(grid::GridCollector::new(name, task)),
        Kind::Group => Box::new(group::GroupCollector::new(name, task)),
    }
}

/// The keys of annotations that a task looks at.
pub(crate) fn keys(name: &str, task: &Task) -> Vec<String> {
    let mut keys = task.keys(name);
    if task.kind() == Kind::Grid {
        keys.extend(grid::point_keys(task));
    }
    keys
}

/// The annotations under any of `keys`.
fn under<'a, 'k>(
    annotations: &'a [Annotation<'a>],
    keys: &'k [String],
) -> impl Iterator<Item = &'a Annotation<'a>> + use<'a, 'k> {
    annotations.iter().filter(move |annotation| keys.iter().any(|key| *key == annotation.key))
}
