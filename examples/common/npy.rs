//! An `.npy` file of images: whole, or a chunk at a time where there are more than fit into memory.

use anyhow::{Context, Result, bail, ensure};
use ndarray::{Array2, Array3, ShapeBuilder};
use npyz::{DType, NpyHeader, Order};
use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

/// Most images in a chunk: enough to keep all cores busy, and not so many that memory is asked of the system anew for each.
const ROWS: usize = 8192;
/// Most bytes in a chunk of large images, as f32.
const BYTES: usize = 32 << 20;

const WANTS: &str = "wants images × pixels or images × height × width of whole numbers, f32 or f64";

/// Does `path` begin as every `.npy` file does, whatever its name?
///
/// # Errors
///
/// When it cannot be read.
pub fn is_npy(path: &Path) -> Result<bool> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    let mut magic = Vec::new();
    file.take(6).read_to_end(&mut magic).with_context(|| path.display().to_string())?;
    Ok(magic == b"\x93NUMPY")
}

/// Images × pixels, or images × height × width, of numbers of any width.
#[derive(Debug)]
pub struct NpyImages {
    file: File,
    path: PathBuf,
    kind: Kind,
    order: Order,
    n_images: usize,
    n_pixels: usize,
    shape: Option<(usize, usize)>,
    /// What was last read.
    bytes: Vec<u8>,
}

/// How the values of a file become f32.
#[derive(Clone, Copy, Debug)]
struct Kind {
    /// Bytes of a value.
    width: usize,
    decode: fn(&[u8]) -> Vec<f32>,
}

impl Kind {
    /// By the name that numpy gives a type.
    fn of(name: &str) -> Option<Self> {
        macro_rules! kind {
            ($number:ty, $from:ident) => {
                Self {
                    width: size_of::<$number>(),
                    decode: |bytes| bytes.as_chunks().0.iter().map(|&b| <$number>::$from(b) as f32).collect(),
                }
            };
        }
        Some(match name {
            "|u1" | "|b1" => kind!(u8, from_le_bytes),
            "|i1" => kind!(i8, from_le_bytes),
            "<u2" => kind!(u16, from_le_bytes),
            ">u2" => kind!(u16, from_be_bytes),
            "<i2" => kind!(i16, from_le_bytes),
            ">i2" => kind!(i16, from_be_bytes),
            "<u4" => kind!(u32, from_le_bytes),
            ">u4" => kind!(u32, from_be_bytes),
            "<i4" => kind!(i32, from_le_bytes),
            ">i4" => kind!(i32, from_be_bytes),
            "<u8" => kind!(u64, from_le_bytes),
            ">u8" => kind!(u64, from_be_bytes),
            "<i8" => kind!(i64, from_le_bytes),
            ">i8" => kind!(i64, from_be_bytes),
            "<f4" => kind!(f32, from_le_bytes),
            ">f4" => kind!(f32, from_be_bytes),
            "<f8" => kind!(f64, from_le_bytes),
            ">f8" => kind!(f64, from_be_bytes),
            _ => return None,
        })
    }
}

impl NpyImages {
    /// Reads the header of `path`.
    ///
    /// # Errors
    ///
    /// When the file is missing, no `.npy`, holds something else, or is shorter or longer than its header says.
    pub fn open(path: &Path) -> Result<Self> {
        let place = path.display();
        let mut file = File::open(path).with_context(|| place.to_string())?;
        let header = NpyHeader::from_reader(&mut file).with_context(|| format!("{place}: is no npy file"))?;
        let name = match header.dtype() {
            DType::Plain(kind) => kind.to_string(),
            _ => bail!("{place}: holds records, {WANTS}"),
        };
        let kind = Kind::of(&name).with_context(|| format!("{place}: holds {name}, {WANTS}"))?;
        let sizes =
            header.shape().iter().map(|&size| usize::try_from(size)).collect::<Result<Vec<_>, _>>()?;
        let (n_images, n_pixels, shape) = match sizes[..] {
            [n_images, n_pixels] => (n_images, Some(n_pixels), None),
            [n_images, height, width] => (n_images, height.checked_mul(width), Some((height, width))),
            _ => bail!("{place}: has {} dimensions, {WANTS}", sizes.len()),
        };
        let n_pixels = n_pixels.filter(|&n_pixels| n_pixels > 0);
        let n_pixels = n_pixels.with_context(|| format!("{place}: has the shape {sizes:?}, {WANTS}"))?;
        let n_bytes = file.metadata()?.len().saturating_sub(file.stream_position()?);
        let n_wanted = [n_images, n_pixels, kind.width]
            .iter()
            .try_fold(1, |product: u64, &n| product.checked_mul(n as u64));
        ensure!(
            n_wanted == Some(n_bytes),
            "{place}: has {n_bytes} bytes of data, its header says {sizes:?} of {} bytes",
            kind.width
        );
        let order = header.order();
        Ok(Self { file, path: path.to_owned(), kind, order, n_images, n_pixels, shape, bytes: Vec::new() })
    }

    /// Images in the file.
    #[must_use]
    pub fn n_images(&self) -> usize {
        self.n_images
    }

    /// Height and width, where the file has them.
    #[must_use]
    pub fn shape(&self) -> Option<(usize, usize)> {
        self.shape
    }

    /// Are the pixels of an image side by side? In Fortran's order the first pixels of all images are, and only the whole file can be read.
    #[must_use]
    pub fn is_by_image(&self) -> bool {
        self.order == Order::C
    }

    /// All images, as rows.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn read(mut self) -> Result<Array2<f32>> {
        let n = self.n_images * self.n_pixels;
        let mut values = Vec::with_capacity(n);
        while values.len() < n {
            values.append(&mut self.values((n - values.len()).min(BYTES / 4))?);
        }
        if self.is_by_image() {
            return Ok(Array2::from_shape_vec((self.n_images, self.n_pixels), values)?);
        }
        let (height, width) = self.shape.unwrap_or((1, self.n_pixels));
        let images = Array3::from_shape_vec((self.n_images, height, width).f(), values)?;
        let images = images.as_standard_layout().into_owned();
        Ok(images.into_shape_with_order((self.n_images, self.n_pixels))?)
    }

    /// Images as rows, in chunks, read as they are asked for.
    ///
    /// # Panics
    ///
    /// Unless pixels [lie by image](Self::is_by_image).
    pub fn chunks(mut self) -> impl Iterator<Item = Result<Array2<f32>>> + Send {
        assert!(self.is_by_image(), "{}: lies in Fortran's order", self.path.display());
        let n_rows = (BYTES / 4 / self.n_pixels).clamp(1, ROWS);
        (0..self.n_images).step_by(n_rows).map(move |first| {
            let n_rows = n_rows.min(self.n_images - first);
            Ok(Array2::from_shape_vec((n_rows, self.n_pixels), self.values(n_rows * self.n_pixels)?)?)
        })
    }

    /// The next `n` values.
    fn values(&mut self, n: usize) -> Result<Vec<f32>> {
        self.bytes.resize(n * self.kind.width, 0);
        self.file.read_exact(&mut self.bytes).with_context(|| self.path.display().to_string())?;
        Ok((self.kind.decode)(&self.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::{NpyImages, is_npy};
    use ndarray::{Array1, Array2, Array3, Axis, concatenate};
    use ndarray_npy::write_npy;

    #[test]
    fn chunks_make_up_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("images.npy");
        // 2 MB an image: the third chunk is not full.
        let wants = Array2::from_shape_fn((40, 1 << 19), |(i, j)| ((i * 31 + j) % 251) as f32);
        write_npy(&path, &wants).unwrap();
        let file = NpyImages::open(&path).unwrap();
        assert_eq!(file.n_images(), 40);
        let parts: Vec<_> = file.chunks().map(Result::unwrap).collect();
        assert_eq!(parts.iter().map(Array2::nrows).collect::<Vec<_>>(), [16, 16, 8]);
        let views: Vec<_> = parts.iter().map(Array2::view).collect();
        assert!(concatenate(Axis(0), &views).unwrap() == wants);
        assert!(NpyImages::open(&path).unwrap().read().unwrap() == wants);
    }

    /// An `.npy` file of 3 × 2 × 4 values.
    fn npy(kind: &str, order: &str, values: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
        let text = format!("{{'descr': '{kind}', 'fortran_order': {order}, 'shape': (3, 2, 4), }}\n");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((text.len() as u16).to_le_bytes());
        bytes.extend(text.bytes());
        bytes.extend(values.flatten());
        bytes
    }

    #[test]
    fn numbers_of_any_width_and_order_are_the_same_images() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("images.bin");
        let images = Array3::from_shape_fn((3, 2, 4), |(i, y, x)| (40 * i + 10 * y + x) as u8);
        let wants = images.mapv(f32::from).into_shape_with_order((3, 8)).unwrap();
        type Encode = fn(u8) -> Vec<u8>;
        let kinds: [(&str, Encode); 18] = [
            ("|u1", |value| vec![value]),
            ("|i1", |value| vec![value]),
            ("<u2", |value| u16::from(value).to_le_bytes().into()),
            (">u2", |value| u16::from(value).to_be_bytes().into()),
            ("<i2", |value| i16::from(value).to_le_bytes().into()),
            (">i2", |value| i16::from(value).to_be_bytes().into()),
            ("<u4", |value| u32::from(value).to_le_bytes().into()),
            (">u4", |value| u32::from(value).to_be_bytes().into()),
            ("<i4", |value| i32::from(value).to_le_bytes().into()),
            (">i4", |value| i32::from(value).to_be_bytes().into()),
            ("<u8", |value| u64::from(value).to_le_bytes().into()),
            (">u8", |value| u64::from(value).to_be_bytes().into()),
            ("<i8", |value| i64::from(value).to_le_bytes().into()),
            (">i8", |value| i64::from(value).to_be_bytes().into()),
            ("<f4", |value| f32::from(value).to_le_bytes().into()),
            (">f4", |value| f32::from(value).to_be_bytes().into()),
            ("<f8", |value| f64::from(value).to_le_bytes().into()),
            (">f8", |value| f64::from(value).to_be_bytes().into()),
        ];
        for (kind, of) in kinds {
            std::fs::write(&path, npy(kind, "False", images.iter().map(|&value| of(value)))).unwrap();
            let file = NpyImages::open(&path).unwrap();
            assert_eq!((file.shape(), file.is_by_image()), (Some((2, 4)), true), "{kind}");
            assert!(file.chunks().next().unwrap().unwrap() == wants, "{kind}");
            std::fs::write(&path, npy(kind, "True", images.t().iter().map(|&value| of(value)))).unwrap();
            let file = NpyImages::open(&path).unwrap();
            assert!(!file.is_by_image());
            assert!(file.read().unwrap() == wants, "{kind}");
        }
        std::fs::write(&path, npy("<c8", "False", (0..24).map(|_| vec![0; 8]))).unwrap();
        let said = NpyImages::open(&path).unwrap_err().to_string();
        assert!(said.contains("holds <c8, wants images"), "{said}");
    }

    #[test]
    fn one_wrong_byte_anywhere_in_the_header_never_panics() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("images.npy");
        let good = npy("<f4", "False", (0..24).map(|i| (i as f32).to_le_bytes().into()));
        for at in 0..good.len() - 24 * 4 {
            for byte in [0, b' ', b'(', b',', b'0', b'9', b'T', 0xff] {
                let mut bytes = good.clone();
                bytes[at] = byte;
                std::fs::write(&path, bytes).unwrap();
                if let Ok(images) = NpyImages::open(&path).and_then(NpyImages::read) {
                    assert!(images.len() <= 4 * 24);
                }
            }
        }
    }

    #[test]
    fn files_of_another_kind_or_length_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("images.npy");
        let said = |wants: &str| {
            let message = format!("{:#}", NpyImages::open(&path).unwrap_err());
            assert!(message.contains(wants), "{message}");
        };
        said("images.npy");
        std::fs::write(&path, "text").unwrap();
        assert!(!is_npy(&path).unwrap());
        said("is no npy file");
        write_npy(&path, &Array1::<f32>::zeros(3)).unwrap();
        assert!(is_npy(&path).unwrap());
        said("has 1 dimensions, wants images × pixels");
        write_npy(&path, &Array2::<f32>::zeros((3, 0))).unwrap();
        said("has the shape [3, 0], wants");
        write_npy(&path, &Array2::<f32>::zeros((3, 2))).unwrap();
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        let length = file.metadata().unwrap().len();
        for wrong in [length - 1, length + 1] {
            file.set_len(wrong).unwrap();
            said("its header says [3, 2] of 4 bytes");
        }
    }
}
