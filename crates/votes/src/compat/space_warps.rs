//! Space Warps online: skills that are updated vote by vote and clipped, from gold, from the crowd's own opinion, or both.

use std::collections::BTreeMap;

use crate::{Error, Estimate, Vote, gold::Gold};

/// What volunteers learn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Learning {
    /// Gold subjects only, as the published analysis: the default.
    #[default]
    Supervised,
    /// Gold subjects, and all others by their probability at the time.
    Both,
    /// Subjects that are not gold only, by their probability at the time.
    Unsupervised,
}

/// The parameters of [`SpaceWarps`].
#[derive(Debug, Clone, PartialEq)]
pub struct SpaceWarpsParams {
    prior: f64,
    gold: Vec<(usize, usize)>,
    learning: Learning,
    skepticism: f64,
    clip: f64,
    floor: f64,
}

/// SWAP for two classes as the program of Space Warps did it (Marshall et al. 2016, MNRAS 455, 1171).
///
/// A volunteer has PL = Pr(says 1 | 1) and PD = Pr(says 0 | 0), both 1/2 at first with a weight of 2 + skepticism votes. Each vote first
/// moves its subject by Bayes' rule; then, where the volunteer learns from it, PL and PD become running means, and are clipped. Where the truth is
/// not known, the subject's probability stands for it. Order matters throughout.
///
/// ```
/// use manyhands_votes::{Vote, compat::SpaceWarps};
///
/// let vote = |volunteer, subject, label| Vote { volunteer, subject, label };
/// let mut swap = SpaceWarps::params(0.12).gold(&[(100, 1)]).build()?;
/// swap.observe(vote(1, 100, 1))?;
/// swap.observe(vote(1, 5, 1))?;
/// // PL = (0.5 · 4 + 1) / 5 = 0.6, PD = 0.5.
/// assert_eq!(swap.skills(1), Some((0.6, 0.5)));
/// let p = 0.12 * 0.6 / (0.12 * 0.6 + 0.88 * 0.5);
/// assert!((swap.estimate(5).unwrap().probabilities[1] - p).abs() < 1e-12);
/// # Ok::<(), manyhands_votes::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SpaceWarps {
    params: SpaceWarpsParams,
    gold: BTreeMap<usize, usize>,
    volunteers: BTreeMap<usize, Skills>,
    /// Probability of class 1, and the number of votes.
    subjects: BTreeMap<usize, (f64, u32)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Skills {
    pl: f64,
    pd: f64,
    nl: f64,
    nd: f64,
}

impl SpaceWarpsParams {
    /// The subjects of known truth. Default none, which [`Learning::Supervised`] and [`Learning::Both`] refuse.
    pub fn gold(mut self, gold: &[(usize, usize)]) -> Self {
        self.gold = gold.to_vec();
        self
    }

    /// What volunteers learn from. Default [`Learning::Supervised`].
    pub fn learning(mut self, learning: Learning) -> Self {
        self.learning = learning;
        self
    }

    /// PL and PD begin at 1/2 with the weight of 2 + this many votes. Default 2, as Space Warps ran.
    pub fn skepticism(mut self, skepticism: f64) -> Self {
        self.skepticism = skepticism;
        self
    }

    /// PL and PD are kept at least this far from 0 and 1. Default 0.01, as Space Warps; 0 keeps plain running means.
    pub fn clip(mut self, clip: f64) -> Self {
        self.clip = clip;
        self
    }

    /// Probabilities never fall below this. Default 2e-8, as Space Warps.
    pub fn floor(mut self, floor: f64) -> Self {
        self.floor = floor;
        self
    }

    /// Ready for votes.
    ///
    /// # Errors
    /// [`Error::Prior`], [`Error::Parameter`], [`Error::NoGold`], [`Error::GoldClass`], [`Error::GoldConflict`], [`Error::Id`].
    pub fn build(&self) -> Result<SpaceWarps, Error> {
        if !(self.prior > 0.0 && self.prior < 1.0) {
            return Err(Error::Prior { class: 1, got: self.prior });
        }
        let ranges = [
            ("skepticism", self.skepticism, 1e9, "0 to 1e9"),
            ("clip", self.clip, 0.5, "0 to 0.5"),
            ("floor", self.floor, 0.5, "0 to 0.5"),
        ];
        for (field, got, max, wants) in ranges {
            if !(0.0..=max).contains(&got) {
                return Err(Error::Parameter { field, got, wants });
            }
        }
        let gold = match self.learning {
            Learning::Unsupervised if self.gold.is_empty() => BTreeMap::new(),
            _ => Gold::check(&self.gold, 2)?.pairs().collect(),
        };
        Ok(SpaceWarps { params: self.clone(), gold, volunteers: BTreeMap::new(), subjects: BTreeMap::new() })
    }

    /// [`Self::build`], then all votes in their order.
    ///
    /// # Errors
    /// Those of [`Self::build`]; [`Error::NoVotes`], [`Error::Label`], [`Error::Id`].
    pub fn fit(&self, votes: &[Vote]) -> Result<SpaceWarps, Error> {
        let mut swap = self.build()?;
        if votes.is_empty() {
            return Err(Error::NoVotes);
        }
        votes.iter().try_for_each(|&vote| swap.observe(vote))?;
        Ok(swap)
    }
}

impl SpaceWarps {
    /// Begins with the prior probability of class 1.
    pub fn params(prior: f64) -> SpaceWarpsParams {
        let (gold, learning) = (vec![], Learning::default());
        SpaceWarpsParams { prior, gold, learning, skepticism: 2.0, clip: 0.01, floor: 2e-8 }
    }

    /// Takes one vote.
    ///
    /// # Errors
    /// [`Error::Label`], [`Error::Id`].
    pub fn observe(&mut self, vote: Vote) -> Result<(), Error> {
        vote.check(2)?;
        let weight = 2.0 + self.params.skepticism;
        let skills = self.volunteers.entry(vote.volunteer);
        let skills = skills.or_insert(Skills { pl: 0.5, pd: 0.5, nl: weight, nd: weight });
        let (p, n) = self.subjects.entry(vote.subject).or_insert((self.params.prior, 0));
        let (if_1, if_0) =
            if vote.label == 1 { (skills.pl, 1.0 - skills.pd) } else { (1.0 - skills.pl, skills.pd) };
        let sum = *p * if_1 + (1.0 - *p) * if_0;
        // Without a clip a vote can be impossible under both classes; it then tells nothing.
        if sum > 0.0 {
            *p = (*p * if_1 / sum).max(self.params.floor);
        }
        *n += 1;
        let truth = match (self.gold.get(&vote.subject), self.params.learning) {
            (Some(&truth), Learning::Supervised | Learning::Both) => truth as f64,
            (None, Learning::Both | Learning::Unsupervised) => *p,
            _ => return Ok(()),
        };
        skills.learn(vote.label, truth, self.params.clip);
        Ok(())
    }

    /// What the votes so far say about a subject; `None` where it has no vote.
    pub fn estimate(&self, subject: usize) -> Option<Estimate> {
        let &(p, n) = self.subjects.get(&subject)?;
        Some(Estimate::new(vec![1.0 - p, p], n))
    }

    /// What the votes so far say about every subject, ascending.
    pub fn subjects(&self) -> impl Iterator<Item = (usize, Estimate)> + '_ {
        self.subjects.iter().map(|(&subject, &(p, n))| (subject, Estimate::new(vec![1.0 - p, p], n)))
    }

    /// PL and PD of a volunteer; `None` for one who has not voted.
    pub fn skills(&self, volunteer: usize) -> Option<(f64, f64)> {
        self.volunteers.get(&volunteer).map(|skills| (skills.pl, skills.pd))
    }
}

impl Skills {
    fn learn(&mut self, label: usize, truth: f64, clip: f64) {
        let said_1 = label as f64;
        if truth > 0.0 {
            self.pl = (self.pl * self.nl + truth * said_1) / (self.nl + truth);
            self.nl += truth;
        }
        if truth < 1.0 {
            self.pd = (self.pd * self.nd + (1.0 - truth) * (1.0 - said_1)) / (self.nd + 1.0 - truth);
            self.nd += 1.0 - truth;
        }
        self.pl = self.pl.clamp(clip, 1.0 - clip);
        self.pd = self.pd.clamp(clip, 1.0 - clip);
    }
}
