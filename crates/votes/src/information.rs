//! What a volunteer's vote is worth, in bits.

use ndarray::ArrayView2;

use crate::{
    Error,
    prior::{SUM_TOLERANCE, check_distribution},
};

/// The information that a vote is expected to bring about a subject, in bits: a volunteer's *skill*.
///
/// It is the mutual information of truth and label,
///
/// ```text
/// skill(θ, π) = Σ_t Σ_c π_t θ_tc log2(θ_tc / p_c)      p_c = Σ_t π_t θ_tc
/// ```
///
/// which for two classes is the expected information gain of Marshall et al. 2016 (MNRAS 455, 1171), written there
/// with PL = θ_11 and PD = θ_00. `confusion` has one row per true class and one column per label; its rows sum to 1. It need
/// not be square. The result lies between 0 (all rows alike: nothing to learn from this volunteer) and the entropy of
/// the prior (the label tells the truth, if need be by another name: who is always wrong about two classes has full skill).
///
/// # Errors
/// [`Error::ConfusionShape`], [`Error::ConfusionRow`], [`Error::Prior`], [`Error::PriorSum`]. A prior of zero is fine here.
///
/// ```
/// use manyhands_votes::skill;
/// use ndarray::array;
///
/// let astute = array![[0.8, 0.2], [0.1, 0.9]];
/// assert!((skill(astute.view(), &[0.5, 0.5])? - 0.397_312_61).abs() < 1e-8);
/// # Ok::<(), manyhands_votes::Error>(())
/// ```
pub fn skill(confusion: ArrayView2<'_, f64>, prior: &[f64]) -> Result<f64, Error> {
    check(confusion, prior)?;
    let mut bits = 0.0;
    for label in confusion.columns() {
        let p_label: f64 = label.iter().zip(prior).map(|(theta, p)| theta * p).sum();
        for (&theta, &p) in label.iter().zip(prior) {
            if theta * p > 0.0 {
                bits += p * theta * (theta / p_label).log2();
            }
        }
    }
    // Rounding may leave −1e-17 where there is nothing to learn.
    Ok(bits.max(0.0))
}

/// The information that this one vote brought about a subject, in bits.
///
/// It is the Kullback–Leibler divergence of the posterior from the prior,
///
/// ```text
/// gain(θ, π, c) = Σ_t (π_t θ_tc / p_c) log2(θ_tc / p_c)      p_c = Σ_t π_t θ_tc
/// ```
///
/// so that `Σ_c p_c · gain(θ, π, c) = skill(θ, π)` (Marshall et al. 2016). `prior` is what was known about the subject
/// before the vote. A label that cannot occur (p_c = 0) brings 0 bits.
///
/// # Errors
/// Those of [`skill`], and [`Error::LabelColumn`].
///
/// ```
/// use manyhands_votes::information_gain;
/// use ndarray::array;
///
/// // A perfect volunteer finds one of the rare ones, or says that it is none.
/// let perfect = array![[1.0, 0.0], [0.0, 1.0]];
/// let prior = [1.0 - 2e-4, 2e-4];
/// assert!((information_gain(perfect.view(), &prior, 1)? - 12.2877).abs() < 1e-4);
/// assert!((information_gain(perfect.view(), &prior, 0)? - 0.000_288_568).abs() < 1e-9);
/// # Ok::<(), manyhands_votes::Error>(())
/// ```
pub fn information_gain(confusion: ArrayView2<'_, f64>, prior: &[f64], label: usize) -> Result<f64, Error> {
    check(confusion, prior)?;
    if label >= confusion.ncols() {
        return Err(Error::LabelColumn { got: label, n_labels: confusion.ncols() });
    }
    let thetas = confusion.column(label);
    let p_label: f64 = thetas.iter().zip(prior).map(|(theta, p)| theta * p).sum();
    let mut bits = 0.0;
    for (&theta, &p) in thetas.iter().zip(prior) {
        if theta * p > 0.0 {
            let ratio = theta / p_label;
            bits += p * ratio * ratio.log2();
        }
    }
    Ok(bits.max(0.0))
}

fn check(confusion: ArrayView2<'_, f64>, prior: &[f64]) -> Result<(), Error> {
    let (rows, columns) = confusion.dim();
    if rows != prior.len() || rows == 0 || columns == 0 {
        return Err(Error::ConfusionShape { rows, columns, n_classes: prior.len() });
    }
    check_distribution(prior)?;
    for (row, thetas) in confusion.rows().into_iter().enumerate() {
        let sum: f64 = thetas.iter().map(|&theta| if theta >= 0.0 { theta } else { f64::NAN }).sum();
        let error = (sum - 1.0).abs();
        if error.is_nan() || error > SUM_TOLERANCE {
            return Err(Error::ConfusionRow { row, sum });
        }
    }
    Ok(())
}
