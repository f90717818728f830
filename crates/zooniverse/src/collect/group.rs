//! Grids whose cells are subjects of their own, out of a row: `subjectGroupComparison`.

use hashbrown::HashMap;
use manyhands_grid::{Answer, Choice, Layout};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Collect, Given, Outcome, Results, Shared, Who,
    cells::{self, NewTile},
    tiles::{Shown, Tiles},
    under,
};
use crate::{Error, GridOptions, Reject, Task, TaskQuality, annotation};

#[derive(Debug)]
pub(super) struct GroupCollector {
    name: String,
    keys: Vec<String>,
    options: GridOptions,
    layout: Layout,
    tiles: Tiles,
    /// The tile of a list of cells, as it stands in the export.
    tile_of: HashMap<String, u32>,
    quality: TaskQuality,
    found: Option<(String, Shown, Answer)>,
    outcome: Outcome,
    n_annotations: usize,
}

/// A cell that was clicked.
#[derive(Deserialize)]
struct Listed<'a> {
    index: Option<usize>,
    #[serde(borrow)]
    subject: Option<&'a RawValue>,
}

impl GroupCollector {
    pub(super) fn new(name: &str, task: &Task) -> Self {
        let options = task.grid_options().clone();
        Self {
            name: name.to_owned(),
            keys: task.keys(name),
            layout: Layout::new(options.rows.unwrap_or(0), options.cols.unwrap_or(0)),
            options,
            tiles: Tiles::default(),
            tile_of: HashMap::new(),
            quality: TaskQuality::default(),
            found: None,
            outcome: Outcome::Absent,
            n_annotations: 0,
        }
    }

    /// The cells that the row shows. In some exports the id of the group itself stands before them, in older ones it stands alone.
    fn ids(&self, subject_ids: &str) -> Result<Vec<String>, Reject> {
        let mut ids = cells::list(subject_ids);
        let want = self.layout.n_cells();
        if ids.len() == want.saturating_add(1) {
            ids.remove(0);
        }
        if ids.len() == want { Ok(ids) } else { Err(Reject::Cells { got: ids.len(), want }) }
    }
}

impl Collect for GroupCollector {
    fn extract(&mut self, given: &Given<'_>) -> Result<Outcome, Reject> {
        (self.found, self.n_annotations, self.outcome) = (None, 0, Outcome::Absent);
        for annotation in under(given.annotations, &self.keys) {
            self.n_annotations += 1;
            if self.found.is_some() {
                continue;
            }
            self.outcome = Outcome::Skipped;
            let Some(value) = annotation.value else { continue };
            let ids = self.ids(given.subject_ids)?;
            let cells = clicked(&annotation.key, value, &ids)?;
            let list = ids.join(";");
            let shown = match self.tile_of.get(&list) {
                Some(&tile) => Shown::Known(tile),
                None => {
                    let tile =
                        NewTile { layout: self.layout, is_sized: false, cluster: 0, ids, padding: vec![] };
                    Shown::New(tile.check()?)
                }
            };
            self.found = Some((list, shown, Answer::new(Choice::NoMajority, cells)));
        }
        if self.found.is_some() {
            self.outcome = Outcome::Answered;
        }
        Ok(self.outcome)
    }

    fn commit(&mut self, who: Who) -> Result<(), Error> {
        self.quality.count(self.outcome, self.n_annotations);
        if let Some((list, shown, answer)) = self.found.take() {
            self.quality.n_marks += answer.highlighted().len() as u64;
            self.quality.n_silent += u64::from(answer.highlighted().is_empty());
            let tile = self.tiles.push(who, shown, answer)?;
            self.tile_of.insert(list, tile);
        }
        Ok(())
    }

    fn finish(self: Box<Self>, shared: &Shared, results: &mut Results) {
        self.tiles.finish(self.name, self.keys.join("+"), self.options.rule_of_listed(), shared, results);
    }

    fn quality(&self) -> TaskQuality {
        self.quality.clone()
    }
}

/// The clicked cells: by subject, and by index where the subject is not among the cells' or is there more than once.
fn clicked(key: &str, value: &RawValue, ids: &[String]) -> Result<Vec<usize>, Reject> {
    let shape = || Reject::Shape { key: key.to_owned(), kind: "group" };
    let listed: Vec<Listed<'_>> = serde_json::from_str(value.get()).map_err(|_| shape())?;
    let cell = |listed: Listed<'_>| {
        let subject = listed.subject.map(|raw| annotation::text(raw).unwrap_or_else(|| raw.get().into()));
        let is_shown = |cell: &usize| {
            subject.as_ref().is_none_or(|subject| ids.get(*cell).is_some_and(|id| id == subject))
        };
        let by_index = listed.index.filter(|index| *index < ids.len()).filter(is_shown);
        by_index.or_else(|| subject.as_ref().and_then(|subject| ids.iter().position(|id| id == subject)))
    };
    listed.into_iter().map(|listed| cell(listed).ok_or_else(shape)).collect()
}
