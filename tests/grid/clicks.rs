//! Clicks and efficiency.

use approx::assert_relative_eq;
use manyhands_grid::{Answer, Choice, Clicks, Layout, Tile, Tiler};
use proptest::prelude::*;

#[test]
fn clicks_on_padding_are_counted_apart() {
    let tile = Tile::new(Layout::new(1, 6), 0, vec![0, 1, 2, 3, 0, 9]).unwrap().with_padding(&[5]).unwrap();
    let clicks = Clicks::of(&tile, &Answer::new(Choice::MostNegative, [0, 4, 5])).unwrap();
    assert_eq!(clicks, Clicks::new(4, 1, 1, 2));
    assert_eq!(clicks.total_clicks(), 3);
    assert_eq!(clicks.efficiency(), Some(8.0 / 3.0));
    assert_eq!(clicks.efficiency_with_padding(), Some(8.0 / 5.0));
    assert_eq!(clicks.efficiency_without_overhead(), Some(8.0));
    let ignored = Clicks::of(&tile, &Answer::new(Choice::AllNegative, [0, 4, 5])).unwrap();
    assert_eq!(ignored, Clicks::new(4, 1, 0, 0));
    assert_eq!(ignored.efficiency_without_overhead(), None);
    assert_eq!(Clicks::default().efficiency(), None);
}

#[test]
fn counts_of_grids_add_up() {
    let (a, b) = (Clicks::new(36, 1, 4, 0), Clicks::new(20, 1, 7, 3));
    let mut sum = a;
    sum += b;
    assert_eq!(sum, Clicks::new(56, 2, 11, 3));
    assert_eq!([a, b].into_iter().sum::<Clicks>(), a + b);
    assert_eq!((sum.n_images(), sum.n_grids(), sum.total_clicks()), (56, 2, 15));
}

#[test]
fn efficiency_of_pure_and_of_even_grids() {
    // 2N / (2 + f N) with f = 0 and f = 1/2: N and 4 N / (N + 4).
    for (n, pure, even) in [(100, 100.0, 3.846_153_846), (36, 36.0, 3.6)] {
        assert_relative_eq!(Clicks::new(n, 1, 0, 0).efficiency().unwrap(), pure);
        assert_relative_eq!(Clicks::new(n, 1, n / 2, 0).efficiency().unwrap(), even, epsilon = 1e-9);
    }
}

proptest! {
    #[test]
    fn efficiency_of_whole_grids_has_a_closed_form(
        (rows, cols, n_grids) in (1_usize..6, 1_usize..6, 1_usize..9),
        seed in any::<u64>(),
        p in 0.0..=1.0,
    ) {
        let n_cells = rows * cols;
        let truth: Vec<bool> = (0..n_cells * n_grids).map(|i| ((i * 37 + 11) % 101) as f64 / 101.0 < p).collect();
        let tiles = Tiler::new(Layout::new(rows, cols)).seed(seed).tile(&vec![0; truth.len()]).unwrap();
        let clicks = Clicks::truthful(&tiles, &truth).unwrap();
        let f = tiles
            .iter()
            .map(|tile| {
                let n_positive = tile.images().iter().filter(|&&image| truth[image]).count();
                n_positive.min(n_cells - n_positive) as f64 / n_cells as f64
            })
            .sum::<f64>()
            / n_grids as f64;
        let n = n_cells as f64;
        let closed = 2.0 * n / (2.0 + f * n);
        prop_assert!((clicks.efficiency().unwrap() - closed).abs() < 1e-9 * closed);
        prop_assert_eq!(clicks.padding_clicks(), 0);
        prop_assert_eq!(clicks.efficiency_with_padding(), clicks.efficiency());
        prop_assert!(closed >= 4.0 * n / (4.0 + n) - 1e-9);
    }
}
