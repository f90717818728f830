//! Kinds of subjects: starts from random kinds, of which the one with the greatest evidence stays.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{
    PseudoCounts,
    fit::{KIND_MASS, Setup},
    model::{ClassPrior, Model, Rounds},
    rates::Rows,
};

/// Kinds settle late and change little after this many rounds, or below this change.
const MAX_ROUNDS: usize = 60;
const TOLERANCE: f64 = 1e-4;

/// The best of `restarts` fits. Kinds that are alike have one start only. Of pseudo-counts only [`PseudoCounts::Diagonal`] is one for kinds.
pub(super) fn best(setup: &Setup<'_>, pseudo_counts: Option<PseudoCounts>, restarts: usize) -> Model {
    let params = setup.params;
    let (k, groups) = (params.n_classes, params.kinds);
    let (right, wrong) = match pseudo_counts {
        Some(PseudoCounts::Diagonal { right, wrong }) => (right, wrong),
        // Li, Rubinstein & Cohn 2019.
        _ => (4.0, 1.0),
    };
    let rows = Rows::diagonal(&setup.meaning, groups, right, wrong);
    let rounds = Rounds {
        prior: params.prior.as_deref().map_or(ClassPrior::Learned(1.0), ClassPrior::Fixed),
        learn: None,
        max_rounds: params.max_rounds.min(MAX_ROUNDS),
        tolerance: params.tolerance.max(TOLERANCE),
    };
    let problem = setup.problem(groups);
    let start = setup.start();
    let fits = (0..if groups == 1 { 1 } else { restarts }).map(|restart| {
        let mut q = vec![0.0; start.len() * groups];
        for (row, out) in q.chunks_exact_mut(k * groups).enumerate() {
            let mut rng = ChaCha8Rng::seed_from_u64(params.seed);
            // One stream per subject and start, so that a further subject changes no other one's.
            rng.set_stream(u64::from(setup.votes.subjects[row]) << 16 | restart as u64);
            for (class, kinds) in out.chunks_exact_mut(groups).enumerate() {
                // A Dirichlet(1) draw.
                kinds.iter_mut().for_each(|kind| *kind = -(1.0 - rng.random::<f64>()).ln() + 1e-12);
                let sum: f64 = kinds.iter().sum();
                kinds.iter_mut().for_each(|kind| *kind *= start[row * k + class] / sum);
            }
        }
        Model::kinds(&problem, &rows, q, rounds, KIND_MASS)
    });
    fits.reduce(|best, next| if next.log_evidence > best.log_evidence { next } else { best })
        .expect("at least one start")
}
