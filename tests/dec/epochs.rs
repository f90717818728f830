//! Epochs handed out: order, counts, reasons to stop.

use super::{autoencoder, blobs, bytes, dec, labelled, multitask, recluster, supervised, watching};
use manyhands_dec::{
    Autoencoder, Backend, Dec, Epoch, Error, Multitask, Optimiser, Profile, Recluster, Result, Segment,
    Selection, Stage, StopReason, Supervised, Training,
};
use ndarray::Array2;
use std::collections::BTreeSet;
use tempfile::TempDir;

fn images() -> (Array2<f32>, Vec<usize>) {
    blobs(150, 3, 40, 0.5)
}

fn places(epochs: &[Epoch]) -> Vec<(Stage, usize, usize, f32)> {
    epochs.iter().map(|epoch| (epoch.stage, epoch.index, epoch.n_epochs, epoch.rate)).collect()
}

#[test]
fn epochs_come_layer_by_layer_then_for_all_layers_then_graph_by_graph() {
    let (images, _) = images();
    let mut training = autoencoder().training(images.view()).unwrap();
    assert_eq!((training.n_epochs(), training.n_done()), (9, 0));
    let mut epochs = Vec::new();
    while let Some(epoch) = training.next() {
        epochs.push(epoch.unwrap());
        assert_eq!(training.n_done(), epochs.len());
    }
    assert!(training.next().is_none(), "over is over");
    let wants = vec![
        (Stage::Layer(0), 0, 2, 1e-2),
        (Stage::Layer(0), 1, 2, 1e-3),
        (Stage::Layer(1), 0, 2, 1e-2),
        (Stage::Layer(1), 1, 2, 1e-3),
        (Stage::FineTune, 0, 3, 1e-3),
        (Stage::FineTune, 1, 3, 1e-3),
        (Stage::FineTune, 2, 3, 1e-3),
        (Stage::Neighbours(0), 0, 1, 1e-3),
        (Stage::Neighbours(1), 0, 1, 1e-3),
    ];
    assert_eq!(places(&epochs), wants);
    for epoch in &epochs {
        assert!(epoch.losses.reconstruction > 0.0);
        assert_eq!(epoch.losses.neighbour > 0.0, matches!(epoch.stage, Stage::Neighbours(_)));
        assert_eq!((epoch.losses.class, epoch.losses.cluster), (0.0, 0.0));
        assert_eq!((&epoch.development, epoch.changed, epoch.is_best), (&None, None, false));
    }
    let report = training.finish().unwrap().report().clone();
    assert_eq!((report.epochs, report.stop_reason), (epochs, StopReason::MaxEpochs));
}

#[test]
fn max_epochs_cuts_every_phase_and_steps_are_rounded_up_to_epochs() {
    let (images, _) = images();
    let rates =
        |training: Training<'_, Autoencoder>| training.map(|epoch| epoch.unwrap().rate).collect::<Vec<_>>();
    let training = autoencoder().max_epochs(Some(1)).training(images.view()).unwrap();
    assert_eq!(rates(training), [1e-2, 1e-2, 1e-3, 1e-3, 1e-3]);
    // Three steps an epoch: 7 steps are 3 epochs, 3 steps are 1.
    let schedule = [Segment::steps(7, 1e-2), Segment::steps(3, 1e-3)];
    let params = autoencoder().layer_schedule(&[]).neighbour_schedule(&[]).fine_tune_schedule(&schedule);
    assert_eq!(rates(params.training(images.view()).unwrap()), [1e-2, 1e-2, 1e-2, 1e-3]);
    assert_eq!(rates(params.max_epochs(Some(2)).training(images.view()).unwrap()), [1e-2, 1e-2]);
}

#[test]
fn a_graph_of_some_of_the_images_trains_on_these_alone() {
    let (images, _) = images();
    let params = autoencoder().max_epochs(None).neighbour_schedule(&[Segment::steps(6, 1e-3)]).n_graphs(1);
    let params = params.layer_schedule(&[]).fine_tune_schedule(&[]);
    let n_epochs = |n| params.clone().graph_images(n).training(images.view()).unwrap().n_epochs();
    // Three batches of 64 in 150 images, two in 128, one in 60.
    assert_eq!([1000, 150, 128, 60].map(n_epochs), [2, 2, 3, 6]);
    let fit = |n| params.clone().graph_images(n).fit(images.view()).unwrap();
    assert!(fit(150) == params.fit(images.view()).unwrap(), "as many as there are");
    assert!(fit(149) != fit(150));
    // No two images begin alike.
    let (watching, seen) = watching();
    params.clone().graph_images(60).augmentation(Some(watching)).fit(images.view()).unwrap();
    let seen: BTreeSet<u32> = seen.lock().unwrap().iter().map(|(_, first)| first.to_bits()).collect();
    assert_eq!(seen.len(), 60);
    let rows: Vec<usize> = (0..150).filter(|&row| seen.contains(&images[[row, 0]].to_bits())).collect();
    assert!(rows.len() == 60 && rows.iter().any(|&row| row >= 60), "drawn from all: {rows:?}");
}

#[test]
fn without_epochs_a_model_is_as_it_started() {
    let (images, groups) = images();
    let labels = labelled(&groups, 100);
    let autoencoder = autoencoder().max_epochs(Some(0)).fit(images.view()).unwrap();
    assert_eq!(autoencoder.report().stop_reason, StopReason::MaxEpochs);
    let dec = dec().max_epochs(Some(0)).fit_with(autoencoder.clone(), images.view()).unwrap();
    assert_eq!(dec.transform(images.view()).unwrap(), autoencoder.transform(images.view()).unwrap());
    let multitask = multitask().max_epochs(Some(0)).fit_with(dec.clone(), images.view(), &labels).unwrap();
    assert_eq!(multitask.predict_clusters(images.view()).unwrap(), dec.predict(images.view()).unwrap());
    let again = recluster().schedule(&[]).fit_with(multitask, images.view(), &labels).unwrap();
    assert_eq!(again.predict_proba(images.view()).unwrap(), dec.predict_proba(images.view()).unwrap());
    assert!(again.report().epochs.is_empty());
}

#[test]
fn an_endless_schedule_can_be_broken_off() {
    let (images, _) = images();
    let params = autoencoder().layer_schedule(&[Segment::epochs(1, 1e-3)]);
    let params = params.fine_tune_schedule(&[Segment::epochs(usize::MAX, 1e-3)]);
    let mut training = params.training(images.view()).unwrap();
    assert_eq!(training.n_epochs(), usize::MAX);
    assert_eq!(training.by_ref().take(4).count(), 4);
    assert_eq!(training.n_done(), 4);
    assert_eq!(training.finish().unwrap().report().stop_reason, StopReason::Interrupted);
}

#[test]
fn a_training_that_is_taken_early_was_interrupted_and_one_that_used_all_epochs_was_not() {
    let (images, _) = images();
    for n_epochs in 0..=9 {
        let mut training = autoencoder().training(images.view()).unwrap();
        for epoch in training.by_ref().take(n_epochs) {
            epoch.unwrap();
        }
        let model = training.finish().unwrap();
        let wants = if n_epochs == 9 { StopReason::MaxEpochs } else { StopReason::Interrupted };
        assert_eq!(model.report().stop_reason, wants, "after {n_epochs}");
        assert_eq!(model.report().epochs.len(), n_epochs);
        assert_eq!(model.transform(images.view()).unwrap().dim(), (150, 4));
    }
}

#[test]
fn a_clustering_tells_how_many_images_changed_and_stops_when_fewer_do() {
    let (images, _) = images();
    let start = autoencoder().fit(images.view()).unwrap();
    let never = dec().fit_with(start.clone(), images.view()).unwrap();
    assert_eq!(never.report().stop_reason, StopReason::MaxEpochs);
    assert!(!never.converged());
    assert_eq!(places(&never.report().epochs)[3], (Stage::Dec, 3, 4, 0.01));
    for (i, epoch) in never.report().epochs.iter().enumerate() {
        assert_eq!(epoch.changed.is_some(), i > 0);
        assert!(epoch.losses.cluster > 0.0);
        assert_eq!((epoch.losses.class, epoch.losses.reconstruction), (0.0, 0.0));
    }
    // Any change of less than all images is none: the second update of the target finds that.
    let at_once = dec().tolerance(1.0).fit_with(start, images.view()).unwrap();
    assert_eq!(at_once.report().stop_reason, StopReason::Converged);
    assert!(at_once.converged());
    assert_eq!(at_once.report().epochs, never.report().epochs[..1]);
}

#[test]
fn the_best_epoch_by_the_development_images_is_kept_and_patience_ends_the_wait() {
    let (images, groups) = images();
    // Labels that nothing in the images tells: what is learnt from some does not hold for others.
    let labels: Vec<_> = (0..150).map(|i| Some(groups[i * i % 101] % 2)).collect();
    let params = Supervised::params(&[80, 4], 2).seed(5).dropout(0.0).patience(3).batch_size(32);
    let params = params.schedule(&[Segment::epochs(60, 1e-3)]);
    let whole = params.fit(images.view(), &labels).unwrap();
    let epochs = &whole.report().epochs;
    assert_eq!(whole.report().stop_reason, StopReason::Patience);
    let best = epochs.iter().rposition(|epoch| epoch.is_best).unwrap();
    assert_eq!(best + 3 + 1, epochs.len());
    let losses: Vec<f64> = epochs.iter().map(|epoch| epoch.development.unwrap().class).collect();
    let mut lowest = f64::INFINITY;
    for (epoch, &loss) in epochs.iter().zip(&losses) {
        assert_eq!(epoch.is_best, loss < lowest);
        lowest = lowest.min(loss);
    }
    let mut training = params.training(images.view(), &labels).unwrap();
    assert_eq!(training.by_ref().take(best + 1).count(), best + 1);
    let kept = training.snapshot().unwrap();
    assert_eq!(kept.predict_proba(images.view()).unwrap(), whole.predict_proba(images.view()).unwrap());
}

#[test]
fn a_rate_that_no_longer_helps_hands_its_best_network_to_the_next() {
    let (images, groups) = images();
    let labels: Vec<_> = (0..150).map(|i| Some(groups[i * i % 101] % 2)).collect();
    let params = Supervised::params(&[80, 4], 2).seed(5).dropout(0.0).patience(3).batch_size(32);
    let both = params.clone().schedule(&[Segment::epochs(60, 1e-3), Segment::epochs(50, 1e-5)]);
    let model = both.fit(images.view(), &labels).unwrap();
    let epochs = &model.report().epochs;
    let n_first = epochs.iter().take_while(|epoch| epoch.rate == 1e-3).count();
    assert!(n_first < 60 && n_first < epochs.len());
    assert!(epochs[n_first..].iter().all(|epoch| epoch.rate == 1e-5));
    let best = epochs[..n_first].iter().rposition(|epoch| epoch.is_best).unwrap();
    assert_eq!(best + 3 + 1, n_first);
    // A rate at which nothing gets better at all is given as many epochs as any other.
    let worse = params.schedule(&[Segment::epochs(60, 1e-3), Segment::epochs(50, 1.0)]);
    let worse = worse.fit(images.view(), &labels).unwrap();
    assert_eq!(worse.report().stop_reason, StopReason::Patience);
    assert!(worse.report().epochs[n_first..].iter().all(|epoch| !epoch.is_best));
    assert_eq!(worse.report().epochs.len(), n_first + 3);
    // Small steps from the best network stay near it; the network that the wait ended with lies far off.
    let loss = |epoch: usize| epochs[epoch].development.unwrap().class;
    assert!((loss(n_first) - loss(best)).abs() < 0.1 * (loss(n_first - 1) - loss(best)).abs());
    // Broken off just before and just after the change, it goes on to the same bits.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint");
    for n in [n_first - 1, n_first, n_first + 1] {
        let mut training = both.training(images.view(), &labels).unwrap();
        assert_eq!(training.by_ref().take(n).count(), n);
        training.save(&path).unwrap();
        let mut resumed = both.training(images.view(), &labels).unwrap().resume(&path).unwrap();
        assert!(resumed.by_ref().all(|epoch| epoch.is_ok()));
        assert!(resumed.finish().unwrap() == model, "after {n} epochs");
    }
}

#[test]
fn the_rule_of_wright_et_al_wants_both_losses_to_fall() {
    let (images, groups) = images();
    let labels = labelled(&groups, 120);
    let start = dec().fit_with(autoencoder().fit(images.view()).unwrap(), images.view()).unwrap();
    let params = multitask().schedule(&[Segment::epochs(25, 3e-3)]).patience(25);
    let model =
        params.selection(Selection::ClassAndReconstruction).fit_with(start, images.view(), &labels).unwrap();
    let mut best: Option<(f64, f64)> = None;
    let mut differed = false;
    for epoch in &model.report().epochs {
        let losses = epoch.development.unwrap();
        let (class, reconstruction) = (losses.class, losses.reconstruction);
        let is_best = best.is_none_or(|best| class < best.0 && reconstruction < best.1);
        assert_eq!(epoch.is_best, is_best);
        differed |= !is_best && best.is_some_and(|best| class < best.0);
        if is_best {
            best = Some((class, reconstruction));
        }
    }
    assert!(differed, "the class loss alone would have chosen the same epochs");
}

#[test]
fn snapshots_leave_a_training_as_it_is() {
    let (images, _) = images();
    let quiet = autoencoder().fit(images.view()).unwrap();
    let mut training = autoencoder().training(images.view()).unwrap();
    let mut embeddings = Vec::new();
    while let Some(epoch) = training.next() {
        epoch.unwrap();
        embeddings.push(training.snapshot().unwrap().transform(images.view()).unwrap());
    }
    assert!(training.finish().unwrap() == quiet);
    assert_eq!(embeddings.last(), Some(&quiet.transform(images.view()).unwrap()));
    assert_ne!(embeddings[0], embeddings[1]);
}

#[test]
fn the_latest_network_follows_every_epoch_and_the_snapshot_keeps_the_best() {
    let (images, groups) = images();
    // Labels that say nothing of the images: what is learned of them does not hold for others.
    let labels: Vec<_> = (0..150).map(|i| Some(groups[i * i % 101])).collect();
    let params = supervised().schedule(&[Segment::epochs(12, 1e-3)]);
    let proba = |model: &Supervised| model.predict_proba(images.view()).unwrap();
    let mut training = params.training(images.view(), &labels).unwrap();
    let mut latest = Vec::new();
    let mut fell_behind = false;
    while let Some(epoch) = training.next() {
        let epoch = epoch.unwrap();
        latest.push(proba(&training.latest().unwrap()));
        let best = proba(&training.snapshot().unwrap());
        assert_eq!(epoch.is_best, best == *latest.last().unwrap(), "epoch {}", epoch.index);
        fell_behind |= !epoch.is_best;
    }
    assert!(fell_behind);
    // Every one of them is a state of the training, none is told twice.
    assert!((1..latest.len()).all(|i| latest[i] != latest[i - 1]));
    let model = training.finish().unwrap();
    let best = model.report().epochs.iter().rposition(|epoch| epoch.is_best).unwrap();
    assert_eq!(proba(&model), latest[best]);
}

#[test]
fn a_training_names_its_stage_when_debugged_and_stages_have_names() {
    let (images, _) = images();
    let training = autoencoder().training(images.view()).unwrap();
    assert_eq!(format!("{training:?}"), "Training { stage: Layer(0), epoch: 0, .. }");
    let stages =
        [Stage::Layer(2), Stage::FineTune, Stage::Dec, Stage::Multitask, Stage::Recluster, Stage::Supervised];
    let names: Vec<_> = stages.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["layer 2", "fine-tuning", "DEC", "multitask", "reclustering", "supervised"]);
}

/// A training at an absurd rate ends in [`Error::Diverged`], and nothing comes out of it afterwards.
fn assert_diverges<M: std::fmt::Debug>(training: Result<Training<'_, M>>, what: &str) {
    let mut training = training.unwrap();
    let error = training.by_ref().find_map(std::result::Result::err);
    assert!(matches!(error, Some(Error::Diverged { .. })), "{what}: {error:?}");
    assert!(training.next().is_none(), "{what}");
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("checkpoint");
    assert!(matches!(training.save(&path), Err(Error::Diverged { .. })), "{what}");
    assert!(!path.exists(), "{what}");
    assert!(matches!(training.snapshot(), Err(Error::Diverged { .. })), "{what}");
    assert!(matches!(training.finish(), Err(Error::Diverged { .. })), "{what}");
}

#[test]
fn absurd_rates_diverge_with_an_error_even_in_the_only_step_of_a_training() {
    let (images, groups) = images();
    let (images, labels) = (images.view(), labelled(&groups, 100));
    let start = autoencoder().fit(images).unwrap();
    let clustered = dec().fit_with(start.clone(), images).unwrap();
    let retrained = multitask().fit_with(clustered.clone(), images, &labels).unwrap();
    for (optimiser, backend) in [
        (Optimiser::Adam, Backend::Fused),
        (Optimiser::Sgd { momentum: 0.9 }, Backend::Fused),
        (Optimiser::Sgd { momentum: 0.9 }, Backend::Candle),
    ] {
        let (autoencoder, dec, multitask) =
            (|| autoencoder().backend(backend), || dec().backend(backend), || multitask().backend(backend));
        let (recluster, supervised) = (|| recluster().backend(backend), || supervised().backend(backend));
        // One epoch of one step, and ten epochs of many.
        for (n_epochs, batch_size) in [(1, 1000), (10, 20)] {
            let what = |stage| format!("{stage}, {optimiser:?} on {backend}, {n_epochs} epochs");
            let absurd = [Segment::epochs(n_epochs, 1e30)];
            let params = autoencoder().optimiser(optimiser).batch_size(batch_size);
            assert_diverges(params.clone().layer_schedule(&absurd).training(images), &what("layers"));
            let params = params.layer_schedule(&[]).fine_tune_schedule(&absurd);
            assert_diverges(params.training(images), &what("fine-tuning"));
            let params = dec().optimiser(optimiser).batch_size(batch_size).update_interval(None);
            assert_diverges(params.schedule(&absurd).training(start.clone(), images), &what("DEC"));
            let params = multitask().optimiser(optimiser).batch_size(batch_size).schedule(&absurd);
            assert_diverges(params.training(clustered.clone(), images, &labels), &what("multitask"));
            let params = recluster().optimiser(optimiser).batch_size(batch_size).schedule(&absurd);
            assert_diverges(params.training(retrained.clone(), images, &labels), &what("reclustering"));
            let params = supervised().optimiser(optimiser).batch_size(batch_size).schedule(&absurd);
            assert_diverges(params.training(images, &labels), &what("supervised"));
        }
    }
}

#[test]
fn published_profiles_are_as_long_as_published() {
    // For 512 images: two steps a pass.
    let (images, groups) = blobs(512, 2, 9, 0.5);
    let labels = labelled(&groups, 512);
    let images = images.view();
    let n_epochs = |profile| {
        let params = Autoencoder::params(&[6, 5, 2]).profile(profile);
        params.training(images).unwrap().n_epochs()
    };
    assert_eq!(n_epochs(Profile::MuonHunters), 3 * 3 * 66 + 5 * 80);
    assert_eq!(n_epochs(Profile::Xie2016), 3 * 25_000 + 50_000);
    let start = Autoencoder::params(&[6, 2]).max_epochs(Some(1)).fit(images).unwrap();
    let n_epochs = |profile| {
        let params = Dec::params(2).n_restarts(1).profile(profile);
        params.training(start.clone(), images).unwrap().n_epochs()
    };
    // 20 000 steps in stretches of 140, 100 000 in stretches of 160.
    assert_eq!([n_epochs(Profile::MuonHunters), n_epochs(Profile::Xie2016)], [143, 625]);
    let start = Dec::params(2).n_restarts(1).max_epochs(Some(1)).fit_with(start, images).unwrap();
    let params = Multitask::params(2).profile(Profile::MuonHunters);
    assert_eq!(params.training(start.clone(), images, &labels).unwrap().n_epochs(), 200);
    let start = Multitask::params(2).max_epochs(Some(1)).fit_with(start, images, &labels).unwrap();
    let params = Recluster::params().profile(Profile::MuonHunters);
    assert_eq!(params.training(start, images, &labels).unwrap().n_epochs(), 200);
    let params = Supervised::params(&[6, 2], 2).profile(Profile::MuonHunters);
    assert_eq!(params.training(images, &labels).unwrap().n_epochs(), 100);
}

#[test]
fn saving_does_not_depend_on_what_else_was_looked_at() {
    let (images, _) = images();
    let model = autoencoder().fit(images.view()).unwrap();
    let before = bytes(|path| model.save(path));
    let _ = model.transform(images.view()).unwrap();
    let _ = model.reconstruct(images.view()).unwrap();
    assert!(before == bytes(|path| model.save(path)));
}
