//! The light of one muon: the chord through the mirror decides the brightness along the ring.
//!
//! Vacanti et al. 1994 (Astropart. Phys. 2, 1) and Gaug et al. 2019 (ApJS 243, 11). Muons emit their light under a fixed angle
//! θ, so a mirror sees a ring of radius θ around the muon's direction, or an arc if the muon misses the mirror.

use std::f64::consts::{PI, TAU};

use super::Camera;

/// Radius of the mirror of a VERITAS telescope in metres (12 m in diameter; Holder et al. 2006).
pub(super) const MIRROR_RADIUS: f64 = 6.0;
/// The fine-structure constant.
const ALPHA: f64 = 1.0 / 137.036;
/// ∫ dλ/λ² from 300 to 600 nm, in 1/m: the band in which mirror and photomultipliers see.
const BAND: f64 = 1.0 / 300e-9 - 1.0 / 600e-9;
/// Light further than this many widths from the ring is left out: a share of 6·10⁻⁷.
const REACH: f64 = 5.0;

/// Length of the chord that the light from azimuth `phi` runs across the mirror, in mirror radii.
///
/// `impact` is the muon's distance from the mirror's centre in mirror radii, `phi` is counted from the direction of the longest
/// chord, in radians (any value), `hole` the radius of a central hole or shadow in mirror radii, 0 for none:
///
/// ```text
/// D(ρ, φ) = √(1 − ρ² sin²φ) + ρ cos φ      ρ ≤ 1
/// D(ρ, φ) = 2 √(1 − ρ² sin²φ)              ρ > 1, |sin φ| < 1/ρ and cos φ > 0;  else 0
/// ```
///
/// A hole of radius h takes h·D(ρ/h, φ) away. (Gaug et al. 2019.)
///
/// ```
/// use manyhands_sim::chord;
///
/// assert_eq!(chord(0.3, 0.0, 0.0), 1.0); // through the centre: a radius on every side
/// assert_eq!(chord(0.0, 1.0, 0.0), 2.0); // at the edge: the diameter ahead
/// assert_eq!(chord(3.0, 1.2, 0.0), 0.0); // outside: nothing from behind
/// ```
pub fn chord(phi: f64, impact: f64, hole: f64) -> f64 {
    let (sin, cos) = phi.sin_cos();
    chord_towards(sin, cos, impact, hole)
}

fn chord_towards(sin: f64, cos: f64, impact: f64, hole: f64) -> f64 {
    let full = disc(sin, cos, impact);
    if hole > 0.0 { (full - hole * disc(sin, cos, impact / hole)).max(0.0) } else { full }
}

/// Chord through a disc of unit radius.
fn disc(sin: f64, cos: f64, impact: f64) -> f64 {
    let square = 1.0 - impact * impact * sin * sin;
    if impact <= 1.0 {
        square.max(0.0).sqrt() + impact * cos
    } else if square > 0.0 && cos > 0.0 {
        2.0 * square.sqrt()
    } else {
        0.0
    }
}

/// One muon as the camera sees it. Angles are in degrees of the camera's field unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Ring {
    /// Direction of the muon: the centre of the ring.
    pub centre: [f64; 2],
    /// Cherenkov angle: the radius of the ring.
    pub radius: f64,
    /// Standard deviation of the light across the ring.
    pub width: f64,
    /// Distance of the muon from the mirror's centre, in mirror radii; above 1 the ring is an arc.
    pub impact: f64,
    /// Azimuth of the brightest part, in radians, counter-clockwise from the x axis.
    pub angle: f64,
    /// Radius of the mirror's central hole, in mirror radii.
    pub hole: f64,
    /// Radius of the mirror in metres.
    pub mirror_radius: f64,
    /// Share of the photons on the mirror that become photoelectrons.
    pub efficiency: f64,
}

impl Ring {
    /// A ring with its radius, impact (in mirror radii) and direction; width 0.05°, brightest along x, efficiency 0.12, the mirror of
    /// VERITAS (6 m in radius, no hole).
    pub fn new(centre: [f64; 2], radius: f64, impact: f64) -> Self {
        Self {
            centre,
            radius,
            width: 0.05,
            impact,
            angle: 0.0,
            hole: 0.0,
            mirror_radius: MIRROR_RADIUS,
            efficiency: 0.12,
        }
    }

    /// Photoelectrons per radian of azimuth where the chord is one mirror radius long:
    /// ε · (α/2) · ∫dλ/λ² · sin 2θ · R (Vacanti et al. 1994).
    pub fn brightness(&self) -> f64 {
        self.efficiency * ALPHA / 2.0 * BAND * (2.0 * self.radius.to_radians()).sin() * self.mirror_radius
    }

    /// Share of the azimuth that is lit: 1 for an impact on the mirror, else arcsin(1/ρ)/π.
    pub fn arc(&self) -> f64 {
        if self.impact <= 1.0 { 1.0 } else { (1.0 / self.impact).asin() / PI }
    }

    /// Share of the circle that lies within the camera's radius.
    pub fn contained(&self, camera: &Camera) -> f64 {
        let offset = self.centre[0].hypot(self.centre[1]);
        let edge = camera.radius();
        // Points of the circle are within the edge where the cosine of their azimuth, seen from the centre's direction, is below
        // this bound.
        let bound =
            (edge * edge - offset * offset - self.radius * self.radius) / (2.0 * offset * self.radius);
        if bound.is_nan() { 1.0 } else { 1.0 - bound.clamp(-1.0, 1.0).acos() / PI }
    }

    /// Photoelectrons expected in every pixel of the camera.
    ///
    /// The density per square degree at distance r and azimuth φ is `(dN/dφ)(φ) · N(r; radius, width) / r`: the 1/r turns a
    /// density per radian and degree into one per area, without which the total would grow with the radius. It is averaged over
    /// seven points of a pixel, since rings are thinner than pixels.
    pub fn light(&self, camera: &Camera) -> Vec<f64> {
        let mut light = vec![0.0; camera.n_pixels()];
        self.add_light(camera, &mut light);
        light
    }

    /// Adds the ring's light to `light`, one entry per pixel.
    pub(super) fn add_light(&self, camera: &Camera, light: &mut [f64]) {
        let reach = REACH * self.width + camera.sample_reach();
        let inner = (self.radius - reach).max(0.0).powi(2);
        let outer = (self.radius + reach).powi(2);
        let scale = self.brightness() * camera.pixel_area() / (7.0 * TAU.sqrt() * self.width);
        let narrow = -0.5 / (self.width * self.width);
        let (sin_axis, cos_axis) = self.angle.sin_cos();
        for (&[x, y], light) in camera.positions().iter().zip(light) {
            let (x, y) = (x - self.centre[0], y - self.centre[1]);
            if !(inner..=outer).contains(&(x * x + y * y)) {
                continue;
            }
            let mut sum = 0.0;
            for sample in camera.samples() {
                let (x, y) = (x + sample[0], y + sample[1]);
                // At the very centre the azimuth is undefined, and the light is nil.
                let r = (x * x + y * y).sqrt().max(1e-3);
                let along = (x * cos_axis + y * sin_axis) / r;
                let across = (y * cos_axis - x * sin_axis) / r;
                let chord = chord_towards(across, along, self.impact, self.hole);
                if chord > 0.0 {
                    let off = r - self.radius;
                    sum += chord * (narrow * off * off).exp() / r;
                }
            }
            *light += scale * sum;
        }
    }
}
