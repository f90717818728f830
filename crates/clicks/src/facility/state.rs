//! A solution in the making: open facilities, who belongs to which, and the doors through which it changes.

use super::cells::Cells;
use super::component::Component;
use super::moments::Moments;
use super::point::{distance2, plane};

/// An open facility, or a closed one without members.
#[derive(Debug, Clone, Default)]
pub(super) struct Group<const D: usize> {
    /// Ascending.
    pub(super) members: Vec<usize>,
    pub(super) moments: Moments<D>,
    pub(super) value: f64,
}

#[derive(Debug, Clone)]
pub(super) struct State<'a, const D: usize> {
    pub(super) component: &'a Component<'a, D>,
    pub(super) groups: Vec<Group<D>>,
    /// The group of every point.
    pub(super) of: Vec<Option<usize>>,
    /// What the objective would lose with a point; 0 where it is in no facility.
    pub(super) shares: Vec<f64>,
    /// By how much every accepted change raised the objective. Their number is the time.
    pub(super) steps: Vec<f64>,
    /// Points whose facility has changed, and with how many steps; see [`take_changed`](Self::take_changed).
    changed: Vec<(usize, usize)>,
    /// Which points the change in progress moves.
    moving: Vec<usize>,
    change: usize,
    /// Facilities that were open when they were last indexed, and where.
    open: Vec<usize>,
    sites: Cells,
    touched: Vec<usize>,
}

impl<'a, const D: usize> State<'a, D> {
    pub(super) fn new(component: &'a Component<'a, D>) -> Self {
        let n = component.len();
        Self {
            component,
            groups: Vec::new(),
            of: vec![None; n],
            shares: vec![0.0; n],
            steps: Vec::new(),
            changed: Vec::new(),
            moving: vec![0; n],
            change: 0,
            open: Vec::new(),
            sites: Cells::new(std::iter::empty(), 1.0).0,
            touched: Vec::new(),
        }
    }

    pub(super) fn objective(&self) -> f64 {
        self.groups.iter().map(|group| group.value).sum()
    }

    pub(super) fn moments(&self, members: &[usize]) -> Moments<D> {
        Moments::of(&self.component.points, members)
    }

    /// Closes the facilities `dissolve`, opens one for each of `new` (whose points leave the facility they are in), and closes
    /// whatever is no longer worth its opening; but only if all that raises the objective. Says whether it did.
    pub(super) fn replace(&mut self, dissolve: &[usize], new: &[&[usize]]) -> bool {
        let (points, charge) = (&self.component.points, self.component.charge);
        self.change += 1;
        self.touched.clear();
        self.touched.extend_from_slice(dissolve);
        let mut step = 0.0;
        for &members in new {
            step += self.moments(members).value(charge);
            for &m in members {
                self.moving[m] = self.change;
                self.touched.extend(self.of[m].filter(|f| !self.touched.contains(f)));
            }
        }
        for (k, &f) in self.touched.iter().enumerate() {
            let group = &self.groups[f];
            step -= group.value;
            if k >= dissolve.len() {
                let stay = group.members.iter().filter(|&&m| self.moving[m] != self.change);
                let rest = stay.fold(Moments::default(), |sums, &m| sums.with(&points[m]));
                step += rest.value(charge).max(0.0);
            }
        }
        if step <= self.component.tolerance {
            return false;
        }
        self.apply(dissolve.len(), new, step);
        true
    }

    /// The same whether it raises the objective or not.
    pub(super) fn force(&mut self, new: &[usize]) {
        self.change += 1;
        self.touched.clear();
        for &m in new {
            self.moving[m] = self.change;
            self.touched.extend(self.of[m].filter(|f| !self.touched.contains(f)));
        }
        self.apply(0, &[new], 0.0);
    }

    /// Changes the facilities that are `touched`, of which the first `n_dissolve` close.
    fn apply(&mut self, n_dissolve: usize, new: &[&[usize]], step: f64) {
        self.steps.push(step);
        let touched = std::mem::take(&mut self.touched);
        for (k, &f) in touched.iter().enumerate() {
            let mut members = std::mem::take(&mut self.groups[f].members);
            self.release(&members);
            members.retain(|&m| k >= n_dissolve && self.moving[m] != self.change);
            if self.moments(&members).value(self.component.charge) <= 0.0 {
                members.clear();
            }
            self.set(f, members);
        }
        self.touched = touched;
        for &members in new.iter().filter(|members| !members.is_empty()) {
            self.groups.push(Group::default());
            let mut members = members.to_vec();
            members.sort_unstable();
            self.set(self.groups.len() - 1, members);
        }
    }

    fn release(&mut self, members: &[usize]) {
        for &m in members {
            (self.of[m], self.shares[m]) = (None, 0.0);
            self.changed.push((m, self.steps.len()));
        }
    }

    /// `members` ascend.
    fn set(&mut self, f: usize, members: Vec<usize>) {
        let moments = self.moments(&members);
        let value = moments.value(self.component.charge);
        for &m in &members {
            self.of[m] = Some(f);
            self.shares[m] = match members.len() {
                1 => value,
                _ => moments.share(&self.component.points[m], self.component.charge),
            };
            self.changed.push((m, self.steps.len()));
        }
        self.groups[f] = Group { members, moments, value };
    }

    /// Gives `points` of one viewer the facilities `to`. `step` is what that adds.
    pub(super) fn reassign(&mut self, points: &[usize], to: &[Option<usize>], step: f64) {
        self.steps.push(step);
        self.change += 1;
        let mut touched: Vec<usize> = Vec::new();
        for (&m, &new) in points.iter().zip(to).filter(|&(&m, &new)| self.of[m] != new) {
            self.moving[m] = self.change;
            touched.extend(self.of[m].iter().chain(&new));
        }
        touched.sort_unstable();
        touched.dedup();
        for &f in &touched {
            let mut members = std::mem::take(&mut self.groups[f].members);
            self.release(&members);
            members.retain(|&m| self.moving[m] != self.change);
            self.groups[f].members = members;
        }
        for f in touched {
            let mut members = std::mem::take(&mut self.groups[f].members);
            let come =
                points.iter().zip(to).filter(|&(&m, &new)| new == Some(f) && self.moving[m] == self.change);
            members.extend(come.map(|(&m, _)| m));
            members.sort_unstable();
            self.set(f, members);
        }
    }

    /// Notes in `times`, for all points near to what has changed since the last call, the number of steps at the change.
    pub(super) fn take_changed(&mut self, times: &mut [usize]) {
        // The last change of each point.
        self.changed.sort_unstable_by(|a, b| b.cmp(a));
        self.changed.dedup_by_key(|&mut (m, _)| m);
        for (m, time) in self.changed.drain(..) {
            let component = self.component;
            component.near(&component.points[m].at, component.reach, |n| times[n] = times[n].max(time));
        }
    }

    /// Sorts the open facilities by place, for [`groups_near`](Self::groups_near).
    pub(super) fn index_groups(&mut self) {
        let open = (0..self.groups.len()).filter(|&f| !self.groups[f].members.is_empty());
        let open: Vec<usize> = open.collect();
        let sites = open.iter().map(|&f| plane(&self.groups[f].moments.at));
        let (sites, order) = Cells::new(sites, self.component.reach);
        self.open.clear();
        self.open.extend(order.into_iter().map(|k| open[k]));
        self.sites = sites;
    }

    /// Puts into `found`, ascending, the open facilities that were within `reach` of `site` when they were last indexed and still are.
    pub(super) fn groups_near(&self, site: &[f64; D], reach: f64, found: &mut Vec<usize>) {
        found.clear();
        self.sites.near(plane(site), reach, |k| {
            let f = self.open[k];
            let group = &self.groups[f];
            if !group.members.is_empty() && distance2(&group.moments.at, site) <= reach * reach {
                found.push(f);
            }
        });
        found.sort_unstable();
    }
}
