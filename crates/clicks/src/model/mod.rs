//! A model of every volunteer and every image, learned together with the objects.
//!
//! ```text
//! objects of image i   Poisson process, λ_i expected, uniform; each with a detectability ζ ~ N(0, s²)
//! mark of viewer j     on an object with probability logistic(θ_j + δ_i + ζ), at N(y + b_j, σ_j² τ_i I)
//! false marks          Poisson process, η_j expected, uniform
//! η ~ Γ, logistic(θ) ~ Beta, 1/σ² ~ Γ, b ~ N, δ ~ N, 1/τ ~ Γ, λ ~ Γ: laws of the population
//! ```
//!
//! Positions, detectabilities, objects that nobody marked and the cause of a lone mark are summed out. What is left, which marks are of the same
//! object and everybody's numbers, is chosen to be most probable, in turn. No step lowers the one objective, except that the laws of the
//! population are learned too, which changes it.

mod adapt;
mod clump;
mod course;
mod estimate;
mod fit;
mod gamma;
mod image;
#[cfg(feature = "serde")]
mod infinite;
mod labels;
mod learn;
mod levels;
mod moves;
mod open;
mod params;
mod population;
mod reality;
mod result;
mod risk;
mod scene;
mod solved;
mod space;
mod start;
mod step;
mod stream;
mod subject;
mod tally;
mod volunteer;

pub use clump::Clump;
pub use estimate::{Intervals, VolunteerEstimate};
pub use params::{ClickModelParams, Losses};
pub use reality::Reality;
pub use result::ClickModel;
pub use step::Step;
pub use stream::ClickStream;
pub use subject::SubjectEstimate;
