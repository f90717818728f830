//! Manifests, labels, reductions, gold.

use manyhands_grid::{Layout, Tile};
use manyhands_votes::{MajorityVote, Swap};
use manyhands_zooniverse::{Config, Error, Manifest, Question, Task};

use super::{Row, read};

fn question() -> Question {
    let answers =
        [("9", "Yes!"), ("9", "No."), ("9", "Yes!"), ("10", "No."), ("10", "Yes!"), ("100", "Yes, but…")];
    let rows: Vec<Row> = answers
        .iter()
        .enumerate()
        .map(|(i, (subject, answer))| Row::answer(i as u64, i as u64, subject.parse().unwrap(), answer))
        .collect();
    let extracts = read(&Config::new().task("seen", Task::question(["T0"])), &rows);
    extracts.question("seen").unwrap().clone()
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> Result<(), Error>) -> String {
    let mut csv = vec![];
    write(&mut csv).unwrap();
    String::from_utf8(csv).unwrap()
}

#[test]
fn labels_are_in_the_order_of_the_ids_and_say_ties() {
    let question = question();
    let votes: Vec<_> = question.votes().collect();
    let majority = MajorityVote::params(3).fit(&votes).unwrap();
    let csv = text(|to| question.write_labels(majority.subjects(), to));
    let want = "subject_id,label,class,n_votes,tie,p_No.,p_Yes!,\"p_Yes, but…\"\n\
                9,1,Yes!,3,false,0.3333333333333333,0.6666666666666666,0\n\
                10,0,No.,2,true,0.5,0.5,0\n\
                100,2,\"Yes, but…\",1,false,0,0,1\n";
    assert_eq!(csv, want);
}

#[test]
fn estimates_of_other_classes_are_refused() {
    let question = question();
    let votes: Vec<_> = question.votes().collect();
    let four = MajorityVote::params(4).fit(&votes).unwrap();
    let error = question.write_labels(four.subjects(), vec![]).unwrap_err();
    assert_eq!(error, Error::Classes { question: "seen".into(), got: 4, want: 3 });
}

#[test]
fn reductions_have_the_columns_and_slugs_of_panoptes_aggregation() {
    let question = question();
    assert_eq!(
        text(|to| question.write_reductions("9009", to)),
        "subject_id,workflow_id,task,reducer,data.no,data.yes,data.yes-but\n\
         9,9009,T0,question_reducer,1,2,0\n\
         10,9009,T0,question_reducer,1,1,0\n\
         100,9009,T0,question_reducer,0,0,1\n"
    );
    assert_eq!(
        text(|to| question.write_consensus("9009", to)),
        "subject_id,workflow_id,task,reducer,data.most_likely,data.num_votes,data.agreement\n\
         9,9009,T0,question_consensus_reducer,yes,2,0.6666666666666666\n\
         10,9009,T0,question_consensus_reducer,no,1,0.5\n\
         100,9009,T0,question_consensus_reducer,yes-but,1,1\n"
    );
}

#[test]
fn slugs_are_those_of_python_slugify() {
    // By python-slugify 8, `slugify(text, separator="-")`.
    let cases = [
        ("Café", "cafe"),
        ("1,000+ stars", "1000-stars"),
        ("don't know", "don-t-know"),
        ("Große Straße", "grosse-strasse"),
        ("Ñandú & Œuvre", "nandu-oeuvre"),
        ("12,5", "125"),
        ("a_b, c", "a-b-c"),
    ];
    for (answer, slug) in cases {
        let rows = [Row::answer(1, 1, 50, answer)];
        let extracts = read(&Config::new().task("seen", Task::question(["T0"])), &rows);
        let table = text(|to| extracts.question("seen").unwrap().write_reductions("1", to));
        let header = table.lines().next().unwrap();
        assert_eq!(header, format!("subject_id,workflow_id,task,reducer,data.{slug}"), "{answer}");
    }
}

#[test]
fn gold_tables_of_swap_and_kswap_are_read_by_name_and_number() {
    let question = question();
    let nine = question.subjects().index("9").unwrap();
    let ten = question.subjects().index("10").unwrap();
    let gold = question.read_gold("subject,gold\n9,1\n10, No.\n77,1\n".as_bytes()).unwrap();
    assert_eq!(gold, [(nine, 1), (ten, 0)]);
    assert_eq!(question.read_gold("\u{feff}subject_id,gold\n10,0\n".as_bytes()).unwrap(), [(ten, 0)]);
    let votes: Vec<_> = question.votes().collect();
    assert!(Swap::params(vec![1.0 / 3.0; 3]).gold(&gold).fit(&votes).is_ok());
    let error = question.read_gold("subject,gold\n9,1\n9,7\n".as_bytes()).unwrap_err();
    assert!(error.to_string().starts_with("gold, line 3: got \"7\""), "{error}");
    assert!(matches!(question.read_gold("a,b\n".as_bytes()), Err(Error::MissingColumn { .. })));
}

#[test]
fn a_manifest_says_everything_about_a_grid() {
    let layout = Layout::new(1, 3).cell_size(40, 50).gap(2);
    let tile = Tile::new(layout, 4, vec![2, 0, 2]).unwrap();
    let ids = ["a", "b", "c"].map(str::to_owned);
    let mut manifest = Manifest::new();
    manifest.grid("0.png", "g0", "batch1", &tile, &ids).unwrap();
    let row = text(|to| manifest.write(to));
    // python: hashlib.sha256(b"id=g0\n#group=batch1\n#cluster=4\n#rows=1\n#cols=3\n#cell_width=40\n#cell_height=50\n#gap=2\n"
    //                        b"#subjects=c;a;c\n#padding=2\n").hexdigest()[:16]
    let want = "image,id,#group,#cluster,#rows,#cols,#cell_width,#cell_height,#gap,#subjects,#padding,#checksum\n\
                0.png,g0,batch1,4,1,3,40,50,2,c;a;c,2,cfa363f314b6b7bf\n";
    assert_eq!(row, want);
}

#[test]
fn a_manifest_refuses_what_could_not_be_read_back() {
    let tile = Tile::new(Layout::new(1, 2), 0, vec![0, 5]).unwrap();
    let mut manifest = Manifest::new();
    let ids: Vec<String> = vec!["a".into(); 2];
    assert_eq!(
        manifest.grid("0.png", "g", "b", &tile, &ids).unwrap_err(),
        Error::NoImageId { image: 5, got: 2 }
    );
    for wrong in ["a;b", "", "a b", "[a]", "a,b"] {
        let ids: Vec<String> = vec![wrong.into(); 6];
        assert!(
            matches!(manifest.grid("0.png", "g", "b", &tile, &ids), Err(Error::Manifest { .. })),
            "{wrong:?}"
        );
    }
    manifest.subject(&[("image", "x.png"), ("!name", "Andromeda")]).unwrap();
    manifest.subject(&[("!name", "M 33"), ("image", "y.png")]).unwrap();
    for wrong in
        [&[("image", "z.png")][..], &[("image", "z"), ("image", "z")], &[("image", "z"), ("#name", "z")]]
    {
        assert!(manifest.subject(wrong).is_err());
    }
    assert_eq!(text(|to| manifest.write(to)), "image,!name\nx.png,Andromeda\ny.png,M 33\n");
}
