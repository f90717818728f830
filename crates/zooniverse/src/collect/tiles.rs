//! Tiles: the grids that have come so far, the answers to them, and what becomes of both in the end.

use std::sync::Arc;

use manyhands_grid::{Answer, Decomposition, Layout, Tile};

use super::{Results, Shared, Who, cells::NewTile};
use crate::{
    Error, GridAnswer, Grids, Names,
    question::{Parts, VoteColumns},
};

/// Grids and the answers to them.
#[derive(Debug, Default)]
pub(super) struct Tiles {
    tiles: Vec<Tile>,
    /// Whether the size of the cells in pixels is known.
    is_sized: Vec<bool>,
    /// The subject that each tile is.
    pictures: Vec<u32>,
    images: Names,
    answers: Vec<(Who, u32, Answer)>,
}

/// The tile of the row at hand.
#[derive(Debug, Clone)]
pub(super) enum Shown {
    Known(u32),
    New(NewTile),
}

impl Tiles {
    /// The layout, and whether the size of its cells in pixels is known.
    pub(super) fn layout(&self, shown: &Shown) -> (Layout, bool) {
        match shown {
            Shown::Known(tile) => (self.tiles[*tile as usize].layout(), self.is_sized[*tile as usize]),
            Shown::New(tile) => (tile.layout, tile.is_sized),
        }
    }

    /// Whether a tile is what `new` would make.
    pub(super) fn is(&self, tile: u32, new: &NewTile) -> bool {
        let images: Option<Vec<usize>> = new.ids.iter().map(|id| self.images.index(id)).collect();
        let made = images.and_then(|images| new.tile(images).ok());
        self.is_sized[tile as usize] == new.is_sized && made.as_ref() == Some(&self.tiles[tile as usize])
    }

    /// Takes an answer; a new tile gets the next number, which is returned.
    pub(super) fn push(&mut self, who: Who, shown: Shown, answer: Answer) -> Result<u32, Error> {
        let tile = match shown {
            Shown::Known(tile) => tile,
            Shown::New(new) => {
                let insert =
                    |id: &String| self.images.insert(id, "images of grids").map(|image| image as usize);
                let images = new.ids.iter().map(insert).collect::<Result<Vec<_>, _>>()?;
                self.tiles.push(new.tile(images).expect("checked when it was read"));
                self.is_sized.push(new.is_sized);
                self.pictures.push(who.subject);
                self.tiles.len() as u32 - 1
            }
        };
        self.answers.push((who, tile, answer));
        Ok(tile)
    }

    pub(super) fn finish(
        self,
        name: String,
        key: String,
        rule: Decomposition,
        shared: &Shared,
        results: &mut Results,
    ) {
        let (mut votes, mut gold) = (VoteColumns::default(), VoteColumns::default());
        let mut answers = vec![];
        let images = Arc::new(self.images);
        for (who, tile, answer) in self.answers {
            let labels = answer.labels_with(&self.tiles[tile as usize], &rule);
            for (image, positive) in labels.expect("cells are checked when they are read") {
                let columns = if who.is_gold { &mut gold } else { &mut votes };
                columns.push(Who { subject: image as u32, ..who }, u16::from(positive));
            }
            if shared.is_kept[who.row as usize] && !who.is_gold {
                answers.push(GridAnswer { volunteer: who.volunteer as usize, tile: tile as usize, answer });
            }
        }
        let classes = vec!["negative".to_owned(), "positive".to_owned()];
        let parts = Parts { name: name.clone(), key, classes, votes, gold, subjects: Some(images.clone()) };
        results.questions.push(parts.finish(&[0, 1], shared));
        let pictures = self.pictures.iter().map(|&subject| subject as usize).collect();
        results.grids.push(Grids::new(name, self.tiles, pictures, answers, rule, images, shared));
    }
}
