//! What holds for any marks.

use manyhands_clicks::facility::{FacilityLocation, Mark, Method, Opening};
use proptest::prelude::*;

use crate::{kinds, objective, scene};

/// Scenes from a few marks to a few hundred; in half of them an object's cost depends on how many have seen it.
fn scenes() -> impl Strategy<Value = (Vec<Mark>, Opening)> {
    (any::<u64>(), 1usize..16, 1usize..8, 5.0..120.0_f64, any::<bool>()).prop_map(
        |(seed, viewers, objects, side, counted)| {
            let (marks, opening) = scene(seed, viewers, objects, side, usize::MAX);
            (marks, if counted { opening.by_count(kinds(viewers)) } else { opening })
        },
    )
}

fn fit(marks: &[Mark], opening: &Opening) -> FacilityLocation {
    FacilityLocation::params(opening.clone()).fit(marks).unwrap()
}

/// The groups, whatever their order.
fn groups(found: &FacilityLocation) -> Vec<Vec<usize>> {
    found.facilities().iter().map(|f| f.marks.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn solutions_keep_the_rules_and_say_what_they_are_worth((marks, opening) in scenes(), greedy in any::<bool>()) {
        let method = if greedy { Method::JainMahdianSaberi } else { Method::LocalSearch };
        let found = FacilityLocation::params(opening.clone()).method(method).bound_steps(3).fit(&marks).unwrap();
        for (f, facility) in found.facilities().iter().enumerate() {
            let mut viewers: Vec<usize> = facility.marks.iter().map(|&m| marks[m].viewer).collect();
            viewers.sort_unstable();
            viewers.dedup();
            prop_assert_eq!(viewers.len(), facility.marks.len(), "one mark a viewer");
            prop_assert!(facility.marks.iter().all(|&m| found.assignment()[m] == Some(f)));
        }
        let assigned = found.assignment().iter().flatten().count();
        prop_assert_eq!(assigned, found.facilities().iter().map(|f| f.marks.len()).sum::<usize>());
        prop_assert!((objective(&marks, &opening, &found) - found.objective()).abs() < 1e-7);
        prop_assert!(found.upper_bound().unwrap() >= found.objective());
    }

    #[test]
    fn the_objective_never_falls_and_the_trace_ends_at_it((marks, opening) in scenes()) {
        let found = fit(&marks, &opening);
        prop_assert!(found.trace().windows(2).all(|w| w[0] <= w[1]));
        prop_assert!((found.trace().last().unwrap() - found.objective()).abs() < 1e-7);
        prop_assert!(found.facilities().iter().all(|f| f.net_gain > 0.0));
    }

    #[test]
    fn in_small_scenes_local_search_is_never_below_the_greedy_algorithm((mut marks, opening) in scenes()) {
        marks.truncate(8);
        let params = FacilityLocation::params(opening).exact_up_to(0);
        let greedy = params.clone().method(Method::JainMahdianSaberi).fit(&marks).unwrap();
        prop_assert!(params.fit(&marks).unwrap().objective() >= greedy.objective() - 1e-9);
    }

    #[test]
    fn what_every_mark_gains_more_and_costs_more_changes_nothing(
        (mut marks, opening) in scenes(), more in -3.0..3.0_f64,
    ) {
        marks.truncate(9);
        // An entry for each number of marks that a facility can have.
        let counted = (1..=9).map(|n| opening.cost(2, n, 1.0) - opening.constant + n as f64 * more).collect();
        let raised: Vec<Mark> = marks.iter().map(|m| Mark { gain: m.gain + more, ..*m }).collect();
        let (one, two) = (fit(&marks, &opening), fit(&raised, &opening.clone().by_count(counted)));
        prop_assert!((one.objective() - two.objective()).abs() < 1e-7);
    }

    #[test]
    fn marks_without_gain_change_nothing((marks, opening) in scenes(), gain in -9.0..-1.5_f64) {
        // −1.5: a mark more may tell that the object is a bright one, which is worth up to 1.5.
        let mut more = marks.clone();
        more.extend(marks.iter().rev().map(|m| Mark { gain, ..*m }));
        let (one, two) = (fit(&marks, &opening), fit(&more, &opening));
        prop_assert_eq!(groups(&one), groups(&two));
    }

    #[test]
    fn the_order_of_marks_and_the_names_of_viewers_do_not_matter((marks, opening) in scenes(), by in any::<usize>()) {
        let n = marks.len().max(1);
        let place = |m: usize| (n - 1 - m + by % n) % n;
        let mut moved = marks.clone();
        for (m, mark) in marks.iter().enumerate() {
            moved[place(m)] = Mark { viewer: 1000 - 7 * mark.viewer, ..*mark };
        }
        let (one, two) = (fit(&marks, &opening), fit(&moved, &opening));
        let mut back = groups(&one);
        for group in &mut back {
            for m in group.iter_mut() {
                *m = place(*m);
            }
            group.sort_unstable();
        }
        back.sort();
        prop_assert_eq!(back, groups(&two));
    }

    #[test]
    fn moving_and_scaling_the_image_moves_and_scales_the_objects(
        (marks, opening) in scenes(), dx in -1e3..1e3_f64, dy in -1e3..1e3_f64, log_scale in -3.0..3.0_f64,
    ) {
        let scale = f64::exp(log_scale);
        let moved: Vec<Mark> = marks.iter().map(|m| Mark {
            at: [(m.at[0] + dx) * scale, (m.at[1] + dy) * scale], variance: m.variance * scale * scale, ..*m
        }).collect();
        // Precisions fall by the square of the scale, as the area rises: the cost of an object stays.
        let wide = Opening { constant: opening.constant + 2.0 * log_scale, ..opening.clone() };
        let (one, two) = (fit(&marks, &opening), fit(&moved, &wide));
        prop_assert!((one.objective() - two.objective()).abs() < 1e-6 * (1.0 + one.objective()));
        prop_assert_eq!(groups(&one), groups(&two));
        for (a, b) in one.facilities().iter().zip(two.facilities()) {
            prop_assert!(((a.at[0] + dx) * scale - b.at[0]).abs() < 1e-6 * scale);
        }
    }

    #[test]
    fn the_same_input_gives_the_same_bits((marks, opening) in scenes()) {
        prop_assert_eq!(fit(&marks, &opening), fit(&marks, &opening));
    }
}
