//! Galaxies with clumps, and volunteers of known skill who click where they see one.

mod clicker;
mod columns;
mod galaxies;
mod presets;
mod survey;
mod viewers;

pub use clicker::{Clicker, ClickerKind};
pub use columns::{ClickSubject, Clicks};
pub use galaxies::Galaxies;
pub use survey::ClickSurvey;
