//! Answers in two steps, and the votes that they make.

use super::{clusterings, truths};
use manyhands_grid::{
    Answer, Choice, Clicks, Decomposition, Error, Highlighted, Layout, Padding, Tile, Tiler,
};
use proptest::prelude::*;

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
