//! Local search: rounds of all moves, where something has changed, until nothing pays any more.

use super::component::Component;
use super::seeds::Seeds;
use super::state::State;
use super::{assign, greedy, jms, moves};

/// Marks of a component above which there is no second start: it holds all pairs in range, which would be gigabytes at ten thousand marks.
const SECOND_START_MARKS: usize = 1000;

/// A local optimum, or what the last round left.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) groups: Vec<Vec<usize>>,
    pub(super) steps: Vec<f64>,
    /// Whether no move pays any more.
    pub(super) converged: bool,
}

/// From `start`, or from the lazy greedy start; and then, in components of up to a thousand marks, from that of Jain, Mahdian & Saberi where it is better than
/// what the first one led to. So there the result is never worse than either.
pub(super) fn solve<const D: usize>(
    component: &Component<D>,
    rounds: usize,
    start: Option<&[Vec<usize>]>,
) -> Found {
    let mut seeds = Seeds::new(component);
    let mut state = State::new(component);
    for members in start.unwrap_or_default() {
        state.replace(&[], &[members.clone()]);
    }
    greedy::open_all(&mut state, &mut seeds);
    climb(&mut state, &mut seeds, rounds);
    if start.is_none() && component.len() <= SECOND_START_MARKS {
        let mut second = State::new(component);
        for members in jms::solve(component) {
            second.replace(&[], &[members]);
        }
        if second.objective() > state.objective() + component.tolerance {
            climb(&mut second, &mut seeds, rounds);
            state = second;
        }
    }
    let converged = state.settled;
    let groups = state.groups.into_iter().map(|group| group.members).filter(|members| !members.is_empty());
    Found { groups: groups.collect(), steps: state.steps, converged }
}

/// Rounds of moves until none pays.
fn climb<const D: usize>(state: &mut State<D>, seeds: &mut Seeds, rounds: usize) {
    // At first all is looked at, so what the start has changed need not be looked at twice.
    state.take_active();
    let mut active = vec![true; state.component.len()];
    for _ in 0..rounds {
        sweep(state, seeds, &active);
        active = state.take_active();
        if !active.contains(&true) {
            state.settled = true;
            return;
        }
    }
}

/// Every move once, where `active`.
fn sweep<const D: usize>(state: &mut State<D>, seeds: &mut Seeds, active: &[bool]) {
    let component = state.component;
    for (viewer, marks) in component.viewers.iter().enumerate() {
        if marks.iter().any(|&m| active[m]) {
            assign::viewer(state, viewer);
        }
    }
    // Those that moves open in this round wait for the next.
    for f in 0..state.groups.len() {
        if state.groups[f].members.iter().any(|&m| active[m]) {
            facility(state, seeds, f);
        }
    }
    for m in (0..component.len()).filter(|&m| active[m]) {
        moves::open(state, seeds, m);
    }
}

/// The moves of one facility, until one of them is taken.
fn facility<const D: usize>(state: &mut State<D>, seeds: &mut Seeds, f: usize) {
    let alone = moves::recentre(state, seeds, f)
        || moves::close(state, f)
        || moves::part(state, &[f])
        || moves::swap(state, seeds, f);
    if alone {
        return;
    }
    for g in state.groups_near(&state.groups[f].moments.at) {
        if g != f && (moves::merge(state, seeds, f, g) || moves::part(state, &[f, g])) {
            return;
        }
    }
}
