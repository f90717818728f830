//! A drawing: who saw which subject, and what they marked there, be it nothing.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    Mark, Names,
    collect::{Shared, Who},
};

/// The annotations of a drawing task, in the order of the rows: every viewer of a subject with their marks. Those who marked nothing
/// are there too, with no marks: that they saw nothing is information.
///
/// ```
/// use manyhands_zooniverse::{Config, Extracts, Kind, Task};
///
/// let export = "user_name,user_id,subject_ids,annotations\n\
///     ada,1,31,\"[{\"\"task\"\":\"\"T0\"\",\"\"value\"\":[{\"\"tool\"\":0,\"\"frame\"\":0,\"\"x\"\":7.5,\"\"y\"\":2,\"\"details\"\":[]}]}]\"\n\
///     ben,2,31,\"[{\"\"task\"\":\"\"T0\"\",\"\"value\"\":[]}]\"\n";
/// let config = Config::new().task("clumps", Task::new(Kind::Drawing, ["T0"]));
/// let extracts = Extracts::params(config).read(export.as_bytes(), std::io::sink())?;
/// let clumps = extracts.drawing("clumps").unwrap();
/// assert_eq!(clumps.annotations().count(), 2);
/// assert_eq!(clumps.annotations().next().unwrap().points().collect::<Vec<_>>(), [(7.5, 2.0)]);
/// assert_eq!(clumps.annotations().filter(|annotation| annotation.is_silent()).count(), 1);
/// # Ok::<(), manyhands_zooniverse::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Drawing {
    name: String,
    crowd: Table,
    gold: Table,
    sizes: BTreeMap<u32, (f64, f64)>,
    subjects: Arc<Names>,
    volunteers: Arc<Names>,
}

#[derive(Debug, Clone, Default)]
struct Table {
    volunteer: Vec<u32>,
    subject: Vec<u32>,
    /// Where the marks of each annotation end.
    ends: Vec<usize>,
    marks: Vec<Mark>,
}

impl Table {
    fn annotations(&self) -> impl ExactSizeIterator<Item = Annotation<'_>> + '_ {
        (0..self.ends.len()).map(|index| {
            let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
            Annotation {
                subject: self.subject[index] as usize,
                volunteer: self.volunteer[index] as usize,
                marks: &self.marks[start..self.ends[index]],
            }
        })
    }
}

/// What one volunteer marked on one subject.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Annotation<'a> {
    /// Index of the subject in [`Drawing::subjects`].
    pub subject: usize,
    /// Index of the volunteer in [`Drawing::volunteers`].
    pub volunteer: usize,
    /// The marks, in the order in which they were made.
    pub marks: &'a [Mark],
}

impl<'a> Annotation<'a> {
    /// Whether the volunteer saw the subject and marked nothing.
    pub fn is_silent(self) -> bool {
        self.marks.is_empty()
    }

    /// The position of every mark that has one, in pixels.
    pub fn points(self) -> impl Iterator<Item = (f64, f64)> + 'a {
        self.marks.iter().filter_map(Mark::position)
    }
}

impl Drawing {
    /// The task's name in the configuration.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many annotations there are, silent ones too.
    pub fn n_annotations(&self) -> usize {
        self.crowd.ends.len()
    }

    /// How many marks there are in all.
    pub fn n_marks(&self) -> usize {
        self.crowd.marks.len()
    }

    /// Every annotation, in the order of the rows.
    pub fn annotations(&self) -> impl ExactSizeIterator<Item = Annotation<'_>> + '_ {
        self.crowd.annotations()
    }

    /// Annotations of experts, from rows that are gold ([`GoldRows::Gold`](crate::GoldRows::Gold)); they are not among the others.
    pub fn gold(&self) -> impl ExactSizeIterator<Item = Annotation<'_>> + '_ {
        self.gold.annotations()
    }

    /// Width and height of a subject's picture at its natural size, in pixels, where a volunteer's browser told; that
    /// of the first row that did.
    pub fn size(&self, subject: usize) -> Option<(f64, f64)> {
        self.sizes.get(&u32::try_from(subject).ok()?).copied()
    }

    /// The ids of the subjects.
    pub fn subjects(&self) -> &Names {
        &self.subjects
    }

    /// Who annotated.
    pub fn volunteers(&self) -> &Names {
        &self.volunteers
    }
}

/// Annotations as they come in.
#[derive(Debug, Default)]
pub(crate) struct DrawingColumns {
    who: Vec<Who>,
    ends: Vec<usize>,
    marks: Vec<Mark>,
    sizes: BTreeMap<u32, (f64, f64)>,
}

impl DrawingColumns {
    pub(crate) fn push(&mut self, who: Who, size: Option<(f64, f64)>, marks: impl Iterator<Item = Mark>) {
        self.who.push(who);
        self.marks.extend(marks);
        self.ends.push(self.marks.len());
        if let Some(size) = size {
            self.sizes.entry(who.subject).or_insert(size);
        }
    }

    pub(crate) fn finish(self, name: String, shared: &Shared) -> Drawing {
        let (mut crowd, mut gold) = (Table::default(), Table::default());
        let mut marks = self.marks.into_iter();
        let mut start = 0;
        for (who, end) in self.who.into_iter().zip(self.ends) {
            let of_this = marks.by_ref().take(end - start);
            start = end;
            if shared.is_kept[who.row as usize] {
                let table = if who.is_gold { &mut gold } else { &mut crowd };
                table.marks.extend(of_this);
                table.ends.push(table.marks.len());
                table.subject.push(who.subject);
                table.volunteer.push(who.volunteer);
            } else {
                of_this.for_each(drop);
            }
        }
        let (subjects, volunteers) = (shared.subjects.clone(), shared.volunteers.clone());
        Drawing { name, crowd, gold, sizes: self.sizes, subjects, volunteers }
    }
}
