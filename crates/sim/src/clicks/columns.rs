//! What a survey gives: viewers, marks and truth in columns, and one subject at a time.

use super::clicker::Mark;
use super::galaxies::Galaxy;

/// Subjects in a row, their viewers, marks and truth, column by column.
///
/// `starts` columns have one entry per subject and a last one, the length of the columns that they cut: the marks of the subject at place
/// `s` are `mark_starts[s]..mark_starts[s + 1]`. Positions are `[x, y]` in pixels, from 0 to width and height.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Clicks {
    /// Index of the first subject in the survey.
    pub first: usize,
    /// Width of each subject's image, in pixels.
    pub widths: Vec<u32>,
    /// Height of each subject's image, in pixels.
    pub heights: Vec<u32>,
    /// Difficulty of each subject, in logits, positive for a hard one.
    pub difficulties: Vec<f64>,
    /// Where the viewers of each subject begin.
    pub viewer_starts: Vec<usize>,
    /// Everybody who saw a subject, with marks or without: indices of volunteers, ascending in a subject.
    pub viewers: Vec<usize>,
    /// Where the marks of each subject begin.
    pub mark_starts: Vec<usize>,
    /// The volunteer of each mark, ascending in a subject.
    pub mark_viewers: Vec<usize>,
    /// Position of each mark. One that would land outside the image is on its edge.
    pub mark_xy: Vec<[f64; 2]>,
    /// The clump that each mark means, by its place in the subject; `None` for a false mark.
    pub mark_clumps: Vec<Option<usize>>,
    /// Where the clumps of each subject begin.
    pub clump_starts: Vec<usize>,
    /// True position of each clump.
    pub clump_xy: Vec<[f64; 2]>,
    /// Brightness of each clump, at least 1, in units of the faintest one.
    pub clump_brightness: Vec<f64>,
    /// Detectability of each clump, in logits; 0 on average.
    pub clump_detectability: Vec<f64>,
}

/// One subject of [`Clicks`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ClickSubject<'a> {
    /// Its index in the survey.
    pub index: usize,
    /// Width of its image, in pixels.
    pub width: u32,
    /// Height of its image, in pixels.
    pub height: u32,
    /// Its difficulty, in logits.
    pub difficulty: f64,
    /// Everybody who saw it, ascending.
    pub viewers: &'a [usize],
    /// The volunteer of each mark, ascending.
    pub mark_viewers: &'a [usize],
    /// Position of each mark.
    pub mark_xy: &'a [[f64; 2]],
    /// The clump that each mark means.
    pub mark_clumps: &'a [Option<usize>],
    /// True position of each clump.
    pub clump_xy: &'a [[f64; 2]],
    /// Brightness of each clump.
    pub clump_brightness: &'a [f64],
    /// Detectability of each clump.
    pub clump_detectability: &'a [f64],
}

impl ClickSubject<'_> {
    /// The viewers who left no mark, ascending.
    pub fn silent_viewers(&self) -> impl Iterator<Item = usize> + '_ {
        self.viewers.iter().copied().filter(|viewer| self.mark_viewers.binary_search(viewer).is_err())
    }
}

impl Clicks {
    /// Number of subjects.
    pub fn n_subjects(&self) -> usize {
        self.widths.len()
    }

    /// Number of annotations: a viewer and a subject each, with marks or without.
    pub fn n_annotations(&self) -> usize {
        self.viewers.len()
    }

    /// Number of marks.
    pub fn n_marks(&self) -> usize {
        self.mark_xy.len()
    }

    /// Number of true clumps.
    pub fn n_clumps(&self) -> usize {
        self.clump_xy.len()
    }

    /// The subjects, by index.
    pub fn subjects(&self) -> impl ExactSizeIterator<Item = ClickSubject<'_>> + '_ {
        (0..self.n_subjects()).map(|s| {
            let cut = |starts: &[usize]| starts[s]..starts[s + 1];
            let (marks, clumps) = (cut(&self.mark_starts), cut(&self.clump_starts));
            ClickSubject {
                index: self.first + s,
                width: self.widths[s],
                height: self.heights[s],
                difficulty: self.difficulties[s],
                viewers: &self.viewers[cut(&self.viewer_starts)],
                mark_viewers: &self.mark_viewers[marks.clone()],
                mark_xy: &self.mark_xy[marks.clone()],
                mark_clumps: &self.mark_clumps[marks],
                clump_xy: &self.clump_xy[clumps.clone()],
                clump_brightness: &self.clump_brightness[clumps.clone()],
                clump_detectability: &self.clump_detectability[clumps],
            }
        })
    }

    pub(super) fn empty(first: usize) -> Self {
        let starts = vec![0];
        Self {
            first,
            viewer_starts: starts.clone(),
            mark_starts: starts.clone(),
            clump_starts: starts,
            ..Self::default()
        }
    }

    /// Adds the next subject: `marks` has those of each of the ascending `viewers`.
    pub(super) fn push(&mut self, galaxy: &Galaxy, viewers: &[usize], marks: &[Vec<Mark>]) {
        let [width, height] = galaxy.size;
        self.widths.push(width);
        self.heights.push(height);
        self.difficulties.push(galaxy.difficulty);
        self.viewers.extend_from_slice(viewers);
        for (&viewer, marks) in viewers.iter().zip(marks) {
            for &(at, clump) in marks {
                self.mark_viewers.push(viewer);
                self.mark_xy.push(at);
                self.mark_clumps.push(clump);
            }
        }
        self.clump_xy.extend_from_slice(&galaxy.xy);
        self.clump_brightness.extend_from_slice(&galaxy.brightness);
        self.clump_detectability.extend_from_slice(&galaxy.detectability);
        self.viewer_starts.push(self.viewers.len());
        self.mark_starts.push(self.mark_xy.len());
        self.clump_starts.push(self.clump_xy.len());
    }
}
