//! Images and labels from files: idx (plain or gzip), npy, and members of an npz.

use anyhow::{Context, Result, bail, ensure};
use flate2::read::GzDecoder;
use ndarray::{Array1, Array2, ArrayD, ArrayView2, Axis, Ix2, OwnedRepr, concatenate};
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
        // A file that lies unpacked beside its archive is one set, not two.
        files.dedup_by_key(|path| name(path).trim_end_matches(".gz").to_owned());
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
        return (read_vector::<i64>(path))
            .or_else(|_| read_vector::<i32>(path))
            .or_else(|_| read_vector::<i16>(path))
            .or_else(|_| read_vector::<i8>(path))
            .or_else(|_| read_vector::<u64>(path))
            .or_else(|_| read_vector::<u32>(path))
            .or_else(|_| read_vector::<u16>(path))
            .or_else(|_| read_vector::<u8>(path))
            .map_err(anyhow::Error::new)
            .and_then(|labels| labels.context("a label is negative"))
            .with_context(|| format!("{}: wants one whole number an image, 0 or more", path.display()));
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

/// `None` where a number is negative.
fn read_vector<T: ReadableElement + TryInto<usize>>(path: &Path) -> Result<Option<Vec<usize>>, ReadNpyError> {
    let labels: Array1<T> = read_npy(path)?;
    Ok(labels.into_iter().map(|label| label.try_into().ok()).collect())
}

fn read_npy_images(path: &Path) -> Result<ImageSet> {
    let wants =
        || format!("{}: wants images × pixels or images × height × width of f32, f64 or u8", path.display());
    let images = read_npy::<_, ArrayD<f32>>(path)
        .or_else(|_| read_npy::<_, ArrayD<f64>>(path).map(|images| images.mapv(|value| value as f32)))
        .or_else(|_| read_npy::<_, ArrayD<u8>>(path).map(|images| images.mapv(f32::from)))
        .with_context(wants)?;
    let (n, n_pixels, shape) = match *images.shape() {
        [n, n_pixels] => (n, n_pixels, None),
        [n, height, width] => (n, height * width, Some((height, width))),
        _ => bail!("{}, has {} dimensions", wants(), images.ndim()),
    };
    // Fortran's order puts the first pixels of all images together.
    let images = if images.is_standard_layout() { images } else { images.as_standard_layout().into_owned() };
    Ok(ImageSet { images: images.into_shape_with_order((n, n_pixels))?, truth: None, shape })
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

#[cfg(test)]
mod tests {
    use super::{ImageSet, read_labels};
    use ndarray::{Array1, Array2, Array3};
    use ndarray_npy::{WritableElement, write_npy};
    use std::io::Write;
    use std::path::Path;

    #[test]
    fn npy_files_of_any_order_and_kind_are_the_same_images() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("images.npy");
        let cube = Array3::from_shape_fn((3, 2, 4), |(i, y, x)| f64::from((100 * i + 10 * y + x) as u8));
        let wants = Array2::from_shape_fn((3, 8), |(i, j)| cube[[i, j / 4, j % 4]] as f32);
        let read = |shape| {
            let set = ImageSet::read(&path).unwrap();
            assert!(set.images == wants && set.images.is_standard_layout());
            assert_eq!(set.shape, shape);
        };
        // With its axes turned round twice, the same array lies in memory as Fortran has it.
        let fortran = cube.t().as_standard_layout().into_owned().reversed_axes();
        assert!(fortran == cube && !fortran.is_standard_layout());
        write_npy(&path, &cube).unwrap();
        read(Some((2, 4)));
        write_npy(&path, &fortran).unwrap();
        read(Some((2, 4)));
        write_npy(&path, &fortran.mapv(|value| value as f32)).unwrap();
        read(Some((2, 4)));
        write_npy(&path, &cube.mapv(|value| value as u8)).unwrap();
        read(Some((2, 4)));
        write_npy(&path, &wants.t().as_standard_layout().into_owned().reversed_axes()).unwrap();
        read(None);
        write_npy(&path, &Array2::<i64>::zeros((2, 3))).unwrap();
        let said = format!("{:#}", ImageSet::read(&path).unwrap_err());
        assert!(said.contains("wants images × pixels"), "{said}");
        write_npy(&path, &Array1::<f32>::zeros(4)).unwrap();
        let said = format!("{:#}", ImageSet::read(&path).unwrap_err());
        assert!(said.contains("has 1 dimensions"), "{said}");
    }

    /// Labels 0, 3 and 7, written as they are.
    fn assert_read<T: WritableElement>(path: &Path, labels: &Array1<T>) {
        write_npy(path, labels).unwrap();
        assert_eq!(read_labels(path).unwrap(), [0, 3, 7]);
    }

    #[test]
    fn labels_are_whole_numbers_of_any_width() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.npy");
        let labels = Array1::from_vec(vec![0i64, 3, 7]);
        assert_read(&path, &labels);
        assert_read(&path, &labels.mapv(|label| label as i32));
        assert_read(&path, &labels.mapv(|label| label as i16));
        assert_read(&path, &labels.mapv(|label| label as i8));
        assert_read(&path, &labels.mapv(|label| label as u64));
        assert_read(&path, &labels.mapv(|label| label as u32));
        assert_read(&path, &labels.mapv(|label| label as u16));
        assert_read(&path, &labels.mapv(|label| label as u8));
        write_npy(&path, &labels.mapv(|label| label - 1)).unwrap();
        let said = format!("{:#}", read_labels(&path).unwrap_err());
        assert!(said.contains("0 or more: a label is negative"), "{said}");
        write_npy(&path, &labels.mapv(|label| label as f64)).unwrap();
        assert!(read_labels(&path).is_err());
        assert!(format!("{:#}", read_labels(&folder.path().join("no.npy")).unwrap_err()).contains("no.npy"));
    }

    #[test]
    fn images_that_lie_unpacked_beside_their_archive_are_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, header: &[u8], content: &[u8]| {
            let bytes = [header, content].concat();
            std::fs::write(folder.path().join(name), &bytes).unwrap();
            let packed = std::fs::File::create(folder.path().join(format!("{name}.gz"))).unwrap();
            let mut packed = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
            packed.write_all(&bytes).unwrap();
            packed.finish().unwrap();
        };
        for (set, first) in [("train", 0), ("t10k", 8)] {
            let pixels: Vec<u8> = (first..first + 8).collect();
            write(
                &format!("{set}-images-idx3-ubyte"),
                &[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2],
                &pixels,
            );
            write(&format!("{set}-labels-idx1-ubyte"), &[0, 0, 8, 1, 0, 0, 0, 2], &[first, first + 1]);
        }
        let set = ImageSet::read(folder.path()).unwrap();
        assert_eq!(set.truth.unwrap(), [0, 1, 8, 9]);
        assert_eq!(set.images.into_raw_vec_and_offset().0, (0..16u8).map(f32::from).collect::<Vec<_>>());
    }
}
