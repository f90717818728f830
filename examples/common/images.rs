//! Images and labels from files: idx (plain or gzip), npy, and members of an npz.

use crate::npy::{NpyImages, is_npy};
use anyhow::{Context, Result, bail, ensure};
use flate2::read::GzDecoder;
use ndarray::{Array1, Array2, ArrayView2, Axis, Ix2, OwnedRepr, concatenate};
use ndarray_npy::{NpzReader, ReadNpyError, ReadNpzError, ReadableElement, read_npy};
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
    pub truth: Vec<Option<usize>>,
    /// Height and width, where an image is a rectangle.
    pub shape: Option<(usize, usize)>,
}

impl ImageSet {
    /// Reads `path`: an idx file (`.gz` or not), a `.npy` of images × pixels or images × height × width, or a folder in the layout of MNIST,
    /// whose training and test images are put together, with their labels where they lie beside them.
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
            let labels = match labels_beside(&path) {
                Some(labels) => read_truth(&labels, images.nrows())?,
                None => vec![None; images.nrows()],
            };
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
        Ok(Self { images, truth, shape })
    }

    /// Reads members of an npz file, each one class: `muon_sim=1,shower_sim=0`.
    ///
    /// # Errors
    ///
    /// When the file or a member is missing, or members have images of different sizes.
    pub fn read_npz(path: &Path, classes: &str) -> Result<Self> {
        let members = members(classes)?;
        let names: Vec<&str> = members.iter().map(|&(name, _)| name).collect();
        let (images, sizes) = read_members(path, &names)?;
        let truth =
            members.iter().zip(sizes).flat_map(|(&(_, class), n)| std::iter::repeat_n(Some(class), n));
        Ok(Self { images, truth: truth.collect(), shape: None })
    }

    /// The class of each image, where all are known.
    #[must_use]
    pub fn whole_truth(&self) -> Option<Vec<usize>> {
        self.truth.iter().copied().collect()
    }

    /// Keeps the first `n` images.
    pub fn truncate(&mut self, n: usize) {
        let n = n.min(self.images.nrows());
        self.images = self.images.slice(ndarray::s![..n, ..]).to_owned();
        self.truth.truncate(n);
    }
}

/// Every value finite, so that a training can begin.
///
/// # Errors
///
/// Names the first value that is not.
pub fn ensure_finite(images: ArrayView2<'_, f32>) -> Result<()> {
    for ((row, column), value) in images.indexed_iter() {
        ensure!(value.is_finite(), "images[{row}, {column}] = {value}: wants a finite number of 32 bits");
    }
    Ok(())
}

/// Members of an npz file with their classes: `muon_sim=1,shower_sim=0`.
///
/// # Errors
///
/// Names the pair that is of another form.
pub fn members(text: &str) -> Result<Vec<(&str, usize)>> {
    text.split(',')
        .map(|pair| {
            let (member, class) =
                pair.split_once('=').with_context(|| format!("{pair:?}: wants MEMBER=CLASS"))?;
            let class = class.parse().with_context(|| format!("{pair:?}: wants a whole number as class"))?;
            Ok((member, class))
        })
        .collect()
}

/// The images of members of an npz file, as rows, one member after the other, and how many each has.
///
/// # Errors
///
/// When the file or a member is missing, damaged or of another kind, or members have images of different sizes.
pub fn read_members(path: &Path, names: &[&str]) -> Result<(Array2<f32>, Vec<usize>)> {
    let place = path.display();
    open_npz(path).with_context(|| format!("{place}: is no npz file"))?;
    let read = |&name: &&str| {
        member_of(path, name)
            .with_context(|| format!("{place}: {name}: wants images × pixels of numbers"))?
            .with_context(|| format!("{place}: has no member {name:?}"))
    };
    let parts = names.iter().map(read).collect::<Result<Vec<_>>>()?;
    let views: Vec<_> = parts.iter().map(Array2::view).collect();
    let images = concatenate(Axis(0), &views)
        .with_context(|| format!("{place}: members have images of different sizes"))?;
    Ok((images, parts.iter().map(Array2::nrows).collect()))
}

/// The file of labels beside a file of images, packed as it is or not.
fn labels_beside(images: &Path) -> Option<PathBuf> {
    let labels = name(images).replace("images-idx3", "labels-idx1");
    let plain = labels.trim_end_matches(".gz");
    let names = [labels.clone(), plain.to_owned(), format!("{plain}.gz")];
    names.into_iter().map(|name| images.with_file_name(name)).find(|path| path.exists())
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Reads a source whose numbers are of one type.
type Kind<S, T, E> = fn(S) -> Result<T, E>;

/// Reads `source` as the first of `kinds` that it holds. What is damaged is of no kind and ends the search.
fn read_as<S: Copy, T, E>(source: S, kinds: &[Kind<S, T, E>], is_other_kind: fn(&E) -> bool) -> Result<T, E> {
    let mut first = None;
    for kind in kinds {
        match kind(source) {
            Err(error) if is_other_kind(&error) => first = first.or(Some(error)),
            read => return read,
        }
    }
    Err(first.expect("there is a kind to try"))
}

/// The matrix `name` of an npz file, where it has one.
fn member_of(path: &Path, name: &str) -> Result<Option<Array2<f32>>, ReadNpzError> {
    if !open_npz(path)?.names()?.iter().any(|of| of == name) {
        return Ok(None);
    }
    let matrix = read_as(
        (path, name),
        &[
            |of| matrix::<f32>(of),
            |of| Ok(matrix::<f64>(of)?.mapv(|value| value as f32)),
            |of| Ok(matrix::<u8>(of)?.mapv(f32::from)),
            |of| Ok(matrix::<u16>(of)?.mapv(f32::from)),
            |of| Ok(matrix::<i16>(of)?.mapv(f32::from)),
            |of| Ok(matrix::<i32>(of)?.mapv(|value| value as f32)),
            |of| Ok(matrix::<i64>(of)?.mapv(|value| value as f32)),
        ],
        |error| matches!(error, ReadNpzError::Npy(error) if is_other_kind(error)),
    )?;
    // Fortran's order puts the first pixels of all images together.
    Ok(Some(matrix.as_standard_layout().into_owned()))
}

fn open_npz(path: &Path) -> Result<NpzReader<File>, ReadNpzError> {
    NpzReader::new(File::open(path).map_err(ReadNpyError::from)?)
}

fn matrix<T: ReadableElement>((path, name): (&Path, &str)) -> Result<Array2<T>, ReadNpzError> {
    open_npz(path)?.by_name::<OwnedRepr<T>, Ix2>(name)
}

/// Does the file hold numbers of another type?
fn is_other_kind(error: &ReadNpyError) -> bool {
    matches!(error, ReadNpyError::WrongDescriptor(_))
}

/// Images as rows, with height and width where the file has them.
fn read_images(path: &Path) -> Result<ImageSet> {
    if is_npy(path)? {
        let file = NpyImages::open(path)?;
        let shape = file.shape();
        return Ok(ImageSet { truth: vec![None; file.n_images()], images: file.read()?, shape });
    }
    let (sizes, pixels) = read_idx(path)?;
    let [n, height, width] = sizes[..] else {
        bail!("{}: has {} dimensions, wants 3: images × height × width", path.display(), sizes.len());
    };
    ensure!(height * width > 0, "{}: has images of {height} × {width} pixels", path.display());
    let pixels = pixels.into_iter().map(f32::from).collect();
    let images = Array2::from_shape_vec((n, height * width), pixels)?;
    Ok(ImageSet { images, truth: vec![None; n], shape: Some((height, width)) })
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

/// The class of each of `n_images` images, from idx (plain or gzip) or a `.npy` of whole numbers; of unknown class where a number is negative.
///
/// # Errors
///
/// When the file is missing, damaged or of another kind, or has more labels or fewer.
pub fn read_truth(path: &Path, n_images: usize) -> Result<Vec<Option<usize>>> {
    let labels = read_labels(path)?;
    ensure!(
        labels.len() == n_images,
        "{}: has {} labels for {n_images} images",
        path.display(),
        labels.len()
    );
    Ok(labels)
}

fn read_labels(path: &Path) -> Result<Vec<Option<usize>>> {
    if is_npy(path)? {
        return read_as(
            path,
            &[
                |path| read_vector::<i64>(path),
                |path| read_vector::<i32>(path),
                |path| read_vector::<i16>(path),
                |path| read_vector::<i8>(path),
                |path| read_vector::<u64>(path),
                |path| read_vector::<u32>(path),
                |path| read_vector::<u16>(path),
                |path| read_vector::<u8>(path),
            ],
            is_other_kind,
        )
        .with_context(|| format!("{}: wants one whole number an image", path.display()));
    }
    let (sizes, labels) = read_idx(path)?;
    ensure!(
        sizes.len() == 1,
        "{}: has {} dimensions, wants 1: one label an image",
        path.display(),
        sizes.len()
    );
    Ok(labels.into_iter().map(|label| Some(usize::from(label))).collect())
}

/// `None` where a number is negative.
fn read_vector<T: ReadableElement + TryInto<usize>>(path: &Path) -> Result<Vec<Option<usize>>, ReadNpyError> {
    let labels: Array1<T> = read_npy(path)?;
    Ok(labels.into_iter().map(|label| label.try_into().ok()).collect())
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
    let wants = sizes.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
    ensure!(
        wants == Some(bytes.len()),
        "{}: has {} bytes of data, its header says {sizes:?}",
        path.display(),
        bytes.len()
    );
    Ok((sizes, bytes))
}

/// Positions of the `n_pixels` of the camera in an npz file, x and y in degrees, where it has a member `xy_deg`.
///
/// # Errors
///
/// When the file is missing or damaged, or the member is none of a position for each pixel.
pub fn read_positions(path: &Path, n_pixels: usize) -> Result<Option<Vec<[f64; 2]>>> {
    let place = path.display();
    // Positions need no more than the seven digits of f32.
    let positions = member_of(path, "xy_deg").with_context(|| format!("{place}: xy_deg"))?;
    let Some(positions) = positions else { return Ok(None) };
    let [got, columns] = [positions.nrows(), positions.ncols()];
    ensure!(
        (got, columns) == (n_pixels, 2),
        "{place}: xy_deg is {got} × {columns}, wants {n_pixels} × 2: a position for each pixel of an image"
    );
    Ok(Some(positions.rows().into_iter().map(|row| [f64::from(row[0]), f64::from(row[1])]).collect()))
}

#[cfg(test)]
mod tests {
    use super::{ImageSet, read_truth};
    use ndarray::{Array1, Array2, Array3};
    use ndarray_npy::{NpzWriter, WritableElement, write_npy};
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
    }

    /// Labels 0, 3 and 7, written as they are.
    fn assert_read<T: WritableElement>(path: &Path, labels: &Array1<T>) {
        write_npy(path, labels).unwrap();
        assert_eq!(read_truth(path, 3).unwrap(), [0, 3, 7].map(Some));
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
        assert_eq!(read_truth(&path, 3).unwrap(), [None, Some(2), Some(6)]);
        let said = |path: &Path| format!("{:#}", read_truth(path, 4).unwrap_err());
        assert!(said(&path).contains("has 3 labels for 4 images"));
        write_npy(&path, &labels.mapv(|label| label as f64)).unwrap();
        assert!(said(&path).contains("wants one whole number an image"));
        assert!(said(&folder.path().join("no.npy")).contains("no.npy"));
    }

    #[test]
    fn members_are_numbers_of_any_kind_and_damage_is_told_from_another_kind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("images.npz");
        let images = Array2::from_shape_fn((3, 4), |(i, j)| (4 * i + j) as u8);
        let mut npz = NpzWriter::new(std::fs::File::create(&path).unwrap());
        npz.add_array("f32", &images.mapv(f32::from)).unwrap();
        npz.add_array("f64", &images.mapv(f64::from)).unwrap();
        npz.add_array("u8", &images).unwrap();
        npz.add_array("u16", &images.mapv(u16::from)).unwrap();
        npz.add_array("i16", &images.mapv(i16::from)).unwrap();
        npz.add_array("i32", &images.mapv(i32::from)).unwrap();
        npz.add_array("i64", &images.mapv(i64::from).t().as_standard_layout().reversed_axes()).unwrap();
        npz.add_array("i8", &images.mapv(|value| value as i8)).unwrap();
        npz.add_array("vector", &Array1::<f32>::zeros(4)).unwrap();
        npz.finish().unwrap();
        for kind in ["f32", "f64", "u8", "u16", "i16", "i32", "i64"] {
            let set = ImageSet::read_npz(&path, &format!("{kind}=1")).unwrap();
            assert!(set.images == images.mapv(f32::from) && set.images.is_standard_layout(), "{kind}");
        }
        let said = |members: &str| format!("{:#}", ImageSet::read_npz(&path, members).unwrap_err());
        assert!(said("none=1").contains("has no member \"none\""));
        assert!(said("i8=1").contains("i8: wants images × pixels of numbers"));
        assert!(said("vector=1").contains("vector: wants images × pixels of numbers"));

        let short = |name: &str| {
            let path = folder.path().join(name);
            write_npy(&path, &images.mapv(i64::from)).unwrap();
            let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
            file.set_len(file.metadata().unwrap().len() - 1).unwrap();
            path
        };
        let said = format!("{:#}", read_truth(&short("labels.npy"), 12).unwrap_err());
        assert!(!said.contains("descriptor"), "not that of the last kind that was tried: {said}");
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
        let pixels: Vec<f32> = (0..16u8).map(f32::from).collect();
        let read = || ImageSet::read(folder.path()).unwrap();
        assert_eq!(read().whole_truth().unwrap(), [0, 1, 8, 9]);
        assert_eq!(read().images.into_raw_vec_and_offset().0, pixels);

        let remove = |name: &str| std::fs::remove_file(folder.path().join(name)).unwrap();
        remove("train-labels-idx1-ubyte");
        assert_eq!(read().whole_truth().unwrap(), [0, 1, 8, 9], "labels may be packed where images are not");
        remove("train-labels-idx1-ubyte.gz");
        assert_eq!(read().truth, [None, None, Some(8), Some(9)]);
        assert_eq!(read().whole_truth(), None);
        remove("t10k-labels-idx1-ubyte");
        remove("t10k-labels-idx1-ubyte.gz");
        assert_eq!(read().truth, [None; 4]);
        assert_eq!(read().images.into_raw_vec_and_offset().0, pixels);
    }
}
