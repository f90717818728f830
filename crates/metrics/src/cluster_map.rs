//! The cluster map: every cluster gets a class, so that a clustering becomes a classification.

use std::{cmp::Reverse, collections::BTreeMap};

use crate::{Binary, ContingencyTable, Error, Result};

/// A class for every cluster, learnt from items with known class.
///
/// [`strict`](Self::strict) gives a cluster the class of most of its members. Where one class is rare, no cluster may have
/// it; [`safe`](Self::safe) then gives it one. A cluster without known members has no class; it is taken as class 0 when
/// the map is applied, as in the programs of Muon Hunters 2.0.
///
/// ```
/// use manyhands_metrics::ClusterMap;
///
/// let truth    = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1];
/// let clusters = [0, 0, 0, 1, 1, 2, 2, 2, 3, 3];
/// let map = ClusterMap::strict(&truth, &clusters)?;
/// assert_eq!(map.apply(&[0, 1, 2, 3, 4]), [0, 0, 0, 1, 0]);
/// assert_eq!(map.class_of(4), None);
/// assert_eq!(map.fraction(2), Some(2.0 / 3.0));
/// # Ok::<(), manyhands_metrics::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterMap {
    /// By cluster.
    entries: BTreeMap<usize, Entry>,
    /// Number of clusters of every class that appears in the truth.
    clusters_per_class: BTreeMap<usize, usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    class: usize,
    /// Members of that class.
    n_of_class: usize,
    /// All known members.
    n: usize,
}

impl ClusterMap {
    /// Every cluster gets the class of most of its members; on a tie, the lowest of these classes.
    ///
    /// # Errors
    /// Those of [`ContingencyTable::new`].
    pub fn strict(truth: &[usize], clusters: &[usize]) -> Result<Self> {
        Ok(Self::of(&ContingencyTable::new(truth, clusters)?, |_| 1.0))
    }

    /// The strict map where every member counts the weight of its class, `weights[class]`: the class whose members weigh most; on a tie, the
    /// lowest. For classes that come from labels which miss one class more often than another.
    ///
    /// ```
    /// use manyhands_metrics::ClusterMap;
    ///
    /// // Cluster 1 holds class 1 alone, but for half of it the label is 0.
    /// let map = ClusterMap::strict_weighted(&[0, 0, 0, 0, 0, 1, 1], &[0, 0, 0, 1, 1, 1, 1], &[0.5, 1.5])?;
    /// assert_eq!(map.apply(&[0, 1]), [0, 1]);
    /// # Ok::<(), manyhands_metrics::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`ContingencyTable::new`]; [`Error::Class`] for a class without a weight, [`Error::OutOfRange`] for a weight that is not a
    /// finite number above 0.
    pub fn strict_weighted(truth: &[usize], clusters: &[usize], weights: &[f64]) -> Result<Self> {
        check_weights(truth, weights)?;
        Ok(Self::of(&ContingencyTable::new(truth, clusters)?, |class| weights[class]))
    }

    /// The strict map, in which then every class without a cluster gets the one that holds most of its members.
    ///
    /// A cluster is free to be given away when it is not the only one of its class; so no class loses its last cluster,
    /// and none of several missing classes takes what another one was just given. Among all missing classes and free
    /// clusters, the pair with most members of the class in the cluster goes first; on a tie, the lower class, then the
    /// lower cluster. A class stays without a cluster when no free cluster holds any of its members
    /// ([`missing_classes`](Self::missing_classes)).
    ///
    /// # Errors
    /// Those of [`ContingencyTable::new`].
    pub fn safe(truth: &[usize], clusters: &[usize]) -> Result<Self> {
        let table = ContingencyTable::new(truth, clusters)?;
        Ok(Self::of(&table, |_| 1.0).serving_all(&table))
    }

    /// The safe map that begins with the [weighted strict](Self::strict_weighted) one. Clusters are given away by the number of members, as there.
    ///
    /// # Errors
    /// Those of [`Self::strict_weighted`].
    pub fn safe_weighted(truth: &[usize], clusters: &[usize], weights: &[f64]) -> Result<Self> {
        check_weights(truth, weights)?;
        let table = ContingencyTable::new(truth, clusters)?;
        Ok(Self::of(&table, |class| weights[class]).serving_all(&table))
    }

    fn of(table: &ContingencyTable, weight: impl Fn(usize) -> f64) -> Self {
        let mut majority = vec![(0, 0); table.clusters().len()];
        let mut heaviest = vec![0.0; majority.len()];
        // Cells come by ascending class, so on a tie the lowest class stays.
        for cell in table.cells() {
            let class = table.classes()[cell.class];
            let heavy = weight(class) * cell.count as f64;
            if heavy > heaviest[cell.cluster] {
                heaviest[cell.cluster] = heavy;
                majority[cell.cluster] = (class, cell.count);
            }
        }
        let mut clusters_per_class: BTreeMap<usize, usize> =
            table.classes().iter().map(|&class| (class, 0)).collect();
        let mut entries = BTreeMap::new();
        for ((&cluster, (class, n_of_class)), &n) in
            table.clusters().iter().zip(majority).zip(table.cluster_sizes())
        {
            entries.insert(cluster, Entry { class, n_of_class, n });
            *clusters_per_class.entry(class).or_insert(0) += 1;
        }
        Self { entries, clusters_per_class }
    }

    /// Gives classes without a cluster one of the free ones, for as long as there is one for them.
    fn serving_all(mut self, table: &ContingencyTable) -> Self {
        while let Some((class, cluster, count)) = self.best_gift(table) {
            if let Some(entry) = self.entries.get_mut(&cluster) {
                let loser = std::mem::replace(&mut entry.class, class);
                entry.n_of_class = count;
                *self.clusters_per_class.entry(loser).or_insert(0) -= 1;
                *self.clusters_per_class.entry(class).or_insert(0) += 1;
            }
        }
        self
    }

    /// The missing class and the free cluster with most members of it, and how many.
    fn best_gift(&self, table: &ContingencyTable) -> Option<(usize, usize, usize)> {
        let is_free = |cluster| self.class_of(cluster).is_some_and(|class| self.n_clusters_of(class) > 1);
        table
            .cells()
            .iter()
            .map(|cell| (table.classes()[cell.class], table.clusters()[cell.cluster], cell.count))
            .filter(|&(class, cluster, _)| self.n_clusters_of(class) == 0 && is_free(cluster))
            .max_by_key(|&(class, cluster, count)| (count, Reverse(class), Reverse(cluster)))
    }

    /// The class of a cluster; `None` when no known item lies in it.
    pub fn class_of(&self, cluster: usize) -> Option<usize> {
        self.entries.get(&cluster).map(|entry| entry.class)
    }

    /// The class of every item, given its cluster: class 0 for clusters without known items.
    pub fn apply(&self, clusters: &[usize]) -> Vec<usize> {
        clusters.iter().map(|&cluster| self.class_of(cluster).unwrap_or(0)).collect()
    }

    /// Share of a cluster's known members that have the cluster's class: how far its class can be trusted.
    /// `None` when no known item lies in it.
    pub fn fraction(&self, cluster: usize) -> Option<f64> {
        self.entries.get(&cluster).map(|entry| entry.n_of_class as f64 / entry.n as f64)
    }

    /// The clusters with known members and the class of each, by ascending cluster.
    pub fn iter(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.entries.iter().map(|(&cluster, entry)| (cluster, entry.class))
    }

    /// How many clusters have a class.
    pub fn n_clusters_of(&self, class: usize) -> usize {
        self.clusters_per_class.get(&class).copied().unwrap_or(0)
    }

    /// Every class of the truth and how many clusters have it, by ascending class.
    pub fn clusters_per_class(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.clusters_per_class.iter().map(|(&class, &n)| (class, n))
    }

    /// The classes of the truth that no cluster has, ascending.
    pub fn missing_classes(&self) -> impl Iterator<Item = usize> + '_ {
        self.clusters_per_class().filter(|&(_, n)| n == 0).map(|(class, _)| class)
    }
}

/// F1 of a clustering: every item inherits the class of most members of its cluster, and the F1 of that classification is
/// taken for the positive class (Muon Hunters 2.0, section 4). 0 when no cluster has a majority of positives.
///
/// The map is learnt from the same items. To score new items with the map of a training set, apply a [`ClusterMap`] and
/// use [`Binary::of_class`].
///
/// # Errors
/// Those of [`ContingencyTable::new`].
///
/// ```
/// use manyhands_metrics::cluster_f1;
///
/// let truth    = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1];
/// let clusters = [0, 0, 0, 1, 1, 2, 2, 2, 3, 3];
/// assert_eq!(cluster_f1(&truth, &clusters, 1)?, 0.8);
/// # Ok::<(), manyhands_metrics::Error>(())
/// ```
pub fn cluster_f1(truth: &[usize], clusters: &[usize], positive: usize) -> Result<f64> {
    let map = ClusterMap::strict(truth, clusters)?;
    Ok(Binary::of_class(truth, &map.apply(clusters), positive)?.f1())
}

fn check_weights(truth: &[usize], weights: &[f64]) -> Result<()> {
    if let Some((item, &class)) = truth.iter().enumerate().find(|&(_, &class)| class >= weights.len()) {
        return Err(Error::Class { item, class, n_classes: weights.len() });
    }
    match weights.iter().find(|&&weight| !(weight > 0.0 && weight.is_finite())) {
        Some(&value) => Err(Error::OutOfRange { field: "weights", value, want: "finite numbers above 0" }),
        None => Ok(()),
    }
}
