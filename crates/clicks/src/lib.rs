#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), deny(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used))]

mod error;
pub mod facility;
pub mod model;
mod survey;

pub use error::Error;
pub use survey::{Click, Repeats, Shape, Size, Subject, Survey, SurveyBuilder};
