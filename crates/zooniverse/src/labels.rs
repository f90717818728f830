//! Labels out, known truths in: the tables around aggregation.

use std::io::{Read, Write};

use manyhands_votes::Estimate;

use crate::{Error, Question};

impl Question {
    /// Writes what the votes say as CSV, a row for every subject in the order of their ids:
    /// `subject_id,label,class,n_votes,tie,p_<class>,…`, with the label's number, its name, whether other classes are as probable, and
    /// the probability of every class.
    ///
    /// Takes what `subjects()` of an aggregator of `manyhands_votes` gives.
    ///
    /// ```
    /// # use manyhands_votes::MajorityVote;
    /// # use manyhands_zooniverse::{Config, Extracts, Task};
    /// # let export = "user_id,subject_ids,annotations\n\
    /// #     1,9001,\"[{\"\"task\"\":\"\"T0\"\",\"\"value\"\":\"\"Yes\"\"}]\"\n\
    /// #     2,9001,\"[{\"\"task\"\":\"\"T0\"\",\"\"value\"\":\"\"Yes\"\"}]\"\n\
    /// #     3,9001,\"[{\"\"task\"\":\"\"T0\"\",\"\"value\"\":\"\"Yes\"\"}]\"\n\
    /// #     4,9001,\"[{\"\"task\"\":\"\"T0\"\",\"\"value\"\":\"\"No\"\"}]\"\n";
    /// # let config = Config::new().task("seen", Task::question(["T0"]));
    /// # let extracts = Extracts::params(config).read(export.as_bytes(), std::io::sink())?;
    /// # let seen = extracts.question("seen").unwrap();
    /// let votes: Vec<_> = seen.votes().collect();
    /// let majority = MajorityVote::params(seen.classes().len()).fit(&votes)?;
    /// let mut csv = vec![];
    /// seen.write_labels(majority.subjects(), &mut csv)?;
    /// assert_eq!(String::from_utf8(csv)?, "subject_id,label,class,n_votes,tie,p_No,p_Yes\n9001,1,Yes,4,false,0.25,0.75\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Classes`] for estimates of another number of classes, [`Error::Io`].
    pub fn write_labels(
        &self,
        estimates: impl IntoIterator<Item = (usize, Estimate)>,
        to: impl Write,
    ) -> Result<(), Error> {
        const FAILED: &str = "write the labels";
        let mut writer = csv::Writer::from_writer(to);
        let header = ["subject_id", "label", "class", "n_votes", "tie"].map(str::to_owned);
        let classes = self.classes().iter().map(|class| format!("p_{class}"));
        writer.write_record(header.into_iter().chain(classes)).map_err(Error::csv(FAILED))?;
        let mut rows: Vec<(&str, Estimate)> = estimates
            .into_iter()
            .filter_map(|(subject, estimate)| Some((self.subjects().name(subject)?, estimate)))
            .collect();
        rows.sort_by_key(|(id, _)| (id.len(), *id));
        for (id, estimate) in rows {
            let (got, want) = (estimate.probabilities.len(), self.classes().len());
            let class = self.classes().get(estimate.label).filter(|_| got == want);
            let class =
                class.ok_or_else(|| Error::Classes { question: self.name().to_owned(), got, want })?;
            let cells = [
                id.to_owned(),
                estimate.label.to_string(),
                class.clone(),
                estimate.n_votes.to_string(),
                estimate.is_tie().to_string(),
            ];
            let probabilities = estimate.probabilities.iter().map(f64::to_string);
            writer.write_record(cells.into_iter().chain(probabilities)).map_err(Error::csv(FAILED))?;
        }
        writer.flush().map_err(Error::io(FAILED))
    }

    /// Reads known truths from a CSV table with the columns `subject` (or `subject_id`) and `gold`: the name or the number of a
    /// class. These are the tables of the programs `zooniverse/swap` and `zooniverse/kSWAP`. Gives (subject, class) in the order of the
    /// table; subjects without a row in the export are left out.
    ///
    /// # Errors
    /// [`Error::MissingColumn`], [`Error::Gold`] for a truth that is no class, [`Error::Io`].
    pub fn read_gold(&self, from: impl Read) -> Result<Vec<(usize, usize)>, Error> {
        const FAILED: &str = "read the gold";
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(from);
        let header = reader.headers().map_err(Error::csv(FAILED))?.clone();
        let find = |names: &[&str]| {
            header.iter().position(|name| names.contains(&name.trim_start_matches('\u{feff}'))).ok_or_else(
                || {
                    let found = header.iter().collect::<Vec<_>>().join(", ");
                    Error::MissingColumn { column: names.join(" or "), found }
                },
            )
        };
        let (subject, gold) = (find(&["subject", "subject_id"])?, find(&["gold"])?);
        let mut truths = vec![];
        for record in reader.records() {
            let record = record.map_err(Error::csv(FAILED))?;
            let truth = record.get(gold).unwrap_or_default();
            let by_name = self.classes().iter().position(|class| class == truth);
            let class = by_name.or_else(|| truth.parse().ok().filter(|&class| class < self.classes().len()));
            let class = class.ok_or_else(|| Error::Gold {
                line: record.position().map_or(0, csv::Position::line),
                message: format!(
                    "got {truth:?}, want the name or number of one of {}",
                    self.classes().join(", ")
                ),
            })?;
            if let Some(subject) = self.subjects().index(record.get(subject).unwrap_or_default()) {
                truths.push((subject, class));
            }
        }
        Ok(truths)
    }
}
