//! Names: texts numbered from 0 in the order in which they first come.

use std::{cmp::Ordering, hash::BuildHasher};

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::Error;

/// Different texts, numbered from 0: the volunteers or the subjects of an export. In memory, each costs its length and
/// about 14 bytes.
///
/// ```
/// use manyhands_zooniverse::{Config, Extracts, Task};
///
/// let export = "user_name,user_id,subject_ids,annotations\n\
///               ada,7,31,\"[{\"\"task\"\":\"\"T0\"\",\"\"value\"\":\"\"Yes\"\"}]\"\n";
/// let extracts = Extracts::params(Config::new().task("seen", Task::question(["T0"])))
///     .read(export.as_bytes(), std::io::sink())?;
/// assert_eq!(extracts.subjects().name(0), Some("31"));
/// assert_eq!(extracts.subjects().index("31"), Some(0));
/// # Ok::<(), manyhands_zooniverse::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Names {
    text: String,
    /// Where each name ends in the text.
    ends: Vec<usize>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

/// The most names: indices are below `u32::MAX - 1`, as `manyhands_votes` wants them.
const MAX: usize = u32::MAX as usize - 1;

impl Names {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text of an index.
    pub fn name(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.text[start..end])
    }

    /// The index of a text.
    pub fn index(&self, name: &str) -> Option<usize> {
        let hash = self.hasher.hash_one(name);
        self.table.find(hash, |&index| self.name(index as usize) == Some(name)).map(|&index| index as usize)
    }

    /// Every text, by its index.
    pub fn iter(&self) -> impl Iterator<Item = &str> + '_ {
        (0..self.len()).filter_map(|index| self.name(index))
    }

    /// The indices in the order of the texts: shorter ones first, then by the alphabet, so that whole numbers ascend.
    pub fn sorted(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_unstable_by(|&a, &b| self.compare(a, b));
        order
    }

    /// Compares two indices in the order of [`sorted`](Self::sorted).
    fn compare(&self, a: usize, b: usize) -> Ordering {
        let key = |index| self.name(index).map(|name| (name.len(), name));
        key(a).cmp(&key(b))
    }

    /// The index of a text, a new one where there is none yet.
    pub(crate) fn insert(&mut self, name: &str, what: &'static str) -> Result<u32, Error> {
        let hash = self.hasher.hash_one(name);
        let text = |index: usize| {
            let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
            &self.text[start..self.ends[index]]
        };
        if let Some(&index) = self.table.find(hash, |&index| text(index as usize) == name) {
            return Ok(index);
        }
        if self.len() >= MAX {
            return Err(Error::TooManyNames { what, max: MAX });
        }
        let index = self.ends.len() as u32;
        let hasher = &self.hasher;
        self.table.insert_unique(hash, index, |&index| hasher.hash_one(text(index as usize)));
        self.text.push_str(name);
        self.ends.push(self.text.len());
        Ok(index)
    }
}
