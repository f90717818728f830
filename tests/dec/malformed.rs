//! Wrong parameters, images and labels, one line each.

use super::{autoencoder, blobs, dec, labelled, multitask, recluster, supervised};
use manyhands_dec::{
    Autoencoder, AutoencoderParams, Backend, Dec, DecParams, Error, Initialisation, InputScale, LabelWeights,
    Multitask, MultitaskParams, Optimiser, ReclusterParams, Result, Segment, Selection, Supervised,
    SupervisedParams,
};
use ndarray::{Array2, ArrayView2, s};

fn message<T>(result: Result<T>) -> String {
    result.err().map_or_else(|| "no error".to_owned(), |error| error.to_string())
}

/// A start for every stage.
struct Start {
    images: Array2<f32>,
    labels: Vec<Option<usize>>,
    autoencoder: Autoencoder,
    dec: Dec,
    multitask: Multitask,
}

impl Start {
    fn new() -> Self {
        let (images, groups) = blobs(60, 3, 12, 0.5);
        let labels = labelled(&groups, 50);
        let autoencoder = autoencoder().max_epochs(Some(1)).fit(images.view()).unwrap();
        let dec = dec().max_epochs(Some(1)).fit_with(autoencoder.clone(), images.view()).unwrap();
        let multitask =
            multitask().max_epochs(Some(1)).fit_with(dec.clone(), images.view(), &labels).unwrap();
        Self { images, labels, autoencoder, dec, multitask }
    }
}

#[test]
fn a_backend_is_read_as_it_is_written_and_nothing_else_is() {
    for backend in [
        Backend::Fused,
        Backend::Candle,
        Backend::Cuda(0),
        Backend::Cuda(3),
        Backend::Metal(0),
        Backend::Metal(1),
    ] {
        assert_eq!(backend.to_string().parse::<Backend>().unwrap(), backend);
    }
    for text in
        ["", "cpu", "Fused", "fused:0", "candle:1", "cuda:", "cuda:-1", "cuda:+1", "cuda:1:2", "metal:x"]
    {
        let wants =
            format!("backend = {text}: wants fused, candle, cuda, cuda:NUMBER, metal or metal:NUMBER");
        assert_eq!(message(text.parse::<Backend>()), wants);
    }
}

const SGD_ONE: Optimiser = Optimiser::Sgd { momentum: 1.0 };
const SGD_NAN: Optimiser = Optimiser::Sgd { momentum: f32::NAN };

fn rate(rate: f32) -> [Segment; 2] {
    [Segment::epochs(1, 0.1), Segment::epochs(1, rate)]
}

#[test]
fn wrong_parameters_of_the_autoencoder_are_named() {
    let start = Start::new();
    let widths = |dims: &[usize]| Autoencoder::params(dims);
    let table: Vec<(AutoencoderParams, &str)> = vec![
        (widths(&[]), "dims = []: wants at least one layer, each 1 to 1048576 wide"),
        (widths(&[5, 0, 2]), "dims = [5, 0, 2]: wants at least one layer, each 1 to 1048576 wide"),
        (
            widths(&[usize::MAX]),
            "dims = [18446744073709551615]: wants at least one layer, each 1 to 1048576 wide",
        ),
        (autoencoder().batch_size(0), "batch_size = 0: wants at least 1"),
        (autoencoder().optimiser(SGD_ONE), "momentum = 1: wants a number in 0..1"),
        (autoencoder().optimiser(SGD_NAN), "momentum = NaN: wants a number in 0..1"),
        (autoencoder().layer_schedule(&rate(0.0)), "layer_schedule = 0: wants learning rates above 0"),
        (autoencoder().layer_schedule(&rate(f32::NAN)), "layer_schedule = NaN: wants learning rates above 0"),
        (
            autoencoder().fine_tune_schedule(&rate(-0.1)),
            "fine_tune_schedule = -0.1: wants learning rates above 0",
        ),
        (
            autoencoder().fine_tune_schedule(&rate(f32::INFINITY)),
            "fine_tune_schedule = inf: wants learning rates above 0",
        ),
        (
            autoencoder().neighbour_schedule(&rate(0.0)),
            "neighbour_schedule = 0: wants learning rates above 0",
        ),
        (autoencoder().n_neighbours(0), "n_neighbours = 0: wants at least 1"),
        (autoencoder().n_graphs(0), "n_graphs = 0: wants 1 to 100"),
        (autoencoder().n_graphs(101), "n_graphs = 101: wants 1 to 100"),
        (autoencoder().graph_images(1), "graph_images = 1: wants at least 2"),
        (autoencoder().repulsion(-1.0), "repulsion = -1: wants a finite number of at least 0"),
        (
            autoencoder().neighbour_reconstruction_weight(f64::NAN),
            "neighbour_reconstruction_weight = NaN: wants a finite number of at least 0",
        ),
        (autoencoder().image_dropout(1.0), "image_dropout = 1: wants a number in 0..1"),
        (autoencoder().embedding_dropout(1.5), "embedding_dropout = 1.5: wants a number in 0..1"),
        (autoencoder().dropout(-0.1), "dropout = -0.1: wants a number in 0..1"),
        (autoencoder().fine_tune_dropout(f64::NAN), "fine_tune_dropout = NaN: wants a number in 0..1"),
        (
            autoencoder().initialisation(Initialisation::Normal(-1.0)),
            "initialisation = -1: wants a finite deviation of at least 0",
        ),
        (
            autoencoder().initialisation(Initialisation::Normal(f32::NAN)),
            "initialisation = NaN: wants a finite deviation of at least 0",
        ),
        (autoencoder().input_scale(InputScale::Factor(0.0)), "input_scale = 0: wants a finite factor but 0"),
        (
            autoencoder().input_scale(InputScale::Factor(f32::INFINITY)),
            "input_scale = inf: wants a finite factor but 0",
        ),
    ];
    for (params, wants) in table {
        assert_eq!(message(params.fit(start.images.view())), wants);
        assert_eq!(message(params.training(start.images.view())), wants);
    }
}

#[test]
fn wrong_parameters_of_the_clustering_are_named() {
    let start = Start::new();
    let table: Vec<(DecParams, &str)> = vec![
        (Dec::params(0), "n_clusters = 0: wants at least 1"),
        (Dec::params(61), "images has 60 rows: wants at least 61 for its clusters"),
        (dec().batch_size(0), "batch_size = 0: wants at least 1"),
        (dec().update_interval(Some(0)), "update_interval = 0: wants at least 1 step"),
        (dec().n_restarts(0), "n_restarts = 0: wants at least 1"),
        (dec().kmeans_batch(Some(0)), "kmeans_batch = 0: wants at least 1 row"),
        (dec().tolerance(-0.001), "tolerance = -0.001: wants a fraction in 0..=1"),
        (dec().tolerance(1.001), "tolerance = 1.001: wants a fraction in 0..=1"),
        (dec().tolerance(f64::NAN), "tolerance = NaN: wants a fraction in 0..=1"),
        (dec().balance(8.5), "balance = 8.5: wants a number in -8..=8"),
        (dec().balance(f64::NAN), "balance = NaN: wants a number in -8..=8"),
        (dec().collapse(Some(1.0)), "collapse = 1: wants a fraction of at least 0 and below 1"),
        (dec().collapse(Some(-0.1)), "collapse = -0.1: wants a fraction of at least 0 and below 1"),
        (dec().overcluster(0), "overcluster = 0: wants at least 1 centre a cluster"),
        (dec().overcluster(21), "images has 60 rows: wants at least 63 for its clusters"),
        (
            dec().overcluster(usize::MAX),
            "images has 60 rows: wants at least 18446744073709551615 for its clusters",
        ),
        (dec().alpha(0.0), "alpha = 0: wants a finite number above 0"),
        (dec().alpha(f64::INFINITY), "alpha = inf: wants a finite number above 0"),
        (dec().cluster_weight(-1.0), "cluster_weight = -1: wants a finite number of at least 0"),
        (dec().cluster_weight(0.0), "cluster_weight = 0: wants a finite number above 0"),
        (
            dec().reconstruction_weight(f64::NAN),
            "reconstruction_weight = NaN: wants a finite number of at least 0",
        ),
        (dec().optimiser(SGD_ONE), "momentum = 1: wants a number in 0..1"),
        (dec().schedule(&rate(0.0)), "schedule = 0: wants learning rates above 0"),
    ];
    for (params, wants) in table {
        assert_eq!(message(params.fit_with(start.autoencoder.clone(), start.images.view())), wants);
    }
}

#[test]
fn wrong_parameters_of_retraining_are_named() {
    let start = Start::new();
    let both = multitask().selection(Selection::ClassAndReconstruction);
    let deciding = "a finite number above 0, since this loss decides which epoch is the best";
    let table: Vec<(MultitaskParams, String)> = vec![
        (Multitask::params(0), "n_classes = 0: wants at least 2".into()),
        (Multitask::params(1), "n_classes = 1: wants at least 2".into()),
        (multitask().batch_size(0), "batch_size = 0: wants at least 1".into()),
        (multitask().patience(0), "patience = 0: wants at least 1 epoch".into()),
        (
            multitask().development_fraction(0.0),
            "development_fraction = 0: wants a fraction above 0 and below 1".into(),
        ),
        (
            multitask().development_fraction(1.0),
            "development_fraction = 1: wants a fraction above 0 and below 1".into(),
        ),
        (multitask().class_weight(0.0), format!("class_weight = 0: wants {deciding}")),
        (
            multitask().class_weight(f64::NAN),
            "class_weight = NaN: wants a finite number of at least 0".into(),
        ),
        (
            multitask().final_weights(-1.0, 0.0, 0.0),
            "final_weights = -1: wants a finite number of at least 0".into(),
        ),
        (
            multitask().label_weights(LabelWeights::Tempered(1.5)),
            "label_weights = 1.5: wants a power in 0..=1".into(),
        ),
        (
            multitask().label_weights(LabelWeights::Each(vec![1.0, -1.0, 1.0])),
            "label_weights = [1.0, -1.0, 1.0]: wants one finite weight above 0 per class".into(),
        ),
        // Above 0, but not as the f32 that the loss takes.
        (
            multitask().label_weights(LabelWeights::Each(vec![1.0, 1e-50, 1.0])),
            "label_weights = [1.0, 1e-50, 1.0]: wants one finite weight above 0 per class".into(),
        ),
        (
            multitask().label_weights(LabelWeights::Each(vec![1.0, 1.0])),
            "label_weights = [1.0, 1.0]: wants one finite weight above 0 per class".into(),
        ),
        (
            multitask().cluster_weight(f64::INFINITY),
            "cluster_weight = inf: wants a finite number of at least 0".into(),
        ),
        (
            multitask().reconstruction_weight(-1.0),
            "reconstruction_weight = -1: wants a finite number of at least 0".into(),
        ),
        (both.reconstruction_weight(0.0), format!("reconstruction_weight = 0: wants {deciding}")),
        (multitask().optimiser(SGD_NAN), "momentum = NaN: wants a number in 0..1".into()),
        (multitask().schedule(&rate(f32::NAN)), "schedule = NaN: wants learning rates above 0".into()),
    ];
    for (params, wants) in table {
        assert_eq!(message(params.fit_with(start.dec.clone(), start.images.view(), &start.labels)), wants);
    }
}

#[test]
fn wrong_parameters_of_reclustering_are_named() {
    let start = Start::new();
    let deciding = "a finite number above 0, since this loss decides which epoch is the best";
    let both = || recluster().selection(Selection::ClassAndReconstruction);
    let table: Vec<(ReclusterParams, String)> = vec![
        (recluster().batch_size(0), "batch_size = 0: wants at least 1".into()),
        (recluster().update_interval(Some(0)), "update_interval = 0: wants at least 1 step".into()),
        (recluster().balance(-9.0), "balance = -9: wants a number in -8..=8".into()),
        (recluster().collapse(Some(1.0)), "collapse = 1: wants a fraction of at least 0 and below 1".into()),
        (recluster().tolerance(2.0), "tolerance = 2: wants a fraction in 0..=1".into()),
        (both().reconstruction_weight(0.0), format!("reconstruction_weight = 0: wants {deciding}")),
        (recluster().cluster_weight(-1.0), "cluster_weight = -1: wants a finite number of at least 0".into()),
        (
            recluster().plain().cluster_weight(0.0),
            "cluster_weight = 0: wants a finite number above 0 where no labels are looked at".into(),
        ),
        (
            recluster().reconstruction_weight(f64::NAN),
            "reconstruction_weight = NaN: wants a finite number of at least 0".into(),
        ),
        (
            recluster().final_weights(0.0, f64::NAN, 1.0),
            "final_weights = NaN: wants a finite number of at least 0".into(),
        ),
        (
            recluster().development_fraction(1.5),
            "development_fraction = 1.5: wants a fraction above 0 and below 1".into(),
        ),
        (recluster().patience(0), "patience = 0: wants at least 1 epoch".into()),
        (recluster().optimiser(SGD_ONE), "momentum = 1: wants a number in 0..1".into()),
        (recluster().schedule(&rate(-1.0)), "schedule = -1: wants learning rates above 0".into()),
    ];
    for (params, wants) in table {
        assert_eq!(
            message(params.fit_with(start.multitask.clone(), start.images.view(), &start.labels)),
            wants
        );
    }
}

#[test]
fn wrong_parameters_of_the_supervised_network_are_named() {
    let start = Start::new();
    let table: Vec<(SupervisedParams, &str)> = vec![
        (Supervised::params(&[], 3), "dims = []: wants at least one layer, each 1 to 1048576 wide"),
        (Supervised::params(&[0], 3), "dims = [0]: wants at least one layer, each 1 to 1048576 wide"),
        (Supervised::params(&[4], 1), "n_classes = 1: wants at least 2"),
        (supervised().batch_size(0), "batch_size = 0: wants at least 1"),
        (supervised().patience(0), "patience = 0: wants at least 1 epoch"),
        (supervised().dropout(1.0), "dropout = 1: wants a number in 0..1"),
        (
            supervised().development_fraction(-0.1),
            "development_fraction = -0.1: wants a fraction above 0 and below 1",
        ),
        (
            supervised().input_scale(InputScale::Factor(f32::NAN)),
            "input_scale = NaN: wants a finite factor but 0",
        ),
        (supervised().optimiser(SGD_ONE), "momentum = 1: wants a number in 0..1"),
        (supervised().schedule(&rate(0.0)), "schedule = 0: wants learning rates above 0"),
    ];
    for (params, wants) in table {
        assert_eq!(message(params.fit(start.images.view(), &start.labels)), wants);
    }
}

/// What every stage and every model says to `images`, with as many labels as they have rows.
fn answers(start: &Start, images: ArrayView2<'_, f32>) -> [String; 5] {
    let labels: Vec<_> = (0..images.nrows()).map(|i| Some(i % 3)).collect();
    [
        message(autoencoder().fit(images)),
        message(dec().fit_with(start.autoencoder.clone(), images)),
        message(multitask().fit_with(start.dec.clone(), images, &labels)),
        message(recluster().fit_with(start.multitask.clone(), images, &labels)),
        message(supervised().fit(images, &labels)),
    ]
}

#[test]
fn too_few_images_and_images_without_pixels_are_named_by_every_stage() {
    let start = Start::new();
    for n in [0, 1] {
        assert_eq!(
            answers(&start, start.images.slice(s![..n, ..])),
            [
                format!("images has {n} rows: wants at least 2 for an autoencoder"),
                format!("images has {n} rows: wants at least 3 for its clusters"),
                format!("images has {n} rows: wants at least 2 for retraining"),
                format!("images has {n} rows: wants at least 2 for reclustering"),
                format!("images has {n} rows: wants at least 2 for a classifier"),
            ]
        );
    }
    for answer in answers(&start, Array2::zeros((60, 0)).view()) {
        assert_eq!(answer, "images = 0 columns: wants at least one pixel");
    }
}

#[test]
fn pixels_that_are_not_finite_are_named_by_every_stage_and_model() {
    let start = Start::new();
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut images = start.images.clone();
        images[[41, 3]] = value;
        images[[50, 0]] = f32::NAN;
        let wants = format!("images[41, 3] = {value}: wants a finite number");
        for answer in answers(&start, images.view()) {
            assert_eq!(answer, wants);
        }
        let images = images.view();
        assert_eq!(message(start.autoencoder.transform(images)), wants);
        assert_eq!(message(start.autoencoder.reconstruct(images)), wants);
        assert_eq!(message(start.dec.predict(images)), wants);
        assert_eq!(message(start.dec.predict_proba(images)), wants);
        assert_eq!(message(start.multitask.predict_clusters(images)), wants);
        assert_eq!(message(start.multitask.predict(images)), wants);
    }
}

#[test]
fn images_of_another_width_are_refused_by_every_stage_and_model() {
    let start = Start::new();
    let wants = "images has 13 columns: the model wants 12";
    let images = Array2::zeros((60, 13));
    let images = images.view();
    let [_, dec, multitask, recluster, _] = answers(&start, images);
    assert_eq!([dec, multitask, recluster], [wants; 3]);
    assert_eq!(message(start.autoencoder.transform(images)), wants);
    assert_eq!(message(start.autoencoder.reconstruct(images)), wants);
    assert_eq!(message(start.dec.transform(images)), wants);
    assert_eq!(message(start.dec.predict(images)), wants);
    assert_eq!(message(start.multitask.transform(images)), wants);
    assert_eq!(message(start.multitask.predict_proba(images)), wants);
}

#[test]
fn wrong_labels_are_named_by_every_stage_that_takes_some() {
    let start = Start::new();
    let images = start.images.view();
    let fit = |labels: &[Option<usize>]| {
        [
            message(multitask().fit_with(start.dec.clone(), images, labels)),
            message(recluster().fit_with(start.multitask.clone(), images, labels)),
            message(supervised().fit(images, labels)),
        ]
    };
    let with = |row: usize, label: Option<usize>| {
        let mut labels = start.labels.clone();
        labels[row] = label;
        labels
    };
    let only = |n: usize| (0..60).map(|i| (i < n).then_some(i % 3)).collect::<Vec<_>>();
    let count = "labels has 59 entries for 60 images: wants one per image (`None` where unknown)";
    for (labels, wants) in [
        (start.labels[..59].to_vec(), count),
        (Vec::new(), "labels has 0 entries for 60 images: wants one per image (`None` where unknown)"),
        (with(4, Some(3)), "labels[4] = 3: wants a class below 3"),
        (with(0, Some(usize::MAX)), "labels[0] = 18446744073709551615: wants a class below 3"),
        (only(0), "labels holds 0 images of class 0: wants at least 2 of every class"),
        (only(5), "labels holds 1 images of class 2: wants at least 2 of every class"),
    ] {
        assert_eq!(fit(&labels), [wants; 3]);
    }
    assert_eq!(fit(&only(6)), ["no error"; 3], "two of every class are enough");
    let wants = "labels holds 0 images of class 3: wants at least 2 of every class";
    for n_classes in [4, 1000, usize::MAX] {
        let params = Multitask::params(n_classes);
        assert_eq!(message(params.fit_with(start.dec.clone(), images, &start.labels)), wants);
        assert_eq!(message(Supervised::params(&[5], n_classes).fit(images, &start.labels)), wants);
    }
    // The plain variant does not look at labels, but wants to know whether they belong to the images.
    let plain = |labels: &[Option<usize>]| {
        message(recluster().plain().fit_with(start.multitask.clone(), images, labels))
    };
    assert_eq!(plain(&only(0)), "no error");
    assert_eq!(plain(&start.labels[..59]), count);
}

#[test]
fn no_images_at_all_can_still_be_asked_about() {
    let start = Start::new();
    let images = start.images.slice(s![..0, ..]);
    assert_eq!(start.autoencoder.transform(images).unwrap().dim(), (0, 4));
    assert_eq!(start.autoencoder.reconstruct(images).unwrap().dim(), (0, 12));
    assert_eq!(start.dec.predict(images).unwrap().len(), 0);
    assert_eq!(start.dec.predict_proba(images).unwrap().dim(), (0, 3));
    assert_eq!(start.multitask.predict_proba(images).unwrap().dim(), (0, 3));
}

#[test]
fn the_smallest_problems_are_solved() {
    let images = Array2::from_shape_fn((2, 1), |(i, _)| i as f32);
    let images = images.view();
    let short = [Segment::epochs(2, 1e-3)];
    let model =
        Autoencoder::params(&[1]).layer_schedule(&short).fine_tune_schedule(&short).fit(images).unwrap();
    for n_clusters in [1, 2] {
        let dec = Dec::params(n_clusters).schedule(&short).fit_with(model.clone(), images).unwrap();
        assert_eq!(dec.n_clusters(), n_clusters);
        assert_eq!(dec.centres().dim(), (n_clusters, 1));
        assert!(dec.predict(images).unwrap().iter().all(|&cluster| cluster < n_clusters));
    }
    let images = Array2::from_shape_fn((4, 1), |(i, _)| (i % 2) as f32);
    let labels = [Some(0), Some(1), Some(0), Some(1)];
    let dec = Dec::params(1).schedule(&short).fit_with(model, images.view()).unwrap();
    // One cluster tells nothing apart, so its q does not either; but nothing breaks.
    let multitask = Multitask::params(2).schedule(&short).fit_with(dec, images.view(), &labels).unwrap();
    let p = multitask.predict_proba(images.view()).unwrap();
    assert!(p.iter().all(|p| p.is_finite()));
    let supervised = Supervised::params(&[1], 2).schedule(&short).fit(images.view(), &labels).unwrap();
    assert_eq!(supervised.predict(images.view()).unwrap().len(), 4);
}

#[test]
fn errors_are_errors_of_the_standard_library_that_can_be_sent_on() {
    fn is_error<T: std::error::Error + Send + Sync + 'static>() {}
    is_error::<Error>();
    let error = Autoencoder::load("no/such/file").unwrap_err();
    assert!(std::error::Error::source(&error).is_some());
}
