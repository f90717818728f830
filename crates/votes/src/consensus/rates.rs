//! From counts to rates: what each volunteer says about each latent class, under a Dirichlet prior on every row.

use statrs::function::gamma::digamma;

use super::kernel::{Counts, UNIT};

/// The logarithm of a rate of zero. Finite, so that classes which are both impossible still compare: by how many such votes they have,
/// then by the rest.
pub(super) const LN_ZERO: f64 = -1e6;

/// Which class each label speaks for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Meaning {
    pub(super) n_classes: usize,
    /// Per label; `None` for one that speaks for no class, as "can't tell".
    pub(super) classes: Vec<Option<usize>>,
}

impl Meaning {
    /// Of the counts of one volunteer, labels × classes: those where the label speaks for the class, and those of labels that speak for any.
    pub(super) fn hits_and_all(&self, counts: &[f64]) -> (f64, f64) {
        let (mut hits, mut all) = (0.0, 0.0);
        for (counts, class) in counts.chunks_exact(self.n_classes).zip(&self.classes) {
            if let Some(class) = class {
                hits += counts[*class];
                all += counts.iter().sum::<f64>();
            }
        }
        (hits, all)
    }
}

/// What is believed of volunteers before their votes, and with it how counts become rates.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Belief {
    /// A Dirichlet prior on every row of the confusion matrix.
    Rows(Rows, Point),
    /// One number: the probability of the right label, with a Beta prior.
    Coin { meaning: Meaning, right: f64, wrong: f64 },
}

impl Belief {
    /// ln rates of one volunteer from the counts; both labels × latent classes.
    pub(super) fn ln_rates_of(&self, counts: &[f64], out: &mut [f64]) {
        match self {
            Self::Rows(rows, point) => {
                let (l, m) = (rows.n_latent(), rows.n_labels);
                for latent in 0..l {
                    let alpha = rows.row(latent);
                    let whole: f64 = (0..m).map(|label| counts[label * l + latent] + alpha[label]).sum();
                    for label in 0..m {
                        let part = counts[label * l + latent] + alpha[label];
                        out[label * l + latent] = ln_rate(part, whole, m, *point);
                    }
                }
            }
            Self::Coin { meaning, right, wrong } => {
                let (k, m) = (meaning.n_classes, meaning.classes.len());
                let (hits, all) = meaning.hits_and_all(counts);
                let whole = all + right + wrong;
                let hit = ln_rate(hits + right, whole, 2, Point::Mean);
                let miss = ln_rate(all - hits + wrong, whole, 2, Point::Mean) - (k as f64 - 1.0).ln();
                for label in 0..m {
                    for latent in 0..k {
                        out[label * k + latent] = match meaning.classes[label] {
                            None => 0.0,
                            Some(class) if class == latent => hit,
                            Some(_) => miss,
                        };
                    }
                }
            }
        }
    }

    /// ln rates of one volunteer that sum to 1 over the labels. One coin does not say how often a label is given that is no class, and
    /// posteriors do not need it: it has its share of the volunteer's votes, and the others have what is left.
    pub(super) fn ln_confusion_of(&self, counts: &[f64], out: &mut [f64]) {
        self.ln_rates_of(counts, out);
        let Self::Coin { meaning, .. } = self else { return };
        let (k, classes) = (meaning.n_classes, &meaning.classes);
        if !classes.contains(&None) {
            return;
        }
        let whole: f64 = counts.iter().sum();
        let rest = meaning.hits_and_all(counts).1 / whole;
        let of_class = |label: &usize| classes[*label].is_some();
        for latent in 0..k {
            let rates = (0..classes.len()).filter(of_class).map(|label| out[label * k + latent].exp());
            let sum = rates.sum::<f64>().max(f64::MIN_POSITIVE);
            for (label, class) in classes.iter().enumerate() {
                let given: f64 = counts[label * k..][..k].iter().sum();
                let ln_rate = &mut out[label * k + latent];
                *ln_rate = class.map_or((given / whole).ln(), |_| *ln_rate + (rest / sum).ln());
            }
        }
    }

    /// ln rates of all cells.
    pub(super) fn ln_rates(&self, counts: &Counts, per_volunteer: usize) -> Vec<f64> {
        let mut ln_rates = vec![0.0; counts.cells.len()];
        let mut mine = vec![0.0; per_volunteer];
        for (units, out) in
            counts.cells.chunks_exact(per_volunteer).zip(ln_rates.chunks_exact_mut(per_volunteer))
        {
            mine.iter_mut().zip(units).for_each(|(n, &units)| *n = units as f64 / UNIT);
            self.ln_rates_of(&mine, out);
        }
        ln_rates
    }
}

/// How a row of counts n with prior α becomes a row of logarithms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Point {
    /// ln of the posterior mean: ln (n + α) / Σ (n + α).
    Mean,
    /// Mean of ln under the posterior: ψ(n + α) − ψ(Σ (n + α)).
    MeanLog,
}

/// Prior rows: latent classes × labels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rows {
    pub(super) n_labels: usize,
    pub(super) alpha: Vec<f64>,
}

impl Rows {
    /// The same α in every cell.
    pub(super) fn flat(n_latent: usize, n_labels: usize, alpha: f64) -> Self {
        Self { n_labels, alpha: vec![alpha; n_latent * n_labels] }
    }

    /// `right` where the label speaks for the class, `wrong` elsewhere.
    pub(super) fn diagonal(meaning: &Meaning, n_groups: usize, right: f64, wrong: f64) -> Self {
        let mut rows = Self::flat(meaning.n_classes * n_groups, meaning.classes.len(), wrong);
        for latent in 0..rows.n_latent() {
            for (label, class) in meaning.classes.iter().enumerate() {
                if *class == Some(latent / n_groups) {
                    rows.alpha[latent * rows.n_labels + label] = right;
                }
            }
        }
        rows
    }

    pub(super) fn n_latent(&self) -> usize {
        self.alpha.len() / self.n_labels
    }

    pub(super) fn row(&self, latent: usize) -> &[f64] {
        &self.alpha[latent * self.n_labels..][..self.n_labels]
    }

    /// Moves α towards what makes the counts most probable: `steps` fixed-point steps for the Dirichlet-multinomial marginal
    /// likelihood over volunteers (Minka 2000, eq. 55), with a Gamma(1 + `strength` · α₀, `strength`) prior on every α.
    pub(super) fn learn(&mut self, counts: &Counts, base: &Self, strength: f64, steps: usize) {
        let (l, m) = (self.n_latent(), self.n_labels);
        for latent in 0..l {
            for _ in 0..steps {
                let alpha = &self.alpha[latent * m..][..m];
                let sum: f64 = alpha.iter().sum();
                let mut above: Vec<f64> = base.row(latent).iter().map(|a| a * strength).collect();
                let mut below = strength;
                let at_zero: Vec<f64> = alpha.iter().map(|&a| digamma(a)).collect();
                let sum_at_zero = digamma(sum);
                for counts in counts.cells.chunks_exact(l * m) {
                    let units: u64 = (0..m).map(|label| counts[label * l + latent]).sum();
                    if units == 0 {
                        continue;
                    }
                    below += digamma(units as f64 / UNIT + sum) - sum_at_zero;
                    for label in 0..m {
                        let n = counts[label * l + latent];
                        if n > 0 {
                            let gain = digamma(n as f64 / UNIT + alpha[label]) - at_zero[label];
                            above[label] += alpha[label] * gain;
                        }
                    }
                }
                for (alpha, above) in self.alpha[latent * m..][..m].iter_mut().zip(above) {
                    *alpha = (above / below).max(1e-6);
                }
            }
        }
    }
}

/// One rate. Without any count or prior it is 1 / M.
pub(super) fn ln_rate(part: f64, whole: f64, n_labels: usize, point: Point) -> f64 {
    if whole <= 0.0 {
        -(n_labels as f64).ln()
    } else if part <= 0.0 {
        LN_ZERO
    } else {
        match point {
            Point::Mean => (part / whole).ln(),
            Point::MeanLog => digamma(part) - digamma(whole),
        }
    }
}
