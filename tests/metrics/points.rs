//! Matching found positions with true ones.

use approx::assert_abs_diff_eq;
use manyhands_metrics::{Error, PointMatching, PointScore};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

type Points = Vec<[f64; 2]>;

/// The slow twin: most matches, then least sum of squares, over every way to match found positions from `row` on.
fn brute_force(found: &[[f64; 2]], truth: &[[f64; 2]], radius: f64, row: usize, used: u32) -> (usize, f64) {
    let Some([x, y]) = found.get(row) else { return (0, 0.0) };
    let mut best = brute_force(found, truth, radius, row + 1, used);
    for (column, [tx, ty]) in truth.iter().enumerate() {
        let distance = (tx - x).hypot(ty - y);
        if used & (1 << column) == 0 && distance <= radius {
            let (n, squares) = brute_force(found, truth, radius, row + 1, used | 1 << column);
            let (n, squares) = (n + 1, squares + distance * distance);
            if n > best.0 || (n == best.0 && squares < best.1) {
                best = (n, squares);
            }
        }
    }
    best
}

fn score(found: &[[f64; 2]], truth: &[[f64; 2]], radius: f64) -> PointScore {
    let matching = PointMatching::new(found, truth, radius).unwrap();
    let mut columns: Vec<usize> = matching.matches().iter().map(|pair| pair.truth).collect();
    columns.sort_unstable();
    columns.dedup();
    assert_eq!(columns.len(), matching.matches().len(), "a true position is matched once");
    assert!(matching.matches().windows(2).all(|pairs| pairs[0].found < pairs[1].found));
    for pair in matching.matches() {
        let ([x, y], [tx, ty]) = (found[pair.found], truth[pair.truth]);
        assert!(pair.distance <= radius);
        assert_abs_diff_eq!(pair.distance, (tx - x).hypot(ty - y), epsilon = 1e-12);
    }
    matching.score()
}

/// Positions on a coarse lattice, so that distances tie and positions repeat, or anywhere.
fn points(n: usize) -> impl Strategy<Value = Points> {
    let lattice = prop::array::uniform2((0..7_u8).prop_map(f64::from));
    let anywhere = prop::array::uniform2(0.0..7.0_f64);
    prop_oneof![prop::collection::vec(lattice, 0..=n), prop::collection::vec(anywhere, 0..=n)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn matchings_are_as_good_as_the_best_of_all(found in points(6), truth in points(6), radius in 0.5..6.0_f64) {
        let got = score(&found, &truth, radius);
        let (n, squares) = brute_force(&found, &truth, radius, 0, 0);
        prop_assert_eq!(got.n_matched, n);
        prop_assert!((got.sum_of_squares - squares).abs() < 1e-9, "{} {squares}", got.sum_of_squares);
    }
}

proptest! {
    #[test]
    fn scores_do_not_depend_on_place_or_order(
        found in points(40), truth in points(40), radius in 0.2..3.0_f64, turn in 0..40_usize, shift in prop::array::uniform2(-64..64_i8),
    ) {
        let before = score(&found, &truth, radius);
        // Coordinates in 1/1024 move by whole numbers without rounding.
        let rough = |points: &[[f64; 2]]| -> Points { points.iter().map(|p| p.map(|v| (v * 1024.0).round() / 1024.0)).collect() };
        let (found, truth) = (rough(&found), rough(&truth));
        let exact = score(&found, &truth, radius);
        prop_assert_eq!((exact.n_found, exact.n_truth), (before.n_found, before.n_truth));
        let moved = |points: &Points| -> Points {
            let mut points: Points = points.iter().map(|[x, y]| [x + f64::from(shift[0]), y + f64::from(shift[1])]).collect();
            if !points.is_empty() {
                let middle = turn % points.len();
                points.rotate_left(middle);
            }
            points
        };
        let after = score(&moved(&found), &moved(&truth), radius);
        prop_assert_eq!(after.n_matched, exact.n_matched);
        prop_assert!((after.sum_of_squares - exact.sum_of_squares).abs() < 1e-9);
        // Found and true are exchanged: so are precision and recall.
        let back = score(&truth, &found, radius);
        prop_assert_eq!(back.n_matched, exact.n_matched);
        prop_assert!((back.sum_of_squares - exact.sum_of_squares).abs() < 1e-9);
        prop_assert_eq!((back.precision(), back.recall()), (exact.recall(), exact.precision()));
    }

    #[test]
    fn a_larger_radius_never_loses_a_match(found in points(40), truth in points(40), radius in 0.2..3.0_f64) {
        let matched = [1.0, 1.3, 2.0, 10.0].map(|scale| score(&found, &truth, radius * scale).n_matched);
        prop_assert!(matched.is_sorted(), "{matched:?}");
        prop_assert_eq!(matched[3] <= found.len().min(truth.len()), true);
        prop_assert_eq!(score(&found, &truth, 100.0).n_matched, found.len().min(truth.len()));
    }
}

#[test]
fn the_radius_itself_matches() {
    for (x, n) in [(4.0, 1), (4.0 + 1e-12, 0), (-4.0, 1), (-4.0 - 1e-12, 0)] {
        assert_eq!(score(&[[x, 0.0]], &[[0.0, 0.0]], 4.0).n_matched, n, "{x}");
    }
    assert_eq!(score(&[[3.0, 4.0]], &[[0.0, 0.0]], 5.0).rms_distance(), Some(5.0));
}

#[test]
fn number_of_matches_goes_before_distance() {
    // Found 0 is nearest to truth 1, which alone is within reach of found 1.
    let (found, truth) = ([[0.0, 0.0], [4.0, 0.0]], [[-3.0, 0.0], [1.0, 0.0]]);
    let matching = PointMatching::new(&found, &truth, 3.5).unwrap();
    let pairs: Vec<_> = matching.matches().iter().map(|pair| (pair.found, pair.truth)).collect();
    assert_eq!(pairs, [(0, 0), (1, 1)]);
    assert_eq!(matching.score().sum_of_squares, 18.0);
}

#[test]
fn empty_lists_score_zero() {
    let none = score(&[], &[], 1.0);
    assert_eq!((none.precision(), none.recall(), none.f1(), none.rms_distance()), (0.0, 0.0, 0.0, None));
    let missed = score(&[], &[[0.0, 0.0]], 1.0);
    assert_eq!((missed.n_found, missed.n_truth, missed.recall()), (0, 1, 0.0));
    let all: PointScore = [none, missed, score(&[[0.0, 0.0]], &[[0.6, 0.8]], 1.5)].into_iter().sum();
    assert_eq!((all.precision(), all.recall(), all.f1()), (1.0, 0.5, 2.0 / 3.0));
    assert_abs_diff_eq!(all.rms_distance().unwrap(), 1.0, epsilon = 1e-12);
}

#[test]
fn thousands_of_positions_are_matched_as_they_were_made() {
    // True positions on a lattice 10 apart, each found once within 2, besides false ones further than 2 from all.
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let truth: Points = (0..4900).map(|i| [f64::from(i % 70) * 10.0, f64::from(i / 70) * 10.0]).collect();
    let mut found: Points = truth
        .iter()
        .map(|[x, y]| [x + rng.random_range(-1.4..1.4), y + rng.random_range(-1.4..1.4)])
        .collect();
    found.extend(truth.iter().step_by(7).map(|[x, y]| [x + 5.0, y + 5.0]));
    let matching = PointMatching::new(&found, &truth, 4.0).unwrap();
    assert_eq!(matching.matches().len(), 4900);
    assert!(matching.matches().iter().all(|pair| pair.found == pair.truth));
    // With a radius that connects all of them the matching is the same.
    let wide = PointMatching::new(&found, &truth, 12.0).unwrap();
    assert_eq!(wide.score().n_matched, 4900);
    assert!(wide.score().sum_of_squares <= matching.score().sum_of_squares + 1e-6);
}

#[test]
fn coordinates_of_any_size_are_compared() {
    let far = f64::MAX;
    assert_eq!(score(&[[far, -far]], &[[-far, far], [far, -far]], 1.0).n_matched, 1);
    assert_eq!(score(&[[0.0, 0.0]], &[[1e-200, 0.0]], 1e-199).n_matched, 1);
    assert_eq!(score(&[[0.0, 0.0]], &[[1e-198, 0.0]], 1e-199).n_matched, 0);
}

#[test]
fn malformed_positions_and_radii_are_refused_by_name() {
    for radius in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = PointMatching::new(&[], &[], radius).unwrap_err();
        assert!(matches!(error, Error::OutOfRange { field: "radius", .. }), "{error}");
    }
    let good = [[1.0, 2.0]];
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let error = PointMatching::new(&[[0.0, 0.0], [0.0, bad]], &good, 1.0).unwrap_err();
        assert!(matches!(error, Error::Position { field: "found", index: 1, x: 0.0, .. }), "{error}");
        let error = PointMatching::new(&good, &[[bad, 0.0]], 1.0).unwrap_err();
        assert!(matches!(error, Error::Position { field: "truth", index: 0, y: 0.0, .. }), "{error}");
    }
}
