//! Starts that are given: never below them, and what is wrong with some.

use manyhands_clicks::facility::{FacilityLocation, Mark, Opening};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{brute, mark, scene};

/// Any grouping of the marks with one mark of a viewer in each group at most.
fn any_start(marks: &[Mark], seed: u64) -> Vec<Option<usize>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let n_groups = 1 + rng.random_range(0..marks.len().max(1));
    let mut start: Vec<Option<usize>> = Vec::new();
    for mark in marks {
        let f = rng.random_range(0..n_groups);
        let taken = start.iter().zip(marks).any(|(&g, other)| g == Some(f) && other.viewer == mark.viewer);
        start.push((!taken && rng.random_bool(0.8)).then_some(f));
    }
    start
}

fn worth(marks: &[Mark], opening: &Opening, start: &[Option<usize>]) -> f64 {
    let groups =
        (0..marks.len()).map(|f| (0..marks.len()).filter(|&m| start[m] == Some(f)).collect::<Vec<_>>());
    groups.filter(|group| !group.is_empty()).map(|group| brute::value(marks, &group, opening)).sum()
}

#[test]
fn the_result_is_never_below_any_start() {
    for seed in 0..200 {
        let (marks, opening) = scene::<2>(seed, 6, 4, 25.0, usize::MAX);
        for exact_up_to in [0, 8] {
            let params = FacilityLocation::params(opening.clone()).exact_up_to(exact_up_to);
            // A start of chance, and the solution itself with some marks moved away.
            let cold = params.fit(&marks).unwrap();
            let mut near = cold.assignment().to_vec();
            near.iter_mut().step_by(5).for_each(|f| *f = None);
            for start in [any_start(&marks, seed), near] {
                let found = params.fit_from(&marks, &start).unwrap();
                assert!(found.objective() >= worth(&marks, &opening, &start) - 1e-9, "scene {seed}");
                assert!(found.trace().windows(2).all(|w| w[0] <= w[1]));
            }
        }
    }
}

#[test]
fn a_start_at_a_settled_solution_changes_nothing() {
    for seed in 0..100 {
        let (marks, opening) = scene::<2>(seed, 12, 5, 40.0, usize::MAX);
        let params = FacilityLocation::params(opening);
        let cold = params.fit(&marks).unwrap();
        let warm = params.fit_from(&marks, cold.assignment()).unwrap();
        assert!(cold.converged() && warm.converged());
        assert_eq!((warm.assignment(), warm.facilities()), (cold.assignment(), cold.facilities()));
    }
}

#[test]
fn when_gains_change_a_little_the_objective_of_the_old_groups_is_kept() {
    for seed in 0..100 {
        let (mut marks, opening) = scene::<2>(seed, 12, 5, 40.0, usize::MAX);
        let params = FacilityLocation::params(opening.clone());
        let before = params.fit(&marks).unwrap();
        for mark in &mut marks {
            mark.gain *= 0.9 + 0.02 * (mark.viewer % 10) as f64;
        }
        let after = params.fit_from(&marks, before.assignment()).unwrap();
        assert!(after.objective() >= worth(&marks, &opening, before.assignment()) - 1e-9, "scene {seed}");
    }
}

#[test]
fn facilities_of_a_start_may_have_any_numbers_and_lie_far_apart() {
    let marks = [mark(0.0, 0.0, 0, 10.0), mark(900.0, 0.0, 1, 10.0), mark(1.0, 0.0, 2, 10.0)];
    let params = FacilityLocation::params(Opening::fixed(15.0)).exact_up_to(0);
    let found = params.fit_from(&marks, &[Some(usize::MAX), Some(usize::MAX), None]).unwrap();
    assert_eq!(found.assignment(), [Some(0), None, Some(0)]);
}

#[test]
fn wrong_starts_are_errors_that_say_why() {
    let marks = [mark(0.0, 0.0, 7, 10.0), mark(1.0, 0.0, 8, 10.0), mark(2.0, 0.0, 7, 10.0)];
    let params = FacilityLocation::params(Opening::fixed(15.0));
    let message = |start: &[Option<usize>]| params.fit_from(&marks, start).unwrap_err().to_string();
    assert_eq!(message(&[None, None]), "start has 2 entries, wants 3, one for each mark");
    let twice = "start has marks 0 and 2 of viewer 7 in facility 4, wants one at most";
    assert_eq!(message(&[Some(4), Some(4), Some(4)]), twice);
}
