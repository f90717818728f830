//! The volunteers: tiles go out, answers come back, and become one label per image.

use anyhow::Result;
use manyhands_dec::LabelWeights;
use manyhands_grid::{Clicks, Layout, Tile, Tiler};
use manyhands_metrics::Binary;
use manyhands_sim::Crowd;
use manyhands_votes::{Consensus, MajorityVote, Mode, PseudoCounts, Swap, Temperature, Vote, VoteTable};
use ndarray::{Array2, ArrayView1};

use crate::args::Settings;
use crate::data::Data;

/// Parts of the gold that are held out in turn.
const FOLDS: usize = 5;

/// All that volunteers have said so far. Test images are subjects too, numbered after the training images.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    votes: Vec<Vote>,
    /// Clicks that the volunteers really made, those on padding too, which they cannot tell from the rest.
    pub(crate) n_clicks: usize,
}

/// What the aggregation makes of the answers.
#[derive(Debug)]
pub(crate) struct Aggregate {
    /// Label of each training image; `None` where nobody has looked yet. Gold keeps its truth.
    pub(crate) labels: Vec<Option<usize>>,
    /// How probable SWAP finds each class, training images × classes: what the labels come from, with the truth of gold. Zeros where nobody
    /// has looked yet.
    pub(crate) probabilities: Array2<f64>,
    /// What a label of each class counts where a model learns from them, and where they name a cluster.
    pub(crate) weights: [f64; 2],
    /// F1 on the test images, by name.
    pub(crate) scores: Vec<(&'static str, f64)>,
    pub(crate) swap: Swap,
}

impl Aggregate {
    pub(crate) fn score(&self, name: &str) -> f64 {
        self.scores.iter().find(|(of, _)| *of == name).map_or(f64::NAN, |(_, score)| *score)
    }
}

/// Names of the scores, as the pictures and the table show them.
pub(crate) const SWAP: &str = "SWAP";
pub(crate) const MAJORITY: &str = "vote fraction";
pub(crate) const FIRST: &str = "first vote";
pub(crate) const ALL_ONES: &str = "all ones";
pub(crate) const FLIPPED: &str = "flipped label";

impl Answers {
    /// Shows `tiles` to the crowd. `offset` is the number of the tiles' first image as a subject.
    pub(crate) fn ask(
        &mut self,
        settings: &Settings,
        tiles: &[Tile],
        truth: &[bool],
        offset: usize,
        seed: u64,
    ) -> Result<()> {
        let crowd = if settings.stage == 1 {
            Crowd::beta(settings.n_volunteers)
        } else {
            Crowd::public(settings.n_volunteers)
        };
        for given in crowd.seed(seed).answer(tiles, truth, settings.n_answers)? {
            let tile = &tiles[given.tile];
            let clicks = Clicks::of(tile, &given.answer)?;
            self.n_clicks += clicks.total_clicks() + clicks.padding_clicks();
            for (image, is_positive) in given.answer.labels(tile)? {
                let vote = Vote {
                    volunteer: given.volunteer,
                    subject: offset + image,
                    label: usize::from(is_positive),
                };
                self.votes.push(vote);
            }
        }
        Ok(())
    }

    /// Majority vote and SWAP over everything said so far.
    pub(crate) fn aggregate(&self, settings: &Settings, data: &Data) -> Result<Aggregate> {
        // Gold is a random part of the images here, so it tells the rate of positives; where it is not, the user has to.
        let n_positive = data.gold.iter().filter(|&&(_, truth)| truth == 1).count() as f64;
        let p1 = (n_positive + 1.0) / (data.gold.len() as f64 + 2.0);
        let prior = [1.0 - p1, p1];
        let swap = Swap::params(prior).gold(&data.gold).fit(&self.votes)?;
        let majority = MajorityVote::params(2).fit(&self.votes)?;
        let n = data.train.truth.len();
        let (mut labels, mut probabilities) = (vec![None; n], Array2::zeros((n, 2)));
        for (row, (label, mut to)) in labels.iter_mut().zip(probabilities.rows_mut()).enumerate() {
            let Some(estimate) = swap.estimate(row) else { continue };
            *label = Some(estimate.label);
            to.assign(&ArrayView1::from(&estimate.probabilities));
        }
        for &(row, truth) in &data.gold {
            labels[row] = Some(truth);
            probabilities.row_mut(row).fill(0.0);
            probabilities[[row, truth]] = 1.0;
        }

        let truth = data.test.positives();
        let first = self.first_votes(data);
        let offset = data.train.truth.len();
        let of = |label: &dyn Fn(usize) -> usize| -> Result<f64> {
            let labels: Vec<bool> = (0..truth.len()).map(|row| label(offset + row) == 1).collect();
            Ok(Binary::new(&truth, &labels)?.f1())
        };
        let by_majority = |subject| majority.estimate(subject).map_or(0, |estimate| estimate.label);
        let scores = vec![
            (SWAP, of(&|subject| swap.estimate(subject).map_or(0, |estimate| estimate.label))?),
            (MAJORITY, of(&by_majority)?),
            (FIRST, of(&|subject| first[subject - offset])?),
            (ALL_ONES, of(&|_| 1)?),
            (FLIPPED, of(&|subject| 1 - by_majority(subject))?),
        ];
        let n_labelled = labels.iter().flatten().count();
        let weights =
            if settings.is_paper() { [1.0, 1.0] } else { self.weights(settings, data, prior, n_labelled)? };
        Ok(Aggregate { labels, probabilities, weights, scores, swap })
    }

    /// Weights that undo what SWAP gets wrong of one class more than of the other, as gold that it was not told of shows.
    fn weights(
        &self,
        settings: &Settings,
        data: &Data,
        prior: [f64; 2],
        n_labelled: usize,
    ) -> Result<[f64; 2]> {
        let votes = VoteTable::from_votes(2, &self.votes)?;
        let held_out = Consensus::params(Mode::Swap, 2)
            .prior(prior)
            .pseudo_counts(PseudoCounts::Flat(1.0))
            .temperature(Temperature::Fixed(1.0))
            .gold(&data.gold)
            .cross_validate(FOLDS.min(data.gold.len()), settings.seed, &votes)?;
        let share_of_gold = data.gold.len() as f64 / n_labelled as f64;
        let positive = [0, 1].map(|class| {
            let of_class = held_out.iter().filter(|one| one.truth == class);
            let found: Vec<f64> = of_class.map(|one| one.estimate.probabilities[1]).collect();
            // One image more that SWAP is sure of, and right: of few, nothing is proved.
            let told = class as f64;
            let mean = (found.iter().sum::<f64>() + told) / (found.len() + 1) as f64;
            // Among the labels is gold, which has its truth.
            share_of_gold * told + (1.0 - share_of_gold) * mean
        });
        // A crowd that does not tell the classes apart is wrong of both alike.
        Ok(if positive[0] < positive[1] { LabelWeights::against_noise(positive)? } else { [1.0, 1.0] })
    }

    /// The first vote on each test image; 0 where there is none.
    fn first_votes(&self, data: &Data) -> Vec<usize> {
        let offset = data.train.truth.len();
        let mut first = vec![0; data.test.truth.len()];
        // Backwards, so that the first of an image is written last.
        for vote in self.votes.iter().rev().filter(|vote| vote.subject >= offset) {
            first[vote.subject - offset] = vote.label;
        }
        first
    }
}

/// The grids of this stage.
pub(crate) fn layout(settings: &Settings, cell: u32) -> Layout {
    Layout::square(settings.side).cell_size(cell, cell).gap(2)
}

/// Cuts clusters into grids.
pub(crate) fn tiler(settings: &Settings, cell: u32, seed: u64) -> Tiler {
    Tiler::new(layout(settings, cell)).seed(seed)
}
