//! Configurations that are wrong: the error names the key.

use manyhands_zooniverse::{Config, Error, Extracts, Kind, Task};

#[test]
fn an_error_names_the_key_that_is_wrong() {
    let question = "kind = \"question\"\n";
    let cases = [
        (String::new(), "task: got none"),
        ("[task.a]\n".into(), "task.a"),
        ("[task.a]\nkind = \"quiz\"".into(), "task.a.kind: unknown variant `quiz`"),
        (format!("[task.a]\n{question}colour = 1"), "task.a.colour"),
        (format!("[task.a]\n{question}keys = \"T0\""), "task.a.keys"),
        (format!("[task.a]\n{question}positive = [\"Yes\"]"), "task.a.positive"),
        (
            format!("[task.a]\n{question}positive = [\"Yes\"]\nnegative = [\"Yes\"]"),
            "the answer \"Yes\" twice",
        ),
        (
            format!("[task.a]\n{question}positive = [\"Yes\"]\nnegative = [\"Yes \"]"),
            "the answer \"Yes\" twice",
        ),
        (format!("[task.a]\n{question}other = \"error\""), "task.a.other: where no classes are listed"),
        ("[task.a]\nkind = \"drawing\"\nother = \"error\"".into(), "task.a.other"),
        ("[task.a]\nkind = \"drawing\"\nagain = \"last\"".into(), "task.a.again"),
        ("[task.a]\nkind = \"grid\"\nagain = \"all\"".into(), "task.a.again"),
        ("[task.a]\nkind = \"grid\"\ngrid = { listed = \"negatives\" }".into(), "task.a.grid.listed"),
        (
            "[task.a]\nkind = \"group\"\ngrid = { rows = 2, cols = 2, points = [\"T3\"] }".into(),
            "task.a.grid.points: a task of kind group",
        ),
        (
            format!("[task.a]\n{question}classes = [{{ name = \"x\", answers = [1.5] }}]"),
            "task.a.classes[0].answers[0]",
        ),
        (
            format!("[task.a]\n{question}classes = [{{ name = \"x\", answers = [] }}]"),
            "task.a.classes: got 1",
        ),
        (format!("[task.a]\n{question}other = {{ class = \"x\" }}"), "task.a.other: got the class \"x\""),
        (format!("[task.a]\n{question}path = \"task\""), "task.a.path"),
        (format!("[task.a]\n{question}tools = [0]"), "task.a.tools"),
        (format!("[task.a]\n{question}grid = {{ rows = 6 }}"), "task.a.grid"),
        ("[task.a]\nkind = \"drawing\"\npath = \"value\"".into(), "task.a.path"),
        ("[task.a]\nkind = \"grid\"\ngrid = { rows = 0 }".into(), "task.a.grid.rows: got 0"),
        ("[task.a]\nkind = \"grid\"\ngrid = { area = [0, 0, 0, 5] }".into(), "task.a.grid.area"),
        ("[task.a]\nkind = \"group\"".into(), "task.a.grid.rows"),
        (
            format!("[cleaning]\nrepeats = \"some\"\n[task.a]\n{question}"),
            "cleaning.repeats: unknown variant `some`",
        ),
        (format!("[cleaning]\nmin_seconds = -1\n[task.a]\n{question}"), "cleaning.min_seconds: got -1"),
        (
            format!("[cleaning]\nversions = [\"4.x\"]\n[task.a]\n{question}"),
            "cleaning.versions[0]: got \"4.x\"",
        ),
        (format!("[cleaning]\nversions = [\"5..4\"]\n[task.a]\n{question}"), "cleaning.versions[0]"),
        (format!("[cleaning]\nversions = [4.1]\n[task.a]\n{question}"), "cleaning.versions[0]"),
        (
            format!("[cleaning]\nfrom = \"yesterday\"\n[task.a]\n{question}"),
            "cleaning.from: got \"yesterday\"",
        ),
        (
            format!("[cleaning]\nfrom = \"2019-02-01\"\nto = \"2019-01-01\"\n[task.a]\n{question}"),
            "cleaning.to",
        ),
        (format!("[columns]\nsubject = \"s\"\n[task.a]\n{question}"), "columns: missing field"),
        (
            "[columns]\nsubject = \"s\"\nvolunteer = \"v\"\nlabel = \"l\"\n[task.a]\nkind = \"drawing\""
                .into(),
            "columns",
        ),
        ("[task.a\n".into(), "line 1"),
    ];
    let table = "[columns]\nsubject = \"s\"\nvolunteer = \"v\"\nlabel = \"l\"\n";
    let rules = [
        "workflows = [7]",
        "versions = [\"4\"]",
        "from = \"2019-01-01\"",
        "to = \"2019-01-01\"",
        "min_seconds = 2",
        "beta = \"drop\"",
        "retired = \"drop\"",
        "already_seen = \"drop\"",
        "gold_standard = \"drop\"",
        "experts = \"gold\"",
    ];
    let of_tables = rules.map(|rule| {
        let key = rule.split(' ').next().unwrap();
        (format!("{table}[cleaning]\n{rule}\n[task.a]\n{question}"), format!("cleaning.{key}"))
    });
    let cases = cases.iter().map(|(text, want)| (text.clone(), (*want).to_owned())).chain(of_tables);
    for (text, want) in cases {
        let error = Config::from_toml(&text).expect_err(&text).to_string();
        assert!(error.contains(&want), "{text}\nsaid {error:?}, want {want:?}");
        assert!(error.starts_with("configuration: "), "{error}");
    }
}

#[test]
fn methods_are_checked_as_toml_is() {
    let one_class = Config::new().task("a", Task::question(["T0"]).class("x", ["Yes"]));
    let error = Extracts::params(one_class).build().map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::Config { key, .. } if key == "task.a.classes"));
    let no_rows = Config::new().task("a", Task::new(Kind::Group, ["T0"]));
    assert!(Extracts::params(no_rows).read("".as_bytes(), std::io::sink()).is_err());
}

#[test]
fn a_file_without_a_needed_column_is_an_error_that_lists_those_it_has() {
    let config = Config::new().task("a", Task::question(["T0"]));
    let read = |file: &str| {
        Extracts::params(config.clone()).read(file.as_bytes(), std::io::sink()).map(|_| ()).unwrap_err()
    };
    assert_eq!(read(""), Error::NoHeader);
    assert_eq!(
        read("user_name,subject_ids\n").to_string(),
        "no column is called annotations, want one; the file has user_name, subject_ids"
    );
    assert!(read("annotations,subject_ids\n").to_string().contains("user_name or user_id"));
    let twice = read("annotations,user_id,annotations,subject_ids\n");
    assert_eq!(twice, Error::DuplicateColumn { column: "annotations".into() });
}

#[test]
fn columns_are_found_by_name_among_others_and_without_the_optional_ones() {
    let config = Config::new().task("a", Task::question(["T0"]));
    let file = "\u{feff},subject_ids,note,annotations,user_name\n0,31,x,\"[{\"\"task\"\":\"\"T0\"\",\"\"value\"\":\"\"Yes\"\"}]\",ada\n";
    let (extracts, quarantine) = super::read_with(&config, file);
    assert_eq!(super::votes(extracts.question("a").unwrap()), [("ada".into(), "31".into(), "Yes".into())]);
    assert_eq!(quarantine.lines().count(), 1);
}

#[test]
fn every_configuration_beside_the_program_is_one() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/aggregate_export/configs");
    let mut n = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let config = Config::from_toml(&std::fs::read_to_string(&path).unwrap());
        assert!(config.is_ok_and(|config| config.tasks().count() > 0), "{}", path.display());
        n += 1;
    }
    assert_eq!(n, 6);
}
