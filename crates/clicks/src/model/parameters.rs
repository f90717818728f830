//! The numbers of every volunteer and every subject, in columns.

use super::population::{Population, logistic};
use crate::Survey;

/// What is learned beside the objects.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parameters {
    pub(crate) volunteers: Vec<Volunteer>,
    pub(crate) subjects: Vec<Image>,
}

/// One volunteer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Volunteer {
    /// η: false marks on an image.
    pub(crate) false_marks: f64,
    /// θ: logit of the chance to mark an average object of an average image.
    pub(crate) theta: f64,
    /// σ², in square pixels per axis.
    pub(crate) variance: f64,
    /// How far off their marks are on average.
    pub(crate) bias: [f64; 2],
}

/// One subject.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Image {
    /// λ: real objects expected.
    pub(crate) lambda: f64,
    /// δ: what is added to the logit of every object's chance to be marked.
    pub(crate) shift: f64,
    /// τ: factor of the variance of every mark.
    pub(crate) blur: f64,
}

impl Volunteer {
    /// Who is at the centre of the population.
    pub(crate) fn typical(population: &Population) -> Self {
        let mean = population.detection.mean();
        Self {
            false_marks: population.false_marks.mean(),
            theta: (mean / (1.0 - mean)).ln(),
            variance: 1.0 / population.precision.mean(),
            bias: [0.0; 2],
        }
    }

    pub(crate) fn odds(&self) -> f64 {
        self.theta.exp()
    }

    pub(crate) fn ln_prior(&self, population: &Population) -> f64 {
        population.false_marks.ln_density(self.false_marks)
            + population.detection.ln_density(self.theta)
            + population.precision.ln_density(1.0 / self.variance)
            - 0.5 * self.bias.iter().map(|b| b * b).sum::<f64>() / population.bias.powi(2)
    }

    /// Probability of missing an average object.
    pub(crate) fn miss(&self) -> f64 {
        logistic(-self.theta)
    }
}

impl Image {
    pub(crate) fn typical(population: &Population) -> Self {
        Self { lambda: population.n_objects.mean(), shift: 0.0, blur: 1.0 }
    }

    pub(crate) fn ln_prior(&self, population: &Population) -> f64 {
        population.n_objects.ln_density(self.lambda) - 0.5 * (self.shift / population.difficulty).powi(2)
            + population.sharpness.ln_density(1.0 / self.blur)
    }
}

impl Parameters {
    /// Everybody at the centre of the population.
    pub(crate) fn typical(survey: &Survey, population: &Population) -> Self {
        Self {
            volunteers: vec![Volunteer::typical(population); survey.n_volunteers()],
            subjects: vec![Image::typical(population); survey.n_subjects()],
        }
    }

    pub(crate) fn ln_prior(&self, population: &Population) -> f64 {
        let volunteers: f64 = self.volunteers.iter().map(|v| v.ln_prior(population)).sum();
        let subjects: f64 = self.subjects.iter().map(|s| s.ln_prior(population)).sum();
        volunteers + subjects
    }
}
