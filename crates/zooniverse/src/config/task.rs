//! A task: which annotations answer it, and what their answers mean.

use serde::Deserialize;

use super::GridOptions;

/// One question to be answered from an export: which annotations to look at, and what their answers mean.
///
/// ```
/// use manyhands_zooniverse::Task;
///
/// // 1 where a muon was seen, by the label of the export or by the index of the API.
/// let muon = Task::question(["T0", "init"]).class("noise", ["No", "1"]).class("muon", ["Yes", "0"]);
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    pub(super) kind: Kind,
    #[serde(default)]
    pub(super) keys: Vec<String>,
    #[serde(default)]
    pub(super) path: Option<String>,
    #[serde(default)]
    pub(super) classes: Vec<Class>,
    #[serde(default)]
    pub(super) positive: Vec<Scalar>,
    #[serde(default)]
    pub(super) negative: Vec<Scalar>,
    #[serde(default)]
    pub(super) other: Other,
    #[serde(default)]
    pub(super) again: Again,
    #[serde(default)]
    pub(super) tools: Vec<Scalar>,
    #[serde(default)]
    pub(super) grid: GridOptions,
}

/// What a task asks of volunteers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One answer out of several: one vote.
    Question,
    /// Any number of answers: one question of two classes (not chosen, chosen) for each of them.
    Multiple,
    /// A choice from a list: one vote.
    Dropdown,
    /// Kinds of animals and the like: one vote for each that was chosen.
    Survey,
    /// Marks on a picture.
    Drawing,
    /// Marks on a picture, of which only counts whether there is any: two classes, `none` and `some`.
    Presence,
    /// A grid of images in one picture: what most of them are, then clicks on the others (Muon Hunters 2.0).
    Grid,
    /// A grid whose cells are subjects of their own (`subjectGroupComparison`).
    Group,
}

/// A class and the answers that mean it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    name: String,
    answers: Vec<Scalar>,
}

/// What becomes of an answer that no class lists.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Other {
    /// It is no vote, but counted: the default. Written `"ignore"`.
    #[default]
    Ignore,
    /// The row goes to the quarantine. Written `"error"`.
    Error,
    /// It is a vote for this class. Written `{ class = "rest" }`.
    Class(String),
}

/// Which answer counts where one row answers a task more than once, as workflows that lead back to a task do. Only for kinds with
/// classes: marks of all are taken together, and of grids the first answer counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Again {
    /// The first: the default.
    #[default]
    First,
    /// The last.
    Last,
    /// All: a vote for each different one.
    All,
}

/// An answer as TOML writes it: a text, or a number for the index that the API gives. Compared as text.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "ScalarRecord")]
pub(super) struct Scalar(String);

#[derive(Deserialize)]
#[serde(untagged, expecting = "a text or a whole number")]
enum ScalarRecord {
    Text(String),
    Number(i64),
}

impl From<ScalarRecord> for Scalar {
    fn from(record: ScalarRecord) -> Self {
        match record {
            ScalarRecord::Text(text) => Self(text),
            ScalarRecord::Number(number) => Self(number.to_string()),
        }
    }
}

impl Task {
    /// A task of a kind, answered by the annotations under any of these keys (`T0`; older workflows begin with `init`). Without a
    /// key, the task's name is its key.
    pub fn new<K: Into<String>>(kind: Kind, keys: impl IntoIterator<Item = K>) -> Self {
        Self {
            kind,
            keys: keys.into_iter().map(Into::into).collect(),
            path: None,
            classes: vec![],
            positive: vec![],
            negative: vec![],
            other: Other::default(),
            again: Again::default(),
            tools: vec![],
            grid: GridOptions::default(),
        }
    }

    /// A task of [`Kind::Question`].
    pub fn question<K: Into<String>>(keys: impl IntoIterator<Item = K>) -> Self {
        Self::new(Kind::Question, keys)
    }

    /// Adds a class, numbered in the order in which they are added, and the answers that mean it: texts of labels, or
    /// indices as text. Without any class, every answer is a class, in the order of the alphabet.
    ///
    /// The answer `null` is a question that was passed over; it is no vote unless a class lists it.
    #[must_use]
    pub fn class<A: Into<String>>(
        mut self,
        name: impl Into<String>,
        answers: impl IntoIterator<Item = A>,
    ) -> Self {
        let answers = answers.into_iter().map(|answer| Scalar(answer.into())).collect();
        self.classes.push(Class { name: name.into(), answers });
        self
    }

    /// What becomes of answers that no class lists. Default [`Other::Ignore`].
    #[must_use]
    pub fn other(mut self, other: Other) -> Self {
        self.other = other;
        self
    }

    /// Which answer counts where a row answers the task more than once. Default [`Again::First`].
    #[must_use]
    pub fn again(mut self, again: Again) -> Self {
        self.again = again;
        self
    }

    /// Where in the annotation the answer lies: keys and places in lists, with dots between. Lists that no place is given for are
    /// gone through, so `value.answers.HOWMANY` are the counts of a survey. Default `value`, and `value.choice` of a survey.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Only marks with these tools count, given by index or label. Default all.
    #[must_use]
    pub fn tools<T: Into<String>>(mut self, tools: impl IntoIterator<Item = T>) -> Self {
        self.tools = tools.into_iter().map(|tool| Scalar(tool.into())).collect();
        self
    }

    /// Options of [`Kind::Grid`] and [`Kind::Group`].
    #[must_use]
    pub fn grid(mut self, grid: GridOptions) -> Self {
        self.grid = grid;
        self
    }

    /// What it asks.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn keys(&self, name: &str) -> Vec<String> {
        if self.keys.is_empty() { vec![name.to_owned()] } else { self.keys.clone() }
    }

    /// The steps of the path below `value`.
    pub(crate) fn steps(&self) -> Vec<String> {
        let default = if self.kind == Kind::Survey { "value.choice" } else { "value" };
        let path = self.path.as_deref().unwrap_or(default);
        path.split('.').skip(1).map(str::to_owned).collect()
    }

    /// The names of the classes and the answers of each; none for every answer being a class.
    pub(crate) fn class_list(&self) -> Vec<(&str, Vec<&str>)> {
        fn list(answers: &[Scalar]) -> Vec<&str> {
            answers.iter().map(|answer| answer.0.as_str()).collect()
        }
        if !self.positive.is_empty() {
            return vec![("negative", list(&self.negative)), ("positive", list(&self.positive))];
        }
        self.classes.iter().map(|class| (class.name.as_str(), list(&class.answers))).collect()
    }

    pub(crate) fn other_rule(&self) -> &Other {
        &self.other
    }

    pub(crate) fn again_rule(&self) -> Again {
        self.again
    }

    pub(crate) fn tool_list(&self) -> Vec<String> {
        self.tools.iter().map(|tool| tool.0.clone()).collect()
    }

    pub(crate) fn grid_options(&self) -> &GridOptions {
        &self.grid
    }
}

impl Kind {
    /// The word for it in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Multiple => "multiple",
            Self::Dropdown => "dropdown",
            Self::Survey => "survey",
            Self::Drawing => "drawing",
            Self::Presence => "presence",
            Self::Grid => "grid",
            Self::Group => "group",
        }
    }
}
