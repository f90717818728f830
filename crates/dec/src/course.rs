//! The one training loop: every stage is a plan that runs here.

use crate::development::Selection;
use crate::engine::{self, Batch, Engine, State};
use crate::epoch::{Epoch, StopReason};
use crate::error::{Error, Result};
use crate::feed::{Feed, dropout, order, with_partners};
use crate::network::Network;
use crate::objective::Losses;
use crate::plan::Plan;
use crate::random::{Purpose, stream};
use crate::student::{balanced_target_distribution, hard_assignment, soft_assignment};
use ndarray::{Array2, Axis};

/// A training under way.
pub(crate) struct Course<'a> {
    pub(crate) plan: Plan,
    pub(crate) feed: Feed<'a>,
    pub(crate) engine: Box<dyn Engine>,
    /// Width of the embedding.
    code_width: usize,
    pub(crate) progress: Progress,
    /// The order of the pass under way, and the number of that pass.
    order: Option<(u64, Vec<usize>)>,
    failure: Option<Failure>,
}

/// Why there is no network to hand out any more.
#[derive(Clone, Debug)]
enum Failure {
    /// In this epoch a loss was not finite, but this.
    Diverged(usize, f64),
    /// The backend gave up, perhaps in the middle of an epoch.
    Backend { backend: String, message: String },
}

/// All that a course remembers from epoch to epoch, its engine's state aside: what a checkpoint holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Progress {
    pub(crate) epochs: Vec<Epoch>,
    /// Epochs that each finished segment of the schedule took.
    pub(crate) segments: Vec<usize>,
    pub(crate) stop: Option<StopReason>,
    pub(crate) best: Option<Best>,
    /// Cluster of every training row at the last update of the target.
    pub(crate) assignment: Option<Vec<u32>>,
    /// Effective number of clusters at the first update.
    pub(crate) n_effective: Option<f64>,
}

/// The best network so far by the development set.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Best {
    pub(crate) epoch: usize,
    pub(crate) losses: Losses,
    pub(crate) network: Network,
}

impl<'a> Course<'a> {
    pub(crate) fn start(plan: Plan, feed: Feed<'a>, network: Network) -> Result<Self> {
        let state = State::new(network, plan.optimiser);
        Self::resume(plan, feed, state, Progress::default())
    }

    pub(crate) fn resume(plan: Plan, feed: Feed<'a>, state: State, progress: Progress) -> Result<Self> {
        let code_width = state.network.n_embedding();
        let engine = engine::start(plan.backend, state, plan.optimiser)?;
        let mut course = Self { plan, feed, engine, code_width, progress, order: None, failure: None };
        course.end_finished_segments();
        Ok(course)
    }

    /// Network and optimiser as they are now.
    pub(crate) fn state(&self) -> Result<State> {
        self.sound()?;
        self.engine.state()
    }

    /// The network to keep: the best by the development set where there is one, else the last.
    pub(crate) fn network(&self) -> Result<Network> {
        self.sound()?;
        match &self.progress.best {
            Some(best) => Ok(best.network.clone()),
            None => self.engine.network(),
        }
    }

    /// Trains one epoch; `None` once there is a reason to stop.
    pub(crate) fn next_epoch(&mut self) -> Result<Option<Epoch>> {
        // On a thread of the pool: from outside, every parallel loop of every step would wake it up and wait.
        let next = rayon::scope(|_| self.epoch());
        if let Err(Error::Backend { backend, message }) = &next {
            self.failure = Some(Failure::Backend { backend: backend.clone(), message: message.clone() });
        }
        next
    }

    fn epoch(&mut self) -> Result<Option<Epoch>> {
        let index = self.progress.epochs.len();
        if self.progress.stop.is_some() {
            return Ok(None);
        }
        let (target, changed) = self.update_target(index)?;
        if target.as_ref().is_some_and(|target| self.has_collapsed(target.ncols())) {
            self.progress.stop = Some(StopReason::Collapsed);
            return Ok(None);
        }
        if let (Some(changed), Some(tolerance)) = (changed, self.plan.tolerance)
            && changed < tolerance
        {
            self.progress.stop = Some(StopReason::Converged);
            return Ok(None);
        }
        let losses = self.train(index, target.as_ref())?;
        let development = self.watch(index)?;
        let is_best = development.is_some_and(|losses| self.improves(&losses));
        if let (true, Some(losses)) = (is_best, development) {
            self.progress.best = Some(Best { epoch: index, losses, network: self.engine.network()? });
        }
        let epoch = Epoch {
            stage: self.plan.stage,
            index,
            n_epochs: self.plan.n_epochs(),
            rate: self.rate(),
            losses,
            development,
            changed,
            is_best,
        };
        self.progress.epochs.push(epoch.clone());
        self.lose_patience()?;
        self.end_finished_segments();
        Ok(Some(epoch))
    }

    /// The epoch that began the segment under way.
    fn first_of_segment(&self) -> usize {
        self.progress.segments.iter().sum()
    }

    /// The learning rate of the segment under way.
    fn rate(&self) -> f32 {
        self.plan.schedule[self.progress.segments.len()].1
    }

    /// Ends a segment that has waited too long for a better epoch: the next one, at its own rate, goes on from the best. After the last one there is
    /// nothing left to try.
    fn lose_patience(&mut self) -> Result<()> {
        let best = self.progress.best.as_ref();
        let since = best.map_or(0, |best| best.epoch + 1).max(self.first_of_segment());
        let waited = self.progress.epochs.len() - since;
        if self.plan.patience.is_none_or(|patience| waited < patience) {
            return Ok(());
        }
        let mut later = self.plan.schedule[self.progress.segments.len() + 1..].iter();
        if later.all(|&(n_epochs, _)| n_epochs == 0) {
            self.progress.stop = Some(StopReason::Patience);
            return Ok(());
        }
        if let Some(best) = best {
            let state = State::new(best.network.clone(), self.plan.optimiser);
            self.engine = engine::start(self.plan.backend, state, self.plan.optimiser)?;
            // That of the network left behind.
            self.progress.assignment = None;
        }
        self.progress.segments.push(self.progress.epochs.len() - self.first_of_segment());
        Ok(())
    }

    /// Closes the segments whose epochs are used up; once that is all of them, it is the reason to stop.
    fn end_finished_segments(&mut self) {
        if self.progress.stop.is_some() {
            return;
        }
        while let Some(&(n_epochs, _)) = self.plan.schedule.get(self.progress.segments.len()) {
            if self.progress.epochs.len() < self.first_of_segment() + n_epochs {
                return;
            }
            self.progress.segments.push(n_epochs);
        }
        self.progress.stop = Some(StopReason::MaxEpochs);
    }

    /// `Err` for good where `loss` of `epoch` is not finite.
    fn check_loss(&mut self, epoch: usize, loss: f64) -> Result<()> {
        if !loss.is_finite() {
            self.failure = Some(Failure::Diverged(epoch, loss));
        }
        self.sound()
    }

    /// `Err` once the training has failed.
    fn sound(&self) -> Result<()> {
        match self.failure.clone() {
            None => Ok(()),
            Some(Failure::Diverged(epoch, value)) => {
                Err(Error::Diverged { stage: self.plan.stage.to_string(), epoch, value })
            }
            Some(Failure::Backend { backend, message }) => Err(Error::Backend { backend, message }),
        }
    }

    /// The target distribution over all training rows, and the fraction of rows whose cluster changed since the last update.
    fn update_target(&mut self, epoch: usize) -> Result<(Option<Array2<f32>>, Option<f64>)> {
        if self.plan.objective(epoch).cluster_weight == 0.0 {
            return Ok((None, None));
        }
        let Some(centres) = self.engine.centres()? else { return Ok((None, None)) };
        let embedding =
            self.feed.in_chunks(&self.feed.rows, centres.ncols(), |images| self.engine.embed(images))?;
        if embedding.iter().any(|value| !value.is_finite()) {
            self.check_loss(epoch, f64::NAN)?;
        }
        let q = soft_assignment(embedding.view(), centres.view(), self.plan.objective.alpha);
        let assignment: Vec<u32> = hard_assignment(q.view()).iter().map(|&cluster| cluster as u32).collect();
        let changed = self.progress.assignment.as_ref().map(|before| {
            before.iter().zip(&assignment).filter(|(a, b)| a != b).count() as f64 / assignment.len() as f64
        });
        self.progress.assignment = Some(assignment);
        let target = balanced_target_distribution(q.view(), self.plan.balance);
        Ok((Some(target.mapv(|p| p as f32)), changed))
    }

    /// Have the clusters of the first update run into each other? The answer lies in their effective number, the exponential of the entropy of their
    /// shares of the images; where one of several holds all images, it is yes from the start.
    fn has_collapsed(&mut self, n_clusters: usize) -> bool {
        let (Some(limit), Some(assignment)) = (self.plan.collapse, &self.progress.assignment) else {
            return false;
        };
        let now = effective_number(assignment);
        let first = *self.progress.n_effective.get_or_insert(now);
        (n_clusters > 1 && now == 1.0) || (now < first && now <= limit * first)
    }

    /// The steps of one epoch; mean losses.
    fn train(&mut self, epoch: usize, target: Option<&Array2<f32>>) -> Result<Losses> {
        let n_steps = self.plan.steps_per_epoch.unwrap_or(self.steps_per_pass());
        // A stage with its own number of steps goes on in the next epoch where it stopped in this one.
        let first = (epoch * n_steps) as u64;
        let last = first + n_steps as u64 - 1;
        let rate = self.rate();
        let objective = self.plan.objective(epoch);
        let mut sum = Losses::default();
        let (mut class, mut n_labelled) = (0.0, 0);
        for step in first..=last {
            let (losses, n) = self.with_batch(step, target, |engine, batch| {
                Ok((engine.step(batch, &objective, rate)?, batch.n_labelled()))
            })?;
            sum.add(&losses, 1.0 / n_steps as f64);
            // Where labels are few, many batches have none, and others more than their share.
            class += losses.class * n as f64;
            n_labelled += n;
        }
        sum.class = class / n_labelled.max(1) as f64;
        self.check_loss(epoch, sum.weighted(&objective))?;
        // A loss is taken before its step: only a second look shows what the last one did.
        let after = self.with_batch(last, target, |engine, batch| engine.evaluate(batch, &objective))?;
        self.check_loss(epoch, after.weighted(&objective))?;
        Ok(sum)
    }

    fn steps_per_pass(&self) -> usize {
        self.feed.rows.len().div_ceil(self.plan.batch_size)
    }

    /// Losses on the development rows.
    fn watch(&mut self, epoch: usize) -> Result<Option<Losses>> {
        let n = self.feed.development.len();
        if n == 0 {
            return Ok(None);
        }
        let objective = self.plan.watched();
        let mut sum = Losses::default();
        for rows in self.feed.development.chunks(self.plan.batch_size.max(256)) {
            let images = self.feed.gather(rows);
            let classes = self.feed.classes(rows);
            let batch = Batch {
                input: images.view(),
                clean: images.view(),
                code_mask: None,
                target: None,
                classes: classes.as_ref().map(Array2::view),
                paired: false,
            };
            sum.add(&self.engine.evaluate(&batch, &objective)?, rows.len() as f64 / n as f64);
        }
        self.check_loss(epoch, sum.weighted(&objective))?;
        Ok(Some(sum))
    }

    fn improves(&self, losses: &Losses) -> bool {
        let Some(best) = &self.progress.best else { return true };
        let class = losses.class < best.losses.class;
        match self.plan.selection {
            Selection::Class => class,
            Selection::ClassAndReconstruction => class && losses.reconstruction < best.losses.reconstruction,
        }
    }

    /// Gathers the images of `step`, with its noise, and calls `with` on them.
    fn with_batch<T>(
        &mut self,
        step: u64,
        target: Option<&Array2<f32>>,
        with: impl FnOnce(&mut dyn Engine, &Batch<'_>) -> Result<T>,
    ) -> Result<T> {
        let steps_per_pass = self.steps_per_pass() as u64;
        let Self { plan, feed, .. } = self;
        let n = feed.rows.len();
        let (pass, part) = (step / steps_per_pass, (step % steps_per_pass) as usize);
        if self.order.as_ref().is_none_or(|(of, _)| *of != pass) {
            self.order = Some((pass, order(n, plan, pass)));
        }
        let order = self.order.as_ref().map_or(&[][..], |(_, order)| order);
        let positions = &order[part * plan.batch_size..n.min((part + 1) * plan.batch_size)];
        let partnered = feed.neighbours.as_ref().map(|neighbours| {
            let mut rng = stream(plan.seed, Purpose::Partners, plan.stage.stream() | step);
            with_partners(positions, neighbours, &mut rng)
        });
        let positions = partnered.as_deref().unwrap_or(positions);
        let rows: Vec<usize> = positions.iter().map(|&position| feed.rows[position]).collect();
        let mut draws = stream(plan.seed, Purpose::Augmentation, plan.stage.stream() | step);
        let clean = feed.gather_augmented(&rows, &mut draws);
        let mut noise = stream(plan.seed, Purpose::Noise, plan.stage.stream() | step);
        let input = (plan.input_dropout > 0.0)
            .then(|| &clean * &dropout(clean.dim(), plan.input_dropout, &mut noise));
        let code_mask = (plan.code_dropout > 0.0)
            .then(|| dropout((rows.len(), self.code_width), plan.code_dropout, &mut noise));
        let target = target.map(|target| target.select(Axis(0), positions));
        let classes = feed.classes(&rows);
        let batch = Batch {
            input: input.as_ref().unwrap_or(&clean).view(),
            clean: clean.view(),
            code_mask: code_mask.as_ref().map(Array2::view),
            target: target.as_ref().map(Array2::view),
            classes: classes.as_ref().map(Array2::view),
            paired: feed.neighbours.is_some(),
        };
        with(self.engine.as_mut(), &batch)
    }
}

/// The exponential of the entropy of the clusters' shares: K clusters of the same size count as K, one that holds all as 1.
fn effective_number(assignment: &[u32]) -> f64 {
    let n_clusters = assignment.iter().max().map_or(0, |&most| most as usize + 1);
    let mut counts = vec![0usize; n_clusters];
    assignment.iter().for_each(|&cluster| counts[cluster as usize] += 1);
    let shares =
        counts.iter().filter(|&&count| count > 0).map(|&count| count as f64 / assignment.len() as f64);
    shares.map(|share| -share * share.ln()).sum::<f64>().exp()
}

#[cfg(test)]
mod tests {
    use super::effective_number;

    #[test]
    fn clusters_count_by_the_entropy_of_their_shares() {
        assert_eq!(effective_number(&[2, 2, 2]), 1.0);
        assert!((effective_number(&[0, 0, 1, 1]) - 2.0).abs() < 1e-12);
        // exp(−¾ ln ¾ − ¼ ln ¼)
        assert!((effective_number(&[0, 0, 0, 5]) - 1.754_765_350_6).abs() < 1e-9);
    }
}
