//! Ids made into rows: through a table where ids lie dense, through a hash map where they do not.

use hashbrown::{HashMap, hash_map::Entry};

/// How many times longer than the number of votes (or of ids, where votes come one by one) a table may be.
const SPREAD: u64 = 4;

/// Ids in the order in which they came, and the way back from an id to its row.
///
/// The table covers the ids from `base` on; an id outside of it is looked up in the map, so one stray id near `u32::MAX`
/// costs a map entry and no gigabytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ids {
    ids: Vec<u32>,
    base: u32,
    /// Row + 1 of the id `base + i`. Zero, for none, lets the system hand out pages only where ids are.
    table: Vec<u32>,
    /// Row of every id outside of the table.
    sparse: HashMap<u32, u32>,
}

impl Ids {
    /// From ids that are all different.
    pub(crate) fn from_distinct(ids: Vec<u32>) -> Self {
        let mut result = Self { ids, ..Self::default() };
        let range = result.range();
        result.reserve(range, result.ids.len());
        if result.table.is_empty() {
            result.lay_out(0, 0);
        }
        result
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(crate) fn id(&self, row: usize) -> usize {
        self.ids[row] as usize
    }

    /// The row of an id; `None` where it has never come, or where it cannot be an id.
    pub(crate) fn row(&self, id: usize) -> Option<usize> {
        let id = u32::try_from(id).ok()?;
        match self.table.get(id.wrapping_sub(self.base) as usize) {
            Some(&0) => None,
            Some(&row_plus_1) => Some(row_plus_1 as usize - 1),
            None => self.sparse.get(&id).map(|&row| row as usize),
        }
    }

    /// The row of an id, a new one where the id has not come before.
    pub(crate) fn insert(&mut self, id: u32) -> u32 {
        let new = self.ids.len() as u32;
        match self.table.get_mut(id.wrapping_sub(self.base) as usize) {
            Some(slot) if *slot == 0 => *slot = new + 1,
            Some(slot) => return *slot - 1,
            None => match self.sparse.entry(id) {
                Entry::Occupied(row) => return *row.get(),
                Entry::Vacant(vacant) => {
                    vacant.insert(new);
                }
            },
        }
        self.ids.push(id);
        if self.ids.len() >= 64 && self.ids.len().is_power_of_two() && !self.sparse.is_empty() {
            self.grow();
        }
        new
    }

    /// Prepares for votes: `n_votes` of them, with ids from `min` to `max`.
    pub(crate) fn reserve(&mut self, (min, max): (u32, u32), n_votes: usize) {
        let span = u64::from(max.saturating_sub(min)) + 1;
        if span <= SPREAD * n_votes as u64 {
            self.lay_out(min, span as usize);
        }
    }

    /// Moves the ids of the map into a table with room for as many again, if they lie dense.
    fn grow(&mut self) {
        let (min, max) = self.range();
        let length = (SPREAD * self.ids.len() as u64).min(u64::from(u32::MAX - min) + 1);
        if u64::from(max - min) < length {
            self.lay_out(min, length as usize);
        }
    }

    /// Smallest and greatest id so far; the wrong way round where there is none.
    fn range(&self) -> (u32, u32) {
        self.ids.iter().fold((u32::MAX, 0), |(min, max), &id| (min.min(id), max.max(id)))
    }

    fn lay_out(&mut self, base: u32, length: usize) {
        self.base = base;
        self.table = vec![0; length];
        self.sparse.clear();
        for (row, &id) in (0..).zip(&self.ids) {
            match self.table.get_mut(id.wrapping_sub(base) as usize) {
                Some(slot) => *slot = row + 1,
                None => {
                    self.sparse.insert(id, row);
                }
            }
        }
    }

    /// All rows, in ascending order of their ids.
    pub(crate) fn sorted_rows(&self) -> Vec<usize> {
        if self.sparse.is_empty() {
            return self.table.iter().filter(|&&slot| slot != 0).map(|&slot| slot as usize - 1).collect();
        }
        let mut rows: Vec<usize> = (0..self.ids.len()).collect();
        rows.sort_unstable_by_key(|&row| self.ids[row]);
        rows
    }
}
