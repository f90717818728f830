//! Slow twins: the same definitions, written without any care for speed.

use std::collections::BTreeMap;

use manyhands_votes::Vote;

/// SWAP as products of probabilities, normalised after every vote. γ has to be above 0.
#[derive(Debug, Clone)]
pub(crate) struct ProductSwap {
    pub prior: Vec<f64>,
    pub gold: BTreeMap<usize, usize>,
    pub gamma: f64,
    pub counts: BTreeMap<usize, Vec<Vec<f64>>>,
    pub posterior: BTreeMap<usize, Vec<f64>>,
}

impl ProductSwap {
    pub(crate) fn new(prior: &[f64], gold: &[(usize, usize)], gamma: f64) -> Self {
        let gold = gold.iter().copied().collect();
        Self { prior: prior.to_vec(), gold, gamma, counts: BTreeMap::new(), posterior: BTreeMap::new() }
    }

    fn theta(&self, volunteer: usize, truth: usize, label: usize) -> f64 {
        let k = self.prior.len();
        let row = self.counts.get(&volunteer).map_or(vec![0.0; k], |counts| counts[truth].clone());
        (row[label] + self.gamma) / (row.iter().sum::<f64>() + k as f64 * self.gamma)
    }

    fn score(&mut self, vote: Vote) {
        let mut p = self.posterior.get(&vote.subject).unwrap_or(&self.prior).clone();
        for (truth, p) in p.iter_mut().enumerate() {
            *p *= self.theta(vote.volunteer, truth, vote.label);
        }
        let sum: f64 = p.iter().sum();
        self.posterior.insert(vote.subject, p.iter().map(|p| p / sum).collect());
    }

    fn learn(&mut self, vote: Vote) {
        let k = self.prior.len();
        if let Some(&truth) = self.gold.get(&vote.subject) {
            let counts = self.counts.entry(vote.volunteer).or_insert_with(|| vec![vec![0.0; k]; k]);
            counts[truth][vote.label] += 1.0;
        }
    }

    pub(crate) fn online(mut self, votes: &[Vote]) -> Self {
        for &vote in votes {
            self.score(vote);
            self.learn(vote);
        }
        self
    }

    pub(crate) fn two_pass(mut self, votes: &[Vote]) -> Self {
        votes.iter().for_each(|&vote| self.learn(vote));
        votes.iter().for_each(|&vote| self.score(vote));
        self
    }
}

/// How many votes each subject has for each class.
pub(crate) fn tallies(votes: &[Vote], n_classes: usize) -> BTreeMap<usize, Vec<usize>> {
    let mut tallies = BTreeMap::new();
    for vote in votes {
        tallies.entry(vote.subject).or_insert_with(|| vec![0; n_classes])[vote.label] += 1;
    }
    tallies
}

/// The votes without those of a volunteer on a subject after the first.
pub(crate) fn first_votes(votes: &[Vote]) -> Vec<Vote> {
    let mut result: Vec<Vote> = vec![];
    for &vote in votes {
        if !result.iter().any(|v| (v.volunteer, v.subject) == (vote.volunteer, vote.subject)) {
            result.push(vote);
        }
    }
    result
}
