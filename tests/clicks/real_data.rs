//! Real marks. Skipped where the environment variable MANYHANDS_DATA is not set, failing where it is and a file is missing.

use manyhands_clicks::baselines::{Consensus, Dbscan, MeanShift};
use manyhands_clicks::{Shape, SurveyFolder};
use manyhands_metrics::{PointMatching, PointScore};

fn folder(name: &str) -> Option<SurveyFolder> {
    let Ok(data) = std::env::var("MANYHANDS_DATA") else {
        eprintln!("SKIPPED: MANYHANDS_DATA is not set, so there are no real marks to test on");
        return None;
    };
    Some(SurveyFolder::open(format!("{data}/clicks/{name}")).unwrap())
}

fn score(folder: &SurveyFolder, consensus: &Consensus, radius: f64) -> PointScore {
    let truth = folder.truth().unwrap().iter().enumerate();
    let score = |(subject, truth): (usize, &Vec<[f64; 2]>)| {
        let found: Vec<[f64; 2]> = consensus.clumps(subject).iter().map(|clump| clump.position).collect();
        PointMatching::new(&found, truth, radius).unwrap().score()
    };
    truth.map(score).sum()
}

#[test]
fn real_folders_have_as_many_rows_as_their_files_have_lines() {
    // wc -l, less the header: images, viewers, marks, truth.
    for (name, counts, shape) in [
        ("synth_tissue", [9, 270, 16_531, 900], Shape::Point),
        ("snr_tissue", [3, 90, 2625, 150], Shape::Point),
        ("pedestrians", [469, 3283, 3897, 616], Shape::Box),
    ] {
        let Some(folder) = folder(name) else { return };
        let survey = folder.survey();
        let n_truth = folder.truth().unwrap().iter().map(Vec::len).sum();
        let found = [survey.n_subjects(), survey.n_annotations(), survey.n_marks(), n_truth];
        assert_eq!((found, survey.shape()), (counts, shape), "{name}");
        assert_eq!(survey.n_volunteers(), folder.volunteers().len());
    }
}

// Settings and scores of benches/peers/clicks.py with scikit-learn, on the same folders.
#[test]
fn baselines_score_what_they_score_in_scikit_learn() {
    let Some(tissue) = folder("snr_tissue") else { return };
    let dbscan = Dbscan::params(2.0, 2).threshold(0.075).fit(tissue.survey()).unwrap();
    let score_of = |consensus| {
        let score = score(&tissue, consensus, 4.0);
        [score.precision(), score.recall(), score.f1()].map(|share| (share * 1000.0).round())
    };
    assert_eq!(score_of(&dbscan), [929.0, 700.0, 798.0]);
    let shift = MeanShift::params(4.0).threshold(0.125).fit(tissue.survey()).unwrap();
    assert_eq!(score_of(&shift), [963.0, 687.0, 802.0]);
}
