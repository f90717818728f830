//! Versions of a workflow: two whole numbers, never a decimal fraction.

use std::{fmt, str::FromStr};

use crate::Error;

/// A workflow's version `major.minor`. 4.10 is later than 4.9, and is not 4.1.
///
/// ```
/// use manyhands_zooniverse::Version;
///
/// let [old, new]: [Version; 2] = ["4.9".parse()?, "4.10".parse()?];
/// assert!(old < new && new.to_string() == "4.10");
/// # Ok::<(), manyhands_zooniverse::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// Changes of the tasks.
    pub major: u32,
    /// Changes of the texts.
    pub minor: u32,
}

impl Version {
    /// From the cell of an export; a missing minor version is 0.
    pub(crate) fn from_cell(cell: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(cell).ok()?.trim();
        let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
        Some(Self { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }
}

impl FromStr for Version {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::from_cell(text.as_bytes()).ok_or_else(|| {
            Error::config("version", format!("got {text:?}, want major.minor such as \"12.34\""))
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Versions from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Versions {
    /// The first.
    pub from: Version,
    /// The last.
    pub to: Version,
}

impl Versions {
    /// Whether a version is one of them.
    pub fn contains(&self, version: Version) -> bool {
        (self.from..=self.to).contains(&version)
    }
}

/// `"12.34"` is that version, `"12"` all that begin so, `"12.3..12.40"` and `"12..14"` all from one to the other.
impl FromStr for Versions {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        let last = |text: &str| match text.trim().contains('.') {
            true => text.parse::<Version>(),
            false => text.parse().map(|version: Version| Version { minor: u32::MAX, ..version }),
        };
        let versions = Self { from: from.parse()?, to: last(to)? };
        if versions.from > versions.to {
            return Err(Error::config(
                "version",
                format!("got {text:?}, whose first is later than its last"),
            ));
        }
        Ok(versions)
    }
}

impl TryFrom<String> for Versions {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map_err(|_| {
            format!("got {text:?}, want \"12.34\", \"12\" or a range \"12.3..12.40\" whose first is not later than its last")
        })
    }
}
