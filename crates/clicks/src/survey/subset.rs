//! Parts of a survey: some subjects, or some viewers of each.

use std::collections::HashMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Marks, Survey};
use crate::{Error, Result};

impl Survey {
    /// These subjects, in this order; one may be taken more than once.
    ///
    /// ```
    /// # use manyhands_clicks::Survey;
    /// let mut builder = Survey::builder();
    /// for side in 1..=5 {
    ///     builder.subject(f64::from(side), 1.0)?;
    /// }
    /// let some = builder.build()?.select(&[4, 1])?;
    /// assert_eq!(some.subject(0).width, 5.0);
    /// # Ok::<(), manyhands_clicks::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NoSubject`] for an index that the survey does not have.
    pub fn select(&self, subjects: &[usize]) -> Result<Self> {
        let n_subjects = self.n_subjects();
        if let Some(&subject) = subjects.iter().find(|&&subject| subject >= n_subjects) {
            return Err(Error::NoSubject { subject, n_subjects });
        }
        Ok(self.part(subjects, |subject| {
            ((0..self.subject(subject).viewers.len()).collect(), self.n_silent[subject])
        }))
    }

    /// `n` viewers of each subject, drawn at random, and their marks; all viewers of a subject that has no more than that.
    /// Silent ones are drawn as the others are, those without names too.
    ///
    /// With the same seed, fewer viewers are among more: `sample_viewers(3, 7)` holds viewers of `sample_viewers(5, 7)` only.
    ///
    /// ```
    /// # use manyhands_clicks::Survey;
    /// let mut builder = Survey::builder();
    /// let subject = builder.subject(300.0, 300.0)?;
    /// for volunteer in 0..20 {
    ///     builder.annotate(subject, volunteer, &[])?;
    /// }
    /// let survey = builder.build()?;
    /// assert_eq!(survey.sample_viewers(5, 7).subject(subject).viewers.len(), 5);
    /// # Ok::<(), manyhands_clicks::Error>(())
    /// ```
    pub fn sample_viewers(&self, n: usize, seed: u64) -> Self {
        let subjects: Vec<usize> = (0..self.n_subjects()).collect();
        self.part(&subjects, |subject| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(subject as u64);
            let subject = self.subject(subject);
            let n_viewers = subject.n_viewers();
            let n = n.min(n_viewers);
            // A shuffle that holds only what has moved: those without names may be very many.
            let mut moved: HashMap<usize, usize> = HashMap::new();
            let draw = |place: usize| {
                // By 64 bits, so that a machine's word does not matter.
                let other = rng.random_range(place as u64..n_viewers as u64) as usize;
                let here = moved.get(&place).copied().unwrap_or(place);
                moved.insert(other, here).unwrap_or(other)
            };
            let mut drawn: Vec<usize> = (0..n).map(draw).collect();
            drawn.retain(|&viewer| viewer < subject.viewers.len());
            drawn.sort_unstable();
            let named = drawn.len();
            (drawn, n - named)
        })
    }

    /// These subjects with the viewers, ascending, and the number of silent ones that `keep` says.
    fn part(&self, subjects: &[usize], keep: impl Fn(usize) -> (Vec<usize>, usize)) -> Self {
        let mut part = Self {
            shape: self.shape,
            n_volunteers: self.n_volunteers,
            sizes_of_subjects: Vec::with_capacity(subjects.len()),
            n_silent: Vec::with_capacity(subjects.len()),
            viewer_starts: vec![0],
            viewers: Vec::new(),
            mark_starts: vec![0],
            mark_viewers: Vec::new(),
            marks: Marks::default(),
        };
        let mut places = Vec::new();
        for &index in subjects {
            let subject = self.subject(index);
            let (viewers, n_silent) = keep(index);
            for (local, viewer) in viewers.into_iter().enumerate() {
                part.viewers.push(subject.viewers[viewer]);
                let marks = subject.marks_of(viewer);
                part.mark_viewers.extend(marks.clone().map(|_| local as u32));
                places.extend(marks.map(|mark| subject.first_mark + mark));
            }
            part.sizes_of_subjects.push([subject.width, subject.height]);
            part.n_silent.push(n_silent);
            part.viewer_starts.push(part.viewers.len());
            part.mark_starts.push(places.len());
        }
        part.marks = self.marks.gather(&places);
        part
    }
}
