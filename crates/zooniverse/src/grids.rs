//! Grids: which images they show, and the answers to them.

use std::sync::Arc;

use manyhands_grid::{Answer, Clicks, Decomposition, Tile};

use crate::{Names, collect::Shared};

/// The grids of an export and the answers to them, ready for `manyhands_grid`. The votes that follow from them are the
/// [`Question`](crate::Question) of the same name.
#[derive(Debug, Clone)]
pub struct Grids {
    name: String,
    tiles: Vec<Tile>,
    pictures: Vec<usize>,
    answers: Vec<GridAnswer>,
    rule: Decomposition,
    images: Arc<Names>,
    subjects: Arc<Names>,
    volunteers: Arc<Names>,
}

/// One volunteer's answer to one grid.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GridAnswer {
    /// Index of the volunteer in [`Grids::volunteers`].
    pub volunteer: usize,
    /// Index of the tile in [`Grids::tiles`].
    pub tile: usize,
    /// What they said.
    pub answer: Answer,
}

impl Grids {
    pub(crate) fn new(
        name: String,
        tiles: Vec<Tile>,
        pictures: Vec<usize>,
        answers: Vec<GridAnswer>,
        rule: Decomposition,
        images: Arc<Names>,
        shared: &Shared,
    ) -> Self {
        let (subjects, volunteers) = (shared.subjects.clone(), shared.volunteers.clone());
        Self { name, tiles, pictures, answers, rule, images, subjects, volunteers }
    }

    /// The task's name in the configuration.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The grids that were classified, in the order in which they first come; a subject whose metadata describe another grid from some row on
    /// is one more. The images of a tile are indices of [`images`](Self::images).
    pub fn tiles(&self) -> &[Tile] {
        &self.tiles
    }

    /// The subject that a tile is, as an index of [`subjects`](Self::subjects).
    pub fn picture(&self, tile: usize) -> Option<usize> {
        self.pictures.get(tile).copied()
    }

    /// The answers, in the order of the rows, without repeats that the cleaning drops and without gold.
    pub fn answers(&self) -> &[GridAnswer] {
        &self.answers
    }

    /// How answers are read back as labels.
    pub fn rule(&self) -> &Decomposition {
        &self.rule
    }

    /// What the answers cost.
    pub fn clicks(&self) -> Clicks {
        let clicks = |given: &GridAnswer| Clicks::of(&self.tiles[given.tile], &given.answer);
        self.answers.iter().map(|given| clicks(given).expect("cells are checked when they are read")).sum()
    }

    /// The ids of the images in the cells.
    pub fn images(&self) -> &Names {
        &self.images
    }

    /// The ids of the subjects.
    pub fn subjects(&self) -> &Names {
        &self.subjects
    }

    /// Who answered.
    pub fn volunteers(&self) -> &Names {
        &self.volunteers
    }
}
