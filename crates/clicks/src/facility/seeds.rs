//! From positions to facilities: the best marks around a position, moved to their mean a few times.

use super::component::Component;
use super::moments::Moments;
use super::point::distance2;

/// Times that a facility is moved to the mean of its marks: nearly all settle within three.
const RECENTRES: usize = 3;

/// Buffers, kept between calls.
#[derive(Debug)]
pub(super) struct Seeds<const D: usize> {
    /// The best point of every viewer; none between calls.
    best: Vec<Option<(f64, usize)>>,
    seen: Vec<usize>,
    star: Vec<(f64, usize)>,
    prefixes: Vec<Moments<D>>,
    /// What was grown last, in no meaningful order.
    pub(super) members: Vec<usize>,
    next: Vec<usize>,
}

impl<const D: usize> Seeds<D> {
    pub(super) fn new(component: &Component<D>) -> Self {
        Self {
            best: vec![None; component.n_viewers()],
            seen: Vec::new(),
            star: Vec::new(),
            prefixes: Vec::new(),
            members: Vec::new(),
            next: Vec::new(),
        }
    }

    /// For every viewer the greatest positive `gain` of a point within `reach` of `site`, ties to the lower index; and that point. In
    /// no meaningful order.
    pub(super) fn star(
        &mut self,
        component: &Component<D>,
        site: &[f64; D],
        reach: f64,
        gain: impl Fn(usize) -> f64,
    ) -> &mut [(f64, usize)] {
        let Self { best, seen, star, .. } = self;
        component.near(site, reach, |n| {
            let gain = gain(n);
            if gain > 0.0 {
                let viewer = component.points[n].viewer;
                match &mut best[viewer] {
                    Some((old, m)) if gain < *old || (gain == *old && n > *m) => {}
                    Some(entry) => *entry = (gain, n),
                    entry => {
                        seen.push(viewer);
                        *entry = Some((gain, n));
                    }
                }
            }
        });
        star.clear();
        star.extend(seen.drain(..).filter_map(|viewer| best[viewer].take()));
        star
    }

    /// More than any facility with point `m` as its anchor (see `bound`) can be worth, less the prices of its points. `None` cannot be
    /// had.
    pub(super) fn hope(
        &mut self,
        component: &Component<D>,
        m: usize,
        price: impl Fn(usize) -> Option<f64>,
    ) -> f64 {
        let anchor = &component.points[m];
        let quarter = |n: usize| {
            let point = &component.points[n];
            let paid = price(n)?;
            Some(point.gain - point.weight * distance2(&point.at, &anchor.at) / 4.0 - paid)
        };
        let Some(own) = quarter(m) else { return f64::NEG_INFINITY };
        // A gain at a quarter lasts √2 times as far.
        let reach = component.reach * std::f64::consts::SQRT_2;
        let profit = |n: usize| if component.points[n].viewer == anchor.viewer { None } else { quarter(n) };
        let star = self.star(component, &anchor.at, reach, |n| profit(n).unwrap_or(0.0));
        own + star.iter().map(|&(gain, _)| gain).sum::<f64>() - component.charge.cost(1, anchor.weight)
    }

    /// No less than what one facility of members of two can be worth.
    pub(super) fn union(&mut self, component: &Component<D>, one: &[usize], two: &[usize]) -> f64 {
        let (mut gains, mut least) = (0.0, f64::INFINITY);
        for &n in one.iter().chain(two) {
            let point = &component.points[n];
            least = least.min(point.weight);
            match &mut self.best[point.viewer] {
                Some((old, _)) => {
                    gains += (point.gain - *old).max(0.0);
                    *old = old.max(point.gain);
                }
                entry => {
                    self.seen.push(point.viewer);
                    gains += point.gain.max(0.0);
                    *entry = Some((point.gain.max(0.0), n));
                }
            }
        }
        for viewer in self.seen.drain(..) {
            self.best[viewer] = None;
        }
        gains - component.charge.cost(1, least)
    }

    /// Grows a facility from `site`: one point a viewer, recentred while that pays. A point costs its `price`; `None` cannot be had.
    /// Stops at members that are `known`. Says what it is worth less what is paid.
    pub(super) fn grow(
        &mut self,
        component: &Component<D>,
        site: &[f64; D],
        price: impl Fn(usize) -> Option<f64>,
        known: impl Fn(&[usize]) -> bool,
    ) -> f64 {
        let (mut value, mut mean) = self.around(component, site, &price);
        std::mem::swap(&mut self.members, &mut self.next);
        for _ in 0..RECENTRES {
            if self.members.is_empty() || known(&self.members) {
                break;
            }
            let (next, at) = self.around(component, &mean, &price);
            if next <= value {
                break;
            }
            (value, mean) = (next, at);
            std::mem::swap(&mut self.members, &mut self.next);
        }
        value
    }

    /// Puts the best points around `site` into `next`; their worth, less what is paid, and their mean.
    fn around(
        &mut self,
        component: &Component<D>,
        site: &[f64; D],
        price: impl Fn(usize) -> Option<f64>,
    ) -> (f64, [f64; D]) {
        let gain = |n: usize| price(n).map_or(0.0, |paid| component.points[n].gain_at(site) - paid);
        self.star(component, site, component.reach, gain);
        self.best_prefix(component, |n| price(n).unwrap_or(0.0))
    }

    /// Sorts the star and puts its best prefix into `next`.
    fn best_prefix(&mut self, component: &Component<D>, price: impl Fn(usize) -> f64) -> (f64, [f64; D]) {
        let Self { star, prefixes, next, .. } = self;
        star.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        prefixes.clear();
        let (mut sums, mut paid) = (Moments::default(), 0.0);
        for &(_, n) in star.iter() {
            sums = sums.with(&component.points[n]);
            prefixes.push(sums);
            paid += price(n);
        }
        let mut best = (0.0, [0.0; D], 0);
        for (k, sums) in prefixes.iter().enumerate().rev() {
            let value = sums.value(component.charge) - paid;
            if best.2 == 0 || value > best.0 {
                best = (value, sums.at, k + 1);
            } else if component.charge.flat() {
                // The gains are sorted, so fewer points are worse still.
                break;
            }
            paid -= price(star[k].1);
        }
        next.clear();
        next.extend(star[..best.2].iter().map(|&(_, n)| n));
        (best.0, best.1)
    }

    /// Shares `pool`, sorted by viewers, out among two facilities that start at `sites`: each viewer's points exactly, then the means, a few
    /// times.
    pub(super) fn pair(
        &mut self,
        component: &Component<D>,
        pool: &[usize],
        mut sites: [[f64; D]; 2],
    ) -> [Vec<usize>; 2] {
        let mut groups = [Vec::new(), Vec::new()];
        let points = &component.points;
        for _ in 0..=RECENTRES {
            let mut next = [Vec::new(), Vec::new()];
            for marks in pool.chunk_by(|&a, &b| points[a].viewer == points[b].viewer) {
                let chosen = two(marks, |m, k| points[m].gain_at(&sites[k]));
                for (members, m) in next.iter_mut().zip(chosen) {
                    members.extend(m);
                }
            }
            if next == groups {
                break;
            }
            groups = next;
            for (site, members) in sites.iter_mut().zip(&groups).filter(|(_, members)| !members.is_empty()) {
                *site = Moments::of(points, members).at;
            }
        }
        for (site, members) in sites.iter().zip(&mut groups) {
            self.star.clear();
            self.star.extend(members.iter().map(|&m| (points[m].gain_at(site), m)));
            self.best_prefix(component, |_| 0.0);
            members.clone_from(&self.next);
        }
        groups
    }
}

/// The best marks of one viewer for two sites, not the same for both; gains of 0 or less are none.
fn two(marks: &[usize], gain: impl Fn(usize, usize) -> f64) -> [Option<usize>; 2] {
    // The best and the second best for each.
    let mut best = [[(0.0, None); 2]; 2];
    for &m in marks {
        for (site, [first, second]) in best.iter_mut().enumerate() {
            let entry = (gain(m, site), Some(m));
            if entry.0 > first.0 {
                (*first, *second) = (entry, *first);
            } else if entry.0 > second.0 {
                *second = entry;
            }
        }
    }
    let [[a, a2], [b, b2]] = best;
    if a.1.is_some() && a.1 == b.1 {
        return if a.0 + b2.0 >= a2.0 + b.0 { [a.1, b2.1] } else { [a2.1, b.1] };
    }
    [a.1, b.1]
}
