//! Whether subjects come in kinds: asked of votes that were held out.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::table::Grouped;

use super::{
    Mode, PseudoCounts,
    fit::Setup,
    kinds,
    model::Model,
    rates::{Belief, Point},
};

/// The share of votes that is held out.
const SHARE: f64 = 0.2;

/// Repetitions, until so many votes have been held out.
const REPETITIONS: u64 = 3;
const ENOUGH: usize = 100_000;

/// Starts of a fit that only serves the choice.
const RESTARTS: usize = 4;

/// Whether kinds foretell held-out votes better than confusion matrices alone do.
pub(super) fn kinds_help(setup: &Setup<'_>, pseudo_counts: Option<PseudoCounts>) -> bool {
    let params = setup.params;
    let plain = |setup: &Setup<'_>| setup.model(Mode::GoldEm, None);
    if params.kinds == 1 {
        return false;
    }
    let (mut gain, mut n) = (0.0, 0);
    for repetition in 0..REPETITIONS {
        let (rest, held) = split(setup.votes, params.seed, repetition);
        let part = Setup {
            params,
            votes: &rest,
            meaning: setup.meaning.clone(),
            gold: setup.gold.clone(),
            gold_rows: setup.gold_rows.clone(),
            scores: setup.scores.clone(),
        };
        let kinds = kinds::best(&part, pseudo_counts, params.restarts.min(RESTARTS));
        gain += foretell(&kinds, &part, &held) - foretell(&plain(&part), &part, &held);
        n += held.len();
        if n >= ENOUGH {
            break;
        }
    }
    gain > 0.0
}

/// The votes without a random share, and that share as (row of the subject, cell).
fn split(votes: &Grouped, seed: u64, repetition: u64) -> (Grouped, Vec<(usize, u32)>) {
    let (mut rest, mut held) = (Grouped { cells: vec![], starts: vec![0], ..votes.clone() }, vec![]);
    for subject in 0..votes.n_subjects() {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(1 << 63 | repetition << 40 | u64::from(votes.subjects[subject]));
        for &cell in votes.cells_of(subject) {
            if rng.random_bool(SHARE) {
                held.push((subject, cell));
            } else {
                rest.cells.push(cell);
            }
        }
        rest.starts.push(rest.cells.len() as u32);
    }
    (rest, held)
}

/// Σ ln Pr(vote) of votes that the model has not seen, about subjects that it has.
fn foretell(model: &Model, setup: &Setup<'_>, held: &[(usize, u32)]) -> f64 {
    let l = model.n_latent();
    let per_volunteer = l * setup.votes.n_labels;
    // Means of the rates, whatever the fit used.
    let belief = match &model.belief {
        Belief::Rows(rows, _) => Belief::Rows(rows.clone(), Point::Mean),
        coin => coin.clone(),
    };
    let ln_rates = belief.ln_rates(&model.counts, per_volunteer);
    let ln_p = held.iter().map(|&(subject, cell)| {
        let q = &model.q[subject * l..][..l];
        let rates = &ln_rates[cell as usize * l..][..l];
        let p: f64 = q.iter().zip(rates).map(|(q, rate)| q * rate.exp()).sum();
        p.max(f64::MIN_POSITIVE).ln()
    });
    ln_p.sum()
}
