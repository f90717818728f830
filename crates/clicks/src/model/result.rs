//! The fitted model: clumps, volunteers, subjects, and how it came to them.

use super::clump::Clump;
use super::estimate::VolunteerEstimate;
use super::image::Image;
use super::params::ClickModelParams;
use super::population::Population;
use super::space::Axes;
use super::step::Step;
use super::subject::SubjectEstimate;
use super::volunteer::{Tally, Volunteer};
use crate::Shape;

/// Objects, volunteers and images, learned from marks alone.
///
/// ```
/// use manyhands_clicks::{Click, ClickModel, Survey};
///
/// // Five people look at twenty images with one object each; the last of them clicks anywhere.
/// let mut builder = Survey::builder();
/// for image in 0..20 {
///     let subject = builder.subject(200.0, 200.0)?;
///     let (x, y) = (40.0 + 6.0 * f64::from(image), 150.0 - 5.0 * f64::from(image));
///     for (volunteer, off) in [(0, 0.8), (1, -1.1), (2, 0.5), (3, -0.6)] {
///         builder.annotate(subject, volunteer, &[Click::point(x + off, y - off)])?;
///     }
///     builder.annotate(subject, 4, &[Click::point(10.0, 10.0 + 9.0 * f64::from(image))])?;
/// }
/// let model = ClickModel::params().fit(&builder.build()?)?;
///
/// let clumps: Vec<_> = model.clumps(3).collect();
/// assert_eq!(clumps.len(), 1);
/// assert!((clumps[0].position[0] - 58.0).abs() < 1.0 && clumps[0].probability > 0.9);
/// assert!(model.volunteer(4).is_spammer() && !model.volunteer(0).is_spammer());
/// # Ok::<(), manyhands_clicks::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ClickModel {
    pub(super) params: ClickModelParams,
    pub(super) shape: Shape,
    /// Of the survey, so that no other is taken for it.
    pub(super) fingerprint: u64,
    pub(super) axes: Axes,
    pub(super) mean_scores: Vec<f64>,
    pub(super) images: Vec<Image>,
    pub(super) candidates: Vec<Vec<Clump>>,
    pub(super) subjects: Vec<SubjectEstimate>,
    pub(super) volunteers: Vec<Volunteer>,
    pub(super) tallies: Vec<Tally>,
    pub(super) population: Population,
    pub(super) trace: Vec<Step>,
    pub(super) n_grouped: Vec<usize>,
    pub(super) converged: bool,
}

impl ClickModel {
    /// Parameters, with their defaults.
    pub fn params() -> ClickModelParams {
        ClickModelParams::default()
    }

    /// Everything that may be an object on a subject: groups of marks by their lowest mark, then lone marks.
    ///
    /// # Panics
    /// If there is no such subject, as a slice does.
    pub fn candidates(&self, subject: usize) -> &[Clump] {
        &self.candidates[subject]
    }

    /// The candidates that are reported: those that are real with a probability of one half or more, within the limits of the parameters.
    ///
    /// # Panics
    /// If there is no such subject, as a slice does.
    pub fn clumps(&self, subject: usize) -> impl Iterator<Item = &Clump> {
        self.candidates[subject].iter().filter(|clump| clump.reported)
    }

    /// What is known about a subject.
    ///
    /// # Panics
    /// If there is no such subject, as a slice does.
    pub fn subject(&self, subject: usize) -> &SubjectEstimate {
        &self.subjects[subject]
    }

    /// How many subjects there are.
    pub fn n_subjects(&self) -> usize {
        self.subjects.len()
    }

    /// What is known about a volunteer. Who saw nothing is at the centre of the population.
    ///
    /// # Panics
    /// If there is no such volunteer, as a slice does.
    pub fn volunteer(&self, volunteer: usize) -> VolunteerEstimate {
        VolunteerEstimate::new(&self.volunteers[volunteer], &self.tallies[volunteer], &self.population)
    }

    /// How many volunteers there are.
    pub fn n_volunteers(&self) -> usize {
        self.volunteers.len()
    }

    /// The subjects that are not finished, those first on which one more viewer is expected to lower the risk most: before all, those that nobody has
    /// seen. Ties by index.
    pub fn next_subjects(&self) -> Vec<usize> {
        let mut open: Vec<usize> = (0..self.subjects.len()).filter(|&s| !self.subjects[s].finished).collect();
        open.sort_by(|&a, &b| self.subjects[b].gain.total_cmp(&self.subjects[a].gain).then(a.cmp(&b)));
        open
    }

    /// The objective after every step.
    pub fn trace(&self) -> &[Step] {
        &self.trace
    }

    /// How many subjects were grouped anew in each round: those whose volunteers or own numbers had changed much. 0 in every second round while the
    /// population is learned, when none are; the last round has those of a last time too, where rounds were over before all came to rest.
    pub fn n_grouped(&self) -> &[usize] {
        &self.n_grouped
    }

    /// Whether nothing changed any more before the rounds were over.
    pub fn converged(&self) -> bool {
        self.converged
    }

    /// Scatter of a typical volunteer, in pixels.
    pub fn scatter(&self) -> f64 {
        self.population.scatter()
    }
}
