//! Weights of the classes in the cross entropy.

use crate::check;
use crate::error::Result;

/// What the cross entropy of an image of each class counts.
///
/// A weight multiplies the term of its class in −Σ y ln ŷ, and the sum over a batch is divided by the number of labelled images in it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum LabelWeights {
    /// Every image counts 1.
    #[default]
    Equal,
    /// n / (C n_c) for class c of C, where n_c of the n labelled images are of it (probabilities added up): classes count alike, however rare,
    /// and the mean weight is 1. What scikit-learn calls `balanced`.
    Balanced,
    /// The weights of `Balanced` to this power, in 0..=1, scaled to a mean of 1: 0 is `Equal`, 1 is `Balanced`, between them rare classes count more than
    /// their share and less than a common one.
    Tempered(f64),
    /// One weight per class, each above 0 and finite as f32.
    Each(Vec<f64>),
}

impl LabelWeights {
    /// Weights for [`Each`](Self::Each) of two classes that undo what the labels get wrong, where that is more of one class than of the other: a crowd that misses half of
    /// a rare class would teach a network to call it the common one. `positive` holds the mean probability of class 1 in the labels of images that truly are of
    /// class 0, and of those that are of class 1, learned from images of known truth, of which the labels were made without telling it.
    ///
    /// # Formula (label-dependent costs, Natarajan et al. 2013)
    ///
    /// ```text
    /// w_0 = 2τ        w_1 = 2(1 − τ)        τ = (s_0 + s_1) / 2
    /// ```
    ///
    /// with s the two means. A network that fits the labels says s_0 + (s_1 − s_0) p of an image that is of class 1 with probability p, which is above τ
    /// where p is above ½; weighted so, it says more than ½ there. That holds if labels are wrong as often whatever else an image shows. Labels that are
    /// right have the means 0 and 1, and weights of 1. Clusters that are named by such labels want the same weights.
    ///
    /// ```
    /// use manyhands_dec::LabelWeights;
    ///
    /// assert_eq!(LabelWeights::against_noise([0.0, 1.0])?, [1.0, 1.0]);
    /// // Half of class 1 is missed.
    /// assert_eq!(LabelWeights::against_noise([0.0, 0.5])?, [0.5, 1.5]);
    /// # Ok::<(), manyhands_dec::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Unless 0 ≤ s_0 < s_1 ≤ 1: labels that do not tell the classes apart teach nothing.
    pub fn against_noise(positive: [f64; 2]) -> Result<[f64; 2]> {
        let [s_0, s_1] = positive;
        let wants = "two probabilities, that of class 1 the higher";
        check::parameter(0.0 <= s_0 && s_0 < s_1 && s_1 <= 1.0, "positive", format!("{positive:?}"), wants)?;
        let threshold = (s_0 + s_1) / 2.0;
        Ok([2.0 * threshold, 2.0 * (1.0 - threshold)])
    }

    /// Of classes with so many images.
    pub(crate) fn of(&self, mass: &[f64]) -> Vec<f64> {
        let n: f64 = mass.iter().sum();
        let tempered = |power: f64| {
            let weights: Vec<f64> = mass.iter().map(|mass| mass.powf(-power)).collect();
            let mean = weights.iter().zip(mass).map(|(weight, mass)| weight * mass).sum::<f64>() / n;
            weights.into_iter().map(|weight| weight / mean).collect()
        };
        match self {
            Self::Equal => vec![1.0; mass.len()],
            Self::Balanced => tempered(1.0),
            Self::Tempered(power) => tempered(*power),
            Self::Each(weights) => weights.clone(),
        }
    }

    pub(crate) fn check(&self, n_classes: usize) -> Result<()> {
        match self {
            Self::Equal | Self::Balanced => Ok(()),
            Self::Tempered(power) => {
                check::parameter((0.0..=1.0).contains(power), "label_weights", power, "a power in 0..=1")
            }
            Self::Each(weights) => {
                // What the loss multiplies by is an f32.
                let is_weight = |&weight: &f64| weight as f32 > 0.0 && (weight as f32).is_finite();
                let holds = weights.len() == n_classes && weights.iter().all(is_weight);
                let wants = "one finite weight above 0 per class";
                check::parameter(holds, "label_weights", format!("{weights:?}"), wants)
            }
        }
    }
}
