//! The program `aggregate_labels` as a user runs it: scores, labels, and what is wrong with files and arguments.
//!
//! `cargo test` builds the examples beside this test.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

fn program() -> Command {
    let test = std::env::current_exe().expect("a test knows itself");
    let target: PathBuf =
        test.parent().and_then(Path::parent).expect("tests lie in target/<profile>/deps").into();
    Command::new(target.join("examples/aggregate_labels"))
}

/// 60 items, item i of class i mod 2, seven workers of whom worker w is wrong on every (w + 4)th item or so.
fn files() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut labels, mut truth) = ("item,worker,label\n".to_owned(), "item,truth\n".to_owned());
    let mut tallies = "item,label,votes\n".to_owned();
    for item in 0..60 {
        let mut counts = [0; 2];
        for worker in 0..7 {
            let label = (item + usize::from((item * 5 + worker * 3) % (worker + 4) == 0)) % 2;
            counts[label] += 1;
            labels += &format!("image {item},w{worker},{label}\n");
        }
        truth += &format!("image {item},{}\n", item % 2);
        (0..2).for_each(|label| tallies += &format!("image {item},{label},{}\n", counts[label]));
    }
    // A row that stands twice counts once.
    labels += "image 0,w1,0\n";
    for (name, text) in [("label.csv", labels), ("truth.csv", truth), ("tallies.csv", tallies)] {
        fs::write(folder.path().join(name), text).expect("the folder can be written to");
    }
    folder
}

fn run(folder: &Path, args: &[&str]) -> Output {
    program().current_dir(folder).args(args).output().expect("the example is built")
}

fn report(folder: &Path, args: &[&str]) -> Value {
    let output = run(folder, &[args, &["--json", "report.json", "--out", "out.csv"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = fs::read_to_string(folder.join("report.json")).expect("a run leaves a report");
    serde_json::from_str(&text).expect("the report is JSON")
}

#[test]
fn every_method_reports_its_scores_and_writes_labels() {
    let folder = files();
    let base = ["--labels", "label.csv", "--truth", "truth.csv", "--gold-fraction", "0.3", "--seed", "4"];
    for method in [
        "majority",
        "one-coin",
        "dawid-skene",
        "swap-online",
        "swap",
        "swap-unsupervised",
        "gold-em",
        "robust",
        "auto",
    ] {
        let args = [&base[..], &["--method", method]].concat();
        let report = report(folder.path(), &args);
        assert_eq!(report["method"], method);
        let counts = ["n_votes", "n_items", "n_workers", "n_classes", "n_gold", "n_scored"];
        assert_eq!(counts.map(|name| report[name].as_u64()), [420, 60, 7, 2, 18, 42].map(Some));
        for score in ["accuracy", "f1", "log_loss", "ece", "seconds_fit", "votes_per_second", "peak_rss_mb"] {
            assert!(report[score].as_f64().is_some_and(f64::is_finite), "{method}: {score}");
        }
        assert!(report["accuracy"].as_f64() > Some(0.9), "{method}: {report}");
        let labels = fs::read_to_string(folder.path().join("out.csv")).expect("a run leaves labels");
        assert_eq!((labels.lines().next(), labels.lines().count()), (Some("item,label,votes,p0,p1"), 61));
        assert!(labels.contains("\nimage 59,1,7,"), "{method}");
    }
    let report =
        report(folder.path(), &["--labels", "tallies.csv", "--truth", "truth.csv", "--method", "counts"]);
    assert_eq!((report["n_votes"].as_u64(), report["n_scored"].as_u64()), (Some(420), Some(60)));
    assert!(report["accuracy"].as_f64() > Some(0.9));
}

#[test]
fn the_result_does_not_depend_on_the_number_of_threads_but_gold_does_on_the_seed() {
    let folder = files();
    let with = |more: &[&str]| {
        let base =
            ["--labels", "label.csv", "--truth", "truth.csv", "--gold-fraction", "0.3", "--method", "auto"];
        report(folder.path(), &[&base[..], more].concat());
        fs::read(folder.path().join("out.csv")).expect("a run leaves labels")
    };
    assert_eq!(with(&["--threads", "1"]), with(&["--threads", "3"]));
    assert_ne!(with(&["--seed", "1"]), with(&["--seed", "2"]));
}

#[test]
fn a_fit_of_one_round_is_another_one_with_and_without_workers() {
    let folder = files();
    for (labels, method) in [("label.csv", "gold-em"), ("tallies.csv", "counts")] {
        let with = |more: &[&str]| {
            report(folder.path(), &[&["--labels", labels, "--method", method], more].concat());
            fs::read(folder.path().join("out.csv")).expect("a run leaves labels")
        };
        assert_ne!(with(&["--rounds", "1"]), with(&[]), "{method}");
        assert_eq!(with(&["--rounds", "500"]), with(&[]), "{method}");
    }
}

#[test]
fn without_truth_there_are_labels_and_no_scores() {
    let folder = files();
    let report = report(folder.path(), &["--labels", "label.csv", "--method", "robust"]);
    assert_eq!((report["n_scored"].as_u64(), &report["accuracy"]), (Some(0), &Value::Null));
}

#[test]
fn what_is_wrong_is_named() {
    let folder = files();
    fs::write(folder.path().join("bad.csv"), "item,worker,label\na,b,0\na,c,yes\n").expect("writable");
    fs::write(folder.path().join("columns.csv"), "item,user,label\na,b,0\n").expect("writable");
    fs::write(folder.path().join("empty.csv"), "item,worker,label\n").expect("writable");
    fs::write(folder.path().join("huge.csv"), "item,label,votes\na,0,1\na,18446744073709551615,1\n")
        .expect("writable");
    fs::write(folder.path().join("large.csv"), "item,label,votes\na,99999999999,1\n").expect("writable");
    fs::write(folder.path().join("classes.csv"), "item,truth\nimage 0,65535\n").expect("writable");
    for (args, message) in [
        (&["--labels", "label.csv", "--truth", "truth.csv", "--method", "swap"][..], "no gold"),
        (&["--labels", "huge.csv", "--method", "counts"], "\"18446744073709551615\": wants less than 65535"),
        (&["--labels", "large.csv", "--method", "counts"], "large.csv, line 2"),
        (&["--labels", "tallies.csv", "--truth", "classes.csv", "--method", "counts"], "classes.csv, line 2"),
        (&["--labels", "label.csv", "--truth", "classes.csv", "--method", "auto"], "classes.csv, line 2"),
        (&["--labels", "label.csv", "--truth", "truth.csv", "--method", "swap-online"], "no gold"),
        (&["--labels", "label.csv", "--gold-fraction", "0.2", "--method", "auto"], "wants --truth"),
        (
            &["--labels", "label.csv", "--truth", "truth.csv", "--gold-fraction", "1", "--method", "auto"],
            "less than 1",
        ),
        (&["--labels", "none.csv", "--method", "auto"], "none.csv: cannot be read"),
        (&["--labels", "bad.csv", "--method", "auto"], "bad.csv, line 3"),
        (&["--labels", "columns.csv", "--method", "auto"], "has no column \"worker\""),
        (&["--labels", "empty.csv", "--method", "auto"], "holds no votes"),
    ] {
        let output = run(folder.path(), args);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && error.contains(message), "{args:?}: {error}");
    }
}
