//! Pictures as SVG: scatter plots, learning curves, bars. Colours after Okabe and Ito, which colour-blind people can tell apart.

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use std::ops::Range;

/// Okabe and Ito's colours, black last.
pub const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(204, 121, 167),
    RGBColor(240, 228, 66),
    RGBColor(0, 0, 0),
];

/// Points of a scatter plot that share a colour.
#[derive(Clone, Debug)]
pub struct Group {
    /// What the legend says; empty: not in the legend.
    pub label: String,
    /// x and y.
    pub points: Vec<(f64, f64)>,
}

/// A curve of a [`Panel`].
#[derive(Clone, Debug)]
pub struct Curve {
    /// What the legend says; empty: not in the legend.
    pub label: String,
    /// x and y, in the order of x.
    pub points: Vec<(f64, f64)>,
    /// Index into [`COLOURS`].
    pub colour: usize,
    /// Drawn faint.
    pub is_faint: bool,
    /// With a dot at every point.
    pub has_dots: bool,
}

/// One plot of curves, with horizontal benchmark lines.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Above the plot.
    pub title: String,
    /// Below it.
    pub x_label: String,
    /// Beside it.
    pub y_label: String,
    /// Its curves.
    pub curves: Vec<Curve>,
    /// Dashed lines: name and height.
    pub benchmarks: Vec<(String, f64)>,
}

/// One plot of [`clouds`].
#[derive(Clone, Debug)]
pub struct Cloud {
    /// Above the plot.
    pub title: String,
    /// Below it.
    pub x_label: String,
    /// Beside it.
    pub y_label: String,
    /// Its points, in groups of one colour.
    pub groups: Vec<Group>,
    /// Width and height of the picture that the points lie on, where they do: then y grows downwards.
    pub picture: Option<(f64, f64)>,
}

/// One bar of [`bars`].
#[derive(Clone, Debug)]
pub struct Bar {
    /// Below the bar.
    pub label: String,
    /// Its height.
    pub value: f64,
}

/// Groups that can be told apart, and that a legend has room for; of more, the numbers of the centres are left.
const MOST_IN_LEGEND: usize = 2 * COLOURS.len();

pub(crate) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(crate) type Plot<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Groups of points side by side with numbered `centres`, one plot for each entry of `plots` (title and groups).
///
/// # Errors
///
/// When the plot cannot be drawn.
pub fn scatter(plots: &[(&str, Vec<Group>)], centres: &[(usize, (f64, f64))]) -> Result<String> {
    draw((520 * plots.len() as u32, 480), |root| {
        for (area, (title, groups)) in root.split_evenly((1, plots.len())).iter().zip(plots) {
            let points =
                || groups.iter().flat_map(|group| &group.points).chain(centres.iter().map(|(_, at)| at));
            let x = range(points().map(|point| point.0));
            let y = range(points().map(|point| point.1));
            let corner = emptiest_corner(&points(), &x, &y);
            let mut plot = plot(area, title, x, y)?;
            plot.configure_mesh().disable_mesh().x_desc("PC 1").y_desc("PC 2").draw().map_err(failed)?;
            for (i, group) in groups.iter().enumerate() {
                let series = plot.draw_series(group.points.iter().map(|&at| Circle::new(at, 2, style(i))));
                let series = series.map_err(failed)?;
                if !group.label.is_empty() {
                    series.label(&group.label).legend(move |(x, y)| Circle::new((x + 10, y), 4, style(i)));
                }
            }
            let font = ("sans-serif", 15).into_font().color(&BLACK);
            let numbers = centres.iter().map(|(number, at)| Text::new(number.to_string(), *at, font.clone()));
            plot.draw_series(numbers).map_err(failed)?;
            if groups.len() <= MOST_IN_LEGEND && groups.iter().any(|group| !group.label.is_empty()) {
                legend(&mut plot, corner)?;
            }
        }
        Ok(())
    })
}

/// What the points of the `i`th group look like: filled in a colour of their own, and once all colours are used, open.
fn style(i: usize) -> ShapeStyle {
    let colour = COLOURS[i % COLOURS.len()];
    let is_filled = (i / COLOURS.len()).is_multiple_of(2);
    if is_filled { colour.mix(0.45).filled() } else { colour.mix(0.7).stroke_width(1) }
}

/// Panels of curves side by side, from 0 to 1 on the vertical axis where all values lie there.
///
/// # Errors
///
/// When the plot cannot be drawn.
pub fn curves(panels: &[Panel]) -> Result<String> {
    draw((620 * panels.len() as u32, 420), |root| {
        for (area, panel) in root.split_evenly((1, panels.len())).iter().zip(panels) {
            let points = || panel.curves.iter().flat_map(|curve| &curve.points);
            let x = range(points().map(|point| point.0));
            let heights = points().map(|point| point.1).chain(panel.benchmarks.iter().map(|line| line.1));
            let y = match range(heights) {
                Range { start, end } if start > -0.1 && end < 1.1 => 0.0..1.0,
                other => other,
            };
            let corner = emptiest_corner(&points(), &x, &y);
            let mut plot = plot(area, &panel.title, x.clone(), y)?;
            plot.configure_mesh()
                .light_line_style(TRANSPARENT)
                .x_desc(&panel.x_label)
                .y_desc(&panel.y_label)
                .x_label_formatter(&tick)
                .y_label_formatter(&tick)
                .draw()
                .map_err(failed)?;
            for (i, (label, height)) in panel.benchmarks.iter().enumerate() {
                let style = COLOURS[(COLOURS.len() - 1 + i * 3) % COLOURS.len()].stroke_width(1);
                let line = [(x.start, *height), (x.end, *height)];
                plot.draw_series(DashedLineSeries::new(line, 6, 4, style))
                    .map_err(failed)?
                    .label(label)
                    .legend(move |(x, y)| PathElement::new([(x, y), (x + 8, y)], style));
            }
            for curve in &panel.curves {
                let opacity = if curve.is_faint { 0.35 } else { 1.0 };
                let style = COLOURS[curve.colour % COLOURS.len()].mix(opacity).stroke_width(2);
                let line = LineSeries::new(curve.points.iter().copied(), style);
                let series = plot.draw_series(line.point_size(if curve.has_dots { 3 } else { 0 }));
                let series = series.map_err(failed)?;
                if !curve.label.is_empty() {
                    series
                        .label(&curve.label)
                        .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
                }
            }
            if panel.curves.iter().any(|curve| !curve.label.is_empty()) || !panel.benchmarks.is_empty() {
                legend(&mut plot, corner)?;
            }
        }
        Ok(())
    })
}

/// Plots of points side by side, each with axes of its own.
///
/// # Errors
///
/// When the plot cannot be drawn.
pub fn clouds(plots: &[Cloud]) -> Result<String> {
    draw((560 * plots.len() as u32, 420), |root| {
        for (area, cloud) in root.split_evenly((1, plots.len())).iter().zip(plots) {
            let points = || cloud.groups.iter().flat_map(|group| &group.points);
            let (x, y) = match cloud.picture {
                Some((width, height)) => (0.0..width, -height..0.0),
                None => (range(points().map(|point| point.0)), range(points().map(|point| point.1))),
            };
            let sign = if cloud.picture.is_some() { -1.0 } else { 1.0 };
            let mut plot = plot(area, &cloud.title, x, y)?;
            plot.configure_mesh()
                .light_line_style(TRANSPARENT)
                .x_desc(&cloud.x_label)
                .y_desc(&cloud.y_label)
                .y_label_formatter(&|y| format!("{}", (sign * y * 1e6).round() / 1e6))
                .draw()
                .map_err(failed)?;
            for (i, group) in cloud.groups.iter().enumerate() {
                let style = COLOURS[i % COLOURS.len()].mix(0.5).filled();
                let circles = group.points.iter().map(|&(x, y)| Circle::new((x, sign * y), 3, style));
                plot.draw_series(circles).map_err(failed)?;
            }
        }
        Ok(())
    })
}

/// Bars from 0 to 1 with their values on top.
///
/// # Errors
///
/// When the plot cannot be drawn.
pub fn bars(title: &str, bars: &[Bar]) -> Result<String> {
    draw((150 * bars.len() as u32 + 80, 380), |root| {
        let mut plot = plot(root, title, -0.5..bars.len() as f64 - 0.5, 0.0..1.1)?;
        plot.configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .x_labels(bars.len())
            .x_label_formatter(&|x| {
                let near = x.round();
                let label = bars.get(near as usize).filter(|_| (x - near).abs() < 0.1 && near >= 0.0);
                label.map_or_else(String::new, |bar| bar.label.clone())
            })
            .y_desc("F1")
            .draw()
            .map_err(failed)?;
        let boxes = bars.iter().enumerate().map(|(i, bar)| {
            let x = i as f64;
            Rectangle::new([(x - 0.35, 0.0), (x + 0.35, bar.value)], COLOURS[0].filled())
        });
        plot.draw_series(boxes).map_err(failed)?;
        let font = ("sans-serif", 15).into_font().color(&BLACK);
        let values = bars.iter().enumerate().map(|(i, bar)| {
            Text::new(format!("{:.3}", bar.value), (i as f64 - 0.18, bar.value + 0.06), font.clone())
        });
        plot.draw_series(values).map_err(failed)?;
        Ok(())
    })
}

pub(crate) fn draw(size: (u32, u32), with: impl FnOnce(&Area<'_>) -> Result<()>) -> Result<String> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        root.fill(&WHITE).map_err(failed)?;
        with(&root)?;
        root.present().map_err(failed)?;
    }
    Ok(svg)
}

pub(crate) fn plot<'a, 'b>(
    area: &'a Area<'b>,
    title: &str,
    x: Range<f64>,
    y: Range<f64>,
) -> Result<Plot<'a, 'b>> {
    ChartBuilder::on(area)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(50)
        .build_cartesian_2d(x, y)
        .map_err(failed)
}

/// Where a legend of a third of the width and half the height hides the fewest points; on a tie, the lower right.
fn emptiest_corner<'p>(
    points: &(impl Iterator<Item = &'p (f64, f64)> + Clone),
    x: &Range<f64>,
    y: &Range<f64>,
) -> SeriesLabelPosition {
    let part = |value: f64, range: &Range<f64>| (value - range.start) / (range.end - range.start);
    let hidden = |is_right: bool, is_upper: bool| {
        let is_within = |&&(px, py): &&(f64, f64)| {
            let (px, py) = (part(px, x), part(py, y));
            (if is_right { px > 2.0 / 3.0 } else { px < 1.0 / 3.0 }) && (py > 0.5) == is_upper
        };
        points.clone().filter(is_within).count()
    };
    [
        (hidden(true, false), SeriesLabelPosition::LowerRight),
        (hidden(true, true), SeriesLabelPosition::UpperRight),
        (hidden(false, false), SeriesLabelPosition::LowerLeft),
        (hidden(false, true), SeriesLabelPosition::UpperLeft),
    ]
    .into_iter()
    .min_by_key(|&(n_hidden, _)| n_hidden)
    .map_or(SeriesLabelPosition::LowerRight, |(_, corner)| corner)
}

pub(crate) fn legend<'a, 'b: 'a, X, Y>(
    plot: &mut ChartContext<'a, SVGBackend<'b>, Cartesian2d<X, Y>>,
    position: SeriesLabelPosition,
) -> Result<()>
where
    X: Ranged<ValueType = f64>,
    Y: Ranged<ValueType = f64>,
{
    plot.configure_series_labels()
        .position(position)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .label_font(("sans-serif", 13))
        .draw()
        .map_err(failed)
}

/// A number beside an axis: without digits that say nothing, in thousands from 10 000 on.
pub(crate) fn tick(value: &f64) -> String {
    // Steps between ticks add rounding errors up.
    let rounded = (value * 1e6).round() / 1e6 + 0.0;
    if rounded.abs() < 1e4 { rounded.to_string() } else { format!("{}k", rounded / 1e3) }
}

/// From the smallest to the largest value, with a margin; never empty.
pub(crate) fn range(values: impl Iterator<Item = f64>) -> Range<f64> {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return 0.0..1.0;
    }
    let margin = (0.05 * (high - low)).max(1e-6);
    low - margin..high + margin
}

/// Errors of the plotting library have no common type.
pub(crate) fn failed(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("cannot draw: {error}")
}
