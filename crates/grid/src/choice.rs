//! The first question of a grid: what most of its images are.

/// A volunteer's answer to the first question: the makeup of the grid as a whole.
///
/// It decides what the second question asks to highlight, and so what a click means. A positive is an image of the
/// class that is looked for (a muon in Muon Hunters 2.0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Choice {
    /// Every image is a positive; the second question is skipped.
    AllPositive,
    /// Most images are positives; the volunteer highlights the negatives.
    MostPositive,
    /// No clear majority; the volunteer highlights the positives, unless
    /// [`Decomposition::no_majority`](crate::Decomposition::no_majority) says otherwise.
    NoMajority,
    /// Most images are negatives; the volunteer highlights the positives.
    MostNegative,
    /// No image is a positive; the second question is skipped.
    AllNegative,
}

impl Choice {
    /// Every choice, from all positive to all negative.
    pub const ALL: [Self; 5] =
        [Self::AllPositive, Self::MostPositive, Self::NoMajority, Self::MostNegative, Self::AllNegative];

    /// Whether the second question is skipped, so that clicks mean nothing.
    pub fn is_unanimous(self) -> bool {
        matches!(self, Self::AllPositive | Self::AllNegative)
    }
}
