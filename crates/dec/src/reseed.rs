//! New centres for a retrained embedding: k-means within each class that the head predicts.

use crate::check;
use crate::error::{Error, Result};
use crate::kmeans::KMeans;
use crate::multitask::Multitask;
use crate::network::{Activation, Dense, Head, HeadInput};
use crate::random::{Purpose, stream};
use crate::student::{hard_assignment, soft_assignment};
use linfa_linalg::LinalgError;
use linfa_linalg::cholesky::SolveC;
use ndarray::{Array2, ArrayView2, Axis, concatenate};
use rand::Rng;

/// Runs of k-means within a class, of which the best is kept.
const N_RESTARTS: usize = 5;
/// Least probability of a class, so that its logarithm stays finite.
const LEAST: f64 = 1e-3;
/// What is added to the diagonal of Σ q qᵀ / n, so that empty clusters leave it invertible.
const RIDGE: f64 = 1e-6;

impl Multitask {
    /// Places `n_clusters` centres anew, by k-means within the images of each predicted class, so that a class which had no cluster of its own
    /// gets some however rare it is. The head moves to the assignments, where it says what it said before as nearly as it can.
    ///
    /// This is what makes clusters of a model whose head read the embedding ([`HeadInput::Embedding`]), where no gradient of the classes moves
    /// the centres. Clusters are shared out as √n_c for a class of n_c predicted images, at least one each and no more than there are images;
    /// the first ones belong to class 0, the next to class 1, and so on.
    ///
    /// # Formula
    ///
    /// ```text
    /// ŷ = softmax(q W)        W = argmin Σ_i ‖q_i W − ln p_i‖² + 10⁻⁶ n ‖W‖²
    /// ```
    ///
    /// with p_i the probabilities before, at least 0.001, of n images. The kernel of q is as wide as 1: centres much closer than that share their images,
    /// and a head on them says less than the one before.
    ///
    /// # Errors
    ///
    /// When there are fewer clusters than predicted classes or fewer images than clusters, the images are of another width or not finite, or the
    /// equations of the head cannot be solved.
    pub fn reseed(mut self, images: ArrayView2<'_, f32>, n_clusters: usize, seed: u64) -> Result<Self> {
        check::parameter(n_clusters > 0, "n_clusters", n_clusters, "at least 1")?;
        check::images(images, n_clusters, "its clusters")?;
        let embedding = self.transform(images)?;
        let probabilities = self.predict_proba(images)?;
        let classes = hard_assignment(probabilities.view());
        let n_classes = probabilities.ncols();
        let rows = |class: usize| -> Vec<usize> {
            (0..images.nrows()).filter(|&row| classes[row] == class).collect()
        };
        let sizes: Vec<usize> = (0..n_classes).map(|class| rows(class).len()).collect();
        let n_predicted = sizes.iter().filter(|&&size| size > 0).count();
        let wants = "at least one for every class that is predicted";
        check::parameter(n_clusters >= n_predicted, "n_clusters", n_clusters, wants)?;
        let mut centres = Vec::new();
        for (class, n) in shares(&sizes, n_clusters).into_iter().enumerate().filter(|&(_, n)| n > 0) {
            let of_class = embedding.select(Axis(0), &rows(class));
            let seed = stream(seed, Purpose::Reseed, class as u64).random();
            let search = KMeans::params(n).n_restarts(N_RESTARTS).seed(seed);
            centres.push(search.fit(of_class.view())?.centres().to_owned());
        }
        let views: Vec<_> = centres.iter().map(Array2::view).collect();
        let centres = concatenate(Axis(0), &views).expect("centres of one embedding are of one width");

        let q = soft_assignment(embedding.view(), centres.view(), self.0.alpha);
        let weight = least_squares(&q, &probabilities.mapv(|p| p.max(LEAST).ln()))?;
        let weight = weight.mapv(|w| w as f32);
        let bias = Array2::zeros((1, n_classes));
        let dense = Dense { weight, bias, activation: Activation::Linear };
        self.0.network.head = Some(Head { dense, input: HeadInput::Assignment });
        self.0.network.centres = Some(centres);
        Ok(self)
    }
}

/// The W that brings q W nearest to `wanted`: clusters × columns. Clusters that nothing tells apart share what they get.
fn least_squares(q: &Array2<f64>, wanted: &Array2<f64>) -> Result<Array2<f64>> {
    let mut gram = q.t().dot(q);
    let ridge = RIDGE * q.nrows() as f64;
    gram.diag_mut().mapv_inplace(|entry| entry + ridge);
    let failed = |error: LinalgError| Error::LinearAlgebra { step: "head", message: error.to_string() };
    gram.solvec(&q.t().dot(wanted)).map_err(failed)
}

/// Shares `n` clusters out over classes of these sizes as their roots, one by one to the class that lacks most; ties go to the lower class.
fn shares(sizes: &[usize], n: usize) -> Vec<usize> {
    let mut shares: Vec<usize> = sizes.iter().map(|&size| usize::from(size > 0)).collect();
    while shares.iter().sum::<usize>() < n {
        let lack = |class: usize| (sizes[class] as f64).sqrt() / shares[class] as f64;
        let open = (0..sizes.len()).filter(|&class| shares[class] < sizes[class]);
        let most = open.reduce(|best, class| if lack(class) > lack(best) { class } else { best });
        // There are at least as many images as clusters, so one class has room.
        let Some(class) = most else { break };
        shares[class] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    fn clusters_are_shared_out_as_roots_with_one_for_every_class() {
        assert_eq!(shares(&[15000, 510], 50), [42, 8]);
        assert_eq!(shares(&[10000, 5000], 10), [6, 4]);
        assert_eq!(shares(&[10000, 1], 10), [9, 1]);
        assert_eq!(shares(&[0, 4], 3), [0, 3]);
        assert_eq!(shares(&[9, 9], 3), [2, 1]);
        assert_eq!(shares(&[2, 2], 9), [2, 2]);
    }
}
