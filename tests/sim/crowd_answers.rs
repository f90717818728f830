//! What volunteers do on grids and single images.

use std::collections::BTreeSet;

use manyhands_grid::{Answer, Choice, Layout, Tile, Tiler};
use manyhands_sim::{Crowd, Error, GridAnswer, Volunteer};
use proptest::prelude::*;

/// Every `n`-th image is a positive.
fn every(n: usize, n_images: usize) -> Vec<bool> {
    (0..n_images).map(|image| image % n == 0).collect()
}

fn tiles(side: usize, n_images: usize) -> Vec<Tile> {
    Tiler::new(Layout::square(side)).seed(3).tile(&vec![0; n_images]).unwrap()
}

#[test]
fn perfect_volunteers_give_every_image_its_truth() {
    let crowd = Crowd::new(vec![Volunteer::new(1.0, 1.0); 3]);
    for n in [1, 2, 3, 10, 1000] {
        let truth: Vec<bool> = every(n, 190).iter().map(|&p| p != (n == 3)).collect();
        let tiles = tiles(6, truth.len());
        for given in crowd.answer(&tiles, &truth, 3).unwrap() {
            let tile = &tiles[given.tile];
            assert!(given.answer.labels(tile).unwrap().iter().all(|&(image, label)| label == truth[image]));
            let truthful = Answer::truthful(tile, &truth).unwrap();
            // People do not count: near a tie they see no majority.
            if given.answer.choice() != Choice::NoMajority {
                assert_eq!(given.answer, truthful);
            }
        }
    }
}

#[test]
fn near_ties_are_no_clear_majority() {
    let crowd = Crowd::new(vec![Volunteer::new(1.0, 1.0)]);
    let tile = Tile::new(Layout::square(10), 0, (0..100).collect()).unwrap();
    for (n_positive, want) in [
        (0, Choice::AllNegative),
        (1, Choice::MostNegative),
        (44, Choice::MostNegative),
        (45, Choice::NoMajority),
        (50, Choice::NoMajority),
        (55, Choice::NoMajority),
        (56, Choice::MostPositive),
        (99, Choice::MostPositive),
        (100, Choice::AllPositive),
    ] {
        let truth: Vec<bool> = (0..100).map(|image| image < n_positive).collect();
        let answers = crowd.answer(std::slice::from_ref(&tile), &truth, 1).unwrap();
        assert_eq!(answers[0].answer.choice(), want, "{n_positive}");
    }
}

#[test]
fn votes_recover_the_confusion_matrices_that_made_them() {
    let skills = [(0.9, 0.97), (0.3, 0.99), (0.5, 0.5), (0.1, 0.2)];
    let crowd = Crowd::new(skills.map(|(p, n)| Volunteer::new(p, n)).to_vec()).seed(5);
    let truth = every(3, 12_000);
    let mut from_images = [[[0.0; 2]; 2]; 4];
    for vote in crowd.vote(&truth, 4).unwrap() {
        from_images[vote.volunteer][usize::from(truth[vote.image])][usize::from(vote.positive)] += 1.0;
    }
    let tiles = tiles(6, truth.len());
    let mut from_grids = [[[0.0; 2]; 2]; 4];
    for given in crowd.answer(&tiles, &truth, 4).unwrap() {
        for (image, positive) in given.answer.labels(&tiles[given.tile]).unwrap() {
            from_grids[given.volunteer][usize::from(truth[image])][usize::from(positive)] += 1.0;
        }
    }
    for (v, volunteer) in crowd.volunteers().iter().enumerate() {
        let want = volunteer.confusion();
        assert_eq!(want[1][1], skills[v].0);
        assert_eq!(want[0][0], skills[v].1);
        for (truth, want) in want.into_iter().enumerate() {
            assert!((want[0] + want[1] - 1.0_f64).abs() < 1e-12);
            for counts in [from_images[v][truth], from_grids[v][truth]] {
                let share = counts[1] / (counts[0] + counts[1]);
                // Four standard deviations of a share of 4000.
                assert!((share - want[1]).abs() < 0.032, "volunteer {v}, truth {truth}: {share} {want:?}");
            }
        }
    }
}

#[test]
fn tired_volunteers_leave_the_end_of_the_grid_alone() {
    let tired = Volunteer { fatigue: 0.2, ..Volunteer::new(1.0, 1.0) };
    let truth = every(4, 100 * 400);
    let layout = Layout::square(10);
    let tiles: Vec<Tile> =
        (0..400).map(|t| Tile::new(layout, 0, (100 * t..100 * (t + 1)).collect()).unwrap()).collect();
    let answers = Crowd::new(vec![tired]).answer(&tiles, &truth, 1).unwrap();
    let clicks = |range: std::ops::Range<usize>| {
        answers
            .iter()
            .flat_map(|given| given.answer.highlighted())
            .filter(|cell| range.contains(cell))
            .count()
    };
    assert_eq!(
        answers.iter().filter(|given| given.answer.highlights(0)).count(),
        400,
        "the first is always clicked"
    );
    let (start, middle, end) = (clicks(0..30), clicks(30..60), clicks(60..100));
    assert!(start > 3 * middle / 2 && middle > end, "{start} {middle} {end}");
    // The mean number of clicks on 25 cells, where the next one comes with probability 0.8^c after c clicks. python:
    // p = {0: 1.0}
    // for _ in range(25):
    //     q = {}
    //     for c, w in p.items(): q[c + 1] = q.get(c + 1, 0) + w * 0.8**c; q[c] = q.get(c, 0) + w * (1 - 0.8**c)
    //     p = q
    // sum(c * w for c, w in p.items())
    let mean = clicks(0..100) as f64 / 400.0;
    assert!((mean - 8.691).abs() < 0.25, "{mean}");
}

#[test]
fn a_skipped_second_step_has_no_clicks() {
    let hasty = Volunteer { skip: 1.0, ..Volunteer::new(1.0, 1.0) };
    let truth = every(4, 360);
    let tiles = tiles(6, 360);
    for given in Crowd::new(vec![hasty]).answer(&tiles, &truth, 1).unwrap() {
        assert_eq!(given.answer, Answer::new(Choice::MostNegative, []));
    }
}

#[test]
fn missed_clicks_land_on_each_of_the_cells_around_equally_often() {
    let clumsy = Volunteer { misclick: 1.0, ..Volunteer::new(1.0, 1.0) };
    let crowd = Crowd::new(vec![clumsy]);
    // One positive at a time on a grid of 3 rows and 4 columns: at cell 5 inside, then at the corner 0.
    let n_tiles = 8000;
    let layout = Layout::new(3, 4);
    let tiles: Vec<Tile> =
        (0..n_tiles).map(|t| Tile::new(layout, 0, (12 * t..12 * (t + 1)).collect()).unwrap()).collect();
    for (place, around) in [(5, vec![0, 1, 2, 4, 6, 8, 9, 10]), (0, vec![1, 4, 5]), (11, vec![6, 7, 10])] {
        let truth: Vec<bool> = (0..12 * n_tiles).map(|image| image % 12 == place).collect();
        let mut hits = [0; 12];
        for given in crowd.answer(&tiles, &truth, 1).unwrap() {
            for &cell in given.answer.highlighted() {
                hits[cell] += 1;
            }
        }
        for (cell, hits) in hits.into_iter().enumerate() {
            let want = if around.contains(&cell) { 1000.0 } else { 0.0 };
            assert!((f64::from(hits) - want).abs() < 120.0, "{place}: cell {cell} hit {hits} times");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_answers_for_any_number_of_threads() {
    let truth = every(5, 2000);
    let tiles = tiles(6, truth.len());
    let crowd = Crowd::beta(40).seed(9);
    let with_threads = |n| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        pool.install(|| (crowd.answer(&tiles, &truth, 7).unwrap(), crowd.vote(&truth, 7).unwrap()))
    };
    assert_eq!(with_threads(1), with_threads(3));
    assert_ne!(crowd.answer(&tiles, &truth, 7), crowd.clone().seed(10).answer(&tiles, &truth, 7));
}

#[test]
fn a_few_volunteers_do_most_of_the_work() {
    let n_volunteers = 500;
    let truth = every(30, 36 * 2000);
    let answers = Crowd::public(n_volunteers).seed(1).answer(&tiles(6, truth.len()), &truth, 5).unwrap();
    let mut done = vec![0; n_volunteers];
    for given in &answers {
        done[given.volunteer] += 1;
    }
    done.sort_unstable_by(|a, b| b.cmp(a));
    let top: usize = done[..n_volunteers / 10].iter().sum();
    let share = top as f64 / answers.len() as f64;
    assert!((0.6..0.95).contains(&share), "{share}");
}

#[test]
fn volunteers_come_and_go() {
    let crowd = Crowd::new(vec![Volunteer::new(0.9, 0.9); 100]).seed(4);
    let votes = crowd.vote(&every(2, 4000), 5).unwrap();
    let mut spans = vec![(usize::MAX, 0); 100];
    for (turn, vote) in votes.iter().enumerate() {
        let span: &mut (usize, usize) = &mut spans[vote.volunteer];
        *span = (span.0.min(turn), span.1.max(turn));
    }
    let long =
        spans.iter().filter(|&&(first, last)| last.saturating_sub(first) > votes.len() * 3 / 4).count();
    let late = spans.iter().filter(|&&(first, _)| first > votes.len() / 4 && first < usize::MAX).count();
    assert!(long < 30 && late > 30, "{long} stay almost throughout, {late} come after the first quarter");
}

fn assert_all_answered(answers: &[GridAnswer], n_tiles: usize, n_answers: usize) {
    assert_eq!(answers.len(), n_tiles * n_answers);
    let pairs: BTreeSet<(usize, usize)> = answers.iter().map(|given| (given.tile, given.volunteer)).collect();
    assert_eq!(pairs.len(), answers.len(), "nobody answers a tile twice");
    for tile in 0..n_tiles {
        assert_eq!(pairs.range((tile, 0)..(tile + 1, 0)).count(), n_answers);
    }
}

proptest! {
    #[test]
    fn every_tile_gets_its_answers_by_different_volunteers(
        n_volunteers in 1..40_usize,
        n_tiles in 0..30_usize,
        share in 0.0..1.0_f64,
        exponent in 0.0..4.0_f64,
        seed: u64,
    ) {
        // However skewed activities are, and even if everybody has to answer.
        let n_answers = 1 + (share * n_volunteers as f64) as usize;
        let member = |k: usize| Volunteer { activity: (k as f64 + 1.0).powf(-exponent), ..Volunteer::new(0.8, 0.9) };
        let crowd = Crowd::new((0..n_volunteers).map(member).collect()).seed(seed);
        let layout = Layout::square(2);
        let tiles: Vec<Tile> = (0..n_tiles).map(|t| Tile::new(layout, 0, (t..t + 4).collect()).unwrap()).collect();
        let truth = every(2, n_tiles + 4);
        assert_all_answered(&crowd.answer(&tiles, &truth, n_answers).unwrap(), n_tiles, n_answers);
        let votes = crowd.vote(&truth, n_answers).unwrap();
        let pairs: BTreeSet<_> = votes.iter().map(|vote| (vote.image, vote.volunteer)).collect();
        prop_assert_eq!(pairs.len(), truth.len() * n_answers);
    }
}

#[test]
fn the_volunteers_of_a_preset_do_not_depend_on_its_seed_or_size() {
    let (small, large) = (Crowd::beta(10), Crowd::beta(50).seed(3));
    assert_eq!(small.volunteers(), &large.volunteers()[..10]);
    assert!(large.volunteers().windows(2).all(|pair| pair[0].activity > pair[1].activity));
}

#[test]
fn malformed_crowds_and_requests_are_refused_by_name() {
    let tiles = tiles(2, 8);
    let truth = every(2, 8);
    let good = Volunteer::new(0.9, 0.9);
    for n_answers in [0, 3] {
        let error = Crowd::new(vec![good; 2]).answer(&tiles, &truth, n_answers).unwrap_err();
        assert_eq!(error, Error::Answers { n_answers, n_volunteers: 2 });
        assert!(error.to_string().starts_with("n_answers: got"));
    }
    assert_eq!(Crowd::beta(0).vote(&truth, 1).unwrap_err(), Error::Answers { n_answers: 1, n_volunteers: 0 });
    let error = Crowd::new(vec![good]).answer(&tiles, &truth[..7], 1).unwrap_err();
    assert!(matches!(error, Error::NoTruth { image: 7, n_truth: 7, .. }), "{error}");
    for bad in [f64::NAN, -0.1, 1.1] {
        for (field, volunteer) in [
            ("recognise_positive", Volunteer { recognise_positive: bad, ..good }),
            ("recognise_negative", Volunteer { recognise_negative: bad, ..good }),
            ("fatigue", Volunteer { fatigue: bad, ..good }),
            ("skip", Volunteer { skip: bad, ..good }),
            ("misclick", Volunteer { misclick: bad, ..good }),
        ] {
            let error = Crowd::new(vec![good, volunteer]).answer(&tiles, &truth, 1).unwrap_err();
            assert!(matches!(error, Error::OutOfRange { field: f, .. } if f == field), "{error}");
        }
    }
    for activity in [0.0, -1.0, f64::INFINITY, f64::NAN] {
        let error = Crowd::new(vec![Volunteer { activity, ..good }]).vote(&truth, 1).unwrap_err();
        assert!(matches!(error, Error::OutOfRange { field: "activity", .. }), "{error}");
    }
}
