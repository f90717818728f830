//! What the votes say about a subject: a label, probabilities and how many votes are behind them.

use ndarray::{Array2, ArrayView1};

/// What the votes say about one subject.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Estimate {
    /// The class with the highest probability; the lowest class where several share it.
    pub label: usize,
    /// A probability per class, sum 1: the posterior of [`Swap`](crate::Swap), the fractions of the votes of
    /// [`MajorityVote`](crate::MajorityVote).
    pub probabilities: Vec<f64>,
    /// The number of votes behind it, passed-over repeats not counted.
    pub n_votes: usize,
}

impl Estimate {
    pub(crate) fn new(probabilities: Vec<f64>, n_votes: u32) -> Self {
        Self { label: first_max(&probabilities), probabilities, n_votes: n_votes as usize }
    }

    /// The classes that share the highest probability, ascending: one, or more in a tie.
    ///
    /// ```
    /// # use manyhands_votes::{MajorityVote, Vote};
    /// let votes = [(1, 2), (2, 1), (3, 1), (4, 2), (5, 0)];
    /// let votes = votes.map(|(volunteer, label)| Vote { volunteer, subject: 0, label });
    /// let estimate = MajorityVote::params(3).fit(&votes)?.estimate(0).unwrap();
    /// assert_eq!(estimate.label, 1);
    /// assert_eq!(estimate.tied().collect::<Vec<_>>(), [1, 2]);
    /// # Ok::<(), manyhands_votes::Error>(())
    /// ```
    pub fn tied(&self) -> impl Iterator<Item = usize> + '_ {
        let max = self.probabilities.get(self.label).copied();
        self.probabilities.iter().enumerate().filter(move |&(_, &p)| Some(p) == max).map(|(class, _)| class)
    }

    /// Whether two or more classes share the highest probability.
    pub fn is_tie(&self) -> bool {
        self.tied().nth(1).is_some()
    }
}

/// What the votes say about all subjects, in columns: row `i` of each belongs to `subjects[i]`, in ascending order.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimates {
    /// The ids of the subjects with votes, ascending.
    pub subjects: Vec<usize>,
    /// The class with the highest probability; the lowest class where several share it.
    pub labels: Vec<usize>,
    /// Subjects × classes: a probability per class, each row sums to 1.
    pub probabilities: Array2<f64>,
    /// The number of votes behind each row.
    pub n_votes: Vec<usize>,
}

impl Estimates {
    /// Columns from rows of one length.
    pub(crate) fn from_rows(rows: impl Iterator<Item = (usize, Estimate)>, n_classes: usize) -> Self {
        let (mut subjects, mut labels, mut n_votes, mut flat) = (vec![], vec![], vec![], vec![]);
        for (subject, estimate) in rows {
            subjects.push(subject);
            labels.push(estimate.label);
            n_votes.push(estimate.n_votes);
            flat.extend(estimate.probabilities);
        }
        let probabilities = Array2::from_shape_vec((subjects.len(), n_classes), flat)
            .expect("every estimate has one probability per class");
        Self { subjects, labels, probabilities, n_votes }
    }

    /// The number of subjects.
    pub fn len(&self) -> usize {
        self.subjects.len()
    }

    /// Whether there is no subject.
    pub fn is_empty(&self) -> bool {
        self.subjects.is_empty()
    }

    /// The probabilities of one class for all subjects: what ranks them.
    ///
    /// # Panics
    /// Where `class` is no class, as indexing does.
    pub fn of_class(&self, class: usize) -> ArrayView1<'_, f64> {
        self.probabilities.column(class)
    }
}

/// The first of the greatest values.
fn first_max(values: &[f64]) -> usize {
    let mut best = 0;
    for (i, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = i;
        }
    }
    best
}
