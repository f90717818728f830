//! One table: columns by name, rows one after the other, errors with file and line.

use std::io::{Chain, Read};
use std::path::PathBuf;

use csv::{ErrorKind, ReaderBuilder, StringRecord, Terminator, Trim};

use crate::survey::range::Range;
use crate::{Error, Result};

/// A table that is being read.
pub(super) struct Table<R> {
    file: PathBuf,
    reader: csv::Reader<Source<R>>,
    headers: StringRecord,
    row: StringRecord,
}

/// Text that ends in a line feed, and whether its end has been seen. The csv reader looks that far before it has a row only where a quote is still
/// open, and then takes the end for the end of the quote.
#[derive(Debug)]
struct Source<R> {
    text: Chain<R, &'static [u8]>,
    ended: bool,
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.text.read(buffer)?;
        self.ended |= n == 0;
        Ok(n)
    }
}

/// A column that the table has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    at: usize,
    name: &'static str,
}

impl<R: Read> Table<R> {
    pub(super) fn new(source: R, file: PathBuf) -> Result<Self> {
        // Every row ends in a line feed, so that lines can be counted: the csv reader gives the line where it began to look
        // for a row, which is too early after empty lines and after a carriage return.
        let mut reader = ReaderBuilder::new()
            .trim(Trim::Headers)
            .terminator(Terminator::Any(b'\n'))
            .flexible(true)
            .buffer_capacity(1 << 16)
            .from_reader(Source { text: source.chain(&b"\n"[..]), ended: false });
        match reader.headers().cloned() {
            Ok(headers) if !headers.is_empty() && reader.get_ref().ended => {
                Err(Error::OpenQuote { file, line: 1 })
            }
            Ok(headers) => Ok(Self { file, reader, headers, row: StringRecord::new() }),
            Err(error) => Err(foreign(file, 1, &error)),
        }
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

    /// Goes to the next row that is not empty; false at the end.
    pub(super) fn next(&mut self) -> Result<bool> {
        loop {
            match self.reader.read_record(&mut self.row) {
                Ok(true) if self.reader.get_ref().ended => {
                    // Every line feed since the row began is in a field.
                    let line = self.line() + 1;
                    return Err(Error::OpenQuote { file: self.file.clone(), line });
                }
                Ok(true) if self.row.len() == 1 && self.row[0].trim().is_empty() => {}
                Ok(true) if self.row.len() == self.headers.len() => return Ok(true),
                Ok(true) => {
                    let (got, wants) = (self.row.len(), self.headers.len());
                    return Err(Error::RowLength { file: self.file.clone(), line: self.line(), got, wants });
                }
                Ok(false) => return Ok(false),
                Err(error) => return Err(foreign(self.file.clone(), self.last_line(), &error)),
            }
        }
    }

    /// A field without the first half of a line end.
    pub(super) fn text(&self, column: Column) -> &str {
        let field = &self.row[column.at];
        field.strip_suffix('\r').unwrap_or(field)
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
        let within = self.row.iter().map(|field| field.matches('\n').count() as u64).sum();
        self.last_line().saturating_sub(within)
    }

    /// The line that the row ends on.
    fn last_line(&self) -> u64 {
        self.reader.position().line() - 1
    }
}

/// An error of the csv reader as one of ours.
fn foreign(file: PathBuf, line: u64, error: &csv::Error) -> Error {
    match error.kind() {
        ErrorKind::Io(error) => Error::File { file, kind: error.kind() },
        // All else that there is when records of any length are read as text.
        _ => Error::NotText { file, line },
    }
}
