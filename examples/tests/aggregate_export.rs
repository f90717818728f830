//! `aggregate_export` as a user runs it: on a synthetic export, with gold, and with bad input.
//!
//! `cargo test` builds the examples beside this test.

use manyhands_sim::QuestionExport;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn aggregate(args: &[&Path]) -> Output {
    let test = std::env::current_exe().expect("a test knows itself");
    let target = test.parent().and_then(Path::parent).expect("tests lie in target/<profile>/deps");
    Command::new(target.join("examples/aggregate_export")).args(args).output().expect("the example is built")
}

const CONFIG: &str =
    "[task.muon]\nkind = \"question\"\nkeys = [\"T0\"]\npositive = [\"Yes\"]\nnegative = [\"No\"]\n";

/// An export of 3 000 rows, one of them broken, and its configuration.
fn files(folder: &Path) -> (QuestionExport, PathBuf, PathBuf) {
    let (export, config) = (folder.join("export.csv"), folder.join("config.toml"));
    let synthetic = QuestionExport::new(3_000).seed(7);
    let mut csv = vec![];
    synthetic.write(&mut csv).unwrap();
    csv.extend(b"too,few\n");
    std::fs::write(&export, csv).unwrap();
    std::fs::write(&config, CONFIG).unwrap();
    (synthetic, export, config)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// How many labels are the truth.
fn n_right(labels: &str, export: &QuestionExport) -> usize {
    let truth = export.truth();
    let right = |line: &&str| {
        let mut cells = line.split(',');
        let id: u64 = cells.next().unwrap().parse().unwrap();
        (cells.next() == Some("1")) == truth[(id - export.subject_id(0)) as usize]
    };
    labels.lines().skip(1).filter(right).count()
}

#[test]
fn labels_report_quarantine_plots_and_page_come_out_of_an_export() {
    let folder = tempfile::tempdir().unwrap();
    let (synthetic, export, config) = files(folder.path());
    let out = folder.path().join("out");
    let run = aggregate(&[&export, Path::new("--config"), &config, Path::new("--out"), &out]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    for file in [
        "index.html",
        "reductions_muon.csv",
        "consensus_muon.csv",
        "reliability_muon.svg",
        "volunteers_muon.svg",
    ] {
        assert!(out.join(file).metadata().is_ok_and(|file| file.len() > 0), "{file} is missing");
    }
    let quality: serde_json::Value = serde_json::from_str(&read(&out.join("quality.json"))).unwrap();
    assert_eq!(quality["n_rows"], 3_001);
    assert_eq!(quality["quarantined"]["fields"], 1);
    assert!(read(&out.join("quarantine.csv")).contains("3002,"), "the line of the broken row");
    let labels = read(&out.join("labels_muon.csv"));
    assert_eq!(labels.lines().count(), 1 + synthetic.n_subjects());
    let by_majority = n_right(&labels, &synthetic);
    assert!(by_majority * 10 > 9 * synthetic.n_subjects(), "{by_majority} of {}", synthetic.n_subjects());

    // With gold, SWAP weighs the volunteers, and the page shows their skill.
    let gold = folder.path().join("gold.csv");
    let truths = synthetic.truth().into_iter().enumerate().step_by(3);
    let rows: String = truths
        .map(|(subject, truth)| format!("{},{}\n", synthetic.subject_id(subject), u8::from(truth)))
        .collect();
    std::fs::write(&gold, format!("subject,gold\n{rows}")).unwrap();
    let given = PathBuf::from(format!("muon={}", gold.display()));
    let with_gold = |export: &Path| {
        let run = aggregate(&[
            export,
            Path::new("--config"),
            &config,
            Path::new("--gold"),
            &given,
            Path::new("--out"),
            &out,
        ]);
        String::from_utf8_lossy(&run.stdout).into_owned()
    };
    assert!(with_gold(&export).contains("by SWAP in two passes, 50 of them gold"));
    assert!(n_right(&read(&out.join("labels_muon.csv")), &synthetic) >= by_majority);
    assert!(read(&out.join("volunteers_muon.svg")).contains("skill on gold"));

    // Experts' rows beside the file: subject 1, which the file has not, and subject 0, which it has.
    let with_experts = folder.path().join("with_experts.csv");
    std::fs::write(&with_experts, read(&export) + &experts_rows(&synthetic, &read(&export), &[0, 1]))
        .unwrap();
    let said = with_gold(&with_experts);
    assert!(said.contains("by SWAP in two passes, 51 of them gold"), "{said}");
}

/// Rows by which an expert says the truth about these subjects.
fn experts_rows(synthetic: &QuestionExport, export: &str, subjects: &[usize]) -> String {
    let mut reader = csv::Reader::from_reader(export.as_bytes());
    let names = reader.headers().unwrap().clone();
    let sample = reader.records().next().unwrap().unwrap();
    let mut writer = csv::Writer::from_writer(vec![]);
    for &subject in subjects {
        let answer = if synthetic.truth()[subject] { "Yes" } else { "No" };
        let cells = names.iter().zip(&sample).map(|(name, cell)| match name {
            "user_name" => "expert".to_owned(),
            "user_id" => "1".to_owned(),
            "gold_standard" => "true".to_owned(),
            "subject_ids" => synthetic.subject_id(subject).to_string(),
            "annotations" => format!(r#"[{{"task":"T0","value":"{answer}"}}]"#),
            _ => cell.to_owned(),
        });
        writer.write_record(cells).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

#[test]
fn bad_input_is_answered_by_an_error_that_names_it_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (_, export, config) = files(folder.path());
    let write = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let no_task = write("none.toml", "[cleaning]\n");
    let wrong_key = write("key.toml", &CONFIG.replace("keys", "kyes"));
    let table = write("table.csv", "a,b\n1,2\n");
    let empty = write("empty.csv", "");
    let missing = folder.path().join("missing");
    let cases: [(&Path, &Path, &str, &str); 7] = [
        (&missing, &config, "", "missing: cannot be read"),
        (&export, &missing, "", "missing: cannot be read"),
        (&export, &no_task, "", "task: got none"),
        (&export, &wrong_key, "", "task.muon.kyes"),
        (&table, &config, "", "no column is called annotations"),
        (&empty, &config, "", "the file is empty"),
        (&export, &config, "muon", "wants QUESTION=FILE"),
    ];
    for (export, config, gold, wants) in cases {
        let out = folder.path().join("out");
        let mut args = vec![export, Path::new("--config"), config, Path::new("--out"), &out];
        if !gold.is_empty() {
            args.extend([Path::new("--gold"), Path::new(gold)]);
        }
        let run = aggregate(&args);
        let said = String::from_utf8_lossy(&run.stderr);
        assert!(
            !run.status.success() && said.contains(wants) && !said.contains("panicked"),
            "{said:?}, want {wants:?}"
        );
        assert!(!out.exists());
    }
}
