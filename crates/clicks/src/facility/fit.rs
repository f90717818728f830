//! The whole: marks in an order of their own, component by component, put together again.

use super::charge::Charge;
use super::component::Component;
use super::mark::Mark;
use super::moments::Moments;
use super::params::{FacilityLocationParams, Method};
use super::point::Point;
use super::solution::{Facility, FacilityLocation};
use super::{bound, exact, jms, link, search};

/// `given` has groups of marks to begin with.
pub(super) fn fit<const D: usize>(
    params: &FacilityLocationParams,
    marks: &[Mark<D>],
    given: Option<&[Vec<usize>]>,
) -> FacilityLocation<D> {
    let order = order(marks);
    let (viewers, n_viewers) = viewers(marks, &order);
    let charge = Charge::new(&params.opening, D, n_viewers);
    let points = order.iter().zip(&viewers).map(|(&m, &viewer)| Point::new(&marks[m], viewer, &charge));
    let points: Vec<Point<D>> = points.collect();
    let start = given.map_or_else(Vec::new, |groups| places(groups, &order));
    let components = link::components(&points, &start);
    let mut begins = Begins::new(&start, points.len());
    let mut whole = FacilityLocation {
        facilities: Vec::new(),
        assignment: vec![None; marks.len()],
        objective: 0.0,
        upper_bound: None,
        trace: vec![0.0],
        converged: true,
        n_components: components.len(),
    };
    let (mut gap, mut numbers, mut best) = (Some(0.0), vec![None; n_viewers], vec![None; n_viewers]);
    for members in components.iter() {
        let greedy = params.method == Method::JainMahdianSaberi;
        if !greedy && hope(&points, members, &charge, &mut best) <= 0.0 {
            continue;
        }
        let component = Component::new(&points, members, &charge, &mut numbers);
        let part = solve(params, &component, given.is_some().then(|| begins.of(&component.members)));
        gap = gap.zip(part.gap).map(|(sum, more)| sum + more);
        whole.converged &= part.converged;
        for step in part.steps {
            let last = whole.trace.last().copied().unwrap_or_default();
            whole.trace.push(last + step);
        }
        whole.facilities.extend(part.groups.into_iter().map(|mut group| {
            for p in &mut group {
                *p = component.members[*p];
            }
            group.sort_unstable();
            let moments = Moments::of(&points, &group);
            let mut marks: Vec<usize> = group.into_iter().map(|p| order[p]).collect();
            marks.sort_unstable();
            let (at, precision) = (moments.at, moments.weight);
            Facility { at, precision, net_gain: moments.value(&charge), marks }
        }));
    }
    whole.facilities.sort_by_key(|facility| facility.marks.first().copied());
    for (f, facility) in whole.facilities.iter().enumerate() {
        for &m in &facility.marks {
            whole.assignment[m] = Some(f);
        }
    }
    whole.objective = whole.facilities.iter().map(|facility| facility.net_gain).sum();
    whole.upper_bound = gap.map(|gap| whole.objective + gap);
    whole
}

/// The marks by position and numbers, so that ties do not depend on the order of the input.
fn order<const D: usize>(marks: &[Mark<D>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..marks.len()).collect();
    let key = |m: usize| marks[m].at.into_iter().chain([marks[m].variance, marks[m].gain]);
    order.sort_unstable_by(|&a, &b| {
        let pairs = key(a).zip(key(b));
        pairs.map(|(a, b)| a.total_cmp(&b)).find(|o| o.is_ne()).unwrap_or_else(|| a.cmp(&b))
    });
    order
}

/// The viewers of the marks in `order`, from 0 without holes, and their number.
fn viewers<const D: usize>(marks: &[Mark<D>], order: &[usize]) -> (Vec<usize>, usize) {
    let mut sorted: Vec<(usize, usize)> = order.iter().map(|&m| marks[m].viewer).zip(0..).collect();
    sorted.sort_unstable();
    let (mut viewers, mut n) = (vec![0; order.len()], 0);
    for group in sorted.chunk_by(|a, b| a.0 == b.0) {
        for &(_, place) in group {
            viewers[place] = n;
        }
        n += 1;
    }
    (viewers, n)
}

/// Groups of marks as groups of points, ascending.
fn places(groups: &[Vec<usize>], order: &[usize]) -> Vec<Vec<usize>> {
    let mut place = vec![0; order.len()];
    for (p, &m) in order.iter().enumerate() {
        place[m] = p;
    }
    let points = groups.iter().map(|group| {
        let mut points: Vec<usize> = group.iter().map(|&m| place[m]).collect();
        points.sort_unstable();
        points
    });
    points.collect()
}

/// The groups to begin with, component by component.
struct Begins {
    /// The group of every point.
    of: Vec<Option<usize>>,
    /// By group: where it is among those of the component at hand.
    slot: Vec<Option<usize>>,
}

impl Begins {
    fn new(groups: &[Vec<usize>], n: usize) -> Self {
        let mut of = vec![None; n];
        for (g, group) in groups.iter().enumerate() {
            for &p in group {
                of[p] = Some(g);
            }
        }
        Self { of, slot: vec![None; groups.len()] }
    }

    /// Those of one component, in the order of `members`. No group is in two.
    fn of(&mut self, members: &[usize]) -> Vec<Vec<usize>> {
        let mut found: Vec<Vec<usize>> = Vec::new();
        for (i, &p) in members.iter().enumerate() {
            let Some(g) = self.of[p] else { continue };
            let slot = *self.slot[g].get_or_insert(found.len());
            if slot == found.len() {
                found.push(Vec::new());
            }
            found[slot].push(i);
        }
        found
    }
}

/// More than any facility of these points can be worth: the best gain of each viewer, all at one place. `best` has an entry for every
/// viewer, all `None`, and so it is left.
fn hope<const D: usize>(
    points: &[Point<D>],
    members: &[usize],
    charge: &Charge,
    best: &mut [Option<f64>],
) -> f64 {
    let mut least = f64::INFINITY;
    for point in members.iter().map(|&p| &points[p]) {
        least = least.min(point.weight);
        let entry = best[point.viewer].get_or_insert(point.gain);
        *entry = entry.max(point.gain);
    }
    let gains = members.iter().filter_map(|&p| best[points[p].viewer].take());
    let mut gains: Vec<f64> = gains.collect();
    gains.sort_unstable_by(|a, b| b.total_cmp(a));
    let sums = gains.iter().scan(0.0, |sum, gain| {
        *sum += gain;
        Some(*sum)
    });
    (1..).zip(sums).map(|(n, sum)| sum - charge.cost(n, least)).fold(f64::NEG_INFINITY, f64::max)
}

/// A solved component.
struct Part {
    /// Of points.
    groups: Vec<Vec<usize>>,
    steps: Vec<f64>,
    /// `None` where no bound was asked for.
    gap: Option<f64>,
    converged: bool,
}

fn solve<const D: usize>(
    params: &FacilityLocationParams,
    component: &Component<D>,
    start: Option<Vec<Vec<usize>>>,
) -> Part {
    let net_gain = |members: &Vec<usize>| Moments::of(&component.points, members).value(component.charge);
    let value = |groups: &[Vec<usize>]| -> f64 { groups.iter().map(net_gain).sum() };
    let small = component.len() <= params.exact_up_to;
    let optimum = small.then(|| exact::solve(component));
    let (groups, steps, converged) = match (params.method, &optimum) {
        (Method::LocalSearch, Some(groups)) => (groups.clone(), vec![value(groups)], true),
        (Method::LocalSearch, None) => {
            let thorough = start.is_none() && component.len() <= params.thorough_up_to;
            let found = search::solve(component, params.rounds, &start.unwrap_or_default(), thorough);
            (found.groups, found.steps, found.converged)
        }
        (Method::JainMahdianSaberi, _) => {
            let groups = jms::solve(component);
            let step = value(&groups);
            (groups, vec![step], true)
        }
    };
    let objective = value(&groups);
    let upper = match &optimum {
        Some(groups) => Some(value(groups)),
        None if params.bound_steps == 0 => None,
        None => Some(bound::upper(component, &groups, objective, params.bound_steps)),
    };
    Part { groups, steps, gap: upper.map(|upper| (upper - objective).max(0.0)), converged }
}
