#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), deny(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used))]

mod answer;
mod choice;
mod clicks;
#[cfg(feature = "image")]
mod contrast;
mod decompose;
mod error;
mod layout;
#[cfg(feature = "image")]
mod montage;
mod order;
mod raster;
mod retirement;
mod tile;
mod tiler;

pub use answer::Answer;
pub use choice::Choice;
pub use clicks::Clicks;
#[cfg(feature = "image")]
pub use contrast::{Contrast, Palette};
pub use decompose::{Decomposition, Highlighted, Padding};
pub use error::{Error, Result};
pub use layout::Layout;
#[cfg(feature = "image")]
pub use montage::Montage;
pub use order::{Expectation, Priority, order_tiles};
pub use raster::Raster;
pub use retirement::{Progress, Retirement};
pub use tile::Tile;
pub use tiler::Tiler;
