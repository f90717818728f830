//! Offline modes: slow twins, symmetry, gold, temperature, uncertainty.

use std::collections::BTreeMap;

use approx::assert_abs_diff_eq;
use manyhands_votes::{
    Consensus, ConsensusParams, Error, Mode, PseudoCounts, Swap, Temperature, Vote, VoteTable,
};
use ndarray::Array2;
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::vote;

/// A crowd of which every volunteer has a confusion matrix; subject s has the truth s mod K.
fn crowd(n_subjects: usize, n_volunteers: usize, per_subject: usize, k: usize, seed: u64) -> Vec<Vote> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let skills: Vec<f64> = (0..n_volunteers).map(|_| rng.random_range(0.4..0.95)).collect();
    let mut votes = vec![];
    for subject in 0..n_subjects {
        for i in 0..per_subject {
            let volunteer = (subject * 5 + i * 3) % n_volunteers;
            let right = rng.random_bool(skills[volunteer]);
            let label = if right { subject % k } else { (subject + rng.random_range(1..k)) % k };
            votes.push(vote(volunteer, subject, label));
        }
    }
    votes
}

/// Dawid and Skene (1979) by products of probabilities, γ in every cell, gold clamped: `rounds` M and E steps.
fn dawid_skene_twin(
    votes: &[Vote],
    k: usize,
    gamma: f64,
    gold: &BTreeMap<usize, usize>,
    rounds: usize,
) -> BTreeMap<usize, Vec<f64>> {
    let mut q: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for vote in votes {
        q.entry(vote.subject).or_insert(vec![0.0; k])[vote.label] += 1.0;
    }
    let normalise = |p: &mut Vec<f64>| {
        let sum: f64 = p.iter().sum();
        p.iter_mut().for_each(|p| *p /= sum);
    };
    let clamp = |q: &mut BTreeMap<usize, Vec<f64>>| {
        for (subject, &truth) in gold {
            q.insert(*subject, (0..k).map(|t| f64::from(u8::from(t == truth))).collect());
        }
    };
    q.values_mut().for_each(normalise);
    clamp(&mut q);
    for _ in 0..rounds {
        let mut theta: BTreeMap<usize, Vec<Vec<f64>>> = BTreeMap::new();
        for vote in votes {
            let rows = theta.entry(vote.volunteer).or_insert(vec![vec![gamma; k]; k]);
            rows.iter_mut().zip(&q[&vote.subject]).for_each(|(row, q)| row[vote.label] += q);
        }
        theta.values_mut().flatten().for_each(normalise);
        let mut prior = vec![0.0; k];
        q.values().for_each(|q| prior.iter_mut().zip(q).for_each(|(sum, q)| *sum += q));
        normalise(&mut prior);
        for q in q.values_mut() {
            q.clone_from(&prior);
        }
        for vote in votes {
            let p = q.get_mut(&vote.subject).unwrap();
            (0..k).for_each(|t| p[t] *= theta[&vote.volunteer][t][vote.label]);
        }
        q.values_mut().for_each(normalise);
        clamp(&mut q);
    }
    q
}

#[test]
fn dawid_skene_agrees_with_its_slow_twin() {
    for (k, seed) in [(2, 1), (3, 2), (5, 3)] {
        let votes = crowd(60, 9, 6, k, seed);
        let table = VoteTable::from_votes(k, &votes).unwrap();
        for gold in [BTreeMap::new(), BTreeMap::from([(0, 0), (1, 1), (7, 7 % k)])] {
            let pairs: Vec<_> = gold.iter().map(|(&s, &t)| (s, t)).collect();
            let params = Consensus::params(Mode::DawidSkene, k).gold(&pairs).max_rounds(5).tolerance(0.0);
            let fast = params.pseudo_counts(PseudoCounts::Flat(0.5)).fit(&table).unwrap();
            assert_eq!(fast.components()[0].rounds, 5);
            // The estimates take one E step with the rates of round 5 and the frequencies of that round, as the twin's last step.
            let slow = dawid_skene_twin(&votes, k, 0.5, &gold, 5);
            for (subject, estimate) in fast.subjects().filter(|(s, _)| !gold.contains_key(s)) {
                for (p, twin) in estimate.probabilities.iter().zip(&slow[&subject]) {
                    assert_abs_diff_eq!(*p, *twin, epsilon = 1e-7);
                }
            }
        }
    }
}

#[test]
fn swap_with_plain_pseudo_counts_is_two_pass_swap() {
    let votes = crowd(60, 9, 6, 3, 4);
    let gold: Vec<_> = (0..15).map(|s| (s, s % 3)).collect();
    let table = VoteTable::from_votes(3, &votes).unwrap();
    let prior = [0.5, 0.25, 0.25];
    let two_pass = Swap::params(prior).gold(&gold).fit(&votes).unwrap();
    let consensus = Consensus::params(Mode::Swap, 3)
        .gold(&gold)
        .prior(prior)
        .pseudo_counts(PseudoCounts::Flat(1.0))
        .temperature(Temperature::Fixed(1.0))
        .fit(&table)
        .unwrap();
    for (subject, estimate) in consensus.subjects().filter(|(subject, _)| *subject >= 15) {
        let twin = two_pass.estimate(subject).unwrap();
        for (p, twin) in estimate.probabilities.iter().zip(&twin.probabilities) {
            assert_abs_diff_eq!(*p, *twin, epsilon = 1e-12);
        }
    }
}

#[test]
fn gold_is_told_as_if_it_had_not_been_gold() {
    // SWAP without a subject's truth is SWAP with the other gold subjects only.
    let votes = crowd(40, 7, 5, 2, 5);
    let table = VoteTable::from_votes(2, &votes).unwrap();
    let gold: Vec<_> = (0..12).map(|s| (s, s % 2)).collect();
    let params = Consensus::params(Mode::Swap, 2)
        .prior([0.6, 0.4])
        .pseudo_counts(PseudoCounts::Flat(1.0))
        .temperature(Temperature::Fixed(1.0));
    let all = params.clone().gold(&gold).fit(&table).unwrap();
    for left_out in 0..12 {
        let others: Vec<_> = gold.iter().copied().filter(|&(subject, _)| subject != left_out).collect();
        let without = params.clone().gold(&others).fit(&table).unwrap();
        let (a, b) = (all.estimate(left_out).unwrap(), without.estimate(left_out).unwrap());
        assert_abs_diff_eq!(a.probabilities[1], b.probabilities[1], epsilon = 1e-12);
        // How sure that is, too: subjects are the rows.
        let (a, b) = (all.deviations(), without.deviations());
        assert_abs_diff_eq!(a[[left_out, 1]], b[[left_out, 1]], epsilon = 1e-12);
    }
}

#[test]
fn draws_tell_gold_as_if_it_had_not_been_gold() {
    // Five volunteers whose only gold is subject 0, about which they agree: without it nothing is known of them.
    let votes: Vec<Vote> =
        (0..5).flat_map(|volunteer| [vote(volunteer, 0, 1), vote(volunteer, 1, 1)]).collect();
    let fit = Consensus::params(Mode::Swap, 2)
        .gold(&[(0, 1)])
        .prior([0.5, 0.5])
        .pseudo_counts(PseudoCounts::Flat(1.0))
        .temperature(Temperature::Fixed(1.0))
        .fit(&VoteTable::from_votes(2, &votes).unwrap())
        .unwrap();
    let mean = |row: usize| (0..400).map(|i| fit.draw(3, i)[[row, 1]]).sum::<f64>() / 400.0;
    assert_abs_diff_eq!(fit.estimate(0).unwrap().probabilities[1], 0.5, epsilon = 1e-12);
    assert_abs_diff_eq!(mean(0), 0.5, epsilon = 0.1);
    assert!(mean(1) > 0.65, "{}", mean(1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn renaming_the_two_classes_turns_the_probabilities_round(seed in 0..10_000_u64, n_gold in 2..20_usize) {
        let votes = crowd(40, 8, 5, 2, seed);
        let turned: Vec<Vote> = votes.iter().map(|v| vote(v.volunteer, v.subject, 1 - v.label)).collect();
        let gold: Vec<_> = (0..n_gold).map(|s| (s, s % 2)).collect();
        let turned_gold: Vec<_> = gold.iter().map(|&(s, t)| (s, 1 - t)).collect();
        for mode in [Mode::Majority, Mode::OneCoin, Mode::Swap, Mode::GoldEm] {
            let params = Consensus::params(mode, 2).max_rounds(30);
            let a = params.clone().gold(&gold).fit(&VoteTable::from_votes(2, &votes).unwrap()).unwrap();
            let b = params.gold(&turned_gold).fit(&VoteTable::from_votes(2, &turned).unwrap()).unwrap();
            for (p, q) in a.probabilities().column(1).iter().zip(b.probabilities().column(0)) {
                // Fitted coordinates are found by search, to about 1e-7.
                prop_assert!((p - q).abs() < 1e-5, "{mode:?}: {p} {q}");
            }
        }
    }

    #[test]
    fn probabilities_are_probabilities(seed in 0..10_000_u64, k in 2..5_usize, n_gold in 0..12_usize) {
        let votes = crowd(30, 6, 3, k, seed);
        let gold: Vec<_> = (0..n_gold).map(|s| (s, s % k)).collect();
        let table = VoteTable::from_votes(k, &votes).unwrap();
        for mode in [Mode::Majority, Mode::OneCoin, Mode::DawidSkene, Mode::GoldEm, Mode::Robust, Mode::Auto] {
            let fit = Consensus::params(mode, k).gold(&gold).kinds(2).restarts(2).fit(&table).unwrap();
            for row in fit.probabilities().rows() {
                prop_assert!((row.sum() - 1.0).abs() < 1e-9 && row.iter().all(|&p| (0.0..=1.0 + 1e-12).contains(&p)));
            }
            let deviations = fit.deviations();
            prop_assert!(deviations.iter().all(|sd| (0.0..=1.0).contains(sd)), "{mode:?} {deviations}");
        }
    }
}

#[test]
fn a_label_that_is_no_class_tells_what_gold_says_it_tells() {
    // Volunteers say "can't tell" (label 2) nearly always where the class is 1.
    let mut votes = vec![];
    for subject in 0..60 {
        for volunteer in 0..4 {
            let unsure = subject % 2 == 1 && (subject / 2 + volunteer) % 4 > 0;
            votes.push(vote(volunteer, subject, if unsure { 2 } else { subject % 2 }));
        }
    }
    let gold: Vec<_> = (0..20).map(|s| (s, s % 2)).collect();
    let table = VoteTable::from_votes(3, &votes).unwrap();
    for mode in [Mode::Swap, Mode::GoldEm] {
        let fit = Consensus::params(mode, 2).gold(&gold).fit(&table).unwrap();
        assert_eq!(fit.confusion(0).unwrap().dim(), (2, 3));
        assert!(fit.confusion(0).unwrap()[[1, 2]] > 0.6);
        assert!(fit.subjects().all(|(subject, estimate)| estimate.label == subject % 2));
    }
}

#[test]
fn one_coin_gives_a_label_that_is_no_class_its_share_of_the_votes() {
    // Everyone errs on every tenth subject; volunteer 3 cannot tell (label 2) in every fourth vote.
    let mut votes = vec![];
    for subject in 0..200 {
        for volunteer in 0..4 {
            let label = (subject % 2) ^ usize::from((subject + 3 * volunteer) % 10 == 0);
            votes.push(vote(volunteer, subject, if volunteer == 3 && subject % 4 == 2 { 2 } else { label }));
        }
    }
    let fit = |classes: &[Option<usize>]| {
        let params = Consensus::params(Mode::OneCoin, 2).label_classes(classes);
        params.fit(&VoteTable::from_votes(3, &votes).unwrap()).unwrap()
    };
    let plain = fit(&[Some(0), Some(1), None]);
    for truth in 0..2 {
        let row = |volunteer| plain.confusion(volunteer).unwrap().row(truth).to_vec();
        assert_eq!(row(0)[2], 0.0, "volunteer 0 never says so");
        assert!(row(0)[truth] > 0.85, "{:?}", row(0));
        assert_abs_diff_eq!(row(3)[2], 0.25, epsilon = 1e-12);
        assert!(row(3)[truth] > 0.85 * 0.75, "{:?}", row(3));
        assert_abs_diff_eq!(row(3).iter().sum::<f64>(), 1.0, epsilon = 1e-12);
    }
    assert!(plain.skill(0).unwrap() > plain.skill(3).unwrap());
    // Of two labels for one class, neither takes from the share.
    let two = fit(&[Some(0), None, Some(0)]);
    for truth in 0..2 {
        let says_1 = votes.iter().filter(|vote| vote.volunteer == 3 && vote.label == 1).count() as f64;
        assert_abs_diff_eq!(two.confusion(3).unwrap()[[truth, 1]], says_1 / 200.0, epsilon = 1e-12);
    }
}

#[test]
fn a_classifiers_scores_decide_where_votes_do_not() {
    let mut votes = crowd(40, 8, 5, 2, 6);
    votes.extend([vote(90, 100, 0), vote(91, 100, 1)]);
    let table = VoteTable::from_votes(2, &votes).unwrap();
    let scores = vec![(100, vec![0.1, 0.9]), (3, vec![0.9, 0.1])];
    let with = |scores: &[(usize, Vec<f64>)]| {
        let params = Consensus::params(Mode::GoldEm, 2).prior([0.5, 0.5]).scores(scores);
        params.fit(&table).unwrap().estimate(100).unwrap().probabilities[1]
    };
    assert_abs_diff_eq!(with(&[]), 0.5, epsilon = 0.01);
    assert!(with(&scores) > 0.85, "{}", with(&scores));
}

#[test]
fn weights_count_in_a_majority_vote() {
    let table = VoteTable::from_votes(2, &[vote(1, 1, 0), vote(2, 1, 0), vote(3, 1, 1)]).unwrap();
    let fit = |weights: &[(usize, f64)]| {
        Consensus::params(Mode::Majority, 2).weights(weights).fit(&table).unwrap().estimate(1).unwrap()
    };
    assert_eq!(fit(&[]).label, 0);
    assert_eq!(fit(&[(3, 6.0)]).probabilities, [0.25, 0.75]);
    assert!(fit(&[(3, 2.0)]).is_tie());
    assert_eq!(fit(&[(1, 0.0), (2, 0.0), (3, 0.0)]).probabilities, [0.5, 0.5]);
}

#[test]
fn analytic_deviations_agree_with_posterior_draws() {
    let votes = crowd(60, 6, 4, 2, 7);
    let gold: Vec<_> = (0..40).map(|s| (s, s % 2)).collect();
    let table = VoteTable::from_votes(2, &votes).unwrap();
    for mode in [Mode::Swap, Mode::OneCoin] {
        let fit = Consensus::params(mode, 2)
            .gold(&gold)
            .temperature(Temperature::Fixed(0.5))
            .pseudo_counts(PseudoCounts::Diagonal { right: 3.0, wrong: 2.0 })
            .fit(&table)
            .unwrap();
        let n = 400;
        let draws: Vec<Array2<f64>> = (0..n).map(|i| fit.draw(11, i)).collect();
        assert_eq!(fit.draw(11, 3), draws[3]);
        let deviations = fit.deviations();
        for row in 0..60 {
            let mean: f64 = draws.iter().map(|draw| draw[[row, 1]]).sum::<f64>() / n as f64;
            let variance: f64 =
                draws.iter().map(|draw| (draw[[row, 1]] - mean).powi(2)).sum::<f64>() / n as f64;
            // Two votes of one volunteer may cancel exactly.
            if variance < 1e-12 {
                assert!(deviations[[row, 1]] < 1e-6);
                continue;
            }
            let ratio = deviations[[row, 1]] / variance.sqrt();
            // First order only, and 400 draws.
            assert!((0.75..1.33).contains(&ratio), "{mode:?}, row {row}: {ratio}");
        }
    }
}

#[test]
fn auto_gives_its_weight_to_what_tells_gold_best() {
    let votes = crowd(300, 12, 6, 2, 8);
    let gold: Vec<_> = (0..100).map(|s| (s, s % 2)).collect();
    let table = VoteTable::from_votes(2, &votes).unwrap();
    let fit = Consensus::params(Mode::Auto, 2).gold(&gold).fit(&table).unwrap();
    let parts = fit.components();
    assert_abs_diff_eq!(parts.iter().map(|part| part.weight).sum::<f64>(), 1.0, epsilon = 1e-12);
    let best = parts.iter().min_by(|a, b| a.gold_log_loss.partial_cmp(&b.gold_log_loss).unwrap()).unwrap();
    assert!(parts.iter().all(|part| part.weight <= best.weight));
    // Every model of the mean has pseudo-counts of its own.
    let others = Consensus::params(Mode::Auto, 2).gold(&gold);
    let others =
        others.pseudo_counts(PseudoCounts::Diagonal { right: 30.0, wrong: 20.0 }).fit(&table).unwrap();
    assert_eq!(others.probabilities(), fit.probabilities());
    // Without gold it is the robust mode.
    let params = Consensus::params(Mode::Auto, 2);
    let robust = Consensus::params(Mode::Robust, 2).fit(&table).unwrap();
    assert_eq!(params.fit(&table).unwrap().probabilities(), robust.probabilities());
}

/// Three skilled volunteers who err apart, four who give one common answer that is right in 55 %.
fn copycats(n_subjects: usize) -> Vec<Vote> {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let mut votes = vec![];
    for subject in 0..n_subjects {
        let truth = subject % 2;
        votes.extend((0..3).map(|v| vote(v, subject, truth ^ usize::from(rng.random_bool(0.1)))));
        let common = truth ^ usize::from(rng.random_bool(0.45));
        votes.extend((3..7).map(|v| vote(v, subject, common ^ usize::from(rng.random_bool(0.02)))));
    }
    votes
}

#[test]
fn kinds_tell_gold_by_fits_that_do_not_know_its_truth_at_a_fixed_temperature_too() {
    let table = VoteTable::from_votes(2, &copycats(600)).unwrap();
    let gold: Vec<_> = (0..60).map(|subject| (subject, subject % 2)).collect();
    let params =
        Consensus::params(Mode::Robust, 2).prior([0.5, 0.5]).restarts(2).temperature(Temperature::Fixed(1.0));
    let all = params.clone().gold(&gold).fit(&table).unwrap();
    // Four folds with the classes in the same proportions.
    let mut order = gold.clone();
    order.sort_by_key(|&(subject, truth)| (truth, subject));
    for fold in 0..4 {
        let unseen: Vec<_> = order.iter().copied().skip(fold).step_by(4).collect();
        let told: Vec<_> = gold.iter().copied().filter(|one| !unseen.contains(one)).collect();
        let twin = params.clone().gold(&told).fit(&table).unwrap();
        assert!(all.components()[0].kinds > 1 && twin.components()[0].kinds > 1);
        for (subject, _) in unseen {
            let (got, wants) = (all.estimate(subject).unwrap(), twin.estimate(subject).unwrap());
            assert_abs_diff_eq!(got.probabilities[1], wants.probabilities[1], epsilon = 1e-9);
        }
    }
}

#[test]
fn volunteers_who_copy_each_other_are_seen_through_by_kinds_of_subjects_and_some_gold() {
    let n = 600;
    let votes = copycats(n);
    let table = VoteTable::from_votes(2, &votes).unwrap();
    let fit = |mode, gold: &[(usize, usize)]| {
        let fit = Consensus::params(mode, 2).gold(gold).fit(&table).unwrap();
        let others = fit.subjects().skip(gold.len());
        let right = others.filter(|(subject, estimate)| estimate.label == subject % 2).count();
        (fit.components()[0].kinds, right as f64 / (n - gold.len()) as f64)
    };
    // Without gold the common answer explains the votes as well as the truth does.
    assert!(fit(Mode::Robust, &[]).1 >= fit(Mode::DawidSkene, &[]).1);
    let gold: Vec<_> = (0..60).map(|subject| (subject, subject % 2)).collect();
    let ((kinds, robust), (_, textbook)) = (fit(Mode::Robust, &gold), fit(Mode::DawidSkene, &gold));
    assert!(kinds > 1 && robust > 0.95 && textbook < 0.65, "{kinds} kinds: {robust}, {textbook}");
}

#[test]
fn what_is_wrong_with_a_consensus_is_named() {
    let table = VoteTable::from_votes(2, &[vote(1, 1, 0), vote(2, 2, 1)]).unwrap();
    let good = || Consensus::params(Mode::GoldEm, 2);
    let learned = |right| PseudoCounts::Learned { right, wrong: 1.0, weight: 1.0 };
    for (params, message) in [
        (Consensus::params(Mode::GoldEm, 1), "the number of classes is 1, wants 2 to 65535"),
        (Consensus::params(Mode::Swap, 2), "gold is empty, wants at least one subject of known truth"),
        (
            Consensus::params(Mode::Swap, 2).gold(&[(9, 1)]),
            "none of the 1 gold subjects has a vote, wants votes on at least one",
        ),
        (good().gold(&[(1, 2)]), "gold class of subject 1 is 2, wants less than 2"),
        (good().prior([1.0]), "prior has 1 probabilities, wants one for each of 2 classes"),
        (good().prior([1.0, 0.0]), "prior of class 1 is 0, wants a probability (above 0 for an aggregator)"),
        (good().scores(&[(1, vec![0.5, 0.4])]), "prior sums to 0.9, wants 1"),
        (
            good().label_classes(&[Some(0)]),
            "label_classes has 1 entries, wants 2 of which each is none or less than 2",
        ),
        (
            good().label_classes(&[Some(0), Some(2)]),
            "label_classes has 2 entries, wants 2 of which each is none or less than 2",
        ),
        (good().temperature(Temperature::Fixed(0.0)), "temperature is 0, wants a finite number above 0"),
        (
            good().pseudo_counts(PseudoCounts::Flat(-1.0)),
            "pseudo_count is -1, wants a finite number of 0 or more",
        ),
        (good().pseudo_counts(learned(0.0)), "pseudo_counts.right is 0, wants a finite number above 0"),
        (good().weights(&[(1, f64::NAN)]), "weights is NaN, wants finite numbers of 0 or more"),
        (good().tolerance(f64::NAN), "tolerance is NaN, wants a number of 0 or more"),
        (good().max_rounds(0), "max_rounds is 0, wants at least 1"),
        (good().kinds(0), "kinds is 0, wants at least 1"),
        (good().threads(0), "threads is 0, wants at least 1"),
    ] {
        assert_eq!(params.fit(&table).unwrap_err().to_string(), message);
    }
    assert_eq!(good().fit(&VoteTable::new(2).unwrap()).unwrap_err(), Error::NoVotes);
}

#[test]
fn a_large_fit_has_the_same_bits_on_one_and_on_three_threads() {
    // Fits take a further thread for every 30 000 votes only.
    for k in [2, 3] {
        let votes = crowd(20_000, 500, 5, k, 10);
        let table = VoteTable::from_votes(k, &votes).unwrap();
        let gold: Vec<_> = (0..200).map(|subject| (subject, subject % k)).collect();
        let modes = [
            Mode::Majority,
            Mode::OneCoin,
            Mode::DawidSkene,
            Mode::Swap,
            Mode::GoldEm,
            Mode::Robust,
            Mode::Auto,
        ];
        for mode in modes {
            let params = Consensus::params(mode, k).gold(&gold).max_rounds(4).kinds(2).restarts(1);
            let (one, three) = (params.fit(&table).unwrap(), params.clone().threads(3).fit(&table).unwrap());
            assert_eq!(one.probabilities(), three.probabilities(), "{mode:?}");
        }
    }
}

#[test]
fn a_fold_is_estimated_by_a_fit_that_was_not_told_its_truth() {
    let votes = crowd(60, 12, 5, 2, 4);
    let table = VoteTable::from_votes(2, &votes).unwrap();
    // A subject whose gold is wrong on purpose must not be estimated as its own gold says.
    let mut gold: Vec<(usize, usize)> = (0..30).map(|subject| (subject, subject % 2)).collect();
    gold[7].1 = 1 - gold[7].1;
    let params = Consensus::params(Mode::Swap, 2).gold(&gold);
    let held_out = params.cross_validate(30, 1, &table).unwrap();
    for one in &held_out {
        let told: Vec<_> = gold.iter().copied().filter(|&(subject, _)| subject != one.subject).collect();
        let twin = Consensus::params(Mode::Swap, 2).gold(&told).fit(&table).unwrap();
        assert_eq!(Some(&one.estimate), twin.estimate(one.subject).as_ref());
    }
    assert_eq!(held_out.iter().map(|one| one.subject).collect::<Vec<_>>(), (0..30).collect::<Vec<_>>());
    gold.reverse();
    let reversed = Consensus::params(Mode::Swap, 2).gold(&gold).cross_validate(5, 1, &table).unwrap();
    assert_eq!(params.cross_validate(5, 1, &table).unwrap(), reversed);
}

#[test]
fn gold_that_stands_twice_is_one_subject_to_the_folds() {
    let table = VoteTable::from_votes(2, &crowd(60, 12, 5, 2, 4)).unwrap();
    let gold: Vec<(usize, usize)> = (0..30).map(|subject| (subject, subject % 2)).collect();
    let twice = [gold.clone(), gold.clone()].concat();
    let params = |gold: &[(usize, usize)]| Consensus::params(Mode::Swap, 2).gold(gold);
    assert_eq!(params(&twice).cross_validate(5, 1, &table), params(&gold).cross_validate(5, 1, &table));
    assert!(params(&twice).cross_validate(31, 1, &table).is_err());
}

#[test]
fn gold_that_contradicts_itself_is_an_error_however_it_is_parted() {
    let table = VoteTable::from_votes(2, &crowd(60, 12, 5, 2, 4)).unwrap();
    let gold = [(0, 0), (1, 1), (2, 0), (3, 1), (2, 1)];
    let params = Consensus::params(Mode::Swap, 2).gold(&gold);
    for seed in 0..8 {
        let error = params.cross_validate(2, seed, &table).unwrap_err();
        assert_eq!(error, Error::GoldConflict { subject: 2, first: 0, second: 1 });
    }
}

#[test]
fn a_fixed_temperature_tempers_votes_and_not_the_frequencies_of_the_classes() {
    // Nine of ten subjects are of class 0.
    let votes: Vec<Vote> = crowd(200, 10, 4, 2, 8)
        .into_iter()
        .map(
            |v| if v.subject % 10 == 1 { v } else { vote(v.volunteer, v.subject, v.label ^ (v.subject % 2)) },
        )
        .collect();
    let table = VoteTable::from_votes(2, &votes).unwrap();
    let ln_odds = |params: &ConsensusParams, row: usize| {
        let fit = params.fit(&table).unwrap();
        let p = fit.probabilities();
        (p[[row, 1]] / p[[row, 0]]).ln()
    };
    let learned = Consensus::params(Mode::GoldEm, 2);
    let given = learned.clone().prior([0.8, 0.2]);
    for params in [&learned, &given] {
        let [one, half, quarter] =
            [1.0, 0.5, 0.25].map(|tau| params.clone().temperature(Temperature::Fixed(tau)));
        for row in 0..20 {
            // ln π + τ ln L is a straight line in τ, which meets τ = 0 at the frequencies.
            let [one, half, quarter] = [&one, &half, &quarter].map(|params| ln_odds(params, row));
            assert_abs_diff_eq!(half - quarter, (one - half) / 2.0, epsilon = 1e-6);
            let prior = (2.0 * half - one).exp();
            assert!((0.05..0.3).contains(&prior), "{prior}");
        }
    }
    // What is not fitted for want of gold keeps the labels of a learned prior, and halves all.
    let fitted = learned.clone().temperature(Temperature::Fitted);
    let one = learned.temperature(Temperature::Fixed(1.0));
    for row in 0..20 {
        assert_abs_diff_eq!(ln_odds(&fitted, row), ln_odds(&one, row) / 2.0, epsilon = 1e-6);
    }
}

#[test]
fn one_fold_and_more_folds_than_gold_are_errors() {
    let table = VoteTable::from_votes(2, &crowd(20, 6, 4, 2, 4)).unwrap();
    let params = Consensus::params(Mode::Swap, 2).gold(&[(0, 0), (1, 1), (2, 0)]);
    for folds in [0, 1, 4] {
        let error = params.cross_validate(folds, 0, &table).unwrap_err();
        assert!(matches!(error, Error::Parameter { field: "folds", .. }), "{error}");
    }
}
