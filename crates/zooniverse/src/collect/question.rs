//! One question out of a row: answers of questions, dropdowns and surveys, or whether there is any mark.

use super::{Collect, Given, Outcome, Results, Shared, Who, answers::Answers, answers::Meaning, under};
use crate::{
    Again, Error, Kind, Mark, Reject, Task, TaskQuality,
    annotation::Annotation,
    leaves,
    question::{Parts, VoteColumns},
};

#[derive(Debug)]
pub(super) struct QuestionCollector {
    name: String,
    keys: Vec<String>,
    steps: Vec<String>,
    again: Again,
    tools: Vec<String>,
    is_presence: bool,
    answers: Answers,
    votes: VoteColumns,
    gold: VoteColumns,
    quality: TaskQuality,
    /// What the row at hand says.
    found: Vec<Meaning>,
    outcome: Outcome,
    n_annotations: usize,
}

impl QuestionCollector {
    pub(super) fn new(name: &str, task: &Task) -> Self {
        let mut answers = Answers::new(task);
        let is_presence = task.kind() == Kind::Presence;
        if is_presence {
            answers.insert("none".to_owned());
            answers.insert("some".to_owned());
        }
        Self {
            name: name.to_owned(),
            keys: task.keys(name),
            steps: task.steps(),
            again: task.again_rule(),
            tools: task.tool_list(),
            is_presence,
            answers,
            votes: VoteColumns::default(),
            gold: VoteColumns::default(),
            quality: TaskQuality::default(),
            found: vec![],
            outcome: Outcome::Absent,
            n_annotations: 0,
        }
    }

    /// Adds what one annotation says.
    fn answer(&mut self, annotation: &Annotation<'_>) -> Result<(), Reject> {
        let Some(value) = annotation.value else { return self.add(&annotation.key, None) };
        // An empty list is a question that was passed over, too.
        let mut answers = vec![];
        leaves::for_each(value, &self.steps, &mut |answer| answers.push(answer))?;
        if answers.is_empty() {
            return self.add(&annotation.key, None);
        }
        answers.iter().try_for_each(|answer| self.add(&annotation.key, answer.as_deref()))
    }

    fn add(&mut self, key: &str, answer: Option<&str>) -> Result<(), Reject> {
        self.answers.meaning(key, answer)?.add_to(&mut self.found);
        Ok(())
    }

    fn presence(&mut self, given: &Given<'_>) -> Result<(), Reject> {
        let mut marks = vec![];
        let mut has_value = false;
        for annotation in under(given.annotations, &self.keys) {
            self.n_annotations += 1;
            has_value |= annotation.value.is_some();
            Mark::parse_all(annotation, &self.tools, &[], &mut marks)?;
        }
        // An empty list says that there is nothing; where there is no list, the question was passed over.
        if has_value {
            self.found.push(Meaning::Label(u16::from(!marks.is_empty())));
        }
        Ok(())
    }
}

impl Collect for QuestionCollector {
    fn extract(&mut self, given: &Given<'_>) -> Result<Outcome, Reject> {
        self.found.clear();
        self.n_annotations = 0;
        if self.is_presence {
            self.presence(given)?;
        } else {
            for annotation in given.annotations {
                if !self.keys.iter().any(|key| *key == annotation.key) {
                    continue;
                }
                self.n_annotations += 1;
                match self.again {
                    Again::First if self.n_annotations > 1 => continue,
                    Again::Last => self.found.clear(),
                    _ => {}
                }
                self.answer(annotation)?;
            }
        }
        self.answers.check_room(&self.name, &self.found)?;
        let is_skipped = self.found.iter().all(|meaning| *meaning == Meaning::Null);
        self.outcome = match self.n_annotations {
            0 => Outcome::Absent,
            _ if is_skipped => Outcome::Skipped,
            _ => Outcome::Answered,
        };
        Ok(self.outcome)
    }

    fn commit(&mut self, who: Who) -> Result<(), Error> {
        self.quality.count(self.outcome, self.n_annotations);
        let columns = if who.is_gold { &mut self.gold } else { &mut self.votes };
        for meaning in self.found.drain(..) {
            match meaning {
                Meaning::Label(label) => columns.push(who, label),
                Meaning::New(answer) => columns.push(who, self.answers.insert(answer)),
                Meaning::Null => {}
                Meaning::Ignored => self.quality.n_ignored += 1,
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>, shared: &Shared, results: &mut Results) {
        let (classes, places) = self.answers.finish();
        let (votes, gold, key) = (self.votes, self.gold, self.keys.join("+"));
        let parts = Parts { name: self.name, key, classes, votes, gold, subjects: None };
        results.questions.push(parts.finish(&places, shared));
    }

    fn quality(&self) -> TaskQuality {
        self.quality.clone()
    }
}
