//! Which subject a volunteer should see next: the one about which the vote is expected to tell most.

use ndarray::ArrayView2;

use crate::{Error, skill};

/// The `n` subjects about which a vote by a volunteer of this confusion matrix (classes × labels) is expected to bring most information, best
/// first, with that information in bits; of equals the lower id comes first.
///
/// `candidates` are open subjects with their probabilities. For someone unknown take the mean matrix of the crowd.
///
/// # Errors
/// Those of [`skill`].
///
/// ```
/// use manyhands_votes::next_best;
/// use ndarray::array;
///
/// let volunteer = array![[0.9, 0.1], [0.2, 0.8]];
/// let candidates = [(1, vec![0.99, 0.01]), (2, vec![0.5, 0.5]), (3, vec![0.8, 0.2])];
/// let best = next_best(volunteer.view(), candidates.iter().map(|(id, p)| (*id, p.as_slice())), 2)?;
/// assert_eq!(best.iter().map(|best| best.0).collect::<Vec<_>>(), [2, 3]);
/// # Ok::<(), manyhands_votes::Error>(())
/// ```
pub fn next_best<'a>(
    confusion: ArrayView2<'_, f64>,
    candidates: impl IntoIterator<Item = (usize, &'a [f64])>,
    n: usize,
) -> Result<Vec<(usize, f64)>, Error> {
    let bits = candidates.into_iter().map(|(subject, p)| Ok((subject, skill(confusion, p)?)));
    let mut bits: Vec<(usize, f64)> = bits.collect::<Result<_, Error>>()?;
    bits.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    bits.truncate(n);
    Ok(bits)
}
