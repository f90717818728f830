//! k-means beside a slow twin, and what must hold for any rows.

use super::blobs;
use manyhands_dec::{Autoencoder, Dec, Error, InitialCentres, KMeans, KMeansParams};
use ndarray::{Array1, Array2, Axis, array, s};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The obvious k-means: every row against every centre in f64.
struct Twin {
    centres: Array2<f64>,
    clusters: Vec<usize>,
    inertia: f64,
}

impl Twin {
    fn at(rows: &Array2<f32>, centres: Array2<f64>) -> Self {
        let rows = rows.mapv(f64::from);
        let mut inertia = 0.0;
        let mut clusters = Vec::new();
        for row in rows.rows() {
            let distances: Vec<f64> =
                centres.rows().into_iter().map(|centre| (&row - &centre).mapv(|d| d * d).sum()).collect();
            let nearest =
                (0..distances.len()).min_by(|&a, &b| distances[a].total_cmp(&distances[b])).unwrap();
            clusters.push(nearest);
            inertia += distances[nearest];
        }
        Self { centres, clusters, inertia }
    }

    /// Lloyd's iteration to the end, from rows `start`.
    fn run(rows: &Array2<f32>, start: &[usize]) -> Self {
        let mut now = Self::at(rows, rows.select(Axis(0), start).mapv(f64::from));
        loop {
            let next = Self::at(rows, now.means(rows));
            if next.clusters == now.clusters {
                return next;
            }
            now = next;
        }
    }

    fn means(&self, rows: &Array2<f32>) -> Array2<f64> {
        let mut means = self.centres.clone();
        for (k, mut mean) in means.rows_mut().into_iter().enumerate() {
            let members: Vec<usize> = (0..rows.nrows()).filter(|&i| self.clusters[i] == k).collect();
            if !members.is_empty() {
                mean.assign(&rows.select(Axis(0), &members).mapv(f64::from).mean_axis(Axis(0)).unwrap());
            }
        }
        means
    }
}

/// Until no row moves.
fn strict(n_clusters: usize) -> KMeansParams {
    KMeans::params(n_clusters).tolerance(0.0).seed(3)
}

/// Rows around `n_groups` places, groups overlapping.
fn groups(n: usize, n_columns: usize, n_groups: usize) -> Array2<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(17);
    let places = Array2::from_shape_simple_fn((n_groups, n_columns), || rng.random_range(-2.0..2.0f32));
    Array2::from_shape_fn((n, n_columns), |(i, j)| places[[i % n_groups, j]] + rng.random_range(-1.0..1.0))
}

fn assert_close(got: f64, wants: f64, tolerance: f64) {
    assert!((got - wants).abs() <= tolerance * wants.abs().max(1.0), "{got} is not {wants}");
}

#[test]
fn the_clusters_of_a_line_are_the_known_ones() {
    // Pairs 1 apart: each row is 0.5 from its mean, six rows of 0.25.
    let rows = array![[0.0], [1.0], [10.0], [11.0], [30.0], [31.0]];
    let kmeans = strict(3).fit(rows.view()).unwrap();
    let mut centres = kmeans.centres().column(0).to_vec();
    centres.sort_by(f32::total_cmp);
    assert_eq!(centres, [0.5, 10.5, 30.5]);
    assert_close(kmeans.inertia(), 1.5, 1e-12);
    assert!(kmeans.converged());
}

#[test]
fn the_best_of_many_runs_is_that_of_the_slow_twin() {
    let rows = groups(300, 7, 5);
    let ours = strict(5).n_restarts(50).fit(rows.view()).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let twin = (0..200)
        .map(|_| Twin::run(&rows, &rand::seq::index::sample(&mut rng, 300, 5).into_vec()))
        .min_by(|a, b| a.inertia.total_cmp(&b.inertia))
        .unwrap();
    assert_close(ours.inertia(), twin.inertia, 1e-6);
    let clusters = ours.predict(rows.view()).unwrap().to_vec();
    // The same partition under other numbers.
    for (a, b) in clusters.iter().zip(&twin.clusters) {
        let first = clusters.iter().position(|k| k == a).unwrap();
        assert_eq!(twin.clusters[first], *b);
    }
}

#[test]
fn the_inertia_is_that_of_the_slow_twin_at_the_same_centres() {
    for mini_batch in [None, Some(100)] {
        let rows = groups(9000, 13, 20) + 50.0;
        let kmeans = KMeans::params(20).n_restarts(1).mini_batch(mini_batch).fit(rows.view()).unwrap();
        let twin = Twin::at(&rows, kmeans.centres().mapv(f64::from));
        assert_close(kmeans.inertia(), twin.inertia, 1e-5);
        let clusters = kmeans.predict(rows.view()).unwrap();
        let n_other = clusters.iter().zip(&twin.clusters).filter(|(a, b)| a != b).count();
        assert!(n_other <= 3, "{n_other} rows lie elsewhere");
    }
}

#[test]
fn more_restarts_never_have_a_higher_inertia() {
    let rows = groups(2000, 4, 12);
    let inertia = |n| KMeans::params(12).n_restarts(n).fit(rows.view()).unwrap().inertia();
    let found: Vec<f64> = [1, 2, 5, 20].into_iter().map(inertia).collect();
    assert!(found.windows(2).all(|pair| pair[1] <= pair[0]), "{found:?}");
}

#[test]
fn greedy_seeding_alone_finds_separate_groups() {
    // 40 groups far apart: uniform starts miss about a third of them (1/e), k-means++ finds nearly all.
    let places =
        Array2::from_shape_fn((40, 2), |(k, j)| 100.0 * if j == 0 { (k % 8) as f32 } else { (k / 8) as f32 });
    let noise = groups(4000, 2, 1);
    let rows = Array2::from_shape_fn((4000, 2), |(i, j)| places[[i % 40, j]] + 0.1 * noise[[i, j]]);
    let start = KMeans::params(40).max_iterations(0).n_restarts(5).fit(rows.view()).unwrap();
    // Two groups under one centre cost some 100 rows × 50² at least.
    assert!(start.inertia() < 100.0 * 2500.0, "{}", start.inertia());
    assert_eq!(start.n_iterations(), 0);
}

#[test]
fn mini_batches_come_near_all_rows() {
    let rows = groups(20_000, 10, 10);
    let full = KMeans::params(10).n_restarts(3).fit(rows.view()).unwrap();
    let batches = KMeans::params(10).n_restarts(3).mini_batch(Some(1000)).fit(rows.view()).unwrap();
    assert!(batches.converged());
    assert!(batches.inertia() < 1.02 * full.inertia(), "{} beside {}", batches.inertia(), full.inertia());
    // A batch of all rows is no batch.
    let all = KMeans::params(10).n_restarts(3).mini_batch(Some(20_000)).fit(rows.view()).unwrap();
    assert!(all == full);
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let rows = groups(10_000, 10, 30);
    for params in [KMeans::params(30).n_restarts(3), KMeans::params(30).n_restarts(2).mini_batch(Some(500))] {
        let on = |n| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
            pool.install(|| params.fit(rows.view()).unwrap())
        };
        let one = on(1);
        assert!(one == on(2) && one == on(3));
        assert!(one != params.clone().seed(1).fit(rows.view()).unwrap());
    }
}

#[test]
fn every_distinct_row_is_a_centre_where_clusters_are_more_than_distinct_rows() {
    let rows = Array2::from_shape_fn((60, 3), |(i, j)| ((i % 4) * (j + 1)) as f32);
    for n_clusters in [4, 7] {
        for mini_batch in [None, Some(30)] {
            let kmeans = strict(n_clusters).mini_batch(mini_batch).fit(rows.view()).unwrap();
            assert_close(kmeans.inertia(), 0.0, 1e-9);
            let clusters = kmeans.predict(rows.view()).unwrap();
            assert!((0..60).all(|i| clusters[i] == clusters[i % 4]));
            assert!((0..4).all(|i| (0..i).all(|j| clusters[i] != clusters[j])));
        }
    }
}

#[test]
fn as_many_clusters_as_rows_and_one_cluster_are_allowed() {
    let rows = groups(9, 2, 3);
    assert_close(strict(9).fit(rows.view()).unwrap().inertia(), 0.0, 1e-9);
    let one = strict(1).fit(rows.view()).unwrap();
    let mean = rows.mapv(f64::from).mean_axis(Axis(0)).unwrap();
    assert!(one.centres().row(0).iter().zip(&mean).all(|(&a, b)| (f64::from(a) - b).abs() < 1e-6));
}

#[test]
fn ties_go_to_the_lower_cluster() {
    let rows = array![[-1.0], [1.0]];
    let kmeans = strict(2).fit(rows.view()).unwrap();
    assert_eq!(kmeans.predict(array![[0.0]].view()).unwrap(), array![0]);
}

#[test]
fn rows_far_from_the_origin_and_of_any_size_cluster_alike() {
    // Powers of 2 and an offset of whole numbers change no bit of the differences.
    let rows = groups(500, 5, 4).mapv(|value| (value * 64.0).round());
    let wants = strict(4).fit(rows.view()).unwrap();
    let clusters = wants.predict(rows.view()).unwrap();
    for (factor, offset) in [(1.0, 65_536.0), (2f32.powi(90), 0.0), (2f32.powi(-100), 0.0)] {
        let moved = rows.mapv(|value| (value + offset) * factor);
        let got = strict(4).fit(moved.view()).unwrap();
        assert_eq!(got.predict(moved.view()).unwrap(), clusters);
        assert_close(got.inertia() / f64::from(factor).powi(2), wants.inertia(), 1e-3);
    }
}

#[test]
fn wrong_parameters_and_rows_are_named() {
    let rows = groups(20, 3, 2);
    let mut broken = rows.clone();
    broken[[7, 1]] = f32::NAN;
    let message = |params: KMeansParams, rows: &Array2<f32>| params.fit(rows.view()).unwrap_err().to_string();
    let table = [
        (KMeans::params(0), &rows, "n_clusters = 0: wants at least 1"),
        (KMeans::params(21), &rows, "images has 20 rows: wants at least 21 for its clusters"),
        (strict(2).n_restarts(0), &rows, "n_restarts = 0: wants at least 1"),
        (strict(2).mini_batch(Some(0)), &rows, "mini_batch = 0: wants at least 1 row"),
        (strict(2).tolerance(-1.0), &rows, "tolerance = -1: wants a finite number of at least 0"),
        (strict(2).tolerance(f64::NAN), &rows, "tolerance = NaN: wants a finite number of at least 0"),
        (strict(2), &broken, "images[7, 1] = NaN: wants a finite number"),
        (strict(2), &Array2::zeros((5, 0)), "images = 0 columns: wants at least one pixel"),
    ];
    for (params, rows, wants) in table {
        assert_eq!(message(params, rows), wants);
    }
    let kmeans = strict(2).fit(rows.view()).unwrap();
    let message = |rows: Array2<f32>| kmeans.predict(rows.view()).unwrap_err().to_string();
    assert_eq!(message(Array2::zeros((1, 4))), "images has 4 columns: the model wants 3");
    assert_eq!(message(broken), "images[7, 1] = NaN: wants a finite number");
}

#[test]
fn the_clustering_starts_from_these_centres_be_it_begun_or_not() {
    let (images, _) = blobs(200, 3, 20, 0.5);
    let start = Autoencoder::params(&[8, 3]).seed(5).max_epochs(Some(2)).fit(images.view()).unwrap();
    let embedding = start.transform(images.view()).unwrap();
    for batch in [None, Some(40)] {
        let wants = KMeans::params(3).seed(5).n_restarts(4).mini_batch(batch).fit(embedding.view()).unwrap();
        let params = Dec::params(3).seed(5).initial_centres(InitialCentres::KMeans).n_restarts(4);
        let params = params.kmeans_batch(batch).max_epochs(Some(0));
        let training = || params.training(start.clone(), images.view()).unwrap();
        assert_eq!(training().snapshot().unwrap().centres(), wants.centres());
        assert_eq!(training().latest().unwrap().centres(), wants.centres());
        assert_eq!(training().finish().unwrap().centres(), wants.centres());
        assert_eq!(params.fit_with(start.clone(), images.view()).unwrap().centres(), wants.centres());
    }
}

/// Rows on a coarse grid, so that duplicates and ties are common, and a number of clusters.
fn problems() -> impl Strategy<Value = (Array2<f32>, usize)> {
    (1usize..40, 1usize..4).prop_flat_map(|(n, n_columns)| {
        let rows = proptest::collection::vec(-8i8..8, n * n_columns).prop_map(move |values| {
            Array2::from_shape_fn((n, n_columns), |(i, j)| f32::from(values[i * n_columns + j]))
        });
        (rows, 1..=n)
    })
}

proptest! {
    #[test]
    fn inertia_never_rises_with_iterations((rows, n_clusters) in problems()) {
        let after = |n| strict(n_clusters).n_restarts(1).max_iterations(n).fit(rows.view()).unwrap().inertia();
        let found: Vec<f64> = (0..6).map(after).collect();
        prop_assert!(found.windows(2).all(|pair| pair[1] <= pair[0] + 1e-3), "{found:?}");
    }

    #[test]
    fn at_rest_every_centre_is_the_mean_of_its_rows((rows, n_clusters) in problems()) {
        let kmeans = strict(n_clusters).n_restarts(2).fit(rows.view()).unwrap();
        prop_assert!(kmeans.converged());
        let clusters: Array1<usize> = kmeans.predict(rows.view()).unwrap();
        for (k, centre) in kmeans.centres().rows().into_iter().enumerate() {
            let members: Vec<usize> = (0..rows.nrows()).filter(|&i| clusters[i] == k).collect();
            if let Some(mean) = rows.select(Axis(0), &members).mapv(f64::from).mean_axis(Axis(0)) {
                prop_assert!(centre.iter().zip(&mean).all(|(&a, b)| (f64::from(a) - b).abs() < 1e-4));
            }
        }
        let twin = Twin::at(&rows, kmeans.centres().mapv(f64::from));
        prop_assert!((kmeans.inertia() - twin.inertia).abs() < 1e-3, "{} is not {}", kmeans.inertia(), twin.inertia);
    }

    #[test]
    fn no_cluster_is_empty_where_rows_are_distinct_enough((rows, n_clusters) in problems()) {
        let mut distinct: Vec<Vec<i64>> =
            rows.rows().into_iter().map(|row| row.iter().map(|&v| v as i64).collect()).collect();
        distinct.sort();
        distinct.dedup();
        let clusters = strict(n_clusters).n_restarts(1).fit(rows.view()).unwrap().predict(rows.view()).unwrap();
        let mut found = clusters.to_vec();
        found.sort_unstable();
        found.dedup();
        prop_assert_eq!(found.len(), n_clusters.min(distinct.len()));
    }

    #[test]
    fn clusters_of_a_few_rows_are_those_among_many((rows, n_clusters) in problems()) {
        let kmeans = strict(n_clusters).n_restarts(1).fit(rows.view()).unwrap();
        let all = kmeans.predict(rows.view()).unwrap();
        for i in 0..rows.nrows() {
            let alone = kmeans.predict(rows.slice(s![i..=i, ..])).unwrap()[0];
            prop_assert_eq!(alone, all[i]);
        }
    }
}

#[test]
fn a_row_too_far_to_be_measured_is_named_and_never_put_into_a_cluster() {
    let rows = array![[0.0f32, 0.0], [0.0, 2.0], [9.0, 0.0], [9.0, 2.0]];
    let kmeans = strict(2).fit(rows.view()).unwrap();
    let mut others = array![[8.0f32, 1.0], [f32::MAX, f32::MAX]];
    assert!(matches!(kmeans.predict(others.view()), Err(Error::Far { row: 1 })));
    others[[1, 1]] = 0.0;
    others[[1, 0]] = 1e18;
    let clusters = kmeans.predict(others.view()).unwrap();
    assert_eq!(clusters[0], clusters[1], "far on the same side");
}
