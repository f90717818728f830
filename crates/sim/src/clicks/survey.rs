//! A survey: which galaxies are shown to whom, and where everybody clicks.

use rayon::prelude::*;

use super::viewers::Viewers;
use super::{Clicker, Clicks, Galaxies};
use crate::Error;
use crate::error::check_range;
use crate::stream::{Purpose, stream};

/// A simulated survey of galaxies whose clumps volunteers click on.
///
/// A subject is seen by different volunteers, drawn one after the other in proportion to their activity. Subject `i` depends on the seed, `i`
/// and the options alone; its galaxy not on the volunteers.
///
/// ```
/// use manyhands_sim::ClickSurvey;
///
/// let survey = ClickSurvey::clump_scout().scale(0.005).seed(7);
/// let clicks = survey.simulate()?;
/// assert_eq!((survey.n_subjects(), survey.volunteers().len()), (426, 105));
/// let subject = clicks.subjects().next().expect("the first of 426");
/// assert!((20..=21).contains(&subject.viewers.len()));
/// // Who leaves no mark is among the viewers all the same.
/// assert!(clicks.subjects().any(|subject| subject.silent_viewers().next().is_some()));
/// # Ok::<(), manyhands_sim::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ClickSurvey {
    n_subjects: usize,
    volunteers: Vec<Clicker>,
    galaxies: Galaxies,
    viewers: f64,
    /// Share of the survey that is simulated.
    scale: f64,
    seed: u64,
}

impl ClickSurvey {
    /// A survey of `n_subjects` galaxies by these volunteers, with [`Galaxies::default`] and 20 viewers a subject, about as many as
    /// in Clump Scout.
    pub fn new(n_subjects: usize, volunteers: Vec<Clicker>) -> Self {
        Self { n_subjects, volunteers, galaxies: Galaxies::default(), viewers: 20.0, scale: 1.0, seed: 0 }
    }

    /// Which galaxies are shown. Default [`Galaxies::default`].
    #[must_use]
    pub fn galaxies(mut self, galaxies: Galaxies) -> Self {
        self.galaxies = galaxies;
        self
    }

    /// Mean number of viewers of a subject, 1 to the number of volunteers: each subject has this number rounded up or down. Default 20.
    #[must_use]
    pub fn viewers(mut self, viewers: f64) -> Self {
        self.viewers = viewers;
        self
    }

    /// Share of the subjects and of the volunteers to simulate, above 0 and at most 1. Default 1. Viewers per subject stay.
    ///
    /// Volunteers keep the law of activity: the k-th of n′ has the activity of number ⌊(k + ½)/scale⌋ and the skills of number k. Few of them cannot
    /// differ as much in what they do as many, since each sees a subject at most once.
    #[must_use]
    pub fn scale(mut self, scale: f64) -> Self {
        self.scale = scale;
        self
    }

    /// Seed of galaxies, viewers and clicks. Default 0. The volunteers of a preset are the same for every seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Subjects to simulate, after scaling.
    pub fn n_subjects(&self) -> usize {
        scaled(self.n_subjects, self.scale)
    }

    /// The volunteers with their true skills, by index, after scaling.
    pub fn volunteers(&self) -> Vec<Clicker> {
        let n = scaled(self.volunteers.len(), self.scale);
        let active = |(k, &clicker): (usize, &Clicker)| {
            let place = ((k as f64 + 0.5) / self.scale) as usize;
            let activity = self.volunteers[place.min(self.volunteers.len() - 1)].activity;
            Clicker { activity, ..clicker }
        };
        self.volunteers.iter().take(n).enumerate().map(active).collect()
    }

    /// The whole survey.
    ///
    /// # Errors
    /// Those of [`simulate_range`](Self::simulate_range).
    pub fn simulate(&self) -> Result<Clicks, Error> {
        self.simulate_range(0, self.n_subjects())
    }

    /// Subjects `first..first + n`, to draw a survey part by part. The result does not depend on the parts, nor on the number of threads.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for an option or a volunteer with a number outside its domain, [`Error::ImageSize`] for images that cannot be,
    /// [`Error::Viewers`] for more viewers than volunteers, [`Error::Subjects`] for no subject or one beyond the last.
    pub fn simulate_range(&self, first: usize, n: usize) -> Result<Clicks, Error> {
        check_range("scale", self.scale, (f64::MIN_POSITIVE, 1.0), "a share above 0, at most 1")?;
        self.galaxies.check()?;
        self.volunteers.iter().try_for_each(Clicker::check)?;
        let volunteers = self.volunteers();
        // Rounded up, everybody sees the subject at most once.
        if !(self.viewers >= 1.0 && self.viewers.ceil() <= volunteers.len() as f64) {
            return Err(Error::Viewers { viewers: self.viewers, n_volunteers: volunteers.len() });
        }
        let n_subjects = self.n_subjects();
        if n == 0 || first >= n_subjects || n > n_subjects - first {
            return Err(Error::Subjects { first, n, n_subjects });
        }
        let viewers = Viewers::new(volunteers.iter().map(|clicker| clicker.activity).collect());
        let subject = |index: usize| {
            let galaxy = self.galaxies.draw(self.seed, index);
            let mut rng = stream(self.seed, Purpose::Clicks, index as u64);
            let seen_by = viewers.draw(self.viewers, &mut rng);
            let marks: Vec<_> =
                seen_by.iter().map(|&viewer| volunteers[viewer].click(&galaxy, &mut rng)).collect();
            (galaxy, seen_by, marks)
        };
        let subjects: Vec<_> = (first..first + n).into_par_iter().map(subject).collect();
        let mut clicks = Clicks::empty(first);
        for (galaxy, seen_by, marks) in &subjects {
            clicks.push(galaxy, seen_by, marks);
        }
        Ok(clicks)
    }
}

/// A share of a number, at least 1 of what there is.
fn scaled(n: usize, scale: f64) -> usize {
    ((n as f64 * scale).round() as usize).clamp(n.min(1), n)
}
