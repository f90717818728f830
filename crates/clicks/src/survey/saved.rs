//! A survey as serde knows it: what comes from a file is checked before anyone relies on it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::range::{LENGTH, NEAR, SHARE, SIDE};
use super::{Marks, Shape, Survey};

impl Serialize for Survey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Survey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let survey = Self::deserialize(deserializer)?;
        survey.fault().map_or(Ok(survey), |fault| Err(D::Error::custom(fault)))
    }
}

impl Survey {
    /// What is wrong with columns that the builder has not made.
    fn fault(&self) -> Option<&'static str> {
        let n_subjects = self.sizes_of_subjects.len();
        if self.n_silent.len() != n_subjects
            || !are_starts(&self.viewer_starts, n_subjects, self.viewers.len())
            || !are_starts(&self.mark_starts, n_subjects, self.mark_viewers.len())
            || !self.marks.have(self.mark_viewers.len())
        {
            return Some("the columns of the survey are not of one length");
        }
        if !self.sizes_of_subjects.iter().flatten().all(|side| SIDE.holds(*side)) {
            return Some("a subject of the survey has a side that is not between 1e-45 and 1e45");
        }
        if self.n_silent.iter().any(|&n| n >= u32::MAX as usize) {
            return Some("a subject of the survey has too many silent viewers");
        }
        if self.viewers.iter().any(|&volunteer| volunteer as usize >= self.n_volunteers) {
            return Some("a viewer of the survey is none of its volunteers");
        }
        let subjects = || self.subjects();
        if !subjects().all(|s| s.viewers.is_sorted() && s.mark_viewers.is_sorted()) {
            return Some("viewers and marks of the survey are not sorted");
        }
        if !subjects().all(|s| s.mark_viewers.last().is_none_or(|&last| (last as usize) < s.viewers.len())) {
            return Some("a mark of the survey is of nobody who saw the subject");
        }
        let Marks { xy, sizes, scores, times, .. } = &self.marks;
        if sizes.is_some() != (self.shape != Shape::Point) && !xy.is_empty() {
            return Some("the marks of the survey are not of its shape");
        }
        if !xy.iter().flatten().all(|number| NEAR.holds(*number))
            || !sizes.iter().flatten().flatten().all(|size| LENGTH.holds(*size))
            || !scores.iter().flatten().flatten().all(|score| SHARE.holds(*score))
            || !times.iter().flatten().flatten().all(|number| NEAR.holds(*number))
        {
            return Some("a number of a mark of the survey is out of its range");
        }
        None
    }
}

impl Marks {
    fn have(&self, n: usize) -> bool {
        self.xy.len() == n
            && self.sizes.as_ref().is_none_or(|sizes| sizes.len() == n)
            && self.labels.as_ref().is_none_or(|labels| labels.len() == n)
            && self.scores.as_ref().is_none_or(|scores| scores.len() == n)
            && self.times.as_ref().is_none_or(|times| times.len() == n)
    }
}

fn are_starts(starts: &[usize], n_rows: usize, n: usize) -> bool {
    starts.len() == n_rows + 1 && starts[0] == 0 && starts[n_rows] == n && starts.is_sorted()
}
