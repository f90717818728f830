//! q, P, their divergence and its gradient.

use manyhands_dec::{
    balanced_target_distribution, kl_divergence, kl_gradient, soft_assignment, target_distribution,
};
use ndarray::{Array1, Array2, Axis, array};
use proptest::prelude::*;

/// From tests/golden/student.json, which tests/golden/student.py makes.
struct Golden {
    name: String,
    alpha: f64,
    kl: f64,
    arrays: serde_json::Value,
}

impl Golden {
    fn all() -> Vec<Self> {
        let cases: Vec<serde_json::Value> =
            serde_json::from_str(include_str!("../golden/student.json")).unwrap();
        let golden = |case: serde_json::Value| Self {
            name: case["name"].as_str().unwrap().to_owned(),
            alpha: case["alpha"].as_f64().unwrap(),
            kl: case["kl"].as_f64().unwrap(),
            arrays: case,
        };
        cases.into_iter().map(golden).collect()
    }

    fn array(&self, key: &str) -> Array2<f64> {
        let rows: Vec<Vec<f64>> = serde_json::from_value(self.arrays[key].clone()).unwrap();
        let dim = (rows.len(), rows[0].len());
        Array2::from_shape_vec(dim, rows.concat()).unwrap()
    }
}

/// Coordinates of the golden cases are exact as f32.
fn narrow(array: &Array2<f64>) -> Array2<f32> {
    array.mapv(|value| value as f32)
}

fn assert_close(got: &Array2<f64>, wants: &Array2<f64>, tolerance: f64, what: &str) {
    assert_eq!(got.dim(), wants.dim(), "{what}");
    for ((place, got), wants) in got.indexed_iter().zip(wants) {
        assert!((got - wants).abs() <= tolerance, "{what} at {place:?}: {got} is not {wants}");
    }
}

#[test]
fn all_four_functions_are_those_of_numpy() {
    for case in Golden::all() {
        let (z, centres) = (narrow(&case.array("embedding")), narrow(&case.array("centres")));
        let q = soft_assignment(z.view(), centres.view(), case.alpha);
        assert_close(&q, &case.array("q"), 1e-9, &case.name);
        let p = target_distribution(q.view());
        assert_close(&p, &case.array("p"), 1e-9, &case.name);
        assert!((kl_divergence(p.view(), q.view()) - case.kl).abs() < 1e-9, "{}", case.name);
        let (d_z, d_centres) = kl_gradient(p.view(), z.view(), centres.view(), case.alpha);
        assert_close(&d_z, &case.array("d_embedding"), 1e-9, &case.name);
        assert_close(&d_centres, &case.array("d_centres"), 1e-9, &case.name);
    }
}

#[test]
fn the_first_golden_case_is_worked_out_by_hand() {
    // |z₀ − μ₁|² = 18: kernels 1 and 1/19, so q₀ = 19/20 and 1/20. |z₁ − μ|² = 1 and 13: 1/2 and 1/14, so 7/8 and 1/8.
    // |z₂ − μ|² = 25 and 1: 1/26 and 1/2, so 1/14 and 13/14.
    let case = &Golden::all()[0];
    let q = array![[19.0 / 20.0, 1.0 / 20.0], [7.0 / 8.0, 1.0 / 8.0], [1.0 / 14.0, 13.0 / 14.0]];
    assert_close(&case.array("q"), &q, 1e-15, "q");
}

#[test]
fn far_points_are_shared_out_without_nan_for_every_alpha() {
    let z = array![[1e18f32, 0.0], [-3e18, 1e18], [0.0, 0.0]];
    let centres = array![[0.0f32, 0.0], [5.0, 5.0], [-5.0, 1.0]];
    for alpha in [0.01, 0.5, 1.0, 2.5, 30.0, 1e4] {
        let q = soft_assignment(z.view(), centres.view(), alpha);
        let p = target_distribution(q.view());
        for (name, matrix) in [("q", &q), ("p", &p)] {
            for row in matrix.rows() {
                assert!((row.sum() - 1.0).abs() < 1e-12, "alpha = {alpha}: {name} holds {row}");
            }
        }
        // Seen from so far away, all centres are one.
        assert!((q[[0, 0]] - 1.0 / 3.0).abs() < 1e-9, "alpha = {alpha}: {q}");
    }
}

#[test]
fn a_point_on_a_centre_belongs_to_it_and_pulls_nothing_along_itself() {
    let z = array![[2.0f32, 3.0]];
    let centres = array![[2.0f32, 3.0], [1e9, 0.0]];
    let q = soft_assignment(z.view(), centres.view(), 1.0);
    assert!(q[[0, 0]] > 1.0 - 1e-12);
    let (d_z, _) = kl_gradient(array![[0.5, 0.5]].view(), z.view(), centres.view(), 1.0);
    assert!(d_z.iter().all(|d| d.abs() < 1e-8), "{d_z}");
}

#[test]
fn clusters_without_mass_and_rows_without_assignment_get_no_target() {
    let p = target_distribution(array![[1.0, 0.0], [0.5, 0.0], [0.0, 0.0]].view());
    assert_eq!(p, array![[1.0, 0.0], [1.0, 0.0], [0.0, 0.0]]);
}

#[test]
fn the_balance_is_a_power_of_the_masses() {
    let q = array![[0.9, 0.1], [0.8, 0.2], [0.4, 0.6]];
    // Masses 2.1 and 0.9; the last row is q² / s^λ, normalised.
    for (balance, wants) in [
        (0.0, 0.16 / (0.16 + 0.36)),
        (1.0, 0.16 / 2.1 / (0.16 / 2.1 + 0.36 / 0.9)),
        (2.0, 0.16 / 4.41 / (0.16 / 4.41 + 0.36 / 0.81)),
        (-1.0, 0.16 * 2.1 / (0.16 * 2.1 + 0.36 * 0.9)),
    ] {
        let p = balanced_target_distribution(q.view(), balance);
        assert!((p[[2, 0]] - wants).abs() < 1e-12, "balance {balance}: {} is not {wants}", p[[2, 0]]);
    }
    assert_eq!(balanced_target_distribution(q.view(), 1.0), target_distribution(q.view()));
    let empty = array![[1.0, 0.0], [0.0, 0.0]];
    for balance in [-8.0, 0.0, 8.0] {
        assert_eq!(balanced_target_distribution(empty.view(), balance), empty);
    }
}

#[test]
fn a_zero_in_p_costs_nothing_and_a_zero_in_q_alone_everything() {
    assert_eq!(kl_divergence(array![[0.0, 1.0]].view(), array![[0.0, 1.0]].view()), 0.0);
    assert_eq!(kl_divergence(array![[1.0, 0.0]].view(), array![[0.0, 1.0]].view()), f64::INFINITY);
    assert!(kl_divergence(array![[f64::NAN, 0.5]].view(), array![[0.5, 0.5]].view()).is_nan());
}

#[test]
fn empty_embeddings_give_empty_results() {
    let (z, centres) = (Array2::<f32>::zeros((0, 3)), Array2::<f32>::zeros((2, 3)));
    let q = soft_assignment(z.view(), centres.view(), 1.0);
    assert_eq!(q.dim(), (0, 2));
    assert_eq!(target_distribution(q.view()).dim(), (0, 2));
    assert_eq!(kl_divergence(q.view(), q.view()), 0.0);
    assert_eq!(kl_gradient(q.view(), z.view(), centres.view(), 1.0).1, Array2::<f64>::zeros((2, 3)));
}

#[test]
#[should_panic(expected = "the same number of columns")]
fn embedding_and_centres_of_different_dimensions_panic() {
    let _ = soft_assignment(Array2::zeros((2, 3)).view(), Array2::zeros((2, 4)).view(), 1.0);
}

#[test]
#[should_panic(expected = "alpha = -3: wants a finite number above 0")]
fn a_kernel_of_negative_degrees_panics() {
    let _ = soft_assignment(array![[0.0]].view(), array![[0.0], [2.0]].view(), -3.0);
}

#[test]
#[should_panic(expected = "balance = NaN: wants a number in -8..=8")]
fn a_balance_that_is_no_number_panics() {
    let _ = balanced_target_distribution(array![[0.5, 0.5]].view(), f64::NAN);
}

#[test]
#[should_panic(expected = "the same shape")]
fn p_and_q_of_different_shapes_panic() {
    let _ = kl_divergence(Array2::zeros((2, 3)).view(), Array2::zeros((3, 3)).view());
}

#[test]
#[should_panic(expected = "a row per image")]
fn a_single_row_of_p_is_not_spread_over_all_images() {
    let _ = kl_gradient(array![[0.5, 0.5]].view(), Array2::zeros((3, 2)).view(), Array2::eye(2).view(), 1.0);
}

/// Points and centres on a grid of 1/64, where small steps stay exact as f32.
fn points(n: usize, n_dims: usize) -> impl Strategy<Value = Array2<f32>> {
    proptest::collection::vec(-192i16..192, n * n_dims)
        .prop_map(move |v| Array2::from_shape_fn((n, n_dims), |(i, j)| f32::from(v[i * n_dims + j]) / 64.0))
}

/// Embedding, centres, any rows that sum to 1, and alpha.
fn problems() -> impl Strategy<Value = (Array2<f32>, Array2<f32>, Array2<f64>, f64)> {
    (1usize..7, 1usize..5, 1usize..4).prop_flat_map(|(n, n_clusters, n_dims)| {
        let shares = proptest::collection::vec(0.01..1.0f64, n * n_clusters).prop_map(move |values| {
            let mut shares = Array2::from_shape_vec((n, n_clusters), values).unwrap();
            for mut row in shares.rows_mut() {
                let sum = row.sum();
                row.mapv_inplace(|share| share / sum);
            }
            shares
        });
        (points(n, n_dims), points(n_clusters, n_dims), shares, 0.3..6.0f64)
    })
}

/// Slope of `loss` along one coordinate, from four points around it: the error is of fourth order.
fn slope(at: &Array2<f32>, place: (usize, usize), loss: impl Fn(&Array2<f32>) -> f64) -> f64 {
    let shift = 1.0 / 256.0;
    let at = |n_steps: f32| {
        let mut moved = at.clone();
        moved[place] += n_steps * shift;
        loss(&moved)
    };
    (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * f64::from(shift))
}

proptest! {
    #[test]
    fn the_gradient_is_that_of_finite_differences((z, centres, p, alpha) in problems()) {
        let loss = |z: &Array2<f32>, centres: &Array2<f32>| {
            kl_divergence(p.view(), soft_assignment(z.view(), centres.view(), alpha).view())
        };
        let (d_z, d_centres) = kl_gradient(p.view(), z.view(), centres.view(), alpha);
        for (place, &got) in d_z.indexed_iter() {
            let wants = slope(&z, place, |z| loss(z, &centres));
            prop_assert!((got - wants).abs() < 1e-6, "z{place:?}, alpha = {alpha}: {got} is not {wants}");
        }
        for (place, &got) in d_centres.indexed_iter() {
            let wants = slope(&centres, place, |centres| loss(&z, centres));
            prop_assert!((got - wants).abs() < 1e-6, "μ{place:?}, alpha = {alpha}: {got} is not {wants}");
        }
    }

    #[test]
    fn forces_between_points_and_centres_cancel((z, centres, p, alpha) in problems()) {
        let (d_z, d_centres) = kl_gradient(p.view(), z.view(), centres.view(), alpha);
        let sum: Array1<f64> = d_z.sum_axis(Axis(0)) + d_centres.sum_axis(Axis(0));
        prop_assert!(sum.iter().all(|total| total.abs() < 1e-10), "{sum}");
    }

    #[test]
    fn rows_of_q_and_p_sum_to_one_and_the_divergence_is_not_negative((z, centres, p, alpha) in problems()) {
        let q = soft_assignment(z.view(), centres.view(), alpha);
        let target = target_distribution(q.view());
        for row in q.rows().into_iter().chain(target.rows()) {
            prop_assert!((row.sum() - 1.0).abs() < 1e-12);
            prop_assert!(row.iter().all(|&share| (0.0..=1.0).contains(&share)));
        }
        prop_assert!(kl_divergence(p.view(), q.view()) > -1e-12);
        prop_assert!(kl_divergence(q.view(), q.view()).abs() < 1e-12);
    }

    #[test]
    fn the_order_of_clusters_and_images_does_not_matter((z, centres, _, alpha) in problems()) {
        let backwards = |matrix: &Array2<f64>| matrix.slice(ndarray::s![..;-1, ..;-1]).to_owned();
        let reversed = |matrix: &Array2<f32>| matrix.slice(ndarray::s![..;-1, ..]).to_owned();
        let q = soft_assignment(z.view(), centres.view(), alpha);
        let other = soft_assignment(reversed(&z).view(), reversed(&centres).view(), alpha);
        assert_close(&other, &backwards(&q), 1e-12, "q");
        let (p, other) = (target_distribution(q.view()), target_distribution(other.view()));
        assert_close(&other, &backwards(&p), 1e-12, "P");
    }

    #[test]
    fn shifting_everything_changes_nothing((z, centres, _, alpha) in problems()) {
        let q = soft_assignment(z.view(), centres.view(), alpha);
        let other = soft_assignment((&z + 4.0).view(), (&centres + 4.0).view(), alpha);
        assert_close(&other, &q, 1e-12, "q");
    }

    #[test]
    fn targets_of_balanced_clusters_are_sharper_than_the_assignment((z, centres, _, alpha) in problems()) {
        // Each image together with its mirror over all clusters: every cluster has the same mass.
        let q = soft_assignment(z.view(), centres.view(), alpha);
        let n_clusters = q.ncols();
        let rolled: Vec<_> = (0..n_clusters)
            .map(|shift| Array2::from_shape_fn(q.dim(), |(i, k)| q[[i, (k + shift) % n_clusters]]))
            .collect();
        let views: Vec<_> = rolled.iter().map(Array2::view).collect();
        let q = ndarray::concatenate(Axis(0), &views).unwrap();
        let p = target_distribution(q.view());
        for (p, q) in p.rows().into_iter().zip(q.rows()) {
            let highest = |row: ndarray::ArrayView1<'_, f64>| row.iter().copied().fold(0.0, f64::max);
            prop_assert!(highest(p) >= highest(q) - 1e-12);
        }
    }
}
