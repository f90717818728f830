//! From positions to facilities: the best marks around a position, moved to their mean a few times.

use super::component::Component;
use super::hungarian;
use super::moments::Moments;

/// Times that a facility is moved to the mean of its marks: nearly all settle within three.
const RECENTRES: usize = 3;

/// A buffer with one entry a viewer, kept between calls.
#[derive(Debug)]
pub(super) struct Seeds {
    best: Vec<Option<(f64, usize)>>,
    seen: Vec<usize>,
}

impl Seeds {
    pub(super) fn new<const D: usize>(component: &Component<D>) -> Self {
        Self { best: vec![None; component.viewers.len()], seen: Vec::new() }
    }

    /// For every viewer the point of greatest positive `gain` within `reach` of `site`, ties to the lower index; and that
    /// gain. Ascending by point.
    pub(super) fn star<const D: usize>(
        &mut self,
        component: &Component<D>,
        site: &[f64; D],
        reach: f64,
        gain: impl Fn(usize) -> f64,
    ) -> Vec<(usize, f64)> {
        let Self { best, seen } = self;
        component.near(site, reach, |n| {
            let gain = gain(n);
            let entry = &mut best[component.points[n].viewer];
            let better = entry.map_or(gain > 0.0, |(old, m)| gain > old || (gain == old && n < m));
            if better {
                if entry.is_none() {
                    seen.push(component.points[n].viewer);
                }
                *entry = Some((gain, n));
            }
        });
        let mut found: Vec<(usize, f64)> =
            seen.drain(..).filter_map(|viewer| best[viewer].take()).map(|(gain, n)| (n, gain)).collect();
        found.sort_unstable_by_key(|&(n, _)| n);
        found
    }

    /// The facility that grows from `seed`: one point a viewer, recentred while that pays. A point costs its `price`; `None`
    /// cannot be had.
    pub(super) fn grow<const D: usize>(
        &mut self,
        component: &Component<D>,
        seed: [f64; D],
        price: impl Fn(usize) -> Option<f64>,
    ) -> Vec<usize> {
        let worth = |members: &[usize]| {
            let paid: f64 = members.iter().filter_map(|&m| price(m)).sum();
            Moments::of(&component.points, members).value(component.charge) - paid
        };
        let mut around = |site: [f64; D]| {
            let gain = |n: usize| price(n).map_or(0.0, |p| component.points[n].gain_at(&site) - p);
            let star = self.star(component, &site, component.reach, gain);
            trim(component, star.into_iter().map(|(n, _)| n).collect(), &price)
        };
        let mut members = around(seed);
        let mut value = worth(&members);
        for _ in 0..RECENTRES {
            let mean = Moments::of(&component.points, &members);
            let next = around(mean.at);
            let next_value = worth(&next);
            if members.is_empty() || next_value <= value {
                break;
            }
            (members, value) = (next, next_value);
        }
        members
    }
}

/// Takes members out, worst first, down to the set that is worth most: where the opening depends on the number, a loss may come
/// before a gain.
fn trim<const D: usize>(
    component: &Component<D>,
    mut members: Vec<usize>,
    price: impl Fn(usize) -> Option<f64>,
) -> Vec<usize> {
    let (mut best, mut lost) = ((0.0, members.len()), 0.0);
    let mut out = Vec::new();
    while members.len() > 1 {
        let sums = Moments::of(&component.points, &members);
        let profit =
            |m: usize| sums.share(&component.points[m], component.charge) - price(m).unwrap_or(f64::INFINITY);
        let profits = members.iter().map(|&m| profit(m)).enumerate();
        let Some((at, worst)) = profits.min_by(|a, b| a.1.total_cmp(&b.1)) else { break };
        lost += worst;
        out.push(members.remove(at));
        if lost < best.0 {
            best = (lost, members.len());
        }
    }
    while members.len() < best.1 {
        members.extend(out.pop());
    }
    members.sort_unstable();
    members
}

/// Shares `pool` out among facilities that start at `seeds`: each viewer's points exactly, then the means, a few times.
pub(super) fn partition<const D: usize>(
    component: &Component<D>,
    pool: &[usize],
    seeds: &[[f64; D]],
) -> Vec<Vec<usize>> {
    let mut by_viewer = pool.to_vec();
    by_viewer.sort_unstable_by_key(|&m| (component.points[m].viewer, m));
    let mut sites = seeds.to_vec();
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); sites.len()];
    for _ in 0..=RECENTRES {
        let mut next = vec![Vec::new(); sites.len()];
        for marks in by_viewer.chunk_by(|&a, &b| component.points[a].viewer == component.points[b].viewer) {
            let gains: Vec<f64> = marks
                .iter()
                .flat_map(|&m| sites.iter().map(move |site| component.points[m].gain_at(site)))
                .collect();
            for (&m, site) in marks.iter().zip(hungarian::assign(&gains, sites.len())) {
                if let Some(site) = site {
                    next[site].push(m);
                }
            }
        }
        if next == groups {
            break;
        }
        groups = next;
        for (site, members) in sites.iter_mut().zip(&groups).filter(|(_, members)| !members.is_empty()) {
            *site = Moments::of(&component.points, members).at;
        }
    }
    let trimmed = groups.into_iter().map(|mut members| {
        members.sort_unstable();
        trim(component, members, |_| Some(0.0))
    });
    trimmed.collect()
}
