//! The moves of the local search. Each proposes facilities to close and facilities to open instead; the state accepts or not.

use super::component::distance2;
use super::seeds::{Seeds, partition};
use super::state::State;

/// The mean of facility `f`.
fn site<const D: usize>(state: &State<D>, f: usize) -> [f64; D] {
    state.groups[f].moments.at
}

/// Members of the given facilities, and what is free near them.
fn pool<const D: usize>(state: &State<D>, facilities: &[usize]) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    for &f in facilities {
        found.extend_from_slice(&state.groups[f].members);
        found.extend(state.free_near(&site(state, f)));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Grows a facility at `seed` from free points and from those of the facilities `dissolve`, which close.
fn regrow<const D: usize>(
    state: &mut State<D>,
    seeds: &mut Seeds,
    dissolve: &[usize],
    seed: [f64; D],
) -> bool {
    let mine = |n: usize| state.of[n].is_none_or(|f| dissolve.contains(&f)).then_some(0.0);
    let members = seeds.grow(state.component, seed, mine);
    state.replace(dissolve, &[members])
}

/// Grows facility `f` again from its own mean.
pub(super) fn recentre<const D: usize>(state: &mut State<D>, seeds: &mut Seeds, f: usize) -> bool {
    let at = site(state, f);
    regrow(state, seeds, &[f], at)
}

/// Closes `f` and hands each of its marks to the neighbour that gains most from it and has none of its viewer.
pub(super) fn close<const D: usize>(state: &mut State<D>, f: usize) -> bool {
    let component = state.component;
    let near: Vec<usize> = state.groups_near(&site(state, f)).into_iter().filter(|&g| g != f).collect();
    let mut grown: Vec<Vec<usize>> = near.iter().map(|&g| state.groups[g].members.clone()).collect();
    for &m in &state.groups[f].members {
        let point = &component.points[m];
        let mut best: Option<(f64, usize)> = None;
        for (k, members) in grown.iter().enumerate() {
            if members.iter().any(|&n| component.points[n].viewer == point.viewer) {
                continue;
            }
            let gain = state.moments(members).marginal(point, component.charge);
            if gain > best.map_or(0.0, |(gain, _)| gain) {
                best = Some((gain, k));
            }
        }
        if let Some((_, k)) = best {
            grown[k].push(m);
            grown[k].sort_unstable();
        }
    }
    let mut dissolve = vec![f];
    dissolve.extend(&near);
    state.replace(&dissolve, &grown)
}

/// Opens a facility at point `m`; it may take marks from others.
pub(super) fn open<const D: usize>(state: &mut State<D>, seeds: &mut Seeds, m: usize) -> bool {
    let component = state.component;
    let at = component.points[m].at;
    let members = seeds.grow(component, at, |n| Some(state.share(n).max(0.0)));
    state.replace(&[], &[members])
}

/// Closes `f` and opens at one of its marks or at a free point near it instead: the first one that pays.
pub(super) fn swap<const D: usize>(state: &mut State<D>, seeds: &mut Seeds, f: usize) -> bool {
    let mut sites = Vec::new();
    let component = state.component;
    component.near(&site(state, f), component.reach, |n| {
        sites.extend(state.of[n].is_none_or(|g| g == f).then_some(n));
    });
    sites.sort_unstable();
    sites.into_iter().any(|m| {
        let at = component.points[m].at;
        regrow(state, seeds, &[f], at)
    })
}

/// One facility instead of `f` and `g`.
pub(super) fn merge<const D: usize>(state: &mut State<D>, seeds: &mut Seeds, f: usize, g: usize) -> bool {
    let mut both = [state.groups[f].members.as_slice(), &state.groups[g].members].concat();
    both.sort_unstable();
    let mean = state.moments(&both);
    regrow(state, seeds, &[f, g], mean.at)
}

/// Two facilities instead of `f`, or instead of two neighbours: from the two points of the pool that are farthest apart.
pub(super) fn part<const D: usize>(state: &mut State<D>, facilities: &[usize]) -> bool {
    let points = &state.component.points;
    let pool = pool(state, facilities);
    let farthest = |from: [f64; D]| {
        let mut best: Option<(f64, usize)> = None;
        for &m in &pool {
            let distance = distance2(&points[m].at, &from);
            if best.is_none_or(|(old, _)| distance > old) {
                best = Some((distance, m));
            }
        }
        best.map(|(_, m)| points[m].at)
    };
    let Some(one) = farthest(site(state, facilities[0])) else { return false };
    let Some(two) = farthest(one).filter(|&two| two != one) else { return false };
    let groups = partition(state.component, &pool, &[one, two]);
    state.replace(facilities, &groups)
}
