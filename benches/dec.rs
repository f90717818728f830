//! Benchmarks of manyhands-dec: epochs of the published network, and what they are made of. Sizes in the ids.

use criterion::{BatchSize, Bencher, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use manyhands_dec::{
    Autoencoder, AutoencoderParams, Backend, Dec, Error, KMeans, Multitask, Optimiser, Segment, Training,
    kl_gradient, soft_assignment, target_distribution,
};
use ndarray::{Array2, Axis};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The encoder of both papers.
const DIMS: [usize; 4] = [500, 500, 2000, 10];
/// Images of an epoch: eight batches of 256.
const N_IMAGES: usize = 2048;
/// 28 × 28 pixels of MNIST; a camera of VERITAS.
const WIDTHS: [usize; 2] = [784, 499];

fn random(n: usize, n_columns: usize) -> Array2<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    Array2::from_shape_simple_fn((n, n_columns), || rng.random_range(-1.0..1.0))
}

/// The published network without a training: what a step costs does not depend on what was learnt.
fn network() -> AutoencoderParams {
    Autoencoder::params(&DIMS)
        .seed(7)
        .optimiser(Optimiser::Sgd { momentum: 0.9 })
        .layer_schedule(&[])
        .fine_tune_dropout(0.0)
        .fine_tune_schedule(&[Segment::epochs(1, 0.01)])
        .neighbour_schedule(&[])
}

fn untrained(images: &Array2<f32>) -> Autoencoder {
    network().max_epochs(Some(0)).fit(images.view()).unwrap()
}

fn clustered(images: &Array2<f32>, n_clusters: usize) -> Dec {
    let params = Dec::params(n_clusters).seed(7).n_restarts(1).max_epochs(Some(0));
    params.fit_with(untrained(images), images.view()).unwrap()
}

/// Times the first epoch of a training, without its set-up.
fn first_epoch<'a, M>(b: &mut Bencher<'_>, set_up: impl Fn() -> Training<'a, M>) {
    b.iter_batched_ref(&set_up, |training| training.next().unwrap().unwrap(), BatchSize::PerIteration);
}

/// Times the second one: the first looks for centres.
fn second_epoch<'a, M>(b: &mut Bencher<'_>, set_up: impl Fn() -> Training<'a, M>) {
    let begun = || {
        let mut training = set_up();
        training.next().unwrap().unwrap();
        training
    };
    first_epoch(b, begun);
}

/// (images, clusters) of the benchmarks on an embedding of 10 dimensions.
const ASSIGNMENTS: [(usize, usize); 4] = [(10_000, 10), (10_000, 50), (100_000, 10), (100_000, 50)];

fn assignments(c: &mut Criterion) {
    let mut group = c.benchmark_group("student");
    group.sample_size(20);
    for (n, n_clusters) in ASSIGNMENTS {
        let size = format!("{n} x {n_clusters}");
        let (z, centres) = (random(n, 10), random(n_clusters, 10));
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(BenchmarkId::new("q", &size), |b| {
            b.iter(|| soft_assignment(z.view(), centres.view(), 1.0));
        });
        // Any other α costs a power.
        group.bench_function(BenchmarkId::new("q, alpha 2", &size), |b| {
            b.iter(|| soft_assignment(z.view(), centres.view(), 2.0));
        });
        let q = soft_assignment(z.view(), centres.view(), 1.0);
        group.bench_function(BenchmarkId::new("P", &size), |b| b.iter(|| target_distribution(q.view())));
        let p = target_distribution(q.view());
        group.bench_function(BenchmarkId::new("gradient", &size), |b| {
            b.iter(|| kl_gradient(p.view(), z.view(), centres.view(), 1.0));
        });
    }
    group.finish();
}

fn epochs(c: &mut Criterion) {
    let mut group = c.benchmark_group("epoch");
    group.sample_size(10).throughput(Throughput::Elements(N_IMAGES as u64));
    for width in WIDTHS {
        let images = random(N_IMAGES, width);
        let images = images.view();
        let size = format!("{N_IMAGES} x {width}");
        for (name, optimiser) in [("SGD", Optimiser::Sgd { momentum: 0.9 }), ("Adam", Optimiser::Adam)] {
            let params = network().optimiser(optimiser);
            group.bench_function(BenchmarkId::new(format!("autoencoder, {name}"), &size), |b| {
                first_epoch(b, || params.training(images).unwrap());
            });
        }
        let params = network().image_dropout(0.2).layer_schedule(&[Segment::epochs(1, 0.01)]);
        group.bench_function(BenchmarkId::new("first layer", &size), |b| {
            first_epoch(b, || params.training(images).unwrap());
        });
        // The graph is made at the start of the epoch.
        let params = network().fine_tune_schedule(&[]).neighbour_schedule(&[Segment::epochs(1, 1e-3)]);
        group.bench_function(BenchmarkId::new("graph and neighbours", &size), |b| {
            first_epoch(b, || params.training(images).unwrap());
        });
    }
    group.finish();
}

fn later_epochs(c: &mut Criterion) {
    let mut group = c.benchmark_group("epoch");
    group.sample_size(10).throughput(Throughput::Elements(N_IMAGES as u64));
    let images = random(N_IMAGES, 499);
    let labels: Vec<_> = (0..N_IMAGES).map(|i| Some(i % 2)).collect();
    for n_clusters in [10, 50] {
        let size = format!("{N_IMAGES} x 499 in {n_clusters}");
        let start = untrained(&images);
        let params = Dec::params(n_clusters).seed(7).n_restarts(1).tolerance(0.0).collapse(None);
        group.bench_function(BenchmarkId::new("DEC", &size), |b| {
            second_epoch(b, || params.training(start.clone(), images.view()).unwrap());
        });
        let start = clustered(&images, n_clusters);
        let params = Multitask::params(2).seed(7);
        group.bench_function(BenchmarkId::new("multitask", &size), |b| {
            first_epoch(b, || params.training(start.clone(), images.view(), &labels).unwrap());
        });
    }
    group.finish();
}

/// An epoch of one step on each engine, with the look at the losses after it: the ratio is what the fused one is for.
fn backends(c: &mut Criterion) {
    let mut group = c.benchmark_group("step");
    group.sample_size(10).throughput(Throughput::Elements(256));
    for width in WIDTHS {
        let images = random(256, width);
        for backend in [Backend::Fused, Backend::Candle] {
            let params = network().backend(backend);
            group.bench_function(BenchmarkId::new(format!("{backend:?}"), format!("256 x {width}")), |b| {
                first_epoch(b, || params.training(images.view()).unwrap());
            });
        }
    }
    group.finish();
}

/// `to ← left · right`, all in rows of 1024, on all threads.
fn square_product(to: &mut Array2<f32>, left: &Array2<f32>, right: &Array2<f32>) {
    let (n, stride) = (1024, 1024);
    assert!([to.dim(), left.dim(), right.dim()].iter().all(|&dim| dim == (n, n)));
    let threads = gemm::Parallelism::Rayon(0);
    // SAFETY: three standard arrays of n × n, with the strides of such.
    #[allow(unsafe_code)]
    unsafe {
        let (to, left, right) = (to.as_mut_ptr(), left.as_ptr(), right.as_ptr());
        gemm::gemm(
            n, n, n, to, 1, stride, false, left, 1, stride, right, 1, stride, 0.0, 1.0, false, false, false,
            threads,
        );
    }
}

/// Elements are images of 3.04 million multiplications and additions; a product of 1024³ is what the machine can do at most.
fn predictions(c: &mut Criterion) {
    let mut group = c.benchmark_group("predict");
    group.sample_size(10);
    let (left, right) = (random(1024, 1024), random(1024, 1024));
    group.throughput(Throughput::Elements(2 * 1024 * 1024 * 1024 / 3_039_000));
    group.bench_function(BenchmarkId::new("the same arithmetic in one product", 1024), |b| {
        let mut to = Array2::<f32>::zeros((1024, 1024));
        b.iter(|| square_product(&mut to, &left, &right));
    });
    for (n, n_clusters) in [(1_000, 10), (10_000, 10), (10_000, 50)] {
        let images = random(n, 499);
        let dec = clustered(&images, n_clusters);
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(BenchmarkId::new("clusters", format!("{n} x 499 in {n_clusters}")), |b| {
            b.iter(|| dec.predict(images.view()).unwrap());
        });
        group.bench_function(
            BenchmarkId::new("clusters in chunks", format!("{n} x 499 in {n_clusters}")),
            |b| {
                b.iter(|| {
                    let chunks =
                        images.axis_chunks_iter(Axis(0), 4096).map(|chunk| Ok::<_, Error>(chunk.to_owned()));
                    dec.in_chunks(chunks, Dec::predict).map(|part| part.unwrap().len()).sum::<usize>()
                });
            },
        );
    }
    group.finish();
}

/// Rows of an embedding around as many points as there are clusters, overlapping: without any groups every run would use up all its
/// iterations.
fn embedding(n: usize, n_columns: usize, n_clusters: usize) -> Array2<f32> {
    let groups = random(n_clusters, n_columns) * 2.0;
    let noise = random(n, n_columns);
    Array2::from_shape_fn((n, n_columns), |(i, j)| groups[[i % n_clusters, j]] + noise[[i, j]])
}

/// One run; the default is twenty. `benches/peers/kmeans.py` times scikit-learn on the same sizes.
fn k_means(c: &mut Criterion) {
    let mut group = c.benchmark_group("k-means");
    group.sample_size(10);
    for (n, n_columns, n_clusters) in [(70_000, 10, 10), (70_000, 10, 50), (7_000, 784, 10)] {
        let rows = embedding(n, n_columns, n_clusters);
        let size = format!("{n} x {n_columns} in {n_clusters}");
        group.throughput(Throughput::Elements(n as u64));
        let params = KMeans::params(n_clusters).seed(7).n_restarts(1);
        for (name, params) in [
            ("20 iterations", params.clone().max_iterations(20).tolerance(0.0)),
            ("seeding", params.clone().max_iterations(0)),
            ("to rest", params.clone()),
            ("mini-batches", params.mini_batch(Some(2048))),
        ] {
            group.bench_function(BenchmarkId::new(name, &size), |b| {
                b.iter(|| params.fit(rows.view()).unwrap());
            });
        }
    }
    group.finish();
}

criterion_group!(benches, assignments, epochs, later_epochs, backends, predictions, k_means);
criterion_main!(benches);
