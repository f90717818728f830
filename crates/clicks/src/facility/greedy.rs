//! The start: open the facility of greatest net gain, again and again, with a lazy heap.
//!
//! A stale key is recomputed when it comes to the top. Marks only become fewer, so gains only fall; where the cost depends on the
//! marks it may fall too, and then the order is a good one rather than the greedy one. What is opened always raises the objective.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::ordered::Ordered;
use super::seeds::Seeds;
use super::state::State;

/// Opens facilities at free marks until none of them pays. Equal net gains go to the lower point.
pub(super) fn open_all<const D: usize>(state: &mut State<D>, seeds: &mut Seeds<D>) {
    let component = state.component;
    let mut keys: Vec<(Ordered, Reverse<usize>)> = Vec::new();
    for m in (0..component.len()).filter(|&m| state.of[m].is_none()) {
        let net = net(state, seeds, m);
        if net > 0.0 {
            keys.push((Ordered(net), Reverse(m)));
        }
    }
    let mut heap = BinaryHeap::from(keys);
    while let Some((Ordered(old), Reverse(m))) = heap.pop() {
        if state.of[m].is_some() {
            continue;
        }
        let now = net(state, seeds, m);
        if now <= 0.0 {
            continue;
        }
        if now < old && heap.peek().is_some_and(|(Ordered(next), _)| now < *next) {
            heap.push((Ordered(now), Reverse(m)));
            continue;
        }
        let free = |n: usize| state.of[n].is_none().then_some(0.0);
        seeds.grow(component, &component.points[m].at, free, |_| false);
        // A mark without gain may be worth a facility of its own.
        let alone = [m];
        let members = if seeds.members.is_empty() { &alone } else { seeds.members.as_slice() };
        state.replace(&[], &[members]);
    }
}

/// What a facility at point `m` would bring, standing there, with the free points alone.
fn net<const D: usize>(state: &State<D>, seeds: &mut Seeds<D>, m: usize) -> f64 {
    let component = state.component;
    let point = &component.points[m];
    let gain = |n: usize| if state.of[n].is_none() { component.points[n].gain_at(&point.at) } else { 0.0 };
    let star = seeds.star(component, &point.at, component.reach, gain);
    let sum = |(g, w), &(gain, n): &(f64, usize)| (g + gain, w + component.points[n].weight);
    let (gains, weight) = star.iter().fold((0.0, 0.0), sum);
    if star.is_empty() {
        // A mark without gain may still be worth a facility of its own where opening is a reward.
        point.gain - component.charge.cost(1, point.weight)
    } else {
        gains - component.charge.cost(star.len(), weight)
    }
}
