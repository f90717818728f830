//! Reductions: tallies in the tables that Caesar and the programs around it read.

use std::io::Write;

use crate::{Error, Question};

impl Question {
    /// Writes the tallies as reductions of a `question_reducer`, in the columns of the program `panoptes_aggregation`:
    /// `subject_id,workflow_id,task,reducer,data.<answer>,…`, a row for every subject with a vote, in the order of their ids.
    /// The classes are written as that program does (by python-slugify): small letters without accents and digits, with `-` for everything between
    /// them but a comma inside of a number. Letters of other alphabets are spelt in ASCII; of rare ones that program may choose others.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write_reductions(&self, workflow: &str, to: impl Write) -> Result<(), Error> {
        const FAILED: &str = "write the reductions";
        let mut writer = csv::Writer::from_writer(to);
        let columns = slugs(self.classes()).into_iter().map(|slug| format!("data.{slug}"));
        let header = ["subject_id", "workflow_id", "task", "reducer"].map(str::to_owned);
        writer.write_record(header.into_iter().chain(columns)).map_err(Error::csv(FAILED))?;
        for (subject, tally) in self.tallies() {
            let id = self.subjects().name(subject).unwrap_or_default();
            let cells = [id, workflow, self.key(), "question_reducer"].map(str::to_owned);
            let counts = tally.iter().map(u32::to_string);
            writer.write_record(cells.into_iter().chain(counts)).map_err(Error::csv(FAILED))?;
        }
        writer.flush().map_err(Error::io(FAILED))
    }

    /// Writes the answer with most votes as reductions of a `question_consensus_reducer`:
    /// `subject_id,workflow_id,task,reducer,data.most_likely,data.num_votes,data.agreement`. The votes are those for that answer, the
    /// agreement their share. Ties go to the lower class.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write_consensus(&self, workflow: &str, to: impl Write) -> Result<(), Error> {
        const FAILED: &str = "write the consensus";
        let mut writer = csv::Writer::from_writer(to);
        let header = [
            "subject_id",
            "workflow_id",
            "task",
            "reducer",
            "data.most_likely",
            "data.num_votes",
            "data.agreement",
        ];
        writer.write_record(header).map_err(Error::csv(FAILED))?;
        let slugs = slugs(self.classes());
        for (subject, tally) in self.tallies() {
            let id = self.subjects().name(subject).unwrap_or_default();
            let most = tally.iter().copied().max().unwrap_or(0);
            let slug = tally.iter().position(|&n| n == most).map_or("", |class| slugs[class].as_str());
            let agreement = f64::from(most) / f64::from(tally.iter().sum::<u32>());
            let row = [
                id,
                workflow,
                self.key(),
                "question_consensus_reducer",
                slug,
                &most.to_string(),
                &agreement.to_string(),
            ];
            writer.write_record(row).map_err(Error::csv(FAILED))?;
        }
        writer.flush().map_err(Error::io(FAILED))
    }
}

/// Names of columns out of names of classes, all different.
fn slugs(classes: &[String]) -> Vec<String> {
    let mut all: Vec<String> = vec![];
    for class in classes {
        let ascii = deunicode::deunicode(&without_commas(class)).to_lowercase();
        let words =
            ascii.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let slug = words.collect::<Vec<_>>().join("-");
        let mut candidates = (1..).map(|n| if n == 1 { slug.clone() } else { format!("{slug}-{n}") });
        all.extend(candidates.find(|candidate| !all.contains(candidate)));
    }
    all
}

/// A text without the commas between two digits.
fn without_commas(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let is_digit = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(char::is_ascii_digit);
    let is_kept =
        |at: usize| letters[at] != ',' || !(is_digit(at.checked_sub(1)) && is_digit(at.checked_add(1)));
    (0..letters.len()).filter(|&at| is_kept(at)).map(|at| letters[at]).collect()
}
