//! The one error type of the crate.

use thiserror::Error;

use crate::Kind;

/// What can be wrong with a request to simulate. Every message names the field, what it got and what it wants.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// No image was asked for.
    #[error("n_images: got 0, want at least 1")]
    NoImages,

    /// Images are numbered below 2⁵⁶, so that every one has a random stream of its own.
    #[error("first + n_images: got {first} + {n_images}, want at most 2^56")]
    ImageIndex {
        /// Number of the first image asked for.
        first: usize,
        /// Images asked for.
        n_images: usize,
    },

    /// A number is outside its domain, or not a number.
    #[error("{field}: got {value}, want {want}")]
    OutOfRange {
        /// Name of the field or option.
        field: &'static str,
        /// What it was given.
        value: f64,
        /// The domain, in words.
        want: &'static str,
    },

    /// The shares of the kinds of event exceed the whole.
    #[error("positive_rate + gamma_rate + night_sky_rate: got {sum}, want at most 1")]
    Rates {
        /// The sum of the three rates.
        sum: f64,
    },

    /// The camera has no pixels.
    #[error("positions: got no pixel, want at least 1")]
    NoPixels,

    /// A pixel's position is not a pair of finite numbers.
    #[error("positions: pixel {pixel} stands at ({x}, {y}), want finite numbers")]
    Position {
        /// Index of the pixel.
        pixel: usize,
        /// Its x coordinate.
        x: f64,
        /// Its y coordinate.
        y: f64,
    },

    /// An image has more or fewer pixels than the camera.
    #[error("image: got {got} pixels, want the camera's {wants}")]
    PixelCount {
        /// Pixels of the image.
        got: usize,
        /// Pixels of the camera.
        wants: usize,
    },

    /// Two pixels are closer than half the pitch.
    #[error(
        "positions: pixels {first} and {second} are {distance} apart, want at least half the pitch, {pitch} / 2"
    )]
    Overlap {
        /// The pixel with the lower index.
        first: usize,
        /// The other pixel.
        second: usize,
        /// Their distance.
        distance: f64,
        /// The pitch of the camera.
        pitch: f64,
    },

    /// The camera is not mapped onto itself by the rotations and mirrors of the hexagon.
    #[error(
        "symmetries: operation {operation} moves pixel {pixel} to where no pixel is, want a camera closed under the hexagon's 12 operations"
    )]
    NotSymmetric {
        /// Index of the operation, 0 to 11.
        operation: usize,
        /// The first pixel without an image under it.
        pixel: usize,
    },

    /// Events of one kind do not pass the trigger and the cleaning of this camera, or are fainter than what is kept.
    #[error(
        "camera: no {kind:?} event out of {attempts} passed trigger and cleaning, want a camera or settings that see it"
    )]
    NeverTriggers {
        /// Kind of event.
        kind: Kind,
        /// Events drawn.
        attempts: usize,
    },

    /// No answer was asked for, or more than there are volunteers, who answer only once.
    #[error(
        "n_answers: got {n_answers} with {n_volunteers} volunteers, want at least 1 and at most one per volunteer"
    )]
    Answers {
        /// Answers asked for, for every tile or image.
        n_answers: usize,
        /// Volunteers in the crowd.
        n_volunteers: usize,
    },

    /// A tile shows an image without a truth.
    #[error("truth: got {n_truth} entries, want one for image {image}, which tile {tile} shows")]
    NoTruth {
        /// Index of the tile.
        tile: usize,
        /// The image that it shows.
        image: usize,
        /// Entries of the truth.
        n_truth: usize,
    },

    /// Subjects outside the survey were asked for, or none.
    #[error(
        "first, n: got {first}, {n} in a survey of {n_subjects} subjects, want at least 1 subject and none beyond the last"
    )]
    Subjects {
        /// Index of the first subject asked for.
        first: usize,
        /// Subjects asked for.
        n: usize,
        /// Subjects in the survey.
        n_subjects: usize,
    },

    /// A subject is to be seen by nobody, or by more volunteers than there are, who see it only once.
    #[error(
        "viewers: got {viewers} with {n_volunteers} volunteers, want at least 1 and at most one per volunteer"
    )]
    Viewers {
        /// Mean number of viewers asked for.
        viewers: f64,
        /// Volunteers in the survey.
        n_volunteers: usize,
    },

    /// The smallest image is empty or larger than the largest one.
    #[error(
        "smallest: got {smallest:?} with largest {largest:?}, want at least 1 pixel and at most the largest, each way"
    )]
    ImageSize {
        /// Width and height of the smallest image in pixels.
        smallest: [u32; 2],
        /// Those of the largest.
        largest: [u32; 2],
    },
}

/// `Ok` if `value` is a finite number inside `[min, max]`.
pub(crate) fn check_range(
    field: &'static str,
    value: f64,
    (min, max): (f64, f64),
    want: &'static str,
) -> Result<(), Error> {
    if value.is_finite() && (min..=max).contains(&value) {
        return Ok(());
    }
    Err(Error::OutOfRange { field, value, want })
}

/// `Ok` if `value` is a probability or a share.
pub(crate) fn check_share(field: &'static str, value: f64) -> Result<(), Error> {
    check_range(field, value, (0.0, 1.0), "a share from 0 to 1")
}

/// `Ok` if `value` is finite and not negative.
pub(crate) fn check_not_negative(field: &'static str, value: f64) -> Result<(), Error> {
    check_range(field, value, (0.0, f64::INFINITY), "a finite number, at least 0")
}

/// `Ok` if `value` is finite and positive.
pub(crate) fn check_positive(field: &'static str, value: f64) -> Result<(), Error> {
    check_range(field, value, (f64::MIN_POSITIVE, f64::INFINITY), "a finite number above 0")
}
