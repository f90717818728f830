//! The two engines against each other, against finite differences, and the fused one on one and two threads.

use super::fused::Fused;
use super::graph::Graph;
use super::{Backend, Batch, Engine, State};
use crate::network::{Activation, Dense, Head, HeadInput, Initialisation, Network};
use crate::objective::{Objective, ReconstructionLoss};
use crate::optimiser::Optimiser;
use crate::random::{Purpose, stream};
use ndarray::Array2;
use rand::Rng;

const SGD: Optimiser = Optimiser::Sgd { momentum: 0.9 };

fn random(dim: (usize, usize), index: u64) -> Array2<f32> {
    let mut rng = stream(3, Purpose::Noise, index);
    Array2::from_shape_simple_fn(dim, || rng.random_range(-1.0..1.0))
}

fn network(head_input: HeadInput, n_pixels: usize) -> Network {
    let mut rng = stream(7, Purpose::Weights, 0);
    let mut dense = |from, to, activation| {
        let layer = Dense::new(from, to, activation, Initialisation::Glorot, &mut rng);
        Dense { bias: random((1, to), to as u64) * 0.1, ..layer }
    };
    use Activation::{Linear, Relu};
    Network {
        encoder: vec![dense(n_pixels, 11, Relu), dense(11, 4, Linear)],
        decoder: vec![dense(4, 11, Relu), dense(11, n_pixels, Linear)],
        centres: Some(random((5, 4), 90)),
        head: Some(Head {
            dense: dense(if head_input == HeadInput::Assignment { 5 } else { 4 }, 3, Linear),
            input: head_input,
        }),
    }
}

/// Everything a batch can hold.
struct Case {
    images: Array2<f32>,
    noisy: Array2<f32>,
    mask: Array2<f32>,
    target: Array2<f32>,
    classes: Array2<f32>,
}

impl Case {
    fn new(n: usize, n_pixels: usize) -> Self {
        let mut target = random((n, 5), 91).mapv(f32::abs);
        for mut row in target.rows_mut() {
            let sum = row.sum();
            row.mapv_inplace(|p| p / sum);
        }
        // Missing, soft, weighted and hard labels.
        let classes = Array2::from_shape_fn((n, 3), |(i, c)| match i % 4 {
            0 => 0.0,
            1 => [0.2, 0.5, 0.3][c],
            2 => [3.0, 0.4, 0.0][c],
            _ => f32::from(c == i % 3),
        });
        Self {
            images: random((n, n_pixels), 92),
            noisy: random((n, n_pixels), 93),
            mask: random((n, 4), 94).mapv(|v| if v > 0.5 { 0.0 } else { 1.25 }),
            target,
            classes,
        }
    }

    fn batch(&self) -> Batch<'_> {
        Batch {
            input: self.noisy.view(),
            clean: self.images.view(),
            code_mask: Some(self.mask.view()),
            target: Some(self.target.view()),
            classes: Some(self.classes.view()),
            paired: true,
        }
    }
}

fn objectives() -> Vec<Objective> {
    let all = |class_weight, cluster_weight, reconstruction_weight, reconstruction_loss, alpha| Objective {
        neighbour_weight: 0.0,
        repulsion: 5.0,
        class_weight,
        cluster_weight,
        reconstruction_weight,
        reconstruction_loss,
        alpha,
    };
    vec![
        all(0.7, 0.3, 2.0, ReconstructionLoss::Mean, 1.0),
        all(0.0, 0.0, 1.0, ReconstructionLoss::SumHalf, 1.0),
        all(0.0, 1.0, 0.0, ReconstructionLoss::Mean, 2.5),
        all(1.0, 0.0, 0.0, ReconstructionLoss::Mean, 1.0),
        // Not neighbours alone: a shift of all images changes nothing there, and Adam would divide rounding by rounding.
        Objective { neighbour_weight: 1.5, ..all(0.5, 0.0, 0.3, ReconstructionLoss::Mean, 1.0) },
    ]
}

fn assert_close(a: &State, b: &State, tolerance: f32) {
    for ((name, a), (_, b)) in a.network.parameters().into_iter().zip(b.network.parameters()) {
        let worst = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < tolerance, "{name} differs by {worst}");
    }
}

#[test]
fn fused_steps_are_those_of_candle_for_every_loss_optimiser_and_head() {
    for head in [HeadInput::Assignment, HeadInput::Embedding] {
        for optimiser in [SGD, Optimiser::Adam] {
            for objective in objectives() {
                let start = State::new(network(head, 13), optimiser);
                let mut fused = Fused::new(start.clone(), optimiser);
                let mut graph = Graph::new(Backend::Candle, &start, optimiser).unwrap();
                // The second batch is smaller: buffers keep their size.
                for n in [12, 7, 12] {
                    let case = Case::new(n, 13);
                    let a = fused.step(&case.batch(), &objective, 0.01).unwrap();
                    let b = graph.step(&case.batch(), &objective, 0.01).unwrap();
                    assert!(
                        (a.weighted(&objective) - b.weighted(&objective)).abs() < 1e-5,
                        "{a:?} is not {b:?}"
                    );
                }
                // Adam divides by a root that starts near 0: rounding shows more.
                let tolerance = if optimiser == SGD { 2e-6 } else { 2e-4 };
                assert_close(&fused.state().unwrap(), &graph.state().unwrap(), tolerance);
            }
        }
    }
}

#[test]
fn gradients_are_those_of_finite_differences() {
    for head in [HeadInput::Assignment, HeadInput::Embedding] {
        for objective in objectives() {
            let case = Case::new(9, 6);
            let start = State::new(network(head, 6), SGD);
            let mut engine = Fused::new(start.clone(), SGD);
            // One step at rate 0 leaves the network and puts the gradient into the velocity.
            engine.step(&case.batch(), &objective, 0.0).unwrap();
            let gradients = engine.state().unwrap().moments;
            let loss_at = |index: usize, place: usize, shift: f32| {
                let mut moved = start.clone();
                moved.network.parameters_mut()[index].as_slice_mut().unwrap()[place] += shift;
                let mut engine = Fused::new(moved, SGD);
                engine.evaluate(&case.batch(), &objective).unwrap().weighted(&objective)
            };
            for (index, gradient) in gradients.iter().enumerate() {
                for place in [0, gradient.len() / 2, gradient.len() - 1] {
                    let shift = 1e-3;
                    let slope = (loss_at(index, place, shift) - loss_at(index, place, -shift))
                        / f64::from(2.0 * shift);
                    let got = f64::from(gradient.as_slice().unwrap()[place]);
                    let scale = slope.abs().max(0.05);
                    assert!(
                        (slope - got).abs() < 2e-2 * scale,
                        "parameter {index}[{place}]: {got} is not {slope}"
                    );
                }
            }
        }
    }
}

#[test]
fn one_and_two_threads_give_the_same_bits() {
    let on = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| {
            let case = Case::new(200, 700);
            let objective = objectives()[0];
            let mut engine = Fused::new(State::new(network(HeadInput::Assignment, 700), SGD), SGD);
            for _ in 0..3 {
                engine.step(&case.batch(), &objective, 0.1).unwrap();
            }
            engine.state().unwrap()
        })
    };
    assert_eq!(on(1), on(2));
}

#[cfg(not(any(feature = "cuda", feature = "metal")))]
#[test]
fn a_gpu_that_was_not_built_in_is_an_error_that_says_so() {
    let state = State::new(network(HeadInput::Embedding, 5), SGD);
    for (backend, name) in [(Backend::Cuda(0), "cuda"), (Backend::Metal(0), "metal")] {
        for error in [backend.check().unwrap_err(), Graph::new(backend, &state, SGD).unwrap_err()] {
            assert!(error.to_string().to_lowercase().contains(name), "{error} does not name {name}");
        }
    }
}
