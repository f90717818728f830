//! A backend that gives up in the middle of an epoch, which no public path can ask for.

use super::Training;
use crate::autoencoder::Autoencoder;
use crate::engine::{self, Backend, Batch, Engine, State};
use crate::error::{Error, Result};
use crate::network::Network;
use crate::objective::{Losses, Objective};
use crate::plan::Segment;
use ndarray::{Array2, ArrayView2};

/// An engine that takes so many steps more.
struct Failing {
    engine: Box<dyn Engine>,
    n_left: usize,
}

impl Engine for Failing {
    fn step(&mut self, batch: &Batch<'_>, objective: &Objective, rate: f32) -> Result<Losses> {
        let message = || "out of memory".to_owned();
        self.n_left = self
            .n_left
            .checked_sub(1)
            .ok_or_else(|| Error::Backend { backend: "cuda".to_owned(), message: message() })?;
        self.engine.step(batch, objective, rate)
    }

    fn evaluate(&mut self, batch: &Batch<'_>, objective: &Objective) -> Result<Losses> {
        self.engine.evaluate(batch, objective)
    }

    fn embed(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        self.engine.embed(images)
    }

    fn centres(&self) -> Result<Option<Array2<f32>>> {
        self.engine.centres()
    }

    fn network(&self) -> Result<Network> {
        self.engine.network()
    }

    fn state(&self) -> Result<State> {
        self.engine.state()
    }
}

fn break_after<M>(training: &mut Training<'_, M>, n_left: usize) {
    let optimiser = training.course.plan.optimiser;
    let engine = engine::start(Backend::Fused, training.course.state().unwrap(), optimiser).unwrap();
    training.course.engine = Box::new(Failing { engine, n_left });
}

#[test]
fn half_an_epoch_is_never_handed_out_and_the_last_checkpoint_goes_on() {
    let images = Array2::from_shape_fn((64, 12), |(i, j)| ((i * j + i) % 7) as f32);
    let params = Autoencoder::params(&[6, 2]).batch_size(16).neighbour_schedule(&[]);
    let params = params.fine_tune_schedule(&[Segment::epochs(4, 1e-3)]);
    let start = || params.training(images.view()).unwrap();
    let wants = start().complete().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint");

    let mut training = start();
    training.next().unwrap().unwrap();
    training.save(&path).unwrap();
    // Four steps are an epoch.
    break_after(&mut training, 6);
    training.next().unwrap().unwrap();
    let is_told = |result: Result<()>| matches!(result, Err(Error::Backend { message, .. }) if message == "out of memory");
    assert!(is_told(training.next().unwrap().map(drop)));
    assert!(training.next().is_none());
    assert!(is_told(training.snapshot().map(drop)));
    assert!(is_told(training.latest().map(drop)));
    assert!(is_told(training.save(folder.path().join("half"))));
    assert!(!folder.path().join("half").exists());
    assert!(training.resume(&path).unwrap().complete().unwrap() == wants);
}
