//! Benchmarks of manyhands-clicks: marks per second, by the number of marks on a subject in the id.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use manyhands_clicks::baselines::{Dbscan, Hdbscan, MeanShift};
use manyhands_clicks::facility::{FacilityLocation, Mark, Method, Opening};
use manyhands_clicks::{Click, Survey, SurveyFolder, Tables};
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
                marks.push(Mark { x, y, viewer, gain, variance });
            }
            if rng.random_bool(0.04) {
                let (x, y) = (rng.random_range(0.0..side), rng.random_range(0.0..side));
                marks.push(Mark { x, y, viewer, gain, variance });
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
            ("no bound steps", params.clone().bound_steps(0)),
            ("greedy", params.method(Method::JainMahdianSaberi).bound_steps(0)),
        ];
        for (name, params) in variants {
            group.bench_function(BenchmarkId::new(name, n), |b| b.iter(|| params.fit(&marks).unwrap()));
        }
    }
    group.finish();
}

/// The marks of `subject`, as rows of `marks.csv` and of `viewers.csv`, spread over subjects of 100 marks.
fn rows(n: usize) -> [String; 3] {
    let (marks, _) = subject(n);
    let n_subjects = n.div_ceil(100);
    let mut tables =
        ["image,width,height\n", "image,volunteer\n", "image,volunteer,x,y\n"].map(str::to_owned);
    for subject in 0..n_subjects {
        tables[0] += &format!("subject {subject},400,400\n");
        for viewer in 0..N_VIEWERS {
            tables[1] += &format!("subject {subject},volunteer {viewer}\n");
        }
    }
    for (i, Mark { x, y, viewer, .. }) in marks.into_iter().enumerate() {
        tables[2] += &format!("subject {},volunteer {viewer},{x:.2},{y:.2}\n", i % n_subjects);
    }
    tables
}

fn folder(c: &mut Criterion) {
    let mut group = c.benchmark_group("folder");
    group.sample_size(10);
    for n in [1_000, 100_000] {
        let [images, viewers, marks] = rows(n);
        group.throughput(Throughput::Elements((viewers.lines().count() + marks.lines().count()) as u64));
        group.bench_function(BenchmarkId::new("read", n), |b| {
            b.iter(|| {
                let tables = Tables {
                    images: images.as_bytes(),
                    viewers: viewers.as_bytes(),
                    marks: marks.as_bytes(),
                    truth: None,
                };
                SurveyFolder::params().read(tables).unwrap()
            });
        });
    }
    group.finish();
}

fn survey(c: &mut Criterion) {
    let mut group = c.benchmark_group("survey");
    group.sample_size(10);
    for n in [1_000, 100_000] {
        let (marks, _) = subject(n);
        let n_subjects = n.div_ceil(100);
        group.throughput(Throughput::Elements(marks.len() as u64));
        let build = || {
            let mut builder = Survey::builder();
            for _ in 0..n_subjects {
                builder.subject(400.0, 400.0).unwrap();
            }
            let mut annotations = vec![None; n_subjects * N_VIEWERS];
            for (i, mark) in marks.iter().enumerate() {
                let subject = i % n_subjects;
                let annotation = *annotations[subject * N_VIEWERS + mark.viewer]
                    .get_or_insert_with(|| builder.annotate(subject, mark.viewer, &[]).unwrap());
                builder.add(annotation, Click::point(mark.x, mark.y)).unwrap();
            }
            builder.build().unwrap()
        };
        group.bench_function(BenchmarkId::new("build", n), |b| b.iter(build));
        let survey = build();
        group.bench_function(BenchmarkId::new("sample 5 viewers", n), |b| {
            b.iter(|| survey.sample_viewers(5, 7));
        });
    }
    group.finish();
}

fn baselines(c: &mut Criterion) {
    let mut group = c.benchmark_group("baselines");
    group.sample_size(10);
    for n in [100, 1_000] {
        let (marks, _) = subject(n);
        let mut builder = Survey::builder();
        let one = builder.subject(400.0, 400.0).unwrap();
        for viewer in 0..N_VIEWERS {
            let of = marks.iter().filter(|mark| mark.viewer == viewer);
            let clicks: Vec<Click> = of.map(|mark| Click::point(mark.x, mark.y)).collect();
            builder.annotate(one, viewer, &clicks).unwrap();
        }
        let survey = builder.build().unwrap();
        group.throughput(Throughput::Elements(marks.len() as u64));
        let (shift, dbscan, hdbscan) = (MeanShift::params(6.0), Dbscan::params(3.0, 4), Hdbscan::params(5));
        group.bench_function(BenchmarkId::new("mean shift", n), |b| b.iter(|| shift.fit(&survey).unwrap()));
        group.bench_function(BenchmarkId::new("DBSCAN", n), |b| b.iter(|| dbscan.fit(&survey).unwrap()));
        group.bench_function(BenchmarkId::new("HDBSCAN", n), |b| b.iter(|| hdbscan.fit(&survey).unwrap()));
    }
    group.finish();
}

criterion_group!(benches, facility, folder, survey, baselines);
criterion_main!(benches);
