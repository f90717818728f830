//! Clusters of marks that enough viewers agree on.

use rayon::prelude::*;

use crate::survey::{Subject, Survey};

/// A cluster of marks of one subject.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Clump {
    /// Mean of its marks: column and row, in pixels.
    pub position: [f64; 2],
    /// Its marks, as indices into the columns of the [`Subject`], ascending.
    pub marks: Vec<usize>,
    /// How many different viewers set them.
    pub n_viewers: usize,
    /// `n_viewers` over all viewers of the subject, silent ones included.
    pub fraction: f64,
}

/// What a baseline finds on every subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Consensus {
    /// Per subject.
    clumps: Vec<Vec<Clump>>,
    /// Per subject and mark.
    assignment: Vec<Vec<Option<usize>>>,
}

impl Consensus {
    /// Clusters every subject by itself, on all threads; `cluster` says which cluster each mark is in.
    pub(super) fn new<F>(survey: &Survey, threshold: f64, cluster: F) -> Self
    where
        F: Fn(&[[f64; 2]]) -> Vec<Option<usize>> + Sync,
    {
        let (clumps, assignment) = (0..survey.n_subjects())
            .into_par_iter()
            .map(|index| {
                let subject = survey.subject(index);
                agreed(subject, threshold, &cluster(subject.xy))
            })
            .unzip();
        Self { clumps, assignment }
    }

    /// The clumps of a subject, by ascending first mark.
    ///
    /// # Panics
    /// If there is no such subject, as a slice does.
    pub fn clumps(&self, subject: usize) -> &[Clump] {
        &self.clumps[subject]
    }

    /// Per mark of a subject, which of its clumps it is in; `None` for noise and in clusters that too few viewers have marked.
    ///
    /// # Panics
    /// If there is no such subject, as a slice does.
    pub fn assignment(&self, subject: usize) -> &[Option<usize>] {
        &self.assignment[subject]
    }

    /// How many subjects there are.
    pub fn n_subjects(&self) -> usize {
        self.clumps.len()
    }
}

/// The clusters that enough viewers have marked, and which of them each mark is in.
fn agreed(
    subject: Subject<'_>,
    threshold: f64,
    clusters: &[Option<usize>],
) -> (Vec<Clump>, Vec<Option<usize>>) {
    let n_clusters = clusters.iter().flatten().max().map_or(0, |&last| last + 1);
    let mut marks = vec![Vec::new(); n_clusters];
    for (mark, cluster) in clusters.iter().enumerate() {
        if let Some(cluster) = *cluster {
            marks[cluster].push(mark);
        }
    }
    marks.sort_unstable_by_key(|marks: &Vec<usize>| marks.first().copied());

    let mut clumps = Vec::new();
    let mut assignment = vec![None; clusters.len()];
    for marks in marks.into_iter().filter(|marks| !marks.is_empty()) {
        // Marks are sorted by viewer.
        let n_viewers = marks.chunk_by(|&a, &b| subject.mark_viewers[a] == subject.mark_viewers[b]).count();
        let fraction = n_viewers as f64 / subject.n_viewers() as f64;
        if fraction >= threshold {
            for &mark in &marks {
                assignment[mark] = Some(clumps.len());
            }
            clumps.push(Clump {
                position: mean(marks.iter().map(|&mark| subject.xy[mark])),
                marks,
                n_viewers,
                fraction,
            });
        }
    }
    (clumps, assignment)
}

fn mean(points: impl ExactSizeIterator<Item = [f64; 2]>) -> [f64; 2] {
    let n = points.len() as f64;
    let [x, y] = points.fold([0.0, 0.0], |[sum_x, sum_y], [x, y]| [sum_x + x, sum_y + y]);
    [x / n, y / n]
}
