//! Files that appear whole or not at all, in a folder that is known to be writable before any work is done.

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// Makes sure that files can be written to `folder`, which may not exist yet, and leaves nothing there. `option` is what the user chose it by.
///
/// # Errors
///
/// When `folder` is a file, or the nearest folder above it that exists cannot be written to.
pub fn ensure_writable(option: &str, folder: &Path) -> Result<()> {
    ensure!(!folder.is_file(), "{option} {}: is a file, wants a folder", folder.display());
    let absolute = std::path::absolute(folder)?;
    let nearest = absolute.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(Path::new("/"));
    tempfile::tempfile_in(nearest)
        .with_context(|| format!("{option} {}: cannot be written to", folder.display()))?;
    Ok(())
}

/// Writes `content` to a temporary file beside `path` and renames it into place.
///
/// # Errors
///
/// When the folder cannot be written to.
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = || format!("{}: cannot be written", path.display());
    let mut temporary = tempfile::Builder::new();
    // The rights of any new file: the library's own are its owner's alone.
    #[cfg(unix)]
    temporary.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = temporary.tempfile_in(folder).with_context(failed)?;
    file.write_all(content.as_ref()).with_context(failed)?;
    file.persist(path).with_context(failed)?;
    Ok(())
}

/// Writes `value` as indented JSON.
///
/// # Errors
///
/// As [`write()`].
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    write(path, serde_json::to_string_pretty(value)? + "\n")
}
