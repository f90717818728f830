//! What the example programs share: reading images, watching and resuming a training, pictures and files.

pub mod files;
pub mod images;
pub mod memory;
pub mod pictures;
pub mod session;
