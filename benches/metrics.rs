//! Benchmarks of manyhands-metrics.
fn main() {}
