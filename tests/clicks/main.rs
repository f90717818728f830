//! Tests of manyhands-clicks.

// What one would do without a model.
mod baselines;
// A slow twin: every grouping there is.
mod brute;
// Surveys with little in them.
mod edge;
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
// Volunteers, images and objects, learned together.
mod model;
// The baselines at their best, on real marks; not run unless asked for.
mod oracle;
// What holds for any marks.
mod properties;
// Real marks, where there are any.
mod real_data;
// Surveys with known truth.
mod simulated;
// Annotation by annotation.
mod stream;
// Starts that are given: never below them, and what is wrong with some.
mod warm;
// What goes into a survey comes out in columns.
mod survey;

use manyhands_clicks::facility::{FacilityLocation, Mark, Opening};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A mark of σ = 2 pixels.
fn mark(x: f64, y: f64, viewer: usize, gain: f64) -> Mark {
    Mark { at: [x, y], viewer, gain, variance: 4.0 }
}

/// G of a volunteer on an image of 300 x 300 pixels, or a line of 300, or a box of 300 x 300 x 300.
fn gain<const D: usize>(p_fp: f64, p_fn: f64, variance: f64) -> f64 {
    let half = D as f64 / 2.0;
    ((1.0 - p_fp) * (1.0 - p_fn) / p_fn / p_fp).ln() - half * (std::f64::consts::TAU * variance / 9e4).ln()
}

/// Viewers of mixed skill who mark `n_objects` objects in a box of `side` pixels, with false marks between them; cut to `n_marks`.
fn scene<const D: usize>(
    seed: u64,
    n_viewers: usize,
    n_objects: usize,
    side: f64,
    n_marks: usize,
) -> (Vec<Mark<D>>, Opening) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let inside = |rng: &mut ChaCha8Rng| [0; D].map(|_| rng.random_range(0.0..side));
    let objects: Vec<[f64; D]> = (0..n_objects).map(|_| inside(&mut rng)).collect();
    let (mut marks, mut misses) = (Vec::new(), 0.0);
    for viewer in 0..n_viewers {
        let (p_fp, p_fn) = (rng.random_range(0.02..0.3), rng.random_range(0.05..0.5));
        let sigma: f64 = rng.random_range(1.0..4.0);
        let gain = gain::<D>(p_fp, p_fn, sigma * sigma);
        let mut put = |at| marks.push(Mark { at, viewer, gain, variance: sigma * sigma });
        misses -= f64::ln(p_fn);
        for object in &objects {
            if rng.random_bool(1.0 - p_fn) {
                // A triangle-shaped scatter of variance σ².
                let mut off = || (rng.random::<f64>() - rng.random::<f64>()) * 6f64.sqrt() * sigma;
                put(object.map(|z| z + off()));
            }
            if rng.random_bool(p_fp) {
                put(inside(&mut rng));
            }
        }
    }
    marks.truncate(n_marks);
    let area = D as f64 / 2.0 * (9e4 / std::f64::consts::TAU).ln();
    (marks, Opening::occam(misses + area - (n_objects as f64).ln()))
}

/// −ln Σ_l w_l exp(n ζ_l − Λ(ζ_l)) for n of `n_viewers` viewers who miss an average object one time in four; faint, average and
/// bright objects in equal numbers.
fn kinds(n_viewers: usize) -> Vec<f64> {
    let kind = |n: usize, zeta: f64| {
        let missed = (0.25 + 0.75 * zeta.exp()).ln();
        (n as f64 * zeta - n_viewers as f64 * missed).exp() / 3.0
    };
    (1..=n_viewers).map(|n| -[-1.5, 0.0, 1.5].map(|zeta| kind(n, zeta)).iter().sum::<f64>().ln()).collect()
}

/// The objective of a solution, from its definition.
fn objective<const D: usize>(marks: &[Mark<D>], opening: &Opening, found: &FacilityLocation<D>) -> f64 {
    found.facilities().iter().map(|f| brute::value(marks, &f.marks, opening)).sum()
}
