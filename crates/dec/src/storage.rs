//! Models and checkpoints as safetensors files: matrices as tensors, everything else as JSON in the header.

use crate::error::{Error, Result};
use crate::network::{Activation, Dense, Head, HeadInput, Network};
use ndarray::Array2;
use safetensors::tensor::{Dtype, SafeTensors, View};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::Path;

/// The format that this version writes, and the newest that it reads.
const FORMAT: u32 = 1;
/// The key of our JSON in the header.
const KEY: &str = "manyhands-dec";

/// The JSON of every file.
#[derive(Debug, Serialize, Deserialize)]
struct Header<T> {
    format: u32,
    kind: String,
    content: T,
}

/// The part of a header that every version understands.
#[derive(Debug, Deserialize)]
struct Outline {
    format: u32,
    kind: String,
}

/// The shape of a network: what its matrices alone do not tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Shape {
    encoder: Vec<Activation>,
    decoder: Vec<Activation>,
    centres: bool,
    head: Option<HeadInput>,
}

impl Shape {
    pub(crate) fn of(network: &Network) -> Self {
        let activations = |layers: &[Dense]| layers.iter().map(|layer| layer.activation).collect();
        Self {
            encoder: activations(&network.encoder),
            decoder: activations(&network.decoder),
            centres: network.centres.is_some(),
            head: network.head.as_ref().map(|head| head.input),
        }
    }
}

/// Matrices under their names.
pub(crate) type Matrices<'a> = Vec<(String, &'a Array2<f32>)>;

/// The matrices of `network`, each name behind `prefix`.
pub(crate) fn matrices<'a>(prefix: &str, network: &'a Network) -> Matrices<'a> {
    network.parameters().into_iter().map(|(name, matrix)| (format!("{prefix}{name}"), matrix)).collect()
}

/// A matrix as safetensors asks for it: its bytes are made when their turn comes.
struct Tensor<'a>(&'a Array2<f32>);

impl View for Tensor<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        self.0.shape()
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.0.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    fn data_len(&self) -> usize {
        size_of::<f32>() * self.0.len()
    }
}

/// Writes a file of `kind`: to a temporary file beside it first, so that `path` never holds half a model.
pub(crate) fn write<T: Serialize>(
    path: &Path,
    kind: &str,
    content: T,
    matrices: &Matrices<'_>,
) -> Result<()> {
    let failed = |source| Error::File { path: path.to_owned(), source };
    let header = Header { format: FORMAT, kind: kind.to_owned(), content };
    let json = serde_json::to_string(&header).map_err(|error| failed(error.into()))?;
    let tensors = matrices.iter().map(|(name, matrix)| (name, Tensor(matrix)));
    let whole = safetensors::serialize(tensors, Some(HashMap::from([(KEY.to_owned(), json)])))
        .map_err(|error| failed(std::io::Error::other(error.to_string())))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = temporary(folder).map_err(failed)?;
    file.write_all(&whole).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// A temporary file for everybody whom the system's mask lets read new files; its own default is the owner alone.
fn temporary(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// A file that has been read and looked at.
#[derive(Debug)]
pub(crate) struct Contents<T> {
    pub(crate) content: T,
    matrices: HashMap<String, Array2<f32>>,
}

/// Reads a file of `kind`.
pub(crate) fn read<T: DeserializeOwned>(path: &Path, kind: &'static str) -> Result<Contents<T>> {
    let foreign = |reason: String| Error::Foreign { path: path.to_owned(), reason };
    let bytes = fs::read(path).map_err(|source| Error::File { path: path.to_owned(), source })?;
    let (_, metadata) = SafeTensors::read_metadata(&bytes).map_err(|error| foreign(error.to_string()))?;
    let json = (metadata.metadata().as_ref().and_then(|map| map.get(KEY)))
        .ok_or_else(|| foreign(format!("its header has no {KEY}")))?;
    let outline: Outline = serde_json::from_str(json).map_err(|error| foreign(error.to_string()))?;
    if outline.format > FORMAT {
        return Err(Error::Newer { path: path.to_owned(), got: outline.format, known: FORMAT });
    }
    if outline.kind != kind {
        return Err(Error::Kind { path: path.to_owned(), got: outline.kind, wants: kind });
    }
    let header: Header<T> = serde_json::from_str(json).map_err(|error| foreign(error.to_string()))?;
    let tensors = SafeTensors::deserialize(&bytes).map_err(|error| foreign(error.to_string()))?;
    let matrices = (tensors.iter())
        .map(|(name, view)| {
            let dim = match (view.dtype(), view.shape()) {
                (Dtype::F32, &[rows, columns]) => (rows, columns),
                (dtype, shape) => {
                    return Err(foreign(format!("{name} is {dtype:?} {shape:?}, not an f32 matrix")));
                }
            };
            let values =
                view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            let matrix = Array2::from_shape_vec(dim, values).map_err(|error| foreign(error.to_string()))?;
            Ok((name.to_owned(), matrix))
        })
        .collect::<Result<_>>()?;
    Ok(Contents { content: header.content, matrices })
}

impl<T> Contents<T> {
    /// Takes out the matrix `name`.
    pub(crate) fn take(&mut self, path: &Path, name: &str) -> Result<Array2<f32>> {
        let reason = || Error::Foreign { path: path.to_owned(), reason: format!("it has no matrix {name}") };
        self.matrices.remove(name).ok_or_else(reason)
    }

    /// Takes out the network whose matrices stand behind `prefix`, and checks that they fit each other.
    pub(crate) fn network(&mut self, path: &Path, prefix: &str, shape: &Shape) -> Result<Network> {
        let mut dense = |name: String, activation| -> Result<Dense> {
            let weight = self.take(path, &format!("{prefix}{name}.weight"))?;
            let bias = self.take(path, &format!("{prefix}{name}.bias"))?;
            Ok(Dense { weight, bias, activation })
        };
        let encoder: Vec<_> = (shape.encoder.iter().enumerate())
            .map(|(i, &activation)| dense(format!("encoder.{i}"), activation))
            .collect::<Result<_>>()?;
        let decoder: Vec<_> = (shape.decoder.iter().enumerate())
            .map(|(i, &activation)| dense(format!("decoder.{i}"), activation))
            .collect::<Result<_>>()?;
        let head = match shape.head {
            Some(input) => Some(Head { dense: dense("head".to_owned(), Activation::Linear)?, input }),
            None => None,
        };
        let centres = shape.centres.then(|| self.take(path, &format!("{prefix}centres"))).transpose()?;
        let network = Network { encoder, decoder, centres, head };
        let foreign = |reason: &str| Err(Error::Foreign { path: path.to_owned(), reason: reason.to_owned() });
        if !network.is_consistent() {
            return foreign("its matrices do not fit each other");
        }
        if network.parameters().iter().any(|(_, matrix)| matrix.iter().any(|value| !value.is_finite())) {
            return foreign("its matrices hold values that are not finite");
        }
        Ok(network)
    }
}
