//! Tests of manyhands-clicks.

// What one would do without a model.
mod baselines;
// A slow twin: every grouping there is.
mod brute;
// Few marks, many marks, equal marks: the documented answers.
mod cases;
// Folders of tables, good and bad.
mod folder;
// How far from the best: against the slow twin, and against the bound.
mod gap;
// The greedy algorithm of Clump Scout, step by step by hand.
mod greedy;
// Wrong numbers, one line each.
mod malformed;
// The baselines at their best, on real marks; not run unless asked for.
mod oracle;
// What holds for any marks.
mod properties;
// Real marks, where there are any.
mod real_data;
// What goes into a survey comes out in columns.
mod survey;

use manyhands_clicks::facility::{FacilityLocation, Mark, Opening};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A mark of σ = 2 pixels.
fn mark(x: f64, y: f64, viewer: usize, gain: f64) -> Mark {
    Mark { x, y, viewer, gain, variance: 4.0 }
}

/// G of a volunteer on an image of 300 x 300 pixels.
fn gain(p_fp: f64, p_fn: f64, variance: f64) -> f64 {
    ((1.0 - p_fp) * (1.0 - p_fn) / (std::f64::consts::TAU * variance * p_fn)).ln() - (p_fp / 9e4).ln()
}

/// Viewers of mixed skill who mark `n_objects` objects in a box of `side` pixels, with false marks between them; cut to `n_marks`.
fn scene(seed: u64, n_viewers: usize, n_objects: usize, side: f64, n_marks: usize) -> (Vec<Mark>, Opening) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let inside = |rng: &mut ChaCha8Rng| (rng.random_range(0.0..side), rng.random_range(0.0..side));
    let objects: Vec<(f64, f64)> = (0..n_objects).map(|_| inside(&mut rng)).collect();
    let (mut marks, mut misses) = (Vec::new(), 0.0);
    for viewer in 0..n_viewers {
        let (p_fp, p_fn) = (rng.random_range(0.02..0.3), rng.random_range(0.05..0.5));
        let sigma: f64 = rng.random_range(1.0..4.0);
        let gain = gain(p_fp, p_fn, sigma * sigma);
        let mut put = |x, y| marks.push(Mark { x, y, viewer, gain, variance: sigma * sigma });
        misses -= f64::ln(p_fn);
        for &(x, y) in &objects {
            if rng.random_bool(1.0 - p_fn) {
                // A triangle-shaped scatter of variance σ².
                let mut off = || (rng.random::<f64>() - rng.random::<f64>()) * 6f64.sqrt() * sigma;
                put(x + off(), y + off());
            }
            if rng.random_bool(p_fp) {
                let (x, y) = inside(&mut rng);
                put(x, y);
            }
        }
    }
    marks.truncate(n_marks);
    let area = (9e4 / std::f64::consts::TAU).ln();
    (marks, Opening::occam(misses + area - (n_objects as f64).ln()))
}

/// The objective of a solution, from its definition.
fn objective(marks: &[Mark], opening: Opening, found: &FacilityLocation) -> f64 {
    found.facilities().iter().map(|f| brute::value(marks, &f.marks, opening)).sum()
}
