//! Benchmarks of manyhands-zooniverse: bytes of an export per second, by its number of rows in the id.

use std::{hint::black_box, io};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use manyhands_grid::{Layout, Tiler};
use manyhands_sim::{Crowd, GridExport, QuestionExport};
use manyhands_zooniverse::{Config, Cut, Extracts, Kind, Manifest, Records, Task};

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

fn question_export(n_rows: usize) -> Vec<u8> {
    let mut export = vec![];
    QuestionExport::new(n_rows).seed(7).write(&mut export).unwrap();
    export
}

/// Cutting into rows and fields alone.
fn records(c: &mut Criterion) {
    let mut group = c.benchmark_group("zooniverse/records");
    group.sample_size(10);
    for n in SIZES {
        let export = question_export(n);
        group.throughput(Throughput::Bytes(export.len() as u64));
        group.bench_function(BenchmarkId::new("cut", n), |b| {
            b.iter(|| {
                let mut records = Records::new(export.as_slice());
                let mut n_fields = 0;
                while let Some(Cut::Record(record)) = records.next().unwrap() {
                    n_fields += record.n_fields();
                }
                n_fields
            });
        });
    }
    group.finish();
}

/// From the bytes of an export to votes: rows, metadata, annotations, cleaning.
fn question(c: &mut Criterion) {
    let mut group = c.benchmark_group("zooniverse/question");
    group.sample_size(10);
    let task = Task::question(["T0"]).class("no", ["No"]).class("yes", ["Yes"]);
    let params = Extracts::params(Config::new().task("muon", task));
    for n in SIZES {
        let export = question_export(n);
        group.throughput(Throughput::Bytes(export.len() as u64));
        group.bench_function(BenchmarkId::new("votes", n), |b| {
            b.iter(|| params.read(export.as_slice(), io::sink()).unwrap());
        });
    }
    group.finish();
}

/// From the bytes of an export of 6 × 6 grids to a vote per image.
fn grid(c: &mut Criterion) {
    let mut group = c.benchmark_group("zooniverse/grid");
    group.sample_size(10);
    let params = Extracts::params(Config::new().task("muons", Task::new(Kind::Grid, ["T0"])));
    for n_tiles in [20, 200, 2_000] {
        let truth: Vec<bool> = (0..36 * n_tiles).map(|image| image % 30 == 0).collect();
        let ids: Vec<String> = (0..truth.len()).map(|image| format!("event{image}")).collect();
        let tiles = Tiler::new(Layout::square(6)).tile(&vec![0; truth.len()]).unwrap();
        let answers = Crowd::public(200).seed(7).answer(&tiles, &truth, 5).unwrap();
        let mut manifest = Manifest::new();
        for (number, tile) in tiles.iter().enumerate() {
            manifest.grid(&format!("{number}.png"), &number.to_string(), "batch", tile, &ids).unwrap();
        }
        let mut export = vec![];
        let writer = GridExport::new(&tiles, &answers).metadata(manifest.columns(), manifest.rows());
        writer.write(&mut export).unwrap();
        group.throughput(Throughput::Bytes(export.len() as u64));
        group.bench_function(BenchmarkId::new("votes, rows", answers.len()), |b| {
            b.iter(|| black_box(params.read(export.as_slice(), io::sink()).unwrap()));
        });
    }
    group.finish();
}

criterion_group!(benches, records, question, grid);
criterion_main!(benches);
