//! Other programs' arithmetic, faults included: to reproduce and explain published numbers, not to aggregate with.
//!
//! | what | program |
//! |---|---|
//! | [`SpaceWarps`] | Space Warps 2013 to 2015 (Marshall et al. 2016), online: clipped, path-dependent skills; supervised or not |
//! | [`space_warps_offline`], [`space_warps_offline_step`] | its offline mode, which averages single-vote posteriors |
//! | [`shared_list_swap`] | `zooniverse/swap` as it stands: all volunteers share the confusion of the last one |
//! | [`kswap()`], [`kswap_row`] | `zooniverse/kSWAP` 2021: rows divided by `n + 2γ` for any number of classes |
//!
//! `zooniverse/swap` as it was meant is [`Swap`](crate::Swap) with its defaults.

mod kswap;
mod offline;
mod shared_list;
mod space_warps;

pub use kswap::{kswap, kswap_row};
pub use offline::{space_warps_offline, space_warps_offline_step};
pub use shared_list::shared_list_swap;
pub use space_warps::{Learning, SpaceWarps, SpaceWarpsParams};
