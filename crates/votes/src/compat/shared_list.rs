//! `zooniverse/swap` as it stands: one list of skills that all volunteers share.

use std::collections::BTreeMap;

use crate::{Error, Swap, Vote};

/// Two-pass SWAP for two classes with the fault of `zooniverse/swap`: the function that scores a volunteer writes into a list that belongs to the configuration,
/// so that after the first pass every volunteer holds the confusion matrix of the one who was scored last, here the one whose first vote came last. What
/// remains is one threshold rule for all. Returns the probability of class 1 of every subject with votes.
///
/// # Errors
/// Those of [`SwapParams::fit`](crate::SwapParams::fit) for two classes.
///
/// ```
/// use manyhands_votes::{Vote, compat::shared_list_swap};
///
/// let vote = |volunteer, subject, label| Vote { volunteer, subject, label };
/// // Volunteer 1 has shown skill, volunteer 2 none; both votes on subject 9 count as if by volunteer 2.
/// let votes = [vote(1, 100, 1), vote(1, 101, 0), vote(1, 9, 1), vote(2, 9, 1)];
/// let p = shared_list_swap(0.12, 1.0, &[(100, 1), (101, 0)], &votes)?;
/// assert!((p[&9] - 0.12).abs() < 1e-12);
/// # Ok::<(), manyhands_votes::Error>(())
/// ```
pub fn shared_list_swap(
    p0: f64,
    pseudo_count: f64,
    gold: &[(usize, usize)],
    votes: &[Vote],
) -> Result<BTreeMap<usize, f64>, Error> {
    let swap = Swap::params([1.0 - p0, p0]).gold(gold).pseudo_count(pseudo_count).fit(votes)?;
    let mut first_votes = BTreeMap::new();
    for (i, vote) in votes.iter().enumerate() {
        first_votes.entry(vote.volunteer).or_insert(i);
    }
    let last = first_votes.into_iter().max_by_key(|&(_, first)| first);
    let shared = last.and_then(|(volunteer, _)| swap.volunteer(volunteer)).ok_or(Error::NoVotes)?.confusion;
    let mut log_odds: BTreeMap<usize, f64> = BTreeMap::new();
    for vote in votes {
        let odds = log_odds.entry(vote.subject).or_insert((p0 / (1.0 - p0)).ln());
        *odds += (shared[[1, vote.label]] / shared[[0, vote.label]]).ln();
    }
    Ok(log_odds.into_iter().map(|(subject, odds)| (subject, 1.0 / (1.0 + (-odds).exp()))).collect())
}
