//! Tables of votes: merging, order, saving.

use std::fs;

use manyhands_votes::{Consensus, Error, Mode, Repeats, Swap, Vote, VoteTable};
use proptest::prelude::*;
use tempfile::TempDir;

use super::vote;

/// Votes with times and classifications; several votes may share either.
fn timed() -> impl Strategy<Value = Vec<(Vote, i64, u64)>> {
    let one = (0..6_usize, 0..12_usize, 0..3_usize, 0..20_i64, 0..40_u64);
    prop::collection::vec(one, 1..80).prop_map(|rows| {
        rows.into_iter()
            .map(|(volunteer, subject, label, time, id)| (vote(volunteer, subject, label), time, id))
            .collect()
    })
}

fn table(rows: &[(Vote, i64, u64)]) -> VoteTable {
    let mut table = VoteTable::new(3).unwrap();
    rows.iter().for_each(|&(vote, time, id)| table.push_at(vote, time, id).unwrap());
    table
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_split_merged_in_any_order_is_the_table_that_was_never_cut(
        rows in timed(),
        parts in prop::collection::vec(0..4_usize, 80),
        order in Just([0, 1, 2, 3]).prop_shuffle(),
    ) {
        let mut whole = table(&rows);
        whole.sort();
        let mut merged = VoteTable::new(3).unwrap();
        for part in order {
            let mine: Vec<_> = rows.iter().zip(&parts).filter(|(_, p)| **p == part).map(|(row, _)| *row).collect();
            merged.merge(&table(&mine)).unwrap();
        }
        prop_assert_eq!(&merged, &whole);
        // So online SWAP over the merged table is that of one run, to the bit.
        let swap = Swap::params([0.5, 0.3, 0.2]).gold(&[(0, 0), (1, 1), (2, 2)]);
        prop_assert_eq!(swap.replay(&merged).unwrap(), swap.replay(&whole).unwrap());
        // A part that comes twice changes nothing.
        let (first, last) = rows.split_at(rows.len() / 2);
        merged.merge(&table(first)).unwrap();
        merged.merge(&table(last)).unwrap();
        prop_assert_eq!(&merged, &whole);
    }

    #[test]
    fn offline_results_have_the_same_bits_for_any_order_of_the_votes(rows in timed(), seed in 0..1000_u64) {
        let votes: Vec<Vote> = rows.iter().map(|row| row.0).collect();
        let mut shuffled = votes.clone();
        shuffled.sort_by_key(|vote| (vote.subject * 7919 + vote.volunteer * 104_729 + seed as usize * vote.label) % 101);
        let a = VoteTable::from_votes(3, &votes).unwrap();
        let b = VoteTable::from_votes(3, &shuffled).unwrap();
        let gold = [(0, 0), (1, 1), (2, 2), (3, 0)];
        for mode in [Mode::Majority, Mode::DawidSkene, Mode::OneCoin, Mode::GoldEm, Mode::Robust, Mode::Auto] {
            let params = Consensus::params(mode, 3).gold(&gold).max_rounds(20).restarts(2).kinds(2);
            let one = params.fit(&a).unwrap();
            let other = params.fit(&b).unwrap();
            prop_assert_eq!(one.probabilities(), other.probabilities(), "{:?}", mode);
        }
    }
}

#[test]
fn a_table_is_read_back_as_it_was_and_goes_on_after_the_last_classification() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("votes.json");
    let rows: Vec<_> = (0..50).map(|i| (vote(i % 7, i % 11, i % 3), i as i64 - 20, 900 + i as u64)).collect();
    let table = table(&rows);
    table.save(&path).unwrap();
    let mut loaded = VoteTable::load(&path).unwrap();
    assert_eq!(loaded, table);
    assert_eq!(loaded.last_seen(), Some((29, 949)));
    loaded.push_at(vote(1, 1, 1), 30, 950).unwrap();
    assert_eq!(loaded.len(), 51);

    let text = fs::read_to_string(&path).unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        VoteTable::load(path).unwrap_err().to_string()
    };
    assert!(
        file("short", &text[..text.len() / 2]).contains("breaks off or is no saved manyhands-votes table")
    );
    assert_eq!(
        file("foreign", &text.replace("votes table", "votes swap")),
        "state is not a saved manyhands-votes table"
    );
    let newer = file("newer", &text.replace("\"version\":1", "\"version\":99"));
    assert!(newer.starts_with("state has version 99, wants at most 1"), "{newer}");
    assert_eq!(
        file("label", &text.replace("\"n_labels\":3", "\"n_labels\":2")),
        "label of volunteer 2 on subject 2 is 2, wants less than 2"
    );
    let damaged = text.replacen("\"time\":[-20,", "\"time\":[", 1);
    assert_eq!(file("damaged", &damaged), "state is damaged: time does not fit the rest");
}

#[test]
fn tables_say_what_does_not_fit() {
    let mut timed = table(&[(vote(1, 1, 1), 5, 1)]);
    let plain = VoteTable::from_votes(3, &[vote(1, 1, 1)]).unwrap();
    let times = Error::Mismatch { field: "whether votes have times" };
    assert_eq!(timed.push(vote(1, 2, 0)), Err(times.clone()));
    assert_eq!(timed.merge(&plain), Err(times.clone()));
    assert_eq!(plain.clone().push_at(vote(1, 2, 0), 1, 1), Err(times));
    let two = VoteTable::new(2).unwrap();
    assert_eq!(timed.merge(&two), Err(Error::Mismatch { field: "the number of labels" }));
    assert_eq!(VoteTable::new(0).unwrap_err(), Error::Labels { got: 0, max: 65_535 });
    assert!(matches!(timed.push_at(vote(1, 1, 3), 1, 1), Err(Error::Label { got: 3, .. })));
    assert_eq!(timed, table(&[(vote(1, 1, 1), 5, 1)]));
}

#[test]
fn only_the_first_vote_on_a_subject_stays_where_that_is_the_policy() {
    let votes = [vote(1, 1, 1), vote(1, 1, 0), vote(2, 1, 0), vote(1, 2, 2), vote(1, 1, 1)];
    let mut table = VoteTable::from_votes(3, &votes).unwrap();
    table.apply(Repeats::CountAll);
    assert_eq!(table.len(), 5);
    table.apply(Repeats::FirstOnly);
    assert_eq!(table.votes().collect::<Vec<_>>(), [votes[0], votes[2], votes[3]]);
}
