//! Synthetic exports: what the generator promises, and that they are read whole.

use manyhands_sim::QuestionExport;
use manyhands_votes::MajorityVote;
use manyhands_zooniverse::{Config, Task};

use super::read_with;

fn written(export: &QuestionExport) -> String {
    let mut csv = vec![];
    export.write(&mut csv).unwrap();
    String::from_utf8(csv).unwrap()
}

#[test]
fn the_seed_decides_all_and_a_row_is_of_about_a_kilobyte() {
    let export = |n| QuestionExport::new(n).seed(3);
    assert_eq!(written(&export(200)), written(&export(200)));
    assert_ne!(written(&export(200)), written(&QuestionExport::new(200).seed(4)));
    let file = written(&export(200));
    assert_eq!(file.lines().count(), 201);
    let per_row = file.len() / 200;
    assert!((1_050..1_200).contains(&per_row), "{per_row} bytes a row");
}

#[test]
fn a_synthetic_export_is_read_whole_and_its_labels_are_mostly_the_truth() {
    let export = QuestionExport::new(6_000).seed(11);
    let task = Task::question(["T0"]).class("no", ["No"]).class("yes", ["Yes"]);
    let (extracts, quarantine) = read_with(&Config::new().task("muon", task), &written(&export));
    assert_eq!(quarantine.lines().count(), 1);
    let quality = extracts.quality();
    assert_eq!((quality.n_rows, quality.n_subjects), (6_000, export.n_subjects()));
    assert!(quality.n_volunteers <= export.n_volunteers());
    assert!((300..3_000).contains(&quality.n_anonymous), "{}", quality.n_anonymous);
    assert!((20..150).contains(&quality.n_already_seen), "{}", quality.n_already_seen);
    assert_eq!(quality.n_beta + quality.n_retired + quality.n_without_duration, 0);
    let question = extracts.question("muon").unwrap();
    let majority = MajorityVote::params(2).fit(&question.votes().collect::<Vec<_>>()).unwrap();
    let truth = export.truth();
    let is_right = |subject: &usize| {
        let id = export.subject_id(*subject).to_string();
        let estimate = question.subjects().index(&id).and_then(|subject| majority.estimate(subject)).unwrap();
        (estimate.label == 1) == truth[*subject]
    };
    let n_right = (0..export.n_subjects()).filter(is_right).count();
    assert!(n_right * 100 >= 95 * export.n_subjects(), "{n_right} of {}", export.n_subjects());
}
