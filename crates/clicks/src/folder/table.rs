//! One table: columns by name, rows one after the other, errors with file and line.

use std::io::Read;
use std::path::PathBuf;

use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};

use crate::survey::range::Range;
use crate::{Error, Result};

/// A table that is being read.
pub(super) struct Table<R> {
    file: PathBuf,
    reader: csv::Reader<R>,
    headers: StringRecord,
    row: StringRecord,
}

/// A column that the table has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    at: usize,
    name: &'static str,
}

impl<R: Read> Table<R> {
    pub(super) fn new(source: R, file: PathBuf) -> Result<Self> {
        let mut reader =
            ReaderBuilder::new().trim(Trim::Headers).buffer_capacity(1 << 16).from_reader(source);
        let headers = reader.headers().map_err(|error| foreign(&file, &error))?.clone();
        Ok(Self { file, reader, headers, row: StringRecord::new() })
    }

    /// Columns that the table must have.
    pub(super) fn columns<const N: usize>(&self, names: [&'static str; N]) -> Result<[Column; N]> {
        if let Some(&column) = names.iter().find(|name| self.optional(name).is_none()) {
            return Err(Error::MissingColumn { file: self.file.clone(), column });
        }
        Ok(names.map(|name| self.optional(name).expect("was just found")))
    }

    /// The first of this name.
    pub(super) fn optional(&self, name: &'static str) -> Option<Column> {
        self.headers.iter().position(|header| header == name).map(|at| Column { at, name })
    }

    /// Goes to the next row; false at the end.
    pub(super) fn next(&mut self) -> Result<bool> {
        self.reader.read_record(&mut self.row).map_err(|error| foreign(&self.file, &error))
    }

    pub(super) fn text(&self, column: Column) -> &str {
        &self.row[column.at]
    }

    pub(super) fn number(&self, column: Column, range: &Range) -> Result<f64> {
        let number = self.text(column).trim().parse().ok().filter(|&number| range.holds(number));
        number.ok_or_else(|| self.field(column, range.words))
    }

    /// The error that the field of this row is not what the column holds.
    pub(super) fn field(&self, column: Column, wants: &'static str) -> Error {
        let got = self.text(column).to_owned();
        Error::Field { file: self.file.clone(), line: self.line(), column: column.name, got, wants }
    }

    /// The line that the row starts on, from 1.
    fn line(&self) -> u64 {
        self.row.position().map_or(1, csv::Position::line)
    }
}

/// An error of the csv reader as one of ours.
fn foreign(file: &std::path::Path, error: &csv::Error) -> Error {
    let file = file.to_owned();
    let line = error.position().map_or(1, csv::Position::line);
    match error.kind() {
        ErrorKind::Io(error) => Error::File { file, kind: error.kind() },
        ErrorKind::UnequalLengths { expected_len: wants, len: got, .. } => {
            Error::RowLength { file, line, got: *got, wants: *wants }
        }
        // All that is left when records are read as text.
        _ => Error::NotText { file, line },
    }
}
