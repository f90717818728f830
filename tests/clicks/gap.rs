//! How far from the best: against the slow twin, and against the bound.

use manyhands_clicks::facility::{FacilityLocation, Mark, Method, Opening};

use crate::{brute, kinds, objective, scene};

/// Scenes of at most eight marks, loose and crowded.
const SCENES: u64 = 600;

fn small<const D: usize>(seed: u64) -> (Vec<Mark<D>>, Opening) {
    let side = [8.0, 15.0, 30.0, 100.0][seed as usize % 4];
    let n_viewers = 3 + seed as usize % 3;
    let (marks, mut opening) = scene(seed, n_viewers, 1 + seed as usize / 4 % 3, side, 8);
    opening.occam = !seed.is_multiple_of(5);
    // Cheaper openings in a part of the scenes: more ways to group that are worth something.
    opening.constant -= [0.0, 5.0, 10.0][seed as usize / 12 % 3];
    let counted = match seed % 7 {
        0 => kinds(n_viewers),
        // No likelihood at all: up and down.
        1 => vec![3.0, 0.0, 2.5, 2.0],
        2 => vec![0.0, 1.0, 3.0],
        _ => Vec::new(),
    };
    (marks, opening.by_count(counted))
}

#[test]
fn the_exact_solver_finds_what_trying_all_groupings_finds() {
    for seed in 0..SCENES / 3 {
        exact::<2>(seed);
        exact::<1>(seed);
        exact::<3>(seed);
    }
}

fn exact<const D: usize>(seed: u64) {
    let (marks, opening) = small::<D>(seed);
    let found = FacilityLocation::params(opening.clone()).fit(&marks).unwrap();
    let best = brute::optimum(&marks, &opening);
    assert!((found.objective() - best).abs() < 1e-9, "scene {seed}: {} {best}", found.objective());
    assert!((objective(&marks, &opening, &found) - best).abs() < 1e-9);
    assert_eq!(found.gap(), Some(0.0));
}

#[test]
fn local_search_is_optimal_in_99_of_100_small_scenes_and_the_bound_never_lies_below() {
    optimal_share::<2>();
    optimal_share::<1>();
    optimal_share::<3>();
}

fn optimal_share<const D: usize>() {
    let (mut optimal, mut worst) = (0, 0.0_f64);
    for seed in 0..SCENES {
        let (marks, opening) = small::<D>(seed);
        let best = brute::optimum(&marks, &opening);
        let params = FacilityLocation::params(opening).exact_up_to(0).bound_steps(20);
        let found = params.fit(&marks).unwrap();
        let greedy = params.method(Method::JainMahdianSaberi).fit(&marks).unwrap();
        assert!(found.objective() <= best + 1e-9 && greedy.objective() <= best + 1e-9, "scene {seed}");
        assert!(found.objective() >= greedy.objective() - 1e-9, "scene {seed}: worse than the greedy");
        assert!(found.upper_bound().unwrap() >= best - 1e-9, "scene {seed}");
        assert!(greedy.upper_bound().unwrap() >= best - 1e-9, "scene {seed}");
        optimal += u64::from(found.objective() > best - 1e-9);
        worst = worst.max(best - found.objective());
    }
    println!("{D}-D: {optimal} of {SCENES} optimal, worst {worst} below");
    assert!(optimal * 100 >= SCENES * 99, "{optimal} of {SCENES}");
}

#[test]
fn the_bound_of_large_scenes_is_near() {
    let (mut gaps, mut sum, mut jms, mut mixed) = (0.0, 0.0, 0.0, 0);
    for seed in 0..20 {
        let (marks, opening) = scene::<2>(seed, 20, 6, 60.0, usize::MAX);
        let params = FacilityLocation::params(opening).bound_steps(20);
        let found = params.fit(&marks).unwrap();
        let greedy = params.method(Method::JainMahdianSaberi).fit(&marks).unwrap();
        assert!(found.objective() >= greedy.objective() - 1e-9, "scene {seed}");
        assert!(found.converged());
        mixed += usize::from(found.gap().unwrap() > 0.0);
        (gaps, sum, jms) = (gaps + found.gap().unwrap(), sum + found.objective(), jms + greedy.objective());
    }
    println!("gap {gaps} of {sum}, greedy {jms}, {mixed} of 20 scenes not solved exactly");
    assert!(mixed > 10, "the scenes are too easy to test the bound");
    assert!(gaps < 0.15 * sum, "gap {gaps} of {sum}");
}
