//! How well clusters agree with classes.

use anyhow::Result;
use manyhands_metrics::{Average, ContingencyTable};
use serde::Serialize;

/// Scores against the truth, on the images whose class is known; nothing where none is.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Agreement {
    /// Images of known class.
    n_known: usize,
    accuracy: Option<f64>,
    nmi: Option<f64>,
    ari: Option<f64>,
    purity: Option<f64>,
}

impl Agreement {
    pub(crate) fn of(truth: &[Option<usize>], clusters: &[usize]) -> Result<Self> {
        let known = truth.iter().zip(clusters).filter_map(|(truth, &cluster)| Some(((*truth)?, cluster)));
        let (truth, clusters): (Vec<_>, Vec<_>) = known.unzip();
        if truth.is_empty() {
            return Ok(Self::default());
        }
        let table = ContingencyTable::new(&truth, &clusters)?;
        Ok(Self {
            n_known: truth.len(),
            accuracy: Some(table.accuracy()),
            nmi: Some(table.nmi(Average::Arithmetic)),
            ari: Some(table.adjusted_rand_index()),
            purity: Some(table.purity()),
        })
    }
}
