//! A model that goes on: one more annotation, and its subject is solved anew.

use super::ClickModel;
use super::clump::Clump;
use super::estimate::VolunteerEstimate;
use super::image::{Image, Summary};
use super::open::OpenSubject;
use super::params::ClickModelParams;
use super::population::Population;
use super::scene::{Laws, Scene};
use super::solved::solved;
use super::space::{Axes, places};
use super::subject::SubjectEstimate;
use super::volunteer::{Tally, Volunteer};
use crate::survey::{accept, accept_sides, index};
use crate::{Click, Error, Result, Shape, Survey};

/// Everybody's numbers count as settled when no one moves by more than this share of a posterior standard deviation.
const SETTLED: f64 = 0.1;

/// A model that takes annotations one by one.
///
/// An annotation makes its subject be solved anew, from where it stood, with what is known of its volunteers; what its marks say is added to
/// their statistics, which are sums over annotations. The laws of the population stay as the batch has learned them. [`settle`](Self::settle) lets all
/// open subjects and all volunteers come to rest; [`retire`](Self::retire) closes subjects whose risk is low enough: their marks are dropped, what
/// they say of volunteers stays (the batches of Clump Scout's aggregator). Sums remember how many marks were expected of the volunteer as a straight line in
/// the logit of their chance: exact near where the volunteer stood when the marks were last looked at, an approximation farther off.
///
/// The same annotations in the same order give the same bits.
///
/// ```
/// use manyhands_clicks::{Click, ClickModel, Survey};
///
/// let mut survey = Survey::builder();
/// for _ in 0..8 {
///     let subject = survey.subject(100.0, 100.0)?;
///     for volunteer in 0..3 {
///         let shift = f64::from(volunteer as u32);
///         survey.annotate(subject, volunteer, &[Click::point(40.0 + shift, 30.0 - shift)])?;
///     }
/// }
/// let survey = survey.build()?;
/// let mut stream = ClickModel::params().fit(&survey)?.into_stream(&survey)?;
///
/// let new = stream.subject(100.0, 100.0)?;
/// stream.annotate(new, 0, &[Click::point(70.0, 20.0)])?;
/// let alone = stream.candidates(new)[0].probability;
/// stream.annotate(new, 1, &[Click::point(71.0, 19.0)])?;
/// assert!(stream.candidates(new)[0].probability > alone);
/// # Ok::<(), manyhands_clicks::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
// `remote` leaves the traits themselves to `saved`, which checks what it reads.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(remote = "Self"))]
pub struct ClickStream {
    params: ClickModelParams,
    shape: Shape,
    axes: Axes,
    population: Population,
    /// Of the batch; who is new has one half.
    mean_scores: Vec<f64>,
    volunteers: Vec<Volunteer>,
    /// By volunteer: what the marks on these subjects say. Tallied for θ = 0 and no bias, so that marks that were seen when the volunteer stood elsewhere
    /// can be summed, and still say how far the volunteer may go.
    sums: Vec<Tally>,
    /// By volunteer, in the same way: what the marks of the batch say, where its subjects are elsewhere.
    batch: Option<Vec<Tally>>,
    subjects: Vec<OpenSubject>,
}

impl ClickModel {
    /// Goes on from this model; `survey` is the one it was fitted on.
    ///
    /// # Errors
    /// [`Error::OtherSurvey`] where the survey has other subjects, viewers or marks, a sample of the same ones included.
    pub fn into_stream(self, survey: &Survey) -> Result<ClickStream> {
        if survey.fingerprint() != self.fingerprint {
            return Err(Error::OtherSurvey { got: survey.n_subjects(), wants: self.n_subjects() });
        }
        let subjects = survey.subjects().zip(&self.images).zip(&self.candidates);
        let mut stream = ClickStream {
            subjects: subjects
                .map(|((subject, &image), candidates)| OpenSubject::new(&subject, image, candidates))
                .collect(),
            params: self.params,
            shape: self.shape,
            axes: self.axes,
            population: self.population,
            mean_scores: self.mean_scores,
            sums: vec![Tally::default(); self.volunteers.len()],
            batch: None,
            volunteers: self.volunteers,
        };
        for (subject, objects) in &stream.params.gold {
            stream.subjects[*subject].gold = Some(objects.clone());
        }
        for s in 0..stream.subjects.len() {
            stream.look(s, false)?;
        }
        Ok(stream)
    }

    /// A stream that goes on from this model without its subjects. What the batch says of the volunteers counts in it, but is not handed on when it is
    /// [merged](ClickStream::merge): so a survey can be shared out among several streams.
    ///
    /// ```
    /// use manyhands_clicks::{Click, ClickModel, Survey};
    ///
    /// let mut survey = Survey::builder();
    /// for x in 1..9 {
    ///     let subject = survey.subject(100.0, 100.0)?;
    ///     for volunteer in 0..3 {
    ///         survey.annotate(subject, volunteer, &[Click::point(10.0 * f64::from(x), 30.0)])?;
    ///     }
    /// }
    /// let survey = survey.build()?;
    /// let model = ClickModel::params().fit(&survey)?;
    ///
    /// let mut part = model.part();
    /// let new = part.subject(100.0, 100.0)?;
    /// part.annotate(new, 0, &[Click::point(70.0, 20.0)])?;
    /// assert_eq!(part.volunteer(0).n_subjects, 9);
    ///
    /// let mut whole = model.into_stream(&survey)?;
    /// whole.merge(part)?;
    /// assert_eq!((whole.n_subjects(), whole.volunteer(0).n_subjects), (9, 9));
    /// # Ok::<(), manyhands_clicks::Error>(())
    /// ```
    #[must_use]
    pub fn part(&self) -> ClickStream {
        ClickStream {
            params: self.params.clone(),
            shape: self.shape,
            axes: self.axes,
            population: self.population,
            mean_scores: self.mean_scores.clone(),
            volunteers: self.volunteers.clone(),
            sums: vec![Tally::default(); self.volunteers.len()],
            batch: Some(
                self.tallies.iter().zip(&self.volunteers).map(|(tally, v)| centred(tally, v)).collect(),
            ),
            subjects: Vec::new(),
        }
    }
}

impl ClickStream {
    /// A new subject; sides in pixels.
    ///
    /// # Errors
    /// [`Error::SubjectSize`] for a side that is not above 0, NaN or absurd.
    pub fn subject(&mut self, width: f64, height: f64) -> Result<usize> {
        let subject = self.subjects.len();
        accept_sides(subject, [width, height])?;
        self.subjects.push(OpenSubject::empty([width, height], Image::typical(&self.population)));
        Ok(subject)
    }

    /// One volunteer's marks on one subject, none for who saw it and marked nothing. `false`, and nothing changes, where the volunteer has annotated
    /// it before (Zooniverse's `keep_first`) or the subject is retired. New volunteers start at the centre of the population.
    ///
    /// Number volunteers from 0 on: the stream holds a row for everyone up to the greatest.
    ///
    /// # Errors
    /// [`Error::NoSubject`]; [`Error::TooMany`] for a volunteer of 2³² − 1 or more; [`Error::Click`] for a number out of its range;
    /// [`Error::MixedShapes`] for marks of another shape than the model's.
    pub fn annotate(&mut self, subject: usize, volunteer: usize, clicks: &[Click]) -> Result<bool> {
        let n_subjects = self.subjects.len();
        if subject >= n_subjects {
            return Err(Error::NoSubject { subject, n_subjects });
        }
        let id = index(volunteer, "volunteers")?;
        for (mark, click) in clicks.iter().enumerate() {
            accept(click, Some(self.shape), subject, volunteer, mark)?;
        }
        if !self.subjects[subject].insert(id, clicks) {
            return Ok(false);
        }
        if volunteer >= self.volunteers.len() {
            self.volunteers.resize(volunteer + 1, Volunteer::typical(&self.population));
            self.sums.resize(volunteer + 1, Tally::default());
            self.mean_scores.resize(volunteer + 1, 0.5);
        }
        self.look(subject, true)?;
        for v in self.subjects[subject].viewers.clone() {
            self.move_volunteer(v as usize);
        }
        Ok(true)
    }

    /// Everything that may be an object on a subject: groups of marks by their lowest mark, then lone marks. Empty for a subject without marks.
    ///
    /// # Panics
    /// If there is no such subject, as a slice does.
    pub fn candidates(&self, subject: usize) -> &[Clump] {
        &self.subjects[subject].candidates
    }

    /// What is known about a subject; `None` for one that nobody has seen, unless its objects are known.
    ///
    /// # Panics
    /// If there is no such subject, as a slice does.
    pub fn estimate(&self, subject: usize) -> Option<&SubjectEstimate> {
        self.subjects[subject].estimate.as_ref()
    }

    /// What is known about a volunteer.
    ///
    /// # Panics
    /// If there is no such volunteer, as a slice does.
    pub fn volunteer(&self, volunteer: usize) -> VolunteerEstimate {
        VolunteerEstimate::new(&self.volunteers[volunteer], &self.tally(volunteer), &self.population)
    }

    /// How many subjects there are, retired ones included.
    pub fn n_subjects(&self) -> usize {
        self.subjects.len()
    }

    /// How many volunteers there are.
    pub fn n_volunteers(&self) -> usize {
        self.volunteers.len()
    }

    /// Whether a subject takes no more annotations.
    ///
    /// # Panics
    /// If there is no such subject, as a slice does.
    pub fn is_retired(&self, subject: usize) -> bool {
        self.subjects[subject].retired
    }

    /// The open subjects, those first on which one more viewer is expected to lower the risk most; those that nobody saw before all, unless
    /// their objects are known. Ties by index.
    pub fn next_subjects(&self) -> Vec<usize> {
        let gain = |s: usize| self.subjects[s].estimate.map_or(f64::INFINITY, |estimate| estimate.gain);
        let mut open: Vec<usize> = (0..self.subjects.len()).filter(|&s| !self.subjects[s].retired).collect();
        open.sort_by(|&a, &b| gain(b).total_cmp(&gain(a)).then(a.cmp(&b)));
        open
    }

    /// Solves all open subjects and moves all volunteers, in turn, until nothing moves or `rounds` are over. Whether nothing moves any more.
    ///
    /// # Errors
    /// None for a stream that was built by its own methods.
    pub fn settle(&mut self, rounds: usize) -> Result<bool> {
        for _ in 0..rounds {
            for s in 0..self.subjects.len() {
                self.look(s, true)?;
            }
            let mut moved = false;
            for v in 0..self.volunteers.len() {
                moved |= self.move_volunteer(v);
            }
            if !moved {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Closes the subjects whose risk is low enough, and returns them.
    pub fn retire(&mut self) -> Vec<usize> {
        let finished = |s: &usize| {
            let subject = &self.subjects[*s];
            !subject.retired && subject.estimate.is_some_and(|estimate| estimate.finished)
        };
        let retired: Vec<usize> = (0..self.subjects.len()).filter(finished).collect();
        for &s in &retired {
            self.subjects[s].retire();
        }
        retired
    }

    /// Adds the subjects of another stream, after its own, and what they say of the same volunteers. Both must go on from the same model, and one of
    /// them as a [part](ClickModel::part), so that the batch counts once.
    ///
    /// # Errors
    /// [`Error::OtherModel`] where parameters or laws differ, [`Error::BatchTwice`] where both have the subjects of the batch. Nothing changes then.
    pub fn merge(&mut self, other: Self) -> Result<()> {
        let same =
            self.params == other.params && self.axes == other.axes && self.population == other.population;
        if !same {
            return Err(Error::OtherModel);
        }
        if self.batch.is_none() && other.batch.is_none() {
            return Err(Error::BatchTwice);
        }
        let n = self.volunteers.len().max(other.volunteers.len());
        self.volunteers.resize(n, Volunteer::typical(&self.population));
        self.sums.resize(n, Tally::default());
        self.mean_scores.resize(n, 0.5);
        for (sum, other) in self.sums.iter_mut().zip(&other.sums) {
            *sum += other;
        }
        if other.batch.is_none() {
            self.batch = None;
        }
        self.subjects.extend(other.subjects);
        for v in 0..n {
            self.move_volunteer(v);
        }
        Ok(())
    }

    /// Everything that a volunteer's marks say, from where the volunteer stands.
    fn tally(&self, v: usize) -> Tally {
        let mut sum = self.sums[v];
        // Who is new is not in the batch.
        if let Some(batch) = self.batch.as_ref().and_then(|batch| batch.get(v)) {
            sum += batch;
        }
        sum.moved(self.volunteers[v].theta, self.volunteers[v].bias)
    }

    /// One step of a volunteer towards their most probable numbers; whether it was a notable one.
    fn move_volunteer(&mut self, v: usize) -> bool {
        let (now, seen) = (self.volunteers[v], self.tally(v));
        let next = now.step(&seen, &self.population);
        let far = now.distance(&next, &next.spread(&seen, &self.population)) > SETTLED;
        self.volunteers[v] = next;
        far
    }

    fn look(&mut self, s: usize, solve: bool) -> Result<()> {
        match self.shape {
            Shape::Point => self.look_in::<2>(s, solve),
            Shape::Circle => self.look_in::<3>(s, solve),
            Shape::Box => self.look_in::<4>(s, solve),
        }
    }

    /// Solves one subject anew, and puts what its marks say in the place of what they said.
    fn look_in<const D: usize>(&mut self, s: usize, solve: bool) -> Result<()> {
        let open = &self.subjects[s];
        let is_unseen = open.viewers.is_empty() && open.n_silent == 0;
        if open.retired || (is_unseen && open.gold.is_none()) {
            return Ok(());
        }
        let subject = open.view(self.shape);
        let at: Vec<[f64; D]> = places(&self.axes, &subject).collect();
        let levels = self.population.levels();
        let laws = Laws {
            volunteers: &self.volunteers,
            population: &self.population,
            levels: &levels,
            limit: self.params.limit,
            mean_scores: &self.mean_scores,
            method: self.params.method,
        };
        let ln_volume = self.axes.ln_volume::<D>(subject.area());
        let mut image = open.image;
        let scene = |image| Scene::new(subject, &at, ln_volume, image, open.gold.as_deref(), laws);
        let mut tallies = vec![Tally::default(); subject.viewers.len()];
        let mut assignment = open.assignment.clone();
        if solve {
            let now = scene(image);
            let start = assignment.iter().any(Option::is_some).then_some(assignment.as_slice());
            assignment = now.solve(start)?;
            image = image.step(&now.tally(&assignment, &mut tallies), &self.population);
        }
        let scene = scene(image);
        let summary: Summary = scene.tally(&assignment, &mut tallies);
        let (candidates, estimate) =
            solved(&scene, &self.axes, &assignment, &summary, &self.population, &self.params);
        for (tally, volunteer) in tallies.iter_mut().zip(&scene.viewers) {
            *tally = centred(tally, volunteer);
        }
        for ((&v, old), new) in open.viewers.iter().zip(&open.tallies).zip(&tallies) {
            self.sums[v as usize].replace(old, new);
        }
        let open = &mut self.subjects[s];
        open.image = image;
        open.assignment = assignment;
        open.tallies = tallies;
        open.candidates = candidates;
        open.estimate = Some(estimate);
        Ok(())
    }
}

/// A tally that was made for this volunteer, for θ = 0 and no bias.
fn centred(tally: &Tally, volunteer: &Volunteer) -> Tally {
    tally.moved(-volunteer.theta, volunteer.bias.map(|b| -b))
}

#[cfg(feature = "serde")]
mod saved {
    use std::path::Path;

    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

    use super::ClickStream;
    use crate::survey::range::SHARE;
    use crate::{Result, snapshot};

    const KIND: &str = "manyhands-clicks stream";
    /// In version 1 sums were tallied for where each volunteer had stood.
    const VERSION: u32 = 2;

    impl Serialize for ClickStream {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            Self::serialize(self, serializer)
        }
    }

    impl<'de> Deserialize<'de> for ClickStream {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let stream = Self::deserialize(deserializer)?;
            stream.fault().map_or(Ok(stream), |fault| Err(D::Error::custom(fault)))
        }
    }

    impl ClickStream {
        /// What is wrong with columns that no stream has made.
        fn fault(&self) -> Option<&'static str> {
            let n = self.volunteers.len();
            if self.sums.len() != n
                || self.mean_scores.len() != n
                || self.batch.as_ref().is_some_and(|batch| batch.len() > n)
            {
                return Some("the columns of the volunteers of the stream are not of one length");
            }
            if !self.mean_scores.iter().all(|score| SHARE.holds(*score)) {
                return Some("a mean score of the stream is out of its range");
            }
            self.subjects.iter().find_map(|subject| subject.fault(n))
        }

        /// Writes everything to a file, as JSON with a version; the file is there whole or not at all.
        ///
        /// # Errors
        /// [`Error::File`](crate::Error::File) where it cannot be written.
        pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
            snapshot::save(path.as_ref(), KIND, VERSION, self)
        }

        /// Reads what [`save`](Self::save) has written; it goes on to the same bits.
        ///
        /// # Errors
        /// [`Error::File`](crate::Error::File) where the file cannot be read, [`Error::Snapshot`](crate::Error::Snapshot) where it is truncated,
        /// something else, or from another version, or where its columns do not fit together.
        pub fn load(path: impl AsRef<Path>) -> Result<Self> {
            snapshot::load(path.as_ref(), KIND, VERSION)
        }
    }
}
