//! The canonical order of votes: merging, sorting, and dropping what stands twice.

use super::VoteTable;
use crate::{Error, Repeats, repeats::Seen, vote::check_total};

/// What votes are ordered by: time, classification, subject, volunteer, label.
type Key = (i64, u64, usize, usize, u16);

impl VoteTable {
    /// Adds the votes of another table. With times, the result is [sorted](Self::sort), and a vote that stands in both (the same
    /// time, classification, subject, volunteer and label) is there once, so merging a part twice changes nothing. Without
    /// times, the votes of `other` come after those of `self`, and none is dropped.
    ///
    /// # Errors
    /// [`Error::Mismatch`] for another number of labels or where only one of two tables with votes has times,
    /// [`Error::TooManyVotes`].
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        if self.n_labels != other.n_labels {
            return Err(Error::Mismatch { field: "the number of labels" });
        }
        if !self.is_empty() && !other.is_empty() && self.time.is_empty() != other.time.is_empty() {
            return Err(Error::Mismatch { field: "whether votes have times" });
        }
        check_total(self.len() as u64, other.len() as u64)?;
        self.reserve(other.len());
        for vote in other.votes() {
            self.insert(vote.check(self.n_labels)?);
        }
        self.time.extend(&other.time);
        self.classification.extend(&other.classification);
        self.sort();
        Ok(())
    }

    /// Puts the votes into canonical order: time, classification, subject, volunteer, label; of votes that agree in all
    /// five only one stays. Does nothing without times, where the order of arrival is the order.
    pub fn sort(&mut self) {
        if self.time.is_empty() {
            return;
        }
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        if !order.is_sorted_by(|&a, &b| self.key(a) < self.key(b)) {
            order.sort_unstable_by_key(|&i| self.key(i));
            order.dedup_by_key(|i| self.key(*i));
            self.keep(&order);
        }
    }

    /// What a policy on repeated votes leaves, in the order of the table: see [`Repeats`].
    pub fn apply(&mut self, repeats: Repeats) {
        let mut seen = Seen::new(repeats);
        let kept: Vec<u32> = (0..self.len() as u32).filter(|&i| seen.admit(self.checked(i))).collect();
        if kept.len() < self.len() {
            self.keep(&kept);
        }
    }

    fn checked(&self, i: u32) -> crate::vote::CheckedVote {
        let i = i as usize;
        crate::vote::CheckedVote {
            volunteer: self.volunteer[i],
            subject: self.subject[i],
            label: self.label[i],
        }
    }

    fn key(&self, i: u32) -> Key {
        let i = i as usize;
        let subject = self.subjects.id(self.subject[i] as usize);
        let volunteer = self.volunteers.id(self.volunteer[i] as usize);
        (self.time[i], self.classification[i], subject, volunteer, self.label[i])
    }

    fn keep(&mut self, order: &[u32]) {
        self.volunteer = order.iter().map(|&i| self.volunteer[i as usize]).collect();
        self.subject = order.iter().map(|&i| self.subject[i as usize]).collect();
        self.label = order.iter().map(|&i| self.label[i as usize]).collect();
        if !self.time.is_empty() {
            self.time = order.iter().map(|&i| self.time[i as usize]).collect();
            self.classification = order.iter().map(|&i| self.classification[i as usize]).collect();
        }
    }
}
