//! The configuration: which rows count, and what their tasks are to become.

mod check;
mod cleaning;
mod columns;
mod grid;
mod task;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use cleaning::{Cleaning, GoldRows, Identity, Policy, Repeats};
pub use columns::Columns;
pub use grid::{Clicked, GridOptions, PaddingRule};
pub use task::{Again, Class, Kind, Other, Task};

use crate::Error;

/// What to make of an export: cleaning rules, and one [`Task`] for every question that is to be answered from it.
///
/// Written in TOML, or with the methods of the same names:
///
/// ```
/// use manyhands_zooniverse::{Config, Task};
///
/// let config = Config::from_toml(r#"
///     [cleaning]
///     repeats = "first"
///     versions = ["12.3..12.40"]
///
///     [task.weather]
///     kind = "question"
///     keys = ["T2"]
///     classes = [
///         { name = "clear", answers = ["Clear", "Sunny", 0] },
///         { name = "snow", answers = ["Snow or Snow-Covered", 1] },
///     ]
///
///     [task.animals]
///     kind = "survey"
///     keys = ["T3"]
/// "#)?;
/// assert_eq!(config.tasks().count(), 2);
///
/// let wrong = Config::from_toml("[task.weather]\nkind = \"question\"\nkyes = [\"T2\"]");
/// assert!(wrong.unwrap_err().to_string().contains("task.weather.kyes"));
/// # Ok::<(), manyhands_zooniverse::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    columns: Option<Columns>,
    cleaning: Cleaning,
    #[serde(rename = "task")]
    tasks: BTreeMap<String, Task>,
}

impl Config {
    /// A configuration without tasks and with the default cleaning.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads and checks a configuration.
    ///
    /// # Errors
    /// [`Error::Config`], which names the key.
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        let syntax = |error: &toml::de::Error| {
            let line =
                error.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count());
            format!("{} (line {})", error.message().trim_end(), line + 1)
        };
        let parsed =
            toml::Deserializer::parse(text).map_err(|error| Error::config("syntax", syntax(&error)))?;
        let config: Self = serde_path_to_error::deserialize(parsed)
            .map_err(|error| Error::config(error.path().to_string(), syntax(error.inner())))?;
        config.check()?;
        Ok(config)
    }

    /// The columns of a table that is no classification export.
    #[must_use]
    pub fn columns(mut self, columns: Columns) -> Self {
        self.columns = Some(columns);
        self
    }

    /// Which rows count, and who is who.
    #[must_use]
    pub fn cleaning(mut self, cleaning: Cleaning) -> Self {
        self.cleaning = cleaning;
        self
    }

    /// Adds a task under a name of ours; replaces an earlier one of that name.
    #[must_use]
    pub fn task(mut self, name: impl Into<String>, task: Task) -> Self {
        self.tasks.insert(name.into(), task);
        self
    }

    /// The tasks and their names, by the alphabet.
    pub fn tasks(&self) -> impl Iterator<Item = (&str, &Task)> + '_ {
        self.tasks.iter().map(|(name, task)| (name.as_str(), task))
    }

    pub(crate) fn flat_columns(&self) -> Option<&Columns> {
        self.columns.as_ref()
    }

    pub(crate) fn rules(&self) -> &Cleaning {
        &self.cleaning
    }

    /// The one check, before any row is read.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.tasks.is_empty() {
            return Err(Error::config("task", "got none, want at least one, such as [task.seen]"));
        }
        self.cleaning.check()?;
        for (name, task) in &self.tasks {
            task.check(name)?;
        }
        let is_flat_task = |task: &Task| matches!(task.kind(), Kind::Question);
        if self.columns.is_some() && !(self.tasks.len() == 1 && self.tasks.values().all(is_flat_task)) {
            let message = "a table with named columns has one task, of kind = \"question\"";
            return Err(Error::config("columns", message));
        }
        self.columns.as_ref().map_or(Ok(()), |columns| self.cleaning.check_of_table(columns.time.is_some()))
    }
}
