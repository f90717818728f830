//! Benchmarks of manyhands-clicks: marks per second, by the number of marks on a subject in the id.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use manyhands_clicks::facility::{FacilityLocation, Mark, Method, Opening};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];
const N_VIEWERS: usize = 20;

/// About `n` marks of 20 viewers with σ = 2 pixels; an object each 40 x 40 pixels, one in four missed, one mark in 20 false.
fn subject(n: usize) -> (Vec<Mark>, Opening) {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let n_objects = (n as f64 / 15.8).ceil();
    let area = 1600.0 * n_objects;
    let side = area.sqrt();
    let variance = 4.0;
    let gain = (0.95_f64 * 0.75 / (std::f64::consts::TAU * variance * 0.25)).ln() - (0.05 / area).ln();
    let objects: Vec<(f64, f64)> =
        (0..n_objects as usize).map(|_| (rng.random_range(0.0..side), rng.random_range(0.0..side))).collect();
    let mut marks = Vec::new();
    for viewer in 0..N_VIEWERS {
        for &(x, y) in &objects {
            let mut off = || (rng.random::<f64>() - rng.random::<f64>()) * 24f64.sqrt();
            let (x, y) = (x + off(), y + off());
            if rng.random_bool(0.75) {
                marks.push(Mark { at: [x, y], viewer, gain, variance });
            }
            if rng.random_bool(0.04) {
                let (x, y) = (rng.random_range(0.0..side), rng.random_range(0.0..side));
                marks.push(Mark { at: [x, y], viewer, gain, variance });
            }
        }
    }
    let constant = N_VIEWERS as f64 * 4f64.ln() + (area / std::f64::consts::TAU).ln() - n_objects.ln();
    (marks, Opening::occam(constant))
}

fn facility(c: &mut Criterion) {
    let mut group = c.benchmark_group("facility");
    group.sample_size(10);
    for n in SIZES {
        let (marks, opening) = subject(n);
        group.throughput(Throughput::Elements(marks.len() as u64));
        let params = FacilityLocation::params(opening);
        let variants = [
            ("with bound", params.clone()),
            ("no bound steps", params.clone()),
            ("greedy", params.method(Method::JainMahdianSaberi)),
        ];
        for (name, params) in variants {
            group.bench_function(BenchmarkId::new(name, n), |b| b.iter(|| params.fit(&marks).unwrap()));
        }
    }
    group.finish();
}

criterion_group!(benches, facility);
criterion_main!(benches);
