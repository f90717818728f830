//! Tests of manyhands-metrics.

mod bootstrap;
mod calibration;
mod points;

use approx::assert_abs_diff_eq;
use manyhands_metrics::{
    Average, Binary, ClusterMap, ContingencyTable, Error, average_precision, cluster_f1, roc_auc,
};
use ndarray::array;
use proptest::prelude::*;
use serde_json::Value;

/// Small clusterings: up to `n_classes` classes and `n_clusters` clusters with gaps between their numbers.
fn clusterings(n_classes: usize, n_clusters: usize) -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    prop::collection::vec((0..n_classes, 0..n_clusters), 1..40)
        .prop_map(|items| items.into_iter().map(|(class, cluster)| (3 * class + 1, 1000 * cluster)).unzip())
}

fn table(truth: &[usize], clusters: &[usize]) -> ContingencyTable {
    ContingencyTable::new(truth, clusters).unwrap()
}

fn numbers(case: &Value, field: &str) -> Vec<usize> {
    case[field].as_array().unwrap().iter().map(|id| id.as_u64().unwrap() as usize).collect()
}

/// `golden/metrics.json`, made by `golden/metrics.py` with scikit-learn.
fn golden(kind: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("../golden/metrics.json")).unwrap();
    file[kind].as_array().unwrap().clone()
}

// ---- Scores of a clustering ----

/// y = 7 zeros and 3 ones, c = 0001122233; NMI, ARI and homogeneity by scikit-learn 1.9.1:
/// `normalized_mutual_info_score(y, c, average_method=...)`, `adjusted_rand_score(y, c)`, `homogeneity_score(y, c)`.
/// Matched are cluster 0 with class 0 and cluster 3 with class 1: 5 of 10. Cluster 2 holds one 1 among two 0: purity 9/10.
#[test]
fn scores_of_a_small_clustering() {
    let (truth, clusters) = ([0, 0, 0, 0, 0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 2, 2, 2, 3, 3]);
    let table = table(&truth, &clusters);
    assert_abs_diff_eq!(table.nmi(Average::Arithmetic), 0.424_790_222_2, epsilon = 1e-9);
    assert_abs_diff_eq!(table.nmi(Average::Geometric), 0.459_656_385_8, epsilon = 1e-9);
    assert_abs_diff_eq!(table.adjusted_rand_index(), 0.147_727_272_7, epsilon = 1e-9);
    assert_abs_diff_eq!(table.homogeneity(), 0.687_403_160_0, epsilon = 1e-9);
    assert_abs_diff_eq!(table.accuracy(), 0.5, epsilon = 1e-9);
    assert_abs_diff_eq!(table.purity(), 0.9, epsilon = 1e-9);
    assert_eq!(ClusterMap::strict(&truth, &clusters).unwrap().apply(&[0, 1, 2, 3]), [0, 0, 0, 1]);
    assert_abs_diff_eq!(cluster_f1(&truth, &clusters, 1).unwrap(), 0.8, epsilon = 1e-9);
}

#[test]
fn scores_of_clusterings_agree_with_scikit_learn() {
    let cases = golden("clusterings");
    assert_eq!(cases.len(), 15);
    for case in cases {
        let table = table(&numbers(&case, "truth"), &numbers(&case, "clusters"));
        for (field, got) in [
            ("homogeneity", table.homogeneity()),
            ("completeness", table.completeness()),
            ("v_measure", table.v_measure()),
            ("nmi_arithmetic", table.nmi(Average::Arithmetic)),
            ("nmi_geometric", table.nmi(Average::Geometric)),
            ("mutual_information", table.mutual_information()),
            ("ari", table.adjusted_rand_index()),
            ("purity", table.purity()),
            ("accuracy", table.accuracy()),
        ] {
            let want = case[field].as_f64().unwrap();
            assert!((got - want).abs() < 1e-9, "{} of {}: {got}, want {want}", field, case["name"]);
        }
    }
}

#[test]
fn trivial_clusterings_have_stated_scores() {
    // (truth, clusters, homogeneity, completeness, NMI, ARI)
    let cases = [
        (vec![2, 2, 2], vec![9, 9, 9], 1.0, 1.0, 1.0, 1.0),
        (vec![2], vec![9], 1.0, 1.0, 1.0, 1.0),
        (vec![0, 1, 2], vec![5, 6, 7], 1.0, 1.0, 1.0, 1.0),
        (vec![0, 0, 0], vec![5, 6, 7], 1.0, 0.0, 0.0, 0.0),
        (vec![0, 1, 2], vec![5, 5, 5], 0.0, 1.0, 0.0, 0.0),
    ];
    for (truth, clusters, homogeneity, completeness, nmi, ari) in cases {
        let table = table(&truth, &clusters);
        let got = [
            table.homogeneity(),
            table.completeness(),
            table.nmi(Average::Arithmetic),
            table.nmi(Average::Geometric),
            table.adjusted_rand_index(),
        ];
        for (got, want) in got.into_iter().zip([homogeneity, completeness, nmi, nmi, ari]) {
            assert_abs_diff_eq!(got, want, epsilon = 1e-12);
        }
    }
}

#[test]
fn a_table_counts_what_appears() {
    let table = table(&[7, 2, 7, 7], &[40, 40, 0, 40]);
    assert_eq!((table.n(), table.classes(), table.clusters()), (4, &[2, 7][..], &[0, 40][..]));
    assert_eq!((table.class_sizes(), table.cluster_sizes()), (&[1, 3][..], &[1, 3][..]));
    assert_eq!(table.to_array(), array![[0, 1], [1, 2]]);
    assert_eq!(
        [(7, 40), (7, 0), (2, 0), (3, 40), (7, 3)].map(|(class, k)| table.count(class, k)),
        [2, 1, 0, 0, 0]
    );
}

#[test]
fn huge_sparse_numbers_cost_no_memory() {
    let (big, huge) = (usize::MAX, usize::MAX - 1);
    let table = table(&[big, 0, big, huge], &[0, huge, 0, big]);
    assert_eq!(table.classes(), [0, huge, big]);
    assert_eq!(table.count(big, 0), 2);
    assert_abs_diff_eq!(table.accuracy(), 1.0);
    let map = ClusterMap::strict(&[big, 0], &[big, huge]).unwrap();
    assert_eq!(map.apply(&[huge, big]), [0, big]);
}

#[test]
fn many_singletons_make_a_table_of_few_cells() {
    // The full table of 200 000 x 200 000 would not fit in memory.
    let ids: Vec<usize> = (0..200_000).collect();
    let reversed: Vec<usize> = ids.iter().rev().copied().collect();
    let table = table(&ids, &reversed);
    assert_abs_diff_eq!(table.adjusted_rand_index(), 1.0);
    assert_abs_diff_eq!(table.nmi(Average::Arithmetic), 1.0, epsilon = 1e-12);
    assert_abs_diff_eq!(table.purity(), 1.0);
}

#[test]
fn matching_pairs_as_many_clusters_as_there_are_classes() {
    let few_clusters = table(&[0, 0, 1, 1, 2, 2, 2], &[8, 8, 8, 5, 5, 5, 5]);
    assert_eq!(few_clusters.matching(), [(5, 2), (8, 0)]);
    let many_clusters = table(&[4, 4, 4, 4, 4, 9], &[0, 0, 0, 1, 1, 1]);
    assert_eq!(many_clusters.matching(), [(0, 4), (1, 9)]);
    let unmatched = table(&[4, 4, 4, 4, 4, 4], &[0, 0, 1, 1, 1, 2]);
    assert_eq!((unmatched.matching(), unmatched.accuracy()), (vec![(1, 4)], 0.5));
}

/// Accuracy by trying every one-to-one map of `n` clusters to `n` classes.
fn brute_force_accuracy(table: &ContingencyTable) -> f64 {
    fn best(counts: &[Vec<usize>], free: &mut Vec<usize>) -> usize {
        let Some((row, rest)) = counts.split_first() else { return 0 };
        (0..free.len())
            .map(|i| {
                let col = free.swap_remove(i);
                let sum = row[col] + best(rest, free);
                free.push(col);
                let last = free.len() - 1;
                free.swap(i, last);
                sum
            })
            .max()
            .unwrap_or(0)
    }
    let side = table.classes().len().max(table.clusters().len());
    let count = |row: usize, col: usize| -> usize {
        match (table.classes().get(row), table.clusters().get(col)) {
            (Some(&class), Some(&cluster)) => table.count(class, cluster),
            _ => 0,
        }
    };
    let counts: Vec<Vec<usize>> =
        (0..side).map(|row| (0..side).map(|col| count(row, col)).collect()).collect();
    best(&counts, &mut (0..side).collect()) as f64 / table.n() as f64
}

proptest! {
    #[test]
    fn accuracy_is_that_of_the_best_of_all_permutations((truth, clusters) in clusterings(6, 6)) {
        let table = table(&truth, &clusters);
        prop_assert!((table.accuracy() - brute_force_accuracy(&table)).abs() < 1e-12);
    }

    #[test]
    fn the_adjusted_rand_index_counts_all_pairs((truth, clusters) in clusterings(4, 5)) {
        let (mut both, mut truth_only, mut clusters_only, mut pairs) = (0.0, 0.0, 0.0, 0.0);
        for i in 0..truth.len() {
            for j in 0..i {
                pairs += 1.0;
                match (truth[i] == truth[j], clusters[i] == clusters[j]) {
                    (true, true) => both += 1.0,
                    (true, false) => truth_only += 1.0,
                    (false, true) => clusters_only += 1.0,
                    (false, false) => {}
                }
            }
        }
        // Hubert and Arabie: (index - expected) / (maximum - expected).
        let (in_truth, in_clusters) = (both + truth_only, both + clusters_only);
        let expected = if pairs > 0.0 { in_truth * in_clusters / pairs } else { 0.0 };
        let maximum = (in_truth + in_clusters) / 2.0;
        let slow = if truth_only + clusters_only == 0.0 { 1.0 } else { (both - expected) / (maximum - expected) };
        prop_assert!((table(&truth, &clusters).adjusted_rand_index() - slow).abs() < 1e-12);
    }

    #[test]
    fn scores_do_not_depend_on_names_or_order(
        (truth, clusters) in clusterings(4, 5),
        (a, b) in (prop::sample::select(vec![1_usize, 7, 11, 101]), 0_usize..50),
        rotate in any::<prop::sample::Index>(),
    ) {
        let scores = |table: &ContingencyTable| [
            table.homogeneity(), table.completeness(), table.nmi(Average::Arithmetic), table.nmi(Average::Geometric),
            table.adjusted_rand_index(), table.purity(), table.accuracy(),
        ];
        let plain = scores(&table(&truth, &clusters));
        // Multiplying by an odd number modulo 2^64 keeps ids apart and mixes their order.
        let mut renamed: Vec<usize> = clusters.iter().map(|k| k.wrapping_mul(a << 40 | 1).wrapping_add(b)).collect();
        let mut rotated = truth.clone();
        let by = rotate.index(truth.len());
        renamed.rotate_left(by);
        rotated.rotate_left(by);
        for (got, want) in scores(&table(&rotated, &renamed)).into_iter().zip(plain) {
            prop_assert!((got - want).abs() < 1e-12);
        }
    }

    #[test]
    fn scores_keep_their_ranges_and_relations((truth, clusters) in clusterings(5, 7)) {
        let table = table(&truth, &clusters);
        let swapped = ContingencyTable::new(&clusters, &truth).unwrap();
        let (arithmetic, geometric) = (table.nmi(Average::Arithmetic), table.nmi(Average::Geometric));
        for score in [table.homogeneity(), table.completeness(), arithmetic, geometric, table.purity(), table.accuracy()] {
            prop_assert!((0.0..=1.0).contains(&score));
        }
        prop_assert!((-0.5..=1.0).contains(&table.adjusted_rand_index()));
        prop_assert!(geometric >= arithmetic - 1e-12);
        prop_assert!(table.purity() >= table.accuracy());
        prop_assert!((table.homogeneity() - swapped.completeness()).abs() < 1e-12);
        prop_assert!((table.adjusted_rand_index() - swapped.adjusted_rand_index()).abs() < 1e-12);
        prop_assert!((table.accuracy() - swapped.accuracy()).abs() < 1e-12);
        prop_assert!((table.v_measure() - arithmetic).abs() < 1e-9);
        prop_assert!(table.mutual_information() <= table.class_entropy().min(table.cluster_entropy()) + 1e-12);
    }

    #[test]
    fn counting_small_and_large_numbers_gives_the_same_table((truth, clusters) in clusterings(3, 3)) {
        // Small numbers and enough items are counted in a plain table, others by sorting.
        let repeat = |ids: &[usize], unit: usize, scale: usize| -> Vec<usize> {
            ids.iter().map(|id| id / unit * scale).cycle().take(50 * ids.len()).collect()
        };
        let dense = table(&repeat(&truth, 3, 1), &repeat(&clusters, 1000, 1));
        let sparse = table(&repeat(&truth, 3, 1 << 40), &repeat(&clusters, 1000, 1 << 40));
        prop_assert_eq!(dense.to_array(), sparse.to_array());
        prop_assert_eq!(dense.class_sizes(), sparse.class_sizes());
        prop_assert_eq!(dense.cluster_sizes(), sparse.cluster_sizes());
    }
}

// ---- The cluster map ----

#[test]
fn the_strict_map_breaks_ties_to_the_lowest_class() {
    let map = ClusterMap::strict(&[2, 1, 1, 2, 2, 0], &[5, 5, 5, 5, 8, 8]).unwrap();
    assert_eq!(map.iter().collect::<Vec<_>>(), [(5, 1), (8, 0)]);
    assert_eq!((map.fraction(5), map.fraction(8), map.fraction(6)), (Some(0.5), Some(0.5), None));
    assert_eq!(map.clusters_per_class().collect::<Vec<_>>(), [(0, 1), (1, 1), (2, 0)]);
    assert_eq!(map.missing_classes().collect::<Vec<_>>(), [2]);
    assert_eq!((map.n_clusters_of(1), map.n_clusters_of(2), map.n_clusters_of(77)), (1, 0, 0));
}

#[test]
fn clusters_without_known_members_count_as_class_0() {
    let map = ClusterMap::strict(&[4, 4], &[1, 3]).unwrap();
    assert_eq!(map.apply(&[3, 2, 1, usize::MAX]), [4, 0, 4, 0]);
    assert_eq!((map.class_of(2), map.class_of(3)), (None, Some(4)));
    assert!(map.apply(&[]).is_empty());
}

/// Items of a table of counts: one row per class, one column per cluster.
fn items(counts: &[&[usize]]) -> (Vec<usize>, Vec<usize>) {
    let mut items = Vec::new();
    for (class, row) in counts.iter().enumerate() {
        for (cluster, &count) in row.iter().enumerate() {
            items.extend(std::iter::repeat_n((class, cluster), count));
        }
    }
    items.into_iter().unzip()
}

#[test]
fn the_safe_map_gives_a_missing_class_the_cluster_with_most_of_its_members() {
    let (truth, clusters) = items(&[&[50, 90, 20], &[5, 9, 8]]);
    assert_eq!(ClusterMap::strict(&truth, &clusters).unwrap().apply(&[0, 1, 2]), [0, 0, 0]);
    let map = ClusterMap::safe(&truth, &clusters).unwrap();
    assert_eq!(map.apply(&[0, 1, 2]), [0, 1, 0]);
    assert_eq!(map.fraction(1), Some(9.0 / 99.0));
    assert_eq!(map.clusters_per_class().collect::<Vec<_>>(), [(0, 2), (1, 1)]);
    assert_eq!(map.missing_classes().count(), 0);
    // A tie of members goes to the lower cluster.
    let (truth, clusters) = items(&[&[50, 90, 20], &[5, 9, 9]]);
    assert_eq!(ClusterMap::safe(&truth, &clusters).unwrap().apply(&[0, 1, 2]), [0, 1, 0]);
}

#[test]
fn the_safe_map_serves_several_missing_classes() {
    let maps = |counts: &[&[usize]]| -> (Vec<usize>, Vec<usize>) {
        let (truth, clusters) = items(counts);
        let map = ClusterMap::safe(&truth, &clusters).unwrap();
        (map.iter().map(|(_, class)| class).collect(), map.missing_classes().collect())
    };
    // Classes 1 and 2 both have most members in cluster 1: class 2 has more of them there, class 1 takes its second best.
    assert_eq!(maps(&[&[50, 90, 20], &[3, 6, 2], &[1, 9, 1]]), (vec![1, 2, 0], vec![]));
    // Equal counts in the same cluster: the lower class.
    assert_eq!(maps(&[&[50, 90, 20], &[3, 6, 2], &[4, 6, 1]]), (vec![2, 1, 0], vec![]));
    // Cluster 1 is the only one of class 1 and stays so: class 2 takes cluster 0, where it has fewer members.
    assert_eq!(maps(&[&[50, 2, 20], &[0, 90, 0], &[3, 6, 2]]), (vec![2, 1, 0], vec![]));
    // Nothing that class 2 could take holds any of its members.
    assert_eq!(maps(&[&[50, 2, 20], &[0, 90, 0], &[0, 6, 0]]), (vec![0, 1, 0], vec![2]));
    // Fewer clusters than classes.
    assert_eq!(maps(&[&[50], &[3]]), (vec![0], vec![1]));
}

proptest! {
    #[test]
    fn the_strict_map_is_right_as_often_as_the_clustering_is_pure((truth, clusters) in clusterings(4, 6)) {
        let map = ClusterMap::strict(&truth, &clusters).unwrap();
        let n_right = map.apply(&clusters).iter().zip(&truth).filter(|(a, b)| a == b).count();
        let purity = table(&truth, &clusters).purity();
        prop_assert!((n_right as f64 / truth.len() as f64 - purity).abs() < 1e-12);
    }

    #[test]
    fn the_safe_map_changes_only_what_missing_classes_need((truth, clusters) in clusterings(4, 6)) {
        let strict = ClusterMap::strict(&truth, &clusters).unwrap();
        let safe = ClusterMap::safe(&truth, &clusters).unwrap();
        let table = table(&truth, &clusters);
        let missing: Vec<usize> = strict.missing_classes().collect();
        for (cluster, class) in safe.iter() {
            let members = clusters.iter().filter(|&&k| k == cluster).count();
            let right = table.count(class, cluster);
            prop_assert!(right > 0);
            prop_assert_eq!(safe.fraction(cluster), Some(right as f64 / members as f64));
            prop_assert!(strict.class_of(cluster) == Some(class) || missing.contains(&class));
        }
        for (class, n) in safe.clusters_per_class() {
            prop_assert_eq!(n, safe.iter().filter(|&(_, other)| other == class).count());
            // No class loses its last cluster; a missing one gets one cluster or finds none that is free.
            if missing.contains(&class) {
                prop_assert!(n <= 1);
                let free = safe.iter().filter(|&(k, other)| table.count(class, k) > 0 && safe.n_clusters_of(other) > 1);
                prop_assert!(n == 1 || free.count() == 0);
            } else {
                prop_assert!(n >= 1);
            }
        }
    }
}

#[test]
fn cluster_f1_is_0_where_no_cluster_has_a_majority_of_positives() {
    let (truth, clusters) = items(&[&[50, 90, 20], &[5, 9, 8]]);
    assert_abs_diff_eq!(cluster_f1(&truth, &clusters, 1).unwrap(), 0.0);
    // By the safe map: 9 true positives, 90 false ones, 13 missed.
    let map = ClusterMap::safe(&truth, &clusters).unwrap();
    let scores = Binary::of_class(&truth, &map.apply(&clusters), 1).unwrap();
    assert_abs_diff_eq!(scores.f1(), 18.0 / (18.0 + 90.0 + 13.0), epsilon = 1e-12);
}

// ---- Yes or no ----

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

// ---- Malformed input ----

#[test]
fn malformed_input_is_a_named_error() {
    let short = |field| Error::LengthMismatch { field, got: 1, want: 2 };
    let empty = Error::Empty { field: "truth" };
    assert_eq!(ContingencyTable::new(&[0, 1], &[0]), Err(short("clusters")));
    assert_eq!(ContingencyTable::new(&[], &[]), Err(empty.clone()));
    assert_eq!(
        ContingencyTable::new(&[], &[1]),
        Err(Error::LengthMismatch { field: "clusters", got: 1, want: 0 })
    );
    assert_eq!(ClusterMap::strict(&[0, 1], &[0]), Err(short("clusters")));
    assert_eq!(ClusterMap::safe(&[], &[]), Err(empty.clone()));
    assert_eq!(cluster_f1(&[0, 1], &[0], 1), Err(short("clusters")));
    assert_eq!(Binary::new(&[true, false], &[true]), Err(short("predicted")));
    assert_eq!(Binary::of_class(&[], &[], 1), Err(empty.clone()));
    assert_eq!(average_precision(&[true, false], &[0.5]), Err(short("scores")));
    assert_eq!(average_precision(&[], &[]), Err(empty));
    assert_eq!(average_precision(&[true, false], &[0.5, f64::NAN]), Err(Error::ScoreNan { index: 1 }));
    assert_eq!(roc_auc(&[true, true], &[0.5, 0.1]), Err(Error::OneClass { n_positive: 2, n: 2 }));
    assert_eq!(roc_auc(&[false], &[0.5]), Err(Error::OneClass { n_positive: 0, n: 1 }));
    assert_eq!(short("clusters").to_string(), "clusters has 1 items, but truth has 2");
}
