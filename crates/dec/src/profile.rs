//! Published and measured schedules, by name.

use crate::scale::InputScale;
use serde::{Deserialize, Serialize};

/// Which published or measured schedule a stage follows.
///
/// | | autoencoder | DEC |
/// |---|---|---|
/// | `Quick` | Adam; chosen by measurement | SGD 0.01, target updated every epoch |
/// | `MuonHunters` | SGD 0.1, 0.01, 0.001 for 66 epochs each and layer, 400 epochs of fine-tuning | SGD 0.01, target every 140 steps |
/// | `Xie2016` | SGD 0.1 for 50 000 steps a layer, 0.3 for 100 000 of fine-tuning, ÷ 10 every 20 000 | SGD 0.01, target every 160 steps |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Profile {
    /// Ours: minutes instead of hours.
    #[default]
    Quick,
    /// Muon Hunters 2.0 and Wright et al. (2019).
    MuonHunters,
    /// Xie, Girshick and Farhadi (2016), with their program's values where the paper has none.
    Xie2016,
}

impl Profile {
    /// What the networks of the profile see: every image at mean square 1 in Muon Hunters 2.0, all together in ours and in Xie et al., whose program has
    /// the factor 0.02 for it, which gives MNIST 2.9.
    pub(crate) fn input_scale(self) -> InputScale {
        match self {
            Self::MuonHunters => InputScale::UnitMeanSquarePerSample,
            Self::Quick | Self::Xie2016 => InputScale::UnitMeanSquareGlobal,
        }
    }
}
