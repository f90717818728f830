//! Benchmarks of manyhands-clicks: marks per second, by the number of marks on a subject in the id.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use manyhands_clicks::facility::{FacilityLocation, Mark, Method, Opening};
use manyhands_sim::ClickSurvey;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];
const N_VIEWERS: usize = 20;

/// About `n` marks of 20 viewers with σ = 2 pixels, an object for each `room` square pixels; one in four missed, one mark in 20 false.
fn subject(n: usize, room: f64) -> (Vec<Mark>, Opening) {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let n_objects = (n as f64 / 15.8).ceil();
    let area = room * n_objects;
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

/// Objects 40 pixels apart, and with little between them.
fn facility(c: &mut Criterion) {
    for (name, room) in [("facility", 1600.0), ("facility crowded", 200.0)] {
        let mut group = c.benchmark_group(name);
        group.sample_size(10);
        for n in SIZES {
            let (marks, opening) = subject(n, room);
            group.throughput(Throughput::Elements(marks.len() as u64));
            let params = FacilityLocation::params(opening);
            let found = params.fit(&marks).unwrap();
            group.bench_function(BenchmarkId::new("cold", n), |b| b.iter(|| params.fit(&marks).unwrap()));
            group.bench_function(BenchmarkId::new("warm", n), |b| {
                b.iter(|| params.fit_from(&marks, found.assignment()).unwrap());
            });
            let bounded = params.clone().bound_steps(20);
            group.bench_function(BenchmarkId::new("with bound", n), |b| {
                b.iter(|| bounded.fit(&marks).unwrap());
            });
            let greedy = params.method(Method::JainMahdianSaberi);
            group.bench_function(BenchmarkId::new("greedy", n), |b| b.iter(|| greedy.fit(&marks).unwrap()));
        }
        group.finish();
    }
}

/// Subjects like those of Clump Scout, with what their volunteers are worth known.
fn survey(c: &mut Criterion) {
    let survey = ClickSurvey::clump_scout().scale(0.003).seed(7);
    let (volunteers, clicks) = (survey.volunteers(), survey.simulate().unwrap());
    let tau = std::f64::consts::TAU;
    let subjects = clicks.subjects().map(|subject| {
        let area = f64::from(subject.width) * f64::from(subject.height);
        let miss = |v: usize| volunteers[v].miss.clamp(0.02, 0.98);
        let marks = subject.mark_viewers.iter().zip(subject.mark_xy).map(|(&viewer, &at)| {
            let variance = volunteers[viewer].scatter.powi(2);
            let detected = ((1.0 - miss(viewer)) / (tau * variance * miss(viewer))).ln();
            let gain = detected - (volunteers[viewer].false_marks.max(0.05) / area).ln();
            Mark { at, viewer, gain, variance }
        });
        let misses: f64 = subject.viewers.iter().map(|&v| -miss(v).ln()).sum();
        let opening = Opening::occam(misses + (area / tau).ln() - 1.5_f64.ln());
        (marks.collect::<Vec<_>>(), FacilityLocation::params(opening).exact_up_to(6))
    });
    let subjects: Vec<_> = subjects.collect();
    let starts: Vec<_> =
        subjects.iter().map(|(marks, params)| params.fit(marks).unwrap().assignment().to_vec()).collect();
    let mut group = c.benchmark_group("survey");
    group.sample_size(10).throughput(Throughput::Elements(clicks.n_marks() as u64));
    group.bench_function(BenchmarkId::new("cold", clicks.n_marks()), |b| {
        b.iter(|| subjects.iter().map(|(marks, params)| params.fit(marks).unwrap().objective()).sum::<f64>());
    });
    group.bench_function(BenchmarkId::new("warm", clicks.n_marks()), |b| {
        let again = |((marks, params), start): (&(Vec<Mark>, _), &Vec<_>)| {
            let params: &manyhands_clicks::facility::FacilityLocationParams = params;
            params.fit_from(marks, start).unwrap().objective()
        };
        b.iter(|| subjects.iter().zip(&starts).map(again).sum::<f64>());
    });
    group.finish();
}

criterion_group!(benches, facility, survey);
criterion_main!(benches);
