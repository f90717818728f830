//! Manifests: the tables with which subjects are uploaded, and grids described so that their answers can be read back.

use std::{collections::BTreeSet, fmt::Write as _, io::Write};

use manyhands_grid::Tile;
use sha2::{Digest, Sha256};

use crate::{Error, collect::list};

/// The columns of a grid that its checksum is of, in this order.
const CHECKED: [&str; 10] = [
    "id",
    "#group",
    "#cluster",
    "#rows",
    "#cols",
    "#cell_width",
    "#cell_height",
    "#gap",
    "#subjects",
    "#padding",
];

/// A subject manifest: the CSV table that `panoptes subject-set upload-subjects` takes, a row per subject.
///
/// Columns whose cells name files are pictures, all others metadata that come back in every export. The start of a name says who
/// sees it: `#` nobody, `!` volunteers after classifying, `%` nobody, for prioritised sets.
///
/// [`grid`](Self::grid) writes all that is needed to read answers back from an export alone: a task of [`Kind::Grid`](crate::Kind::Grid)
/// then needs no options.
///
/// ```
/// use manyhands_grid::{Layout, Tiler};
/// use manyhands_zooniverse::Manifest;
///
/// let tiles = Tiler::new(Layout::square(2)).tile(&[0; 6])?;
/// let ids: Vec<String> = (0..6).map(|image| format!("event{image}")).collect();
/// let mut manifest = Manifest::new();
/// for (number, tile) in tiles.iter().enumerate() {
///     manifest.grid(&format!("grid{number}.png"), &format!("g{number}"), "batch1", tile, &ids)?;
/// }
/// let mut csv = vec![];
/// manifest.write(&mut csv)?;
/// assert!(String::from_utf8(csv)?.starts_with("image,id,#group,#cluster,#rows,#cols,"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manifest {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Manifest {
    /// A manifest without columns and rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a subject: values by the names of their columns. The first one names the columns; all others must have the same, in any
    /// order.
    ///
    /// # Errors
    /// [`Error::Manifest`] for a column that is given twice, lacks or is new.
    pub fn subject(&mut self, values: &[(&str, &str)]) -> Result<(), Error> {
        let fail = |message: String| Err(Error::Manifest { message });
        let names: BTreeSet<&str> = values.iter().map(|(column, _)| *column).collect();
        if names.len() != values.len() {
            return fail(format!("row {} has a column twice", self.rows.len()));
        }
        if self.rows.is_empty() {
            self.columns = values.iter().map(|(column, _)| (*column).to_owned()).collect();
        }
        if names.len() != self.columns.len()
            || !self.columns.iter().all(|column| names.contains(column.as_str()))
        {
            let got: Vec<&str> = names.into_iter().collect();
            let (row, got, want) = (self.rows.len(), got.join(", "), self.columns.join(", "));
            return fail(format!("row {row} has the columns {got}, want {want}"));
        }
        let value = |name: &String| values.iter().find(|(column, _)| column == name).map(|(_, value)| *value);
        self.rows.push(self.columns.iter().filter_map(value).map(str::to_owned).collect());
        Ok(())
    }

    /// Adds a grid: its picture's file, its own id, the batch that it belongs to, and `ids[image]` of the images in its cells. The columns
    /// are `image,id,#group,#cluster,#rows,#cols,#cell_width,#cell_height,#gap,#subjects,#padding,#checksum`.
    ///
    /// # Errors
    /// [`Error::NoImageId`] where the tile shows an image without an id; [`Error::Manifest`] for an id that is empty or has a
    /// `;`, a comma, a quote, a bracket or a space, and where rows have other columns.
    pub fn grid(
        &mut self,
        picture: &str,
        id: &str,
        group: &str,
        tile: &Tile,
        ids: &[String],
    ) -> Result<(), Error> {
        let layout = tile.layout();
        let id_of = |&image: &usize| ids.get(image).ok_or(Error::NoImageId { image, got: ids.len() });
        let shown = tile.images().iter().map(id_of).collect::<Result<Vec<_>, _>>()?;
        let is_one_entry = |id: &&String| list(id) == [(*id).clone()];
        if let Some(id) = shown.iter().find(|id| !is_one_entry(id)) {
            let message =
                format!("the id {id:?} has a separator of lists, want one without ; , [ ] quotes and spaces");
            return Err(Error::Manifest { message });
        }
        let join = |entries: &mut dyn Iterator<Item = String>| entries.collect::<Vec<_>>().join(";");
        let (width, height) = layout.cell_dimensions();
        let gaps =
            |size: u32, cell: u32, n: usize| size.saturating_sub(cell * n as u32).checked_div(n as u32 - 1);
        let gap = gaps(layout.size().0, width, layout.cols())
            .or_else(|| gaps(layout.size().1, height, layout.rows()))
            .unwrap_or(0);
        let values = [
            ("image", picture.to_owned()),
            ("id", id.to_owned()),
            ("#group", group.to_owned()),
            ("#cluster", tile.cluster().to_string()),
            ("#rows", layout.rows().to_string()),
            ("#cols", layout.cols().to_string()),
            ("#cell_width", width.to_string()),
            ("#cell_height", height.to_string()),
            ("#gap", gap.to_string()),
            ("#subjects", join(&mut shown.iter().map(|id| (*id).clone()))),
            ("#padding", join(&mut tile.padding().iter().map(usize::to_string))),
        ];
        let value = |key: &str| {
            values
                .iter()
                .find(|(column, _)| *column == key)
                .map_or_else(String::new, |(_, value)| value.clone())
        };
        let checksum = checksum(|key| value(key).into());
        let mut row: Vec<(&str, &str)> =
            values.iter().map(|(column, value)| (*column, value.as_str())).collect();
        row.push(("#checksum", &checksum));
        self.subject(&row)
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The rows, a value for every column.
    pub fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }

    /// Writes the manifest as CSV.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&self, to: impl Write) -> Result<(), Error> {
        const FAILED: &str = "write the manifest";
        let mut writer = csv::Writer::from_writer(to);
        writer.write_record(&self.columns).map_err(Error::csv(FAILED))?;
        for row in &self.rows {
            writer.write_record(row).map_err(Error::csv(FAILED))?;
        }
        writer.flush().map_err(Error::io(FAILED))
    }
}

/// The first 16 hexadecimal digits of the SHA-256 of a grid's metadata, as lines `column=value`.
pub(crate) fn checksum<'a>(value: impl Fn(&str) -> std::borrow::Cow<'a, str>) -> String {
    let mut text = String::new();
    for column in CHECKED {
        writeln!(text, "{column}={}", value(column)).expect("writing to a text does not fail");
    }
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a text does not fail");
        hex
    })
}
