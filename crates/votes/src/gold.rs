//! Gold: the subjects whose truth is known, and from which volunteers are learnt.

use crate::{Error, ids::Ids, vote::check_id};

/// Checked gold, in ascending order of the subjects.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Gold {
    subjects: Vec<u32>,
    classes: Vec<u16>,
}

impl Gold {
    /// The same pair may stand twice; the same subject with two classes is an error.
    pub(crate) fn check(gold: &[(usize, usize)], n_classes: usize) -> Result<Self, Error> {
        if gold.is_empty() {
            return Err(Error::NoGold);
        }
        let mut pairs = Vec::with_capacity(gold.len());
        for &(subject, class) in gold {
            if class >= n_classes {
                return Err(Error::GoldClass { subject, got: class, n_classes });
            }
            pairs.push((check_id("subject", subject)?, class as u16));
        }
        pairs.sort_unstable();
        pairs.dedup();
        if let Some(conflict) = pairs.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(Error::GoldConflict {
                subject: conflict[0].0 as usize,
                first: usize::from(conflict[0].1),
                second: usize::from(conflict[1].1),
            });
        }
        let (subjects, classes) = pairs.into_iter().unzip();
        Ok(Self { subjects, classes })
    }

    pub(crate) fn len(&self) -> usize {
        self.subjects.len()
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.subjects
            .iter()
            .zip(&self.classes)
            .map(|(&subject, &class)| (subject as usize, usize::from(class)))
    }

    /// The gold subjects as the first rows, so that a row alone tells whether its subject is gold.
    pub(crate) fn first_rows(&self) -> Ids {
        Ids::from_distinct(self.subjects.clone())
    }

    /// The truth of a row of [`Self::first_rows`]; `None` for the rows after them.
    pub(crate) fn truth(&self, row: usize) -> Option<usize> {
        self.classes.get(row).map(|&class| usize::from(class))
    }
}
