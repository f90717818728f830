//! A montage: the picture of a tile that a volunteer looks at.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicUsize, Ordering},
};

use ndarray::ArrayView2;
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError};

use crate::{Contrast, Error, Layout, Palette, Raster, Result, Tile};

/// Colour of gaps and of pixels without a value: dark, so that it does not dazzle, and bluish, so that no palette
/// starts with it.
const BACKGROUND: [u8; 3] = [26, 26, 38];

/// Colour of the frame around marked cells: it stands out from grey and from viridis.
const FRAME: [u8; 3] = [255, 64, 48];

/// A frame is this part of the cell's shorter side thick, and at least a pixel.
const FRAME_PART: u32 = 24;

/// The picture of a tile: every cell shows its image.
///
/// ```
/// use manyhands_grid::{Contrast, Layout, Montage, Palette, Raster, Tiler};
/// use ndarray::Array2;
///
/// let images = Array2::from_shape_fn((9, 64), |(image, pixel)| (image * pixel % 17) as f32);
/// let layout = Layout::square(3).cell_size(40, 40).gap(2);
/// let tiles = Tiler::new(layout).seed(7).tile(&[0; 9])?;
/// let raster = Raster::rectangular(8, 8, 40, 40)?;
/// let montage = Montage::of(&tiles[0], &raster, images.view(), Contrast::PerImage, Palette::Viridis)?.mark(&[4])?;
/// assert_eq!((montage.width(), montage.height()), layout.size());
/// let png: Vec<u8> = montage.to_png()?;
/// # assert!(png.starts_with(b"\x89PNG"));
/// # Ok::<(), manyhands_grid::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Montage {
    layout: Layout,
    width: u32,
    height: u32,
    rgb: Vec<u8>,
    /// Cells still to be dimmed by `dim_padding`.
    padding: Vec<usize>,
}

impl Montage {
    /// Draws a tile. Row `image` of `images` holds the values of an image, which `raster` lays out in a cell. A value
    /// that is not a number is drawn as background.
    ///
    /// # Errors
    /// [`Error::CellSize`] when the raster draws cells of another size than the tile's layout has, [`Error::ValueCount`]
    /// when it shows more or fewer values than a row has, [`Error::NoImage`] when the tile shows an image that `images`
    /// does not have, [`Error::Contrast`] for a range that is none.
    pub fn of(
        tile: &Tile,
        raster: &Raster,
        images: ArrayView2<'_, f32>,
        contrast: Contrast,
        palette: Palette,
    ) -> Result<Self> {
        let layout = tile.layout();
        check(tile, raster, &images, contrast)?;
        let (width, height) = layout.size();
        let n_pixels = width as usize * height as usize;
        let mut montage = Self {
            layout,
            width,
            height,
            rgb: BACKGROUND.repeat(n_pixels),
            padding: tile.padding().to_vec(),
        };
        let colours = palette.colours();
        let shown = tile.images().iter().flat_map(|&image| images.row(image));
        let tile_range = contrast.range(shown.copied());
        for (cell, &image) in tile.images().iter().enumerate() {
            let row = images.row(image);
            let range = tile_range.unwrap_or_else(|| Contrast::extent(row.iter().copied()));
            let mut values = raster.values();
            montage.paint(cell, |pixel, _, _| {
                // The raster has as many pixels as the cell, in the same order.
                let value = values.next().flatten().map(|value| row[value]);
                if let Some(value) = value.filter(|value| !value.is_nan()) {
                    *pixel = colours[usize::from(range.level(value))];
                }
            });
        }
        Ok(montage)
    }

    /// Draws a frame inside of some cells: those that an answer highlights, for example.
    ///
    /// # Errors
    /// [`Error::CellOutOfRange`] for a cell that the layout does not have.
    pub fn mark(mut self, cells: &[usize]) -> Result<Self> {
        self.layout.check_cells(cells)?;
        let (width, height) = self.layout.cell_dimensions();
        let thick = (width.min(height) / FRAME_PART).max(1);
        for &cell in cells {
            self.paint(cell, |pixel, x, y| {
                if x.min(width - 1 - x) < thick || y.min(height - 1 - y) < thick {
                    *pixel = FRAME;
                }
            });
        }
        Ok(self)
    }

    /// Fades the cells that are padding half into the background. Doing so again changes nothing.
    #[must_use]
    pub fn dim_padding(mut self) -> Self {
        for cell in std::mem::take(&mut self.padding) {
            self.paint(cell, |pixel, _, _| {
                for (colour, background) in pixel.iter_mut().zip(BACKGROUND) {
                    *colour = colour.midpoint(background);
                }
            });
        }
        self
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Red, green and blue of every pixel, row by row from the upper left.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// The picture as the bytes of a PNG file.
    ///
    /// # Errors
    /// [`Error::Encode`] when the picture is too large for the format.
    pub fn to_png(&self) -> Result<Vec<u8>> {
        self.encoded().map_err(|_| Error::Encode { width: self.width, height: self.height })
    }

    fn encoded(&self) -> Result<Vec<u8>, EncodingError> {
        let mut png = Vec::new();
        let mut encoder = Encoder::new(&mut png, self.width, self.height);
        encoder.set_color(ColorType::Rgb);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::Fast);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.rgb)?;
        writer.finish()?;
        Ok(png)
    }

    /// Writes the picture to a PNG file: first to a temporary file beside it, which is then renamed, so that nobody
    /// reads half a picture.
    ///
    /// # Errors
    /// [`Error::Encode`] as [`to_png`](Self::to_png), [`Error::Write`] when the system refuses.
    pub fn write_png(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let png = self.to_png()?;
        replace_file(path, &png)
            .map_err(|error| Error::Write { path: path.to_path_buf(), kind: error.kind() })
    }

    /// Hands every pixel of a cell, row by row, to `draw` with its place in the cell.
    fn paint(&mut self, cell: usize, mut draw: impl FnMut(&mut [u8; 3], u32, u32)) {
        let Some((left, top, width, height)) = self.layout.cell_box(cell) else { return };
        let (pixels, _) = self.rgb.as_chunks_mut::<3>();
        for y in 0..height {
            let start = (top + y) as usize * self.width as usize + left as usize;
            for (x, pixel) in (0..width).zip(&mut pixels[start..]) {
                draw(pixel, x, y);
            }
        }
    }
}

fn check(tile: &Tile, raster: &Raster, images: &ArrayView2<'_, f32>, contrast: Contrast) -> Result<()> {
    let layout = tile.layout();
    let (width, height) = layout.size();
    if (u64::from(width) * u64::from(height)).checked_mul(3).is_none_or(|n_bytes| n_bytes > isize::MAX as u64)
    {
        return Err(Error::LayoutTooLarge { rows: layout.rows(), cols: layout.cols() });
    }
    if raster.cell_dimensions() != layout.cell_dimensions() {
        return Err(Error::CellSize { got: raster.cell_dimensions(), want: layout.cell_dimensions() });
    }
    if raster.n_values() != images.ncols() {
        return Err(Error::ValueCount { got: images.ncols(), want: raster.n_values() });
    }
    if let Some(&image) = tile.images().iter().find(|&&image| image >= images.nrows()) {
        return Err(Error::NoImage { image, n_images: images.nrows() });
    }
    contrast.check()
}

/// Writes a file so that its path holds the old bytes or the new ones, never a part.
fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    static N_WRITTEN: AtomicUsize = AtomicUsize::new(0);
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    let serial = N_WRITTEN.fetch_add(1, Ordering::Relaxed);
    let temporary: PathBuf = path.with_file_name(format!(".{name}.{}.{serial}.tmp", process::id()));
    let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first failure is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    written
}
