//! Images of an imaging air Cherenkov telescope with known truth.

mod cleaning;
mod electronics;
mod event;
mod geometry;
mod muon;
mod ring;
mod shower;
mod simulator;
mod symmetries;
mod trigger;

pub use cleaning::Cleaning;
pub use electronics::Electronics;
pub use event::{Event, Kind};
pub use geometry::Camera;
pub use muon::{Muons, RadiusLaw};
pub use ring::{Ring, chord};
pub use shower::{Blob, Showers};
pub use simulator::{CameraSimulator, Simulation};
