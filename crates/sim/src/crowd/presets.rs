//! The two crowds of Muon Hunters 2.0: the beta test that voted its muons away, and the public that found them.

use super::{Crowd, Volunteer};
use crate::spread::{between, spread};

/// Exponent of the activity law: the k-th most active volunteer does work in proportion to k^−s. With 1.15, the top tenth of a
/// thousand volunteers does 80 % of it; on seven Zooniverse projects it was 79 % on average (Sauermann & Franzoni 2015, PNAS 112, 679).
const ACTIVITY_EXPONENT: f64 = 1.15;

impl Crowd {
    /// Volunteers like those of the beta test: most miss more muons than they find, tire soon and often skip the second step; every
    /// fourth one is careful. Omission dominates, so the majority votes nearly all muons away.
    ///
    /// Set so that 10 answers to 10 × 10 grids give F1 around 0.2 by majority vote and 0.84 by two-pass SWAP with one image in ten
    /// gold, at 32.6 % positives, on random grids and on clusters of mixed purity alike; the paper has 0.22 and 0.83 (section 4).
    ///
    /// Volunteer 0 is the most active; the k-th does work in proportion to (k + 1)^−1.15. The paper says nothing of single
    /// volunteers, so skills, fatigue and skipping are ours, evenly spread over a range, the same for every seed.
    pub fn beta(n_volunteers: usize) -> Self {
        let volunteer = |k: usize| {
            let [a, b] = [spread(k, 0), spread(k, 1)];
            if k % 4 == 1 {
                Volunteer {
                    fatigue: 0.002,
                    skip: 0.03,
                    misclick: 0.01,
                    ..Volunteer::new(between(0.60, 0.85, a), between(0.86, 0.95, b))
                }
            } else {
                Volunteer {
                    fatigue: 0.04,
                    skip: 0.2,
                    misclick: 0.05,
                    ..Volunteer::new(between(0.30, 0.70, a), between(0.86, 0.96, b))
                }
            }
        };
        Self::new(with_activity((0..n_volunteers).map(volunteer)))
    }

    /// Volunteers like those of the public launch: five of six are careful and rarely call a muon what is none, the sixth misses
    /// every third muon.
    ///
    /// Set so that 5 answers to 6 × 6 grids give F1 around 0.978 by majority vote at 3.4 % positives, as in the paper (section 4;
    /// "at least 5 volunteers"). SWAP adds 0.01 to 0.02 to that. Activity as in [`Crowd::beta`]; the skills are ours.
    pub fn public(n_volunteers: usize) -> Self {
        let volunteer = |k: usize| {
            let [a, b] = [spread(k, 0), spread(k, 1)];
            if k % 6 == 5 {
                Volunteer {
                    fatigue: 0.02,
                    skip: 0.1,
                    misclick: 0.02,
                    ..Volunteer::new(between(0.50, 0.80, a), between(0.98, 0.995, b))
                }
            } else {
                Volunteer {
                    fatigue: 0.002,
                    skip: 0.01,
                    misclick: 0.005,
                    ..Volunteer::new(between(0.80, 0.97, a), between(0.994, 0.9995, b))
                }
            }
        };
        Self::new(with_activity((0..n_volunteers).map(volunteer)))
    }
}

fn with_activity(volunteers: impl Iterator<Item = Volunteer>) -> Vec<Volunteer> {
    let active = |(k, volunteer): (usize, Volunteer)| Volunteer {
        activity: ((k + 1) as f64).powf(-ACTIVITY_EXPONENT),
        ..volunteer
    };
    volunteers.enumerate().map(active).collect()
}
