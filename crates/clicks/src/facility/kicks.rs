//! Out of a local optimum: a facility is opened although that does not pay, and the search goes on from there.

use super::search::climb;
use super::seeds::Seeds;
use super::state::State;

/// Opens at every mark alone, each time from the best solution so far, until none leads to a better one. Takes a search for each mark.
pub(super) fn kick<const D: usize>(state: &mut State<D>, seeds: &mut Seeds<D>, rounds: usize) {
    let n = state.component.len();
    // Ends when all have been tried since the last success.
    let (mut m, mut idle) = (0, 0);
    while idle < n {
        let mut other = state.clone();
        other.force(&[m]);
        climb(&mut other, seeds, rounds);
        let step = other.objective() - state.objective();
        idle += 1;
        if step > state.component.tolerance {
            // The steps between may have fallen.
            other.steps.truncate(state.steps.len());
            other.steps.push(step);
            *state = other;
            idle = 0;
        }
        m = (m + 1) % n;
    }
}
