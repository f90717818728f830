//! The program `clump_scout` as a user runs it: same seed, same numbers; every file; any method; bad input.
//!
//! `cargo test` builds the examples beside this test.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// Small enough for a test: 128 simulated images by 31 volunteers.
const SMALL: [&str; 2] = ["--scale", "0.0015"];

fn clump_scout(args: &[&str], out: &Path) -> Output {
    let test = std::env::current_exe().expect("a test knows itself");
    let target = test.parent().and_then(Path::parent).expect("tests lie in target/<profile>/deps");
    let mut program = Command::new(target.join("examples/clump_scout"));
    program.args(args).arg("--out").arg(out).output().expect("the example is built")
}

/// Runs it and gives back the scores.
fn scores(args: &[&str], out: &Path) -> serde_json::Value {
    let json = out.with_extension("json");
    let mut all = args.to_vec();
    all.extend(["--json", json.to_str().expect("a path of letters")]);
    let output = clump_scout(&all, out);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(json).expect("a run leaves its scores");
    serde_json::from_str(&text).expect("the scores are JSON")
}

/// Without what a clock or another machine changes.
fn constant(mut scores: serde_json::Value) -> serde_json::Value {
    let object = scores.as_object_mut().expect("the scores are an object");
    for key in ["seconds", "marks_per_second", "peak_rss_mb"] {
        assert!(object.remove(key).is_some_and(|value| value.is_number()), "{key} is missing");
    }
    scores
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Seven people on twenty images with two clumps each; one of them clicks elsewhere.
fn survey(folder: &Path, with_truth: bool) -> PathBuf {
    let dir = folder.join(if with_truth { "with truth" } else { "without truth" });
    std::fs::create_dir(&dir).unwrap();
    let mut images = "image,width,height\n".to_owned();
    let mut viewers = "image,volunteer\n".to_owned();
    let mut marks = "image,volunteer,x,y\n".to_owned();
    let mut truth = "image,x,y\n".to_owned();
    for image in 0..20 {
        images += &format!("galaxy {image},200,150\n");
        for k in 0..2 {
            let (x, y) = (40 + 60 * k + image, 100 - 3 * image);
            truth += &format!("galaxy {image},{x},{y}\n");
            for (place, volunteer) in (0..).zip(["ada", "bob", "\"cyd, jr.\"", "dan", "fay", "gus"]) {
                // Eleven places across 2.5 pixels, in an order without a pattern.
                let off = |step: i32| f64::from((step * image + 5 * k + 3 * place) % 11) / 4.0 - 1.25;
                marks += &format!(
                    "galaxy {image},{volunteer},{},{}\n",
                    f64::from(x) + off(7),
                    f64::from(y) + off(4)
                );
            }
        }
        for volunteer in ["ada", "bob", "\"cyd, jr.\"", "dan", "fay", "gus", "eve"] {
            viewers += &format!("galaxy {image},{volunteer}\n");
        }
        for (x, y) in [(10, 10 + 5 * image), (190 - image, 140 - image), (150 + 2 * image, 20 + image)] {
            marks += &format!("galaxy {image},eve,{x},{y}\n");
        }
    }
    let tables = [("images.csv", images), ("viewers.csv", viewers), ("marks.csv", marks)];
    for (name, text) in tables.into_iter().chain(with_truth.then_some(("truth.csv", truth))) {
        std::fs::write(dir.join(name), text).unwrap();
    }
    dir
}

#[test]
fn the_same_seed_gives_the_same_scores_on_one_and_on_two_threads() {
    let out = folder();
    let run = |name: &str, more: &[&str]| {
        let args = [&SMALL, more].concat();
        constant(scores(&args, &out.path().join(name)))
    };
    let one = run("one", &["--threads", "1"]);
    assert_eq!(one, run("two", &["--threads", "2"]));
    assert_ne!(one, run("other", &["--seed", "1"]));
    let table = |run: &str, name: &str| std::fs::read(out.path().join(run).join(name)).unwrap();
    for name in ["clumps.csv", "volunteers.csv", "subjects.csv"] {
        assert_eq!(table("one", name), table("two", name), "{name}");
    }
}

#[test]
fn a_simulated_survey_leaves_every_table_picture_and_score() {
    let out = folder();
    let results = out.path().join("results");
    let scores = scores(&[&SMALL[..], &["--replay"]].concat(), &results);
    let files = [
        "clumps.csv",
        "volunteers.csv",
        "subjects.csv",
        "clumps.svg",
        "mean_shift.svg",
        "volunteers.svg",
        "reliability.svg",
        "convergence.svg",
        "retirement.svg",
    ];
    for file in files {
        assert!(results.join(file).metadata().is_ok_and(|file| file.len() > 0), "{file} is missing");
    }
    assert_eq!(std::fs::read_dir(&results).unwrap().count(), files.len(), "nothing else");
    let mut keys: Vec<&String> = scores.as_object().unwrap().keys().collect();
    keys.sort();
    let mut wants = [
        "n_subjects",
        "n_marks",
        "n_clumps",
        "precision",
        "recall",
        "f1",
        "rms_px",
        "count_rmse",
        "ece",
        "iterations",
        "converged",
        "seconds",
        "marks_per_second",
        "peak_rss_mb",
        "method",
    ];
    wants.sort_unstable();
    assert_eq!(keys, wants);
    // 0.995 on larger ones; next to nothing if positions or images were mixed up.
    assert!(scores["f1"].as_f64().unwrap() > 0.97, "{scores}");
    assert_eq!(scores["method"], "facility");
    let volunteers = std::fs::read_to_string(results.join("volunteers.csv")).unwrap();
    assert!(volunteers.lines().count() > 1);
    assert!(
        volunteers.lines().skip(1).all(|line| line.split(',').next().unwrap().len() == 12),
        "names are hashed"
    );
}

#[test]
fn every_method_finds_the_clumps_of_a_folder_and_none_finds_the_random_clicks() {
    let files = folder();
    let dir = survey(files.path(), true);
    for method in ["facility", "greedy", "mean-shift", "dbscan", "hdbscan"] {
        let args = ["--dir", dir.to_str().unwrap(), "--match-radius", "4", "--method", method];
        let out = files.path().join(method);
        let scores = scores(&args, &out);
        assert_eq!(scores["method"], method);
        // HDBSCAN takes marks far away into a clump, which moves it.
        let least = if method == "hdbscan" { 0.7 } else { 1.0 };
        for key in ["precision", "recall"] {
            assert!(scores[key].as_f64().unwrap() >= least, "{method}: {scores}");
        }
        let is_model = matches!(method, "facility" | "greedy");
        for key in ["ece", "iterations", "converged"] {
            assert_eq!(scores[key].is_null(), !is_model, "{method}: {key} is {}", scores[key]);
        }
        let subjects = std::fs::read_to_string(out.join("subjects.csv")).unwrap();
        assert!(subjects.lines().nth(20).unwrap().starts_with("galaxy 19,7,15,2,2"), "{subjects}");
    }
}

#[test]
fn a_replay_begins_with_the_same_marks_however_images_are_finished() {
    let files = folder();
    let dir = survey(files.path(), true);
    let marks = std::fs::read_to_string(dir.join("marks.csv")).unwrap();
    let mut scored = String::new();
    for (line, row) in marks.lines().enumerate() {
        scored += &if line == 0 { format!("{row},score,time\n") } else { format!("{row},0.98,{line}\n") };
    }
    // Everybody marks a star too, of which all are unsure: without the scores it is one clump more.
    for image in 0..20 {
        for (place, volunteer) in ["ada", "bob", "\"cyd, jr.\"", "dan", "fay", "gus"].iter().enumerate() {
            scored += &format!("galaxy {image},{volunteer},{},{},0.02,\n", 185 - image, 20 + place % 3);
        }
    }
    std::fs::write(dir.join("marks.csv"), scored).unwrap();
    let args = ["--dir", dir.to_str().unwrap(), "--match-radius", "4", "--replay"];
    let output = clump_scout(&args, &files.path().join("out"));
    let said = String::from_utf8_lossy(&output.stdout);
    let of_two_viewers = said.lines().filter_map(|line| line.split_once("up to 2 "));
    let numbers: Vec<&str> = of_two_viewers.map(|(_, numbers)| numbers.trim()).collect();
    assert!(numbers.len() == 4 && numbers.iter().all(|row| *row == numbers[0]), "{said}");
}

#[test]
fn without_truth_there_are_tables_and_no_scores() {
    let files = folder();
    let dir = survey(files.path(), false);
    let out = files.path().join("out");
    let args = ["--dir", dir.to_str().unwrap(), "--show-names"];
    let scores = scores(&args, &out);
    for key in ["precision", "recall", "f1", "rms_px", "count_rmse", "ece"] {
        assert!(scores[key].is_null(), "{key} is {}", scores[key]);
    }
    assert_eq!(scores["n_clumps"], 40);
    assert!(!out.join("reliability.svg").exists());
    let mut volunteers = csv::Reader::from_path(out.join("volunteers.csv")).unwrap();
    let spammer = volunteers.headers().unwrap().iter().position(|column| column == "is_spammer").unwrap();
    let rows: Vec<csv::StringRecord> = volunteers.records().map(Result::unwrap).collect();
    let said: Vec<(&str, &str)> = rows.iter().map(|row| (&row[0], &row[spammer])).collect();
    let honest = ["ada", "bob", "cyd, jr.", "dan", "fay", "gus"].map(|name| (name, "false"));
    assert_eq!(said, [&honest[..], &[("eve", "true")]].concat());
}

#[test]
fn fewer_viewers_are_drawn_by_the_seed() {
    let files = folder();
    let dir = survey(files.path(), true);
    let run = |name: &str, more: &[&str]| {
        let args =
            [&["--dir", dir.to_str().unwrap(), "--match-radius", "4", "--viewers", "3"], more].concat();
        let out = files.path().join(name);
        scores(&args, &out);
        std::fs::read_to_string(out.join("subjects.csv")).unwrap()
    };
    let subjects = run("a", &[]);
    assert!(subjects.lines().skip(1).all(|line| line.split(',').nth(1) == Some("3")), "{subjects}");
    assert_eq!(subjects, run("b", &[]));
    assert_ne!(subjects, run("c", &["--seed", "1"]));
}

#[test]
fn bad_input_is_answered_by_an_error_that_names_it_and_leaves_nothing_behind() {
    let files = folder();
    let good = survey(files.path(), false);
    let broken = survey(files.path(), true);
    let marks = "image,volunteer,x,y\ngalaxy 3,ada,1,2\ngalaxy 3,bob,wide,2\n";
    std::fs::write(broken.join("marks.csv"), marks).unwrap();
    std::fs::write(files.path().join("file"), "").unwrap();
    let [good, broken, missing, file, in_file] = [
        good,
        broken,
        files.path().join("missing"),
        files.path().join("file"),
        files.path().join("file/x.json"),
    ]
    .map(|path| path.display().to_string());
    let cases: [(&[&str], &str); 16] = [
        (&["--dir", &missing], "missing: is no folder"),
        (&["--dir", &file], "file: is no folder"),
        (&["--dir", files.path().to_str().unwrap()], "images.csv"),
        (&["--dir", &broken], "marks.csv line 3: x is \"wide\", wants"),
        (&["--method", "kmeans"], "'kmeans'"),
        (&["--match-radius=-1"], "--match-radius -1: wants"),
        (&["--match-radius", "NaN"], "--match-radius NaN: wants"),
        (&["--bandwidth", "0"], "--bandwidth 0: wants"),
        (&["--threshold", "1.5"], "--threshold 1.5: wants"),
        (&["--viewers", "0"], "--viewers 0: wants"),
        (&["--threads", "0"], "--threads 0: wants"),
        (&["--scale", "0"], "--scale 0: wants"),
        (&["--scale", "0.0001"], "viewers"),
        (&["--replay", "--method", "dbscan"], "--replay: goes with"),
        (&["--replay", "--dir", &good], "--replay: wants a survey whose truth is known"),
        (&["--json", &in_file], "file: is a file, wants a folder"),
    ];
    for (i, (args, wants)) in cases.into_iter().enumerate() {
        let out = files.path().join(format!("out{i}"));
        let output = clump_scout(args, &out);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{args:?} succeeded");
        assert!(said.contains(wants), "{args:?} said {said:?}, not {wants:?}");
        assert!(!said.contains("panicked"), "{args:?} panicked: {said}");
        assert!(!out.exists(), "{args:?} left {} behind", out.display());
    }
    let output = clump_scout(&SMALL, Path::new(&file));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is a file, wants a folder"));
}

#[test]
fn nobody_who_sees_nothing_gives_no_clumps_and_no_error() {
    let files = folder();
    let dir = files.path().join("empty");
    std::fs::create_dir(&dir).unwrap();
    let tables = [
        ("images.csv", "image,width,height\na,100,100\nb,100,100\n"),
        ("viewers.csv", "image,volunteer\na,ada\n"),
        ("marks.csv", "image,volunteer,x,y\n"),
        ("truth.csv", "image,x,y\na,5,5\n"),
    ];
    tables.iter().for_each(|(name, text)| std::fs::write(dir.join(name), text).unwrap());
    for method in ["facility", "greedy", "mean-shift", "dbscan", "hdbscan"] {
        let out = files.path().join(method);
        let scores = scores(&["--dir", dir.to_str().unwrap(), "--method", method], &out);
        assert_eq!((&scores["n_clumps"], &scores["recall"]), (&0.into(), &0.0.into()), "{scores}");
    }
}
