//! Tallies without volunteers' names: the crowd as a whole has a confusion matrix, and subjects differ in how clear they are.

mod fit;

pub use fit::{TallyKind, TallyMixtureParams};

use ndarray::Array2;

use crate::{Estimate, Estimates};

/// How many votes of each label one subject has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Tally {
    /// What was voted on.
    pub subject: usize,
    /// Votes per label.
    pub counts: Vec<u32>,
}

/// Classes from tallies alone, with or without gold: a mixture of one (beta-)binomial or Dirichlet-multinomial distribution per class.
///
/// Where nobody knows who voted, volunteers cannot be told apart; but how often the crowd says "yes" where the answer is yes, and where it is
/// no, can still be learned. On a rare, easily missed animal half of the votes may be wrong; then a third of "yes" is nearly a proof,
/// though majority vote says no.
///
/// ```
/// use manyhands_votes::{Tally, TallyKind, TallyMixture};
///
/// // 90 empty images with hardly a "yes" in 20 votes, 10 with an animal that half of the volunteers miss.
/// let tally = |subject, yes| Tally { subject, counts: vec![20 - yes, yes] };
/// let mut tallies: Vec<Tally> = (0..90).map(|subject| tally(subject, subject as u32 % 3 / 2)).collect();
/// tallies.extend((90..100).map(|subject| tally(subject, 6 + subject as u32 % 5)));
/// let mixture = TallyMixture::params(2, TallyKind::Pooled).fit(&tallies)?;
/// assert_eq!(mixture.estimate(90).unwrap().label, 1); // 6 of 20 said yes
/// assert_eq!(mixture.estimate(2).unwrap().label, 0); // 1 of 20
/// assert!((mixture.rates()[[1, 1]] - 0.4).abs() < 0.05);
/// # Ok::<(), manyhands_votes::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TallyMixture {
    n_classes: usize,
    /// Ascending.
    subjects: Vec<usize>,
    n_votes: Vec<u32>,
    /// Subjects × classes.
    probabilities: Vec<f64>,
    prior: Vec<f64>,
    /// Classes × labels.
    alpha: Array2<f64>,
    kind: TallyKind,
    rounds: usize,
    converged: bool,
}

impl TallyMixture {
    /// Begins with the number of classes, at least 2, and the kind of the mixture.
    pub fn params(n_classes: usize, kind: TallyKind) -> TallyMixtureParams {
        TallyMixtureParams::new(n_classes, kind)
    }

    /// What the votes say about a subject; `None` for one without a tally.
    pub fn estimate(&self, subject: usize) -> Option<Estimate> {
        self.subjects.binary_search(&subject).ok().map(|row| self.estimate_of_row(row))
    }

    /// What the votes say about every subject, in ascending order.
    pub fn subjects(&self) -> impl Iterator<Item = (usize, Estimate)> + '_ {
        self.subjects.iter().enumerate().map(|(row, &subject)| (subject, self.estimate_of_row(row)))
    }

    /// [`Self::subjects`] in columns.
    pub fn estimates(&self) -> Estimates {
        Estimates::from_rows(self.subjects(), self.n_classes)
    }

    /// K × M: how often the crowd gives each label (column) where the truth is the row, on average over subjects.
    pub fn rates(&self) -> Array2<f64> {
        let mut rates = self.alpha.clone();
        for mut row in rates.rows_mut() {
            let sum = row.sum();
            row /= sum;
        }
        rates
    }

    /// How alike the subjects of each class are: the sum of the Dirichlet parameters. Large where all are equally clear, small where some are
    /// clear and others are not. `None` for [`TallyKind::Pooled`], where it is infinite.
    pub fn concentrations(&self) -> Option<Vec<f64>> {
        let sums = self.alpha.rows().into_iter().map(|row| row.sum()).collect();
        (self.kind == TallyKind::Overdispersed).then_some(sums)
    }

    /// The frequency of every class.
    pub fn prior(&self) -> &[f64] {
        &self.prior
    }

    /// Rounds that were made.
    pub fn rounds(&self) -> usize {
        self.rounds
    }

    /// Whether the last round changed no probability by more than 1e-8.
    pub fn converged(&self) -> bool {
        self.converged
    }

    fn estimate_of_row(&self, row: usize) -> Estimate {
        let p = &self.probabilities[row * self.n_classes..][..self.n_classes];
        Estimate::new(p.to_vec(), self.n_votes[row])
    }
}
