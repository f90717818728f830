//! How well clusters agree with classes.

use anyhow::Result;
use manyhands_metrics::{Average, ContingencyTable};
use serde::Serialize;

/// Scores against the truth; nothing where it is not known.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Agreement {
    accuracy: Option<f64>,
    nmi: Option<f64>,
    ari: Option<f64>,
    purity: Option<f64>,
}

impl Agreement {
    pub(crate) fn of(truth: Option<&[usize]>, clusters: &[usize]) -> Result<Self> {
        let Some(truth) = truth else { return Ok(Self::default()) };
        let table = ContingencyTable::new(truth, clusters)?;
        Ok(Self {
            accuracy: Some(table.accuracy()),
            nmi: Some(table.nmi(Average::Arithmetic)),
            ari: Some(table.adjusted_rand_index()),
            purity: Some(table.purity()),
        })
    }
}
