//! One cleaning rule at a time, and its count in the report.

use manyhands_zooniverse::{Cleaning, Columns, Config, Extracts, GoldRows, Identity, Policy, Repeats, Task};

use super::{Row, classes, read, read_with, votes};

fn config(cleaning: Cleaning) -> Config {
    Config::new().task("muon", Task::question(["T0"])).cleaning(cleaning)
}

/// The answers that stay. Every row is in exactly one of the report's totals.
fn kept(cleaning: Cleaning, rows: &[Row]) -> (Vec<String>, Extracts) {
    let extracts = read(&config(cleaning), rows);
    let quality = extracts.quality();
    assert_eq!(quality.n_rows, rows.len() as u64);
    assert_eq!(quality.n_rows, quality.n_kept + quality.n_dropped() + quality.n_quarantined());
    (classes(extracts.question("muon").unwrap()), extracts)
}

#[test]
fn repeats_go_by_time_and_not_by_the_place_in_the_file() {
    let mut rows = vec![
        Row::answer(3, 1, 50, "third"),
        Row::answer(1, 1, 50, "first"),
        Row::answer(2, 1, 50, "second"),
        Row::answer(9, 2, 50, "other"),
    ];
    let by = |repeats, rows: &[Row]| kept(Cleaning { repeats, ..Cleaning::default() }, rows);
    assert_eq!(by(Repeats::First, &rows).0, ["first", "other"]);
    assert_eq!(by(Repeats::Last, &rows).0, ["third", "other"]);
    assert_eq!(by(Repeats::All, &rows).0, ["third", "first", "second", "other"]);
    assert_eq!(by(Repeats::DropAll, &rows).0, ["other"]);
    let quality = by(Repeats::First, &rows).1;
    assert_eq!((quality.quality().n_repeats, quality.quality().n_pairs), (2, 2));
    assert_eq!(quality.quality().dropped["repeat"], 2);
    let all = by(Repeats::All, &rows).1;
    assert_eq!(all.quality().n_repeats, 2);
    assert!(all.quality().dropped.is_empty());
    // At the same time, the number of the classification decides.
    for row in &mut rows {
        row.created = "2019-03-11 00:00:00 UTC".into();
    }
    assert_eq!(by(Repeats::First, &rows).0, ["first", "other"]);
    assert_eq!(by(Repeats::Last, &rows).0, ["third", "other"]);
}

#[test]
fn a_classification_in_another_workflow_is_no_repeat_unless_asked() {
    let mut rows = [Row::answer(1, 1, 50, "a"), Row::answer(2, 1, 50, "b")];
    rows[1].workflow = "10".into();
    assert_eq!(kept(Cleaning::default(), &rows).0, ["a", "b"]);
    assert_eq!(kept(Cleaning { repeats_per_workflow: false, ..Cleaning::default() }, &rows).0, ["a"]);
}

#[test]
fn a_gold_row_is_no_repeat_of_the_experts_own_vote() {
    let mut rows = [1, 2, 3, 4].map(|id| Row::answer(id, 1, 50, "a"));
    rows[1].gold = "true".into();
    rows[3].gold = "true".into();
    for repeats in [Repeats::First, Repeats::Last] {
        let (answers, extracts) = kept(Cleaning { repeats, ..Cleaning::default() }, &rows);
        assert_eq!(answers, ["a"]);
        assert_eq!(extracts.question("muon").unwrap().gold(), [(0, 0)]);
        assert_eq!((extracts.quality().n_pairs, extracts.quality().n_repeats), (2, 2));
    }
    let crowd = Cleaning { gold_standard: GoldRows::Crowd, ..Cleaning::default() };
    assert_eq!(kept(crowd, &rows).1.quality().n_pairs, 1);
}

#[test]
fn identity_says_who_of_those_not_logged_in_is_who() {
    let rows = [
        Row::answer(1, 1, 50, "a"),
        Row::answer(2, 1, 50, "b").anonymous("x", "s1"),
        Row::answer(3, 1, 50, "c").anonymous("x", "s2"),
        Row::answer(4, 1, 50, "d").anonymous("y", "s2"),
    ];
    let by = |identity| {
        let (answers, extracts) = kept(Cleaning { identity, ..Cleaning::default() }, &rows);
        assert_eq!(extracts.quality().n_anonymous, 3);
        (answers, extracts)
    };
    assert_eq!(by(Identity::IpHashIfAnonymous).0, ["a", "b", "d"]);
    assert_eq!(by(Identity::SessionIfAnonymous).0, ["a", "b", "c"]);
    assert_eq!(by(Identity::RowIfAnonymous).0, ["a", "b", "c", "d"]);
    assert_eq!(by(Identity::PoolAnonymous).0, ["a", "b"]);
    let (answers, extracts) = by(Identity::DropAnonymous);
    assert_eq!(answers, ["a"]);
    assert_eq!(extracts.quality().dropped["anonymous"], 3);
    // Names: an id, or something that cannot be one.
    let (_, extracts) = by(Identity::IpHashIfAnonymous);
    let names: Vec<&str> = extracts.volunteers().iter().collect();
    assert_eq!(names, ["1", "not-logged-in-x", "not-logged-in-y"]);
}

#[test]
fn people_whom_nothing_tells_apart_are_each_somebody() {
    let mut rows =
        [Row::answer(1, 1, 50, "a"), Row::answer(2, 1, 50, "b")].map(|row| row.anonymous("x", "s"));
    for missing in ["", "NA"] {
        for row in &mut rows {
            (row.name, row.ip) = (missing.into(), missing.into());
        }
        let (answers, extracts) = kept(Cleaning::default(), &rows);
        assert_eq!(answers, ["a", "b"]);
        assert_eq!(extracts.quality().n_unknown, 2);
    }
}

#[test]
fn a_login_without_an_id_is_a_volunteer_and_r_writes_na_into_empty_cells() {
    let mut row = Row::answer(1, 1, 50, "a");
    row.user = "NA".into();
    row.expert = "NA".into();
    row.gold = "NA".into();
    let extracts = read(&config(Cleaning::default()), &[row]);
    assert_eq!(extracts.volunteers().name(0), Some("user1"));
    assert_eq!(extracts.quality().n_expert + extracts.quality().n_gold_standard, 0);
}

#[test]
fn missing_cells_of_a_flat_table_are_nobody_and_no_answer() {
    let columns = Columns {
        subject: "subject".into(),
        volunteer: "volunteer".into(),
        label: "label".into(),
        time: None,
        id: None,
    };
    let config = Config::new().task("muon", Task::question(["T0"])).columns(columns);
    for missing in ["NA", ""] {
        let table = format!(
            "subject,volunteer,label\n1,{missing},Yes\n1,{missing},No\n1,{missing},Yes\n1,ada,{missing}\n{missing},ben,No\n"
        );
        let (extracts, _) = read_with(&config, &table);
        let question = extracts.question("muon").unwrap();
        assert_eq!(classes(question), ["Yes", "No", "Yes"], "{missing:?}");
        assert_eq!(question.classes(), ["No", "Yes"]);
        let quality = extracts.quality();
        assert_eq!((quality.n_unknown, quality.tasks["muon"].n_skipped), (3, 1));
        assert_eq!((quality.n_repeats, quality.quarantined["empty"]), (0, 1));
    }
}

#[test]
fn flags_of_the_metadata_are_counted_and_drop_rows_where_asked() {
    let with = |id: u64, from: &str, to: &str| {
        let mut row = Row::answer(id, id, 50, &format!("a{id}"));
        row.metadata = row.metadata.replace(from, to);
        row
    };
    let rows = [
        with(1, "", ""),
        with(2, "\"live_project\":true", "\"live_project\":false"),
        with(3, "\"live_project\":true", "\"live_project\":true,\"seen_before\":true"),
        with(
            4,
            "\"live_project\":true",
            "\"subject_selection_state\":{\"already_seen\":true,\"retired\":false}",
        ),
        with(
            5,
            "\"live_project\":true",
            "\"subject_selection_state\":{\"already_seen\":false,\"retired\":true}",
        ),
        with(6, "00:00:05.000Z", "00:00:00.900Z"),
        with(7, "00:00:05.000Z", "00:00:05.000"),
        with(8, "\"finished_at\"", "\"finished\""),
        with(9, "T00:00:05.000Z", "T00:00:05.000Z\",\"x\":\"\\\"live_project\\\":false,"),
    ];
    let (all, extracts) = kept(Cleaning::default(), &rows);
    assert_eq!(all.len(), 9);
    let quality = extracts.quality();
    let counts = [quality.n_beta, quality.n_already_seen, quality.n_retired, quality.n_without_duration];
    assert_eq!(counts, [1, 2, 1, 1]);

    let drop = |cleaning: Cleaning, rule: &str, want: &[u64]| {
        let (answers, extracts) = kept(cleaning, &rows);
        let left: Vec<String> = (1..=9).filter(|id| !want.contains(id)).map(|id| format!("a{id}")).collect();
        assert_eq!(answers, left, "{rule}");
        assert_eq!(extracts.quality().dropped[rule], want.len() as u64);
    };
    drop(Cleaning { beta: Policy::Drop, ..Cleaning::default() }, "beta", &[2]);
    drop(Cleaning { already_seen: Policy::Drop, ..Cleaning::default() }, "already_seen", &[3, 4]);
    drop(Cleaning { retired: Policy::Drop, ..Cleaning::default() }, "retired", &[5]);
    drop(Cleaning { min_seconds: Some(1.0), ..Cleaning::default() }, "too_fast", &[6]);
}

#[test]
fn a_clock_that_was_set_back_is_counted_and_too_fast() {
    let mut row = Row::answer(1, 1, 50, "a");
    row.metadata = row
        .metadata
        .replace("00:00:05.000Z", "00:00:00.000Z")
        .replace("T00:00:00.000Z\",\"fin", "T00:00:02.000Z\",\"fin");
    let (_, extracts) = kept(Cleaning::default(), std::slice::from_ref(&row));
    assert_eq!(extracts.quality().n_negative_duration, 1);
    let (answers, _) = kept(Cleaning { min_seconds: Some(0.0), ..Cleaning::default() }, &[row]);
    assert!(answers.is_empty());
}

#[test]
fn versions_are_two_numbers_and_not_a_fraction() {
    let rows: Vec<Row> = [(1, "4.1"), (2, "4.10"), (3, "4.9"), (4, "5.0")]
        .into_iter()
        .map(|(id, version)| {
            let mut row = Row::answer(id, id, 50, version);
            row.version = version.into();
            row
        })
        .collect();
    let only = |versions: &[&str]| {
        let versions = versions.iter().map(|version| version.parse().unwrap()).collect();
        kept(Cleaning { versions, ..Cleaning::default() }, &rows).0
    };
    assert_eq!(only(&["4.1"]), ["4.1"]);
    assert_eq!(only(&["4.10"]), ["4.10"]);
    assert_eq!(only(&["4.9..4.10"]), ["4.10", "4.9"]);
    assert_eq!(only(&["4"]), ["4.1", "4.10", "4.9"]);
    assert_eq!(only(&["4.10..5", "4.1"]), ["4.1", "4.10", "5.0"]);
    let (_, extracts) =
        kept(Cleaning { versions: vec!["4.1".parse().unwrap()], ..Cleaning::default() }, &rows);
    assert_eq!(extracts.quality().dropped["version"], 3);
    assert_eq!(extracts.quality().workflows["9"].len(), 4);
}

#[test]
fn rows_of_other_workflows_and_dates_are_dropped_unread() {
    let mut rows: Vec<Row> = (1..=4).map(|id| Row::answer(id, id, 50, &format!("a{id}"))).collect();
    rows[0].workflow = "77".into();
    rows[0].metadata = "no JSON".into();
    rows[1].created = "2018-12-31 23:59:59 UTC".into();
    rows[2].created = "2019-06-01 00:00:00 UTC".into();
    let cleaning = Cleaning {
        workflows: vec![9],
        from: Some("2019-01-01".parse().unwrap()),
        to: Some("2019-06-01".parse().unwrap()),
        ..Cleaning::default()
    };
    let (answers, extracts) = kept(cleaning, &rows);
    assert_eq!(answers, ["a4"]);
    assert_eq!((extracts.quality().dropped["workflow"], extracts.quality().dropped["date"]), (1, 2));
}

#[test]
fn experts_rows_are_gold_votes_or_nothing() {
    let mut rows: Vec<Row> = (1..=5).map(|id| Row::answer(id, id, 50 + id % 2, "Yes")).collect();
    rows.push(Row::answer(6, 6, 51, "No"));
    rows[0].gold = "true".into(); // subject 51
    rows[0].expert = "expert".into();
    rows[1].gold = "True".into(); // subject 50
    rows[5].gold = "true".into(); // subject 51, and says the opposite
    rows[2].expert = "owner".into();
    let (answers, extracts) = kept(Cleaning::default(), &rows);
    assert_eq!(answers.len(), 3);
    let question = extracts.question("muon").unwrap();
    let subject = extracts.subjects().index("50").unwrap();
    assert_eq!(question.gold(), [(subject, 1)]);
    assert_eq!(question.n_gold_conflicts(), 1);
    let quality = extracts.quality();
    assert_eq!((quality.n_gold_rows, quality.n_gold_standard, quality.n_expert), (3, 3, 2));

    let crowd = Cleaning { gold_standard: GoldRows::Crowd, ..Cleaning::default() };
    assert_eq!(kept(crowd, &rows).0.len(), 6);
    let drop = Cleaning { gold_standard: GoldRows::Drop, experts: GoldRows::Drop, ..Cleaning::default() };
    let (answers, extracts) = kept(drop, &rows);
    assert_eq!(answers.len(), 2);
    assert_eq!((extracts.quality().dropped["gold_standard"], extracts.quality().dropped["expert"]), (3, 1));
    let gold = Cleaning { experts: GoldRows::Gold, ..Cleaning::default() };
    assert_eq!(kept(gold, &rows).1.quality().n_gold_rows, 4);
}

#[test]
fn a_bad_row_goes_to_the_quarantine_with_line_and_reason_and_nothing_else_of_it_stays() {
    let good = Row::answer(1, 1, 50, "Yes");
    let bad = |id: u64, change: &dyn Fn(&mut Row)| {
        let mut row = Row::answer(id, 900 + id, 900, "Yes");
        change(&mut row);
        row
    };
    let rows = [
        good,
        bad(2, &|row| row.annotations = "[{\"task\":\"T0\"".into()),
        bad(3, &|row| row.metadata = "{".into()),
        bad(4, &|row| row.created = "soon".into()),
        bad(5, &|row| row.subject = " ".into()),
        bad(6, &|row| row.annotations = "7".into()),
        bad(7, &|row| row.annotations = "[7]".into()),
        bad(8, &|row| row.annotations = String::new()),
        Row::answer(9, 2, 50, "No"),
    ];
    let mut file = export_lines(&rows);
    file.push("too,few,fields".into());
    file.push("10,\"never closed".into());
    let (extracts, quarantine) = read_with(&config(Cleaning::default()), &file.join("\n"));
    assert_eq!(votes(extracts.question("muon").unwrap()).len(), 2);
    assert_eq!((extracts.subjects().len(), extracts.volunteers().len()), (1, 2));
    let quality = extracts.quality();
    assert_eq!((quality.n_rows, quality.n_kept, quality.n_quarantined()), (11, 2, 9));
    assert_eq!(quality.quarantined["json"], 5);
    let lines: Vec<Vec<String>> = csv::Reader::from_reader(quarantine.as_bytes())
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect();
    let at: Vec<(&str, &str)> = lines.iter().map(|row| (row[0].as_str(), row[1].as_str())).collect();
    let want = [
        ("3", "2"),
        ("4", "3"),
        ("5", "4"),
        ("6", "5"),
        ("7", "6"),
        ("8", "7"),
        ("9", "8"),
        ("11", ""),
        ("12", ""),
    ];
    assert_eq!(at[..7], want[..7]);
    assert_eq!(at[7].0, "11");
    assert_eq!(at[8], want[8]);
    let reasons = [
        "annotations",
        "metadata",
        "created_at is \"soon\"",
        "subject_ids is empty",
        "annotations",
        "annotations",
        "annotations",
        "3 fields, the header 14",
        "quote",
    ];
    for (row, reason) in lines.iter().zip(reasons) {
        assert!(row[2].contains(reason), "{row:?}, want {reason}");
    }
    // The row stands there as it stood in the file, so it can be mended and read again.
    assert_eq!(lines[0][3], file[2]);
}

fn export_lines(rows: &[Row]) -> Vec<String> {
    super::export(rows).lines().map(str::to_owned).collect()
}
