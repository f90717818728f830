//! Galaxies: how large their images are, how many clumps they have, where, and how hard to see.

use rand::Rng;
use rand_distr::{Distribution, Exp1, Poisson, StandardNormal};

use crate::Error;
use crate::error::{check_range, check_share};
use crate::stream::{Purpose, stream};

/// The law of which galaxies are shown.
///
/// A clump's detectability is `gain · (ln L − mean ln L) − difficulty`, in logits, where its brightness L, in units of the faintest one, follows
/// `dN/dL ∝ L^−slope`, and the difficulty is one normal number for the whole image. So it is 0 on average.
///
/// ```
/// use manyhands_sim::Galaxies;
///
/// // Small images of any shape, all with clumps, all clumps as easy to see.
/// let galaxies = Galaxies { smallest: [64, 48], largest: [128, 96], clumpy: 1.0, gain: 0.0, difficulty: 0.0, ..Galaxies::default() };
/// assert_eq!(galaxies.clumps, 2.9);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Galaxies {
    /// Width and height of the smallest image, in pixels.
    pub smallest: [u32; 2],
    /// Width and height of the largest one. Each is uniform between the two.
    pub largest: [u32; 2],
    /// Share of galaxies with clumps.
    pub clumpy: f64,
    /// Mean number of clumps of those, 1 to 10⁴: one, and a Poisson number of others.
    pub clumps: f64,
    /// Standard deviation of clumps around the image's centre along each axis, as a share of width and height, 0 to 10. Clumps beyond the
    /// edge are drawn again.
    pub extent: f64,
    /// Exponent of the brightness, 1.2 to 100.
    pub slope: f64,
    /// Logits of detectability for each factor e of brightness, 0 to 100.
    pub gain: f64,
    /// Standard deviation of an image's difficulty, in logits, 0 to 100.
    pub difficulty: f64,
}

impl Default for Galaxies {
    /// Images of 400 × 400 pixels. Clump Scout found 128 100 clumps in 44 126 of 85 286 galaxies (Dickinson and others 2022): `clumpy` 0.517, `clumps` 2.9.
    /// Slope 2 is typical of star-forming regions (Kennicutt, Edgar and Hodge 1989, ApJ 337, 761). Extent 0.12, gain 1 and difficulty 0.7 are
    /// ours.
    fn default() -> Self {
        Self {
            smallest: [400, 400],
            largest: [400, 400],
            clumpy: 0.517,
            clumps: 2.9,
            extent: 0.12,
            slope: 2.0,
            gain: 1.0,
            difficulty: 0.7,
        }
    }
}

/// One galaxy with its truth.
#[derive(Debug)]
pub(super) struct Galaxy {
    pub(super) size: [u32; 2],
    pub(super) difficulty: f64,
    /// By clump, in pixels.
    pub(super) xy: Vec<[f64; 2]>,
    pub(super) brightness: Vec<f64>,
    pub(super) detectability: Vec<f64>,
}

impl Galaxies {
    pub(super) fn check(&self) -> Result<(), Error> {
        let fits = |axis: usize| (1..=self.largest[axis]).contains(&self.smallest[axis]);
        if !(fits(0) && fits(1)) {
            return Err(Error::ImageSize { smallest: self.smallest, largest: self.largest });
        }
        check_share("clumpy", self.clumpy)?;
        check_range("clumps", self.clumps, (1.0, 1e4), "a number from 1 to 1e4")?;
        check_range("extent", self.extent, (0.0, 10.0), "a number from 0 to 10")?;
        check_range("slope", self.slope, (1.2, 100.0), "a number from 1.2 to 100")?;
        check_range("gain", self.gain, (0.0, 100.0), "a number from 0 to 100")?;
        check_range("difficulty", self.difficulty, (0.0, 100.0), "a number from 0 to 100")
    }

    /// Galaxy number `index` of this seed.
    pub(super) fn draw(&self, seed: u64, index: usize) -> Galaxy {
        let rng = &mut stream(seed, Purpose::Galaxy, index as u64);
        let size = [0, 1].map(|axis| rng.random_range(self.smallest[axis]..=self.largest[axis]));
        let difficulty = self.difficulty * rng.sample::<f64, _>(StandardNormal);
        let n_clumps = if rng.random::<f64>() < self.clumpy {
            // No distribution for a mean of 0: then there are no others.
            1 + Poisson::new(self.clumps - 1.0).map_or(0.0, |others| others.sample(rng)) as usize
        } else {
            0
        };
        let mut galaxy = Galaxy {
            size,
            difficulty,
            xy: Vec::with_capacity(n_clumps),
            brightness: Vec::with_capacity(n_clumps),
            detectability: Vec::with_capacity(n_clumps),
        };
        let mean_log = 1.0 / (self.slope - 1.0);
        for _ in 0..n_clumps {
            galaxy.xy.push(size.map(|side| f64::from(side) * self.place(rng)));
            // A power law of L is an exponential one of ln L.
            let log = mean_log * rng.sample::<f64, _>(Exp1);
            galaxy.brightness.push(log.exp());
            galaxy.detectability.push(self.gain * (log - mean_log) - difficulty);
        }
        galaxy
    }

    /// A coordinate as a share of the side.
    fn place(&self, rng: &mut impl Rng) -> f64 {
        loop {
            let place = 0.5 + self.extent * rng.sample::<f64, _>(StandardNormal);
            if (0.0..=1.0).contains(&place) {
                return place;
            }
        }
    }
}
