//! How many threads a program takes.

use anyhow::{Result, ensure};

/// Takes `n_threads` threads for everything that runs side by side; all cores where none are given.
///
/// # Errors
///
/// When `n_threads` is 0, or threads have been taken already.
pub fn limit(n_threads: Option<usize>) -> Result<()> {
    let Some(n_threads) = n_threads else { return Ok(()) };
    ensure!(n_threads > 0, "--threads 0: wants at least 1");
    Ok(rayon::ThreadPoolBuilder::new().num_threads(n_threads).build_global()?)
}
