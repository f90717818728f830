//! Volunteers who click on clumps of galaxies.

use std::collections::BTreeMap;

use manyhands_sim::{ClickSurvey, Clicker, ClickerKind, Clicks, Error, Galaxies};

/// One clump in the middle of every image, all as easy to see.
fn plain() -> Galaxies {
    Galaxies { clumpy: 1.0, clumps: 1.0, extent: 0.0, gain: 0.0, difficulty: 0.0, ..Galaxies::default() }
}

/// Five volunteers who differ in everything.
fn five() -> Vec<Clicker> {
    let clicker =
        |kind, false_marks, miss, scatter| Clicker { scatter, ..Clicker::new(kind, false_marks, miss) };
    vec![
        clicker(ClickerKind::Ordinary, 0.5, 0.3, 2.0),
        clicker(ClickerKind::Optimist, 4.0, 0.1, 2.0),
        clicker(ClickerKind::Pessimist, 0.05, 0.7, 1.0),
        clicker(ClickerKind::Sloppy, 0.5, 0.3, 12.0),
        clicker(ClickerKind::Spammer, 8.0, 1.0, 2.0),
    ]
}

#[test]
fn rates_of_every_volunteer_are_recovered() {
    let n = 20_000.0;
    let clicks = ClickSurvey::new(20_000, five()).galaxies(plain()).viewers(5.0).seed(1).simulate().unwrap();
    for (volunteer, want) in five().iter().enumerate() {
        let (mut n_false, mut n_true, mut squares, mut product, mut halves) = (0.0, 0.0, 0.0, 0.0, [0.0; 2]);
        for subject in clicks.subjects() {
            assert_eq!(subject.viewers, [0, 1, 2, 3, 4]);
            for (mark, _) in subject.mark_viewers.iter().enumerate().filter(|&(_, &v)| v == volunteer) {
                let [x, y] = subject.mark_xy[mark];
                if let Some(clump) = subject.mark_clumps[mark] {
                    assert_eq!(subject.clump_xy[clump], [200.0, 200.0]);
                    n_true += 1.0;
                    squares += (x - 200.0).powi(2) + (y - 200.0).powi(2);
                    product += (x - 200.0) * (y - 200.0);
                } else {
                    n_false += 1.0;
                    halves[0] += f64::from(u8::from(x < 200.0));
                    halves[1] += f64::from(u8::from(y < 100.0));
                }
            }
        }
        // Four standard deviations each: of a Poisson mean, of a share, of a variance from 2m squares.
        let kind = want.kind;
        assert!((n_false / n - want.false_marks).abs() < 4.0 * (want.false_marks / n).sqrt(), "{kind:?}");
        let miss = 1.0 - n_true / n;
        assert!(
            (miss - want.miss).abs() <= 4.0 * (want.miss * (1.0 - want.miss) / n).sqrt(),
            "{kind:?}: {miss}"
        );
        if n_true > 0.0 {
            let variance = squares / (2.0 * n_true) / want.scatter.powi(2);
            assert!((variance - 1.0).abs() < 4.0 / f64::sqrt(n_true), "{kind:?}: {variance}");
            // The axes do not depend on each other.
            let correlation: f64 = product / n_true / want.scatter.powi(2);
            assert!(correlation.abs() < 4.0 / f64::sqrt(n_true), "{kind:?}: {correlation}");
        }
        for (half, share) in halves.into_iter().zip([0.5, 0.25]) {
            assert!(
                (half / n_false - share).abs() < 4.0 * f64::sqrt(share * (1.0 - share) / n_false),
                "{kind:?}"
            );
        }
    }
}

#[test]
fn who_leaves_no_mark_is_a_viewer_all_the_same() {
    let volunteers =
        vec![Clicker::new(ClickerKind::Ordinary, 0.0, 0.25), Clicker::new(ClickerKind::Spammer, 1.0, 1.0)];
    let survey = ClickSurvey::new(10_000, volunteers).galaxies(plain()).viewers(2.0);
    let clicks = survey.simulate().unwrap();
    assert_eq!(clicks.n_annotations(), 20_000);
    let mut silent = [0.0_f64; 2];
    for subject in clicks.subjects() {
        for viewer in subject.silent_viewers() {
            assert!(subject.viewers.contains(&viewer) && !subject.mark_viewers.contains(&viewer));
            silent[viewer] += 1.0 / 10_000.0;
        }
    }
    // Missed the one clump; Poisson of mean 1 gave none: e^−1 = 0.3679. Four deviations are 0.0173 and 0.0193.
    assert!((silent[0] - 0.25).abs() < 0.0173 && (silent[1] - 0.3679).abs() < 0.0193, "{silent:?}");
}

#[test]
fn faint_clumps_and_hard_images_are_missed_more_often() {
    let volunteers = vec![Clicker::new(ClickerKind::Ordinary, 0.0, 0.3); 20];
    let clicks = ClickSurvey::new(5_000, volunteers.clone()).seed(2).simulate().unwrap();
    // By detectability rounded to whole logits: views of clumps, views that led to a mark, mean probability of one.
    let mut bins: BTreeMap<i64, [f64; 3]> = BTreeMap::new();
    let mut sums = [0.0; 3];
    for subject in clicks.subjects() {
        for (clump, &detectability) in subject.clump_detectability.iter().enumerate() {
            let n_marks = subject.mark_clumps.iter().filter(|&&meant| meant == Some(clump)).count() as f64;
            let bin = bins.entry(detectability.round() as i64).or_default();
            let expected = 20.0 * volunteers[0].detects(detectability);
            for (sum, value) in bin.iter_mut().zip([20.0, n_marks, expected]) {
                *sum += value;
            }
            // ln L − mean ln L, with slope 2 and gain 1, less the difficulty.
            let brightness = subject.clump_brightness[clump];
            assert!((detectability - (brightness.ln() - 1.0 - subject.difficulty)).abs() < 1e-12);
            assert!(brightness >= 1.0);
            sums = [sums[0] + 1.0, sums[1] + detectability, sums[2] + f64::from(u8::from(brightness > 2.0))];
        }
    }
    for (detectability, [views, marks, expected]) in &bins {
        assert!((marks - expected).abs() < 4.0 * (views / 4.0).sqrt(), "{detectability}: {marks} {expected}");
    }
    assert!(bins[&-2][1] / bins[&-2][0] < 0.5 * bins[&1][1] / bins[&1][0]);
    // Detectability is 0 on average; a power law of exponent 2 has half of its clumps above L = 2.
    assert!((sums[1] / sums[0]).abs() < 0.06 && (sums[2] / sums[0] - 0.5).abs() < 0.025, "{sums:?}");
}

#[test]
fn galaxies_have_clumps_as_asked() {
    let galaxies =
        Galaxies { smallest: [100, 60], largest: [200, 60], clumpy: 0.4, clumps: 3.0, ..Galaxies::default() };
    let survey = ClickSurvey::new(20_000, five()).galaxies(galaxies).viewers(1.0);
    let clicks = survey.simulate().unwrap();
    let clumpy = clicks.subjects().filter(|subject| !subject.clump_xy.is_empty()).count() as f64;
    // Four deviations of a share of 20 000; of the mean of 8 000 Poisson numbers of mean 2.
    assert!((clumpy / 20_000.0 - 0.4).abs() < 0.014, "{clumpy}");
    assert!((clicks.n_clumps() as f64 / clumpy - 3.0).abs() < 0.064);
    assert_eq!((clicks.widths.iter().min(), clicks.widths.iter().max()), (Some(&100), Some(&200)));
    for subject in clicks.subjects() {
        assert_eq!(subject.height, 60);
        for &[x, y] in subject.clump_xy.iter().chain(subject.mark_xy) {
            assert!((0.0..=f64::from(subject.width)).contains(&x) && (0.0..=60.0).contains(&y));
        }
    }
}

#[test]
fn a_viewer_sees_a_subject_once_and_marks_a_clump_once() {
    for (viewers, n_volunteers) in [(3.5, 4), (20.0, 30), (20.4, 1000), (150.0, 160), (7.0, 7)] {
        let volunteers: Vec<Clicker> = (0..n_volunteers)
            .map(|k| Clicker {
                activity: 1.0 / f64::from(k + 1).powi(3),
                ..Clicker::new(ClickerKind::Ordinary, 0.5, 0.1)
            })
            .collect();
        let clicks = ClickSurvey::new(400, volunteers).viewers(viewers).simulate().unwrap();
        let mean = clicks.n_annotations() as f64 / 400.0;
        assert!((mean - viewers).abs() < 0.1, "{mean} {viewers}");
        for subject in clicks.subjects() {
            assert!(subject.viewers.windows(2).all(|pair| pair[0] < pair[1]), "ascending, each once");
            assert!(subject.mark_viewers.is_sorted());
            let mut meant: Vec<_> = subject
                .mark_viewers
                .iter()
                .zip(subject.mark_clumps)
                .filter(|(_, clump)| clump.is_some())
                .collect();
            let n = meant.len();
            meant.sort_unstable();
            meant.dedup();
            assert_eq!(meant.len(), n);
        }
    }
}

#[test]
fn activity_says_how_often_a_volunteer_comes() {
    let volunteers: Vec<Clicker> = [1.0, 2.0, 5.0]
        .map(|activity| Clicker { activity, ..Clicker::new(ClickerKind::Ordinary, 0.0, 0.0) })
        .to_vec();
    let seen_by = |viewers, volunteers: Vec<Clicker>| {
        let clicks = ClickSurvey::new(20_000, volunteers).viewers(viewers).simulate().unwrap();
        let mut seen = [0.0_f64; 3];
        for &viewer in &clicks.viewers {
            seen[viewer % 3] += 1.0 / 20_000.0;
        }
        seen
    };
    // Two of three: P(0, 1) = 1/8 · 2/7 + 2/8 · 1/6 = 0.0774, P(0, 2) = 1/8 · 5/7 + 5/8 · 1/3 = 0.2976, the rest 0.6250.
    for (viewers, want) in [(1.0, [0.125, 0.25, 0.625]), (2.0, [0.375, 0.7024, 0.9226])] {
        let got = seen_by(viewers, volunteers.clone());
        assert!(got.iter().zip(want).all(|(got, want)| (got - want).abs() < 0.014), "{got:?} {want:?}");
    }
    // The same by the other way to draw: among 600, of whom all but three hardly ever come, three viewers of 200.
    let mut many = vec![Clicker { activity: 1e-90, ..volunteers[0] }; 600];
    many[..3].copy_from_slice(&volunteers);
    let clicks = ClickSurvey::new(50, many).viewers(200.0).simulate().unwrap();
    assert!(clicks.subjects().all(|subject| subject.viewers[..3] == [0, 1, 2]));
}

#[test]
fn a_subject_depends_on_seed_and_index_alone() {
    let survey = ClickSurvey::clump_scout().scale(0.01).seed(5);
    let whole = survey.simulate().unwrap();
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(one_thread.install(|| survey.simulate().unwrap()), whole);
    let mut subjects = whole.subjects();
    for first in (0..survey.n_subjects()).step_by(100) {
        let n = 100.min(survey.n_subjects() - first);
        let part: Clicks = survey.simulate_range(first, n).unwrap();
        assert_eq!((part.first, part.n_subjects()), (first, n));
        for subject in part.subjects() {
            assert_eq!(Some(subject), subjects.next());
        }
    }
    assert!(subjects.next().is_none());
    assert_ne!(survey.clone().seed(6).simulate().unwrap(), whole);
    // Other volunteers see the same galaxies.
    let other = ClickSurvey::new(survey.n_subjects(), five()).viewers(2.0).seed(5).simulate().unwrap();
    assert_eq!((&other.clump_xy, &other.clump_detectability), (&whole.clump_xy, &whole.clump_detectability));
}

#[test]
fn the_survey_has_the_size_of_clump_scout() {
    let full = ClickSurvey::clump_scout();
    assert_eq!((full.n_subjects(), full.volunteers().len()), (85_286, 20_999));
    for scale in [0.02, 0.1] {
        let survey = ClickSurvey::clump_scout().scale(scale).seed(3);
        let clicks = survey.simulate().unwrap();
        for (name, got, want) in [
            ("subjects", clicks.n_subjects(), 85_286.0),
            ("volunteers", survey.volunteers().len(), 20_999.0),
            ("annotations", clicks.n_annotations(), 1_739_259.0),
            ("marks", clicks.n_marks(), 3_561_454.0),
        ] {
            let ratio = got as f64 / scale / want;
            assert!((ratio - 1.0).abs() < 0.02, "{name} at {scale}: {ratio}");
        }
    }
}

#[test]
fn few_volunteers_of_clump_scout_do_most_of_the_work() {
    let survey = ClickSurvey::clump_scout().scale(0.1);
    let clicks = survey.simulate().unwrap();
    let mut seen = vec![0_usize; survey.volunteers().len()];
    for &viewer in &clicks.viewers {
        seen[viewer] += 1;
    }
    seen.sort_unstable_by_key(|&n| std::cmp::Reverse(n));
    let top = seen[..seen.len() / 10].iter().sum::<usize>() as f64 / clicks.n_annotations() as f64;
    assert!((0.70..0.82).contains(&top), "{top}");
    let idle = seen.iter().filter(|&&n| n == 0).count();
    assert!(idle * 100 < seen.len(), "{idle}");
    let mut kinds: BTreeMap<ClickerKind, usize> = BTreeMap::new();
    for volunteer in ClickSurvey::clump_scout().volunteers() {
        *kinds.entry(volunteer.kind).or_default() += 1;
    }
    // Of 20 999: 60, 12, 18, 8 and 2 %.
    assert!(
        kinds.values().zip([12_599, 2_520, 3_780, 1_680, 420]).all(|(&n, want)| n.abs_diff(want) < 20),
        "{kinds:?}"
    );
}

#[test]
fn certain_volunteers_do_not_care_for_detectability() {
    for detectability in [f64::NEG_INFINITY, -1e4, 0.0, 1e4, f64::INFINITY] {
        assert_eq!(Clicker::new(ClickerKind::Spammer, 1.0, 1.0).detects(detectability), 0.0);
        assert_eq!(Clicker::new(ClickerKind::Ordinary, 1.0, 0.0).detects(detectability), 1.0);
    }
    let clicker = Clicker::new(ClickerKind::Ordinary, 1.0, 0.3);
    assert_eq!((clicker.detects(-1e4), clicker.detects(1e4)), (0.0, 1.0));
}

#[test]
fn malformed_surveys_are_refused_by_name() {
    let good = || ClickSurvey::new(10, five()).viewers(3.0);
    let refused = |survey: ClickSurvey, field: &str| {
        let error = survey.simulate_range(0, 1).unwrap_err();
        assert!(matches!(error, Error::OutOfRange { field: f, .. } if f == field), "{field}: {error}");
    };
    for bad in [f64::NAN, -1.0, f64::INFINITY] {
        refused(good().scale(bad), "scale");
        let default = Galaxies::default();
        refused(good().galaxies(Galaxies { clumpy: bad, ..default }), "clumpy");
        refused(good().galaxies(Galaxies { clumps: bad, ..default }), "clumps");
        refused(good().galaxies(Galaxies { extent: bad, ..default }), "extent");
        refused(good().galaxies(Galaxies { slope: bad, ..default }), "slope");
        refused(good().galaxies(Galaxies { gain: bad, ..default }), "gain");
        refused(good().galaxies(Galaxies { difficulty: bad, ..default }), "difficulty");
        let with = |clicker: Clicker| ClickSurvey::new(10, vec![five()[0], clicker]).viewers(1.0);
        refused(with(Clicker { false_marks: bad, ..five()[0] }), "false_marks");
        refused(with(Clicker { miss: bad, ..five()[0] }), "miss");
        refused(with(Clicker { scatter: bad, ..five()[0] }), "scatter");
        refused(with(Clicker { activity: bad, ..five()[0] }), "activity");
        let error = good().viewers(bad).simulate().unwrap_err();
        assert!(matches!(error, Error::Viewers { n_volunteers: 5, .. }), "{error}");
    }
    refused(good().scale(0.0), "scale");
    refused(good().galaxies(Galaxies { clumps: 0.5, ..Galaxies::default() }), "clumps");
    for viewers in [0.0, 0.9, 4.1, 1e300] {
        let error = ClickSurvey::new(10, five()[..4].to_vec()).viewers(viewers).simulate().unwrap_err();
        assert_eq!(error, Error::Viewers { viewers, n_volunteers: 4 });
    }
    let error = ClickSurvey::new(10, vec![]).simulate().unwrap_err();
    assert_eq!(error, Error::Viewers { viewers: 20.0, n_volunteers: 0 });
    for (smallest, largest) in [([0, 5], [5, 5]), ([5, 6], [5, 5]), ([6, 5], [5, 5])] {
        let galaxies = Galaxies { smallest, largest, ..Galaxies::default() };
        assert_eq!(good().galaxies(galaxies).simulate().unwrap_err(), Error::ImageSize { smallest, largest });
    }
    for (first, n) in [(0, 0), (0, 11), (10, 1), (5, 6), (usize::MAX, 2)] {
        assert_eq!(
            good().simulate_range(first, n).unwrap_err(),
            Error::Subjects { first, n, n_subjects: 10 }
        );
    }
    let error = ClickSurvey::new(0, five()).viewers(3.0).simulate().unwrap_err();
    assert_eq!(error, Error::Subjects { first: 0, n: 0, n_subjects: 0 });
}
