//! An export of answers to grids, in the words of Muon Hunters 2.0.

use std::io::{self, Write};

use manyhands_grid::{Choice, Tile};
use rand::Rng;

use super::row::{FIRST_MOMENT, Row, RowWriter};
use crate::{
    GridAnswer,
    stream::{Purpose, stream},
};

/// Milliseconds between two answers on average (ours).
const PACE: i64 = 9_000;

/// How the five choices are worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Wording {
    /// That of the public launch, with its Markdown: `Majority are **not** Muons`.
    #[default]
    Launch,
    /// That of the beta test: `Minority are Muons`.
    Beta,
}

impl Wording {
    /// The text of a choice.
    pub fn text(self, choice: Choice) -> &'static str {
        match (self, choice) {
            (Self::Launch, Choice::AllPositive) => "All are Muons",
            (Self::Beta, Choice::AllPositive) => "All Muons",
            (_, Choice::MostPositive) => "Majority are Muons",
            (_, Choice::NoMajority) => "No clear majority",
            (Self::Launch, Choice::MostNegative) => "Majority are **not** Muons",
            (Self::Beta, Choice::MostNegative) => "Minority are Muons",
            (Self::Launch, Choice::AllNegative) => "**None** are Muons",
            (Self::Beta, Choice::AllNegative) => "No Muons",
        }
    }
}

/// The export of a workflow that shows grids of images: the choice in `T0`, the clicks as points in `T1` (the negatives of a positive
/// majority) or `T2` (all others), each somewhere in the middle of its cell.
///
/// Subject `i` is tile `i`, with the id [`subject_id`](Self::subject_id). Its metadata are given by [`metadata`](Self::metadata), as uploaded
/// with the manifest of the grids.
///
/// ```
/// use manyhands_grid::{Layout, Tiler};
/// use manyhands_sim::{Crowd, GridExport};
///
/// let tiles = Tiler::new(Layout::square(2)).tile(&[0; 8])?;
/// let answers = Crowd::public(10).answer(&tiles, &[false; 8], 3)?;
/// let mut csv = vec![];
/// GridExport::new(&tiles, &answers).write(&mut csv)?;
/// assert_eq!(csv.iter().filter(|&&byte| byte == b'\n').count(), 1 + 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct GridExport<'a> {
    tiles: &'a [Tile],
    answers: &'a [GridAnswer],
    wording: Wording,
    columns: &'a [String],
    rows: &'a [Vec<String>],
    seed: u64,
}

impl<'a> GridExport<'a> {
    /// The export of these answers to these tiles, in their order.
    pub fn new(tiles: &'a [Tile], answers: &'a [GridAnswer]) -> Self {
        Self { tiles, answers, wording: Wording::default(), columns: &[], rows: &[], seed: 0 }
    }

    /// The metadata of the subjects: names of columns, and for each tile a value for every column. Default none.
    #[must_use]
    pub fn metadata(mut self, columns: &'a [String], rows: &'a [Vec<String>]) -> Self {
        (self.columns, self.rows) = (columns, rows);
        self
    }

    /// The words of the choices. Default [`Wording::Launch`].
    #[must_use]
    pub fn wording(mut self, wording: Wording) -> Self {
        self.wording = wording;
        self
    }

    /// The seed of where in its cell a click lies, and of the metadata of rows. Default 0.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The id of a tile in the export.
    pub fn subject_id(&self, tile: usize) -> u64 {
        32_000_000 + tile as u64
    }

    /// Writes the export, row by row.
    ///
    /// # Errors
    /// Those of `to`; [`io::ErrorKind::InvalidInput`] for an answer to a tile that there is not.
    pub fn write(&self, to: impl Write) -> io::Result<()> {
        let mut writer = RowWriter::new(to)?;
        for (index, given) in self.answers.iter().enumerate() {
            let mut rng = stream(self.seed, Purpose::ExportRow, index as u64);
            let missing = || io::Error::new(io::ErrorKind::InvalidInput, format!("no tile {}", given.tile));
            let tile = self.tiles.get(given.tile).ok_or_else(missing)?;
            let started = FIRST_MOMENT + index as i64 * PACE;
            let subject_id = self.subject_id(given.tile);
            let row = Row {
                classification_id: 160_000_000 + index as u64,
                volunteer: given.volunteer,
                is_anonymous: given.volunteer % 5 == 3,
                workflow: (9_010, "Grids of muons", "4.12"),
                started,
                finished: started + 5_000 + rng.random_range(0..4_000),
                is_seen: false,
                size: tile.layout().size(),
                annotations: &self.annotations(tile, given, &mut rng),
                subject_data: &self.subject_data(given.tile, subject_id),
                subject_id,
            };
            writer.write(&row, &mut rng)?;
        }
        writer.finish()
    }

    fn annotations(&self, tile: &Tile, given: &GridAnswer, rng: &mut impl Rng) -> String {
        let choice = given.answer.choice();
        let text = self.wording.text(choice);
        let first = format!("{{\"task\":\"T0\",\"task_label\":\"What do you see?\",\"value\":\"{text}\"}}");
        if choice.is_unanimous() {
            return format!("[{first}]");
        }
        let mut point = |cell: &usize| {
            let (x, y, width, height) = tile.layout().cell_box(*cell)?;
            let mut within =
                |start: u32, side: u32| f64::from(start) + f64::from(side) * rng.random_range(0.2..0.8);
            let (x, y) = (within(x, width), within(y, height));
            Some(format!(
                "{{\"x\":{x},\"y\":{y},\"tool\":0,\"frame\":0,\"details\":[],\"tool_label\":\"Not like the others\"}}"
            ))
        };
        let points: Vec<String> = given.answer.highlighted().iter().filter_map(&mut point).collect();
        let task = if choice == Choice::MostPositive { "T1" } else { "T2" };
        let value = points.join(",");
        format!(
            "[{first},{{\"task\":\"{task}\",\"task_label\":\"Click on the odd ones out\",\"value\":[{value}]}}]"
        )
    }

    fn subject_data(&self, tile: usize, id: u64) -> String {
        let mut metadata = serde_json::Map::new();
        metadata.insert("retired".to_owned(), serde_json::Value::Null);
        for (column, value) in self.columns.iter().zip(self.rows.get(tile).into_iter().flatten()) {
            metadata.insert(column.clone(), value.as_str().into());
        }
        serde_json::json!({ id.to_string(): metadata }).to_string()
    }
}
