//! The light of rings and showers before any noise.

use std::f64::consts::{PI, TAU};

use approx::assert_relative_eq;
use manyhands_sim::{Blob, Camera, Cleaning, Electronics, Ring, chord};
use proptest::prelude::*;

/// A camera wide and fine enough to hold every photon: 0.02° pixels up to 1.2° from the centre.
fn fine_camera() -> Camera {
    let pitch = 0.02;
    let mut points = Vec::new();
    for a in -80..=80 {
        for b in -80..=80 {
            let [x, y] =
                [pitch * (f64::from(a) + f64::from(b) / 2.0), pitch * f64::from(b) * 3.0_f64.sqrt() / 2.0];
            if x.hypot(y) < 1.2 {
                points.push([x, y]);
            }
        }
    }
    Camera::new(points, pitch).unwrap()
}

/// ∫ D dφ by the trapezoidal rule.
fn integrated_chord(impact: f64, hole: f64) -> f64 {
    let n = 20_000;
    (0..n).map(|k| chord(TAU * f64::from(k) / f64::from(n), impact, hole)).sum::<f64>() * TAU / f64::from(n)
}

#[test]
fn the_chord_is_a_radius_from_the_centre_and_a_diameter_from_the_edge() {
    for k in 0..100 {
        assert_relative_eq!(chord(f64::from(k) * 0.1, 0.0, 0.0), 1.0, epsilon = 1e-12);
    }
    assert_relative_eq!(chord(0.0, 1.0, 0.0), 2.0);
    assert_relative_eq!(chord(PI, 1.0, 0.0), 0.0, epsilon = 1e-12);
    assert_relative_eq!(chord(0.0, 0.5, 0.0), 1.5);
    assert_relative_eq!(chord(PI, 0.5, 0.0), 0.5, epsilon = 1e-12);
    // Outside: the full chord within arcsin(1/2) = 30 degrees of the mirror's direction, nothing elsewhere.
    assert_relative_eq!(chord(0.0, 2.0, 0.0), 2.0);
    assert!(chord(29.9_f64.to_radians(), 2.0, 0.0) > 0.0);
    assert_relative_eq!(chord(30.1_f64.to_radians(), 2.0, 0.0), 0.0);
    assert_relative_eq!(chord(PI, 2.0, 0.0), 0.0);
}

#[test]
fn the_integrated_chord_is_an_elliptic_integral() {
    // python: from scipy.special import ellipe; 4 * ellipe(rho**2)
    for (rho, want) in [(0.0, TAU), (0.5, 5.869848837357709), (0.9, 4.686788211126457)] {
        assert_relative_eq!(integrated_chord(rho, 0.0), want, max_relative = 1e-7);
    }
}

#[test]
fn a_hole_takes_its_own_chord_away() {
    // A muon through the centre: the mirror is left from 0.3 to 1.
    assert_relative_eq!(chord(1.0, 0.0, 0.3), 0.7, epsilon = 1e-12);
    // A muon at the edge that looks past the hole.
    assert_relative_eq!(chord(1.0, 1.0, 0.3), chord(1.0, 1.0, 0.0));
    // … and through it: the diameter of the mirror less that of the hole.
    assert_relative_eq!(chord(0.0, 1.0, 0.3), 1.4, epsilon = 1e-12);
}

proptest! {
    #[test]
    fn the_chord_is_the_length_of_a_line_inside_the_disc(phi in -4.0..4.0_f64, impact in 0.0..2.5_f64, hole in 0.0..0.9_f64) {
        // Slow twin: walk from the impact, at distance `impact` behind the centre as seen along phi = 0, and count steps inside.
        let (sin, cos) = phi.sin_cos();
        let steps = 40_000;
        let length = 4.0;
        let inside = (0..steps)
            .filter(|&k| {
                let s = (f64::from(k) + 0.5) * length / f64::from(steps);
                let r = (s * cos - impact).hypot(s * sin);
                r < 1.0 && r >= hole
            })
            .count();
        let walked = inside as f64 * length / f64::from(steps);
        prop_assert!((walked - chord(phi, impact, hole)).abs() < 1e-3, "{walked}");
    }
}

#[test]
fn a_full_ring_of_1_2_degrees_gives_900_to_1600_photoelectrons() {
    let mut ring = Ring::new([0.0, 0.0], 1.2, 0.0);
    for (efficiency, want) in [(0.09, 864.011), (0.16, 1536.020)] {
        ring.efficiency = efficiency;
        // python: e/137.036/2 * (1/300e-9 - 1/600e-9) * sin(2*radians(1.2)) * 6 * 2*pi
        assert_relative_eq!(ring.brightness() * TAU, want, epsilon = 1e-2);
    }
}

#[test]
fn all_the_light_of_a_ring_lands_on_a_camera_that_holds_it() {
    let camera = fine_camera();
    for (radius, impact, hole) in [(0.5, 0.0, 0.0), (0.8, 0.7, 0.0), (0.7, 1.3, 0.0), (0.7, 0.5, 0.25)] {
        let mut ring = Ring::new([0.1, -0.05], radius, impact);
        ring.hole = hole;
        ring.angle = 2.0;
        let total: f64 = ring.light(&camera).iter().sum();
        assert_relative_eq!(total, ring.brightness() * integrated_chord(impact, hole), max_relative = 2e-3);
    }
}

#[test]
fn an_arc_points_where_its_angle_says() {
    let camera = fine_camera();
    let mut ring = Ring::new([0.0, 0.0], 0.7, 1.5);
    for angle in [-3.1, -1.0, 0.0, 2.0, 3.1] {
        ring.angle = angle;
        let light = ring.light(&camera);
        let (mut x, mut y) = (0.0, 0.0);
        for (p, light) in camera.positions().iter().zip(&light) {
            x += p[0] * light;
            y += p[1] * light;
            let turn = (p[1].atan2(p[0]) - angle + PI).rem_euclid(TAU) - PI;
            assert!(*light < 1e-6 || turn.abs() < ring.arc() * PI + 0.1);
        }
        assert_relative_eq!(y.atan2(x), angle, epsilon = 0.01);
    }
}

#[test]
fn lit_and_contained_shares_match_a_count_along_the_circle() {
    let camera = Camera::veritas();
    for (centre, radius, impact) in
        [([0.0, 0.0], 1.2, 0.5), ([1.0, 0.3], 1.1, 1.2), ([0.2, -1.5], 0.6, 1.4), ([0.0, 1.6], 1.3, 3.0)]
    {
        let ring = Ring::new(centre, radius, impact);
        let n = 100_000;
        let angles = (0..n).map(|k| TAU * f64::from(k) / f64::from(n));
        let lit = angles.clone().filter(|&phi| chord(phi, impact, 0.0) > 0.0).count();
        let inside = angles
            .filter(|t| (centre[0] + radius * t.cos()).hypot(centre[1] + radius * t.sin()) < camera.radius())
            .count();
        assert_relative_eq!(ring.arc(), lit as f64 / f64::from(n), epsilon = 1e-4);
        assert_relative_eq!(ring.contained(&camera), inside as f64 / f64::from(n), epsilon = 1e-4);
    }
}

#[test]
fn a_ring_moves_with_the_symmetries_of_the_camera() {
    let camera = Camera::veritas();
    let mut ring = Ring::new([0.3, 0.4], 0.8, 1.1);
    ring.angle = 0.5;
    let light = ring.light(&camera);
    let (sin, cos) = (PI / 3.0).sin_cos();
    let mut turned = ring;
    turned.centre = [0.3 * cos - 0.4 * sin, 0.3 * sin + 0.4 * cos];
    turned.angle += PI / 3.0;
    let permutation = &camera.symmetries().unwrap()[1];
    for (pixel, light_turned) in turned.light(&camera).iter().enumerate() {
        assert_relative_eq!(*light_turned, light[permutation[pixel]], epsilon = 1e-9, max_relative = 1e-9);
    }
}

#[test]
fn a_blob_has_the_moments_that_it_was_given() {
    let camera = fine_camera();
    for (skewness, angle) in [(0.0, 0.0), (0.6, 0.0), (-0.4, 1.0)] {
        let mut blob = Blob::new([0.05, 0.02], 0.2, 0.08, 1000.0);
        blob.skewness = skewness;
        blob.angle = angle;
        let light = blob.light(&camera);
        let total: f64 = light.iter().sum();
        assert_relative_eq!(total, 1000.0, max_relative = 1e-3);
        let (sin, cos) = f64::sin_cos(angle);
        let along = |p: &[f64; 2]| (p[0] - 0.05) * cos + (p[1] - 0.02) * sin;
        let across = |p: &[f64; 2]| (p[1] - 0.02) * cos - (p[0] - 0.05) * sin;
        let mean = |f: &dyn Fn(&[f64; 2]) -> f64| {
            camera.positions().iter().zip(&light).map(|(p, light)| f(p) * light).sum::<f64>() / total
        };
        assert_relative_eq!(mean(&along), 0.0, epsilon = 1e-3);
        assert_relative_eq!(mean(&across), 0.0, epsilon = 1e-3);
        assert_relative_eq!(mean(&|p| along(p).powi(2)).sqrt(), 0.2, max_relative = 0.01);
        assert_relative_eq!(mean(&|p| across(p).powi(2)).sqrt(), 0.08, max_relative = 0.01);
        let third = mean(&|p| along(p).powi(3)) / 0.2_f64.powi(3);
        assert_relative_eq!(third, skewness, epsilon = 0.02);
    }
}

#[test]
fn the_defaults_are_the_documented_ones() {
    let electronics = Electronics::default();
    // python: 5.3 * math.sqrt(3 * (1 + 0.4**2) + 0.3**2)
    assert_relative_eq!(electronics.pedestal_deviation(), 10.014055, epsilon = 1e-5);
    assert_eq!(Cleaning::default(), Cleaning { picture: 5.0, boundary: 2.5, min_pixels: 5 });
}
