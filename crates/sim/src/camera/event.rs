//! What is in an image: its kind and the true parameters behind it.

use rand::Rng;

use super::muon::Muons;
use super::shower::{self, Showers};
use super::{Blob, Camera, Ring};

/// What made an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A muon: the positive class.
    Muon,
    /// A gamma ray.
    Gamma,
    /// A hadron, sometimes with the arc of a faint muon inside.
    Hadron,
    /// Nothing but the night sky: the camera was read out by accident.
    NightSky,
}

/// The truth behind one image.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// What made the image.
    pub kind: Kind,
    /// Photoelectrons expected in the camera, without the night sky.
    pub size: f64,
    /// The ring of a muon; for a hadron, the arc that its shower brings along, if any.
    pub ring: Option<Ring>,
    /// The ellipses of a shower: one for a gamma ray, one or more for a hadron, none for a muon.
    pub blobs: Vec<Blob>,
}

impl Event {
    /// Draws an event and writes its light into `light`. `arc` gives a hadron the arc of a faint muon. Returns `None` if too little
    /// of a ring or an arc is in the camera, or if an arc outshines the shower that it came with: such an image shows a muon.
    pub(super) fn draw(
        (kind, arc): (Kind, bool),
        muons: &Muons,
        showers: &Showers,
        camera: &Camera,
        rng: &mut impl Rng,
        light: &mut [f64],
    ) -> Option<Self> {
        light.fill(0.0);
        let ring = match kind {
            Kind::Muon => Some(muons.draw(camera, rng)),
            Kind::Hadron if arc => Some(muons.faint().draw(camera, rng)),
            _ => None,
        };
        let mut ring_size = 0.0;
        if let Some(ring) = &ring {
            ring.add_light(camera, light);
            ring_size = light.iter().sum();
            if !ring.is_kept(camera, ring_size, muons.min_size) {
                return None;
            }
        }
        let blobs = match kind {
            Kind::Gamma => vec![shower::gamma(showers, rng)],
            Kind::Hadron => shower::hadron(showers, camera, rng),
            Kind::Muon | Kind::NightSky => Vec::new(),
        };
        for blob in &blobs {
            blob.add_light(camera, light);
        }
        let size: f64 = light.iter().sum();
        let outshone = arc && size < 2.0 * ring_size;
        (!outshone).then_some(Self { kind, size, ring, blobs })
    }
}
