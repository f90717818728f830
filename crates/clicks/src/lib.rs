#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), deny(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used))]

#[cfg(feature = "baselines")]
pub mod baselines;
mod error;
pub mod facility;
#[cfg(feature = "csv")]
mod folder;
mod model;
#[cfg(feature = "serde")]
mod snapshot;
mod survey;

pub use error::{Error, Result};
#[cfg(feature = "csv")]
pub use folder::{SurveyFolder, SurveyFolderParams, Tables};
pub use model::{
    ClickModel, ClickModelParams, ClickStream, Clump, Intervals, Losses, Reality, Step, SubjectEstimate,
    VolunteerEstimate,
};
pub use survey::{Click, Repeats, Shape, Size, Subject, Survey, SurveyBuilder};
