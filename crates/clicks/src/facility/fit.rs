//! The whole: marks in an order of their own, component by component, put together again.

use super::charge::Charge;
use super::component::Component;
use super::mark::Mark;
use super::moments::Moments;
use super::params::{FacilityLocationParams, Method};
use super::solution::{Facility, FacilityLocation};
use super::{bound, exact, jms, link, search};

/// `start` has groups of marks to begin with.
pub(super) fn fit<const D: usize>(
    params: &FacilityLocationParams,
    marks: &[Mark<D>],
    start: Option<&[Vec<usize>]>,
) -> FacilityLocation<D> {
    // By position and numbers, so that ties do not depend on the order of the input.
    let mut order: Vec<usize> = (0..marks.len()).collect();
    let key = |m: usize| marks[m].at.into_iter().chain([marks[m].variance, marks[m].gain]);
    order.sort_by(|&a, &b| {
        let pairs = key(a).zip(key(b));
        pairs.map(|(a, b)| a.total_cmp(&b)).find(|o| o.is_ne()).unwrap_or_else(|| a.cmp(&b))
    });
    let mut viewers: Vec<usize> = marks.iter().map(|mark| mark.viewer).collect();
    viewers.sort_unstable();
    viewers.dedup();
    let charge = Charge::new(&params.opening, D, viewers.len());
    let components = link::components(marks, &order, &charge, start.unwrap_or_default());
    // The component and the point of every mark.
    let mut place = vec![(0, 0); marks.len()];
    for (k, members) in components.iter().enumerate() {
        for (i, &m) in members.iter().enumerate() {
            place[m] = (k, i);
        }
    }
    let mut starts: Vec<Vec<Vec<usize>>> = vec![Vec::new(); components.len()];
    for group in start.unwrap_or_default() {
        let mut points: Vec<usize> = group.iter().map(|&m| place[m].1).collect();
        points.sort_unstable();
        starts[place[group[0]].0].push(points);
    }
    let mut whole = FacilityLocation {
        facilities: Vec::new(),
        assignment: vec![None; marks.len()],
        objective: 0.0,
        upper_bound: 0.0,
        trace: vec![0.0],
        converged: true,
        n_components: components.len(),
    };
    let mut gap = 0.0;
    for (members, begin) in components.iter().zip(&starts) {
        let begin = start.is_some().then_some(begin.as_slice());
        let part = solve(params, &Component::new(marks, members, &charge), begin);
        gap += part.gap;
        whole.converged &= part.converged;
        for step in part.steps {
            let last = whole.trace.last().copied().unwrap_or_default();
            whole.trace.push(last + step);
        }
        whole.facilities.extend(part.facilities.into_iter().map(|mut facility| {
            for m in &mut facility.marks {
                *m = members[*m];
            }
            facility.marks.sort_unstable();
            facility
        }));
    }
    whole.facilities.sort_by_key(|facility| facility.marks.first().copied());
    for (f, facility) in whole.facilities.iter().enumerate() {
        for &m in &facility.marks {
            whole.assignment[m] = Some(f);
        }
    }
    whole.objective = whole.facilities.iter().map(|facility| facility.net_gain).sum();
    whole.upper_bound = whole.objective + gap;
    whole
}

/// A solved component; marks are its points.
struct Part<const D: usize> {
    facilities: Vec<Facility<D>>,
    steps: Vec<f64>,
    gap: f64,
    converged: bool,
}

fn solve<const D: usize>(
    params: &FacilityLocationParams,
    component: &Component<D>,
    start: Option<&[Vec<usize>]>,
) -> Part<D> {
    let value = |groups: &[Vec<usize>]| -> f64 { groups.iter().map(|g| net_gain(component, g)).sum() };
    let small = component.len() <= params.exact_up_to;
    let optimum = small.then(|| exact::solve(component));
    let (groups, steps, converged) = match (params.method, &optimum) {
        (Method::LocalSearch, Some(groups)) => (groups.clone(), vec![value(groups)], true),
        (Method::LocalSearch, None) => {
            let found = search::solve(component, params.rounds, start);
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
        Some(groups) => value(groups),
        None => bound::upper(component, &groups, objective, params.bound_steps),
    };
    let facilities = groups.into_iter().map(|members| {
        let moments = Moments::of(&component.points, &members);
        let (at, precision) = (moments.at, moments.weight);
        Facility { at, precision, net_gain: moments.value(component.charge), marks: members }
    });
    Part { facilities: facilities.collect(), steps, gap: (upper - objective).max(0.0), converged }
}

fn net_gain<const D: usize>(component: &Component<D>, members: &[usize]) -> f64 {
    Moments::of(&component.points, members).value(component.charge)
}
