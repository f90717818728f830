//! How good the labels are, and the files that are written.

use crate::args::Method;
use crate::data::Data;
use crate::methods::Estimates;
use anyhow::Result;
use common::files;
use manyhands_metrics::{Binary, Bins, ClassProbabilities, Probabilities};
use ndarray::Array2;
use serde::Serialize;
use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

/// The least probability of what came true in a log-loss: fractions of votes are often 0.
const FLOOR: f64 = 1e-6;

/// Bins of the calibration error.
const BINS: usize = 10;

/// What goes into the JSON file. Scores are over items of known truth that were not gold; `None` where there are none.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) method: Method,
    pub(crate) n_votes: u64,
    pub(crate) n_items: usize,
    pub(crate) n_workers: usize,
    pub(crate) n_classes: usize,
    pub(crate) n_gold: usize,
    pub(crate) n_scored: usize,
    /// An item whose classes are tied counts as one over their number, where the truth is among them.
    pub(crate) accuracy: Option<f64>,
    /// Of class 1, where there are two.
    pub(crate) f1: Option<f64>,
    /// In nats, probabilities below 1e-6 taken as that.
    pub(crate) log_loss: Option<f64>,
    /// Expected calibration error in ten bins of equal width: of class 1 where there are two, else of the likeliest class.
    pub(crate) ece: Option<f64>,
    pub(crate) seconds_fit: f64,
    pub(crate) votes_per_second: f64,
    pub(crate) peak_rss_mb: Option<f64>,
}

impl Report {
    pub(crate) fn score(&mut self, estimates: &Estimates, rest: &[(usize, usize)]) -> Result<()> {
        let by_item: HashMap<_, _> = estimates.iter().map(|(item, estimate)| (*item, estimate)).collect();
        let (mut right, mut truth, mut predicted, mut flat) = (0.0, vec![], vec![], vec![]);
        for (item, class) in rest {
            let Some(estimate) = by_item.get(item) else { continue };
            let tied: Vec<usize> = estimate.tied().collect();
            right += f64::from(u8::from(tied.contains(class))) / tied.len() as f64;
            truth.push(*class);
            predicted.push(estimate.label);
            flat.extend(&estimate.probabilities);
        }
        self.n_scored = truth.len();
        if truth.is_empty() {
            return Ok(());
        }
        self.accuracy = Some(right / truth.len() as f64);
        let probabilities = Array2::from_shape_vec((truth.len(), self.n_classes), flat)?;
        let classes = ClassProbabilities::new(&truth, probabilities.view())?;
        self.log_loss = Some(classes.log_loss_clipped(FLOOR)?);
        let forecast = if self.n_classes == 2 {
            self.f1 = Some(Binary::of_class(&truth, &predicted, 1)?.f1());
            let positive: Vec<bool> = truth.iter().map(|&class| class == 1).collect();
            Probabilities::new(&positive, &probabilities.column(1).to_vec())?
        } else {
            classes.top_label()
        };
        self.ece = Some(forecast.calibration_error(Bins::EqualWidth(BINS))?);
        Ok(())
    }
}

/// Items in the order of the file.
pub(crate) fn write_labels(path: &Path, data: &Data, estimates: &Estimates) -> Result<()> {
    let mut text = "item,label,votes".to_owned();
    (0..data.n_classes).for_each(|class| text.push_str(&format!(",p{class}")));
    text.push('\n');
    for (item, estimate) in estimates {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b',')).from_writer(vec![]);
        writer.write_record([&data.items[*item]])?;
        text.push_str(&String::from_utf8(writer.into_inner()?)?);
        write!(text, "{},{}", estimate.label, estimate.n_votes)?;
        estimate.probabilities.iter().try_for_each(|p| write!(text, ",{p}"))?;
        text.push('\n');
    }
    files::write(path, text)
}
