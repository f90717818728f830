//! Wrong numbers, one line each.

use manyhands_clicks::facility::{FacilityLocation, Mark, Opening};

use crate::mark;

#[test]
fn wrong_numbers_are_errors_that_say_which() {
    let good = mark(1.0, 2.0, 0, 10.0);
    let table = [
        (
            Mark { at: [f64::NAN, 2.0], ..good },
            "at[0] of mark 1 is NaN, wants a number between -1e100 and 1e100",
        ),
        (
            Mark { at: [1.0, f64::INFINITY], ..good },
            "at[1] of mark 1 is inf, wants a number between -1e100 and 1e100",
        ),
        (Mark { gain: f64::NAN, ..good }, "gain of mark 1 is NaN, wants a number between -1e100 and 1e100"),
        (Mark { variance: 0.0, ..good }, "variance of mark 1 is 0, wants a number between 1e-100 and 1e100"),
        (
            Mark { variance: -4.0, ..good },
            "variance of mark 1 is -4, wants a number between 1e-100 and 1e100",
        ),
        (
            Mark { variance: f64::NAN, ..good },
            "variance of mark 1 is NaN, wants a number between 1e-100 and 1e100",
        ),
    ];
    for (bad, message) in table {
        let error = FacilityLocation::params(Opening::fixed(1.0)).fit(&[good, bad]).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn wrong_parameters_are_errors_even_without_marks() {
    let error = FacilityLocation::params(Opening::occam(f64::NAN)).fit::<2>(&[]).unwrap_err();
    assert_eq!(error.to_string(), "opening constant is NaN, wants a number between -1e100 and 1e100");
    let opening = Opening::fixed(1.0).by_count(vec![0.0, f64::NEG_INFINITY]);
    let error = FacilityLocation::params(opening).fit::<2>(&[]).unwrap_err();
    assert_eq!(error.to_string(), "by_count[1] is -inf, wants a number between -1e100 and 1e100");
    let error = FacilityLocation::params(Opening::fixed(1.0)).exact_up_to(17).fit::<2>(&[]).unwrap_err();
    assert_eq!(error.to_string(), "exact_up_to is 17, wants at most 16");
}
