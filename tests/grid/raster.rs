//! Rasters: pixels of a picture from the values of an image.

use manyhands_grid::{Error, Raster};
use proptest::prelude::*;

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
