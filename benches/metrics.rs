//! Benchmarks of manyhands-metrics.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use manyhands_metrics::{Average, Binary, ClusterMap, ContingencyTable, average_precision, cluster_f1};
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

criterion_group!(benches, counting, scores, labels);
criterion_main!(benches);
