//! The greedy algorithm of Jain, Mahdian & Saberi (2002) with exclusions, as Clump Scout and Branson et al. (2017) use it.
//!
//! All pairs of a candidate site (each mark's position) and a mark are taken in the order of their costs −g. A mark that is not
//! served offers to pay; a site opens as soon as the offers cover its cost at the level α that the costs have reached. While a mark
//! has an offer at a site, other marks of its viewer are held back there. A served mark leaves *switch* offers where it would be
//! cheaper. Costs are measured from the cost of being false, the same for all; so being false costs 0 and pairs without gain do
//! not occur.

use std::collections::{BTreeMap, BTreeSet};

use super::component::Component;
use super::ordered::Ordered;
use super::seeds::Seeds;

/// What a mark would pay at a site.
#[derive(Debug, Clone, Copy)]
struct Offer {
    mark: usize,
    cost: f64,
    /// What a served mark would save; `None` where it is not served yet.
    saving: Option<f64>,
}

#[derive(Debug, Default)]
struct Site {
    cost: f64,
    open: bool,
    /// One offer a viewer.
    offers: BTreeMap<usize, Offer>,
    /// Costs and marks that another mark of their viewer keeps from offering, in the order they came.
    held: Vec<(f64, usize)>,
    /// α: the level of cost at which the offers cover the opening.
    level: Option<Ordered>,
}

struct Greedy<'a, const D: usize> {
    component: &'a Component<'a, D>,
    sites: Vec<Site>,
    /// Levels of the sites that are not open.
    queue: BTreeSet<(Ordered, usize)>,
    /// Site and cost of every served mark.
    served: Vec<Option<(usize, f64)>>,
    /// The sites that every mark has offered to.
    offered: Vec<Vec<usize>>,
}

/// The groups of the greedy solution. Ties go to the lower site, then to the lower mark.
pub(super) fn solve<const D: usize>(component: &Component<D>) -> Vec<Vec<usize>> {
    let n = component.len();
    let mut seeds = Seeds::new(component);
    let mut edges: Vec<(Ordered, usize, usize)> = Vec::new();
    let mut sites: Vec<Site> = Vec::new();
    for point in &component.points {
        let f = sites.len();
        let gain = |c: usize| component.points[c].gain_at(&point.at);
        component.near(&point.at, component.reach, |c| {
            if gain(c) > 0.0 {
                edges.push((Ordered(-gain(c)), f, c));
            }
        });
        // n and S of all that could be served there: they must be known before the first offer.
        let star = seeds.star(component, &point.at, component.reach, gain);
        let weight: f64 = star.iter().map(|&(_, c)| component.points[c].weight).sum();
        let (n, weight) = if star.is_empty() { (1, point.weight) } else { (star.len(), weight) };
        sites.push(Site { cost: component.charge.cost(n, weight), ..Site::default() });
    }
    edges.sort_unstable();
    let (served, offered) = (vec![None; n], vec![Vec::new(); n]);
    let mut greedy = Greedy { component, sites, queue: BTreeSet::new(), served, offered };
    for (Ordered(cost), f, c) in edges {
        greedy.open_up_to(cost);
        if greedy.served[c].is_none() {
            greedy.offer(f, c, cost);
        }
    }
    greedy.open_up_to(0.0);
    let mut groups = vec![Vec::new(); n];
    for (c, served) in greedy.served.iter().enumerate() {
        if let Some((f, _)) = *served {
            groups[f].push(c);
        }
    }
    groups.retain(|members| !members.is_empty());
    groups
}

impl<const D: usize> Greedy<'_, D> {
    fn viewer(&self, c: usize) -> usize {
        self.component.points[c].viewer
    }

    /// Opens, lowest first, every site whose offers cover it at `level`.
    fn open_up_to(&mut self, level: f64) {
        while let Some(&(_, f)) = self.queue.first().filter(|(lowest, _)| lowest.0 <= level) {
            self.queue.pop_first();
            self.sites[f].open = true;
            self.sites[f].level = None;
            let offers: Vec<Offer> = self.sites[f].offers.values().copied().collect();
            for offer in offers {
                self.connect(f, offer.mark, offer.cost);
            }
        }
    }

    /// Mark `c` offers to site `f`, or waits behind another mark of its viewer.
    fn offer(&mut self, f: usize, c: usize, cost: f64) {
        let viewer = self.viewer(c);
        if self.sites[f].offers.contains_key(&viewer) {
            self.sites[f].held.push((cost, c));
            return;
        }
        self.sites[f].offers.insert(viewer, Offer { mark: c, cost, saving: None });
        self.offered[c].push(f);
        if self.sites[f].open { self.connect(f, c, cost) } else { self.set_level(f) }
    }

    /// Mark `c` is served at `f`, and adapts its offers elsewhere.
    fn connect(&mut self, f: usize, c: usize, cost: f64) {
        self.served[c] = Some((f, cost));
        let viewer = self.viewer(c);
        for other in self.offered[c].clone() {
            if other == f || self.sites[other].open {
                continue;
            }
            let Some(offer) = self.sites[other].offers.get_mut(&viewer).filter(|offer| offer.mark == c)
            else {
                continue;
            };
            if offer.cost < cost {
                offer.saving = Some(cost - offer.cost);
            } else {
                self.sites[other].offers.remove(&viewer);
                self.offered[c].retain(|&site| site != other);
                self.release(other, viewer);
            }
            self.set_level(other);
        }
    }

    /// The first mark of `viewer` that was held back at `f` and is not served offers now.
    fn release(&mut self, f: usize, viewer: usize) {
        let held = std::mem::take(&mut self.sites[f].held);
        let (mine, others) = held.into_iter().partition(|&(_, c)| self.component.points[c].viewer == viewer);
        self.sites[f].held = others;
        let mine: Vec<(f64, usize)> = mine;
        for (cost, c) in mine {
            if self.served[c].is_none() {
                self.offer(f, c, cost);
            }
        }
    }

    /// α = (opening + Σ costs of the offers of marks not served − Σ savings) / their number; none without such a mark.
    fn set_level(&mut self, f: usize) {
        let site = &mut self.sites[f];
        if let Some(old) = site.level.take() {
            self.queue.remove(&(old, f));
        }
        let (mut n, mut sum) = (0usize, site.cost);
        for offer in site.offers.values() {
            match offer.saving {
                None => (n, sum) = (n + 1, sum + offer.cost),
                Some(saving) => sum -= saving,
            }
        }
        if n > 0 {
            let level = Ordered(sum / n as f64);
            site.level = Some(level);
            self.queue.insert((level, f));
        }
    }
}
