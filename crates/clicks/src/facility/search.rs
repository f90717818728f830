//! Local search: rounds of all moves, where something has changed, until nothing pays any more.

use super::assign::Assign;
use super::component::Component;
use super::seeds::Seeds;
use super::state::State;
use super::{greedy, jms, kicks, moves};

/// A local optimum, or what the last round left.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) groups: Vec<Vec<usize>>,
    pub(super) steps: Vec<f64>,
    /// Whether no move pays any more.
    pub(super) converged: bool,
}

/// From `start`, and from the lazy greedy start on what it leaves free. Then, where `thorough`, from the result of Jain, Mahdian & Saberi
/// if it is better than what the first start led to; and from kicks.
pub(super) fn solve<const D: usize>(
    component: &Component<D>,
    rounds: usize,
    start: &[Vec<usize>],
    thorough: bool,
) -> Found {
    let mut seeds = Seeds::new(component);
    let mut state = State::new(component);
    for members in start {
        state.replace(&[], &[members]);
    }
    greedy::open_all(&mut state, &mut seeds);
    let mut converged = climb(&mut state, &mut seeds, rounds);
    if thorough {
        let mut second = State::new(component);
        for members in jms::solve(component) {
            second.replace(&[], &[&members]);
        }
        if second.objective() > state.objective() + component.tolerance {
            converged = climb(&mut second, &mut seeds, rounds);
            state = second;
        }
        kicks::kick(&mut state, &mut seeds, rounds);
    }
    let groups = state.groups.into_iter().map(|group| group.members).filter(|members| !members.is_empty());
    Found { groups: groups.collect(), steps: state.steps, converged }
}

/// Rounds of moves until none pays; says whether it came so far.
pub(super) fn climb<const D: usize>(state: &mut State<D>, seeds: &mut Seeds<D>, rounds: usize) -> bool {
    let mut sweep = Sweep::new(state.component);
    // At first all is looked at, whatever has changed.
    state.take_changed(&mut sweep.changed);
    for _ in 0..rounds {
        let before = state.steps.len();
        sweep.run(state, seeds);
        if state.steps.len() == before {
            return true;
        }
        state.take_changed(&mut sweep.changed);
    }
    false
}

/// Every move once, where something has changed since it was tried. Times are numbers of steps.
struct Sweep {
    /// The last change near every point.
    changed: Vec<usize>,
    /// One more than the time when a viewer's marks were assigned, a facility's moves tried, a point opened; 0 for never.
    assigned: Vec<usize>,
    moved: Vec<usize>,
    opened: Vec<usize>,
    assign: Assign,
    near: Vec<usize>,
}

impl Sweep {
    fn new<const D: usize>(component: &Component<D>) -> Self {
        let n = component.len();
        Self {
            changed: vec![0; n],
            assigned: vec![0; component.n_viewers()],
            moved: Vec::new(),
            opened: vec![0; n],
            assign: Assign::default(),
            near: Vec::new(),
        }
    }

    fn run<const D: usize>(&mut self, state: &mut State<D>, seeds: &mut Seeds<D>) {
        let component = state.component;
        state.index_groups();
        for viewer in 0..component.n_viewers() {
            let stale = |m: usize| self.changed[m] >= self.assigned[viewer];
            if component.of_viewer(viewer).iter().any(|&m| stale(m)) {
                let time = state.steps.len() + 1;
                self.assign.viewer(state, viewer, stale);
                self.assigned[viewer] = time;
            }
        }
        // Those that moves open in this round wait for the next.
        let n_groups = state.groups.len();
        self.moved.resize(n_groups, 0);
        state.index_groups();
        for f in 0..n_groups {
            if self.stale(state, f) {
                self.moved[f] = state.steps.len() + 1;
                self.facility(state, seeds, f);
            }
        }
        for m in 0..component.len() {
            if self.changed[m] >= self.opened[m] {
                self.opened[m] = state.steps.len() + 1;
                moves::open(state, seeds, m);
            }
        }
    }

    /// The moves of one facility, until one of them is taken.
    fn facility<const D: usize>(&mut self, state: &mut State<D>, seeds: &mut Seeds<D>, f: usize) {
        let at = state.groups[f].moments.at;
        let near = &mut self.near;
        state.groups_near(&at, state.component.reach, near);
        near.retain(|&g| g != f);
        let alone = moves::recentre(state, seeds, f)
            || moves::close(state, f, near)
            || moves::part(state, seeds, &[f])
            || moves::swap(state, seeds, f);
        if alone {
            return;
        }
        let near = std::mem::take(&mut self.near);
        // A pair once, unless its first does not come to its turn.
        let pairs = near.iter().filter(|&&g| g > f || !self.stale(state, g)).copied().collect::<Vec<_>>();
        let _ = pairs.iter().any(|&g| moves::merge(state, seeds, f, g) || moves::part(state, seeds, &[f, g]));
        self.near = near;
    }

    /// Whether anything has changed around facility `f` since its moves were tried.
    fn stale<const D: usize>(&self, state: &State<D>, f: usize) -> bool {
        state.groups[f].members.iter().any(|&m| self.changed[m] >= self.moved[f])
    }
}
