//! Saved states: JSON with a kind and a version, written whole or not at all.

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::Path,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::Error;

/// What every state begins with.
#[derive(Deserialize)]
struct Header {
    kind: String,
    version: u32,
}

/// Writes beside `path` first and renames then, so that a crash leaves the old file.
pub(crate) fn save(path: &Path, state: &impl Serialize) -> Result<(), Error> {
    write(path, state).map_err(|error| Error::Io { path: path.to_owned(), kind: error.kind() })
}

fn write(path: &Path, state: &impl Serialize) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // Others may read the file as they may read any new file; the default would be the owner alone.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = BufWriter::new(builder.tempfile_in(folder)?);
    serde_json::to_writer(&mut file, state)?;
    file.flush()?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?.persist(path)?;
    Ok(())
}

/// Reads the kind and the version before the rest, as a newer version may have another layout.
pub(crate) fn load<T: DeserializeOwned>(path: &Path, kind: &'static str, version: u32) -> Result<T, Error> {
    let text = fs::read(path).map_err(|error| Error::Io { path: path.to_owned(), kind: error.kind() })?;
    let not_a_state = |error: serde_json::Error| Error::NotAState {
        path: path.to_owned(),
        wants: kind,
        line: error.line(),
        column: error.column(),
    };
    let header: Header = serde_json::from_slice(&text).map_err(not_a_state)?;
    check_header(&header.kind, header.version, kind, version)?;
    serde_json::from_slice(&text).map_err(not_a_state)
}

pub(crate) fn check_header(kind: &str, got: u32, wants: &'static str, newest: u32) -> Result<(), Error> {
    if kind != wants {
        return Err(Error::StateKind { wants });
    }
    if got > newest { Err(Error::StateVersion { got, newest }) } else { Ok(()) }
}
