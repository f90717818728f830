//! Scores that give every cluster a class: purity, and accuracy under the best one-to-one matching.

use pathfinding::{kuhn_munkres::kuhn_munkres, matrix::Matrix};

use crate::ContingencyTable;

impl ContingencyTable {
    /// Purity, from 1/n to 1: the share of items that belong to the most frequent class of their cluster. It rises with
    /// the number of clusters; a cluster for every item has 1.
    pub fn purity(&self) -> f64 {
        let mut most = vec![0; self.clusters().len()];
        for cell in self.cells() {
            most[cell.cluster] = cell.count.max(most[cell.cluster]);
        }
        most.iter().sum::<usize>() as f64 / self.n() as f64
    }

    /// Clustering accuracy (ACC), from 0 to 1: the share of items whose cluster is matched to their class, under the
    /// one-to-one matching of clusters and classes that makes it greatest (Hungarian method; Xie and others 2016,
    /// equation 10).
    ///
    /// With more clusters than classes, some clusters match none and all of their items count as errors, so it is low
    /// for many small clusters however pure: use [`purity`](Self::purity), [`homogeneity`](Self::homogeneity) or
    /// [`cluster_f1`](crate::cluster_f1) there. Its time grows with min(D, E)² · max(D, E) for D classes and E clusters.
    pub fn accuracy(&self) -> f64 {
        let matched: usize = self.matching().iter().map(|&(cluster, class)| self.count(class, cluster)).sum();
        matched as f64 / self.n() as f64
    }

    /// The matching behind [`accuracy`](Self::accuracy): pairs `(cluster, class)` by ascending cluster, as many as there
    /// are clusters or classes, whichever are fewer. Of equally good matchings it is any one, always the same.
    pub fn matching(&self) -> Vec<(usize, usize)> {
        let counts = self.to_array().mapv(|count| count as i64);
        // The method wants no more rows than columns. The longer side stays unmatched in part, which is the same as
        // filling the table with zeros to a square.
        let by_class = counts.nrows() <= counts.ncols();
        let counts = if by_class { counts } else { counts.reversed_axes() };
        let (n_rows, n_cols) = counts.dim();
        let weights = Matrix::from_fn(n_rows, n_cols, |at| counts[at]);
        let (_, columns) = kuhn_munkres(&weights);
        let pair = |(row, col)| if by_class { (col, row) } else { (row, col) };
        let mut matching: Vec<(usize, usize)> = columns
            .into_iter()
            .enumerate()
            .map(pair)
            .map(|(cluster, class): (usize, usize)| (self.clusters()[cluster], self.classes()[class]))
            .collect();
        matching.sort_unstable();
        matching
    }
}
