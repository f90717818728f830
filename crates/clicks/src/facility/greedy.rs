//! The start: open the facility of greatest net gain, again and again, with a lazy heap.
//!
//! A stale key is recomputed when it comes to the top. Marks only become fewer, so gains only fall; with the Occam term a cost may
//! fall too, and then the order is a good one rather than the greedy one. What is opened always raises the objective.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::seeds::Seeds;
use super::state::State;

/// A net gain, with the total order of `f64::total_cmp`.
#[derive(Debug, PartialEq)]
struct Key(f64);

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// Opens facilities at free marks until none of them pays. Equal net gains go to the lower point.
pub(super) fn open_all<const D: usize>(state: &mut State<D>, seeds: &mut Seeds) {
    let mut heap: BinaryHeap<(Key, Reverse<usize>)> = BinaryHeap::new();
    for m in 0..state.component.len() {
        let net = net(state, seeds, m);
        if net > 0.0 {
            heap.push((Key(net), Reverse(m)));
        }
    }
    while let Some((Key(old), Reverse(m))) = heap.pop() {
        if state.of[m].is_some() {
            continue;
        }
        let now = net(state, seeds, m);
        if now <= 0.0 {
            continue;
        }
        if now < old && heap.peek().is_some_and(|(Key(next), _)| now < *next) {
            heap.push((Key(now), Reverse(m)));
            continue;
        }
        let free = |n: usize| state.of[n].is_none().then_some(0.0);
        let mut members = seeds.grow(state.component, state.component.points[m].at, free);
        if members.is_empty() {
            // A mark without gain that is worth a facility of its own.
            members.push(m);
        }
        state.replace(&[], &[members]);
    }
}

/// What a facility at point `m` would bring, standing there, with the free points alone.
fn net<const D: usize>(state: &State<D>, seeds: &mut Seeds, m: usize) -> f64 {
    let component = state.component;
    let at = &component.points[m].at;
    let gain = |n: usize| if state.of[n].is_none() { component.points[n].gain_at(at) } else { 0.0 };
    let star = seeds.star(component, at, component.reach, gain);
    let (gains, weight) =
        star.iter().fold((0.0, 0.0), |(g, w), &(n, gain)| (g + gain, w + component.points[n].weight));
    if weight > 0.0 {
        gains - component.charge.cost(star.len(), weight)
    } else {
        // A mark without gain may still be worth a facility of its own where opening is a reward.
        component.points[m].gain - component.charge.cost(1, component.points[m].weight)
    }
}
