//! Trainings that were broken off and taken up again.

use super::{autoencoder, autoencoder_with, blobs, bytes, dec, labelled, multitask, recluster, supervised};
use manyhands_dec::{
    Augmentation, Autoencoder, Backend, Dec, DecParams, Error, HeadInput, InitialCentres, InitialHead,
    Initialisation, InputScale, LabelWeights, Multitask, MultitaskParams, Optimiser, Profile,
    ReclusterParams, Result, Segment, Selection, StopReason, Supervised, SupervisedParams, Training,
};
use ndarray::Array2;
use std::path::Path;
use tempfile::TempDir;

/// Breaks the training of `make` off after each of its epochs, and asks for the bits that it has without a break.
fn assert_resumes<'a, M>(make: impl Fn() -> Result<Training<'a, M>>, save: fn(&M, &Path) -> Result<()>) {
    let whole = |mut training: Training<'a, M>| {
        training.by_ref().try_for_each(|epoch| epoch.map(drop)).unwrap();
        let model = training.finish().unwrap();
        bytes(|path| save(&model, path))
    };
    let wants = whole(make().unwrap());
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("checkpoint");
    let n_epochs = make().unwrap().n_epochs();
    assert!(n_epochs >= 4);
    for n_before in 0..=n_epochs {
        let mut training = make().unwrap();
        for epoch in training.by_ref().take(n_before) {
            epoch.unwrap();
        }
        training.save(&path).unwrap();
        let resumed = make().unwrap().resume(&path).unwrap();
        assert_eq!(resumed.n_done(), training.n_done());
        assert!(whole(resumed) == wants, "other bits after a break of epoch {n_before}");
        // To save changes nothing in the training that is saved.
        assert!(whole(training) == wants, "other bits after a checkpoint in epoch {n_before}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn an_autoencoder_resumes_to_the_same_bits_within_and_between_its_phases() {
    let (images, _) = blobs(150, 3, 40, 0.5);
    // Two layers of two epochs, with noise on images and codes, then three epochs of all, then two graphs of one.
    let params = autoencoder().image_dropout(0.2).dropout(0.3).fine_tune_dropout(0.1);
    assert_eq!(params.training(images.view()).unwrap().n_epochs(), 9);
    assert_resumes(|| params.training(images.view()), |model: &Autoencoder, path| model.save(path));
    let params = params.optimiser(Optimiser::Sgd { momentum: 0.9 });
    assert_resumes(|| params.training(images.view()), |model: &Autoencoder, path| model.save(path));
}

#[test]
fn a_training_on_a_graph_of_some_of_the_images_resumes_to_the_same_bits() {
    let (images, _) = blobs(150, 3, 40, 0.5);
    let params = autoencoder().neighbour_schedule(&[Segment::epochs(2, 1e-3)]).graph_images(70);
    assert_resumes(|| params.training(images.view()), |model: &Autoencoder, path| model.save(path));
}

#[test]
fn a_training_goes_back_to_an_earlier_checkpoint_of_its_own() {
    let (images, _) = blobs(150, 3, 40, 0.5);
    let start = autoencoder().fit(images.view()).unwrap();
    let wants = dec().fit_with(start.clone(), images.view()).unwrap();
    let folder = TempDir::new().unwrap();
    // Before the first epoch there are no centres yet.
    for n_before in [0, 1, 2] {
        let path = folder.path().join("checkpoint");
        let mut training = dec().training(start.clone(), images.view()).unwrap();
        training.by_ref().take(n_before).try_for_each(|epoch| epoch.map(drop)).unwrap();
        training.save(&path).unwrap();
        training.by_ref().take(2).try_for_each(|epoch| epoch.map(drop)).unwrap();
        let mut training = training.resume(&path).unwrap();
        assert_eq!(training.n_done(), n_before);
        training.by_ref().try_for_each(|epoch| epoch.map(drop)).unwrap();
        assert!(training.finish().unwrap() == wants, "after {n_before} epochs");
    }
}

#[test]
fn a_clustering_resumes_to_the_same_bits_in_the_middle_of_a_pass() {
    let (images, _) = blobs(150, 3, 40, 0.5);
    let start = autoencoder().fit(images.view()).unwrap();
    for params in [dec(), dec().shuffle(false), dec().overcluster(3).balance(0.5)] {
        // Three steps a pass, seven an epoch.
        assert_resumes(
            || params.training(start.clone(), images.view()),
            |model: &Dec, path| model.save(path),
        );
    }
}

#[test]
fn retraining_and_reclustering_resume_to_the_same_bits() {
    let (images, groups) = blobs(150, 3, 40, 0.5);
    let labels = labelled(&groups, 100);
    let start = dec().fit_with(autoencoder().fit(images.view()).unwrap(), images.view()).unwrap();
    for head in [HeadInput::Assignment, HeadInput::Embedding] {
        assert_resumes(
            || multitask().head_input(head).training(start.clone(), images.view(), &labels),
            |model: &Multitask, path| model.save(path),
        );
    }
    // Everything that may change from epoch to epoch, on soft labels.
    let soft = Array2::from_shape_fn((150, 3), |(row, class)| match labels[row] {
        Some(label) if label == class => 0.8,
        Some(_) => 0.1,
        None => 0.0,
    });
    let mirror = Augmentation::permutations(vec![(0..40).collect(), (0..40).rev().collect()]).unwrap();
    let all = multitask().label_weights(LabelWeights::Balanced).final_weights(0.2, 0.5, 1.0);
    let all = all.augmentation(Some(mirror));
    assert_resumes(
        || all.training(start.clone(), images.view(), &soft),
        |model: &Multitask, path| model.save(path),
    );
    let start = multitask().fit_with(start, images.view(), &labels).unwrap();
    for params in [recluster(), recluster().plain()] {
        assert_resumes(
            || params.training(start.clone(), images.view(), &labels),
            |model: &Dec, path| model.save(path),
        );
    }
}

#[test]
fn a_supervised_training_resumes_to_the_same_bits() {
    let (images, groups) = blobs(150, 3, 40, 0.5);
    let labels = labelled(&groups, 100);
    assert_resumes(
        || supervised().dropout(0.2).training(images.view(), &labels),
        |model: &Supervised, path| model.save(path),
    );
}

#[test]
fn a_training_that_was_over_stays_over() {
    let (images, _) = blobs(150, 3, 40, 0.5);
    let start = autoencoder().fit(images.view()).unwrap();
    let params = dec().tolerance(1.0);
    let mut training = params.training(start.clone(), images.view()).unwrap();
    assert!(training.by_ref().all(|epoch| epoch.is_ok()));
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("checkpoint");
    training.save(&path).unwrap();
    let mut resumed = params.training(start, images.view()).unwrap().resume(&path).unwrap();
    assert!(resumed.next().is_none());
    let model = resumed.finish().unwrap();
    assert_eq!(model.report().stop_reason, StopReason::Converged);
    assert!(model == training.finish().unwrap());
}

/// The field that an [`Error::OtherTraining`] names.
fn other<M>(resumed: Result<Training<'_, M>>) -> &'static str {
    match resumed {
        Err(Error::OtherTraining { field, .. }) => field,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("resumed what is another training"),
    }
}

#[test]
fn checkpoints_of_other_parameters_or_images_are_told_apart() {
    let (images, _) = blobs(150, 3, 40, 0.5);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("checkpoint");
    let params = autoencoder().input_scale(InputScale::None);
    let mut training = params.training(images.view()).unwrap();
    training.next().unwrap().unwrap();
    training.save(&path).unwrap();

    let short = [Segment::epochs(1, 1e-3)];
    for (name, params) in [
        ("seed", params.clone().seed(6)),
        ("batch_size", params.clone().batch_size(65)),
        ("optimiser", params.clone().optimiser(Optimiser::Sgd { momentum: 0.5 })),
        ("layer_schedule", params.clone().layer_schedule(&[])),
        ("fine_tune_schedule", params.clone().fine_tune_schedule(&short)),
        ("image_dropout", params.clone().image_dropout(0.25)),
        ("dropout", params.clone().dropout(0.25)),
        ("embedding_dropout", params.clone().embedding_dropout(0.25)),
        ("fine_tune_dropout", params.clone().fine_tune_dropout(0.25)),
        ("max_epochs", params.clone().max_epochs(Some(1))),
        (
            "reconstruction_loss",
            params.clone().reconstruction_loss(manyhands_dec::ReconstructionLoss::SumHalf),
        ),
        ("neighbour_schedule", params.clone().neighbour_schedule(&[])),
        ("n_neighbours", params.clone().n_neighbours(6)),
        ("n_graphs", params.clone().n_graphs(1)),
        ("graph_images", params.clone().graph_images(60)),
        ("repulsion", params.clone().repulsion(2.0)),
        ("neighbour_reconstruction_weight", params.clone().neighbour_reconstruction_weight(0.5)),
        ("backend", params.clone().backend(manyhands_dec::Backend::Candle)),
    ] {
        assert_eq!(other(params.training(images.view()).unwrap().resume(&path)), "parameters", "{name}");
    }
    // Other widths make other matrices.
    let with = |dims: [usize; 2]| autoencoder_with(&dims).input_scale(InputScale::None);
    for dims in [[80, 5], [81, 4]] {
        assert_eq!(
            other(with(dims).training(images.view()).unwrap().resume(&path)),
            "parameters",
            "{dims:?}"
        );
    }
    assert!(with([80, 4]).training(images.view()).unwrap().resume(&path).is_ok());
    let started_otherwise = params.clone().initialisation(Initialisation::Normal(0.1));
    assert_eq!(other(started_otherwise.training(images.view()).unwrap().resume(&path)), "network");

    let mut one_pixel = images.clone();
    one_pixel[[149, 39]] += 1e-3;
    let mut swapped = images.clone();
    swapped.swap([0, 0], [1, 0]);
    let fewer = images.slice(ndarray::s![..149, ..]).to_owned();
    let others: [(&str, Array2<f32>); 4] =
        [("one pixel", one_pixel), ("swapped", swapped), ("fewer", fewer), ("brighter", &images * 2.0)];
    for (name, images) in &others {
        // Fewer images may have as many steps an epoch: only the images differ then.
        assert_eq!(other(params.training(images.view()).unwrap().resume(&path)), "images", "{name}");
    }
    let scaled = params.clone().input_scale(InputScale::Factor(2.0));
    assert_eq!(other(scaled.training(images.view()).unwrap().resume(&path)), "images");
    assert!(params.training(images.view()).unwrap().resume(&path).is_ok());
}

#[test]
fn every_option_of_the_later_stages_reaches_the_training() {
    let (images, groups) = blobs(150, 3, 40, 0.5);
    let (images, labels) = (images.view(), labelled(&groups, 100));
    let start = autoencoder().fit(images).unwrap();
    let clusters = dec().fit_with(start.clone(), images).unwrap();
    let retrained = multitask().fit_with(clusters.clone(), images, &labels).unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("checkpoint");
    let rate = [Segment::epochs(4, 2e-3)];
    let sgd = Optimiser::Sgd { momentum: 0.5 };
    let mirrored =
        Some(Augmentation::permutations(vec![(0..40).collect(), (0..40).rev().collect()]).unwrap());

    let resume = |params: DecParams| other(params.training(start.clone(), images).unwrap().resume(&path));
    dec().training(start.clone(), images).unwrap().save(&path).unwrap();
    for (name, params) in [
        ("seed", dec().seed(6)),
        ("batch_size", dec().batch_size(65)),
        ("augmentation", dec().augmentation(mirrored.clone())),
        ("backend", dec().backend(Backend::Candle)),
        ("optimiser", dec().optimiser(sgd)),
        ("shuffle", dec().shuffle(false)),
        ("schedule", dec().schedule(&rate)),
        ("update_interval", dec().update_interval(Some(8))),
        ("tolerance", dec().tolerance(0.5)),
        ("alpha", dec().alpha(2.0)),
        ("initial_centres", dec().initial_centres(InitialCentres::KMeans)),
        ("cluster_weight", dec().cluster_weight(0.5)),
        ("reconstruction_weight", dec().reconstruction_weight(0.5)),
    ] {
        assert_eq!(resume(params), "parameters", "{name} of the clustering");
    }

    let resume = |params: MultitaskParams| {
        other(params.training(clusters.clone(), images, &labels).unwrap().resume(&path))
    };
    multitask().training(clusters.clone(), images, &labels).unwrap().save(&path).unwrap();
    for (name, params) in [
        ("seed", multitask().seed(6)),
        ("batch_size", multitask().batch_size(65)),
        ("augmentation", multitask().augmentation(mirrored.clone())),
        ("backend", multitask().backend(Backend::Candle)),
        ("optimiser", multitask().optimiser(sgd)),
        ("schedule", multitask().schedule(&rate)),
        ("patience", multitask().patience(2)),
        ("selection", multitask().selection(Selection::ClassAndReconstruction)),
        ("class_weight", multitask().class_weight(0.5)),
        ("cluster_weight", multitask().cluster_weight(0.5)),
        ("reconstruction_weight", multitask().reconstruction_weight(0.5)),
        ("final_weights", multitask().final_weights(1.0, 0.1, 0.5)),
    ] {
        assert_eq!(resume(params), "parameters", "{name} of the retraining");
    }
    assert_eq!(resume(multitask().development_fraction(0.2)), "labels");
    assert_eq!(resume(multitask().label_weights(LabelWeights::Balanced)), "labels");

    let resume = |params: ReclusterParams| {
        other(params.training(retrained.clone(), images, &labels).unwrap().resume(&path))
    };
    recluster().training(retrained.clone(), images, &labels).unwrap().save(&path).unwrap();
    for (name, params) in [
        ("seed", recluster().seed(6)),
        ("batch_size", recluster().batch_size(65)),
        ("augmentation", recluster().augmentation(mirrored.clone())),
        ("backend", recluster().backend(Backend::Candle)),
        ("optimiser", recluster().optimiser(sgd)),
        ("schedule", recluster().schedule(&rate)),
        ("update_interval", recluster().update_interval(Some(8))),
        ("tolerance", recluster().tolerance(0.5)),
        ("balance", recluster().balance(0.5)),
        ("collapse", recluster().collapse(Some(0.25))),
        ("patience", recluster().patience(2)),
        ("selection", recluster().selection(Selection::ClassAndReconstruction)),
        ("class_weight", recluster().class_weight(0.5)),
        ("cluster_weight", recluster().cluster_weight(0.5)),
        ("reconstruction_weight", recluster().reconstruction_weight(0.5)),
        ("final_weights", recluster().final_weights(1.0, 0.1, 0.5)),
    ] {
        assert_eq!(resume(params), "parameters", "{name} of the reclustering");
    }
    assert_eq!(resume(recluster().development_fraction(0.2)), "labels");

    let resume = |params: SupervisedParams| other(params.training(images, &labels).unwrap().resume(&path));
    supervised().training(images, &labels).unwrap().save(&path).unwrap();
    for (name, params) in [
        ("seed", supervised().seed(6)),
        ("batch_size", supervised().batch_size(65)),
        ("augmentation", supervised().augmentation(mirrored)),
        ("backend", supervised().backend(Backend::Candle)),
        ("optimiser", supervised().optimiser(sgd)),
        ("schedule", supervised().schedule(&[Segment::epochs(4, 2e-2)])),
        ("patience", supervised().patience(2)),
        ("dropout", supervised().dropout(0.3)),
    ] {
        assert_eq!(resume(params), "parameters", "{name} of the benchmark");
    }
    assert_eq!(resume(supervised().development_fraction(0.2)), "labels");
}

#[test]
fn a_digest_is_that_of_everything_that_decides_a_training_and_of_nothing_else() {
    let (images, groups) = blobs(150, 3, 40, 0.5);
    let (images, labels) = (images.view(), labelled(&groups, 100));
    let start = autoencoder().fit(images).unwrap();
    let of = |params: &DecParams| params.training(start.clone(), images).unwrap().digest();
    let digest = of(&dec());
    let mut training = dec().training(start.clone(), images).unwrap();
    training.next().unwrap().unwrap();
    assert_eq!(training.digest(), digest, "however far it has come");
    for other in [dec().seed(6), dec().n_restarts(3), dec().alpha(2.0), dec().overcluster(2)] {
        assert_ne!(of(&other), digest);
    }
    let other = autoencoder().seed(6).fit(images).unwrap();
    assert_ne!(dec().training(other, images).unwrap().digest(), digest);
    let clusters = dec().fit_with(start, images).unwrap();
    let of =
        |labels: &[Option<usize>]| multitask().training(clusters.clone(), images, labels).unwrap().digest();
    assert_eq!(of(&labels), of(&labels));
    assert_ne!(of(&labels), of(&labelled(&groups, 99)));

    // As many clusters as dimensions: two heads of the same numbers.
    let square = autoencoder_with(&[80, 3]).fit(images).unwrap();
    let square = dec().fit_with(square, images).unwrap();
    let of = |input| {
        let params = multitask().initial_head(InitialHead::Random).head_input(input);
        params.training(square.clone(), images, &labels).unwrap().digest()
    };
    assert_ne!(of(HeadInput::Assignment), of(HeadInput::Embedding));
    // The last layer of the published benchmark is a ReLU.
    let of = |params: SupervisedParams| {
        let params = params.optimiser(Optimiser::Sgd { momentum: 0.9 }).schedule(&[Segment::epochs(4, 0.01)]);
        let params = params.patience(10).dropout(0.0).input_scale(InputScale::UnitMeanSquarePerSample);
        params.training(images, &labels).unwrap().digest()
    };
    assert_ne!(of(supervised()), of(supervised().profile(Profile::MuonHunters)));
}

#[test]
fn a_change_far_down_in_the_images_is_seen() {
    let images = Array2::from_shape_fn((1100, 4), |(i, j)| ((i * (j + 1)) % 13) as f32);
    let params = Autoencoder::params(&[2]).max_epochs(Some(1)).neighbour_schedule(&[]);
    let params = params.input_scale(InputScale::None);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("checkpoint");
    params.training(images.view()).unwrap().save(&path).unwrap();
    // 1023 and 1024: the pixels are read in blocks of so many rows.
    for row in [0, 1023, 1024, 1099] {
        let mut changed = images.clone();
        changed[[row, 2]] += 1.0;
        assert_eq!(other(params.training(changed.view()).unwrap().resume(&path)), "images", "row {row}");
    }
}

#[test]
fn a_checkpoint_from_before_the_first_centres_knows_how_they_are_to_be_found() {
    let (images, _) = blobs(150, 3, 40, 0.5);
    let start = autoencoder().fit(images.view()).unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("checkpoint");
    let resume = |params: DecParams| params.training(start.clone(), images.view()).unwrap().resume(&path);
    dec().training(start.clone(), images.view()).unwrap().save(&path).unwrap();
    assert_eq!(other(resume(dec().n_restarts(3))), "parameters");
    assert_eq!(other(resume(dec().kmeans_batch(Some(50)))), "parameters");
    assert!(resume(dec()).is_ok());
    for (name, params) in [
        ("balance", dec().balance(0.0)),
        ("collapse", dec().collapse(None)),
        ("overcluster", dec().overcluster(2)),
    ] {
        assert_eq!(other(resume(params)), "parameters", "{name}");
    }
    // As many centres, but not as many clusters.
    let one = |factor, n| Dec::params(n).seed(5).overcluster(factor).max_epochs(Some(1));
    let fine = one(2, 3).training(start.clone(), images.view()).unwrap();
    fine.save(&path).unwrap();
    assert_eq!(other(resume(one(1, 6))), "parameters");
    assert!(resume(one(2, 3)).is_ok());
    // Once the centres are there, how they were found is of no matter.
    let mut training = dec().training(start.clone(), images.view()).unwrap();
    training.next().unwrap().unwrap();
    training.save(&path).unwrap();
    assert!(resume(dec().n_restarts(3)).is_ok());
}

#[test]
fn checkpoints_of_other_labels_are_told_apart() {
    let (images, groups) = blobs(150, 3, 40, 0.5);
    let labels = labelled(&groups, 100);
    let start = dec().fit_with(autoencoder().fit(images.view()).unwrap(), images.view()).unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("checkpoint");
    let mut training = multitask().training(start.clone(), images.view(), &labels).unwrap();
    training.next().unwrap().unwrap();
    training.save(&path).unwrap();

    let mut forgotten = labels.clone();
    forgotten[50] = None;
    let mut changed = labels.clone();
    changed[50] = Some((groups[50] + 1) % 3);
    for labels in [forgotten, changed] {
        let training = multitask().training(start.clone(), images.view(), &labels).unwrap();
        assert_eq!(other(training.resume(&path)), "labels");
    }
    let head = multitask().head_input(HeadInput::Embedding);
    let training = head.training(start.clone(), images.view(), &labels).unwrap();
    assert_eq!(other(training.resume(&path)), "parameters");
    let head = multitask().initial_head(InitialHead::Random);
    let training = head.training(start.clone(), images.view(), &labels).unwrap();
    assert_eq!(other(training.resume(&path)), "network");
    // Trained on from other clusters.
    let moved = dec().max_epochs(Some(1)).fit_with(autoencoder().fit(images.view()).unwrap(), images.view());
    let training = multitask().training(moved.unwrap(), images.view(), &labels).unwrap();
    assert_eq!(other(training.resume(&path)), "network");
    let training = multitask().training(start, images.view(), &labels).unwrap();
    assert!(training.resume(&path).is_ok());
}

#[test]
fn a_checkpoint_is_no_model_and_a_model_no_checkpoint() {
    let (images, _) = blobs(150, 3, 40, 0.5);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("file");
    autoencoder().training(images.view()).unwrap().save(&path).unwrap();
    let error = Autoencoder::load(&path).unwrap_err();
    assert!(
        matches!(&error, Error::Kind { got, wants: "autoencoder", .. } if got == "checkpoint"),
        "{error}"
    );
    autoencoder().fit(images.view()).unwrap().save(&path).unwrap();
    let error = autoencoder().training(images.view()).unwrap().resume(&path).unwrap_err();
    assert!(
        matches!(&error, Error::Kind { got, wants: "checkpoint", .. } if got == "autoencoder"),
        "{error}"
    );
}
