//! The optimum of a small component, by dynamic programming over all sets of its marks.

use super::component::Component;
use super::moments::Moments;

/// 3¹⁶ / 3 steps and 2¹⁶ sets: some tens of milliseconds.
pub(super) const MAX_MARKS: usize = 16;

/// The groups of an optimal solution, by their lowest mark. Of equal ones, the one that uses the lowest mark, then the one whose
/// set for it comes first as a binary number. A group that is worth nothing is not opened.
pub(super) fn solve<const D: usize>(component: &Component<D>) -> Vec<Vec<usize>> {
    let n = component.len();
    let values = values(component);
    // best[set]: the greatest value of disjoint groups in `set`; pick[set]: the group of the set's lowest mark, or 0.
    let mut best = vec![0.0; 1 << n];
    let mut pick = vec![0usize; 1 << n];
    for set in 1..1usize << n {
        let low = set & set.wrapping_neg();
        let rest = set ^ low;
        best[set] = f64::NEG_INFINITY;
        // All subsets of `rest`, ascending.
        let mut others = 0;
        loop {
            let group = others | low;
            let total = values[group] + best[set ^ group];
            if values[group] > 0.0 && total > best[set] {
                (best[set], pick[set]) = (total, group);
            }
            if others == rest {
                break;
            }
            others = others.wrapping_sub(rest) & rest;
        }
        if best[rest] > best[set] {
            (best[set], pick[set]) = (best[rest], 0);
        }
    }
    let mut groups = Vec::new();
    let mut set = (1 << n) - 1;
    while set != 0 {
        let group = pick[set];
        if group != 0 {
            groups.push((0..n).filter(|i| group >> i & 1 == 1).collect());
        }
        set ^= if group == 0 { set & set.wrapping_neg() } else { group };
    }
    groups
}

/// The value of every set as one facility; −∞ where a viewer is in it twice.
fn values<const D: usize>(component: &Component<D>) -> Vec<f64> {
    let n = component.len();
    let mut moments = vec![Some(Moments::default()); 1 << n];
    let mut viewers = vec![0usize; 1 << n];
    for set in 1..1usize << n {
        // The highest mark last, so that every set is summed in ascending order.
        let high = set.ilog2() as usize;
        let rest = set ^ (1 << high);
        let point = &component.points[high];
        let viewer = 1 << point.viewer;
        moments[set] = moments[rest].filter(|_| viewers[rest] & viewer == 0).map(|sums| sums.with(point));
        viewers[set] = viewers[rest] | viewer;
    }
    moments.iter().map(|sums| sums.map_or(f64::NEG_INFINITY, |sums| sums.value(component.charge))).collect()
}
