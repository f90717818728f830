//! Records: a CSV file cut into rows and fields in one pass, with a flat memory.

use std::{
    borrow::Cow,
    io::{self, Read},
    ops::Range,
};

use memchr::{memchr, memchr_iter};

use crate::{
    Reject,
    scan::{Field, Scan, scan},
};

/// Bytes asked of the source at a time.
const CHUNK: usize = 1 << 18;

/// A reader of comma-separated rows (RFC 4180): fields in quotes may contain commas, line breaks and doubled quotes.
///
/// What the csv crate does, but fields stay where they are read, still escaped, so that a cell that nobody asks for costs
/// only the search for its end. Lines end with LF or CR LF; a byte order mark and blank lines are passed over. A
/// quote inside of an unquoted field is a character like any other.
///
/// A row that cannot be cut is given back as [`Cut::Malformed`] with the one line where it starts, and reading goes on at the
/// next line: one wrong quote costs one line (and what only made sense together with it), never the rest of the file.
///
/// ```
/// use manyhands_zooniverse::{Cut, Records};
///
/// let mut records = Records::new("id,note\n7,\"a \"\"b\"\", c\"\n".as_bytes());
/// let mut rows = vec![];
/// while let Some(Cut::Record(record)) = records.next()? {
///     rows.push((record.line(), record.field(1).map(|text| text.to_vec())));
/// }
/// assert_eq!(rows, [(1, Some(b"note".to_vec())), (2, Some(b"a \"b\", c".to_vec()))]);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Records<R> {
    source: R,
    buffer: Vec<u8>,
    /// What of the buffer is still to be cut.
    start: usize,
    end: usize,
    is_at_end: bool,
    is_begun: bool,
    /// Inside of a line that was too long, whose end is still to come.
    is_skipping: bool,
    line: u64,
    fields: Vec<Field>,
    max_len: usize,
}

/// What [`Records::next`] found.
#[derive(Debug)]
pub enum Cut<'a> {
    /// A row.
    Record(Record<'a>),
    /// A line that cannot be cut into fields.
    Malformed {
        /// Number of the line in the file, from 1.
        line: u64,
        /// The line, without its end.
        bytes: &'a [u8],
        /// What is wrong with it.
        reject: Reject,
    },
}

/// One row, as [`Records`] cuts it.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    bytes: &'a [u8],
    fields: &'a [Field],
    line: u64,
}

impl<R: Read> Records<R> {
    /// The longest row, in bytes: 64 MiB (ours; the longest annotations that volunteers draw are below 1 MiB). No more
    /// than about twice of this is ever held in memory.
    pub const MAX_LEN: usize = 64 << 20;

    /// Begins to read. The source is asked for large pieces, so it needs no buffer of its own.
    pub fn new(source: R) -> Self {
        Self {
            source,
            buffer: vec![],
            start: 0,
            end: 0,
            is_at_end: false,
            is_begun: false,
            is_skipping: false,
            line: 1,
            fields: vec![],
            max_len: Self::MAX_LEN,
        }
    }

    /// Another greatest length of a row.
    #[must_use]
    pub fn max_len(mut self, bytes: usize) -> Self {
        self.max_len = bytes.max(1);
        self
    }

    /// The next row, or `None` after the last. Not an iterator: a row lies in the reader's memory until the next call.
    ///
    /// # Errors
    /// Those of the source.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> io::Result<Option<Cut<'_>>> {
        self.begin()?;
        loop {
            if self.start == self.end && !self.fill()? {
                return Ok(None);
            }
            if self.is_skipping {
                self.skip_line();
                continue;
            }
            let pending = &self.buffer[self.start..self.end];
            let scan = scan(pending, self.is_at_end, &mut self.fields);
            let (row, reject) = match scan {
                Scan::More if pending.len() < self.max_len => {
                    self.fill()?;
                    continue;
                }
                Scan::Row { len: 0, .. } => {
                    self.skip_line();
                    continue;
                }
                Scan::Row { len, next } if len <= self.max_len => (0..len, Ok(next)),
                Scan::Row { .. } | Scan::More => (0..0, Err(Reject::TooLong { max: self.max_len })),
                Scan::Malformed => (0..0, Err(Reject::Quote)),
            };
            let (start, line) = (self.start, self.line);
            return Ok(Some(match reject {
                Ok(next) => {
                    self.start += next;
                    self.line += memchr_iter(b'\n', &self.buffer[start..self.start]).count() as u64;
                    let bytes = &self.buffer[start..][row];
                    Cut::Record(Record { bytes, fields: &self.fields, line })
                }
                Err(reject) => {
                    let bytes = self.skip_line();
                    Cut::Malformed { line, bytes: &self.buffer[bytes], reject }
                }
            }));
        }
    }

    /// Passes over a byte order mark.
    fn begin(&mut self) -> io::Result<()> {
        if !self.is_begun {
            while self.end < 3 && self.fill()? {}
            if self.buffer[..self.end].starts_with(b"\xEF\xBB\xBF") {
                self.start = 3;
            }
            self.is_begun = true;
        }
        Ok(())
    }

    /// Passes over the line that starts here, or what is there of it, and says where it lies. The rest is passed over as it comes.
    fn skip_line(&mut self) -> Range<usize> {
        let pending = &self.buffer[self.start..self.end];
        let from = self.start;
        self.is_skipping = false;
        match memchr(b'\n', pending) {
            Some(len) => {
                self.start += len + 1;
                self.line += 1;
                from..from + len - usize::from(pending[..len].last() == Some(&b'\r'))
            }
            None => {
                self.start = self.end;
                self.is_skipping = true;
                from..self.end
            }
        }
    }

    /// Reads on, after what is still to be cut. `false` at the end of the source.
    fn fill(&mut self) -> io::Result<bool> {
        if self.is_at_end {
            return Ok(false);
        }
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        // A row that is longer than the buffer doubles it, so that scanning it anew costs no more than reading it.
        let want = (2 * self.end).max(CHUNK);
        if self.buffer.len() < want {
            self.buffer.resize(want, 0);
        }
        let begun = self.end;
        while self.end < self.buffer.len() {
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.is_at_end = true;
                    break;
                }
                Ok(n) => self.end += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.end > begun)
    }
}

impl<'a> Record<'a> {
    /// Number of its first line in the file, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// How many fields it has.
    pub fn n_fields(&self) -> usize {
        self.fields.len()
    }

    /// The whole row as it stands in the file, without its line break.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// A field without its quotes; `None` where the row has fewer fields.
    pub fn field(&self, index: usize) -> Option<Cow<'a, [u8]>> {
        Some(unescaped(self.raw(index)?, self.fields[index].has_escapes))
    }

    /// A field without its quotes, in `room` where it has to be unescaped. Empty where the row has fewer fields.
    pub(crate) fn field_in<'b>(&self, index: usize, room: &'b mut Vec<u8>) -> &'b [u8]
    where
        'a: 'b,
    {
        match self.raw(index) {
            Some(raw) if self.fields[index].has_escapes => {
                unescape(raw, room);
                room
            }
            raw => raw.unwrap_or_default(),
        }
    }

    /// A field as it stands in the file, without its quotes, and whether quotes in it are doubled.
    pub(crate) fn raw_field(&self, index: usize) -> (&'a [u8], bool) {
        (self.raw(index).unwrap_or_default(), self.fields.get(index).is_some_and(|field| field.has_escapes))
    }

    fn raw(&self, index: usize) -> Option<&'a [u8]> {
        self.fields.get(index).map(|field| &self.bytes[field.from..field.to])
    }
}

/// Bytes with doubled quotes halved, where they are doubled.
pub(crate) fn unescaped(raw: &[u8], is_doubled: bool) -> Cow<'_, [u8]> {
    if !is_doubled {
        return raw.into();
    }
    let mut text = vec![];
    unescape(raw, &mut text);
    text.into()
}

/// Halves doubled quotes.
fn unescape(raw: &[u8], room: &mut Vec<u8>) {
    room.clear();
    room.reserve(raw.len());
    let mut rest = raw;
    while let Some(quote) = memchr(b'"', rest) {
        room.extend_from_slice(&rest[..=quote]);
        rest = rest.get(quote + 2..).unwrap_or_default();
    }
    room.extend_from_slice(rest);
}
