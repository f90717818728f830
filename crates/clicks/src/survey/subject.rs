//! One subject of a survey: its viewers and their marks.

use super::Shape;

/// One subject of a [`Survey`](crate::Survey): who saw it and what they marked.
///
/// Marks are sorted by viewer, and the marks of one viewer stand in the order in which they were given.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Subject<'a> {
    /// In pixels, above 0.
    pub width: f64,
    /// In pixels, above 0.
    pub height: f64,
    /// What the marks of the survey are.
    pub shape: Shape,
    /// How many named viewers the subjects before this one have: where its own stand in the survey.
    pub first_viewer: usize,
    /// The volunteers who saw it, ascending. One stands here twice only where repeats count as
    /// [`Separate`](crate::Repeats::Separate) viewers.
    pub viewers: &'a [u32],
    /// How many more saw it, marked nothing and have no names.
    pub n_silent_unnamed: usize,
    /// How many marks the subjects before this one have: where its own stand in the survey.
    pub first_mark: usize,
    /// Per mark, whose it is: an index into `viewers`. Ascending.
    pub mark_viewers: &'a [u32],
    /// Per mark, column and row in pixels: of the point, or of the centre. It may lie outside of the image.
    pub xy: &'a [[f64; 2]],
    /// Per mark, `[width, height]` of a box or `[radius, radius]` of a circle, in pixels. `None` for points.
    pub sizes: Option<&'a [[f64; 2]]>,
    /// Per mark, its label. `None` if no mark that was added to the survey has one.
    pub labels: Option<&'a [Option<u32>]>,
    /// Per mark, its time. `None` if no mark that was added to the survey has one.
    pub times: Option<&'a [Option<f64>]>,
}

impl Subject<'_> {
    /// How many saw it: those who marked something, those who did not, and those without names.
    pub fn n_viewers(&self) -> usize {
        self.viewers.len() + self.n_silent_unnamed
    }

    /// How many marks it has.
    pub fn n_marks(&self) -> usize {
        self.xy.len()
    }

    /// Width times height, in square pixels.
    pub fn area(&self) -> f64 {
        self.width * self.height
    }

    /// The marks of one viewer, as a range of this subject's columns. Empty for a silent viewer.
    pub fn marks_of(&self, viewer: usize) -> std::ops::Range<usize> {
        let start = self.mark_viewers.partition_point(|&of| (of as usize) < viewer);
        let end = self.mark_viewers.partition_point(|&of| (of as usize) <= viewer);
        start..end
    }
}
