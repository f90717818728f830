//! `zooniverse/kSWAP`: SWAP for K classes whose rows do not sum to 1.

use std::collections::BTreeMap;

use crate::{Error, Swap, Vote};

/// A row of a confusion matrix as kSWAP has it: `(n_c + γ) / (Σ n + 2γ)` for any number of classes. It sums to 1 only for two. All NaN
/// where γ = 0 and nothing is counted.
///
/// ```
/// let row = manyhands_votes::compat::kswap_row(&[2, 1, 0], 1.0);
/// assert!([0.6, 0.4, 0.2].iter().zip(row).all(|(a, b)| (a - b).abs() < 1e-12));
/// ```
pub fn kswap_row(counts: &[u64], pseudo_count: f64) -> Vec<f64> {
    let whole = counts.iter().sum::<u64>() as f64 + 2.0 * pseudo_count;
    counts.iter().map(|&n| (n as f64 + pseudo_count) / whole).collect()
}

/// Two-pass kSWAP: the probabilities of every subject with votes, normalised at the end. With two classes and γ > 0 it is [`Swap`]; with more,
/// volunteers of much and of little gold in a class are weighed unevenly. With γ = 0 a volunteer without gold in a class makes NaN of every subject
/// that they voted on, where [`Swap`] takes their row for even.
///
/// # Errors
/// Those of [`SwapParams::fit`](crate::SwapParams::fit).
pub fn kswap(
    prior: &[f64],
    pseudo_count: f64,
    gold: &[(usize, usize)],
    votes: &[Vote],
) -> Result<BTreeMap<usize, Vec<f64>>, Error> {
    let counts = Swap::params(prior).gold(gold).pseudo_count(pseudo_count).fit(votes)?;
    let mut rows: BTreeMap<usize, Vec<Vec<f64>>> = BTreeMap::new();
    let mut log: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for vote in votes {
        let rows = rows.entry(vote.volunteer).or_insert_with(|| {
            let volunteer = counts.volunteer(vote.volunteer).expect("everyone here has voted");
            volunteer.counts.rows().into_iter().map(|row| kswap_row(&row.to_vec(), pseudo_count)).collect()
        });
        let log = log.entry(vote.subject).or_insert_with(|| prior.iter().map(|p| p.ln()).collect());
        log.iter_mut().zip(rows).for_each(|(log, row)| *log += row[vote.label].ln());
    }
    for p in log.values_mut() {
        let max = p.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        p.iter_mut().for_each(|p| *p = (*p - max).exp());
        let sum: f64 = p.iter().sum();
        p.iter_mut().for_each(|p| *p /= sum);
    }
    Ok(log)
}
