//! The one error of the crate.

use std::path::PathBuf;

/// What can go wrong when a model is trained, used, saved or loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter lies outside its domain.
    #[error("{name} = {value}: wants {wants}")]
    Parameter {
        /// The parameter's name: as the method that sets it is called, or as the argument.
        name: &'static str,
        /// What it was.
        value: String,
        /// What it may be.
        wants: &'static str,
    },
    /// Too few images, or rows of k-means or principal components, for what is asked of them.
    #[error("images has {got} rows: wants at least {wants} for {purpose}")]
    TooFewImages {
        /// Rows given.
        got: usize,
        /// Rows needed.
        wants: usize,
        /// What needs them.
        purpose: &'static str,
    },
    /// Images, or rows, are not as wide as the model.
    #[error("images has {got} columns: the model wants {wants}")]
    Width {
        /// Columns given.
        got: usize,
        /// Columns the model was fitted on.
        wants: usize,
    },
    /// An image, or row, holds NaN or an infinity.
    #[error("images[{row}, {column}] = {value}: wants a finite number")]
    NotFinite {
        /// Row of the first such value.
        row: usize,
        /// Column of the first such value.
        column: usize,
        /// The value.
        value: f32,
    },
    /// The embedding of an image is not finite: its pixels, though finite, are more than the layers can multiply.
    #[error(
        "images[{row}, ..] has an embedding that is not finite: wants pixels such as the model was trained on"
    )]
    Embedding {
        /// Row of the first such image.
        row: usize,
    },
    /// A row lies so far from those that k-means was fitted on that its distances are not finite.
    #[error("rows[{row}, ..] is too far from the rows of the fit: wants rows such as those")]
    Far {
        /// The first such row.
        row: usize,
    },
    /// Not one label per image.
    #[error("labels has {got} entries for {wants} images: wants one per image (`None` where unknown)")]
    LabelCount {
        /// Labels given.
        got: usize,
        /// Images given.
        wants: usize,
    },
    /// A label names a class that does not exist.
    #[error("labels[{row}] = {got}: wants a class below {n_classes}")]
    Label {
        /// Row of the first such label.
        row: usize,
        /// The label.
        got: usize,
        /// How many classes there are.
        n_classes: usize,
    },
    /// The label probabilities have not one column per class.
    #[error("labels has {got} columns: wants one for each of {n_classes} classes")]
    LabelWidth {
        /// Columns given.
        got: usize,
        /// How many classes there are.
        n_classes: usize,
    },
    /// The probability of a class is none.
    #[error("labels[{row}, {class}] = {value}: wants a probability in 0..=1")]
    Probability {
        /// Row of the first such value.
        row: usize,
        /// Its class.
        class: usize,
        /// The value.
        value: f64,
    },
    /// The probabilities of an image do not sum to 1.
    #[error("labels[{row}, ..] sums to {sum}: wants 1, or 0 where nothing is known")]
    ProbabilitySum {
        /// The first such row.
        row: usize,
        /// Its sum.
        sum: f64,
    },
    /// A class has too few labelled images: one teaches, another is watched.
    #[error("labels holds {got} images of class {class}: wants at least 2 of every class")]
    RareClass {
        /// The first such class.
        class: usize,
        /// How many labelled images it has.
        got: usize,
    },
    /// The loss became NaN or infinite.
    #[error(
        "the loss of {stage} became {value} in epoch {epoch}: lower the learning rate or rescale the images"
    )]
    Diverged {
        /// The stage of training.
        stage: String,
        /// Epoch, counted from 0.
        epoch: usize,
        /// The loss.
        value: f64,
    },
    /// A layer died in pretraining: what comes after it cannot tell images apart.
    #[error(
        "after {stage} all images have the same code: lower the learning rate, rescale the images, or see whether they differ at all"
    )]
    DeadLayer {
        /// The stage of training that has ended.
        stage: String,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is no model of this crate, or is damaged.
    #[error("{}: not a model of manyhands-dec: {reason}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What gave it away.
        reason: String,
    },
    /// A model of another kind, say an autoencoder where clusters are wanted.
    #[error("{}: holds {got}: wants {wants}", path.display())]
    Kind {
        /// The file.
        path: PathBuf,
        /// What the file holds.
        got: String,
        /// What was asked for.
        wants: &'static str,
    },
    /// A file written by a newer version of the crate.
    #[error("{}: format {got} is newer than the {known} this version reads", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        got: u32,
        /// The newest format known here.
        known: u32,
    },
    /// A checkpoint of a training with other parameters, images or labels, or from another network.
    #[error("{}: the checkpoint belongs to another training: {field} differs", path.display())]
    OtherTraining {
        /// The file.
        path: PathBuf,
        /// The first thing that differs.
        field: &'static str,
    },
    /// The backend could not do its work, say because there is no such device.
    #[error("backend {backend}: {message}")]
    Backend {
        /// The backend.
        backend: String,
        /// What it said.
        message: String,
    },
    /// Principal components, the covariance of a cluster or the head of a reseeding could not be computed.
    #[error("{step}: {message}")]
    LinearAlgebra {
        /// Which step.
        step: &'static str,
        /// What the library said.
        message: String,
    },
    /// Told by linfa, whose traits the parameters implement.
    #[error("linfa: {message}")]
    Linfa {
        /// What linfa said.
        message: String,
    },
}

/// The result of everything here that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<linfa::Error> for Error {
    fn from(error: linfa::Error) -> Self {
        Self::Linfa { message: error.to_string() }
    }
}
