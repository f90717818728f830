//! A solution in the making: open facilities, who belongs to which, and the one door through which it changes.

use super::component::Component;
use super::moments::Moments;

/// An open facility, or a closed one without members.
#[derive(Debug, Clone, Default)]
pub(super) struct Group<const D: usize> {
    /// Ascending.
    pub(super) members: Vec<usize>,
    pub(super) moments: Moments<D>,
}

#[derive(Debug)]
pub(super) struct State<'a, const D: usize> {
    pub(super) component: &'a Component<'a, D>,
    pub(super) groups: Vec<Group<D>>,
    /// The group of every point.
    pub(super) of: Vec<Option<usize>>,
    /// By how much every accepted change raised the objective.
    pub(super) steps: Vec<f64>,
    /// Whether no move pays any more.
    pub(super) settled: bool,
    changed: Vec<bool>,
}

impl<'a, const D: usize> State<'a, D> {
    pub(super) fn new(component: &'a Component<'a, D>) -> Self {
        let n = component.len();
        Self {
            component,
            groups: Vec::new(),
            of: vec![None; n],
            steps: Vec::new(),
            settled: false,
            changed: vec![false; n],
        }
    }

    pub(super) fn objective(&self) -> f64 {
        self.groups.iter().map(|group| group.moments.value(self.component.charge)).sum()
    }

    pub(super) fn moments(&self, members: &[usize]) -> Moments<D> {
        Moments::of(&self.component.points, members)
    }

    pub(super) fn value(&self, members: &[usize]) -> f64 {
        self.moments(members).value(self.component.charge)
    }

    /// What the objective would lose with this point; 0 where it is in no facility.
    pub(super) fn share(&self, point: usize) -> f64 {
        let Some(f) = self.of[point] else { return 0.0 };
        let Group { members, moments } = &self.groups[f];
        let charge = self.component.charge;
        match members.len() {
            1 => moments.value(charge),
            _ => moments.share(&self.component.points[point], charge),
        }
    }

    /// Closes the facilities `dissolve`, opens one for each of `new` (whose points leave the facility they are in), and closes
    /// whatever is no longer worth its opening; but only if all that raises the objective. Says whether it did.
    pub(super) fn replace(&mut self, dissolve: &[usize], new: &[Vec<usize>]) -> bool {
        let charge = self.component.charge;
        let mut moved: Vec<usize> = new.iter().flatten().copied().collect();
        moved.sort_unstable();
        let mut touched: Vec<usize> = dissolve.to_vec();
        touched.extend(moved.iter().filter_map(|&m| self.of[m]));
        touched.sort_unstable();
        touched.dedup();
        let rests = touched.iter().map(|&f| {
            let members = &self.groups[f].members;
            let rest: Vec<usize> = if dissolve.contains(&f) {
                Vec::new()
            } else {
                members.iter().copied().filter(|m| moved.binary_search(m).is_err()).collect()
            };
            if self.value(&rest) > 0.0 { rest } else { Vec::new() }
        });
        let rests: Vec<Vec<usize>> = rests.collect();
        let old: f64 = touched.iter().map(|&f| self.groups[f].moments.value(charge)).sum();
        let step = new.iter().chain(&rests).map(|members| self.value(members)).sum::<f64>() - old;
        if step <= self.component.tolerance {
            return false;
        }
        self.steps.push(step);
        for &f in &touched {
            for m in std::mem::take(&mut self.groups[f].members) {
                self.of[m] = None;
                self.changed[m] = true;
            }
        }
        for (&f, rest) in touched.iter().zip(rests) {
            self.set(f, rest);
        }
        for members in new.iter().filter(|members| !members.is_empty()) {
            self.groups.push(Group::default());
            self.set(self.groups.len() - 1, members.clone());
        }
        true
    }

    fn set(&mut self, f: usize, mut members: Vec<usize>) {
        members.sort_unstable();
        for &m in &members {
            self.of[m] = Some(f);
            self.changed[m] = true;
        }
        self.groups[f] = Group { moments: self.moments(&members), members };
    }

    /// Gives the points of `viewer` new facilities: `to` has one entry for each of them. `step` is what that adds.
    pub(super) fn reassign(&mut self, viewer: usize, to: &[Option<usize>], step: f64) {
        let component = self.component;
        self.steps.push(step);
        let mut touched = Vec::new();
        for (&m, &new) in component.viewers[viewer].iter().zip(to) {
            if self.of[m] == new {
                continue;
            }
            self.changed[m] = true;
            if let Some(f) = self.of[m] {
                self.groups[f].members.retain(|&other| other != m);
                touched.push(f);
            }
            if let Some(f) = new {
                self.groups[f].members.push(m);
                touched.push(f);
            }
            self.of[m] = new;
        }
        for f in touched {
            let members = std::mem::take(&mut self.groups[f].members);
            self.set(f, members);
        }
    }

    /// The points that are near to what has changed since the last call.
    pub(super) fn take_active(&mut self) -> Vec<bool> {
        let mut active = vec![false; self.of.len()];
        let reach = self.component.reach;
        for (m, point) in self.component.points.iter().enumerate() {
            if std::mem::take(&mut self.changed[m]) {
                active[m] = true;
                self.component.near(&point.at, reach, |n| active[n] = true);
            }
        }
        active
    }

    /// The open facilities with a member near `site`, ascending.
    pub(super) fn groups_near(&self, site: &[f64; D]) -> Vec<usize> {
        let mut found = Vec::new();
        self.component.near(site, self.component.reach, |n| found.extend(self.of[n]));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The points in no facility that would gain from one at `site`, ascending.
    pub(super) fn free_near(&self, site: &[f64; D]) -> Vec<usize> {
        let component = self.component;
        let mut found = Vec::new();
        component.near(site, component.reach, |n| {
            if self.of[n].is_none() && component.points[n].gain_at(site) > 0.0 {
                found.push(n);
            }
        });
        found.sort_unstable();
        found
    }
}
