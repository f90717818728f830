//! One row: where it ends and where its fields lie, by the rules of RFC 4180.

use memchr::{memchr, memchr2};

/// Where a field lies in its row, without its quotes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) has_escapes: bool,
}

/// The end of a row, or why there is none.
pub(crate) enum Scan {
    /// Bytes of the row without and with its line break.
    Row {
        len: usize,
        next: usize,
    },
    /// The source has to be asked for more.
    More,
    Malformed,
}

/// Cuts the row at the start of `bytes` into `fields`.
pub(crate) fn scan(bytes: &[u8], is_at_end: bool, fields: &mut Vec<Field>) -> Scan {
    fields.clear();
    let mut at = 0;
    loop {
        let after = if bytes.get(at) == Some(&b'"') {
            let (mut search, mut has_escapes) = (at + 1, false);
            let quote = loop {
                let Some(found) = memchr(b'"', &bytes[search..]) else {
                    return if is_at_end { Scan::Malformed } else { Scan::More };
                };
                if bytes.get(search + found + 1) != Some(&b'"') {
                    break search + found;
                }
                has_escapes = true;
                search += found + 2;
            };
            fields.push(Field { from: at + 1, to: quote, has_escapes });
            quote + 1
        } else {
            let len = memchr2(b',', b'\n', &bytes[at..]).unwrap_or(bytes.len() - at);
            let to = at + len;
            let has_cr = bytes.get(to) != Some(&b',') && bytes[at..to].last() == Some(&b'\r');
            fields.push(Field { from: at, to: to - usize::from(has_cr), has_escapes: false });
            to - usize::from(has_cr)
        };
        match (bytes.get(after), bytes.get(after + 1)) {
            (Some(b','), _) => at = after + 1,
            (Some(b'\n'), _) => return Scan::Row { len: after, next: after + 1 },
            (Some(b'\r'), Some(b'\n')) => return Scan::Row { len: after, next: after + 2 },
            (None | Some(b'\r'), None) if !is_at_end => return Scan::More,
            (None, _) => return Scan::Row { len: after, next: after },
            (Some(b'\r'), None) => return Scan::Row { len: after, next: after + 1 },
            _ => return Scan::Malformed,
        }
    }
}
