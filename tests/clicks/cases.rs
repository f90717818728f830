//! Few marks, many marks, equal marks: the documented answers.

use manyhands_clicks::facility::{FacilityLocation, Mark, Method, Opening};

use crate::{mark, objective};

/// All ways to solve: exact where small, local search alone, greedy.
fn solve<const D: usize>(marks: &[Mark<D>], opening: Opening) -> [FacilityLocation<D>; 3] {
    let params = FacilityLocation::params(opening).bound_steps(20);
    [
        params.fit(marks).unwrap(),
        params.clone().exact_up_to(0).fit(marks).unwrap(),
        params.method(Method::JainMahdianSaberi).fit(marks).unwrap(),
    ]
}

#[test]
fn no_marks_give_no_facilities() {
    for found in solve::<2>(&[], Opening::fixed(5.0)) {
        assert!(found.facilities().is_empty() && found.assignment().is_empty() && found.converged());
        assert_eq!((found.objective(), found.upper_bound(), found.n_components()), (0.0, Some(0.0), 0));
        assert_eq!(found.trace(), [0.0]);
    }
}

#[test]
fn one_mark_is_an_object_only_where_it_is_worth_the_opening() {
    for found in solve(&[mark(3.0, 4.0, 9, 12.0)], Opening::fixed(5.0)) {
        let [only] = found.facilities() else { panic!("one facility") };
        assert_eq!((only.at, only.precision, only.net_gain), ([3.0, 4.0], 0.25, 7.0));
        assert_eq!(found.assignment(), [Some(0)]);
    }
    for found in solve(&[mark(3.0, 4.0, 9, 12.0)], Opening::fixed(13.0)) {
        assert_eq!((found.assignment(), found.objective()), ([None].as_slice(), 0.0));
    }
}

#[test]
fn an_opening_that_rewards_makes_an_object_even_of_a_mark_without_gain() {
    for found in &solve(&[mark(0.0, 0.0, 0, -1.0), mark(1.0, 0.0, 1, -9.0)], Opening::fixed(-3.0))[..2] {
        assert_eq!(found.assignment(), [Some(0), None]);
        assert!((found.objective() - 2.0).abs() < 1e-12 && found.upper_bound().unwrap() >= 2.0);
    }
}

#[test]
fn identical_marks_of_different_viewers_are_one_object() {
    let marks: Vec<Mark> = (0..40).map(|viewer| mark(7.0, 7.0, viewer, 10.0)).collect();
    for found in solve(&marks, Opening::fixed(30.0)) {
        assert_eq!(found.facilities().len(), 1);
        assert_eq!(found.facilities()[0].marks.len(), 40);
        assert!((found.objective() - 370.0).abs() < 1e-9);
        assert!(found.gap().unwrap() < 1e-6);
    }
}

#[test]
fn identical_marks_of_one_viewer_are_never_in_one_facility() {
    let marks = [mark(7.0, 7.0, 0, 10.0); 30];
    for found in solve(&marks, Opening::fixed(12.0)) {
        assert!(found.facilities().is_empty());
    }
    for found in solve(&marks, Opening::fixed(4.0)) {
        assert_eq!(found.facilities().len(), 30);
        assert!((found.objective() - 180.0).abs() < 1e-9 && found.gap().unwrap() < 1e-6);
    }
}

#[test]
fn a_viewer_with_500_marks_gives_each_object_at_most_one() {
    let grid = |k: usize| ((k % 25) as f64 * 3.0, (k / 25) as f64 * 3.0);
    let mut marks: Vec<Mark> = (0..500).map(|k| mark(grid(k).0, grid(k).1, 0, 11.0)).collect();
    for viewer in 1..6 {
        marks.extend(
            (0..5).map(|k| mark(grid(k * 101).0 + 0.3 * viewer as f64, grid(k * 101).1, viewer, 11.0)),
        );
    }
    let opening = Opening::fixed(20.0);
    let found = FacilityLocation::params(opening.clone()).fit(&marks).unwrap();
    assert_eq!(found.facilities().len(), 5);
    for facility in found.facilities() {
        assert_eq!(facility.marks.iter().filter(|&&m| m < 500).count(), 1);
        assert_eq!(facility.marks.len(), 6);
    }
    assert!((objective(&marks, &opening, &found) - found.objective()).abs() < 1e-9);
}

#[test]
fn two_near_objects_stay_two_when_each_viewer_marks_both() {
    let marks: Vec<Mark> = (0..16)
        .flat_map(|v| {
            let off = (v % 4) as f64 * 0.4;
            [mark(off, 0.0, v, 10.0), mark(5.0 - off, 0.5, v, 10.0)]
        })
        .collect();
    let found = FacilityLocation::params(Opening::occam(25.0)).fit(&marks).unwrap();
    let groups: Vec<usize> = found.facilities().iter().map(|f| f.marks.len()).collect();
    assert_eq!(groups, [16, 16]);
    assert!((0..16).all(|v| found.assignment()[2 * v] == Some(0)));
}

#[test]
fn far_apart_parts_and_huge_numbers_are_no_trouble() {
    let far = |x: f64, viewer| Mark { at: [x, -x], viewer, gain: 1e3, variance: 1e-90 };
    let marks = [far(1e99, 0), far(1e99, 1), far(-1e99, 0), far(-1e99, 1), mark(0.0, 0.0, 2, 3.0)];
    for found in solve(&marks, Opening::fixed(1.0)) {
        assert_eq!(found.facilities().len(), 3);
        assert!(found.objective().is_finite() && found.gap().is_some());
    }
}

#[test]
fn a_cost_by_the_number_of_marks_decides_how_many_share_an_object() {
    // Three marks at one place, S = 3/4. Alone each is worth 10 − 12 < 0; three bring 30 − 20 − 0.5, two 20 − 20 − 3.
    let marks: Vec<Mark> = (0..3).map(|viewer| mark(5.0, 5.0, viewer, 10.0)).collect();
    for found in solve(&marks, Opening::fixed(20.0).by_count(vec![-8.0, 3.0, 0.5])) {
        assert_eq!(found.facilities().len(), 1);
        assert!((found.objective() - 9.5).abs() < 1e-12);
    }
    // From two on each mark costs 11, more than it gains; one alone is worth 10 − 4.
    for found in &solve(&marks, Opening::fixed(4.0).by_count(vec![0.0, 11.0, 22.0, 33.0]))[..2] {
        assert_eq!(found.facilities().len(), 3);
        assert!((found.objective() - 18.0).abs() < 1e-12);
    }
}

#[test]
fn times_circles_and_boxes_are_marks_of_one_three_and_four_numbers() {
    let times = [1.0, 2.0, 60.0].map(|t| Mark { at: [t], viewer: t as usize, gain: 9.0, variance: 4.0 });
    for found in solve(&times, Opening::fixed(10.0)) {
        assert_eq!(found.assignment(), [Some(0), Some(0), None]);
        assert_eq!(found.facilities()[0].at, [1.5]);
    }
    // The same centre, but another size.
    let circle = |r: f64, viewer| Mark { at: [50.0, 50.0, r], viewer, gain: 9.0, variance: 4.0 };
    for found in solve(&[circle(5.0, 0), circle(6.0, 1), circle(40.0, 2)], Opening::occam(15.0)) {
        assert_eq!(found.assignment(), [Some(0), Some(0), None]);
        // 18 − 2 · ½²/8 − 15 − 3/2 ln ½.
        assert!((found.objective() - (2.9375 + 1.5 * 2f64.ln())).abs() < 1e-12);
    }
    let corners = |x: f64, viewer| Mark { at: [x, 10.0, x + 30.0, 40.0], viewer, gain: 9.0, variance: 4.0 };
    for found in solve(&[corners(0.0, 0), corners(1.0, 1), corners(2.0, 2)], Opening::fixed(10.0)) {
        assert_eq!(found.facilities()[0].at, [1.0, 10.0, 31.0, 40.0]);
    }
}
