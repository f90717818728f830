//! A tile: the images of one cluster that a volunteer sees in one grid.

use std::collections::BTreeSet;

use crate::{Error, Layout, Result};

/// One grid of images from one cluster, cell by cell.
///
/// A cell is **padding** when it only fills the grid: it repeats an image that this tile, or another tile of the same
/// cluster, asks about. The other cells hold the tile's own images, each once. Only own images get a label from an
/// answer ([`Answer::labels`](crate::Answer::labels)), so an image is labelled through exactly one tile.
///
/// ```
/// use manyhands_grid::{Layout, Tile};
///
/// let tile = Tile::new(Layout::new(1, 4), 3, vec![10, 11, 12, 11])?;
/// assert_eq!(tile.cluster(), 3);
/// assert_eq!(tile.n_distinct(), 3);
/// assert!(tile.is_padding(3)); // shows image 11 again
/// # Ok::<(), manyhands_grid::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Record"))]
pub struct Tile {
    layout: Layout,
    cluster: usize,
    images: Vec<usize>,
    /// Cells that repeat an image, ascending.
    padding: Vec<usize>,
}

impl Tile {
    /// A tile that shows `images[cell]` in every cell. Of the cells that show the same image, all but the first are
    /// padding.
    ///
    /// # Errors
    /// [`Error::ZeroLayout`] and [`Error::LayoutTooLarge`] for the layout, [`Error::CellCount`] when there are more or
    /// fewer images than cells.
    pub fn new(layout: Layout, cluster: usize, images: Vec<usize>) -> Result<Self> {
        layout.check()?;
        if images.len() != layout.n_cells() {
            return Err(Error::CellCount { got: images.len(), want: layout.n_cells() });
        }
        let mut order: Vec<usize> = (0..images.len()).collect();
        order.sort_unstable_by_key(|&cell| (images[cell], cell));
        let mut padding: Vec<usize> =
            order.windows(2).filter(|pair| images[pair[0]] == images[pair[1]]).map(|pair| pair[1]).collect();
        padding.sort_unstable();
        Ok(Self { layout, cluster, images, padding })
    }

    /// Calls further cells padding: those that show an image which another tile asks about.
    ///
    /// # Errors
    /// [`Error::CellOutOfRange`] for a cell that the layout does not have, [`Error::AllPadding`] when no cell is left.
    pub fn with_padding(mut self, cells: &[usize]) -> Result<Self> {
        self.layout.check_cells(cells)?;
        let padding: BTreeSet<usize> = self.padding.iter().chain(cells).copied().collect();
        if padding.len() == self.images.len() {
            return Err(Error::AllPadding { n_cells: self.images.len() });
        }
        self.padding = padding.into_iter().collect();
        Ok(self)
    }

    /// The cluster that every image of the tile belongs to.
    pub fn cluster(&self) -> usize {
        self.cluster
    }

    /// The image shown in every cell, padding included: indices of the rows that were tiled.
    pub fn images(&self) -> &[usize] {
        &self.images
    }

    /// How many images the tile asks about: cells that are not padding.
    pub fn n_distinct(&self) -> usize {
        self.images.len() - self.padding.len()
    }

    /// The tile's own images, in the order of their cells: those that get a label from an answer.
    pub fn own_images(&self) -> impl Iterator<Item = usize> + '_ {
        self.own_cells().map(|(_, image)| image)
    }

    /// Whether a cell only fills the grid. A cell that does not exist is no padding.
    pub fn is_padding(&self, cell: usize) -> bool {
        self.padding.binary_search(&cell).is_ok()
    }

    /// The cells that only fill the grid, ascending.
    pub fn padding(&self) -> &[usize] {
        &self.padding
    }

    /// Rows, columns and cell size of the grid.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// `(cell, image)` of the cells that are not padding.
    pub(crate) fn own_cells(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.images.iter().copied().enumerate().filter(|&(cell, _)| !self.is_padding(cell))
    }
}

/// What a saved tile holds, before it is checked.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Record {
    layout: Layout,
    cluster: usize,
    images: Vec<usize>,
    padding: Vec<usize>,
}

#[cfg(feature = "serde")]
impl TryFrom<Record> for Tile {
    type Error = Error;

    fn try_from(record: Record) -> Result<Self> {
        Self::new(record.layout, record.cluster, record.images)?.with_padding(&record.padding)
    }
}
