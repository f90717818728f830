//! What a rule would have cost and brought: votes replayed in their order, until each subject has enough.

use std::collections::BTreeMap;

use super::{Outcome, RetireRule};
use crate::{Error, Estimate, Swap, SwapParams, VoteTable};

/// The parameters of a [`Replay`].
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayParams {
    swap: SwapParams,
    rule: RetireRule,
}

/// A replay of votes in the order of their table under a rule of retirement: online SWAP as it would have run.
///
/// A vote on a subject that is retired is saved: it changes neither subject nor volunteer. A repeat that SWAP passes over
/// ([`Repeats::FirstOnly`](crate::Repeats::FirstOnly)) is not used.
///
/// ```
/// use manyhands_votes::{Replay, RetireRule, Swap, Vote, VoteTable};
///
/// // Gold first, then ten votes by skilled volunteers on each of two subjects.
/// let vote = |volunteer, subject, label| Vote { volunteer, subject, label };
/// let mut votes = vec![];
/// for volunteer in 0..10 {
///     votes.extend((100..120).map(|gold| vote(volunteer, gold, gold % 2)));
///     votes.extend([vote(volunteer, 0, 0), vote(volunteer, 1, 1)]);
/// }
/// let gold: Vec<_> = (100..120).map(|gold| (gold, gold % 2)).collect();
/// let table = VoteTable::from_votes(2, &votes)?;
/// let rule = RetireRule::binary(0.01, 0.99);
/// let replay = Replay::params(Swap::params([0.5, 0.5]).gold(&gold), rule).fit(&table)?;
/// assert_eq!((replay.votes_used(), replay.votes_saved()), (204, 16));
/// assert_eq!(replay.accuracy(&[(0, 0), (1, 1)]), Some(1.0));
/// # Ok::<(), manyhands_votes::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    swap: Swap,
    subjects: BTreeMap<usize, ReplayedSubject>,
    used: usize,
    saved: usize,
    /// (votes used so far, subject, its class from here on: none while it waits for an expert)
    changes: Vec<(usize, usize, Option<usize>)>,
}

/// How a subject fared in a [`Replay`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ReplayedSubject {
    /// What the votes that were used say.
    pub estimate: Estimate,
    /// How it left; `None` where it is still open.
    pub outcome: Option<Outcome>,
    /// The vote with which it left, counted from 0 among all votes of the table.
    pub retired_at: Option<usize>,
    /// Votes of the table that were not needed.
    pub votes_saved: usize,
    tally: Vec<u32>,
}

impl ReplayedSubject {
    /// Its class: that of the outcome, or the likeliest while it is open; `None` where it waits for an expert.
    pub fn class(&self) -> Option<usize> {
        self.outcome.map_or(Some(self.estimate.label), Outcome::class)
    }
}

impl ReplayParams {
    /// Replays a table in its order: [`VoteTable::sort`] it first where that is not the order of time.
    ///
    /// # Errors
    /// Those of [`SwapParams::build`] and [`RetireRule::build`]; [`Error::NoVotes`]; [`Error::Label`] for labels that are no class; [`Error::Mismatch`] for a rule of another
    /// number of classes.
    pub fn fit(&self, table: &VoteTable) -> Result<Replay, Error> {
        let mut swap = self.swap.build()?;
        let rule = self.rule.clone().build()?;
        if rule.n_classes() != swap.n_classes() {
            return Err(Error::Mismatch { field: "the number of classes" });
        }
        if table.is_empty() {
            return Err(Error::NoVotes);
        }
        let k = swap.n_classes();
        let mut subjects: BTreeMap<usize, ReplayedSubject> = BTreeMap::new();
        let (mut used, mut saved, mut changes) = (0, 0, vec![]);
        for (i, vote) in table.votes().enumerate() {
            let state = subjects.get_mut(&vote.subject);
            if let Some(state) = state
                && state.outcome.is_some()
                && !rule.resurrect
            {
                state.votes_saved += 1;
                saved += 1;
                continue;
            }
            swap.observe(vote)?;
            let estimate = swap.estimate(vote.subject).expect("the subject has a vote");
            // A repeat that SWAP passes over.
            if subjects.get(&vote.subject).is_some_and(|state| state.estimate.n_votes == estimate.n_votes) {
                continue;
            }
            used += 1;
            let new = || ReplayedSubject {
                estimate: estimate.clone(),
                outcome: None,
                retired_at: None,
                votes_saved: 0,
                tally: vec![0; k],
            };
            let state = subjects.entry(vote.subject).or_insert_with(new);
            let before = (state.tally.iter().any(|&n| n > 0)).then(|| state.class()).flatten();
            state.tally[vote.label] += 1;
            state.estimate = estimate;
            if rule.gold_retires || !swap.is_gold(vote.subject) {
                state.outcome = rule.decide(&state.estimate, &state.tally);
                state.retired_at = state.outcome.and(state.retired_at.or(Some(i)));
            }
            if state.class() != before {
                changes.push((used, vote.subject, state.class()));
            }
        }
        Ok(Replay { swap, subjects, used, saved, changes })
    }
}

impl Replay {
    /// Begins with the SWAP to run and the rule to follow.
    pub fn params(swap: SwapParams, rule: RetireRule) -> ReplayParams {
        ReplayParams { swap, rule }
    }

    /// Votes that were used.
    pub fn votes_used(&self) -> usize {
        self.used
    }

    /// Votes on retired subjects, which would not have been asked for.
    pub fn votes_saved(&self) -> usize {
        self.saved
    }

    /// How a subject fared; `None` for one without votes.
    pub fn subject(&self, subject: usize) -> Option<&ReplayedSubject> {
        self.subjects.get(&subject)
    }

    /// How every subject fared, ascending.
    pub fn subjects(&self) -> impl Iterator<Item = (usize, &ReplayedSubject)> + '_ {
        self.subjects.iter().map(|(&subject, state)| (subject, state))
    }

    /// SWAP as it stands at the end.
    pub fn swap(&self) -> &Swap {
        &self.swap
    }

    /// The share of these subjects, (subject, truth), that end with their true class; those that wait for an expert are left out. `None` where
    /// none has a class.
    pub fn accuracy(&self, truth: &[(usize, usize)]) -> Option<f64> {
        let classes =
            truth.iter().filter_map(|&(subject, truth)| Some((self.subject(subject)?.class()?, truth)));
        let (right, n) = classes
            .fold((0, 0), |(right, n), (class, truth)| (right + usize::from(class == truth), n + 1_usize));
        (n > 0).then(|| right as f64 / n as f64)
    }

    /// Accuracy against votes used: after every vote that changed how many of these subjects, (subject, truth), have their true class, the votes used so
    /// far and the share of all of them that is right. One without votes is not right yet, nor is one that waits for an expert.
    pub fn curve(&self, truth: &[(usize, usize)]) -> Vec<(usize, f64)> {
        let truth: BTreeMap<usize, usize> = truth.iter().copied().collect();
        let mut now: BTreeMap<usize, bool> = BTreeMap::new();
        let mut right = 0_usize;
        let mut curve: Vec<(usize, f64)> = vec![];
        for &(votes, subject, class) in &self.changes {
            let Some(&truth_of_it) = truth.get(&subject) else { continue };
            let is = class == Some(truth_of_it);
            let was = now.insert(subject, is).unwrap_or(false);
            if is != was {
                right = if is { right + 1 } else { right - 1 };
                curve.push((votes, right as f64 / truth.len() as f64));
            }
        }
        curve
    }
}
