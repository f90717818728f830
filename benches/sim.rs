//! Benchmarks of manyhands-sim.
fn main() {}
