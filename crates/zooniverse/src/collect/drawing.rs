//! Marks out of a row, and that it has none.

use super::{Collect, Given, Outcome, Results, Shared, Who, under};
use crate::{Error, Mark, Reject, Task, TaskQuality, drawing::DrawingColumns};

#[derive(Debug)]
pub(super) struct DrawingCollector {
    name: String,
    keys: Vec<String>,
    tools: Vec<String>,
    columns: DrawingColumns,
    quality: TaskQuality,
    found: Vec<Mark>,
    size: Option<(f64, f64)>,
    outcome: Outcome,
    n_annotations: usize,
}

impl DrawingCollector {
    pub(super) fn new(name: &str, task: &Task) -> Self {
        Self {
            name: name.to_owned(),
            keys: task.keys(name),
            tools: task.tool_list(),
            columns: DrawingColumns::default(),
            quality: TaskQuality::default(),
            found: vec![],
            size: None,
            outcome: Outcome::Absent,
            n_annotations: 0,
        }
    }
}

impl Collect for DrawingCollector {
    fn extract(&mut self, given: &Given<'_>) -> Result<Outcome, Reject> {
        self.found.clear();
        self.size = given.size;
        self.n_annotations = 0;
        let mut has_value = false;
        for annotation in under(given.annotations, &self.keys) {
            self.n_annotations += 1;
            has_value |= annotation.value.is_some();
            Mark::parse_all(annotation, &self.tools, given.annotations, &mut self.found)?;
        }
        self.outcome = Outcome::of(self.n_annotations, has_value);
        Ok(self.outcome)
    }

    fn commit(&mut self, who: Who) -> Result<(), Error> {
        self.quality.count(self.outcome, self.n_annotations);
        if self.outcome == Outcome::Answered {
            self.quality.n_marks += self.found.len() as u64;
            self.quality.n_silent += u64::from(self.found.is_empty());
            self.columns.push(who, self.size, self.found.drain(..));
        }
        Ok(())
    }

    fn finish(self: Box<Self>, shared: &Shared, results: &mut Results) {
        results.drawings.push(self.columns.finish(self.name, shared));
    }

    fn quality(&self) -> TaskQuality {
        self.quality.clone()
    }
}
