//! Skills of preset volunteers: evenly spread over a range, not drawn.

/// Evenly spread numbers in [0, 1) for two skills, `dimension` 0 and 1: the additive sequence of Roberts (2018), so that any first few
/// volunteers are as mixed as all.
pub(crate) fn spread(k: usize, dimension: usize) -> f64 {
    // x³ = x + 1
    additive(k, 1.324_717_957_244_746, dimension)
}

/// The same for four skills, `dimension` 0 to 3.
pub(crate) fn spread_in_four(k: usize, dimension: usize) -> f64 {
    // x⁵ = x + 1
    additive(k, 1.167_303_978_261_418_7, dimension)
}

fn additive(k: usize, root: f64, dimension: usize) -> f64 {
    let step = root.powi(-(dimension as i32 + 1));
    (0.5 + step * (k + 1) as f64).fract()
}

/// The number `share` of the way from `low` to `high`.
pub(crate) fn between(low: f64, high: f64, share: f64) -> f64 {
    low + (high - low) * share
}
