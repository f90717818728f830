//! Empirical Bayes: the laws of the population under which everybody's numbers are most probable.

use super::gamma::{Evidence, Gamma};
use super::image::{Image, Summary};
use super::levels::level;
use super::population::{Beta, Population, logistic};
use super::volunteer::{Tally, Volunteer};

/// Objects of unit spread that are added to those found, so that a few objects do not fix the spread.
const PRIOR_OBJECTS: f64 = 3.0;

impl Population {
    /// One step of learning from all volunteers who saw something, with their tallies, and from all images.
    pub(crate) fn learn(mut self, volunteers: &[(Volunteer, Tally)], images: &[(Image, Summary)]) -> Self {
        let counts = volunteers.iter().map(|(_, t)| Evidence { count: t.false_marks, exposure: t.images });
        self.false_marks = self.false_marks.learn(counts, 0.05, false);
        let precision = self.precision.learn(volunteers.iter().map(|(_, t)| t.precision()), 1.0, false);
        self.precision = Gamma::with_mean(precision.mean().min(1.0 / self.least_variance), precision.shape);
        let objects = images.iter().map(|(_, seen)| Evidence { count: seen.n_objects(), exposure: 1.0 });
        let sharpness = images.iter().map(|(_, seen)| seen.sharpness());
        (self.n_objects, self.sharpness) = rayon::join(
            || self.n_objects.learn(objects, 0.05, false),
            || self.sharpness.learn(sharpness, 2.0, true),
        );
        if volunteers.len() > 1 {
            self.detection = self.learn_detection(volunteers);
            self.bias = self.learn_bias(volunteers);
        }
        if images.len() > 1 {
            let square = |&(image, seen): &(Image, Summary)| {
                image.shift * image.shift + Image::shift_variance(&seen, &self)
            };
            let mean = images.iter().map(square).sum::<f64>() / images.len() as f64;
            self.difficulty = mean.sqrt().clamp(0.05, 3.0);
        }
        let (mut n, mut square) = (PRIOR_OBJECTS, PRIOR_OBJECTS);
        for (_, seen) in images {
            for (l, objects) in seen.levels.iter().enumerate() {
                n += objects;
                square += objects * level(l).powi(2);
            }
        }
        self.spread = (square / n).sqrt();
        self
    }

    /// The beta law with the mean and variance of the posterior laws of everybody's chance.
    fn learn_detection(&self, volunteers: &[(Volunteer, Tally)]) -> Beta {
        let (mut mean, mut square, mut within) = (0.0, 0.0, 0.0);
        for (volunteer, tally) in volunteers {
            let p = logistic(volunteer.theta);
            let slope = p * (1.0 - p);
            mean += p;
            square += p * p;
            within += slope * slope * volunteer.spread(tally, self).theta.powi(2);
        }
        let n = volunteers.len() as f64;
        mean /= n;
        let variance = (square / n - mean * mean).max(0.0) + within / n;
        // Weaker than half an observation, the law would be heaped at 0 and 1; stronger than 500, all are alike.
        Beta::with_mean(mean, (mean * (1.0 - mean) / variance - 1.0).clamp(0.5, 500.0))
    }

    fn learn_bias(&self, volunteers: &[(Volunteer, Tally)]) -> f64 {
        let square = |(volunteer, tally): &(Volunteer, Tally)| {
            let mean = 0.5 * volunteer.bias.iter().map(|b| b * b).sum::<f64>();
            mean + volunteer.spread(tally, self).bias.powi(2)
        };
        let mean = volunteers.iter().map(square).sum::<f64>() / volunteers.len() as f64;
        mean.sqrt().max(1e-3 * self.scatter())
    }

    /// The greatest change of a mean or a spread, as a share.
    pub(crate) fn distance(&self, next: &Self) -> f64 {
        let share = |a: f64, b: f64| (a / b).ln().abs();
        // Shapes and strengths count less: over wide ranges they make no difference to anybody.
        let pairs = [
            (1.0, self.false_marks.mean(), next.false_marks.mean()),
            (0.25, self.false_marks.shape, next.false_marks.shape),
            (1.0, self.detection.mean(), next.detection.mean()),
            (0.25, self.detection.strength(), next.detection.strength()),
            (1.0, self.precision.mean(), next.precision.mean()),
            (0.25, self.precision.shape, next.precision.shape),
            (0.25, self.bias, next.bias),
            (0.25, self.difficulty, next.difficulty),
            (0.25, self.sharpness.shape, next.sharpness.shape),
            (1.0, self.n_objects.mean(), next.n_objects.mean()),
            (0.25, self.n_objects.shape, next.n_objects.shape),
            (0.5, self.spread, next.spread),
        ];
        pairs.iter().map(|&(weight, a, b)| weight * share(a, b)).fold(0.0, f64::max)
    }
}
