//! Hard, soft and missing labels, what they count, and weights that change along the way.

use super::{autoencoder, blobs, dec, labelled, multitask, recluster, supervised, watching};
use approx::{assert_abs_diff_eq, assert_relative_eq};
use manyhands_dec::{
    Augmentation, Autoencoder, Dec, Error, HeadInput, InitialHead, InputScale, LabelWeights, Multitask,
    Optimiser, ReconstructionLoss, Segment, Stage, Supervised,
};
use ndarray::{Array1, Array2, ArrayView2, Axis, array, s};
use std::collections::BTreeSet;

/// 150 images in 3 groups, the labels of 100, and a clustering.
fn start() -> (Array2<f32>, Vec<Option<usize>>, Dec) {
    let (images, groups) = blobs(150, 3, 40, 0.5);
    let labels = labelled(&groups, 100);
    let start = dec().fit_with(autoencoder().fit(images.view()).unwrap(), images.view()).unwrap();
    (images, labels, start)
}

fn one_hot(labels: &[Option<usize>]) -> Array2<f64> {
    Array2::from_shape_fn((labels.len(), 3), |(row, class)| f64::from(u8::from(labels[row] == Some(class))))
}

#[test]
fn labels_that_are_certain_are_hard_labels_in_every_stage() {
    let (images, labels, start) = start();
    let images = images.view();
    let soft = one_hot(&labels);
    let hard = multitask().fit_with(start.clone(), images, &labels).unwrap();
    assert!(multitask().fit_with(start, images, &soft).unwrap() == hard);
    let again = recluster().fit_with(hard.clone(), images, &labels).unwrap();
    assert!(recluster().fit_with(hard, images, soft.view()).unwrap() == again);
    let benchmark = supervised().fit(images, &labels).unwrap();
    assert!(supervised().fit(images, &soft).unwrap() == benchmark);
}

#[test]
fn a_network_learns_the_probabilities_that_it_is_told() {
    // Two kinds of images; volunteers are 80 % and 30 % sure of class 1.
    let (images, groups) = blobs(200, 2, 40, 0.3);
    let told = [0.8, 0.3];
    let probabilities = Array2::from_shape_fn((200, 2), |(row, class)| {
        let p = told[groups[row]];
        if class == 1 { p } else { 1.0 - p }
    });
    let model = Supervised::params(&[32, 4], 2).seed(3).batch_size(64).fit(images.view(), &probabilities);
    let p = model.unwrap().predict_proba(images.view()).unwrap();
    let mean = |group: usize| p.slice(s![group..;2, 1]).mean().unwrap();
    for (group, told) in told.into_iter().enumerate() {
        assert!((mean(group) - told).abs() < 0.05, "{} is not {told}", mean(group));
    }
}

#[test]
fn the_class_loss_of_an_epoch_is_the_mean_over_its_labelled_images_however_few_a_batch_has() {
    let (images, labels, start) = start();
    let labels: Vec<_> = labels.iter().enumerate().map(|(i, label)| label.filter(|_| i < 12)).collect();
    // At this rate nothing moves. Most batches of 8 have no labelled image.
    let loss = |batch_size: usize| {
        let params = multitask().batch_size(batch_size).schedule(&[Segment::epochs(1, 1e-20)]);
        let mut training = params.training(start.clone(), images.view(), &labels).unwrap();
        training.next().unwrap().unwrap().losses.class
    };
    let (all, few) = (loss(150), loss(8));
    assert!((all - few).abs() < 1e-6, "{few} is not {all}");
}

#[test]
fn images_without_a_label_change_nothing_in_the_class_loss() {
    let (images, labels, start) = start();
    let mut others = images.clone();
    others.slice_mut(s![100.., ..]).mapv_inplace(|value| 1.0 - 3.0 * value);
    // One step over all images, on the class loss alone.
    let params = Multitask::params(3).seed(5).batch_size(150).schedule(&[Segment::epochs(1, 0.1)]);
    let params = params.optimiser(Optimiser::Sgd { momentum: 0.9 }).reconstruction_weight(0.0);
    let with = |images: ArrayView2<'_, f32>| params.fit_with(start.clone(), images, &labels).unwrap();
    let [a, b] = [with(images.view()), with(others.view())];
    assert_eq!(a.report().epochs[0].losses.class, b.report().epochs[0].losses.class);
    assert_eq!(a.transform(images.view()).unwrap(), b.transform(images.view()).unwrap());
    assert_eq!(a.predict_proba(images.view()).unwrap(), b.predict_proba(images.view()).unwrap());
    assert_ne!(a.transform(images.view()).unwrap(), start.transform(images.view()).unwrap());
}

#[test]
fn balanced_weights_are_the_inverse_of_what_a_class_holds() {
    let (images, mut labels, start) = start();
    // 30, 33 and 33 labels.
    labels[..12].iter_mut().filter(|label| **label == Some(0)).for_each(|label| *label = None);
    let masses = [0, 1, 2].map(|class| labels.iter().filter(|label| **label == Some(class)).count() as f64);
    let n: f64 = masses.iter().sum();
    assert_eq!(masses, [30.0, 33.0, 33.0]);
    let with = |weights: LabelWeights| {
        multitask().label_weights(weights).fit_with(start.clone(), images.view(), &labels).unwrap()
    };
    let balanced = with(LabelWeights::Balanced);
    let each = with(LabelWeights::Each(masses.map(|mass| n / (3.0 * mass)).to_vec()));
    let difference = balanced.transform(images.view()).unwrap() - each.transform(images.view()).unwrap();
    assert!(difference.iter().all(|d| d.abs() < 1e-4), "the same weights up to rounding");
    let equal = with(LabelWeights::Equal);
    assert!(with(LabelWeights::Each(vec![1.0; 3])) == equal);
    assert!(with(LabelWeights::Tempered(0.0)) == equal);
    assert!(with(LabelWeights::Tempered(1.0)) == balanced);
    assert!(balanced != equal);
}

#[test]
fn a_rare_class_is_called_more_often_the_more_it_counts() {
    let (images, groups) = blobs(600, 2, 20, 3.0);
    // One in twenty is of class 1, and the noise hides it.
    let labels: Vec<_> =
        groups.iter().enumerate().map(|(i, &group)| (group == 0 || i % 20 == 1).then_some(group)).collect();
    let called = |weights: LabelWeights| {
        let params = Supervised::params(&[16, 4], 2).seed(3).batch_size(64).label_weights(weights);
        params.fit(images.view(), &labels).unwrap().predict(images.view()).unwrap().sum()
    };
    let calls = [LabelWeights::Equal, LabelWeights::Tempered(0.5), LabelWeights::Balanced].map(called);
    assert!(calls[0] < calls[1] && calls[1] < calls[2], "{calls:?}");
}

#[test]
fn labels_that_miss_most_of_a_class_teach_it_all_the_same_where_they_are_weighted_for_it() {
    let (images, groups) = blobs(600, 2, 20, 0.3);
    // Of class 1, the labels name three in ten.
    let labels: Vec<_> = groups
        .iter()
        .enumerate()
        .map(|(i, &group)| Some(usize::from(group == 1 && i / 2 % 10 < 3)))
        .collect();
    let found = |weights: LabelWeights| {
        let params = Supervised::params(&[16, 4], 2).seed(3).batch_size(64).label_weights(weights);
        let called = params.fit(images.view(), &labels).unwrap().predict(images.view()).unwrap();
        [0, 1].map(|class| (0..600).filter(|&i| groups[i] == class && called[i] == 1).count())
    };
    let weights = LabelWeights::against_noise([0.0, 0.3]).unwrap();
    assert_eq!(weights, [0.3, 1.7]);
    let [equal, weighted] = [LabelWeights::Equal, LabelWeights::Each(weights.to_vec())].map(found);
    assert!(equal[1] < 150, "{equal:?} of 300 each");
    assert!(weighted[1] > 270 && weighted[0] < 10, "{weighted:?} of 300 each");
    // Labels that tell nothing, and what are no probabilities.
    for positive in [[0.4, 0.4], [0.5, 0.2], [-0.1, 0.5], [0.0, 1.1], [f64::NAN, 1.0]] {
        assert!(LabelWeights::against_noise(positive).is_err(), "{positive:?}");
    }
}

#[test]
fn weights_move_from_labels_to_clusters() {
    let (images, labels, start) = start();
    let images = images.view();
    // The head reads the embedding, so that only KL moves the centres.
    let params = multitask().head_input(HeadInput::Embedding).cluster_weight(0.0).reconstruction_weight(1.0);
    let stay = params.fit_with(start.clone(), images, &labels).unwrap();
    assert_eq!(stay.clone().into_dec().centres(), start.centres());
    assert!(stay.report().epochs.iter().all(|epoch| epoch.losses.cluster == 0.0));

    // The plan of Wright et al.: α_t = 1 − t/T, β_t = t/T, γ = 1, with T = 4.
    let planned = params.clone().final_weights(0.0, 1.0, 1.0);
    let mut training = planned.training(start.clone(), images, &labels).unwrap();
    let first = training.next().unwrap().unwrap();
    assert_eq!(first.losses.cluster, 0.0, "β_0 = 0");
    assert_eq!(training.latest().unwrap().into_dec().centres(), start.centres());
    for epoch in training.by_ref() {
        assert!(epoch.unwrap().losses.cluster > 0.0);
    }
    assert_ne!(training.latest().unwrap().into_dec().centres(), start.centres(), "the gradient of KL flows");

    // Weights that end where they begin stay.
    let same = params.clone().final_weights(1.0, 0.0, 1.0).fit_with(start.clone(), images, &labels).unwrap();
    assert_eq!(same.transform(images).unwrap(), stay.transform(images).unwrap());
    // The first epoch knows nothing of where the weights go.
    let other = params.final_weights(1.0, 0.0, 0.0).fit_with(start, images, &labels).unwrap();
    let [a, b] = [&same, &other].map(|model| &model.report().epochs);
    assert_eq!(a[0], b[0]);
    assert_ne!(a[1].losses, b[1].losses);
    assert_eq!(a[0].stage, Stage::Multitask);
}

#[test]
fn planned_weights_move_in_equal_steps() {
    let (images, labels, start) = start();
    // One step an epoch at a rate at which gradients hardly change: what KL moves is as much as it weighs, t/4 in epoch t.
    let params = multitask().batch_size(150).head_input(HeadInput::Embedding).cluster_weight(0.0);
    let params = params.optimiser(Optimiser::Sgd { momentum: 0.0 }).schedule(&[Segment::epochs(4, 1e-2)]);
    let params = params.final_weights(0.0, 1.0, 0.0);
    let mut training = params.training(start.clone(), images.view(), &labels).unwrap();
    let mut centres = start.centres().to_owned();
    let mut moves = Vec::new();
    while let Some(epoch) = training.next() {
        epoch.unwrap();
        let now = training.latest().unwrap().into_dec().centres().to_owned();
        moves.push((&now - &centres).mapv(|d| f64::from(d * d)).sum().sqrt());
        centres = now;
    }
    assert_eq!(moves[0], 0.0);
    for (t, way) in moves.iter().enumerate() {
        assert!((way / moves[1] - t as f64).abs() < 0.1, "epoch {t}: {moves:?}");
    }
}

#[test]
fn a_head_that_starts_with_the_clusters_says_their_classes_before_the_first_epoch() {
    let (images, groups) = blobs(150, 3, 40, 0.3);
    let params = Autoencoder::params(&[32, 4]).seed(5).batch_size(64).neighbour_schedule(&[]);
    let params = params.fine_tune_schedule(&[Segment::epochs(60, 3e-3)]);
    let start = Dec::params(3).seed(5).fit_with(params.fit(images.view()).unwrap(), images.view()).unwrap();
    // Classes are called otherwise than clusters.
    let truth: Vec<usize> = groups.iter().map(|&group| (group + 1) % 3).collect();
    let labels = labelled(&truth, 60);
    let rows = taught(&images, |watching, images| {
        let params = multitask().max_epochs(Some(1)).augmentation(Some(watching));
        params.fit_with(start.clone(), images.view(), &labels)
    });
    let q = start.predict_proba(images.view()).unwrap();
    for weights in [[1.0; 3], [1.0, 2.0, 4.0]] {
        let params = multitask().label_weights(LabelWeights::Each(weights.to_vec())).max_epochs(Some(0));
        let model = params.clone().fit_with(start.clone(), images.view(), &labels).unwrap();
        let right = model.predict(images.view()).unwrap().iter().zip(&truth).filter(|(a, b)| a == b).count();
        assert_eq!(right, 150);
        // W_kc = ln((Σ_i q_ik y_ic + h_c) / (Σ_ic q_ik y_ic + 1)).
        let mut joint = Array2::<f64>::zeros((3, 3));
        for row in rows.iter().copied().filter(|&row| row < 60) {
            joint.column_mut(truth[row]).scaled_add(weights[truth[row]], &q.row(row));
        }
        let share = joint.sum_axis(Axis(0)) / joint.sum();
        let w = Array2::from_shape_fn((3, 3), |(k, c)| {
            ((joint[[k, c]] + share[c]) / (joint.row(k).sum() + 1.0)).ln()
        });
        let mut wants = q.dot(&w).mapv(f64::exp);
        wants.rows_mut().into_iter().for_each(|mut row| row /= row.sum());
        for (got, want) in model.predict_proba(images.view()).unwrap().iter().zip(&wants) {
            assert_abs_diff_eq!(got, want, epsilon = 1e-5);
        }
        let random = params.initial_head(InitialHead::Random).fit_with(start.clone(), images.view(), &labels);
        let classes = random.unwrap().predict(images.view()).unwrap();
        assert!(classes.iter().zip(&truth).any(|(a, b)| a != b));
    }
}

/// Rows that a training sees before it steps, those that it watches left out, by the number that each has in its first pixel.
fn taught<M>(
    images: &Array2<f32>,
    train: impl FnOnce(Augmentation, &Array2<f32>) -> manyhands_dec::Result<M>,
) -> BTreeSet<usize> {
    let mut images = images.clone();
    let numbers = Array1::from_iter((0..images.nrows()).map(|row| row as f32 / 64.0));
    images.column_mut(0).assign(&numbers);
    let (watching, seen) = watching();
    train(watching, &images).unwrap();
    let seen = seen.lock().unwrap();
    seen.iter().map(|(_, first)| (first * 64.0) as usize).collect()
}

#[test]
fn a_tenth_of_each_class_is_watched_and_the_same_images_in_every_stage() {
    let (images, labels, start) = start();
    let retrained = multitask().fit_with(start.clone(), images.view(), &labels).unwrap();
    let all: BTreeSet<usize> = (0..150).collect();
    let watched = |taught: BTreeSet<usize>| all.difference(&taught).copied().collect::<Vec<_>>();
    let by_multitask = watched(taught(&images, |watching, images| {
        multitask().augmentation(Some(watching)).fit_with(start, images.view(), &labels)
    }));
    // 34, 33 and 33 labels.
    let mut counts = [0; 3];
    by_multitask.iter().for_each(|&row| counts[labels[row].unwrap()] += 1);
    assert_eq!(counts, [3, 3, 3]);
    let by_recluster = watched(taught(&images, |watching, images| {
        recluster().augmentation(Some(watching)).fit_with(retrained, images.view(), &labels)
    }));
    assert_eq!(by_recluster, by_multitask);
    let by_supervised = watched(taught(&images, |watching, images| {
        supervised().augmentation(Some(watching)).fit(images.view(), &labels)
    }));
    let unlabelled = 100..150;
    assert_eq!(by_supervised, by_multitask.into_iter().chain(unlabelled).collect::<Vec<_>>());
}

#[test]
fn labels_that_come_later_leave_the_watched_images_where_they_are() {
    let (images, groups) = blobs(600, 3, 20, 0.5);
    let watched = |n_known: usize| -> BTreeSet<usize> {
        let labels = labelled(&groups, n_known);
        let params = supervised().max_epochs(Some(1));
        let taught = taught(&images, |watching, images| {
            params.augmentation(Some(watching)).fit(images.view(), &labels)
        });
        (0..n_known).filter(|row| !taught.contains(row)).collect()
    };
    let [before, after] = [300, 600].map(watched);
    assert_eq!([before.len(), after.len()], [30, 60]);
    // Some of the 30 may teach now, but hardly one that has taught is watched: drawn anew, it would be 27.
    let both = after.intersection(&before).count();
    let first = after.iter().filter(|&&row| row < 300).count();
    assert!(both >= 20 && first - both <= 3, "{before:?} {after:?}");
}

#[test]
fn losses_are_what_they_are_called() {
    let (images, labels, start) = start();
    let view = images.view();
    // One step over all images, at a rate at which nothing moves.
    let still = [Segment::epochs(1, 1e-20)];
    let params = Autoencoder::params(&[80, 4]).seed(5).batch_size(150).neighbour_schedule(&[]);
    let params = params.fine_tune_schedule(&still).fine_tune_dropout(0.0).input_scale(InputScale::None);
    for (loss, factor) in [(ReconstructionLoss::Mean, 1.0 / 40.0), (ReconstructionLoss::SumHalf, 0.5)] {
        let model = params.clone().reconstruction_loss(loss).fit(view).unwrap();
        let error = (&model.reconstruct(view).unwrap() - &images).mapv(|d| f64::from(d) * f64::from(d)).sum();
        let told = model.report().epochs[0].losses.reconstruction;
        assert_relative_eq!(told, factor * error / 150.0, max_relative = 1e-5);
    }
    let params = multitask().batch_size(150).schedule(&still).development_fraction(0.01);
    let mut training = params.training(start, view, &labels).unwrap();
    let losses = training.next().unwrap().unwrap();
    let model = training.latest().unwrap();
    let p = model.predict_proba(view).unwrap();
    let surprise = |row: usize| labels[row].map(|class| -p[[row, class]].ln());
    let mean: f64 = (0..150).filter_map(surprise).sum::<f64>() / 100.0;
    // One image of each class is watched.
    let all = (97.0 * losses.losses.class + 3.0 * losses.development.unwrap().class) / 100.0;
    assert_relative_eq!(all, mean, max_relative = 1e-4);
}

#[test]
fn wrong_probabilities_are_named() {
    let (images, labels, start) = start();
    let message = |soft: &Array2<f64>| {
        multitask().fit_with(start.clone(), images.view(), soft).unwrap_err().to_string()
    };
    let good = one_hot(&labels);
    let changed = |row: usize, to: [f64; 3]| {
        let mut soft = good.clone();
        soft.row_mut(row).assign(&array![to[0], to[1], to[2]]);
        message(&soft)
    };
    assert_eq!(
        changed(7, [0.5, 0.4, 0.0]),
        "labels[7, ..] sums to 0.9: wants 1, or 0 where nothing is known"
    );
    assert_eq!(changed(8, [1.5, -0.5, 0.0]), "labels[8, 0] = 1.5: wants a probability in 0..=1");
    assert_eq!(changed(9, [0.5, -0.5, 1.0]), "labels[9, 1] = -0.5: wants a probability in 0..=1");
    assert_eq!(changed(9, [f64::NAN, 0.0, 1.0]), "labels[9, 0] = NaN: wants a probability in 0..=1");
    assert_eq!(
        message(&good.slice(s![..149, ..]).to_owned()),
        "labels has 149 entries for 150 images: wants one per image (`None` where unknown)"
    );
    assert_eq!(
        message(&good.slice(s![.., ..2]).to_owned()),
        "labels has 2 columns: wants one for each of 3 classes"
    );
    let mut rare = good.clone();
    rare.column_mut(2).fill(0.0);
    assert_eq!(message(&rare), "labels holds 0 images of class 2: wants at least 2 of every class");
    let error = supervised().input_scale(InputScale::None).fit(images.view(), &(good * 0.5)).unwrap_err();
    assert!(matches!(error, Error::ProbabilitySum { row: 0, sum: 0.5 }), "{error}");
}
