//! The same step as a plain candle graph: losses written forward only, gradients by automatic differentiation.

use super::neighbours::SOFTENING;
use super::{Backend, Batch, Engine, State};
use crate::error::{Error, Result};
use crate::network::{Activation, Dense, Head, HeadInput, Network};
use crate::objective::{Losses, Objective};
use crate::optimiser::Optimiser;
use candle_core::{D, DType, Device, Result as Candle, Tensor, Var};
use ndarray::{Array2, ArrayView2};

/// Parameters as candle variables, in the order of [`Network::parameters`].
#[derive(Debug)]
pub(super) struct Graph {
    device: Device,
    optimiser: Optimiser,
    /// The shape of the network: its matrices are stale while the variables move.
    outline: Network,
    variables: Vec<Var>,
    moments: Vec<Tensor>,
    n_steps: u64,
}

impl Graph {
    pub(super) fn new(backend: Backend, state: &State, optimiser: Optimiser) -> Result<Self> {
        let device = match backend {
            Backend::Cuda(index) => Device::new_cuda(index),
            Backend::Metal(index) => Device::new_metal(index),
            _ => Device::new_cuda(0).or_else(|_| Device::new_metal(0)).or(Ok(Device::Cpu)),
        };
        device.and_then(|device| Self::upload(state, optimiser, device)).map_err(|error| failed(&error))
    }

    fn upload(state: &State, optimiser: Optimiser, device: Device) -> Candle<Self> {
        let tensors = |matrices: &[Array2<f32>]| -> Candle<Vec<Tensor>> {
            matrices.iter().map(|matrix| tensor(matrix.view(), &device)).collect()
        };
        Ok(Self {
            optimiser,
            outline: state.network.clone(),
            variables: (state.network.parameters().into_iter())
                .map(|(_, matrix)| Var::from_tensor(&tensor(matrix.view(), &device)?))
                .collect::<Candle<_>>()?,
            moments: tensors(&state.moments)?,
            n_steps: state.n_steps,
            device,
        })
    }

    fn stack(&self, layers: &[Dense], first: usize, mut x: Tensor) -> Candle<Tensor> {
        for (i, layer) in layers.iter().enumerate() {
            let [weight, bias] = [&self.variables[first + 2 * i], &self.variables[first + 2 * i + 1]];
            x = x.matmul(weight)?.broadcast_add(bias)?;
            if layer.activation == Activation::Relu {
                x = x.relu()?;
            }
        }
        Ok(x)
    }

    /// Total loss as a tensor, and its parts.
    fn losses(&self, batch: &Batch<'_>, objective: &Objective) -> Candle<(Tensor, Losses)> {
        let network = &self.outline;
        let upload = |array: &ArrayView2<'_, f32>| tensor(array.view(), &self.device);
        let n_encoder = 2 * network.encoder.len();
        let after = n_encoder + 2 * network.decoder.len();
        let z = self.stack(&network.encoder, 0, upload(&batch.input)?)?;
        let n_images = batch.input.nrows() as f64;

        let mut total = Tensor::zeros((), DType::F32, &self.device)?;
        let mut losses = Losses::default();
        if objective.reconstruction_weight != 0.0 && !network.decoder.is_empty() {
            let code = match &batch.code_mask {
                Some(mask) => (&z * upload(mask)?)?,
                None => z.clone(),
            };
            let difference = (self.stack(&network.decoder, n_encoder, code)? - upload(&batch.clean)?)?;
            let factor = objective.reconstruction_loss.factor(batch.input.nrows(), batch.clean.ncols());
            let loss = (difference.sqr()?.sum_all()? * factor)?;
            losses.reconstruction = scalar(&loss)?;
            total = (total + (loss * objective.reconstruction_weight)?)?;
        }
        let log_q = network
            .centres
            .as_ref()
            .map(|_| log_assignment(&z, &self.variables[after], objective.alpha))
            .transpose()?;
        if let (Some(log_q), Some(target)) = (&log_q, &batch.target)
            && objective.cluster_weight != 0.0
        {
            // Σ p ln p carries no gradient: taken on the host, where p = 0 is easy.
            let constant: f64 =
                target.iter().map(|&p| f64::from(p)).filter(|&p| p > 0.0).map(|p| p * p.ln()).sum::<f64>()
                    / n_images;
            let cross = ((upload(target)? * log_q)?.sum_all()? * (-1.0 / n_images))?;
            losses.cluster = constant + scalar(&cross)?;
            total = (total + (cross * objective.cluster_weight)?)?;
        }
        if let (Some(Head { input, .. }), Some(classes)) = (&network.head, &batch.classes)
            && objective.class_weight != 0.0
        {
            let first = self.variables.len() - 2;
            let q =
                log_q.as_ref().filter(|_| *input == HeadInput::Assignment).map(Tensor::exp).transpose()?;
            let features = q.as_ref().unwrap_or(&z);
            let logits =
                features.matmul(&self.variables[first])?.broadcast_add(&self.variables[first + 1])?;
            let log_probabilities = candle_nn::ops::log_softmax(&logits, D::Minus1)?;
            let n_labelled = classes.rows().into_iter().filter(|row| row.sum() > 0.0).count().max(1) as f64;
            let loss = ((log_probabilities * upload(classes)?)?.sum_all()? * (-1.0 / n_labelled))?;
            losses.class = scalar(&loss)?;
            total = (total + (loss * objective.class_weight)?)?;
        }
        if objective.neighbour_weight != 0.0 && batch.paired {
            let loss = neighbour_loss(&z, objective.repulsion)?;
            losses.neighbour = scalar(&loss)?;
            total = (total + (loss * objective.neighbour_weight)?)?;
        }
        Ok((total, losses))
    }

    fn descend(&mut self, batch: &Batch<'_>, objective: &Objective, rate: f32) -> Candle<Losses> {
        let (total, losses) = self.losses(batch, objective)?;
        let store = total.backward()?;
        self.n_steps += 1;
        let n_parameters = self.variables.len();
        for (i, variable) in self.variables.iter().enumerate() {
            // A parameter without a gradient takes no part in the objective and stays as it is.
            let Some(gradient) = store.get(variable) else { continue };
            let direction = match self.optimiser {
                Optimiser::Sgd { momentum } => {
                    self.moments[i] = ((&self.moments[i] * f64::from(momentum))? + gradient)?.detach();
                    self.moments[i].clone()
                }
                Optimiser::Adam => adam(gradient, &mut self.moments, [i, n_parameters + i], self.n_steps)?,
            };
            variable.set(&(variable.as_tensor() - (direction * f64::from(rate))?)?.detach())?;
        }
        Ok(losses)
    }

    fn download(&self) -> Candle<State> {
        let mut network = self.outline.clone();
        for (matrix, variable) in network.parameters_mut().into_iter().zip(&self.variables) {
            *matrix = array(variable)?;
        }
        Ok(State {
            network,
            moments: self.moments.iter().map(array).collect::<Candle<_>>()?,
            n_steps: self.n_steps,
        })
    }
}

impl Engine for Graph {
    fn step(&mut self, batch: &Batch<'_>, objective: &Objective, rate: f32) -> Result<Losses> {
        self.descend(batch, objective, rate).map_err(|error| failed(&error))
    }

    fn evaluate(&mut self, batch: &Batch<'_>, objective: &Objective) -> Result<Losses> {
        Ok(self.losses(batch, objective).map_err(|error| failed(&error))?.1)
    }

    fn embed(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        let embed = || array(&self.stack(&self.outline.encoder, 0, tensor(images, &self.device)?)?);
        embed().map_err(|error| failed(&error))
    }

    fn centres(&self) -> Result<Option<Array2<f32>>> {
        let place = 2 * (self.outline.encoder.len() + self.outline.decoder.len());
        let centres = self.outline.centres.as_ref().map(|_| array(&self.variables[place]));
        centres.transpose().map_err(|error| failed(&error))
    }

    fn network(&self) -> Result<Network> {
        Ok(self.state()?.network)
    }

    fn state(&self) -> Result<State> {
        self.download().map_err(|error| failed(&error))
    }
}

/// Adam's direction for the parameter whose two moments stand at `at`.
fn adam(gradient: &Tensor, moments: &mut [Tensor], at: [usize; 2], step: u64) -> Candle<Tensor> {
    let [first, second] = at;
    moments[first] = ((&moments[first] * 0.9)? + (gradient * 0.1)?)?.detach();
    moments[second] = ((&moments[second] * 0.999)? + (gradient.sqr()? * 0.001)?)?.detach();
    let step = step as f64;
    let mean = (&moments[first] / (1.0 - 0.9f64.powf(step)))?;
    let deviation = ((&moments[second] / (1.0 - 0.999f64.powf(step)))?.sqrt()? + 1e-8)?;
    mean / deviation
}

/// ln q of the Student-t kernel, images × clusters.
fn log_assignment(z: &Tensor, centres: &Tensor, alpha: f64) -> Candle<Tensor> {
    let difference = z.unsqueeze(1)?.broadcast_sub(&centres.unsqueeze(0)?)?;
    let kernel = ((difference.sqr()?.sum(D::Minus1)? / alpha)? + 1.0)?;
    let log_kernel = (kernel.log()? * (-f64::midpoint(alpha, 1.0)))?;
    candle_nn::ops::log_softmax(&log_kernel, D::Minus1)
}

/// The loss on pairs of neighbours, as `engine::neighbours` defines it.
fn neighbour_loss(z: &Tensor, repulsion: f64) -> Candle<Tensor> {
    let n = z.dim(0)? / 2;
    let (left, right) = (z.narrow(0, 0, n)?, z.narrow(0, n, n)?);
    let squares = left.unsqueeze(1)?.broadcast_sub(&right.unsqueeze(0)?)?.sqr()?.sum(D::Minus1)?;
    let pairs = Tensor::eye(n, DType::F32, z.device())?;
    let attraction = ((&squares + 1.0)?.log()? * &pairs)?.sum_all()?;
    let softened = (squares + SOFTENING)?;
    let repulsions = ((&softened + 1.0)?.log()? - softened.log()?)?;
    let others = (1.0 - pairs)?;
    let factor = repulsion / (n * n.saturating_sub(1)).max(1) as f64;
    (attraction / n as f64)? + ((repulsions * others)?.sum_all()? * factor)?
}

fn tensor(matrix: ArrayView2<'_, f32>, device: &Device) -> Candle<Tensor> {
    let values: Vec<f32> = matrix.iter().copied().collect();
    Tensor::from_vec(values, matrix.dim(), device)
}

fn array(tensor: &Tensor) -> Candle<Array2<f32>> {
    let dim = tensor.dims2()?;
    let values = tensor.flatten_all()?.to_vec1()?;
    Ok(Array2::from_shape_vec(dim, values).expect("a tensor holds as many values as its shape says"))
}

fn scalar(tensor: &Tensor) -> Candle<f64> {
    Ok(f64::from(tensor.to_scalar::<f32>()?))
}

/// candle stays out of the public surface: its errors become words.
fn failed(error: &candle_core::Error) -> Error {
    Error::Backend { backend: "candle", message: error.to_string() }
}
