//! The trigger: three touching pixels above a threshold.

use super::Camera;

/// A pixel takes part in the trigger if it expects more than this many photoelectrons.
const THRESHOLD: f64 = 5.0;

/// Whether some pixel above the threshold has at least two neighbours above it. It looks at the light that is expected, so
/// an event triggers or does not whatever its noise.
pub(super) fn triggers(camera: &Camera, light: &[f64]) -> bool {
    let bright = |pixel: usize| light[pixel] > THRESHOLD;
    (0..light.len()).any(|pixel| {
        bright(pixel)
            && camera.neighbours()[pixel].iter().filter(|&&other| bright(other)).take(2).count() == 2
    })
}
