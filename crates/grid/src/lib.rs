#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), deny(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used))]

mod answer;
mod choice;
mod decompose;
mod error;
mod layout;
mod tile;
mod tiler;

pub use answer::Answer;
pub use choice::Choice;
pub use decompose::{Decomposition, Highlighted, Padding};
pub use error::{Error, Result};
pub use layout::Layout;
pub use tile::Tile;
pub use tiler::Tiler;
