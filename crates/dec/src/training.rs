//! A training handed out epoch by epoch, with checkpoints: what every `training` method returns.

use crate::course::{Best, Course, Progress};
use crate::engine::State;
use crate::epoch::{Epoch, Report, StopReason};
use crate::error::{Error, Result};
use crate::feed::Feed;
use crate::network::Network;
use crate::objective::Losses;
use crate::plan::Plan;
use crate::scale::Scaling;
use crate::storage::{self, Shape};
use crate::trained::Trained;
use ndarray::Array2;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;

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
    /// What the phases share; its course trains a part of this network.
    feed: Feed<'a>,
    network: Network,
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
        let course = course(&phases[0], &feed, &network)?;
        Ok(Self { phases, phase: 0, course, feed, network, epochs: Vec::new(), alpha, failed: false, make })
    }

    /// At most so many epochs, all stages together.
    #[must_use]
    pub fn n_epochs(&self) -> usize {
        self.phases.iter().map(|(plan, _)| plan.n_epochs()).sum()
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
    /// When the backend fails.
    pub fn snapshot(&self) -> Result<M> {
        self.model(self.course.network()?)
    }

    /// The model after the last epoch, be it the best or not: what a learning curve is drawn from.
    ///
    /// # Errors
    ///
    /// When the backend fails.
    pub fn latest(&self) -> Result<M> {
        self.model(self.course.state()?.network)
    }

    fn model(&self, trained: Network) -> Result<M> {
        let mut network = self.network.clone();
        merge(trained, self.phases[self.phase].1, &mut network);
        let stop = self.course.progress.stop.filter(|_| self.phase + 1 == self.phases.len());
        let mut epochs = self.epochs.clone();
        epochs.extend_from_slice(&self.course.progress.epochs);
        let report = Report { epochs, stop_reason: stop.unwrap_or(StopReason::Interrupted) };
        let trained = Trained { network, scaling: self.feed.scaling, alpha: self.alpha, report };
        Ok((self.make)(trained))
    }

    /// Ends the training and gives its model, whether or not all epochs were taken.
    ///
    /// # Errors
    ///
    /// When the backend fails.
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
        loop {
            if let Some(epoch) = self.course.next_epoch()? {
                return Ok(Some(epoch));
            }
            if self.phase + 1 == self.phases.len() {
                return Ok(None);
            }
            merge(self.course.network()?, self.phases[self.phase].1, &mut self.network);
            self.epochs.append(&mut self.course.progress.epochs);
            self.phase += 1;
            self.course = course(&self.phases[self.phase], &self.feed, &self.network)?;
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

/// The kind of a checkpoint file.
const CHECKPOINT: &str = "checkpoint";

/// The JSON of a checkpoint.
#[derive(Debug, Serialize, Deserialize)]
struct Checkpoint {
    phases: Vec<(Plan, Part)>,
    phase: usize,
    n_images: usize,
    n_pixels: usize,
    scaling: Scaling,
    /// Of the phases that are over, then of the one under way.
    epochs: [Vec<Epoch>; 2],
    stop: Option<StopReason>,
    best: Option<(usize, Losses)>,
    n_steps: u64,
    shapes: [Shape; 2],
}

impl<M> Training<'_, M> {
    /// Writes everything needed to go on later to `path`, optimiser included; the file appears whole or not at all.
    ///
    /// # Errors
    ///
    /// [`Error::File`] when `path` cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let state = self.course.state()?;
        let progress = &self.course.progress;
        let mut matrices = storage::matrices("whole/", &self.network);
        matrices.extend(storage::matrices("now/", &state.network));
        if let Some(best) = &progress.best {
            matrices.extend(storage::matrices("best/", &best.network));
        }
        for (name, list) in [("gradient", &state.gradients), ("moment", &state.moments)] {
            matrices
                .extend(list.iter().enumerate().map(|(i, matrix)| (format!("{name}/{i}"), matrix.clone())));
        }
        if let Some(assignment) = &progress.assignment {
            // Cluster numbers are small: exact as f32.
            let column = assignment.iter().map(|&cluster| cluster as f32).collect();
            let column = Array2::from_shape_vec((assignment.len(), 1), column).expect("one value a row");
            matrices.push(("assignment".to_owned(), column));
        }
        let checkpoint = Checkpoint {
            phases: self.phases.clone(),
            phase: self.phase,
            n_images: self.feed.images.nrows(),
            n_pixels: self.feed.images.ncols(),
            scaling: self.feed.scaling,
            epochs: [self.epochs.clone(), progress.epochs.clone()],
            stop: progress.stop,
            best: progress.best.as_ref().map(|best| (best.epoch, best.losses)),
            n_steps: state.n_steps,
            shapes: [Shape::of(&self.network), Shape::of(&state.network)],
        };
        storage::write(path.as_ref(), CHECKPOINT, checkpoint, &matrices)
    }

    /// Goes on from a checkpoint that [`save`](Self::save) wrote for the same parameters and images. From then on every bit is what it
    /// would have been without the break.
    ///
    /// # Errors
    ///
    /// [`Error::OtherTraining`] when parameters or images differ; [`Error::File`], [`Error::Foreign`], [`Error::Kind`] or [`Error::Newer`]
    /// when the file cannot be used.
    pub fn resume(mut self, path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut file = storage::read::<Checkpoint>(path, CHECKPOINT)?;
        let other = |field| Err(Error::OtherTraining { path: path.to_owned(), field });
        let [n_images, n_pixels] = [self.feed.images.nrows(), self.feed.images.ncols()];
        if file.content.phases != self.phases {
            return other("parameters");
        }
        if (file.content.n_images, file.content.n_pixels, file.content.scaling)
            != (n_images, n_pixels, self.feed.scaling)
        {
            return other("images");
        }
        let [whole, now] = file.content.shapes.clone();
        self.network = file.network(path, "whole/", &whole)?;
        let network = file.network(path, "now/", &now)?;
        let n_parameters = network.parameters().len();
        let plan = &self.phases[file.content.phase].0;
        let mut list = |name: &str, n: usize| {
            (0..n).map(|i| file.take(path, &format!("{name}/{i}"))).collect::<Result<Vec<_>>>()
        };
        let gradients = list("gradient", n_parameters)?;
        let moments = list("moment", n_parameters * plan.optimiser.n_moments())?;
        let best = match file.content.best {
            Some((epoch, losses)) => {
                Some(Best { epoch, losses, network: file.network(path, "best/", &now)? })
            }
            None => None,
        };
        let assignment =
            file.take(path, "assignment").ok().map(|column| column.iter().map(|&v| v as u32).collect());
        let [before, epochs] = file.content.epochs;
        let state = State { network, gradients, moments, n_steps: file.content.n_steps };
        let progress = Progress { epochs, stop: file.content.stop, best, assignment };
        self.phase = file.content.phase;
        self.epochs = before;
        let (plan, part) = &self.phases[self.phase];
        self.course =
            Course::resume(plan.clone(), feed_of(*part, &self.feed, &self.network), state, progress)?;
        Ok(self)
    }
}

/// Sets up the course of one phase.
fn course<'a>((plan, part): &(Plan, Part), feed: &Feed<'a>, whole: &Network) -> Result<Course<'a>> {
    let network = match *part {
        Part::All => whole.clone(),
        Part::Layer(i) => Network {
            encoder: vec![whole.encoder[i].clone()],
            decoder: vec![whole.decoder[whole.decoder.len() - 1 - i].clone()],
            ..Network::default()
        },
    };
    Course::start(plan.clone(), feed_of(*part, feed, whole), network)
}

/// A layer sees the images through the layers below it.
fn feed_of<'a>(part: Part, feed: &Feed<'a>, whole: &Network) -> Feed<'a> {
    match part {
        Part::All => feed.clone(),
        Part::Layer(i) => Feed { frozen: whole.encoder[..i].to_vec(), ..feed.clone() },
    }
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
