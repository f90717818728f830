//! Bubbles: two numbers as a place, a third as a size.

use anyhow::Result;
use plotters::prelude::*;

use crate::pictures::{COLOURS, draw, failed, legend, tick};

/// Bubbles of one colour.
#[derive(Clone, Debug)]
pub struct Bubbles {
    /// What the legend says.
    pub label: String,
    /// Index into [`COLOURS`].
    pub colour: usize,
    /// x, above 0; y, from 0 to 1; radius on the picture, in points.
    pub bubbles: Vec<(f64, f64, f64)>,
}

/// Plots side by side, each with a title, of groups of bubbles over a logarithmic x. All have the same axes.
///
/// # Errors
///
/// When the plot cannot be drawn.
pub fn bubbles(plots: &[(String, Vec<Bubbles>)], x_label: &str, y_label: &str) -> Result<String> {
    let xs = || {
        plots.iter().flat_map(|(_, groups)| groups).flat_map(|group| &group.bubbles).map(|bubble| bubble.0)
    };
    let low = xs().fold(f64::INFINITY, f64::min).clamp(1e-3, 1.0);
    let high = xs().fold(0.0, f64::max).clamp(low * 10.0, 1e3);
    draw((560 * plots.len() as u32, 480), |root| {
        for (area, (title, groups)) in root.split_evenly((1, plots.len())).iter().zip(plots) {
            let mut plot = ChartBuilder::on(area)
                .caption(title, ("sans-serif", 18))
                .margin(12)
                .x_label_area_size(40)
                .y_label_area_size(50)
                // The legend stands above 1.
                .build_cartesian_2d(
                    (low / 1.3..high * 1.3).log_scale(),
                    0.0..1.04 + 0.09 * groups.len() as f64,
                )
                .map_err(failed)?;
            plot.configure_mesh()
                .light_line_style(TRANSPARENT)
                .x_desc(x_label)
                .y_desc(y_label)
                .x_label_formatter(&tick)
                .y_label_formatter(&|y| if *y < 1.01 { tick(y) } else { String::new() })
                .draw()
                .map_err(failed)?;
            for group in groups.iter().filter(|group| !group.bubbles.is_empty()) {
                let colour = COLOURS[group.colour % COLOURS.len()];
                let circle = |&(x, y, radius): &(f64, f64, f64)| {
                    let at = (x.max(low), y);
                    // A rim keeps bubbles apart that lie on each other.
                    let inside = Circle::new((0, 0), radius as i32, colour.mix(0.35).filled());
                    EmptyElement::at(at) + inside + Circle::new((0, 0), radius as i32, colour.stroke_width(1))
                };
                plot.draw_series(group.bubbles.iter().map(circle))
                    .map_err(failed)?
                    .label(&group.label)
                    .legend(move |(x, y)| Circle::new((x + 10, y), 5, colour.mix(0.6).filled()));
            }
            legend(&mut plot, SeriesLabelPosition::UpperRight)?;
        }
        Ok(())
    })
}
