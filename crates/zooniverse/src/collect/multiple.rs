//! Several answers to one question: a question of its own for each answer, so that they do not compete.

use super::{Collect, Given, Outcome, Results, Shared, Who, answers::Answers, answers::Meaning};
use crate::{
    Again, Error, Reject, Task, TaskQuality, leaves,
    question::{Parts, VoteColumns},
};

#[derive(Debug)]
pub(super) struct MultipleCollector {
    name: String,
    keys: Vec<String>,
    steps: Vec<String>,
    again: Again,
    answers: Answers,
    /// Rows with an answer, and where their chosen labels begin.
    rows: Vec<(Who, usize)>,
    chosen: Vec<u16>,
    quality: TaskQuality,
    found: Vec<Meaning>,
    outcome: Outcome,
    n_annotations: usize,
}

impl MultipleCollector {
    pub(super) fn new(name: &str, task: &Task) -> Self {
        Self {
            name: name.to_owned(),
            keys: task.keys(name),
            steps: task.steps(),
            again: task.again_rule(),
            answers: Answers::new(task),
            rows: vec![],
            chosen: vec![],
            quality: TaskQuality::default(),
            found: vec![],
            outcome: Outcome::Absent,
            n_annotations: 0,
        }
    }
}

impl Collect for MultipleCollector {
    fn extract(&mut self, given: &Given<'_>) -> Result<Outcome, Reject> {
        self.found.clear();
        self.n_annotations = 0;
        let mut is_answered = false;
        for annotation in super::under(given.annotations, &self.keys) {
            self.n_annotations += 1;
            match self.again {
                Again::First if self.n_annotations > 1 => continue,
                Again::Last => {
                    self.found.clear();
                    is_answered = false;
                }
                _ => {}
            }
            let mut answers = vec![];
            match annotation.value {
                Some(value) => leaves::for_each(value, &self.steps, &mut |answer| answers.push(answer))?,
                None => answers.push(None),
            }
            // An empty list is an answer: none of them. None at all is one only where a class lists it.
            is_answered |= annotation.value.is_some();
            for answer in answers {
                let meaning = self.answers.meaning(&annotation.key, answer.as_deref())?;
                is_answered |= meaning != Meaning::Null;
                meaning.add_to(&mut self.found);
            }
        }
        self.answers.check_room(&self.name, &self.found)?;
        self.outcome = Outcome::of(self.n_annotations, is_answered);
        Ok(self.outcome)
    }

    fn commit(&mut self, who: Who) -> Result<(), Error> {
        self.quality.count(self.outcome, self.n_annotations);
        if self.outcome != Outcome::Answered {
            return Ok(());
        }
        self.rows.push((who, self.chosen.len()));
        for meaning in self.found.drain(..) {
            match meaning {
                Meaning::Label(label) => self.chosen.push(label),
                Meaning::New(answer) => self.chosen.push(self.answers.insert(answer)),
                Meaning::Null => {}
                Meaning::Ignored => self.quality.n_ignored += 1,
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>, shared: &Shared, results: &mut Results) {
        let (classes, places) = self.answers.finish();
        let mut columns: Vec<(VoteColumns, VoteColumns)> = vec![];
        columns.resize_with(classes.len(), Default::default);
        let ends = self.rows.iter().skip(1).map(|row| row.1).chain([self.chosen.len()]);
        for (&(who, start), end) in self.rows.iter().zip(ends) {
            let chosen = &self.chosen[start..end];
            for (label, &place) in places.iter().enumerate() {
                let (votes, gold) = &mut columns[usize::from(place)];
                let is_chosen = chosen.contains(&(label as u16));
                if who.is_gold { gold } else { votes }.push(who, u16::from(is_chosen));
            }
        }
        for (class, (votes, gold)) in classes.into_iter().zip(columns) {
            let name = format!("{}/{class}", self.name);
            let classes = vec![format!("not {class}"), class];
            let parts = Parts { name, key: self.keys.join("+"), classes, votes, gold, subjects: None };
            results.questions.push(parts.finish(&[0, 1], shared));
        }
    }

    fn quality(&self) -> TaskQuality {
        self.quality.clone()
    }
}
