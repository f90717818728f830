//! Which of the things that a crowd agrees on are real: the one thing that marks alone cannot tell.

use super::levels::{Row, level};
use super::scene::Scene;
use crate::Error;

/// The probability that a thing is a real object, from the share f of its viewers that would mark it.
///
/// People do not make mistakes at random places: some things look like objects to one viewer in five, again and again. Marks tell how often a
/// thing is marked, not whether it is one. So this is an assumption:
///
/// ```text
/// P(real | f) = ceiling · logistic( ln(odds at one half) + slope · logit f )
/// ```
///
/// ```
/// use manyhands_clicks::Reality;
///
/// let crowd = Reality::default();
/// assert!((crowd.probability(0.5) - 0.97 * 20.0 / 21.0).abs() < 1e-12);
/// assert!(crowd.probability(0.05) < 0.4);
/// assert_eq!(Reality::CERTAIN.probability(0.1), 1.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reality {
    /// Odds that a thing which half of its viewers mark is real; above 0, may be infinite.
    #[cfg_attr(feature = "serde", serde(with = "super::infinite"))]
    pub odds_at_half: f64,
    /// How steeply ln odds rise with logit f; 0 or more.
    pub slope: f64,
    /// Probability for a thing that everybody marks; above 0, at most 1.
    pub ceiling: f64,
}

impl Reality {
    /// All that people agree on is real; only lone marks are false. Right for simulated surveys whose volunteers make mistakes at random places.
    pub const CERTAIN: Self = Self { odds_at_half: f64::INFINITY, slope: 0.0, ceiling: 1.0 };

    /// P(real | f), for f from 0 to 1.
    pub fn probability(&self, f: f64) -> f64 {
        if self.odds_at_half.is_infinite() {
            return self.ceiling;
        }
        let odds = self.odds_at_half * (f / (1.0 - f)).powf(self.slope);
        if odds.is_infinite() { self.ceiling } else { self.ceiling * odds / (1.0 + odds) }
    }

    /// The share of real objects at every level, for the viewers of this image.
    pub(super) fn by_level<const D: usize>(&self, scene: &Scene<'_, D>) -> Row {
        std::array::from_fn(|l| {
            let scale = (scene.image.shift + level(l)).exp();
            let marks: f64 = scene.crowd().map(|(v, n)| n * (1.0 - 1.0 / (1.0 + v.odds() * scale))).sum();
            self.probability(marks / scene.subject.n_viewers().max(1) as f64)
        })
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let parameter = |field, got, wants| Err(Error::Parameter { field, got, wants });
        if self.odds_at_half.is_nan() || self.odds_at_half <= 0.0 {
            return parameter("odds_at_half", self.odds_at_half, "a number above 0, or infinity");
        }
        if !(0.0..=100.0).contains(&self.slope) {
            return parameter("slope", self.slope, "a number from 0 to 100");
        }
        if !(self.ceiling > 0.0 && self.ceiling <= 1.0) {
            return parameter("ceiling", self.ceiling, "a probability above 0");
        }
        Ok(())
    }
}

impl Default for Reality {
    /// 20 : 1 at one half, slope 1.3, ceiling 0.97: what three crowds with known truth have in common (spots in two sets of microscope images,
    /// pedestrians), rounded; see `docs/methods/clicks.md`.
    fn default() -> Self {
        Self { odds_at_half: 20.0, slope: 1.3, ceiling: 0.97 }
    }
}
