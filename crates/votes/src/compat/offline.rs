//! Space Warps offline: rounds that average single-vote posteriors and never return to the prior.

use std::collections::BTreeMap;

use crate::{Error, Vote, gold::Gold, vote::check_n_classes};

/// One round for one subject: `p · mean over votes of L_1 / (p · L_1 + (1 − p) · L_0)`. Each vote is (PL, PD, label).
///
/// The previous probability is the prior of the next round, so that repeating it on the same votes drives any subject to 0 or 1: two votes of PL
/// .9 and PD .8 on p = .12 give .380, then .734 (the right answer for two votes), then .926 and on to 1. Not Dawid and
/// Skene's algorithm.
///
/// ```
/// use manyhands_votes::compat::space_warps_offline_step;
///
/// let votes = [(0.9, 0.8, 1), (0.9, 0.8, 1)];
/// let first = space_warps_offline_step(0.12, &votes);
/// assert!((first - 0.380).abs() < 1e-3);
/// assert!((space_warps_offline_step(first, &votes) - 0.734).abs() < 1e-3);
/// ```
pub fn space_warps_offline_step(p: f64, votes: &[(f64, f64, usize)]) -> f64 {
    if votes.is_empty() {
        return p;
    }
    let ratios = votes.iter().map(|&(pl, pd, label)| {
        let (if_1, if_0) = if label == 1 { (pl, 1.0 - pd) } else { (1.0 - pl, pd) };
        if_1 / (p * if_1 + (1.0 - p) * if_0)
    });
    p * ratios.sum::<f64>() / votes.len() as f64
}

/// The offline mode for two classes: the probability of class 1 of every subject with votes. At most `max_rounds` (the program: 40 to 100),
/// or until the root mean square change is below 1e-6. Gold stays at its truth.
///
/// # Errors
/// [`Error::Prior`], [`Error::NoVotes`], [`Error::Label`], [`Error::Id`], [`Error::GoldClass`], [`Error::GoldConflict`].
pub fn space_warps_offline(
    prior: f64,
    gold: &[(usize, usize)],
    votes: &[Vote],
    max_rounds: usize,
) -> Result<BTreeMap<usize, f64>, Error> {
    if !(prior > 0.0 && prior < 1.0) {
        return Err(Error::Prior { class: 1, got: prior });
    }
    if votes.is_empty() {
        return Err(Error::NoVotes);
    }
    let truths: BTreeMap<usize, usize> = match gold {
        [] => BTreeMap::new(),
        gold => Gold::check(gold, check_n_classes(2)?)?.pairs().collect(),
    };
    let mut p: BTreeMap<usize, f64> = BTreeMap::new();
    let mut by_subject: BTreeMap<usize, Vec<Vote>> = BTreeMap::new();
    for &vote in votes {
        vote.check(2)?;
        by_subject.entry(vote.subject).or_default().push(vote);
        let truth = truths.get(&vote.subject).map(|&truth| truth as f64);
        p.insert(vote.subject, truth.unwrap_or(prior));
    }
    for _ in 0..max_rounds {
        // Per volunteer: votes, Σ c, Σ p, Σ c p.
        let mut sums: BTreeMap<usize, [f64; 4]> = BTreeMap::new();
        for vote in votes {
            let (c, p) = (vote.label as f64, p[&vote.subject]);
            let sum = sums.entry(vote.volunteer).or_default();
            [1.0, c, p, c * p].iter().zip(sum).for_each(|(term, sum)| *sum += term);
        }
        let skills: BTreeMap<usize, (f64, f64)> = sums
            .into_iter()
            .map(|(volunteer, [n, c, p, cp])| {
                (volunteer, ((1.0 + cp) / (2.0 + p), (1.0 + n - c - p + cp) / (2.0 + n - p)))
            })
            .collect();
        let mut change = 0.0;
        for (subject, votes) in &by_subject {
            if truths.contains_key(subject) {
                continue;
            }
            let votes: Vec<_> = votes
                .iter()
                .map(|vote| {
                    let (pl, pd) = skills[&vote.volunteer];
                    (pl, pd, vote.label)
                })
                .collect();
            let old = p[subject];
            let new = space_warps_offline_step(old, &votes).clamp(0.0, 1.0);
            change += (new - old).powi(2);
            p.insert(*subject, new);
        }
        if (change / p.len() as f64).sqrt() < 1e-6 {
            break;
        }
    }
    Ok(p)
}
