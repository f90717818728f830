//! Grids: both ways in which exports write them, and the whole way from a manifest to labels.

use manyhands_grid::{Choice, Layout, Tiler};
use manyhands_sim::{Crowd, GridExport, Wording};
use manyhands_votes::MajorityVote;
use manyhands_zooniverse::{
    Cleaning, Clicked, Config, Extracts, GridOptions, Kind, Manifest, PaddingRule, Task,
};

use super::{Row, read, read_with, votes};

fn muons(grid: GridOptions) -> Config {
    Config::new().task("muons", Task::new(Kind::Grid, ["T0"]).grid(grid))
}

/// A grid of 2 × 2 in a picture of 200 × 200 pixels: images a, b, c and a again.
fn two_by_two() -> GridOptions {
    GridOptions {
        rows: Some(2),
        cols: Some(2),
        area: Some([0.0, 0.0, 200.0, 200.0]),
        ..GridOptions::default()
    }
}

fn answer(id: u64, choice: &str, task: &str, points: &[(f64, f64)]) -> Row {
    let points: Vec<String> =
        points.iter().map(|(x, y)| format!(r#"{{"tool":0,"x":{x},"y":{y}}}"#)).collect();
    let mut row = Row::new(
        id,
        id,
        70,
        &format!(
            r#"[{{"task":"T0","value":"{choice}"}},{{"task":"{task}","value":[{}]}}]"#,
            points.join(",")
        ),
    );
    row.subject_data = r##"{"70":{"retired":null,"#group":"first","#subjects":"[a, b, c, a]"}}"##.into();
    row
}

fn labels(grid: GridOptions, row: Row) -> Vec<(String, String)> {
    let extracts = read(&muons(grid), &[row]);
    votes(extracts.question("muons").unwrap()).into_iter().map(|(_, image, class)| (image, class)).collect()
}

#[test]
fn both_vocabularies_and_indices_give_the_same_votes() {
    let click = [(150.0, 50.0)]; // cell 1, image b
    let cases = [
        (["All are Muons", "All Muons", "0"], "+++"),
        (["Majority are Muons", "majority are muons", "1"], "+-+"),
        (["No clear majority", "No clear majority", "2"], "-+-"),
        (["Majority are **not** Muons", "Minority are Muons", "3"], "-+-"),
        (["**None** are Muons", "No Muons", "4"], "---"),
    ];
    for (choices, want) in cases {
        for choice in choices {
            let got = labels(two_by_two(), answer(1, choice, "T1", &click));
            let signs: String =
                got.iter().map(|(_, class)| if class == "positive" { '+' } else { '-' }).collect();
            assert_eq!(signs, want, "{choice}");
            assert_eq!(got.iter().map(|(image, _)| image.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
        }
    }
}

#[test]
fn no_clear_majority_and_padding_go_by_the_options() {
    let row = || answer(1, "No clear majority", "T2", &[(150.0, 50.0)]);
    let program = GridOptions { no_majority: Clicked::Negatives, ..two_by_two() };
    let positives = |options, row| -> Vec<String> {
        labels(options, row)
            .into_iter()
            .filter(|(_, class)| class == "positive")
            .map(|(image, _)| image)
            .collect()
    };
    assert_eq!(positives(two_by_two(), row()), ["b"]);
    assert_eq!(positives(program, row()), ["a", "c"]);
    // Only one of the two cells of a is clicked.
    let half = || answer(1, "Minority are Muons", "T1", &[(150.0, 150.0)]);
    assert_eq!(positives(two_by_two(), half()), ["a"]);
    assert!(positives(GridOptions { padding: PaddingRule::All, ..two_by_two() }, half()).is_empty());
    let consistent = labels(GridOptions { padding: PaddingRule::Consistent, ..two_by_two() }, half());
    assert_eq!(consistent.len(), 2, "a has no vote");
}

#[test]
fn clicks_outside_of_the_cells_are_counted_and_never_wrap_around() {
    let area = GridOptions { area: Some([20.0, 10.0, 220.0, 210.0]), ..two_by_two() };
    let points = [(15.0, 50.0), (50.0, 5.0), (221.0, 50.0), (130.0, 20.0)];
    let extracts = read(&muons(area), &[answer(1, "Minority are Muons", "T1", &points)]);
    let quality = &extracts.quality().tasks["muons"];
    assert_eq!((quality.n_marks, quality.n_outside), (4, 3));
    assert_eq!(extracts.grid("muons").unwrap().answers()[0].answer.highlighted(), [1]);
}

#[test]
fn without_an_area_the_natural_size_of_the_picture_counts() {
    let options = || GridOptions { area: None, ..two_by_two() };
    let mut row = answer(1, "Minority are Muons", "T1", &[(500.0, 50.0)]);
    let (extracts, quarantine) = read_with(&muons(options()), &super::export(&[row.clone()]));
    assert_eq!(extracts.quality().quarantined["layout"], 1);
    assert!(quarantine.contains("picture's size"));
    row.metadata = r#"{"subject_dimensions":[{"naturalWidth":800,"naturalHeight":400}]}"#.into();
    let extracts = read(&muons(options()), &[row]);
    assert_eq!(extracts.grid("muons").unwrap().answers()[0].answer.highlighted(), [1]);
}

#[test]
fn other_groups_are_dropped_and_grids_that_are_not_described_set_aside() {
    let groups = |groups: &[&str]| GridOptions {
        groups: groups.iter().map(|&group| group.to_owned()).collect(),
        ..two_by_two()
    };
    let row = answer(1, "All Muons", "T1", &[]);
    let extracts = read(&muons(groups(&["second"])), std::slice::from_ref(&row));
    assert_eq!(extracts.quality().dropped["group"], 1);
    assert_eq!(labels(groups(&["second", "first"]), row.clone()).len(), 3);
    let mut short = row.clone();
    short.subject_data = short.subject_data.replace("[a, b, c, a]", "a;b;c");
    let (extracts, quarantine) = read_with(&muons(two_by_two()), &super::export(&[short]));
    assert_eq!(extracts.quality().quarantined["cells"], 1);
    assert!(quarantine.contains("the grid has 4 cells, but 3 subjects are listed"));
    let mut unknown = row;
    unknown.annotations = unknown.annotations.replace("All Muons", "Something");
    let (extracts, _) = read_with(&muons(two_by_two()), &super::export(&[unknown]));
    assert_eq!(extracts.quality().quarantined["answer"], 1);
}

#[test]
fn a_row_without_the_grid_counts_for_the_other_tasks() {
    let rows = [
        Row::new(1, 1, 31, r#"[{"task":"T5","value":"Yes"}]"#),
        answer(2, "All Muons", "T1", &[]),
        answer(3, "All Muons", "T1", &[]),
    ];
    for groups in [&[][..], &["first".to_owned()]] {
        let config = muons(GridOptions { groups: groups.to_vec(), ..two_by_two() })
            .task("seen", Task::question(["T5"]));
        let extracts = read(&config, &rows);
        assert_eq!(extracts.quality().n_kept, 3);
        let quality = &extracts.quality().tasks["muons"];
        assert_eq!((quality.n_answered, quality.n_absent), (2, 1));
        assert_eq!(extracts.question("seen").unwrap().n_votes(), 1);
        assert_eq!(extracts.question("muons").unwrap().n_votes(), 6);
    }
}

fn group(listed: Clicked) -> Config {
    let grid = GridOptions { rows: Some(2), cols: Some(2), listed, ..GridOptions::default() };
    Config::new().task("same", Task::new(Kind::Group, ["T0"]).grid(grid))
}

fn group_row(id: u64, subjects: &str, value: &str) -> Row {
    let mut row = Row::new(
        id,
        id,
        1,
        &format!(r#"[{{"task":"T0","taskType":"subjectGroupComparison","value":{value}}}]"#),
    );
    row.subject = subjects.into();
    row
}

#[test]
fn group_comparisons_are_read_with_and_without_the_id_of_the_group() {
    let value = r#"[{"index":1,"subject":"12"},{"index":0,"subject":14}]"#;
    for subjects in ["11;12;13;14", "900;11;12;13;14"] {
        let extracts = read(&group(Clicked::Positives), &[group_row(1, subjects, value)]);
        let labels: Vec<(String, String)> =
            votes(extracts.question("same").unwrap()).into_iter().map(|vote| (vote.1, vote.2)).collect();
        let want = [("11", "negative"), ("12", "positive"), ("13", "negative"), ("14", "positive")];
        assert_eq!(labels, want.map(|(id, class)| (id.to_owned(), class.to_owned())));
    }
    let extracts = read(&group(Clicked::Negatives), &[group_row(1, "11;12;13;14", value)]);
    assert_eq!(
        extracts.question("same").unwrap().votes().map(|vote| vote.label).collect::<Vec<_>>(),
        [1, 0, 1, 0]
    );
}

#[test]
fn an_image_in_several_cells_of_a_group_is_clicked_by_the_rule_of_padding() {
    let rows = [group_row(1, "11;12;11;13", r#"[{"index":0,"subject":"11"},{"index":1,"subject":"12"}]"#)];
    let labels = |padding| {
        let grid = GridOptions { rows: Some(2), cols: Some(2), padding, ..GridOptions::default() };
        let config = Config::new().task("same", Task::new(Kind::Group, ["T0"]).grid(grid));
        let extracts = read(&config, &rows);
        let labels = votes(extracts.question("same").unwrap()).into_iter().map(|vote| (vote.1, vote.2));
        labels.map(|(id, class)| format!("{id} {class}")).collect::<Vec<_>>()
    };
    assert_eq!(labels(PaddingRule::Any), ["11 positive", "12 positive", "13 negative"]);
    assert_eq!(labels(PaddingRule::All), ["11 negative", "12 positive", "13 negative"]);
    assert_eq!(labels(PaddingRule::Consistent), ["12 positive", "13 negative"]);
}

#[test]
fn a_group_whose_cells_nothing_tells_and_cells_that_are_not_there_are_set_aside() {
    let rows = [
        group_row(1, "900", r#"[{"index":1,"subject":"12"}]"#),
        group_row(2, "11;12;13;14", r#"[{"index":9,"subject":"99"}]"#),
        group_row(3, "11;12;13;14", r#"[{"index":9}]"#),
        group_row(4, "11;12;13;14", "\"x\""),
        group_row(5, "11;12;13;14", "[]"),
        group_row(6, "11;12;13;14", "null"),
    ];
    let (extracts, _) = read_with(&group(Clicked::Positives), &super::export(&rows));
    let quality = extracts.quality();
    assert_eq!((quality.quarantined["cells"], quality.quarantined["shape"]), (1, 3));
    assert_eq!((quality.tasks["same"].n_silent, quality.tasks["same"].n_skipped), (1, 1));
    assert_eq!(extracts.question("same").unwrap().n_votes(), 4);
    assert_eq!(extracts.grid("same").unwrap().tiles().len(), 1);
}

/// Images in clusters, tiled, written as a manifest, answered by volunteers, exported, read, labelled: the labels and the volunteers' votes are those
/// of the answers themselves.
#[test]
fn from_a_manifest_to_an_export_to_the_same_labels() {
    let clusters: Vec<usize> = (0..130).map(|image| image * 7 % 3).collect();
    // Two clusters of rare positives, and one of many.
    let truth: Vec<bool> =
        (0..130).map(|image| image % 9 == 0 || (clusters[image] == 1 && image % 4 > 0)).collect();
    let ids: Vec<String> = (0..130).map(|image| format!("event-{:04}", image * 13)).collect();
    for (layout, wording) in
        [(Layout::square(6).gap(3), Wording::Launch), (Layout::new(5, 4).cell_size(40, 60), Wording::Beta)]
    {
        let tiles = Tiler::new(layout).seed(3).tile(&clusters).unwrap();
        assert!(tiles.iter().any(|tile| !tile.padding().is_empty()), "padding is part of the test");
        let mut manifest = Manifest::new();
        for (number, tile) in tiles.iter().enumerate() {
            manifest.grid(&format!("{number}.png"), &format!("g{number}"), "batch1", tile, &ids).unwrap();
        }
        // Volunteers who do not misclick: a click that leaves the grid is in no export.
        let answers = Crowd::beta(40).seed(5).answer(&tiles, &truth, 7).unwrap();
        assert!(
            Choice::ALL
                .iter()
                .filter(|&&choice| answers.iter().any(|given| given.answer.choice() == choice))
                .count()
                > 2
        );
        let export = GridExport::new(&tiles, &answers)
            .metadata(manifest.columns(), manifest.rows())
            .wording(wording)
            .seed(5);
        let mut file = vec![];
        export.write(&mut file).unwrap();

        let config = muons(GridOptions::default()).cleaning(Cleaning::default());
        let (extracts, quarantine) = read_with(&config, std::str::from_utf8(&file).unwrap());
        assert_eq!(quarantine.lines().count(), 1, "{quarantine}");
        let question = extracts.question("muons").unwrap();

        let mut want = vec![];
        for given in &answers {
            for (image, positive) in given.answer.labels(&tiles[given.tile]).unwrap() {
                want.push((ids[image].clone(), usize::from(positive)));
            }
        }
        let got: Vec<(String, usize)> = question
            .votes()
            .map(|vote| (question.subjects().name(vote.subject).unwrap().to_owned(), vote.label))
            .collect();
        assert_eq!(got, want);
        let grids = extracts.grid("muons").unwrap();
        assert_eq!(grids.answers().len(), answers.len());
        for (given, original) in grids.answers().iter().zip(&answers) {
            assert_eq!(given.answer, original.answer);
            let subject = grids.subjects().name(grids.picture(given.tile).unwrap()).unwrap();
            assert_eq!(subject, export.subject_id(original.tile).to_string());
            let tile = &grids.tiles()[given.tile];
            assert_eq!((tile.layout(), tile.cluster()), (layout, tiles[original.tile].cluster()));
            assert_eq!(tile.padding(), tiles[original.tile].padding());
        }
        let direct: manyhands_grid::Clicks = answers
            .iter()
            .map(|given| manyhands_grid::Clicks::of(&tiles[given.tile], &given.answer).unwrap())
            .sum();
        assert_eq!(grids.clicks(), direct);

        // And the labels.
        let read: Vec<_> = question.votes().collect();
        let majority = MajorityVote::params(2).fit(&read).unwrap();
        let direct: Vec<_> = answers
            .iter()
            .flat_map(|given| {
                let labels = given.answer.labels(&tiles[given.tile]).unwrap();
                labels.into_iter().map(|(subject, positive)| manyhands_votes::Vote {
                    volunteer: given.volunteer,
                    subject,
                    label: usize::from(positive),
                })
            })
            .collect();
        let direct = MajorityVote::params(2).fit(&direct).unwrap();
        for (image, id) in ids.iter().enumerate() {
            let subject = question.subjects().index(id).unwrap();
            assert_eq!(majority.estimate(subject), direct.estimate(image), "{id}");
        }
    }
}

#[test]
fn a_grid_whose_metadata_were_changed_does_not_pass_its_checksum() {
    let tiles = Tiler::new(Layout::square(2)).tile(&[0; 4]).unwrap();
    let ids: Vec<String> = (0..4).map(|image| image.to_string()).collect();
    let mut manifest = Manifest::new();
    manifest.grid("0.png", "g0", "batch1", &tiles[0], &ids).unwrap();
    let answers = Crowd::public(4).answer(&tiles, &[false, true, false, false], 2).unwrap();
    let mut file = vec![];
    GridExport::new(&tiles, &answers).metadata(manifest.columns(), manifest.rows()).write(&mut file).unwrap();
    let file = String::from_utf8(file).unwrap();
    let config = muons(GridOptions::default());
    assert_eq!(read_with(&config, &file).0.quality().n_kept, 2);
    let listed = manifest.rows()[0]
        [manifest.columns().iter().position(|column| column == "#subjects").unwrap()]
    .clone();
    let mut swapped: Vec<&str> = listed.split(';').collect();
    swapped.swap(0, 1);
    let changed = file.replace(&listed, &swapped.join(";"));
    assert_ne!(changed, file);
    let quality = Extracts::params(config.clone()).read(changed.as_bytes(), std::io::sink()).unwrap();
    assert_eq!(quality.quality().quarantined["checksum"], 2);
    // Wherever the row stands.
    let (first, second) = file.rsplit_once(&listed).unwrap();
    let only_second = format!("{first}{}{second}", swapped.join(";"));
    let (extracts, _) = read_with(&config, &only_second);
    assert_eq!((extracts.quality().n_kept, extracts.quality().quarantined["checksum"]), (1, 1));
}

#[test]
fn every_row_is_read_by_its_own_metadata_and_a_grid_that_says_the_same_is_one() {
    let row = |id: u64, retired: &str, cells: &str| {
        let mut row = answer(id, "Minority are Muons", "T1", &[(150.0, 50.0)]);
        row.subject_data = row.subject_data.replace("null", retired).replace("[a, b, c, a]", cells);
        row
    };
    let rows = [
        row(1, "null", "a;b;c;d"),
        row(2, "true", "a;b;c;d"),
        row(3, "null", "b;a;c;d"),
        row(4, "null", "a;b;c;d"),
        row(5, "null", "b;a;c;d"),
    ];
    let extracts = read(&muons(two_by_two()), &rows);
    let grids = extracts.grid("muons").unwrap();
    assert_eq!(grids.answers().iter().map(|one| one.tile).collect::<Vec<_>>(), [0, 0, 1, 0, 1]);
    assert_eq!((grids.picture(0), grids.picture(1)), (Some(0), Some(0)));
    let positives =
        votes(extracts.question("muons").unwrap()).into_iter().filter(|vote| vote.2 == "positive");
    assert_eq!(positives.map(|vote| vote.1).collect::<Vec<_>>(), ["b", "b", "a", "b", "a"]);
}
