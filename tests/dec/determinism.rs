//! Same seed, same bits: twice, and for any number of threads.

use super::{autoencoder, autoencoder_with, blobs, bytes, dec, labelled, multitask, recluster, supervised};
use manyhands_dec::{Autoencoder, Dec, Error, ReclusterParams, SupervisedParams};
use ndarray::{Array2, s};

/// What every stage leaves behind: models as files, and predictions.
#[derive(PartialEq)]
struct Results {
    files: Vec<(&'static str, Vec<u8>)>,
    embedding: Array2<f32>,
    assignment: Array2<f64>,
    probabilities: Array2<f64>,
}

impl Results {
    fn of(seed: u64) -> Self {
        // More images than one thread embeds at a time, and wider than one block of columns.
        let (images, groups) = blobs(300, 3, 150, 0.5);
        let labels = labelled(&groups, 200);
        let images = images.view();
        let autoencoder = autoencoder().seed(seed).fit(images).unwrap();
        let dec = dec().seed(seed).fit_with(autoencoder.clone(), images).unwrap();
        let multitask = multitask().seed(seed).fit_with(dec.clone(), images, &labels).unwrap();
        let recluster = recluster().seed(seed);
        let kept = recluster.fit_with(multitask.clone(), images, &labels).unwrap();
        let plain = recluster.plain().fit_with(multitask.clone(), images, &labels).unwrap();
        let supervised = supervised().seed(seed).fit(images, &labels).unwrap();
        Self {
            embedding: autoencoder.transform(images).unwrap(),
            assignment: kept.predict_proba(images).unwrap(),
            probabilities: multitask.predict_proba(images).unwrap(),
            files: vec![
                ("autoencoder", bytes(|path| autoencoder.save(path))),
                ("dec", bytes(|path| dec.save(path))),
                ("multitask", bytes(|path| multitask.save(path))),
                ("recluster", bytes(|path| kept.save(path))),
                ("plain recluster", bytes(|path| plain.save(path))),
                ("supervised", bytes(|path| supervised.save(path))),
            ],
        }
    }

    fn assert_same(&self, other: &Self) {
        for ((name, a), (_, b)) in self.files.iter().zip(&other.files) {
            assert!(a == b, "{name} has other bits");
        }
        assert!(self == other, "predictions have other bits");
    }
}

fn on_threads<T: Send>(n_threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap().install(work)
}

#[test]
fn the_same_seed_gives_the_same_bits_twice_and_on_one_and_on_more_threads() {
    let one = on_threads(1, || Results::of(5));
    one.assert_same(&on_threads(1, || Results::of(5)));
    one.assert_same(&on_threads(2, || Results::of(5)));
    one.assert_same(&on_threads(3, || Results::of(5)));
}

#[test]
fn another_seed_gives_other_weights_in_every_stage() {
    let (images, groups) = blobs(150, 3, 40, 0.5);
    let (images, labels) = (images.view(), labelled(&groups, 100));
    let start = autoencoder().fit(images).unwrap();
    assert!(start != autoencoder().seed(6).fit(images).unwrap());
    // The later stages from the same start.
    let clusters = dec().fit_with(start.clone(), images).unwrap();
    assert!(clusters != dec().seed(6).fit_with(start, images).unwrap());
    let retrained = multitask().fit_with(clusters.clone(), images, &labels).unwrap();
    assert!(retrained != multitask().seed(6).fit_with(clusters, images, &labels).unwrap());
    let reclustered = |params: ReclusterParams| params.fit_with(retrained.clone(), images, &labels).unwrap();
    assert!(reclustered(recluster()) != reclustered(recluster().seed(6)));
    assert!(reclustered(recluster().plain()) != reclustered(recluster().plain().seed(6)));
    let alone = |params: SupervisedParams| params.fit(images, &labels).unwrap();
    assert!(alone(supervised()) != alone(supervised().seed(6)));
}

#[test]
fn the_layout_of_the_images_in_memory_does_not_matter() {
    let (images, _) = blobs(120, 3, 40, 0.5);
    let columns_first = images.t().as_standard_layout().into_owned().reversed_axes();
    assert_eq!(columns_first.strides(), [1, 120]);
    let a = autoencoder().fit(images.view()).unwrap();
    let b = autoencoder().fit(columns_first.view()).unwrap();
    assert!(a == b);
    assert_eq!(a.transform(images.view()).unwrap(), b.transform(columns_first.view()).unwrap());
}

#[test]
fn predictions_for_a_few_images_are_those_among_many() {
    let (images, _) = blobs(700, 3, 40, 0.5);
    let dec = dec().fit_with(autoencoder().fit(images.view()).unwrap(), images.view()).unwrap();
    let all = dec.predict_proba(images.view()).unwrap();
    for rows in [0..1, 200..300, 650..700] {
        let few = dec.predict_proba(images.slice(s![rows.clone(), ..])).unwrap();
        assert_eq!(few, all.slice(s![rows.clone(), ..]), "{rows:?}");
    }
}

#[test]
fn images_beyond_one_chunk_are_answered_and_named_at_their_row() {
    // 8192 images are scaled and embedded before the next are looked at.
    let (images, groups) = blobs(8300, 3, 4, 0.5);
    let labels = labelled(&groups, 100);
    let few = images.slice(s![..150, ..]);
    let start = autoencoder_with(&[8, 2]).fit(few).unwrap();
    let clusters = dec().fit_with(start.clone(), few).unwrap();
    let retrained = multitask().fit_with(clusters.clone(), few, &labels[..150].to_vec()).unwrap();
    let late = images.slice(s![8100.., ..]);
    let beyond = s![8100.., ..];
    let [whole, part] = [images.view(), late].map(|images| start.reconstruct(images).unwrap());
    assert_eq!(whole.slice(beyond), part);
    let [whole, part] = [images.view(), late].map(|images| clusters.predict_proba(images).unwrap());
    assert_eq!(whole.slice(beyond), part);
    let [whole, part] = [images.view(), late].map(|images| clusters.predict(images).unwrap());
    assert_eq!(whole.slice(s![8100..]), part);
    let [whole, part] = [images.view(), late].map(|images| retrained.predict_proba(images).unwrap());
    assert_eq!(whole.slice(beyond), part);
    let mut bright = images.clone();
    bright.row_mut(8250).fill(f32::MAX);
    assert!(matches!(clusters.predict(bright.view()), Err(Error::Embedding { row: 8250 })));
}

#[test]
fn a_mixture_of_many_images_has_the_same_bits_on_any_number_of_threads() {
    // More than one block of 512 points; and so wide that blocks are small, and more of them than are summed at a time.
    for (n_images, n_embedding) in [(3000, 4), (6000, 80)] {
        let (images, _) = blobs(n_images, 3, 12, 0.5);
        let start = autoencoder_with(&[16, n_embedding]).max_epochs(Some(1)).fit(images.view()).unwrap();
        let params = Dec::params(5).seed(5).n_restarts(2).max_epochs(Some(0));
        let on = |n_threads| {
            on_threads(n_threads, || {
                params.training(start.clone(), images.view()).unwrap().snapshot().unwrap()
            })
        };
        let one = on(1);
        assert!(one == on(2) && one == on(3));
    }
}

#[test]
fn a_model_is_a_value_that_a_later_stage_does_not_move() {
    let (images, _) = blobs(120, 3, 40, 0.5);
    let first: Autoencoder = autoencoder().fit(images.view()).unwrap();
    let kept = first.clone();
    let _: Dec = dec().fit_with(first, images.view()).unwrap();
    assert!(kept == autoencoder().fit(images.view()).unwrap());
}
