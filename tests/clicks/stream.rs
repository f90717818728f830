//! A stream goes on where the batch ended.

use manyhands_clicks::{Click, ClickModel, ClickStream, Clump, Error, Reality, Survey};
use manyhands_metrics::{PointMatching, PointScore};
use manyhands_sim::Clicks;

use crate::simulated::{built, survey, volunteers};

/// Subjects in two halves: the first for the batch.
fn halves() -> (Clicks, Clicks) {
    let survey = survey(120, 4.0, volunteers(30), 10.0);
    (survey.simulate_range(0, 60).unwrap(), survey.simulate_range(60, 60).unwrap())
}

fn batch(clicks: &Clicks) -> (ClickModel, Survey) {
    let survey = built(clicks);
    (ClickModel::params().reality(Reality::CERTAIN).fit(&survey).unwrap(), survey)
}

/// Adds all annotations, one by one, in order.
fn feed(stream: &mut ClickStream, clicks: &Clicks) -> Vec<usize> {
    clicks
        .subjects()
        .map(|subject| {
            let s = stream.subject(f64::from(subject.width), f64::from(subject.height)).unwrap();
            for &viewer in subject.viewers {
                let mine = subject.mark_viewers.iter().zip(subject.mark_xy).filter(|&(&of, _)| of == viewer);
                let marks: Vec<Click> = mine.map(|(_, &[x, y])| Click::point(x, y)).collect();
                assert!(stream.annotate(s, viewer, &marks).unwrap());
            }
            s
        })
        .collect()
}

fn f1(stream: &ClickStream, subjects: &[usize], clicks: &Clicks) -> f64 {
    let scores = subjects.iter().zip(clicks.subjects()).map(|(&s, subject)| {
        let found: Vec<[f64; 2]> =
            stream.candidates(s).iter().filter(|c| c.probability >= 0.5).map(|c| c.position).collect();
        PointMatching::new(&found, subject.clump_xy, 6.0).unwrap().score()
    });
    scores.sum::<PointScore>().f1()
}

/// The same groups at the same places, with probabilities that differ by no more than `most`.
fn assert_close(one: &[Clump], other: &[Clump], most: f64) {
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(other) {
        assert_eq!(one.marks, other.marks);
        assert!((one.probability - other.probability).abs() <= most, "{one:?} {other:?}");
        assert!((one.position[0] - other.position[0]).hypot(one.position[1] - other.position[1]) < 0.1);
    }
}

#[test]
fn a_stream_begins_where_the_model_ended() {
    let (first, _) = halves();
    let (model, survey) = batch(&first);
    let stream = model.clone().into_stream(&survey).unwrap();
    for s in 0..60 {
        assert_eq!(stream.candidates(s), model.candidates(s));
    }
}

#[test]
fn annotations_one_by_one_find_what_a_batch_finds() {
    let (first, second) = halves();
    let (model, survey) = batch(&first);
    let mut stream = model.into_stream(&survey).unwrap();
    let subjects = feed(&mut stream, &second);
    let one_by_one = f1(&stream, &subjects, &second);
    assert!(one_by_one > 0.92, "{one_by_one}");
    assert!(stream.settle(50).unwrap());
    assert!(f1(&stream, &subjects, &second) > one_by_one - 0.01);
}

#[test]
fn a_second_annotation_of_the_same_volunteer_changes_nothing() {
    let (first, _) = halves();
    let (model, survey) = batch(&first);
    let mut stream = model.into_stream(&survey).unwrap();
    let before = stream.clone();
    let viewer = survey.subject(0).viewers[0] as usize;
    assert!(!stream.annotate(0, viewer, &[Click::point(1.0, 1.0)]).unwrap());
    assert_eq!(stream, before);
}

#[test]
fn retired_subjects_keep_their_clumps_and_take_no_more() {
    let (first, _) = halves();
    let (model, survey) = batch(&first);
    let mut stream = model.into_stream(&survey).unwrap();
    let retired = stream.retire();
    assert!(!retired.is_empty() && stream.retire().is_empty());
    let s = retired[0];
    assert!(stream.is_retired(s) && !stream.next_subjects().contains(&s));
    let (clumps, skill) = (stream.candidates(s).to_vec(), stream.volunteer(0));
    assert!(!stream.annotate(s, 29, &[]).unwrap());
    assert_eq!((stream.candidates(s), stream.volunteer(0)), (clumps.as_slice(), skill));
}

#[test]
fn a_part_and_the_rest_are_together_what_one_stream_is() {
    let (first, second) = halves();
    let (model, survey) = batch(&first);
    let mut part = model.part();
    assert_eq!(part.n_subjects(), 0);
    assert_eq!(part.volunteer(0), model.volunteer(0));
    let mut rest = model.into_stream(&survey).unwrap();
    let mut whole = rest.clone();
    let of_part = feed(&mut part, &second);
    let of_whole = feed(&mut whole, &second);
    // Everybody is judged by the batch in the part too, so both find the same.
    for (&s, &t) in of_part.iter().zip(&of_whole) {
        assert_close(part.candidates(s), whole.candidates(t), 1e-6);
    }
    rest.merge(part).unwrap();
    assert_eq!(rest.n_subjects(), whole.n_subjects());
    assert!(f1(&rest, &of_whole, &second) > 0.9);
    for s in 0..whole.n_subjects() {
        assert_close(rest.candidates(s), whole.candidates(s), 1e-6);
    }
    for v in 0..whole.n_volunteers() {
        let (merged, fed) = (rest.volunteer(v), whole.volunteer(v));
        assert_eq!(merged.n_subjects, fed.n_subjects);
        assert!((merged.n_true - fed.n_true).abs() < 1e-6, "{merged:?} {fed:?}");
        assert!((merged.n_false - fed.n_false).abs() < 1e-6, "{merged:?} {fed:?}");
    }
    // Where they come to rest depends a little on the way.
    assert!(rest.settle(50).unwrap() && whole.settle(50).unwrap());
    for v in 0..whole.n_volunteers() {
        let (merged, fed) = (rest.volunteer(v), whole.volunteer(v));
        assert!((merged.sigma / fed.sigma).ln().abs() < 0.05, "{merged:?} {fed:?}");
        assert!((merged.miss - fed.miss).abs() < 0.02, "{merged:?} {fed:?}");
    }
}

/// How far two streams are from each other over all volunteers, at most: in the logarithm of the scatter and in the share of missed objects.
fn apart(one: &ClickStream, other: &ClickStream) -> [f64; 2] {
    assert_eq!(one.n_volunteers(), other.n_volunteers());
    let pairs = (0..one.n_volunteers()).map(|v| (one.volunteer(v), other.volunteer(v)));
    pairs.fold([0.0; 2], |[sigma, miss], (a, b)| {
        [f64::max(sigma, (a.sigma / b.sigma).ln().abs()), f64::max(miss, (a.miss - b.miss).abs())]
    })
}

#[test]
fn a_part_comes_to_rest_where_the_whole_does() {
    let (first, second) = halves();
    let (model, survey) = batch(&first);
    let mut part = model.part();
    let of_part = feed(&mut part, &second);
    let mut whole = model.into_stream(&survey).unwrap();
    let of_whole = feed(&mut whole, &second);
    assert!(part.settle(100).unwrap() && whole.settle(100).unwrap());
    let [sigma, miss] = apart(&part, &whole);
    assert!(sigma < 0.03 && miss < 0.015, "{sigma} {miss}");
    assert!((f1(&part, &of_part, &second) - f1(&whole, &of_whole, &second)).abs() < 0.01);
}

#[test]
fn volunteers_come_to_rest_at_the_same_numbers_when_subjects_are_retired() {
    let (first, second) = halves();
    let (model, survey) = batch(&first);
    let mut open = model.into_stream(&survey).unwrap();
    feed(&mut open, &second);
    let mut closed = open.clone();
    assert!(closed.retire().len() > 60);
    assert!(closed.settle(100).unwrap() && open.settle(100).unwrap());
    let [sigma, miss] = apart(&closed, &open);
    assert!(sigma < 0.03 && miss < 0.015, "{sigma} {miss}");
}

/// Five who mark the one object of every image, beside a sixth who marks it on so many of them first.
fn one_object_each(mut annotate: impl FnMut(usize, usize, &[Click]), n_images: usize, of_sixth: usize) {
    for image in 0..n_images {
        let object = Click::point(20.0 + 1.5 * (image % 100) as f64, 150.0 - 1.2 * (image % 100) as f64);
        for v in 0..5 {
            let mark =
                Click::point(object.x + (v as f64 - 2.0) * 0.5, object.y + ((v * 2 % 5) as f64 - 2.0) * 0.5);
            annotate(image, v, &[mark]);
        }
        annotate(image, 5, if image < of_sixth { std::slice::from_ref(&object) } else { &[] });
    }
}

#[test]
fn what_was_seen_before_holds_a_volunteer_as_long_as_it_counts() {
    // 60 of 100 objects are marked in the batch, and then none of 20: one half of all.
    let mut builder = Survey::builder();
    for _ in 0..100 {
        builder.subject(200.0, 200.0).unwrap();
    }
    one_object_each(|s, v, clicks| assert!(builder.annotate(s, v, clicks).is_ok()), 100, 60);
    let survey = builder.build().unwrap();
    let model = ClickModel::params().fit(&survey).unwrap();
    let mut retired = model.clone().into_stream(&survey).unwrap();
    assert!(retired.retire().len() > 90);
    for mut stream in [model.part(), retired, model.into_stream(&survey).unwrap()] {
        let start = stream.n_subjects();
        for _ in 0..20 {
            stream.subject(200.0, 200.0).unwrap();
        }
        one_object_each(|s, v, clicks| assert!(stream.annotate(start + s, v, clicks).unwrap()), 20, 0);
        let one_by_one = 1.0 - stream.volunteer(5).miss;
        assert!(stream.settle(100).unwrap());
        let at_rest = 1.0 - stream.volunteer(5).miss;
        assert!((one_by_one - 0.5).abs() < 0.03 && (at_rest - 0.5).abs() < 0.03, "{one_by_one} {at_rest}");
        // Going on changes nothing where all is at rest.
        assert!(stream.settle(100).unwrap());
        assert!((1.0 - stream.volunteer(5).miss - at_rest).abs() < 0.01);
    }
}

#[test]
fn parts_can_be_merged() {
    let (first, second) = halves();
    let (model, survey) = batch(&first);
    let mut part = model.part();
    feed(&mut part, &second);
    let mut other_part = model.part();
    feed(&mut other_part, &second);
    assert_eq!(part, other_part, "the same annotations give the same bits");
    let empty = Survey::builder().build().unwrap();
    let other = ClickModel::params().fit(&empty).unwrap().part();
    assert_eq!(part.merge(other), Err(Error::OtherModel));
    assert_eq!(part, other_part);
    // Two parts are a part; the batch comes last, and its subjects stand last.
    part.merge(other_part).unwrap();
    assert_eq!(part.n_subjects(), 120);
    let once = model.volunteer(0).n_subjects;
    let twice = part.volunteer(0).n_subjects - once;
    let start = model.into_stream(&survey).unwrap();
    part.merge(start.clone()).unwrap();
    assert_eq!((part.n_subjects(), part.volunteer(0).n_subjects), (180, once + twice));
    assert_eq!(part.candidates(120), start.candidates(0));
    let seen = second.subjects().filter(|subject| subject.viewers.contains(&0)).count();
    assert_eq!(twice, 2 * seen);
    // A second batch would count what is counted already.
    let before = part.clone();
    assert_eq!(part.merge(start), Err(Error::BatchTwice));
    assert_eq!(part, before);
}

#[test]
fn what_is_saved_goes_on_to_the_same_bits() {
    let (first, second) = halves();
    let (model, survey) = batch(&first);
    let mut stream = model.into_stream(&survey).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stream.json");
    stream.save(&path).unwrap();
    let mut loaded = ClickStream::load(&path).unwrap();
    assert_eq!(loaded, stream);
    feed(&mut stream, &second);
    feed(&mut loaded, &second);
    assert_eq!(loaded, stream);
}

#[cfg(unix)]
#[test]
fn who_may_read_a_new_file_may_read_a_saved_stream() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
    let stream = ClickModel::params().fit(&Survey::builder().build().unwrap()).unwrap().part();
    stream.save(folder.path().join("stream.json")).unwrap();
    std::fs::write(folder.path().join("new"), "").unwrap();
    assert_eq!(mode("stream.json"), mode("new"));
}

#[test]
fn a_volunteer_beyond_all_numbers_is_an_error_and_changes_nothing() {
    let mut stream = ClickModel::params().fit(&Survey::builder().build().unwrap()).unwrap().part();
    let s = stream.subject(100.0, 50.0).unwrap();
    let before = stream.clone();
    for volunteer in [u32::MAX as usize, u32::MAX as usize + 1, usize::MAX] {
        let refused = stream.annotate(s, volunteer, &[]);
        assert_eq!(refused, Err(Error::TooMany { field: "volunteers" }));
    }
    assert_eq!(stream, before);
}

#[test]
fn what_is_not_a_stream_is_not_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stream.json");
    assert!(matches!(ClickStream::load(&path), Err(Error::File { .. })));
    let table = [
        ("", "EOF"),
        ("{}", "missing field"),
        (r#"{"kind":"soup","version":1,"state":{}}"#, "it is a soup"),
        (r#"{"kind":"manyhands-clicks stream","version":99,"state":{}}"#, "newest known"),
        (r#"{"kind":"manyhands-clicks stream","version":1,"state":{}}"#, "no other is read"),
        (r#"{"kind":"manyhands-clicks stream","version":2,"state":{}}"#, "missing field"),
    ];
    for (text, says) in table {
        std::fs::write(&path, text).unwrap();
        let error = ClickStream::load(&path).unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn a_saved_stream_that_was_tampered_with_is_an_error() {
    let mut stream = ClickModel::params().fit(&Survey::builder().build().unwrap()).unwrap().part();
    let s = stream.subject(100.0, 50.0).unwrap();
    stream.annotate(s, 1, &[Click::point(7.0, 8.0).score(0.25)]).unwrap();
    let good = serde_json::to_string(&stream).unwrap();
    assert_eq!(serde_json::from_str::<ClickStream>(&good).unwrap(), stream);
    for (from, to, wants) in [
        ("\"mean_scores\":[0.5,0.5]", "\"mean_scores\":[0.5]", "one length"),
        ("\"mean_scores\":[0.5,0.5]", "\"mean_scores\":[0.5,-1]", "out of its range"),
        ("\"viewers\":[1]", "\"viewers\":[2]", "none of its volunteers"),
        ("\"viewers\":[1]", "\"viewers\":[0,1]", "one length"),
        ("\"mark_viewers\":[0]", "\"mark_viewers\":[1]", "nobody who saw"),
        ("\"mark_viewers\":[0]", "\"mark_viewers\":[]", "one length"),
        ("\"assignment\":[null]", "\"assignment\":[null,null]", "one length"),
        ("\"xy\":[[7.0,8.0]]", "\"xy\":[[7.0,8e200]]", "out of its range"),
        ("\"scores\":[0.25]", "\"scores\":[25]", "out of its range"),
        ("\"size\":[100.0,50.0]", "\"size\":[100.0,-50.0]", "has a side"),
        ("\"gold\":null", "\"gold\":[[1e200,0]]", "out of its range"),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{from} is not in {good}");
        let error = serde_json::from_str::<ClickStream>(&bad).unwrap_err().to_string();
        assert!(error.contains(wants), "{error}");
    }
}

#[test]
fn a_model_goes_on_only_with_its_own_survey() {
    let (first, second) = halves();
    let (model, _) = batch(&first);
    let mut other = Survey::builder();
    other.subject(10.0, 10.0).unwrap();
    assert!(matches!(
        model.clone().into_stream(&other.build().unwrap()),
        Err(Error::OtherSurvey { got: 1, .. })
    ));
    let survey = built(&first);
    let mut order: Vec<usize> = (0..60).collect();
    order.swap(3, 4);
    for other in [survey.sample_viewers(3, 7), survey.select(&order).unwrap(), built(&second)] {
        let refused = model.clone().into_stream(&other);
        assert_eq!(refused, Err(Error::OtherSurvey { got: 60, wants: 60 }));
    }
    let mut stream = model.into_stream(&built(&first)).unwrap();
    assert!(matches!(stream.annotate(99, 0, &[]), Err(Error::NoSubject { subject: 99, .. })));
    let nan = stream.annotate(0, 1000, &[Click::point(f64::NAN, 0.0)]);
    assert!(matches!(nan, Err(Error::Click { field: "x", .. })));
    assert!(matches!(
        stream.annotate(0, 1000, &[Click::circle(1.0, 1.0, 1.0)]),
        Err(Error::MixedShapes { .. })
    ));
}
