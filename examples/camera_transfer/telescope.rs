//! What a telescope sees, as far as the simulation needs to know it.

use clap::ValueEnum;
use manyhands_sim::{Camera, CameraSimulator, Electronics, Muons, RadiusLaw, Showers};
use serde::Serialize;

/// Share of muons among the simulated images: as many as of everything else.
const MUON_RATE: f64 = 0.5;
/// Share of gamma rays; the rest are hadrons.
const GAMMA_RATE: f64 = 0.2;

/// Telescopes whose images are at hand.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Telescope {
    /// The First G-APD Cherenkov Telescope: 9.5 m² of mirror, counts of photons
    Fact,
    /// A Large-Sized Telescope of CTA: 23 m in diameter
    Lst,
}

impl Telescope {
    /// Events as this telescope sees them through `camera`, not cleaned.
    pub(crate) fn simulator(self, camera: Camera) -> CameraSimulator {
        let simulator = CameraSimulator::stage1()
            .camera(camera)
            .positive_rate(MUON_RATE)
            .gamma_rate(GAMMA_RATE)
            .arc_rate(0.0)
            .cleaning(None);
        match self {
            // Anderhub et al. 2013 (JINST 8, P06008) give mirror and camera. Everything else is what its images look like: some 1.75 photons
            // of background in a pixel, rings that lie half beyond the edge, showers of a few hundred photons.
            Self::Fact => simulator
                .muons(Muons {
                    radius: RadiusLaw::Uniform { min: 0.4, max: 1.6 },
                    max_offset: 1.4,
                    mirror_radius: 1.74,
                    efficiency: (0.03, 0.25),
                    min_size: 15.0,
                    ..Muons::default()
                })
                .showers(Showers { gamma_size: (30.0, 1000.0), hadron_size: (30.0, 1000.0) })
                .trigger_threshold(2.0)
                .electronics(Electronics {
                    night_sky: 1.75,
                    single_pe: 0.6,
                    electronic: 0.0,
                    flat_field: 0.1,
                    dead: 0.0,
                    gain: 1.0,
                }),
            // The mirror is that of CTA's design; sky and electronics are left as those of VERITAS.
            Self::Lst => simulator
                .muons(Muons { mirror_radius: 11.5, ..Muons::default() })
                .showers(Showers { gamma_size: (100.0, 10_000.0), hadron_size: (100.0, 10_000.0) }),
        }
    }
}
