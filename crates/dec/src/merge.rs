//! More centres than clusters, merged until there are as many as were asked for.

use ndarray::{Array1, Array2, ArrayView2, Axis};

/// Merges pairs of `centres` until `n_clusters` are left, by the rule of Ward (1963): always the pair whose union adds the least to the sum of
/// squared distances of all images to their centres,
///
/// ```text
/// n_a n_b / (n_a + n_b) · |μ_a − μ_b|²
/// ```
///
/// of equal pairs the first. The mean of the pair, weighted by the numbers of images `sizes`, takes the lower of the two places. Centres without images
/// add nothing and so are merged first.
pub(crate) fn ward(centres: ArrayView2<'_, f32>, sizes: &[usize], n_clusters: usize) -> Array2<f32> {
    let mut clusters: Vec<(f64, Array1<f64>)> =
        sizes.iter().zip(centres.rows()).map(|(&n, centre)| (n as f64, centre.mapv(f64::from))).collect();
    while clusters.len() > n_clusters {
        let mut best = (f64::INFINITY, 0, 1);
        for (b, to) in clusters.iter().enumerate() {
            for (a, from) in clusters[..b].iter().enumerate() {
                let cost = cost(from, to);
                if (cost, a, b) < best {
                    best = (cost, a, b);
                }
            }
        }
        let (_, a, b) = best;
        let (n_b, centre_b) = clusters.remove(b);
        let (n_a, centre_a) = &mut clusters[a];
        let n = *n_a + n_b;
        if n > 0.0 {
            *centre_a = (&*centre_a * *n_a + centre_b * n_b) / n;
        }
        *n_a = n;
    }
    let mut merged = Array2::zeros((clusters.len(), centres.ncols()));
    for (mut row, (_, centre)) in merged.axis_iter_mut(Axis(0)).zip(&clusters) {
        row.zip_mut_with(centre, |to, &value| *to = value as f32);
    }
    merged
}

fn cost((n_a, a): &(f64, Array1<f64>), (n_b, b): &(f64, Array1<f64>)) -> f64 {
    let n = n_a + n_b;
    let square: f64 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
    if n > 0.0 { n_a * n_b / n * square } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::ward;
    use ndarray::{Array2, array};

    #[test]
    fn the_cheapest_pair_goes_first_and_its_mean_is_weighted() {
        // Costs: (0, 1) 3·1/4·1 = 0.75; (2, 3) 4·4/8·1 = 2; all others above 40.
        let centres = array![[0.0f32], [1.0], [10.0], [11.0]];
        let sizes = [3, 1, 4, 4];
        assert_eq!(ward(centres.view(), &sizes, 3), array![[0.25], [10.0], [11.0]]);
        assert_eq!(ward(centres.view(), &sizes, 2), array![[0.25], [10.5]]);
        // (4 · 0.25 + 8 · 10.5) / 12
        assert_eq!(ward(centres.view(), &sizes, 1), array![[85.0 / 12.0]]);
        assert_eq!(ward(centres.view(), &sizes, 4), centres);
    }

    #[test]
    fn small_groups_are_merged_before_large_ones_at_the_same_distance() {
        let centres = array![[0.0f32], [1.0], [5.0], [6.0]];
        assert_eq!(ward(centres.view(), &[100, 100, 2, 2], 3), array![[0.0], [1.0], [5.5]]);
        // Of equal pairs the first.
        assert_eq!(ward(centres.view(), &[2; 4], 3), array![[0.5], [5.0], [6.0]]);
    }

    #[test]
    fn centres_without_images_vanish_and_move_nothing() {
        let centres = array![[0.0f32, 0.0], [9.0, 9.0], [4.0, 4.0]];
        assert_eq!(ward(centres.view(), &[5, 0, 5], 2), array![[0.0, 0.0], [4.0, 4.0]]);
        assert_eq!(ward(centres.view(), &[0; 3], 1), array![[0.0, 0.0]]);
    }

    #[test]
    fn the_means_of_all_images_stay_where_they_were() {
        let centres = Array2::from_shape_fn((9, 3), |(k, j)| ((k * 7 + j * 5) % 11) as f32);
        let mean = |centres: &Array2<f32>, n: f32| centres.sum_axis(ndarray::Axis(0)) / n;
        let merged = ward(centres.view(), &[1; 9], 1);
        let wants = mean(&centres, 9.0);
        assert!(merged.row(0).iter().zip(&wants).all(|(a, b)| (a - b).abs() < 1e-5));
    }
}
