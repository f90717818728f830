//! Speed of the simulators. Set RAYON_NUM_THREADS=1 for one core.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use manyhands_sim::{Camera, CameraSimulator};

fn camera(c: &mut Criterion) {
    let mut group = c.benchmark_group("camera");
    let n = 1000;
    group.sample_size(10).throughput(Throughput::Elements(n as u64));
    let stage1 = CameraSimulator::stage1;
    for (name, simulator) in [
        ("stage1", stage1()),
        ("stage2", CameraSimulator::stage2()),
        ("muons", stage1().positive_rate(1.0).gamma_rate(0.0)),
        ("gammas", stage1().positive_rate(0.0).gamma_rate(1.0)),
        ("hadrons", stage1().positive_rate(0.0).gamma_rate(0.0)),
        ("raw", stage1().cleaning(None)),
    ] {
        let simulator = simulator.seed(1);
        group.bench_function(BenchmarkId::new(name, n), |b| b.iter(|| black_box(&simulator).simulate(n)));
    }
    group.finish();

    let veritas = Camera::veritas();
    c.bench_function("symmetries/499", |b| b.iter(|| black_box(&veritas).symmetries()));
}

criterion_group!(benches, camera);
criterion_main!(benches);
