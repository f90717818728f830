//! Speed of the simulators. Set RAYON_NUM_THREADS=1 for one core.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use manyhands_grid::{Layout, Tiler};
use manyhands_sim::{Camera, CameraSimulator, ClickSurvey, Crowd};

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

fn crowd(c: &mut Criterion) {
    let truth: Vec<bool> = (0..20_000).map(|image| image % 3 == 0).collect();
    let mut group = c.benchmark_group("crowd");
    group.sample_size(10);
    for (name, crowd, side, n_answers) in
        [("beta_10x10", Crowd::beta(200), 10, 10), ("public_6x6", Crowd::public(1000), 6, 5)]
    {
        let tiles = Tiler::new(Layout::square(side)).tile(&vec![0; truth.len()]).expect("a good layout");
        let n = tiles.len() * n_answers;
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(BenchmarkId::new(name, n), |b| {
            b.iter(|| black_box(&crowd).answer(&tiles, &truth, n_answers));
        });
    }
    let n = truth.len() * 5;
    group.throughput(Throughput::Elements(n as u64));
    let crowd = Crowd::public(1000);
    group.bench_function(BenchmarkId::new("votes", n), |b| b.iter(|| black_box(&crowd).vote(&truth, 5)));
    group.finish();
}

/// Annotations a second, each a viewer of a subject with the marks that they leave.
fn clicks(c: &mut Criterion) {
    let mut group = c.benchmark_group("clicks");
    group.sample_size(10);
    let n = 2000;
    for scale in [0.05, 1.0] {
        let survey = ClickSurvey::clump_scout().scale(scale).seed(1);
        let n_annotations = survey.simulate_range(0, n).expect("a good survey").n_annotations();
        group.throughput(Throughput::Elements(n_annotations as u64));
        let id = BenchmarkId::new(format!("clump_scout_x{scale}"), format!("{n_annotations}_annotations"));
        group.bench_function(id, |b| b.iter(|| black_box(&survey).simulate_range(0, n)));
    }
    group.finish();
}

criterion_group!(benches, camera, crowd, clicks);
criterion_main!(benches);
