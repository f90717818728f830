//! Rows that count so far, and which of them are repeats.

use hashbrown::HashMap;

use crate::{Error, Repeats};

/// Who classified what and when, one entry for each good row.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    volunteer: Vec<u32>,
    subject: Vec<u32>,
    workflow: Vec<u32>,
    when: Vec<When>,
}

/// What decides which of two rows comes first; a row that does not say comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct When {
    /// Milliseconds since 1970.
    pub(crate) time: Option<i64>,
    pub(crate) classification: Option<u64>,
}

/// Which rows stay.
pub(crate) struct Kept {
    pub(crate) is_kept: Vec<bool>,
    /// Pairs of a volunteer and a subject (and a workflow).
    pub(crate) n_pairs: u64,
}

impl Rows {
    pub(crate) fn len(&self) -> usize {
        self.volunteer.len()
    }

    /// Adds a row and returns its number.
    pub(crate) fn push(
        &mut self,
        volunteer: u32,
        subject: u32,
        workflow: u32,
        when: When,
    ) -> Result<u32, Error> {
        let row = u32::try_from(self.len())
            .map_err(|_| Error::TooManyNames { what: "rows", max: u32::MAX as usize })?;
        self.volunteer.push(volunteer);
        self.subject.push(subject);
        self.workflow.push(workflow);
        self.when.push(when);
        Ok(row)
    }

    pub(crate) fn keep(&self, repeats: Repeats, per_workflow: bool) -> Kept {
        // The map is only looked up: its order reaches nothing.
        let mut best: HashMap<(u32, u32, u32), (u32, bool)> = HashMap::with_capacity(self.len());
        let is_before = |a: u32, b: u32| (self.when[a as usize], a) < (self.when[b as usize], b);
        for row in 0..self.len() as u32 {
            let index = row as usize;
            let workflow = if per_workflow { self.workflow[index] } else { 0 };
            let pair = (self.volunteer[index], self.subject[index], workflow);
            best.entry(pair)
                .and_modify(|(chosen, is_single)| {
                    *is_single = false;
                    if is_before(row, *chosen) == (repeats != Repeats::Last) {
                        *chosen = row;
                    }
                })
                .or_insert((row, true));
        }
        let n_pairs = best.len() as u64;
        let mut is_kept = vec![repeats == Repeats::All; self.len()];
        if repeats != Repeats::All {
            for (row, is_single) in best.into_values() {
                is_kept[row as usize] = is_single || repeats != Repeats::DropAll;
            }
        }
        Kept { is_kept, n_pairs }
    }
}
