//! One volunteer who clicks: what they miss, what they mark by mistake, and how far off the mark.

use rand::Rng;
use rand::seq::SliceRandom;
use rand_distr::{Distribution, Poisson, StandardNormal};

use super::galaxies::Galaxy;
use crate::Error;
use crate::error::{check_range, check_share};

/// What kind of volunteer someone is. A name for the numbers, which alone say what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClickerKind {
    /// Misses some clumps, marks a few that are none.
    Ordinary,
    /// Marks much that is none.
    Optimist,
    /// Misses much.
    Pessimist,
    /// Clicks far from what they mean.
    Sloppy,
    /// Clicks anywhere, whatever the image shows.
    Spammer,
}

/// A simulated volunteer who clicks on clumps.
///
/// Each clump gets at most one mark from a viewer, with probability [`detects`](Self::detects), at a normal distance from its place along each
/// axis. Besides, a viewer leaves false marks, a Poisson number of them on each image, uniform over it. Who leaves no mark has seen the
/// image all the same.
///
/// ```
/// use manyhands_sim::{Clicker, ClickerKind};
///
/// let volunteer = Clicker { scatter: 3.0, ..Clicker::new(ClickerKind::Ordinary, 0.5, 0.2) };
/// // A clump of average detectability is missed one time in five, one a logit fainter nearly two in five.
/// assert!((volunteer.detects(0.0) - 0.8).abs() < 1e-12);
/// assert!((volunteer.detects(-1.0) - 0.595).abs() < 1e-3);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clicker {
    /// A name for what the numbers below do.
    pub kind: ClickerKind,
    /// Mean number of false marks on an image, 0 to 10⁴.
    pub false_marks: f64,
    /// Probability of missing a clump of detectability 0.
    pub miss: f64,
    /// Standard deviation of a true mark along each axis, in pixels, 0 to 10⁶.
    pub scatter: f64,
    /// How much this volunteer does, relative to others: a number from 10⁻¹⁰⁰ to 10¹⁰⁰.
    pub activity: f64,
}

/// One mark: position in pixels, and the clump that it means.
pub(super) type Mark = ([f64; 2], Option<usize>);

impl Clicker {
    /// A volunteer who leaves `false_marks` on an image, misses clumps with probability `miss`, scatters by 2 pixels (ours) and is as active
    /// as any other (activity 1).
    pub fn new(kind: ClickerKind, false_marks: f64, miss: f64) -> Self {
        Self { kind, false_marks, miss, scatter: 2.0, activity: 1.0 }
    }

    /// Probability of marking a clump: `logit p = logit(1 − miss) + detectability`.
    pub fn detects(&self, detectability: f64) -> f64 {
        let odds_of_missing = self.miss / (1.0 - self.miss);
        // Who never misses, or always, does so whatever the clump.
        if odds_of_missing == 0.0 || odds_of_missing.is_infinite() {
            return 1.0 - self.miss;
        }
        1.0 / (1.0 + odds_of_missing * (-detectability).exp())
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        check_range("false_marks", self.false_marks, (0.0, 1e4), "a number from 0 to 1e4")?;
        check_share("miss", self.miss)?;
        check_range("scatter", self.scatter, (0.0, 1e6), "a number of pixels from 0 to 1e6")?;
        check_range("activity", self.activity, (1e-100, 1e100), "a number from 1e-100 to 1e100")
    }

    /// Marks of this volunteer on an image, in no particular order.
    pub(super) fn click(&self, galaxy: &Galaxy, rng: &mut impl Rng) -> Vec<Mark> {
        let [width, height] = galaxy.size.map(f64::from);
        let mut marks: Vec<Mark> = Vec::new();
        for (clump, (&[x, y], &detectability)) in galaxy.xy.iter().zip(&galaxy.detectability).enumerate() {
            if rng.random::<f64>() < self.detects(detectability) {
                let [dx, dy]: [f64; 2] = [rng.sample(StandardNormal), rng.sample(StandardNormal)];
                let at =
                    [(x + self.scatter * dx).clamp(0.0, width), (y + self.scatter * dy).clamp(0.0, height)];
                marks.push((at, Some(clump)));
            }
        }
        // No distribution for a mean of 0: then there are none.
        let n_false = Poisson::new(self.false_marks).map_or(0.0, |poisson| poisson.sample(rng));
        marks.extend((0..n_false as usize).map(|_| {
            let at = [rng.random::<f64>() * width, rng.random::<f64>() * height];
            (at, None)
        }));
        marks.shuffle(rng);
        marks
    }
}
