//! Checks of what the caller hands over, so that every error is found before any work is done.

use crate::error::{Error, Result};
use crate::optimiser::Optimiser;
use crate::scale::InputScale;
use crate::schedule::Segment;
use ndarray::ArrayView2;
use rayon::prelude::*;
use std::fmt::Display;

/// `Err` naming the parameter unless `holds`.
pub(crate) fn parameter(
    holds: bool,
    name: &'static str,
    value: impl Display,
    wants: &'static str,
) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::Parameter { name, value: value.to_string(), wants }) }
}

/// At least `wants` images, at least one pixel, every value finite.
pub(crate) fn images(images: ArrayView2<'_, f32>, wants: usize, purpose: &'static str) -> Result<()> {
    if images.nrows() < wants {
        return Err(Error::TooFewImages { got: images.nrows(), wants, purpose });
    }
    parameter(images.ncols() > 0, "images", "0 columns", "at least one pixel")?;
    finite(images)
}

/// Every value finite.
pub(crate) fn finite(images: ArrayView2<'_, f32>) -> Result<()> {
    first_not_finite(images)
        .map_or(Ok(()), |(row, column)| Err(Error::NotFinite { row, column, value: images[[row, column]] }))
}

/// Every embedding finite; `row` tells which image stands at a position.
pub(crate) fn embedding(embedding: ArrayView2<'_, f32>, row: impl Fn(usize) -> usize) -> Result<()> {
    first_not_finite(embedding).map_or(Ok(()), |(position, _)| Err(Error::Embedding { row: row(position) }))
}

/// Row and column of the first value that is NaN or infinite.
fn first_not_finite(matrix: ArrayView2<'_, f32>) -> Option<(usize, usize)> {
    (0..matrix.nrows()).into_par_iter().find_map_first(|row| {
        let column = matrix.row(row).iter().position(|value| !value.is_finite())?;
        Some((row, column))
    })
}

/// As wide as the model.
pub(crate) fn width(images: ArrayView2<'_, f32>, wants: usize) -> Result<()> {
    let got = images.ncols();
    if got == wants { Ok(()) } else { Err(Error::Width { got, wants }) }
}

/// Learning rates above 0.
pub(crate) fn schedule(name: &'static str, schedule: &[Segment]) -> Result<()> {
    for segment in schedule {
        let wants = "learning rates above 0";
        parameter(segment.rate > 0.0 && segment.rate.is_finite(), name, segment.rate, wants)?;
    }
    Ok(())
}

/// Momentum in 0..1.
pub(crate) fn optimiser(optimiser: Optimiser) -> Result<()> {
    match optimiser {
        Optimiser::Sgd { momentum } => {
            parameter((0.0..1.0).contains(&momentum), "momentum", momentum, "a number in 0..1")
        }
        Optimiser::Adam => Ok(()),
    }
}

/// Widths of layers, so that numbers of weights can be counted.
pub(crate) fn dims(dims: &[usize]) -> Result<()> {
    let is_valid = !dims.is_empty() && dims.iter().all(|dim| (1..=1 << 20).contains(dim));
    parameter(is_valid, "dims", format!("{dims:?}"), "at least one layer, each 1 to 1048576 wide")
}

/// A factor that leaves something of the images.
pub(crate) fn input_scale(scale: InputScale) -> Result<()> {
    match scale {
        InputScale::Factor(factor) => {
            parameter(factor.is_finite() && factor != 0.0, "input_scale", factor, "a finite factor but 0")
        }
        _ => Ok(()),
    }
}

/// A probability of dropping a unit.
pub(crate) fn dropout(name: &'static str, rate: f64) -> Result<()> {
    parameter((0.0..1.0).contains(&rate), name, rate, "a number in 0..1")
}

/// A power of the clusters' masses.
pub(crate) fn balance(exponent: f64) -> Result<()> {
    parameter((-8.0..=8.0).contains(&exponent), "balance", exponent, "a number in -8..=8")
}

/// The share of the clusters that is a collapse.
pub(crate) fn collapse(fraction: Option<f64>) -> Result<()> {
    fraction.map_or(Ok(()), |fraction| {
        let holds = (0.0..1.0).contains(&fraction);
        parameter(holds, "collapse", fraction, "a fraction of at least 0 and below 1")
    })
}

/// The weight of a loss.
pub(crate) fn weight(name: &'static str, weight: f64) -> Result<()> {
    parameter(weight >= 0.0 && weight.is_finite(), name, weight, "a finite number of at least 0")
}
