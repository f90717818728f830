//! The survey: read from a folder, or simulated with known truth.

use anyhow::{Context, Result, ensure};
use manyhands_clicks::{Click, Reality, Survey, SurveyFolder};
use manyhands_sim::{ClickSurvey, Clicker};
use std::path::Path;

use crate::args::Args;

/// Subjects that are simulated at a time, so that a large survey is in memory once.
const PART: usize = 4096;

/// A survey with all that is known about it.
#[derive(Debug)]
pub(crate) struct Data {
    /// What it is, for people.
    pub(crate) name: String,
    pub(crate) survey: Survey,
    /// Names of subjects; `None` where they are numbers.
    subjects: Option<Vec<String>>,
    volunteers: Option<Vec<String>>,
    pub(crate) labels: Vec<String>,
    /// Positions of the true clumps of each subject.
    pub(crate) truth: Option<Vec<Vec<[f64; 2]>>>,
    /// What simulated volunteers really do.
    pub(crate) skills: Option<Vec<Clicker>>,
    pub(crate) reality: Reality,
}

impl Data {
    pub(crate) fn load(args: &Args) -> Result<Self> {
        let mut data = match &args.dir {
            Some(dir) => Self::read(dir)?,
            None => Self::simulate(args.scale, args.seed)?,
        };
        if let Some(n) = args.viewers {
            data.survey = data.survey.sample_viewers(n, args.seed);
            data.name += &format!(", {n} viewers of each");
        }
        ensure!(!args.replay || data.truth.is_some(), "--replay: wants a survey whose truth is known");
        Ok(data)
    }

    fn read(dir: &Path) -> Result<Self> {
        ensure!(dir.is_dir(), "--dir {}: is no folder", dir.display());
        let folder = SurveyFolder::open(dir).context("--dir")?;
        Ok(Self {
            name: dir
                .file_name()
                .map_or_else(|| dir.display().to_string(), |name| name.to_string_lossy().into()),
            subjects: Some(folder.subjects().to_vec()),
            volunteers: Some(folder.volunteers().to_vec()),
            labels: folder.labels().to_vec(),
            truth: folder.truth().map(<[_]>::to_vec),
            skills: None,
            reality: Reality::default(),
            survey: folder.into_survey(),
        })
    }

    fn simulate(scale: f64, seed: u64) -> Result<Self> {
        let simulated = ClickSurvey::clump_scout().scale(scale).seed(seed);
        let n_subjects = simulated.n_subjects();
        let mut builder = Survey::builder();
        let mut truth = Vec::with_capacity(n_subjects);
        for first in (0..n_subjects).step_by(PART) {
            let clicks = simulated.simulate_range(first, PART.min(n_subjects - first))?;
            for subject in clicks.subjects() {
                let index = builder.subject(f64::from(subject.width), f64::from(subject.height))?;
                for &viewer in subject.viewers {
                    let start = subject.mark_viewers.partition_point(|&of| of < viewer);
                    let end = subject.mark_viewers.partition_point(|&of| of <= viewer);
                    let marks: Vec<Click> =
                        subject.mark_xy[start..end].iter().map(|&[x, y]| Click::point(x, y)).collect();
                    builder.annotate(index, viewer, &marks)?;
                }
                truth.push(subject.clump_xy.to_vec());
            }
        }
        Ok(Self {
            name: format!("simulated Clump Scout, scale {scale}"),
            survey: builder.build()?,
            subjects: None,
            volunteers: None,
            labels: Vec::new(),
            truth: Some(truth),
            skills: Some(simulated.volunteers()),
            // False marks of the simulation are at random places: nothing that people agree on is not real.
            reality: Reality::CERTAIN,
        })
    }

    pub(crate) fn subject_name(&self, subject: usize) -> String {
        name(self.subjects.as_deref(), subject)
    }

    pub(crate) fn volunteer_name(&self, volunteer: usize) -> String {
        name(self.volunteers.as_deref(), volunteer)
    }

    /// What is assumed about how real agreement is, for people.
    pub(crate) fn reality_in_words(&self) -> String {
        if self.reality == Reality::CERTAIN {
            return "all that volunteers agree on counts as real: simulated false marks are at random places"
                .to_owned();
        }
        let Reality { odds_at_half, slope, ceiling } = self.reality;
        format!(
            "what half of its viewers mark is real with odds {odds_at_half} : 1 (slope {slope}, ceiling {ceiling})"
        )
    }
}

fn name(names: Option<&[String]>, index: usize) -> String {
    names.map_or_else(|| index.to_string(), |names| names[index].clone())
}
