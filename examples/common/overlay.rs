//! What lies on an image: marks, rings and crosses, to scale, rows counted from the top.

use anyhow::Result;
use plotters::prelude::*;
use std::f64::consts::TAU;
use std::ops::Range;

use crate::pictures::{COLOURS, draw, failed, tick};

/// Width of the frame of a panel, in points, and what stands around it.
const WIDTH: u32 = 400;
const AROUND: (u32, u32) = (84, 82);
const NOTE: u32 = 34;

/// One thing on an image, in pixels of the image.
#[derive(Clone, Copy, Debug)]
pub enum Sign {
    /// A mark; its colour is an index into [`COLOURS`], `None` is grey.
    Dot([f64; 2], Option<usize>),
    /// A circle of this radius.
    Ring([f64; 2], f64),
    /// A place.
    Cross([f64; 2]),
}

/// One image.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// Above it.
    pub title: String,
    /// Columns that are shown.
    pub x: Range<f64>,
    /// Rows that are shown.
    pub y: Range<f64>,
    /// What lies on it, the lowest first.
    pub signs: Vec<Sign>,
}

/// Images in rows of `columns`, with a note below that says what the signs are.
///
/// # Errors
///
/// When the picture cannot be drawn.
pub fn overlays(images: &[Overlay], columns: usize, note: &str) -> Result<String> {
    let columns = columns.clamp(1, images.len().max(1));
    let rows = images.len().div_ceil(columns).max(1);
    // Tall enough for the tallest.
    let shape = |image: &Overlay| (image.y.end - image.y.start) / (image.x.end - image.x.start);
    let tallest = images.iter().map(shape).fold(0.2, f64::max).min(3.0);
    let height = (f64::from(WIDTH) * tallest) as u32 + AROUND.1;
    let size = ((WIDTH + AROUND.0) * columns as u32, height * rows as u32 + NOTE);
    draw(size, |root| {
        let (upper, lower) = root.split_vertically(height * rows as u32);
        let font = ("sans-serif", 15).into_font().color(&BLACK);
        lower.draw(&Text::new(note.to_owned(), (16, 4), font)).map_err(failed)?;
        for (area, image) in upper.split_evenly((rows, columns)).iter().zip(images) {
            let unused = height
                - AROUND.1
                - (f64::from(WIDTH) * shape(image)).min(f64::from(height - AROUND.1)) as u32;
            let mut plot = ChartBuilder::on(area)
                .caption(&image.title, ("sans-serif", 17))
                .margin(10)
                // Half of a number at the end of the axis.
                .margin_right(24)
                .margin_bottom(10 + unused)
                .x_label_area_size(28)
                .y_label_area_size(50)
                // Downwards, as rows of an image.
                .build_cartesian_2d(image.x.clone(), image.y.end..image.y.start)
                .map_err(failed)?;
            plot.configure_mesh()
                .disable_mesh()
                .x_labels(6)
                .y_labels(6)
                .x_label_formatter(&tick)
                .y_label_formatter(&tick)
                .draw()
                .map_err(failed)?;
            for sign in &image.signs {
                match *sign {
                    Sign::Dot([x, y], colour) => {
                        let style = match colour {
                            Some(colour) => COLOURS[colour % COLOURS.len()].mix(0.8).filled(),
                            None => BLACK.mix(0.3).filled(),
                        };
                        plot.draw_series([Circle::new((x, y), 2, style)]).map_err(failed)?;
                    }
                    Sign::Ring(centre, radius) => {
                        plot.draw_series([PathElement::new(ring(centre, radius), BLACK.stroke_width(1))])
                            .map_err(failed)?;
                    }
                    Sign::Cross([x, y]) => {
                        plot.draw_series([Cross::new((x, y), 4, BLACK.stroke_width(1))]).map_err(failed)?;
                    }
                }
            }
        }
        Ok(())
    })
}

fn ring([x, y]: [f64; 2], radius: f64) -> Vec<(f64, f64)> {
    let angle = |k: u32| TAU * f64::from(k) / 48.0;
    (0..=48).map(|k| (x + radius * angle(k).cos(), y + radius * angle(k).sin())).collect()
}
