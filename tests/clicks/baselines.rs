//! Baselines: the clusters of scikit-learn, then those that enough viewers agree on.

use manyhands_clicks::baselines::{Consensus, Dbscan, Hdbscan, MeanShift};
use manyhands_clicks::{Click, Survey};
use manyhands_metrics::ContingencyTable;
use proptest::prelude::*;

/// One subject; every mark is of a viewer of its own.
fn strangers(xy: &[[f64; 2]]) -> Survey {
    let mut builder = Survey::builder();
    let subject = builder.subject(300.0, 300.0).unwrap();
    for (volunteer, &[x, y]) in xy.iter().enumerate() {
        builder.annotate(subject, volunteer, &[Click::point(x, y)]).unwrap();
    }
    builder.build().unwrap()
}

/// All methods, by name.
fn all(survey: &Survey, threshold: f64) -> [(&'static str, Consensus); 3] {
    [
        ("mean shift", MeanShift::params(4.0).threshold(threshold).fit(survey).unwrap()),
        ("dbscan", Dbscan::params(2.5, 3).threshold(threshold).fit(survey).unwrap()),
        ("hdbscan", Hdbscan::params(3).threshold(threshold).fit(survey).unwrap()),
    ]
}

#[derive(serde::Deserialize)]
struct Case {
    name: String,
    xy: Vec<[f64; 2]>,
    method: String,
    parameters: Vec<f64>,
    labels: Vec<i64>,
    order_matters: bool,
}

/// Clusters numbered by their first mark; noise is `None`.
fn numbered(labels: &[i64]) -> Vec<Option<usize>> {
    let mut seen = Vec::new();
    let number = |&label: &i64| {
        (label >= 0).then(|| {
            seen.iter().position(|&other| other == label).unwrap_or_else(|| {
                seen.push(label);
                seen.len() - 1
            })
        })
    };
    labels.iter().map(number).collect()
}

// The script beside the file made it.
#[test]
fn clusters_are_those_of_scikit_learn() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../golden/click_clusters.json")).unwrap();
    assert_eq!(cases.len(), 54);
    for Case { name, xy, method, parameters, labels, order_matters } in cases {
        let survey = strangers(&xy);
        let found = match (method.as_str(), parameters.as_slice()) {
            ("mean_shift", &[bandwidth]) => MeanShift::params(bandwidth).threshold(0.0).fit(&survey),
            ("dbscan", &[eps, n]) => Dbscan::params(eps, n as usize).threshold(0.0).fit(&survey),
            ("hdbscan", &[size, n, single]) => Hdbscan::params(size as usize)
                .min_samples(n as usize)
                .allow_single_cluster(single == 1.0)
                .threshold(0.0)
                .fit(&survey),
            _ => panic!("{name}"),
        };
        let found = found.unwrap();
        let (found, labels) = (found.assignment(0), numbered(&labels));
        if order_matters {
            // HDBSCAN measures a pair by the greater of distance and densities, so marks at a rim tie; either cluster is right.
            let rows =
                |labels: &[Option<usize>]| labels.iter().map(|l| l.map_or(0, |l| l + 1)).collect::<Vec<_>>();
            let ari = ContingencyTable::new(&rows(found), &rows(&labels)).unwrap().adjusted_rand_index();
            assert!(ari > 0.9, "{name}: {ari}");
        } else {
            assert_eq!(found, labels, "{name}");
        }
    }
}

#[test]
fn a_clump_is_kept_where_enough_of_all_viewers_marked_it() {
    let mut builder = Survey::builder();
    let subject = builder.subject(300.0, 300.0).unwrap();
    for volunteer in 0..3 {
        let off = volunteer as f64 / 2.0;
        // One viewer marks the second object twice, two do not mark it.
        let clicks = [[10.0 + off, 10.0], [50.0, 50.0], [51.0, 50.0]].map(|[x, y]| Click::point(x, y));
        builder.annotate(subject, volunteer, if volunteer == 1 { &clicks } else { &clicks[..1] }).unwrap();
    }
    builder.annotate(subject, 3, &[]).unwrap();
    builder.silent(subject, 1).unwrap();
    let survey = builder.build().unwrap();
    // Three of five viewers: 0.6, the default threshold, is enough.
    for consensus in
        [MeanShift::params(4.0).fit(&survey).unwrap(), Dbscan::params(2.0, 2).fit(&survey).unwrap()]
    {
        let [clump] = consensus.clumps(subject) else { panic!("one clump: {consensus:?}") };
        assert_eq!((clump.position, clump.n_viewers, clump.fraction), ([10.5, 10.0], 3, 0.6));
        assert_eq!(clump.marks, [0, 1, 4]);
        assert_eq!(consensus.assignment(subject), [Some(0), Some(0), None, None, Some(0)]);
    }
    let low = MeanShift::params(4.0).threshold(0.2).fit(&survey).unwrap();
    assert_eq!(low.clumps(subject)[1].n_viewers, 1, "two marks of one viewer are one viewer");
}

#[test]
fn no_marks_and_few_marks_give_no_clumps_of_many() {
    let mut builder = Survey::builder();
    builder.subject(1.0, 1.0).unwrap();
    let seen = builder.subject(1.0, 1.0).unwrap();
    builder.annotate(seen, 0, &[]).unwrap();
    let once = builder.subject(1.0, 1.0).unwrap();
    builder.annotate(once, 0, &[Click::point(0.5, 0.5)]).unwrap();
    builder.annotate(once, 1, &[]).unwrap();
    for (name, consensus) in all(&builder.build().unwrap(), 0.6) {
        assert_eq!(consensus.n_subjects(), 3);
        assert!((0..3).all(|subject| consensus.clumps(subject).is_empty()), "{name}");
        assert_eq!(consensus.assignment(once), [None]);
    }
}

#[test]
fn equal_and_far_marks_are_clustered_all_the_same() {
    for xy in [
        vec![[5.0, 5.0]; 40],
        vec![[1e100, -1e100]; 9],
        [vec![[0.0, 0.0]; 9], vec![[1e100, 1e100]; 9]].concat(),
        // In the last row of cells that there can be, in different columns.
        vec![[0.0, 1e20], [100.0, 1e20]],
    ] {
        for (name, consensus) in all(&strangers(&xy), 0.0) {
            assert!(consensus.assignment(0).len() == xy.len(), "{name}");
        }
    }
    let consensus = MeanShift::params(1.0).fit(&strangers(&[[5.0, 5.0]; 40])).unwrap();
    assert_eq!(consensus.clumps(0)[0].position, [5.0, 5.0]);
}

#[test]
fn wrong_parameters_are_errors_even_without_marks() {
    let survey = Survey::builder().build().unwrap();
    let length = "wants a number above 0, up to 1e100";
    let share = "threshold is NaN, wants a number between 0 and 1";
    for (error, message) in [
        (MeanShift::params(0.0).fit(&survey), format!("bandwidth is 0, {length}")),
        (MeanShift::params(f64::NAN).fit(&survey), format!("bandwidth is NaN, {length}")),
        (MeanShift::params(1.0).threshold(f64::NAN).fit(&survey), share.to_owned()),
        (Dbscan::params(f64::INFINITY, 3).fit(&survey), format!("eps is inf, {length}")),
        (Dbscan::params(1.0, 1).fit(&survey), "min_marks is 1, wants at least 2".to_owned()),
        (Dbscan::params(1.0, 2).threshold(1.5).fit(&survey), share.replace("NaN", "1.5")),
        (Hdbscan::params(1).fit(&survey), "min_cluster_size is 1, wants at least 2".to_owned()),
        (Hdbscan::params(2).min_samples(0).fit(&survey), "min_samples is 0, wants at least 1".to_owned()),
        (Hdbscan::params(2).threshold(-0.1).fit(&survey), share.replace("NaN", "-0.1")),
    ] {
        assert_eq!(error.unwrap_err().to_string(), message);
    }
}

/// A slow twin: mean shift with all distances, from every mark.
fn mean_shift(xy: &[[f64; 2]], bandwidth: f64) -> Vec<[f64; 2]> {
    let square = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2);
    let mut places: Vec<(usize, [f64; 2])> = Vec::new();
    for &start in xy {
        let mut last = start;
        loop {
            let near: Vec<_> = xy.iter().filter(|&&mark| square(mark, last) <= bandwidth.powi(2)).collect();
            let mean = [0, 1].map(|axis| near.iter().map(|mark| mark[axis]).sum::<f64>() / near.len() as f64);
            if square(mean, last).sqrt() <= 1e-3 * bandwidth {
                places.push((near.len(), mean));
                break;
            }
            last = mean;
        }
    }
    places.sort_by(|a, b| b.partial_cmp(a).unwrap());
    let mut kept: Vec<[f64; 2]> = Vec::new();
    for (_, place) in places {
        if kept.iter().all(|&other| square(other, place) > bandwidth.powi(2)) {
            kept.push(place);
        }
    }
    kept
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn mean_shift_finds_the_places_that_all_distances_find(
        xy in prop::collection::vec([-30.0..30.0_f64, -30.0..30.0_f64], 1..60), bandwidth in 1.0..20.0_f64,
    ) {
        let found = MeanShift::params(bandwidth).threshold(0.0).fit(&strangers(&xy)).unwrap();
        let kept = mean_shift(&xy, bandwidth);
        let nearest = |mark: [f64; 2]| {
            let square = |place: &[f64; 2]| (place[0] - mark[0]).powi(2) + (place[1] - mark[1]).powi(2);
            (0..kept.len()).min_by(|&a, &b| square(&kept[a]).total_cmp(&square(&kept[b]))).unwrap() as i64
        };
        let labels: Vec<i64> = xy.iter().map(|&mark| nearest(mark)).collect();
        prop_assert_eq!(found.assignment(0), numbered(&labels));
    }

    #[test]
    fn clumps_and_assignment_say_the_same_and_threads_do_not_matter(
        marks in prop::collection::vec((0..3_usize, 0..6_usize, 0..12_u8, 0..12_u8), 0..80), threshold in 0.0..1.0_f64,
    ) {
        let mut builder = Survey::builder().repeats(manyhands_clicks::Repeats::Merge);
        for _ in 0..3 {
            builder.subject(12.0, 12.0).unwrap();
        }
        for &(subject, volunteer, x, y) in &marks {
            builder.annotate(subject, volunteer, &[Click::point(x.into(), y.into())]).unwrap();
        }
        let survey = builder.build().unwrap();
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let alone = one.install(|| all(&survey, threshold));
        for ((name, consensus), alone) in all(&survey, threshold).into_iter().zip(alone) {
            prop_assert_eq!(&consensus, &alone.1, "{}", name);
            for (index, subject) in survey.subjects().enumerate() {
                let clumps = consensus.clumps(index);
                prop_assert!(clumps.is_sorted_by_key(|clump| clump.marks[0]));
                for (number, clump) in clumps.iter().enumerate() {
                    let of = |mark: &usize| consensus.assignment(index)[*mark] == Some(number);
                    prop_assert!(clump.marks.iter().all(of));
                    let viewers: std::collections::BTreeSet<u32> =
                        clump.marks.iter().map(|&mark| subject.mark_viewers[mark]).collect();
                    prop_assert_eq!(clump.n_viewers, viewers.len());
                    prop_assert_eq!(clump.fraction, viewers.len() as f64 / subject.n_viewers() as f64);
                    prop_assert!(clump.fraction >= threshold);
                }
                let assigned = consensus.assignment(index).iter().flatten().count();
                prop_assert_eq!(assigned, clumps.iter().map(|clump| clump.marks.len()).sum::<usize>());
            }
        }
    }
}
