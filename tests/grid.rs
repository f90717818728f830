//! Tests of manyhands-grid.
