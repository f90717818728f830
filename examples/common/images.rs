//! Images and labels from files: idx (plain or gzip), npy, and members of an npz.

use anyhow::{Context, Result, bail, ensure};
use flate2::read::GzDecoder;
use ndarray::{Array2, Array3, ArrayView2, Axis, Ix2, OwnedRepr, concatenate};
use ndarray_npy::{NpzReader, ReadNpyError, ReadableElement, read_npy};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// Images as rows, with what is known about them.
#[derive(Clone, Debug)]
pub struct ImageSet {
    /// images × pixels
    pub images: Array2<f32>,
    /// Class of each image, where it is known.
    pub truth: Option<Vec<usize>>,
    /// Height and width, where an image is a rectangle.
    pub shape: Option<(usize, usize)>,
}

impl ImageSet {
    /// Reads `path`: an idx file (`.gz` or not), a `.npy` of images × pixels or images × height × width, or a folder in the layout of MNIST,
    /// whose training and test images are put together with their labels.
    ///
    /// # Errors
    ///
    /// When a file is missing, damaged or of another kind.
    pub fn read(path: &Path) -> Result<Self> {
        if path.is_dir() {
            return Self::read_mnist(path);
        }
        read_images(path)
    }

    fn read_mnist(folder: &Path) -> Result<Self> {
        let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
        let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|path| name(path).contains("images-idx3"));
        // Training images first, whatever the other set is called.
        files.sort_by_key(|path| (!name(path).contains("train"), path.clone()));
        ensure!(!files.is_empty(), "{}: holds no file named *images-idx3*, as MNIST's are", folder.display());
        let mut parts = Vec::new();
        let mut truth = Vec::new();
        let mut shape = None;
        for path in files {
            let Self { images, shape: its_shape, .. } = read_images(&path)?;
            let labels_path = path.with_file_name(name(&path).replace("images-idx3", "labels-idx1"));
            let labels = read_labels(&labels_path)?;
            let [n_labels, n_images] = [labels.len(), images.nrows()];
            ensure!(
                n_labels == n_images,
                "{}: {n_labels} labels for {n_images} images",
                labels_path.display()
            );
            ensure!(
                shape.is_none() || shape == its_shape,
                "{}: its images have another size",
                path.display()
            );
            shape = its_shape;
            parts.push(images);
            truth.extend(labels);
        }
        let views: Vec<_> = parts.iter().map(Array2::view).collect();
        let images = concatenate(Axis(0), &views).with_context(|| folder.display().to_string())?;
        Ok(Self { images, truth: Some(truth), shape })
    }

    /// Reads members of an npz file, each one class: `muon_sim=1,shower_sim=0`.
    ///
    /// # Errors
    ///
    /// When the file or a member is missing, or members have images of different sizes.
    pub fn read_npz(path: &Path, members: &str) -> Result<Self> {
        let file = File::open(path).with_context(|| path.display().to_string())?;
        let mut npz = NpzReader::new(file).with_context(|| format!("{}: is no npz file", path.display()))?;
        let mut parts: Vec<Array2<f32>> = Vec::new();
        let mut truth = Vec::new();
        for pair in members.split(',') {
            let (member, class) =
                pair.split_once('=').with_context(|| format!("{pair:?}: wants MEMBER=CLASS"))?;
            let class: usize =
                class.parse().with_context(|| format!("{pair:?}: wants a whole number as class"))?;
            let images = member_of(&mut npz, member, |value: f32| value)
                .or_else(|| member_of(&mut npz, member, |value: f64| value as f32))
                .or_else(|| member_of(&mut npz, member, |value: u16| f32::from(value)))
                .or_else(|| member_of(&mut npz, member, |value: u8| f32::from(value)))
                .with_context(|| format!("{}: has no images × pixels called {member:?}", path.display()))?;
            truth.extend(std::iter::repeat_n(class, images.nrows()));
            parts.push(images);
        }
        let views: Vec<_> = parts.iter().map(Array2::view).collect();
        let images = concatenate(Axis(0), &views)
            .with_context(|| format!("{}: members have images of different sizes", path.display()))?;
        Ok(Self { images, truth: Some(truth), shape: None })
    }

    /// Every value finite, so that a training can begin.
    ///
    /// # Errors
    ///
    /// Names the first value that is not.
    pub fn ensure_finite(&self) -> Result<()> {
        for ((row, column), value) in self.images.indexed_iter() {
            ensure!(value.is_finite(), "images[{row}, {column}] = {value}: wants a finite number");
        }
        Ok(())
    }

    /// Keeps the first `n` images.
    pub fn truncate(&mut self, n: usize) {
        let n = n.min(self.images.nrows());
        self.images = self.images.slice(ndarray::s![..n, ..]).to_owned();
        if let Some(truth) = &mut self.truth {
            truth.truncate(n);
        }
    }
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The matrix `name` of an npz file, where it holds values of type `T`.
fn member_of<T: ReadableElement>(
    npz: &mut NpzReader<File>,
    name: &str,
    to: fn(T) -> f32,
) -> Option<Array2<f32>> {
    // NumPy calls its members `name.npy`.
    let matrix = npz.by_name::<OwnedRepr<T>, Ix2>(&format!("{name}.npy")).ok()?;
    Some(
        Array2::from_shape_vec(matrix.dim(), matrix.into_iter().map(to).collect())
            .expect("as many values as before"),
    )
}

/// Images as rows, with height and width where the file has them.
fn read_images(path: &Path) -> Result<ImageSet> {
    if path.extension().is_some_and(|extension| extension == "npy") {
        return read_npy_images(path);
    }
    let (sizes, pixels) = read_idx(path)?;
    let [n, height, width] = sizes[..] else {
        bail!("{}: has {} dimensions, wants 3: images × height × width", path.display(), sizes.len());
    };
    let pixels = pixels.into_iter().map(f32::from).collect();
    let images = Array2::from_shape_vec((n, height * width), pixels)?;
    Ok(ImageSet { images, truth: None, shape: Some((height, width)) })
}

/// SHA-256 of images, in hexadecimal, and of what else decides what a training makes of them.
#[must_use]
pub fn digest(images: &[ArrayView2<'_, f32>], numbers: &[usize]) -> String {
    let mut digest = Sha256::new();
    for row in images.iter().flat_map(|part| part.rows()) {
        digest.update(row.iter().flat_map(|pixel| pixel.to_le_bytes()).collect::<Vec<u8>>());
    }
    digest.update(numbers.iter().flat_map(|&number| (number as u64).to_le_bytes()).collect::<Vec<u8>>());
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The class of each image, from idx (plain or gzip) or a `.npy` of whole numbers.
///
/// # Errors
///
/// When the file is missing, damaged or of another kind.
pub fn read_labels(path: &Path) -> Result<Vec<usize>> {
    if path.extension().is_some_and(|extension| extension == "npy") {
        let failed = || format!("{}: wants one whole number an image", path.display());
        return (read_vector::<i64>(path)
            .or_else(|_| read_vector::<i32>(path))
            .or_else(|_| read_vector::<u8>(path))
            .with_context(failed)?)
        .into_iter()
        .map(|label| usize::try_from(label).with_context(failed))
        .collect();
    }
    let (sizes, labels) = read_idx(path)?;
    ensure!(
        sizes.len() == 1,
        "{}: has {} dimensions, wants 1: one label an image",
        path.display(),
        sizes.len()
    );
    Ok(labels.into_iter().map(usize::from).collect())
}

fn read_vector<T: ReadableElement + Into<i64>>(path: &Path) -> Result<Vec<i64>, ReadNpyError> {
    let labels: ndarray::Array1<T> = read_npy(path)?;
    Ok(labels.into_iter().map(Into::into).collect())
}

fn read_npy_images(path: &Path) -> Result<ImageSet> {
    let flat = |images: Array2<f32>| ImageSet { images, truth: None, shape: None };
    let cube = |images: Array3<f32>| {
        let (n, height, width) = images.dim();
        let images = images.into_shape_with_order((n, height * width)).expect("the same number of values");
        ImageSet { images, truth: None, shape: Some((height, width)) }
    };
    read_npy::<_, Array2<f32>>(path)
        .map(flat)
        .or_else(|_| read_npy::<_, Array2<f64>>(path).map(|images| flat(images.mapv(|value| value as f32))))
        .or_else(|_| read_npy::<_, Array2<u8>>(path).map(|images| flat(images.mapv(f32::from))))
        .or_else(|_| read_npy::<_, Array3<f32>>(path).map(cube))
        .or_else(|_| read_npy::<_, Array3<u8>>(path).map(|images| cube(images.mapv(f32::from))))
        .with_context(|| {
            format!("{}: wants images × pixels or images × height × width of f32, f64 or u8", path.display())
        })
}

/// Sizes and bytes of an idx file of unsigned bytes (the format of MNIST).
fn read_idx(path: &Path) -> Result<(Vec<usize>, Vec<u8>)> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    let mut reader: Box<dyn Read> = if path.extension().is_some_and(|extension| extension == "gz") {
        Box::new(GzDecoder::new(BufReader::new(file)))
    } else {
        Box::new(BufReader::new(file))
    };
    let mut magic = [0; 4];
    reader
        .read_exact(&mut magic)
        .with_context(|| format!("{}: is shorter than its header", path.display()))?;
    let [0, 0, 0x08, n_dimensions] = magic else {
        bail!("{}: is neither an idx file of bytes nor .npy (it starts with {magic:02x?})", path.display());
    };
    let mut sizes = Vec::new();
    for _ in 0..n_dimensions {
        let mut size = [0; 4];
        reader
            .read_exact(&mut size)
            .with_context(|| format!("{}: is shorter than its header", path.display()))?;
        sizes.push(u32::from_be_bytes(size) as usize);
    }
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).with_context(|| format!("{}: is damaged", path.display()))?;
    let wants: usize = sizes.iter().product();
    ensure!(
        bytes.len() == wants,
        "{}: has {} bytes of data, its header says {wants}",
        path.display(),
        bytes.len()
    );
    Ok((sizes, bytes))
}

/// Pixel positions of the camera in an npz file, x and y in degrees, where it has a member `xy_deg`.
#[must_use]
pub fn read_positions(path: &Path) -> Option<Vec<[f64; 2]>> {
    let mut npz = NpzReader::new(File::open(path).ok()?).ok()?;
    // Positions need no more than the seven digits of f32.
    let positions = member_of(&mut npz, "xy_deg", |value: f32| value)
        .or_else(|| member_of(&mut npz, "xy_deg", |value: f64| value as f32))?;
    let pairs = positions.rows().into_iter().filter(|row| row.len() == 2);
    Some(pairs.map(|row| [f64::from(row[0]), f64::from(row[1])]).collect())
}
