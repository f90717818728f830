//! A training handed out epoch by epoch: what every `training` method returns.

mod checkpoint;
#[cfg(test)]
mod tests;

use crate::check;
use crate::course::Course;
use crate::epoch::{Epoch, Report, StopReason};
use crate::error::{Error, Result};
use crate::feed::Feed;
use crate::fingerprint::{self, Fingerprint};
use crate::initial_centres::Search;
use crate::merge::ward;
use crate::neighbours::nearest;
use crate::network::Network;
use crate::plan::Plan;
use crate::random::{Purpose, stream};
use crate::trained::Trained;
use ndarray::Array2;
use rand::seq::index;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::OnceLock;

/// What a phase of a training works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Part {
    /// One layer of the encoder with its mirror in the decoder; the layers below are done.
    Layer(usize),
    All,
}

/// A training that has been set up: an iterator over its epochs, which ends in a model `M`.
///
/// Nothing is trained until [`next`](Iterator::next) is called, so the caller owns the loop: progress bars, early stops and checkpoints need
/// no callback.
///
/// ```
/// use manyhands_dec::Autoencoder;
/// use ndarray::Array2;
///
/// # fn main() -> manyhands_dec::Result<()> {
/// let images = Array2::from_shape_fn((64, 16), |(i, j)| ((i * j) % 7) as f32);
/// let mut training = Autoencoder::params(&[8, 2]).seed(7).training(images.view())?;
/// for epoch in training.by_ref().take(3) {
///     println!("{}", epoch?.losses.reconstruction);
/// }
/// let autoencoder = training.finish()?;
/// # Ok(())
/// # }
/// ```
pub struct Training<'a, M> {
    phases: Vec<(Plan, Part)>,
    /// The phase under way.
    phase: usize,
    course: Course<'a>,
    /// How the centres are found before the first epoch, where they are not there from the start.
    search: Option<Search>,
    /// Until then, those of `network` and `course` are zeros.
    has_centres: bool,
    /// To how many clusters the centres are merged in the model.
    n_merged: Option<usize>,
    /// What the phases share; its course trains a part of this network.
    feed: Feed<'a>,
    network: Network,
    /// Digest of the network that was handed in.
    first_network: String,
    /// Taken when it is first asked for: it reads all images.
    fingerprint: OnceLock<Fingerprint>,
    /// Epochs of the phases that are over.
    epochs: Vec<Epoch>,
    alpha: f64,
    failed: bool,
    make: fn(Trained) -> M,
}

impl<'a, M> Training<'a, M> {
    pub(crate) fn new(
        phases: Vec<(Plan, Part)>,
        feed: Feed<'a>,
        network: Network,
        alpha: f64,
        make: fn(Trained) -> M,
    ) -> Result<Self> {
        // An image that the layers cannot multiply makes every loss NaN, which does not say what image it was.
        let all: Vec<usize> = (0..feed.images.nrows()).collect();
        check::embedding(feed.embedding(&all, &network)?.view(), |row| row)?;
        let course = course(&phases[0], &feed, &network)?;
        let first_network = fingerprint::of_network(&network);
        Ok(Self {
            phases,
            phase: 0,
            course,
            search: None,
            has_centres: true,
            n_merged: None,
            feed,
            network,
            first_network,
            fingerprint: OnceLock::new(),
            epochs: Vec::new(),
            alpha,
            failed: false,
            make,
        })
    }

    /// A training whose centres are searched for in the embedding when they are first asked for, so that a resumed training, which has its own,
    /// need not wait for them.
    pub(crate) fn with_search(
        search: Search,
        plan: Plan,
        feed: Feed<'a>,
        mut network: Network,
        alpha: f64,
        make: fn(Trained) -> M,
    ) -> Result<Self> {
        network.centres = Some(Array2::zeros((search.n_clusters, network.n_embedding())));
        let training = Self::new(vec![(plan, Part::All)], feed, network, alpha, make)?;
        Ok(Self { search: Some(search), has_centres: false, ..training })
    }

    /// The centres of the model are merged until there are `n_clusters`.
    pub(crate) fn merging_to(mut self, n_clusters: usize) -> Self {
        self.n_merged = Some(n_clusters);
        self
    }

    /// The search that is still to be made.
    fn open_search(&self) -> Option<&Search> {
        self.search.as_ref().filter(|_| !self.has_centres)
    }

    fn fingerprint(&self) -> &Fingerprint {
        self.fingerprint.get_or_init(|| Fingerprint::of(&self.feed, &self.first_network))
    }

    /// Digest of everything that decides how this training ends, in hexadecimal: parameters, images, labels, and the model that it starts from. Under
    /// one digest the same build gives the same bits, so a finished model can be kept under it and need not be trained again. An
    /// [`Augmentation`](crate::Augmentation) counts by its name. Reads all images once.
    ///
    /// ```
    /// use manyhands_dec::Autoencoder;
    /// use ndarray::Array2;
    ///
    /// # fn main() -> manyhands_dec::Result<()> {
    /// let images = Array2::from_shape_fn((64, 16), |(i, j)| ((i * j) % 7) as f32);
    /// let params = Autoencoder::params(&[8, 2]);
    /// let digest = |seed| params.clone().seed(seed).training(images.view()).map(|training| training.digest());
    /// assert_eq!(digest(7)?, digest(7)?);
    /// assert_ne!(digest(7)?, digest(8)?);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn digest(&self) -> String {
        let parameters = (&self.phases, self.n_merged, &self.search, self.feed.scaling, self.alpha);
        fingerprint::of_value(&(parameters, self.fingerprint()))
    }

    /// The network before the first epoch, with its centres.
    fn with_centres(&self, search: &Search) -> Result<Network> {
        let embedding = self.feed.embedding(&self.feed.rows, &self.network)?;
        Ok(Network { centres: Some(search.run(embedding.view())?), ..self.network.clone() })
    }

    /// Finds the centres unless they are there.
    fn begin(&mut self) -> Result<()> {
        if let Some(search) = self.open_search() {
            self.network = self.with_centres(search)?;
            self.course = course(&self.phases[0], &self.feed, &self.network)?;
            self.has_centres = true;
        }
        Ok(())
    }

    /// At most so many epochs, all stages together.
    #[must_use]
    pub fn n_epochs(&self) -> usize {
        self.phases.iter().fold(0, |sum, (plan, _)| sum.saturating_add(plan.n_epochs()))
    }

    /// Epochs trained so far, those before a [`resume`](Self::resume) included.
    #[must_use]
    pub fn n_done(&self) -> usize {
        self.epochs.len() + self.course.progress.epochs.len()
    }

    /// The model as it is now: the best epoch so far where development images are set aside, else the last.
    ///
    /// # Errors
    ///
    /// When the training has diverged, the backend fails, or the first centres are still to be found and cannot be.
    pub fn snapshot(&self) -> Result<M> {
        self.model(match self.open_search() {
            Some(search) => self.with_centres(search)?,
            None => self.course.network()?,
        })
    }

    /// The model after the last epoch, be it the best or not: what a learning curve is drawn from. Where patience has just ended a rate, it is the
    /// best one, which the next rate goes on from.
    ///
    /// # Errors
    ///
    /// As [`snapshot`](Self::snapshot).
    pub fn latest(&self) -> Result<M> {
        self.model(match self.open_search() {
            Some(search) => self.with_centres(search)?,
            None => self.course.state()?.network,
        })
    }

    fn model(&self, trained: Network) -> Result<M> {
        let mut network = self.network.clone();
        merge(trained, self.phases[self.phase].1, &mut network);
        if let (Some(n_clusters), Some(centres)) = (self.n_merged, &mut network.centres) {
            *centres = ward(centres.view(), &self.sizes(centres.nrows()), n_clusters);
        }
        let stop = self.course.progress.stop.filter(|_| self.phase + 1 == self.phases.len());
        let mut epochs = self.epochs.clone();
        epochs.extend_from_slice(&self.course.progress.epochs);
        let report = Report { epochs, stop_reason: stop.unwrap_or(StopReason::Interrupted) };
        let trained = Trained { network, scaling: self.feed.scaling, alpha: self.alpha, report };
        Ok((self.make)(trained))
    }

    /// Images of each of `n` centres at the last update of the target; alike before the first.
    fn sizes(&self, n: usize) -> Vec<usize> {
        let Some(assignment) = &self.course.progress.assignment else { return vec![1; n] };
        let mut sizes = vec![0; n];
        assignment.iter().for_each(|&centre| sizes[centre as usize] += 1);
        sizes
    }

    /// Ends the training and gives its model, whether or not all epochs were taken.
    ///
    /// # Errors
    ///
    /// As [`snapshot`](Self::snapshot). A dead layer is told by the iterator alone: after it, this gives the dead network to look at.
    pub fn finish(self) -> Result<M> {
        self.snapshot()
    }

    /// Takes all remaining epochs, then finishes.
    pub(crate) fn complete(mut self) -> Result<M> {
        self.by_ref().try_for_each(|epoch| epoch.map(drop))?;
        self.finish()
    }

    /// Trains one epoch of the phase under way, going on to the next phase where one is over.
    fn advance(&mut self) -> Result<Option<Epoch>> {
        self.begin()?;
        loop {
            if let Some(epoch) = self.course.next_epoch()? {
                return Ok(Some(epoch));
            }
            let stage = self.course.plan.stage;
            let trained = self.course.network()?;
            if stage.is_pretraining() && self.course.feed.is_dead(&trained) {
                return Err(Error::DeadLayer { stage: stage.to_string() });
            }
            if self.phase + 1 == self.phases.len() {
                return Ok(None);
            }
            merge(trained, self.phases[self.phase].1, &mut self.network);
            // A backend that fails here leaves the phase that is over, which can still be saved and looked at.
            let next = course(&self.phases[self.phase + 1], &self.feed, &self.network)?;
            let over = std::mem::replace(&mut self.course, next);
            self.epochs.extend(over.progress.epochs);
            self.phase += 1;
        }
    }
}

impl<M> Iterator for Training<'_, M> {
    type Item = Result<Epoch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.advance();
        self.failed = next.is_err();
        next.transpose()
    }
}

impl<M> fmt::Debug for Training<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Training")
            .field("stage", &self.course.plan.stage)
            .field("epoch", &self.course.progress.epochs.len())
            .finish_non_exhaustive()
    }
}

/// Sets up the course of one phase.
fn course<'a>((plan, part): &(Plan, Part), feed: &Feed<'a>, whole: &Network) -> Result<Course<'a>> {
    Course::start(plan.clone(), feed_of(plan, *part, feed, whole)?, part_of(*part, whole))
}

/// What a phase trains.
fn part_of(part: Part, whole: &Network) -> Network {
    match part {
        Part::All => whole.clone(),
        Part::Layer(i) => Network {
            encoder: vec![whole.encoder[i].clone()],
            decoder: vec![whole.decoder[whole.decoder.len() - 1 - i].clone()],
            ..Network::default()
        },
    }
}

/// A layer sees the images through the layers below it. The graph of neighbours is that of the embedding before the phase.
fn feed_of<'a>(plan: &Plan, part: Part, feed: &Feed<'a>, whole: &Network) -> Result<Feed<'a>> {
    let mut feed = feed.clone();
    if let Part::Layer(i) = part {
        feed.frozen = whole.encoder[..i].to_vec();
    }
    if let Some(n_neighbours) = plan.n_neighbours {
        let n = feed.rows.len();
        if n > plan.graph_images {
            let mut drawn =
                index::sample(&mut stream(plan.seed, Purpose::Graph, 0), n, plan.graph_images).into_vec();
            drawn.sort_unstable();
            feed.rows = drawn.into_iter().map(|position| feed.rows[position]).collect();
        }
        feed.neighbours = Some(nearest(feed.embedding(&feed.rows, whole)?.view(), n_neighbours));
    }
    Ok(feed)
}

/// Puts the trained part back into the whole.
fn merge(mut trained: Network, part: Part, whole: &mut Network) {
    match part {
        Part::All => *whole = trained,
        Part::Layer(i) => {
            let mirror = whole.decoder.len() - 1 - i;
            whole.encoder[i] = trained.encoder.remove(0);
            whole.decoder[mirror] = trained.decoder.remove(0);
        }
    }
}
