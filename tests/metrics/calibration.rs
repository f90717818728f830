//! Log-loss, Brier score, calibration error and the reliability curve.

use approx::assert_abs_diff_eq;
use manyhands_metrics::{Bins, ClassProbabilities, Error, Probabilities};
use ndarray::{Array2, array};
use proptest::prelude::*;
use serde_json::Value;

use super::{golden, numbers};

fn floats(values: &Value) -> Vec<f64> {
    values.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn assert_errors_agree(forecast: &Probabilities, case: &Value) {
    for (field, bins) in [
        ("ece_width_10", Bins::EqualWidth(10)),
        ("ece_width_15", Bins::EqualWidth(15)),
        ("ece_mass_10", Bins::EqualMass(10)),
        ("ece_mass_15", Bins::EqualMass(15)),
    ] {
        let (got, want) = (forecast.calibration_error(bins).unwrap(), case[field].as_f64().unwrap());
        assert!((got - want).abs() < 1e-9, "{field} of {}: {got}, want {want}", case["name"]);
    }
}

#[test]
fn scores_of_yes_or_no_agree_with_scikit_learn_and_numpy() {
    let cases = golden("probabilities");
    assert_eq!(cases.len(), 4);
    for case in cases {
        let truth: Vec<bool> =
            case["truth"].as_array().unwrap().iter().map(|t| t.as_bool().unwrap()).collect();
        let forecast = Probabilities::new(&truth, &floats(&case["probabilities"])).unwrap();
        assert_abs_diff_eq!(forecast.log_loss(), case["log_loss"].as_f64().unwrap(), epsilon = 1e-9);
        assert_abs_diff_eq!(forecast.brier(), case["brier"].as_f64().unwrap(), epsilon = 1e-9);
        assert_errors_agree(&forecast, &case);
    }
}

#[test]
fn scores_of_classes_agree_with_scikit_learn_and_numpy() {
    let cases = golden("class_probabilities");
    assert_eq!(cases.len(), 3);
    for case in cases {
        let rows: Vec<Vec<f64>> = case["probabilities"].as_array().unwrap().iter().map(floats).collect();
        let p = Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap();
        let forecast = ClassProbabilities::new(&numbers(&case, "truth"), p.view()).unwrap();
        assert_eq!((forecast.n(), forecast.n_classes()), p.dim());
        assert_abs_diff_eq!(forecast.log_loss(), case["log_loss"].as_f64().unwrap(), epsilon = 1e-9);
        assert_abs_diff_eq!(forecast.brier(), case["brier"].as_f64().unwrap(), epsilon = 1e-9);
        assert_errors_agree(&forecast.top_label(), &case);
    }
}

#[test]
fn two_classes_are_a_yes_or_no_question() {
    let truth = [true, false, true, false];
    let p = [0.9, 0.3, 0.4, 0.2];
    let binary = Probabilities::new(&truth, &p).unwrap();
    let rows =
        Array2::from_shape_fn((4, 2), |(item, class)| if class == 1 { p[item] } else { 1.0 - p[item] });
    let classes = ClassProbabilities::new(&truth.map(usize::from), rows.view()).unwrap();
    assert_abs_diff_eq!(classes.log_loss(), binary.log_loss(), epsilon = 1e-12);
    assert_abs_diff_eq!(classes.brier(), 2.0 * binary.brier(), epsilon = 1e-12);
}

#[test]
fn a_clipped_loss_is_never_above_that_of_its_floor() {
    for floor in [1e-300, 1e-20, 1e-16, 1e-3, 0.5] {
        for (truth, p) in [(true, 0.0), (false, 1.0)] {
            let loss = Probabilities::new(&[truth], &[p]).unwrap().log_loss_clipped(floor).unwrap();
            assert_eq!(loss, -f64::ln(floor), "{truth} {floor}");
        }
        // Nor is a right answer believed more than 1 − floor.
        for (truth, p) in [(true, 1.0), (false, 0.0)] {
            let loss = Probabilities::new(&[truth], &[p]).unwrap().log_loss_clipped(floor).unwrap();
            assert_abs_diff_eq!(loss, -f64::ln_1p(-floor), epsilon = 1e-15);
        }
    }
    let (truth, p) = ([true, false, true, false], [0.7, 0.2, 0.1, 1e-9]);
    let forecast = Probabilities::new(&truth, &p).unwrap();
    assert_eq!(forecast.log_loss_clipped(1e-12).unwrap(), forecast.log_loss());
}

#[test]
fn a_probability_at_an_edge_is_in_the_bin_below_and_the_next_one_above_it() {
    let bin = |p: f64, n_bins| {
        let forecast = Probabilities::new(&[true], &[p]).unwrap();
        forecast.reliability(Bins::EqualWidth(n_bins)).unwrap().bins()[0]
    };
    assert_eq!(bin(0.07, 100).high, 0.07);
    for n_bins in 1..=300 {
        for m in 1..=n_bins {
            let edge = m as f64 / n_bins as f64;
            assert_eq!(bin(edge, n_bins).high, edge, "{m} of {n_bins}");
            if m < n_bins {
                assert_eq!(bin(edge.next_up(), n_bins).low, edge, "{m} of {n_bins}");
            }
        }
    }
}

#[test]
fn certain_mistakes_cost_infinity_unless_clipped_by_name() {
    let forecast = Probabilities::new(&[true, false, true], &[0.0, 0.0, 1.0]).unwrap();
    assert_eq!(forecast.log_loss(), f64::INFINITY);
    assert_eq!(forecast.log_loss_clipped(0.0).unwrap(), f64::INFINITY);
    // (−ln 0.01 − 2 ln 0.99) / 3
    let want = (-(0.01_f64.ln()) - 2.0 * 0.99_f64.ln()) / 3.0;
    assert_abs_diff_eq!(forecast.log_loss_clipped(0.01).unwrap(), want, epsilon = 1e-12);
    assert_eq!(Probabilities::new(&[false], &[1.0]).unwrap().log_loss(), f64::INFINITY);
    assert_eq!(Probabilities::new(&[false, true], &[0.0, 1.0]).unwrap().log_loss(), 0.0);

    let classes = ClassProbabilities::new(&[0, 1], array![[0.0, 1.0], [0.0, 1.0]].view()).unwrap();
    assert_eq!(classes.log_loss(), f64::INFINITY);
    assert_abs_diff_eq!(classes.log_loss_clipped(0.01).unwrap(), -(0.01_f64.ln()) / 2.0, epsilon = 1e-12);
}

#[test]
fn edges_of_bins_belong_to_the_bin_below() {
    let p = [0.0, 0.25, 0.2500001, 0.5, 0.75, 1.0];
    let curve = Probabilities::new(&[true; 6], &p).unwrap().reliability(Bins::EqualWidth(4)).unwrap();
    let bins: Vec<_> = curve.bins().iter().map(|bin| (bin.low, bin.high, bin.n)).collect();
    assert_eq!(bins, [(0.0, 0.25, 2), (0.25, 0.5, 2), (0.5, 0.75, 1), (0.75, 1.0, 1)]);
}

#[test]
fn bins_of_equal_mass_keep_equal_probabilities_together() {
    // Sizes 3, 2, 2 by rank; the first bin takes all four 0.2, which leaves nothing to the second.
    let p = [0.1, 0.2, 0.2, 0.2, 0.2, 0.7, 0.9];
    let truth = [false, true, false, false, false, true, false];
    let curve = Probabilities::new(&truth, &p).unwrap().reliability(Bins::EqualMass(3)).unwrap();
    let bins: Vec<_> = curve.bins().iter().map(|bin| (bin.low, bin.high, bin.n, bin.frequency)).collect();
    assert_eq!(bins, [(0.1, 0.2, 5, 0.2), (0.7, 0.9, 2, 0.5)]);
    // More bins than items: one item each.
    let curve = Probabilities::new(&truth[4..], &p[4..]).unwrap().reliability(Bins::EqualMass(9)).unwrap();
    assert_eq!(curve.bins().iter().map(|bin| bin.n).collect::<Vec<_>>(), [1, 1, 1]);
    assert_abs_diff_eq!(curve.maximum_error(), 0.9, epsilon = 1e-12);
}

#[test]
fn the_lowest_of_tied_classes_is_the_top_one() {
    let forecast = ClassProbabilities::new(&[0, 1], array![[0.5, 0.5], [0.5, 0.5]].view()).unwrap();
    assert_eq!(forecast.top_label(), Probabilities::new(&[true, false], &[0.5, 0.5]).unwrap());
}

#[test]
fn malformed_probabilities_are_refused_by_name() {
    let new = |truth: &[bool], p: &[f64]| Probabilities::new(truth, p).unwrap_err();
    assert_eq!(new(&[true], &[]), Error::LengthMismatch { field: "probabilities", got: 0, want: 1 });
    assert_eq!(new(&[], &[]), Error::Empty { field: "truth" });
    assert_eq!(new(&[true, true], &[1.0, 1.5]), Error::Probability { item: 1, value: 1.5 });
    for bad in [f64::NAN, -1e-9, f64::INFINITY] {
        assert!(matches!(new(&[true], &[bad]), Error::Probability { item: 0, .. }));
    }
    let classes = |truth: &[usize], p: Array2<f64>| ClassProbabilities::new(truth, p.view()).unwrap_err();
    assert_eq!(
        classes(&[0, 0], array![[1.0]]),
        Error::LengthMismatch { field: "probabilities", got: 1, want: 2 }
    );
    assert_eq!(classes(&[], Array2::zeros((0, 3))), Error::Empty { field: "truth" });
    assert_eq!(classes(&[2], array![[0.5, 0.5]]), Error::Class { item: 0, class: 2, n_classes: 2 });
    assert_eq!(classes(&[0], Array2::zeros((1, 0))), Error::Class { item: 0, class: 0, n_classes: 0 });
    assert_eq!(
        classes(&[0], array![[-0.5, 1.5]]),
        Error::ClassProbability { item: 0, class: 0, value: -0.5 }
    );
    assert!(matches!(classes(&[0], array![[0.5, f64::NAN]]), Error::ClassProbability { class: 1, .. }));
    assert_eq!(classes(&[0], array![[0.5, 0.25]]), Error::ProbabilitySum { item: 0, sum: 0.75 });

    let forecast = Probabilities::new(&[true], &[0.5]).unwrap();
    for bins in [Bins::EqualWidth(0), Bins::EqualMass(0)] {
        let error = forecast.calibration_error(bins).unwrap_err();
        assert!(matches!(error, Error::OutOfRange { field: "n_bins", .. }), "{error}");
    }
    for floor in [-0.1, 0.6, f64::NAN] {
        let error = forecast.log_loss_clipped(floor).unwrap_err();
        assert!(matches!(error, Error::OutOfRange { field: "floor", .. }), "{error}");
    }
    assert_eq!(forecast.select(&[]).unwrap_err(), Error::Empty { field: "items" });
    assert!(matches!(forecast.select(&[1]).unwrap_err(), Error::OutOfRange { field: "items", .. }));
}

proptest! {
    #[test]
    fn scores_stay_in_range_and_ignore_the_order(
        items in prop::collection::vec((any::<bool>(), (0..=20_u32).prop_map(|p| f64::from(p) / 20.0)), 1..60),
        n_bins in 1..30_usize,
        turn in 0..60_usize,
    ) {
        let scores = |items: &[(bool, f64)]| {
            let (truth, p): (Vec<bool>, Vec<f64>) = items.iter().copied().unzip();
            let forecast = Probabilities::new(&truth, &p).unwrap();
            let curves = [Bins::EqualWidth(n_bins), Bins::EqualMass(n_bins)].map(|b| forecast.reliability(b).unwrap());
            for curve in &curves {
                assert_eq!(curve.bins().iter().map(|bin| bin.n).sum::<usize>(), items.len());
                assert!(curve.bins().len() <= n_bins);
                assert!(curve.bins().windows(2).all(|w| w[0].high <= w[1].low));
                for bin in curve.bins() {
                    assert!(bin.low <= bin.mean_probability + 1e-12 && bin.mean_probability <= bin.high + 1e-12);
                }
                assert!(curve.expected_error() <= curve.maximum_error() + 1e-12 && curve.maximum_error() <= 1.0);
            }
            assert!((0.0..=1.0).contains(&forecast.brier()) && forecast.log_loss() >= 0.0);
            (forecast.log_loss_clipped(1e-3).unwrap(), forecast.brier(), curves)
        };
        let mut turned = items.clone();
        turned.rotate_left(turn % items.len());
        let ((loss, brier, curves), (other_loss, other_brier, other_curves)) = (scores(&items), scores(&turned));
        prop_assert!((loss - other_loss).abs() < 1e-9 && (brier - other_brier).abs() < 1e-12);
        prop_assert_eq!(curves, other_curves);
    }
}
