//! What kind of object a clump is: labels of its marks, weighed by who confuses what with what.

use std::collections::BTreeMap;

use super::clump::Clump;
use crate::Survey;

/// Steps of EM, at most.
const STEPS: usize = 50;
/// The largest change of a probability at which they end.
const STILL: f64 = 1e-4;
/// The weight of the crowd's confusion in a volunteer's own, in marks: that of the priors of Branson et al. (2017).
const CROWD: f64 = 5.0;
/// Marks that are added to each row of the crowd's confusion, half of them right.
const ROW: f64 = 2.0;

/// One clump with labels.
struct Item {
    subject: usize,
    candidate: usize,
    /// Volunteer and label of each mark that has one, the label as its place among those that occur.
    votes: Vec<(usize, usize)>,
    /// How much it counts: its probability of being real.
    weight: f64,
}

/// A table of chances, class by label.
type Confusion = Vec<f64>;

/// How many marks a volunteer gave to objects of each class, of all labels and of each label that they gave.
#[derive(Default)]
struct Own {
    all: Vec<f64>,
    by_label: BTreeMap<usize, Vec<f64>>,
}

/// Puts the most probable label on every candidate with labels, after Dawid & Skene (1979), with everybody's confusion drawn towards the crowd's.
/// Ties go to the lower label. Labels do not decide which marks belong together.
///
/// Of k labels that occur, it keeps k numbers for each labelled candidate, for each volunteer and for each label that a volunteer gave, and k² for the
/// crowd.
pub(super) fn label(survey: &Survey, candidates: &mut [Vec<Clump>]) {
    let labels = labels(survey);
    if labels.is_empty() {
        return;
    }
    let items = items(survey, candidates, &labels);
    let n = labels.len();
    // Begins with the shares of the votes.
    let mut posteriors: Vec<Vec<f64>> = items
        .iter()
        .map(|item| {
            let mut shares = vec![0.0; n];
            item.votes.iter().for_each(|&(_, label)| shares[label] += 1.0 / item.votes.len() as f64);
            shares
        })
        .collect();
    for _ in 0..STEPS {
        let (prior, crowd) = of_crowd(&items, &posteriors, n);
        let own = of_volunteers(survey.n_volunteers(), &items, &posteriors, n);
        let mut change: f64 = 0.0;
        for (item, posterior) in items.iter().zip(&mut posteriors) {
            let next = weigh(item, &prior, &own, &crowd, n);
            for (old, new) in posterior.iter().zip(&next) {
                change = change.max((old - new).abs());
            }
            *posterior = next;
        }
        if change < STILL {
            break;
        }
    }
    for (item, posterior) in items.iter().zip(&posteriors) {
        let mut best = 0;
        for label in 1..n {
            if posterior[label] > posterior[best] {
                best = label;
            }
        }
        let clump = &mut candidates[item.subject][item.candidate];
        clump.label = Some(labels[best]);
        clump.label_probability = Some(posterior[best]);
    }
}

/// The labels that occur, ascending: they may be any numbers, with gaps.
fn labels(survey: &Survey) -> Vec<u32> {
    let mut labels: Vec<u32> =
        survey.subjects().filter_map(|subject| subject.labels).flatten().flatten().copied().collect();
    labels.sort_unstable();
    labels.dedup();
    labels
}

fn items(survey: &Survey, candidates: &[Vec<Clump>], known: &[u32]) -> Vec<Item> {
    let mut items = Vec::new();
    for (subject, (view, clumps)) in survey.subjects().zip(candidates).enumerate() {
        let Some(labels) = view.labels else { return items };
        for (candidate, clump) in clumps.iter().enumerate() {
            let vote = |&m: &usize| {
                let volunteer = view.viewers[view.mark_viewers[m] as usize] as usize;
                labels[m].map(|label| (volunteer, known.partition_point(|&other| other < label)))
            };
            let votes: Vec<_> = clump.marks.iter().filter_map(vote).collect();
            if !votes.is_empty() {
                items.push(Item { subject, candidate, votes, weight: clump.probability });
            }
        }
    }
    items
}

/// How frequent the classes are, and what the crowd makes of them.
fn of_crowd(items: &[Item], posteriors: &[Vec<f64>], n: usize) -> (Vec<f64>, Confusion) {
    let mut prior = vec![1.0; n];
    let mut crowd = vec![0.0; n * n];
    for class in 0..n {
        for label in 0..n {
            let wrong = 0.5 * ROW / (n - 1).max(1) as f64;
            crowd[class * n + label] = if class == label { ROW - wrong * (n - 1) as f64 } else { wrong };
        }
    }
    for (item, posterior) in items.iter().zip(posteriors) {
        for (class, p) in posterior.iter().enumerate() {
            prior[class] += item.weight * p;
            for &(_, label) in &item.votes {
                crowd[class * n + label] += item.weight * p;
            }
        }
    }
    let sum: f64 = prior.iter().sum();
    prior.iter_mut().for_each(|p| *p /= sum);
    normalise(&mut crowd, n);
    (prior, crowd)
}

/// Everybody's own counts.
fn of_volunteers(n_volunteers: usize, items: &[Item], posteriors: &[Vec<f64>], n: usize) -> Vec<Own> {
    let mut own = Vec::new();
    own.resize_with(n_volunteers, Own::default);
    for (item, posterior) in items.iter().zip(posteriors) {
        for &(volunteer, label) in &item.votes {
            let Own { all, by_label } = &mut own[volunteer];
            all.resize(n, 0.0);
            let given = by_label.entry(label).or_insert_with(|| vec![0.0; n]);
            for ((all, given), p) in all.iter_mut().zip(given).zip(posterior) {
                *all += item.weight * p;
                *given += item.weight * p;
            }
        }
    }
    own
}

/// The probability of every class of one item: with the crowd's confusion as a prior of everybody's own.
fn weigh(item: &Item, prior: &[f64], own: &[Own], crowd: &[f64], n: usize) -> Vec<f64> {
    let mut logs: Vec<f64> = prior.iter().map(|p| p.ln()).collect();
    for &(volunteer, label) in &item.votes {
        let Own { all, by_label } = &own[volunteer];
        let given = &by_label[&label];
        for (class, log) in logs.iter_mut().enumerate() {
            *log += ((CROWD * crowd[class * n + label] + given[class]) / (CROWD + all[class])).ln();
        }
    }
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut posterior: Vec<f64> = logs.iter().map(|log| (log - top).exp()).collect();
    let sum: f64 = posterior.iter().sum();
    posterior.iter_mut().for_each(|p| *p /= sum);
    posterior
}

fn normalise(rows: &mut [f64], n: usize) {
    for row in rows.chunks_mut(n) {
        let sum: f64 = row.iter().sum();
        row.iter_mut().for_each(|p| *p /= sum);
    }
}
