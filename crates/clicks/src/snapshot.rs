//! Saved states: JSON with a kind and a version, written whole or not at all.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

#[derive(Serialize)]
struct Written<'a, T> {
    kind: &'a str,
    version: u32,
    state: &'a T,
}

#[derive(Deserialize)]
struct Header {
    kind: String,
    version: u32,
}

#[derive(Deserialize)]
struct Read<T> {
    state: T,
}

/// Writes beside `path` first and renames then, so that a crash leaves the old file.
pub(crate) fn save(path: &Path, kind: &str, version: u32, state: &impl Serialize) -> Result<()> {
    let write = || -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        // Others may read the file as they may read any new file; the default would be the owner alone.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = BufWriter::new(builder.tempfile_in(folder)?);
        serde_json::to_writer(&mut file, &Written { kind, version, state })?;
        file.flush()?;
        file.into_inner().map_err(io::IntoInnerError::into_error)?.persist(path)?;
        Ok(())
    };
    write().map_err(|error| Error::File { file: path.to_owned(), kind: error.kind() })
}

/// Reads kind and version before the rest, as in another version the same columns may mean something else.
pub(crate) fn load<T: DeserializeOwned>(path: &Path, kind: &'static str, version: u32) -> Result<T> {
    let text = fs::read(path).map_err(|error| Error::File { file: path.to_owned(), kind: error.kind() })?;
    let broken = |reason: String| Error::Snapshot { file: path.to_owned(), wants: kind, reason };
    let header: Header = serde_json::from_slice(&text).map_err(|error| broken(error.to_string()))?;
    if header.kind != kind {
        return Err(broken(format!("it is a {}", header.kind)));
    }
    if header.version != version {
        let got = header.version;
        return Err(broken(format!(
            "its version is {got}, the newest known is {version}, and no other is read"
        )));
    }
    let read: Read<T> = serde_json::from_slice(&text).map_err(|error| broken(error.to_string()))?;
    Ok(read.state)
}
