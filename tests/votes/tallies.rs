//! Tallies without names.

use manyhands_votes::{Error, Tally, TallyKind, TallyMixture, clopper_pearson_interval, wilson_interval};
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
