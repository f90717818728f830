//! What no solution can exceed: a Lagrangian bound with a price for every mark.
//!
//! Let v(F) be the value of a facility with the marks F, w = 1/σ², S = Σ w and Q = Σ w|z − y|² about its mean.
//!
//! 1. Weighted by w_a/S, the mean over a ∈ F of Σ_m w_m|z_m − z_a|² is 2Q. So some *anchor* a ∈ F has Σ_m w_m|z_m − z_a|² ≤ 2Q,
//!    and there −Q/2 ≤ −¼ Σ_m w_m|z_m − z_a|².
//! 2. −ln S is convex. On [w_a, S_max], where S_max takes the greatest weight of every other viewer in range, it lies below its
//!    chord: −(D/2) ln S ≤ −(D/2) ln w_a − k_a (S − w_a), k_a = (D/2) ln(S_max/w_a) / (S_max − w_a).
//! 3. Let p_1 ≥ p_2 ≥ … be the profits max_m (G_m − ¼ w_m|z_m − z_a|² − k_a w_m − u_m) of the other viewers, at any prices
//!    u_m ≥ 0, over marks with |z_m − z_a| ≤ R_m + R_a, outside of which an optimal facility has none (see `link`); and c(n)
//!    what n marks cost. Then v(F) − Σ_{m∈F} u_m ≤ H_a(u) = G_a − u_a − (D/2) ln w_a + max_n (p_1 + … + p_{n−1} − c(n)).
//!    Gains and c are those of `charge`: c does not fall, so profits of 0 or less are never among the best.
//! 4. An optimal solution uses each mark once, so its facilities have different anchors, and its value is at most
//!    L(u) = Σ_m u_m + Σ_a max(0, H_a(u)).
//!
//! L(u) is a bound for every u ≥ 0; subgradient steps make it small. What remains is the quarter of step 1 and the chord of step 2.

use super::component::Component;
use super::point::distance2;
use super::seeds::Seeds;

/// An anchor's terms that do not depend on prices.
struct Anchor {
    /// G_a − (D/2) ln w_a.
    alone: f64,
    /// k_a.
    slope: f64,
}

struct Lagrangian<'a, const D: usize> {
    component: &'a Component<'a, D>,
    anchors: Vec<Anchor>,
}

/// The least L(u) of `steps` subgradient steps from prices that `groups`, a solution of value `objective`, suggests.
pub(super) fn upper<const D: usize>(
    component: &Component<D>,
    groups: &[Vec<usize>],
    objective: f64,
    steps: usize,
) -> f64 {
    let mut seeds = Seeds::new(component);
    let lagrangian = Lagrangian::new(component, &mut seeds);
    let mut prices = lagrangian.start(groups);
    let mut best = f64::INFINITY;
    let mut pace = 1.0;
    for step in 0..=steps {
        let (total, wanted) = lagrangian.at(&mut seeds, &prices);
        // A slower pace where the bound has stopped falling (Held, Wolfe & Crowder 1974).
        if total < best {
            best = total;
        } else {
            pace *= 0.7;
        }
        let slopes = wanted.iter().map(|&n| 1.0 - n as f64);
        let norm: f64 = slopes.clone().map(|g| g * g).sum();
        if step == steps || norm == 0.0 || total <= objective {
            break;
        }
        let length = pace * (total - objective) / norm;
        for (price, slope) in prices.iter_mut().zip(slopes) {
            *price = (*price - length * slope).max(0.0);
        }
    }
    best.max(objective)
}

impl<'a, const D: usize> Lagrangian<'a, D> {
    fn new(component: &'a Component<'a, D>, seeds: &mut Seeds<D>) -> Self {
        let half = component.charge.half;
        let anchors = (0..component.len()).map(|a| {
            let point = &component.points[a];
            let alone = point.gain - if half > 0.0 { half * point.weight.ln() } else { 0.0 };
            let in_range =
                |m: usize| if point.joins(&component.points[m]) { component.points[m].weight } else { 0.0 };
            let reach = point.radius + component.reach;
            let star = seeds.star(component, &point.at, reach, in_range);
            let others: f64 = star.iter().map(|&(weight, _)| weight).sum();
            let slope = if half > 0.0 && others > 0.0 {
                half * (others / point.weight).ln_1p() / others
            } else {
                0.0
            };
            Anchor { alone, slope }
        });
        let anchors = anchors.collect();
        Self { component, anchors }
    }

    /// Every mark of a facility is charged what it brings to the facility's best anchor, less its part of the opening.
    fn start(&self, groups: &[Vec<usize>]) -> Vec<f64> {
        let mut prices = vec![0.0; self.component.len()];
        for members in groups {
            let value = |a: usize| {
                let others = members.iter().filter(|&&m| m != a).map(|&m| self.bring(a, m));
                self.anchors[a].alone + others.sum::<f64>()
            };
            let Some(&a) = members.iter().max_by(|&&a, &&b| value(a).total_cmp(&value(b))) else { continue };
            let own = self.component.points[a].gain;
            let opening = own - self.anchors[a].alone + self.component.charge.count(members.len());
            let part = opening / members.len() as f64;
            for &m in members {
                let brings = if m == a { own } else { self.bring(a, m) };
                prices[m] = (brings - part).max(0.0);
            }
        }
        prices
    }

    /// G_m − ¼ w_m|z_m − z_a|² − k_a w_m.
    fn bring(&self, a: usize, m: usize) -> f64 {
        let (anchor, point) = (&self.component.points[a], &self.component.points[m]);
        point.gain - point.weight * (distance2(&point.at, &anchor.at) / 4.0 + self.anchors[a].slope)
    }

    /// L(u), and how many anchors want each mark at these prices.
    fn at(&self, seeds: &mut Seeds<D>, prices: &[f64]) -> (f64, Vec<usize>) {
        let mut wanted = vec![0; prices.len()];
        let mut total: f64 = prices.iter().sum();
        for a in 0..prices.len() {
            let point = &self.component.points[a];
            let profit = |m: usize| {
                if point.joins(&self.component.points[m]) { self.bring(a, m) - prices[m] } else { 0.0 }
            };
            let reach = point.radius + self.component.reach;
            let star = seeds.star(self.component, &point.at, reach, profit);
            star.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let charge = self.component.charge;
            let mut sum = self.anchors[a].alone - prices[a];
            let (mut best, mut n_best) = (sum - charge.count(1), 0);
            for (n, &(profit, _)) in (1..).zip(star.iter()) {
                sum += profit;
                // Of equal ones the larger, which tells more of the prices.
                if sum - charge.count(n + 1) >= best {
                    (best, n_best) = (sum - charge.count(n + 1), n);
                }
            }
            if best > 0.0 {
                total += best;
                wanted[a] += 1;
                for &(_, m) in &star[..n_best] {
                    wanted[m] += 1;
                }
            }
        }
        (total, wanted)
    }
}
