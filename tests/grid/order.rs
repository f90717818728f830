//! The order in which tiles and images are asked about.

use super::clusterings;
use approx::assert_relative_eq;
use manyhands_grid::{Clicks, Error, Expectation, Layout, Priority, Tile, Tiler, order_tiles};
use proptest::prelude::*;
use std::collections::BTreeSet;

proptest! {
    #[test]
    fn what_is_expected_of_a_tile_is_the_mean_over_all_truths(
        p in prop::collection::vec(0.0..=1.0_f64, 1..9),
        certain in any::<bool>(),
    ) {
        let p: Vec<f64> = if certain { p.iter().map(|p| p.round()).collect() } else { p };
        let n = p.len();
        let tile = Tile::new(Layout::new(1, n), 0, (0..n).collect()).unwrap();
        let expected = Expectation::of(&tile, &p).unwrap();
        // A cell that repeats an image asks nothing.
        let padded = Tile::new(Layout::new(1, n + 1), 0, (0..n).chain([n - 1]).collect()).unwrap();
        prop_assert_eq!(Expectation::of(&padded, &p).unwrap(), expected);
        // The slow twin: every truth there may be, with its probability.
        let (mut positives, mut minority, mut information) = (0.0, 0.0, 0.0);
        for truth in 0..1_u32 << n {
            let is_positive = |i: usize| truth >> i & 1 == 1;
            let weight: f64 = (0..n).map(|i| if is_positive(i) { p[i] } else { 1.0 - p[i] }).product();
            let truth: Vec<bool> = (0..n).map(is_positive).collect();
            let clicks = Clicks::truthful(std::slice::from_ref(&tile), &truth).unwrap();
            positives += weight * truth.iter().filter(|&&positive| positive).count() as f64;
            minority += weight * clicks.minority_clicks() as f64;
            information += if weight > 0.0 { -weight * weight.log2() } else { 0.0 };
        }
        assert_relative_eq!(expected.positives, positives, epsilon = 1e-9);
        assert_relative_eq!(expected.minority_clicks, minority, epsilon = 1e-9);
        assert_relative_eq!(expected.information, information, epsilon = 1e-9);
        prop_assert_eq!(expected.n_images, n);
        let value = expected.value(Priority::ClicksSaved);
        assert_relative_eq!(value, (2.0 * n as f64 - 2.0 - minority) / (2.0 + minority), epsilon = 1e-9);
    }

    #[test]
    fn the_order_of_tiles_falls_in_value_and_ties_go_to_the_lower_number(
        (clusters, layout, seed) in clusterings(),
        levels in prop::collection::vec(0_u8..4, 150),
    ) {
        let p: Vec<f64> = levels.iter().map(|&level| f64::from(level) / 3.0).collect();
        let tiles = Tiler::new(layout).seed(seed).tile(&clusters).unwrap();
        for priority in [Priority::Positives, Priority::ClicksSaved, Priority::Information] {
            let order = order_tiles(&tiles, &p, priority).unwrap();
            let value = |tile: usize| Expectation::of(&tiles[tile], &p).unwrap().value(priority);
            for pair in order.windows(2) {
                let (a, b) = (value(pair[0]), value(pair[1]));
                prop_assert!(a > b || (a == b && pair[0] < pair[1]));
            }
            prop_assert_eq!(order.iter().copied().collect::<BTreeSet<_>>().len(), tiles.len());
        }
    }

    #[test]
    fn ranked_tiles_ask_about_every_image_once_in_falling_order_of_score(
        (clusters, layout, seed) in clusterings(),
        scores in prop::collection::vec(-2_i8..3, 150),
    ) {
        let scores: Vec<f64> = scores[..clusters.len()].iter().map(|&score| f64::from(score)).collect();
        let rows: Vec<usize> = (0..clusters.len()).collect();
        let tiles = Tiler::new(layout).seed(seed).tile_ranked(&clusters, &rows, &scores).unwrap();
        let asked: Vec<(usize, usize)> =
            tiles.iter().flat_map(|tile| tile.own_images().map(|image| (tile.cluster(), image))).collect();
        for pair in asked.windows(2) {
            let falls = scores[pair[0].1] >= scores[pair[1].1];
            prop_assert!(pair[0].0 < pair[1].0 || (pair[0].0 == pair[1].0 && falls));
        }
        let mut images: Vec<usize> = asked.iter().map(|&(_, image)| image).collect();
        images.sort_unstable();
        prop_assert_eq!(images, &rows[..]);
        // Scores that are all equal say nothing: the tiles are those without scores.
        let flat = Tiler::new(layout).seed(seed).tile_ranked(&clusters, &rows, &vec![1.0; rows.len()]).unwrap();
        prop_assert_eq!(flat, Tiler::new(layout).seed(seed).tile(&clusters).unwrap());
    }
}

#[test]
fn malformed_probabilities_and_scores_are_named_errors() {
    let tile = Tile::new(Layout::new(1, 2), 0, vec![0, 2]).unwrap();
    let tiles = std::slice::from_ref(&tile);
    let of = |p: &[f64]| order_tiles(tiles, p, Priority::Positives).unwrap_err();
    assert_eq!(of(&[0.5, 0.5]), Error::NoProbability { image: 2, n_probabilities: 2 });
    assert_eq!(of(&[0.5, 0.5, 1.1]), Error::Probability { image: 2, value: 1.1 });
    assert_eq!(of(&[-0.1, 0.5, 1.0]), Error::Probability { image: 0, value: -0.1 });
    assert!(matches!(of(&[0.5, 0.5, f64::NAN]), Error::Probability { image: 2, .. }));
    // An image that no tile asks about may have any.
    assert_eq!(order_tiles(tiles, &[0.5, f64::NAN, 1.0], Priority::Positives).unwrap(), [0]);
    let tiler = Tiler::new(Layout::new(1, 2));
    let ranked = |scores: &[f64], rows: &[usize]| tiler.tile_ranked(&[0, 0, 0], rows, scores).unwrap_err();
    assert_eq!(ranked(&[1.0; 2], &[0]), Error::ScoreCount { got: 2, n_images: 3 });
    assert_eq!(ranked(&[1.0, f64::NAN, 1.0], &[0]), Error::ScoreNan { image: 1 });
    assert_eq!(ranked(&[1.0; 3], &[3]), Error::RowOutOfRange { row: 3, n_images: 3 });
    assert_eq!(ranked(&[1.0; 3], &[1, 1]), Error::RowTwice { row: 1 });
}
