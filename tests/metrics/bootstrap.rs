//! Bootstrap intervals.

use std::cell::RefCell;

use approx::assert_abs_diff_eq;
use manyhands_metrics::{Bootstrap, Error, Probabilities};

#[test]
fn the_interval_of_a_mean_is_that_of_the_normal_distribution() {
    // 0 to 399: deviation sqrt((400² − 1)/12) = 115.47, standard error 5.7735, 1.96 of them 11.316, 1.645 of them 9.497.
    let mean = |items: &[usize]| Some(items.iter().sum::<usize>() as f64 / items.len() as f64);
    for (level, half) in [(0.95, 11.316), (0.90, 9.497)] {
        let interval = Bootstrap::params().resamples(4000).level(level).seed(3).interval(400, mean).unwrap();
        assert_eq!((interval.estimate, interval.n_resamples), (199.5, 4000));
        // The end's own standard error at 4000 resamples is about 0.25.
        assert_abs_diff_eq!(interval.low, 199.5 - half, epsilon = 1.0);
        assert_abs_diff_eq!(interval.high, 199.5 + half, epsilon = 1.0);
    }
}

#[test]
fn the_interval_covers_the_true_score_about_as_often_as_it_says() {
    // The share of heads of 100 tosses, 300 times over; every toss is a bit of a linear congruential generator.
    let mut state = 1_u64;
    let covered = (0..300).filter(|&run| {
        let tosses: Vec<f64> = (0..100)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 63) as f64
            })
            .collect();
        let share = |items: &[usize]| Some(items.iter().map(|&i| tosses[i]).sum::<f64>() / 100.0);
        let interval = Bootstrap::params().resamples(300).level(0.9).seed(run).interval(100, share).unwrap();
        interval.low <= 0.5 && 0.5 <= interval.high
    });
    // Binomial(300, 0.9) is 270 ± 5.2; the share is discrete, which adds a little.
    assert!((252..=292).contains(&covered.count()));
}

#[test]
fn resamples_depend_on_the_seed_alone() {
    let draws = |seed| {
        let seen = RefCell::new(Vec::new());
        let score = |items: &[usize]| {
            seen.borrow_mut().push(items.to_vec());
            Some(0.0)
        };
        Bootstrap::params().resamples(5).seed(seed).interval(10, score).unwrap();
        seen.into_inner()
    };
    let seen = draws(1);
    assert_eq!(seen[0], (0..10).collect::<Vec<_>>(), "the items themselves come first");
    assert!(seen[1..].iter().all(|items| items.len() == 10 && items.iter().all(|&item| item < 10)));
    assert!(seen[1] != seen[2] && seen[2] != seen[3]);
    assert_eq!(draws(1), seen);
    assert_ne!(draws(2), seen);
}

#[test]
fn quantiles_are_linear_between_neighbours_as_in_numpy() {
    // python: numpy.quantile([0, 1, 4, 9, 16], [0.1, 0.9]) -> [0.4, 13.2]
    let turn = RefCell::new([7.0, 16.0, 0.0, 9.0, 1.0, 4.0].into_iter());
    let interval =
        Bootstrap::params().resamples(5).level(0.8).interval(3, |_| turn.borrow_mut().next()).unwrap();
    assert_abs_diff_eq!(interval.low, 0.4, epsilon = 1e-12);
    assert_abs_diff_eq!(interval.high, 13.2, epsilon = 1e-12);
    assert_eq!(interval.estimate, 7.0);
}

#[test]
fn undefined_resamples_are_left_out_and_infinite_scores_stay() {
    let turn = RefCell::new([Some(1.0), None, Some(f64::NAN), Some(2.0), Some(2.0)].into_iter());
    let score = |_: &[usize]| turn.borrow_mut().next().flatten();
    let interval = Bootstrap::params().resamples(4).interval(3, score).unwrap();
    assert_eq!((interval.low, interval.high, interval.n_resamples), (2.0, 2.0, 2));

    let forecast = Probabilities::new(&[true, true, false], &[0.0, 0.9, 0.2]).unwrap();
    let loss = |items: &[usize]| Some(forecast.select(items).ok()?.log_loss());
    let interval = Bootstrap::params().interval(3, loss).unwrap();
    assert_eq!((interval.estimate, interval.high), (f64::INFINITY, f64::INFINITY));
    assert!(interval.low.is_finite());
}

#[test]
fn no_end_of_an_interval_is_lost_between_infinite_scores() {
    let interval = |scores: [f64; 4]| {
        let turn = RefCell::new([1.0].into_iter().chain(scores));
        let score = |_: &[usize]| turn.borrow_mut().next();
        let interval = Bootstrap::params().resamples(4).level(0.9).interval(3, score).unwrap();
        (interval.low, interval.high)
    };
    let infinity = f64::INFINITY;
    assert_eq!(interval([-infinity, 1.0, 2.0, 2.0]), (-infinity, 2.0));
    assert_eq!(interval([-infinity, -infinity, -infinity, infinity]), (-infinity, -infinity));
    assert_eq!(interval([1.0, 1.0, 2.0, infinity]), (1.0, infinity));
}

#[test]
fn malformed_requests_are_refused_by_name() {
    let score = |_: &[usize]| Some(1.0);
    let params = Bootstrap::params();
    assert_eq!(params.interval(0, score).unwrap_err(), Error::Empty { field: "items" });
    let error = params.resamples(0).interval(1, score).unwrap_err();
    assert!(matches!(error, Error::OutOfRange { field: "resamples", .. }), "{error}");
    for level in [0.0, 1.0, -0.1, f64::NAN] {
        let error = params.level(level).interval(1, score).unwrap_err();
        assert!(matches!(error, Error::OutOfRange { field: "level", .. }), "{error}");
    }
    assert_eq!(params.interval(1, |_| None).unwrap_err(), Error::ScoreUndefined { place: "the items" });
    let turn = RefCell::new([1.0].into_iter());
    let error = params.interval(1, |_| turn.borrow_mut().next()).unwrap_err();
    assert_eq!(error, Error::ScoreUndefined { place: "any resample" });
}
