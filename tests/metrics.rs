//! Tests of manyhands-metrics.
