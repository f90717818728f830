//! A layout: rows and columns of cells, and the way between a pixel of the picture and a cell.

use crate::{Error, Result};

/// Pixels that a cell is wide and high when [`Layout::cell_size`] is not used (ours: a 6 × 6 grid is then 600 pixels
/// wide, which a volunteer's browser shows without scrolling).
const CELL_SIZE: u32 = 100;

/// Rows × columns of equal cells in a picture, numbered row by row from 0 at the top left.
///
/// Cells are 100 × 100 pixels until [`cell_size`](Self::cell_size) says otherwise and touch each other until
/// [`gap`](Self::gap) does. The gap lies between cells only, not around them. Muon Hunters 2.0 showed 10 × 10
/// cells in its beta test and 6 × 6 later.
///
/// A layout is a value and is checked where it is used: a layout without cells is an [`Error::ZeroLayout`] from
/// [`Tiler::tile`](crate::Tiler::tile) and from [`Tile::new`](crate::Tile::new), and it contains no pixel.
///
/// ```
/// use manyhands_grid::Layout;
///
/// let layout = Layout::square(6).cell_size(80, 60).gap(4);
/// assert_eq!(layout.n_cells(), 36);
/// assert_eq!(layout.size(), (6 * 80 + 5 * 4, 6 * 60 + 5 * 4));
/// assert_eq!(layout.cell_at(84.0, 0.5), Some(1));
/// assert_eq!(layout.cell_at(82.0, 0.5), None); // in the gap
/// assert_eq!(layout.cell_at(-1.0, 0.5), None); // outside
/// assert_eq!(layout.cell_box(7), Some((84, 64, 80, 60)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Layout {
    rows: usize,
    cols: usize,
    cell_width: u32,
    cell_height: u32,
    gap: u32,
}

impl Layout {
    /// `rows` × `cols` cells.
    pub fn new(rows: usize, cols: usize) -> Self {
        Self { rows, cols, cell_width: CELL_SIZE, cell_height: CELL_SIZE, gap: 0 }
    }

    /// `n` × `n` cells.
    pub fn square(n: usize) -> Self {
        Self::new(n, n)
    }

    /// Width and height of a cell in pixels. Default 100 × 100.
    #[must_use]
    pub fn cell_size(mut self, width_px: u32, height_px: u32) -> Self {
        self.cell_width = width_px;
        self.cell_height = height_px;
        self
    }

    /// Pixels between neighbouring cells; a click there belongs to no cell. Default 0.
    #[must_use]
    pub fn gap(mut self, px: u32) -> Self {
        self.gap = px;
        self
    }

    /// Rows of cells.
    pub fn rows(self) -> usize {
        self.rows
    }

    /// Columns of cells.
    pub fn cols(self) -> usize {
        self.cols
    }

    /// Rows × columns: how many images the grid shows.
    pub fn n_cells(self) -> usize {
        self.rows.saturating_mul(self.cols)
    }

    /// Width and height of one cell in pixels.
    pub fn cell_dimensions(self) -> (u32, u32) {
        (self.cell_width, self.cell_height)
    }

    /// Width and height of the whole picture in pixels, gaps included. At most `u32::MAX`: a larger layout is
    /// refused where it is used.
    pub fn size(self) -> (u32, u32) {
        let clamp = |px: u64| u32::try_from(px).unwrap_or(u32::MAX);
        (clamp(self.side(self.cols, self.cell_width)), clamp(self.side(self.rows, self.cell_height)))
    }

    /// The cell that shows the point `(x, y)` of the picture, in pixels of the picture at its natural size: x to
    /// the right, y down, the origin at the outer corner of cell 0. A cell contains its upper and left edge and not
    /// its lower and right one. `None` outside the picture (negative offsets too), in a gap and for a NaN.
    pub fn cell_at(self, x: f64, y: f64) -> Option<usize> {
        let col = self.index(x, self.cols, self.cell_width)?;
        let row = self.index(y, self.rows, self.cell_height)?;
        row.checked_mul(self.cols)?.checked_add(col)
    }

    /// Left edge, upper edge, width and height of a cell in pixels; `None` for a cell that does not exist.
    pub fn cell_box(self, cell: usize) -> Option<(u32, u32, u32, u32)> {
        if cell >= self.n_cells() {
            return None;
        }
        let corner = |index: usize, cell_side: u32| {
            (index as u64).checked_mul(self.pitch(cell_side)).and_then(|px| u32::try_from(px).ok())
        };
        let x = corner(cell % self.cols, self.cell_width)?;
        let y = corner(cell / self.cols, self.cell_height)?;
        Some((x, y, self.cell_width, self.cell_height))
    }

    /// The one check of a layout, at the start of everything that uses it.
    pub(crate) fn check(self) -> Result<()> {
        let sides = [
            ("rows", self.rows as u64),
            ("cols", self.cols as u64),
            ("cell_width", self.cell_width.into()),
            ("cell_height", self.cell_height.into()),
        ];
        if let Some((field, _)) = sides.into_iter().find(|&(_, side)| side == 0) {
            return Err(Error::ZeroLayout { field });
        }
        let side = self.side(self.cols, self.cell_width).max(self.side(self.rows, self.cell_height));
        if side.max(self.n_cells() as u64) > u32::MAX.into() {
            return Err(Error::LayoutTooLarge { rows: self.rows, cols: self.cols });
        }
        Ok(())
    }

    /// An error for the first of `cells` that the layout does not have.
    pub(crate) fn check_cells(self, cells: &[usize]) -> Result<()> {
        let n_cells = self.n_cells();
        match cells.iter().find(|&&cell| cell >= n_cells) {
            Some(&cell) => Err(Error::CellOutOfRange { cell, n_cells }),
            None => Ok(()),
        }
    }

    /// From the edge of one cell to the same edge of the next.
    fn pitch(self, cell_side: u32) -> u64 {
        u64::from(cell_side) + u64::from(self.gap)
    }

    /// Length of `n` cells in a line with the gaps between them.
    fn side(self, n: usize, cell_side: u32) -> u64 {
        let n = n as u64;
        n.saturating_mul(cell_side.into()).saturating_add(n.saturating_sub(1).saturating_mul(self.gap.into()))
    }

    /// Column (or row) of an offset. All edges lie between pixels, so the whole pixel decides, in exact arithmetic.
    fn index(self, offset: f64, n: usize, cell_side: u32) -> Option<usize> {
        let side = self.side(n, cell_side);
        // False for NaN as well.
        if !(offset >= 0.0 && offset < side as f64) {
            return None;
        }
        let pixel = offset as u64;
        let pitch = self.pitch(cell_side);
        if pixel % pitch >= cell_side.into() {
            return None;
        }
        usize::try_from(pixel / pitch).ok().filter(|&index| index < n)
    }
}
