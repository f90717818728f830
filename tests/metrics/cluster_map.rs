//! Classes of clusters, and F1 by them.

use approx::assert_abs_diff_eq;
use manyhands_metrics::{Binary, ClusterMap, cluster_f1};
use proptest::prelude::*;

use super::{clusterings, table};

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
fn weights_decide_where_members_alone_would_decide_otherwise() {
    let (truth, clusters) = items(&[&[50, 6, 4], &[5, 3, 4]]);
    let map = |weights: [f64; 2]| ClusterMap::strict_weighted(&truth, &clusters, &weights).unwrap();
    assert_eq!(map([1.0, 1.0]).apply(&[0, 1, 2]), [0, 0, 0]);
    // Twice as much is a tie in cluster 1, which goes to the lower class.
    assert_eq!(map([0.5, 1.0]).apply(&[0, 1, 2]), [0, 0, 1]);
    assert_eq!(map([0.5, 1.1]).apply(&[0, 1, 2]), [0, 1, 1]);
    assert_eq!(map([0.5, 1.1]).fraction(1), Some(3.0 / 9.0), "a share of members, not of weights");
    // Where weights leave a class without a cluster, it is given one by members.
    let safe = ClusterMap::safe_weighted(&truth, &clusters, &[5.0, 1.0]).unwrap();
    assert_eq!(safe.apply(&[0, 1, 2]), [1, 0, 0]);
}

proptest! {
    #[test]
    fn equal_weights_are_none((truth, clusters) in clusterings(4, 6), weight in 0.1..10.0f64) {
        let weights = vec![weight; truth.iter().max().map_or(0, |most| most + 1)];
        prop_assert_eq!(
            ClusterMap::strict_weighted(&truth, &clusters, &weights),
            ClusterMap::strict(&truth, &clusters)
        );
        prop_assert_eq!(
            ClusterMap::safe_weighted(&truth, &clusters, &weights),
            ClusterMap::safe(&truth, &clusters)
        );
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
