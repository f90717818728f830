//! A table of votes as it is saved: columns in the order of the table.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::VoteTable;
use crate::{Error, Vote, snapshot};

/// [`VoteTable`] as it is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct VoteTableState {
    kind: String,
    version: u32,
    n_labels: usize,
    volunteer: Vec<u32>,
    subject: Vec<u32>,
    label: Vec<u16>,
    /// Empty, or one per vote.
    time: Vec<i64>,
    /// Empty, or one per vote.
    classification: Vec<u64>,
}

/// What tells a saved table from other files.
const KIND: &str = "manyhands-votes table";

/// The number of the layout above. A change of the fields, or of their meaning, takes the next one.
const VERSION: u32 = 1;

impl VoteTable {
    /// Writes the whole table as JSON. The file appears complete or not at all.
    ///
    /// A [`Consensus`](crate::Consensus) is not saved: fitted again from the same votes and parameters it has the same bits.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        snapshot::save(path.as_ref(), &VoteTableState::from(self.clone()))
    }

    /// Reads what [`Self::save`] wrote, ready for more votes after [`Self::last_seen`].
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::NotAState`], [`Error::StateKind`], [`Error::StateVersion`], [`Error::StateDamaged`]; [`Error::Labels`],
    /// [`Error::Label`], [`Error::Id`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        snapshot::load::<VoteTableState>(path.as_ref(), KIND, VERSION)?.try_into()
    }
}

impl From<VoteTable> for VoteTableState {
    fn from(table: VoteTable) -> Self {
        Self {
            kind: KIND.to_owned(),
            version: VERSION,
            n_labels: table.n_labels,
            volunteer: table.volunteer.iter().map(|&row| table.volunteers.id(row as usize) as u32).collect(),
            subject: table.subject.iter().map(|&row| table.subjects.id(row as usize) as u32).collect(),
            label: table.label,
            time: table.time,
            classification: table.classification,
        }
    }
}

impl TryFrom<VoteTableState> for VoteTable {
    type Error = Error;

    fn try_from(state: VoteTableState) -> Result<Self, Error> {
        snapshot::check_header(&state.kind, state.version, KIND, VERSION)?;
        let n = state.label.len();
        let lengths = [("volunteer", state.volunteer.len()), ("subject", state.subject.len())];
        if let Some(&(field, _)) = lengths.iter().find(|(_, length)| *length != n) {
            return Err(Error::StateDamaged { field });
        }
        if ![0, n].contains(&state.time.len()) || state.classification.len() != state.time.len() {
            return Err(Error::StateDamaged { field: "time" });
        }
        let rows = state.volunteer.iter().zip(&state.subject).zip(&state.label);
        let votes: Vec<Vote> = rows
            .map(|((&volunteer, &subject), &label)| Vote {
                volunteer: volunteer as usize,
                subject: subject as usize,
                label: usize::from(label),
            })
            .collect();
        let table = Self::from_votes(state.n_labels, &votes)?;
        Ok(Self { time: state.time, classification: state.classification, ..table })
    }
}
