//! The adjusted Rand index: agreement of two groupings over all pairs of items, beyond chance.

use crate::ContingencyTable;

impl ContingencyTable {
    /// Adjusted Rand index (Hubert and Arabie 1985): 1 for the same groups, about 0 for random ones, at least −1/2.
    ///
    /// With ordered pairs of items, `a` together in both, `b` in the truth only, `c` in the clustering only and `d`
    /// apart in both: `ARI = 2 (a·d − b·c) / ((a + b)(b + d) + (a + c)(c + d))`. 1 when `b = c = 0`: truth and
    /// clustering are the same grouping, a single group or all singletons included.
    pub fn adjusted_rand_index(&self) -> f64 {
        let n = self.n() as u128;
        let same_both = sum_of_squares(self.cells().iter().map(|cell| cell.count));
        let same_truth = sum_of_squares(self.class_sizes().iter().copied());
        let same_clusters = sum_of_squares(self.cluster_sizes().iter().copied());
        // Exact, so that equal groupings are seen as equal; items paired with themselves drop out.
        let together = same_both - n;
        let truth_only = same_truth - same_both;
        let clusters_only = same_clusters - same_both;
        let apart = (n * n + same_both) - (same_truth + same_clusters);
        if truth_only == 0 && clusters_only == 0 {
            return 1.0;
        }
        let [a, b, c, d] = [together, truth_only, clusters_only, apart].map(|pairs| pairs as f64);
        2.0 * (a * d - b * c) / ((a + b) * (b + d) + (a + c) * (c + d))
    }
}

fn sum_of_squares(counts: impl Iterator<Item = usize>) -> u128 {
    counts.map(|count| (count as u128).pow(2)).sum()
}
