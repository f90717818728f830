//! The moves of the local search. Each proposes facilities to close and facilities to open instead; the state accepts or not.

use super::point::distance2;
use super::seeds::Seeds;
use super::state::State;

/// The mean of facility `f`.
fn site<const D: usize>(state: &State<D>, f: usize) -> [f64; D] {
    state.groups[f].moments.at
}

/// Grows a facility at `seed` from free points and from those of the facilities `dissolve`, which close.
fn regrow<const D: usize>(
    state: &mut State<D>,
    seeds: &mut Seeds<D>,
    dissolve: &[usize],
    seed: &[f64; D],
) -> bool {
    let mine = |n: usize| state.of[n].is_none_or(|f| dissolve.contains(&f)).then_some(0.0);
    let old: f64 = dissolve.iter().map(|&f| state.groups[f].value).sum();
    // What finds nothing but members of `f` would go on to `f` itself.
    let inside = |members: &[usize]| match dissolve {
        [f] => members.iter().all(|&m| state.of[m] == Some(*f)),
        _ => false,
    };
    let value = seeds.grow(state.component, seed, mine, inside);
    value > old && state.replace(dissolve, &[&seeds.members])
}

/// Grows facility `f` again from its own mean.
pub(super) fn recentre<const D: usize>(state: &mut State<D>, seeds: &mut Seeds<D>, f: usize) -> bool {
    let at = site(state, f);
    regrow(state, seeds, &[f], &at)
}

/// Closes `f` and hands each of its marks to the neighbour in `near` that gains most from it and has none of its viewer.
pub(super) fn close<const D: usize>(state: &mut State<D>, f: usize, near: &[usize]) -> bool {
    let component = state.component;
    let (points, charge) = (&component.points, component.charge);
    // No mark can bring its heirs more than its gain where it is.
    let brings = |m: usize| {
        let gains = near.iter().map(|&g| state.groups[g].moments.most(&points[m]));
        gains.fold(0.0, f64::max)
    };
    let group = &state.groups[f];
    if group.members.iter().map(|&m| brings(m)).sum::<f64>() <= group.value {
        return false;
    }
    let mut grown: Vec<_> =
        near.iter().map(|&g| (state.groups[g].moments, state.groups[g].members.clone())).collect();
    for &m in &group.members {
        let mut best: Option<(f64, usize)> = None;
        for (k, (moments, members)) in grown.iter().enumerate() {
            let gain = moments.marginal(&points[m], charge);
            if gain > best.map_or(0.0, |(gain, _)| gain)
                && members.iter().all(|&n| points[n].viewer != points[m].viewer)
            {
                best = Some((gain, k));
            }
        }
        if let Some((_, k)) = best {
            let (moments, members) = &mut grown[k];
            *moments = moments.with(&points[m]);
            members.push(m);
        }
    }
    let dissolve: Vec<usize> = [f].iter().chain(near).copied().collect();
    let grown: Vec<&[usize]> = grown.iter().map(|(_, members)| members.as_slice()).collect();
    state.replace(&dissolve, &grown)
}

/// Opens a facility at point `m`; it may take marks from others.
pub(super) fn open<const D: usize>(state: &mut State<D>, seeds: &mut Seeds<D>, m: usize) -> bool {
    let component = state.component;
    let price = |n: usize| Some(state.shares[n].max(0.0));
    if seeds.hope(component, m, price) <= component.tolerance {
        return false;
    }
    seeds.grow(component, &component.points[m].at, price, |_| false);
    state.replace(&[], &[&seeds.members])
}

/// Closes `f` and opens at a free point near it instead: the first one that pays. (From its own marks the way leads back to it.)
pub(super) fn swap<const D: usize>(state: &mut State<D>, seeds: &mut Seeds<D>, f: usize) -> bool {
    let component = state.component;
    let mut sites = Vec::new();
    component.near(&site(state, f), component.reach, |n| {
        if state.of[n].is_none() && component.points[n].gain > 0.0 {
            sites.push(n);
        }
    });
    sites.sort_unstable();
    sites.into_iter().any(|m| regrow(state, seeds, &[f], &component.points[m].at))
}

/// One facility instead of `f` and `g`.
pub(super) fn merge<const D: usize>(state: &mut State<D>, seeds: &mut Seeds<D>, f: usize, g: usize) -> bool {
    let (one, two) = (&state.groups[f], &state.groups[g]);
    if seeds.union(state.component, &one.members, &two.members) <= one.value + two.value {
        return false;
    }
    let mean = two.members.iter().fold(one.moments, |sums, &m| sums.with(&state.component.points[m]));
    regrow(state, seeds, &[f, g], &mean.at)
}

/// Two facilities instead of `f`, or instead of two neighbours: from the two points of the pool that are farthest apart.
pub(super) fn part<const D: usize>(state: &mut State<D>, seeds: &mut Seeds<D>, facilities: &[usize]) -> bool {
    let component = state.component;
    let points = &component.points;
    // Their members, and what is free near them.
    let mut pool: Vec<usize> = Vec::new();
    for &f in facilities {
        let at = site(state, f);
        pool.extend_from_slice(&state.groups[f].members);
        component.near(&at, component.reach, |n| {
            if state.of[n].is_none() && points[n].gain_at(&at) > 0.0 {
                pool.push(n);
            }
        });
    }
    if let [f] = facilities {
        let most: f64 = pool.iter().map(|&m| points[m].gain).sum();
        let least = pool.iter().map(|&m| points[m].weight).fold(f64::INFINITY, f64::min);
        if most - 2.0 * component.charge.cost(1, least) <= state.groups[*f].value {
            return false;
        }
    }
    pool.sort_unstable_by_key(|&m| (points[m].viewer, m));
    pool.dedup();
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
    let Some(one) = farthest(state.moments(&pool).at) else { return false };
    let Some(two) = farthest(one).filter(|&two| two != one) else { return false };
    let [a, b] = seeds.pair(component, &pool, [one, two]);
    state.replace(facilities, &[&a, &b])
}
