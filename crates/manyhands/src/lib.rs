#![doc = include_str!("../README.md")]

#[cfg(feature = "clicks")]
pub use manyhands_clicks as clicks;
#[cfg(feature = "dec")]
pub use manyhands_dec as dec;
#[cfg(feature = "grid")]
pub use manyhands_grid as grid;
#[cfg(feature = "metrics")]
pub use manyhands_metrics as metrics;
#[cfg(feature = "votes")]
pub use manyhands_votes as votes;
#[cfg(feature = "zooniverse")]
pub use manyhands_zooniverse as zooniverse;

/// The front page of the project, whose example is tested here.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct FrontPage;
