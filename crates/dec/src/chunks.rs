//! Images that come in chunks: one is worked on while the next one is read.

use crate::error::{Error, Result};
use ndarray::{Array2, ArrayView2};

/// What `with` makes of each chunk, in order. The iterator ends with the chunks or after the first error.
pub(crate) fn in_chunks<M, T, E, I>(
    model: &M,
    chunks: I,
    with: impl Fn(&M, ArrayView2<'_, f32>) -> Result<T> + Sync,
) -> impl Iterator<Item = Result<T, E>>
where
    M: Sync,
    T: Send,
    E: From<Error> + Send,
    I: IntoIterator<Item = Result<Array2<f32>, E>, IntoIter: Send>,
{
    let mut chunks = chunks.into_iter().fuse();
    let mut ahead = None;
    let mut n_before = 0;
    let mut failed = false;
    std::iter::from_fn(move || {
        if failed {
            return None;
        }
        let result = ahead.take().or_else(|| chunks.next())?.and_then(|images: Array2<f32>| {
            // A join rather than a thread of its own: a chunk that lies in memory takes no core away from the model.
            let (result, next) = rayon::join(|| with(model, images.view()), || chunks.next());
            ahead = next;
            let result = result.map_err(|error| from_start(error, n_before).into());
            n_before += images.nrows();
            result
        });
        failed = result.is_err();
        Some(result)
    })
}

/// The error with its row counted from the first chunk.
fn from_start(error: Error, n_before: usize) -> Error {
    match error {
        Error::NotFinite { row, column, value } => Error::NotFinite { row: n_before + row, column, value },
        Error::Embedding { row } => Error::Embedding { row: n_before + row },
        other => other,
    }
}
