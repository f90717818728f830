//! Yes or no: counts and rankings.

use approx::assert_abs_diff_eq;
use manyhands_metrics::{Binary, Error, average_precision, roc_auc};
use proptest::prelude::*;

use super::golden;

#[test]
fn binary_scores_by_their_definitions() {
    // 6 + 2 positives, 4 + 8 negatives.
    let scores = Binary { true_positives: 6, false_negatives: 2, false_positives: 4, true_negatives: 8 };
    assert_eq!(scores.n(), 20);
    assert_abs_diff_eq!(scores.precision(), 0.6, epsilon = 1e-12);
    assert_abs_diff_eq!(scores.recall(), 0.75, epsilon = 1e-12);
    assert_abs_diff_eq!(scores.specificity(), 8.0 / 12.0, epsilon = 1e-12);
    assert_abs_diff_eq!(scores.accuracy(), 0.7, epsilon = 1e-12);
    assert_abs_diff_eq!(scores.f1(), 2.0 / (1.0 / 0.6 + 1.0 / 0.75), epsilon = 1e-12);
    assert_abs_diff_eq!(scores.g_measure(), (0.6_f64 * 0.75).sqrt(), epsilon = 1e-12);
    // (6·8 - 4·2) / sqrt(10·8·12·10)
    assert_abs_diff_eq!(scores.matthews_correlation(), 40.0 / 9600.0_f64.sqrt(), epsilon = 1e-12);
}

#[test]
fn a_binary_score_without_denominator_is_0() {
    let never = Binary::new(&[true, true], &[false, false]).unwrap();
    assert_eq!(
        [never.precision(), never.recall(), never.f1(), never.g_measure(), never.specificity()],
        [0.0; 5]
    );
    assert_eq!(never.matthews_correlation(), 0.0);
    let no_positives = Binary::new(&[false, false], &[true, false]).unwrap();
    assert_eq!([no_positives.recall(), no_positives.f1(), no_positives.matthews_correlation()], [0.0; 3]);
    let empty = Binary::default();
    assert_eq!([empty.accuracy(), empty.f1()], [0.0; 2]);
}

#[test]
fn any_class_can_be_the_positive_one() {
    let (truth, predicted) = ([0, 3, 3, 1, 0], [3, 3, 0, 1, 1]);
    let scores = Binary::of_class(&truth, &predicted, 3).unwrap();
    assert_eq!(
        scores,
        Binary { true_positives: 1, false_positives: 1, false_negatives: 1, true_negatives: 2 }
    );
    assert_eq!(Binary::of_class(&truth, &predicted, 9).unwrap().true_negatives, 5);
}

#[test]
fn rankings_and_labels_agree_with_scikit_learn() {
    let cases = golden("rankings");
    assert_eq!(cases.len(), 5);
    for case in cases {
        let truth: Vec<bool> =
            case["truth"].as_array().unwrap().iter().map(|t| t.as_bool().unwrap()).collect();
        let scores: Vec<f64> =
            case["scores"].as_array().unwrap().iter().map(|s| s.as_f64().unwrap()).collect();
        let predicted: Vec<bool> = scores.iter().map(|&score| score > 0.5).collect();
        let binary = Binary::new(&truth, &predicted).unwrap();
        for (field, got) in [
            ("average_precision", average_precision(&truth, &scores).unwrap()),
            ("roc_auc", roc_auc(&truth, &scores).unwrap()),
            ("precision", binary.precision()),
            ("recall", binary.recall()),
            ("f1", binary.f1()),
            ("accuracy", binary.accuracy()),
            ("matthews_correlation", binary.matthews_correlation()),
        ] {
            let want = case[field].as_f64().unwrap();
            assert!((got - want).abs() < 1e-9, "{} of {}: {got}, want {want}", field, case["name"]);
        }
    }
}

#[test]
fn extreme_rankings_have_stated_scores() {
    let truth = [true, false, true, false, false];
    let cases = [
        ([5.0, 1.0, 4.0, 2.0, 3.0], 1.0, 1.0),
        ([1.0, 4.0, 2.0, 5.0, 3.0], (1.0 / 4.0 + 2.0 / 5.0) / 2.0, 0.0),
        ([7.0; 5], 0.4, 0.5),
        ([0.0, -0.0, 0.0, -0.0, 0.0], 0.4, 0.5),
        ([f64::INFINITY, f64::NEG_INFINITY, 1.0, 0.0, f64::NEG_INFINITY], 1.0, 1.0),
    ];
    for (scores, precision, auc) in cases {
        assert_abs_diff_eq!(average_precision(&truth, &scores).unwrap(), precision, epsilon = 1e-12);
        assert_abs_diff_eq!(roc_auc(&truth, &scores).unwrap(), auc, epsilon = 1e-12);
    }
    assert_eq!(average_precision(&[false, false], &[0.1, 0.2]), Ok(0.0));
    assert_eq!(average_precision(&[true, true], &[0.1, 0.2]), Ok(1.0));
}

proptest! {
    #[test]
    fn ranking_scores_agree_with_sums_over_thresholds_and_pairs(
        items in prop::collection::vec((any::<bool>(), 0_i32..9), 1..40),
    ) {
        let (truth, scores): (Vec<bool>, Vec<f64>) = items.iter().map(|&(t, s)| (t, f64::from(s))).unzip();
        let n_positive = truth.iter().filter(|&&t| t).count() as f64;
        let mut thresholds: Vec<i32> = items.iter().map(|item| item.1).collect();
        thresholds.sort_unstable();
        thresholds.dedup();
        let (mut slow, mut recall_before) = (0.0, 0.0);
        for &threshold in thresholds.iter().rev() {
            let predicted: Vec<bool> = items.iter().map(|item| item.1 >= threshold).collect();
            let binary = Binary::new(&truth, &predicted).unwrap();
            slow += (binary.recall() - recall_before) * binary.precision();
            recall_before = binary.recall();
        }
        prop_assert!((average_precision(&truth, &scores).unwrap() - slow).abs() < 1e-12);

        let n_negative = truth.len() as f64 - n_positive;
        let mut wins = 0.0;
        for (p, _) in items.iter().enumerate().filter(|(_, item)| item.0) {
            for (q, _) in items.iter().enumerate().filter(|(_, item)| !item.0) {
                wins += if scores[p] > scores[q] { 1.0 } else if scores[p] < scores[q] { 0.0 } else { 0.5 };
            }
        }
        match roc_auc(&truth, &scores) {
            Ok(auc) => prop_assert!((auc - wins / (n_positive * n_negative)).abs() < 1e-12),
            Err(error) => {
                let n = truth.len();
                prop_assert_eq!(error, Error::OneClass { n_positive: n_positive as usize, n });
                prop_assert!(n_positive * n_negative == 0.0);
            }
        }
    }

    #[test]
    fn f1_lies_between_0_and_the_g_measure(counts in prop::array::uniform4(0_usize..100)) {
        let [true_positives, false_positives, false_negatives, true_negatives] = counts;
        let scores = Binary { true_positives, false_positives, false_negatives, true_negatives };
        prop_assert!(scores.f1() >= 0.0 && scores.f1() <= scores.g_measure() + 1e-12);
        prop_assert!((-1.0 - 1e-12..=1.0 + 1e-12).contains(&scores.matthews_correlation()));
    }
}
