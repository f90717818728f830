//! The reliability curve: what probabilities say, and what comes true.

use anyhow::Result;
use manyhands_metrics::{Reliability, ReliabilityBin};
use manyhands_votes::wilson_interval;
use plotters::prelude::*;

use crate::pictures::{COLOURS, draw, failed, plot};

/// Share that comes true over mean probability, bin by bin, with the number of items and a 95 % interval (Wilson 1927) each.
///
/// # Errors
///
/// When the plot cannot be drawn.
pub fn reliability(title: &str, x_label: &str, y_label: &str, curve: &Reliability) -> Result<String> {
    let bins = curve.bins();
    // The share of a bin is that of a whole number.
    let interval = |bin: &ReliabilityBin| {
        wilson_interval((bin.frequency * bin.n as f64).round() as u64, bin.n as u64, 0.95)
    };
    let intervals = bins.iter().map(interval).collect::<Result<Vec<_>, _>>()?;
    draw((560, 520), |root| {
        let mut plot = plot(root, title, 0.0..1.0, 0.0..1.05)?;
        plot.configure_mesh()
            .light_line_style(TRANSPARENT)
            .x_desc(x_label)
            .y_desc(y_label)
            .draw()
            .map_err(failed)?;
        let diagonal = [(0.0, 0.0), (1.0, 1.0)];
        plot.draw_series(DashedLineSeries::new(diagonal, 6, 4, BLACK.stroke_width(1))).map_err(failed)?;
        let bars = bins.iter().zip(&intervals).map(|(bin, &(low, high))| {
            PathElement::new(
                [(bin.mean_probability, low), (bin.mean_probability, high)],
                COLOURS[0].stroke_width(1),
            )
        });
        plot.draw_series(bars).map_err(failed)?;
        let at = |bin: &ReliabilityBin| (bin.mean_probability, bin.frequency);
        plot.draw_series(LineSeries::new(bins.iter().map(at), COLOURS[0].stroke_width(2)).point_size(4))
            .map_err(failed)?;
        let font = ("sans-serif", 13).into_font().color(&BLACK.mix(0.75));
        // To the right of the curve in its left half, to the left in the other: inside the frame.
        let counts = bins.iter().map(|bin| {
            let count = bin.n.to_string();
            let shift = if bin.mean_probability < 0.5 { 8 } else { -8 - 7 * count.len() as i32 };
            EmptyElement::at(at(bin)) + Text::new(count, (shift, -14), font.clone())
        });
        plot.draw_series(counts).map_err(failed)?;
        Ok(())
    })
}
