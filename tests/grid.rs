//! Tests of manyhands-grid.

use std::collections::{BTreeMap, BTreeSet};

use approx::assert_relative_eq;
use manyhands_grid::{
    Answer, Choice, Clicks, Contrast, Decomposition, Error, Expectation, Highlighted, Layout, Montage,
    Padding, Palette, Priority, Progress, Raster, Retirement, Tile, Tiler, order_tiles,
};
use ndarray::{Array2, array};
use proptest::prelude::*;

/// A clustering of up to 150 images and grids of 1 to 12 cells: clusters smaller than a grid, empty ones, whole grids.
fn clusterings() -> impl Strategy<Value = (Vec<usize>, Layout, u64)> {
    (prop::collection::vec(0_usize..5, 1..150), 1_usize..4, 1_usize..5, any::<u64>())
        .prop_map(|(clusters, rows, cols, seed)| (clusters, Layout::new(rows, cols), seed))
}

fn truths() -> impl Strategy<Value = Vec<bool>> {
    // Also grids of one class.
    (0.0..=1.0).prop_flat_map(|p| prop::collection::vec(prop::bool::weighted(p), 150))
}

// ---- Layout ----

#[test]
fn cells_are_numbered_row_by_row() {
    let layout = Layout::new(2, 3).cell_size(10, 20).gap(5);
    assert_eq!(layout.n_cells(), 6);
    assert_eq!(layout.size(), (3 * 10 + 2 * 5, 2 * 20 + 5));
    let boxes: Vec<_> = (0..7).map(|cell| layout.cell_box(cell)).collect();
    let corners = [(0, 0), (15, 0), (30, 0), (0, 25), (15, 25), (30, 25)];
    let want: Vec<_> = corners.iter().map(|&(x, y)| Some((x, y, 10, 20))).chain([None]).collect();
    assert_eq!(boxes, want);
}

#[test]
fn points_outside_and_in_gaps_lie_in_no_cell() {
    let layout = Layout::square(2).cell_size(10, 10).gap(4);
    let cases = [
        ((0.0, 0.0), Some(0)),
        ((9.999, 9.999), Some(0)),
        ((10.0, 5.0), None), // the gap begins
        ((13.999, 5.0), None),
        ((14.0, 5.0), Some(1)),
        ((5.0, 14.0), Some(2)),
        ((23.999, 23.999), Some(3)),
        ((24.0, 5.0), None),
        ((5.0, 24.0), None),
        ((-0.001, 5.0), None), // a program that rounds towards 0 finds cell 0, one that wraps finds the last
        ((5.0, -1.0), None),
        ((-0.0, 5.0), Some(0)),
        ((f64::NAN, 5.0), None),
        ((5.0, f64::NAN), None),
        ((f64::INFINITY, 5.0), None),
        ((f64::NEG_INFINITY, 5.0), None),
        ((1e300, 5.0), None),
    ];
    for ((x, y), want) in cases {
        assert_eq!(layout.cell_at(x, y), want, "({x}, {y})");
    }
}

#[test]
fn a_layout_without_cells_contains_no_point_and_is_refused_by_name() {
    let cases = [
        (Layout::new(0, 3), "rows"),
        (Layout::new(3, 0), "cols"),
        (Layout::square(3).cell_size(0, 5).gap(2), "cell_width"),
        (Layout::square(3).cell_size(5, 0).gap(2), "cell_height"),
    ];
    for (layout, field) in cases {
        assert_eq!(layout.cell_at(0.0, 0.0), None, "{field}");
        assert_eq!(Tiler::new(layout).tile(&[0]), Err(Error::ZeroLayout { field }));
        assert_eq!(Tile::new(layout, 0, vec![]), Err(Error::ZeroLayout { field }));
    }
}

#[test]
fn a_layout_too_large_for_a_picture_is_refused() {
    for layout in
        [Layout::square(1 << 30), Layout::new(1, 2).cell_size(u32::MAX, 1), Layout::new(usize::MAX, 2)]
    {
        let error = Tiler::new(layout).tile(&[0]).unwrap_err();
        assert!(matches!(error, Error::LayoutTooLarge { .. }), "{error}");
        assert_eq!(layout.cell_at(-1.0, 0.0), None);
        // What there is of it has a place; what no number can tell has none.
        assert_eq!(layout.cell_at(0.0, 0.0), Some(0));
        assert_eq!(Layout::square(usize::MAX).cell_at(1e18, 1e18), None);
        assert_eq!(Layout::square(usize::MAX).cell_box(usize::MAX - 1), None);
    }
}

proptest! {
    #[test]
    fn a_point_of_a_cell_leads_back_to_the_cell(
        (rows, cols) in (1_usize..12, 1_usize..12),
        (width, height, gap) in (1_u32..200, 1_u32..200, 0_u32..20),
        (u, v) in (0.0..1.0, 0.0..1.0),
        pick in any::<prop::sample::Index>(),
    ) {
        let layout = Layout::new(rows, cols).cell_size(width, height).gap(gap);
        let cell = pick.index(layout.n_cells());
        let (x, y, w, h) = layout.cell_box(cell).unwrap();
        prop_assert!(x + w <= layout.size().0 && y + h <= layout.size().1);
        prop_assert_eq!(
            layout.cell_at(f64::from(x) + u * f64::from(w), f64::from(y) + v * f64::from(h)),
            Some(cell)
        );
    }

    #[test]
    fn cell_at_finds_what_a_search_through_all_boxes_finds(
        (rows, cols) in (1_usize..5, 1_usize..5),
        (width, height, gap) in (1_u32..12, 1_u32..12, 0_u32..5),
        (x, y) in (-5.0..80.0, -5.0..80.0),
    ) {
        let layout = Layout::new(rows, cols).cell_size(width, height).gap(gap);
        let inside = |offset: f64, start: u32, side: u32| offset >= start.into() && offset < (start + side).into();
        let slow = (0..layout.n_cells()).find(|&cell| {
            let (left, top, w, h) = layout.cell_box(cell).unwrap();
            inside(x, left, w) && inside(y, top, h)
        });
        prop_assert_eq!(layout.cell_at(x, y), slow);
    }
}

// ---- Tiler and Tile ----

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
            // The first cell of an own image is never padding; padding repeats as evenly as it can.
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
    let (mut first, mut filler) = ([0; 5], [0; 5]);
    for seed in 0..4000 {
        let tiles = Tiler::new(Layout::square(2)).seed(seed).tile(&[0; 5]).unwrap();
        first[tiles[0].images()[0]] += 1;
        for &cell in tiles[1].padding() {
            filler[tiles[1].images()[cell]] += 1;
        }
    }
    // Binomial(4000, 1/5): standard deviation 25; Binomial(4000, 3/5): 31. Five of them.
    assert!(first.iter().all(|&n: &i32| (n - 800).abs() < 125), "{first:?}");
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

// ---- Answer and its decomposition ----

#[test]
fn every_choice_reads_clicks_by_its_own_question() {
    let tile = Tile::new(Layout::new(1, 3), 0, vec![5, 3, 4]).unwrap();
    let cases = [
        (Choice::AllPositive, [true, true, true]),
        (Choice::MostPositive, [true, false, true]),
        (Choice::NoMajority, [false, true, false]),
        (Choice::MostNegative, [false, true, false]),
        (Choice::AllNegative, [false, false, false]),
    ];
    for (choice, want) in cases {
        let labels = Answer::new(choice, [1]).labels(&tile).unwrap();
        assert_eq!(labels, [(5, want[0]), (3, want[1]), (4, want[2])], "{choice:?}");
    }
    assert_eq!(cases.map(|(choice, _)| choice), Choice::ALL);
}

#[test]
fn no_clear_majority_can_be_read_as_the_negatives() {
    let tile = Tile::new(Layout::new(1, 3), 0, vec![5, 3, 4]).unwrap();
    let rule = Decomposition { no_majority: Highlighted::Negatives, ..Decomposition::default() };
    for choice in Choice::ALL {
        let answer = Answer::new(choice, [0, 2]);
        let (paper, program) = (answer.labels(&tile).unwrap(), answer.labels_with(&tile, &rule).unwrap());
        if choice == Choice::NoMajority {
            assert_eq!(program, [(5, false), (3, true), (4, false)]);
        } else {
            assert_eq!(program, paper, "{choice:?}");
        }
    }
}

#[test]
fn an_image_shown_twice_votes_once_by_the_rule_for_padding() {
    let tile = Tile::new(Layout::new(1, 4), 0, vec![1, 2, 1, 2]).unwrap();
    let label = |padding, cells: &[usize]| {
        let rule = Decomposition { padding, ..Decomposition::default() };
        Answer::new(Choice::MostNegative, cells.iter().copied()).labels_with(&tile, &rule).unwrap()
    };
    // Image 1 has one of its two cells clicked, image 2 both.
    let cells = [2, 1, 3];
    assert_eq!(label(Padding::AnyClicked, &cells), [(1, true), (2, true)]);
    assert_eq!(label(Padding::AllClicked, &cells), [(1, false), (2, true)]);
    assert_eq!(label(Padding::DropIfInconsistent, &cells), [(2, true)]);
    assert_eq!(label(Padding::DropIfInconsistent, &[]), [(1, false), (2, false)]);
    assert_eq!(Decomposition::default().padding, Padding::AnyClicked);
}

#[test]
fn padding_from_another_tile_never_votes() {
    let tile = Tile::new(Layout::new(1, 3), 0, vec![1, 2, 8]).unwrap().with_padding(&[2]).unwrap();
    for choice in Choice::ALL {
        let labels = Answer::new(choice, [2]).labels(&tile).unwrap();
        assert_eq!(labels.iter().map(|&(image, _)| image).collect::<Vec<_>>(), [1, 2], "{choice:?}");
    }
}

#[test]
fn cells_that_the_tile_does_not_have_are_an_error_with_every_choice() {
    let tile = Tile::new(Layout::square(2), 0, vec![0, 1, 2, 3]).unwrap();
    for choice in Choice::ALL {
        let answer = Answer::new(choice, [0, 4]);
        assert_eq!(answer.labels(&tile), Err(Error::CellOutOfRange { cell: 4, n_cells: 4 }));
        assert_eq!(Clicks::of(&tile, &answer), Err(Error::CellOutOfRange { cell: 4, n_cells: 4 }));
    }
}

#[test]
fn clicks_become_a_set_of_cells_and_strays_are_counted() {
    let layout = Layout::square(3).cell_size(10, 10).gap(2);
    let points =
        [(15.0, 3.0), (16.0, 4.0), (1.0, 1.0), (11.0, 1.0), (-1.0, 1.0), (1.0, 99.0), (f64::NAN, 1.0)];
    let (answer, n_outside) = Answer::from_clicks(Choice::NoMajority, layout, &points);
    assert_eq!(answer.highlighted(), [0, 1]);
    assert!(answer.highlights(1) && !answer.highlights(2));
    assert_eq!(n_outside, 4);
}

#[test]
fn a_truthful_answer_goes_by_the_strict_majority_of_the_cells_shown() {
    let tile = Tile::new(Layout::square(2), 0, vec![0, 1, 2, 3]).unwrap();
    let cases = [
        ([true, true, true, true], Choice::AllPositive, vec![]),
        ([true, true, false, true], Choice::MostPositive, vec![2]),
        ([true, false, false, true], Choice::NoMajority, vec![0, 3]),
        ([false, false, true, false], Choice::MostNegative, vec![2]),
        ([false, false, false, false], Choice::AllNegative, vec![]),
    ];
    for (truth, choice, cells) in cases {
        let answer = Answer::truthful(&tile, &truth).unwrap();
        assert_eq!((answer.choice(), answer.highlighted()), (choice, &cells[..]));
    }
    // Two of the three distinct images are negative, but two of the four cells are positive.
    let padded = Tile::new(Layout::square(2), 0, vec![0, 1, 2, 0]).unwrap();
    let answer = Answer::truthful(&padded, &[true, false, false]).unwrap();
    assert_eq!((answer.choice(), answer.highlighted()), (Choice::NoMajority, &[0, 3][..]));
    assert_eq!(Answer::truthful(&tile, &[true; 3]), Err(Error::NoTruth { image: 3, n_truth: 3 }));
}

proptest! {
    #[test]
    fn the_truthful_answer_gives_every_truth_back_once((clusters, layout, seed) in clusterings(), truth in truths()) {
        for padding in [Padding::AnyClicked, Padding::AllClicked, Padding::DropIfInconsistent] {
            let rule = Decomposition { padding, ..Decomposition::default() };
            let mut labels = Vec::new();
            for tile in Tiler::new(layout).seed(seed).tile(&clusters).unwrap() {
                let answer = Answer::truthful(&tile, &truth).unwrap();
                labels.extend(answer.labels_with(&tile, &rule).unwrap());
            }
            labels.sort_unstable();
            let want: Vec<_> = truth[..clusters.len()].iter().copied().enumerate().collect();
            prop_assert_eq!(labels, want);
        }
    }

    #[test]
    fn any_answer_labels_as_a_table_of_all_cells_does(
        (clusters, layout, seed) in clusterings(),
        choice in prop::sample::select(Choice::ALL.to_vec()),
        clicked in prop::collection::vec(any::<bool>(), 12),
    ) {
        for tile in Tiler::new(layout).seed(seed).tile(&clusters).unwrap() {
            let answer = Answer::new(choice, (0..layout.n_cells()).filter(|&cell| clicked[cell]));
            let mut slow = Vec::new();
            for (cell, &image) in tile.images().iter().enumerate() {
                if tile.is_padding(cell) {
                    continue;
                }
                let any = (0..layout.n_cells()).any(|other| tile.images()[other] == image && clicked[other]);
                let positive = match choice {
                    Choice::AllPositive => true,
                    Choice::AllNegative => false,
                    Choice::MostPositive => !any,
                    Choice::MostNegative | Choice::NoMajority => any,
                };
                slow.push((image, positive));
            }
            let labels = answer.labels(&tile).unwrap();
            prop_assert_eq!(labels.len(), tile.n_distinct());
            prop_assert_eq!(labels, slow);
        }
    }

    #[test]
    fn a_truthful_volunteer_never_highlights_more_than_half_of_the_cells(
        (clusters, layout, seed) in clusterings(),
        truth in truths(),
    ) {
        for tile in Tiler::new(layout).seed(seed).tile(&clusters).unwrap() {
            let answer = Answer::truthful(&tile, &truth).unwrap();
            prop_assert!(2 * answer.highlighted().len() <= layout.n_cells());
            let n_positive = tile.images().iter().filter(|&&image| truth[image]).count();
            let clicks = Clicks::of(&tile, &answer).unwrap();
            prop_assert_eq!(
                clicks.minority_clicks() + clicks.padding_clicks(),
                n_positive.min(layout.n_cells() - n_positive)
            );
        }
    }
}

// ---- Clicks ----

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

/// Table 1 of Muon Hunters 2.0, stage 1: 4 948 images in grids of 100, so 9 896 clicks one image at a time. The column of
/// clicks leaves out the two clicks of every grid, the efficiency holds them: 9896 / 12.05 = 821.2 = 717 + 104.2 and so
/// on, with 52 to 55 grids.
#[test]
fn table_1_of_the_paper_lists_minority_clicks_and_the_efficiency_of_total_clicks() {
    let rows = [
        ("supervised", 717, 52, 12.05),
        ("DEC", 1127, 55, 8.00),
        ("multitask", 634, 54, 13.33),
        ("reclustering", 723, 54, 11.90),
    ];
    for (name, minority_clicks, n_grids, printed) in rows {
        let clicks = Clicks::new(4948, n_grids, minority_clicks, 0);
        // The paper averages five trainings, so that the grids are not a whole number.
        assert!((clicks.efficiency().unwrap() - printed).abs() < 0.011, "{name}: {:?}", clicks.efficiency());
        assert!((clicks.efficiency_without_overhead().unwrap() - printed).abs() > 0.5, "{name}");
        let implied_grids = (9896.0 / printed - minority_clicks as f64) / 2.0;
        assert!((implied_grids - n_grids as f64).abs() < 0.4, "{name}: {implied_grids}");
    }
}

/// Random assignment of images to clusters, then grids and truthful answers: mean grids, total clicks and clicks on
/// padding of 20 runs. The assignment is a multiplicative hash of the image and the run.
fn random_assignment(n_images: u64, n_positive: u64, n_clusters: u64, side: usize) -> [f64; 3] {
    let truth: Vec<bool> = (0..n_images).map(|image| image < n_positive).collect();
    let n_runs = 20;
    let mut sums = [0.0; 3];
    for seed in 0..n_runs {
        let clusters: Vec<usize> = (0..n_images)
            .map(|image| {
                let mixed = (image + n_images * seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                (((mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40) % n_clusters) as usize
            })
            .collect();
        let tiles = Tiler::new(Layout::square(side)).seed(seed).tile(&clusters).unwrap();
        let clicks = Clicks::truthful(&tiles, &truth).unwrap();
        let counts = [clicks.n_grids(), clicks.total_clicks(), clicks.padding_clicks()];
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum += count as f64 / n_runs as f64;
        }
    }
    sums
}

/// Its row "random assignment", 1 861 clicks and 5.32, already counts the two clicks, and the padding too: 32.6 % of
/// muons give that number with the clicks on padding and some 140 less without.
#[test]
fn table_1_of_the_paper_counts_padding_in_its_random_assignment() {
    let [n_grids, total, padding] = random_assignment(4948, 1613, 10, 10);
    // "81% fewer clicks".
    assert!((9896.0 / (total + padding) - 5.32).abs() < 0.05);
    assert!((n_grids - 53.9).abs() < 0.6, "{n_grids}");
    assert!((total + padding - 1861.0).abs() < 15.0, "{total} + {padding}");
    assert!((120.0..160.0).contains(&padding), "{padding}");
}

/// Stage 2 prints 3 990 clicks and 21.74 for 174 134 images, which do not fit together: 87.3 would, or 43 371 images, a
/// quarter of them. Random assignment of that quarter, with the 3.4 % of muons of the test set, costs the 3 990.
#[test]
fn table_1_of_the_paper_counts_a_quarter_of_the_images_in_stage_2() {
    let [_, total, padding] = random_assignment(43_371, 43_371 * 1756 / 51_060, 50, 6);
    assert!((2.0 * 43_371.0 / (total + padding) - 21.74).abs() < 0.1);
    assert!((total + padding - 3990.0).abs() < 15.0, "{total} + {padding}");
}

/// All 174 134 images with 5 851 muons in whole grids: ⌈174134 / 36⌉ = 4 838 grids, 5851 + 2·4838 clicks.
#[test]
fn the_images_of_stage_2_in_whole_grids_would_cost_15_527_clicks() {
    let clicks = Clicks::new(174_134, 174_134_usize.div_ceil(36), 5851, 0);
    assert_eq!(clicks.total_clicks(), 15_527);
    assert_relative_eq!(clicks.efficiency().unwrap(), 22.43, epsilon = 0.005);
}

// ---- Retirement ----

#[test]
fn a_tile_retires_with_its_last_answer_and_refuses_more() {
    let mut retirement = Retirement::after(3).unwrap();
    assert_eq!(retirement.observe(8), Progress::Open { n_missing: 2 });
    assert_eq!(retirement.observe(usize::MAX), Progress::Open { n_missing: 2 });
    assert_eq!(retirement.observe(8), Progress::Open { n_missing: 1 });
    assert!(!retirement.is_retired(8));
    assert_eq!(retirement.observe(8), Progress::Retired);
    assert_eq!(retirement.observe(8), Progress::Late);
    assert_eq!(retirement.observe(8), Progress::Late);
    assert!(retirement.is_retired(8) && !retirement.is_retired(usize::MAX) && !retirement.is_retired(0));
    assert_eq!(
        (retirement.n_answers(8), retirement.n_answers(usize::MAX), retirement.n_answers(0)),
        (3, 1, 0)
    );
    assert_eq!(retirement.retired().collect::<Vec<_>>(), [8]);
    assert_eq!(retirement.n_late(), 2);
    assert_eq!(Retirement::after(0), Err(Error::ZeroAnswers));
}

// ---- Raster ----

#[test]
fn a_rectangular_raster_enlarges_and_reduces_by_the_nearest_value() {
    let enlarged = Raster::rectangular(2, 3, 6, 4).unwrap();
    let shown: Vec<usize> = enlarged.values().flatten().collect();
    assert_eq!(shown, [0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 3, 3, 4, 4, 5, 5]);
    assert_eq!((enlarged.n_values(), enlarged.cell_dimensions(), enlarged.values().len()), (6, (6, 4), 24));
    let reduced = Raster::rectangular(6, 6, 2, 2).unwrap();
    assert_eq!(reduced.values().flatten().collect::<Vec<_>>(), [7, 10, 25, 28]);
    assert_eq!(enlarged.value_at(5, 0), Some(2));
    assert_eq!((enlarged.value_at(6, 0), enlarged.value_at(0, 4)), (None, None));
}

#[test]
fn a_scattered_raster_has_y_up_and_breaks_ties_to_the_lower_index() {
    // A camera of 4 x 4 units with its margin, one pixel per unit.
    let camera = [(-1.0, -1.0), (1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)];
    let raster = Raster::scattered(&camera, 1.0, 4, 4).unwrap();
    let rows: Vec<Option<usize>> = raster.values().collect();
    let (a, b, c, d) = (Some(3), Some(1), Some(0), Some(2));
    assert_eq!(rows, [a, a, b, b, a, a, b, b, c, c, d, d, c, c, d, d]);
}

#[test]
fn a_scattered_raster_keeps_the_camera_in_proportion() {
    // 2 x 2 units in a cell of 40 x 10 pixels: 5 pixels per unit, centred.
    let raster = Raster::scattered(&[(100.0, -50.0)], 1.0, 40, 10).unwrap();
    let shown: Vec<u32> = (0..40).filter(|&x| raster.value_at(x, 5).is_some()).collect();
    assert_eq!(shown, (15..25).collect::<Vec<_>>());
    assert_eq!(raster.value_at(15, 0), None, "a disc, not a square");
}

proptest! {
    #[test]
    fn a_scattered_raster_shows_what_a_search_through_all_camera_pixels_finds(
        camera in prop::collection::vec((-9.0..9.0, -9.0..9.0), 1..12),
        radius in 0.1..6.0,
        (width, height) in (1_u32..14, 1_u32..14),
    ) {
        let raster = Raster::scattered(&camera, radius, width, height).unwrap();
        let extent = |pick: fn(&(f64, f64)) -> f64| {
            let (low, high) = camera
                .iter()
                .map(pick)
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
            ((low + high) / 2.0, high - low + 2.0 * radius)
        };
        let ((x0, span_x), (y0, span_y)) = (extent(|p| p.0), extent(|p| p.1));
        let unit = (span_x / f64::from(width)).max(span_y / f64::from(height));
        for y in 0..height {
            for x in 0..width {
                let at = (
                    x0 + (f64::from(x) + 0.5 - f64::from(width) / 2.0) * unit,
                    y0 - (f64::from(y) + 0.5 - f64::from(height) / 2.0) * unit,
                );
                let distance = |value: usize| (camera[value].0 - at.0).hypot(camera[value].1 - at.1);
                match raster.value_at(x, y) {
                    Some(value) => {
                        prop_assert!(distance(value) <= radius + 1e-9);
                        prop_assert!((0..camera.len()).all(|other| distance(value) <= distance(other) + 1e-9));
                    }
                    None => prop_assert!((0..camera.len()).all(|value| distance(value) > radius - 1e-9)),
                }
            }
        }
    }
}

#[test]
fn malformed_rasters_are_named_errors() {
    let zero = |field| Err(Error::ZeroRaster { field });
    assert_eq!(Raster::rectangular(0, 3, 9, 9), zero("height"));
    assert_eq!(Raster::rectangular(3, 0, 9, 9), zero("width"));
    assert_eq!(Raster::rectangular(3, 3, 0, 9), zero("cell_width"));
    assert_eq!(Raster::rectangular(3, 3, 9, 0), zero("cell_height"));
    assert_eq!(Raster::scattered(&[], 1.0, 9, 9), zero("positions"));
    for radius in [0.0, -1.0, f64::INFINITY] {
        assert_eq!(Raster::scattered(&[(0.0, 0.0)], radius, 9, 9), Err(Error::Radius { got: radius }));
    }
    assert!(matches!(Raster::scattered(&[(0.0, 0.0)], f64::NAN, 9, 9), Err(Error::Radius { .. })));
    let error = Raster::scattered(&[(0.0, 0.0), (1.0, f64::NAN)], 1.0, 9, 9).unwrap_err();
    assert!(matches!(error, Error::Position { index: 1, .. }), "{error}");
    let error = Raster::rectangular(1 << 20, 1 << 20, 9, 9).unwrap_err();
    assert!(matches!(error, Error::RasterTooLarge { field: "height x width", .. }), "{error}");
    let error = Raster::rectangular(3, 3, 1 << 20, 1 << 20).unwrap_err();
    assert!(matches!(error, Error::RasterTooLarge { field: "cell_width x cell_height", .. }), "{error}");
}

// ---- Montage ----

const BACKGROUND: [u8; 3] = [26, 26, 38];

/// Two cells of 2 x 2 pixels with a gap of one; the tile shows image 2, then image 0 as padding.
fn small() -> (Tile, Raster, Array2<f32>) {
    let tile = Tile::new(Layout::new(1, 2).cell_size(2, 2).gap(1), 0, vec![2, 0])
        .unwrap()
        .with_padding(&[1])
        .unwrap();
    let images = array![[0.0, 10.0, 20.0, f32::NAN], [9e9, 9e9, 9e9, 9e9], [0.0, 2.0, 4.0, 1.0]];
    (tile, Raster::rectangular(2, 2, 2, 2).unwrap(), images)
}

fn pixel(montage: &Montage, x: usize, y: usize) -> [u8; 3] {
    let start = 3 * (y * montage.width() as usize + x);
    montage.rgb()[start..start + 3].try_into().unwrap()
}

#[test]
fn a_montage_draws_values_by_the_contrast() {
    let (tile, raster, images) = small();
    let draw = |contrast| Montage::of(&tile, &raster, images.view(), contrast, Palette::Grey).unwrap();
    let greys = |montage: &Montage| -> Vec<u8> {
        [(0, 0), (1, 0), (0, 1), (1, 1), (3, 0), (4, 0), (3, 1)]
            .map(|(x, y)| pixel(montage, x, y)[0])
            .to_vec()
    };
    let each = draw(Contrast::PerImage);
    assert_eq!((each.width(), each.height(), each.rgb().len()), (5, 2, 30));
    assert_eq!(greys(&each), [0, 128, 255, 64, 0, 128, 255]);
    assert_eq!(greys(&draw(Contrast::PerTile)), [0, 26, 51, 13, 0, 128, 255]);
    assert_eq!(greys(&draw(Contrast::Range { low: 2.0, high: 10.0 })), [0, 0, 64, 0, 0, 255, 255]);
    assert_eq!(Contrast::global(images.view()), Contrast::Range { low: 0.0, high: 9e9 });
    assert_eq!(Contrast::global(array![[f32::NAN]].view()), Contrast::Range { low: 0.0, high: 0.0 });
    // The gap and the value that is not a number.
    assert_eq!([pixel(&each, 2, 0), pixel(&each, 4, 1)], [BACKGROUND; 2]);
}

#[test]
fn extreme_and_constant_images_are_drawn() {
    let tile = Tile::new(Layout::square(1).cell_size(4, 1), 0, vec![0]).unwrap();
    let raster = Raster::rectangular(1, 4, 4, 1).unwrap();
    let draw = |row: [f32; 4], palette| {
        let images = Array2::from_shape_vec((1, 4), row.to_vec()).unwrap();
        let montage = Montage::of(&tile, &raster, images.view(), Contrast::PerImage, palette).unwrap();
        (0..4).map(|x| pixel(&montage, x, 0)).collect::<Vec<_>>()
    };
    assert_eq!(draw([5.0; 4], Palette::Grey), [[0; 3]; 4]);
    assert_eq!(
        draw([f32::MIN, f32::MAX, f32::INFINITY, f32::NEG_INFINITY], Palette::Grey),
        [[0; 3], [255; 3], [255; 3], [0; 3]]
    );
    // Ends of viridis in matplotlib: (68, 1, 84) and (253, 231, 37).
    let viridis = draw([0.0, 0.0, 1.0, 1.0], Palette::Viridis);
    assert_eq!((viridis[0], viridis[3]), ([68, 1, 84], [253, 231, 37]));
}

#[test]
fn marks_frame_cells_and_padding_is_dimmed_once() {
    let tile = Tile::new(Layout::new(1, 2).cell_size(48, 48), 0, vec![0, 0]).unwrap();
    let raster = Raster::rectangular(1, 1, 48, 48).unwrap();
    let images = array![[1.0_f32]];
    let white = Contrast::Range { low: 0.0, high: 1.0 };
    let plain = Montage::of(&tile, &raster, images.view(), white, Palette::Grey).unwrap();
    let marked = plain.clone().mark(&[0]).unwrap();
    let frame = [255, 64, 48];
    assert_eq!([(0, 0), (47, 47), (1, 24), (24, 46)].map(|(x, y)| pixel(&marked, x, y)), [frame; 4]);
    assert_eq!([(2, 2), (24, 24), (48, 0), (95, 47)].map(|(x, y)| pixel(&marked, x, y)), [[255; 3]; 4]);
    let dimmed = plain.clone().dim_padding();
    assert_eq!([pixel(&dimmed, 0, 0), pixel(&dimmed, 60, 7)], [[255; 3], [140, 140, 146]]);
    assert_eq!(dimmed.clone().dim_padding(), dimmed);
    assert_eq!(plain.mark(&[2]), Err(Error::CellOutOfRange { cell: 2, n_cells: 2 }));
}

#[test]
fn a_written_png_holds_the_pixels_and_leaves_nothing_beside_it() {
    let (tile, raster, images) = small();
    let montage = Montage::of(&tile, &raster, images.view(), Contrast::PerImage, Palette::Viridis).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tile.png");
    std::fs::write(&path, "an older file").unwrap();
    montage.write_png(&path).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(std::fs::read(&path).unwrap(), montage.to_png().unwrap());
    let file = std::io::BufReader::new(std::fs::File::open(&path).unwrap());
    let mut png = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; png.output_buffer_size().unwrap()];
    let frame = png.next_frame(&mut pixels).unwrap();
    assert_eq!((frame.width, frame.height), (montage.width(), montage.height()));
    assert_eq!((frame.color_type, frame.bit_depth), (png::ColorType::Rgb, png::BitDepth::Eight));
    assert_eq!(pixels, montage.rgb());

    let missing = folder.path().join("nowhere").join("tile.png");
    let error = montage.write_png(&missing).unwrap_err();
    assert_eq!(error, Error::Write { path: missing, kind: std::io::ErrorKind::NotFound });
    // A folder stands in the way of the rename: no temporary file may stay.
    std::fs::create_dir(folder.path().join("taken.png")).unwrap();
    assert!(matches!(montage.write_png(folder.path().join("taken.png")), Err(Error::Write { .. })));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn malformed_montages_are_named_errors() {
    let (tile, raster, images) = small();
    let draw = |tile: &Tile, raster: &Raster, images: &Array2<f32>, contrast| {
        Montage::of(tile, raster, images.view(), contrast, Palette::Grey).unwrap_err()
    };
    let other_cell = Raster::rectangular(2, 2, 3, 2).unwrap();
    assert_eq!(
        draw(&tile, &other_cell, &images, Contrast::PerTile),
        Error::CellSize { got: (3, 2), want: (2, 2) }
    );
    let other_values = Raster::rectangular(3, 2, 2, 2).unwrap();
    assert_eq!(draw(&tile, &other_values, &images, Contrast::PerTile), Error::ValueCount { got: 4, want: 6 });
    let few = images.slice(ndarray::s![..2, ..]).to_owned();
    assert_eq!(draw(&tile, &raster, &few, Contrast::PerTile), Error::NoImage { image: 2, n_images: 2 });
    for (low, high) in [(1.0, 0.0), (f32::NAN, 1.0), (0.0, f32::INFINITY)] {
        let error = draw(&tile, &raster, &images, Contrast::Range { low, high });
        assert!(matches!(error, Error::Contrast { .. }), "{error}");
    }
}

// ---- Order ----

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

// ---- Saving ----

#[test]
fn values_survive_saving_and_a_malformed_tile_is_refused() {
    let tiles = Tiler::new(Layout::square(2).gap(3)).seed(1).tile(&[0; 7]).unwrap();
    let saved = serde_json::to_string(&tiles).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Tile>>(&saved).unwrap(), tiles);
    let answer: Answer = serde_json::from_str(r#"{"choice": "MostNegative", "cells": [3, 1, 3]}"#).unwrap();
    assert_eq!(answer, Answer::new(Choice::MostNegative, [1, 3]));
    let clicks = Clicks::new(4, 3, 2, 1);
    assert_eq!(serde_json::from_str::<Clicks>(&serde_json::to_string(&clicks).unwrap()).unwrap(), clicks);

    let short = saved.replacen("\"images\":[", "\"images\":[0,", 1);
    let error = serde_json::from_str::<Vec<Tile>>(&short).unwrap_err().to_string();
    assert!(error.contains("images has 5 cells, but the layout has 4"), "{error}");
}
