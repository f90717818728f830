//! Cells: which subjects a grid shows and how they are laid out, from the metadata of its picture.

use std::{borrow::Cow, collections::BTreeMap};

use manyhands_grid::{Layout, Tile};
use serde_json::value::RawValue;

use crate::{GridOptions, Reject, annotation, manifest};

/// A grid that has not come before, known to make a tile.
#[derive(Debug, Clone)]
pub(super) struct NewTile {
    pub(super) layout: Layout,
    /// Whether the size of the cells in pixels is known.
    pub(super) is_sized: bool,
    pub(super) cluster: usize,
    /// The id shown in every cell.
    pub(super) ids: Vec<String>,
    pub(super) padding: Vec<usize>,
}

/// Metadata of one subject, as text.
pub(super) struct Subject<'a> {
    id: &'a str,
    metadata: BTreeMap<Cow<'a, str>, &'a RawValue>,
}

impl<'a> Subject<'a> {
    /// From the cell `subject_data`, an object by subject.
    pub(super) fn parse(cell: &'a [u8], id: &'a str) -> Result<Self, Reject> {
        let parse = |error: serde_json::Error| Reject::json("subject_data", &error);
        let mut all: BTreeMap<Cow<'a, str>, &'a RawValue> = serde_json::from_slice(cell).map_err(parse)?;
        let own = all.remove(id).or_else(|| all.into_values().next());
        let metadata =
            own.map_or(Ok(BTreeMap::new()), |own| serde_json::from_str(own.get())).map_err(parse)?;
        Ok(Self { id, metadata })
    }

    pub(super) fn get(&self, key: &str) -> Option<Cow<'a, str>> {
        let raw = self.metadata.get(key)?;
        annotation::text(raw).or_else(|| Some(raw.get().into())).filter(|text| *text != "null")
    }

    fn number<N: std::str::FromStr>(&self, key: &str) -> Result<Option<N>, Reject> {
        let Some(text) = self.get(key) else { return Ok(None) };
        let wrong = |_| Reject::Layout { message: format!("{key} is {text:?}, want a whole number") };
        text.trim().parse().map(Some).map_err(wrong)
    }

    /// The grid that the picture shows.
    pub(super) fn tile(&self, options: &GridOptions) -> Result<NewTile, Reject> {
        let side = |key, set: Option<usize>| -> Result<usize, Reject> {
            self.number(key)?.or(set).ok_or_else(|| Reject::Layout { message: format!("{key} is missing") })
        };
        let mut layout = Layout::new(side("#rows", options.rows)?, side("#cols", options.cols)?);
        let cell = self.number("#cell_width")?.zip(self.number("#cell_height")?);
        if let Some((width, height)) = cell {
            layout = layout.cell_size(width, height).gap(self.number("#gap")?.unwrap_or(0));
        }
        let listed = self.get(options.cells.as_deref().unwrap_or("#subjects")).unwrap_or_default();
        let ids = list(&listed);
        let padding = self.get("#padding").unwrap_or_default();
        let wrong =
            |_| Reject::Layout { message: format!("#padding is {padding:?}, want cells such as 34;35") };
        let padding: Vec<usize> =
            list(&padding).iter().map(|cell| cell.parse()).collect::<Result<_, _>>().map_err(wrong)?;
        if let Some(checksum) = self.get("#checksum") {
            let value = |key: &str| self.get(key).unwrap_or_default();
            if *checksum != manifest::checksum(value) {
                return Err(Reject::Checksum { subject: self.id.to_owned() });
            }
        }
        let cluster = self.number("#cluster").unwrap_or(None).unwrap_or(0);
        NewTile { layout, is_sized: cell.is_some(), cluster, ids, padding }.check()
    }
}

impl NewTile {
    /// Whether it makes a tile.
    pub(super) fn check(self) -> Result<Self, Reject> {
        let want = self.layout.n_cells();
        if self.ids.len() != want {
            return Err(Reject::Cells { got: self.ids.len(), want });
        }
        let mut first = BTreeMap::new();
        let images: Vec<usize> =
            self.ids.iter().enumerate().map(|(cell, id)| *first.entry(id).or_insert(cell)).collect();
        match self.tile(images) {
            Ok(_) => Ok(self),
            Err(error) => Err(Reject::Layout { message: error.to_string() }),
        }
    }

    /// The tile, its images numbered.
    pub(super) fn tile(&self, images: Vec<usize>) -> manyhands_grid::Result<Tile> {
        Tile::new(self.layout, self.cluster, images)?.with_padding(&self.padding)
    }
}

/// The entries of a list: `[1, 2]`, `["a", "b"]`, `1;2`, `1,2` or `1 2`.
pub(crate) fn list(text: &str) -> Vec<String> {
    let is_edge =
        |letter: char| matches!(letter, ';' | ',' | '[' | ']' | '"' | '\'') || letter.is_whitespace();
    text.split(is_edge).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}
