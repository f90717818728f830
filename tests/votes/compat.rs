//! Other programs' arithmetic, by numbers worked out from their published descriptions.

use approx::assert_abs_diff_eq;
use manyhands_votes::{
    Error, Swap,
    compat::{
        Learning, SpaceWarps, kswap, kswap_row, shared_list_swap, space_warps_offline,
        space_warps_offline_step,
    },
};

use super::vote;

const U: usize = 1;
const V: usize = 2;
const GOLD: [(usize, usize); 4] = [(10, 1), (20, 0), (11, 1), (21, 0)];

#[test]
fn space_warps_online_gives_the_fractions_worked_out_by_hand() {
    // Prior 12/100, weight 2 + 2 on skills of 1/2; g1 = 10, g0 = 20, g1b = 11, g0b = 21, x = 30, x2 = 40.
    let steps = [
        (U, 10, 1, 3.0 / 25.0),
        (U, 20, 0, 6.0 / 61.0),
        (U, 11, 1, 9.0 / 53.0),
        (U, 21, 1, 5.0 / 27.0),
        (U, 30, 1, 2.0 / 13.0),
        (V, 30, 1, 2.0 / 13.0),
        (V, 20, 1, 6.0 / 61.0),
        (V, 40, 0, 15.0 / 103.0),
        (U, 40, 0, 5.0 / 49.0),
    ];
    let mut swap = SpaceWarps::params(0.12).gold(&GOLD).build().unwrap();
    for (volunteer, subject, label, p) in steps {
        // The first update of a gold subject is made with the skills from before.
        swap.observe(vote(volunteer, subject, label)).unwrap();
        assert_abs_diff_eq!(swap.estimate(subject).unwrap().probabilities[1], p, epsilon = 1e-12);
    }
    let (u, v) = (swap.skills(U).unwrap(), swap.skills(V).unwrap());
    assert_abs_diff_eq!(u.0, 2.0 / 3.0, epsilon = 1e-12);
    assert_abs_diff_eq!(u.1, 0.5, epsilon = 1e-12);
    assert_abs_diff_eq!(v.0, 0.5, epsilon = 1e-12);
    assert_abs_diff_eq!(v.1, 0.4, epsilon = 1e-12);
}

#[test]
fn clipped_skills_depend_on_the_path() {
    // 1000 right, then 10 wrong: the clip has forgotten how good the volunteer was.
    let skill = |clip: f64| {
        let gold: Vec<_> = (0..1010).map(|subject| (subject, 1)).collect();
        let mut swap = SpaceWarps::params(0.5).gold(&gold).clip(clip).build().unwrap();
        (0..1010).for_each(|i| swap.observe(vote(U, i, usize::from(i < 1000))).unwrap());
        swap.skills(U).unwrap().0
    };
    // .99 · (1004/1014), and (1000 + 2) / (1010 + 4).
    assert_abs_diff_eq!(skill(0.01), 0.990 * 1004.0 / 1014.0, epsilon = 1e-12);
    assert_abs_diff_eq!(skill(0.01), 0.98024, epsilon = 1e-5);
    assert_abs_diff_eq!(skill(0.0), 1002.0 / 1014.0, epsilon = 1e-12);
}

#[test]
fn without_supervision_a_subject_teaches_by_its_probability_after_the_vote() {
    let mut swap = SpaceWarps::params(0.3).learning(Learning::Unsupervised).build().unwrap();
    swap.observe(vote(U, 1, 1)).unwrap();
    // Skills of 1/2 leave p = .3. PL = (.5 · 4 + .3) / 4.3, PD = .5 · 4 / 4.7.
    let (pl, pd) = swap.skills(U).unwrap();
    assert_abs_diff_eq!(pl, 2.3 / 4.3, epsilon = 1e-12);
    assert_abs_diff_eq!(pd, 2.0 / 4.7, epsilon = 1e-12);
    swap.observe(vote(U, 2, 0)).unwrap();
    // p = .3 (1 − PL) / (.3 (1 − PL) + .7 PD); PL = PL · 4.3 / (4.3 + p), PD = (PD · 4.7 + 1 − p) / (4.7 + 1 − p).
    let p = 0.3 * (1.0 - pl) / (0.3 * (1.0 - pl) + 0.7 * pd);
    assert_abs_diff_eq!(swap.estimate(2).unwrap().probabilities[1], p, epsilon = 1e-12);
    assert_abs_diff_eq!(swap.skills(U).unwrap().0, pl * 4.3 / (4.3 + p), epsilon = 1e-12);
    assert_abs_diff_eq!(swap.skills(U).unwrap().1, (pd * 4.7 + 1.0 - p) / (5.7 - p), epsilon = 1e-12);
    // Supervised, such a subject teaches nothing; both ways together it does, and gold too.
    let mut swap = SpaceWarps::params(0.3).gold(&[(9, 1)]).build().unwrap();
    swap.observe(vote(U, 1, 1)).unwrap();
    assert_eq!(swap.skills(U), Some((0.5, 0.5)));
    let mut swap = SpaceWarps::params(0.3).gold(&[(9, 1)]).learning(Learning::Both).build().unwrap();
    swap.observe(vote(U, 1, 1)).unwrap();
    swap.observe(vote(U, 9, 1)).unwrap();
    assert_abs_diff_eq!(swap.skills(U).unwrap().0, (2.3 + 1.0) / 5.3, epsilon = 1e-12);
}

#[test]
fn repeating_the_offline_round_leaves_bayes_rule_behind() {
    let votes = [(0.9, 0.8, 1), (0.9, 0.8, 1)];
    let bayes = 0.12 * 0.81 / (0.12 * 0.81 + 0.88 * 0.04);
    let mut p = 0.12;
    for expected in [0.3803, 0.7342, 0.9256] {
        p = space_warps_offline_step(p, &votes);
        assert_abs_diff_eq!(p, expected, epsilon = 5e-4);
    }
    assert!(p > bayes + 0.1 && space_warps_offline_step(1.0, &votes) == 1.0);
    let all: Vec<_> =
        (0..5).flat_map(|v| [vote(v, 0, 1), vote(v, 1, 0), vote(v, 2, usize::from(v > 1))]).collect();
    let p = space_warps_offline(0.12, &[(0, 1), (1, 0)], &all, 100).unwrap();
    assert_eq!((p[&0], p[&1]), (1.0, 0.0));
    assert!(p[&2] > 0.99 || p[&2] < 0.01);
}

#[test]
fn with_a_shared_list_all_volunteers_are_the_last_one() {
    let votes =
        [vote(U, 10, 1), vote(U, 20, 0), vote(U, 30, 1), vote(V, 10, 1), vote(V, 20, 1), vote(V, 30, 1)];
    let gold = [(10, 1), (20, 0)];
    let p = shared_list_swap(0.12, 1.0, &gold, &votes).unwrap();
    // V: PL 2/3, PD 1/3. Both votes on 30 weigh ln (2/3 / (2/3)) = 0.
    assert_abs_diff_eq!(p[&30], 0.12, epsilon = 1e-12);
    // As it was meant: U 2/3 and 2/3.
    let meant = Swap::params([0.88, 0.12]).gold(&gold).fit(&votes).unwrap();
    assert_abs_diff_eq!(meant.estimate(30).unwrap().probabilities[1], 0.24 / (0.24 + 0.88), epsilon = 1e-12);
}

#[test]
fn kswap_is_swap_for_two_classes_only() {
    let row = kswap_row(&[2, 1, 0], 1.0);
    assert_abs_diff_eq!(row.iter().sum::<f64>(), 1.2, epsilon = 1e-12);
    let votes: Vec<_> = (0..40).map(|i| vote(i % 5, i * 7 % 13, i * i % 3)).collect();
    let two: Vec<_> = votes.iter().map(|v| vote(v.volunteer, v.subject, v.label.min(1))).collect();
    let gold = [(0, 0), (1, 1), (2, 1), (3, 0)];
    let swap = Swap::params([0.7, 0.3]).gold(&gold).fit(&two).unwrap();
    for (subject, p) in kswap(&[0.7, 0.3], 1.0, &gold, &two).unwrap() {
        assert_abs_diff_eq!(p[1], swap.estimate(subject).unwrap().probabilities[1], epsilon = 1e-12);
    }
    let prior = [0.5, 0.3, 0.2];
    let swap = Swap::params(prior).gold(&gold).fit(&votes).unwrap();
    let differ = kswap(&prior, 1.0, &gold, &votes).unwrap();
    assert!(differ.iter().any(|(s, p)| (p[0] - swap.estimate(*s).unwrap().probabilities[0]).abs() > 0.01));
}

#[test]
fn what_is_wrong_is_named() {
    assert!(matches!(SpaceWarps::params(0.0).gold(&GOLD).build(), Err(Error::Prior { class: 1, .. })));
    assert_eq!(SpaceWarps::params(0.1).build().unwrap_err(), Error::NoGold);
    assert!(matches!(
        SpaceWarps::params(0.1).gold(&GOLD).clip(0.6).build(),
        Err(Error::Parameter { field: "clip", .. })
    ));
    assert!(matches!(SpaceWarps::params(0.1).gold(&GOLD).fit(&[vote(1, 1, 2)]), Err(Error::Label { .. })));
    assert_eq!(space_warps_offline(0.1, &[], &[], 3).unwrap_err(), Error::NoVotes);
    assert_eq!(shared_list_swap(0.1, 1.0, &[], &[vote(1, 1, 1)]).unwrap_err(), Error::NoGold);
}
