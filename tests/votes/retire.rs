//! Retirement: rules, thresholds, replays, the next subject.

use manyhands_votes::{
    Error, Estimate, MajorityVote, OnMax, Outcome, Repeats, Replay, RetireRule, Swap, VoteTable, next_best,
    skill, thresholds_from_gold,
};
use ndarray::array;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::vote;

fn estimate(p: f64, n_votes: usize) -> Estimate {
    Estimate { label: usize::from(p > 0.5), probabilities: vec![1.0 - p, p], n_votes }
}

#[test]
fn a_rule_decides_beyond_its_thresholds_between_its_numbers_of_votes() {
    let rule =
        |on_max| RetireRule::binary(0.1, 0.9).min_votes(3).max_votes(6).on_max(on_max).build().unwrap();
    let posterior = rule(OnMax::Posterior);
    for (p, n, expected) in [
        (0.95, 2, None),
        (0.95, 3, Some(Outcome::Decided(1))),
        (0.9, 3, None),
        (0.05, 3, Some(Outcome::Decided(0))),
        (0.6, 5, None),
        (0.6, 6, Some(Outcome::Exhausted(1))),
        (0.05, 6, Some(Outcome::Decided(0))),
    ] {
        assert_eq!(posterior.decide(&estimate(p, n), &[0, 0]), expected, "{p} {n}");
    }
    assert_eq!(rule(OnMax::MajorityVote).decide(&estimate(0.6, 6), &[4, 2]), Some(Outcome::Exhausted(0)));
    assert_eq!(rule(OnMax::MajorityVote).decide(&estimate(0.6, 6), &[3, 3]), Some(Outcome::Exhausted(0)));
    assert_eq!(rule(OnMax::Expert).decide(&estimate(0.6, 6), &[3, 3]), Some(Outcome::Expert));
    // Several classes may be above low thresholds: the likeliest wins.
    let low = RetireRule::new(&[0.1, 0.1, 0.1]).build().unwrap();
    let three = Estimate { label: 2, probabilities: vec![0.2, 0.3, 0.5], n_votes: 1 };
    assert_eq!(low.decide(&three, &[0, 0, 1]), Some(Outcome::Decided(2)));
    for (rule, message) in [
        (RetireRule::new(&[0.5]), "the number of classes is 1, wants 2 to 65535"),
        (RetireRule::binary(-0.1, 0.9), "threshold is 1.1, wants 0 to 1"),
        (RetireRule::binary(0.1, f64::NAN), "threshold is NaN, wants 0 to 1"),
        (
            RetireRule::binary(0.1, 0.9).min_votes(5).max_votes(4),
            "max_votes is 4, wants at least 1 and at least min_votes",
        ),
    ] {
        assert_eq!(rule.build().unwrap_err().to_string(), message);
    }
}

/// Rounds of votes on 200 subjects by 20 volunteers, in the order of time; the first 60 subjects are gold.
fn stream() -> (VoteTable, Vec<(usize, usize)>) {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut table = VoteTable::new(2).unwrap();
    for round in 0..20 {
        for subject in 0..200 {
            let volunteer = (subject * 7 + round) % 20;
            let label = (subject % 2) ^ usize::from(rng.random_bool(0.1 + 0.3 * (volunteer as f64 / 20.0)));
            let time = (round * 200 + subject) as i64;
            table.push_at(vote(volunteer, subject, label), time, time as u64).unwrap();
        }
    }
    (table, (0..60).map(|subject| (subject, subject % 2)).collect())
}

#[test]
fn a_replay_without_retirement_is_online_swap() {
    let (table, gold) = stream();
    let params = Swap::params([0.5, 0.5]).gold(&gold);
    let replay = Replay::params(params.clone(), RetireRule::binary(0.0, 1.0)).fit(&table).unwrap();
    let mut swap = params.build().unwrap();
    table.votes().for_each(|vote| swap.observe(vote).unwrap());
    assert_eq!(replay.swap(), &swap);
    assert_eq!((replay.votes_used(), replay.votes_saved()), (4_000, 0));
    assert!(replay.subjects().all(|(_, subject)| subject.outcome.is_none()));
}

#[test]
fn a_replay_saves_votes_and_keeps_most_of_the_accuracy() {
    let (table, gold) = stream();
    let truth: Vec<_> = (60..200).map(|subject| (subject, subject % 2)).collect();
    let params = Swap::params([0.5, 0.5]).gold(&gold);
    let rule = RetireRule::binary(0.01, 0.99).min_votes(2);
    let replay = Replay::params(params.clone(), rule.clone()).fit(&table).unwrap();
    assert_eq!(replay.votes_used() + replay.votes_saved(), 4_000);
    assert!(replay.votes_saved() > 1_000 && replay.accuracy(&truth).unwrap() > 0.95);
    // Gold goes on.
    assert!(gold.iter().all(|&(subject, _)| replay.subject(subject).unwrap().estimate.n_votes == 20));
    for (_, subject) in replay.subjects() {
        assert_eq!(subject.estimate.n_votes + subject.votes_saved, 20);
        if let Some(at) = subject.retired_at {
            // The vote it left with is its last one: rounds have 200 votes.
            assert_eq!(at / 200 + 1, subject.estimate.n_votes);
        }
    }
    let curve = replay.curve(&truth);
    assert!(curve.is_sorted_by(|a, b| a.0 <= b.0));
    assert_eq!(curve.last().unwrap().1, replay.accuracy(&truth).unwrap());
    // Retiring gold too saves more; subjects that may come back save nothing.
    let with_gold = Replay::params(params.clone(), rule.clone().gold_retires(true)).fit(&table).unwrap();
    assert!(with_gold.votes_saved() > replay.votes_saved());
    let resurrect = Replay::params(params.clone(), rule.resurrect(true)).fit(&table).unwrap();
    assert_eq!(resurrect.votes_saved(), 0);
    // A maximum of votes ends every subject, and the majority is that of its first votes.
    let rule = RetireRule::binary(0.0, 1.0).max_votes(5).on_max(OnMax::MajorityVote).gold_retires(true);
    let capped = Replay::params(params, rule).fit(&table).unwrap();
    assert_eq!(capped.votes_used(), 1_000);
    let first: Vec<_> = table.votes().take(1_000).collect();
    let majority = MajorityVote::params(2).fit(&first).unwrap();
    for (subject, state) in capped.subjects() {
        assert_eq!(state.class(), Some(majority.estimate(subject).unwrap().label));
    }
}

#[test]
fn a_replay_neither_uses_nor_counts_a_repeat_that_swap_passes_over() {
    let votes = [vote(1, 0, 0), vote(1, 0, 0), vote(2, 0, 1), vote(3, 0, 1)];
    let rule = RetireRule::binary(0.0, 1.0).max_votes(3).on_max(OnMax::MajorityVote);
    let swap = Swap::params([0.5, 0.5]).gold(&[(9, 1)]).repeats(Repeats::FirstOnly);
    let replay = Replay::params(swap, rule).fit(&VoteTable::from_votes(2, &votes).unwrap()).unwrap();
    let subject = replay.subject(0).unwrap();
    assert_eq!((replay.votes_used(), subject.estimate.n_votes), (3, 3));
    assert_eq!((subject.outcome, subject.retired_at), (Some(Outcome::Exhausted(1)), Some(3)));
}

#[test]
fn a_subject_that_waits_for_an_expert_is_not_right_any_more() {
    let votes = [vote(1, 9, 1), vote(2, 9, 1), vote(1, 0, 1), vote(2, 0, 1), vote(1, 5, 1)];
    let rule = RetireRule::binary(0.0, 1.0).max_votes(2).on_max(OnMax::Expert);
    let swap = Swap::params([0.5, 0.5]).gold(&[(9, 1)]);
    let replay = Replay::params(swap, rule).fit(&VoteTable::from_votes(2, &votes).unwrap()).unwrap();
    assert_eq!(replay.subject(0).unwrap().class(), None);
    assert_eq!(replay.curve(&[(0, 1), (5, 1)]), [(3, 0.5), (4, 0.0), (5, 0.5)]);
}

#[test]
fn thresholds_keep_their_promise_for_most_samples_of_gold() {
    // Probabilities of both classes are uniform on 0 to 1: Pr(p > a | 0) = 1 − a and Pr(p < r | 1) = r, exactly.
    let mut broken = [0; 2];
    for seed in 0..400 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let gold: Vec<(f64, bool)> = (0..200).map(|i| (rng.random::<f64>(), i % 2 == 1)).collect();
        let thresholds = thresholds_from_gold(&gold, 0.1, 0.1, 0.9).unwrap();
        broken[0] += usize::from(1.0 - thresholds.accept.unwrap() > 0.1);
        broken[1] += usize::from(thresholds.reject.unwrap() > 0.1);
    }
    // At most one in ten of each promise may be broken: 40 of 400, and two standard deviations.
    assert!(broken.iter().all(|n| (10..=52).contains(n)), "{broken:?}");
    // 28 of a class are too few to promise .1 at .95: 1 − .05^(1/28) is .1015; 29 do.
    let few = |n: usize| vec![(0.2, false); n];
    assert_eq!(thresholds_from_gold(&few(28), 0.1, 0.1, 0.95).unwrap().accept, None);
    assert_eq!(thresholds_from_gold(&few(29), 0.1, 0.1, 0.95).unwrap().accept, Some(0.2));
    assert_eq!(thresholds_from_gold(&few(29), 0.1, 0.1, 0.95).unwrap().reject, None);
    assert!(matches!(
        thresholds_from_gold(&[(1.5, true)], 0.1, 0.1, 0.9),
        Err(Error::Parameter { field: "gold", .. })
    ));
    assert!(thresholds_from_gold(&[], 0.1, 0.0, 0.9).is_err());
}

#[test]
fn the_next_subject_is_the_one_a_vote_tells_most_about() {
    let confusion = array![[0.9, 0.1], [0.3, 0.7]];
    let subjects: Vec<(usize, Vec<f64>)> =
        (0..50).map(|i| (i, vec![1.0 - i as f64 / 49.0, i as f64 / 49.0])).collect();
    let best = next_best(confusion.view(), subjects.iter().map(|(id, p)| (*id, p.as_slice())), 3).unwrap();
    let brute = subjects.iter().map(|(_, p)| skill(confusion.view(), p).unwrap()).fold(0.0, f64::max);
    assert_eq!((best.len(), best[0].1), (3, brute));
    let useless = array![[0.5, 0.5], [0.5, 0.5]];
    let ties =
        next_best(useless.view(), subjects.iter().rev().map(|(id, p)| (*id, p.as_slice())), 2).unwrap();
    assert_eq!(ties.iter().map(|tie| tie.0).collect::<Vec<_>>(), [0, 1]);
}
