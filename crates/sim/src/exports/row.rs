//! One row of an export: its 14 columns, with the metadata that a browser sends.

use std::io::{self, Write};

use rand::Rng;

/// The columns of a classification export, in Panoptes' order.
const COLUMNS: [&str; 14] = [
    "classification_id",
    "user_name",
    "user_id",
    "user_ip",
    "workflow_id",
    "workflow_name",
    "workflow_version",
    "created_at",
    "gold_standard",
    "expert",
    "metadata",
    "annotations",
    "subject_data",
    "subject_ids",
];

/// Browsers, as they call themselves.
const AGENTS: [&str; 4] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
    "Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/124.0 Mobile/15E148 Safari/604.1",
];

/// Milliseconds since 1970 of the first row of every export: 2019-03-11, the day after Muon Hunters 2.0 went public.
pub(super) const FIRST_MOMENT: i64 = 1_552_262_400_000;

/// Everything about a row that the tasks do not decide.
pub(super) struct Row<'a> {
    pub(super) classification_id: u64,
    /// Index of the volunteer.
    pub(super) volunteer: usize,
    pub(super) is_anonymous: bool,
    pub(super) workflow: (u32, &'a str, &'a str),
    /// Milliseconds since 1970 at which the subject was shown, and at which the row was made.
    pub(super) started: i64,
    pub(super) finished: i64,
    pub(super) is_seen: bool,
    pub(super) size: (u32, u32),
    pub(super) annotations: &'a str,
    pub(super) subject_data: &'a str,
    pub(super) subject_id: u64,
}

/// Writes rows of an export.
pub(super) struct RowWriter<W: Write> {
    writer: csv::Writer<W>,
    metadata: String,
}

impl<W: Write> RowWriter<W> {
    pub(super) fn new(to: W) -> io::Result<Self> {
        let mut writer = csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(to);
        writer.write_record(COLUMNS)?;
        Ok(Self { writer, metadata: String::new() })
    }

    pub(super) fn write(&mut self, row: &Row<'_>, rng: &mut impl Rng) -> io::Result<()> {
        use std::fmt::Write as _;
        let ip = format!("{:020x}", u128::from(mix(row.volunteer as u64)) << 16 | 0xbeef);
        let (name, user_id) = if row.is_anonymous {
            (format!("not-logged-in-{ip}"), String::new())
        } else {
            (format!("volunteer{}", row.volunteer), (1_000_000 + row.volunteer * 7).to_string())
        };
        let session = (rng.random::<u128>(), rng.random::<u128>());
        let (client_width, client_height) = (rng.random_range(300..900), rng.random_range(300..900));
        self.metadata.clear();
        write!(
            self.metadata,
            "{{\"source\":\"api\",\"session\":\"{:032x}{:032x}\",\"feedback\":{{}},\"viewport\":{{\"width\":{},\"height\":{}}},\
             \"started_at\":\"{}\",\"user_agent\":\"{}\",\"utc_offset\":\"{}\",\"finished_at\":\"{}\",\"live_project\":true,\
             \"user_language\":\"en\",\"user_group_ids\":[],\"subject_flagged\":false,\"classifier_version\":\"2.0\",\
             \"subject_dimensions\":[{{\"clientWidth\":{client_width},\"clientHeight\":{client_height},\"naturalWidth\":{},\"naturalHeight\":{}}}],\
             \"subject_selection_state\":{{\"retired\":false,\"selected_at\":\"{}\",\"already_seen\":{},\"selection_state\":\"normal\",\
             \"finished_workflow\":false,\"user_has_finished_workflow\":false}}}}",
            session.0,
            session.1,
            rng.random_range(360..2560),
            rng.random_range(500..1440),
            Moment(row.started).browser(),
            AGENTS[rng.random_range(0..AGENTS.len())],
            rng.random_range(-12..=14) * 3600,
            Moment(row.finished).browser(),
            row.size.0,
            row.size.1,
            Moment(row.started - 400).browser(),
            row.is_seen,
        )
        .map_err(io::Error::other)?;
        let (id, workflow) = (row.classification_id.to_string(), row.workflow.0.to_string());
        let (created, subject) = (Moment(row.finished + 700).server(), row.subject_id.to_string());
        Ok(self.writer.write_record([
            &id,
            &name,
            &user_id,
            &ip,
            &workflow,
            row.workflow.1,
            row.workflow.2,
            &created,
            "",
            "",
            &self.metadata,
            row.annotations,
            row.subject_data,
            &subject,
        ])?)
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Spreads bits, so that neighbours look unlike each other (after splitmix64).
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Milliseconds since 1970.
#[derive(Clone, Copy)]
struct Moment(i64);

impl Moment {
    /// Year, month, day, and milliseconds of the day, by counting years and months.
    fn split(self) -> (i64, usize, i64, i64) {
        let (mut days, rest) = (self.0.div_euclid(86_400_000), self.0.rem_euclid(86_400_000));
        let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let mut year = 1970;
        while days >= 365 + i64::from(is_leap(year)) {
            days -= 365 + i64::from(is_leap(year));
            year += 1;
        }
        let february = 28 + i64::from(is_leap(year));
        let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let mut month = 0;
        while days >= lengths[month] {
            days -= lengths[month];
            month += 1;
        }
        (year, month + 1, days + 1, rest)
    }

    /// `2019-03-11T00:00:00.000Z`.
    fn browser(self) -> String {
        let (year, month, day, rest) = self.split();
        let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60);
        format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", rest % 1000)
    }

    /// `2019-03-11 00:00:00 UTC`.
    fn server(self) -> String {
        let text = self.browser();
        format!("{} {} UTC", &text[..10], &text[11..19])
    }
}
