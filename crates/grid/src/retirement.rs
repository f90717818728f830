//! Retirement: a tile has been answered often enough.

use std::collections::BTreeMap;

use crate::{Error, Result};

/// Counts the answers of every tile and says when a tile retires. Muon Hunters 2.0 retires a grid after 10 volunteers.
///
/// ```
/// use manyhands_grid::{Progress, Retirement};
///
/// let mut retirement = Retirement::after(2)?;
/// assert_eq!(retirement.observe(40), Progress::Open { n_missing: 1 });
/// assert_eq!(retirement.observe(40), Progress::Retired);
/// assert_eq!(retirement.observe(40), Progress::Late); // leave this answer out
/// assert_eq!(retirement.retired().collect::<Vec<_>>(), [40]);
/// # Ok::<(), manyhands_grid::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retirement {
    n_answers: usize,
    /// Answers counted, by tile.
    counts: BTreeMap<usize, usize>,
    n_late: usize,
}

/// What an answer did to its tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use = "a late answer is not counted and should not be used"]
pub enum Progress {
    /// The answer counts; the tile needs more.
    Open {
        /// How many more.
        n_missing: usize,
    },
    /// The answer counts, and it is the tile's last.
    Retired,
    /// The tile had retired before; the answer does not count.
    Late,
}

impl Retirement {
    /// Tiles retire with their `n_answers`-th answer.
    ///
    /// # Errors
    /// [`Error::ZeroAnswers`] for 0: every tile would retire unseen.
    pub fn after(n_answers: usize) -> Result<Self> {
        if n_answers == 0 {
            return Err(Error::ZeroAnswers);
        }
        Ok(Self { n_answers, counts: BTreeMap::new(), n_late: 0 })
    }

    /// Takes note of one answer about a tile, which any number may name.
    pub fn observe(&mut self, tile: usize) -> Progress {
        let count = self.counts.entry(tile).or_insert(0);
        match self.n_answers - *count {
            0 => {
                self.n_late += 1;
                Progress::Late
            }
            n_open => {
                *count += 1;
                if n_open == 1 { Progress::Retired } else { Progress::Open { n_missing: n_open - 1 } }
            }
        }
    }

    /// Answers counted for a tile, at most the number that retires it.
    pub fn n_answers(&self, tile: usize) -> usize {
        self.counts.get(&tile).copied().unwrap_or(0)
    }

    /// Whether a tile has retired.
    pub fn is_retired(&self, tile: usize) -> bool {
        self.n_answers(tile) == self.n_answers
    }

    /// The retired tiles, ascending.
    pub fn retired(&self) -> impl Iterator<Item = usize> + '_ {
        self.counts.iter().filter(|&(_, &count)| count == self.n_answers).map(|(&tile, _)| tile)
    }

    /// Answers that came too late, over all tiles.
    pub fn n_late(&self) -> usize {
        self.n_late
    }
}
