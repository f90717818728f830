#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), deny(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used))]

mod camera;
mod clicks;
mod crowd;
mod error;
mod exports;
mod spread;
mod stream;

pub use camera::{
    Blob, Camera, CameraSimulator, Cleaning, Electronics, Event, Kind, Muons, RadiusLaw, Ring, Showers,
    Simulation, chord,
};
pub use clicks::{ClickSubject, ClickSurvey, Clicker, ClickerKind, Clicks, Galaxies};
pub use crowd::{Crowd, GridAnswer, ImageVote, Volunteer};
pub use error::Error;
pub use exports::{GridExport, QuestionExport, Wording};
