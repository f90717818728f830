//! Scores of a clustering: accuracy, mutual information, Rand index, purity.

use approx::assert_abs_diff_eq;
use manyhands_metrics::{Average, ClusterMap, ContingencyTable, cluster_f1};
use ndarray::array;
use proptest::prelude::*;

use super::{clusterings, golden, numbers, table};

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
        // Of such sizes the logarithms do not cancel to the last bit.
        (vec![0; 10], [vec![5; 4], vec![6; 6]].concat(), 1.0, 0.0, 0.0, 0.0),
        ([vec![5; 4], vec![6; 6]].concat(), vec![0; 10], 0.0, 1.0, 0.0, 0.0),
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
