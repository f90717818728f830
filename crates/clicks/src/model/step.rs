//! The steps of the iteration, and what they do to the objective.

/// What happened to the objective.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// Marks were grouped anew; the objective after that, in nats.
    Grouped(f64),
    /// Volunteers moved to their most probable numbers.
    Volunteers(f64),
    /// Images did.
    Images(f64),
    /// The laws of the population were learned anew, which changes the objective itself: it may be lower after this. Else it never falls.
    Population,
}

impl Step {
    /// The objective after the step, in nats; `None` where another objective takes its place.
    pub fn objective(&self) -> Option<f64> {
        match *self {
            Self::Grouped(value) | Self::Volunteers(value) | Self::Images(value) => Some(value),
            Self::Population => None,
        }
    }
}
