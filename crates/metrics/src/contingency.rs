//! The contingency table: how many items of every class lie in every cluster.

use ndarray::Array2;

use crate::{Result, error::check_lengths};

/// How many items of every class lie in every cluster, and the scores of a clustering that follow from it.
///
/// Classes and clusters are any numbers; only those that appear take part. The table holds its non-zero cells alone, so
/// its memory grows with the items, not with the largest number. The order of the items does not matter.
///
/// ```
/// use manyhands_metrics::{Average, ContingencyTable};
///
/// let truth    = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1];
/// let clusters = [0, 0, 0, 1, 1, 2, 2, 2, 3, 3];
/// let table = ContingencyTable::new(&truth, &clusters)?;
/// assert_eq!(table.count(0, 2), 2);
/// assert_eq!(table.purity(), 0.9);
/// assert_eq!(table.accuracy(), 0.5);
/// assert!((table.nmi(Average::Arithmetic) - 0.4247902222).abs() < 1e-9);
/// # Ok::<(), manyhands_metrics::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContingencyTable {
    n: usize,
    /// Class of every row, ascending.
    classes: Vec<usize>,
    /// Cluster of every column, ascending.
    clusters: Vec<usize>,
    class_sizes: Vec<usize>,
    cluster_sizes: Vec<usize>,
    /// Ascending by row, then by column.
    cells: Vec<Cell>,
}

/// A cell of the table that is not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    /// Row: index of the class.
    pub(crate) class: usize,
    /// Column: index of the cluster.
    pub(crate) cluster: usize,
    pub(crate) count: usize,
}

impl ContingencyTable {
    /// Counts items: `truth[item]` is its class, `clusters[item]` its cluster.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`](crate::Error::LengthMismatch) when there are more clusters than truths or fewer,
    /// [`Error::Empty`](crate::Error::Empty) without items.
    pub fn new(truth: &[usize], clusters: &[usize]) -> Result<Self> {
        check_lengths(truth.len(), "clusters", clusters.len())?;
        let counts = count_dense(truth, clusters).unwrap_or_else(|| count_sorted(truth, clusters));
        let class_ids = distinct(counts.iter().map(|&((class, _), _)| class));
        let cluster_ids = distinct(counts.iter().map(|&((_, cluster), _)| cluster));
        let mut table = Self {
            n: truth.len(),
            class_sizes: vec![0; class_ids.len()],
            cluster_sizes: vec![0; cluster_ids.len()],
            cells: Vec::with_capacity(counts.len()),
            classes: class_ids,
            clusters: cluster_ids,
        };
        for ((class, cluster), count) in counts {
            // A point in a sorted list that holds the number is its index.
            let class = table.classes.partition_point(|&id| id < class);
            let cluster = table.clusters.partition_point(|&id| id < cluster);
            table.class_sizes[class] += count;
            table.cluster_sizes[cluster] += count;
            table.cells.push(Cell { class, cluster, count });
        }
        Ok(table)
    }

    /// Number of items.
    pub fn n(&self) -> usize {
        self.n
    }

    /// The classes that appear, ascending.
    pub fn classes(&self) -> &[usize] {
        &self.classes
    }

    /// The clusters that appear, ascending.
    pub fn clusters(&self) -> &[usize] {
        &self.clusters
    }

    /// Items of every class, in the order of [`classes`](Self::classes).
    pub fn class_sizes(&self) -> &[usize] {
        &self.class_sizes
    }

    /// Items of every cluster, in the order of [`clusters`](Self::clusters).
    pub fn cluster_sizes(&self) -> &[usize] {
        &self.cluster_sizes
    }

    /// Items of a class that lie in a cluster; 0 when one of them does not appear.
    pub fn count(&self, class: usize, cluster: usize) -> usize {
        let row = self.classes.binary_search(&class);
        let col = self.clusters.binary_search(&cluster);
        let (Ok(row), Ok(col)) = (row, col) else { return 0 };
        match self.cells.binary_search_by_key(&(row, col), |cell| (cell.class, cell.cluster)) {
            Ok(index) => self.cells[index].count,
            Err(_) => 0,
        }
    }

    /// The whole table: a row for each of [`classes`](Self::classes), a column for each of
    /// [`clusters`](Self::clusters). Its memory is the product of the two.
    pub fn to_array(&self) -> Array2<usize> {
        let mut counts = Array2::zeros((self.classes.len(), self.clusters.len()));
        for cell in &self.cells {
            counts[[cell.class, cell.cluster]] = cell.count;
        }
        counts
    }

    /// The cells that are not zero, by row, then by column.
    pub(crate) fn cells(&self) -> &[Cell] {
        &self.cells
    }
}

/// Counts of the pairs that appear, ascending.
type Counts = Vec<((usize, usize), usize)>;

/// Counts pairs in a plain table when that is no longer than the list of items.
fn count_dense(truth: &[usize], clusters: &[usize]) -> Option<Counts> {
    let n_rows = truth.iter().max()?.checked_add(1)?;
    let n_cols = clusters.iter().max()?.checked_add(1)?;
    let n_cells = n_rows.checked_mul(n_cols).filter(|&n_cells| n_cells <= truth.len())?;
    let mut counts = vec![0; n_cells];
    for (class, cluster) in truth.iter().zip(clusters) {
        counts[class * n_cols + cluster] += 1;
    }
    let pairs = (0..n_cells).map(|cell| (cell / n_cols, cell % n_cols));
    Some(pairs.zip(counts).filter(|&(_, count)| count > 0).collect())
}

/// Counts pairs of any numbers by sorting them.
fn count_sorted(truth: &[usize], clusters: &[usize]) -> Counts {
    let mut pairs: Vec<(usize, usize)> = truth.iter().copied().zip(clusters.iter().copied()).collect();
    pairs.sort_unstable();
    pairs.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len())).collect()
}

fn distinct(ids: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut ids: Vec<usize> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
