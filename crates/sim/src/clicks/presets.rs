//! A survey of the size of Galaxy Zoo: Clump Scout.

use super::{ClickSurvey, Clicker, ClickerKind};
use crate::spread::{between, spread_in_four};

/// Subjects, volunteers and annotations of Clump Scout (Dickinson and others 2022).
const SUBJECTS: usize = 85_286;
const VOLUNTEERS: usize = 20_999;
const ANNOTATIONS: f64 = 1_739_259.0;

/// The k-th most active volunteer does work in proportion to (k + offset)^−exponent. The exponent is that of the other crowds; the offset keeps
/// the busiest one from seeing more than a quarter of all galaxies, and the top tenth does 77 % (79 % on seven Zooniverse projects,
/// Sauermann & Franzoni 2015, PNAS 112, 679).
const ACTIVITY_EXPONENT: f64 = 1.15;
const ACTIVITY_OFFSET: f64 = 20.5;

impl ClickSurvey {
    /// A survey of the size of Galaxy Zoo: Clump Scout (Dickinson and others 2022, MNRAS 517, 5882): 85 286 subjects, 20 999 volunteers, 1 739 259
    /// annotations and 3.56 million marks, which the expected totals meet within 2 %.
    ///
    /// The paper says nothing of single volunteers: of a hundred, 60 are ordinary, 12 optimists, 18 pessimists, 8 sloppy and 2 spammers, with
    /// skills evenly spread over a range, ours, set so that marks come out. Volunteer 0 is the most active.
    pub fn clump_scout() -> Self {
        let volunteers = (0..VOLUNTEERS).map(clicker).collect();
        Self::new(SUBJECTS, volunteers).viewers(ANNOTATIONS / SUBJECTS as f64)
    }
}

fn clicker(k: usize) -> Clicker {
    let [share, a, b, c] = [0, 1, 2, 3].map(|dimension| spread_in_four(k, dimension));
    // Ranges of false marks on an image, misses, and scatter in pixels.
    let (kind, false_marks, miss, scatter) = match share {
        s if s < 0.60 => (ClickerKind::Ordinary, (0.2, 1.2), (0.15, 0.45), (1.5, 4.0)),
        s if s < 0.72 => (ClickerKind::Optimist, (3.0, 6.0), (0.05, 0.20), (1.5, 4.0)),
        s if s < 0.90 => (ClickerKind::Pessimist, (0.02, 0.2), (0.50, 0.80), (1.5, 4.0)),
        s if s < 0.98 => (ClickerKind::Sloppy, (0.2, 1.2), (0.20, 0.50), (8.0, 15.0)),
        _ => (ClickerKind::Spammer, (4.0, 10.0), (1.0, 1.0), (1.5, 4.0)),
    };
    let within = |(low, high), at| between(low, high, at);
    Clicker {
        kind,
        false_marks: within(false_marks, a),
        miss: within(miss, b),
        scatter: within(scatter, c),
        activity: (k as f64 + ACTIVITY_OFFSET).powf(-ACTIVITY_EXPONENT),
    }
}
