//! What to do when a volunteer votes on the same subject again.

use hashbrown::HashSet;

use crate::{Error, vote::CheckedVote};

/// What to do when a volunteer votes on the same subject again. About a third of the votes of some projects are such
/// repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Repeats {
    /// Every vote counts, as in Space Warps (Marshall et al. 2016) and in the program `zooniverse/swap`: the default.
    #[default]
    CountAll,
    /// Only the first vote of a volunteer on a subject counts, in the order of the votes; later ones are passed over
    /// without an error. The aggregator then remembers every pair: about 10 to 20 bytes a vote.
    FirstOnly,
}

/// The pairs (volunteer, subject) that have voted; nothing under [`Repeats::CountAll`].
#[derive(Debug, Clone)]
pub(crate) struct Seen(Option<HashSet<u64>>);

impl Seen {
    pub(crate) fn new(repeats: Repeats) -> Self {
        match repeats {
            Repeats::CountAll => Self(None),
            Repeats::FirstOnly => Self(Some(HashSet::new())),
        }
    }

    /// Room for `n` further votes.
    pub(crate) fn reserve(&mut self, n: usize) {
        if let Some(pairs) = &mut self.0 {
            pairs.reserve(n);
        }
    }

    /// Whether the vote counts; remembers it.
    pub(crate) fn admit(&mut self, vote: CheckedVote) -> bool {
        match &mut self.0 {
            None => true,
            Some(pairs) => pairs.insert(pair(vote.volunteer, vote.subject)),
        }
    }

    /// An error where both hold the same pair: which of the two votes came first is not known.
    pub(crate) fn check_disjoint(&self, other: &Self) -> Result<(), Error> {
        let (Some(mine), Some(theirs)) = (&self.0, &other.0) else { return Ok(()) };
        match theirs.iter().filter(|pair| mine.contains(*pair)).min() {
            None => Ok(()),
            Some(pair) => Err(Error::MergeRepeat {
                volunteer: (pair >> 32) as usize,
                subject: (pair & u64::from(u32::MAX)) as usize,
            }),
        }
    }

    pub(crate) fn absorb(&mut self, other: &Self) {
        if let (Some(mine), Some(theirs)) = (&mut self.0, &other.0) {
            mine.extend(theirs);
        }
    }

    /// The pairs in ascending order, for saving and comparing.
    pub(crate) fn sorted(&self) -> Vec<u64> {
        let mut pairs: Vec<u64> = self.0.iter().flatten().copied().collect();
        pairs.sort_unstable();
        pairs
    }

    /// The opposite of [`Self::sorted`]; `None` for pairs where none are kept.
    #[cfg(feature = "serde")]
    pub(crate) fn from_sorted(repeats: Repeats, pairs: &[u64]) -> Option<Self> {
        let mut seen = Self::new(repeats);
        match &mut seen.0 {
            None if !pairs.is_empty() => return None,
            None => {}
            Some(set) => set.extend(pairs),
        }
        Some(seen)
    }
}

fn pair(volunteer: u32, subject: u32) -> u64 {
    u64::from(volunteer) << 32 | u64::from(subject)
}
