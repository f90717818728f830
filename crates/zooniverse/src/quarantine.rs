//! The quarantine: every row that could not be read, with its line and the reason.

use std::io::Write;

use crate::{Error, Reject};

/// Writes the rows that are set aside as CSV, `line,classification_id,reason,row`; the last column is the row as it stood in the
/// file.
#[derive(Debug)]
pub(crate) struct Quarantine<W: Write> {
    writer: csv::Writer<W>,
}

const FAILED: &str = "write the quarantine";

impl<W: Write> Quarantine<W> {
    pub(crate) fn new(writer: W) -> Result<Self, Error> {
        let mut writer = csv::Writer::from_writer(writer);
        writer.write_record(["line", "classification_id", "reason", "row"]).map_err(Error::csv(FAILED))?;
        Ok(Self { writer })
    }

    pub(crate) fn add(&mut self, line: u64, id: &[u8], reject: &Reject, row: &[u8]) -> Result<(), Error> {
        let (line, reason) = (line.to_string(), reject.to_string());
        self.writer.write_record([line.as_bytes(), id, reason.as_bytes(), row]).map_err(Error::csv(FAILED))
    }

    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.writer.flush().map_err(Error::io(FAILED))
    }
}
