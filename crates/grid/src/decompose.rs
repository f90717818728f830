//! How an answer about a grid becomes one vote per image, where the published text leaves a choice.

use crate::{Answer, Choice, Result, Tile};

/// The two rules of a decomposition that sources disagree on or do not state.
///
/// ```
/// use manyhands_grid::{Answer, Choice, Decomposition, Highlighted, Layout, Tile};
///
/// let tile = Tile::new(Layout::new(1, 3), 0, vec![0, 1, 2])?;
/// let answer = Answer::new(Choice::NoMajority, [1]);
/// assert_eq!(answer.labels(&tile)?, [(0, false), (1, true), (2, false)]);
///
/// let rule = Decomposition { no_majority: Highlighted::Negatives, ..Decomposition::default() };
/// assert_eq!(answer.labels_with(&tile, &rule)?, [(0, true), (1, false), (2, true)]);
/// # Ok::<(), manyhands_grid::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Decomposition {
    /// What a click means when the volunteer saw no clear majority. Default: the positives, as the paper says.
    pub no_majority: Highlighted,
    /// What holds for an image that several cells of the tile show. Default: one click is enough.
    pub padding: Padding,
}

/// What the volunteer was asked to highlight in a grid without a clear majority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Highlighted {
    /// The positives: what the paper of Muon Hunters 2.0 says (section 2.1).
    #[default]
    Positives,
    /// The negatives: how the project's own analysis program reads such an answer.
    Negatives,
}

/// When an image counts as clicked that more than one cell of a tile shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Padding {
    /// When any of its cells is clicked: a volunteer forgets a cell more often than they click a wrong one.
    #[default]
    AnyClicked,
    /// When all of its cells are clicked.
    AllClicked,
    /// When all of its cells are clicked; the image gets no vote when only some of them are.
    DropIfInconsistent,
}

impl Padding {
    /// Whether an image counts as clicked, or `None` for no vote.
    fn clicked(self, n_clicked: usize, n_shown: usize) -> Option<bool> {
        match self {
            Self::AnyClicked => Some(n_clicked > 0),
            Self::AllClicked => Some(n_clicked == n_shown),
            Self::DropIfInconsistent => (n_clicked == 0 || n_clicked == n_shown).then_some(n_clicked > 0),
        }
    }
}

impl Decomposition {
    /// The label of a clicked image and of one that is not.
    fn votes(&self, choice: Choice) -> (bool, bool) {
        match (choice, self.no_majority) {
            (Choice::AllPositive, _) => (true, true),
            (Choice::AllNegative, _) => (false, false),
            (Choice::MostPositive, _) | (Choice::NoMajority, Highlighted::Negatives) => (false, true),
            (Choice::MostNegative, _) | (Choice::NoMajority, Highlighted::Positives) => (true, false),
        }
    }
}

impl Answer {
    /// One label per image that the tile asks about, `(image, is positive)`, in the order of the images' first own
    /// cells: what this volunteer says of every single image.
    ///
    /// | choice | clicked | not clicked |
    /// |---|---|---|
    /// | [`AllPositive`](Choice::AllPositive) | positive | positive |
    /// | [`MostPositive`](Choice::MostPositive) | negative | positive |
    /// | [`NoMajority`](Choice::NoMajority) | positive | negative |
    /// | [`MostNegative`](Choice::MostNegative) | positive | negative |
    /// | [`AllNegative`](Choice::AllNegative) | negative | negative |
    ///
    /// So clicks that came with an unanimous choice are ignored. Padding never votes: an image that two cells show gets
    /// one label, and an image that only fills this grid gets its label from its own tile.
    ///
    /// # Errors
    /// [`Error::CellOutOfRange`](crate::Error::CellOutOfRange) when the answer highlights a cell that the tile does
    /// not have, whatever the choice.
    pub fn labels(&self, tile: &Tile) -> Result<Vec<(usize, bool)>> {
        self.labels_with(tile, &Decomposition::default())
    }

    /// [`labels`](Self::labels) by other rules.
    ///
    /// # Errors
    /// Those of [`labels`](Self::labels).
    pub fn labels_with(&self, tile: &Tile, rule: &Decomposition) -> Result<Vec<(usize, bool)>> {
        tile.layout().check_cells(self.highlighted())?;
        let (clicked_vote, unclicked_vote) = rule.votes(self.choice());
        if self.choice().is_unanimous() {
            return Ok(tile.own_images().map(|image| (image, clicked_vote)).collect());
        }
        let mut labels = Vec::with_capacity(tile.n_distinct());
        for (cell, image) in tile.own_cells() {
            // Repeats of an own image can only lie in padding.
            let repeats = tile.padding().iter().filter(|&&other| tile.images()[other] == image);
            let (n_clicked, n_shown) = repeats
                .fold((usize::from(self.highlights(cell)), 1), |(clicked, shown), &other| {
                    (clicked + usize::from(self.highlights(other)), shown + 1)
                });
            if let Some(clicked) = rule.padding.clicked(n_clicked, n_shown) {
                labels.push((image, if clicked { clicked_vote } else { unclicked_vote }));
            }
        }
        Ok(labels)
    }
}
