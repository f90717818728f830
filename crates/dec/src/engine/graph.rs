//! The same step as a plain candle graph: losses written forward only, gradients by automatic differentiation.

use super::neighbours::SOFTENING;
use super::{Backend, Batch, Engine, State};
use crate::error::{Error, Result};
use crate::network::{Activation, Dense, Head, HeadInput, Network};
use crate::objective::{Losses, Objective};
use crate::optimiser::Optimiser;
use candle_core::utils::{cuda_is_available, metal_is_available};
use candle_core::{D, DType, Device, Result as Candle, Tensor, Var};
use ndarray::{Array2, ArrayView2};
use std::panic::catch_unwind;

/// Parameters as candle variables, in the order of [`Network::parameters`].
#[derive(Debug)]
pub(super) struct Graph {
    backend: Backend,
    device: Device,
    optimiser: Optimiser,
    /// The shape of the network: its matrices are stale while the variables move.
    outline: Network,
    variables: Vec<Var>,
    moments: Vec<Tensor>,
    n_steps: u64,
}

/// The losses of a batch on the device, before weighting: scalars, 0 where a loss was not asked for.
struct Parts {
    class: Tensor,
    /// −Σ p ln q; with `entropy`, KL(P‖Q).
    cluster: Tensor,
    entropy: f64,
    reconstruction: Tensor,
    neighbour: Tensor,
}

impl Parts {
    fn new(device: &Device) -> Candle<Self> {
        let zero = Tensor::zeros((), DType::F32, device)?;
        Ok(Self {
            class: zero.clone(),
            cluster: zero.clone(),
            entropy: 0.0,
            reconstruction: zero.clone(),
            neighbour: zero,
        })
    }

    fn weighted(&self, objective: &Objective) -> Candle<Tensor> {
        let taught = ((&self.class * objective.class_weight)? + (&self.cluster * objective.cluster_weight)?)?;
        let shown = ((&self.reconstruction * objective.reconstruction_weight)?
            + (&self.neighbour * objective.neighbour_weight)?)?;
        taught + shown
    }

    /// Brings all losses back at once, which waits for everything that was asked of the device before.
    fn read(&self) -> Candle<Losses> {
        let all = Tensor::stack(&[&self.class, &self.cluster, &self.reconstruction, &self.neighbour], 0)?;
        let [class, cross, reconstruction, neighbour] =
            <[f32; 4]>::try_from(all.to_vec1()?).expect("four losses were stacked").map(f64::from);
        Ok(Losses { class, cluster: self.entropy + cross, reconstruction, neighbour })
    }
}

impl Graph {
    pub(super) fn new(backend: Backend, state: &State, optimiser: Optimiser) -> Result<Self> {
        let device = device(backend)?;
        Self::upload(state, optimiser, backend, device).map_err(|error| failed(backend, &error))
    }

    fn upload(state: &State, optimiser: Optimiser, backend: Backend, device: Device) -> Candle<Self> {
        let tensors = |matrices: &[Array2<f32>]| -> Candle<Vec<Tensor>> {
            matrices.iter().map(|matrix| tensor(matrix.view(), &device)).collect()
        };
        let graph = Self {
            backend,
            optimiser,
            outline: state.network.clone(),
            variables: (state.network.parameters().into_iter())
                .map(|(_, matrix)| Var::from_tensor(&tensor(matrix.view(), &device)?))
                .collect::<Candle<_>>()?,
            moments: tensors(&state.moments)?,
            n_steps: state.n_steps,
            device,
        };
        // As `descend` does before it returns.
        graph.device.synchronize()?;
        Ok(graph)
    }

    fn stack(&self, layers: &[Dense], first: usize, mut x: Tensor) -> Candle<Tensor> {
        for (i, layer) in layers.iter().enumerate() {
            let [weight, bias] = [&self.variables[first + 2 * i], &self.variables[first + 2 * i + 1]];
            x = x.matmul(weight)?.broadcast_add(bias)?;
            if layer.activation == Activation::Relu {
                // Not `relu`, which would turn NaN into 0 and hide a network that broke down.
                let is_open = x.gt(0.0)?.to_dtype(DType::F32)?;
                x = (x * is_open)?;
            }
        }
        Ok(x)
    }

    /// The losses on `batch`.
    fn losses(&self, batch: &Batch<'_>, objective: &Objective) -> Candle<Parts> {
        let network = &self.outline;
        let upload = |array: &ArrayView2<'_, f32>| tensor(array.view(), &self.device);
        let n_encoder = 2 * network.encoder.len();
        let after = n_encoder + 2 * network.decoder.len();
        let input = upload(&batch.input)?;
        let z = self.stack(&network.encoder, 0, input.clone())?;
        let n_images = batch.input.nrows() as f64;

        let mut parts = Parts::new(&self.device)?;
        if objective.reconstruction_weight != 0.0 && !network.decoder.is_empty() {
            let code = match &batch.code_mask {
                Some(mask) => (&z * upload(mask)?)?,
                None => z.clone(),
            };
            let is_noisy = batch.input.as_ptr() != batch.clean.as_ptr();
            let clean = if is_noisy { upload(&batch.clean)? } else { input };
            let difference = (self.stack(&network.decoder, n_encoder, code)? - clean)?;
            let factor = objective.reconstruction_loss.factor(batch.input.nrows(), batch.clean.ncols());
            parts.reconstruction = (difference.sqr()?.sum_all()? * factor)?;
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
            parts.entropy =
                target.iter().map(|&p| f64::from(p)).filter(|&p| p > 0.0).map(|p| p * p.ln()).sum::<f64>()
                    / n_images;
            parts.cluster = ((upload(target)? * log_q)?.sum_all()? * (-1.0 / n_images))?;
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
            let factor = -1.0 / batch.n_labelled().max(1) as f64;
            parts.class = ((log_probabilities * upload(classes)?)?.sum_all()? * factor)?;
        }
        if objective.neighbour_weight != 0.0 && batch.paired {
            parts.neighbour = neighbour_loss(&z, objective.repulsion)?;
        }
        Ok(parts)
    }

    fn descend(&mut self, batch: &Batch<'_>, objective: &Objective, rate: f32) -> Candle<Losses> {
        let parts = self.losses(batch, objective)?;
        let store = parts.weighted(objective)?.backward()?;
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
        // Last, so that nothing is under way when another thread goes on: each has a queue of its own on the device.
        parts.read()
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
        self.descend(batch, objective, rate).map_err(|error| failed(self.backend, &error))
    }

    fn evaluate(&mut self, batch: &Batch<'_>, objective: &Objective) -> Result<Losses> {
        let losses = || self.losses(batch, objective)?.read();
        losses().map_err(|error| failed(self.backend, &error))
    }

    fn embed(&self, images: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        let embed = || array(&self.stack(&self.outline.encoder, 0, tensor(images, &self.device)?)?);
        embed().map_err(|error| failed(self.backend, &error))
    }

    fn centres(&self) -> Result<Option<Array2<f32>>> {
        let place = 2 * (self.outline.encoder.len() + self.outline.decoder.len());
        let centres = self.outline.centres.as_ref().map(|_| array(&self.variables[place]));
        centres.transpose().map_err(|error| failed(self.backend, &error))
    }

    fn network(&self) -> Result<Network> {
        Ok(self.state()?.network)
    }

    fn state(&self) -> Result<State> {
        self.download().map_err(|error| failed(self.backend, &error))
    }
}

/// The device of `backend`.
pub(super) fn device(backend: Backend) -> Result<Device> {
    let device = match backend {
        Backend::Candle if cuda_is_available() => Device::new_cuda(0),
        Backend::Candle if metal_is_available() => metal(0),
        Backend::Fused | Backend::Candle => Ok(Device::Cpu),
        Backend::Cuda(index) => Device::new_cuda(index),
        Backend::Metal(index) => metal(index),
    };
    device.map_err(|error| failed(backend, &error))
}

/// candle panics where there is no such GPU.
fn metal(index: usize) -> Candle<Device> {
    catch_unwind(|| Device::new_metal(index))
        .unwrap_or_else(|_| Err(candle_core::Error::Msg(format!("there is no GPU {index}"))))
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
    let rows = matrix.as_standard_layout();
    Tensor::from_slice(rows.as_slice().expect("standard layout is contiguous"), matrix.dim(), device)
}

fn array(tensor: &Tensor) -> Candle<Array2<f32>> {
    let dim = tensor.dims2()?;
    let values = tensor.flatten_all()?.to_vec1()?;
    Ok(Array2::from_shape_vec(dim, values).expect("a tensor holds as many values as its shape says"))
}

/// candle stays out of the public surface: its errors become words.
fn failed(backend: Backend, error: &candle_core::Error) -> Error {
    Error::Backend { backend: backend.to_string(), message: error.to_string() }
}
