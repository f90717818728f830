//! The opening cost in the form that the solver works with: it never falls with the number of marks.
//!
//! Let δ be the most by which the cost falls from one number of marks to the next, 0 where it never does. Adding δ to the gain of
//! every mark and nδ to the cost of n marks changes no value. Then a mark adds at most its gain to a facility, as it does where the
//! cost does not depend on the number; so radius, components and the upper bound hold as they are.

use super::opening::Opening;

#[derive(Debug, Clone, Default)]
pub(super) struct Charge {
    /// What n marks cost, at n − 1; `rise` more for each mark beyond the last. Ascending, not empty.
    costs: Vec<f64>,
    /// δ: what every gain is raised by.
    pub(super) rise: f64,
    /// D/2 with the Occam term, else 0: the factor of ln S.
    pub(super) half: f64,
}

impl Charge {
    /// For facilities of at most `most` marks.
    pub(super) fn new(opening: &Opening, n_dims: usize, most: usize) -> Self {
        let counted: &[f64] = if opening.by_count.is_empty() { &[0.0] } else { &opening.by_count };
        let counted = &counted[..counted.len().min(most.max(1))];
        let rise = counted.windows(2).map(|pair| pair[0] - pair[1]);
        let rise = if most > counted.len() {
            rise.fold(0.0, f64::max)
        } else {
            rise.fold(f64::NEG_INFINITY, f64::max)
        };
        // A facility of one mark at most: nothing to compare.
        let rise = if rise.is_finite() { rise } else { 0.0 };
        let costs = (1..).zip(counted).map(|(n, cost)| opening.constant + cost + f64::from(n) * rise);
        let half = if opening.occam { n_dims as f64 / 2.0 } else { 0.0 };
        Self { costs: costs.collect(), rise, half }
    }

    /// Whether the number of marks does not matter.
    pub(super) fn flat(&self) -> bool {
        self.costs.len() == 1 && self.rise == 0.0
    }

    /// What `n` > 0 marks cost beside ln S.
    pub(super) fn count(&self, n: usize) -> f64 {
        let last = self.costs.len() - 1;
        let at = (n - 1).min(last);
        self.costs[at] + (n - 1 - at) as f64 * self.rise
    }

    /// What the mark after `n` > 0 marks costs more.
    pub(super) fn next(&self, n: usize) -> f64 {
        let last = self.costs.len() - 1;
        if n > last { self.rise } else { self.costs[n] - self.costs[n - 1] }
    }

    /// The cost of `n` > 0 marks of the summed precision `weight`.
    pub(super) fn cost(&self, n: usize, weight: f64) -> f64 {
        let occam = if self.half > 0.0 { self.half * weight.ln() } else { 0.0 };
        self.count(n) + occam
    }
}
