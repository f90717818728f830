//! Pixels, neighbours and symmetries of cameras.

use std::collections::BTreeSet;

use manyhands_sim::{Camera, Error};

/// Points of a hexagonal lattice with unit pitch within `reach`, turned by `turn` radians.
fn lattice(reach: f64, turn: f64) -> Vec<[f64; 2]> {
    let mut points = Vec::new();
    for a in -20..=20 {
        for b in -20..=20 {
            let (x, y) = (f64::from(a) + f64::from(b) / 2.0, f64::from(b) * 3.0_f64.sqrt() / 2.0);
            if x.hypot(y) <= reach {
                points.push([x * turn.cos() - y * turn.sin(), x * turn.sin() + y * turn.cos()]);
            }
        }
    }
    points
}

#[test]
fn the_veritas_camera_has_499_pixels_within_1_73_degrees() {
    let camera = Camera::veritas();
    assert_eq!(camera.n_pixels(), 499);
    assert_eq!(camera.positions().len(), 499);
    // sqrt(133) * 0.15 degrees
    assert!((camera.radius() - 1.729_884).abs() < 1e-6, "{}", camera.radius());
    assert!((camera.pixel_radius() - 0.15 / 3.0_f64.sqrt()).abs() < 1e-15);
    assert!((camera.pixel_area() - 0.019_485_571_585).abs() < 1e-12); // 0.15^2 * sqrt(3) / 2
}

#[test]
fn the_veritas_camera_is_ordered_in_clockwise_rings() {
    let camera = Camera::veritas();
    let p = camera.positions();
    assert_eq!(p[0], [0.0, 0.0]);
    for (pixel, [x, y]) in
        [(1, [0.15, 0.0]), (2, [0.075, -0.129_904]), (7, [0.3, 0.0]), (498, [1.65, 0.519_615])]
    {
        assert!((p[pixel][0] - x).abs() < 1e-6 && (p[pixel][1] - y).abs() < 1e-6, "{pixel}: {:?}", p[pixel]);
    }
}

#[test]
fn the_veritas_camera_matches_the_published_positions_pixel_by_pixel() {
    let Ok(folder) = std::env::var("MANYHANDS_DATA") else {
        println!("skipped: MANYHANDS_DATA is not set");
        return;
    };
    let path = std::path::Path::new(&folder).join("iact/veritas499_xy_deg.csv");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let rows: Vec<[f64; 2]> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let (x, y) = line.split_once(',').unwrap();
            [x.parse().unwrap(), y.parse().unwrap()]
        })
        .collect();
    assert_eq!(rows.len(), 499);
    for (pixel, (got, want)) in Camera::veritas().positions().iter().zip(&rows).enumerate() {
        assert!(
            (got[0] - want[0]).abs() < 1e-6 && (got[1] - want[1]).abs() < 1e-6,
            "{pixel}: {got:?} {want:?}"
        );
    }
}

#[test]
fn neighbours_are_mutual_sorted_and_a_pitch_apart() {
    let camera = Camera::veritas();
    let (positions, neighbours) = (camera.positions(), camera.neighbours());
    let mut counts = [0; 7];
    for (pixel, list) in neighbours.iter().enumerate() {
        counts[list.len()] += 1;
        assert!(list.is_sorted());
        for &other in list {
            assert!(neighbours[other].contains(&pixel));
            let distance =
                (positions[pixel][0] - positions[other][0]).hypot(positions[pixel][1] - positions[other][1]);
            assert!((distance - 0.15).abs() < 1e-9);
        }
    }
    // Slow twin: pairs of pixels less than 1.1 pitches apart.
    let close = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]) < 0.165;
    let pairs = positions.iter().map(|a| positions.iter().filter(|b| close(a, b)).count() - 1).sum::<usize>();
    assert_eq!(neighbours.iter().map(Vec::len).sum::<usize>(), pairs);
    assert!(counts[6] > 400 && counts[0] == 0, "{counts:?}");
}

fn assert_group(camera: &Camera) {
    let group = camera.symmetries().unwrap();
    let n = camera.n_pixels();
    let identity: Vec<usize> = (0..n).collect();
    assert_eq!(group.len(), 12);
    assert_eq!(group[0], identity);
    let members: BTreeSet<&Vec<usize>> = group.iter().collect();
    assert_eq!(members.len(), 12, "operations are distinct");
    for g in &group {
        assert_eq!(g.iter().copied().collect::<BTreeSet<_>>().len(), n, "a permutation");
        let mut inverse = vec![0; n];
        for (to, &from) in g.iter().enumerate() {
            inverse[from] = to;
        }
        assert!(members.contains(&inverse), "closed under inverses");
        for h in &group {
            let product: Vec<usize> = g.iter().map(|&pixel| h[pixel]).collect();
            assert!(members.contains(&product), "closed under composition");
        }
        for pixel in 0..n {
            // Neighbours stay neighbours.
            let moved: BTreeSet<usize> = camera.neighbours()[pixel].iter().map(|&other| g[other]).collect();
            assert_eq!(moved, camera.neighbours()[g[pixel]].iter().copied().collect());
        }
    }
}

#[test]
fn the_symmetries_of_hexagonal_cameras_form_the_group_of_order_twelve() {
    assert_group(&Camera::veritas());
    assert_group(&Camera::new(lattice(4.4, 0.0), 1.0).unwrap());
    assert_group(&Camera::new(lattice(6.1, 0.3), 1.0).unwrap());
}

#[test]
fn a_turn_by_60_degrees_takes_every_value_from_60_degrees_behind() {
    let camera = Camera::veritas();
    let turn = &camera.symmetries().unwrap()[1];
    let mirror = &camera.symmetries().unwrap()[6];
    for (pixel, [x, y]) in camera.positions().iter().enumerate() {
        let (sin, cos) = (-60.0_f64).to_radians().sin_cos();
        let source = camera.positions()[turn[pixel]];
        assert!(
            (source[0] - (cos * x - sin * y)).abs() < 1e-9 && (source[1] - (sin * x + cos * y)).abs() < 1e-9
        );
        let source = camera.positions()[mirror[pixel]];
        assert!((source[0] - x).abs() < 1e-9 && (source[1] + y).abs() < 1e-9);
    }
}

#[test]
fn a_camera_that_is_no_hexagon_has_no_symmetries() {
    let square = (0..25).map(|i| [f64::from(i % 5) - 2.0, f64::from(i / 5) - 2.0]).collect();
    let error = Camera::new(square, 1.0).unwrap().symmetries().unwrap_err();
    assert!(matches!(error, Error::NotSymmetric { operation: 1, .. }), "{error}");

    let mut dented = Camera::veritas().positions().to_vec();
    dented.remove(400);
    let error = Camera::new(dented, 0.15).unwrap().symmetries().unwrap_err();
    assert!(matches!(error, Error::NotSymmetric { .. }), "{error}");
}

#[test]
fn malformed_cameras_are_refused_by_name() {
    let good = vec![[0.0, 0.0], [1.0, 0.0]];
    assert_eq!(Camera::new(vec![], 1.0).unwrap_err(), Error::NoPixels);
    for pitch in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = Camera::new(good.clone(), pitch).unwrap_err();
        assert!(matches!(error, Error::OutOfRange { field: "pitch", .. }), "{error}");
    }
    for x in [f64::NAN, f64::INFINITY] {
        let error = Camera::new(vec![[0.0, 0.0], [x, 0.0]], 1.0).unwrap_err();
        assert!(matches!(error, Error::Position { pixel: 1, .. }), "{error}");
    }
    let error = Camera::new(vec![[0.0, 0.0], [1.0, 0.0], [0.0, 0.1]], 1.0).unwrap_err();
    assert!(matches!(error, Error::Overlap { first: 0, second: 2, .. }), "{error}");
}
