//! Benchmarks of manyhands-metrics.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use manyhands_metrics::{
    Average, Binary, Bins, Bootstrap, ClusterMap, ContingencyTable, PointMatching, Probabilities,
    average_precision, cluster_f1,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Labels that follow the truth seven times of ten.
fn data(n: usize, n_classes: usize, n_clusters: usize, unit: usize) -> (Vec<usize>, Vec<usize>) {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    (0..n)
        .map(|_| {
            let class = rng.random_range(0..n_classes);
            let cluster =
                if rng.random_bool(0.7) { class % n_clusters } else { rng.random_range(0..n_clusters) };
            (class * unit, cluster * unit)
        })
        .unzip()
}

fn counting(c: &mut Criterion) {
    let mut group = c.benchmark_group("metrics/table");
    let n = 1_000_000;
    group.throughput(Throughput::Elements(n as u64));
    for (name, unit) in [("small_numbers", 1), ("sparse_numbers", 1 << 40)] {
        let (truth, clusters) = data(n, 10, 50, unit);
        group.bench_function(BenchmarkId::new(name, format!("{n}x10x50")), |b| {
            b.iter(|| ContingencyTable::new(black_box(&truth), &clusters).unwrap());
        });
    }
    group.finish();
}

fn scores(c: &mut Criterion) {
    let mut group = c.benchmark_group("metrics/score");
    for side in [10, 100, 400] {
        let (truth, clusters) = data(100_000, side, side, 1);
        let table = ContingencyTable::new(&truth, &clusters).unwrap();
        group.bench_function(BenchmarkId::new("accuracy", side), |b| b.iter(|| table.accuracy()));
        group.bench_function(BenchmarkId::new("nmi", side), |b| b.iter(|| table.nmi(Average::Arithmetic)));
        group.bench_function(BenchmarkId::new("ari", side), |b| b.iter(|| table.adjusted_rand_index()));
    }
    group.finish();
}

fn labels(c: &mut Criterion) {
    let n = 100_000;
    let (truth, clusters) = data(n, 2, 50, 1);
    let map = ClusterMap::strict(&truth, &clusters).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let positive: Vec<bool> = truth.iter().map(|&class| class == 1).collect();
    let ranked: Vec<f64> =
        positive.iter().map(|&p| rng.random::<f64>() + if p { 0.3 } else { 0.0 }).collect();
    let mut group = c.benchmark_group("metrics");
    group.throughput(Throughput::Elements(n as u64));
    group.bench_function(BenchmarkId::new("binary", n), |b| {
        b.iter(|| Binary::of_class(&truth, &clusters, 1).unwrap());
    });
    group.bench_function(BenchmarkId::new("cluster_f1", n), |b| {
        b.iter(|| cluster_f1(&truth, &clusters, 1).unwrap());
    });
    group.bench_function(BenchmarkId::new("map_apply", n), |b| b.iter(|| map.apply(&clusters)));
    group.bench_function(BenchmarkId::new("average_precision", n), |b| {
        b.iter(|| average_precision(&positive, &ranked).unwrap());
    });
    group.finish();
}

fn calibration(c: &mut Criterion) {
    let n = 100_000;
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let p: Vec<f64> = (0..n).map(|_| rng.random()).collect();
    let truth: Vec<bool> = p.iter().map(|&p| rng.random_bool(p)).collect();
    let forecast = Probabilities::new(&truth, &p).unwrap();
    let mut group = c.benchmark_group("metrics/calibration");
    group.throughput(Throughput::Elements(n as u64));
    group.bench_function(BenchmarkId::new("log_loss", n), |b| b.iter(|| forecast.log_loss()));
    for (name, bins) in [("equal_width", Bins::EqualWidth(15)), ("equal_mass", Bins::EqualMass(15))] {
        group.bench_function(BenchmarkId::new(name, n), |b| b.iter(|| forecast.calibration_error(bins)));
    }
    let (n, resamples) = (1000, 1000);
    let few = Probabilities::new(&truth[..n], &p[..n]).unwrap();
    group.throughput(Throughput::Elements((n * resamples) as u64));
    group.bench_function(BenchmarkId::new("bootstrap_brier", format!("{n}x{resamples}")), |b| {
        b.iter(|| Bootstrap::params().interval(n, |items| Some(few.select(items).ok()?.brier())));
    });
    group.finish();
}

fn points(c: &mut Criterion) {
    let mut group = c.benchmark_group("metrics/points");
    for (n, side) in [(100, 500.0), (5000, 3500.0), (5000, 700.0)] {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let truth: Vec<[f64; 2]> =
            (0..n).map(|_| [rng.random_range(0.0..side), rng.random_range(0.0..side)]).collect();
        let found: Vec<[f64; 2]> = truth.iter().map(|p| p.map(|v| v + rng.random_range(-4.0..4.0))).collect();
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(BenchmarkId::new("match_within_10px", format!("{n}_on_{side}px")), |b| {
            b.iter(|| PointMatching::new(black_box(&found), &truth, 10.0));
        });
    }
    group.finish();
}

criterion_group!(benches, counting, scores, labels, calibration, points);
criterion_main!(benches);
