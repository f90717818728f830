//! Mean shift on the marks of every subject.

use super::window::Windows;
use super::{Consensus, THRESHOLD, check_length, check_threshold};
use crate::{Result, Survey};

/// Mean shift with a flat kernel (Comaniciu & Meer 2002): every mark climbs to where marks are dense.
///
/// A circle of radius `bandwidth` starts at every mark and moves to the mean of the marks in it until it rests. Of resting
/// places at most a bandwidth apart, the one with most marks is kept (of equal ones, that with the greater x, then y), and every
/// mark goes to the nearest place (of equally near ones, to that with more marks). All of this as in scikit-learn.
///
/// ```
/// use manyhands_clicks::baselines::MeanShift;
/// use manyhands_clicks::{Click, Survey};
///
/// let mut builder = Survey::builder();
/// let subject = builder.subject(300.0, 300.0)?;
/// for (volunteer, x) in [10.0, 12.0, 11.0, 200.0].into_iter().enumerate() {
///     builder.annotate(subject, volunteer, &[Click::point(x, 50.0)])?;
/// }
/// let consensus = MeanShift::params(3.0).fit(&builder.build()?)?;
/// assert_eq!(consensus.clumps(subject).len(), 1);
/// assert_eq!(consensus.assignment(subject), [Some(0), Some(0), Some(0), None]);
/// # Ok::<(), manyhands_clicks::Error>(())
/// ```
#[derive(Debug)]
pub struct MeanShift;

/// Parameters of [`MeanShift`]; made by [`MeanShift::params`].
#[derive(Debug, Clone, PartialEq)]
pub struct MeanShiftParams {
    bandwidth: f64,
    threshold: f64,
}

/// scikit-learn's: a circle rests when it moves by no more than this share of the bandwidth, or after so many moves.
const REST: f64 = 1e-3;
const MAX_MOVES: usize = 301;

impl MeanShift {
    /// `bandwidth` is the radius of the circle, in pixels.
    pub fn params(bandwidth: f64) -> MeanShiftParams {
        MeanShiftParams { bandwidth, threshold: THRESHOLD }
    }
}

impl MeanShiftParams {
    /// The share of a subject's viewers that must have marked a cluster, 0 to 1. Default: 0.6, as Clump Scout's simple aggregation.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// Clusters every subject.
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter): `bandwidth` wants to be above 0, `threshold` from 0 to 1.
    pub fn fit(&self, survey: &Survey) -> Result<Consensus> {
        check_length("bandwidth", self.bandwidth)?;
        check_threshold(self.threshold)?;
        Ok(Consensus::new(survey, self.threshold, |xy| cluster(xy, self.bandwidth)))
    }
}

fn cluster(xy: &[[f64; 2]], bandwidth: f64) -> Vec<Option<usize>> {
    let windows = Windows::new(xy, bandwidth);
    let mut seeds = xy.to_vec();
    seeds.sort_unstable_by(by_coordinates);
    seeds.dedup();
    let mut places: Vec<(usize, [f64; 2])> =
        seeds.into_iter().filter_map(|seed| climb(&windows, seed, bandwidth)).collect();
    places.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| by_coordinates(&b.1, &a.1)));

    let mut kept: Vec<[f64; 2]> = Vec::new();
    for (_, place) in places {
        if kept.iter().all(|other| square(*other, place) > bandwidth.powi(2)) {
            kept.push(place);
        }
    }
    xy.iter().map(|&mark| nearest(&kept, mark)).collect()
}

/// How many marks are in the circle when it rests, and their mean.
fn climb(windows: &Windows, seed: [f64; 2], bandwidth: f64) -> Option<(usize, [f64; 2])> {
    let (mut n, mut mean, mut last) = (0, seed, seed);
    for _ in 0..MAX_MOVES {
        (n, mean) = windows.mean(last)?;
        if square(mean, last).sqrt() <= REST * bandwidth {
            break;
        }
        last = mean;
    }
    Some((n, mean))
}

/// The first of the nearest.
fn nearest(places: &[[f64; 2]], mark: [f64; 2]) -> Option<usize> {
    (0..places.len()).min_by(|&a, &b| square(places[a], mark).total_cmp(&square(places[b], mark)))
}

fn square(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)
}

fn by_coordinates(a: &[f64; 2], b: &[f64; 2]) -> std::cmp::Ordering {
    a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1]))
}
