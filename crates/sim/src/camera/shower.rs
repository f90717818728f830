//! The light of showers: skewed ellipses, one for a gamma ray, several for a hadron.

use std::f64::consts::{FRAC_PI_2, PI, SQRT_2, TAU};

use rand::Rng;
use rand_distr::{Distribution, Gamma, LogNormal, Poisson, StandardNormal};

use super::Camera;
use crate::Error;
use crate::error::{check_positive, check_range};

/// Light further than this many lengths or widths from the centre is left out.
const REACH: f64 = 5.0;
/// The skewness of a skewed normal distribution stays below 0.995; δ² is held below this.
const MAX_DELTA_SQUARED: f64 = 0.98;
/// Hadron showers lie up to this share of the camera's radius from its centre: 1.7° for VERITAS.
const MAX_OFFSET: f64 = 1.7 / 1.73;

/// An elliptical patch of light: a normal distribution across its axis, a skewed normal one along it. Angles are in degrees of
/// the camera's field unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Blob {
    /// Mean position of the light.
    pub centre: [f64; 2],
    /// Standard deviation along the axis.
    pub length: f64,
    /// Standard deviation across the axis.
    pub width: f64,
    /// Direction of the axis in radians, counter-clockwise from the x axis.
    pub angle: f64,
    /// Skewness along the axis; the long tail points along `angle` if positive.
    pub skewness: f64,
    /// Light in photoelectrons, in and out of the camera.
    pub size: f64,
}

impl Blob {
    /// A blob of `size` photoelectrons at `centre`, without skewness, its axis along x.
    pub fn new(centre: [f64; 2], length: f64, width: f64, size: f64) -> Self {
        Self { centre, length, width, angle: 0.0, skewness: 0.0, size }
    }

    /// Photoelectrons expected in every pixel of the camera, averaged over seven points of a pixel.
    pub fn light(&self, camera: &Camera) -> Vec<f64> {
        let mut light = vec![0.0; camera.n_pixels()];
        self.add_light(camera, &mut light);
        light
    }

    /// Adds the blob's light to `light`, one entry per pixel.
    pub(super) fn add_light(&self, camera: &Camera, light: &mut [f64]) {
        let (sin, cos) = self.angle.sin_cos();
        let (shape, scale, location) = self.skew_normal();
        let along_reach = REACH * self.length + camera.sample_reach();
        let across_reach = REACH * self.width + camera.sample_reach();
        // Densities 2/s φ(z) Φ(a z) along and φ(t/w)/w across, with Φ(x) = (1 + erf(x/√2))/2.
        let factor = self.size * camera.pixel_area() / (7.0 * TAU * scale * self.width);
        for (&[x, y], light) in camera.positions().iter().zip(light) {
            let (x, y) = (x - self.centre[0], y - self.centre[1]);
            if (x * cos + y * sin).abs() > along_reach || (y * cos - x * sin).abs() > across_reach {
                continue;
            }
            let mut sum = 0.0;
            for sample in camera.samples() {
                let (x, y) = (x + sample[0], y + sample[1]);
                let z = (x * cos + y * sin - location) / scale;
                let t = (y * cos - x * sin) / self.width;
                sum += (-0.5 * (z * z + t * t)).exp() * (1.0 + libm::erf(shape * z / SQRT_2));
            }
            *light += factor * sum;
        }
    }

    /// Shape, scale and location of the skewed normal distribution with mean 0, standard deviation `length` and this skewness
    /// (Azzalini 1985, Scand. J. Stat. 12, 171).
    fn skew_normal(&self) -> (f64, f64, f64) {
        let root = self.skewness.abs().powf(2.0 / 3.0);
        let delta_squared = FRAC_PI_2 * root / (root + ((4.0 - PI) / 2.0).powf(2.0 / 3.0));
        let delta_squared = delta_squared.min(MAX_DELTA_SQUARED);
        let delta = delta_squared.sqrt().copysign(self.skewness);
        let scale = self.length / (1.0 - 2.0 * delta_squared / PI).sqrt();
        (delta / (1.0 - delta_squared).sqrt(), scale, -scale * delta * (2.0 / PI).sqrt())
    }
}

/// How bright showers are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Showers {
    /// Least and greatest size of a gamma ray in photoelectrons, above 0, log-uniform between them. Default 100 to 3 200, the range over
    /// which the trigger of a 12 m telescope sees showers well.
    pub gamma_size: (f64, f64),
    /// The same for hadrons. Default 80 to 4 000.
    pub hadron_size: (f64, f64),
}

impl Default for Showers {
    fn default() -> Self {
        Self { gamma_size: (100.0, 10_f64.powf(3.5)), hadron_size: (10_f64.powf(1.9), 10_f64.powf(3.6)) }
    }
}

impl Showers {
    pub(super) fn check(&self) -> Result<(), Error> {
        for (least, most) in [self.gamma_size, self.hadron_size] {
            check_positive("least size of a shower", least)?;
            check_range(
                "greatest size of a shower",
                most,
                (least, f64::INFINITY),
                "photoelectrons, at least the least size",
            )?;
        }
        Ok(())
    }
}

/// A size whose logarithm is uniform.
fn log_uniform((least, most): (f64, f64), rng: &mut impl Rng) -> f64 {
    10_f64.powf(rng.random_range(least.log10()..=most.log10()))
}

/// The light of a gamma ray from a source at the camera's centre: one narrow ellipse that points at the source.
///
/// Length 0.18° + 0.05° per decade above 100, at least 0.05°, with a spread of 25 %; width 0.25 to 0.5 of it but at least 0.05°; centre 0.3° to
/// 1.3° from the source, axis towards it within 0.25 rad.
pub(super) fn gamma(showers: &Showers, rng: &mut impl Rng) -> Blob {
    let size = log_uniform(showers.gamma_size, rng);
    let decades = (size / 100.0).log10();
    let length = log_normal((0.18 + 0.05 * decades).max(0.05), 0.25, rng);
    let width = (length * rng.random_range(0.25..0.5)).max(0.05);
    let skewness = rng.random_range(0.0..0.6);
    let distance = rng.random_range(0.3..1.3);
    let direction: f64 = rng.random_range(0.0..TAU);
    let angle = direction + 0.25 * rng.sample::<f64, _>(StandardNormal);
    let centre = [distance * direction.cos(), distance * direction.sin()];
    Blob { centre, length, width, angle, skewness, size }
}

/// The light of a hadron: 1 + Poisson(1.3) ellipses within some 0.35° of each other, wide and turned at random.
///
/// The size is shared out by a Dirichlet draw (1.2), lengths around 0.25° with a spread of 35 %, widths 0.35 to 0.9 of them but at least 0.06°.
pub(super) fn hadron(showers: &Showers, camera: &Camera, rng: &mut impl Rng) -> Vec<Blob> {
    let size = log_uniform(showers.hadron_size, rng);
    let extra = Poisson::new(1.3).expect("a positive mean").sample(rng) as usize;
    let share = Gamma::new(1.2, 1.0).expect("positive parameters");
    let shares: Vec<f64> = (0..=extra).map(|_| share.sample(rng)).collect();
    let whole: f64 = shares.iter().sum();
    let offset = MAX_OFFSET * camera.radius() * rng.random::<f64>().sqrt();
    let (sin, cos) = rng.random_range(0.0..TAU).sin_cos();
    let core = [offset * cos, offset * sin];
    let blob = |(k, share): (usize, f64)| {
        let length = log_normal(0.25, 0.35, rng);
        let width = (length * rng.random_range(0.35..0.9)).max(0.06);
        // The first one marks the shower's core, the others lie around it.
        let stray = if k == 0 { 0.0 } else { 0.35 };
        let centre = core.map(|c| c + stray * rng.sample::<f64, _>(StandardNormal));
        let angle = rng.random_range(0.0..PI);
        let skewness = rng.random_range(-0.6..0.6);
        Blob { centre, length, width, angle, skewness, size: size * share / whole }
    };
    shares.into_iter().enumerate().map(blob).collect()
}

/// A draw whose logarithm is normal around the logarithm of `median`.
fn log_normal(median: f64, spread: f64, rng: &mut impl Rng) -> f64 {
    LogNormal::new(median.ln(), spread).expect("a finite spread").sample(rng)
}
