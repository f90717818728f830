//! What grids cost: the clicks of volunteers, and how many fewer they are than one image at a time.

use std::{
    iter::Sum,
    ops::{Add, AddAssign},
};

use crate::{Answer, Result, Tile};

/// Clicks for one image in the standard interface: its label and "done" (Muon Hunters 2.0, section 4).
pub(crate) const CLICKS_PER_SINGLE_IMAGE: usize = 2;

/// Clicks for a grid besides the highlighted cells: the first question and "done" (Muon Hunters 2.0, section 4).
pub(crate) const CLICKS_PER_GRID: usize = 2;

/// Clicks counted over grids. Counts of several grids add up with `+` and `sum`.
///
/// Published figures count in three ways, which have one name each here: highlighted images
/// ([`minority_clicks`](Self::minority_clicks)), these with the two clicks that every grid costs besides
/// ([`total_clicks`](Self::total_clicks)), and what highlighting the padding costs on top
/// ([`padding_clicks`](Self::padding_clicks)).
///
/// ```
/// use manyhands_grid::{Clicks, Layout, Tiler};
///
/// let truth: Vec<bool> = (0..72).map(|image| image % 6 == 0).collect(); // 12 positives of 72
/// let tiles = Tiler::new(Layout::square(6)).tile(&vec![0; 72])?;
/// let clicks = Clicks::truthful(&tiles, &truth)?;
/// assert_eq!(clicks.n_grids(), 2);
/// assert_eq!(clicks.minority_clicks(), 12);
/// assert_eq!(clicks.total_clicks(), 12 + 2 * 2);
/// assert_eq!(clicks.efficiency(), Some(2.0 * 72.0 / 16.0));
/// # Ok::<(), manyhands_grid::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Clicks {
    n_images: usize,
    n_grids: usize,
    minority_clicks: usize,
    padding_clicks: usize,
}

impl Clicks {
    /// Clicks that were counted elsewhere: distinct images asked about, grids, highlighted images, and highlighted
    /// padding on top of these.
    pub fn new(n_images: usize, n_grids: usize, minority_clicks: usize, padding_clicks: usize) -> Self {
        Self { n_images, n_grids, minority_clicks, padding_clicks }
    }

    /// The clicks of one answer about one tile. Cells that came with an unanimous choice count no click.
    ///
    /// # Errors
    /// [`Error::CellOutOfRange`](crate::Error::CellOutOfRange) when the answer highlights a cell that the tile does
    /// not have.
    pub fn of(tile: &Tile, answer: &Answer) -> Result<Self> {
        tile.layout().check_cells(answer.highlighted())?;
        let cells = if answer.choice().is_unanimous() { &[] } else { answer.highlighted() };
        let padding_clicks = cells.iter().filter(|&&cell| tile.is_padding(cell)).count();
        Ok(Self::new(tile.n_distinct(), 1, cells.len() - padding_clicks, padding_clicks))
    }

    /// The clicks of a volunteer who makes no mistake ([`Answer::truthful`]) on every tile once.
    ///
    /// # Errors
    /// [`Error::NoTruth`](crate::Error::NoTruth) when a tile shows an image that `truth` does not have.
    pub fn truthful(tiles: &[Tile], truth: &[bool]) -> Result<Self> {
        tiles.iter().map(|tile| Self::of(tile, &Answer::truthful(tile, truth)?)).sum()
    }

    /// Distinct images asked about, each counted once a grid.
    pub fn n_images(&self) -> usize {
        self.n_images
    }

    /// Grids answered.
    pub fn n_grids(&self) -> usize {
        self.n_grids
    }

    /// Highlighted cells that are not padding: one click for every distinct image of a grid's minority. The column
    /// "clicks" of Table 1 of Muon Hunters 2.0 is this for its models.
    pub fn minority_clicks(&self) -> usize {
        self.minority_clicks
    }

    /// Highlighted cells that are padding: what volunteers click on top who cannot know which cells only fill the grid.
    pub fn padding_clicks(&self) -> usize {
        self.padding_clicks
    }

    /// [`minority_clicks`](Self::minority_clicks) and two for every grid: its first question and "done".
    pub fn total_clicks(&self) -> usize {
        self.minority_clicks + CLICKS_PER_GRID * self.n_grids
    }

    /// How many times fewer clicks the grids cost than one image at a time:
    /// `ε = 2·n_images / total_clicks` (section 4 of Muon Hunters 2.0). `None` without grids.
    ///
    /// Where full grids of N cells have a mean minority of f·N images, `ε = 2N / (2 + f·N)`: N for grids of one class
    /// and never less than `4N / (4 + N)`.
    pub fn efficiency(&self) -> Option<f64> {
        self.ratio(self.total_clicks())
    }

    /// [`efficiency`](Self::efficiency) with the clicks on padding: `2·n_images / (total_clicks + padding_clicks)`.
    pub fn efficiency_with_padding(&self) -> Option<f64> {
        self.ratio(self.total_clicks() + self.padding_clicks)
    }

    /// `2·n_images / minority_clicks`: what a comparison gives that counts the highlighted images only. `None` when
    /// nothing is highlighted.
    pub fn efficiency_without_overhead(&self) -> Option<f64> {
        self.ratio(self.minority_clicks)
    }

    fn ratio(&self, n_clicks: usize) -> Option<f64> {
        (n_clicks > 0).then(|| (CLICKS_PER_SINGLE_IMAGE * self.n_images) as f64 / n_clicks as f64)
    }
}

impl Add for Clicks {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            n_images: self.n_images + other.n_images,
            n_grids: self.n_grids + other.n_grids,
            minority_clicks: self.minority_clicks + other.minority_clicks,
            padding_clicks: self.padding_clicks + other.padding_clicks,
        }
    }
}

impl AddAssign for Clicks {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Clicks {
    fn sum<I: Iterator<Item = Self>>(clicks: I) -> Self {
        clicks.fold(Self::default(), Add::add)
    }
}
