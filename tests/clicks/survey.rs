//! Surveys: what was annotated comes out sorted, counted and sampled.

use std::collections::BTreeMap;

use manyhands_clicks::{Click, Error, Repeats, Shape, Survey};
use proptest::prelude::*;

/// One call of `annotate`: subject, volunteer, marks.
type Call = (usize, usize, Vec<Click>);

fn build(repeats: Repeats, n_subjects: usize, calls: &[Call]) -> Survey {
    let mut builder = Survey::builder().repeats(repeats);
    for subject in 0..n_subjects {
        builder.subject(100.0 + subject as f64, 50.0).unwrap();
    }
    for (subject, volunteer, clicks) in calls {
        builder.annotate(*subject, *volunteer, clicks).unwrap();
    }
    builder.build().unwrap()
}

fn calls(n_subjects: usize) -> impl Strategy<Value = Vec<Call>> {
    let time = prop_oneof![Just(None), (0.0..9.0_f64).prop_map(Some)];
    let label = prop_oneof![Just(None), (0..4_u32).prop_map(Some)];
    let click = (-9.0..9.0_f64, -9.0..9.0_f64, label, time).prop_map(|(x, y, label, time)| Click {
        label,
        time,
        ..Click::point(x, y)
    });
    let clicks = prop::collection::vec(click, 0..4);
    prop::collection::vec((0..n_subjects, 0..5_usize, clicks), 0..30)
}

/// A slow twin: viewers of every subject with their marks, from a sorted map of lists.
fn expected(repeats: Repeats, n_subjects: usize, calls: &[Call]) -> Vec<Vec<(usize, Vec<Click>)>> {
    let mut subjects: Vec<BTreeMap<usize, Vec<Vec<Click>>>> = vec![BTreeMap::new(); n_subjects];
    for (subject, volunteer, clicks) in calls {
        subjects[*subject].entry(*volunteer).or_default().push(clicks.clone());
    }
    let count = |(volunteer, all): (usize, Vec<Vec<Click>>)| {
        let counted = match repeats {
            Repeats::First => vec![all[0].clone()],
            Repeats::Last => vec![all[all.len() - 1].clone()],
            Repeats::Merge => vec![all.concat()],
            Repeats::Separate => all,
        };
        counted.into_iter().map(move |clicks| (volunteer, clicks))
    };
    subjects.into_iter().map(|viewers| viewers.into_iter().flat_map(count).collect()).collect()
}

/// The same from the columns of a survey.
fn found(survey: &Survey) -> Vec<Vec<(usize, Vec<Click>)>> {
    let viewers = |subject: manyhands_clicks::Subject<'_>| {
        let clicks = |viewer: usize| {
            let click = |mark: usize| Click {
                x: subject.xy[mark][0],
                y: subject.xy[mark][1],
                size: None,
                label: subject.labels.and_then(|labels| labels[mark]),
                score: subject.scores.and_then(|scores| scores[mark]),
                time: subject.times.and_then(|times| times[mark]),
            };
            let marks = subject.marks_of(viewer);
            assert!(marks.clone().all(|mark| subject.mark_viewers[mark] as usize == viewer));
            marks.map(click).collect()
        };
        let viewer = |(place, &volunteer): (usize, &u32)| (volunteer as usize, clicks(place));
        subject.viewers.iter().enumerate().map(viewer).collect()
    };
    survey.subjects().map(viewers).collect()
}

proptest! {
    #[test]
    fn every_rule_for_repeats_gives_what_lists_and_maps_give(calls in calls(4)) {
        for repeats in [Repeats::First, Repeats::Last, Repeats::Merge, Repeats::Separate] {
            let survey = build(repeats, 4, &calls);
            let expected = expected(repeats, 4, &calls);
            prop_assert_eq!(&found(&survey), &expected);
            prop_assert_eq!(survey.n_annotations(), expected.iter().map(Vec::len).sum::<usize>());
            let n_marks = expected.iter().flatten().map(|(_, clicks)| clicks.len()).sum::<usize>();
            prop_assert_eq!(survey.n_marks(), n_marks);
            for (before, after) in survey.subjects().zip(survey.subjects().skip(1)) {
                prop_assert_eq!(before.first_mark + before.n_marks(), after.first_mark);
                prop_assert_eq!(before.first_viewer + before.viewers.len(), after.first_viewer);
            }
        }
    }

    #[test]
    fn the_order_of_subjects_and_volunteers_does_not_matter(calls in calls(3)) {
        let mut sorted = calls.clone();
        sorted.sort_by_key(|&(subject, volunteer, _)| (volunteer, std::cmp::Reverse(subject)));
        prop_assert_eq!(build(Repeats::First, 3, &calls), build(Repeats::First, 3, &sorted));
    }

    #[test]
    fn marks_added_one_by_one_are_the_same_as_marks_added_at_once(calls in calls(3)) {
        let mut builder = Survey::builder().repeats(Repeats::Merge);
        for subject in 0..3 {
            builder.subject(100.0 + f64::from(subject), 50.0).unwrap();
        }
        let annotations: Vec<usize> =
            calls.iter().map(|&(subject, volunteer, _)| builder.annotate(subject, volunteer, &[]).unwrap()).collect();
        for (annotation, (.., clicks)) in annotations.into_iter().zip(&calls) {
            for &click in clicks {
                builder.add(annotation, click).unwrap();
            }
        }
        prop_assert_eq!(builder.build().unwrap(), build(Repeats::Merge, 3, &calls));
    }

    #[test]
    fn a_sample_has_so_many_viewers_with_all_their_marks_and_fewer_are_among_more(
        calls in calls(3), seed in any::<u64>(), n in 0_usize..6,
    ) {
        let survey = build(Repeats::Separate, 3, &calls);
        let [sample, larger] = [n, n + 1].map(|n| survey.sample_viewers(n, seed));
        for (((all, found), larger), subject) in
            found(&survey).into_iter().zip(found(&sample)).zip(found(&larger)).zip(sample.subjects())
        {
            prop_assert_eq!(subject.n_viewers(), n.min(all.len()));
            let mut rest = all.into_iter();
            prop_assert!(found.iter().all(|viewer| rest.any(|of_all| of_all == *viewer)), "in order, none twice");
            let mut rest = larger.into_iter();
            prop_assert!(found.iter().all(|viewer| rest.any(|of_larger| of_larger == *viewer)));
        }
    }

    #[test]
    fn a_survey_survives_being_saved(calls in calls(3)) {
        let survey = build(Repeats::First, 3, &calls);
        let text = serde_json::to_string(&survey).unwrap();
        prop_assert_eq!(serde_json::from_str::<Survey>(&text).unwrap(), survey);
    }
}

#[test]
fn silent_viewers_without_names_are_drawn_like_the_others() {
    let mut builder = Survey::builder();
    for _ in 0..2000 {
        let subject = builder.subject(10.0, 10.0).unwrap();
        builder.annotate(subject, 0, &[Click::point(1.0, 1.0)]).unwrap();
        builder.silent(subject, 3).unwrap();
    }
    let survey = builder.build().unwrap();
    assert_eq!(survey.n_annotations(), 8000);
    let sample = survey.sample_viewers(2, 7);
    assert_eq!(sample.n_annotations(), 4000);
    // Binomial(2000, 2/4): 1000 ± 5 × 22.4.
    assert!(sample.n_marks().abs_diff(1000) < 112, "{}", sample.n_marks());
    let other = survey.sample_viewers(2, 8);
    assert_ne!(sample, other);
}

#[test]
fn selected_subjects_come_in_the_order_asked_for_even_twice() {
    let calls =
        [(0, 0, vec![Click::point(1.0, 1.0)]), (1, 3, vec![Click::point(2.0, 2.0), Click::point(3.0, 3.0)])];
    let survey = build(Repeats::First, 2, &calls);
    let part = survey.select(&[1, 0, 1]).unwrap();
    assert_eq!((part.n_subjects(), part.n_marks(), part.n_volunteers()), (3, 5, 4));
    for (subject, original) in [(0, 1), (1, 0), (2, 1)] {
        let (subject, original) = (part.subject(subject), survey.subject(original));
        assert_eq!(
            (subject.width, subject.viewers, subject.xy),
            (original.width, original.viewers, original.xy)
        );
    }
    assert_eq!(survey.select(&[0, 1]).unwrap(), survey);
    assert_eq!(survey.select(&[2]), Err(Error::NoSubject { subject: 2, n_subjects: 2 }));
}

#[test]
fn sizes_are_columns_and_shapes_do_not_mix() {
    let mut builder = Survey::builder();
    let subject = builder.subject(10.0, 10.0).unwrap();
    builder.annotate(subject, 1, &[Click::circle(1.0, 2.0, 3.0)]).unwrap();
    let error = builder.annotate(subject, 0, &[Click::boxed(1.0, 2.0, 3.0, 4.0)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "mark 0 of volunteer 0 on subject 0 is a Box, wants a Circle like the marks before it"
    );
    let survey = builder.build().unwrap();
    assert_eq!(survey.shape(), Shape::Circle);
    assert_eq!(survey.subject(0).sizes, Some(&[[3.0, 3.0]][..]));
    assert_eq!(survey.n_annotations(), 1, "what was refused has left nothing behind");
}

#[test]
fn an_empty_survey_and_subjects_that_nobody_saw_are_fine() {
    assert_eq!(Survey::builder().build().unwrap().n_subjects(), 0);
    let survey = build(Repeats::First, 3, &[]);
    assert_eq!((survey.n_subjects(), survey.n_volunteers(), survey.n_annotations()), (3, 0, 0));
    assert_eq!(survey.subject(2).n_viewers(), 0);
    assert_eq!(survey.sample_viewers(5, 0), survey);
}

#[test]
fn wrong_clicks_are_errors_that_say_which() {
    let good = Click::point(1.0, 2.0);
    let near = "a number between -1e100 and 1e100";
    let long = "a number between 0 and 1e100";
    let table = [
        (
            Click { x: f64::NAN, ..good },
            format!("x of mark 1 of volunteer 4 on subject 1 is NaN, wants {near}"),
        ),
        (
            Click { y: f64::INFINITY, ..good },
            format!("y of mark 1 of volunteer 4 on subject 1 is inf, wants {near}"),
        ),
        (good.time(f64::NAN), format!("time of mark 1 of volunteer 4 on subject 1 is NaN, wants {near}")),
        (
            Click::circle(1.0, 2.0, -1.0),
            format!("radius of mark 1 of volunteer 4 on subject 1 is -1, wants {long}"),
        ),
        (
            Click::boxed(1.0, 2.0, f64::INFINITY, 0.0),
            format!("width of mark 1 of volunteer 4 on subject 1 is inf, wants {long}"),
        ),
        (
            Click::boxed(1.0, 2.0, 0.0, f64::NAN),
            format!("height of mark 1 of volunteer 4 on subject 1 is NaN, wants {long}"),
        ),
    ];
    for (bad, message) in table {
        let mut builder = Survey::builder();
        builder.subject(1.0, 1.0).unwrap();
        builder.subject(1.0, 1.0).unwrap();
        let first = Click { size: bad.size.map(|_| Click::circle(0.0, 0.0, 1.0).size.unwrap()), ..good };
        let first = if bad.shape() == Shape::Box { Click::boxed(0.0, 0.0, 1.0, 1.0) } else { first };
        assert_eq!(builder.annotate(1, 4, &[first, bad]).unwrap_err().to_string(), message);
        let annotation = builder.annotate(1, 4, &[first]).unwrap();
        assert_eq!(builder.add(annotation, bad).unwrap_err().to_string(), message);
        let survey = builder.build().unwrap();
        assert_eq!((survey.n_annotations(), survey.n_marks()), (1, 1));
    }
}

#[test]
fn what_is_not_there_cannot_be_annotated() {
    let mut builder = Survey::builder();
    for (width, height, message) in [
        (0.0, 1.0, "width of subject 0 is 0, wants a number between 1e-45 and 1e45"),
        (1.0, f64::NAN, "height of subject 0 is NaN, wants a number between 1e-45 and 1e45"),
        (-1.0, 1.0, "width of subject 0 is -1, wants a number between 1e-45 and 1e45"),
    ] {
        assert_eq!(builder.subject(width, height).unwrap_err().to_string(), message);
    }
    builder.subject(1.0, 1.0).unwrap();
    let message = "subject is 1, wants one of the 1 subjects of the survey, from 0 on";
    assert_eq!(builder.annotate(1, 0, &[]).unwrap_err().to_string(), message);
    assert_eq!(builder.silent(1, 1).unwrap_err().to_string(), message);
    let message = "annotation is 0, wants one of the 0 that were added, from 0 on";
    assert_eq!(builder.add(0, Click::point(0.0, 0.0)).unwrap_err().to_string(), message);
    let message = "too many volunteers, wants fewer than 4294967295";
    assert_eq!(builder.annotate(0, usize::MAX, &[]).unwrap_err().to_string(), message);
    let message = "too many silent viewers, wants fewer than 4294967295";
    assert_eq!(builder.silent(0, usize::MAX).unwrap_err().to_string(), message);
    assert_eq!(builder.build().unwrap().n_annotations(), 0);
}

#[test]
fn a_saved_survey_that_was_tampered_with_is_an_error() {
    let calls = [(0, 1, vec![Click::point(1.0, 2.0).score(0.5).time(3.0)]), (0, 4, vec![])];
    let good = serde_json::to_string(&build(Repeats::First, 1, &calls)).unwrap();
    for (from, to, wants) in [
        ("\"n_volunteers\":5", "\"n_volunteers\":4", "none of its volunteers"),
        ("\"viewers\":[1,4]", "\"viewers\":[4,1]", "not sorted"),
        ("\"viewers\":[1,4]", "\"viewers\":[1]", "one length"),
        ("\"mark_starts\":[0,1]", "\"mark_starts\":[1,1]", "one length"),
        ("\"mark_starts\":[0,1]", "\"mark_starts\":[]", "one length"),
        ("\"mark_viewers\":[0]", "\"mark_viewers\":[2]", "nobody who saw"),
        ("\"xy\":[[1.0,2.0]]", "\"xy\":[[1.0,2e300]]", "out of its range"),
        ("\"scores\":[0.5]", "\"scores\":[1.5]", "out of its range"),
        ("\"times\":[3.0]", "\"times\":[3e200]", "out of its range"),
        ("\"shape\":\"Point\"", "\"shape\":\"Box\"", "not of its shape"),
        ("[[100.0,50.0]]", "[[100.0,0.0]]", "has a side"),
        ("\"n_silent\":[0]", "\"n_silent\":[5000000000]", "too many silent viewers"),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{from} is not in {good}");
        let error = serde_json::from_str::<Survey>(&bad).unwrap_err().to_string();
        assert!(error.contains(wants), "{error}");
    }
}
