//! An answer: what one volunteer says about one grid.

use std::cmp::Ordering;

use crate::{Choice, Error, Layout, Result, Tile};

/// One volunteer's answer about one tile: the choice of the first question and the cells highlighted in the second.
///
/// [`labels`](Self::labels) reads it back as one label per image.
///
/// ```
/// use manyhands_grid::{Answer, Choice, Layout, Tile};
///
/// let tile = Tile::new(Layout::square(2), 0, vec![4, 7, 1, 9])?;
/// let answer = Answer::new(Choice::MostNegative, [2, 2]);
/// assert_eq!(answer.highlighted(), [2]);
/// assert_eq!(answer.labels(&tile)?, [(4, false), (7, false), (1, true), (9, false)]);
/// # Ok::<(), manyhands_grid::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(from = "Record"))]
pub struct Answer {
    choice: Choice,
    /// A set: ascending, each cell once.
    cells: Vec<usize>,
}

impl Answer {
    /// An answer with the cells that the volunteer clicked, in any order. A cell clicked twice counts once. Whether the
    /// tile has these cells is checked when the answer is used with one.
    pub fn new(choice: Choice, cells: impl IntoIterator<Item = usize>) -> Self {
        let mut cells: Vec<usize> = cells.into_iter().collect();
        cells.sort_unstable();
        cells.dedup();
        Self { choice, cells }
    }

    /// An answer from clicked points, in pixels of the grid's picture at its natural size, and how many of the points
    /// fell outside of every cell ([`Layout::cell_at`]); those highlight nothing.
    ///
    /// ```
    /// use manyhands_grid::{Answer, Choice, Layout};
    ///
    /// let layout = Layout::square(2).cell_size(50, 50);
    /// let (answer, n_outside) = Answer::from_clicks(Choice::MostNegative, layout, &[(60.0, 10.0), (-3.0, 10.0)]);
    /// assert_eq!(answer.highlighted(), [1]);
    /// assert_eq!(n_outside, 1);
    /// ```
    pub fn from_clicks(choice: Choice, layout: Layout, points: &[(f64, f64)]) -> (Self, usize) {
        let cells: Vec<usize> = points.iter().filter_map(|&(x, y)| layout.cell_at(x, y)).collect();
        let n_outside = points.len() - cells.len();
        (Self::new(choice, cells), n_outside)
    }

    /// The answer of a volunteer who makes no mistake: `truth[image]` is whether an image is positive.
    ///
    /// A grid of one class is answered [`AllPositive`](Choice::AllPositive) or [`AllNegative`](Choice::AllNegative).
    /// Otherwise the strict majority of the cells shown, padding included, decides the choice, and the cells of the
    /// minority are highlighted, padding included. An exact tie is [`NoMajority`](Choice::NoMajority) with the positives
    /// highlighted. So never more than half of the cells are highlighted.
    ///
    /// # Errors
    /// [`Error::NoTruth`] when the tile shows an image that `truth` does not have.
    pub fn truthful(tile: &Tile, truth: &[bool]) -> Result<Self> {
        let shown = tile
            .images()
            .iter()
            .map(|&image| truth.get(image).copied().ok_or(Error::NoTruth { image, n_truth: truth.len() }))
            .collect::<Result<Vec<bool>>>()?;
        let n_positive = shown.iter().filter(|&&positive| positive).count();
        let n_negative = shown.len() - n_positive;
        let choice = match n_positive.cmp(&n_negative) {
            _ if n_negative == 0 => Choice::AllPositive,
            _ if n_positive == 0 => Choice::AllNegative,
            Ordering::Greater => Choice::MostPositive,
            Ordering::Equal => Choice::NoMajority,
            Ordering::Less => Choice::MostNegative,
        };
        let highlighted_class = choice != Choice::MostPositive;
        let cells =
            (0..shown.len()).filter(|&cell| !choice.is_unanimous() && shown[cell] == highlighted_class);
        Ok(Self::new(choice, cells))
    }

    /// The answer to the first question.
    pub fn choice(&self) -> Choice {
        self.choice
    }

    /// The cells clicked, as a set: ascending, each once. With an unanimous choice they mean nothing, but are kept.
    pub fn highlighted(&self) -> &[usize] {
        &self.cells
    }

    /// Whether a cell is clicked.
    pub fn highlights(&self, cell: usize) -> bool {
        self.cells.binary_search(&cell).is_ok()
    }
}

/// What a saved answer holds, before its cells are made a set.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Record {
    choice: Choice,
    cells: Vec<usize>,
}

#[cfg(feature = "serde")]
impl From<Record> for Answer {
    fn from(record: Record) -> Self {
        Self::new(record.choice, record.cells)
    }
}
