//! What the marks of a subject show: clumps, with their places and probabilities.

use super::levels::Row;
use super::population::logistic;
use super::scene::{Group, Limit, Scene};
use super::space::Axes;

/// Marks of one subject that show the same thing, or one mark alone.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Clump {
    /// Column and row, in pixels: the mean of its marks less their volunteers' biases, each weighted with 1/σ².
    pub position: [f64; 2],
    /// `[width, height]` of a box or `[radius, radius]` of a circle, in pixels; `None` for points.
    pub size: Option<[f64; 2]>,
    /// Standard deviation of the position along each axis, in pixels: S^−½. 0 on a gold subject, where it is known.
    pub sigma: f64,
    /// Probability that it is a real object: that it is a thing that others would mark too, times that such things are real. 1 on a gold subject.
    pub probability: f64,
    /// Its marks, as indices into the columns of the [`Subject`](crate::Subject), ascending; of different viewers. Empty only on a gold subject.
    pub marks: Vec<usize>,
    /// All viewers of the subject, silent ones included.
    pub n_viewers: usize,
    /// Its most probable label; ties go to the lower one. `None` where no mark has one. In a stream: the most frequent label.
    pub label: Option<u32>,
    /// Probability of that label, by who confuses what with what; `None` where no mark has one, and in a stream.
    pub label_probability: Option<f64>,
    /// Whether it counts as an object: more probably real than not; and, where the number of objects is limited or known, among the best.
    pub reported: bool,
    /// Whether the marks were grouped, not left alone.
    pub(super) is_group: bool,
}

/// Groups of marks by their lowest mark, then lone marks; `real` is the share of real objects at every level. On a gold subject: the known objects, in the order given.
pub(super) fn candidates<const D: usize>(
    scene: &Scene<'_, D>,
    axes: &Axes,
    assignment: &[Option<usize>],
    real: &Row,
) -> Vec<Clump> {
    let n_viewers = scene.subject.n_viewers();
    let share_real = |n: usize| {
        let sum: f64 = scene.detection.posterior(n).iter().zip(real).map(|(level, real)| level * real).sum();
        // A sum of shares may exceed 1 by rounding.
        sum.min(1.0)
    };
    let grouped = scene.groups(assignment).into_iter().map(|group| {
        let probability =
            if scene.is_gold() { 1.0 } else { logistic(group.ln_odds) * share_real(group.marks.len()) };
        Clump { is_group: true, ..clump(axes, group, probability, n_viewers) }
    });
    let share_lone = share_real(1);
    let lone = (0..assignment.len()).filter(|&m| assignment[m].is_none()).map(|m| {
        let probability = scene.on_object(m) * share_lone;
        let weight = 1.0 / scene.variance(m);
        let group =
            Group { at: scene.at[m], precision: weight, weight, n_free: D, marks: vec![m], ln_odds: 0.0 };
        clump(axes, group, probability, n_viewers)
    });
    let labelled = |clump: Clump| Clump { label: majority(scene, &clump.marks), ..clump };
    let mut candidates: Vec<Clump> = grouped.chain(lone).map(labelled).collect();
    // What is known to be there is reported, however many there are.
    if !scene.is_gold() {
        report(&mut candidates, scene.limit);
    }
    candidates
}

fn clump<const D: usize>(axes: &Axes, group: Group<D>, probability: f64, n_viewers: usize) -> Clump {
    let (position, size) = axes.read(group.at);
    let sigma = group.precision.powf(-0.5);
    Clump {
        position,
        size,
        sigma,
        probability,
        marks: group.marks,
        n_viewers,
        label: None,
        label_probability: None,
        reported: probability >= 0.5,
        is_group: false,
    }
}

/// Which candidates count, where their number is limited; ties go to the first.
fn report(candidates: &mut [Clump], limit: Limit) {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by(|&a, &b| candidates[b].probability.total_cmp(&candidates[a].probability).then(a.cmp(&b)));
    match limit {
        Limit::None => {}
        Limit::AtMost(n) => order.iter().skip(n).for_each(|&k| candidates[k].reported = false),
        Limit::Exactly(n) => {
            order.iter().enumerate().for_each(|(rank, &k)| candidates[k].reported = rank < n);
        }
    }
}

/// The most frequent label.
fn majority<const D: usize>(scene: &Scene<'_, D>, marks: &[usize]) -> Option<u32> {
    let labels = scene.subject.labels?;
    let mut given: Vec<u32> = marks.iter().filter_map(|&m| labels[m]).collect();
    given.sort_unstable();
    let runs = given.chunk_by(|a, b| a == b);
    // The first of the longest: `max_by_key` would take the last.
    runs.rev().max_by_key(|run| run.len()).map(|run| run[0])
}
