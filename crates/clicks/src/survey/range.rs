//! Ranges that numbers of a survey must lie in.

/// A closed range and how an error words it. No NaN is in it.
#[derive(Debug)]
pub(crate) struct Range {
    low: f64,
    high: f64,
    pub(crate) words: &'static str,
}

/// Of positions and times: their squares can be summed.
pub(crate) const NEAR: Range = Range { low: -1e100, high: 1e100, words: "a number between -1e100 and 1e100" };
/// Of sides of subjects, and of scatters: the square of a small share of it is a variance that marks can have.
pub(crate) const SIDE: Range = Range { low: 1e-45, high: 1e45, words: "a number between 1e-45 and 1e45" };
/// Of scores.
pub(crate) const SHARE: Range = Range { low: 0.0, high: 1.0, words: "a number between 0 and 1" };
/// Of sizes of marks.
pub(crate) const LENGTH: Range = Range { low: 0.0, high: 1e100, words: "a number between 0 and 1e100" };

impl Range {
    pub(crate) fn holds(&self, number: f64) -> bool {
        (self.low..=self.high).contains(&number)
    }
}
