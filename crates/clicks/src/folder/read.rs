//! The four tables, one after the other, into a survey with names.

use std::io::Read;
use std::path::Path;

use hashbrown::{HashMap, hash_map::Entry};

use super::names::Names;
use super::table::{Column, Table};
use super::{SurveyFolder, Tables};
use crate::survey::range::{LENGTH, NEAR, SIDE};
use crate::survey::{Click, Repeats, Size, Survey, SurveyBuilder};
use crate::{Error, Result};

pub(super) fn read<R: Read>(tables: Tables<R>, dir: &Path, repeats: Repeats) -> Result<SurveyFolder> {
    let mut reading = Reading {
        builder: Survey::builder().repeats(repeats),
        subjects: Names::default(),
        volunteers: Names::default(),
        labels: Names::default(),
        annotations: None,
        viewers: HashMap::new(),
    };
    reading.images(Table::new(tables.images, dir.join("images.csv"))?)?;
    reading.viewers(Table::new(tables.viewers, dir.join("viewers.csv"))?)?;
    let marks = Table::new(tables.marks, dir.join("marks.csv"))?;
    if marks.optional("annotation").is_some() != reading.annotations.is_some() {
        let file = if reading.annotations.is_some() { "marks.csv" } else { "viewers.csv" };
        return Err(Error::MissingColumn { file: dir.join(file), column: "annotation" });
    }
    reading.marks(marks)?;
    let truth = match tables.truth {
        Some(truth) => Some(reading.truth(Table::new(truth, dir.join("truth.csv"))?)?),
        None => None,
    };
    Ok(SurveyFolder {
        survey: reading.builder.build()?,
        subjects: reading.subjects.into_names(),
        volunteers: reading.volunteers.into_names(),
        labels: reading.labels.into_names(),
        truth,
    })
}

/// What has been read so far.
struct Reading {
    builder: SurveyBuilder,
    subjects: Names,
    volunteers: Names,
    labels: Names,
    /// Values of the column `annotation`, if there is one.
    annotations: Option<Names>,
    /// From subject, volunteer and annotation (0 without the column) to the builder's number.
    viewers: HashMap<[u32; 3], u32>,
}

impl Reading {
    fn images<R: Read>(&mut self, mut table: Table<R>) -> Result<()> {
        let [image, width, height] = table.columns(["image", "width", "height"])?;
        while table.next()? {
            if !self.subjects.insert(table.text(image), "subjects")?.1 {
                return Err(table.field(image, "an image that has no row yet"));
            }
            self.builder.subject(table.number(width, &SIDE)?, table.number(height, &SIDE)?)?;
        }
        Ok(())
    }

    fn viewers<R: Read>(&mut self, mut table: Table<R>) -> Result<()> {
        let [image, volunteer] = table.columns(["image", "volunteer"])?;
        let annotation = table.optional("annotation");
        let mut annotations = Names::default();
        while table.next()? {
            let subject = self.subject(&table, image)?;
            if table.text(volunteer).is_empty() {
                self.builder.silent(subject as usize, 1)?;
                continue;
            }
            let (who, _) = self.volunteers.insert(table.text(volunteer), "volunteers")?;
            let number = match annotation {
                Some(column) => annotations.insert(table.text(column), "annotations")?.0,
                None => 0,
            };
            match self.viewers.entry([subject, who, number]) {
                Entry::Vacant(viewer) => {
                    viewer.insert(self.builder.annotate(subject as usize, who as usize, &[])? as u32);
                }
                Entry::Occupied(_) => {
                    let wants = "a volunteer who has no row for this image (and annotation) yet";
                    return Err(table.field(volunteer, wants));
                }
            }
        }
        self.annotations = annotation.map(|_| annotations);
        Ok(())
    }

    fn marks<R: Read>(&mut self, mut table: Table<R>) -> Result<()> {
        let [image, volunteer, x, y] = table.columns(["image", "volunteer", "x", "y"])?;
        let size = SizeColumns::of(&table)?;
        let [annotation, label, time] = ["annotation", "label", "time"].map(|name| table.optional(name));
        while table.next()? {
            let subject = self.subject(&table, image)?;
            let who = self.volunteers.get(table.text(volunteer));
            let number = match annotation.zip(self.annotations.as_ref()) {
                Some((column, annotations)) => annotations.get(table.text(column)),
                None => Some(0),
            };
            let viewer = who.zip(number).and_then(|(who, number)| self.viewers.get(&[subject, who, number]));
            let Some(&viewer) = viewer else {
                let wants = "a volunteer whom viewers.csv lists for this image (and annotation)";
                return Err(table.field(volunteer, wants));
            };
            let mut click = Click::point(table.number(x, &NEAR)?, table.number(y, &NEAR)?);
            click.size = size.read(&table)?;
            if let Some(label) = label.map(|column| table.text(column)).filter(|text| !text.is_empty()) {
                click.label = Some(self.labels.insert(label, "labels")?.0);
            }
            if let Some(time) = time.filter(|&column| !table.text(column).is_empty()) {
                click.time = Some(table.number(time, &NEAR)?);
            }
            self.builder.add(viewer as usize, click)?;
        }
        Ok(())
    }

    /// Objects' positions, per subject.
    fn truth<R: Read>(&self, mut table: Table<R>) -> Result<Vec<Vec<[f64; 2]>>> {
        let [image, x, y] = table.columns(["image", "x", "y"])?;
        let mut truth = vec![Vec::new(); self.subjects.len()];
        while table.next()? {
            let subject = self.subject(&table, image)?;
            truth[subject as usize].push([table.number(x, &NEAR)?, table.number(y, &NEAR)?]);
        }
        Ok(truth)
    }

    fn subject<R: Read>(&self, table: &Table<R>, image: Column) -> Result<u32> {
        self.subjects.get(table.text(image)).ok_or_else(|| table.field(image, "an image of images.csv"))
    }
}

/// The columns that say how large a mark is.
enum SizeColumns {
    Point,
    Circle(Column),
    Box([Column; 2]),
}

impl SizeColumns {
    fn of<R: Read>(table: &Table<R>) -> Result<Self> {
        if let Some(radius) = table.optional("radius") {
            return Ok(Self::Circle(radius));
        }
        let sides = ["box_width", "box_height"];
        if sides.iter().all(|side| table.optional(side).is_none()) {
            return Ok(Self::Point);
        }
        Ok(Self::Box(table.columns(sides)?))
    }

    fn read<R: Read>(&self, table: &Table<R>) -> Result<Option<Size>> {
        Ok(match *self {
            Self::Point => None,
            Self::Circle(radius) => Some(Size::Circle { radius: table.number(radius, &LENGTH)? }),
            Self::Box([width, height]) => {
                let [width, height] = [table.number(width, &LENGTH)?, table.number(height, &LENGTH)?];
                Some(Size::Box { width, height })
            }
        })
    }
}
