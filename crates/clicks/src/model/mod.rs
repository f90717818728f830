//! A model of every volunteer and every image, learned together with the objects.

mod fit;
mod gamma;
mod levels;
mod parameters;
mod population;
mod scene;
mod space;
pub mod scratch;
