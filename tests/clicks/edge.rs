//! What the model answers where there is little to learn from, or something odd.

use manyhands_clicks::{Click, ClickModel, ClickModelParams, Error, Reality, SubjectEstimate, Survey};

/// One image of 100 × 100 pixels; marks by viewer.
fn one(annotations: &[&[[f64; 2]]]) -> Survey {
    let mut builder = Survey::builder();
    let s = builder.subject(100.0, 100.0).unwrap();
    for (volunteer, marks) in annotations.iter().enumerate() {
        let marks: Vec<Click> = marks.iter().map(|&[x, y]| Click::point(x, y)).collect();
        builder.annotate(s, volunteer, &marks).unwrap();
    }
    builder.build().unwrap()
}

#[test]
fn a_survey_without_subjects_gives_a_model_without_anything() {
    let model = ClickModel::params().fit(&Survey::builder().build().unwrap()).unwrap();
    assert_eq!((model.n_subjects(), model.n_volunteers()), (0, 0));
    assert!(model.converged() && model.next_subjects().is_empty());
}

#[test]
fn a_subject_that_nobody_saw_has_no_clumps_and_is_not_finished() {
    let model = ClickModel::params().fit(&one(&[])).unwrap();
    assert_eq!(model.candidates(0), []);
    assert!(model.subject(0).n_objects >= 0.0);
    assert!(!model.subject(0).finished && model.subject(0).gain == f64::INFINITY);
    assert_eq!(model.next_subjects(), [0]);
}

#[test]
fn subjects_that_nobody_saw_are_shown_before_those_that_somebody_saw() {
    let mut builder = Survey::builder();
    for s in 0..6 {
        assert_eq!(builder.subject(100.0, 100.0).unwrap(), s);
    }
    for s in [0, 1, 3, 4] {
        builder.annotate(s, 0, &[Click::point(40.0, 40.0)]).unwrap();
        builder.annotate(s, 1, &[Click::point(60.0, 70.0)]).unwrap();
    }
    builder.silent(5, 30).unwrap();
    let model = ClickModel::params().finished_at(0.0).fit(&builder.build().unwrap()).unwrap();
    assert_eq!(model.next_subjects()[0], 2);
    assert_eq!(model.next_subjects().len(), 6, "a viewer without a name is a viewer");
}

#[test]
fn what_is_known_of_a_subject_that_nobody_saw_can_be_saved() {
    let model = ClickModel::params().fit(&one(&[])).unwrap();
    let text = serde_json::to_string(model.subject(0)).unwrap();
    assert_eq!(serde_json::from_str::<SubjectEstimate>(&text).unwrap(), *model.subject(0));
}

#[test]
fn a_subject_whose_objects_are_known_is_finished_even_unseen() {
    let model = ClickModel::params().gold(0, &[[20.0, 30.0]]).fit(&one(&[])).unwrap();
    assert!(model.subject(0).finished && model.subject(0).gain == 0.0);
}

#[test]
fn a_stream_knows_the_objects_of_a_subject_that_nobody_saw() {
    let mut builder = Survey::builder();
    for _ in 0..2 {
        builder.subject(100.0, 100.0).unwrap();
    }
    let survey = builder.build().unwrap();
    let model = ClickModel::params().gold(0, &[[20.0, 30.0]]).fit(&survey).unwrap();
    let mut stream = model.clone().into_stream(&survey).unwrap();
    assert_eq!(stream.estimate(0), Some(model.subject(0)));
    assert_eq!((stream.candidates(0), stream.estimate(1)), (model.candidates(0), None));
    assert_eq!(stream.next_subjects(), [1, 0]);
    assert_eq!(stream.retire(), [0]);
    assert_eq!(stream.next_subjects(), [1]);
}

#[test]
fn all_objects_that_are_known_are_reported_whatever_number_others_may_have() {
    let survey = one(&[&[[20.0, 30.0], [70.0, 20.0]], &[[20.5, 30.5]]]);
    let reported = |params: ClickModelParams, objects: &[[f64; 2]]| {
        params.gold(0, objects).fit(&survey).unwrap().clumps(0).count()
    };
    let three = [[20.0, 30.0], [50.0, 50.0], [90.0, 90.0]];
    for params in [ClickModel::params().at_most(2), ClickModel::params().exactly(2)] {
        assert_eq!(reported(params.clone(), &three), 3);
        assert_eq!(reported(params, &three[..1]), 1);
    }
}

#[test]
fn groups_are_not_parted_to_make_a_number_of_objects() {
    // Two groups of three marks.
    let marks: &[[f64; 2]] = &[[20.0, 30.0], [70.0, 20.0]];
    let reported = |n| ClickModel::params().exactly(n).fit(&one(&[marks; 3])).unwrap().clumps(0).count();
    assert_eq!([1, 2, 4].map(reported), [1, 2, 2]);
}

#[test]
fn all_marks_on_an_image_that_is_known_to_be_empty_are_false() {
    let survey = one(&[&[[30.0, 40.0], [70.0, 20.0]], &[[30.5, 40.5]], &[]]);
    let model = ClickModel::params().gold(0, &[]).fit(&survey).unwrap();
    assert_eq!(model.clumps(0).count(), 0);
    assert_eq!(model.subject(0).n_objects, 0.0);
    assert_eq!((model.volunteer(0).n_false, model.volunteer(0).n_true), (2.0, 0.0));
    assert!(model.volunteer(0).false_marks > model.volunteer(2).false_marks);
}

#[test]
fn a_subject_without_marks_has_no_clumps() {
    let model = ClickModel::params().fit(&one(&[&[], &[], &[]])).unwrap();
    assert_eq!(model.candidates(0), []);
    assert!(model.subject(0).n_objects < 0.5);
}

#[test]
fn a_lone_mark_is_a_candidate_of_its_own() {
    let model = ClickModel::params().fit(&one(&[&[[3.0, 4.0]]])).unwrap();
    let [only] = model.candidates(0) else { panic!("{:?}", model.candidates(0)) };
    assert_eq!((only.position, only.marks.as_slice()), ([3.0, 4.0], &[0][..]));
    assert!((0.0..=1.0).contains(&only.probability));
}

#[test]
fn identical_marks_of_different_viewers_are_one_clump() {
    let same: &[[f64; 2]] = &[[50.0, 50.0]];
    let model = ClickModel::params().fit(&one(&[same; 8])).unwrap();
    let clumps: Vec<_> = model.clumps(0).collect();
    assert_eq!(clumps.len(), 1);
    assert_eq!(clumps[0].marks.len(), 8);
    assert!(clumps[0].sigma > 0.0 && clumps[0].sigma.is_finite());
}

#[test]
fn a_viewer_with_five_hundred_marks_does_not_make_five_hundred_clumps() {
    let many: Vec<[f64; 2]> = (0..500).map(|k| [f64::from(k % 25) * 4.0, f64::from(k / 25) * 5.0]).collect();
    let few: &[[f64; 2]] = &[[30.2, 40.1], [71.0, 20.0]];
    let model = ClickModel::params().fit(&one(&[&many, few, few, few, few])).unwrap();
    assert_eq!(model.clumps(0).count(), 2);
    assert!(model.volunteer(0).false_marks > 100.0);
}

#[test]
fn marks_outside_of_the_image_stay_where_they_are() {
    let out: &[[f64; 2]] = &[[-20.0, 130.0]];
    let model = ClickModel::params().fit(&one(&[out, out, out, out])).unwrap();
    let clumps: Vec<_> = model.clumps(0).collect();
    assert_eq!(clumps.len(), 1);
    assert!((clumps[0].position[0] + 20.0).abs() < 1e-6);
}

#[test]
fn nobody_has_two_marks_in_a_clump() {
    // Everybody sees two objects a pixel apart.
    let pair: &[[f64; 2]] = &[[50.0, 50.0], [51.0, 50.0]];
    let model = ClickModel::params().fit(&one(&[pair; 6])).unwrap();
    let survey = one(&[pair; 6]);
    for clump in model.candidates(0) {
        let mut viewers: Vec<u32> = clump.marks.iter().map(|&m| survey.subject(0).mark_viewers[m]).collect();
        viewers.dedup();
        assert_eq!(viewers.len(), clump.marks.len());
    }
    assert_eq!(model.clumps(0).count(), 2);
}

#[test]
fn viewers_without_names_count_like_others() {
    let marks: &[[f64; 2]] = &[[40.0, 40.0]];
    let probability = |silent: usize| {
        let mut builder = Survey::builder();
        for _ in 0..10 {
            let s = builder.subject(100.0, 100.0).unwrap();
            for volunteer in 0..2 {
                let marks: Vec<Click> = marks.iter().map(|&[x, y]| Click::point(x, y)).collect();
                builder.annotate(s, volunteer, &marks).unwrap();
            }
            builder.silent(s, silent).unwrap();
        }
        let model = ClickModel::params().fit(&builder.build().unwrap()).unwrap();
        model.candidates(0)[0].probability
    };
    assert!(probability(10) < probability(0));
}

#[test]
fn more_viewers_without_names_than_memory_could_hold_are_fine() {
    let probability = |silent: usize| {
        let mut builder = Survey::builder();
        let s = builder.subject(100.0, 100.0).unwrap();
        for volunteer in 0..4 {
            builder.annotate(s, volunteer, &[Click::point(40.0, 40.0 + volunteer as f64)]).unwrap();
        }
        builder.silent(s, silent).unwrap();
        let survey = builder.build().unwrap();
        assert_eq!(survey.sample_viewers(3, 7).subject(s).n_viewers(), 3);
        let model = ClickModel::params().fit(&survey).unwrap();
        assert_eq!(model.candidates(s)[0].n_viewers, 4 + silent);
        model.candidates(s)[0].probability
    };
    let [none, many] = [0, 4_000_000_000].map(probability);
    assert!((0.0..none).contains(&many), "{none} {many}");
}

#[test]
fn images_and_scatters_of_all_sizes_are_fitted_and_others_refused() {
    for side in [1e-45, 1.0, 1e45] {
        let mut builder = Survey::builder();
        for _ in 0..3 {
            let s = builder.subject(side, side).unwrap();
            for (volunteer, at) in [0.30, 0.31, 0.29, 0.8].into_iter().enumerate() {
                builder.annotate(s, volunteer, &[Click::point(at * side, 0.5 * side)]).unwrap();
            }
        }
        let survey = builder.build().unwrap();
        let model = ClickModel::params().fit(&survey).unwrap();
        assert_eq!(model.clumps(0).next().unwrap().marks, [0, 1, 2], "{side}");
        for scatter in [1e-45, 1e45] {
            ClickModel::params().scatter(scatter).fit(&survey).unwrap();
        }
        for scatter in [1e-46, 1e46] {
            let error = ClickModel::params().scatter(scatter).fit(&survey).unwrap_err();
            assert!(matches!(error, Error::Parameter { field: "scatter", .. }), "{error}");
        }
    }
    for side in [1e-46, 1e46] {
        assert!(matches!(Survey::builder().subject(side, 1.0), Err(Error::SubjectSize { .. })));
    }
}

#[test]
fn wrong_parameters_are_named() {
    let survey = one(&[&[[1.0, 1.0]]]);
    let params = ClickModel::params;
    let wrong = |reality| params().reality(reality);
    let table = [
        (params().scatter(0.0), "scatter"),
        (params().scatter(f64::NAN), "scatter"),
        (params().accuracy(-1.0), "accuracy"),
        (params().finished_at(f64::INFINITY), "finished_at"),
        (wrong(Reality { odds_at_half: 0.0, ..Reality::default() }), "odds_at_half"),
        (wrong(Reality { slope: -1.0, ..Reality::default() }), "slope"),
        (wrong(Reality { ceiling: 1.5, ..Reality::default() }), "ceiling"),
        (params().gold(0, &[[f64::NAN, 0.0]]), "gold"),
    ];
    for (params, name) in table {
        let Err(Error::Parameter { field, .. }) = params.fit(&survey) else { panic!("{name}") };
        assert_eq!(field, name);
    }
    assert_eq!(params().gold(7, &[]).fit(&survey), Err(Error::NoSubject { subject: 7, n_subjects: 1 }));
}
