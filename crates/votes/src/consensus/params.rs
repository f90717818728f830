//! The parameters of a consensus: which mode, what is known of subjects, and what is believed of volunteers.

use crate::{Consensus, Error, VoteTable, gold::Gold, prior::check_distribution, vote::check_n_classes};

use super::rates::Meaning;

/// How votes become probabilities: the model of volunteers and subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Mode {
    /// The fractions of the votes. Gold is not used.
    Majority,
    /// Every volunteer is right with one probability of their own, and errs evenly among the other classes.
    /// Expectation–maximisation with gold clamped.
    OneCoin,
    /// Dawid and Skene (1979) as in the textbook: a confusion matrix per volunteer, maximum likelihood without pseudo-counts, begun at the
    /// fractions of the votes. Gold, if given, is clamped. Probabilities are not tempered.
    DawidSkene,
    /// SWAP in two passes (Marshall et al. 2016; `zooniverse/swap`): confusion matrices from gold alone, by default with a
    /// prior learned from the whole crowd and probabilities tempered on gold. Needs gold.
    Swap,
    /// Dawid–Skene with gold clamped, a prior on the confusion matrices that is learned from the whole crowd, and
    /// probabilities tempered on gold. Works without gold too.
    GoldEm,
    /// For volunteers who err together: subjects of a class come in kinds, and volunteers have a confusion matrix for each (Li,
    /// Rubinstein & Cohn 2019, "enhanced Bayesian classifier combination"), unless votes that were held out are better foretold without kinds
    /// by [`Mode::GoldEm`]. The default where there is no gold.
    Robust,
    /// The mean of `Swap` (with learned prior and with γ = 1), `GoldEm` (with learned and with fixed prior), `OneCoin` and kinds of subjects, each calibrated,
    /// weighted by how well it tells gold that it has not seen. Without gold this is `Robust`.
    Auto,
}

/// What is believed about every row of a confusion matrix before any vote: a Dirichlet prior, in pseudo-counts.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum PseudoCounts {
    /// The same number for every label; 0 is maximum likelihood.
    Flat(f64),
    /// One for the label that speaks for the class, another for each of the others.
    Diagonal {
        /// For the right label.
        right: f64,
        /// For each other label.
        wrong: f64,
    },
    /// Learned from all volunteers together (empirical Bayes): the α under which their counts are most probable, pulled towards `right` and
    /// `wrong` as if by `weight` volunteers.
    Learned {
        /// For the right label.
        right: f64,
        /// For each other label.
        wrong: f64,
        /// How much the two count beside the volunteers; above 0.
        weight: f64,
    },
}

/// How sure probabilities are made.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Temperature {
    /// The exponent τ of the votes' likelihood: `p_t ∝ π_t · L_t^τ`. 1 is Bayes' rule for independent votes, less makes allowance
    /// for votes that are not. The frequencies of the classes, given or learned, and scores count in full.
    Fixed(f64),
    /// τ fitted on gold, each gold subject told without its own votes. Where there is no gold, 1/2, of all that is learned from votes, the frequencies
    /// of the classes included, so that labels stay: it is the middle of what gold fits on public data sets (.2 to .9), where votes are never quite
    /// independent. A prior and scores that were given count in full.
    Fitted,
}

/// The parameters of [`Consensus`]. They are checked at the start of [`Self::fit`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ConsensusParams {
    pub(super) mode: Mode,
    pub(super) n_classes: usize,
    pub(super) gold: Vec<(usize, usize)>,
    pub(super) gold_is_random: bool,
    pub(super) prior: Option<Vec<f64>>,
    pub(super) scores: Vec<(usize, Vec<f64>)>,
    pub(super) weights: Vec<(usize, f64)>,
    pub(super) label_classes: Option<Vec<Option<usize>>>,
    pub(super) pseudo_counts: Option<PseudoCounts>,
    pub(super) temperature: Option<Temperature>,
    pub(super) max_rounds: usize,
    pub(super) tolerance: f64,
    pub(super) kinds: usize,
    pub(super) restarts: usize,
    pub(super) seed: u64,
    pub(super) threads: usize,
}

impl ConsensusParams {
    pub(super) fn new(mode: Mode, n_classes: usize) -> Self {
        Self {
            mode,
            n_classes,
            gold: vec![],
            gold_is_random: false,
            prior: None,
            scores: vec![],
            weights: vec![],
            label_classes: None,
            pseudo_counts: None,
            temperature: None,
            max_rounds: 200,
            tolerance: 1e-6,
            kinds: 5,
            restarts: 8,
            seed: 0,
            threads: 1,
        }
    }

    /// The subjects of known truth, as (subject, class). Default none. Their estimates are those that the votes alone give,
    /// with volunteers as they are without this subject (leave-one-out).
    pub fn gold(mut self, gold: &[(usize, usize)]) -> Self {
        self.gold = gold.to_vec();
        self
    }

    /// Whether gold is a random sample of all subjects, so that its classes tell how frequent each is. Default false: the frequency of
    /// the classes is learned from the votes, as gold is often chosen, simulated or balanced.
    pub fn gold_is_random(mut self, yes: bool) -> Self {
        self.gold_is_random = yes;
        self
    }

    /// The prior probability of every class. By default it is learned from the votes, or from gold if that is a random sample.
    pub fn prior(mut self, prior: impl Into<Vec<f64>>) -> Self {
        self.prior = Some(prior.into());
        self
    }

    /// Probabilities per class from elsewhere, as a classifier's: (subject, a probability per class). They act as one more voice,
    /// independent of the votes: their ratio to the mean over all of them multiplies the prior. Subjects that are not listed stay
    /// as they are. To have a classifier weighed like a volunteer, add its labels to the votes instead, under an id of its own.
    pub fn scores(mut self, scores: &[(usize, Vec<f64>)]) -> Self {
        self.scores = scores.to_vec();
        self
    }

    /// How much each volunteer's vote counts in [`Mode::Majority`], as (volunteer, weight ≥ 0). Default 1 for everyone; no other
    /// mode uses weights.
    pub fn weights(mut self, weights: &[(usize, f64)]) -> Self {
        self.weights = weights.to_vec();
        self
    }

    /// Which class each label speaks for; `None` for a label such as "can't tell". Default: label k speaks for class k, labels from K on for
    /// none. It is where the fit begins and what pseudo-counts lean to, not what a label comes to mean.
    pub fn label_classes(mut self, classes: &[Option<usize>]) -> Self {
        self.label_classes = Some(classes.to_vec());
        self
    }

    /// The prior on confusion matrices. Default: none (γ = 0) for `DawidSkene`; for `Swap` and `GoldEm` learned, pulled to (2, 0.5) as if by one
    /// volunteer; (2, 1) right and wrong for `OneCoin`; for the kinds of `Robust` (4, 1), as Li et al. 2019.
    ///
    /// Not every mode has all of them: kinds take `Diagonal` and otherwise their default, `OneCoin` takes the two numbers of `Learned` as they are,
    /// and `Auto` has its own for each of its models.
    pub fn pseudo_counts(mut self, pseudo_counts: PseudoCounts) -> Self {
        self.pseudo_counts = Some(pseudo_counts);
        self
    }

    /// Default [`Temperature::Fitted`], but τ = 1 for `DawidSkene` and `Majority`.
    pub fn temperature(mut self, temperature: Temperature) -> Self {
        self.temperature = Some(temperature);
        self
    }

    /// The most rounds of a fit. Default 200; few data sets need more than 100.
    pub fn max_rounds(mut self, rounds: usize) -> Self {
        self.max_rounds = rounds;
        self
    }

    /// A fit has converged where no probability changes by more than this in a round. Default 1e-6.
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Kinds of subjects in each class (`Robust`, `Auto`). Default 5: Li et al. 2019 use 10; on public data sets with known truth 2 to 10 give the same
    /// within .01, as kinds that nothing needs stay empty.
    pub fn kinds(mut self, kinds: usize) -> Self {
        self.kinds = kinds;
        self
    }

    /// Starts from random kinds, of which the one with the greatest evidence stays. Default 8 (Li et al. 2019: 40).
    pub fn restarts(mut self, restarts: usize) -> Self {
        self.restarts = restarts;
        self
    }

    /// Seed of the starts, and of which votes are held out. Default 0. Modes without kinds draw nothing.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Threads to use, at least 1. Default 1. The result does not depend on it.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Fits the votes of a table. The result does not depend on their order, to the last bit.
    ///
    /// # Errors
    /// [`Error::NoVotes`], [`Error::TooManyCells`]; [`Error::Classes`], [`Error::LabelClasses`]; [`Error::NoGold`] and [`Error::NoGoldVotes`] in
    /// [`Mode::Swap`]; [`Error::GoldClass`], [`Error::GoldConflict`], [`Error::Id`]; [`Error::Prior`], [`Error::PriorSum`], [`Error::PriorLength`];
    /// [`Error::PseudoCount`], [`Error::Parameter`].
    pub fn fit(&self, table: &VoteTable) -> Result<Consensus, Error> {
        self.check(table.n_labels())?;
        super::fit::fit(self, table.grouped(self.threads)?)
    }

    pub(super) fn meaning(&self, n_labels: usize) -> Meaning {
        let identity = || (0..n_labels).map(|label| (label < self.n_classes).then_some(label)).collect();
        Meaning { n_classes: self.n_classes, classes: self.label_classes.clone().unwrap_or_else(identity) }
    }

    pub(super) fn check(&self, n_labels: usize) -> Result<(), Error> {
        check_n_classes(self.n_classes)?;
        let meaning = self.meaning(n_labels);
        if meaning.classes.len() != n_labels || meaning.classes.iter().flatten().any(|&k| k >= self.n_classes)
        {
            return Err(Error::LabelClasses {
                got: meaning.classes.len(),
                n_labels,
                n_classes: self.n_classes,
            });
        }
        if !self.gold.is_empty() {
            Gold::check(&self.gold, self.n_classes)?;
        }
        let priors = self.prior.iter().chain(self.scores.iter().map(|(_, p)| p));
        for prior in priors {
            if prior.len() != self.n_classes {
                return Err(Error::PriorLength { got: prior.len(), n_classes: self.n_classes });
            }
            check_distribution(prior)?;
        }
        if let Some(prior) = &self.prior {
            crate::prior::Prior::check(prior)?;
        }
        let positive = |field: &'static str, value: f64| match value > 0.0 && value.is_finite() {
            true => Ok(()),
            false => Err(Error::Parameter { field, got: value, wants: "a finite number above 0" }),
        };
        let pseudo_count = |got: f64| match got >= 0.0 && (got * n_labels as f64).is_finite() {
            true => Ok(()),
            false => Err(Error::PseudoCount { got }),
        };
        match self.pseudo_counts {
            Some(PseudoCounts::Flat(gamma)) => pseudo_count(gamma)?,
            Some(PseudoCounts::Diagonal { right, wrong }) => {
                pseudo_count(right)?;
                pseudo_count(wrong)?;
            }
            Some(PseudoCounts::Learned { right, wrong, weight }) => {
                positive("pseudo_counts.right", right)?;
                positive("pseudo_counts.wrong", wrong)?;
                positive("pseudo_counts.weight", weight)?;
            }
            None => {}
        }
        if let Some(Temperature::Fixed(tau)) = self.temperature {
            positive("temperature", tau)?;
        }
        for &(_, weight) in &self.weights {
            if !(weight >= 0.0 && weight.is_finite()) {
                return Err(Error::Parameter {
                    field: "weights",
                    got: weight,
                    wants: "finite numbers of 0 or more",
                });
            }
        }
        if self.tolerance.is_nan() || self.tolerance < 0.0 {
            return Err(Error::Parameter {
                field: "tolerance",
                got: self.tolerance,
                wants: "a number of 0 or more",
            });
        }
        for (field, value) in [
            ("max_rounds", self.max_rounds),
            ("kinds", self.kinds),
            ("restarts", self.restarts),
            ("threads", self.threads),
        ] {
            if value == 0 {
                return Err(Error::Parameter { field, got: 0.0, wants: "at least 1" });
            }
        }
        Ok(())
    }
}
