//! Digests by which a checkpoint knows its images and labels again.

use crate::feed::Feed;
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
}

impl Fingerprint {
    pub(crate) fn of(feed: &Feed<'_>) -> Self {
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
        Self { images: hexadecimal(images), labels: hexadecimal(labels) }
    }
}

fn bytes(matrix: ArrayView2<'_, f32>) -> Vec<u8> {
    matrix.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn hexadecimal(digest: Sha256) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
