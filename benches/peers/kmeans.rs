//! Our side of `kmeans.py`: clusters rows that the script has written, and prints seconds and inertia as JSON.

use manyhands_dec::KMeans;
use ndarray::Array2;
use std::time::Instant;

fn main() {
    let usage =
        "kmeans FILE N_COLUMNS N_CLUSTERS N_RESTARTS MAX_ITERATIONS TOLERANCE BATCH (0: all rows) SEED";
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().expect(usage);
    let bytes = std::fs::read(next()).expect("a file of little-endian f32");
    let values: Vec<f32> =
        bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    let [n_columns, n_clusters, n_restarts, max_iterations]: [usize; 4] =
        std::array::from_fn(|_| next().parse().expect(usage));
    let tolerance: f64 = next().parse().expect(usage);
    let batch: usize = next().parse().expect(usage);
    let seed: u64 = next().parse().expect(usage);
    let rows = Array2::from_shape_vec((values.len() / n_columns, n_columns), values).expect("whole rows");
    let params = KMeans::params(n_clusters)
        .n_restarts(n_restarts)
        .max_iterations(max_iterations)
        .tolerance(tolerance)
        .mini_batch((batch > 0).then_some(batch))
        .seed(seed);
    let start = Instant::now();
    let kmeans = params.fit(rows.view()).expect("rows that can be clustered");
    let seconds = start.elapsed().as_secs_f64();
    println!("{{\"seconds\": {seconds}, \"inertia\": {}}}", kmeans.inertia());
}
