//! A question: the votes that answer it, and what experts say.

use std::{collections::BTreeMap, sync::Arc};

use manyhands_votes::Vote;

use crate::{
    Names,
    collect::{Shared, Who},
};

/// The votes on one question, by subject and volunteer, ready for `manyhands_votes`.
///
/// Made by [`Extracts`](crate::Extracts). In memory, a vote costs 10 bytes.
///
/// ```
/// use manyhands_votes::MajorityVote;
/// use manyhands_zooniverse::{Config, Extracts, Task};
///
/// let row = |id: u8, user: u8, answer: &str| {
///     format!("{id},{user},u{user},9001,\"[{{\"\"task\"\":\"\"T0\"\",\"\"value\"\":\"\"{answer}\"\"}}]\"\n")
/// };
/// let export = "classification_id,user_id,user_name,subject_ids,annotations\n".to_owned()
///     + &row(1, 1, "Yes") + &row(2, 2, "No") + &row(3, 3, "Yes") + &row(4, 3, "No");
/// let config = Config::new().task("seen", Task::question(["T0"]));
/// let extracts = Extracts::params(config).read(export.as_bytes(), std::io::sink())?;
/// let seen = extracts.question("seen").unwrap();
/// assert_eq!(seen.classes(), ["No", "Yes"]);
/// assert_eq!(seen.n_votes(), 3); // volunteer 3 votes once
/// let votes: Vec<_> = seen.votes().collect();
/// let majority = MajorityVote::params(2).fit(&votes)?;
/// assert_eq!(majority.estimate(extracts.subjects().index("9001").unwrap()).unwrap().label, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Question {
    name: String,
    key: String,
    classes: Vec<String>,
    volunteer: Vec<u32>,
    subject: Vec<u32>,
    label: Vec<u16>,
    gold: Vec<(usize, usize)>,
    n_gold_conflicts: usize,
    subjects: Arc<Names>,
    volunteers: Arc<Names>,
}

impl Question {
    /// The task's name in the configuration; for one answer of several, `task/answer`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The keys of the annotations that it was read from, with `+` between.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The names of the classes, by label.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// How many votes there are.
    pub fn n_votes(&self) -> usize {
        self.label.len()
    }

    /// The votes, in the order of the rows. Subject and volunteer are indices of [`subjects`](Self::subjects) and
    /// [`volunteers`](Self::volunteers).
    pub fn votes(&self) -> impl ExactSizeIterator<Item = Vote> + '_ {
        (0..self.label.len()).map(|index| Vote {
            volunteer: self.volunteer[index] as usize,
            subject: self.subject[index] as usize,
            label: usize::from(self.label[index]),
        })
    }

    /// Subjects of known truth, as (subject, class) in ascending order, from rows that are gold
    /// ([`GoldRows::Gold`](crate::GoldRows::Gold)). A subject on which experts disagree is none:
    /// [`n_gold_conflicts`](Self::n_gold_conflicts).
    pub fn gold(&self) -> &[(usize, usize)] {
        &self.gold
    }

    /// Subjects on which experts disagree.
    pub fn n_gold_conflicts(&self) -> usize {
        self.n_gold_conflicts
    }

    /// The ids of the subjects: those of the export, or the images of its grids.
    pub fn subjects(&self) -> &Names {
        &self.subjects
    }

    /// Who voted.
    pub fn volunteers(&self) -> &Names {
        &self.volunteers
    }

    /// How many votes each class has on every subject with any, by the order of the ids ([`Names::sorted`]).
    pub fn tallies(&self) -> Vec<(usize, Vec<u32>)> {
        let k = self.classes.len();
        let mut counts = vec![0; self.subjects.len() * k];
        for (&subject, &label) in self.subject.iter().zip(&self.label) {
            counts[subject as usize * k + usize::from(label)] += 1;
        }
        let tally = |subject: usize| (subject, counts[subject * k..][..k].to_vec());
        let is_voted_on = |(_, tally): &(usize, Vec<u32>)| tally.iter().any(|&n| n > 0);
        self.subjects.sorted().into_iter().map(tally).filter(is_voted_on).collect()
    }
}

/// Votes as they come in.
#[derive(Debug, Default)]
pub(crate) struct VoteColumns {
    volunteer: Vec<u32>,
    subject: Vec<u32>,
    label: Vec<u16>,
    row: Vec<u32>,
}

impl VoteColumns {
    pub(crate) fn push(&mut self, who: Who, label: u16) {
        self.volunteer.push(who.volunteer);
        self.subject.push(who.subject);
        self.label.push(label);
        self.row.push(who.row);
    }

    fn retain(&mut self, is_kept: &[bool]) {
        let mut n = 0;
        for index in 0..self.row.len() {
            if is_kept[self.row[index] as usize] {
                self.volunteer[n] = self.volunteer[index];
                self.subject[n] = self.subject[index];
                self.label[n] = self.label[index];
                n += 1;
            }
        }
        self.volunteer.truncate(n);
        self.subject.truncate(n);
        self.label.truncate(n);
        self.row = vec![];
    }
}

/// What makes a question of columns.
pub(crate) struct Parts {
    pub(crate) name: String,
    pub(crate) key: String,
    pub(crate) classes: Vec<String>,
    pub(crate) votes: VoteColumns,
    pub(crate) gold: VoteColumns,
    /// The ids of the subjects, where not those of the export.
    pub(crate) subjects: Option<Arc<Names>>,
}

impl Parts {
    /// The rows that stay, with label `l` become `places[l]`.
    pub(crate) fn finish(mut self, places: &[u16], shared: &Shared) -> Question {
        self.votes.retain(&shared.is_kept);
        self.gold.retain(&shared.is_kept);
        for label in self.votes.label.iter_mut().chain(&mut self.gold.label) {
            *label = places[usize::from(*label)];
        }
        let mut truths: BTreeMap<u32, Option<u16>> = BTreeMap::new();
        for (&subject, &label) in self.gold.subject.iter().zip(&self.gold.label) {
            let truth = truths.entry(subject).or_insert(Some(label));
            *truth = truth.filter(|&truth| truth == label);
        }
        Question {
            name: self.name,
            key: self.key,
            classes: self.classes,
            volunteer: self.votes.volunteer,
            subject: self.votes.subject,
            label: self.votes.label,
            n_gold_conflicts: truths.values().filter(|truth| truth.is_none()).count(),
            gold: truths
                .iter()
                .filter_map(|(&subject, truth)| Some((subject as usize, usize::from((*truth)?))))
                .collect(),
            subjects: self.subjects.unwrap_or_else(|| shared.subjects.clone()),
            volunteers: shared.volunteers.clone(),
        }
    }
}
