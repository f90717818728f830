//! Benchmarks of manyhands-grid.
fn main() {}
