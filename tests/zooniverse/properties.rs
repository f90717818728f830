//! Any bytes at all: no panic, and no row lost.

use manyhands_zooniverse::{
    Again, Cleaning, Clicked, Config, Extracts, GridOptions, Identity, Kind, Repeats, Task,
};
use proptest::prelude::*;

use super::{Row, export, votes};

/// Every kind of task at once, on keys that the generated annotations have.
fn everything() -> Config {
    let grid =
        GridOptions { rows: Some(2), cols: Some(1), listed: Clicked::Negatives, ..GridOptions::default() };
    Config::new()
        .cleaning(Cleaning { identity: Identity::SessionIfAnonymous, ..Cleaning::default() })
        .task("question", Task::question(["T0"]).again(Again::All))
        .task("multiple", Task::new(Kind::Multiple, ["T0"]))
        .task("dropdown", Task::new(Kind::Dropdown, ["T1"]).path("value.0"))
        .task("survey", Task::new(Kind::Survey, ["T1"]))
        .task("presence", Task::new(Kind::Presence, ["T2"]).tools(["0"]))
        .task("group", Task::new(Kind::Group, ["T4"]).grid(grid))
}

/// The report of an export, with its sums checked, and the rows in quarantine.
fn account(config: &Config, file: &[u8]) -> (u64, u64, u64, u64) {
    let mut quarantine = vec![];
    let Ok(extracts) = Extracts::params(config.clone()).read(file, &mut quarantine) else {
        return (0, 0, 0, 0);
    };
    let quality = extracts.quality();
    let set_aside =
        csv::Reader::from_reader(quarantine.as_slice()).byte_records().map(Result::unwrap).count() as u64;
    assert_eq!(set_aside, quality.n_quarantined());
    assert_eq!(quality.n_rows, quality.n_kept + quality.n_dropped() + quality.n_quarantined());
    assert!(
        extracts
            .questions()
            .iter()
            .all(|question| question.votes().all(|vote| vote.label < question.classes().len()))
    );
    (quality.n_rows, quality.n_kept, quality.n_dropped(), set_aside)
}

/// JSON of any shape, with the words that annotations use.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        (-3..40_i64).prop_map(Into::into),
        (-1e3..1e3_f64).prop_map(Into::into),
        prop::sample::select(vec!["T0", "T1", "T2", "T4", "T4.0.1", "Yes", "null", "", "é\"\\", "31"])
            .prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let keys = vec![
            "task",
            "value",
            "markIndex",
            "choice",
            "answers",
            "label",
            "tool",
            "x",
            "y",
            "r",
            "width",
            "height",
            "points",
            "pathX",
            "pathY",
            "details",
            "index",
            "subject",
            "x1",
            "y1",
            "x2",
            "y2",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::vec((prop::sample::select(keys), inner), 0..5).prop_map(|pairs| {
                pairs
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn annotations_of_any_shape_do_not_panic_and_each_row_is_accounted_for(
        cells in prop::collection::vec((json(), json(), prop::sample::select(vec!["31", "31;32", "30;31;32", ";"])), 1..6),
        is_list in any::<bool>(),
    ) {
        let rows: Vec<Row> = cells.iter().enumerate().map(|(i, (annotation, metadata, subject))| {
            let annotations = if is_list {
                serde_json::json!([{ "task": format!("T{}", i % 5), "value": annotation }, annotation]).to_string()
            } else {
                annotation.to_string()
            };
            let mut row = Row::new(i as u64, i as u64 % 2, 31, &annotations);
            row.metadata = metadata.to_string();
            row.subject = (*subject).into();
            row
        }).collect();
        let grids = everything().task("grid", Task::new(Kind::Grid, ["T3"]).grid(GridOptions { rows: Some(2), cols: Some(1), area: Some([0.0, 0.0, 10.0, 10.0]), ..GridOptions::default() }));
        let drawings = everything().task("drawing", Task::new(Kind::Drawing, ["T2", "T4"]));
        for config in [everything(), grids, drawings] {
            let (n_rows, ..) = account(&config, export(&rows).as_bytes());
            prop_assert_eq!(n_rows, rows.len() as u64);
        }
    }

    #[test]
    fn a_damaged_file_does_not_panic_and_each_row_is_accounted_for(
        damage in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(b"\",\n\r{}[]\\x\xff\0".to_vec())), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let rows: Vec<Row> = (0..6).map(|id| Row::answer(id, id % 3, 31, "Yes")).collect();
        let mut file = export(&rows).into_bytes();
        for (at, byte) in damage {
            let at = at.index(file.len());
            file[at] = byte;
        }
        let cut = file.len() / 2 + cut.index(file.len() / 2);
        account(&everything(), &file);
        account(&everything(), &file[..cut]);
    }

    #[test]
    fn bytes_without_any_sense_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut file = b"user_id,subject_ids,annotations\n".to_vec();
        file.extend(&bytes);
        account(&everything(), &file);
        account(&everything(), &bytes);
    }

    #[test]
    fn the_order_of_the_rows_and_the_way_they_are_split_change_nothing(
        answers in prop::collection::vec((0..4_u64, 0..3_u64, prop::sample::select(vec!["Yes", "No", "?"])), 1..40),
        seed in any::<u64>(),
        repeats in prop::sample::select(vec![Repeats::First, Repeats::Last, Repeats::All, Repeats::DropAll]),
        split in any::<prop::sample::Index>(),
    ) {
        let rows: Vec<Row> =
            answers.iter().enumerate().map(|(i, (user, subject, answer))| Row::answer(i as u64, *user, *subject, answer)).collect();
        let mut shuffled = rows.clone();
        let mut state = seed | 1;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(i, (state >> 33) as usize % (i + 1));
        }
        let config = Config::new().cleaning(Cleaning { repeats, ..Cleaning::default() }).task("q", Task::question(["T0"]));
        let of = |extracts: &Extracts| {
            let mut votes = votes(extracts.question("q").unwrap());
            votes.sort();
            (votes, extracts.quality().n_repeats, extracts.quality().n_kept)
        };
        let whole = of(&super::read(&config, &rows));
        prop_assert_eq!(&of(&super::read(&config, &shuffled)), &whole);
        let at = split.index(shuffled.len() + 1);
        let mut extractor = Extracts::params(config).build().unwrap();
        for part in [&shuffled[..at], &shuffled[at..]] {
            extractor.read(export(part).as_bytes(), std::io::sink()).unwrap();
        }
        prop_assert_eq!(&of(&extractor.finish()), &whole);
        // The slow twin: sort, then look at neighbours.
        let mut sorted: Vec<(String, String, String)> = votes(super::read(&Config::new()
            .cleaning(Cleaning { repeats: Repeats::All, ..Cleaning::default() })
            .task("q", Task::question(["T0"])), &rows).question("q").unwrap());
        let pair = |vote: &(String, String, String)| (vote.0.clone(), vote.1.clone());
        if repeats == Repeats::Last {
            sorted.reverse();
        }
        let mut twin: Vec<_> = sorted.iter().enumerate().filter(|(i, vote)| match repeats {
            Repeats::All => true,
            Repeats::DropAll => sorted.iter().filter(|other| pair(other) == pair(vote)).count() == 1,
            _ => sorted[..*i].iter().all(|other| pair(other) != pair(vote)),
        }).map(|(_, vote)| vote.clone()).collect();
        twin.sort();
        prop_assert_eq!(&twin, &whole.0);
    }
}
