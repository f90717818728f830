//! How muons are drawn: radius, impact, direction, width and efficiency.

use std::f64::consts::{PI, TAU};

use rand::Rng;

use super::ring::MIRROR_RADIUS;
use super::{Camera, Ring};
use crate::Error;
use crate::error::{check_not_negative, check_positive, check_range};

/// Largest Cherenkov angle at 1.3 km above sea level, the altitude of VERITAS, in degrees: √(2(n − 1)).
const MAX_ANGLE: f64 = 1.28;
/// Energy below which a muon emits no light at that altitude, in GeV.
const THRESHOLD: f64 = 4.7;
/// Point spread of the telescope's optics in degrees (0.03 to 0.05).
const OPTICS: f64 = 0.035;
/// Broadening by colours, since the refractive index varies over the band, in degrees.
const COLOURS: f64 = 0.015;
/// Broadening by multiple scattering of a muon of 10 GeV in degrees; it falls as 1/E.
const SCATTERING: f64 = 0.04;
/// A ring is kept if the product of the lit share and the contained share of its circle exceeds this, and if it is bright enough.
const MIN_ARC: f64 = 0.12;
/// Radii of the arcs of low-energy muons inside hadron showers: up to 0.9° means below 7 GeV.
const FAINT_RADIUS: RadiusLaw = RadiusLaw::Uniform { min: 0.4, max: 0.9 };

/// How the radii of rings are distributed.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum RadiusLaw {
    /// Uniform between two angles in degrees. The width across the ring is the optics' 0.035° and, in quadrature, 0.03° / max(radius, 0.4)
    /// times a uniform factor from 0.5 to 2.
    Uniform {
        /// Smallest radius in degrees, above 0.
        min: f64,
        /// Largest radius in degrees, from `min` to 90.
        max: f64,
    },
    /// From a power law in energy, `dN/dE ∝ E^−index`, by `θ(E) = θ_max √(1 − (E_th/E)²)` with θ_max = 1.28° and E_th = 4.7 GeV
    /// (1.3 km above sea level): most rings are near θ_max, with a tail to the smallest radius. The width is the quadratic sum
    /// of optics (0.035°), colours (0.015°) and scattering (0.04° · 10 GeV / E).
    Spectrum {
        /// Exponent of the spectrum, 1.001 to 100; 2.7 to 3 at the ground.
        index: f64,
        /// Smallest radius in degrees, 0.01 to 1.27.
        min: f64,
    },
}

impl RadiusLaw {
    fn check(&self) -> Result<(), Error> {
        match *self {
            Self::Uniform { min, max } => {
                check_positive("min of the radius law", min)?;
                check_range("max of the radius law", max, (min, 90.0), "degrees from min to 90")
            }
            Self::Spectrum { index, min } => {
                check_range(
                    "index of the radius law",
                    index,
                    (1.001, 100.0),
                    "an exponent above 1, at most 100",
                )?;
                check_range(
                    "min of the radius law",
                    min,
                    (0.01, MAX_ANGLE - 0.01),
                    "degrees from 0.01 to 1.27",
                )
            }
        }
    }

    /// Radius and width of one ring.
    fn draw(&self, rng: &mut impl Rng) -> (f64, f64) {
        match *self {
            Self::Uniform { min, max } => {
                let radius = rng.random_range(min..=max);
                let broadening = 0.03 / radius.max(0.4) * rng.random_range(0.5..2.0);
                (radius, OPTICS.hypot(broadening))
            }
            Self::Spectrum { index, min } => {
                let lowest = THRESHOLD / (1.0 - (min / MAX_ANGLE).powi(2)).sqrt();
                let energy = lowest * (1.0 - rng.random::<f64>()).powf(-1.0 / (index - 1.0));
                let radius = MAX_ANGLE * (1.0 - (THRESHOLD / energy).powi(2)).sqrt();
                (radius, OPTICS.hypot(COLOURS).hypot(SCATTERING * 10.0 / energy))
            }
        }
    }
}

/// Which muons reach the telescope. All but the radii holds for the low-energy muons inside hadron showers too.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Muons {
    /// Distribution of the radii. Default: uniform from 0.45° to 1.30°, as in the toy studies of the muon analyses of FACT and CTA.
    pub radius: RadiusLaw,
    /// Largest impact in mirror radii, above 0; impacts are uniform in area. Default 1.4.
    pub max_impact: f64,
    /// Directions are uniform up to this share of the camera's radius, above 0; above 1 there are rings of which the camera sees a part.
    /// Default 0.925, which is 1.6° for VERITAS.
    pub max_offset: f64,
    /// Radius of the mirror's central hole or shadow in mirror radii, 0 to 0.99. Default 0, no hole.
    pub hole: f64,
    /// Radius of the mirror in metres, above 0: a ring's light grows with it. Default 6, as VERITAS (Holder et al. 2006).
    pub mirror_radius: f64,
    /// Least and greatest share of the photons on the mirror that become photoelectrons, above 0 and at most 1; uniform between them. Default 0.09 to
    /// 0.16, where a full ring of 1.2° gives 900 to 1 500 photoelectrons on a mirror of 6 m.
    pub efficiency: (f64, f64),
    /// A muon is kept if the camera expects more photoelectrons of it than this, at least 0. Default 40.
    pub min_size: f64,
}

impl Default for Muons {
    fn default() -> Self {
        Self {
            radius: RadiusLaw::Uniform { min: 0.45, max: 1.30 },
            max_impact: 1.4,
            max_offset: 1.6 / 1.73,
            hole: 0.0,
            mirror_radius: MIRROR_RADIUS,
            efficiency: (0.09, 0.16),
            min_size: 40.0,
        }
    }
}

impl Muons {
    pub(super) fn check(&self) -> Result<(), Error> {
        self.radius.check()?;
        check_positive("max_impact", self.max_impact)?;
        check_positive("max_offset", self.max_offset)?;
        check_range("hole", self.hole, (0.0, 0.99), "mirror radii from 0 to 0.99")?;
        check_positive("mirror_radius", self.mirror_radius)?;
        let (least, most) = self.efficiency;
        check_positive("least efficiency", least)?;
        check_range("greatest efficiency", most, (least, 1.0), "a share from the least to 1")?;
        check_not_negative("min_size", self.min_size)
    }

    /// The low-energy muons that some hadron showers bring along.
    pub(super) fn faint(&self) -> Self {
        Self { radius: FAINT_RADIUS, ..*self }
    }

    /// One muon; whether the camera keeps it is for [`Ring::is_kept`].
    pub(super) fn draw(&self, camera: &Camera, rng: &mut impl Rng) -> Ring {
        let (radius, width) = self.radius.draw(rng);
        let impact = self.max_impact * rng.random::<f64>().sqrt();
        let angle = rng.random_range(-PI..PI);
        let offset = self.max_offset * camera.radius() * rng.random::<f64>().sqrt();
        let (sin, cos) = rng.random_range(0.0..TAU).sin_cos();
        let efficiency = rng.random_range(self.efficiency.0..=self.efficiency.1);
        Ring {
            centre: [offset * cos, offset * sin],
            radius,
            width,
            impact,
            angle,
            hole: self.hole,
            mirror_radius: self.mirror_radius,
            efficiency,
        }
    }
}

impl Ring {
    /// Whether so much of the ring is in the camera that it counts as a muon image; `size` is its light in photoelectrons.
    pub(super) fn is_kept(&self, camera: &Camera, size: f64, min_size: f64) -> bool {
        size > min_size && self.arc() * self.contained(camera) > MIN_ARC
    }
}
