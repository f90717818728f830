//! The clicks that Muon Hunters 2.0 prints.

use approx::assert_relative_eq;
use manyhands_grid::{Clicks, Layout, Tiler};

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
