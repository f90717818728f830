//! The tables: clumps, volunteers and subjects as CSV.

use anyhow::Result;
use common::names::hashed;
use csv::Writer;
use manyhands_clicks::{ClickModel, Shape};

use crate::data::Data;
use crate::finder::Found;

type Table = Writer<Vec<u8>>;

/// The reported clumps, one row each.
pub(crate) fn clumps(data: &Data, found: &Found) -> Result<Vec<u8>> {
    let mut table = Writer::from_writer(Vec::new());
    let sizes: &[&str] = match data.survey.shape() {
        Shape::Point => &[],
        Shape::Circle => &["radius"],
        Shape::Box => &["box_width", "box_height"],
    };
    let before = ["image", "x", "y"];
    let after = ["sigma", "probability", "n_marks", "n_viewers", "label"];
    write(&mut table, before.iter().chain(sizes).chain(&after))?;
    for (index, clumps) in found.clumps.iter().enumerate() {
        let image = data.subject_name(index);
        let n_viewers = data.survey.subject(index).n_viewers();
        for clump in clumps {
            let [x, y] = clump.position;
            let mut row = vec![image.clone(), format!("{x:.3}"), format!("{y:.3}")];
            row.extend((0..sizes.len()).map(|axis| number(clump.size.map(|size| size[axis]))));
            row.extend([number(clump.sigma), number(clump.probability)]);
            row.extend([clump.marks.len().to_string(), n_viewers.to_string()]);
            row.push(
                clump.label.and_then(|label| data.labels.get(label as usize)).cloned().unwrap_or_default(),
            );
            table.write_record(&row)?;
        }
    }
    finish(table)
}

/// What everybody did, and what the model knows of them; with the truth beside it where volunteers are simulated.
pub(crate) fn volunteers(data: &Data, found: &Found, show_names: bool) -> Result<Vec<u8>> {
    let mut table = Writer::from_writer(Vec::new());
    let mut header = vec!["volunteer", "n_images", "n_marks", "n_marks_in_clumps"];
    if found.model.is_some() {
        header.extend([
            "miss",
            "miss_low",
            "miss_high",
            "false_marks",
            "false_marks_low",
            "false_marks_high",
        ]);
        header.extend(["sigma", "sigma_low", "sigma_high", "bias_x", "bias_y", "is_spammer"]);
    }
    if data.skills.is_some() {
        header.extend(["true_kind", "true_miss", "true_false_marks", "true_sigma"]);
    }
    write(&mut table, &header)?;
    for (volunteer, counts) in counts(data, found).into_iter().enumerate() {
        let name = data.volunteer_name(volunteer);
        let mut row = vec![if show_names { name } else { hashed(&name) }];
        row.extend(counts.map(|count| count.to_string()));
        if let Some(model) = &found.model {
            row.extend(skills(model, volunteer)?);
        }
        if let Some(skills) = &data.skills {
            let truth = skills[volunteer];
            row.push(format!("{:?}", truth.kind).to_lowercase());
            row.extend([truth.miss, truth.false_marks, truth.scatter].map(|x| number(Some(x))));
        }
        table.write_record(&row)?;
    }
    finish(table)
}

/// Images that they saw, marks, and marks in reported clumps, per volunteer.
fn counts(data: &Data, found: &Found) -> Vec<[usize; 3]> {
    let mut counts = vec![[0; 3]; data.survey.n_volunteers()];
    for (subject, clumps) in data.survey.subjects().zip(&found.clumps) {
        let of = |mark: usize| subject.viewers[subject.mark_viewers[mark] as usize] as usize;
        subject.viewers.iter().for_each(|&volunteer| counts[volunteer as usize][0] += 1);
        (0..subject.n_marks()).for_each(|mark| counts[of(mark)][1] += 1);
        clumps.iter().flat_map(|clump| &clump.marks).for_each(|&mark| counts[of(mark)][2] += 1);
    }
    counts
}

/// The model's numbers of a volunteer, with 95 % intervals.
fn skills(model: &ClickModel, volunteer: usize) -> Result<Vec<String>> {
    let estimate = model.volunteer(volunteer);
    let intervals = estimate.intervals(0.95)?;
    let numbers = [
        (estimate.miss, intervals.miss),
        (estimate.false_marks, intervals.false_marks),
        (estimate.sigma, intervals.sigma),
    ];
    let mut row: Vec<String> =
        numbers.iter().flat_map(|&(x, (low, high))| [x, low, high]).map(|x| number(Some(x))).collect();
    row.extend(estimate.bias.map(|bias| number(Some(bias))));
    row.push(estimate.is_spammer().to_string());
    Ok(row)
}

/// What is known about every image.
pub(crate) fn subjects(data: &Data, found: &Found) -> Result<Vec<u8>> {
    let mut table = Writer::from_writer(Vec::new());
    let mut header = vec!["image", "n_viewers", "n_marks", "n_clumps"];
    if data.truth.is_some() {
        header.push("n_true");
    }
    if found.model.is_some() {
        header.extend(["n_objects", "missed", "false", "misplaced", "risk", "gain", "finished"]);
        header.extend(["difficulty", "difficulty_sd", "blur"]);
    }
    write(&mut table, &header)?;
    for (index, subject) in data.survey.subjects().enumerate() {
        let mut row = vec![data.subject_name(index)];
        row.extend(
            [subject.n_viewers(), subject.n_marks(), found.clumps[index].len()].map(|n| n.to_string()),
        );
        row.extend(data.truth.as_ref().map(|truth| truth[index].len().to_string()));
        if let Some(model) = &found.model {
            let known = model.subject(index);
            let risk = [known.n_objects, known.missed, known.false_, known.misplaced, known.risk, known.gain];
            row.extend(risk.map(|x| number(Some(x))));
            row.push(known.finished.to_string());
            row.extend([known.difficulty, known.difficulty_sd, known.blur].map(|x| number(Some(x))));
        }
        table.write_record(&row)?;
    }
    finish(table)
}

fn write(table: &mut Table, fields: impl IntoIterator<Item = impl AsRef<str>>) -> Result<()> {
    let fields: Vec<String> = fields.into_iter().map(|field| field.as_ref().to_owned()).collect();
    Ok(table.write_record(&fields)?)
}

fn number(x: Option<f64>) -> String {
    // No −0.
    x.map_or_else(String::new, |x| format!("{:.4}", x + 0.0))
}

fn finish(table: Table) -> Result<Vec<u8>> {
    Ok(table.into_inner().map_err(csv::IntoInnerError::into_error)?)
}
