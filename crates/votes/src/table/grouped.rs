//! Votes grouped by subject in ascending order of the ids: the same for the same votes, in whatever order they came.

use super::VoteTable;
use crate::{Error, ids::Ids};

/// The votes of each subject, as cells of a table volunteers × labels. All rows are in ascending order of the ids, and the cells of
/// a subject ascend, so that no sum over them depends on the order of the votes.
#[derive(Debug, Clone)]
pub(crate) struct Grouped {
    pub(crate) n_labels: usize,
    /// Ids, ascending.
    pub(crate) subjects: Vec<u32>,
    /// Ids, ascending.
    pub(crate) volunteers: Vec<u32>,
    /// Where the votes of each subject begin in `cells`; one more than there are subjects.
    pub(crate) starts: Vec<u32>,
    /// volunteer · `n_labels` + label.
    pub(crate) cells: Vec<u32>,
}

/// A thread that is started takes as long as some ten thousand votes.
const VOTES_PER_THREAD: usize = 30_000;

/// How many threads are worth it.
fn n_parts(threads: usize, n_votes: usize) -> usize {
    threads.min(n_votes / VOTES_PER_THREAD).max(1)
}

impl Grouped {
    pub(crate) fn n_parts(&self, threads: usize) -> usize {
        n_parts(threads, self.cells.len()).min(self.n_subjects().max(1))
    }

    pub(crate) fn n_subjects(&self) -> usize {
        self.subjects.len()
    }

    pub(crate) fn n_cells(&self) -> usize {
        self.volunteers.len() * self.n_labels
    }

    pub(crate) fn cells_of(&self, subject: usize) -> &[u32] {
        &self.cells[self.starts[subject] as usize..self.starts[subject + 1] as usize]
    }

    /// The row of a subject's id.
    pub(crate) fn subject_row(&self, id: usize) -> Option<usize> {
        self.subjects.binary_search(&u32::try_from(id).ok()?).ok()
    }

    /// The row of a volunteer's id.
    pub(crate) fn volunteer_row(&self, id: usize) -> Option<usize> {
        self.volunteers.binary_search(&u32::try_from(id).ok()?).ok()
    }
}

impl VoteTable {
    /// # Errors
    /// [`Error::NoVotes`], [`Error::TooManyCells`].
    pub(crate) fn grouped(&self, threads: usize) -> Result<Grouped, Error> {
        if self.is_empty() {
            return Err(Error::NoVotes);
        }
        let n_cells = self.volunteers.len() as u64 * self.n_labels as u64;
        if n_cells > u64::from(u32::MAX) {
            return Err(Error::TooManyCells { got: n_cells, max: u64::from(u32::MAX) });
        }
        let (subjects, subject_ranks) = ranked(&self.subjects);
        let (volunteers, volunteer_ranks) = ranked(&self.volunteers);
        let mut starts = vec![0_u32; subjects.len() + 1];
        for &row in &self.subject {
            starts[subject_ranks[row as usize] as usize + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let cell = |volunteer: u32, label: u16| {
            volunteer_ranks[volunteer as usize] * self.n_labels as u32 + u32::from(label)
        };
        let votes = self.volunteer.iter().zip(&self.label);
        let mut cells: Vec<u32>;
        if self.subject.is_sorted_by_key(|&row| subject_ranks[row as usize]) {
            cells = votes.map(|(&volunteer, &label)| cell(volunteer, label)).collect();
        } else {
            cells = vec![0; self.len()];
            let mut next = starts.clone();
            for (&subject, (&volunteer, &label)) in self.subject.iter().zip(votes) {
                let slot = &mut next[subject_ranks[subject as usize] as usize];
                cells[*slot as usize] = cell(volunteer, label);
                *slot += 1;
            }
        }
        // Each thread sorts the votes of as many subjects.
        let part = subjects.len().div_ceil(n_parts(threads, cells.len()));
        std::thread::scope(|scope| {
            let mut rest = &mut cells[..];
            for part in
                (0..subjects.len()).step_by(part).map(|first| first..(first + part).min(subjects.len()))
            {
                let starts = &starts[part.start..=part.end];
                let (mine, others) = rest.split_at_mut((starts[starts.len() - 1] - starts[0]) as usize);
                rest = others;
                let last = part.end == subjects.len();
                let mut work = move || {
                    for bounds in starts.windows(2) {
                        let votes = (bounds[0] - starts[0]) as usize..(bounds[1] - starts[0]) as usize;
                        sort(&mut mine[votes]);
                    }
                };
                if last {
                    work();
                } else {
                    scope.spawn(work);
                }
            }
        });
        Ok(Grouped { n_labels: self.n_labels, subjects, volunteers, starts, cells })
    }
}

/// Few cells are put where the number of smaller ones says, which takes no branches; equal ones leave gaps that their value fills.
fn sort(cells: &mut [u32]) {
    const FEW: usize = 16;
    if cells.len() > FEW {
        return cells.sort_unstable();
    }
    let mut padded = [u32::MAX; FEW];
    padded[..cells.len()].copy_from_slice(cells);
    let mut sorted = [0; FEW];
    for &cell in &*cells {
        let rank: u32 = padded.iter().map(|&other| u32::from(other < cell)).sum();
        sorted[rank as usize % FEW] = cell;
    }
    let mut last = 0;
    for (cell, sorted) in cells.iter_mut().zip(sorted) {
        last = sorted.max(last);
        *cell = last;
    }
}

/// The ids in ascending order, and the rank of every row among them.
fn ranked(ids: &Ids) -> (Vec<u32>, Vec<u32>) {
    let rows = ids.sorted_rows();
    let mut ranks = vec![0; rows.len()];
    for (rank, &row) in (0..).zip(&rows) {
        ranks[row] = rank;
    }
    (rows.iter().map(|&row| ids.id(row) as u32).collect(), ranks)
}

#[cfg(test)]
mod tests {
    #[test]
    fn few_cells_are_sorted_as_many_are() {
        let mut state = 1_u32;
        for length in 0..20 {
            for _ in 0..200 {
                let mut next = || {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 16) % 12
                };
                let mut cells: Vec<u32> = (0..length).map(|_| next()).collect();
                let mut twin = cells.clone();
                twin.sort_unstable();
                super::sort(&mut cells);
                assert_eq!(cells, twin);
            }
        }
    }
}
