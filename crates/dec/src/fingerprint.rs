//! Digests by which a checkpoint knows its images, its labels and the network it began with again.

use crate::feed::Feed;
use crate::network::Network;
use crate::storage::Shape;
use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Images that go into one digest; the digests of all such blocks go into the last one.
const BLOCK: usize = 1024;

/// SHA-256 of what is fed, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fingerprint {
    /// Of shape and pixels.
    pub(crate) images: String,
    /// Of the classes, and of which rows teach and which are watched.
    pub(crate) labels: String,
    /// Of the network before the first epoch; centres that are still to be found are zeros.
    pub(crate) network: String,
}

impl Fingerprint {
    /// `network` is that of [`of_network`].
    pub(crate) fn of(feed: &Feed<'_>, network: &str) -> Self {
        let shape: Vec<u8> = feed.images.shape().iter().flat_map(|&n| (n as u64).to_le_bytes()).collect();
        let blocks: Vec<_> = (feed.images.axis_chunks_iter(Axis(0), BLOCK).into_par_iter())
            .map(|block| Sha256::digest(bytes(block)))
            .collect();
        let mut images = Sha256::new_with_prefix(shape);
        blocks.iter().for_each(|block| images.update(block));

        let mut labels = Sha256::new();
        for rows in [&feed.rows, &feed.development] {
            let numbers = std::iter::once(rows.len()).chain(rows.iter().copied());
            labels.update(numbers.flat_map(|number| (number as u64).to_le_bytes()).collect::<Vec<_>>());
        }
        if let Some(classes) = &feed.classes {
            labels.update(bytes(classes.view()));
        }
        Self { images: hexadecimal(images), labels: hexadecimal(labels), network: network.to_owned() }
    }
}

/// SHA-256 of a network's shape and weights, in hexadecimal.
pub(crate) fn of_network(network: &Network) -> String {
    let shape =
        (Shape::of(network), network.parameters().iter().map(|(_, matrix)| matrix.dim()).collect::<Vec<_>>());
    let mut digest = Sha256::new_with_prefix(of_value(&shape));
    network.parameters().iter().for_each(|(_, matrix)| digest.update(bytes(matrix.view())));
    hexadecimal(digest)
}

/// SHA-256 of plain data as JSON, in hexadecimal.
pub(crate) fn of_value(value: &impl Serialize) -> String {
    hexadecimal(Sha256::new_with_prefix(
        serde_json::to_string(value).expect("plain data has no maps to fail"),
    ))
}

fn bytes(matrix: ArrayView2<'_, f32>) -> Vec<u8> {
    matrix.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn hexadecimal(digest: Sha256) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
