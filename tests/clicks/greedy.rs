//! The greedy algorithm of Clump Scout, step by step by hand.

use manyhands_clicks::facility::{FacilityLocation, Method, Opening};

use crate::mark;

#[test]
fn a_site_opens_when_the_offers_cover_it_and_its_viewers_other_marks_are_held_back() {
    // Costs −g with σ² = 4: at site 1 (x = 2), mark 0 costs −9.5, mark 1 −10, mark 2 (of viewer 0 again) −9.5.
    // Costs −10: every mark at its own site; α = 15 − 10 = 5 for each. Costs −9.5, by site: at site 0, mark 1 makes
    // α = (15 − 19.5)/2 = −2.25. At site 1, mark 0 makes α = −2.25, and mark 2, of the same viewer, is held back. At site 2,
    // mark 1 makes α = −2.25. Costs −8: marks 0 and 2 at each other's site, held back. At level −2.25 site 0 opens first, as
    // ties go to the lower site: marks 0 and 1 are served. At site 1, mark 0 was served for −10 and withdraws its offer of
    // −9.5; mark 2 offers instead, and mark 1, served for −9.5, leaves a switch offer that saves 0.5:
    // α = (15 − 9.5 − 0.5)/1 = 5. Site 2 has α = 15 − 10 = 5. Neither opens below 0: mark 2 is false.
    let marks = [mark(0.0, 0.0, 0, 10.0), mark(2.0, 0.0, 1, 10.0), mark(4.0, 0.0, 0, 10.0)];
    let params = FacilityLocation::params(Opening::fixed(15.0)).method(Method::JainMahdianSaberi);
    let found = params.fit(&marks).unwrap();
    assert_eq!(found.assignment(), [Some(0), Some(0), None]);
    // Judged at the mean: 20 − 2 · 1²/8 − 15, which is also the best there is.
    assert!((found.objective() - 4.75).abs() < 1e-12);
    assert_eq!(found.gap(), Some(0.0));
}

#[test]
fn a_served_mark_switches_to_a_nearer_site_that_opens_later() {
    // Three marks at 0 open site 0 at α = (12 − 30)/3 = −6 before the level reaches −5.5, where mark 3 (at x = 6) offers to
    // it: served at once. Marks 4 to 5 at x = 9: at their own sites −10 each, so α = (12 − 20)/2 = −4. Mark 3, of x = 6, is
    // 3 away from them (−8.875) and has offered: α = (12 − 28.875)/3 = −5.625, which comes before −5.5.
    let mut marks: Vec<_> = (0..3).map(|viewer| mark(0.0, 0.0, viewer, 10.0)).collect();
    marks.push(mark(6.0, 0.0, 3, 10.0));
    marks.extend((4..6).map(|viewer| mark(9.0, 0.0, viewer, 10.0)));
    let params = FacilityLocation::params(Opening::fixed(12.0)).method(Method::JainMahdianSaberi);
    let found = params.fit(&marks).unwrap();
    assert_eq!(found.assignment(), [Some(0), Some(0), Some(0), Some(1), Some(1), Some(1)]);
}
