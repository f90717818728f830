//! Classification exports as Zooniverse writes them, made by simulated volunteers: any number of rows, with known truth.

mod grids;
mod question;
mod row;

pub use grids::{GridExport, Wording};
pub use question::QuestionExport;
