//! A crowd: everybody's answers, in the order in which they come in.

use manyhands_grid::{Answer, Tile};
use rayon::prelude::*;

use super::Volunteer;
use super::schedule::schedule;
use crate::Error;
use crate::stream::{Purpose, stream};

/// One volunteer's answer to one tile.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct GridAnswer {
    /// Index of the volunteer in [`Crowd::volunteers`].
    pub volunteer: usize,
    /// Index of the tile.
    pub tile: usize,
    /// What they said.
    pub answer: Answer,
}

/// One volunteer's vote on one image, from an interface that shows images one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ImageVote {
    /// Index of the volunteer in [`Crowd::volunteers`].
    pub volunteer: usize,
    /// Index of the image.
    pub image: usize,
    /// Whether they called it a positive.
    pub positive: bool,
}

/// Simulated volunteers and the seed of what they do.
///
/// ```
/// use manyhands_grid::{Layout, Tiler};
/// use manyhands_sim::Crowd;
///
/// let truth: Vec<bool> = (0..360).map(|image| image % 30 == 0).collect();
/// let tiles = Tiler::new(Layout::square(6)).tile(&vec![0; truth.len()])?;
/// let answers = Crowd::public(200).seed(7).answer(&tiles, &truth, 5)?;
/// assert_eq!(answers.len(), 10 * 5);
/// let labels = answers[0].answer.labels(&tiles[answers[0].tile])?;
/// assert_eq!(labels.len(), 36);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Crowd {
    volunteers: Vec<Volunteer>,
    seed: u64,
}

impl Crowd {
    /// A crowd of these volunteers.
    pub fn new(volunteers: Vec<Volunteer>) -> Self {
        Self { volunteers, seed: 0 }
    }

    /// Seed of who comes when and of every answer. Default 0. The volunteers of a preset are the same for every seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The volunteers with their true skills, by index.
    pub fn volunteers(&self) -> &[Volunteer] {
        &self.volunteers
    }

    /// Every tile answered by `n_answers` different volunteers, in time order. `truth[image]` says whether an image is a positive.
    ///
    /// Volunteers come and go while the project runs; those who are there answer in proportion to their activity and see each
    /// tile at most once. The result depends on the seed and the arguments only, not on the number of threads. No tiles, no answers.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a volunteer with a number outside its domain, [`Error::Answers`] for fewer volunteers than answers
    /// wanted or no answer at all, [`Error::NoTruth`] for an image beyond the end of `truth`.
    pub fn answer(&self, tiles: &[Tile], truth: &[bool], n_answers: usize) -> Result<Vec<GridAnswer>, Error> {
        self.check(n_answers)?;
        let n_truth = truth.len();
        for (tile, images) in tiles.iter().map(Tile::images).enumerate() {
            if let Some(&image) = images.iter().find(|&&image| image >= n_truth) {
                return Err(Error::NoTruth { tile, image, n_truth });
            }
        }
        let answer = |(turn, (volunteer, tile)): (usize, (usize, usize))| {
            let mut rng = stream(self.seed, Purpose::Answer, turn as u64);
            let answer = self.volunteers[volunteer].answer(&tiles[tile], truth, &mut rng);
            GridAnswer { volunteer, tile, answer }
        };
        Ok(self
            .schedule(tiles.len(), n_answers, Purpose::Tiles)
            .into_par_iter()
            .enumerate()
            .map(answer)
            .collect())
    }

    /// Every image voted on by `n_votes` different volunteers one by one, in time order. `truth[image]` says whether it is a positive.
    ///
    /// A vote is what the volunteer sees: fatigue, skipping and missed clicks belong to grids. No images, no votes.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a volunteer with a number outside its domain, [`Error::Answers`] for fewer volunteers than votes
    /// wanted or no vote at all.
    pub fn vote(&self, truth: &[bool], n_votes: usize) -> Result<Vec<ImageVote>, Error> {
        self.check(n_votes)?;
        let vote = |(turn, (volunteer, image)): (usize, (usize, usize))| {
            let mut rng = stream(self.seed, Purpose::Vote, turn as u64);
            let positive = self.volunteers[volunteer].sees_positive(truth[image], &mut rng);
            ImageVote { volunteer, image, positive }
        };
        Ok(self
            .schedule(truth.len(), n_votes, Purpose::Images)
            .into_par_iter()
            .enumerate()
            .map(vote)
            .collect())
    }

    fn schedule(&self, n_items: usize, n_answers: usize, purpose: Purpose) -> Vec<(usize, usize)> {
        let activity: Vec<f64> = self.volunteers.iter().map(|volunteer| volunteer.activity).collect();
        schedule(n_items, n_answers, &activity, &mut stream(self.seed, purpose, 0))
    }

    fn check(&self, n_answers: usize) -> Result<(), Error> {
        self.volunteers.iter().try_for_each(Volunteer::check)?;
        let n_volunteers = self.volunteers.len();
        if n_answers == 0 || n_answers > n_volunteers {
            return Err(Error::Answers { n_answers, n_volunteers });
        }
        Ok(())
    }
}
