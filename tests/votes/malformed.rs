//! Wrong parameters, votes and matrices, one line each.

use manyhands_votes::{Error, MajorityVote, Swap, SwapParams, Vote, information_gain, skill};
use ndarray::{Array2, array};

use super::vote;

fn good() -> SwapParams {
    Swap::params([0.88, 0.12]).gold(&[(1, 1)])
}

fn gold(gold: &[(usize, usize)]) -> SwapParams {
    good().gold(gold)
}

fn prior(prior: impl Into<Vec<f64>>) -> SwapParams {
    Swap::params(prior).gold(&[(1, 1)])
}

#[test]
fn wrong_parameters_are_named_by_every_way_to_begin() {
    let table = [
        (prior([]), "the number of classes is 0, wants 2 to 65535"),
        (prior([1.0]), "the number of classes is 1, wants 2 to 65535"),
        (prior(vec![1e-5; 65_536]), "the number of classes is 65536, wants 2 to 65535"),
        (prior([1.5, -0.5]), "prior of class 0 is 1.5, wants a probability (above 0 for an aggregator)"),
        (prior([-0.0, 1.0]), "prior of class 0 is -0, wants a probability (above 0 for an aggregator)"),
        (prior([1.0, 0.0]), "prior of class 1 is 0, wants a probability (above 0 for an aggregator)"),
        (prior([0.5, f64::NAN]), "prior of class 1 is NaN, wants a probability (above 0 for an aggregator)"),
        (prior([0.5, 0.25]), "prior sums to 0.75, wants 1"),
        (prior([0.75, 0.75]), "prior sums to 1.5, wants 1"),
        (good().pseudo_count(-1.0), "pseudo_count is -1, wants a finite number of 0 or more"),
        (good().pseudo_count(f64::NAN), "pseudo_count is NaN, wants a finite number of 0 or more"),
        (good().pseudo_count(f64::INFINITY), "pseudo_count is inf, wants a finite number of 0 or more"),
        (Swap::params([0.5, 0.5]), "gold is empty, wants at least one subject of known truth"),
        (gold(&[(1, 0), (4, 2)]), "gold class of subject 4 is 2, wants less than 2"),
        (gold(&[(9, 1), (4, 0), (9, 0)]), "gold subject 9 has the classes 0 and 1, wants one"),
    ];
    for (params, message) in table {
        let votes = [vote(0, 1, 1)];
        assert_eq!(params.build().unwrap_err().to_string(), message);
        assert_eq!(params.fit(&votes).unwrap_err().to_string(), message);
        assert_eq!(params.count(&votes).unwrap_err().to_string(), message);
        let counts = good().count(&votes).unwrap();
        assert_eq!(params.fit_with(counts, &votes).unwrap_err().to_string(), message);
    }
    for n_classes in [0, 1, 65_536, usize::MAX] {
        let error = Error::Classes { got: n_classes, max: 65_535 };
        assert_eq!(MajorityVote::params(n_classes).build().unwrap_err(), error);
        assert_eq!(MajorityVote::params(n_classes).fit(&[vote(0, 0, 0)]).unwrap_err(), error);
    }
}

#[test]
fn gold_may_repeat_itself() {
    assert_eq!(gold(&[(4, 0), (1, 1), (4, 0)]).build().unwrap(), gold(&[(1, 1), (4, 0)]).build().unwrap());
}

#[test]
fn wrong_votes_are_named_and_leave_the_aggregators_alone() {
    let wrong = vote(8, 5, 2);
    let message = "label of volunteer 8 on subject 5 is 2, wants less than 2";
    let votes = [vote(0, 1, 1), vote(8, 5, 0), wrong];
    assert_eq!(good().fit(&votes).unwrap_err().to_string(), message);
    assert_eq!(good().count(&votes).unwrap_err().to_string(), message);
    assert_eq!(MajorityVote::params(2).fit(&votes).unwrap_err().to_string(), message);

    let mut swap = good().fit(&votes[..2]).unwrap();
    let before = swap.clone();
    assert_eq!(swap.observe(wrong).unwrap_err().to_string(), message);
    assert_eq!(swap, before);

    let mut majority = MajorityVote::params(2).fit(&votes[..2]).unwrap();
    let before = majority.clone();
    assert_eq!(majority.observe(wrong).unwrap_err().to_string(), message);
    assert_eq!(majority, before);
}

#[test]
fn a_fit_wants_votes_and_some_of_them_on_gold() {
    let no_votes: [Vote; 0] = [];
    assert_eq!(good().fit(&no_votes).unwrap_err(), Error::NoVotes);
    assert_eq!(MajorityVote::params(2).fit(&no_votes).unwrap_err(), Error::NoVotes);
    let error = good().fit(&[vote(0, 2, 1)]).unwrap_err();
    assert_eq!(error, Error::NoGoldVotes { n_gold: 1 });
    assert_eq!(error.to_string(), "none of the 1 gold subjects has a vote, wants votes on at least one");
    // Parts may lack them.
    assert_eq!(good().count(&no_votes).unwrap().n_volunteers(), 0);
    assert_eq!(good().count(&[vote(0, 2, 1)]).unwrap().n_gold_votes(), 0);
}

#[test]
fn parts_that_do_not_belong_together_do_not_merge() {
    let votes = [vote(0, 1, 1), vote(0, 2, 1)];
    let mut counts = good().count(&votes).unwrap();
    let three = prior([0.4, 0.3, 0.3]);
    let classes = Error::Mismatch { field: "the number of classes" };
    assert_eq!(counts.merge(&three.count(&votes).unwrap()), Err(classes.clone()));
    assert_eq!(three.fit_with(counts, &votes).unwrap_err(), classes);
    assert_eq!(good().fit(&votes).unwrap().with_prior([0.4, 0.3, 0.3]).unwrap_err(), classes);

    let mut swap = good().fit(&votes).unwrap();
    let before = swap.clone();
    for other in [prior([0.5, 0.5]), good().pseudo_count(2.0), gold(&[(1, 1), (3, 0)])] {
        let other = other.fit(&votes).unwrap();
        assert_eq!(swap.merge(&other), Err(Error::Mismatch { field: "a parameter" }));
    }
    let other = good().fit(&[vote(0, 1, 0)]).unwrap();
    let error = Error::Mismatch { field: "what is known about the volunteers" };
    assert_eq!(swap.merge(&other), Err(error));
    assert_eq!(swap, before);

    let mut majority = MajorityVote::params(2).fit(&votes).unwrap();
    let other = MajorityVote::params(3).fit(&votes).unwrap();
    assert_eq!(majority.merge(&other), Err(Error::Mismatch { field: "a parameter" }));
}

#[test]
fn wrong_matrices_and_priors_are_named() {
    let good = array![[0.8, 0.2], [0.1, 0.9]];
    let half = [0.5, 0.5];
    let table: [(Array2<f64>, &[f64], &str); 8] = [
        (
            good.clone(),
            &[0.2, 0.3, 0.5],
            "confusion has 2 rows and 2 columns, wants 3 rows and at least one column",
        ),
        (
            Array2::zeros((2, 0)),
            &half,
            "confusion has 2 rows and 0 columns, wants 2 rows and at least one column",
        ),
        (
            Array2::zeros((0, 2)),
            &[],
            "confusion has 0 rows and 2 columns, wants 0 rows and at least one column",
        ),
        (good.clone(), &[0.5, 0.6], "prior sums to 1.1, wants 1"),
        (
            good.clone(),
            &[f64::NAN, 1.0],
            "prior of class 0 is NaN, wants a probability (above 0 for an aggregator)",
        ),
        (
            array![[0.8, 0.2], [0.5, 0.25]],
            &half,
            "confusion row 1 sums to 0.75, wants probabilities that sum to 1",
        ),
        (
            array![[1.5, -0.5], [0.5, 0.5]],
            &half,
            "confusion row 0 sums to NaN, wants probabilities that sum to 1",
        ),
        (
            array![[0.5, f64::NAN], [0.5, 0.5]],
            &half,
            "confusion row 0 sums to NaN, wants probabilities that sum to 1",
        ),
    ];
    for (confusion, prior, message) in table {
        assert_eq!(skill(confusion.view(), prior).unwrap_err().to_string(), message);
        assert_eq!(information_gain(confusion.view(), prior, 0).unwrap_err().to_string(), message);
    }
    let error = information_gain(good.view(), &half, 2).unwrap_err();
    assert_eq!(error.to_string(), "label is 2, wants less than 2");
    // A certain class is a fine prior for a skill of nothing.
    assert_eq!(skill(good.view(), &[1.0, 0.0]), Ok(0.0));
    // A label that cannot occur.
    assert_eq!(information_gain(array![[1.0, 0.0], [1.0, 0.0]].view(), &half, 1), Ok(0.0));
}

#[test]
fn everything_can_be_sent_to_and_shared_with_other_threads() {
    fn check<T: Send + Sync + Unpin + 'static>() {}
    check::<Swap>();
    check::<SwapParams>();
    check::<MajorityVote>();
    check::<manyhands_votes::GoldCounts>();
    check::<manyhands_votes::Estimates>();
    check::<Error>();
}
