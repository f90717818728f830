//! Images, their truth, and what they look like as a population.

use manyhands_sim::{
    Camera, CameraSimulator, Cleaning, Electronics, Error, Kind, Muons, RadiusLaw, Showers, Simulation,
};
use ndarray::{Axis, s};

fn share(values: impl IntoIterator<Item = bool>) -> f64 {
    let (mut n, mut hits) = (0, 0);
    for value in values {
        n += 1;
        hits += usize::from(value);
    }
    hits as f64 / f64::from(n)
}

#[test]
fn image_i_depends_only_on_the_seed_and_i() {
    let simulator = CameraSimulator::stage1().seed(11);
    let whole = simulator.simulate(90).unwrap();
    let tail = simulator.simulate_range(40, 50).unwrap();
    assert_eq!(whole.images.slice(s![40.., ..]), tail.images);
    assert_eq!(whole.events[40..], tail.events);
    let one = simulator.simulate_range(77, 1).unwrap();
    assert_eq!(whole.images.row(77), one.images.row(0));
    let other = CameraSimulator::stage1().seed(12).simulate(90).unwrap();
    assert_ne!(whole.images, other.images);
}

#[test]
fn the_same_seed_gives_the_same_images_for_any_number_of_threads() {
    let simulator = CameraSimulator::stage2().night_sky_rate(0.1).seed(11);
    let with_threads = |n| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        pool.install(|| simulator.simulate(60).unwrap())
    };
    assert_eq!(with_threads(1), with_threads(3));
}

#[test]
fn the_first_images_of_a_seed_stay_the_same() {
    // Written by this program itself: a change here changes every simulated data set.
    let simulation = CameraSimulator::stage1().seed(2).simulate(8).unwrap();
    let lit = |row: ndarray::ArrayView1<f32>| row.iter().filter(|&&x| x > 0.0).count();
    let lit: Vec<usize> = simulation.images.axis_iter(Axis(0)).map(lit).collect();
    use Kind::{Hadron, Muon};
    assert_eq!(simulation.kinds, [Hadron, Muon, Muon, Muon, Muon, Hadron, Hadron, Hadron]);
    assert_eq!(lit, [76, 29, 34, 27, 11, 7, 5, 5]);
}

#[test]
fn rates_are_those_of_the_images_that_come_out() {
    let n = 4000;
    let simulation = CameraSimulator::stage1().night_sky_rate(0.1).seed(3).simulate(n).unwrap();
    let of = |kind| share(simulation.kinds.iter().map(|&k| k == kind));
    // Three standard deviations of a share of 4000 are at most 0.024.
    for (kind, want) in
        [(Kind::Muon, 0.326), (Kind::Gamma, 0.15), (Kind::NightSky, 0.1), (Kind::Hadron, 0.424)]
    {
        assert!((of(kind) - want).abs() < 0.024, "{kind:?} {}", of(kind));
    }
    let hadrons = || simulation.events.iter().filter(|event| event.kind == Kind::Hadron);
    assert!((share(hadrons().map(|event| event.ring.is_some())) - 0.125).abs() < 0.025);
    assert_eq!(
        simulation.truth,
        simulation.kinds.iter().map(|&k| usize::from(k == Kind::Muon)).collect::<Vec<_>>()
    );
    assert_eq!(simulation.positives(), simulation.truth.iter().map(|&t| t == 1).collect::<Vec<_>>());
}

#[test]
fn events_carry_the_truth_of_their_kind() {
    let simulation =
        CameraSimulator::stage1().gamma_rate(0.3).night_sky_rate(0.1).seed(3).simulate(600).unwrap();
    for event in &simulation.events {
        match event.kind {
            Kind::Muon => {
                let ring = event.ring.unwrap();
                assert!(event.blobs.is_empty() && event.size > 40.0);
                assert!((0.45..=1.3).contains(&ring.radius) && (0.0..=1.4).contains(&ring.impact));
                assert!(ring.arc() * ring.contained(&Camera::veritas()) > 0.12);
                assert!(ring.centre[0].hypot(ring.centre[1]) <= 1.6001 && ring.width > 0.035);
            }
            Kind::Gamma => assert!(event.ring.is_none() && event.blobs.len() == 1),
            Kind::Hadron => {
                assert!(!event.blobs.is_empty());
                if let Some(arc) = event.ring {
                    let arc_size: f64 = arc.light(&Camera::veritas()).iter().sum();
                    assert!(arc.radius <= 0.9 && arc_size > 40.0 && arc_size <= 0.5001 * event.size);
                }
            }
            Kind::NightSky => assert!(event.ring.is_none() && event.blobs.is_empty() && event.size == 0.0),
            kind => panic!("unknown kind {kind:?}"),
        }
    }
}

/// Golden quantiles: see tests/golden/camera.py, which made them.
const GOLDEN: &str = include_str!("../golden/camera.csv");

#[test]
fn populations_match_an_independent_program_quantile_by_quantile() {
    let n = 8000;
    let base = CameraSimulator::stage1()
        .arc_rate(0.0)
        .cleaning(Some(Cleaning { min_pixels: 0, ..Cleaning::default() }))
        .seed(21);
    let of = |muon, gamma| base.clone().positive_rate(muon).gamma_rate(gamma).simulate(n).unwrap();
    let (muons, gammas, hadrons) = (of(1.0, 0.0), of(0.0, 1.0), of(0.0, 0.0));
    let quantiles = [0.1, 0.25, 0.5, 0.75, 0.9];
    let mut n_compared = 0;
    for line in GOLDEN.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let simulation: &Simulation = match fields[0] {
            "muon" => &muons,
            "gamma" => &gammas,
            "hadron" => &hadrons,
            kind => panic!("{kind}"),
        };
        let values: Vec<f64> = (0..n)
            .map(|i| {
                let (row, event) = (simulation.images.row(i), &simulation.events[i]);
                match fields[1] {
                    "size" => event.size,
                    "lit" => row.iter().filter(|&&x| x > 0.0).count() as f64,
                    "charge" => f64::from(row.sum()),
                    "brightest" => row.iter().fold(0.0, |max, &x| f64::from(x).max(max)),
                    "radius" => event.ring.unwrap().radius,
                    "impact" => event.ring.unwrap().impact,
                    quantity => panic!("{quantity}"),
                }
            })
            .collect();
        for (field, q) in fields[2..].iter().zip(quantiles) {
            let golden: f64 = field.parse().unwrap();
            // The share of ours below the other program's quantile. Both are samples, of 8000 and 40000: one standard
            // deviation of the difference is at most 0.0062. Whole numbers fill a step, so both ends of it are compared.
            let below = share(values.iter().map(|&v| v < golden - 1e-3));
            let up_to = share(values.iter().map(|&v| v <= golden + 1e-3));
            assert!(below < q + 0.02 && up_to > q - 0.02, "{line}: {below} to {up_to} at {q}");
            n_compared += 1;
        }
    }
    assert_eq!(n_compared, 14 * 5);
}

#[test]
fn dark_pixels_have_the_pedestal_deviation_and_mean_zero() {
    let electronics = Electronics { flat_field: 0.0, dead: 0.0, ..Electronics::default() };
    let simulator = CameraSimulator::stage1()
        .positive_rate(0.0)
        .gamma_rate(0.0)
        .night_sky_rate(1.0)
        .cleaning(None)
        .electronics(electronics)
        .seed(2);
    let images = simulator.simulate(400).unwrap().images.mapv(f64::from);
    // 199 600 values: the error of the mean is 0.022, that of the deviation about 0.02.
    assert!(images.mean().unwrap().abs() < 0.08);
    assert!((images.std(0.0) - electronics.pedestal_deviation()).abs() < 0.08, "{}", images.std(0.0));

    let dead = Electronics { dead: 0.25, ..electronics };
    let images = simulator.electronics(dead).simulate(100).unwrap().images;
    assert!((share(images.iter().map(|&x| x == 0.0)) - 0.25).abs() < 0.01);
}

#[test]
fn cleaning_keeps_exactly_pictures_with_a_neighbour_and_their_boundary() {
    let camera = Camera::veritas();
    let raw = CameraSimulator::stage1().cleaning(None).seed(5);
    let keep_all = Cleaning { min_pixels: 0, ..Cleaning::default() };
    let cleaned = raw.clone().cleaning(Some(keep_all)).simulate(300).unwrap();
    let raw = raw.simulate(300).unwrap();
    let deviation = Electronics::default().pedestal_deviation() as f32;
    // Slow twin: the rule, word by word, for every pixel.
    for (raw, cleaned) in raw.images.axis_iter(Axis(0)).zip(cleaned.images.axis_iter(Axis(0))) {
        let bright = |i: usize| raw[i] > 5.0 * deviation;
        let picture = |i: usize| bright(i) && camera.neighbours()[i].iter().any(|&j| bright(j));
        for i in 0..camera.n_pixels() {
            let boundary = raw[i] > 2.5 * deviation && camera.neighbours()[i].iter().any(|&j| picture(j));
            let want = if picture(i) || boundary { raw[i] } else { 0.0 };
            assert_eq!(cleaned[i], want);
        }
    }
}

#[test]
fn images_from_elsewhere_are_cleaned_as_simulated_ones_are() {
    let camera = Camera::veritas();
    let keep_all = Cleaning { min_pixels: 0, ..Cleaning::default() };
    let raw = CameraSimulator::stage1().cleaning(None).seed(5);
    let cleaned = raw.clone().cleaning(Some(keep_all)).simulate(40).unwrap().images;
    let mut images = raw.simulate(40).unwrap().images;
    let deviation = Electronics::default().pedestal_deviation();
    for (mut image, cleaned) in images.rows_mut().into_iter().zip(cleaned.rows()) {
        let n_kept = keep_all.clean(&camera, deviation, image.as_slice_mut().unwrap()).unwrap();
        assert_eq!(n_kept, cleaned.iter().filter(|&&x| x != 0.0).count());
        assert_eq!(image, cleaned);
    }
    let wrong = keep_all.clean(&camera, deviation, &mut [0.0; 498]).unwrap_err();
    assert_eq!(wrong.to_string(), "image: got 498 pixels, want the camera's 499");
    let wrong = keep_all.clean(&camera, f64::NAN, &mut [0.0; 499]).unwrap_err();
    assert!(wrong.to_string().starts_with("deviation"), "{wrong}");
}

#[test]
fn cleaned_images_keep_at_least_the_fewest_pixels() {
    let simulation = CameraSimulator::stage1().seed(5).simulate(400).unwrap();
    for row in simulation.images.axis_iter(Axis(0)) {
        assert!(row.iter().filter(|&&x| x > 0.0).count() >= 5);
    }
}

#[test]
fn rings_from_a_spectrum_pile_up_near_the_largest_angle() {
    let muons = Muons { radius: RadiusLaw::Spectrum { index: 2.7, min: 0.4 }, ..Muons::default() };
    let simulation = CameraSimulator::stage1()
        .positive_rate(1.0)
        .gamma_rate(0.0)
        .muons(muons)
        .seed(4)
        .simulate(1000)
        .unwrap();
    let radii: Vec<f64> = simulation.events.iter().map(|event| event.ring.unwrap().radius).collect();
    assert!(radii.iter().all(|radius| (0.4..1.28).contains(radius)));
    let upper = share(radii.iter().map(|&radius| radius > 0.84));
    assert!(upper > 0.6, "{upper}");
    // The width falls with energy, so with the radius.
    let width = |simulation: &Simulation, i: usize| simulation.events[i].ring.unwrap().width;
    let (small, large) = (0..1000).partition::<Vec<_>, _>(|&i| radii[i] < 0.84);
    let widest_large = large.iter().map(|&i| width(&simulation, i)).fold(0.0, f64::max);
    assert!(small.iter().all(|&i| width(&simulation, i) >= widest_large - 1e-9));
}

#[test]
fn other_cameras_work_too() {
    // A coarse camera, turned, with a wider field.
    let mut points = Vec::new();
    for a in -12..=12 {
        for b in -12..=12 {
            let [x, y] =
                [0.25 * (f64::from(a) + f64::from(b) / 2.0), 0.25 * f64::from(b) * 3.0_f64.sqrt() / 2.0];
            if x.hypot(y) < 2.2 {
                points.push([-y, x]);
            }
        }
    }
    let camera = Camera::new(points, 0.25).unwrap();
    let simulation = CameraSimulator::stage1().camera(camera.clone()).simulate(50).unwrap();
    assert_eq!(simulation.images.dim(), (50, camera.n_pixels()));
    assert_eq!(camera.symmetries().unwrap().len(), 12);
}

#[test]
fn smaller_telescopes_see_fainter_muons_and_want_a_lower_trigger() {
    let muons = Muons { mirror_radius: 1.74, efficiency: (0.04, 0.04), min_size: 15.0, ..Muons::default() };
    let showers = Showers { gamma_size: (30.0, 30.0), hadron_size: (20.0, 60.0) };
    let simulator = CameraSimulator::stage1().arc_rate(0.0).cleaning(None).muons(muons).showers(showers);
    assert!(matches!(simulator.simulate(400).unwrap_err(), Error::NeverTriggers { .. }));
    let simulation = simulator.trigger_threshold(0.5).simulate(400).unwrap();
    for event in &simulation.events {
        match event.kind {
            Kind::Muon => {
                let ring = event.ring.unwrap();
                assert_eq!((ring.mirror_radius, ring.efficiency), (1.74, 0.04));
                // No ring is brighter than that of a muon through the centre, whose chord is a radius all around.
                let most = std::f64::consts::TAU * ring.brightness();
                assert!(event.size > 15.0 && event.size < 1.05 * most, "{} of {most}", event.size);
            }
            Kind::Gamma => assert!((event.blobs[0].size - 30.0).abs() < 1e-9),
            _ => {
                let size: f64 = event.blobs.iter().map(|blob| blob.size).sum();
                assert!((19.999..=60.001).contains(&size), "{size}");
            }
        }
    }
}

#[test]
fn directions_beyond_the_edge_give_parts_of_rings() {
    let muons = Muons { max_offset: 1.5, ..Muons::default() };
    let simulator = CameraSimulator::stage1().positive_rate(1.0).gamma_rate(0.0).muons(muons);
    let simulation = simulator.simulate(500).unwrap();
    let radius = Camera::veritas().radius();
    let offsets = simulation.events.iter().map(|event| {
        let [x, y] = event.ring.unwrap().centre;
        x.hypot(y) / radius
    });
    let outside = share(offsets.clone().map(|offset| offset > 1.0));
    assert!(outside > 0.1 && offsets.clone().all(|offset| offset <= 1.5), "{outside}");
}

#[test]
fn malformed_requests_are_refused_by_name() {
    let stage1 = CameraSimulator::stage1;
    assert_eq!(stage1().simulate(0).unwrap_err(), Error::NoImages);
    assert!(matches!(stage1().simulate_range(usize::MAX, 2).unwrap_err(), Error::ImageIndex { .. }));
    assert!(
        matches!(stage1().simulate(1 << 55).unwrap_err(), Error::ImageIndex { .. }),
        "more than an array holds"
    );
    for rate in [f64::NAN, -0.1, 1.1, f64::INFINITY] {
        for (field, simulator) in [
            ("positive_rate", stage1().positive_rate(rate)),
            ("gamma_rate", stage1().gamma_rate(rate)),
            ("night_sky_rate", stage1().night_sky_rate(rate)),
            ("arc_rate", stage1().arc_rate(rate)),
            ("dead", stage1().electronics(Electronics { dead: rate, ..Electronics::default() })),
        ] {
            let error = simulator.simulate(1).unwrap_err();
            assert!(matches!(error, Error::OutOfRange { field: f, .. } if f == field), "{field}: {error}");
            assert!(error.to_string().starts_with(field), "{error}");
        }
    }
    let error = stage1().positive_rate(0.7).gamma_rate(0.7).simulate(1).unwrap_err();
    assert!(matches!(error, Error::Rates { .. }), "{error}");
    for (field, electronics) in [
        ("night_sky", Electronics { night_sky: -1.0, ..Electronics::default() }),
        ("gain", Electronics { gain: 0.0, ..Electronics::default() }),
        ("single_pe", Electronics { single_pe: f64::NAN, ..Electronics::default() }),
    ] {
        let error = stage1().electronics(electronics).simulate(1).unwrap_err();
        assert!(matches!(error, Error::OutOfRange { field: f, .. } if f == field), "{error}");
    }
    let inverted = Cleaning { picture: 2.0, boundary: 4.0, min_pixels: 0 };
    assert!(matches!(
        stage1().cleaning(Some(inverted)).simulate(1).unwrap_err(),
        Error::OutOfRange { field: "boundary", .. }
    ));
    for (field, muons) in [
        ("hole", Muons { hole: 1.0, ..Muons::default() }),
        ("max_impact", Muons { max_impact: 0.0, ..Muons::default() }),
        ("max_offset", Muons { max_offset: 0.0, ..Muons::default() }),
        ("mirror_radius", Muons { mirror_radius: -6.0, ..Muons::default() }),
        ("least efficiency", Muons { efficiency: (0.0, 0.1), ..Muons::default() }),
        ("greatest efficiency", Muons { efficiency: (0.2, 0.1), ..Muons::default() }),
        ("min_size", Muons { min_size: f64::NAN, ..Muons::default() }),
        (
            "max of the radius law",
            Muons { radius: RadiusLaw::Uniform { min: 1.0, max: 0.5 }, ..Muons::default() },
        ),
        (
            "index of the radius law",
            Muons { radius: RadiusLaw::Spectrum { index: 1.0, min: 0.4 }, ..Muons::default() },
        ),
    ] {
        let error = stage1().muons(muons).simulate(1).unwrap_err();
        assert!(matches!(error, Error::OutOfRange { field: f, .. } if f == field), "{error}");
    }
    for (field, showers) in [
        ("least size of a shower", Showers { gamma_size: (0.0, 10.0), ..Showers::default() }),
        ("greatest size of a shower", Showers { hadron_size: (10.0, 9.0), ..Showers::default() }),
    ] {
        let error = stage1().showers(showers).simulate(1).unwrap_err();
        assert!(matches!(error, Error::OutOfRange { field: f, .. } if f == field), "{error}");
    }
    let error = stage1().trigger_threshold(f64::NAN).simulate(1).unwrap_err();
    assert!(matches!(error, Error::OutOfRange { field: "trigger_threshold", .. }), "{error}");
}

#[test]
fn a_camera_that_cannot_trigger_is_an_error_and_no_endless_loop() {
    let pair = Camera::new(vec![[0.0, 0.0], [0.15, 0.0]], 0.15).unwrap();
    let error = CameraSimulator::stage1().camera(pair).simulate(1000).unwrap_err();
    assert!(matches!(error, Error::NeverTriggers { kind: Kind::Muon, .. }), "{error}");
}
