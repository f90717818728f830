//! One row: its cells, what the rules say of it, and what its tasks make of it.

use std::num::NonZeroI64;

use crate::{
    Error, Extractor, GoldRows, Record, Reject,
    annotation::Annotation,
    collect::{Given, Outcome, Who},
    header::Header,
    identity::Signature,
    metadata::{Facts, Metadata},
    moment,
    rows::When,
};

/// Which cells are parsed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Needs {
    pub(crate) session: bool,
    pub(crate) size: bool,
}

/// Memory for cells, used again for each row.
#[derive(Debug, Default)]
pub(crate) struct Room {
    annotations: Vec<u8>,
    cells: [Vec<u8>; 10],
    name: String,
}

/// What became of a row that could be read.
pub(crate) enum Fate {
    Kept,
    Dropped(&'static str),
}

/// Why a row was not taken: its own fault, or one that stops the work.
pub(crate) enum Stop {
    Reject(Reject),
    Error(Error),
}

impl From<Reject> for Stop {
    fn from(reject: Reject) -> Self {
        Self::Reject(reject)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Extractor {
    /// Reads one row, changing nothing but counts unless all of it is good.
    pub(crate) fn row(&mut self, header: &Header, record: &Record<'_>) -> Result<Fate, Stop> {
        if record.n_fields() != header.n_fields {
            return Err(Reject::Fields { got: record.n_fields(), want: header.n_fields }.into());
        }
        let mut room = std::mem::take(&mut self.room);
        let fate = self.row_in(header, record, &mut room);
        self.room = room;
        fate
    }

    fn row_in(&mut self, header: &Header, record: &Record<'_>, room: &mut Room) -> Result<Fate, Stop> {
        let [id, subject, workflow, version, created, gold, expert, user_id, user_name, user_ip] =
            &mut room.cells;
        let rules = self.config.rules();

        let workflow = text(record, header.workflow_id, "workflow_id", workflow)?;
        let version = text(record, header.workflow_version, "workflow_version", version)?;
        let created = text(record, header.created_at, "created_at", created)?;
        let time = time(created)?;
        self.quality.note(workflow, version);
        if let Some(rule) = rules.foreign(workflow, version, time)? {
            return Ok(Fate::Dropped(rule));
        }

        let metadata = match header.metadata {
            None => None,
            Some(index) => {
                let (cell, is_doubled) = record.raw_field(index);
                Metadata::parse(cell, is_doubled)?
            }
        };
        let subject_ids = present(text(record, Some(header.subject_ids), "subject_ids", subject)?);
        if subject_ids.is_empty() {
            return Err(Reject::Empty { column: "subject_ids" }.into());
        }
        let signature = Signature {
            user_id: present(text(record, header.user_id, "user_id", user_id)?),
            user_name: present(text(record, header.user_name, "user_name", user_name)?),
            user_ip: present(text(record, header.user_ip, "user_ip", user_ip)?),
        };
        let session = metadata.as_ref().filter(|_| self.needs.session).and_then(Metadata::session);
        let known = signature.name(rules.identity, session, self.quality.n_rows, &mut room.name);
        let is_true = |cell: &str| cell.eq_ignore_ascii_case("true");
        let mut facts = metadata.as_ref().map_or_else(Facts::default, Metadata::facts);
        facts.is_gold = is_true(text(record, header.gold_standard, "gold_standard", gold)?);
        facts.is_expert =
            !matches!(present(text(record, header.expert, "expert", expert)?), "" | "false" | "FALSE");
        self.quality.count(&facts, known, header.metadata.is_some());
        note_time(&mut self.period, time, created);
        if let Some(rule) = rules.dropped(&facts, known) {
            return Ok(Fate::Dropped(rule));
        }
        let is_gold = rules.role(&facts) == GoldRows::Gold;

        let cell = record.field_in(header.annotations, &mut room.annotations);
        let label;
        let annotations = if self.config.flat_columns().is_some() {
            let answer = Some(present(utf8(cell, "label")?.trim())).filter(|answer| !answer.is_empty());
            let value = answer.map(serde_json::value::to_raw_value).transpose();
            label = value.map_err(|error| Reject::json("annotations", &error))?;
            let key = self.keys.first().map_or_else(Default::default, |key| key.as_str().into());
            vec![Annotation { key, value: label.as_deref(), mark_index: None }]
        } else {
            let keys = &self.keys;
            Annotation::parse_all(cell, &|key| keys.iter().any(|wanted| wanted == key))?
        };
        let subject_data = header.subject_data.map_or_else(Default::default, |index| record.raw_field(index));
        let size = metadata.as_ref().filter(|_| self.needs.size).and_then(Metadata::size);
        let known_subject = self.subjects.index(subject_ids).map(|index| index as u32);
        let given =
            Given { annotations: &annotations, subject_ids, subject: known_subject, subject_data, size };
        for (_, collector) in &mut self.collectors {
            if collector.extract(&given)? == Outcome::DropRow {
                return Ok(Fate::Dropped("group"));
            }
        }

        let classification = text(record, header.classification_id, "classification_id", id)?.parse().ok();
        let volunteer = self.volunteers.insert(&room.name, "volunteers")?;
        let subject = self.subjects.insert(subject_ids, "subjects")?;
        let workflow = self.workflows.insert(workflow, "workflows")?;
        let row = self.rows.push(
            volunteer,
            subject,
            workflow,
            is_gold,
            When { time: time.and_then(NonZeroI64::new), classification },
        )?;
        for (_, collector) in &mut self.collectors {
            collector.commit(Who { volunteer, subject, row, is_gold })?;
        }
        self.quality.n_gold_rows += u64::from(is_gold);
        Ok(Fate::Kept)
    }
}

/// A cell as text without spaces around; empty where the file has no such column.
fn text<'b>(
    record: &Record<'b>,
    index: Option<usize>,
    column: &'static str,
    room: &'b mut Vec<u8>,
) -> Result<&'b str, Reject> {
    match index {
        Some(index) => Ok(utf8(record.field_in(index, room), column)?.trim()),
        None => Ok(""),
    }
}

fn utf8<'b>(cell: &'b [u8], column: &'static str) -> Result<&'b str, Reject> {
    std::str::from_utf8(cell).map_err(|_| Reject::Utf8 { column })
}

/// A cell without what R writes into empty ones.
fn present(cell: &str) -> &str {
    if cell == "NA" { "" } else { cell }
}

fn time(created: &str) -> Result<Option<i64>, Reject> {
    if present(created).is_empty() {
        return Ok(None);
    }
    let want = "a time such as 2019-03-10 14:32:30 UTC";
    moment::parse(created.as_bytes())
        .map(Some)
        .ok_or_else(|| Reject::cell("created_at", created.as_bytes(), want))
}

/// Remembers the first and the last time.
fn note_time(period: &mut Option<[(i64, String); 2]>, time: Option<i64>, text: &str) {
    let Some(time) = time else { return };
    let [first, last] = period.get_or_insert_with(|| [(time, text.to_owned()), (time, text.to_owned())]);
    if time < first.0 {
        *first = (time, text.to_owned());
    }
    if time > last.0 {
        *last = (time, text.to_owned());
    }
}
