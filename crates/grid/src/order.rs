//! Which tiles to show first: what a model expects of them, and the order that follows.

use crate::clicks::{CLICKS_PER_GRID, CLICKS_PER_SINGLE_IMAGE};
use crate::{Error, Result, Tile};

/// By what tiles are put in order; each is counted per expected click, so that the first clicks bring the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Priority {
    /// Expected positives: completeness rises as fast as the model allows.
    Positives,
    /// Clicks saved against one image at a time: tiles of one kind come first.
    ClicksSaved,
    /// Bits that the labels will tell: tiles of images that the model does not know come first (uncertainty sampling).
    Information,
}

/// What a model that is right about its probabilities expects of one tile, if its images are independent and the volunteer makes no mistake.
///
/// ```
/// use manyhands_grid::{Expectation, Layout, Tile};
///
/// let tile = Tile::new(Layout::square(2), 0, vec![0, 1, 2, 3])?;
/// let expected = Expectation::of(&tile, &[0.0, 0.0, 0.5, 1.0])?;
/// assert_eq!(expected.positives, 1.5);
/// assert_eq!(expected.minority_clicks, 1.5); // one positive or two, of four
/// assert_eq!(expected.total_clicks(), 3.5);
/// assert_eq!(expected.clicks_saved(), 8.0 - 3.5);
/// assert_eq!(expected.information, 1.0);
/// # Ok::<(), manyhands_grid::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Expectation {
    /// Images that the tile asks about.
    pub n_images: usize,
    /// Expected number of positives among them: Σ p.
    pub positives: f64,
    /// Expected number of images in the minority: Σ_k P(k) min(k, n − k), where P(k) is the probability of k positives (Poisson's binomial).
    pub minority_clicks: f64,
    /// Entropy of the labels in bits: −Σ p log₂ p + (1 − p) log₂ (1 − p).
    pub information: f64,
}

impl Expectation {
    /// Of one tile, where `probabilities[image]` is how probably an image is a positive. Padding asks nothing and counts nothing; where
    /// it would tip a majority, the minority is that of the tile's own images.
    ///
    /// # Errors
    /// [`Error::NoProbability`] for an image without one, [`Error::Probability`] for one outside 0 to 1.
    pub fn of(tile: &Tile, probabilities: &[f64]) -> Result<Self> {
        let p = tile
            .own_images()
            .map(|image| match probabilities.get(image) {
                Some(&p) if (0.0..=1.0).contains(&p) => Ok(p),
                Some(&value) => Err(Error::Probability { image, value }),
                None => Err(Error::NoProbability { image, n_probabilities: probabilities.len() }),
            })
            .collect::<Result<Vec<f64>>>()?;
        // counts[k]: the probability of k positives among the images so far.
        let mut counts = vec![0.0; p.len() + 1];
        counts[0] = 1.0;
        for (n, &p) in p.iter().enumerate() {
            for k in (0..=n).rev() {
                counts[k + 1] += p * counts[k];
                counts[k] *= 1.0 - p;
            }
        }
        let n = p.len();
        let minority = counts.iter().enumerate().map(|(k, &probability)| probability * k.min(n - k) as f64);
        Ok(Self {
            n_images: n,
            positives: p.iter().sum(),
            minority_clicks: minority.sum(),
            information: p.iter().map(|&p| bits(p) + bits(1.0 - p)).sum(),
        })
    }

    /// Expected clicks: the minority, and two for the grid.
    pub fn total_clicks(&self) -> f64 {
        CLICKS_PER_GRID as f64 + self.minority_clicks
    }

    /// Clicks that the grid is expected to save against one image at a time; below 0 where it costs more.
    pub fn clicks_saved(&self) -> f64 {
        (CLICKS_PER_SINGLE_IMAGE * self.n_images) as f64 - self.total_clicks()
    }

    /// What `priority` expects per click.
    pub fn value(&self, priority: Priority) -> f64 {
        let value = match priority {
            Priority::Positives => self.positives,
            Priority::ClicksSaved => self.clicks_saved(),
            Priority::Information => self.information,
        };
        value / self.total_clicks()
    }
}

fn bits(p: f64) -> f64 {
    if p > 0.0 { -p * p.log2() } else { 0.0 }
}

/// Numbers of the tiles, the most valuable first; ties go to the lower number.
///
/// ```
/// use manyhands_grid::{Layout, Priority, Tile, order_tiles};
///
/// let tile = |images| Tile::new(Layout::new(1, 2), 0, images);
/// let tiles = [tile(vec![0, 1])?, tile(vec![2, 3])?, tile(vec![4, 5])?];
/// let probabilities = [0.0, 0.1, 0.9, 1.0, 0.4, 0.5];
/// assert_eq!(order_tiles(&tiles, &probabilities, Priority::Positives)?, [1, 2, 0]);
/// assert_eq!(order_tiles(&tiles, &probabilities, Priority::Information)?, [2, 0, 1]);
/// # Ok::<(), manyhands_grid::Error>(())
/// ```
///
/// # Errors
/// Those of [`Expectation::of`].
pub fn order_tiles(tiles: &[Tile], probabilities: &[f64], priority: Priority) -> Result<Vec<usize>> {
    let values = tiles
        .iter()
        .map(|tile| Ok(Expectation::of(tile, probabilities)?.value(priority)))
        .collect::<Result<Vec<f64>>>()?;
    let mut order: Vec<usize> = (0..tiles.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    Ok(order)
}
