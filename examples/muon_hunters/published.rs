//! What the paper prints for the same models. Its images are others, so the order of the rows compares and the numbers do not.

use crate::args::Settings;
use serde::Serialize;

/// A row of Table 1.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Published {
    pub(crate) f1: f64,
    pub(crate) efficiency: f64,
}

/// Of `model`, where the settings are those of a stage of the project.
pub(crate) fn published(model: &str, settings: &Settings) -> Option<Published> {
    if settings.data.is_some() || settings.rate.is_some() || !settings.has_grids_of_stage() {
        return None;
    }
    let (f1, efficiency) = match (settings.stage, model) {
        (1, "random") => (0.053, 5.32),
        (1, "supervised") => (0.771, 12.05),
        (1, "dec") => (0.407, 8.00),
        (1, "multitask") => (0.803, 13.33),
        (1, "recluster") => (0.633, 11.90),
        // No labels of this stage had retrained the model yet.
        (2, "random") => (0.035, 21.74),
        (2, "dec") => (0.010, 21.74),
        _ => return None,
    };
    Some(Published { f1, efficiency })
}
