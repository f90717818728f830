//! The trigger: three touching pixels above a threshold.

use super::Camera;

/// Whether some pixel that expects more than `threshold` photoelectrons has at least two neighbours that do. It looks at the light
/// that is expected, so an event triggers or does not whatever its noise.
pub(super) fn triggers(camera: &Camera, threshold: f64, light: &[f64]) -> bool {
    let bright = |pixel: usize| light[pixel] > threshold;
    (0..light.len()).any(|pixel| {
        bright(pixel)
            && camera.neighbours()[pixel].iter().filter(|&&other| bright(other)).take(2).count() == 2
    })
}
