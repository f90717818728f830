//! The programs as a user runs them: same seed, same report; stopped and resumed; bad input.
//!
//! `cargo test` builds the examples beside this test; a run of this test alone takes those of the last build.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Small enough for a test: layers of the real width, but few images and epochs.
const SMALL: [&str; 6] = ["--images", "400", "--epochs", "2", "--grid", "5"];

fn program(name: &str) -> Command {
    let test = std::env::current_exe().expect("a test knows itself");
    let target = test.parent().and_then(Path::parent).expect("tests lie in target/<profile>/deps");
    Command::new(target.join("examples").join(name))
}

fn muon_hunters(out: &Path, args: &[&str]) -> Output {
    program("muon_hunters")
        .args(SMALL)
        .args(args)
        .arg("--out")
        .arg(out)
        .output()
        .expect("the example is built")
}

/// `report.json` without what a clock or another machine changes.
fn report(out: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(out.join("report.json")).expect("a run leaves a report");
    let mut report: serde_json::Value = serde_json::from_str(&text).expect("the report is JSON");
    let object = report.as_object_mut().expect("the report is an object");
    object.remove("seconds");
    object.remove("peak_rss_mb");
    report
}

/// Until a running program has written `file`, two minutes at most.
fn wait_for(file: &Path) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !file.exists() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[test]
fn the_same_seed_gives_the_same_report_on_one_and_on_two_threads() {
    let [one, two, other] = [folder(), folder(), folder()];
    assert!(muon_hunters(one.path(), &["--threads", "1"]).status.success());
    assert!(muon_hunters(two.path(), &["--threads", "2"]).status.success());
    assert!(muon_hunters(other.path(), &["--seed", "1"]).status.success());
    assert_eq!(report(one.path()), report(two.path()));
    assert_ne!(report(one.path()), report(other.path()));
}

#[test]
fn another_backend_trains_other_models() {
    let [fused, candle] = [folder(), folder()];
    assert!(muon_hunters(fused.path(), &[]).status.success());
    assert!(muon_hunters(candle.path(), &["--backend", "candle"]).status.success());
    for model in ["autoencoder", "dec", "multitask", "recluster", "supervised"] {
        let bytes =
            |out: &TempDir| std::fs::read(out.path().join(format!("models/{model}.safetensors"))).unwrap();
        assert_ne!(bytes(&fused), bytes(&candle), "{model}: a graph rounds otherwise than fused layers");
    }
}

#[test]
fn a_run_that_was_killed_resumes_to_the_report_of_the_uninterrupted_one() {
    let [whole, broken] = [folder(), folder()];
    let args = ["--epochs", "4", "--batches", "2"];
    assert!(
        program("muon_hunters")
            .args(["--images", "400", "--grid", "5"])
            .args(args)
            .arg("--out")
            .arg(whole.path())
            .output()
            .unwrap()
            .status
            .success()
    );
    let mut child = program("muon_hunters")
        .args(["--images", "400", "--grid", "5"])
        .args(args)
        .arg("--out")
        .arg(broken.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // In the first of two batches, between its retraining and its reclustering.
    let retrained = broken.path().join("state/batch_0_multitask.safetensors");
    wait_for(&retrained);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!broken.path().join("report.json").exists(), "it was killed before its end");
    let finished = || retrained.metadata().unwrap().modified().unwrap();
    let before = finished();
    let resumed = program("muon_hunters")
        .args(["--images", "400", "--grid", "5"])
        .args(args)
        .args(["--resume", "--out"])
        .arg(broken.path())
        .output()
        .unwrap();
    assert!(resumed.status.success(), "{}", String::from_utf8_lossy(&resumed.stderr));
    assert_eq!(finished(), before, "what was finished is not trained again");
    assert_eq!(report(whole.path()), report(broken.path()));
}

#[cfg(unix)]
#[test]
fn a_training_that_was_interrupted_leaves_a_checkpoint_and_goes_on_from_it() {
    use nix::sys::signal::{Signal, kill};
    let [whole, broken] = [folder(), folder()];
    let start = |out: &Path, args: &[&str]| {
        program("muon_hunters")
            .args(["--images", "400", "--grid", "5", "--epochs", "8"])
            .args(args)
            .arg("--out")
            .arg(out)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    assert!(start(whole.path(), &[]).wait_with_output().unwrap().status.success());
    let child = start(broken.path(), &[]);
    // Written after the first epoch.
    let checkpoint = broken.path().join("state/autoencoder.checkpoint");
    wait_for(&checkpoint);
    kill(nix::unistd::Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGINT).unwrap();
    let stopped = child.wait_with_output().unwrap();
    assert!(String::from_utf8_lossy(&stopped.stderr).contains("--resume goes on from here"));
    assert!(checkpoint.exists());
    assert!(start(broken.path(), &["--resume"]).wait_with_output().unwrap().status.success());
    assert!(!checkpoint.exists());
    assert_eq!(report(whole.path()), report(broken.path()));
}

#[test]
fn a_folder_called_state_that_is_of_no_run_is_left_alone() {
    let out = folder();
    let state = out.path().join("state");
    for file in ["letter.txt", "settings.json"] {
        std::fs::create_dir_all(&state).unwrap();
        std::fs::write(state.join(file), "{\"settings\": 1}").unwrap();
        let refused = muon_hunters(out.path(), &[]);
        assert!(!refused.status.success());
        assert!(String::from_utf8_lossy(&refused.stderr).contains("state: is of no earlier run"));
        assert!(state.join(file).exists());
        std::fs::remove_dir_all(&state).unwrap();
    }
    // What a run leaves that was killed at once is nothing of value.
    std::fs::create_dir_all(&state).unwrap();
    assert!(muon_hunters(out.path(), &[]).status.success());
    assert!(muon_hunters(out.path(), &[]).status.success(), "a run forgets the one before");
}

#[test]
fn a_resumed_run_with_other_settings_or_models_is_refused() {
    let out = folder();
    assert!(muon_hunters(out.path(), &[]).status.success());
    let refused = muon_hunters(out.path(), &["--seed", "1", "--resume"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("other settings"));
    // As an earlier version may have left it, which trained otherwise.
    let log = out.path().join("state/DEC.log.json");
    let text = std::fs::read_to_string(&log).unwrap();
    std::fs::write(
        &log,
        text.replace("\"training\":\"", "\"training\":\"0").replace("\"training\": \"", "\"training\": \"0"),
    )
    .unwrap();
    let refused = muon_hunters(out.path(), &["--resume"]);
    assert!(!refused.status.success());
    assert!(
        String::from_utf8_lossy(&refused.stderr)
            .contains("DEC.safetensors was trained otherwise than it would be now")
    );
}

#[test]
fn two_runs_never_share_a_folder() {
    let out = folder();
    let mut first = program("muon_hunters")
        .args(["--images", "400", "--grid", "5", "--epochs", "8"])
        .arg("--out")
        .arg(out.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_for(&out.path().join("state/settings.json"));
    for args in [&[][..], &["--resume"], &["--seed", "1"]] {
        let refused = muon_hunters(out.path(), args);
        assert!(!refused.status.success());
        assert!(String::from_utf8_lossy(&refused.stderr).contains("another run is at work there"));
    }
    assert!(first.wait().unwrap().success());
    assert!(muon_hunters(out.path(), &[]).status.success(), "over is over");
}

#[test]
fn the_papers_figures_stand_beside_grids_of_the_papers_size() {
    for (args, are_there) in [(&["--images", "400", "--epochs", "1"][..], true), (&SMALL[..], false)] {
        let out = folder();
        assert!(
            program("muon_hunters")
                .args(args)
                .arg("--out")
                .arg(out.path())
                .output()
                .unwrap()
                .status
                .success()
        );
        let page = std::fs::read_to_string(out.path().join("index.html")).unwrap();
        assert_eq!(page.contains("<th>paper F1</th>") && page.contains("<td>0.633</td>"), are_there);
    }
}

#[test]
fn a_model_may_choose_until_no_image_is_left() {
    let out = folder();
    let args = ["--images", "200", "--epochs", "1", "--clusters", "2", "--batches", "6", "--choose", "model"];
    let output = program("muon_hunters").args(args).arg("--out").arg(out.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // Grids of a hundred use up 150 images early.
    let report = report(out.path());
    assert!((2..6).contains(&report["batches"].as_array().unwrap().len()));
}

#[test]
fn a_manifest_names_images_by_their_place_in_the_file() {
    let [files, out] = [folder(), folder()];
    // The place of an image is in its first pixel.
    let images =
        ndarray::Array2::from_shape_fn((200, 9), |(i, j)| if j == 0 { i as f32 } else { (i % 2 * j) as f32 });
    let [path, truth] = ["images.npy", "truth.npy"].map(|name| files.path().join(name));
    ndarray_npy::write_npy(&path, &images).unwrap();
    ndarray_npy::write_npy(&truth, &ndarray::Array1::from_iter((0..200i64).map(|i| i % 2))).unwrap();
    let run = |extra: &[&str]| {
        program("muon_hunters")
            .args([
                "--data",
                &format!("npy:{}", path.display()),
                "--epochs",
                "1",
                "--clusters",
                "2",
                "--grid",
                "3",
            ])
            .arg("--truth")
            .arg(&truth)
            .args(["--images", "120"])
            .args(extra)
            .arg("--out")
            .arg(out.path())
            .output()
            .unwrap()
    };
    let output = run(&[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut manifest = csv::Reader::from_path(out.path().join("manifest.csv")).unwrap();
    let column = manifest.headers().unwrap().iter().position(|name| name == "#subjects").unwrap();
    let shown: BTreeSet<usize> = (manifest.records())
        .flat_map(|row| row.unwrap()[column].split(';').map(|id| id.parse().unwrap()).collect::<Vec<_>>())
        .collect();
    // Of 120 images drawn from 200, ninety train.
    assert_eq!(shown.len(), 90);
    assert!(shown.iter().all(|&id| id < 200) && shown.iter().any(|&id| id >= 120));

    // Another truth under the same name is another run.
    ndarray_npy::write_npy(&truth, &ndarray::Array1::from_iter((0..200i64).map(|i| i / 100))).unwrap();
    let refused = run(&["--resume"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("other data"));
}

#[test]
fn a_run_leaves_everything_that_the_readme_promises() {
    let out = folder();
    assert!(muon_hunters(out.path(), &["--runs", "2"]).status.success());
    let files = [
        "index.html",
        "manifest.csv",
        "volunteers.csv",
        "learning_curves.svg",
        "volunteers.svg",
        "embedding_dec.svg",
        "models/autoencoder.safetensors",
        "models/recluster.safetensors",
        "grids/batch0_grid00000.png",
    ];
    for file in files {
        assert!(out.path().join(file).metadata().is_ok_and(|file| file.len() > 0), "{file} is missing");
    }
    let report = report(out.path());
    let models: Vec<_> =
        report["rows"].as_array().unwrap().iter().map(|row| row["model"].as_str().unwrap()).collect();
    assert_eq!(models, ["random", "supervised", "dec", "multitask", "recluster"]);
    assert_eq!(report["runs"], 2);
    assert_eq!(report["batches"].as_array().unwrap().len(), 1);
    let mut manifest = csv::Reader::from_path(out.path().join("manifest.csv")).unwrap();
    let grids: Vec<_> = manifest.records().map(|grid| grid.unwrap()[0].to_owned()).collect();
    assert!(grids.iter().all(|picture| out.path().join(picture).is_file()));
    assert_eq!(grids.len(), std::fs::read_dir(out.path().join("grids")).unwrap().count());
    assert!(
        manifest.headers().unwrap().iter().any(|column| column == "#checksum"),
        "answers can be read back"
    );
    assert!(!grids.is_empty());
    let volunteers = std::fs::read_to_string(out.path().join("volunteers.csv")).unwrap();
    assert!(volunteers.lines().count() > 1);
    assert!(!volunteers.lines().skip(1).any(|line| line.starts_with("volunteer")), "names are hashed");
}

/// An idx file of `n` black images of 4 × 4 pixels, its header claiming `claimed`.
fn idx(folder: &Path, n: usize, claimed: u32) -> PathBuf {
    let path = folder.join("images-idx3-ubyte");
    let mut bytes = vec![0, 0, 8, 3];
    for size in [claimed, 4, 4] {
        bytes.extend(size.to_be_bytes());
    }
    bytes.extend((0..n * 16).map(|i| (i % 251) as u8));
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn classes_may_have_any_numbers() {
    let [files, out] = [folder(), folder()];
    let images = idx(files.path(), 20, 20);
    let truth = files.path().join("truth.npy");
    let numbers = [7, 3_000_000_000i64];
    ndarray_npy::write_npy(&truth, &ndarray::Array1::from_iter((0..20).map(|i| numbers[i % 2]))).unwrap();
    let output = program("cluster_images")
        .arg("--images")
        .arg(images)
        .args(["--clusters", "2", "--epochs", "1", "--truth"])
        .arg(truth)
        .arg("--out")
        .arg(out.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let embedding = std::fs::read_to_string(out.path().join("embedding.svg")).unwrap();
    assert!(numbers.iter().all(|number| embedding.contains(&format!("class {number}"))));
}

#[test]
fn a_model_puts_images_from_a_file_into_the_clusters_of_its_run() {
    let [files, trained, assigned] = [folder(), folder(), folder()];
    let path = files.path().join("images.npy");
    let images = ndarray::Array2::from_shape_fn((50, 12), |(i, j)| {
        f32::from((i % 3 == j / 4) as u8) + (i * j % 5) as f32 / 9.0
    });
    ndarray_npy::write_npy(&path, &images).unwrap();
    let run = |args: &[&str], out: &Path| {
        let output = program("cluster_images")
            .arg("--images")
            .arg(&path)
            .args(args)
            .arg("--out")
            .arg(out)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::read_to_string(out.join("clusters.csv")).unwrap()
    };
    let wants = run(&["--clusters", "3", "--epochs", "2"], trained.path());
    let model = trained.path().join("dec.safetensors");
    assert_eq!(run(&["--model", model.to_str().unwrap(), "--probabilities"], assigned.path()), wants);
    let q: ndarray::Array2<f64> = ndarray_npy::read_npy(assigned.path().join("probabilities.npy")).unwrap();
    let dec = manyhands_dec::Dec::load(&model).unwrap();
    assert_eq!(q, dec.predict_proba(images.view()).unwrap());
    let (again, truth) = (folder(), files.path().join("truth.npy"));
    let scores = again.path().join("new/folder/scores.json");
    // The clusters themselves, by other numbers.
    let classes =
        wants.lines().skip(1).map(|line| 7 + line.split_once(',').unwrap().1.parse::<i64>().unwrap());
    ndarray_npy::write_npy(&truth, &classes.collect::<ndarray::Array1<_>>()).unwrap();
    let args = ["--model", model.to_str().unwrap(), "--truth", truth.to_str().unwrap()];
    assert_eq!(run(&[&args[..], &["--json", scores.to_str().unwrap()]].concat(), again.path()), wants);
    let scores: serde_json::Value = serde_json::from_slice(&std::fs::read(scores).unwrap()).unwrap();
    assert_eq!((scores["accuracy"].as_f64(), scores["ari"].as_f64()), (Some(1.0), Some(1.0)));

    assert_eq!(run(&["--model", model.to_str().unwrap()], assigned.path()), wants);
    assert!(!assigned.path().join("probabilities.npy").exists(), "an earlier run's are of other images");
    let refused = program("cluster_images")
        .arg("--images")
        .arg(&path)
        .arg("--model")
        .arg(&model)
        .arg("--out")
        .arg(trained.path())
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("is of a training"));
}

#[test]
fn labels_are_added_to_a_clustering_that_is_there() {
    let [files, out] = [folder(), folder()];
    let images = idx(files.path(), 40, 40);
    let truth = files.path().join("truth.npy");
    ndarray_npy::write_npy(&truth, &ndarray::Array1::from_iter((0..40i64).map(|i| i % 2))).unwrap();
    let run = |name: &str, args: &[&str]| {
        program(name)
            .arg("--images")
            .arg(&images)
            .args(["--clusters", "2", "--epochs", "1", "--truth"])
            .arg(&truth)
            .args(args)
            .arg("--out")
            .arg(out.path())
            .output()
            .unwrap()
    };
    assert!(run("cluster_images", &[]).status.success());
    let clustering = out.path().join("state/dec.safetensors");
    let before = clustering.metadata().unwrap().modified().unwrap();
    let taught = run("cluster_images", &["--labels", "12", "--resume"]);
    assert!(taught.status.success(), "{}", String::from_utf8_lossy(&taught.stderr));
    assert_eq!(clustering.metadata().unwrap().modified().unwrap(), before);
    let text = std::fs::read_to_string(out.path().join("classes.csv")).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("image,class,probability,is_taught"));
    let rows: Vec<Vec<f64>> =
        lines.map(|line| line.split(',').map(|value| value.parse().unwrap()).collect()).collect();
    assert_eq!(rows.iter().map(|row| row[3]).sum::<f64>(), 12.0);
    let model = manyhands_dec::Multitask::load(out.path().join("multitask.safetensors")).unwrap();
    let pixels = ndarray::Array2::from_shape_fn((40, 16), |(i, j)| ((16 * i + j) % 251) as f32);
    let classes = model.predict(pixels.view()).unwrap();
    assert!(rows.iter().zip(&classes).all(|(row, &class)| row[1] == class as f64));

    // Most classes unknown, as they are where somebody has looked at a few images: all that are known teach.
    let known = (0..40i64).map(|i| if i < 10 { i % 2 } else { -1 });
    ndarray_npy::write_npy(&truth, &known.collect::<ndarray::Array1<_>>()).unwrap();
    let scores = |labels: &str| {
        let file = out.path().join("scores.json");
        let taught =
            run("cluster_images", &["--resume", "--labels", labels, "--json", file.to_str().unwrap()]);
        assert!(taught.status.success(), "{}", String::from_utf8_lossy(&taught.stderr));
        serde_json::from_slice::<serde_json::Value>(&std::fs::read(file).unwrap()).unwrap()
    };
    let all = scores("all");
    assert_eq!(all["n_known"], 10);
    assert!(all["accuracy"].as_f64().unwrap() >= 0.5);
    assert!(all["accuracy_with_labels"].is_null(), "there is none left to ask");
    let text = std::fs::read_to_string(out.path().join("classes.csv")).unwrap();
    let taught: Vec<bool> = text.lines().skip(1).map(|line| line.ends_with(",1")).collect();
    assert_eq!(taught, (0..40).map(|i| i < 10).collect::<Vec<_>>());
    let right = 2.0 * scores("8")["accuracy_with_labels"].as_f64().unwrap();
    assert!([0.0, 1.0, 2.0].contains(&right), "{right} of the two that were not told");

    let other = run("cluster_images", &["--resume", "--seed", "1"]);
    assert!(String::from_utf8_lossy(&other.stderr).contains("with other settings: seed"));
    let other = muon_hunters(out.path(), &[]);
    assert!(String::from_utf8_lossy(&other.stderr).contains("is of no earlier run of muon_hunters"));
    assert!(clustering.exists(), "a program leaves another's models alone");
}

/// An npz file of the first simulated images of a camera of 499 pixels, by class, with the positions of the first pixels.
fn camera_file(folder: &Path, n_positions: Option<usize>) -> PathBuf {
    let path = folder.join(format!("camera_{n_positions:?}.npz"));
    let simulation = manyhands_sim::CameraSimulator::stage1().seed(9).simulate(40).unwrap();
    let mut npz = ndarray_npy::NpzWriter::new(std::fs::File::create(&path).unwrap());
    for (name, class) in [("muons", 1), ("others", 0)] {
        let rows: Vec<usize> = (0..40).filter(|&row| simulation.truth[row] == class).collect();
        npz.add_array(name, &simulation.images.select(ndarray::Axis(0), &rows)).unwrap();
    }
    if let Some(n) = n_positions {
        let camera = manyhands_sim::Camera::veritas();
        npz.add_array("xy_deg", &ndarray::arr2(&camera.positions()[..n])).unwrap();
    }
    npz.finish().unwrap();
    path
}

#[test]
fn a_model_of_simulated_images_is_scored_on_those_of_a_file() {
    let [files, out] = [folder(), folder()];
    let file = camera_file(files.path(), Some(499));
    let run = |args: &[&str]| {
        let output = program("camera_transfer")
            .args(["--telescope", "lst", "--simulated", "600", "--epochs", "3"])
            .args(args)
            .arg("--images")
            .arg(&file)
            .arg("--out")
            .arg(out.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        report(out.path())
    };
    let report = run(&["--classes", "muons=1,others=0"]);
    let scores = report["scores"].as_array().unwrap();
    let told: Vec<_> =
        scores.iter().map(|row| (row["images"].as_str().unwrap(), row["model"].as_str().unwrap())).collect();
    let parts = ["simulated", "simulated, not blank", "file", "file, not blank"];
    assert_eq!(told, parts.map(|part| [(part, "supervised"), (part, "multitask")]).concat());
    let n_images = |row: usize| scores[row]["n_images"].as_u64().unwrap();
    assert_eq!([n_images(0), n_images(4)], [60, 40]);
    let mut probabilities = csv::Reader::from_path(out.path().join("probabilities.csv")).unwrap();
    let rows: Vec<_> = probabilities.records().map(Result::unwrap).collect();
    let truth: Vec<bool> = rows.iter().map(|row| &row[2] == "1").collect();
    assert!(rows.iter().zip(&truth).all(|(row, &truth)| (&row[0] == "muons") == truth));
    assert_eq!(rows.iter().filter(|row| &row[3] == "0").count() as u64, n_images(6));
    let p: Vec<f64> = rows.iter().map(|row| row[4].parse().unwrap()).collect();
    let auc = manyhands_metrics::roc_auc(&truth, &p).unwrap();
    assert_eq!(scores[5]["auc"][0].as_f64(), Some(auc));
    let n_pictures = std::fs::read_dir(out.path()).unwrap().flatten();
    assert!(n_pictures.filter(|entry| entry.path().extension().is_some_and(|end| end == "png")).count() >= 1);

    // The models are there, and are asked about images of unknown class.
    let model = out.path().join("state/multitask.safetensors");
    let before = model.metadata().unwrap().modified().unwrap();
    let calls = &run(&["--unlabelled", "muons", "--resume"])["calls"][0];
    assert_eq!(model.metadata().unwrap().modified().unwrap(), before);
    let called =
        rows.iter().zip(&p).filter(|(row, p)| &row[0] == "muons" && &row[3] == "0" && **p >= 0.5).count();
    assert_eq!(calls["n_called_muon"].as_u64(), Some(called as u64));
    assert_eq!(calls["n_images"].as_u64(), Some(truth.iter().filter(|&&truth| truth).count() as u64));
}

#[test]
fn bad_input_is_answered_by_an_error_that_names_it_and_leaves_nothing_behind() {
    let files = folder();
    let path = |name: &str| files.path().join(name).display().to_string();
    std::fs::write(files.path().join("text.npy"), "no numbers").unwrap();
    std::fs::write(files.path().join("file"), "").unwrap();
    let good = idx(files.path(), 20, 20).display().to_string();
    let [one, empty, short, nan] = ["one", "empty", "short", "nan"].map(|name| {
        let folder = files.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        folder
    });
    let one = idx(&one, 1, 1).display().to_string();
    let empty = idx(&empty, 0, 0).display().to_string();
    let short = idx(&short, 19, 20).display().to_string();
    let mut values = ndarray::Array2::<f32>::zeros((20, 3));
    values[[4, 1]] = f32::NAN;
    ndarray_npy::write_npy(nan.join("images.npy"), &values).unwrap();
    let nan = nan.join("images.npy").display().to_string();
    let from_one = files.path().join("from_one.npy").display().to_string();
    ndarray_npy::write_npy(&from_one, &ndarray::Array1::from_iter((0..20i64).map(|i| 1 + i % 2))).unwrap();

    let all_zero = files.path().join("all_zero.npy").display().to_string();
    ndarray_npy::write_npy(&all_zero, &ndarray::Array1::<u8>::zeros(20)).unwrap();
    let half = files.path().join("half.npy").display().to_string();
    let of_half = (0..20i64).map(|i| if i < 10 { i % 2 } else { -1 });
    ndarray_npy::write_npy(&half, &of_half.collect::<ndarray::Array1<_>>()).unwrap();

    let cluster =
        |args: &[&str]| ("cluster_images", args.iter().map(ToString::to_string).collect::<Vec<_>>());
    let hunt = |args: &[&str]| ("muon_hunters", args.iter().map(ToString::to_string).collect::<Vec<_>>());
    let transfer = |args: &[&str]| {
        (
            "camera_transfer",
            args.iter().chain(&["--telescope", "fact"]).map(ToString::to_string).collect::<Vec<_>>(),
        )
    };
    let [camera, no_positions, misfit] = [Some(499), None, Some(498)]
        .map(|n_positions| camera_file(files.path(), n_positions).display().to_string());
    let cases = [
        (transfer(&["--images", &path("missing.npz"), "--classes", "muons=1"]), "missing.npz"),
        (transfer(&["--images", &camera, "--classes", "moons=1"]), "has no member \"moons\""),
        (transfer(&["--images", &camera, "--classes", "muons=2"]), "--classes muons=2"),
        (transfer(&["--images", &camera]), "--classes"),
        (
            transfer(&["--images", &camera, "--classes", "muons=1", "--unlabelled", "muons"]),
            "muons: is named twice",
        ),
        (transfer(&["--images", &no_positions, "--classes", "muons=1"]), "xy_deg"),
        (transfer(&["--images", &misfit, "--classes", "muons=1"]), "xy_deg is 498 × 2, wants 499 × 2"),
        (transfer(&["--images", &camera, "--classes", "muons=1", "--simulated", "9"]), "--simulated 9"),
        (hunt(&["--data", &format!("npz:{misfit}:muons=1,others=0")]), "xy_deg is 498 × 2, wants 499 × 2"),
        (cluster(&["--images", &path("missing.npy"), "--clusters", "2"]), "missing.npy"),
        (
            cluster(&["--images", &path("text.npy"), "--clusters", "2"]),
            "is neither an idx file of bytes nor .npy",
        ),
        (cluster(&["--images", &short, "--clusters", "2"]), "its header says [20, 4, 4]"),
        (cluster(&["--images", &empty, "--clusters", "2"]), "0 images"),
        (cluster(&["--images", &one, "--clusters", "1"]), "1 images"),
        (cluster(&["--images", &nan, "--clusters", "2"]), "images[4, 1] = NaN"),
        (cluster(&["--images", &good, "--clusters", "0"]), "--clusters 0"),
        (cluster(&["--images", &good, "--clusters", "21"]), "at most the 20 images"),
        (cluster(&["--images", &good, "--clusters", "2", "--truth", &good]), "wants 1: one label an image"),
        (hunt(&["--data", &format!("mnist:{}", files.path().display())]), "wants the class of every image"),
        (cluster(&["--images", &good]), "--clusters"),
        (cluster(&["--images", &good, "--clusters", "2", "--labels", "9"]), "classes are known"),
        (
            cluster(&["--images", &good, "--clusters", "2", "--truth", &from_one, "--labels", "9"]),
            "0 of the 9 are of class 0, wants at least 2",
        ),
        (
            cluster(&["--images", &good, "--clusters", "2", "--truth", &all_zero, "--labels", "9"]),
            "all images are of class 0",
        ),
        (
            cluster(&["--images", &good, "--clusters", "2", "--truth", &half, "--labels", "12"]),
            "--labels 12: wants at most the 10 images of known class",
        ),
        (cluster(&["--images", &good, "--clusters", "2", "--labels", "most"]), "wants a number, or all"),
        (
            hunt(&["--data", &format!("npy:{good}"), "--truth", &half]),
            "wants the class of every image, to score by",
        ),
        (cluster(&["--images", &good, "--model", &path("missing")]), "missing"),
        (cluster(&["--images", &good, "--clusters", "2", "--probabilities"]), "--probabilities"),
        (
            cluster(&["--images", &good, "--clusters", "2", "--json", &path("one")]),
            "is a folder, wants a file",
        ),
        (
            cluster(&["--images", &good, "--clusters", "2", "--json", &path("new/")]),
            "is a folder, wants a file",
        ),
        (
            cluster(&["--images", &good, "--clusters", "2", "--json", &path("dec.safetensors")]),
            "ends in .json",
        ),
        (hunt(&["--data", "mnist:missing"]), "is no folder"),
        (hunt(&["--data", "tiff:x"]), "wants mnist, npy or npz"),
        (hunt(&["--data", &format!("npy:{nan}")]), "--truth goes with"),
        (hunt(&["--images", "4"]), "wants at least 8"),
        (hunt(&["--images", "12", "--clusters", "2", "--seed", "3"]), "of known truth are of class"),
        (hunt(&["--rate", "1.5"]), "--rate 1.5"),
        (hunt(&["--rate", "0.9"]), "--rate: leaves no room for the gamma rays"),
        (hunt(&["--grid", "0"]), "--grid 0: wants 1 to 100"),
        (hunt(&["--grid", "101"]), "--grid 101: wants 1 to 100"),
        (hunt(&["--positive", "3"]), "--positive goes with --data"),
        (hunt(&["--clusters", "1"]), "--clusters 1: wants at least 2"),
        (hunt(&["--images", "20", "--batches", "16", "--clusters", "2"]), "at most the 15 training images"),
        (hunt(&["--volunteers", "3"]), "--volunteers 3"),
        (hunt(&["--backend", "gpu"]), "wants fused, candle, cuda"),
        // No machine has so many GPUs, whatever was built in.
        (hunt(&["--backend", "cuda:99"]), "backend cuda:99: "),
        (cluster(&["--images", &good, "--clusters", "2", "--backend", "metal:99"]), "backend metal:99: "),
        (hunt(&["--images", "100", "--clusters", "200"]), "at most the 75 training images"),
    ];
    for (i, ((name, args), wants)) in cases.into_iter().enumerate() {
        let out = files.path().join(format!("out{i}"));
        let output = program(name).args(&args).arg("--out").arg(&out).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{name} {args:?} succeeded");
        assert!(said.contains(wants), "{name} {args:?} said {said:?}, not {wants:?}");
        assert!(!said.contains("panicked"), "{name} {args:?} panicked: {said}");
        assert!(!out.exists(), "{name} {args:?} left {} behind", out.display());
    }
    let file = path("file");
    let output = program("cluster_images")
        .args(["--images", &good, "--clusters", "2", "--out", &file])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("is a file, wants a folder"));
}
