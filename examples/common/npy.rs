//! A `.npy` file of images, a chunk at a time: for more images than fit into memory.

use anyhow::{Context, Result, bail, ensure};
use ndarray::Array2;
use npyz::{DType, NpyHeader, Order};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Most images in a chunk: enough to keep all cores busy, and not so many that memory is asked of the system anew for each.
const ROWS: usize = 8192;
/// Most bytes in a chunk of large images, as f32.
const BYTES: usize = 32 << 20;

/// Images × pixels (or images × height × width) of f32, f64 or u8, in C order; an iterator over chunks of rows.
#[derive(Debug)]
pub struct NpyChunks {
    file: File,
    path: PathBuf,
    kind: Kind,
    n_images: usize,
    n_pixels: usize,
    n_left: usize,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    F32,
    F64,
    U8,
}

impl NpyChunks {
    /// Reads the header of `path`.
    ///
    /// # Errors
    ///
    /// When the file is missing, no `.npy`, or holds something else.
    pub fn open(path: &Path) -> Result<Self> {
        let mut file = File::open(path).with_context(|| path.display().to_string())?;
        let header = NpyHeader::from_reader(&mut file)
            .with_context(|| format!("{}: is no npy file", path.display()))?;
        let wants = "wants images × pixels or images × height × width of f32, f64 or u8, in C order";
        let kind = match header.dtype() {
            DType::Plain(kind) => match kind.to_string().as_str() {
                "<f4" => Kind::F32,
                "<f8" => Kind::F64,
                "|u1" => Kind::U8,
                other => bail!("{}: holds {other}, {wants}", path.display()),
            },
            _ => bail!("{}: holds records, {wants}", path.display()),
        };
        let sizes =
            header.shape().iter().map(|&size| usize::try_from(size)).collect::<Result<Vec<_>, _>>()?;
        ensure!(
            matches!(sizes.len(), 2 | 3) && header.order() == Order::C,
            "{}: has the shape {sizes:?} in {:?} order, {wants}",
            path.display(),
            header.order()
        );
        let (n_images, n_pixels) = (sizes[0], sizes[1..].iter().product());
        Ok(Self {
            file,
            path: path.to_owned(),
            kind,
            n_images,
            n_pixels,
            n_left: n_images,
            bytes: Vec::new(),
        })
    }

    /// Images in the file.
    #[must_use]
    pub fn n_images(&self) -> usize {
        self.n_images
    }

    /// The next chunk.
    fn read(&mut self) -> Result<Array2<f32>> {
        let n_rows = (BYTES / (4 * self.n_pixels.max(1))).clamp(1, ROWS.min(self.n_left));
        let n = n_rows * self.n_pixels;
        self.n_left -= n_rows;
        let width = match self.kind {
            Kind::F32 => 4,
            Kind::F64 => 8,
            Kind::U8 => 1,
        };
        self.bytes.resize(n * width, 0);
        self.file
            .read_exact(&mut self.bytes)
            .with_context(|| format!("{}: is shorter than its header says", self.path.display()))?;
        let values = match self.kind {
            Kind::F32 => self.bytes.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect(),
            Kind::F64 => {
                self.bytes.as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes) as f32).collect()
            }
            Kind::U8 => self.bytes.iter().map(|&byte| f32::from(byte)).collect(),
        };
        Ok(Array2::from_shape_vec((n_rows, self.n_pixels), values)?)
    }
}

impl Iterator for NpyChunks {
    type Item = Result<Array2<f32>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.n_left == 0 {
            return None;
        }
        let chunk = self.read();
        if chunk.is_err() {
            self.n_left = 0;
        }
        Some(chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::NpyChunks;
    use ndarray::{Array2, Array3, Axis, concatenate};

    fn whole(chunks: NpyChunks) -> Array2<f32> {
        let parts: Vec<_> = chunks.map(Result::unwrap).collect();
        let views: Vec<_> = parts.iter().map(Array2::view).collect();
        concatenate(Axis(0), &views).unwrap()
    }

    #[test]
    fn chunks_make_up_the_file_whatever_its_values() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("images.npy");
        // 2 MB an image: the third chunk is not full.
        let wants = Array2::from_shape_fn((40, 1 << 19), |(i, j)| ((i * 31 + j) % 251) as f32);
        ndarray_npy::write_npy(&path, &wants).unwrap();
        let chunks = NpyChunks::open(&path).unwrap();
        assert_eq!(chunks.n_images(), 40);
        let heights: Vec<_> = NpyChunks::open(&path).unwrap().map(|chunk| chunk.unwrap().nrows()).collect();
        assert_eq!(heights, [16, 16, 8]);
        assert!(whole(chunks) == wants);

        let small = Array3::from_shape_fn((5, 2, 3), |(i, j, k)| (100 * i + 10 * j + k) as f64);
        ndarray_npy::write_npy(&path, &small).unwrap();
        let flat = small.mapv(|value| value as f32).into_shape_with_order((5, 6)).unwrap();
        assert!(whole(NpyChunks::open(&path).unwrap()) == flat);
        ndarray_npy::write_npy(&path, &small.mapv(|value| (value % 200.0) as u8)).unwrap();
        assert!(whole(NpyChunks::open(&path).unwrap()) == flat.mapv(|value| value % 200.0));
    }

    #[test]
    fn files_of_another_kind_and_short_ones_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("images.npy");
        let said = |wants: &str| {
            let message = format!("{:#}", NpyChunks::open(&path).unwrap_err());
            assert!(message.contains(wants), "{message}");
        };
        said("images.npy");
        std::fs::write(&path, "text").unwrap();
        said("is no npy file");
        ndarray_npy::write_npy(&path, &Array2::<i64>::zeros((2, 3))).unwrap();
        said("holds <i8, wants images");
        ndarray_npy::write_npy(&path, &ndarray::Array1::<f32>::zeros(3)).unwrap();
        said("has the shape [3]");
        ndarray_npy::write_npy(&path, &Array2::<f32>::zeros((3, 2)).reversed_axes()).unwrap();
        said("in Fortran order");

        ndarray_npy::write_npy(&path, &Array2::<f32>::zeros((3, 2))).unwrap();
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(file.metadata().unwrap().len() - 1).unwrap();
        let mut chunks = NpyChunks::open(&path).unwrap();
        let message = chunks.next().unwrap().unwrap_err().to_string();
        assert!(message.contains("is shorter than its header says"), "{message}");
        assert!(chunks.next().is_none());
    }
}
