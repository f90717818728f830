//! Found positions matched one to one with true ones, and the scores that follow.

mod assignment;

use std::iter::Sum;

use assignment::Assignment;

use crate::{Error, Result};

/// A found position and the true one it is matched with.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct PointMatch {
    /// Index of the found position.
    pub found: usize,
    /// Index of the true position.
    pub truth: usize,
    /// How far they lie apart, at most the radius.
    pub distance: f64,
}

/// Found positions of one image matched one to one with true ones.
///
/// Only pairs at most `radius` apart can match. Of all matchings, those with most pairs are taken, of these the one with the least sum
/// of squared distances (Hungarian method, Kuhn 1955, by shortest augmenting paths, Jonker and Volgenant 1987). Of equally good ones it
/// is any one, always the same for the same order of positions.
///
/// Time and memory grow with the pairs within the radius, not with the product of the numbers of positions, and a path never leaves the
/// group of positions that such pairs connect: thousands of positions on one image are fine.
///
/// ```
/// use manyhands_metrics::{PointMatching, PointScore};
///
/// let found = [[10.0, 10.0], [13.0, 10.0], [50.0, 50.0]];
/// let truth = [[12.0, 10.0], [16.0, 10.0], [80.0, 80.0]];
/// // The nearest pair alone, found 1 with truth 0, would leave only one match within 4 pixels.
/// let matching = PointMatching::new(&found, &truth, 4.0)?;
/// assert_eq!(matching.matches().len(), 2);
/// let score = matching.score();
/// assert_eq!((score.precision(), score.recall()), (2.0 / 3.0, 2.0 / 3.0));
/// assert_eq!(score.rms_distance(), Some(6.5_f64.sqrt()));
/// // Images are added up before the scores are taken.
/// let all: PointScore = [score, PointMatching::new(&[], &truth, 4.0)?.score()].into_iter().sum();
/// assert_eq!(all.recall(), 2.0 / 6.0);
/// # Ok::<(), manyhands_metrics::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PointMatching {
    matches: Vec<PointMatch>,
    n_found: usize,
    n_truth: usize,
}

impl PointMatching {
    /// Matches positions `[x, y]`. Both lists may be empty, and positions may repeat.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] if `radius` is not a finite number above 0, [`Error::Position`] for a coordinate that is not finite.
    pub fn new(found: &[[f64; 2]], truth: &[[f64; 2]], radius: f64) -> Result<Self> {
        if !(radius.is_finite() && radius > 0.0) {
            let want = "a finite number above 0";
            return Err(Error::OutOfRange { field: "radius", value: radius, want });
        }
        check_positions("found", found)?;
        check_positions("truth", truth)?;
        let pairs = pairs_within(found, truth, radius);
        let matches = Assignment::new(&pairs, truth.len(), radius).solve();
        Ok(Self { matches, n_found: found.len(), n_truth: truth.len() })
    }

    /// The matched pairs, by ascending found index.
    pub fn matches(&self) -> &[PointMatch] {
        &self.matches
    }

    /// The counts behind precision, recall, F1 and rms distance.
    pub fn score(&self) -> PointScore {
        PointScore {
            n_matched: self.matches.len(),
            n_found: self.n_found,
            n_truth: self.n_truth,
            sum_of_squares: self.matches.iter().map(|pair| pair.distance.powi(2)).sum(),
        }
    }
}

/// Counts of matched, found and true positions of one image or of many, and the scores that follow. Add up images with `sum`.
///
/// A score whose denominator is 0 is 0: the recall of an image without true positions, for example.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PointScore {
    /// Matched pairs.
    pub n_matched: usize,
    /// Found positions.
    pub n_found: usize,
    /// True positions.
    pub n_truth: usize,
    /// Sum of the squared distances of matched pairs, in squared units of the positions.
    pub sum_of_squares: f64,
}

impl PointScore {
    /// Share of found positions that are matched.
    pub fn precision(&self) -> f64 {
        ratio(self.n_matched, self.n_found)
    }

    /// Share of true positions that are matched.
    pub fn recall(&self) -> f64 {
        ratio(self.n_matched, self.n_truth)
    }

    /// F1: the harmonic mean of precision and recall, `2·matched / (found + true)`.
    pub fn f1(&self) -> f64 {
        ratio(2 * self.n_matched, self.n_found + self.n_truth)
    }

    /// Root of the mean squared distance of matched pairs; `None` without a match.
    pub fn rms_distance(&self) -> Option<f64> {
        (self.n_matched > 0).then(|| (self.sum_of_squares / self.n_matched as f64).sqrt())
    }
}

impl Sum for PointScore {
    fn sum<I: Iterator<Item = Self>>(scores: I) -> Self {
        scores.fold(Self::default(), |a, b| Self {
            n_matched: a.n_matched + b.n_matched,
            n_found: a.n_found + b.n_found,
            n_truth: a.n_truth + b.n_truth,
            sum_of_squares: a.sum_of_squares + b.sum_of_squares,
        })
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole > 0 { part as f64 / whole as f64 } else { 0.0 }
}

fn check_positions(field: &'static str, positions: &[[f64; 2]]) -> Result<()> {
    match positions.iter().position(|[x, y]| !(x.is_finite() && y.is_finite())) {
        Some(index) => {
            let [x, y] = positions[index];
            Err(Error::Position { field, index, x, y })
        }
        None => Ok(()),
    }
}

/// For every found position, the true ones within the radius with their distances, by ascending index.
fn pairs_within(found: &[[f64; 2]], truth: &[[f64; 2]], radius: f64) -> Vec<Vec<(usize, f64)>> {
    let mut by_x: Vec<usize> = (0..truth.len()).collect();
    by_x.sort_by(|&a, &b| truth[a][0].total_cmp(&truth[b][0]));
    let near = |&[x, y]: &[f64; 2]| {
        let start = by_x.partition_point(|&index| x - truth[index][0] > radius);
        let mut near: Vec<(usize, f64)> = by_x[start..]
            .iter()
            .take_while(|&&index| truth[index][0] - x <= radius)
            .map(|&index| (index, (truth[index][0] - x).hypot(truth[index][1] - y)))
            .filter(|&(_, distance)| distance <= radius)
            .collect();
        near.sort_unstable_by_key(|&(index, _)| index);
        near
    };
    found.iter().map(near).collect()
}
