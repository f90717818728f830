//! Tiles: every image of a cluster in one grid.

use super::clusterings;
use manyhands_grid::{Error, Layout, Tile, Tiler};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

proptest! {
    #[test]
    fn every_image_is_asked_about_in_exactly_one_tile((clusters, layout, seed) in clusterings()) {
        let tiles = Tiler::new(layout).seed(seed).tile(&clusters).unwrap();
        let mut asked: Vec<usize> = tiles.iter().flat_map(Tile::own_images).collect();
        asked.sort_unstable();
        prop_assert_eq!(asked, (0..clusters.len()).collect::<Vec<_>>());
        // No more tiles than needed, by ascending cluster.
        let mut sizes = BTreeMap::new();
        for &cluster in &clusters {
            *sizes.entry(cluster).or_insert(0_usize) += 1;
        }
        let want: Vec<usize> =
            sizes.iter().flat_map(|(&k, n)| vec![k; n.div_ceil(layout.n_cells())]).collect();
        prop_assert_eq!(tiles.iter().map(Tile::cluster).collect::<Vec<_>>(), want);
    }

    #[test]
    fn padding_fills_the_last_tile_of_a_cluster_from_that_cluster((clusters, layout, seed) in clusterings()) {
        let tiles = Tiler::new(layout).seed(seed).tile(&clusters).unwrap();
        for (i, tile) in tiles.iter().enumerate() {
            prop_assert_eq!(tile.images().len(), layout.n_cells());
            prop_assert!(tile.images().iter().all(|&image| clusters[image] == tile.cluster()));
            prop_assert_eq!(tile.n_distinct() + tile.padding().len(), layout.n_cells());
            let is_last = tiles.get(i + 1).is_none_or(|next| next.cluster() != tile.cluster());
            prop_assert!(is_last || tile.padding().is_empty());
            // Before a cell that is padding, own images have all been shown.
            let own: BTreeSet<usize> = tile.own_images().collect();
            prop_assert_eq!(own.len(), layout.n_cells() - tile.padding().len());
            for &cell in tile.padding() {
                let image = tile.images()[cell];
                prop_assert!(!own.contains(&image) || tile.images()[..cell].contains(&image));
            }
            // Padding repeats as evenly as it can.
            let n_members = clusters.iter().filter(|&&k| k == tile.cluster()).count();
            let mut shown = BTreeMap::new();
            for &image in tile.images() {
                *shown.entry(image).or_insert(0_usize) += 1;
            }
            let most = shown.values().max().unwrap();
            prop_assert!(*most <= layout.n_cells().div_ceil(n_members) + 1);
            if n_members >= layout.n_cells() {
                prop_assert_eq!(*most, 1, "enough images of other tiles to fill with");
            }
        }
    }

    #[test]
    fn tiles_of_a_cluster_do_not_depend_on_other_clusters((clusters, layout, seed) in clusterings()) {
        let tiler = Tiler::new(layout).seed(seed);
        let all = tiler.tile(&clusters).unwrap();
        let of_zero: Vec<usize> = (0..clusters.len()).rev().filter(|&image| clusters[image] == 0).collect();
        prop_assume!(!of_zero.is_empty());
        let only = tiler.tile_rows(&clusters, &of_zero).unwrap();
        prop_assert_eq!(&all[..only.len()], &only[..]);
    }
}

#[test]
fn the_seed_decides_the_shuffle() {
    let clusters = vec![0; 1000];
    let tile = |seed| Tiler::new(Layout::square(6)).seed(seed).tile(&clusters).unwrap();
    assert_eq!(tile(7), tile(7));
    assert_ne!(tile(7), tile(8));
    assert_eq!(tile(0), Tiler::new(Layout::square(6)).tile(&clusters).unwrap());
}

#[test]
fn clusters_of_the_same_size_are_shuffled_differently() {
    let clusters: Vec<usize> = (0..72).map(|image| image / 36).collect();
    let tiles = Tiler::new(Layout::square(6)).tile(&clusters).unwrap();
    let moved: Vec<usize> = tiles[1].images().iter().map(|image| image - 36).collect();
    assert_ne!(tiles[0].images(), moved);
}

#[test]
fn every_image_comes_to_every_cell_and_to_the_padding_about_equally_often() {
    // 5 images in grids of 4: the second grid has one own image and three fillers out of the other four.
    let (mut shown, mut filler) = ([[0; 5]; 4], [0; 5]);
    for seed in 0..4000 {
        let tiles = Tiler::new(Layout::square(2)).seed(seed).tile(&[0; 5]).unwrap();
        for (cell, &image) in tiles[0].images().iter().enumerate() {
            shown[cell][image] += 1;
        }
        for &cell in tiles[1].padding() {
            filler[tiles[1].images()[cell]] += 1;
        }
    }
    // Binomial(4000, 1/5): standard deviation 25; Binomial(4000, 3/5): 31. Five of them.
    assert!(shown.iter().flatten().all(|&n: &i32| (n - 800).abs() < 125), "{shown:?}");
    assert!(filler.iter().all(|&n: &i32| (n - 2400).abs() < 155), "{filler:?}");
}

#[test]
fn sparse_cluster_ids_cost_no_memory() {
    let tiles = Tiler::new(Layout::square(1)).tile(&[usize::MAX, 3, usize::MAX]).unwrap();
    assert_eq!(tiles.iter().map(Tile::cluster).collect::<Vec<_>>(), [3, usize::MAX, usize::MAX]);
}

#[test]
fn a_cluster_of_one_image_fills_its_grid_with_it() {
    let tiles = Tiler::new(Layout::square(3)).tile(&[4]).unwrap();
    assert_eq!(tiles[0].images(), [0; 9]);
    assert_eq!(tiles[0].n_distinct(), 1);
    assert_eq!(
        (0..10).filter(|&cell| tiles[0].is_padding(cell)).collect::<Vec<_>>(),
        (1..9).collect::<Vec<_>>()
    );
}

#[test]
fn tiling_some_rows_keeps_their_indices() {
    let clusters = [0, 0, 1, 0, 1, 0];
    let tiler = Tiler::new(Layout::new(1, 2));
    let tiles = tiler.tile_rows(&clusters, &[5, 2, 0, 1]).unwrap();
    let asked: BTreeSet<usize> = tiles.iter().flat_map(Tile::own_images).collect();
    assert_eq!(asked, BTreeSet::from([0, 1, 2, 5]));
    assert!(tiles.iter().flat_map(Tile::images).all(|image| [0, 1, 2, 5].contains(image)), "padding too");
    assert_eq!(tiles, tiler.tile_rows(&clusters, &[0, 1, 2, 5]).unwrap());
}

#[test]
fn malformed_tilings_are_named_errors() {
    let tiler = Tiler::new(Layout::square(2));
    assert_eq!(tiler.tile(&[]), Err(Error::NoImages));
    assert_eq!(tiler.tile_rows(&[0, 1], &[]), Err(Error::NoImages));
    assert_eq!(tiler.tile_rows(&[0, 1], &[0, 2]), Err(Error::RowOutOfRange { row: 2, n_images: 2 }));
    assert_eq!(tiler.tile_rows(&[0, 1], &[1, 0, 1]), Err(Error::RowTwice { row: 1 }));
    let layout = Layout::square(2);
    assert_eq!(Tile::new(layout, 0, vec![0, 1, 2]), Err(Error::CellCount { got: 3, want: 4 }));
    let tile = Tile::new(layout, 0, vec![0, 1, 2, 3]).unwrap();
    assert_eq!(tile.clone().with_padding(&[4]), Err(Error::CellOutOfRange { cell: 4, n_cells: 4 }));
    assert_eq!(tile.with_padding(&[0, 1, 2, 3]), Err(Error::AllPadding { n_cells: 4 }));
}

#[test]
fn error_messages_name_the_field_what_it_got_and_what_it_wants() {
    let cases = [
        (Error::ZeroLayout { field: "rows" }, "layout.rows is 0, want at least 1"),
        (Error::RowOutOfRange { row: 2, n_images: 2 }, "rows asks for image 2, but clusters has 2 images"),
        (Error::CellOutOfRange { cell: 4, n_cells: 4 }, "cell 4 is outside the layout of 4 cells (0 to 3)"),
        (Error::ZeroAnswers, "n_answers is 0, want at least 1 answer before a tile retires"),
    ];
    for (error, message) in cases {
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn a_tile_built_by_hand_knows_its_repeats() {
    let tile = Tile::new(Layout::new(1, 5), 2, vec![9, 8, 9, 7, 9]).unwrap();
    assert_eq!(tile.padding(), [2, 4]);
    assert_eq!(tile.own_images().collect::<Vec<_>>(), [9, 8, 7]);
    let tile = tile.with_padding(&[1, 2]).unwrap();
    assert_eq!(tile.padding(), [1, 2, 4]);
    assert_eq!(tile.n_distinct(), 2);
    assert_eq!((tile.cluster(), tile.layout()), (2, Layout::new(1, 5)));
}
