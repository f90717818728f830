//! An export of one yes/no question, of any length.

use std::io::{self, Write};

use rand::Rng;

use super::row::{FIRST_MOMENT, Row, RowWriter};
use crate::{
    spread::{between, spread},
    stream::{Purpose, stream},
};

/// Votes that a subject gets on average.
const VOTES_A_SUBJECT: usize = 20;

/// Rows that a volunteer makes on average (ours).
const ROWS_A_VOLUNTEER: usize = 50;

/// One volunteer in this many is not logged in (ours; it is half of them in some projects).
const ANONYMOUS_IN: usize = 5;

/// Milliseconds between two rows on average.
const PACE: i64 = 2_000;

/// The id of the first subject.
const FIRST_SUBJECT: u64 = 31_000_000;

/// The export of a workflow that asks one question, `T0`, `Is there a muon?`, with the answers `Yes` and `No`.
///
/// About 1 120 bytes a row, with the metadata of today's front end. Subjects get 20 rows and volunteers make 50 on average, few of them most;
/// one volunteer in five is not logged in. Rows are in the order of their ids but for one in a hundred. The result depends on the
/// arguments and the seed only, and row `i` on nothing that was drawn before it.
///
/// ```
/// use manyhands_sim::QuestionExport;
///
/// let export = QuestionExport::new(1_000).seed(7);
/// let mut csv = vec![];
/// export.write(&mut csv)?;
/// assert!((1_050_000..1_150_000).contains(&csv.len()));
/// assert_eq!(export.truth().len(), 50);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct QuestionExport {
    n_rows: usize,
    seed: u64,
}

impl QuestionExport {
    /// An export of so many rows.
    pub fn new(n_rows: usize) -> Self {
        Self { n_rows, seed: 0 }
    }

    /// The seed of everything. Default 0.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many subjects there are: one for 20 rows.
    pub fn n_subjects(&self) -> usize {
        self.n_rows.div_ceil(VOTES_A_SUBJECT)
    }

    /// How many volunteers there are: one for 50 rows, not all of whom come.
    pub fn n_volunteers(&self) -> usize {
        self.n_rows.div_ceil(ROWS_A_VOLUNTEER)
    }

    /// The id of a subject in the export.
    pub fn subject_id(&self, subject: usize) -> u64 {
        FIRST_SUBJECT + subject as u64
    }

    /// Whether each subject shows a muon: three in ten do.
    pub fn truth(&self) -> Vec<bool> {
        let mut rng = stream(self.seed, Purpose::ExportTruth, 0);
        (0..self.n_subjects()).map(|_| rng.random_bool(0.3)).collect()
    }

    /// Writes the export, row by row.
    ///
    /// # Errors
    /// Those of `to`.
    pub fn write(&self, to: impl Write) -> io::Result<()> {
        let truth = self.truth();
        let mut writer = RowWriter::new(to)?;
        for index in 0..self.n_rows {
            let mut rng = stream(self.seed, Purpose::ExportRow, index as u64);
            // The density of activity falls as 1/k, so that the first tenth of a thousand volunteers does two thirds of the work.
            let volunteer = (self.n_volunteers() as f64).powf(rng.random::<f64>()) as usize - 1;
            let subject = rng.random_range(0..truth.len());
            let right = rng.random_bool(between(0.6, 0.98, spread(volunteer, 0)));
            let answer = if right == truth[subject] { "Yes" } else { "No" };
            // One row in a hundred was made a while before those around it.
            let late = if rng.random_bool(0.01) { rng.random_range(0..60 * PACE) } else { 0 };
            let started = FIRST_MOMENT + index as i64 * PACE + rng.random_range(0..PACE) - late;
            let annotations = format!(
                "[{{\"task\":\"T0\",\"task_label\":\"Is there a muon in this image?\",\"value\":\"{answer}\"}}]"
            );
            let id = self.subject_id(subject);
            let subject_data = format!("{{\"{id}\":{{\"retired\":null,\"Filename\":\"{subject:06}.png\"}}}}");
            let row = Row {
                classification_id: 150_000_000 + index as u64,
                volunteer,
                is_anonymous: volunteer % ANONYMOUS_IN == 3,
                workflow: (9_009, "Is there a muon?", "12.34"),
                started,
                finished: started + rng.random_range(1_500..20_000),
                is_seen: rng.random_bool(0.01),
                size: (480, 480),
                annotations: &annotations,
                subject_data: &subject_data,
                subject_id: id,
            };
            writer.write(&row, &mut rng)?;
        }
        writer.finish()
    }
}
