//! Rows and fields. The csv crate is the slow twin.

use std::io::Read;

use manyhands_zooniverse::{Cut, Records, Reject};
use proptest::prelude::*;

/// Hands out a few bytes at a time.
struct Drops<'a>(&'a [u8], usize);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.1.min(self.0.len()).min(buffer.len());
        buffer[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

type Rows = Vec<(u64, Vec<Vec<u8>>)>;

fn rows(source: impl Read) -> Result<Rows, Vec<(u64, Vec<u8>, Reject)>> {
    let mut records = Records::new(source);
    let (mut rows, mut rejects) = (vec![], vec![]);
    while let Some(cut) = records.next().unwrap() {
        match cut {
            Cut::Record(record) => {
                let fields = (0..record.n_fields()).map(|index| record.field(index).unwrap().into_owned());
                rows.push((record.line(), fields.collect()));
            }
            Cut::Malformed { line, bytes, reject } => rejects.push((line, bytes.to_vec(), reject)),
        }
    }
    if rejects.is_empty() { Ok(rows) } else { Err(rejects) }
}

fn text(rows: &Rows) -> Vec<(u64, Vec<&str>)> {
    rows.iter()
        .map(|(line, fields)| {
            (*line, fields.iter().map(|field| std::str::from_utf8(field).unwrap()).collect())
        })
        .collect()
}

#[test]
fn quotes_line_breaks_and_byte_order_marks_are_read_as_rfc_4180_says() {
    type Case<'a> = (&'a str, Vec<(u64, Vec<&'a str>)>);
    let cases: [Case<'_>; 8] = [
        ("", vec![]),
        ("a,b\n1,2\n", vec![(1, vec!["a", "b"]), (2, vec!["1", "2"])]),
        ("\u{feff}a,b\r\n1,2", vec![(1, vec!["a", "b"]), (2, vec!["1", "2"])]),
        ("\n\na\n\r\nb", vec![(3, vec!["a"]), (5, vec!["b"])]),
        ("\"x\"\"y\"\"\",\"1\n2\"\nz,\n", vec![(1, vec!["x\"y\"", "1\n2"]), (3, vec!["z", ""])]),
        ("\"\",\"\"\n", vec![(1, vec!["", ""])]),
        ("a\"b,c\n", vec![(1, vec!["a\"b", "c"])]),
        ("a,\"b\"\r", vec![(1, vec!["a", "b"])]),
    ];
    for (file, want) in cases {
        for drop in [1, 2, 3, 1 << 20] {
            let got = rows(Drops(file.as_bytes(), drop)).unwrap();
            assert_eq!(text(&got), want, "{file:?} by {drop}");
        }
    }
}

#[test]
fn a_wrong_quote_costs_its_line_and_no_other() {
    let file = "a,b\n1,\"x\" y\n2,ok\n3,\"never closed\n4,ok\n";
    let rejects = rows(file.as_bytes()).unwrap_err();
    let want = [(2, b"1,\"x\" y".to_vec(), Reject::Quote), (4, b"3,\"never closed".to_vec(), Reject::Quote)];
    assert_eq!(rejects, want);
    let mut records = Records::new(file.as_bytes());
    let mut good = vec![];
    while let Some(cut) = records.next().unwrap() {
        if let Cut::Record(record) = cut {
            good.push(record.line());
        }
    }
    assert_eq!(good, [1, 3, 5]);
}

#[test]
fn a_row_longer_than_the_limit_is_set_aside_and_what_follows_is_read() {
    let long = "x".repeat(2_000);
    let file = format!("a\n{long}\nb\n\"{long}\n{long}\"\nc\n");
    let mut records = Records::new(file.as_bytes()).max_len(1_000);
    let mut found = vec![];
    while let Some(cut) = records.next().unwrap() {
        found.push(match cut {
            Cut::Record(record) => (record.line(), None),
            Cut::Malformed { line, reject, .. } => (line, Some(reject)),
        });
    }
    let too_long = Some(Reject::TooLong { max: 1_000 });
    let lines: Vec<u64> = found.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [1, 2, 3, 4, 5, 6]);
    assert_eq!((&found[1].1, &found[3].1), (&too_long, &too_long));
    assert_eq!((&found[0].1, &found[2].1, &found[5].1), (&None, &None, &None));
}

#[test]
fn the_rest_of_a_line_that_is_longer_than_what_is_held_is_no_row() {
    let file = format!("a\n{}\nb,\"c\"\n{}", "x,".repeat(500_000), "y".repeat(1_000_000));
    let mut records = Records::new(file.as_bytes()).max_len(1_000);
    let mut found = vec![];
    while let Some(cut) = records.next().unwrap() {
        found.push(match cut {
            Cut::Record(record) => (record.line(), record.n_fields(), None),
            Cut::Malformed { line, reject, .. } => (line, 0, Some(reject)),
        });
    }
    let too_long = || Some(Reject::TooLong { max: 1_000 });
    assert_eq!(found, [(1, 1, None), (2, 0, too_long()), (3, 2, None), (4, 0, too_long())]);
}

proptest! {
    #[test]
    fn whatever_the_csv_crate_writes_is_read_back(
        table in prop::collection::vec(prop::collection::vec("[a\", \\\r\n{}é]{0,8}", 3), 1..12),
        drop in 1..40_usize,
    ) {
        let mut writer = csv::Writer::from_writer(vec![]);
        for row in &table {
            writer.write_record(row).unwrap();
        }
        let file = writer.into_inner().unwrap();
        let twin: Vec<Vec<Vec<u8>>> = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(file.as_slice())
            .byte_records()
            .map(|row| row.unwrap().iter().map(<[u8]>::to_vec).collect())
            .collect();
        let got: Vec<Vec<Vec<u8>>> = rows(Drops(&file, drop)).unwrap().into_iter().map(|(_, fields)| fields).collect();
        prop_assert_eq!(got, twin);
    }

    #[test]
    fn any_bytes_are_cut_the_same_in_any_pieces(
        bytes in prop::collection::vec(prop::sample::select(b"a\",\r\n\\{\xff".to_vec()), 0..60),
        drop in 1..7_usize,
    ) {
        prop_assert_eq!(rows(Drops(&bytes, drop)), rows(bytes.as_slice()));
    }
}
