//! Principal components beside a slow twin.

use manyhands_dec::{Error, Pca};
use ndarray::{Array1, Array2, Axis, array};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Points that spread more along some directions than along others, away from the origin.
fn cloud(n: usize, n_dims: usize, seed: u64) -> Array2<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mixing = Array2::from_shape_simple_fn((n_dims, n_dims), || rng.random_range(-1.0f32..1.0));
    let spread =
        Array2::from_shape_fn((n, n_dims), |(_, j)| rng.random_range(-1.0f32..1.0) * 0.6f32.powi(j as i32));
    spread.dot(&mixing) + 3.0
}

/// The covariance, entry by entry.
fn covariance(points: &Array2<f32>) -> Array2<f64> {
    let points = points.mapv(f64::from);
    let mean = points.mean_axis(Axis(0)).unwrap();
    Array2::from_shape_fn((points.ncols(), points.ncols()), |(i, j)| {
        let products = points.rows().into_iter().map(|row| (row[i] - mean[i]) * (row[j] - mean[j]));
        products.sum::<f64>() / (points.nrows() - 1) as f64
    })
}

/// Largest eigenvalues and their vectors by power iteration, each taken out before the next is sought.
fn power_iteration(mut matrix: Array2<f64>, n_components: usize) -> Vec<(f64, Array1<f64>)> {
    (0..n_components)
        .map(|_| {
            let mut vector = Array1::from_shape_fn(matrix.nrows(), |i| 1.0 + 0.37 * i as f64);
            for _ in 0..5000 {
                vector = matrix.dot(&vector);
                vector /= vector.dot(&vector).sqrt();
            }
            let value = vector.dot(&matrix.dot(&vector));
            let column = vector.view().insert_axis(Axis(1));
            matrix = &matrix - &(value * column.dot(&column.t()));
            (value, vector)
        })
        .collect()
}

/// What the components say of the axes: `transform` of unit steps from the mean.
fn components(pca: &Pca, n_dims: usize) -> Array2<f64> {
    let origin = pca.transform(Array2::zeros((1, n_dims)).view()).unwrap();
    (pca.transform(Array2::eye(n_dims).view()).unwrap() - origin).reversed_axes()
}

#[test]
fn components_are_those_of_power_iteration_with_their_largest_entry_positive() {
    for seed in 0..5 {
        let points = cloud(200, 6, seed);
        let covariance = covariance(&points);
        let total = covariance.diag().sum();
        let pca = Pca::fit(points.view(), 3).unwrap();
        let rows = components(&pca, 6);
        for (i, (value, vector)) in power_iteration(covariance, 3).into_iter().enumerate() {
            let row = rows.row(i);
            assert!((row.dot(&vector).abs() - 1.0).abs() < 1e-6, "component {i} of cloud {seed}");
            let largest = row.iter().copied().fold(0.0, |a: f64, b| if b.abs() > a.abs() { b } else { a });
            assert!(largest > 0.0, "component {i} of cloud {seed} points down: {row}");
            assert!((pca.explained_variance_ratio()[i] - value / total).abs() < 1e-9);
        }
    }
}

#[test]
fn coordinates_have_mean_zero_and_the_variances_of_the_components() {
    let points = cloud(300, 5, 9);
    let pca = Pca::fit(points.view(), 5).unwrap();
    let coordinates = pca.transform(points.view()).unwrap();
    assert!(coordinates.mean_axis(Axis(0)).unwrap().iter().all(|mean| mean.abs() < 1e-10));
    let variances = coordinates.var_axis(Axis(0), 1.0);
    let ratios = pca.explained_variance_ratio();
    for (variance, ratio) in (&variances / variances.sum()).iter().zip(ratios) {
        assert!((variance - ratio).abs() < 1e-9);
    }
    assert!((ratios.iter().sum::<f64>() - 1.0).abs() < 1e-12);
}

#[test]
fn one_dimension_few_points_and_points_all_alike_are_fine() {
    let line = Pca::fit(array![[1.0f32], [3.0]].view(), 1).unwrap();
    assert_eq!(line.explained_variance_ratio(), [1.0]);
    assert_eq!(line.transform(array![[4.0f32]].view()).unwrap(), array![[2.0]]);
    // Two points in five dimensions span one.
    let two = Pca::fit(cloud(2, 5, 1).view(), 5).unwrap();
    assert!((two.explained_variance_ratio()[0] - 1.0).abs() < 1e-9);
    let alike = Pca::fit(Array2::from_elem((4, 3), 2.5f32).view(), 2).unwrap();
    assert_eq!(alike.explained_variance_ratio(), [0.0, 0.0]);
    assert!(
        alike.transform(Array2::from_elem((1, 3), 2.5f32).view()).unwrap().iter().all(|x| x.abs() < 1e-12)
    );
}

#[test]
fn wrong_input_is_an_error() {
    let points = cloud(10, 3, 0);
    for n_components in [0, 4] {
        assert!(matches!(
            Pca::fit(points.view(), n_components),
            Err(Error::Parameter { name: "n_components", .. })
        ));
    }
    assert!(matches!(
        Pca::fit(points.slice(ndarray::s![..1, ..]), 1),
        Err(Error::TooFewImages { got: 1, wants: 2, .. })
    ));
    assert!(matches!(
        Pca::fit(Array2::zeros((3, 0)).view(), 1),
        Err(Error::Parameter { name: "images", .. })
    ));
    let mut broken = points.clone();
    broken[[2, 1]] = f32::NAN;
    assert!(matches!(Pca::fit(broken.view(), 1), Err(Error::NotFinite { row: 2, column: 1, .. })));
    let pca = Pca::fit(points.view(), 2).unwrap();
    assert!(matches!(pca.transform(Array2::zeros((1, 4)).view()), Err(Error::Width { got: 4, wants: 3 })));
    assert!(matches!(pca.transform(broken.view()), Err(Error::NotFinite { row: 2, column: 1, .. })));
}

proptest! {
    #[test]
    fn components_are_orthonormal_and_their_variances_descend(n in 2usize..30, n_dims in 1usize..8, seed in 0u64..1000) {
        let points = cloud(n, n_dims, seed);
        let pca = Pca::fit(points.view(), n_dims).unwrap();
        let rows = components(&pca, n_dims);
        let products = rows.dot(&rows.t());
        for ((i, j), &product) in products.indexed_iter() {
            let wants = f64::from(u8::from(i == j));
            prop_assert!((product - wants).abs() < 1e-9, "{i} and {j}: {product}");
        }
        let ratios = pca.explained_variance_ratio();
        prop_assert!(ratios.windows(2).all(|pair| pair[0] >= pair[1]));
        prop_assert!(ratios.iter().all(|&ratio| (0.0..=1.0 + 1e-12).contains(&ratio)));
    }
}
