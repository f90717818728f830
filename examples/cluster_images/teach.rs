//! What a few labels add: the clustering retrained on the classes of some images, which says those of all, and is scored on the others.

use crate::Settings;
use anyhow::{Result, ensure};
use common::files;
use common::session::{MULTITASK, Session};
use manyhands_dec::{Dec, Multitask, Profile, Segment, hard_assignment};
use ndarray::ArrayView2;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::fmt::Write;
use std::path::Path;

/// Labels that the training needs of a class: one to learn from, one to watch.
const LABELS_PER_CLASS: usize = 2;

/// The images whose classes are told, and those that are asked.
pub(crate) struct Lesson<'t> {
    truth: &'t [usize],
    labels: Vec<Option<usize>>,
    asked: Vec<usize>,
    n_classes: usize,
}

impl<'t> Lesson<'t> {
    /// `n_labels` images drawn at random; an error where they are all, all are of one class, or a class below the highest has too few.
    pub(crate) fn draw(truth: &'t [usize], n_labels: usize, seed: u64) -> Result<Self> {
        ensure!(n_labels < truth.len(), "--labels {n_labels}: wants fewer than the {} images", truth.len());
        let mut rows: Vec<usize> = (0..truth.len()).collect();
        rows.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let asked = rows.split_off(n_labels);
        let mut labels = vec![None; truth.len()];
        rows.iter().for_each(|&row| labels[row] = Some(truth[row]));
        let highest = truth.iter().copied().max().unwrap_or_default();
        for class in 0..=highest {
            let n = rows.iter().filter(|&&row| truth[row] == class).count();
            ensure!(
                n >= LABELS_PER_CLASS,
                "--labels {n_labels}: {n} of class {class}, wants at least {LABELS_PER_CLASS} of each class, counted from 0"
            );
        }
        ensure!(highest > 0, "--labels {n_labels}: all images are of class 0, wants at least two classes");
        Ok(Self { truth, labels, asked, n_classes: highest + 1 })
    }

    /// Writes the retrained model to `multitask.safetensors`, what it says of each image, and how surely, to `classes.csv`; gives the share of the
    /// images without a label whose class it tells right.
    pub(crate) fn teach(
        &self,
        dec: Dec,
        images: ArrayView2<'_, f32>,
        settings: &Settings,
        session: &Session,
        out: &Path,
    ) -> Result<f64> {
        let profile = settings.profile.profile();
        let (multitask, _) = session.train(
            "multitask",
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
        let right = self.asked.iter().filter(|&&row| classes[row] == self.truth[row]).count();
        Ok(right as f64 / self.asked.len() as f64)
    }
}
