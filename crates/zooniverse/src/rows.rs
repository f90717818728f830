//! Rows that count so far, and which of them are repeats.

use std::num::{NonZeroI64, NonZeroU64};

use hashbrown::HashMap;

use crate::{Error, Repeats};

/// Who classified what and when, one entry for each good row.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    volunteer: Vec<u32>,
    subject: Vec<u32>,
    workflow: Vec<u32>,
    is_gold: Vec<bool>,
    when: Vec<When>,
}

/// What decides which of two rows comes first; a row that does not say comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct When {
    /// Milliseconds since 1970. In eight bytes with the `None`, since there is one of these for every row.
    pub(crate) time: Option<NonZeroI64>,
    pub(crate) classification: Option<NonZeroU64>,
}

/// Which rows stay.
pub(crate) struct Kept {
    pub(crate) is_kept: Vec<bool>,
    /// Pairs of a volunteer and a subject (and a workflow), those of known truth apart.
    pub(crate) n_pairs: u64,
}

/// Pairs are looked at volunteer by volunteer in parts of about this many rows, so that the map of them stays small.
const ROWS_A_PART: usize = 1 << 16;

/// Each part is a walk over all rows, so there are not more.
const MAX_PARTS: usize = 64;

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
        is_gold: bool,
        when: When,
    ) -> Result<u32, Error> {
        let row = u32::try_from(self.len())
            .map_err(|_| Error::TooManyNames { what: "rows", max: u32::MAX as usize })?;
        self.volunteer.push(volunteer);
        self.subject.push(subject);
        self.workflow.push(workflow);
        self.is_gold.push(is_gold);
        self.when.push(when);
        Ok(row)
    }

    pub(crate) fn keep(&self, repeats: Repeats, per_workflow: bool) -> Kept {
        let is_before = |a: u32, b: u32| (self.when[a as usize], a) < (self.when[b as usize], b);
        let mut n_pairs = 0;
        let mut is_kept = vec![repeats == Repeats::All; self.len()];
        // The chosen row of each pair, and whether it is the only one. The order of the map reaches nothing.
        let mut best: HashMap<(u32, u32, u32, bool), (u32, bool)> = HashMap::new();
        let n_parts = (self.len() / ROWS_A_PART + 1).min(MAX_PARTS) as u32;
        for part in 0..n_parts {
            let of_part = |(_, volunteer): &(u32, &u32)| *volunteer % n_parts == part;
            for (row, &volunteer) in (0..).zip(&self.volunteer).filter(of_part) {
                let index = row as usize;
                let workflow = if per_workflow { self.workflow[index] } else { 0 };
                // Known truth and a vote do not repeat each other: they go to different results.
                best.entry((volunteer, self.subject[index], workflow, self.is_gold[index]))
                    .and_modify(|(chosen, is_single)| {
                        *is_single = false;
                        if is_before(row, *chosen) == (repeats != Repeats::Last) {
                            *chosen = row;
                        }
                    })
                    .or_insert((row, true));
            }
            n_pairs += best.len() as u64;
            for (_, (row, is_single)) in best.drain() {
                is_kept[row as usize] |= is_single || repeats != Repeats::DropAll;
            }
        }
        Kept { is_kept, n_pairs }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, num::NonZeroI64};

    use super::{ROWS_A_PART, Rows, When};
    use crate::Repeats;

    /// The slow twin: the rows of each pair in a list, sorted.
    #[test]
    fn many_rows_are_kept_as_if_looked_at_at_once() {
        let mut rows = Rows::default();
        let mut pairs: BTreeMap<(u32, u32), Vec<(When, u32)>> = BTreeMap::new();
        let mut state = 7_u64;
        let mut draw = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        for _ in 0..3 * ROWS_A_PART {
            let (volunteer, subject) = (draw(300) as u32, draw(500) as u32);
            let when = When { time: NonZeroI64::new(draw(50) as i64), classification: None };
            let row = rows.push(volunteer, subject, 0, false, when).unwrap();
            pairs.entry((volunteer, subject)).or_default().push((when, row));
        }
        pairs.values_mut().for_each(|list| list.sort_unstable());
        for repeats in [Repeats::First, Repeats::Last, Repeats::All, Repeats::DropAll] {
            let mut want = vec![false; rows.len()];
            for list in pairs.values() {
                let chosen = match repeats {
                    Repeats::First => &list[..1],
                    Repeats::Last => &list[list.len() - 1..],
                    Repeats::All => &list[..],
                    Repeats::DropAll if list.len() == 1 => &list[..],
                    Repeats::DropAll => &[],
                };
                chosen.iter().for_each(|(_, row)| want[*row as usize] = true);
            }
            let kept = rows.keep(repeats, true);
            assert!(kept.is_kept == want, "{repeats:?}");
            assert_eq!(kept.n_pairs, pairs.len() as u64);
        }
    }
}
