//! The laws of the population, and the scale of sizes, follow what everybody's numbers have become.

use super::course::Course;
use super::image::{Image, Summary};
use super::levels::level;
use super::step::Step;
use super::volunteer::{Tally, Volunteer};

/// The population is learned until nothing of it moves by more than this share.
const LEARNED: f64 = 0.02;
/// Marks are grouped anew where the population has moved by this share.
const RELEARNED: f64 = 0.1;
/// How much a size counts beside a position. Some volunteers draw tight boxes and some wide ones, always; so sizes say less than independent errors would.
const SIZES: f64 = 0.5;

impl<const D: usize> Course<'_, D> {
    /// Learns the population; whether it still moves.
    pub(super) fn learn(&mut self) -> bool {
        let seen = (0..self.volunteers.len()).filter(|&v| !self.annotations[v].is_empty());
        let volunteers: Vec<(Volunteer, Tally)> = seen.map(|v| (self.volunteers[v], self.tally(v))).collect();
        let images: Vec<(Image, Summary)> =
            self.images.iter().copied().zip(self.summaries.iter().copied()).collect();
        let next = self.population.learn(&volunteers, &images);
        let distance = self.population.distance(&next);
        if distance > LEARNED {
            self.trace.push(Step::Population);
            self.centre();
            self.population = next;
            self.levels = next.levels();
            for s in 0..self.survey.n_subjects() {
                self.touch(s, distance > RELEARNED);
            }
        }
        distance > LEARNED
    }

    /// Objects are of detectability 0 on average, and images no harder than average: what is left over belongs to the volunteers. Without this the
    /// three would trade it slowly (the expanded parameters of Liu, Rubin & Wu 1998).
    fn centre(&mut self) {
        let (mut n, mut sum) = (0.0, 0.0);
        for seen in &self.summaries {
            for (l, objects) in seen.levels.iter().enumerate() {
                n += objects;
                sum += objects * level(l);
            }
        }
        let of_images =
            self.images.iter().map(|image| image.shift).sum::<f64>() / self.images.len().max(1) as f64;
        let of_objects = if n > 0.0 { sum / n } else { 0.0 };
        for volunteer in self.volunteers.iter_mut().chain(&mut self.volunteers_grouped) {
            volunteer.theta += of_objects + of_images;
        }
        for image in self.images.iter_mut().chain(&mut self.images_grouped) {
            image.shift -= of_images;
        }
    }

    /// By how much the coordinates of the sizes must be stretched to scatter half as much as the positions.
    pub(crate) fn scatter_of_sizes(&self) -> [f64; 2] {
        let mut squares = [0.0; D];
        for s in 0..self.survey.n_subjects() {
            let scene = self.scene(s);
            for group in scene.groups(self.assignment_of(s)) {
                for &m in &group.marks {
                    for (d, sum) in squares.iter_mut().enumerate() {
                        *sum += (scene.at[m][d] - group.at[d]).powi(2) / scene.variance(m);
                    }
                }
            }
        }
        let plane = 0.5 * (squares[0] + squares[1]);
        std::array::from_fn(|axis| {
            let of_size = squares.get(axis + 2).copied().unwrap_or(plane);
            // At most tenfold: identical sizes must not make all else vanish.
            if plane > 0.0 && of_size > 0.0 {
                (SIZES * (plane / of_size).sqrt()).clamp(0.1, 10.0)
            } else {
                1.0
            }
        })
    }
}
