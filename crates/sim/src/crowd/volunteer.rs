//! One volunteer: what they see, how long they keep clicking, and where the clicks land.

use manyhands_grid::{Answer, Choice, Layout, Tile};
use rand::Rng;

use crate::Error;
use crate::error::{check_range, check_share};

/// A grid has no clear majority to a volunteer if the two classes they see differ by at most this share of its cells.
const MARGIN: f64 = 0.1;

/// A simulated volunteer. All numbers but `activity` are probabilities.
///
/// On a grid, a volunteer looks at every cell and takes each for a positive or a negative. If all look the same, the answer is
/// [`AllPositive`](Choice::AllPositive) or [`AllNegative`](Choice::AllNegative); if the two classes differ by at most a tenth of the cells,
/// [`NoMajority`](Choice::NoMajority); else [`MostPositive`](Choice::MostPositive) or [`MostNegative`](Choice::MostNegative). Then the
/// volunteer goes through the cells row by row and clicks the minority (the positives if there is no majority), unless they skip the
/// step, tire, or miss.
///
/// Cells that repeat an image are looked at anew, as people do not compare cells.
///
/// ```
/// use manyhands_sim::Volunteer;
///
/// // Knows muons well, but after ten clicks only every third one follows.
/// let volunteer = Volunteer { fatigue: 0.11, ..Volunteer::new(0.95, 0.99) };
/// assert_eq!(volunteer.confusion()[1][1], 0.95);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Volunteer {
    /// Probability that a positive is taken for one.
    pub recognise_positive: f64,
    /// Probability that a negative is taken for one.
    pub recognise_negative: f64,
    /// How attention falls with work: after `c` clicks on a grid the next cell of the minority is clicked with probability
    /// `(1 − fatigue)^c`, so long lists of clicks stay unfinished. 0 for none.
    pub fatigue: f64,
    /// Probability that a grid's second step is left without a single click.
    pub skip: f64,
    /// Probability that a click misses: it lands on one of the eight cells around, each as likely, and is lost if the grid ends there.
    pub misclick: f64,
    /// How much this volunteer does, relative to others: a number from 10⁻¹⁰⁰ to 10¹⁰⁰.
    pub activity: f64,
}

impl Volunteer {
    /// A volunteer who takes a positive for a positive and a negative for a negative with these probabilities, never tires,
    /// skips or misses, and is as active as any other (activity 1).
    pub fn new(recognise_positive: f64, recognise_negative: f64) -> Self {
        Self { recognise_positive, recognise_negative, fatigue: 0.0, skip: 0.0, misclick: 0.0, activity: 1.0 }
    }

    /// The confusion matrix: entry `[truth][vote]` is the probability of the vote, 0 for a negative and 1 for a positive.
    ///
    /// It is exact for single-image votes, and for the labels of grids if `fatigue`, `skip` and `misclick` are 0 and no image is shown
    /// twice: then every image's label is what was seen in its cell, whatever the choice. Otherwise minorities are missed more often
    /// than it says.
    pub fn confusion(&self) -> [[f64; 2]; 2] {
        let (positive, negative) = (self.recognise_positive, self.recognise_negative);
        [[negative, 1.0 - negative], [1.0 - positive, positive]]
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        check_share("recognise_positive", self.recognise_positive)?;
        check_share("recognise_negative", self.recognise_negative)?;
        check_share("fatigue", self.fatigue)?;
        check_share("skip", self.skip)?;
        check_share("misclick", self.misclick)?;
        check_range("activity", self.activity, (1e-100, 1e100), "a number from 1e-100 to 1e100")
    }

    /// Whether the volunteer takes an image for a positive.
    pub(super) fn sees_positive(&self, positive: bool, rng: &mut impl Rng) -> bool {
        let right = if positive { self.recognise_positive } else { self.recognise_negative };
        (rng.random::<f64>() < right) == positive
    }

    /// Answers a tile; `truth` has an entry for every image on it.
    pub(super) fn answer(&self, tile: &Tile, truth: &[bool], rng: &mut impl Rng) -> Answer {
        let seen: Vec<bool> =
            tile.images().iter().map(|&image| self.sees_positive(truth[image], rng)).collect();
        let choice = choose(&seen);
        if choice.is_unanimous() || rng.random::<f64>() < self.skip {
            return Answer::new(choice, []);
        }
        let wanted = choice != Choice::MostPositive;
        let mut attention = 1.0;
        let mut clicked = Vec::new();
        for cell in (0..seen.len()).filter(|&cell| seen[cell] == wanted) {
            if rng.random::<f64>() < attention {
                attention *= 1.0 - self.fatigue;
                let missed = rng.random::<f64>() < self.misclick;
                clicked.extend(if missed { stray(cell, tile.layout(), rng) } else { Some(cell) });
            }
        }
        Answer::new(choice, clicked)
    }
}

/// The answer to a grid's first question, from what is seen in its cells.
fn choose(seen: &[bool]) -> Choice {
    let n_positive = seen.iter().filter(|&&positive| positive).count();
    let n_negative = seen.len() - n_positive;
    if n_positive == 0 {
        Choice::AllNegative
    } else if n_negative == 0 {
        Choice::AllPositive
    } else if n_positive.abs_diff(n_negative) as f64 <= MARGIN * seen.len() as f64 {
        Choice::NoMajority
    } else if n_positive > n_negative {
        Choice::MostPositive
    } else {
        Choice::MostNegative
    }
}

/// One of the eight cells around, or `None` beyond the edge of the grid.
fn stray(cell: usize, layout: Layout, rng: &mut impl Rng) -> Option<usize> {
    let around = rng.random_range(0..8);
    // Of the 3 × 3 places, numbered row by row, number 4 is the cell itself.
    let place = if around < 4 { around } else { around + 1 };
    let row = (cell / layout.cols() + place / 3).checked_sub(1)?;
    let col = (cell % layout.cols() + place % 3).checked_sub(1)?;
    (row < layout.rows() && col < layout.cols()).then(|| row * layout.cols() + col)
}
