//! Save, load, and files that are no states.

use std::{fs, io::ErrorKind};

use manyhands_votes::{Error, GoldCounts, MajorityVote, Repeats, Swap, SwapParams, Vote};
use tempfile::TempDir;

use super::vote;

fn votes() -> Vec<Vote> {
    (0..200).map(|i| vote(i * 13 % 17, i * i % 41 + 1_000_000, i * 7 % 3)).collect()
}

fn params() -> SwapParams {
    let gold: Vec<_> = (0..12).map(|i| (1_000_000 + i, i % 3)).collect();
    // Priors and γ that have no short decimal form.
    Swap::params([1.0 / 3.0, 0.5, 1.0 / 6.0]).gold(&gold).pseudo_count(0.1 + 0.2)
}

#[test]
fn a_loaded_aggregator_is_the_saved_one_to_the_bit_and_goes_on_as_it_would() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state.json");
    for repeats in [Repeats::CountAll, Repeats::FirstOnly] {
        for gamma in [0.0, 0.1 + 0.2] {
            let params = params().repeats(repeats).pseudo_count(gamma);
            let mut swap = params.fit(&votes()[..150]).unwrap();
            swap.save(&path).unwrap();
            let mut loaded = Swap::load(&path).unwrap();
            assert_eq!(loaded, swap);
            assert_eq!(loaded.estimates(), swap.estimates());
            assert!(loaded.volunteers().eq(swap.volunteers()));
            for &vote in &votes()[120..] {
                swap.observe(vote).unwrap();
                loaded.observe(vote).unwrap();
            }
            assert_eq!(loaded, swap);
        }
        let mut majority = MajorityVote::params(3).repeats(repeats).fit(&votes()[..150]).unwrap();
        majority.save(&path).unwrap();
        let mut loaded = MajorityVote::load(&path).unwrap();
        for &vote in &votes()[120..] {
            majority.observe(vote).unwrap();
            loaded.observe(vote).unwrap();
        }
        assert_eq!(loaded, majority);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn an_empty_aggregator_can_be_saved() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state.json");
    let swap = params().build().unwrap();
    swap.save(&path).unwrap();
    assert_eq!(Swap::load(&path).unwrap(), swap);
}

#[test]
fn states_and_counts_pass_through_serde() {
    let swap = params().fit(&votes()).unwrap();
    let text = serde_json::to_string(&swap).unwrap();
    assert_eq!(serde_json::from_str::<Swap>(&text).unwrap(), swap);
    // The same votes in another order make the same text.
    let reversed: Vec<Vote> = votes().into_iter().rev().collect();
    assert_eq!(serde_json::to_string(&params().fit(&reversed).unwrap()).unwrap(), text);

    let counts = params().count(&votes()).unwrap();
    let text = serde_json::to_string(&counts).unwrap();
    assert_eq!(serde_json::from_str::<GoldCounts>(&text).unwrap(), counts);

    let text = serde_json::to_string(&votes()).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Vote>>(&text).unwrap(), votes());
    let text = serde_json::to_string(&params()).unwrap();
    assert_eq!(serde_json::from_str::<SwapParams>(&text).unwrap(), params());
}

#[test]
fn files_that_are_no_states_are_errors_that_say_why() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state.json");
    let wants = "manyhands-votes swap";
    assert_eq!(Swap::load(&path).unwrap_err(), Error::Io { path: path.clone(), kind: ErrorKind::NotFound });
    let nowhere = folder.path().join("no such folder").join("state.json");
    let swap = params().fit(&votes()).unwrap();
    assert_eq!(swap.save(&nowhere).unwrap_err(), Error::Io { path: nowhere, kind: ErrorKind::NotFound });

    swap.save(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    for end in [0, 1, 20, text.len() / 2, text.len() - 1] {
        fs::write(&path, &text[..end]).unwrap();
        assert!(matches!(Swap::load(&path), Err(Error::NotAState { .. })), "truncated at {end}");
    }
    for foreign in ["[]", "{}", "null", "item,worker,label\n0,0,1\n", r#"{"version":1}"#] {
        fs::write(&path, foreign).unwrap();
        assert!(matches!(Swap::load(&path), Err(Error::NotAState { .. })), "{foreign}");
    }

    // A newer version may have any layout.
    fs::write(&path, r#"{"kind":"manyhands-votes swap","version":2,"surprise":[1e400]}"#).unwrap();
    let newer = Swap::load(&path).unwrap_err();
    assert_eq!(newer, Error::StateVersion { got: 2, newest: 1 });
    let message = "state has version 2, wants at most 1: it was saved by a newer manyhands-votes";
    assert_eq!(newer.to_string(), message);
    let error = serde_json::from_str::<Swap>(&text.replace(r#""version":1"#, r#""version":2"#)).unwrap_err();
    assert!(error.to_string().starts_with(message));

    MajorityVote::params(3).fit(&votes()).unwrap().save(&path).unwrap();
    assert_eq!(Swap::load(&path).unwrap_err(), Error::StateKind { wants });
}

#[test]
fn states_whose_parts_contradict_each_other_are_damaged() {
    let params = Swap::params([0.5, 0.5]).gold(&[(1, 1)]);
    let text = serde_json::to_string(&params.fit(&[vote(7, 1, 1), vote(8, 5, 0)]).unwrap()).unwrap();
    let load = |from: &str, to: &str| {
        assert!(text.contains(from), "{text} lacks {from}");
        serde_json::from_str::<Swap>(&text.replacen(from, to, 1)).unwrap_err().to_string()
    };
    for (from, to, message) in [
        (r#""volunteers":[7,8]"#, r#""volunteers":[8,7]"#, "volunteers does not fit the rest"),
        (r#""volunteers":[7,8]"#, r#""volunteers":[7,4294967295]"#, "volunteers does not fit the rest"),
        (r#""n_votes":[1,1]"#, r#""n_votes":[1]"#, "n_votes of the volunteers does not fit the rest"),
        (r#""counts":[0,0,0,1,"#, r#""counts":[0,0,0,2,"#, "counts of the volunteers does not fit the rest"),
        (r#""counts":[0,"#, r#""counts":["#, "counts of the volunteers does not fit the rest"),
        (r#""n_classes":2"#, r#""n_classes":3"#, "counts of the volunteers does not fit the rest"),
        (r#""subjects":[1,5]"#, r#""subjects":[5,5]"#, "subjects does not fit the rest"),
        (
            r#""subjects":[1,5],"n_votes":[1,1]"#,
            r#""subjects":[1,5],"n_votes":[1,0]"#,
            "n_votes of the subjects",
        ),
        (r#""log_likelihood":[-"#, r#""log_likelihood":["#, "log_likelihood does not fit the rest"),
        (r#""log_likelihood":["#, r#""log_likelihood":[-1,"#, "log_likelihood does not fit the rest"),
        (r#""seen":[]"#, r#""seen":[5]"#, "seen does not fit the rest"),
        (r#""gold":[[1,1]]"#, r#""gold":[]"#, "gold is empty"),
        (r#""prior":[0.5,0.5]"#, r#""prior":[0.5,0.25]"#, "prior sums to 0.75, wants 1"),
    ] {
        let error = load(from, to);
        assert!(error.contains(message), "{error} lacks {message}");
    }
}
