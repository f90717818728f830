//! What grouped marks say about the volunteers, the image and the objects.

use super::image::Summary;
use super::levels::{LEVELS, Row, level};
use super::scene::{Scene, squared};
use super::volunteer::Tally;

impl<const D: usize> Scene<'_, D> {
    /// What this assignment says: about the subject, and in `tallies` about each named viewer.
    ///
    /// Objects that nobody marked are summed out, and so is whether a lone mark is false or the only one on its object.
    pub(crate) fn tally(&self, assignment: &[Option<usize>], tallies: &mut [Tally]) -> Summary {
        let mut seen = Summary::default();
        tallies.fill(Tally { images: 1.0, ..Tally::default() });
        seen.value -= self.image.lambda + self.crowd().map(|(v, n)| n * v.false_marks).sum::<f64>();
        if !self.is_gold() {
            seen.levels = self.detection.undetected();
            seen.value += seen.n_objects();
        }
        let lone = self.detection.posterior(1);
        for (m, group) in assignment.iter().enumerate() {
            seen.value += self.ln_lone(m);
            if group.is_none() {
                let (viewer, object) = (self.viewer(m), self.on_object(m));
                tallies[viewer].found += object;
                tallies[viewer].false_marks += 1.0 - object;
                add(&mut seen.levels, &lone, object);
            }
        }
        let groups = self.groups(assignment);
        let posteriors: Vec<Row> =
            groups.iter().map(|group| self.detection.posterior(group.marks.len())).collect();
        for (group, posterior) in groups.iter().zip(&posteriors) {
            seen.value += group.ln_odds;
            add(&mut seen.levels, posterior, 1.0);
            for &m in &group.marks {
                let viewer = self.viewer(m);
                let squares = squared(self.at[m], group.at);
                // Nothing is lost to a position that is known.
                let lost = group.n_free as f64 / (self.variance(m) * group.weight);
                let tally = &mut tallies[viewer];
                tally.found += 1.0;
                tally.axes += D as f64;
                tally.lost += lost;
                tally.squares += squares / self.image.blur;
                tally.weight += 1.0 / self.image.blur;
                for d in 0..2 {
                    tally.offset[d] += (self.at[m][d] - group.at[d]) / self.image.blur;
                }
                seen.axes += D as f64;
                seen.lost += lost;
                seen.squares += squares / self.viewers[viewer].variance;
            }
        }
        let marks = self.expect(&mut seen, tallies);
        let missing = self.missing(assignment, &posteriors, &lone, &marks);
        // Of all that is missing, a twentieth at least is known: the variance is an estimate too.
        seen.observed = (seen.information - missing).max(0.05 * seen.information);
        seen
    }

    /// How many objects each viewer should have marked. Returns the number of marks that an object of every level should have.
    fn expect(&self, seen: &mut Summary, tallies: &mut [Tally]) -> Row {
        let scale: Row = std::array::from_fn(|l| (self.image.shift + level(l)).exp());
        let mut marks: Row = [0.0; LEVELS];
        for (j, (volunteer, n)) in self.crowd().enumerate() {
            let odds = volunteer.odds();
            let (mut expected, mut information) = (0.0, 0.0);
            for l in 0..LEVELS {
                let p = odds * scale[l] / (1.0 + odds * scale[l]);
                marks[l] += n * p;
                expected += n * seen.levels[l] * p;
                information += n * seen.levels[l] * p * (1.0 - p);
            }
            let found = tallies.get(j).map_or(0.0, |tally| tally.found);
            seen.excess += found - expected;
            seen.information += information;
            if let Some(tally) = tallies.get_mut(j) {
                tally.expected = expected;
                tally.information = information;
            }
        }
        marks
    }

    /// The information about the shift δ that is missing because levels are not known, nor how many objects nobody marked, nor which lone marks are
    /// false: the variance of the score, given the marks (Louis 1982).
    fn missing(&self, assignment: &[Option<usize>], groups: &[Row], lone: &Row, marks: &Row) -> f64 {
        let moments = |law: &Row| -> (f64, f64) {
            let mean = law.iter().zip(marks).map(|(p, m)| p * m).sum();
            let square = law.iter().zip(marks).map(|(p, m)| p * m * m).sum();
            (mean, square)
        };
        let mut missing = if self.is_gold() { 0.0 } else { moments(&self.detection.undetected()).1 };
        let (mean, square) = moments(lone);
        for m in (0..assignment.len()).filter(|&m| assignment[m].is_none()) {
            let object = self.on_object(m);
            // Its score is 1 − (marks expected on it) if it is on an object, else 0.
            missing += object * (1.0 - 2.0 * mean + square) - (object * (1.0 - mean)).powi(2);
        }
        for law in groups {
            let (mean, square) = moments(law);
            missing += square - mean * mean;
        }
        missing
    }
}

fn add(levels: &mut Row, law: &Row, times: f64) {
    for l in 0..LEVELS {
        levels[l] += times * law[l];
    }
}
