//! Every shape of annotation that front ends write.

use manyhands_zooniverse::{Again, Config, Drawing, Kind, Mark, Other, Question, Shape, Task};

use super::{Row, classes, read, read_with};

fn answers(task: Task, annotations: &[&str]) -> Vec<String> {
    let rows: Vec<Row> =
        annotations.iter().enumerate().map(|(i, json)| Row::new(i as u64, i as u64, 50, json)).collect();
    let extracts = read(&Config::new().task("task", task), &rows);
    assert_eq!(extracts.quality().n_quarantined(), 0, "{:?}", extracts.quality());
    classes(&extracts.questions()[0])
}

fn yes_no() -> Task {
    Task::question(["T0", "init"]).class("no", ["No", "1"]).class("yes", ["Yes", "0", "**Yes** 🙂"])
}

#[test]
fn labels_indices_and_both_forms_of_the_api_give_the_same_votes() {
    let cases = [
        (r#"[{"task":"T0","task_label":"?","value":"Yes"}]"#, "yes"),
        (r#"[{"task":"T0","value":0}]"#, "yes"),
        (r#"[{"task":"init","value":1}]"#, "no"),
        (r#"[{"value":"No","task":"T0","taskType":"single"}]"#, "no"),
        (r#"{"T0":[{"task":"T0","value":0}]}"#, "yes"),
        (r#"{"T0":{"value":1}}"#, "no"),
        (r#"[{"task":"T0","value":"**Yes** \ud83d\ude42"}]"#, "yes"),
        (r#"[{"task":"T0","value":"  Yes "}]"#, "yes"),
        (r#"[{"task":"T1","value":"No"},{"task":"T0","value":"Yes"}]"#, "yes"),
    ];
    for (annotations, want) in cases {
        assert_eq!(answers(yes_no(), &[annotations]), [want], "{annotations}");
    }
}

#[test]
fn combination_tasks_are_looked_into_and_what_is_malformed_in_them_passed_over() {
    let nested = r#"[{"task":"T5","value":[{"task":"T4","value":[{"task":"T0","value":"Yes"}]},{"task":"T1","value":0}]}]"#;
    assert_eq!(answers(yes_no(), &[nested]), ["yes"]);
    let none: [&str; 4] = [
        r#"[{"task":"T5","value":[0]}]"#,
        r#"[{"task":"T5","value":[{"task":"T9","value":0},0,null]}]"#,
        r#"[{"task":"T0","value":null},{}]"#,
        "[]",
    ];
    assert!(answers(yes_no(), &none).is_empty());
}

#[test]
fn nesting_without_end_goes_to_the_quarantine() {
    let deep = (0..400).fold(r#"{"task":"T0","value":"Yes"}"#.to_owned(), |inner, _| {
        format!(r#"{{"task":"T5","value":[{inner}]}}"#)
    });
    let config = Config::new().task("task", yes_no());
    let (extracts, quarantine) =
        read_with(&config, &super::export(&[Row::new(1, 1, 50, &format!("[{deep}]"))]));
    assert_eq!(extracts.quality().quarantined["nested"], 1);
    assert!(quarantine.contains("nested more than 8 deep"));
}

#[test]
fn a_question_passed_over_is_no_vote_unless_a_class_lists_null() {
    let rows = [r#"[{"task":"T0","value":null}]"#, r#"[{"task":"T0"}]"#, r#"[{"task":"T0","value":"Yes"}]"#];
    assert_eq!(answers(yes_no(), &rows), ["yes"]);
    assert_eq!(answers(yes_no().class("skipped", ["null"]), &rows), ["skipped", "skipped", "yes"]);
    let rows: Vec<Row> =
        rows.iter().enumerate().map(|(i, json)| Row::new(i as u64, i as u64, 50, json)).collect();
    let extracts = read(&Config::new().task("task", yes_no()), &rows);
    let quality = &extracts.quality().tasks["task"];
    assert_eq!((quality.n_answered, quality.n_skipped, quality.n_absent), (1, 2, 0));
}

#[test]
fn answers_in_no_class_are_counted_refused_or_a_class_of_their_own() {
    let row = r#"[{"task":"T0","value":"Perhaps"}]"#;
    let rows = [Row::new(1, 1, 50, row)];
    let extracts = read(&Config::new().task("task", yes_no()), &rows);
    assert_eq!(extracts.quality().tasks["task"].n_ignored, 1);
    assert_eq!(extracts.questions()[0].n_votes(), 0);
    let rest = yes_no().class("rest", [""; 0]).other(Other::Class("rest".into()));
    assert_eq!(answers(rest, &[row]), ["rest"]);
    let (extracts, quarantine) =
        read_with(&Config::new().task("task", yes_no().other(Other::Error)), &super::export(&rows));
    assert_eq!(extracts.quality().quarantined["answer"], 1);
    assert!(quarantine.contains("Perhaps"));
}

#[test]
fn a_task_answered_twice_in_a_row_counts_once_unless_asked() {
    let row = r#"[{"task":"T0","value":"No"},{"task":"T1","value":0},{"task":"T0","value":"Yes"}]"#;
    assert_eq!(answers(yes_no(), &[row]), ["no"]);
    assert_eq!(answers(yes_no().again(Again::Last), &[row]), ["yes"]);
    assert_eq!(answers(yes_no().again(Again::All), &[row]), ["no", "yes"]);
    let extracts = read(&Config::new().task("task", yes_no()), &[Row::new(1, 1, 50, row)]);
    assert_eq!(extracts.quality().tasks["task"].n_again, 1);
}

#[test]
fn dropdowns_of_both_front_ends_and_surveys_with_their_answers() {
    let dropdown = Task::new(Kind::Dropdown, ["T0"]);
    let rows = [
        r#"[{"task":"T0","value":[{"select_label":"Colour","option":true,"value":"8f2a","label":"Blue"}]}]"#,
        r#"[{"task":"T0","taskType":"dropdown-simple","value":{"select_label":"Colour","option":true,"value":1,"label":"Red"}}]"#,
        r#"[{"task":"T0","value":[{"option":false,"value":"Grey"}]}]"#,
    ];
    assert_eq!(answers(dropdown.clone(), &rows), ["Blue", "Red", "Grey"]);
    let two = r#"[{"task":"T0","value":[{"label":"Blue"},{"label":"Large"}]}]"#;
    assert_eq!(answers(dropdown.path("value.1"), &[two]), ["Large"]);

    let survey = r#"[{"task":"T0","value":[{"choice":"DEER","answers":{"HWMN":"2","BHVR":["EAT","STND"]},"filters":{}},{"choice":"FOX","answers":{"HWMN":"1"},"filters":{}},{"choice":"DEER","answers":{}}]}]"#;
    assert_eq!(answers(Task::new(Kind::Survey, ["T0"]), &[survey]), ["DEER", "FOX"]);
    assert_eq!(answers(Task::new(Kind::Survey, ["T0"]).path("value.0.answers.HWMN"), &[survey]), ["2"]);
    assert_eq!(
        answers(Task::new(Kind::Survey, ["T0"]).path("value.answers.BHVR"), &[survey]),
        ["EAT", "STND"]
    );
}

#[test]
fn each_of_several_answers_is_a_question_of_its_own() {
    let rows = [
        r#"[{"task":"T0","value":["Rain","Wind"]}]"#,
        r#"[{"task":"T0","value":[]}]"#,
        r#"[{"task":"T0","value":null}]"#,
        r#"[{"task":"T0","value":["Wind","unknown answer label"]}]"#,
    ];
    let rows: Vec<Row> =
        rows.iter().enumerate().map(|(i, json)| Row::new(i as u64, i as u64, 50, json)).collect();
    let extracts = read(&Config::new().task("weather", Task::new(Kind::Multiple, ["T0"])), &rows);
    let names: Vec<&str> = extracts.questions().iter().map(Question::name).collect();
    assert_eq!(names, ["weather/Rain", "weather/Wind", "weather/unknown answer label"]);
    let labels = |name: &str| -> Vec<usize> {
        extracts.question(name).unwrap().votes().map(|vote| vote.label).collect()
    };
    assert_eq!(labels("weather/Rain"), [1, 0, 0]);
    assert_eq!(labels("weather/Wind"), [1, 0, 1]);
    let listed = Task::new(Kind::Multiple, ["T0"]).class("Snow", ["Snow"]).class("Rain", ["Rain"]);
    let extracts = read(&Config::new().task("weather", listed), &rows);
    let snow = extracts.question("weather/Snow").unwrap();
    assert_eq!(snow.classes(), ["not Snow", "Snow"]);
    assert_eq!(snow.tallies()[0].1, [3, 0]);
    assert_eq!(extracts.quality().tasks["weather"].n_ignored, 2 + 1);
    // Passed over is an answer where a class lists it.
    let with_null = Task::new(Kind::Multiple, ["T0"]).class("Rain", ["Rain"]).class("dry", ["null"]);
    let extracts = read(&Config::new().task("weather", with_null), &rows);
    assert_eq!(extracts.question("weather/dry").unwrap().tallies()[0].1, [3, 1]);
}

#[test]
fn an_answer_that_cannot_be_decoded_is_set_aside_and_not_counted_as_none_of_them() {
    let half_a_pair = r#""Rain \ud83d""#;
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for value in [half_a_pair.to_owned(), format!("[{half_a_pair}]"), deep] {
        for kind in [Kind::Multiple, Kind::Question] {
            let task = Task::new(kind, ["T0"]).class("Rain", ["Rain"]).class("Wind", ["Wind"]);
            let row = Row::new(1, 1, 50, &format!(r#"[{{"task":"T0","value":{value}}}]"#));
            let (extracts, _) = read_with(&Config::new().task("weather", task), &super::export(&[row]));
            assert_eq!(extracts.quality().quarantined["json"], 1, "{value}");
            assert!(extracts.questions().iter().all(|question| question.n_votes() == 0));
        }
    }
}

fn drawing(task: Task, annotations: &[&str]) -> Drawing {
    let rows: Vec<Row> =
        annotations.iter().enumerate().map(|(i, json)| Row::new(i as u64, i as u64, 50, json)).collect();
    let extracts = read(&Config::new().task("marks", task), &rows);
    assert_eq!(extracts.quality().n_quarantined(), 0, "{:?}", extracts.quality());
    extracts.drawing("marks").unwrap().clone()
}

#[test]
fn every_tool_of_both_front_ends_is_a_shape_with_a_position() {
    let cases = [
        (r#"{"tool":1,"frame":2,"x":1.5,"y":2}"#, Shape::Point { x: 1.5, y: 2.0 }, (1.5, 2.0)),
        (r#"{"x_center":1,"y_center":2,"r":3}"#, Shape::Circle { x: 1.0, y: 2.0, r: 3.0 }, (1.0, 2.0)),
        (
            r#"{"x":1,"y":2,"rx":3,"ry":4,"angle":-5}"#,
            Shape::Ellipse { x: 1.0, y: 2.0, rx: 3.0, ry: 4.0, angle: -5.0 },
            (1.0, 2.0),
        ),
        (
            r#"{"x":10,"y":20,"width":4,"height":2}"#,
            Shape::Rectangle { x: 12.0, y: 21.0, width: 4.0, height: 2.0, angle: 0.0 },
            (12.0, 21.0),
        ),
        (
            r#"{"x_center":12,"y_center":21,"width":4,"height":2,"angle":30}"#,
            Shape::Rectangle { x: 12.0, y: 21.0, width: 4.0, height: 2.0, angle: 30.0 },
            (12.0, 21.0),
        ),
        (r#"{"x1":0,"y1":0,"x2":4,"y2":2}"#, Shape::Line { from: (0.0, 0.0), to: (4.0, 2.0) }, (2.0, 1.0)),
        (
            r#"{"closed":true,"points":[{"x":0,"y":0},{"x":3,"y":0},{"x":0,"y":3}]}"#,
            Shape::Path { points: vec![(0.0, 0.0), (3.0, 0.0), (0.0, 3.0)] },
            (1.0, 1.0),
        ),
        (
            r#"{"toolIndex":1,"toolType":"freehandLine","pathX":[0,2],"pathY":[0,4]}"#,
            Shape::Path { points: vec![(0.0, 0.0), (2.0, 4.0)] },
            (1.0, 2.0),
        ),
    ];
    for (mark, shape, position) in cases {
        let found =
            drawing(Task::new(Kind::Drawing, ["T0"]), &[&format!(r#"[{{"task":"T0","value":[{mark}]}}]"#)]);
        let mark = &found.annotations().next().unwrap().marks[0];
        assert_eq!((&mark.shape, mark.position()), (&shape, Some(position)));
    }
    let without_place = drawing(
        Task::new(Kind::Drawing, ["T0"]),
        &[r#"[{"task":"T0","value":[{"x":7,"width":3},{"points":[]}]}]"#],
    );
    let marks = without_place.annotations().next().unwrap().marks;
    assert_eq!(marks[0].shape, Shape::Other);
    assert!(marks.iter().all(|mark| mark.position().is_none()));
}

#[test]
fn who_marks_nothing_is_there_and_who_was_not_asked_is_not() {
    let rows = [
        r#"[{"task":"T0","value":[{"tool":0,"x":1,"y":2},{"tool":1,"x":3,"y":4,"tool_label":"Star"}]}]"#,
        r#"[{"task":"T0","value":[]}]"#,
        r#"[{"task":"T1","value":"No"}]"#,
        r#"[{"task":"T0","value":null}]"#,
    ];
    let all = drawing(Task::new(Kind::Drawing, ["T0"]), &rows);
    let seen: Vec<(usize, usize)> = all.annotations().map(|one| (one.volunteer, one.marks.len())).collect();
    assert_eq!(seen, [(0, 2), (1, 0)]);
    assert_eq!((all.n_annotations(), all.n_marks()), (2, 2));
    let stars = drawing(Task::new(Kind::Drawing, ["T0"]).tools(["Star"]), &rows);
    assert_eq!(stars.annotations().map(|one| one.marks.len()).collect::<Vec<_>>(), [1, 0]);
    let first = drawing(Task::new(Kind::Drawing, ["T0"]).tools(["0"]), &rows);
    assert_eq!(first.annotations().next().unwrap().points().collect::<Vec<_>>(), [(1.0, 2.0)]);
    assert_eq!(answers(Task::new(Kind::Presence, ["T0"]), &rows), ["some", "none"]);
}

#[test]
fn each_picture_of_a_subject_is_surveyed_by_itself_and_only_silence_is_silence() {
    let rows = [
        r#"[{"task":"T0","value":[{"tool":0,"frame":0,"x":1,"y":2},{"tool":0,"frame":2,"x":30,"y":40}]}]"#,
        r#"[{"task":"T0","value":[{"tool":0,"frame":2,"x":31,"y":41},{"tool":0,"frame":0,"points":[]}]}]"#,
        r#"[{"task":"T0","value":[]}]"#,
    ];
    let mut rows: Vec<Row> =
        rows.iter().enumerate().map(|(i, json)| Row::new(i as u64, i as u64, 50, json)).collect();
    rows.push(Row::new(9, 9, 51, r#"[{"task":"T0","value":[{"tool":0,"x":5,"y":6}]}]"#));
    let extracts = read(&Config::new().task("marks", Task::new(Kind::Drawing, ["T0"])), &rows);
    let found = extracts.drawing("marks").unwrap().survey();
    assert_eq!(found.pictures, [(0, 0), (1, 0), (0, 2)]);
    assert_eq!((found.survey.n_subjects(), found.n_without_place), (3, 1));
    let seen = |picture| {
        let subject = found.survey.subject(picture);
        (subject.n_viewers(), subject.xy.to_vec())
    };
    assert_eq!(
        seen(0),
        (2, vec![[1.0, 2.0]]),
        "the second volunteer's mark has no place, the third is silent"
    );
    assert_eq!(seen(1), (1, vec![[5.0, 6.0]]));
    assert_eq!(seen(2), (3, vec![[30.0, 40.0], [31.0, 41.0]]));
}

#[test]
fn answers_about_marks_are_found_in_both_places() {
    let old = r#"[{"task":"T0","value":[{"tool":0,"x":1,"y":2,"details":[{"value":1},{"value":"big"}]},{"tool":0,"x":1,"y":2,"details":[]}]}]"#;
    let new = r#"[{"task":"T0","taskType":"drawing","value":[{"toolIndex":2,"toolType":"point","x":1,"y":2,"details":[{"task":"T0.2.0"},{"task":"T0.2.1"}]},
        {"toolIndex":1,"x":1,"y":2,"details":[]}]},{"task":"T0.2.1","taskType":"text","markIndex":0,"value":"big"},{"task":"T0.2.0","markIndex":0,"value":1},
        {"task":"T0.2.99999999","markIndex":0,"value":1}]"#;
    for annotations in [old, new] {
        let found = drawing(Task::new(Kind::Drawing, ["T0"]), &[annotations]);
        let marks: &[Mark] = found.annotations().next().unwrap().marks;
        assert_eq!(marks[0].details, [Some("1".to_owned()), Some("\"big\"".to_owned())], "{annotations}");
        assert!(marks[1].details.is_empty());
    }
}

#[test]
fn the_size_of_a_picture_is_what_a_browser_told() {
    let mut row = Row::new(1, 1, 50, r#"[{"task":"T0","value":[]}]"#);
    row.metadata = r#"{"subject_dimensions":[null,{"clientWidth":10,"clientHeight":10,"naturalWidth":640,"naturalHeight":480}]}"#.into();
    let extracts = read(&Config::new().task("marks", Task::new(Kind::Drawing, ["T0"])), &[row]);
    assert_eq!(extracts.drawing("marks").unwrap().size(0), Some((640.0, 480.0)));
    assert_eq!(extracts.drawing("marks").unwrap().size(1), None);
}

#[test]
fn a_value_of_another_kind_goes_to_the_quarantine() {
    let config = Config::new().task("marks", Task::new(Kind::Drawing, ["T0"]));
    let rows = [
        Row::new(1, 1, 50, r#"[{"task":"T0","value":"Yes"}]"#),
        Row::new(2, 1, 50, r#"[{"task":"T0","value":[{"x":"left"}]}]"#),
        Row::new(3, 1, 50, r#"[{"task":"T0","value":[3]}]"#),
    ];
    let (extracts, _) = read_with(&config, &super::export(&rows));
    assert_eq!(extracts.quality().n_quarantined(), 3);
    assert_eq!(extracts.drawing("marks").unwrap().n_annotations(), 0);
}

#[test]
fn learnt_classes_do_not_depend_on_the_order_of_the_rows() {
    let rows: Vec<Row> = ["b", "a", "c", "a"]
        .iter()
        .enumerate()
        .map(|(i, answer)| Row::answer(i as u64, i as u64, 50, answer))
        .collect();
    let config = Config::new().task("task", Task::question(["T0"]));
    let forth = read(&config, &rows);
    let back = read(&config, &rows.iter().rev().cloned().collect::<Vec<_>>());
    for extracts in [forth, back] {
        assert_eq!(extracts.questions()[0].classes(), ["a", "b", "c"]);
        assert_eq!(extracts.questions()[0].tallies()[0].1, [2, 1, 1]);
    }
}

#[test]
fn more_answers_than_labels_fit_go_to_the_quarantine() {
    let row = |id: u64, from: u64, n: u64| {
        let answers: Vec<String> = (from..from + n).map(|answer| answer.to_string()).collect();
        Row::new(id, id, 50, &format!(r#"[{{"task":"T0","value":[{}]}}]"#, answers.join(",")))
    };
    // 65 rows of 1 000 different answers, 536 more than fit, 535 that do, one more.
    let mut rows: Vec<Row> = (0..65).map(|id| row(id, id * 1_000, 1_000)).collect();
    rows.extend([row(65, 65_000, 536), row(66, 65_000, 535), row(67, 65_535, 1), row(68, 5, 1)]);
    let (extracts, _) = read_with(&Config::new().task("task", Task::question(["T0"])), &super::export(&rows));
    assert_eq!(extracts.quality().quarantined["too_many_answers"], 2);
    assert_eq!(extracts.questions()[0].classes().len(), 65_535);
    assert_eq!(extracts.questions()[0].n_votes(), 65_536);
}
