//! The baselines at their best: settings chosen on the very truth that they are scored with. Prints a table; takes minutes.
//!
//! ```text
//! MANYHANDS_DATA=… cargo test --release -p manyhands-tests --test clicks -- --ignored --nocapture best_settings
//! ```

use std::collections::BTreeMap;

use manyhands_clicks::baselines::{Consensus, Dbscan, Hdbscan, MeanShift};
use manyhands_clicks::{Survey, SurveyFolder};
use manyhands_metrics::{PointMatching, PointScore};
use rayon::prelude::*;

const SEEDS: u64 = 20;
/// Thresholds between none and all viewers.
const STEPS: u32 = 40;

/// A method with its settings, and how it clusters; thresholds are applied afterwards.
struct Setting {
    method: &'static str,
    name: String,
    fit: Box<dyn Fn(&Survey) -> Consensus + Send + Sync>,
}

/// The grid of benches/peers/clicks.py: lengths from a quarter of the radius of a match to twice of it.
fn settings(radius: f64) -> Vec<Setting> {
    let mut settings = Vec::new();
    for bandwidth in (2..=16).map(|eighths| radius * f64::from(eighths) / 8.0) {
        let params = MeanShift::params(bandwidth).threshold(0.0);
        let fit = Box::new(move |survey: &Survey| params.fit(survey).unwrap());
        settings.push(Setting { method: "mean shift", name: format!("bandwidth {bandwidth}"), fit });
        for min_marks in [2, 3, 4, 5, 6, 8, 10] {
            let params = Dbscan::params(bandwidth, min_marks).threshold(0.0);
            let fit = Box::new(move |survey: &Survey| params.fit(survey).unwrap());
            let name = format!("eps {bandwidth}, min_marks {min_marks}");
            settings.push(Setting { method: "DBSCAN", name, fit });
        }
    }
    for size in [2, 3, 4, 5, 6, 8, 10] {
        for min_samples in [1, 2, 3, 5, 8] {
            for single in [false, true] {
                let params = Hdbscan::params(size)
                    .min_samples(min_samples)
                    .allow_single_cluster(single)
                    .threshold(0.0);
                let fit = Box::new(move |survey: &Survey| params.fit(survey).unwrap());
                let name = format!("min_cluster_size {size}, min_samples {min_samples}, single {single}");
                settings.push(Setting { method: "HDBSCAN", name, fit });
            }
        }
    }
    settings
}

/// Scores over all subjects, by the threshold.
fn scores(consensus: &Consensus, truth: &[Vec<[f64; 2]>], radius: f64) -> Vec<PointScore> {
    let at = |threshold: f64| {
        let score = |(subject, truth): (usize, &Vec<[f64; 2]>)| {
            let clumps = consensus.clumps(subject).iter().filter(|clump| clump.fraction >= threshold);
            let found: Vec<[f64; 2]> = clumps.map(|clump| clump.position).collect();
            PointMatching::new(&found, truth, radius).unwrap().score()
        };
        truth.iter().enumerate().map(score).sum()
    };
    (1..=STEPS).map(|step| at(f64::from(step) / f64::from(STEPS))).collect()
}

#[test]
#[ignore = "takes minutes and real data"]
fn best_settings_of_the_baselines_on_real_marks() {
    let Ok(data) = std::env::var("MANYHANDS_DATA") else {
        return eprintln!("skipped: MANYHANDS_DATA is not set");
    };
    println!("| data | viewers | method | best setting | threshold | precision | recall | F1 | rms px |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for (name, radius) in [("synth_tissue", 4.0), ("snr_tissue", 4.0), ("pedestrians", 10.0)] {
        let folder = SurveyFolder::open(format!("{data}/clicks/{name}")).unwrap();
        let (survey, truth) = (folder.survey(), folder.truth().unwrap());
        let most = survey.subjects().map(|subject| subject.n_viewers()).max().unwrap();
        for n in [3, 5, 10, most].into_iter().filter(|&n| n <= most) {
            let samples: Vec<Survey> = match n {
                n if n == most => vec![survey.clone()],
                n => (0..SEEDS).map(|seed| survey.sample_viewers(n, seed)).collect(),
            };
            let results: Vec<_> = settings(radius)
                .into_par_iter()
                .map(|Setting { method, name, fit }| {
                    let scores: Vec<Vec<PointScore>> =
                        samples.iter().map(|survey| scores(&fit(survey), truth, radius)).collect();
                    (method, name, scores)
                })
                .collect();
            let mean = |scores: &[Vec<PointScore>], threshold: usize, of: fn(&PointScore) -> f64| {
                scores.iter().map(|scores| of(&scores[threshold])).sum::<f64>() / scores.len() as f64
            };
            let mut best: BTreeMap<&str, (f64, String)> = BTreeMap::new();
            for (method, setting, scores) in &results {
                for threshold in 0..STEPS as usize {
                    let f1 = mean(scores, threshold, PointScore::f1);
                    if best.get(method).is_none_or(|(other, _)| f1 > *other) {
                        let precision = mean(scores, threshold, PointScore::precision);
                        let recall = mean(scores, threshold, PointScore::recall);
                        let rms = mean(scores, threshold, |score| score.rms_distance().unwrap_or(f64::NAN));
                        let threshold = (threshold + 1) as f64 / f64::from(STEPS);
                        let row = format!(
                            "{setting} | {threshold:.3} | {precision:.3} | {recall:.3} | {f1:.3} | {rms:.2} |"
                        );
                        best.insert(method, (f1, row));
                    }
                }
            }
            for (method, (_, row)) in best {
                println!("| {name} | {n} | {method} | {row}");
            }
        }
    }
}
