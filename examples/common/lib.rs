//! What the example programs share: reading images, watching and resuming a training, pictures and files.

pub mod bubbles;
pub mod camera;
pub mod files;
pub mod images;
pub mod memory;
pub mod names;
pub mod npy;
pub mod overlay;
pub mod pictures;
pub mod reliability;
pub mod session;
pub mod threads;
