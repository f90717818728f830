//! Layouts: cells and the points on them.

use manyhands_grid::{Error, Layout, Tile, Tiler};
use proptest::prelude::*;

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
