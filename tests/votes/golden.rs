//! Numbers that were worked out elsewhere, exactly.

use approx::assert_abs_diff_eq;
use manyhands_votes::{Swap, SwapParams, Vote, information_gain, skill};
use ndarray::{Array2, array};

use super::vote;

/*
The fractions below come from this script (Python 3, exact arithmetic):

from fractions import Fraction as F
gold = dict(g1=1, g0=0, g1b=1, g0b=0)
votes = [v.split() for v in "u g1 1,u g0 0,u g1b 1,u g0b 1,u x 1,v x 1,v g0 1,v x2 0,u x2 0".split(",")]
def update(p, n, c):                                  # n[truth][label], pseudo-counts included
    like = [F(row[c], sum(row)) for row in n]
    return p * like[1] / (p * like[1] + (1 - p) * like[0])
for g in (1, 2):
    n = {k: [[g, g], [g, g]] for k in "uv"}; p = {}; online = []
    for k, s, c in votes:
        p[s] = update(p.get(s, F(12, 100)), n[k], int(c)); online.append(p[s])
        if s in gold: n[k][gold[s]][int(c)] += 1
    print("online", g, *online)
    print("volunteers", {k: (F(a[1][1], sum(a[1])), F(a[0][0], sum(a[0]))) for k, a in n.items()})
    p = {}
    for k, s, c in votes: p[s] = update(p.get(s, F(12, 100)), n[k], int(c))
    print("two-pass", g, {k: str(v) for k, v in p.items()})
*/
const U: usize = 3;
const V: usize = 11;
const G1: usize = 101;
const G0: usize = 100;
const G1B: usize = 103;
const G0B: usize = 102;
const X: usize = 7;
const X2: usize = 8;
const GOLD: [(usize, usize); 4] = [(G1, 1), (G0, 0), (G1B, 1), (G0B, 0)];

fn votes() -> [Vote; 9] {
    [
        vote(U, G1, 1),
        vote(U, G0, 0),
        vote(U, G1B, 1),
        vote(U, G0B, 1),
        vote(U, X, 1),
        vote(V, X, 1),
        vote(V, G0, 1),
        vote(V, X2, 0),
        vote(U, X2, 0),
    ]
}

fn params(gamma: f64) -> SwapParams {
    Swap::params([0.88, 0.12]).gold(&GOLD).pseudo_count(gamma)
}

fn p1(swap: &Swap, subject: usize) -> f64 {
    swap.estimate(subject).unwrap().probabilities[1]
}

/// (PL, PD): the diagonal of the confusion matrix.
fn diagonal(swap: &Swap, volunteer: usize) -> (f64, f64) {
    let confusion = swap.volunteer(volunteer).unwrap().confusion;
    (confusion[[1, 1]], confusion[[0, 0]])
}

fn assert_online(gamma: f64, expected: [f64; 9], u: (f64, f64), v: (f64, f64)) {
    let mut swap = params(gamma).build().unwrap();
    for (vote, expected) in votes().into_iter().zip(expected) {
        swap.observe(vote).unwrap();
        assert_abs_diff_eq!(p1(&swap, vote.subject), expected, epsilon = 1e-12);
    }
    for (volunteer, (pl, pd)) in [(U, u), (V, v)] {
        assert_abs_diff_eq!(diagonal(&swap, volunteer).0, pl, epsilon = 1e-12);
        assert_abs_diff_eq!(diagonal(&swap, volunteer).1, pd, epsilon = 1e-12);
    }
}

fn assert_two_pass(gamma: f64, expected: [(usize, f64); 6]) {
    let swap = params(gamma).fit(&votes()).unwrap();
    for (subject, expected) in expected {
        assert_abs_diff_eq!(p1(&swap, subject), expected, epsilon = 1e-12);
    }
}

#[test]
fn online_probabilities_after_each_vote_are_the_exact_fractions_for_one_pseudo_count() {
    assert_online(
        1.0,
        [
            3.0 / 25.0,
            1.0 / 12.0,
            3.0 / 14.0,
            27.0 / 115.0,
            9.0 / 53.0,
            9.0 / 53.0,
            1.0 / 12.0,
            9.0 / 53.0,
            9.0 / 97.0,
        ],
        (3.0 / 4.0, 1.0 / 2.0),
        (1.0 / 2.0, 1.0 / 3.0),
    );
}

#[test]
fn online_probabilities_after_each_vote_are_the_exact_fractions_for_skepticism_two() {
    assert_online(
        2.0,
        [
            3.0 / 25.0,
            6.0 / 61.0,
            9.0 / 53.0,
            5.0 / 27.0,
            2.0 / 13.0,
            2.0 / 13.0,
            6.0 / 61.0,
            15.0 / 103.0,
            5.0 / 49.0,
        ],
        (2.0 / 3.0, 1.0 / 2.0),
        (1.0 / 2.0, 2.0 / 5.0),
    );
}

#[test]
fn two_pass_probabilities_are_the_exact_fractions_for_one_pseudo_count() {
    assert_two_pass(
        1.0,
        [
            (G1, 9.0 / 53.0),
            (G0, 9.0 / 185.0),
            (G1B, 9.0 / 53.0),
            (G0B, 9.0 / 53.0),
            (X, 27.0 / 203.0),
            (X2, 9.0 / 97.0),
        ],
    );
}

#[test]
fn two_pass_probabilities_are_the_exact_fractions_for_skepticism_two() {
    assert_two_pass(
        2.0,
        [
            (G1, 2.0 / 13.0),
            (G0, 5.0 / 71.0),
            (G1B, 2.0 / 13.0),
            (G0B, 2.0 / 13.0),
            (X, 5.0 / 38.0),
            (X2, 5.0 / 49.0),
        ],
    );
}

#[test]
fn one_vote_of_a_good_volunteer_moves_a_rare_class_as_bayes_says() {
    // PL = 9/10 and PD = 8/10 as bare fractions of twenty gold votes.
    let gold: Vec<_> = (0..20).map(|subject| (subject, subject % 2)).collect();
    let votes: Vec<_> =
        (0..20).map(|s| vote(0, s, if matches!(s, 1 | 2 | 4) { 1 - s % 2 } else { s % 2 })).collect();
    let mut swap = Swap::params([1.0 - 2e-4, 2e-4]).gold(&gold).pseudo_count(0.0).fit(&votes).unwrap();
    assert_eq!(swap.volunteer(0).unwrap().confusion, array![[0.8, 0.2], [0.1, 0.9]]);
    swap.observe(vote(0, 30, 1)).unwrap();
    swap.observe(vote(0, 31, 0)).unwrap();
    // .9 p / (.9 p + .2 (1 − p)) and .1 p / (.1 p + .8 (1 − p)) with p = 2e-4.
    assert_abs_diff_eq!(p1(&swap, 30), 0.000_899_370_440_691_516, epsilon = 1e-15);
    assert_abs_diff_eq!(p1(&swap, 31), 2.500_437_576_575_900_7e-5, epsilon = 1e-16);
}

#[test]
fn a_row_of_three_classes_divides_by_three_pseudo_counts() {
    // Counts (2, 1, 0): (n + 1) / (3 + 3). Dividing by 3 + 2 instead would give a row that sums to 1.2.
    let votes = [vote(0, 1, 0), vote(0, 1, 0), vote(0, 1, 1)];
    let swap = Swap::params([0.5, 0.3, 0.2]).gold(&[(1, 0)]).fit(&votes).unwrap();
    let volunteer = swap.volunteer(0).unwrap();
    let third = 1.0 / 3.0;
    assert_eq!(
        volunteer.confusion,
        array![[0.5, third, 1.0 / 6.0], [third, third, third], [third, third, third]]
    );
    assert_eq!(volunteer.counts, array![[2, 1, 0], [0, 0, 0], [0, 0, 0]]);
    assert_eq!((volunteer.n_votes, volunteer.n_gold), (3, 3));
}

fn binary(pl: f64, pd: f64) -> Array2<f64> {
    array![[pd, 1.0 - pd], [1.0 - pl, pl]]
}

#[test]
fn skill_has_the_values_of_its_closed_form() {
    // S = lambda x: x * log2(x) if x > 0 else 0
    // def skill(PL, PD, p=.5): return (p * (S(PL) + S(1-PL)) + (1-p) * (S(PD) + S(1-PD))
    //     - S(p*PL + (1-p)*(1-PD)) - S(p*(1-PL) + (1-p)*PD))
    let half = [0.5, 0.5];
    for (pl, pd, expected) in [
        (0.99, 0.99, 0.919_206_864_104_088_7),
        (0.9, 0.8, 0.397_312_609_749_486_6),
        (0.3, 0.7, 0.0),
        (0.0, 0.0, 1.0),
        (1.0, 1.0, 1.0),
    ] {
        assert_abs_diff_eq!(skill(binary(pl, pd).view(), &half).unwrap(), expected, epsilon = 1e-14);
    }
    let rare = [1.0 - 2e-4, 2e-4];
    let expected = 0.000_330_498_150_646_174_6;
    assert_abs_diff_eq!(skill(binary(0.9, 0.8).view(), &rare).unwrap(), expected, epsilon = 1e-14);
}

#[test]
fn skill_of_three_classes_is_entropy_of_the_labels_less_their_entropy_given_the_truth() {
    // H(p_c) − Σ π_t H(θ_t) in Python.
    let theta = array![[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.25, 0.25, 0.5]];
    let expected = 0.343_700_726_447_200_73;
    assert_abs_diff_eq!(skill(theta.view(), &[0.5, 0.3, 0.2]).unwrap(), expected, epsilon = 1e-14);
}

#[test]
fn a_perfect_volunteer_brings_twelve_bits_with_a_find_and_next_to_none_with_a_rejection() {
    let perfect = binary(1.0, 1.0);
    let prior = [1.0 - 2e-4, 2e-4];
    // log2(1 / p) and −log2(1 − p)
    let detect = information_gain(perfect.view(), &prior, 1).unwrap();
    let reject = information_gain(perfect.view(), &prior, 0).unwrap();
    assert_abs_diff_eq!(detect, 12.287_712_379_549_449, epsilon = 1e-12);
    assert_abs_diff_eq!(reject, 0.000_288_567_865_926_342_6, epsilon = 1e-15);
}

#[test]
fn contribution_is_skill_times_the_votes_on_subjects_of_unknown_truth() {
    let swap = params(1.0).fit(&votes()).unwrap();
    let u = swap.volunteer(U).unwrap();
    assert_eq!((u.n_votes, u.n_gold), (6, 4));
    assert_abs_diff_eq!(u.skill(), skill(binary(0.75, 0.5).view(), &[0.5, 0.5]).unwrap(), epsilon = 1e-15);
    assert_abs_diff_eq!(u.contribution(), 2.0 * u.skill(), epsilon = 1e-15);
    let at_prior = skill(binary(0.75, 0.5).view(), &[0.88, 0.12]).unwrap();
    assert_abs_diff_eq!(u.skill_at(swap.prior()).unwrap(), at_prior, epsilon = 1e-15);
}
