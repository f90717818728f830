//! Wrong input, named.

use manyhands_metrics::{
    Binary, ClusterMap, ContingencyTable, Error, average_precision, cluster_f1, roc_auc,
};

#[test]
fn malformed_input_is_a_named_error() {
    let short = |field| Error::LengthMismatch { field, got: 1, want: 2 };
    let empty = Error::Empty { field: "truth" };
    assert_eq!(ContingencyTable::new(&[0, 1], &[0]), Err(short("clusters")));
    assert_eq!(ContingencyTable::new(&[], &[]), Err(empty.clone()));
    assert_eq!(
        ContingencyTable::new(&[], &[1]),
        Err(Error::LengthMismatch { field: "clusters", got: 1, want: 0 })
    );
    assert_eq!(ClusterMap::strict(&[0, 1], &[0]), Err(short("clusters")));
    assert_eq!(ClusterMap::safe(&[], &[]), Err(empty.clone()));
    for map in [ClusterMap::strict_weighted, ClusterMap::safe_weighted] {
        assert_eq!(map(&[0, 1], &[0], &[1.0; 2]), Err(short("clusters")));
        assert_eq!(map(&[0, 2], &[0, 0], &[1.0; 2]), Err(Error::Class { item: 1, class: 2, n_classes: 2 }));
        for value in [0.0, -1.0, f64::INFINITY] {
            let wants = Error::OutOfRange { field: "weights", value, want: "finite numbers above 0" };
            assert_eq!(map(&[0, 1], &[0, 0], &[1.0, value]), Err(wants));
        }
    }
    assert_eq!(cluster_f1(&[0, 1], &[0], 1), Err(short("clusters")));
    assert_eq!(Binary::new(&[true, false], &[true]), Err(short("predicted")));
    assert_eq!(Binary::of_class(&[], &[], 1), Err(empty.clone()));
    assert_eq!(average_precision(&[true, false], &[0.5]), Err(short("scores")));
    assert_eq!(average_precision(&[], &[]), Err(empty));
    assert_eq!(average_precision(&[true, false], &[0.5, f64::NAN]), Err(Error::ScoreNan { index: 1 }));
    assert_eq!(roc_auc(&[true, true], &[0.5, 0.1]), Err(Error::OneClass { n_positive: 2, n: 2 }));
    assert_eq!(roc_auc(&[false], &[0.5]), Err(Error::OneClass { n_positive: 0, n: 1 }));
    assert_eq!(short("clusters").to_string(), "clusters has 1 items, but truth has 2");
}
