//! From expected photoelectrons to digital counts: night sky, photomultiplier and readout noise.

use rand::Rng;
use rand_distr::{Distribution, Poisson, StandardNormal};

use crate::Error;
use crate::error::{check_not_negative, check_positive, check_share};

/// Noise and gain of the readout, finite numbers of at least 0. The defaults are those of a VERITAS-like camera on a dark night.
///
/// A pixel that expects λ photoelectrons counts `n ~ Poisson(λ + night_sky)` and reads
/// `gain · (1 + flat_field·N₁) · (n + √(single_pe²·n + electronic²)·N₂ − night_sky)` digital counts, N₁ and N₂ standard normal;
/// a dead one reads 0. Gains and dead pixels are drawn for every image, as if each came from another night and telescope.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Electronics {
    /// Mean number of photoelectrons from the night sky in a pixel and readout window. Default 3.
    pub night_sky: f64,
    /// Relative width of the response to a single photoelectron. Default 0.4.
    pub single_pe: f64,
    /// Noise of the readout in photoelectrons. Default 0.3.
    pub electronic: f64,
    /// Relative spread of the gain from pixel to pixel that is left after flat-fielding. Default 0.08.
    pub flat_field: f64,
    /// Share of dead pixels, 0 to 1. Default 0.01.
    pub dead: f64,
    /// Digital counts per photoelectron, above 0. Default 5.3.
    pub gain: f64,
}

impl Default for Electronics {
    fn default() -> Self {
        Self { night_sky: 3.0, single_pe: 0.4, electronic: 0.3, flat_field: 0.08, dead: 0.01, gain: 5.3 }
    }
}

impl Electronics {
    /// Standard deviation of a pixel without light, in digital counts: `gain · √(night_sky (1 + single_pe²) + electronic²)`.
    ///
    /// ```
    /// let pedvar = manyhands_sim::Electronics::default().pedestal_deviation();
    /// assert!((pedvar - 10.01406).abs() < 1e-5); // 5.3 √(3 · 1.16 + 0.09)
    /// ```
    pub fn pedestal_deviation(&self) -> f64 {
        let variance = self.night_sky * (1.0 + self.single_pe.powi(2)) + self.electronic.powi(2);
        self.gain * variance.sqrt()
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        check_not_negative("night_sky", self.night_sky)?;
        check_not_negative("single_pe", self.single_pe)?;
        check_not_negative("electronic", self.electronic)?;
        check_not_negative("flat_field", self.flat_field)?;
        check_share("dead", self.dead)?;
        check_positive("gain", self.gain)
    }

    /// Reads the camera out: one value in digital counts per entry of `light`.
    pub(super) fn observe(&self, light: &[f64], rng: &mut impl Rng, counts: &mut [f32]) {
        let dark = Poisson::new(self.night_sky).ok();
        for (&light, count) in light.iter().zip(counts) {
            // The sum of two Poisson numbers is one with the sum of the means.
            let n = if light > 0.0 {
                Poisson::new(light + self.night_sky).map_or(0.0, |law| law.sample(rng))
            } else {
                dark.map_or(0.0, |law| law.sample(rng))
            };
            let noise = (self.single_pe * self.single_pe * n + self.electronic * self.electronic).sqrt();
            let charge = n + noise * rng.sample::<f64, _>(StandardNormal) - self.night_sky;
            let gain = self.gain * (1.0 + self.flat_field * rng.sample::<f64, _>(StandardNormal));
            let dead = rng.random::<f32>() < self.dead as f32;
            *count = if dead { 0.0 } else { (gain * charge) as f32 };
        }
    }
}
