//! Benchmarks of manyhands-votes.
fn main() {}
