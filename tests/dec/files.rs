//! Saved models, and files that are none.

use super::{Models, autoencoder, autoencoder_with, blobs, bytes, dec, dec_with, labelled, multitask};
use approx::assert_abs_diff_eq;
use manyhands_dec::{Autoencoder, Dec, Error, Multitask, Result, Segment, Stage, StopReason, Supervised};
use ndarray::{Array2, array};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// What each kind of model and a training say to the file at `path`.
fn read_all(path: &Path, images: &Array2<f32>) -> [Result<()>; 5] {
    [
        Autoencoder::load(path).map(drop),
        Dec::load(path).map(drop),
        Multitask::load(path).map(drop),
        Supervised::load(path).map(drop),
        autoencoder().training(images.view()).and_then(|training| training.resume(path)).map(drop),
    ]
}

/// A safetensors file taken apart: the header, our JSON in it, and the tensors.
#[derive(Clone)]
struct File {
    header: Value,
    ours: Value,
    data: Vec<u8>,
}

impl File {
    fn open(bytes: &[u8]) -> Self {
        let n = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        let header: Value = serde_json::from_slice(&bytes[8..8 + n]).unwrap();
        let ours = serde_json::from_str(header["__metadata__"]["manyhands-dec"].as_str().unwrap()).unwrap();
        Self { header, ours, data: bytes[8 + n..].to_vec() }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut header = self.header.clone();
        header["__metadata__"]["manyhands-dec"] = json!(self.ours.to_string());
        let header = header.to_string();
        let length = (header.len() as u64).to_le_bytes();
        [&length[..], header.as_bytes(), &self.data].concat()
    }

    /// Exchanges rows and columns of a tensor, which leaves the file itself valid.
    fn transpose(mut self, name: &str) -> Self {
        let shape = self.header[name]["shape"].as_array().unwrap().iter().rev().cloned().collect();
        self.header[name]["shape"] = Value::Array(shape);
        self
    }

    fn rename(mut self, from: &str, to: &str) -> Self {
        let tensor = self.header.as_object_mut().unwrap().remove(from).unwrap();
        self.header[to] = tensor;
        self
    }

    /// Overwrites the first value of a tensor.
    fn first(mut self, name: &str, value: f32) -> Self {
        let at = self.header[name]["data_offsets"][0].as_u64().unwrap() as usize;
        self.data[at..at + 4].copy_from_slice(&value.to_le_bytes());
        self
    }

    /// Makes an axis of a tensor 0 long; its data goes.
    fn emptied(mut self, name: &str, axis: usize) -> Self {
        self.header[name]["shape"][axis] = json!(0);
        let [start, end] = [0, 1].map(|i| self.header[name]["data_offsets"][i].as_u64().unwrap());
        self.data.drain(start as usize..end as usize);
        for (_, tensor) in self.header.as_object_mut().unwrap() {
            let offsets = tensor.get_mut("data_offsets").and_then(Value::as_array_mut);
            for offset in offsets.into_iter().flatten() {
                let at = offset.as_u64().unwrap();
                *offset = json!(if at >= end { at - (end - start) } else { at });
            }
        }
        self
    }

    fn set(mut self, pointer: &str, value: Value) -> Self {
        *self.ours.pointer_mut(pointer).unwrap() = value;
        self
    }
}

#[test]
fn a_loaded_model_is_the_saved_one_to_the_bit() {
    let models = Models::of(blobs(60, 3, 12, 0.5), 50, &dec().alpha(1.5));
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("model");
    models.autoencoder.save(&path).unwrap();
    let loaded = Autoencoder::load(&path).unwrap();
    assert!(loaded == models.autoencoder);
    assert_eq!(loaded.report(), models.autoencoder.report());
    // The next one replaces it.
    models.dec.save(&path).unwrap();
    let loaded = Dec::load(&path).unwrap();
    assert!(loaded == models.dec);
    let images = models.images.view();
    assert_eq!(loaded.predict_proba(images).unwrap(), models.dec.predict_proba(images).unwrap());
    models.multitask.save(&path).unwrap();
    assert!(Multitask::load(&path).unwrap() == models.multitask);
    models.supervised.save(&path).unwrap();
    assert!(Supervised::load(&path).unwrap() == models.supervised);
    assert!(bytes(|path| models.supervised.save(path)) == fs::read(&path).unwrap());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn a_loaded_model_goes_through_the_next_stage_as_the_saved_one_would() {
    let models = Models::of(blobs(60, 3, 12, 0.5), 50, &dec().alpha(1.5));
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("model");
    models.autoencoder.save(&path).unwrap();
    let again = dec().alpha(1.5).fit_with(Autoencoder::load(&path).unwrap(), models.images.view()).unwrap();
    assert!(again == models.dec);
}

#[test]
fn each_kind_is_told_from_the_others() {
    let models = Models::of(blobs(60, 3, 12, 0.5), 50, &dec().alpha(1.5));
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("model");
    let kinds = ["autoencoder", "dec", "multitask", "supervised", "checkpoint"];
    for (i, kind) in kinds.iter().enumerate() {
        match i {
            0 => models.autoencoder.save(&path),
            1 => models.dec.save(&path),
            2 => models.multitask.save(&path),
            3 => models.supervised.save(&path),
            _ => autoencoder().training(models.images.view()).unwrap().save(&path),
        }
        .unwrap();
        for (j, result) in read_all(&path, &models.images).into_iter().enumerate() {
            match result {
                Ok(()) => assert_eq!(i, j),
                Err(Error::Kind { got, wants, .. }) => assert_eq!((got.as_str(), wants), (*kind, kinds[j])),
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[test]
fn missing_files_and_folders_are_told_by_the_system() {
    let models = Models::of(blobs(60, 3, 12, 0.5), 50, &dec().alpha(1.5));
    let folder = TempDir::new().unwrap();
    for path in [folder.path().join("none"), folder.path().to_owned()] {
        for result in read_all(&path, &models.images) {
            assert!(
                matches!(result, Err(Error::File { path: ref named, .. }) if *named == path),
                "{result:?}"
            );
        }
    }
}

#[test]
fn a_model_that_cannot_be_written_leaves_nothing_behind() {
    let models = Models::of(blobs(60, 3, 12, 0.5), 50, &dec().alpha(1.5));
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("no/such/folder/model");
    let occupied = folder.path().join("occupied");
    fs::create_dir(&occupied).unwrap();
    fs::write(occupied.join("file"), "kept").unwrap();
    for path in [&missing, &occupied] {
        assert!(matches!(models.dec.save(path), Err(Error::File { path: named, .. }) if named == *path));
        let training = autoencoder().training(models.images.view()).unwrap();
        assert!(matches!(training.save(path), Err(Error::File { .. })));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(occupied.join("file")).unwrap(), "kept");
}

#[cfg(unix)]
#[test]
fn a_new_file_has_the_rights_of_any_other_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let models = Models::of(blobs(60, 3, 12, 0.5), 50, &dec().alpha(1.5));
    let folder = TempDir::new().unwrap();
    let [model, other] = ["model", "other"].map(|name| folder.path().join(name));
    models.dec.save(&model).unwrap();
    fs::write(&other, "").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&model), mode(&other));
}

#[test]
fn truncated_files_of_any_length_are_foreign() {
    let models = Models::of(blobs(60, 3, 12, 0.5), 50, &dec().alpha(1.5));
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("model");
    let checkpoint = autoencoder().training(models.images.view()).unwrap();
    for whole in [bytes(|path| models.multitask.save(path)), bytes(|path| checkpoint.save(path))] {
        let n = whole.len();
        for length in [0, 1, 7, 8, 9, 100, n / 4, n / 2, n - 4, n - 1] {
            fs::write(&path, &whole[..length]).unwrap();
            for result in read_all(&path, &models.images) {
                assert!(matches!(result, Err(Error::Foreign { .. })), "{length} of {n} bytes: {result:?}");
            }
        }
        // Nor may something follow.
        fs::write(&path, [&whole[..], b"more"].concat()).unwrap();
        assert!(read_all(&path, &models.images).iter().all(Result::is_err));
    }
}

#[test]
fn other_bytes_are_foreign() {
    let models = Models::of(blobs(60, 3, 12, 0.5), 50, &dec().alpha(1.5));
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("model");
    let noise: Vec<u8> = (0..5000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    // A safetensors file without our JSON, and one with JSON that is not ours.
    let plain = [&2u64.to_le_bytes()[..], b"{}"].concat();
    let other = br#"{"__metadata__":{"manyhands-dec":"[1, 2]"}}"#;
    let other = [&(other.len() as u64).to_le_bytes()[..], other].concat();
    for bytes in [noise, b"clusters: 7\n".to_vec(), plain, other, vec![0; 64], vec![255; 64]] {
        fs::write(&path, &bytes).unwrap();
        for result in read_all(&path, &models.images) {
            assert!(matches!(result, Err(Error::Foreign { .. })), "{bytes:?}: {result:?}");
        }
    }
}

#[test]
fn one_wrong_byte_anywhere_in_the_header_never_panics() {
    let models = Models::of(blobs(60, 3, 12, 0.5), 50, &dec().alpha(1.5));
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("model");
    let whole = bytes(|path| models.multitask.save(path));
    let n_header = 8 + u64::from_le_bytes(whole[..8].try_into().unwrap()) as usize;
    for place in (0..n_header).step_by(7) {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x15;
        fs::write(&path, &damaged).unwrap();
        if let Ok(model) = Multitask::load(&path) {
            let _ = model.predict(models.images.view());
        }
    }
}

#[test]
fn a_newer_format_is_named() {
    let models = Models::of(blobs(60, 3, 12, 0.5), 50, &dec().alpha(1.5));
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("model");
    let file = File::open(&bytes(|path| models.dec.save(path)));
    // Of what a newer version may hold beside, nothing is known.
    let newer = File { ours: json!({"format": 2, "kind": "dec", "whatever": [1]}), ..file.clone() };
    fs::write(&path, newer.bytes()).unwrap();
    for result in read_all(&path, &models.images) {
        assert!(matches!(result, Err(Error::Newer { got: 2, known: 1, .. })), "{result:?}");
    }
    fs::write(&path, file.bytes()).unwrap();
    assert!(
        Dec::load(&path).unwrap() == models.dec,
        "taken apart and put together again, a file is the same"
    );
}

#[test]
fn a_model_of_the_first_version_is_read_and_says_what_it_said() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/multitask.safetensors");
    let model = Multitask::load(path).unwrap();
    assert_eq!(model.report().stop_reason, StopReason::MaxEpochs);
    assert_eq!(model.report().epochs.len(), 4);
    assert_eq!(model.report().epochs[3].stage, Stage::Multitask);
    let wants: Value = serde_json::from_str(include_str!("../golden/multitask.json")).unwrap();
    let p = model.predict_proba(golden_images().view()).unwrap();
    for ((row, class), p) in p.indexed_iter() {
        assert_abs_diff_eq!(*p, wants[row][class].as_f64().unwrap(), epsilon = 1e-5);
    }
}

/// Four images of four pixels.
fn golden_images() -> Array2<f32> {
    array![[1.0, 0.0, 0.5, 0.0], [0.0, 1.0, 0.0, 0.5], [1.0, 1.0, 1.0, 1.0], [0.25, 0.0, 0.0, 4.0]]
}

/// Where the two files of the test above come from; they stay as they are for as long as the format does.
#[test]
#[ignore = "writes the golden model anew"]
fn write_the_golden_model() {
    let (images, groups) = blobs(60, 2, 4, 0.5);
    let start = autoencoder_with(&[3, 2]).fit(images.view()).unwrap();
    let clusters = dec_with(2).fit_with(start, images.view()).unwrap();
    let params = Multitask::params(2).seed(5).cluster_weight(0.1).schedule(&[Segment::epochs(4, 1e-2)]);
    let model = params.fit_with(clusters, images.view(), &labelled(&groups, 50)).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    model.save(folder.join("multitask.safetensors")).unwrap();
    let p = model.predict_proba(golden_images().view()).unwrap();
    let rows: Vec<Vec<f64>> = p.rows().into_iter().map(|row| row.to_vec()).collect();
    fs::write(folder.join("multitask.json"), serde_json::to_string(&rows).unwrap() + "\n").unwrap();
}

#[test]
fn headers_and_matrices_that_do_not_fit_are_foreign() {
    let models = Models::of(blobs(60, 3, 12, 0.5), 50, &dec().alpha(1.5));
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("model");
    let multitask = File::open(&bytes(|path| models.multitask.save(path)));
    let shape = "/content/shape";
    let decoderless = multitask.clone().set(&format!("{shape}/decoder"), json!([]));
    let table = [
        ("missing bias", multitask.clone().rename("encoder.0.bias", "encoder.9.bias")),
        ("missing centres", multitask.clone().rename("centres", "center")),
        ("transposed weight", multitask.clone().transpose("encoder.0.weight")),
        ("transposed bias", multitask.clone().transpose("decoder.0.bias")),
        ("transposed centres", multitask.clone().transpose("centres")),
        ("transposed bias of the head", multitask.clone().transpose("head.bias")),
        ("other reading of the head", multitask.clone().set(&format!("{shape}/head"), json!("Embedding"))),
        ("no head", multitask.clone().set(&format!("{shape}/head"), Value::Null)),
        ("no centres", multitask.clone().set(&format!("{shape}/centres"), json!(false))),
        ("no decoder", decoderless),
        ("no encoder", multitask.clone().set(&format!("{shape}/encoder"), json!([]))),
        ("unknown activation", multitask.clone().set(&format!("{shape}/encoder/0"), json!("Step"))),
        (
            "more layers than matrices",
            multitask.clone().set(&format!("{shape}/encoder"), json!(["Relu", "Relu", "Linear"])),
        ),
        ("a layer without units", {
            let narrow = multitask.clone().emptied("encoder.0.weight", 1).emptied("encoder.0.bias", 1);
            narrow.emptied("encoder.1.weight", 0)
        }),
        ("alpha of zero", multitask.clone().set("/content/alpha", json!(0.0))),
        ("no scaling", multitask.clone().set("/content/scaling", Value::Null)),
        ("no content", multitask.clone().set("/content", Value::Null)),
        ("wrong type of format", multitask.clone().set("/format", json!("1"))),
    ];
    for (name, file) in table {
        fs::write(&path, file.bytes()).unwrap();
        let result = Multitask::load(&path);
        assert!(matches!(result, Err(Error::Foreign { .. })), "{name}: {result:?}");
    }
    let mut integers = multitask;
    integers.header["centres"]["dtype"] = json!("I32");
    fs::write(&path, integers.bytes()).unwrap();
    let message = Multitask::load(&path).unwrap_err().to_string();
    assert!(message.contains("centres is I32 [3, 4], not an f32 matrix"), "{message}");

    let mut broken = File::open(&bytes(|path| models.dec.save(path)));
    broken.data[..4].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(&path, broken.bytes()).unwrap();
    let message = Dec::load(&path).unwrap_err().to_string();
    assert!(message.contains("values that are not finite"), "{message}");

    // A file that says it is a clustering, but has none.
    let file = File::open(&bytes(|path| models.autoencoder.save(path))).set("/kind", json!("dec"));
    fs::write(&path, file.bytes()).unwrap();
    assert!(matches!(Dec::load(&path), Err(Error::Foreign { .. })));
}

#[test]
fn checkpoints_whose_parts_do_not_fit_are_foreign() {
    let models = Models::of(blobs(60, 3, 12, 0.5), 50, &dec().alpha(1.5));
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("checkpoint");
    let params = dec();
    let start = || params.training(models.autoencoder.clone(), models.images.view()).unwrap();
    let mut training = start();
    training.next().unwrap().unwrap();
    let file = File::open(&bytes(|path| training.save(path)));
    fs::write(&path, file.bytes()).unwrap();
    assert!(start().resume(&path).is_ok());
    let table = [
        ("a phase that does not exist", file.clone().set("/content/phase", json!(1))),
        ("transposed mean", file.clone().transpose("moment/0")),
        ("missing mean", file.clone().rename("moment/3", "moment/x")),
        ("missing layer", file.clone().rename("now/encoder.0.weight", "now/encoder.0.w")),
        ("no centres now", file.clone().set("/content/shapes/1/centres", json!(false))),
        ("an assignment to a centre that does not exist", file.clone().first("assignment", 3.0)),
        ("an assignment between two centres", file.clone().first("assignment", 0.5)),
        ("an assignment below all centres", file.clone().first("assignment", -1.0)),
        ("an assignment to nothing", file.clone().first("assignment", f32::NAN)),
        ("no assignment", file.clone().rename("assignment", "a")),
        ("a segment that ended before its time", file.clone().set("/content/segments", json!([1]))),
        ("a segment of more epochs than were taken", file.clone().set("/content/segments", json!([4]))),
        ("more segments than there are", file.clone().set("/content/segments", json!([0, 1]))),
        ("transposed assignment", file.rename("assignment", "a").rename("moment/1", "assignment")),
    ];
    for (name, file) in table {
        fs::write(&path, file.bytes()).unwrap();
        let result = start().resume(&path);
        assert!(matches!(result, Err(Error::Foreign { .. })), "{name}: {result:?}");
    }
}

#[test]
fn a_checkpoint_whose_best_epoch_is_still_to_come_is_foreign() {
    let models = Models::of(blobs(60, 3, 12, 0.5), 50, &dec());
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("checkpoint");
    let labels: Vec<_> = (0..60).map(|i| Some(i % 3)).collect();
    let start = || multitask().training(models.dec.clone(), models.images.view(), &labels).unwrap();
    let mut training = start();
    training.next().unwrap().unwrap();
    let file = File::open(&bytes(|path| training.save(path)));
    fs::write(&path, file.bytes()).unwrap();
    assert!(start().resume(&path).is_ok());
    fs::write(&path, file.set("/content/best/0", json!(7)).bytes()).unwrap();
    assert!(matches!(start().resume(&path), Err(Error::Foreign { .. })));
}
