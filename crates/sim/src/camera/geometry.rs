//! Where the pixels of a camera are, and which of them touch.

use std::f64::consts::{FRAC_PI_3, PI};

use crate::Error;
use crate::error::check_positive;

/// Distance between neighbouring pixels of the VERITAS camera in degrees (Holder et al. 2006, Astropart. Phys. 25, 391).
const VERITAS_PITCH: f64 = 0.15;

/// Squared distance, in pitches, of the outermost pixels of the VERITAS camera: every point of the hexagonal lattice up to
/// √133 = 11.53 pitches (1.73°) carries a pixel, which makes 499.
const VERITAS_REACH: i32 = 133;

/// Pixels up to this many pitches apart are neighbours. It lies between 1 and the next distance of the lattices in use: √2 of
/// the square one, √3 of the hexagonal one.
const NEIGHBOUR_REACH: f64 = 1.2;

/// The six sampling points around a pixel's centre lie this many pitches away. The six and the centre, equally weighted, stand
/// for the mean over the hexagonal pixel.
const SAMPLE_REACH: f64 = 0.29;

/// The pixels of a camera: positions in degrees of field angle, x to the right, y up, the optical axis at the origin.
///
/// ```
/// use manyhands_sim::Camera;
///
/// let camera = Camera::veritas();
/// assert_eq!(camera.n_pixels(), 499);
/// assert_eq!(camera.neighbours()[0].len(), 6); // the central pixel
/// assert_eq!(camera.symmetries()?.len(), 12);
/// # Ok::<(), manyhands_sim::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Camera {
    positions: Vec<[f64; 2]>,
    pitch: f64,
    neighbours: Vec<Vec<usize>>,
    axis: f64,
    radius: f64,
    samples: [[f64; 2]; 7],
}

impl Camera {
    /// The 499-pixel camera of VERITAS: a hexagonal lattice of pitch 0.15°, 3.5° across.
    ///
    /// Order of the pixels: hexagonal rings from the centre outward, each ring clockwise from the positive x axis. It is the
    /// order in which the Muon Hunters analysis lists them.
    pub fn veritas() -> Self {
        // Unit steps along a ring, clockwise, as coefficients of e₁ = (1, 0) and e₂ = (1/2, √3/2).
        const STEPS: [[i32; 2]; 6] = [[0, -1], [-1, 0], [-1, 1], [0, 1], [1, 0], [1, -1]];
        let height = 3.0_f64.sqrt() / 2.0;
        let mut positions = Vec::with_capacity(499);
        let mut place = |a: i32, b: i32| {
            if a * a + a * b + b * b <= VERITAS_REACH {
                let (a, b) = (f64::from(a), f64::from(b));
                positions.push([VERITAS_PITCH * (a + b / 2.0), VERITAS_PITCH * b * height]);
            }
        };
        place(0, 0);
        // The nearest point of ring k lies k·√3/2 pitches out, so ring 13 is the last one to reach.
        for ring in 1..=13 {
            let (mut a, mut b) = (ring, 0);
            for step in STEPS {
                for _ in 0..ring {
                    place(a, b);
                    a += step[0];
                    b += step[1];
                }
            }
        }
        Self::new(positions, VERITAS_PITCH).expect("lattice points are a pitch apart")
    }

    /// Any camera: pixel centres and the distance between neighbours, both in degrees. Takes time quadratic in the number of pixels.
    ///
    /// # Errors
    /// [`Error::NoPixels`], [`Error::Position`] for a coordinate that is not finite, [`Error::OutOfRange`] for a pitch that is not
    /// finite and positive, [`Error::Overlap`] for pixels closer than half a pitch.
    pub fn new(positions: Vec<[f64; 2]>, pitch: f64) -> Result<Self, Error> {
        check_positive("pitch", pitch)?;
        if positions.is_empty() {
            return Err(Error::NoPixels);
        }
        if let Some(pixel) = positions.iter().position(|p| !p.iter().all(|x| x.is_finite())) {
            let [x, y] = positions[pixel];
            return Err(Error::Position { pixel, x, y });
        }
        let mut neighbours = vec![Vec::new(); positions.len()];
        for second in 0..positions.len() {
            for first in 0..second {
                let distance = distance(positions[first], positions[second]);
                if distance < pitch / 2.0 {
                    return Err(Error::Overlap { first, second, distance, pitch });
                }
                if distance < NEIGHBOUR_REACH * pitch {
                    neighbours[first].push(second);
                    neighbours[second].push(first);
                }
            }
        }
        // Pixel `second` receives its lower neighbours in order before any higher one, so the lists come out sorted.
        let axis = lattice_direction(&positions, &neighbours);
        let radius = positions.iter().map(|p| p[0].hypot(p[1])).fold(0.0, f64::max);
        let mut samples = [[0.0; 2]; 7];
        for (k, sample) in samples[1..].iter_mut().enumerate() {
            let angle = axis + FRAC_PI_3 * k as f64;
            *sample = [SAMPLE_REACH * pitch * angle.cos(), SAMPLE_REACH * pitch * angle.sin()];
        }
        Ok(Self { positions, pitch, neighbours, axis, radius, samples })
    }

    /// Pixel centres in degrees, `[x, y]`.
    pub fn positions(&self) -> &[[f64; 2]] {
        &self.positions
    }

    /// Number of pixels.
    pub fn n_pixels(&self) -> usize {
        self.positions.len()
    }

    /// Distance between neighbouring pixels in degrees.
    pub fn pitch(&self) -> f64 {
        self.pitch
    }

    /// From the centre of a hexagonal pixel to its corner in degrees: pitch / √3.
    pub fn pixel_radius(&self) -> f64 {
        self.pitch / 3.0_f64.sqrt()
    }

    /// Area of a hexagonal pixel in square degrees: pitch² · √3 / 2.
    pub fn pixel_area(&self) -> f64 {
        self.pitch * self.pitch * 3.0_f64.sqrt() / 2.0
    }

    /// Distance of the outermost pixel centre from the optical axis in degrees: 1.73 for VERITAS.
    pub fn radius(&self) -> f64 {
        self.radius
    }

    /// For every pixel the pixels that touch it (centres at most 1.2 pitches apart), in ascending order.
    pub fn neighbours(&self) -> &[Vec<usize>] {
        &self.neighbours
    }

    /// Direction of a row of pixels, in radians within `[0, π/3)`.
    pub(super) fn axis(&self) -> f64 {
        self.axis
    }

    /// The seven points over which light is averaged in a pixel, relative to its centre.
    pub(super) fn samples(&self) -> &[[f64; 2]; 7] {
        &self.samples
    }

    /// How far the sampling points reach from the pixel's centre.
    pub(super) fn sample_reach(&self) -> f64 {
        SAMPLE_REACH * self.pitch
    }
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Direction from the first pixel that has a neighbour to its first neighbour, modulo 60°; 0 where no pixels touch.
fn lattice_direction(positions: &[[f64; 2]], neighbours: &[Vec<usize>]) -> f64 {
    let pair = neighbours.iter().enumerate().find_map(|(i, list)| list.first().map(|&j| (i, j)));
    pair.map_or(0.0, |(i, j)| {
        let (a, b) = (positions[i], positions[j]);
        let angle = (b[1] - a[1]).atan2(b[0] - a[0]).rem_euclid(FRAC_PI_3);
        // Rounding can leave a hair less than a full turn of the lattice, which is none.
        if angle > FRAC_PI_3 - PI * 1e-12 { 0.0 } else { angle }
    })
}
