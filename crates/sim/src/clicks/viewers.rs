//! Who sees an image: different volunteers, drawn one after the other in proportion to their activity.

use rand::Rng;
use rand_distr::weighted::WeightedAliasIndex;
use rand_distr::{Distribution, Exp1};

/// Viewers up to which a volunteer drawn again is found by looking through all.
const MAX_LISTED: usize = 128;
/// Draws for each viewer before the rest is picked from a list of those who have not seen the image.
const MAX_DRAWS: usize = 16;

/// Volunteers by activity, finite and positive.
#[derive(Debug)]
pub(super) struct Viewers {
    activity: Vec<f64>,
    by_activity: WeightedAliasIndex<f64>,
}

impl Viewers {
    pub(super) fn new(activity: Vec<f64>) -> Self {
        let by_activity =
            WeightedAliasIndex::new(activity.clone()).expect("activities are finite and positive");
        Self { activity, by_activity }
    }

    /// Viewers of one image, ascending: `mean` rounded up or down so that it is their mean number, at most all volunteers.
    pub(super) fn draw(&self, mean: f64, rng: &mut impl Rng) -> Vec<usize> {
        let n = mean.floor() as usize + usize::from(rng.random::<f64>() < mean.fract());
        let mut viewers = Vec::with_capacity(n);
        if n <= MAX_LISTED {
            for _ in 0..n * MAX_DRAWS {
                if viewers.len() == n {
                    break;
                }
                let volunteer = self.by_activity.sample(rng);
                if !viewers.contains(&volunteer) {
                    viewers.push(volunteer);
                }
            }
        }
        viewers.sort_unstable();
        if viewers.len() < n {
            self.fill(&mut viewers, n, rng);
        }
        viewers
    }

    /// Adds volunteers to ascending viewers until there are `n`, with the same probabilities as by drawing on (Efraimidis and Spirakis
    /// 2006, Inf. Process. Lett. 97, 181): each arrives after an exponential time of rate activity, and the first ones are taken.
    fn fill(&self, viewers: &mut Vec<usize>, n: usize, rng: &mut impl Rng) {
        let mut others: Vec<(f64, usize)> = (0..self.activity.len())
            .filter(|volunteer| viewers.binary_search(volunteer).is_err())
            .map(|volunteer| (rng.sample::<f64, _>(Exp1) / self.activity[volunteer], volunteer))
            .collect();
        others.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        viewers.extend(others.iter().take(n - viewers.len()).map(|&(_, volunteer)| volunteer));
        viewers.sort_unstable();
    }
}
