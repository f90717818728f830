//! Names made into indices, in order of first appearance.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::{Error, Result};

/// Names and the way back from a name to its index. Every name is kept once.
#[derive(Debug, Default)]
pub(super) struct Names {
    names: Vec<String>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Names {
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn get(&self, name: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(name);
        self.table.find(hash, |&i| self.names[i as usize] == name).copied()
    }

    /// The index of the name, and whether it is new. `field` is what there would be too many of.
    pub(super) fn insert(&mut self, name: &str, field: &'static str) -> Result<(u32, bool)> {
        if let Some(index) = self.get(name) {
            return Ok((index, false));
        }
        let index = u32::try_from(self.names.len())
            .ok()
            .filter(|&index| index < u32::MAX)
            .ok_or(Error::TooMany { field })?;
        let Self { names, table, hasher } = self;
        names.push(name.to_owned());
        table.insert_unique(hasher.hash_one(name), index, |&i| hasher.hash_one(&names[i as usize]));
        Ok((index, true))
    }

    pub(super) fn into_names(self) -> Vec<String> {
        self.names
    }
}
