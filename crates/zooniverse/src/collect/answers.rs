//! Answers into classes.

use hashbrown::HashMap;

use crate::{Other, Reject, Task};

/// The most classes: labels are stored in 16 bits, as in `manyhands_votes`.
const MAX_CLASSES: usize = u16::MAX as usize;

/// The classes of a task, by their answers.
#[derive(Debug)]
pub(super) struct Answers {
    names: Vec<String>,
    labels: HashMap<String, u16>,
    /// Whether an answer that has not come before is a new class.
    is_open: bool,
    other: Option<u16>,
    is_strict: bool,
}

/// What an answer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    Label(u16),
    /// A class that there is not yet.
    New(String),
    /// A question that was passed over.
    Null,
    /// In no class.
    Ignored,
}

impl Meaning {
    /// Adds what one answer of a row means: each class once, and all that is ignored, which is counted.
    pub(super) fn add_to(self, found: &mut Vec<Self>) {
        if self == Self::Ignored || !found.contains(&self) {
            found.push(self);
        }
    }
}

impl Answers {
    pub(super) fn new(task: &Task) -> Self {
        let classes = task.class_list();
        let mut labels = HashMap::new();
        for (label, (_, answers)) in classes.iter().enumerate() {
            labels.extend(answers.iter().map(|answer| (answer.trim().to_owned(), label as u16)));
        }
        let other = match task.other_rule() {
            Other::Class(name) => {
                classes.iter().position(|(class, _)| class == name).map(|label| label as u16)
            }
            Other::Ignore | Other::Error => None,
        };
        Self {
            is_open: classes.is_empty(),
            is_strict: *task.other_rule() == Other::Error,
            names: classes.into_iter().map(|(name, _)| name.to_owned()).collect(),
            labels,
            other,
        }
    }

    /// What an answer to `key` means, `None` where the question was passed over: that is an answer only where a class lists the
    /// text `null`.
    pub(super) fn meaning(&self, key: &str, answer: Option<&str>) -> Result<Meaning, Reject> {
        let Some(answer) = answer else {
            return Ok(self.labels.get("null").map_or(Meaning::Null, |&label| Meaning::Label(label)));
        };
        let answer = answer.trim();
        if let Some(&label) = self.labels.get(answer) {
            return Ok(Meaning::Label(label));
        }
        if self.is_open {
            return Ok(Meaning::New(answer.to_owned()));
        }
        match self.other {
            Some(label) => Ok(Meaning::Label(label)),
            None if self.is_strict => {
                Err(Reject::Answer { key: key.to_owned(), answer: answer.chars().take(80).collect() })
            }
            None => Ok(Meaning::Ignored),
        }
    }

    /// Whether there is room for the classes that a row would add.
    pub(super) fn check_room(&self, task: &str, found: &[Meaning]) -> Result<(), Reject> {
        let n_new = found.iter().filter(|meaning| matches!(meaning, Meaning::New(_))).count();
        if self.names.len() + n_new > MAX_CLASSES {
            return Err(Reject::TooManyAnswers { task: task.to_owned(), max: MAX_CLASSES });
        }
        Ok(())
    }

    /// The label of an answer, a new one where there is none yet; the room is checked before.
    pub(super) fn insert(&mut self, answer: String) -> u16 {
        if let Some(&label) = self.labels.get(&answer) {
            return label;
        }
        let label = self.names.len() as u16;
        self.names.push(answer.clone());
        self.labels.insert(answer, label);
        label
    }

    /// The names of the classes, and the place of each label among them: learnt classes are put in the order of the
    /// alphabet, so that the order of the rows does not matter.
    pub(super) fn finish(self) -> (Vec<String>, Vec<u16>) {
        let mut order: Vec<u16> = (0..self.names.len() as u16).collect();
        if self.is_open {
            order.sort_unstable_by(|&a, &b| self.names[usize::from(a)].cmp(&self.names[usize::from(b)]));
        }
        let mut places = vec![0; order.len()];
        for (place, &label) in order.iter().enumerate() {
            places[usize::from(label)] = place as u16;
        }
        (order.iter().map(|&label| self.names[usize::from(label)].clone()).collect(), places)
    }
}
