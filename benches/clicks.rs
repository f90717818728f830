//! Benchmarks of manyhands-clicks: marks per second, by the number of marks on a subject in the id.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use manyhands_clicks::baselines::{Dbscan, Hdbscan, MeanShift};
use manyhands_clicks::facility::{FacilityLocation, Mark, Method, Opening};
use manyhands_clicks::{Click, ClickModel, Survey, SurveyFolder, Tables};
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
fn clump_scout(c: &mut Criterion) {
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

/// The marks of `subject`, as rows of `marks.csv` and of `viewers.csv`, spread over subjects of 100 marks.
fn rows(n: usize) -> [String; 3] {
    let (marks, _) = subject(n, 1600.0);
    let n_subjects = n.div_ceil(100);
    let mut tables =
        ["image,width,height\n", "image,volunteer\n", "image,volunteer,x,y\n"].map(str::to_owned);
    for subject in 0..n_subjects {
        tables[0] += &format!("subject {subject},400,400\n");
        for viewer in 0..N_VIEWERS {
            tables[1] += &format!("subject {subject},volunteer {viewer}\n");
        }
    }
    for (i, Mark { at: [x, y], viewer, .. }) in marks.into_iter().enumerate() {
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
        let (marks, _) = subject(n, 1600.0);
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
                builder.add(annotation, Click::point(mark.at[0], mark.at[1])).unwrap();
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
        let (marks, _) = subject(n, 1600.0);
        let mut builder = Survey::builder();
        let one = builder.subject(400.0, 400.0).unwrap();
        for viewer in 0..N_VIEWERS {
            let of = marks.iter().filter(|mark| mark.viewer == viewer);
            let clicks: Vec<Click> = of.map(|mark| Click::point(mark.at[0], mark.at[1])).collect();
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

/// Everything learned from the marks alone, by the number of subjects; the crowd of Clump Scout shrinks with them.
fn model(c: &mut Criterion) {
    let mut group = c.benchmark_group("model");
    group.sample_size(10);
    for scale in [0.001, 0.01, 0.1] {
        let clicks = ClickSurvey::clump_scout().scale(scale).simulate().unwrap();
        let mut builder = Survey::builder();
        for subject in clicks.subjects() {
            let s = builder.subject(f64::from(subject.width), f64::from(subject.height)).unwrap();
            for &viewer in subject.viewers {
                let mine = subject.mark_viewers.iter().zip(subject.mark_xy).filter(|&(&of, _)| of == viewer);
                let marks: Vec<Click> = mine.map(|(_, &[x, y])| Click::point(x, y)).collect();
                builder.annotate(s, viewer, &marks).unwrap();
            }
        }
        let survey = builder.build().unwrap();
        group.throughput(Throughput::Elements(survey.n_marks() as u64));
        group.bench_function(BenchmarkId::new("fit", survey.n_subjects()), |b| {
            b.iter(|| ClickModel::params().fit(&survey).unwrap());
        });
        let model = ClickModel::params().fit(&survey).unwrap();
        let stream = model.into_stream(&survey).unwrap();
        let marks = [Click::point(100.0, 100.0)];
        group.throughput(Throughput::Elements(1));
        group.bench_function(BenchmarkId::new("annotate", survey.n_subjects()), |b| {
            // Each time a new volunteer, on one subject after the other.
            let mut stream = stream.clone();
            let mut volunteer = survey.n_volunteers();
            b.iter(|| {
                volunteer += 1;
                stream.annotate(volunteer % survey.n_subjects(), volunteer, &marks).unwrap()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, facility, clump_scout, model, folder, survey, baselines);
criterion_main!(benches);
