//! What the parameters of the kinds cost: the part of the evidence bound that is not the subjects'.

use statrs::function::gamma::{digamma, ln_gamma};

use super::{
    kernel::{Counts, UNIT},
    model::class_totals,
    rates::Rows,
};

/// Σ of the Kullback–Leibler divergences of all Dirichlet posteriors from their priors: rates, kinds, and classes where
/// their prior is learned.
pub(super) fn divergence(
    counts: &Counts,
    rows: &Rows,
    n_groups: usize,
    class_prior: Option<f64>,
    kind_prior: f64,
) -> f64 {
    let (l, m) = (rows.n_latent(), rows.n_labels);
    let mut sum = 0.0;
    let (mut n, mut prior) = (vec![0.0; m], vec![0.0; m]);
    for latent in 0..l {
        prior.copy_from_slice(rows.row(latent));
        for counts in counts.cells.chunks_exact(l * m) {
            n.iter_mut().enumerate().for_each(|(label, n)| *n = counts[label * l + latent] as f64 / UNIT);
            sum += dirichlet(&n, &prior);
        }
    }
    if let Some(a) = class_prior {
        let classes = class_totals(counts, n_groups);
        sum += dirichlet(&classes, &vec![a; classes.len()]);
    }
    for kinds in counts.totals.chunks_exact(n_groups) {
        let kinds: Vec<f64> = kinds.iter().map(|&units| units as f64 / UNIT).collect();
        sum += dirichlet(&kinds, &vec![kind_prior; n_groups]);
    }
    sum
}

/// KL(Dirichlet(n + α) ‖ Dirichlet(α)).
fn dirichlet(n: &[f64], alpha: &[f64]) -> f64 {
    let (total, whole): (f64, f64) = (n.iter().sum(), alpha.iter().sum());
    if total == 0.0 {
        return 0.0;
    }
    let at_sum = digamma(total + whole);
    let mut divergence = ln_gamma(total + whole) - ln_gamma(whole);
    for (&n, &a) in n.iter().zip(alpha) {
        if n > 0.0 {
            divergence += ln_gamma(a) - ln_gamma(n + a) + n * (digamma(n + a) - at_sum);
        }
    }
    divergence
}
