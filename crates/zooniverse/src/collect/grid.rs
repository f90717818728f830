//! Grids of Muon Hunters 2.0 out of a row: the choice of the first task, the clicked points of the second.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashMap};
use manyhands_grid::{Answer, Choice};

use super::{
    Collect, Given, Outcome, Results, Shared, Who,
    cells::Subject,
    tiles::{Shown, Tiles},
    under,
};
use crate::{Error, GridOptions, Mark, Reject, Task, TaskQuality, leaves, records::unescaped};

#[derive(Debug)]
pub(super) struct GridCollector {
    name: String,
    keys: Vec<String>,
    point_keys: Vec<String>,
    options: GridOptions,
    tiles: Tiles,
    /// The tile that a subject was last, and the hash of the cell that said so.
    tile_of: HashMap<u32, (u32, u64)>,
    /// What else it was, where its metadata changed.
    earlier: HashMap<u32, Vec<u32>>,
    hasher: DefaultHashBuilder,
    quality: TaskQuality,
    found: Option<(Shown, u64, Answer)>,
    n_marks: usize,
    n_outside: usize,
    outcome: Outcome,
    n_annotations: usize,
}

/// The keys of the tasks with the clicked points.
pub(super) fn point_keys(task: &Task) -> Vec<String> {
    let set = &task.grid_options().points;
    if set.is_empty() { vec!["T1".to_owned(), "T2".to_owned()] } else { set.clone() }
}

impl GridCollector {
    pub(super) fn new(name: &str, task: &Task) -> Self {
        Self {
            name: name.to_owned(),
            keys: task.keys(name),
            point_keys: point_keys(task),
            options: task.grid_options().clone(),
            tiles: Tiles::default(),
            tile_of: HashMap::new(),
            earlier: HashMap::new(),
            hasher: DefaultHashBuilder::default(),
            quality: TaskQuality::default(),
            found: None,
            n_marks: 0,
            n_outside: 0,
            outcome: Outcome::Absent,
            n_annotations: 0,
        }
    }

    /// The choice of the row; `Ok(None)` where the question was passed over.
    fn choice(&mut self, given: &Given<'_>) -> Result<Option<Choice>, Reject> {
        let mut choice = None;
        for annotation in under(given.annotations, &self.keys) {
            self.n_annotations += 1;
            let Some(value) = annotation.value.filter(|_| choice.is_none()) else { continue };
            let mut answers = vec![];
            leaves::for_each(value, &[], &mut |answer| answers.push(answer))?;
            let Some(Some(answer)) = answers.first() else { continue };
            let unknown = || Reject::Answer {
                key: annotation.key.to_string(),
                answer: answer.chars().take(80).collect(),
            };
            choice = Some(self.options.choice(answer).ok_or_else(unknown)?);
        }
        Ok(choice)
    }

    /// The tile that the subject is, and the hash of what says so; `None` for one of another group. Metadata that stand there as in the row
    /// before are not parsed again; others are, so that a row with changed ones is found wherever it stands.
    fn shown(&self, given: &Given<'_>) -> Result<Option<(Shown, u64)>, Reject> {
        let (cell, is_doubled) = given.subject_data;
        let hash = self.hasher.hash_one(cell);
        let known = given.subject.and_then(|subject| self.tile_of.get(&subject));
        if let Some(&(tile, _)) = known.filter(|known| known.1 == hash) {
            return Ok(Some((Shown::Known(tile), hash)));
        }
        let json = unescaped(cell, is_doubled);
        let subject = Subject::parse(&json, given.subject_ids)?;
        let group = subject.get("#group").unwrap_or_default();
        if !self.options.groups.is_empty() && !self.options.groups.iter().any(|listed| *listed == group) {
            return Ok(None);
        }
        let new = subject.tile(&self.options)?;
        // Beside the grid there is, say, how often it was classified at the time of the export.
        let earlier = given.subject.and_then(|subject| self.earlier.get(&subject)).into_iter().flatten();
        let same = known.map(|known| known.0).into_iter().chain(earlier.copied());
        let same = same.into_iter().find(|&tile| self.tiles.is(tile, &new));
        Ok(Some((same.map_or(Shown::New(new), Shown::Known), hash)))
    }

    /// The clicked points, in pixels of the layout.
    fn points(&mut self, given: &Given<'_>, shown: &Shown) -> Result<Vec<(f64, f64)>, Reject> {
        let mut marks = vec![];
        for annotation in under(given.annotations, &self.point_keys) {
            Mark::parse_all(annotation, &[], &[], &mut marks)?;
        }
        let points: Vec<(f64, f64)> = marks.iter().filter_map(Mark::position).collect();
        self.n_marks = points.len();
        if points.is_empty() {
            return Ok(points);
        }
        let (layout, is_sized) = self.tiles.layout(shown);
        let (width, height) = (f64::from(layout.size().0), f64::from(layout.size().1));
        let whole = given.size.or_else(|| is_sized.then_some((width, height)));
        let area = self.options.area.or_else(|| whole.map(|(right, lower)| [0.0, 0.0, right, lower]));
        let Some([left, upper, right, lower]) = area else {
            return Err(Reject::Layout {
                message: "neither grid.area nor the picture's size is known".to_owned(),
            });
        };
        let place =
            |(x, y)| ((x - left) * (width / (right - left)), (y - upper) * (height / (lower - upper)));
        Ok(points.into_iter().map(place).collect())
    }
}

impl Collect for GridCollector {
    fn extract(&mut self, given: &Given<'_>) -> Result<Outcome, Reject> {
        (self.found, self.n_annotations, self.n_marks, self.n_outside) = (None, 0, 0, 0);
        // Other answers led past the grid, so the row need not describe one.
        if under(given.annotations, &self.keys).next().is_none() {
            self.outcome = Outcome::Absent;
            return Ok(self.outcome);
        }
        let Some((shown, hash)) = self.shown(given)? else { return Ok(Outcome::DropRow) };
        self.outcome = match self.choice(given)? {
            None => Outcome::Skipped,
            Some(choice) => {
                let points = self.points(given, &shown)?;
                let (answer, n_outside) = Answer::from_clicks(choice, self.tiles.layout(&shown).0, &points);
                self.n_outside = n_outside;
                self.found = Some((shown, hash, answer));
                Outcome::Answered
            }
        };
        Ok(self.outcome)
    }

    fn commit(&mut self, who: Who) -> Result<(), Error> {
        self.quality.count(self.outcome, self.n_annotations);
        if let Some((shown, hash, answer)) = self.found.take() {
            self.quality.n_marks += self.n_marks as u64;
            self.quality.n_outside += self.n_outside as u64;
            self.quality.n_silent += u64::from(self.n_marks == 0 && !answer.choice().is_unanimous());
            let tile = self.tiles.push(who, shown, answer)?;
            if let Some((last, _)) =
                self.tile_of.insert(who.subject, (tile, hash)).filter(|last| last.0 != tile)
            {
                let earlier = self.earlier.entry(who.subject).or_default();
                if !earlier.contains(&last) {
                    earlier.push(last);
                }
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>, shared: &Shared, results: &mut Results) {
        self.tiles.finish(self.name, self.keys.join("+"), self.options.rule(), shared, results);
    }

    fn quality(&self) -> TaskQuality {
        self.quality.clone()
    }
}
