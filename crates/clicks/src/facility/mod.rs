//! Facility location for marks: which marks show the same object, and where it is.
//!
//! Marks are grouped into *facilities*. A facility holds at most one mark of each viewer, a mark is in at most one facility, and
//! the groups maximise
//!
//! ```text
//! Σ_f [ Σ_{m∈f} ( G_m − |z_m − y_f|² / 2σ_m² ) − open(n_f, S_f) ]
//! y_f = Σ_{m∈f} z_m/σ_m² / S_f,   S_f = Σ_{m∈f} 1/σ_m²,   n_f = |f|
//! open(n, S) = constant  (+ by_count[n − 1])  (+ (D/2) ln S)
//! ```
//!
//! G_m is what a mark gains, in nats, when it sits exactly on its object instead of being false; `open` is what an object
//! costs: mostly the chance that its viewers missed it. [`FacilityLocation`] is the solver; it knows nothing of where gains and
//! costs come from.

mod assign;
mod bound;
mod cells;
mod charge;
mod component;
mod exact;
mod fit;
mod greedy;
mod hungarian;
mod jms;
mod kicks;
mod link;
mod mark;
mod moments;
mod moves;
mod opening;
mod ordered;
mod params;
mod point;
mod search;
mod seeds;
mod solution;
mod state;

pub(crate) use hungarian::assign;
pub use mark::Mark;
pub use opening::Opening;
pub use params::{FacilityLocationParams, Method};
pub use solution::{Facility, FacilityLocation};
