//! Real exports. Skipped where the environment variable MANYHANDS_DATA is not set, failing where it is and a file is missing.
//!
//! `yes_no_*`, `survey_v1` and `circles_v1` are of `zooniverse/Data-digging` (MIT), `freehand_v2` of `zooniverse/aggregation-for-caesar`
//! (Apache-2.0). The expected counts are those of Python's csv and json modules on the same files.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use manyhands_zooniverse::{
    Annotation, Cleaning, Columns, Config, Extracts, GoldRows, Kind, Policy, Repeats, Shape, Task,
};

fn file(name: &str) -> Option<PathBuf> {
    let folder = env::var_os("MANYHANDS_DATA");
    if folder.is_none() {
        eprintln!("SKIPPED: MANYHANDS_DATA is not set, so there is no real export to test on");
    }
    folder.map(|folder| PathBuf::from(folder).join("zooniverse").join(name))
}

fn read(name: &str, config: &Config) -> Option<Extracts> {
    let path = file(name)?;
    let source = fs::File::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut quarantine = vec![];
    let extracts = Extracts::params(config.clone()).read(source, &mut quarantine).unwrap();
    assert_eq!(
        String::from_utf8(quarantine).unwrap().lines().count(),
        1,
        "no row of {name} is in quarantine"
    );
    Some(extracts)
}

fn yes_no(repeats: Repeats) -> Config {
    let columns = Columns {
        subject: "subject_ids".into(),
        volunteer: "user_name".into(),
        label: "val".into(),
        time: Some("created_at".into()),
        id: Some("classification_id".into()),
    };
    Config::new()
        .columns(columns)
        .cleaning(Cleaning { repeats, ..Cleaning::default() })
        .task("answer", Task::question([""; 0]))
}

#[test]
fn the_published_tallies_follow_from_the_votes_where_all_repeats_count() {
    let Some(extracts) = read("yes_no_votes.csv", &yes_no(Repeats::All)) else { return };
    let question = extracts.question("answer").unwrap();
    assert_eq!(question.classes(), ["No.", "Yes!", "null"]);
    let tallies: BTreeMap<String, Vec<u32>> = question
        .tallies()
        .into_iter()
        .map(|(subject, tally)| (question.subjects().name(subject).unwrap().to_owned(), tally))
        .collect();
    let mut published = csv::Reader::from_path(file("yes_no_tallies.csv").unwrap()).unwrap();
    let (mut n, mut n_plurality) = (0, 0);
    for row in published.records() {
        let row = row.unwrap();
        let count = |column: usize| row[column].parse::<f64>().unwrap() as u32;
        let tally = &tallies[&row[0]];
        assert_eq!((tally[1], tally[0], tally[2]), (count(2), count(3), count(4)), "subject {}", &row[0]);
        assert_eq!(tally.iter().sum::<u32>(), count(1));
        // The table's own result is "Yes!" as soon as anybody says so; on 8 subjects that is not what most say.
        assert_eq!(&row[5] == "Yes!", tally[1] > 0, "subject {}", &row[0]);
        let most = (0..3).max_by_key(|&class| (tally[class], 3 - class)).unwrap();
        n_plurality += usize::from(question.classes()[most] == row[5]);
        n += 1;
    }
    assert_eq!((n, n_plurality, tallies.len()), (100, 92, 100));
    let quality = extracts.quality();
    assert_eq!(
        (quality.n_rows, quality.n_kept, quality.n_repeats, quality.n_pairs),
        (7568, 7568, 2410, 5158)
    );
    assert_eq!(quality.n_anonymous, 2853);
}

#[test]
fn a_third_of_the_yes_no_votes_are_repeats() {
    let Some(extracts) = read("yes_no_votes.csv", &yes_no(Repeats::First)) else { return };
    let quality = extracts.quality();
    assert_eq!((quality.n_kept, quality.dropped["repeat"]), (5158, 2410));
    assert_eq!(extracts.question("answer").unwrap().n_votes(), 5158);
}

#[test]
fn a_survey_of_2000_rows_is_read_whole() {
    let config = Config::new()
        .task("weather", Task::question(["T2"]))
        .task("animals", Task::new(Kind::Survey, ["T3"]))
        .task("counts", Task::new(Kind::Survey, ["T3"]).path("value.answers.HOWMANYANIMALSDOYOUSEE"));
    let Some(extracts) = read("survey_v1.csv", &config) else { return };
    let quality = extracts.quality();
    assert_eq!((quality.n_rows, quality.n_kept, quality.dropped["repeat"]), (2000, 1997, 3));
    assert_eq!((quality.n_gold_standard, quality.n_expert, quality.n_gold_rows), (37, 37, 37));
    // R wrote `NA` into the user ids of the 178 rows of people who were not logged in.
    assert_eq!((quality.n_beta, quality.n_already_seen, quality.n_anonymous), (646, 2, 178));
    assert_eq!((quality.n_subjects, quality.workflows["2276"]["463.55"]), (1536, 2000));
    for task in ["weather", "animals"] {
        assert_eq!(quality.tasks[task].n_answered, 2000);
    }
    let all = config.cleaning(Cleaning {
        repeats: Repeats::All,
        gold_standard: GoldRows::Crowd,
        ..Cleaning::default()
    });
    let extracts = read("survey_v1.csv", &all).unwrap();
    assert_eq!(extracts.question("weather").unwrap().n_votes(), 2000);
    // 2 001 choices in 2 000 rows.
    assert_eq!(extracts.question("animals").unwrap().n_votes(), 2001);
    assert_eq!(extracts.question("animals").unwrap().classes().len(), N_ANIMALS);
}

const N_ANIMALS: usize = 20;

#[test]
fn circles_with_and_without_marks_are_read_whole() {
    let all = Cleaning { repeats: Repeats::All, gold_standard: GoldRows::Crowd, ..Cleaning::default() };
    let config = Config::new().cleaning(all).task("marks", Task::new(Kind::Drawing, ["T0"]));
    let Some(extracts) = read("circles_v1.csv", &config) else { return };
    let drawing = extracts.drawing("marks").unwrap();
    // 48 clusters, 42 galaxies and 3 other objects; 3 ellipses, a line, 2 Bezier curves, 2 polygons. 12 rows leave no mark.
    let of = |is: fn(&Shape) -> bool| {
        drawing.annotations().flat_map(|one| one.marks).filter(|mark| is(&mark.shape)).count()
    };
    assert_eq!((drawing.n_annotations(), drawing.n_marks()), (63, 101));
    assert_eq!(of(|shape| matches!(shape, Shape::Circle { .. })), 48 + 42 + 3);
    assert_eq!(of(|shape| matches!(shape, Shape::Ellipse { .. })), 3);
    assert_eq!(of(|shape| matches!(shape, Shape::Line { .. })), 1);
    assert_eq!(of(|shape| matches!(shape, Shape::Path { .. })), 4);
    assert_eq!(drawing.annotations().filter(|one| one.is_silent()).count(), 12);
    assert_eq!(
        (0..16).filter_map(|subject| drawing.size(subject)).filter(|&size| size == (725.0, 500.0)).count(),
        16
    );
    let quality = extracts.quality();
    assert_eq!((quality.n_subjects, quality.n_repeats, quality.n_beta), (16, 24, 12));
    assert_eq!(
        (quality.n_anonymous, quality.n_already_seen, quality.n_gold_standard, quality.n_expert),
        (23, 24, 9, 1)
    );

    let first = Config::new().task("marks", Task::new(Kind::Drawing, ["T0"]).tools(["Cluster"]));
    let extracts = read("circles_v1.csv", &first).unwrap();
    let quality = extracts.quality();
    // 39 pairs of a volunteer and a subject, on 7 of which the owner's gold row stands beside their own annotation.
    assert_eq!((quality.n_kept, quality.dropped["repeat"]), (39 + 7, 24 - 7));
    let drawing = extracts.drawing("marks").unwrap();
    assert_eq!((drawing.n_annotations(), drawing.gold().len()), (39, 7));
    let live = Cleaning { beta: Policy::Drop, ..Cleaning::default() };
    let extracts = read("circles_v1.csv", &first.cleaning(live)).unwrap();
    assert_eq!(extracts.quality().dropped["beta"], 12);
}

#[test]
fn lines_drawn_freely_are_read_whole() {
    let config = Config::new()
        .cleaning(Cleaning { repeats: Repeats::All, ..Cleaning::default() })
        .task("outline", Task::new(Kind::Drawing, ["T0"]));
    let Some(extracts) = read("freehand_v2.csv", &config) else { return };
    let drawing = extracts.drawing("outline").unwrap();
    // 165 freehand lines and 19 polygons; 10 rows leave no mark.
    assert_eq!((drawing.n_annotations(), drawing.n_marks()), (153, 184));
    assert_eq!(drawing.annotations().filter(|one| one.is_silent()).count(), 10);
    assert_eq!(drawing.annotations().flat_map(Annotation::points).count(), 184);
    let quality = extracts.quality();
    assert_eq!(
        (quality.n_anonymous, quality.n_beta, quality.n_already_seen, quality.n_repeats),
        (114, 153, 1, 5)
    );
    assert_eq!(quality.workflows["28090"].len(), 5);
}
