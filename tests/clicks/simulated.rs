//! Surveys with known truth, for the tests of the model.

use manyhands_clicks::{Click, Survey};
use manyhands_sim::{ClickSurvey, Clicker, ClickerKind, Clicks, Galaxies};

/// Volunteers who differ: false marks 0.1 to 0.8 an image, misses 0.1 to 0.5, scatter 1 to 4 pixels.
pub(crate) fn volunteers(n: usize) -> Vec<Clicker> {
    (0..n)
        .map(|v| {
            let share = (v as f64 * 0.618).fract();
            let other = (v as f64 * 0.414).fract();
            Clicker {
                scatter: 1.0 + 3.0 * other,
                ..Clicker::new(ClickerKind::Ordinary, 0.1 + 0.7 * share, 0.1 + 0.4 * other)
            }
        })
        .collect()
}

/// Galaxies of 200 × 200 pixels with `clumps` clumps on average: each has one at least, or that share of them has one.
pub(crate) fn survey(n_subjects: usize, clumps: f64, volunteers: Vec<Clicker>, viewers: f64) -> ClickSurvey {
    let galaxies = Galaxies {
        smallest: [200, 200],
        largest: [200, 200],
        clumpy: clumps.min(1.0),
        clumps: clumps.max(1.0),
        extent: 0.25,
        ..Galaxies::default()
    };
    ClickSurvey::new(n_subjects, volunteers).galaxies(galaxies).viewers(viewers).seed(5)
}

/// As the crate wants it, with every coordinate multiplied; with or without those who marked nothing.
pub(crate) fn scaled(clicks: &Clicks, factor: f64, with_silent: bool) -> Survey {
    let mut builder = Survey::builder();
    for subject in clicks.subjects() {
        let [width, height] = [subject.width, subject.height].map(|side| f64::from(side) * factor);
        let s = builder.subject(width, height).unwrap();
        for &viewer in subject.viewers {
            let marks = subject.mark_viewers.iter().zip(subject.mark_xy).filter(|&(&of, _)| of == viewer);
            let marks: Vec<Click> = marks.map(|(_, &[x, y])| Click::point(x * factor, y * factor)).collect();
            if with_silent || !marks.is_empty() {
                builder.annotate(s, viewer, &marks).unwrap();
            }
        }
    }
    builder.build().unwrap()
}

pub(crate) fn built(clicks: &Clicks) -> Survey {
    scaled(clicks, 1.0, true)
}
