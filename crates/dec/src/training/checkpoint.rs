//! Checkpoints: a training saved with its optimiser, and taken up again.

use super::{Part, Training, feed_of, part_of};
use crate::course::{Best, Course, Progress};
use crate::engine::State;
use crate::epoch::{Epoch, StopReason};
use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use crate::initial_centres::Search;
use crate::objective::Losses;
use crate::plan::Plan;
use crate::scale::Scaling;
use crate::storage::{self, Shape};
use ndarray::Array2;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The kind of a checkpoint file.
const CHECKPOINT: &str = "checkpoint";

/// The JSON of a checkpoint.
#[derive(Debug, Serialize, Deserialize)]
struct Checkpoint {
    phases: Vec<(Plan, Part)>,
    phase: usize,
    fingerprint: Fingerprint,
    scaling: Scaling,
    /// Of the phases that are over, then of the one under way.
    epochs: [Vec<Epoch>; 2],
    /// Epochs of the finished segments of the phase under way.
    segments: Vec<usize>,
    stop: Option<StopReason>,
    best: Option<(usize, Losses)>,
    /// Effective number of clusters at the first update of the target.
    n_effective: Option<f64>,
    /// Is there an assignment of the images to the clusters?
    has_assignment: bool,
    n_steps: u64,
    shapes: [Shape; 2],
    /// Before the first epoch: how the centres are to be found.
    search: Option<Search>,
    /// Clusters in the end, where there are more centres on the way.
    n_merged: Option<usize>,
}

impl<M> Training<'_, M> {
    /// Writes everything needed to go on later to `path`, optimiser included; the file appears whole or not at all.
    ///
    /// # Errors
    ///
    /// [`Error::File`] when `path` cannot be written; [`Error::Diverged`] or [`Error::Backend`] when there is nothing left to go on with.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let state = self.course.state()?;
        let progress = &self.course.progress;
        let mut matrices = storage::matrices("whole/", &self.network);
        matrices.extend(storage::matrices("now/", &state.network));
        if let Some(best) = &progress.best {
            matrices.extend(storage::matrices("best/", &best.network));
        }
        let moments = state.moments.iter().enumerate();
        matrices.extend(moments.map(|(i, matrix)| (format!("moment/{i}"), matrix)));
        // Cluster numbers are small: exact as f32.
        let assignment = progress.assignment.as_ref().map(|assignment| {
            Array2::from_shape_fn((assignment.len(), 1), |(row, _)| assignment[row] as f32)
        });
        matrices.extend(assignment.iter().map(|column| ("assignment".to_owned(), column)));
        let checkpoint = Checkpoint {
            phases: self.phases.clone(),
            phase: self.phase,
            fingerprint: self.fingerprint().clone(),
            scaling: self.feed.scaling,
            epochs: [self.epochs.clone(), progress.epochs.clone()],
            segments: progress.segments.clone(),
            stop: progress.stop,
            best: progress.best.as_ref().map(|best| (best.epoch, best.losses)),
            n_effective: progress.n_effective,
            has_assignment: progress.assignment.is_some(),
            n_steps: state.n_steps,
            shapes: [Shape::of(&self.network), Shape::of(&state.network)],
            search: self.open_search().cloned(),
            n_merged: self.n_merged,
        };
        storage::write(path.as_ref(), CHECKPOINT, checkpoint, &matrices)
    }

    /// Goes on from a checkpoint that [`save`](Self::save) wrote for the same parameters, images, labels and model to start from. From then on every
    /// bit is what it would have been without the break. How the first centres are looked for may differ once they are found.
    ///
    /// # Errors
    ///
    /// [`Error::OtherTraining`] when parameters, images, labels or the network at the start differ; [`Error::File`], [`Error::Foreign`], [`Error::Kind`] or
    /// [`Error::Newer`] when the file cannot be used.
    pub fn resume(mut self, path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut file = storage::read::<Checkpoint>(path, CHECKPOINT)?;
        let other = |field| Error::OtherTraining { path: path.to_owned(), field };
        let damaged = || {
            let reason = "the parts of the checkpoint do not fit each other".to_owned();
            Error::Foreign { path: path.to_owned(), reason }
        };
        if file.content.phases != self.phases
            || file.content.n_merged != self.n_merged
            || (file.content.search.is_some() && file.content.search != self.search)
        {
            return Err(other("parameters"));
        }
        let fingerprint = self.fingerprint();
        if file.content.fingerprint.images != fingerprint.images || file.content.scaling != self.feed.scaling
        {
            return Err(other("images"));
        }
        if file.content.fingerprint.labels != fingerprint.labels {
            return Err(other("labels"));
        }
        let [whole, now] = file.content.shapes.clone();
        let whole = file.network(path, "whole/", &whole)?;
        if !whole.is_shaped_like(&self.network) {
            return Err(other("parameters"));
        }
        if file.content.fingerprint.network != fingerprint.network {
            return Err(other("network"));
        }
        let (plan, part) = self.phases.get(file.content.phase).cloned().ok_or_else(damaged)?;
        let network = file.network(path, "now/", &now)?;
        if !network.is_shaped_like(&part_of(part, &whole)) {
            return Err(damaged());
        }
        let dims: Vec<_> = network.parameters().iter().map(|(_, matrix)| matrix.dim()).collect();
        let moments = (0..plan.optimiser.n_moments() * dims.len())
            .map(|i| {
                let matrix = file.take(path, &format!("moment/{i}"))?;
                if matrix.dim() == dims[i % dims.len()] { Ok(matrix) } else { Err(damaged()) }
            })
            .collect::<Result<_>>()?;
        let best = match file.content.best {
            Some((epoch, losses)) => {
                Some(Best { epoch, losses, network: file.network(path, "best/", &now)? })
            }
            None => None,
        };
        let assignment = file.content.has_assignment.then(|| file.take(path, "assignment")).transpose()?;
        let (segments, n_epochs) = (&file.content.segments, file.content.epochs[1].len());
        let n_centres = network.centres.as_ref().map_or(0, Array2::nrows);
        let is_centre = |&value: &f32| value.fract() == 0.0 && (0.0..n_centres as f32).contains(&value);
        let n_in_segments = segments.iter().try_fold(0usize, |sum, &n| sum.checked_add(n));
        // Patience ends a segment early, though not before its first epoch.
        let is_over = |(&n, &(planned, _)): (&usize, &(usize, f32))| {
            n == planned || (plan.patience.is_some() && (1..planned).contains(&n))
        };
        if segments.len() > plan.schedule.len()
            || !segments.iter().zip(&plan.schedule).all(is_over)
            || n_in_segments.is_none_or(|n| n > n_epochs)
            || best
                .as_ref()
                .is_some_and(|best| best.epoch >= n_epochs || !best.network.is_shaped_like(&network))
            || assignment.as_ref().is_some_and(|assignment| {
                assignment.dim() != (self.feed.rows.len(), 1) || !assignment.iter().all(is_centre)
            })
        {
            return Err(damaged());
        }
        let assignment = assignment.map(|column| column.iter().map(|&value| value as u32).collect());
        let [before, epochs] = file.content.epochs;
        let state = State { network, moments, n_steps: file.content.n_steps };
        let n_effective = file.content.n_effective;
        let (segments, stop) = (file.content.segments, file.content.stop);
        let progress = Progress { epochs, segments, stop, best, assignment, n_effective };
        let feed = feed_of(&plan, part, &self.feed, &whole)?;
        self.course = Course::resume(plan, feed, state, progress)?;
        (self.phase, self.epochs, self.network) = (file.content.phase, before, whole);
        (self.has_centres, self.failed) = (file.content.search.is_none(), false);
        Ok(self)
    }
}
