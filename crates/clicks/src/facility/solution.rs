//! What the solver returns: facilities, the mark's facilities, the objective and how far it may be from the best.

use super::opening::Opening;
use super::params::FacilityLocationParams;

/// Marks that show the same object.
#[derive(Debug, Clone, PartialEq)]
pub struct Facility<const D: usize = 2> {
    /// The inverse-variance mean of its marks, in pixels.
    pub at: [f64; D],
    /// S = Σ 1/σ², in 1 / square pixels: the position has the variance 1/S per axis.
    pub precision: f64,
    /// Σ (G − |z − y|²/2σ²) − open(n, S), in nats: its part of the objective.
    pub net_gain: f64,
    /// Indices of its marks, ascending; at most one of each viewer.
    pub marks: Vec<usize>,
}

/// Marks of one subject grouped into facilities, with a bound on what any grouping could reach.
///
/// ```
/// use manyhands_clicks::facility::{FacilityLocation, Mark, Opening};
///
/// let mark = |x, y, viewer| Mark { at: [x, y], viewer, gain: 12.0, variance: 4.0 };
/// let marks = [mark(10.0, 10.0, 0), mark(12.0, 10.0, 1), mark(14.0, 10.0, 0), mark(80.0, 5.0, 1)];
/// let clumps = FacilityLocation::params(Opening::fixed(15.0)).fit(&marks)?;
///
/// // Viewer 0 has two marks there: one of them is of no facility, as is the lonely mark, which is not worth the opening.
/// assert_eq!(clumps.facilities().len(), 1);
/// assert_eq!(clumps.facilities()[0].marks, [0, 1]);
/// assert_eq!(clumps.assignment(), [Some(0), Some(0), None, None]);
/// // 2 · 12 − 2 · 1²/(2 · 4) − 15, and no grouping is better.
/// assert!((clumps.objective() - 8.75).abs() < 1e-12);
/// assert_eq!(clumps.gap(), Some(0.0));
/// # Ok::<(), manyhands_clicks::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FacilityLocation<const D: usize = 2> {
    pub(super) facilities: Vec<Facility<D>>,
    pub(super) assignment: Vec<Option<usize>>,
    pub(super) objective: f64,
    pub(super) upper_bound: Option<f64>,
    pub(super) trace: Vec<f64>,
    pub(super) converged: bool,
    pub(super) n_components: usize,
}

impl FacilityLocation {
    /// Parameters, with what a facility costs. They fit marks of any dimension.
    #[must_use]
    pub fn params(opening: Opening) -> FacilityLocationParams {
        FacilityLocationParams::new(opening)
    }
}

impl<const D: usize> FacilityLocation<D> {
    /// The facilities, by their lowest mark.
    #[must_use]
    pub fn facilities(&self) -> &[Facility<D>] {
        &self.facilities
    }

    /// The facility of every mark; `None` for marks that are more likely false.
    #[must_use]
    pub fn assignment(&self) -> &[Option<usize>] {
        &self.assignment
    }

    /// Σ of the net gains, in nats.
    #[must_use]
    pub fn objective(&self) -> f64 {
        self.objective
    }

    /// What no grouping of these marks exceeds, up to rounding; the objective itself where all components are solved exactly. `None`
    /// where one is not and [`bound_steps`](FacilityLocationParams::bound_steps) were not asked for.
    #[must_use]
    pub fn upper_bound(&self) -> Option<f64> {
        self.upper_bound
    }

    /// `upper_bound − objective`, 0 or more, in nats: the optimum is at most that much better.
    #[must_use]
    pub fn gap(&self) -> Option<f64> {
        self.upper_bound.map(|bound| bound - self.objective)
    }

    /// The objective after every step, component after component, from 0. With [`Method::LocalSearch`](super::Method) it never falls.
    #[must_use]
    pub fn trace(&self) -> &[f64] {
        &self.trace
    }

    /// Whether local search ended because no move paid any more. Exact and greedy solutions always have.
    #[must_use]
    pub fn converged(&self) -> bool {
        self.converged
    }

    /// The number of parts that were solved independently.
    #[must_use]
    pub fn n_components(&self) -> usize {
        self.n_components
    }
}
