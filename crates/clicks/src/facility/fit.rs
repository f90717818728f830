//! The whole: marks in an order of their own, component by component, put together again.

use super::component::Component;
use super::mark::Mark;
use super::moments::Moments;
use super::params::{FacilityLocationParams, Method};
use super::solution::{Facility, FacilityLocation};
use super::{bound, exact, jms, link, search};

pub(super) fn fit(params: &FacilityLocationParams, marks: &[Mark]) -> FacilityLocation {
    // By position and numbers, so that ties do not depend on the order of the input.
    let mut order: Vec<usize> = (0..marks.len()).collect();
    let key = |m: usize| [marks[m].x, marks[m].y, marks[m].variance, marks[m].gain];
    order.sort_by(|&a, &b| {
        let pairs = key(a).into_iter().zip(key(b));
        pairs.map(|(a, b)| a.total_cmp(&b)).find(|o| o.is_ne()).unwrap_or_else(|| a.cmp(&b))
    });
    let components = link::components(marks, &order);
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
    for members in &components {
        let part = solve(params, &Component::new(marks, members, params.opening));
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
struct Part {
    facilities: Vec<Facility>,
    steps: Vec<f64>,
    gap: f64,
    converged: bool,
}

fn solve(params: &FacilityLocationParams, component: &Component) -> Part {
    let value = |groups: &[Vec<usize>]| -> f64 { groups.iter().map(|g| net_gain(component, g)).sum() };
    let small = component.len() <= params.exact_up_to;
    let optimum = small.then(|| exact::solve(component));
    let (groups, steps, converged) = match (params.method, &optimum) {
        (Method::LocalSearch, Some(groups)) => (groups.clone(), vec![value(groups)], true),
        (Method::LocalSearch, None) => {
            let found = search::solve(component, params.rounds);
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
        let (x, y, precision) = (moments.x, moments.y, moments.weight);
        Facility { x, y, precision, net_gain: moments.value(component.opening), marks: members }
    });
    Part { facilities: facilities.collect(), steps, gap: (upper - objective).max(0.0), converged }
}

fn net_gain(component: &Component, members: &[usize]) -> f64 {
    Moments::of(&component.points, members).value(component.opening)
}
