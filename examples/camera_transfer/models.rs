//! The models that are compared: the project's, and the same layers taught from scratch.

use crate::Settings;
use anyhow::Result;
use common::session::{AUTOENCODER, DEC, MULTITASK, SUPERVISED, Session};
use manyhands_dec::{Autoencoder, Dec, HeadInput, InputScale, Multitask, Supervised};
use ndarray::ArrayView2;

/// Layers of the encoder (section 2.1 of Muon Hunters 2.0), and clusters of its first stage.
const DIMS: [usize; 4] = [500, 500, 2000, 10];
const N_CLUSTERS: usize = 10;

/// The project's model: clusters found without labels, and then taught.
pub(crate) fn multitask(
    settings: &Settings,
    session: &Session,
    images: ArrayView2<'_, f32>,
    labels: &[Option<usize>],
) -> Result<Multitask> {
    let (autoencoder, _) = session.train(
        "autoencoder",
        &AUTOENCODER,
        || {
            let params = Autoencoder::params(&DIMS).input_scale(InputScale::UnitMeanSquarePerSample);
            Ok(params
                .seed(settings.seed)
                .max_epochs(settings.epochs)
                .backend(settings.backend)
                .training(images)?)
        },
        |_, _| Ok(()),
    )?;
    let (dec, _) = session.train(
        "DEC",
        &DEC,
        || {
            let params = Dec::params(N_CLUSTERS).seed(settings.seed).max_epochs(settings.epochs);
            Ok(params.backend(settings.backend).training(autoencoder, images)?)
        },
        |_, _| Ok(()),
    )?;
    let (multitask, _) = session.train(
        "multitask",
        &MULTITASK,
        || {
            let params = Multitask::params(2).head_input(HeadInput::Embedding).seed(settings.seed);
            Ok(params.max_epochs(settings.epochs).backend(settings.backend).training(dec, images, labels)?)
        },
        |_, _| Ok(()),
    )?;
    Ok(multitask)
}

/// The same layers without the clusters, for comparison.
pub(crate) fn supervised(
    settings: &Settings,
    session: &Session,
    images: ArrayView2<'_, f32>,
    labels: &[Option<usize>],
) -> Result<Supervised> {
    let (supervised, _) = session.train(
        "supervised",
        &SUPERVISED,
        || {
            let params = Supervised::params(&DIMS, 2).input_scale(InputScale::UnitMeanSquarePerSample);
            Ok(params
                .seed(settings.seed)
                .max_epochs(settings.epochs)
                .backend(settings.backend)
                .training(images, labels)?)
        },
        |_, _| Ok(()),
    )?;
    Ok(supervised)
}
