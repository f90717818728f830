#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), deny(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used))]

mod annotation;
mod cleaning;
mod clicks;
mod collect;
mod config;
mod drawing;
mod error;
mod extractor;
mod extracts;
mod grids;
mod header;
mod identity;
mod labels;
mod leaves;
mod manifest;
mod mark;
mod metadata;
mod moment;
mod names;
mod quality;
mod quarantine;
mod question;
mod records;
mod reductions;
mod reject;
mod row;
mod rows;
mod scan;
mod skim;
mod version;

pub use clicks::DrawingSurvey;
pub use config::{
    Again, Class, Cleaning, Clicked, Columns, Config, GoldRows, GridOptions, Identity, Kind, Other,
    PaddingRule, Policy, Repeats, Task,
};
pub use drawing::{Annotation, Drawing};
pub use error::Error;
pub use extractor::Extractor;
pub use extracts::{Extracts, ExtractsParams};
pub use grids::{GridAnswer, Grids};
pub use manifest::Manifest;
pub use mark::{Mark, Shape};
pub use moment::Moment;
pub use names::Names;
pub use quality::{Quality, TaskQuality};
pub use question::Question;
pub use records::{Cut, Record, Records};
pub use reject::Reject;
pub use version::{Version, Versions};
