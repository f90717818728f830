//! What is known about one volunteer: counts on gold, confusion matrix, skill.

use ndarray::Array2;

use crate::{Error, skill};

/// What is known about one volunteer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Volunteer {
    /// The volunteer's id.
    pub id: usize,
    /// Votes that counted, on gold subjects and others.
    pub n_votes: usize,
    /// Votes on gold subjects: what the confusion matrix is learnt from.
    pub n_gold: usize,
    /// K × K: how often the truth was the row and the label the column, on gold.
    pub counts: Array2<u64>,
    /// K × K: the probability of the label (column) where the truth is the row, `(n + γ) / (Σ n + Kγ)`. A row without gold
    /// is 1/K throughout.
    pub confusion: Array2<f64>,
}

impl Volunteer {
    /// The expected information of one vote in bits where all classes are equally likely: 0 to log2 K. See [`skill`].
    pub fn skill(&self) -> f64 {
        let n_classes = self.confusion.nrows();
        self.skill_at(&vec![1.0 / n_classes as f64; n_classes])
            .expect("rows of a confusion matrix sum to 1, and so does a uniform prior")
    }

    /// The expected information of one vote in bits about a subject of this prior. See [`skill`].
    ///
    /// # Errors
    /// [`Error::ConfusionShape`] for a prior of another length, [`Error::Prior`] and [`Error::PriorSum`].
    pub fn skill_at(&self, prior: &[f64]) -> Result<f64, Error> {
        skill(self.confusion.view(), prior)
    }

    /// What the volunteer has given to the subjects of unknown truth, in bits: [`Self::skill`] times the votes on them.
    ///
    /// Space Warps (Marshall et al. 2016) sums the skill *at the time* of every vote; here it is the skill of now for all
    /// of them, as the two-pass mode weighs them, which does not depend on the order of the votes.
    pub fn contribution(&self) -> f64 {
        self.skill() * (self.n_votes - self.n_gold) as f64
    }
}
