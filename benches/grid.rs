//! Benchmarks of manyhands-grid.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use manyhands_grid::{Answer, Clicks, Contrast, Layout, Montage, Palette, Raster, Tile, Tiler};
use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Images in 50 clusters of unequal size, 3 % of them positive: stage 2 of Muon Hunters 2.0.
fn data(n_images: usize) -> (Vec<usize>, Vec<bool>) {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let clusters =
        (0..n_images).map(|_| rng.random_range(0..50_usize).min(rng.random_range(0..50))).collect();
    let truth = (0..n_images).map(|_| rng.random_bool(0.03)).collect();
    (clusters, truth)
}

fn tiles(clusters: &[usize]) -> Vec<Tile> {
    Tiler::new(Layout::square(6)).seed(7).tile(clusters).unwrap()
}

fn tile(c: &mut Criterion) {
    let mut group = c.benchmark_group("grid/tile");
    for n_images in [10_000, 1_000_000] {
        let (clusters, _) = data(n_images);
        group.throughput(Throughput::Elements(n_images as u64));
        group.bench_with_input(BenchmarkId::from_parameter(n_images), &clusters, |b, clusters| {
            b.iter(|| tiles(black_box(clusters)));
        });
    }
    group.finish();
}

fn answers(c: &mut Criterion) {
    let n_images = 100_000;
    let (clusters, truth) = data(n_images);
    let tiles = tiles(&clusters);
    let answers: Vec<Answer> = tiles.iter().map(|tile| Answer::truthful(tile, &truth).unwrap()).collect();
    let mut group = c.benchmark_group("grid");
    group.throughput(Throughput::Elements(n_images as u64));
    group.bench_function(BenchmarkId::new("labels", n_images), |b| {
        b.iter(|| {
            let n_labels = |(tile, answer): (&Tile, &Answer)| answer.labels(tile).unwrap().len();
            tiles.iter().zip(&answers).map(n_labels).sum::<usize>()
        });
    });
    group.bench_function(BenchmarkId::new("truthful_clicks", n_images), |b| {
        b.iter(|| Clicks::truthful(black_box(&tiles), &truth).unwrap());
    });
    group.finish();
}

fn cells(c: &mut Criterion) {
    let layout = Layout::square(6).cell_size(100, 100).gap(4);
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let points: Vec<(f64, f64)> =
        (0..10_000).map(|_| (rng.random_range(-10.0..640.0), rng.random_range(-10.0..640.0))).collect();
    let mut group = c.benchmark_group("grid/cell_at");
    group.throughput(Throughput::Elements(points.len() as u64));
    group.bench_with_input(BenchmarkId::from_parameter(points.len()), &points, |b, points| {
        b.iter(|| points.iter().filter_map(|&(x, y)| layout.cell_at(x, y)).sum::<usize>());
    });
    group.finish();
}

fn drawing(c: &mut Criterion) {
    // A hexagonal camera of 511 pixels.
    let lattice = (-14..=14).flat_map(|i| (-14..=14).map(move |j| (f64::from(i), f64::from(j))));
    let camera: Vec<(f64, f64)> = lattice
        .map(|(i, j)| (i + j / 2.0, j * 0.75_f64.sqrt()))
        .filter(|(x, y)| x.hypot(*y) < 11.8)
        .collect();
    let radius = 1.0 / 3.0_f64.sqrt();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let images = Array2::from_shape_fn((36, camera.len()), |_| rng.random::<f32>());
    let layout = Layout::square(6).cell_size(100, 100);
    let tile = &Tiler::new(layout).tile(&[0; 36]).unwrap()[0];
    let raster = Raster::scattered(&camera, radius, 100, 100).unwrap();

    c.bench_function(&format!("grid/raster/scattered/{}x100x100", camera.len()), |b| {
        b.iter(|| Raster::scattered(black_box(&camera), radius, 100, 100).unwrap());
    });
    let draw = || Montage::of(tile, &raster, images.view(), Contrast::PerImage, Palette::Viridis).unwrap();
    c.bench_function("grid/montage/draw/600x600", |b| b.iter(draw));
    let montage = draw();
    c.bench_function("grid/montage/png/600x600", |b| b.iter(|| montage.to_png().unwrap()));
}

criterion_group!(benches, tile, answers, cells, drawing);
criterion_main!(benches);
