//! Scores from information theory: homogeneity, completeness, V-measure and normalised mutual information.

use crate::ContingencyTable;

/// The mean of two entropies that normalises the mutual information.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Average {
    /// `(H(truth) + H(clusters)) / 2`: scikit-learn since 0.22, where it is the V-measure.
    Arithmetic,
    /// `√(H(truth) · H(clusters))`: Strehl and Ghosh 2002, and scikit-learn up to 0.21, so most of the older figures.
    Geometric,
}

/// A mutual information of this size is rounding.
const NONE: f64 = f64::EPSILON;

impl ContingencyTable {
    /// Mutual information of truth and clusters in nats, at least 0:
    /// `I = Σ n_ck/n · ln(n · n_ck / (n_c · n_k))`.
    pub fn mutual_information(&self) -> f64 {
        let n = self.n() as f64;
        let information: f64 = self
            .cells()
            .iter()
            .map(|cell| {
                let (n_ck, n_c) = (cell.count as f64, self.class_sizes()[cell.class] as f64);
                let n_k = self.cluster_sizes()[cell.cluster] as f64;
                n_ck / n * (n_ck.ln() + n.ln() - n_c.ln() - n_k.ln())
            })
            .sum();
        information.max(0.0)
    }

    /// Entropy of the truth in nats.
    pub fn class_entropy(&self) -> f64 {
        entropy(self.class_sizes(), self.n())
    }

    /// Entropy of the clustering in nats.
    pub fn cluster_entropy(&self) -> f64 {
        entropy(self.cluster_sizes(), self.n())
    }

    /// How far every cluster holds one class only: `I / H(truth)`, from 0 to 1 (Rosenberg and Hirschberg 2007). 1 when
    /// there is one class.
    pub fn homogeneity(&self) -> f64 {
        share(self.mutual_information(), self.class_entropy())
    }

    /// How far every class lies in one cluster only: `I / H(clusters)`, from 0 to 1 (Rosenberg and Hirschberg 2007). 1
    /// when there is one cluster.
    pub fn completeness(&self) -> f64 {
        share(self.mutual_information(), self.cluster_entropy())
    }

    /// Harmonic mean of [`homogeneity`](Self::homogeneity) and [`completeness`](Self::completeness); 0 when both are.
    pub fn v_measure(&self) -> f64 {
        let (homogeneity, completeness) = (self.homogeneity(), self.completeness());
        let sum = homogeneity + completeness;
        if sum > 0.0 { 2.0 * homogeneity * completeness / sum } else { 0.0 }
    }

    /// Normalised mutual information, from 0 to 1: `I` divided by a mean of the two entropies. 1 when there is one class
    /// and one cluster, 0 when only one of truth and clustering is a single group.
    ///
    /// Published figures differ in the mean; the geometric one is never lower.
    pub fn nmi(&self, average: Average) -> f64 {
        match (self.classes().len(), self.clusters().len()) {
            (1, 1) => return 1.0,
            // There is nothing to inform of, whatever the rounding of the sum below leaves.
            (1, _) | (_, 1) => return 0.0,
            _ => {}
        }
        let information = self.mutual_information();
        if information <= NONE {
            return 0.0;
        }
        let (h_truth, h_clusters) = (self.class_entropy(), self.cluster_entropy());
        let mean = match average {
            Average::Arithmetic => f64::midpoint(h_truth, h_clusters),
            Average::Geometric => (h_truth * h_clusters).sqrt(),
        };
        (information / mean).min(1.0)
    }
}

/// `-Σ p ln p` of groups of these sizes.
fn entropy(sizes: &[usize], n: usize) -> f64 {
    if sizes.len() == 1 {
        return 0.0;
    }
    let n = n as f64;
    sizes.iter().map(|&size| -(size as f64 / n) * ((size as f64).ln() - n.ln())).sum()
}

/// What part of an entropy is information; all of it when there is none to have.
fn share(information: f64, entropy: f64) -> f64 {
    if entropy > 0.0 { (information / entropy).min(1.0) } else { 1.0 }
}
