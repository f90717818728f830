//! What the votes say about each class of a subject, apart from how frequent the class is; for gold, without what the subject itself taught.

use super::{kernel::Problem, model::Model};
use crate::table::Grouped;

impl Problem<'_> {
    /// Labels times latent classes: the numbers that belong to one volunteer.
    pub(super) fn per_volunteer(&self) -> usize {
        self.votes.n_labels * self.n_latent()
    }
}

impl Model {
    /// Subjects × classes: ln Pr(votes of the subject | class), up to a constant per subject. Gold subjects are told by volunteers who
    /// have not seen them.
    pub(super) fn evidence(&self, problem: &Problem<'_>) -> Vec<f64> {
        let k = problem.n_classes;
        let mut evidence = vec![0.0; problem.votes.n_subjects() * k];
        let ln_classes: Vec<f64> = self.rates.prior.chunks_exact(self.n_groups).map(ln_sum_exp).collect();
        let mut log = vec![0.0; self.n_latent()];
        for (subject, out) in evidence.chunks_exact_mut(k).enumerate() {
            log.copy_from_slice(&self.rates.prior);
            if problem.gold[subject] > 0 {
                self.add_unseen(problem, subject, &mut log);
            } else {
                for &cell in problem.votes.cells_of(subject) {
                    let rates = &self.rates.cells[cell as usize * log.len()..][..log.len()];
                    log.iter_mut().zip(rates).for_each(|(log, rate)| *log += rate);
                }
            }
            let classes = log.chunks_exact(self.n_groups).zip(&ln_classes);
            out.iter_mut().zip(classes).for_each(|(out, (log, ln_class))| *out = ln_sum_exp(log) - ln_class);
        }
        evidence
    }

    /// Of everyone who voted on a subject: these votes, as cells, and the counts without what they taught.
    pub(super) fn unseen_counts<'a>(
        &'a self,
        votes: &'a Grouped,
        subject: usize,
    ) -> impl Iterator<Item = (&'a [u32], Vec<f64>)> {
        let (l, m) = (self.n_latent(), votes.n_labels);
        let taught = &self.taught[subject * l..][..l];
        // A volunteer's votes on the subject stand next to each other.
        let of_volunteers = votes.cells_of(subject).chunk_by(move |&a, &b| a as usize / m == b as usize / m);
        of_volunteers.map(move |mine| {
            let mut counts = self.counts_of(mine[0] as usize / m, l * m);
            for &cell in mine {
                let label = &mut counts[cell as usize % m * l..][..l];
                label.iter_mut().zip(taught).for_each(|(n, taught)| *n = (*n - taught).max(0.0));
            }
            (mine, counts)
        })
    }

    /// Adds the rates of a subject's votes, with its own votes taken out of the counts first.
    fn add_unseen(&self, problem: &Problem<'_>, subject: usize, log: &mut [f64]) {
        let (l, m) = (self.n_latent(), problem.votes.n_labels);
        let mut rates = vec![0.0; l * m];
        for (mine, counts) in self.unseen_counts(problem.votes, subject) {
            self.belief.ln_rates_of(&counts, &mut rates);
            for &cell in mine {
                let rates = &rates[cell as usize % m * l..][..l];
                log.iter_mut().zip(rates).for_each(|(log, rate)| *log += rate);
            }
        }
    }
}

/// ln Σ exp, with the greatest taken off first.
pub(super) fn ln_sum_exp(log: &[f64]) -> f64 {
    let max = log.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    max + log.iter().map(|log| (log - max).exp()).sum::<f64>().ln()
}
