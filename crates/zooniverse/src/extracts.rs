//! Extracts: all that was read from an export.

use std::{
    io::{Read, Write},
    sync::Arc,
};

use crate::{
    Config, Drawing, Error, Extractor, Grids, Names, Quality, Question, Repeats,
    collect::{Collect, Results, Shared},
    rows::Rows,
};

/// What the tasks of a configuration make of an export: questions with their votes, drawings with their annotations, grids with their
/// answers, and a report on the quality of the data. See [`Question`], [`Drawing`] and [`Grids`] for examples.
#[derive(Debug)]
pub struct Extracts {
    subjects: Arc<Names>,
    volunteers: Arc<Names>,
    workflows: Names,
    results: Results,
    quality: Quality,
}

/// How to read: see [`Extracts::params`].
#[derive(Debug, Clone, PartialEq)]
pub struct ExtractsParams {
    config: Config,
}

impl ExtractsParams {
    /// Reads a whole export. Memory grows with the volunteers, subjects and votes, not with the file. Rows that cannot be read go
    /// to `quarantine` ([`Extractor::read`]); [`std::io::sink`] forgets them, but not that they were there.
    ///
    /// # Errors
    /// [`Error::Config`] and those of [`Extractor::read`].
    pub fn read(&self, export: impl Read, quarantine: impl Write) -> Result<Extracts, Error> {
        let mut extractor = self.build()?;
        extractor.read(export, quarantine)?;
        Ok(extractor.finish())
    }

    /// An extractor, to read several files as one.
    ///
    /// # Errors
    /// [`Error::Config`].
    pub fn build(&self) -> Result<Extractor, Error> {
        Extractor::new(&self.config)
    }
}

impl Extracts {
    /// Begins with what to make of an export.
    pub fn params(config: Config) -> ExtractsParams {
        ExtractsParams { config }
    }

    pub(crate) fn new(
        config: &Config,
        collectors: Vec<(String, Box<dyn Collect>)>,
        (volunteers, subjects, workflows): (Names, Names, Names),
        rows: &Rows,
        mut quality: Quality,
    ) -> Self {
        let rules = config.rules();
        let kept = rows.keep(rules.repeats, rules.repeats_per_workflow);
        quality.n_pairs = kept.n_pairs;
        quality.n_repeats = rows.len() as u64 - kept.n_pairs;
        let n_dropped = kept.is_kept.iter().filter(|is_kept| !**is_kept).count() as u64;
        if n_dropped > 0 {
            quality.dropped.insert("repeat", n_dropped);
            quality.n_kept -= n_dropped;
        }
        debug_assert!(rules.repeats != Repeats::All || n_dropped == 0);
        quality.n_subjects = subjects.len();
        quality.n_volunteers = volunteers.len();
        let shared =
            Shared { subjects: Arc::new(subjects), volunteers: Arc::new(volunteers), is_kept: kept.is_kept };
        let mut results = Results::default();
        for (name, collector) in collectors {
            quality.tasks.insert(name, collector.quality());
            collector.finish(&shared, &mut results);
        }
        let Shared { subjects, volunteers, .. } = shared;
        Self { subjects, volunteers, workflows, results, quality }
    }

    /// Everything that was voted on, in the order of the configuration's names.
    pub fn questions(&self) -> &[Question] {
        &self.results.questions
    }

    /// The question of a task; `task/answer` for one answer of a task of several.
    pub fn question(&self, name: &str) -> Option<&Question> {
        self.results.questions.iter().find(|question| question.name() == name)
    }

    /// Everything that was drawn on, in the order of the names.
    pub fn drawings(&self) -> &[Drawing] {
        &self.results.drawings
    }

    /// The drawing of a task.
    pub fn drawing(&self, name: &str) -> Option<&Drawing> {
        self.results.drawings.iter().find(|drawing| drawing.name() == name)
    }

    /// All tasks of grids, in the order of the names.
    pub fn grids(&self) -> &[Grids] {
        &self.results.grids
    }

    /// The grids of a task. Their votes are the [`question`](Self::question) of that name.
    pub fn grid(&self, name: &str) -> Option<&Grids> {
        self.results.grids.iter().find(|grids| grids.name() == name)
    }

    /// What was in the export, and what became of every row.
    pub fn quality(&self) -> &Quality {
        &self.quality
    }

    /// The ids of the subjects of rows that were good, before repeats were dropped.
    pub fn subjects(&self) -> &Names {
        &self.subjects
    }

    /// Who made the rows that were good, before repeats were dropped.
    pub fn volunteers(&self) -> &Names {
        &self.volunteers
    }

    /// The workflow, where all good rows are of one.
    pub fn workflow(&self) -> Option<&str> {
        self.workflows.name(0).filter(|_| self.workflows.len() == 1)
    }
}
