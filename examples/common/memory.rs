//! Memory of this process.

use nix::sys::resource::{UsageWho, getrusage};

/// The most memory that this process has had resident, in MB (10⁶ bytes); `None` where the system does not say.
#[must_use]
pub fn peak_rss_mb() -> Option<f64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1.0 } else { 1024.0 };
    Some(usage.max_rss() as f64 * unit / 1e6)
}
