//! The parameters of the solver.

use super::fit;
use super::mark::Mark;
use super::opening::Opening;
use super::solution::FacilityLocation;
use crate::Error;

/// How components are solved that are too large for the exact solver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
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
    pub(super) thorough_up_to: usize,
    pub(super) bound_steps: usize,
}

impl FacilityLocationParams {
    pub(super) fn new(opening: Opening) -> Self {
        Self {
            opening,
            method: Method::default(),
            exact_up_to: 10,
            rounds: 20,
            thorough_up_to: 16,
            bound_steps: 0,
        }
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

    /// Components of at most this many marks are searched thoroughly by [`fit`](Self::fit): from the result of
    /// [`Method::JainMahdianSaberi`] too, so it is never worse than that; and once more from each mark, a facility opened there that
    /// does not pay. Default: 16, our choice: of scenes of at most 8 marks 99.5 % are solved optimally then, and 98 % with 0. In large ones
    /// this brings next to nothing.
    #[must_use]
    pub fn thorough_up_to(mut self, n_marks: usize) -> Self {
        self.thorough_up_to = n_marks;
        self
    }

    /// Steps that tighten the upper bound of components that are not solved exactly. Default: 0, no bound; 20 bring most of what
    /// can be had and take longer than the solution.
    #[must_use]
    pub fn bound_steps(mut self, steps: usize) -> Self {
        self.bound_steps = steps;
        self
    }

    /// Groups the marks of one subject. No marks give no facilities.
    ///
    /// # Errors
    ///
    /// [`Error::Position`] and [`Error::Mark`] where a number of a mark is NaN or out of its range, [`Error::Opening`],
    /// [`Error::ByCount`], [`Error::ExactUpTo`].
    pub fn fit<const D: usize>(&self, marks: &[Mark<D>]) -> Result<FacilityLocation<D>, Error> {
        self.check(marks)?;
        Ok(fit::fit(self, marks, None))
    }

    /// Groups the marks of one subject, starting at a grouping: the facility of every mark, by any numbers. The objective is never
    /// less than that of this grouping, nor is it less without those of its facilities that are worth nothing.
    ///
    /// [`Method::JainMahdianSaberi`] has no start and does not look at it.
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit); and [`Error::StartLength`], [`Error::StartViewer`] where two marks of a viewer start in one facility.
    pub fn fit_from<const D: usize>(
        &self,
        marks: &[Mark<D>],
        start: &[Option<usize>],
    ) -> Result<FacilityLocation<D>, Error> {
        self.check(marks)?;
        if start.len() != marks.len() {
            return Err(Error::StartLength { got: start.len(), wants: marks.len() });
        }
        let mut placed: Vec<(usize, usize, usize)> =
            (0..).zip(start).filter_map(|(m, &f)| Some((f?, marks[m].viewer, m))).collect();
        placed.sort_unstable();
        for pair in placed.windows(2) {
            let ((facility, viewer, first), (f, v, second)) = (pair[0], pair[1]);
            if (facility, viewer) == (f, v) {
                return Err(Error::StartViewer { facility, viewer, marks: [first, second] });
            }
        }
        let groups = placed.chunk_by(|a, b| a.0 == b.0).map(|group| group.iter().map(|&(.., m)| m).collect());
        Ok(fit::fit(self, marks, Some(&groups.collect::<Vec<_>>())))
    }

    fn check<const D: usize>(&self, marks: &[Mark<D>]) -> Result<(), Error> {
        self.opening.check()?;
        let (got, max) = (self.exact_up_to, super::exact::MAX_MARKS);
        if got > max {
            return Err(Error::ExactUpTo { got, max });
        }
        marks.iter().enumerate().try_for_each(|(m, mark)| mark.check(m))
    }
}
