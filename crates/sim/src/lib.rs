#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), deny(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used))]

mod camera;
mod error;
mod stream;

pub use camera::{
    Blob, Camera, CameraSimulator, Cleaning, Electronics, Event, Kind, Muons, RadiusLaw, Ring, Simulation,
    chord,
};
pub use error::Error;
