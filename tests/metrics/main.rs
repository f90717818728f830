//! Tests of manyhands-metrics.

mod binary;
mod bootstrap;
mod calibration;
mod cluster_map;
mod contingency;
mod malformed;
mod points;

use manyhands_metrics::ContingencyTable;
use proptest::prelude::*;
use serde_json::Value;

/// Small clusterings: up to `n_classes` classes and `n_clusters` clusters with gaps between their numbers.
fn clusterings(n_classes: usize, n_clusters: usize) -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    prop::collection::vec((0..n_classes, 0..n_clusters), 1..40)
        .prop_map(|items| items.into_iter().map(|(class, cluster)| (3 * class + 1, 1000 * cluster)).unzip())
}

fn table(truth: &[usize], clusters: &[usize]) -> ContingencyTable {
    ContingencyTable::new(truth, clusters).unwrap()
}

fn numbers(case: &Value, field: &str) -> Vec<usize> {
    case[field].as_array().unwrap().iter().map(|id| id.as_u64().unwrap() as usize).collect()
}

/// `golden/metrics.json`, made by `golden/metrics.py` with scikit-learn.
fn golden(kind: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("../golden/metrics.json")).unwrap();
    file[kind].as_array().unwrap().clone()
}
