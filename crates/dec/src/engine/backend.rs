//! Where training runs, and what that place is called.

use super::graph;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Where training runs.
///
/// Written and read as `fused`, `candle`, `cuda`, `cuda:1`, `metal` or `metal:1`; a GPU without a number is the first.
///
/// ```
/// use manyhands_dec::Backend;
///
/// assert_eq!("cuda:1".parse::<Backend>()?, Backend::Cuda(1));
/// assert_eq!(Backend::default().to_string(), "fused");
/// # Ok::<(), manyhands_dec::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Backend {
    /// Fused layers over a matrix product of our own on the CPU. Same bits for any number of threads.
    #[default]
    Fused,
    /// A candle graph with automatic differentiation, the check of the fused one: with the feature `cuda` or `metal` on the first GPU, and
    /// [`Error::Backend`](crate::Error::Backend) without one; else on the CPU, slower than `Fused`.
    Candle,
    /// The same on this NVIDIA GPU, counted from 0. [`Error::Backend`](crate::Error::Backend) without it or without the feature `cuda`.
    Cuda(usize),
    /// The same on this GPU of a Mac, counted from 0. [`Error::Backend`](crate::Error::Backend) without it or without the feature `metal`.
    Metal(usize),
}

impl Backend {
    /// Whether models can train there, for a program that wants to know before it begins.
    ///
    /// # Errors
    ///
    /// [`Error::Backend`](crate::Error::Backend) where this build has not the feature, or this machine not the GPU.
    pub fn check(self) -> Result<()> {
        graph::device(self).map(drop)
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fused => f.write_str("fused"),
            Self::Candle => f.write_str("candle"),
            Self::Cuda(0) => f.write_str("cuda"),
            Self::Cuda(index) => write!(f, "cuda:{index}"),
            Self::Metal(0) => f.write_str("metal"),
            Self::Metal(index) => write!(f, "metal:{index}"),
        }
    }
}

impl FromStr for Backend {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (name, index) = text.split_once(':').unwrap_or((text, "0"));
        let is_number = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
        match (name, index.parse()) {
            _ if text == "fused" => Ok(Self::Fused),
            _ if text == "candle" => Ok(Self::Candle),
            ("cuda", Ok(index)) if is_number => Ok(Self::Cuda(index)),
            ("metal", Ok(index)) if is_number => Ok(Self::Metal(index)),
            _ => Err(Error::Parameter {
                name: "backend",
                value: text.to_owned(),
                wants: "fused, candle, cuda, cuda:NUMBER, metal or metal:NUMBER",
            }),
        }
    }
}
