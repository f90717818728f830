//! The model finds what was simulated: objects, volunteers, and how sure it may be.

use std::path::Path;

use manyhands_clicks::{Click, ClickModel, ClickModelParams, Error, Reality, Step, Survey, SurveyFolder};
use manyhands_metrics::{Bins, PointMatching, PointScore, Probabilities};
use manyhands_sim::{Clicker, ClickerKind, Clicks};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::simulated::{built, scaled, survey, volunteers};

/// False marks of simulated volunteers are at random places.
fn params() -> ClickModelParams {
    ClickModel::params().reality(Reality::CERTAIN)
}

/// The score of all clumps within `radius` pixels.
fn score(model: &ClickModel, clicks: &Clicks, radius: f64) -> PointScore {
    let one = |(s, subject): (usize, manyhands_sim::ClickSubject<'_>)| {
        let found: Vec<[f64; 2]> = model.clumps(s).map(|clump| clump.position).collect();
        PointMatching::new(&found, subject.clump_xy, radius).unwrap().score()
    };
    clicks.subjects().enumerate().map(one).sum()
}

#[test]
fn it_finds_the_clumps_of_a_simulated_survey() {
    let clicks = survey(150, 4.0, volunteers(40), 12.0).simulate().unwrap();
    let model = params().fit(&built(&clicks)).unwrap();
    assert!(model.converged());
    let score = score(&model, &clicks, 6.0);
    assert!(score.f1() > 0.93, "F1 {}", score.f1());
    assert!(score.rms_distance().unwrap() < 1.5);
}

#[test]
fn the_objective_never_falls_but_where_the_population_is_learned() {
    let clicks = survey(60, 5.0, volunteers(25), 9.0).simulate().unwrap();
    let model = params().fit(&built(&clicks)).unwrap();
    assert_rises(&model);
}

/// The objective never falls from one step to the next, where they have the same laws.
fn assert_rises(model: &ClickModel) {
    let same_laws: Vec<&[Step]> = model.trace().split(|step| *step == Step::Population).collect();
    assert!(same_laws.len() > 1 && same_laws.iter().all(|steps| !steps.is_empty()));
    for steps in same_laws {
        for pair in steps.windows(2) {
            let [before, after] = [pair[0], pair[1]].map(|step| step.objective().unwrap());
            assert!(after >= before - 1e-9 * before.abs(), "{pair:?}");
        }
    }
}

#[test]
fn the_objective_never_falls_where_the_number_of_objects_is_limited() {
    let clicks = survey(60, 5.0, volunteers(25), 9.0).simulate().unwrap();
    for params in [params().at_most(2), params().exactly(3)] {
        assert_rises(&params.fit(&built(&clicks)).unwrap());
    }
    // Two objects side by side, of which one is allowed: parting all their marks and giving up one half is worth less than all in one.
    for (seed, apart) in [(8, 2.0), (21, 4.0)] {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut builder = Survey::builder();
        for _ in 0..30 {
            let s = builder.subject(100.0, 100.0).unwrap();
            for volunteer in 0..12 {
                let mut at = |x: f64| {
                    Click::point(x + rng.random_range(-2.0..2.0), 50.0 + rng.random_range(-2.0..2.0))
                };
                let marks = match volunteer % 3 {
                    0 => vec![at(50.0)],
                    1 => vec![at(50.0 + apart)],
                    _ => vec![at(50.0), at(50.0 + apart)],
                };
                builder.annotate(s, volunteer, &marks).unwrap();
            }
        }
        let survey = builder.build().unwrap();
        for params in [params().at_most(1), params().exactly(1)] {
            assert_rises(&params.fit(&survey).unwrap());
        }
    }
}

#[test]
fn true_numbers_of_volunteers_lie_in_their_intervals() {
    let simulated = survey(300, 4.0, volunteers(60), 12.0);
    let model = params().fit(&built(&simulated.simulate().unwrap())).unwrap();
    let mut inside = [0; 3];
    for (v, truth) in simulated.volunteers().iter().enumerate() {
        let intervals = model.volunteer(v).intervals(0.9).unwrap();
        let holds = |(low, high): (f64, f64), truth: f64| usize::from((low..=high).contains(&truth));
        inside[0] += holds(intervals.false_marks, truth.false_marks);
        inside[1] += holds(intervals.miss, truth.miss);
        inside[2] += holds(intervals.sigma, truth.scatter);
    }
    // 54 of 60 are expected, and 48 or fewer happen one time in a hundred.
    assert!(inside.iter().all(|&n| n >= 48), "{inside:?}");
}

#[test]
fn a_level_that_is_no_probability_is_named() {
    let mut builder = Survey::builder();
    let subject = builder.subject(100.0, 100.0).unwrap();
    builder.annotate(subject, 0, &[Click::point(5.0, 5.0)]).unwrap();
    let volunteer = params().fit(&builder.build().unwrap()).unwrap().volunteer(0);
    for level in [f64::NAN, -0.5, 0.0, 1.0, 1.5] {
        let refused = volunteer.intervals(level);
        assert!(matches!(refused, Err(Error::Parameter { field: "level", .. })), "{level}: {refused:?}");
    }
    let (low, high) = volunteer.intervals(0.999).unwrap().sigma;
    assert!(low < volunteer.sigma && volunteer.sigma < high && high.is_finite());
}

#[test]
fn every_round_tells_how_many_subjects_it_grouped() {
    let survey = built(&survey(60, 4.0, volunteers(30), 10.0).simulate().unwrap());
    let model = params().fit(&survey).unwrap();
    let grouped = model.n_grouped();
    assert_eq!(grouped[0], 60);
    // While the population is learned, only every second round groups.
    assert_eq!((grouped[1], grouped[2] > 0), (0, true), "{grouped:?}");
    for rounds in [1, 2, 3] {
        let cut = params().rounds(rounds).fit(&survey).unwrap();
        assert_eq!(cut.n_grouped().len(), rounds);
        assert_eq!(cut.n_grouped()[..rounds - 1], grouped[..rounds - 1]);
    }
}

#[test]
fn the_difficulty_of_an_image_lies_in_its_interval() {
    let clicks = survey(250, 8.0, volunteers(50), 20.0).simulate().unwrap();
    let model = params().fit(&built(&clicks)).unwrap();
    // What images have in common is told by the volunteers instead.
    let mean: f64 = clicks.difficulties.iter().sum::<f64>() / clicks.difficulties.len() as f64;
    let inside = clicks.difficulties.iter().enumerate().filter(|&(s, truth)| {
        let estimate = model.subject(s);
        (estimate.difficulty - (truth - mean)).abs() < 1.645 * estimate.difficulty_sd
    });
    let share = inside.count() as f64 / 250.0;
    assert!((0.8..=0.97).contains(&share), "{share}");
}

#[test]
fn probabilities_and_expected_numbers_are_honest() {
    let clicks = survey(250, 4.0, volunteers(40), 6.0).simulate().unwrap();
    let model = params().fit(&built(&clicks)).unwrap();
    let (mut real, mut probabilities, mut expected) = (Vec::new(), Vec::new(), 0.0);
    for (s, subject) in clicks.subjects().enumerate() {
        expected += model.subject(s).n_objects;
        for clump in model.candidates(s) {
            // Real where most of its marks mean the same clump.
            let meant: Vec<_> = clump.marks.iter().map(|&m| subject.mark_clumps[m]).collect();
            real.push(meant.iter().flatten().count() * 2 > meant.len());
            probabilities.push(clump.probability);
        }
    }
    let n = probabilities.len();
    let ece =
        Probabilities::new(&real, &probabilities).unwrap().calibration_error(Bins::EqualWidth(10)).unwrap();
    assert!(ece < 0.05, "{ece} over {n}");
    let truth = clicks.n_clumps() as f64;
    assert!((expected / truth - 1.0).abs() < 0.05, "{expected} expected, {truth} there are");
}

#[test]
fn spammers_are_found_and_do_little_harm() {
    let mut crowd = volunteers(30);
    let spammer = Clicker { scatter: 3.0, ..Clicker::new(ClickerKind::Spammer, 6.0, 0.99) };
    crowd.extend([spammer; 6]);
    let clicks = survey(150, 4.0, crowd, 12.0).simulate().unwrap();
    let model = params().fit(&built(&clicks)).unwrap();
    let found: Vec<usize> = (0..36).filter(|&v| model.volunteer(v).is_spammer()).collect();
    assert_eq!(found, [30, 31, 32, 33, 34, 35]);
    assert!(score(&model, &clicks, 6.0).f1() > 0.9);
}

#[test]
fn silent_viewers_matter() {
    // Few clumps, so that many see nothing; and who sees nothing is evidence against a lone mark.
    let mut crowd = volunteers(40);
    crowd.iter_mut().for_each(|clicker| clicker.false_marks = 0.4);
    let clicks = survey(200, 0.25, crowd, 8.0).simulate().unwrap();
    let expected = |with_silent| {
        let model = params().fit(&scaled(&clicks, 1.0, with_silent)).unwrap();
        (0..200).map(|s| model.subject(s).n_objects).sum::<f64>()
    };
    let truth = clicks.n_clumps() as f64;
    let (with, without) = (expected(true), expected(false));
    assert!((with - truth).abs() < 0.06 * truth, "{with} expected, {truth} there are");
    assert!(
        (without - truth).abs() > 1.5 * (with - truth).abs(),
        "{without} without, {with} with, {truth} true"
    );
}

#[test]
fn one_thread_and_two_give_the_same_bits() {
    let survey = built(&survey(120, 4.0, volunteers(40), 8.0).simulate().unwrap());
    let fit =
        |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap().install(|| params().fit(&survey));
    assert_eq!(fit(1).unwrap(), fit(2).unwrap());
}

#[test]
fn images_ten_times_as_large_give_the_same_clumps_ten_times_as_far_apart() {
    let clicks = survey(80, 4.0, volunteers(25), 8.0).simulate().unwrap();
    let [small, large] = [1.0, 10.0].map(|factor| params().fit(&scaled(&clicks, factor, true)).unwrap());
    for s in 0..80 {
        let (small, large): (Vec<_>, Vec<_>) = (small.clumps(s).collect(), large.clumps(s).collect());
        assert_eq!(small.len(), large.len());
        for (small, large) in small.iter().zip(&large) {
            assert_eq!(small.marks, large.marks);
            assert!((small.position[0] * 10.0 - large.position[0]).abs() < 0.01);
            assert!((small.probability - large.probability).abs() < 1e-3);
        }
    }
}

#[test]
fn names_and_order_of_volunteers_and_subjects_do_not_matter() {
    let clicks = survey(60, 4.0, volunteers(20), 8.0).simulate().unwrap();
    let mut builder = Survey::builder();
    for subject in clicks.subjects().collect::<Vec<_>>().iter().rev() {
        let s = builder.subject(f64::from(subject.width), f64::from(subject.height)).unwrap();
        for &viewer in subject.viewers.iter().rev() {
            let marks = subject.mark_viewers.iter().zip(subject.mark_xy).filter(|&(&of, _)| of == viewer);
            let marks: Vec<Click> = marks.map(|(_, &[x, y])| Click::point(x, y)).collect();
            builder.annotate(s, 19 - viewer, &marks).unwrap();
        }
    }
    let [one, other] =
        [built(&clicks), builder.build().unwrap()].map(|survey| params().fit(&survey).unwrap());
    for s in 0..60 {
        let positions = |model: &ClickModel, s| {
            let mut at: Vec<[f64; 2]> = model.clumps(s).map(|clump| clump.position).collect();
            at.sort_by(|a, b| a[0].total_cmp(&b[0]));
            at
        };
        let (one, other) = (positions(&one, s), positions(&other, 59 - s));
        assert_eq!(one.len(), other.len(), "subject {s}");
        for (one, other) in one.iter().zip(&other) {
            assert!((one[0] - other[0]).hypot(one[1] - other[1]) < 0.05);
        }
    }
}

#[test]
fn gold_subjects_teach_who_misses_what() {
    // Each of four marks objects of their own choice: 7, 6, 4 and 2 of 8. No two agree on more than chance has it.
    let objects: Vec<[f64; 2]> = (0..8).map(|k| [20.0 + 20.0 * f64::from(k), 50.0]).collect();
    let marked = [7, 6, 4, 2];
    let mut builder = Survey::builder();
    let n = 16;
    for image in 0..n {
        let s = builder.subject(200.0, 100.0).unwrap();
        for (volunteer, &count) in marked.iter().enumerate() {
            let chosen = (0..count).map(|k| objects[(image * (3 + volunteer) + volunteer + k * 3) % 8]);
            let off = volunteer as f64 - 1.5;
            let marks: Vec<Click> = chosen.map(|[x, y]| Click::point(x + off, y - off)).collect();
            builder.annotate(s, volunteer, &marks).unwrap();
        }
    }
    let taught =
        (0..n).fold(params(), |params, s| params.gold(s, &objects)).fit(&builder.build().unwrap()).unwrap();
    for (volunteer, &count) in marked.iter().enumerate() {
        let (got, wants) = (taught.volunteer(volunteer).miss, 1.0 - f64::from(count as u8) / 8.0);
        assert!((got - wants).abs() < 0.1, "{volunteer}: {got}, {wants}");
    }
    let known: Vec<[f64; 2]> = taught.clumps(3).map(|clump| clump.position).collect();
    assert_eq!(known, objects);
}

#[test]
fn gold_circles_and_boxes_do_not_take_volunteers_for_surer_than_they_are() {
    // Two who are off by 2 pixels, in everything. Positions are known, sizes are the mean of the two.
    for boxes in [false, true] {
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        let mut builder = Survey::builder();
        let mut params = params();
        for _ in 0..200 {
            let s = builder.subject(200.0, 200.0).unwrap();
            let objects = [[50.0, 60.0], [140.0, 130.0]];
            for volunteer in 0..2 {
                // The sum of twelve uniform numbers is nearly normal.
                let mut off = || 2.0 * ((0..12).map(|_| rng.random_range(0.0..1.0)).sum::<f64>() - 6.0);
                let marks = objects.map(|[x, y]| {
                    let (x, y, r) = (x + off(), y + off(), 20.0 + off());
                    if boxes {
                        Click::boxed(x, y, 2.0 * r, 40.0 + 2.0 * off())
                    } else {
                        Click::circle(x, y, r)
                    }
                });
                builder.annotate(s, volunteer, &marks).unwrap();
            }
            params = params.gold(s, &objects);
        }
        let model = params.fit(&builder.build().unwrap()).unwrap();
        for volunteer in 0..2 {
            let sigma = model.volunteer(volunteer).sigma;
            assert!((1.75..2.15).contains(&sigma), "{sigma} {boxes}");
        }
    }
}

#[test]
fn a_subject_has_no_more_objects_than_allowed_and_no_fewer_than_asked_for() {
    let survey = built(&survey(40, 4.0, volunteers(20), 8.0).simulate().unwrap());
    let most = |n: usize| params().at_most(n).fit(&survey).unwrap();
    let model = most(2);
    let groups =
        |model: &ClickModel, s: usize| model.candidates(s).iter().filter(|c| c.marks.len() > 1).count();
    assert!((0..40).all(|s| groups(&model, s) <= 2));
    assert!((0..40).any(|s| groups(&params().fit(&survey).unwrap(), s) > 2));
    let model = params().exactly(3).fit(&survey).unwrap();
    assert!((0..40).all(|s| model.clumps(s).count() == 3 || survey.subject(s).n_marks() < 3));
}

/// Four who guess and three who know. Objects of three kinds, side by side; what the kinds are called is given.
fn survey_of_kinds(names: [u32; 3]) -> Survey {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut builder = Survey::builder();
    for image in 0..40_usize {
        let s = builder.subject(300.0, 100.0).unwrap();
        for volunteer in 0..7 {
            let marks = (0..3_usize).map(|k| {
                let label = if volunteer < 4 { rng.random_range(0..3) } else { (k + image) % 3 };
                let off = rng.random_range(-2.0..2.0);
                Click::point(60.0 + 90.0 * k as f64 + off, 50.0 - off).label(names[label])
            });
            builder.annotate(s, volunteer, &marks.collect::<Vec<_>>()).unwrap();
        }
    }
    builder.build().unwrap()
}

#[test]
fn a_clump_has_the_label_that_careful_volunteers_gave_it() {
    let model = params().fit(&survey_of_kinds([0, 1, 2])).unwrap();
    let mut right = 0;
    for image in 0..40 {
        for (k, clump) in model.clumps(image).enumerate() {
            assert!((0.0..=1.0).contains(&clump.label_probability.unwrap()));
            right += usize::from(clump.label == Some(((k + image) % 3) as u32));
        }
    }
    assert!(right >= 115, "{right} of 120");
}

#[test]
fn labels_may_be_any_numbers() {
    let names = [7, 3_000_000, u32::MAX];
    let [small, large] = [[0, 1, 2], names].map(|names| params().fit(&survey_of_kinds(names)).unwrap());
    for image in 0..40 {
        assert_eq!(small.candidates(image).len(), large.candidates(image).len());
        for (small, large) in small.candidates(image).iter().zip(large.candidates(image)) {
            assert_eq!(small.label.map(|label| names[label as usize]), large.label);
            assert_eq!(small.label_probability, large.label_probability);
        }
    }
}

#[test]
fn many_labels_of_many_volunteers_need_no_room_for_all_their_pairs() {
    // Every volunteer with a full table of 1000 labels by 1000 would be 16 gigabytes.
    let mut builder = Survey::builder();
    for volunteer in 0..2000_usize {
        if volunteer % 2 == 0 {
            builder.subject(100.0, 100.0).unwrap();
        }
        let label = (volunteer / 2) as u32;
        builder.annotate(volunteer / 2, volunteer, &[Click::point(50.0, 50.0).label(label)]).unwrap();
    }
    let model = params().rounds(1).fit(&builder.build().unwrap()).unwrap();
    assert!((0..1000).all(|s| model.candidates(s)[0].label == Some(s as u32)));
}

#[test]
fn a_detector_is_one_more_volunteer_and_its_scores_count() {
    let clicks = survey(80, 3.0, volunteers(12), 3.0).simulate().unwrap();
    let mut builder = Survey::builder();
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    for subject in clicks.subjects() {
        let s = builder.subject(200.0, 200.0).unwrap();
        for &viewer in subject.viewers {
            let mine = subject.mark_viewers.iter().zip(subject.mark_xy).filter(|&(&of, _)| of == viewer);
            let marks: Vec<Click> = mine.map(|(_, &[x, y])| Click::point(x, y)).collect();
            builder.annotate(s, viewer, &marks).unwrap();
        }
        // It marks every clump with a score of .9 or .6, and for each nine or six of them one or four other places.
        let mut marks = Vec::new();
        for &[x, y] in subject.clump_xy {
            let score = if rng.random_bool(0.5) { 0.9 } else { 0.6 };
            marks.push(Click::point(x + rng.random_range(-1.0..1.0), y).score(score));
            if rng.random_bool((1.0 - score) / score) {
                let at = [0; 2].map(|_| rng.random_range(0.0..200.0));
                marks.push(Click::point(at[0], at[1]).score(score));
            }
        }
        builder.annotate(s, 12, &marks).unwrap();
    }
    let survey = builder.build().unwrap();
    let model = params().fit(&survey).unwrap();
    // Alone with its mark the detector is believed the more the higher the score.
    let mut alone = [(0.6, 0.0, 0.0), (0.9, 0.0, 0.0)];
    for s in 0..80 {
        let subject = survey.subject(s);
        for clump in model.candidates(s) {
            let [m] = clump.marks[..] else { continue };
            for (score, n, sum) in &mut alone {
                if subject.scores.unwrap()[m] == Some(*score) {
                    *n += 1.0;
                    *sum += clump.probability;
                }
            }
        }
    }
    let [low, high] = alone.map(|(_, n, sum)| sum / f64::max(n, 1.0));
    assert!(alone.iter().all(|&(_, n, _)| n > 5.0) && high > low + 0.1, "{low} {high}");
}

#[test]
fn circles_and_boxes_find_their_sizes() {
    let clicks = survey(60, 3.0, volunteers(20), 8.0).simulate().unwrap();
    for boxes in [false, true] {
        let mut builder = Survey::builder();
        for subject in clicks.subjects() {
            let s = builder.subject(200.0, 200.0).unwrap();
            for &viewer in subject.viewers {
                let mine = (0..subject.mark_xy.len()).filter(|&m| subject.mark_viewers[m] == viewer);
                let marks: Vec<Click> = mine
                    .map(|m| {
                        let [x, y] = subject.mark_xy[m];
                        // Clump k has the radius 8 + k; each mark is off by up to a pixel, and false ones have any size.
                        let off = (m as f64 * 0.618).fract() * 2.0 - 1.0;
                        let r =
                            subject.mark_clumps[m].map_or(5.0 + 20.0 * off.abs(), |k| 8.0 + k as f64) + off;
                        if boxes { Click::boxed(x, y, 2.0 * r, r) } else { Click::circle(x, y, r) }
                    })
                    .collect();
                builder.annotate(s, viewer, &marks).unwrap();
            }
        }
        let model = params().fit(&builder.build().unwrap()).unwrap();
        assert!(score(&model, &clicks, 6.0).f1() > 0.9);
        let (mut n, mut off) = (0.0, 0.0);
        for (s, subject) in clicks.subjects().enumerate() {
            for clump in model.clumps(s).filter(|clump| clump.marks.len() > 3) {
                if let Some(k) = subject.mark_clumps[clump.marks[0]] {
                    let [width, height] = clump.size.unwrap();
                    let r = 8.0 + k as f64;
                    assert!(boxes || width == height);
                    n += 1.0;
                    off += (height - r).abs();
                }
            }
        }
        assert!(n > 50.0 && off / n < 0.8, "{off} over {n}");
    }
}

#[test]
fn real_crowds_agree_with_the_truth() {
    let Some(folder) = std::env::var_os("MANYHANDS_DATA") else {
        eprintln!("SKIPPED: MANYHANDS_DATA is not set, so there are no real marks to test on");
        return;
    };
    // F1 and calibration error that the default reaches on each, a little below what was measured; see docs/reproduce.md.
    for (name, radius, f1, ece) in [("snr_tissue", 4.0, 0.80, 0.08), ("pedestrians", 10.0, 0.90, 0.06)] {
        let folder = SurveyFolder::open(Path::new(&folder).join("clicks").join(name)).unwrap();
        let model = ClickModel::params().fit(folder.survey()).unwrap();
        let (mut scores, mut real, mut probabilities) = (Vec::new(), Vec::new(), Vec::new());
        for (s, truth) in folder.truth().unwrap().iter().enumerate() {
            let clumps: Vec<_> = model.clumps(s).collect();
            let found: Vec<[f64; 2]> = clumps.iter().map(|clump| clump.position).collect();
            let matching = PointMatching::new(&found, truth, radius).unwrap();
            scores.push(matching.score());
            for (k, clump) in clumps.iter().enumerate() {
                real.push(matching.matches().iter().any(|pair| pair.found == k));
                probabilities.push(clump.probability);
            }
        }
        let score: PointScore = scores.into_iter().sum();
        assert!(score.f1() >= f1, "{name}: F1 {}", score.f1());
        let error = Probabilities::new(&real, &probabilities)
            .unwrap()
            .calibration_error(Bins::EqualWidth(10))
            .unwrap();
        assert!(error <= ece, "{name}: calibration error {error}");
    }
}
