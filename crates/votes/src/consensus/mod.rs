//! Offline modes: all votes at once into probabilities, with or without gold.

mod bound;
mod calibration;
mod evidence;
mod fit;
mod folds;
mod held_out;
mod kernel;
mod kinds;
mod model;
mod params;
mod rates;
mod uncertainty;

pub use folds::HeldOut;
pub use params::{ConsensusParams, Mode, PseudoCounts, Temperature};

use ndarray::{Array2, ArrayView2};

use crate::{Estimate, Estimates, skill, table::Grouped};
use calibration::Calibration;
use model::Model;

/// All votes at once into probabilities: from plain fractions to models of volunteers that make allowance for what they have in common.
///
/// See [`Mode`] for the modes. Every one takes K classes and M labels, and all but [`Mode::Majority`] learn what each label of each volunteer
/// tells. The result does not depend on the order of the votes or on the number of threads, to the last bit.
///
/// ```
/// use manyhands_votes::{Consensus, Mode, Vote, VoteTable};
///
/// // Volunteers 1 to 3 mostly agree; volunteer 4 says the opposite. Nothing is known about the subjects.
/// let mut votes = vec![];
/// for subject in 0..30 {
///     let truth = subject % 2;
///     votes.extend((1..4).map(|volunteer| {
///         let slip = usize::from((subject + 5 * volunteer) % 11 == 0);
///         Vote { volunteer, subject, label: truth ^ slip }
///     }));
///     votes.push(Vote { volunteer: 4, subject, label: 1 - truth });
/// }
/// let table = VoteTable::from_votes(2, &votes)?;
/// let consensus = Consensus::params(Mode::GoldEm, 2).fit(&table)?;
/// let right = (0..30).filter(|&subject| consensus.estimate(subject).unwrap().label == subject % 2).count();
/// assert_eq!(right, 30);
/// // A volunteer who is always wrong is worth as much as one who is always right.
/// assert!(consensus.confusion(4).unwrap()[[0, 1]] > 0.9);
/// # Ok::<(), manyhands_votes::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Consensus {
    params: ConsensusParams,
    members: Vec<Member>,
    votes: Grouped,
    /// Subjects × classes, or empty.
    scores: Vec<f64>,
    probabilities: Array2<f64>,
}

/// One model in the mean.
#[derive(Debug, Clone)]
struct Member {
    mode: Mode,
    model: Model,
    calibration: Calibration,
    loss: f64,
    weight: f64,
    probabilities: Vec<f64>,
}

/// One of the models that a [`Consensus`] is the weighted mean of.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Component {
    /// Its mode.
    pub mode: Mode,
    /// Its share of the mean; all sum to 1.
    pub weight: f64,
    /// The exponent τ of the votes' likelihood.
    pub temperature: f64,
    /// The mean log-loss on gold, each gold subject told without its own votes; `None` without gold. Where the temperature is fitted, offsets of the
    /// classes are fitted to gold beside it and are part of this; the estimates have them only where
    /// [gold is a random sample](ConsensusParams::gold_is_random).
    pub gold_log_loss: Option<f64>,
    /// Kinds of subjects in each class: 1 for models without kinds.
    pub kinds: usize,
    /// Rounds that were made.
    pub rounds: usize,
    /// Whether the last round changed no probability by more than the tolerance.
    pub converged: bool,
}

impl Consensus {
    /// Begins with the mode and the number of classes, at least 2.
    pub fn params(mode: Mode, n_classes: usize) -> ConsensusParams {
        ConsensusParams::new(mode, n_classes)
    }

    fn new(
        params: &ConsensusParams,
        members: Vec<Member>,
        scores: Vec<f64>,
        probabilities: Vec<f64>,
        votes: Grouped,
    ) -> Self {
        let probabilities = Array2::from_shape_vec((votes.n_subjects(), params.n_classes), probabilities)
            .expect("there is one probability per subject and class");
        Self { params: params.clone(), members, votes, scores, probabilities }
    }

    /// What the votes say about a subject; `None` where it has no vote.
    pub fn estimate(&self, subject: usize) -> Option<Estimate> {
        self.votes.subject_row(subject).map(|row| self.estimate_of_row(row))
    }

    /// What the votes say about every subject that has any, in ascending order of the subjects.
    pub fn subjects(&self) -> impl Iterator<Item = (usize, Estimate)> + '_ {
        let rows = self.votes.subjects.iter().enumerate();
        rows.map(|(row, &subject)| (subject as usize, self.estimate_of_row(row)))
    }

    /// [`Self::subjects`] in columns.
    pub fn estimates(&self) -> Estimates {
        Estimates::from_rows(self.subjects(), self.n_classes())
    }

    /// Subjects × classes, the subjects ascending: the probabilities of [`Self::estimates`] without a copy.
    pub fn probabilities(&self) -> ArrayView2<'_, f64> {
        self.probabilities.view()
    }

    /// The number of classes K.
    pub fn n_classes(&self) -> usize {
        self.params.n_classes
    }

    /// The parameters of the fit.
    pub fn fitted_params(&self) -> &ConsensusParams {
        &self.params
    }

    /// The models that were fitted; none for [`Mode::Majority`].
    pub fn components(&self) -> Vec<Component> {
        let n_gold = self.n_gold();
        let component = |member: &Member| Component {
            mode: member.mode,
            weight: member.weight,
            temperature: member.calibration.tau,
            gold_log_loss: (n_gold > 0).then(|| member.loss / n_gold as f64),
            kinds: member.model.n_groups,
            rounds: member.model.rounds,
            converged: member.model.converged,
        };
        self.members.iter().map(component).collect()
    }

    /// Whether every model has converged.
    pub fn converged(&self) -> bool {
        self.members.iter().all(|member| member.model.converged)
    }

    /// K × M: the probability that the volunteer gives the label (column) where the truth is the row, as the model of greatest weight has it, kinds
    /// of subjects averaged. One coin gives labels that are no class the share that they have of the volunteer's votes. `None` for one who has not
    /// voted, and for [`Mode::Majority`].
    pub fn confusion(&self, volunteer: usize) -> Option<Array2<f64>> {
        let member = self.members.iter().reduce(|a, b| if b.weight > a.weight { b } else { a })?;
        let row = self.votes.volunteer_row(volunteer)?;
        let model = &member.model;
        let (k, m, l) = (self.n_classes(), self.votes.n_labels, model.n_latent());
        let mut rates = vec![0.0; l * m];
        model.belief.ln_confusion_of(&model.counts_of(row, l * m), &mut rates);
        let mut confusion = Array2::zeros((k, m));
        for (latent, &ln_prior) in model.rates.prior.iter().enumerate() {
            for label in 0..m {
                confusion[[latent / model.n_groups, label]] += (ln_prior + rates[label * l + latent]).exp();
            }
        }
        for mut row in confusion.rows_mut() {
            let sum = row.sum();
            row.mapv_inplace(|p| if sum > 0.0 { p / sum } else { 1.0 / m as f64 });
        }
        Some(confusion)
    }

    /// What a vote of the volunteer is worth about a subject of equally likely classes, in bits: see [`skill`]. `None` as for
    /// [`Self::confusion`].
    pub fn skill(&self, volunteer: usize) -> Option<f64> {
        let k = self.n_classes();
        let confusion = self.confusion(volunteer)?;
        Some(skill(confusion.view(), &vec![1.0 / k as f64; k]).expect("rows of a confusion matrix sum to 1"))
    }

    /// The ids of the volunteers, ascending.
    pub fn volunteers(&self) -> impl Iterator<Item = usize> + '_ {
        self.votes.volunteers.iter().map(|&id| id as usize)
    }

    fn n_gold(&self) -> usize {
        let subjects: std::collections::BTreeSet<_> = self.params.gold.iter().map(|&(s, _)| s).collect();
        subjects.into_iter().filter(|&subject| self.votes.subject_row(subject).is_some()).count()
    }

    fn estimate_of_row(&self, row: usize) -> Estimate {
        let n_votes = self.votes.cells_of(row).len() as u32;
        Estimate::new(self.probabilities.row(row).to_vec(), n_votes)
    }
}
