//! Retirement of tiles.

use manyhands_grid::{Error, Progress, Retirement};

#[test]
fn a_tile_retires_with_its_last_answer_and_refuses_more() {
    let mut retirement = Retirement::after(3).unwrap();
    assert_eq!(retirement.observe(8), Progress::Open { n_missing: 2 });
    assert_eq!(retirement.observe(usize::MAX), Progress::Open { n_missing: 2 });
    assert_eq!(retirement.observe(8), Progress::Open { n_missing: 1 });
    assert!(!retirement.is_retired(8));
    assert_eq!(retirement.observe(8), Progress::Retired);
    assert_eq!(retirement.observe(8), Progress::Late);
    assert_eq!(retirement.observe(8), Progress::Late);
    assert!(retirement.is_retired(8) && !retirement.is_retired(usize::MAX) && !retirement.is_retired(0));
    assert_eq!(
        (retirement.n_answers(8), retirement.n_answers(usize::MAX), retirement.n_answers(0)),
        (3, 1, 0)
    );
    assert_eq!(retirement.retired().collect::<Vec<_>>(), [8]);
    assert_eq!(retirement.n_late(), 2);
    assert_eq!(Retirement::after(0), Err(Error::ZeroAnswers));
}
