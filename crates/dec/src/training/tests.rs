//! What no public path can ask for: a backend that gives up, the graph of a phase, the sizes that centres are merged by.

use super::Training;
use crate::autoencoder::Autoencoder;
use crate::dec::Dec;
use crate::engine::{self, Backend, Batch, Engine, State};
use crate::epoch::Stage;
use crate::error::{Error, Result};
use crate::neighbours::nearest;
use crate::network::Network;
use crate::objective::{Losses, Objective};
use crate::schedule::Segment;
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

#[cfg(not(feature = "cuda"))]
#[test]
fn a_backend_that_fails_between_two_phases_leaves_the_one_that_is_over() {
    let images = Array2::from_shape_fn((64, 12), |(i, j)| ((i * j + i) % 7) as f32);
    let params = Autoencoder::params(&[6, 2]).batch_size(16).neighbour_schedule(&[]);
    let params = params.layer_schedule(&[Segment::epochs(2, 1e-3)]).fine_tune_schedule(&[]);
    let start = || params.training(images.view()).unwrap();
    let mut wants = start();
    wants.by_ref().take(2).try_for_each(|epoch| epoch.map(drop)).unwrap();
    let wants = wants.finish().unwrap();

    let mut training = start();
    training.phases[1].0.backend = Backend::Cuda(0);
    let told = training.by_ref().find_map(Result::err);
    assert!(matches!(told, Some(Error::Parameter { .. } | Error::Backend { .. })), "{told:?}");
    assert_eq!(training.n_done(), 2);
    assert!(training.snapshot().unwrap() == wants);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint");
    training.phases = start().phases;
    training.save(&path).unwrap();
    assert!(start().resume(&path).unwrap().complete().unwrap() == start().complete().unwrap());
}

#[test]
fn a_second_graph_is_that_of_what_the_first_has_left() {
    let images = Array2::from_shape_fn((64, 12), |(i, j)| (i * (j + 3) * (j + 7) % 61) as f32);
    let params = Autoencoder::params(&[6, 2]).batch_size(16).n_graphs(2).n_neighbours(3);
    let params = params.fine_tune_schedule(&[Segment::epochs(1, 1e-3)]);
    let mut training =
        params.neighbour_schedule(&[Segment::epochs(1, 1e-2)]).training(images.view()).unwrap();
    let mut graphs = Vec::new();
    while let Some(epoch) = training.next() {
        if matches!(epoch.unwrap().stage, Stage::Neighbours(_)) {
            // The network is that before the phase.
            let embedding = training.feed.embedding(&training.feed.rows, &training.network).unwrap();
            let graph = training.course.feed.neighbours.clone().unwrap();
            assert_eq!(graph, nearest(embedding.view(), 3));
            graphs.push(graph);
        }
    }
    assert!(graphs.len() == 2 && graphs[0] != graphs[1]);
}

#[test]
fn centres_are_merged_by_the_numbers_of_their_images() {
    let images = Array2::from_shape_fn((64, 12), |(i, j)| ((i * j + i) % 7) as f32);
    let start = Autoencoder::params(&[6, 2]).max_epochs(Some(2)).fit(images.view()).unwrap();
    let mut training = Dec::params(2).overcluster(4).tolerance(0.0).training(start, images.view()).unwrap();
    assert_eq!(training.sizes(8), [1; 8]);
    training.next().unwrap().unwrap();
    let assignment = training.course.progress.assignment.clone().unwrap();
    let count = |centre: u32| assignment.iter().filter(|&&of| of == centre).count();
    assert_eq!(training.sizes(8), (0..8).map(count).collect::<Vec<_>>());
}
