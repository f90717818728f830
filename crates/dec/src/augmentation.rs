//! Changes of an image that leave its meaning, drawn anew each time a training sees it.

use crate::check;
use crate::error::Result;
use ndarray::{ArrayView1, ArrayViewMut1};
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;

/// What a permutation wants.
const PERMUTATION: &str = "every pixel once, and as many of them as in the first permutation";

/// Copies an image into the other row, changed as the random number says.
type Change = dyn Fn(ArrayView1<'_, f32>, u64, ArrayViewMut1<'_, f32>) + Send + Sync;

/// A random change of images, such as the symmetries of a camera.
///
/// A training draws one for every image in every step; what it watches, and what target distributions are made of, stays unchanged (Guo et al.
/// 2018: P of clean images, Q of changed ones).
///
/// ```
/// use manyhands_dec::{Augmentation, Autoencoder};
/// use ndarray::Array2;
///
/// # fn main() -> manyhands_dec::Result<()> {
/// // Images of 4 x 4 pixels that mean the same in a mirror.
/// let images = Array2::from_shape_fn((64, 16), |(i, j)| ((i * j) % 7) as f32);
/// let mirror = (0..16).map(|pixel| pixel / 4 * 4 + 3 - pixel % 4).collect();
/// let augmentation = Augmentation::permutations(vec![(0..16).collect(), mirror])?;
/// Autoencoder::params(&[8, 2]).augmentation(Some(augmentation)).max_epochs(Some(2)).fit(images.view())?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Augmentation {
    name: String,
    /// Pixels that an image must have.
    n_pixels: Option<usize>,
    change: Arc<Change>,
}

impl Augmentation {
    /// Any change: `change` writes the image of its first argument into its last, changed by the 64 random bits between them and by nothing
    /// else. Images come as the caller handed them over, before they are scaled; what is written to comes as zeros.
    ///
    /// The name stands for the change: a checkpoint refuses to go on under another one.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        change: impl Fn(ArrayView1<'_, f32>, u64, ArrayViewMut1<'_, f32>) + Send + Sync + 'static,
    ) -> Self {
        Self { name: name.into(), n_pixels: None, change: Arc::new(change) }
    }

    /// One of these orders of the pixels, all equally likely: `changed[i] = image[permutation[i]]`.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`](crate::Error::Parameter) unless there is at least one, and every one holds each pixel of an image once.
    pub fn permutations(permutations: Vec<Vec<usize>>) -> Result<Self> {
        let n_pixels = permutations.first().map_or(0, Vec::len);
        let mut digest = Sha256::new();
        for permutation in &permutations {
            let mut sorted = permutation.clone();
            sorted.sort_unstable();
            let holds = sorted.into_iter().eq(0..n_pixels);
            check::parameter(holds, "permutations", format!("{permutation:?}"), PERMUTATION)?;
            digest.update(
                permutation.iter().flat_map(|&pixel| (pixel as u64).to_le_bytes()).collect::<Vec<_>>(),
            );
        }
        check::parameter(
            n_pixels > 0,
            "permutations",
            "[]",
            "at least one permutation of at least one pixel",
        )?;
        let digest = digest.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect::<String>();
        let name = format!("{} permutations of {n_pixels} pixels, {digest}", permutations.len());
        let change = move |image: ArrayView1<'_, f32>, draw: u64, mut changed: ArrayViewMut1<'_, f32>| {
            // 64 bits over so few permutations: the remainder is even to one part in 10¹⁷.
            let permutation = &permutations[(draw % permutations.len() as u64) as usize];
            changed.iter_mut().zip(permutation).for_each(|(to, &from)| *to = image[from]);
        };
        Ok(Self { name, n_pixels: Some(n_pixels), change: Arc::new(change) })
    }

    /// What the change is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn check(&self, n_pixels: usize) -> Result<()> {
        let fits = self.n_pixels.is_none_or(|wants| wants == n_pixels);
        check::parameter(fits, "augmentation", &self.name, "permutations of all pixels of an image")
    }

    pub(crate) fn apply(&self, image: ArrayView1<'_, f32>, draw: u64, changed: ArrayViewMut1<'_, f32>) {
        (self.change)(image, draw, changed);
    }
}

/// Equal by name.
impl PartialEq for Augmentation {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Augmentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Augmentation").field("name", &self.name).finish_non_exhaustive()
    }
}
