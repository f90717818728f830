//! The extractor: reads exports row by row.

use std::io::{Read, Write};

use crate::{
    Config, Cut, Error, Extracts, Identity, Kind, Names, Quality, Records,
    collect::{self, Collect},
    header::Header,
    quarantine::Quarantine,
    row::{Fate, Needs, Room, Stop},
    rows::Rows,
};

/// Reads exports, one after another, and keeps what the tasks of its configuration make of them. Made by
/// [`ExtractsParams::build`](crate::ExtractsParams::build).
///
/// ```
/// use manyhands_zooniverse::{Config, Extracts, Task};
///
/// let part = |user: u32| {
///     format!("user_id,subject_ids,annotations\n{user},9001,\"[{{\"\"task\"\":\"\"T0\"\",\"\"value\"\":\"\"Yes\"\"}}]\"\n")
/// };
/// let mut extractor = Extracts::params(Config::new().task("seen", Task::question(["T0"]))).build()?;
/// for user in [1, 2] {
///     extractor.read(part(user).as_bytes(), std::io::sink())?;
/// }
/// assert_eq!(extractor.finish().question("seen").unwrap().n_votes(), 2);
/// # Ok::<(), manyhands_zooniverse::Error>(())
/// ```
#[derive(Debug)]
pub struct Extractor {
    pub(crate) config: Config,
    pub(crate) keys: Vec<String>,
    pub(crate) needs: Needs,
    pub(crate) collectors: Vec<(String, Box<dyn Collect>)>,
    pub(crate) volunteers: Names,
    pub(crate) subjects: Names,
    pub(crate) workflows: Names,
    pub(crate) rows: Rows,
    pub(crate) quality: Quality,
    pub(crate) period: Option<[(i64, String); 2]>,
    pub(crate) room: Room,
}

impl Extractor {
    pub(crate) fn new(config: &Config) -> Result<Self, Error> {
        config.check()?;
        let keys = config.tasks().flat_map(|(name, task)| collect::keys(name, task)).collect();
        let has = |is: &dyn Fn(Kind) -> bool| config.tasks().any(|(_, task)| is(task.kind()));
        Ok(Self {
            keys,
            needs: Needs {
                session: config.rules().identity == Identity::SessionIfAnonymous,
                size: has(&|kind| matches!(kind, Kind::Drawing | Kind::Grid)),
            },
            collectors: collect::collectors(config),
            config: config.clone(),
            volunteers: Names::default(),
            subjects: Names::default(),
            workflows: Names::default(),
            rows: Rows::default(),
            quality: Quality::default(),
            period: None,
            room: Room::default(),
        })
    }

    /// Reads a whole export. Rows that cannot be read are written to `quarantine` as CSV, with the columns `line`, `classification_id`,
    /// `reason` and `row`; they stop nothing.
    ///
    /// # Errors
    /// [`Error::NoHeader`], [`Error::MissingColumn`], [`Error::DuplicateColumn`], [`Error::Io`], [`Error::TooManyNames`]. The
    /// rows before the error have been taken.
    pub fn read(&mut self, export: impl Read, quarantine: impl Write) -> Result<(), Error> {
        let failed = Error::io("read the export");
        let mut records = Records::new(export);
        let mut quarantine = Quarantine::new(quarantine)?;
        let header = match records.next().map_err(&failed)? {
            None => return Err(Error::NoHeader),
            Some(Cut::Record(record)) => Header::parse(&record, &self.config)?,
            Some(Cut::Malformed { bytes, .. }) => {
                let found = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
                return Err(Error::MissingColumn { column: "subject_ids".to_owned(), found });
            }
        };
        while let Some(cut) = records.next().map_err(&failed)? {
            self.quality.n_rows += 1;
            let (reject, line, id, bytes) = match cut {
                Cut::Malformed { line, bytes, reject } => (reject, line, None, bytes),
                Cut::Record(record) => match self.row(&header, &record) {
                    Ok(Fate::Kept) => {
                        self.quality.n_kept += 1;
                        continue;
                    }
                    Ok(Fate::Dropped(rule)) => {
                        *self.quality.dropped.entry(rule).or_default() += 1;
                        continue;
                    }
                    Err(Stop::Error(error)) => return Err(error),
                    Err(Stop::Reject(reject)) => {
                        let id = header.classification_id.and_then(|index| record.field(index));
                        (reject, record.line(), id, record.bytes())
                    }
                },
            };
            *self.quality.quarantined.entry(reject.kind()).or_default() += 1;
            quarantine.add(line, &id.unwrap_or_default(), &reject, bytes)?;
        }
        quarantine.finish()
    }

    /// What the tasks make of the rows so far, now that it is known which of them are repeats.
    pub fn finish(self) -> Extracts {
        let mut quality = self.quality;
        quality.period = self.period.map(|[(_, first), (_, last)]| (first, last));
        let names = (self.volunteers, self.subjects, self.workflows);
        Extracts::new(&self.config, self.collectors, names, &self.rows, quality)
    }
}
