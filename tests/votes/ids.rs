//! Ids of any size and spread.

use manyhands_votes::{Error, MajorityVote, Swap, SwapParams, Vote};

use super::vote;

const LAST: usize = u32::MAX as usize - 1;

fn params(gold: &[(usize, usize)]) -> SwapParams {
    Swap::params([0.7, 0.3]).gold(gold)
}

/// 3 000 votes of 40 volunteers on 300 subjects, of which 30 are gold, with ids as `of` makes them.
fn crowd(of: impl Fn(usize) -> usize) -> (Vec<Vote>, Vec<(usize, usize)>) {
    let votes = (0..3000).map(|i| {
        let (volunteer, subject) = (i * 7 % 40, i * i % 300);
        vote(of(volunteer), of(subject), usize::from((i * 31 + volunteer * subject) % 11 < 5))
    });
    (votes.collect(), (0..30).map(|subject| (of(subject), subject % 2)).collect())
}

#[test]
fn estimates_do_not_depend_on_how_the_ids_are_spread() {
    let (votes, gold) = crowd(|id| id);
    let dense = params(&gold).fit(&votes).unwrap().estimates();
    let spreads: [fn(usize) -> usize; 4] = [
        |id| id + 40_000_000,
        |id| id * 14_000_000,
        |id| LAST - id,
        // Dense but for one stray at the very end.
        |id| if id == 17 { LAST } else { id },
    ];
    for of in spreads {
        let (votes, gold) = crowd(of);
        let params = params(&gold);
        let fitted = params.fit(&votes).unwrap();
        let mut online = params.build().unwrap();
        let (gold_votes, others): (Vec<Vote>, Vec<Vote>) =
            votes.iter().partition(|vote| gold.iter().any(|&(subject, _)| subject == vote.subject));
        gold_votes.iter().chain(&others).for_each(|&vote| online.observe(vote).unwrap());
        let majority = MajorityVote::params(2).fit(&votes).unwrap();
        assert!(fitted.estimates().subjects.is_sorted());
        assert_eq!(fitted.estimates().len(), dense.len());
        for (row, &subject) in dense.subjects.iter().enumerate() {
            let estimate = fitted.estimate(of(subject)).unwrap();
            assert_eq!(estimate.probabilities, dense.probabilities.row(row).to_vec());
            assert_eq!(estimate.n_votes, dense.n_votes[row]);
            assert_eq!(majority.estimate(of(subject)).unwrap().n_votes, dense.n_votes[row]);
            if subject >= 30 {
                assert_eq!(online.estimate(of(subject)), Some(estimate));
            }
        }
    }
}

#[test]
fn bulk_estimates_are_the_single_ones_in_order_of_the_subjects() {
    let (votes, gold) = crowd(|id| id * 977 % 1009 + 5);
    let swap = params(&gold).fit(&votes).unwrap();
    let columns = swap.estimates();
    let rows: Vec<_> = swap.subjects().collect();
    assert!(!columns.is_empty() && columns.subjects.is_sorted());
    assert_eq!(columns.len(), rows.len());
    for (row, (subject, estimate)) in rows.into_iter().enumerate() {
        assert_eq!(swap.estimate(subject).as_ref(), Some(&estimate));
        assert_eq!((columns.subjects[row], columns.labels[row]), (subject, estimate.label));
        assert_eq!(columns.probabilities.row(row).to_vec(), estimate.probabilities);
        assert_eq!(columns.of_class(1)[row], estimate.probabilities[1]);
        assert_eq!(columns.n_votes[row], estimate.n_votes);
    }
    let ids: Vec<_> = swap.volunteers().map(|volunteer| volunteer.id).collect();
    assert!(ids.is_sorted() && ids.len() == 40);
    assert!(ids.iter().all(|&id| swap.volunteer(id).unwrap().id == id));
}

#[test]
fn what_has_no_vote_has_no_estimate() {
    let swap = params(&[(1, 1), (2, 0)]).fit(&[vote(3, 1, 1)]).unwrap();
    assert_eq!(swap.subjects().map(|(subject, _)| subject).collect::<Vec<_>>(), [1]);
    for never_seen in [0, 2, 5, LAST, LAST + 1, usize::MAX] {
        assert_eq!(swap.estimate(never_seen), None);
        assert_eq!(swap.volunteer(never_seen), None);
    }
    let empty = MajorityVote::params(2).build().unwrap();
    assert_eq!(empty.estimate(0), None);
    assert!(empty.estimates().is_empty());
}

#[test]
fn the_greatest_id_fits_and_the_next_one_is_an_error() {
    let votes = [vote(LAST, LAST, 1), vote(0, 0, 0), vote(0, LAST, 1)];
    let swap = params(&[(LAST, 1)]).fit(&votes).unwrap();
    assert_eq!(swap.estimate(LAST).unwrap().n_votes, 2);
    assert_eq!(swap.volunteer(LAST).unwrap().n_gold, 1);
    for (wrong, field) in [(vote(LAST + 1, 0, 0), "volunteer"), (vote(0, LAST + 1, 0), "subject")] {
        let error = Error::Id { field, got: LAST + 1, max: LAST };
        assert_eq!(params(&[(0, 0)]).fit(&[wrong]).unwrap_err(), error);
        assert_eq!(MajorityVote::params(2).fit(&[wrong]).unwrap_err(), error);
    }
    let error = Error::Id { field: "subject", got: LAST + 1, max: LAST };
    assert_eq!(params(&[(LAST + 1, 0)]).build().unwrap_err(), error);
}
