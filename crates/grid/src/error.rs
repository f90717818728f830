//! What can be wrong with a layout, a clustering, an answer or a drawing.

#[cfg(feature = "image")]
use std::{io, path::PathBuf};

/// Everything that this crate refuses, with the field, what it got and what it wants.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A layout has no rows, no columns or cells without area.
    #[error("layout.{field} is 0, want at least 1")]
    ZeroLayout {
        /// `rows`, `cols`, `cell_width` or `cell_height`.
        field: &'static str,
    },
    /// A layout is wider or higher than `u32::MAX` pixels, or has more than `u32::MAX` cells.
    #[error(
        "layout of {rows} x {cols} cells is too large, want at most {} cells and pixels a side",
        u32::MAX
    )]
    LayoutTooLarge {
        /// Rows asked for.
        rows: usize,
        /// Columns asked for.
        cols: usize,
    },
    /// There is no image to tile.
    #[error("clusters has no image to tile, want at least 1")]
    NoImages,
    /// A row to tile does not exist.
    #[error("rows asks for image {row}, but clusters has {n_images} images")]
    RowOutOfRange {
        /// The row asked for.
        row: usize,
        /// How many images the clustering has.
        n_images: usize,
    },
    /// A row to tile is listed more than once, so its image would come to lie in two tiles.
    #[error("rows lists image {row} more than once, want every image at most once")]
    RowTwice {
        /// The repeated row.
        row: usize,
    },
    /// A tile was given more or fewer images than its layout has cells.
    #[error("images has {got} cells, but the layout has {want}")]
    CellCount {
        /// Images given.
        got: usize,
        /// Cells of the layout.
        want: usize,
    },
    /// A cell does not lie in the layout.
    #[error("cell {cell} is outside the layout of {n_cells} cells (0 to {})", n_cells.saturating_sub(1))]
    CellOutOfRange {
        /// The cell named.
        cell: usize,
        /// Cells of the layout.
        n_cells: usize,
    },
    /// Every cell of a tile was called padding, so the tile asks about no image.
    #[error("padding covers all {n_cells} cells of the tile, want at least one image of its own")]
    AllPadding {
        /// Cells of the layout.
        n_cells: usize,
    },
    /// The truth of an image in a tile is not given.
    #[error("truth has {n_truth} images, but the tile shows image {image}")]
    NoTruth {
        /// The image shown.
        image: usize,
        /// Length of the truth.
        n_truth: usize,
    },
    /// Tiles cannot retire before anyone has answered.
    #[error("n_answers is 0, want at least 1 answer before a tile retires")]
    ZeroAnswers,
    /// A raster has no pixels or no values.
    #[error("raster {field} is 0, want at least 1")]
    ZeroRaster {
        /// `height`, `width`, `cell_width`, `cell_height` or `positions`.
        field: &'static str,
    },
    /// A raster counts more pixels or values than 32 bits can number.
    #[error("raster {field} is {got}, want at most {}", u32::MAX)]
    RasterTooLarge {
        /// `height x width`, `cell_width x cell_height` or `positions`.
        field: &'static str,
        /// The count.
        got: u64,
    },
    /// A radius of camera pixels is not a positive number.
    #[error("raster radius is {got}, want a finite number above 0")]
    Radius {
        /// The radius given.
        got: f64,
    },
    /// A camera pixel has a position that is not a finite number.
    #[error("raster position {index} is ({x}, {y}), want finite numbers")]
    Position {
        /// Index of the camera pixel.
        index: usize,
        /// Its x.
        x: f64,
        /// Its y.
        y: f64,
    },
    /// An image has no probability.
    #[error("probabilities has {n_probabilities} entries, but the tile shows image {image}")]
    NoProbability {
        /// The image shown.
        image: usize,
        /// Entries given.
        n_probabilities: usize,
    },
    /// The probability of an image is none.
    #[error("probabilities[{image}] is {value}, want a number from 0 to 1")]
    Probability {
        /// The image.
        image: usize,
        /// What it was.
        value: f64,
    },
    /// The scores do not fit the images.
    #[error("scores has {got} entries for {n_images} images")]
    ScoreCount {
        /// Entries given.
        got: usize,
        /// Images given.
        n_images: usize,
    },
    /// The score of an image is no number.
    #[error("scores[{image}] is not a number")]
    ScoreNan {
        /// The first such image.
        image: usize,
    },
    /// A raster draws cells of another size than the layout has.
    #[cfg(feature = "image")]
    #[error("raster draws cells of {} x {} px, but the layout has {} x {} px", got.0, got.1, want.0, want.1)]
    CellSize {
        /// Width and height that the raster draws.
        got: (u32, u32),
        /// Width and height of the layout's cells.
        want: (u32, u32),
    },
    /// The images have more or fewer values a row than the raster shows.
    #[cfg(feature = "image")]
    #[error("images has {got} values a row, but the raster shows {want}")]
    ValueCount {
        /// Columns of the images.
        got: usize,
        /// Values of the raster.
        want: usize,
    },
    /// A tile shows an image that the array of images does not have.
    #[cfg(feature = "image")]
    #[error("images has {n_images} rows, but the tile shows image {image}")]
    NoImage {
        /// The image shown.
        image: usize,
        /// Rows of the array.
        n_images: usize,
    },
    /// A fixed contrast is not a range.
    #[cfg(feature = "image")]
    #[error("contrast is the range {low} to {high}, want two finite numbers with the lower one first")]
    Contrast {
        /// Value drawn with the first colour of the palette.
        low: f32,
        /// Value drawn with the last colour of the palette.
        high: f32,
    },
    /// A picture could not be encoded: it has too many pixels for a PNG.
    #[cfg(feature = "image")]
    #[error("montage of {width} x {height} px could not be encoded as PNG")]
    Encode {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// A picture could not be written.
    #[cfg(feature = "image")]
    #[error("could not write {}: {kind}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        kind: io::ErrorKind,
    },
}

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
