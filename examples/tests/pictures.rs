//! The pictures that the programs share.

use common::pictures::{Group, scatter};

/// Where the label stands in the SVG: x, y.
fn place(svg: &str, label: &str) -> (f64, f64) {
    let lines: Vec<&str> = svg.lines().collect();
    let at = lines.iter().position(|line| line.trim() == label).expect("the label is drawn");
    let tag = lines[..at].iter().rev().find(|line| line.starts_with("<text")).expect("it is a text");
    let number = |name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\"")).expect("a text has a place");
        rest.split('"').next().and_then(|value| value.parse().ok()).expect("a number")
    };
    (number("x"), number("y"))
}

#[test]
fn a_legend_stands_in_the_corner_where_the_fewest_points_are() {
    let corners = [(1.0, 0.0), (1.0, 1.0), (0.0, 0.0), (0.0, 1.0)];
    let places: Vec<(bool, bool)> = (0..4)
        .map(|empty| {
            let crowd = |&(i, at): &(usize, (f64, f64))| if i == empty { vec![at] } else { vec![at; 9] };
            let points = corners.into_iter().enumerate().collect::<Vec<_>>().iter().flat_map(crowd).collect();
            let group = Group { label: "points".to_owned(), points };
            let (x, y) = place(&scatter(&[("title", vec![group])], &[]).unwrap(), "points");
            // Of a picture of 520 × 480, counted from above.
            (x > 260.0, y < 240.0)
        })
        .collect();
    assert_eq!(places, [(true, false), (true, true), (false, false), (false, true)]);
}
