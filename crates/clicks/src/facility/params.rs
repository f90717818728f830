//! The parameters of the solver.

use super::fit;
use super::mark::Mark;
use super::opening::Opening;
use super::solution::FacilityLocation;
use crate::Error;

/// How components are solved that are too large for the exact solver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Method {
    /// Lazy greedy, then local search: exact assignment of each viewer's marks, recentre, close, split, swap, merge, part two
    /// neighbours anew, open. Every step raises the objective.
    #[default]
    LocalSearch,
    /// The greedy algorithm of Jain, Mahdian & Saberi (2002) with switching and exclusions, for *all* components, as in Clump
    /// Scout. Sites are marks' positions while it runs; what it returns is judged at the means, by the same objective. An
    /// opening with the Occam term is priced with all marks in range of a site, one a viewer.
    JainMahdianSaberi,
}

/// Parameters of a [`FacilityLocation`]; made by [`FacilityLocation::params`].
#[derive(Debug, Clone, PartialEq)]
pub struct FacilityLocationParams {
    pub(super) opening: Opening,
    pub(super) method: Method,
    pub(super) exact_up_to: usize,
    pub(super) rounds: usize,
    pub(super) bound_steps: usize,
}

impl FacilityLocationParams {
    pub(super) fn new(opening: Opening) -> Self {
        Self { opening, method: Method::default(), exact_up_to: 10, rounds: 20, bound_steps: 20 }
    }

    /// How to solve. Default: [`Method::LocalSearch`].
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Components of at most this many marks are solved exactly, 0 to 16. Default: 10, our choice; each mark more triples the time.
    #[must_use]
    pub fn exact_up_to(mut self, n_marks: usize) -> Self {
        self.exact_up_to = n_marks;
        self
    }

    /// The most rounds of local search. Default: 20; it stops by itself after a few, see [`FacilityLocation::converged`].
    #[must_use]
    pub fn rounds(mut self, rounds: usize) -> Self {
        self.rounds = rounds;
        self
    }

    /// Steps that tighten the upper bound of components that are not solved exactly. Default: 20, our choice: on 100 to 10 000
    /// marks they add a half to two thirds to the time. Take 0 where the gap does not matter.
    #[must_use]
    pub fn bound_steps(mut self, steps: usize) -> Self {
        self.bound_steps = steps;
        self
    }

    /// Groups the marks of one subject. No marks give no facilities.
    ///
    /// # Errors
    ///
    /// [`Error::Mark`] where a number of a mark is NaN or out of its range, [`Error::Opening`], [`Error::ExactUpTo`].
    pub fn fit(&self, marks: &[Mark]) -> Result<FacilityLocation, Error> {
        self.opening.check()?;
        let (got, max) = (self.exact_up_to, super::exact::MAX_MARKS);
        if got > max {
            return Err(Error::ExactUpTo { got, max });
        }
        for (m, mark) in marks.iter().enumerate() {
            mark.check(m)?;
        }
        Ok(fit::fit(self, marks))
    }
}
