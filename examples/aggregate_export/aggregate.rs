//! Votes into labels, and the tables that stay on disk.

use anyhow::Result;
use common::files;
use manyhands_votes::{Estimate, MajorityVote, Swap, Vote};
use manyhands_zooniverse::{Drawing, Mark, Question, Shape};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// What the votes on a question say.
pub(crate) struct Aggregate<'a> {
    pub(crate) question: &'a Question,
    /// Subjects of known truth that have votes.
    pub(crate) gold: Vec<(usize, usize)>,
    /// Whether the estimates are those of SWAP: where each class has gold. Else they are those of the majority.
    pub(crate) is_weighed: bool,
    pub(crate) estimates: Vec<(usize, Estimate)>,
    pub(crate) volunteers: Vec<Known>,
    /// For every vote on a subject with others and every class: the share of those others for it, and whether this one is.
    pub(crate) next_votes: Vec<(f64, bool)>,
}

/// What is known of a volunteer.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) name: String,
    pub(crate) n_votes: usize,
    /// Share of the votes on subjects with others that agree with what most others say.
    pub(crate) agreement: Option<f64>,
    /// Bits, from gold.
    pub(crate) skill: Option<f64>,
}

impl<'a> Aggregate<'a> {
    pub(crate) fn of(question: &'a Question, truths: Vec<(usize, usize)>) -> Result<Self> {
        let votes: Vec<Vote> = question.votes().collect();
        let mut aggregate = Self {
            question,
            gold: vec![],
            is_weighed: false,
            estimates: vec![],
            volunteers: vec![],
            next_votes: vec![],
        };
        let n_classes = question.classes().len();
        // With one class there is nothing to tell apart.
        if votes.is_empty() || n_classes < 2 {
            return Ok(aggregate);
        }
        let majority = MajorityVote::params(n_classes).fit(&votes)?;
        aggregate.gold =
            truths.into_iter().filter(|(subject, _)| majority.estimate(*subject).is_some()).collect();
        // Of a class without gold, SWAP would know nothing, and mistake that for evidence.
        let has_gold_of = |class| aggregate.gold.iter().any(|(_, truth)| *truth == class);
        // No class is favoured beforehand.
        let prior = vec![1.0 / n_classes as f64; n_classes];
        let swap = match (0..n_classes).all(has_gold_of) {
            true => Some(Swap::params(prior).gold(&aggregate.gold).fit(&votes)?),
            false => None,
        };
        aggregate.is_weighed = swap.is_some();
        aggregate.estimates = match &swap {
            Some(swap) => swap.subjects().collect(),
            None => majority.subjects().collect(),
        };
        let mut agreements: BTreeMap<usize, (usize, usize, usize)> = BTreeMap::new();
        let tallies: BTreeMap<usize, Vec<u32>> = question.tallies().into_iter().collect();
        for vote in &votes {
            let (n_votes, n_compared, n_agree) = agreements.entry(vote.volunteer).or_default();
            *n_votes += 1;
            let mut others = tallies[&vote.subject].clone();
            others[vote.label] -= 1;
            let n_others: u32 = others.iter().sum();
            let most = others.iter().copied().max().unwrap_or(0);
            if n_others > 0 {
                // Ties go to the lower class.
                let agrees = others.iter().position(|&n| n == most) == Some(vote.label);
                *n_compared += 1;
                *n_agree += usize::from(agrees);
                let shares = others.iter().map(|&n| f64::from(n) / f64::from(n_others));
                aggregate
                    .next_votes
                    .extend(shares.enumerate().map(|(class, share)| (share, class == vote.label)));
            }
        }
        let known = |(volunteer, (n_votes, n_compared, n_agree)): (usize, (usize, usize, usize))| Known {
            name: question.volunteers().name(volunteer).unwrap_or_default().to_owned(),
            n_votes,
            agreement: (n_compared > 0).then(|| n_agree as f64 / n_compared as f64),
            skill: swap.as_ref().and_then(|swap| swap.volunteer(volunteer)).map(|known| known.skill()),
        };
        aggregate.volunteers = agreements.into_iter().map(known).collect();
        aggregate.volunteers.sort_by(|a, b| (b.n_votes, &a.name).cmp(&(a.n_votes, &b.name)));
        Ok(aggregate)
    }

    pub(crate) fn method(&self) -> &'static str {
        if self.is_weighed { "SWAP in two passes" } else { "majority vote" }
    }

    pub(crate) fn summary(&self) -> String {
        format!(
            "{}: {} votes of {} volunteers, {} subjects labelled by {}, {} of them gold",
            self.question.name(),
            self.question.n_votes(),
            self.volunteers.len(),
            self.estimates.len(),
            self.method(),
            self.gold.len()
        )
    }

    /// `labels_…`, `reductions_…`, `consensus_…` and `volunteers_….csv`, called by `name`.
    pub(crate) fn write(&self, out: &Path, name: &str, workflow: &str) -> Result<()> {
        let mut table = vec![];
        self.question.write_labels(self.estimates.iter().cloned(), &mut table)?;
        files::write(&out.join(format!("labels_{name}.csv")), table)?;
        let mut table = vec![];
        self.question.write_reductions(workflow, &mut table)?;
        files::write(&out.join(format!("reductions_{name}.csv")), table)?;
        let mut table = vec![];
        self.question.write_consensus(workflow, &mut table)?;
        files::write(&out.join(format!("consensus_{name}.csv")), table)?;
        let mut text = "volunteer,n_votes,agreement,skill_bits\n".to_owned();
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.4}"));
        for known in &self.volunteers {
            let quoted = known.name.replace('"', "\"\"");
            writeln!(
                text,
                "\"{quoted}\",{},{},{}",
                known.n_votes,
                number(known.agreement),
                number(known.skill)
            )?;
        }
        files::write(&out.join(format!("volunteers_{name}.csv")), text)
    }
}

/// `marks_….csv`, called by `name`: a row for every mark, and one without a mark for everybody who marked nothing.
pub(crate) fn write_drawing(drawing: &Drawing, out: &Path, name: &str) -> Result<()> {
    let mut text = "subject_id,volunteer,tool,frame,shape,x,y\n".to_owned();
    for annotation in drawing.annotations() {
        let subject = drawing.subjects().name(annotation.subject).unwrap_or_default();
        let volunteer =
            drawing.volunteers().name(annotation.volunteer).unwrap_or_default().replace('"', "\"\"");
        if annotation.is_silent() {
            writeln!(text, "{subject},\"{volunteer}\",,,,,")?;
        }
        for mark in annotation.marks {
            let (x, y) =
                mark.position().map_or_else(Default::default, |(x, y)| (x.to_string(), y.to_string()));
            writeln!(text, "{subject},\"{volunteer}\",{},{},{},{x},{y}", mark.tool, mark.frame, shape(mark))?;
        }
    }
    files::write(&out.join(format!("marks_{name}.csv")), text)
}

fn shape(mark: &Mark) -> &'static str {
    match mark.shape {
        Shape::Point { .. } => "point",
        Shape::Circle { .. } => "circle",
        Shape::Ellipse { .. } => "ellipse",
        Shape::Rectangle { .. } => "rectangle",
        Shape::Line { .. } => "line",
        Shape::Path { .. } => "path",
        _ => "other",
    }
}
