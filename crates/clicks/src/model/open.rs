//! A subject of a stream: its marks in columns that can grow.

use super::clump::Clump;
use super::image::Image;
use super::subject::SubjectEstimate;
use super::volunteer::Tally;
#[cfg(feature = "serde")]
use crate::survey::range::{LENGTH, NEAR, SHARE, SIDE};
use crate::{Click, Shape, Subject};

/// One subject, open for annotations until it is retired.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct OpenSubject {
    size: [f64; 2],
    /// Ascending.
    pub(super) viewers: Vec<u32>,
    pub(super) n_silent: usize,
    /// Per mark; sorted by viewer.
    mark_viewers: Vec<u32>,
    xy: Vec<[f64; 2]>,
    sizes: Vec<[f64; 2]>,
    labels: Vec<Option<u32>>,
    scores: Vec<Option<f64>>,
    pub(super) assignment: Vec<Option<usize>>,
    pub(super) gold: Option<Vec<[f64; 2]>>,
    pub(super) image: Image,
    /// What each viewer's marks say, as it stands in the volunteers' sums.
    pub(super) tallies: Vec<Tally>,
    pub(super) candidates: Vec<Clump>,
    pub(super) estimate: Option<SubjectEstimate>,
    pub(super) retired: bool,
}

impl OpenSubject {
    pub(super) fn empty(size: [f64; 2], image: Image) -> Self {
        Self {
            size,
            viewers: Vec::new(),
            n_silent: 0,
            mark_viewers: Vec::new(),
            xy: Vec::new(),
            sizes: Vec::new(),
            labels: Vec::new(),
            scores: Vec::new(),
            assignment: Vec::new(),
            gold: None,
            image,
            tallies: Vec::new(),
            candidates: Vec::new(),
            estimate: None,
            retired: false,
        }
    }

    /// A subject of a survey, as a model has solved it.
    pub(super) fn new(subject: &Subject<'_>, image: Image, candidates: &[Clump]) -> Self {
        let n = subject.n_marks();
        let mut assignment = vec![None; n];
        for (group, clump) in candidates.iter().enumerate().filter(|(_, clump)| clump.is_group) {
            for &m in &clump.marks {
                assignment[m] = Some(group);
            }
        }
        Self {
            viewers: subject.viewers.to_vec(),
            n_silent: subject.n_silent_unnamed,
            mark_viewers: subject.mark_viewers.to_vec(),
            xy: subject.xy.to_vec(),
            sizes: subject.sizes.map_or_else(|| vec![[1.0; 2]; n], <[_]>::to_vec),
            labels: subject.labels.map_or_else(|| vec![None; n], <[_]>::to_vec),
            scores: subject.scores.map_or_else(|| vec![None; n], <[_]>::to_vec),
            assignment,
            // Nothing of it is in the sums yet.
            tallies: vec![Tally::default(); subject.viewers.len()],
            ..Self::empty([subject.width, subject.height], image)
        }
    }

    /// Adds a viewer; `false` for one who is there already, and when it is retired.
    pub(super) fn insert(&mut self, volunteer: u32, clicks: &[Click]) -> bool {
        let Err(place) = self.viewers.binary_search(&volunteer) else { return false };
        if self.retired {
            return false;
        }
        self.viewers.insert(place, volunteer);
        self.tallies.insert(place, Tally::default());
        for viewer in &mut self.mark_viewers {
            *viewer += u32::from(*viewer >= place as u32);
        }
        let at = self.mark_viewers.partition_point(|&viewer| viewer < place as u32);
        let n = clicks.len();
        self.mark_viewers.splice(at..at, std::iter::repeat_n(place as u32, n));
        self.xy.splice(at..at, clicks.iter().map(|click| [click.x, click.y]));
        self.sizes.splice(at..at, clicks.iter().map(|click| click.size_column().unwrap_or([1.0; 2])));
        self.labels.splice(at..at, clicks.iter().map(|click| click.label));
        self.scores.splice(at..at, clicks.iter().map(|click| click.score));
        self.assignment.splice(at..at, std::iter::repeat_n(None, n));
        true
    }

    pub(super) fn view(&self, shape: Shape) -> Subject<'_> {
        Subject {
            width: self.size[0],
            height: self.size[1],
            shape,
            first_viewer: 0,
            viewers: &self.viewers,
            n_silent_unnamed: self.n_silent,
            first_mark: 0,
            mark_viewers: &self.mark_viewers,
            xy: &self.xy,
            sizes: Some(&self.sizes),
            labels: Some(&self.labels),
            scores: Some(&self.scores),
            times: None,
        }
    }

    /// Drops the marks; what they said of volunteers is in the sums.
    pub(super) fn retire(&mut self) {
        self.retired = true;
        self.mark_viewers = Vec::new();
        self.xy = Vec::new();
        self.sizes = Vec::new();
        self.labels = Vec::new();
        self.scores = Vec::new();
        self.assignment = Vec::new();
        self.tallies = Vec::new();
    }
}

#[cfg(feature = "serde")]
impl OpenSubject {
    /// What is wrong with columns that no stream has made.
    pub(super) fn fault(&self, n_volunteers: usize) -> Option<&'static str> {
        let n = self.mark_viewers.len();
        if [self.xy.len(), self.sizes.len(), self.labels.len(), self.scores.len(), self.assignment.len()]
            != [n; 5]
            || self.tallies.len() != if self.retired { 0 } else { self.viewers.len() }
        {
            return Some("the columns of a subject of the stream are not of one length");
        }
        if !self.viewers.is_sorted() || !self.mark_viewers.is_sorted() {
            return Some("viewers and marks of the stream are not sorted");
        }
        if self.viewers.last().is_some_and(|&volunteer| volunteer as usize >= n_volunteers) {
            return Some("a viewer of the stream is none of its volunteers");
        }
        if self.mark_viewers.last().is_some_and(|&viewer| viewer as usize >= self.viewers.len()) {
            return Some("a mark of the stream is of nobody who saw the subject");
        }
        if !self.size.iter().all(|side| SIDE.holds(*side)) {
            return Some("a subject of the stream has a side that is out of its range");
        }
        let gold = self.gold.iter().flatten();
        if !self.xy.iter().chain(gold).flatten().all(|number| NEAR.holds(*number))
            || !self.sizes.iter().flatten().all(|size| LENGTH.holds(*size))
            || !self.scores.iter().flatten().all(|score| SHARE.holds(*score))
        {
            return Some("a number of a mark of the stream is out of its range");
        }
        None
    }
}
