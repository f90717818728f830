//! The images of the file that the models are asked about.

use crate::prepare::prepare;
use crate::score::called;
use crate::{Args, Part, is_blank};
use anyhow::{Context, Result, ensure};
use common::images::{ensure_finite, members, read_members, read_positions};
use common::{camera, files};
use manyhands_sim::Camera;
use ndarray::{Array2, Axis};
use serde::Serialize;
use std::fmt::{self, Write};
use std::path::Path;

/// Images ready for a model, with where they come from and what is known of them.
pub(crate) struct Asked {
    pub(crate) images: Array2<f32>,
    /// Member of the file that each image is of, and its place there.
    from: Vec<(String, usize)>,
    /// Which are muons, where that is known.
    pub(crate) truth: Vec<Option<bool>>,
}

/// What the model made of a member whose classes nobody knows.
#[derive(Debug, Serialize)]
pub(crate) struct Calls {
    member: String,
    n_images: usize,
    n_blank: usize,
    /// Of those that are not blank.
    n_called_muon: usize,
}

impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { member, n_images, n_blank, n_called_muon } = self;
        let n_seen = n_images - n_blank;
        write!(
            f,
            "{member}: {n_images} images, {n_blank} of them blank; {n_called_muon} of the other {n_seen} called muons"
        )
    }
}

impl Asked {
    pub(crate) fn read(args: &Args) -> Result<(Self, Camera)> {
        let place = args.images.display();
        let classes = args.classes.as_deref().map_or_else(|| Ok(Vec::new()), members)?;
        ensure!(
            classes.iter().all(|&(_, class)| class < 2),
            "--classes {}: wants 1 for muons and 0 for everything else",
            args.classes.as_deref().unwrap_or_default()
        );
        let labelled = classes.iter().map(|&(member, class)| (member, Some(class == 1)));
        let unlabelled = args.unlabelled.iter().map(|member| (member.as_str(), None));
        let members: Vec<_> = labelled.chain(unlabelled).collect();
        let names: Vec<&str> = members.iter().map(|&(name, _)| name).collect();
        for (i, name) in names.iter().enumerate() {
            ensure!(!names[..i].contains(name), "{name}: is named twice");
        }
        let (images, sizes) = read_members(&args.images, &names)?;
        let (mut from, mut truth) = (Vec::new(), Vec::new());
        for (&(member, class), n) in members.iter().zip(sizes) {
            from.extend((0..n).map(|image| (member.to_owned(), image)));
            truth.extend(std::iter::repeat_n(class, n));
        }
        ensure_finite(images.view()).with_context(|| place.to_string())?;
        ensure!(images.nrows() > 0, "{place}: has no images");
        let positions = read_positions(&args.images, images.ncols())?
            .with_context(|| format!("{place}: has no member xy_deg with the positions of the pixels"))?;
        let pitch = camera::pitch(&positions);
        let camera = Camera::new(positions, pitch)?;
        let images = prepare(&camera, images.view())?;
        Ok((Self { images, from, truth }, camera))
    }

    /// The images of known truth.
    pub(crate) fn labelled(&self) -> Part {
        let (rows, truth): (Vec<usize>, Vec<bool>) =
            self.truth.iter().enumerate().filter_map(|(row, truth)| Some((row, (*truth)?))).unzip();
        Part { name: "file", images: self.images.select(Axis(0), &rows), truth }
    }

    /// What `probabilities` make of each member without truth.
    pub(crate) fn calls(&self, probabilities: &[f64]) -> Vec<Calls> {
        let called = called(probabilities);
        let mut calls: Vec<Calls> = Vec::new();
        for (row, (member, _)) in self.from.iter().enumerate().filter(|&(row, _)| self.truth[row].is_none()) {
            if calls.last().is_none_or(|last| last.member != *member) {
                calls.push(Calls { member: member.clone(), n_images: 0, n_blank: 0, n_called_muon: 0 });
            }
            let last = calls.last_mut().expect("one has just been begun");
            let is_blank = is_blank(self.images.row(row));
            last.n_images += 1;
            last.n_blank += usize::from(is_blank);
            last.n_called_muon += usize::from(called[row] && !is_blank);
        }
        calls
    }

    /// A line for each image; `muon` is empty where it is not known.
    pub(crate) fn write(&self, path: &Path, probabilities: &[f64]) -> Result<()> {
        let mut csv = "member,image,muon,is_blank,probability\n".to_owned();
        for (row, ((member, image), p)) in self.from.iter().zip(probabilities).enumerate() {
            let muon = self.truth[row].map_or("", |is_muon| if is_muon { "1" } else { "0" });
            let is_blank = u8::from(is_blank(self.images.row(row)));
            writeln!(csv, "{member},{image},{muon},{is_blank},{p}")?;
        }
        files::write(path, csv)
    }
}
