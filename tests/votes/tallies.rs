//! Tallies without names.

use manyhands_votes::{Error, Tally, TallyKind, TallyMixture, clopper_pearson_interval, wilson_interval};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn tally(subject: usize, counts: &[u32]) -> Tally {
    Tally { subject, counts: counts.to_vec() }
}

/// 19 votes on each of 2 000 subjects, one in 18 positive. Half of the volunteers miss what is there, more or fewer by subject: the yes rate is uniform on
/// 0.2 to 0.8 for positives and on 0 to 0.06 for the others.
fn omissions() -> (Vec<Tally>, Vec<bool>) {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let (mut tallies, mut truth) = (vec![], vec![]);
    for subject in 0..2_000 {
        let positive = subject % 18 == 0;
        let rate = if positive { rng.random_range(0.2..0.8) } else { rng.random_range(0.0..0.06) };
        let yes = (0..19).filter(|_| rng.random_bool(rate)).count() as u32;
        tallies.push(tally(subject, &[19 - yes, yes]));
        truth.push(positive);
    }
    (tallies, truth)
}

fn f1(truth: &[bool], said: impl Fn(usize) -> bool) -> f64 {
    let mut counts = [0.0; 3];
    for (subject, &truth) in truth.iter().enumerate() {
        match (truth, said(subject)) {
            (true, true) => counts[0] += 1.0,
            (false, true) => counts[1] += 1.0,
            (true, false) => counts[2] += 1.0,
            (false, false) => {}
        }
    }
    2.0 * counts[0] / (2.0 * counts[0] + counts[1] + counts[2])
}

#[test]
fn mixtures_find_what_half_of_the_crowd_misses() {
    let (tallies, truth) = omissions();
    let majority = f1(&truth, |subject| tallies[subject].counts[1] > tallies[subject].counts[0]);
    let gold: Vec<_> = (0..2_000).step_by(5).map(|subject| (subject, usize::from(truth[subject]))).collect();
    for kind in [TallyKind::Pooled, TallyKind::Overdispersed] {
        for gold in [&[][..], &gold] {
            let mixture = TallyMixture::params(2, kind).gold(gold).fit(&tallies).unwrap();
            let score = f1(&truth, |subject| mixture.estimate(subject).unwrap().label == 1);
            assert!(score > 0.85 && score > majority + 0.2, "{kind:?}: {score}, majority {majority}");
            let rates = mixture.rates();
            assert!((rates[[1, 1]] - 0.5).abs() < 0.08 && rates[[0, 1]] < 0.05, "{rates}");
            assert!((mixture.prior()[1] - 1.0 / 18.0).abs() < 0.02);
        }
    }
}

#[test]
fn the_posterior_is_bayes_rule_with_the_fitted_rates() {
    let (tallies, _) = omissions();
    let mixture = TallyMixture::params(2, TallyKind::Pooled).prior([0.9, 0.1]).fit(&tallies).unwrap();
    let rates = mixture.rates();
    let likelihood = |class: usize| rates[[class, 0]].powi(14) * rates[[class, 1]].powi(5);
    let expected = 0.1 * likelihood(1) / (0.1 * likelihood(1) + 0.9 * likelihood(0));
    let subject = tallies.iter().find(|tally| tally.counts[1] == 5).unwrap().subject;
    assert!((mixture.estimate(subject).unwrap().probabilities[1] - expected).abs() < 1e-9);
}

#[test]
fn tallies_add_up_in_any_order() {
    let (tallies, _) = omissions();
    let mut parts: Vec<Tally> = tallies.iter().rev().map(|t| tally(t.subject, &[t.counts[0], 0])).collect();
    parts.extend(tallies.iter().map(|t| tally(t.subject, &[0, t.counts[1]])));
    let params = TallyMixture::params(2, TallyKind::Overdispersed);
    assert_eq!(params.fit(&tallies).unwrap(), params.fit(&parts).unwrap());
}

#[test]
fn wrong_tallies_are_named() {
    let params = TallyMixture::params(2, TallyKind::Pooled);
    assert_eq!(params.fit(&[]).unwrap_err(), Error::NoVotes);
    assert_eq!(params.fit(&[tally(1, &[0, 0])]).unwrap_err(), Error::NoVotes);
    let length = |got, wants| Error::TallyLength { subject: 2, got, wants };
    assert_eq!(params.fit(&[tally(1, &[1, 2]), tally(2, &[1])]).unwrap_err(), length(1, 2));
    assert_eq!(params.fit(&[tally(2, &[1])]).unwrap_err(), length(1, 2));
    assert!(matches!(params.fit(&[tally(1, &[u32::MAX, 1])]), Err(Error::TooManyVotes { .. })));
    let one = [tally(1, &[1, 1])];
    assert_eq!(
        params.clone().prior([1.0, 0.0]).fit(&one).unwrap_err(),
        Error::Prior { class: 1, got: 0.0 },
        "no class is impossible before any vote"
    );
    assert!(matches!(
        params.clone().max_rounds(0).fit(&one),
        Err(Error::Parameter { field: "max_rounds", .. })
    ));
    let gold = params.gold(&[(1, 2)]).fit(&[tally(1, &[1, 1])]);
    assert!(matches!(gold, Err(Error::GoldClass { .. })));
}

#[test]
fn intervals_have_their_published_ends() {
    // scipy 1.17: scipy.stats.binomtest(k, n).proportion_ci(.95, method='wilson' and 'exact')
    for (k, n, wilson, exact) in [
        (0, 10, (0.0, 0.277_533), (0.0, 0.308_497)),
        (1, 10, (0.017_876, 0.404_150), (0.002_529, 0.445_016)),
        (8, 10, (0.490_162, 0.943_318), (0.443_905, 0.974_789)),
        (10, 10, (0.722_467, 1.0), (0.691_502, 1.0)),
    ] {
        for (got, wants) in [
            (wilson_interval(k, n, 0.95).unwrap(), wilson),
            (clopper_pearson_interval(k, n, 0.95).unwrap(), exact),
        ] {
            assert!((got.0 - wants.0).abs() < 1e-6 && (got.1 - wants.1).abs() < 1e-6, "{k} of {n}: {got:?}");
        }
    }
    for (k, n, level) in [(1, 0, 0.9), (3, 2, 0.9), (1, 2, 0.0), (1, 2, 1.0), (1, 2, f64::NAN)] {
        assert!(matches!(wilson_interval(k, n, level), Err(Error::Parameter { .. })));
        assert!(matches!(clopper_pearson_interval(k, n, level), Err(Error::Parameter { .. })));
    }
}

#[test]
fn exact_intervals_keep_their_digits_for_any_number_of_votes() {
    // The few: mpmath 1.3, the defining equation solved with 40 digits. The many: scipy 1.17, scipy.special.betaincinv.
    for (k, n, low, high) in [
        (1, 1_000_000, 2.531780766379e-8, 5.571630655172e-6),
        (100, 1_000_000, 8.13647087416e-5, 0.0001216254785712),
        (1, 10_000_000, 2.531780795224e-9, 5.571642117361e-7),
        (10, 10_000_000, 4.79538970427e-7, 1.839034832694e-6),
        (100, 1_000_000_000_000, 8.136399125164e-11, 1.216267937911e-10),
        (1, u64::MAX, 1.372481120957e-21, 3.020393934385e-19),
        (100, u64::MAX, 4.410750803817e-18, 6.59340170311e-18),
        (5_000, 10_000, 0.4901513805899805, 0.5098486194100196),
        (29_998, 100_000, 0.29714063008296815, 0.30283097515959323),
        (30_010, 100_000, 0.29726030208514725, 0.30295129619188194),
        (40_000, 1_000_000, 0.039616759836157006, 0.04038590751903365),
        (3_000_000, 10_000_000, 0.29971598216542433, 0.3002841336338419),
        (200_000_000_000, 1_000_000_000_000, 0.19999921602053677, 0.20000078398696208),
    ] {
        let got = clopper_pearson_interval(k, n, 0.95).unwrap();
        assert!((got.0 / low - 1.0).abs() < 1e-9 && (got.1 / high - 1.0).abs() < 1e-9, "{k} of {n}: {got:?}");
        // Failures are successes of the other kind.
        let other = clopper_pearson_interval(n - k, n, 0.95).unwrap();
        assert!(
            (1.0 - got.0 - other.1).abs() < 1e-12 && (1.0 - got.1 - other.0).abs() < 1e-12,
            "{k} of {n}: {other:?}"
        );
    }
}

#[test]
fn without_a_success_the_exact_interval_ends_at_a_root() {
    for n in [1, 7, 1000, 8_000_000, 1_000_000_000, u64::MAX] {
        for level in [0.1, 0.95, 0.999_999] {
            // (1 − p)^n is the tail.
            let end = -(((1.0 - level) / 2.0f64).ln() / n as f64).exp_m1();
            let (low, high) = clopper_pearson_interval(0, n, level).unwrap();
            assert!(low == 0.0 && (high / end - 1.0).abs() < 1e-9, "{n} at {level}: {high} {end}");
            let (low, high) = clopper_pearson_interval(n, n, level).unwrap();
            assert!(high == 1.0 && (low - (1.0 - end)).abs() < 1e-12, "{n} at {level}: {low}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn at_the_ends_of_the_exact_interval_a_tail_is_left(n in 1u64..3000, share in 0.0f64..1.0, level in 0.01f64..0.999) {
        let k = (share * (n + 1) as f64) as u64;
        let (low, high) = clopper_pearson_interval(k, n, level).unwrap();
        // All terms of the binomial law up to `last`, one by one.
        let at_most = |last: u64, p: f64| {
            let mut ln_choose = 0.0;
            let mut sum = 0.0;
            for j in 0..=last {
                sum += f64::exp(ln_choose + j as f64 * p.ln() + (n - j) as f64 * (-p).ln_1p());
                ln_choose += ((n - j) as f64 / (j + 1) as f64).ln();
            }
            sum
        };
        let tail = (1.0 - level) / 2.0;
        prop_assert!(k == n || (at_most(k, high) - tail).abs() < 1e-9);
        prop_assert!(k == 0 || (1.0 - at_most(k - 1, low) - tail).abs() < 1e-9);
        prop_assert!(low <= k as f64 / n as f64 && high >= k as f64 / n as f64);
    }
}
