//! Files that appear whole or not at all, in a folder that is known to be writable before any work is done.

use anyhow::{Context, Result, ensure};
use regex::Regex;
use serde::Serialize;
use std::io::{BufWriter, IntoInnerError, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

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

/// Makes sure of the same for the folder of a file.
///
/// # Errors
///
/// As [`ensure_writable`], and when `file` is a folder, or by its end is to be one.
pub fn ensure_file(option: &str, file: &Path) -> Result<()> {
    let is_folder = file.is_dir() || file.as_os_str().to_string_lossy().ends_with(std::path::is_separator);
    ensure!(!is_folder, "{option} {}: is a folder, wants a file", file.display());
    ensure_writable(option, folder(file))
}

/// Removes what an earlier run has left at `file`, where there is something.
///
/// # Errors
///
/// When it cannot be removed.
pub fn remove(file: &Path) -> Result<()> {
    if file.exists() {
        std::fs::remove_file(file).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

/// The folder that holds `file`.
fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Removes the pictures of an earlier run from `folder`, where there is one: files whose whole name matches the regular expression `name`.
///
/// # Errors
///
/// When one cannot be removed.
///
/// # Panics
///
/// When `name` is no regular expression.
pub fn remove_pictures(folder: &Path, name: &str) -> Result<()> {
    let name = Regex::new(&format!("^(?:{name})$")).expect("names of pictures are written in this program");
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.file_name().and_then(|file| file.to_str()).is_some_and(|file| name.is_match(file)) {
            std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}

/// Writes `content` to a temporary file beside `path` and renames it into place.
///
/// # Errors
///
/// When the folder cannot be written to.
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    let mut file = NewFile::create(path)?;
    file.write_all(content.as_ref()).with_context(|| format!("{}: cannot be written", path.display()))?;
    file.finish()
}

/// A file that is written piece by piece: a temporary one beside `path` until [`finish`](Self::finish).
#[derive(Debug)]
pub struct NewFile {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
}

impl NewFile {
    /// Begins the file, in a new folder where there is none.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made or written to.
    pub fn create(path: &Path) -> Result<Self> {
        let folder = folder(path);
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let mut temporary = tempfile::Builder::new();
        // The rights of any new file: the library's own are its owner's alone.
        #[cfg(unix)]
        temporary.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = temporary
            .tempfile_in(folder)
            .with_context(|| format!("{}: cannot be written", path.display()))?;
        Ok(Self { file: BufWriter::new(file), path: path.to_owned() })
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    ///
    /// When the last piece cannot be written, or the file not renamed.
    pub fn finish(self) -> Result<()> {
        let failed = || format!("{}: cannot be written", self.path.display());
        let file = self.file.into_inner().map_err(IntoInnerError::into_error).with_context(failed)?;
        file.persist(&self.path).with_context(failed)?;
        Ok(())
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Writes `value` as indented JSON.
///
/// # Errors
///
/// As [`write()`].
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    write(path, serde_json::to_string_pretty(value)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::remove_pictures;

    #[test]
    fn only_pictures_of_an_earlier_run_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let others = ["cluster_of_andromeda.png", "cluster_01.png.bak", "my_cluster_01.png", "cluster_.png"];
        for name in others.iter().chain(&["cluster_01.png", "cluster_123.png"]) {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        remove_pictures(folder.path(), r"cluster_\d+\.png").unwrap();
        let left = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut left: Vec<_> = left.collect();
        left.sort();
        let mut others = others.to_vec();
        others.sort_unstable();
        assert_eq!(left, others);
        remove_pictures(&folder.path().join("no"), "any").unwrap();
    }
}
