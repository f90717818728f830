//! What holds for any votes: order, symmetry, splits, and slow twins.

use approx::assert_abs_diff_eq;
use manyhands_votes::{Error, MajorityVote, Repeats, Swap, SwapParams, Vote, information_gain, skill};
use ndarray::Array2;
use proptest::prelude::*;

use super::{
    twins::{ProductSwap, first_votes, tallies},
    vote,
};

/// A random crowd: 6 volunteers, 10 subjects, the first 4 gold, K classes.
#[derive(Debug, Clone)]
struct Crowd {
    prior: Vec<f64>,
    gold: Vec<(usize, usize)>,
    gamma: f64,
    votes: Vec<Vote>,
}

impl Crowd {
    fn params(&self) -> SwapParams {
        Swap::params(self.prior.clone()).gold(&self.gold).pseudo_count(self.gamma)
    }

    fn twin(&self) -> ProductSwap {
        ProductSwap::new(&self.prior, &self.gold, self.gamma)
    }

    fn is_gold(&self, vote: &Vote) -> bool {
        self.gold.iter().any(|&(subject, _)| subject == vote.subject)
    }
}

fn distribution(n: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(0.01..1.0, n).prop_map(|weights: Vec<f64>| {
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / sum).collect()
    })
}

fn crowd(n_classes: impl Strategy<Value = usize>) -> impl Strategy<Value = Crowd> {
    n_classes.prop_flat_map(|k| {
        let votes = prop::collection::vec((0..6_usize, 0..10_usize, 0..k), 1..80);
        let gammas = prop::sample::select(vec![0.1, 1.0, 2.0, 5.0]);
        (distribution(k), prop::collection::vec(0..k, 4), gammas, votes).prop_map(
            move |(prior, truths, gamma, votes)| {
                let mut votes: Vec<Vote> = votes.into_iter().map(|(v, s, label)| vote(v, s, label)).collect();
                // A fit wants a vote on gold.
                votes.push(vote(0, 0, 0));
                Crowd { prior, gold: truths.into_iter().enumerate().collect(), gamma, votes }
            },
        )
    })
}

proptest! {
    #[test]
    fn two_pass_does_not_depend_on_the_order_of_the_votes_to_the_last_bit(
        (crowd, shuffled) in crowd(2..5_usize).prop_flat_map(|c| (Just(c.clone()), Just(c.votes).prop_shuffle()))
    ) {
        let fitted = crowd.params().fit(&crowd.votes).unwrap();
        let other = crowd.params().fit(&shuffled).unwrap();
        prop_assert_eq!(fitted.estimates(), other.estimates());
        prop_assert!(fitted.volunteers().eq(other.volunteers()));
        prop_assert_eq!(fitted, other);
    }

    #[test]
    fn online_and_two_pass_are_products_of_probabilities(crowd in crowd(2..5_usize)) {
        let fitted = crowd.params().fit(&crowd.votes).unwrap();
        let mut online = crowd.params().build().unwrap();
        crowd.votes.iter().for_each(|&vote| online.observe(vote).unwrap());
        let twins = [(fitted, crowd.twin().two_pass(&crowd.votes)), (online, crowd.twin().online(&crowd.votes))];
        for (swap, twin) in twins {
            prop_assert_eq!(swap.subjects().count(), twin.posterior.len());
            for (subject, estimate) in swap.subjects() {
                let expected = &twin.posterior[&subject];
                assert_abs_diff_eq!(estimate.probabilities.as_slice(), expected.as_slice(), epsilon = 1e-12);
                prop_assert_eq!(estimate.n_votes, crowd.votes.iter().filter(|v| v.subject == subject).count());
                let best = estimate.probabilities.iter().copied().fold(0.0, f64::max);
                prop_assert_eq!(estimate.label, estimate.probabilities.iter().position(|&p| p == best).unwrap());
                prop_assert_eq!(estimate.tied().next(), Some(estimate.label));
            }
        }
    }

    #[test]
    fn online_with_gold_first_is_two_pass_for_all_other_subjects(crowd in crowd(2..5_usize)) {
        let (gold, others): (Vec<Vote>, Vec<Vote>) = crowd.votes.iter().partition(|vote| crowd.is_gold(vote));
        let fitted = crowd.params().fit(&crowd.votes).unwrap();
        let mut online = crowd.params().build().unwrap();
        gold.iter().chain(&others).for_each(|&vote| online.observe(vote).unwrap());
        for vote in others {
            prop_assert_eq!(online.estimate(vote.subject), fitted.estimate(vote.subject));
        }
        prop_assert!(online.volunteers().eq(fitted.volunteers()));
    }

    #[test]
    fn swapping_the_names_of_two_classes_swaps_their_probabilities(crowd in crowd(Just(2))) {
        let mut other = crowd.clone();
        other.prior.reverse();
        other.gold.iter_mut().for_each(|(_, class)| *class = 1 - *class);
        other.votes.iter_mut().for_each(|vote| vote.label = 1 - vote.label);
        let fitted = crowd.params().fit(&crowd.votes).unwrap();
        for (subject, mut estimate) in other.params().fit(&other.votes).unwrap().subjects() {
            estimate.probabilities.reverse();
            prop_assert_eq!(estimate.probabilities, fitted.estimate(subject).unwrap().probabilities);
        }
        for volunteer in other.params().fit(&other.votes).unwrap().volunteers() {
            let mut confusion = volunteer.confusion;
            confusion.invert_axis(ndarray::Axis(0));
            confusion.invert_axis(ndarray::Axis(1));
            prop_assert_eq!(confusion, fitted.volunteer(volunteer.id).unwrap().confusion);
        }
    }

    #[test]
    fn votes_of_volunteers_who_are_unknown_or_say_the_same_whatever_the_truth_change_nothing(
        crowd in crowd(2..5_usize),
        times in 0..4_usize,
        noise in prop::collection::vec((7..9_usize, 4..10_usize, 0..2_usize), 0..20),
    ) {
        let mut params = crowd.params();
        let k = crowd.prior.len();
        // Volunteer 7 has the same counts in every row: `times` votes for class 0 on a gold subject of each class. Volunteer 8
        // sees no gold.
        let more_gold: Vec<_> = (0..k).map(|class| (20 + class, class)).collect();
        params = params.gold(&[crowd.gold.clone(), more_gold].concat());
        let mut votes = crowd.votes;
        votes.extend((0..k * times).map(|i| vote(7, 20 + i % k, 0)));
        let before = params.fit(&votes).unwrap();
        votes.extend(noise.iter().map(|&(v, s, label)| vote(v, s, label)));
        let after = params.fit(&votes).unwrap();
        for (subject, estimate) in before.subjects() {
            prop_assert_eq!(estimate.probabilities, after.estimate(subject).unwrap().probabilities);
        }
    }

    #[test]
    fn any_split_of_the_votes_merges_to_one_run(
        (crowd, parts) in crowd(2..5_usize).prop_flat_map(|c| {
            let n = c.votes.len();
            (Just(c), prop::collection::vec(0..3_usize, n))
        }),
        order in Just([0, 1, 2]).prop_shuffle(),
    ) {
        let part = |p: usize| -> Vec<Vote> {
            crowd.votes.iter().zip(&parts).filter(|&(_, &of)| of == p).map(|(&vote, _)| vote).collect()
        };
        let params = crowd.params();
        let mut counts = params.count(&part(order[0])).unwrap();
        counts.merge(&params.count(&part(order[1])).unwrap()).unwrap();
        counts.merge(&params.count(&part(order[2])).unwrap()).unwrap();
        prop_assert_eq!(&counts, &params.count(&crowd.votes).unwrap());
        prop_assert_eq!(counts.n_votes(), crowd.votes.len() as u64);
        prop_assert_eq!(counts.n_gold_votes(), crowd.votes.iter().filter(|vote| crowd.is_gold(vote)).count() as u64);

        let mut merged = params.fit_with(counts.clone(), &part(order[2])).unwrap();
        merged.merge(&params.fit_with(counts.clone(), &part(order[0])).unwrap()).unwrap();
        merged.merge(&params.fit_with(counts, &part(order[1])).unwrap()).unwrap();
        let whole = params.fit(&crowd.votes).unwrap();
        prop_assert_eq!(merged.estimates(), whole.estimates());
        prop_assert_eq!(merged, whole);

        let majority = MajorityVote::params(crowd.prior.len());
        let mut merged = majority.build().unwrap();
        for p in order {
            let mut one = majority.build().unwrap();
            part(p).iter().for_each(|&vote| one.observe(vote).unwrap());
            merged.merge(&one).unwrap();
        }
        prop_assert_eq!(merged, majority.fit(&crowd.votes).unwrap());
    }

    #[test]
    fn majority_vote_counts(crowd in crowd(2..5_usize)) {
        let majority = MajorityVote::params(crowd.prior.len()).fit(&crowd.votes).unwrap();
        let tallies = tallies(&crowd.votes, crowd.prior.len());
        prop_assert_eq!(majority.subjects().count(), tallies.len());
        for (subject, estimate) in majority.subjects() {
            let tally = &tallies[&subject];
            let n: usize = tally.iter().sum();
            let most = tally.iter().max().unwrap();
            let tied: Vec<_> = (0..tally.len()).filter(|&class| tally[class] == *most).collect();
            prop_assert_eq!(estimate.n_votes, n);
            prop_assert_eq!(estimate.label, tied[0]);
            prop_assert_eq!(estimate.tied().collect::<Vec<_>>(), tied.clone());
            prop_assert_eq!(estimate.is_tie(), tied.len() > 1);
            for (p, count) in estimate.probabilities.iter().zip(tally) {
                prop_assert_eq!(*p, *count as f64 / n as f64);
            }
        }
    }

    #[test]
    fn first_only_passes_over_repeats_in_every_mode(crowd in crowd(2..5_usize)) {
        let firsts = first_votes(&crowd.votes);
        let params = crowd.params().repeats(Repeats::FirstOnly);
        let fitted = params.fit(&crowd.votes).unwrap();
        let whole = crowd.params().fit(&firsts).unwrap();
        prop_assert_eq!(fitted.estimates(), whole.estimates());
        prop_assert!(fitted.volunteers().eq(whole.volunteers()));
        prop_assert_eq!(&params.count(&crowd.votes).unwrap(), whole.gold_counts());

        let (mut online, mut plain) = (params.build().unwrap(), crowd.params().build().unwrap());
        crowd.votes.iter().for_each(|&vote| online.observe(vote).unwrap());
        firsts.iter().for_each(|&vote| plain.observe(vote).unwrap());
        prop_assert_eq!(online.estimates(), plain.estimates());

        let majority = MajorityVote::params(crowd.prior.len());
        let once = majority.clone().repeats(Repeats::FirstOnly).fit(&crowd.votes).unwrap();
        prop_assert_eq!(once.estimates(), majority.fit(&firsts).unwrap().estimates());
    }

    #[test]
    fn another_prior_is_as_if_it_had_been_there_from_the_start(
        (crowd, prior) in crowd(2..5_usize).prop_flat_map(|c| { let k = c.prior.len(); (Just(c), distribution(k)) })
    ) {
        let moved = crowd.params().fit(&crowd.votes).unwrap().with_prior(prior.clone()).unwrap();
        let fresh = Crowd { prior, ..crowd.clone() }.params().fit(&crowd.votes).unwrap();
        prop_assert_eq!(moved, fresh);
    }

    #[test]
    fn skill_is_the_expected_gain_and_no_more_than_there_is_to_know(
        (prior, rows) in (2..5_usize).prop_flat_map(|k| (distribution(k), prop::collection::vec(distribution(3), k)))
    ) {
        let theta = Array2::from_shape_vec((prior.len(), 3), rows.concat()).unwrap();
        let bits = skill(theta.view(), &prior).unwrap();
        let mut expected = 0.0;
        for label in 0..3 {
            let p_label: f64 = (0..prior.len()).map(|truth| prior[truth] * theta[[truth, label]]).sum();
            expected += p_label * information_gain(theta.view(), &prior, label).unwrap();
        }
        assert_abs_diff_eq!(bits, expected, epsilon = 1e-12);
        let entropy: f64 = prior.iter().map(|p| -p * p.log2()).sum();
        prop_assert!((0.0..=entropy + 1e-12).contains(&bits));
    }
}

#[test]
fn a_fitted_swap_goes_on_online() {
    let params = Swap::params([0.5, 0.5]).gold(&[(1, 1), (2, 0)]);
    let mut swap = params.fit(&[vote(7, 1, 1), vote(7, 3, 1)]).unwrap();
    // PL 2/3, PD 1/2: odds 2/3 : 1/2.
    assert_abs_diff_eq!(swap.estimate(3).unwrap().probabilities[1], 4.0 / 7.0, epsilon = 1e-12);
    swap.observe(vote(7, 2, 0)).unwrap();
    // The earlier vote keeps its weight, the next one is weighed with PD 2/3: odds 2/3 : 1/3.
    assert_abs_diff_eq!(swap.estimate(3).unwrap().probabilities[1], 4.0 / 7.0, epsilon = 1e-12);
    swap.observe(vote(7, 4, 1)).unwrap();
    assert_abs_diff_eq!(swap.estimate(4).unwrap().probabilities[1], 2.0 / 3.0, epsilon = 1e-12);
    assert_eq!(swap.volunteer(7).unwrap().n_votes, 4);
}

#[test]
fn volunteers_of_an_earlier_season_weigh_new_votes() {
    let first = Swap::params([0.5, 0.5]).gold(&[(1, 1), (2, 0)]);
    let counts = first.fit(&[vote(7, 1, 1), vote(7, 2, 0)]).unwrap().gold_counts().clone();
    assert_eq!(counts.counts(7).unwrap(), ndarray::array![[1, 0], [0, 1]]);
    let mut second = Swap::params([0.5, 0.5]).gold(&[(9, 1)]).fit_with(counts, &[]).unwrap();
    second.observe(vote(7, 3, 1)).unwrap();
    assert_abs_diff_eq!(second.estimate(3).unwrap().probabilities[1], 2.0 / 3.0, epsilon = 1e-12);
    // One who was not there then is unknown.
    second.observe(vote(8, 3, 0)).unwrap();
    assert_abs_diff_eq!(second.estimate(3).unwrap().probabilities[1], 2.0 / 3.0, epsilon = 1e-12);
}

#[test]
fn first_only_parts_that_share_a_pair_do_not_merge() {
    let params = Swap::params([0.5, 0.5]).gold(&[(1, 1)]).repeats(Repeats::FirstOnly);
    let parts = [vec![vote(7, 1, 1), vote(7, 3, 1)], vec![vote(7, 3, 0), vote(8, 3, 0)]];
    let counts = params.count(&parts.concat()).unwrap();
    let mut swap = params.fit_with(counts.clone(), &parts[0]).unwrap();
    let before = swap.clone();
    let other = params.fit_with(counts, &parts[1]).unwrap();
    assert_eq!(swap.merge(&other), Err(Error::MergeRepeat { volunteer: 7, subject: 3 }));
    assert_eq!(swap, before);
    swap.merge(&params.fit_with(swap.gold_counts().clone(), &parts[1][1..]).unwrap()).unwrap();
    swap.observe(vote(8, 3, 1)).unwrap();
    assert_eq!(swap.estimate(3).unwrap().n_votes, 2);

    let params = MajorityVote::params(2).repeats(Repeats::FirstOnly);
    let mut majority = params.fit(&parts[0]).unwrap();
    let other = params.fit(&parts[1]).unwrap();
    assert_eq!(majority.merge(&other), Err(Error::MergeRepeat { volunteer: 7, subject: 3 }));
    majority.merge(&params.fit(&parts[1][1..]).unwrap()).unwrap();
    majority.observe(vote(8, 3, 1)).unwrap();
    assert_eq!(majority.estimate(3).unwrap().n_votes, 2);
}

#[test]
fn without_pseudo_counts_an_impossible_class_is_out() {
    let gold = [(1, 1), (2, 0)];
    let params = Swap::params([0.5, 0.5]).gold(&gold).pseudo_count(0.0);
    let swap = params.fit(&[vote(7, 1, 1), vote(7, 2, 0), vote(7, 3, 1), vote(8, 3, 0)]).unwrap();
    assert_eq!(swap.volunteer(7).unwrap().confusion, ndarray::array![[1.0, 0.0], [0.0, 1.0]]);
    assert_eq!(swap.volunteer(8).unwrap().confusion, ndarray::array![[0.5, 0.5], [0.5, 0.5]]);
    assert_eq!(swap.estimate(3).unwrap().probabilities, [0.0, 1.0]);
    assert_eq!(swap.volunteer(7).unwrap().skill(), 1.0);
    assert_eq!(swap.volunteer(8).unwrap().skill(), 0.0);
}

#[test]
fn where_every_class_has_impossible_votes_the_limit_of_small_pseudo_counts_decides() {
    // Volunteers 7 and 8 were always right about gold, so what they do not say is impossible; volunteer 9 errs.
    let gold = [(1, 1), (2, 0)];
    let mut votes = vec![];
    for (v, of_class_0, of_class_1) in [(7, 20, 4), (8, 8, 20), (9, 5, 5)] {
        votes.extend(vec![vote(v, 2, 0); of_class_0]);
        votes.extend(vec![vote(v, 1, 1); of_class_1]);
    }
    votes.extend(vec![vote(9, 2, 1); 3]);
    // They contradict each other on subjects 3 and 4; on 5, two votes call class 0 impossible and one class 1.
    votes.extend([vote(7, 3, 0), vote(8, 3, 1), vote(7, 4, 1), vote(8, 4, 0), vote(9, 4, 1)]);
    votes.extend([vote(7, 5, 0), vote(8, 5, 1), vote(7, 5, 1)]);
    let params = Swap::params([0.6, 0.4]).gold(&gold);
    let bare = params.clone().pseudo_count(0.0).fit(&votes).unwrap();
    let limit = params.pseudo_count(1e-12).fit(&votes).unwrap();
    for subject in [3, 4, 5] {
        let (bare, limit) = (bare.estimate(subject).unwrap(), limit.estimate(subject).unwrap());
        assert_abs_diff_eq!(bare.probabilities.as_slice(), limit.probabilities.as_slice(), epsilon = 1e-9);
    }
    // Odds of class 0 to 1: 0.6 · γ/8 : 0.4 · γ/4 = 3 : 4, and 0.6 · γ/20 · 3/8 : 0.4 · γ/20 = 9 : 16.
    assert_abs_diff_eq!(bare.estimate(3).unwrap().probabilities[0], 3.0 / 7.0, epsilon = 1e-12);
    assert_abs_diff_eq!(bare.estimate(4).unwrap().probabilities[0], 9.0 / 25.0, epsilon = 1e-12);
    assert_eq!(bare.estimate(5).unwrap().probabilities, [0.0, 1.0]);
}
