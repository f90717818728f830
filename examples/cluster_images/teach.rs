//! What a few labels add: the clustering retrained on the classes of some images, which says those of all, and is scored on the others.

use crate::Settings;
use anyhow::{Context, Result, ensure};
use common::files;
use common::images::digest;
use common::session::{MULTITASK, Session};
use manyhands_dec::{Dec, Multitask, Profile, Segment, hard_assignment};
use ndarray::ArrayView2;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::fmt::Write;
use std::path::Path;
use std::str::FromStr;

/// Labels that the training needs of a class: one to learn from, one to watch.
const LABELS_PER_CLASS: usize = 2;

/// How many of the known classes are told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NLabels {
    All,
    /// So many, at random.
    Drawn(usize),
}

impl FromStr for NLabels {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "all" => Ok(Self::All),
            _ => text.parse().map(Self::Drawn).map_err(|_| "wants a number, or all"),
        }
    }
}

/// The images whose classes are told, and those that are asked.
pub(crate) struct Lesson<'t> {
    truth: &'t [Option<usize>],
    labels: Vec<Option<usize>>,
    /// Of known class, and not told.
    asked: Vec<usize>,
    n_classes: usize,
}

impl<'t> Lesson<'t> {
    /// All images of known class, or so many drawn at random; an error where there are fewer, all are of one class, or a class below the
    /// highest has too few.
    pub(crate) fn draw(truth: &'t [Option<usize>], n_labels: NLabels, seed: u64) -> Result<Self> {
        let highest = truth.iter().flatten().copied().max();
        let highest = highest.context("--labels: wants images whose classes are known")?;
        ensure!(highest > 0, "--labels: all images are of class 0, wants at least two classes");
        let mut rows: Vec<usize> = (0..truth.len()).filter(|&row| truth[row].is_some()).collect();
        let n_labels = match n_labels {
            NLabels::All => rows.len(),
            NLabels::Drawn(n) => n,
        };
        ensure!(
            n_labels <= rows.len(),
            "--labels {n_labels}: wants at most the {} images of known class",
            rows.len()
        );
        rows.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let asked = rows.split_off(n_labels);
        let mut labels = vec![None; truth.len()];
        rows.iter().for_each(|&row| labels[row] = truth[row]);
        for class in 0..=highest {
            let n = labels.iter().filter(|&&label| label == Some(class)).count();
            ensure!(
                n >= LABELS_PER_CLASS,
                "--labels: {n} of the {n_labels} are of class {class}, wants at least {LABELS_PER_CLASS} of each class, counted from 0"
            );
        }
        Ok(Self { truth, labels, asked, n_classes: highest + 1 })
    }

    /// Writes the retrained model to `multitask.safetensors`, what it says of each image, and how surely, to `classes.csv`; gives the share it
    /// tells right of the images of known class that it was not told.
    pub(crate) fn teach(
        &self,
        dec: Dec,
        images: ArrayView2<'_, f32>,
        settings: &Settings,
        session: &Session,
        out: &Path,
    ) -> Result<Option<f64>> {
        let profile = settings.profile.profile();
        // Other labels are another training: one that is there can be told more.
        let told: Vec<usize> = self.labels.iter().map(|label| label.map_or(0, |class| class + 1)).collect();
        let (multitask, _) = session.train(
            &format!("multitask {:.8}", digest(&[], &told)),
            &MULTITASK,
            || {
                let params = Multitask::params(self.n_classes);
                let params = params.profile(profile).seed(settings.seed).max_epochs(settings.epochs);
                // Ten labels in a thousand images say which cluster is what, and correct a few; the clusters hold everything else in its place.
                let params = if profile == Profile::Quick {
                    params.cluster_weight(1.0).schedule(&[Segment::longer(5, 300, 1e-4)])
                } else {
                    params
                };
                Ok(params.backend(settings.backend).training(dec, images, &self.labels)?)
            },
            |_, _| Ok(()),
        )?;
        multitask.save(out.join("multitask.safetensors"))?;
        let probabilities = multitask.predict_proba(images)?;
        let classes = hard_assignment(probabilities.view());
        let mut csv = "image,class,probability,is_taught\n".to_owned();
        for (row, &class) in classes.iter().enumerate() {
            let is_taught = u8::from(self.labels[row].is_some());
            writeln!(csv, "{row},{class},{},{is_taught}", probabilities[[row, class]])?;
        }
        files::write(&out.join("classes.csv"), csv)?;
        let right = self.asked.iter().filter(|&&row| self.truth[row] == Some(classes[row])).count();
        Ok((!self.asked.is_empty()).then(|| right as f64 / self.asked.len() as f64))
    }
}
