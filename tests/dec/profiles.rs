//! Profiles: what each of them sets, option by option.

use manyhands_dec::{
    Autoencoder, Dec, InitialCentres, InitialHead, Initialisation, InputScale, Multitask, Optimiser, Profile,
    Recluster, ReconstructionLoss, Segment, Selection, Supervised,
};
use ndarray::Array2;

const SGD: Optimiser = Optimiser::Sgd { momentum: 0.9 };

#[test]
fn the_profile_of_muon_hunters_is_that_of_wright_et_al() {
    let params = Autoencoder::params(&[6, 2]);
    let wants = params
        .clone()
        .optimiser(SGD)
        .layer_schedule(&[0.1, 0.01, 0.001].map(|rate| Segment::epochs(66, rate)))
        .fine_tune_schedule(&[])
        .neighbour_schedule(&[])
        .image_dropout(0.2)
        .dropout(0.2)
        .embedding_dropout(0.2)
        .fine_tune_dropout(0.0)
        .reconstruction_loss(ReconstructionLoss::Mean)
        .initialisation(Initialisation::Glorot)
        .input_scale(InputScale::UnitMeanSquarePerSample);
    let published = params.profile(Profile::MuonHunters);
    assert_eq!(published.clone().fine_tune_schedule(&[]), wants);
    // Five times 80 epochs of all layers, each at a tenth of the rate before.
    let images = Array2::from_shape_fn((8, 4), |(i, j)| (i * (j + 1) % 5) as f32);
    let all = published.layer_schedule(&[]).fit(images.view()).unwrap();
    let rates: Vec<f32> = all.report().epochs.iter().map(|epoch| epoch.rate).collect();
    for (rates, wants) in rates.chunks(80).zip([1e-1, 1e-2, 1e-3, 1e-4, 1e-5]) {
        assert!(rates.iter().all(|rate| (rate / wants - 1.0).abs() < 1e-6), "{rates:?}");
    }
    assert_eq!(rates.len(), 400);

    let params = Dec::params(10);
    let wants = params
        .clone()
        .optimiser(SGD)
        .batch_size(256)
        .shuffle(false)
        .initial_centres(InitialCentres::KMeans)
        .n_restarts(20)
        .update_interval(Some(140))
        .schedule(&[Segment::steps(20_000, 0.01)])
        .tolerance(0.001)
        .balance(1.0)
        .collapse(None)
        .reconstruction_weight(0.0);
    assert_eq!(params.profile(Profile::MuonHunters), wants);

    let params = Multitask::params(2);
    let wants = params
        .clone()
        .optimiser(Optimiser::Adam)
        .batch_size(32)
        .schedule(&[Segment::epochs(200, 0.001)])
        .class_weight(1.0)
        .cluster_weight(0.0)
        .reconstruction_weight(1.0)
        .initial_head(InitialHead::Random)
        .development_fraction(0.1)
        .patience(10)
        .selection(Selection::ClassAndReconstruction);
    assert_eq!(params.profile(Profile::MuonHunters), wants);

    let params = Recluster::params().profile(Profile::MuonHunters);
    let wants = params.clone().optimiser(SGD).update_interval(Some(140)).tolerance(0.001).collapse(None);
    let wants = wants.schedule(&[Segment::epochs(200, 0.01)]).reconstruction_weight(1.0);
    assert_eq!(params, wants);
    // Plain, it is KL(P‖Q) alone.
    assert_eq!(params.plain(), wants.class_weight(0.0).cluster_weight(1.0).reconstruction_weight(0.0));

    let params = Supervised::params(&[6, 2], 2);
    let wants = params.clone().profile(Profile::MuonHunters).optimiser(SGD).dropout(0.0).patience(10);
    let wants = wants.schedule(&[Segment::epochs(100, 0.01)]);
    assert_eq!(params.profile(Profile::MuonHunters), wants);
}

#[test]
fn the_profile_of_xie_et_al_is_that_of_their_program_but_for_the_loss() {
    let params = Autoencoder::params(&[6, 2]);
    let wants = params
        .clone()
        .optimiser(SGD)
        .layer_schedule(
            &[(20_000, 0.1), (20_000, 0.01), (10_000, 0.001)].map(|(n, rate)| Segment::steps(n, rate)),
        )
        .fine_tune_schedule(&[])
        .neighbour_schedule(&[])
        .image_dropout(0.0)
        .dropout(0.2)
        .embedding_dropout(0.0)
        .fine_tune_dropout(0.0)
        .reconstruction_loss(ReconstructionLoss::Mean)
        .initialisation(Initialisation::Normal(0.01))
        .input_scale(InputScale::UnitMeanSquareGlobal);
    assert_eq!(params.profile(Profile::Xie2016).fine_tune_schedule(&[]), wants);

    let params = Dec::params(10);
    let wants = params
        .clone()
        .optimiser(SGD)
        .batch_size(256)
        .shuffle(false)
        .initial_centres(InitialCentres::KMeans)
        .update_interval(Some(160))
        .collapse(None)
        .schedule(&[Segment::steps(100_000, 0.01)]);
    assert_eq!(params.profile(Profile::Xie2016), wants);
}

#[test]
fn a_profile_called_after_another_leaves_nothing_of_it() {
    let all = [Profile::Quick, Profile::MuonHunters, Profile::Xie2016];
    for (first, last) in all.into_iter().flat_map(|first| all.map(|last| (first, last))) {
        let params = || Autoencoder::params(&[6, 2]);
        assert_eq!(params().profile(first).profile(last), params().profile(last));
        assert_eq!(Dec::params(3).profile(first).profile(last), Dec::params(3).profile(last));
        assert_eq!(Multitask::params(2).profile(first).profile(last), Multitask::params(2).profile(last));
        assert_eq!(Recluster::params().profile(first).profile(last), Recluster::params().profile(last));
        let params = || Supervised::params(&[6, 2], 2);
        assert_eq!(params().profile(first).profile(last), params().profile(last));
    }
    assert_eq!(Autoencoder::params(&[6, 2]).profile(Profile::Quick), Autoencoder::params(&[6, 2]));
}
