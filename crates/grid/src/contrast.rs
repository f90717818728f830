//! Contrast and palette: from a value to a colour.

use ndarray::ArrayView2;

use crate::{Error, Result};

/// Which values get the first and the last colour of the palette. Values outside of the range get these two as well;
/// values that are not a number take no part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Contrast {
    /// The least and the greatest finite value of every image: dim images become visible, brightness cannot be compared.
    PerImage,
    /// The least and the greatest finite value of the tile.
    PerTile,
    /// The same values everywhere: [`Contrast::global`] takes them from all images.
    Range {
        /// Value drawn with the first colour.
        low: f32,
        /// Value drawn with the last colour.
        high: f32,
    },
}

/// Colours from the lowest to the highest value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Palette {
    /// Black to white.
    Grey,
    /// Dark blue over green to yellow, evenly spaced to the eye and readable without red and green (van der Walt and
    /// Smith 2015).
    Viridis,
}

/// A range of values to be spread over the palette.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    low: f32,
    high: f32,
}

impl Contrast {
    /// The range from the least to the greatest finite value of all images; 0 to 0 when there is none.
    pub fn global(images: ArrayView2<'_, f32>) -> Self {
        let Extent { low, high } = Self::extent(images.iter().copied());
        Self::Range { low, high }
    }

    pub(crate) fn check(self) -> Result<()> {
        match self {
            Self::Range { low, high } if !(low.is_finite() && high.is_finite() && low <= high) => {
                Err(Error::Contrast { low, high })
            }
            _ => Ok(()),
        }
    }

    /// The range of a whole tile, or `None` where every image has its own.
    pub(crate) fn range(self, shown: impl Iterator<Item = f32>) -> Option<Extent> {
        match self {
            Self::PerImage => None,
            Self::PerTile => Some(Self::extent(shown)),
            Self::Range { low, high } => Some(Extent { low, high }),
        }
    }

    pub(crate) fn extent(values: impl Iterator<Item = f32>) -> Extent {
        let mut finite = values.filter(|value| value.is_finite());
        let first = finite.next().unwrap_or(0.0);
        let (low, high) = finite.fold((first, first), |(low, high), value| (low.min(value), high.max(value)));
        Extent { low, high }
    }
}

impl Extent {
    /// Where a value lies between low (0) and high (255). Where both are equal, 0 up to them and 255 above.
    pub(crate) fn level(self, value: f32) -> u8 {
        if value <= self.low {
            0
        } else if value >= self.high {
            u8::MAX
        } else {
            // In f64 the width of the range cannot overflow.
            let (low, high) = (f64::from(self.low), f64::from(self.high));
            ((f64::from(value) - low) / (high - low) * f64::from(u8::MAX)).round() as u8
        }
    }
}

impl Palette {
    /// The colour of every level.
    pub(crate) fn colours(self) -> [[u8; 3]; 256] {
        std::array::from_fn(|level| match self {
            Self::Grey => [level as u8; 3],
            Self::Viridis => colorous::VIRIDIS.eval_rational(level, 256).into_array(),
        })
    }
}
