//! The tiler: shuffle every cluster and cut it into grids.

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use crate::{Error, Layout, Result, Tile};

/// Upper bits of the stream of random numbers, so that the same seed elsewhere gives other numbers ("grid" in ASCII).
const STREAM: u64 = 0x6772_6964 << 32;

/// Cuts clusters of images into tiles, as Muon Hunters 2.0 does (section 2.1 of its paper): the images of every cluster
/// are shuffled and cut into sets of [`n_cells`](Layout::n_cells); the last set is filled with random duplicates from
/// the same cluster.
///
/// Every image is asked about in exactly one tile, and its index is the row of the clustering. Duplicates are
/// first drawn, without replacement, from the images of the other tiles of the cluster. Where there are none (a
/// cluster smaller than a grid), every image of the cluster is repeated about equally often.
///
/// ```
/// use manyhands_grid::{Layout, Tiler};
///
/// let clusters = [0, 1, 0, 0, 1, 0, 0]; // seven images in two clusters
/// let tiles = Tiler::new(Layout::square(2)).seed(7).tile(&clusters)?;
/// assert_eq!(tiles.len(), 3); // five images of cluster 0 need two tiles, two of cluster 1 need one
/// assert_eq!(tiles[0].n_distinct(), 4);
/// assert_eq!(tiles[1].n_distinct(), 1);
/// assert_eq!(tiles[2].images().len(), 4);
/// # Ok::<(), manyhands_grid::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tiler {
    layout: Layout,
    seed: u64,
}

impl Tiler {
    /// A tiler for grids of this layout, with seed 0.
    pub fn new(layout: Layout) -> Self {
        Self { layout, seed: 0 }
    }

    /// The seed of the shuffle. Every cluster has its own stream of random numbers, so that its tiles do not depend on
    /// the images of other clusters. Default 0.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Tiles all images: `clusters[image]` is the cluster of an image. Tiles come by ascending cluster; clusters without
    /// images have none.
    ///
    /// # Errors
    /// [`Error::NoImages`] without images, [`Error::ZeroLayout`] and [`Error::LayoutTooLarge`] for the layout.
    pub fn tile(&self, clusters: &[usize]) -> Result<Vec<Tile>> {
        self.cut(clusters.iter().enumerate().map(|(image, &cluster)| (cluster, image)).collect(), None)
    }

    /// Tiles only the images `rows`, for example those without a label yet. Images keep their index in `clusters`;
    /// the order of `rows` does not matter.
    ///
    /// # Errors
    /// Those of [`tile`](Self::tile), [`Error::RowOutOfRange`] for a row that `clusters` does not have and
    /// [`Error::RowTwice`] for a row listed twice.
    pub fn tile_rows(&self, clusters: &[usize], rows: &[usize]) -> Result<Vec<Tile>> {
        self.cut(members(clusters, rows)?, None)
    }

    /// The same, but the images of every cluster come in falling order of their score instead of shuffled: images of a kind share a tile, and
    /// the first tiles of a cluster hold those with the highest scores. Equal scores are shuffled.
    ///
    /// ```
    /// use manyhands_grid::{Layout, Tiler};
    ///
    /// let scores = [0.1, 0.9, 0.2, 0.8];
    /// let tiles = Tiler::new(Layout::new(1, 2)).tile_ranked(&[0; 4], &[0, 1, 2, 3], &scores)?;
    /// assert_eq!(tiles[0].images(), [1, 3]);
    /// # Ok::<(), manyhands_grid::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`tile_rows`](Self::tile_rows), [`Error::ScoreCount`] unless there is one score per image of `clusters`, and
    /// [`Error::ScoreNan`] for one that is not a number.
    pub fn tile_ranked(&self, clusters: &[usize], rows: &[usize], scores: &[f64]) -> Result<Vec<Tile>> {
        if scores.len() != clusters.len() {
            return Err(Error::ScoreCount { got: scores.len(), n_images: clusters.len() });
        }
        if let Some(image) = scores.iter().position(|score| score.is_nan()) {
            return Err(Error::ScoreNan { image });
        }
        self.cut(members(clusters, rows)?, Some(scores))
    }

    /// Tiles `(cluster, image)` pairs.
    fn cut(&self, mut members: Vec<(usize, usize)>, scores: Option<&[f64]>) -> Result<Vec<Tile>> {
        self.layout.check()?;
        if members.is_empty() {
            return Err(Error::NoImages);
        }
        members.sort_unstable();
        if let Some(pair) = members.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Error::RowTwice { row: pair[0].1 });
        }
        let mut tiles = Vec::with_capacity(members.len() / self.layout.n_cells() + 1);
        for cluster in members.chunk_by(|a, b| a.0 == b.0) {
            let images = cluster.iter().map(|&(_, image)| image).collect();
            self.cut_cluster(cluster[0].0, images, scores, &mut tiles)?;
        }
        Ok(tiles)
    }

    fn cut_cluster(
        &self,
        cluster: usize,
        mut images: Vec<usize>,
        scores: Option<&[f64]>,
        tiles: &mut Vec<Tile>,
    ) -> Result<()> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(STREAM ^ cluster as u64);
        images.shuffle(&mut rng);
        if let Some(scores) = scores {
            images.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        }
        let n_cells = self.layout.n_cells();
        let (whole, last) = images.split_at(images.len() - images.len() % n_cells);
        for chunk in whole.chunks_exact(n_cells) {
            tiles.push(Tile::new(self.layout, cluster, chunk.to_vec())?);
        }
        if !last.is_empty() {
            let mut cells = last.to_vec();
            let mut fill = whole.to_vec();
            while cells.len() < n_cells {
                let (drawn, _) = fill.partial_shuffle(&mut rng, n_cells - cells.len());
                cells.extend_from_slice(drawn);
                fill.clone_from(&images);
            }
            let padding: Vec<usize> = (last.len()..n_cells).collect();
            tiles.push(Tile::new(self.layout, cluster, cells)?.with_padding(&padding)?);
        }
        Ok(())
    }
}

/// The `(cluster, image)` pairs of `rows`.
fn members(clusters: &[usize], rows: &[usize]) -> Result<Vec<(usize, usize)>> {
    let member = |&row: &usize| match clusters.get(row) {
        Some(&cluster) => Ok((cluster, row)),
        None => Err(Error::RowOutOfRange { row, n_images: clusters.len() }),
    };
    rows.iter().map(member).collect()
}
