//! Volunteers of known skill who answer grids and single images.

mod answers;
mod presets;
mod schedule;
mod volunteer;

pub use answers::{Crowd, GridAnswer, ImageVote};
pub use volunteer::Volunteer;
