//! Tests of manyhands-sim.
