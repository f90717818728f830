//! Who answers what, and in which order.

use rand::Rng;
use rand_distr::weighted::WeightedAliasIndex;
use rand_distr::{Distribution, Exp1};

/// Mean time that a volunteer stays with the project, as a share of its duration.
const MEAN_STAY: f64 = 0.25;
/// Volunteers drawn before one who is not there at the time is called back.
const MAX_ABSENT: usize = 32;
/// Volunteers tried before the one who answers is picked from a list of those who can.
const MAX_VOLUNTEERS: usize = 16;
/// Items offered to a volunteer before another one gets the turn.
const MAX_OFFERS: usize = 8;

/// `(volunteer, item)` of every answer in time order: each of `n_items` items gets `n_answers` answers by different volunteers.
///
/// Volunteers come at a random time, stay for an exponentially distributed one, and while there answer in proportion to their
/// activity. Items are handed out at random among those with answers missing, never twice to the same volunteer. The caller
/// makes sure that there are at least `n_answers` volunteers and that activities are finite and positive.
pub(super) fn schedule(
    n_items: usize,
    n_answers: usize,
    activity: &[f64],
    rng: &mut impl Rng,
) -> Vec<(usize, usize)> {
    let n_total = n_items * n_answers;
    let by_activity = WeightedAliasIndex::new(activity.to_vec()).expect("activities are finite and positive");
    let stays: Vec<(f64, f64)> = activity
        .iter()
        .map(|_| {
            let stay = MEAN_STAY * rng.sample::<f64, _>(Exp1);
            // From so far before the start that the project is as crowded at its start as at its end.
            let arrival = rng.random::<f64>() * (1.0 + stay) - stay;
            (arrival, arrival + stay)
        })
        .collect();
    let mut answered_by: Vec<Vec<usize>> = vec![Vec::with_capacity(n_answers); n_items];
    let mut open: Vec<usize> = (0..n_items).collect();
    let mut order = Vec::with_capacity(n_total);
    while !open.is_empty() {
        let now = order.len() as f64 / n_total as f64;
        let offer = (0..MAX_VOLUNTEERS).find_map(|_| {
            let volunteer = present(&by_activity, &stays, now, rng);
            let mut places = (0..MAX_OFFERS).map(|_| rng.random_range(0..open.len()));
            places
                .find(|&place| !answered_by[open[place]].contains(&volunteer))
                .map(|place| (volunteer, place))
        });
        let (volunteer, place) = offer.unwrap_or_else(|| {
            let place = rng.random_range(0..open.len());
            (somebody_else(&answered_by[open[place]], activity, rng), place)
        });
        let item = open[place];
        answered_by[item].push(volunteer);
        if answered_by[item].len() == n_answers {
            open.swap_remove(place);
        }
        order.push((volunteer, item));
    }
    order
}

/// A volunteer who is there now; if nobody seems to be, one who comes back.
fn present(
    by_activity: &WeightedAliasIndex<f64>,
    stays: &[(f64, f64)],
    now: f64,
    rng: &mut impl Rng,
) -> usize {
    let mut volunteer = by_activity.sample(rng);
    for _ in 1..MAX_ABSENT {
        let (arrival, leave) = stays[volunteer];
        if (arrival..leave).contains(&now) {
            break;
        }
        volunteer = by_activity.sample(rng);
    }
    volunteer
}

/// A volunteer who has not answered yet, in proportion to activity. There is one, since an open item has fewer answers than there
/// are volunteers.
fn somebody_else(answered: &[usize], activity: &[f64], rng: &mut impl Rng) -> usize {
    let free = |&(volunteer, _): &(usize, &f64)| !answered.contains(&volunteer);
    let total: f64 = activity.iter().enumerate().filter(free).map(|(_, weight)| weight).sum();
    let mut left = rng.random::<f64>() * total;
    let mut chosen = 0;
    for (volunteer, weight) in activity.iter().enumerate().filter(free) {
        chosen = volunteer;
        left -= weight;
        if left < 0.0 {
            break;
        }
    }
    chosen
}
