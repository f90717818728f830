//! What can be wrong with a task.

use std::collections::BTreeSet;

use super::{Again, GridOptions, Kind, Other, Task};
use crate::Error;

impl Task {
    /// The one check of a task, whose name goes into the key of the error.
    pub(super) fn check(&self, name: &str) -> Result<(), Error> {
        let fail = |key: &str, message: String| Err(Error::config(format!("task.{name}.{key}"), message));
        let has_classes =
            matches!(self.kind, Kind::Question | Kind::Multiple | Kind::Dropdown | Kind::Survey);
        let kind = self.kind.name();
        let has_list = !(self.classes.is_empty() && self.positive.is_empty() && self.negative.is_empty());
        if has_list && !has_classes {
            return fail("classes", format!("a task of kind {kind} has classes of its own, want none"));
        }
        if !has_classes && self.path.is_some() {
            return fail("path", format!("a task of kind {kind} has no path, want none"));
        }
        if self.path.as_deref().is_some_and(|path| path != "value" && !path.starts_with("value.")) {
            return fail("path", format!("got {:?}, want value or value.…", self.path));
        }
        if !matches!(self.kind, Kind::Drawing | Kind::Presence) && !self.tools.is_empty() {
            return fail("tools", format!("a task of kind {kind} has no tools, want none"));
        }
        if !matches!(self.kind, Kind::Grid | Kind::Group) && self.grid != GridOptions::default() {
            return fail("grid", format!("a task of kind {kind} has no grid, want none"));
        }
        if !has_classes && self.again != Again::default() {
            return fail(
                "again",
                format!("a task of kind {kind} takes the first answer or all marks, want none"),
            );
        }
        if self.positive.is_empty() != self.negative.is_empty() {
            return fail("positive", "positive and negative go together, got one of them".into());
        }
        if !self.positive.is_empty() && !self.classes.is_empty() {
            return fail("classes", "got classes beside positive and negative, want one of both".into());
        }
        self.grid.check(name, self.kind)?;
        if self.kind == Kind::Group && self.grid.rows.is_none() | self.grid.cols.is_none() {
            return fail(
                "grid.rows",
                "a task of kind group wants grid.rows and grid.cols, got not both".into(),
            );
        }
        let classes = self.class_list();
        if classes.len() == 1 && self.kind != Kind::Multiple {
            return fail("classes", "got 1, want none or at least 2".into());
        }
        let mut seen = BTreeSet::new();
        if let Some((class, _)) = classes.iter().find(|(class, _)| !seen.insert(*class)) {
            return fail("classes", format!("got the class {class:?} twice"));
        }
        let mut seen = BTreeSet::new();
        if let Some(answer) =
            classes.iter().flat_map(|(_, answers)| answers).find(|answer| !seen.insert(answer.trim()))
        {
            return fail("classes", format!("got the answer {answer:?} twice"));
        }
        match &self.other {
            Other::Class(class) if !classes.iter().any(|(listed, _)| listed == class) => {
                fail("other", format!("got the class {class:?}, want one of those in classes"))
            }
            Other::Error if !has_list => {
                fail("other", "where no classes are listed every answer is one, want none".into())
            }
            _ => Ok(()),
        }
    }
}
