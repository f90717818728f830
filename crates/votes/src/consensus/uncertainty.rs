//! How uncertain the probabilities are because volunteers are known from few votes only: analytically, and by posterior draws.

use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma};

use super::{
    Consensus, Member,
    calibration::log_joint,
    evidence::ln_sum_exp,
    fit::normalise,
    rates::Belief,
};

impl Consensus {
    /// Subjects × classes, the subjects ascending: the standard deviation of every probability that comes from not knowing the volunteers' confusion
    /// matrices exactly, to first order (delta method).
    ///
    /// The logarithm of a rate has variance ψ₁(n + α) − ψ₁(Σ (n + α)) under its Dirichlet posterior; votes of different
    /// volunteers add up, and the derivative of the probabilities carries the sum over. Where several models are averaged, their
    /// disagreement adds to it. Temperature, prior and the probabilities of other subjects are taken as known. All 0 for
    /// [`Mode::Majority`](super::Mode::Majority), for which [`Estimate`] is the measure.
    pub fn deviations(&self) -> Array2<f64> {
        let k = self.n_classes();
        let mut variance = vec![0.0; self.probabilities.len()];
        for member in &self.members {
            let tables = self.ln_variances(member);
            let mut mine = vec![0.0; k];
            for (row, variance) in variance.chunks_exact_mut(k).enumerate() {
                self.member_variance(member, &tables, row, &mut mine);
                for (class, variance) in variance.iter_mut().enumerate() {
                    let apart = member.probabilities[row * k + class] - self.probabilities[[row, class]];
                    *variance += member.weight * (mine[class] + apart * apart);
                }
            }
        }
        variance.iter_mut().for_each(|variance| *variance = variance.sqrt());
        Array2::from_shape_vec((self.votes.n_subjects(), k), variance)
            .expect("there is one deviation per subject and class")
    }

    /// Subjects × classes: the probabilities under one draw of all confusion matrices from their posterior (and of one
    /// model by its weight, where several are averaged). Draw `index` of seed `seed` is always the same. The slow twin of
    /// [`Self::deviations`]: exact in the limit of many draws.
    pub fn draw(&self, seed: u64, index: u64) -> Array2<f64> {
        let k = self.n_classes();
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(index);
        let mut place: f64 = rng.random();
        let chosen = self.members.iter().find(|member| {
            place -= member.weight;
            place < 0.0
        });
        let Some(member) = chosen.or(self.members.last()) else { return self.probabilities.clone() };
        let model = &member.model;
        let (l, m) = (model.n_latent(), self.votes.n_labels);
        let mut ln_rates = vec![0.0; model.counts.cells.len()];
        for (volunteer, out) in ln_rates.chunks_exact_mut(l * m).enumerate() {
            draw_rates(&model.belief, &model.counts_of(volunteer, l * m), out, &mut rng);
        }
        let ln_classes: Vec<f64> = model.rates.prior.chunks_exact(model.n_groups).map(ln_sum_exp).collect();
        let mut log = vec![0.0; l];
        let mut evidence = vec![0.0; k];
        let mut result = self.probabilities.clone();
        for (row, mut out) in result.rows_mut().into_iter().enumerate() {
            log.copy_from_slice(&model.rates.prior);
            for &cell in self.votes.cells_of(row) {
                let rates = &ln_rates[cell as usize * l..][..l];
                log.iter_mut().zip(rates).for_each(|(log, rate)| *log += rate);
            }
            for (class, evidence) in evidence.iter_mut().enumerate() {
                let kinds = &log[class * model.n_groups..][..model.n_groups];
                *evidence = ln_sum_exp(kinds) - ln_classes[class];
            }
            let mut p = vec![0.0; k];
            let (tau, offsets) = (member.calibration.tau, &member.calibration.offsets);
            log_joint(&evidence, self.scores_of(row), 0, tau, offsets, &mut p);
            normalise(&mut p);
            out.iter_mut().zip(p).for_each(|(out, p)| *out = p);
        }
        result
    }

    /// Variance of the probabilities of one subject under one model.
    fn member_variance(&self, member: &Member, tables: &[f64], row: usize, out: &mut [f64]) {
        let k = out.len();
        let model = &member.model;
        let (l, groups) = (model.n_latent(), model.n_groups);
        let cells = self.votes.cells_of(row);
        // The share of every kind in its class: 1 where there are no kinds.
        let mut log = model.rates.prior.clone();
        for &cell in cells {
            let rates = &model.rates.cells[cell as usize * l..][..l];
            log.iter_mut().zip(rates).for_each(|(log, rate)| *log += rate);
        }
        log.chunks_exact_mut(groups).for_each(normalise);
        let p = &member.probabilities[row * k..][..k];
        let mut variance = vec![0.0; l];
        for same in cells.chunk_by(|a, b| a == b) {
            // The same label of the same volunteer r times moves together: r² times the variance of one.
            let repeats = (same.len() * same.len()) as f64;
            let table = &tables[same[0] as usize * l..][..l];
            variance.iter_mut().zip(table).for_each(|(sum, v)| *sum += repeats * v);
        }
        for (class, out) in out.iter_mut().enumerate() {
            *out = (0..l)
                .map(|latent| {
                    let truth = latent / groups;
                    let slope = p[class] * (f64::from(u8::from(truth == class)) - p[truth]) * log[latent];
                    (member.calibration.tau * slope).powi(2) * variance[latent]
                })
                .sum();
        }
    }

    /// Cells × latent classes: variance of the logarithm of every rate, such that they may be added as if independent.
    fn ln_variances(&self, member: &Member) -> Vec<f64> {
        let model = &member.model;
        let (l, m) = (model.n_latent(), self.votes.n_labels);
        let mut tables = vec![0.0; model.counts.cells.len()];
        for (volunteer, out) in tables.chunks_exact_mut(l * m).enumerate() {
            let counts = model.counts_of(volunteer, l * m);
            match &model.belief {
                Belief::Rows(rows, _) => {
                    for latent in 0..l {
                        let a = |label: usize| counts[label * l + latent] + rows.row(latent)[label];
                        let whole = trigamma((0..m).map(a).sum());
                        for label in 0..m {
                            out[label * l + latent] = (trigamma(a(label)) - whole).max(0.0);
                        }
                    }
                }
                Belief::Coin { meaning, right, wrong } => {
                    // A vote moves the right class against all others together, by ln a/(1 − a): variance ψ₁ + ψ₁.
                    let (hits, misses) = hits_and_misses(&counts, &meaning.classes, l);
                    let variance = trigamma(hits + right) + trigamma(misses + wrong);
                    for (label, class) in meaning.classes.iter().enumerate() {
                        if let Some(class) = class {
                            out[label * l + class] = variance;
                        }
                    }
                }
            }
        }
        tables
    }

    fn scores_of(&self, row: usize) -> &[f64] {
        let k = self.n_classes();
        self.scores.get(row * k..(row + 1) * k).unwrap_or(&[])
    }
}

fn hits_and_misses(counts: &[f64], classes: &[Option<usize>], l: usize) -> (f64, f64) {
    let (mut hits, mut all) = (0.0, 0.0);
    for (label, class) in classes.iter().enumerate() {
        if let Some(class) = class {
            hits += counts[label * l + class];
            all += counts[label * l..][..l].iter().sum::<f64>();
        }
    }
    (hits, all - hits)
}

/// One draw of the rates of one volunteer, as logarithms.
fn draw_rates(belief: &Belief, counts: &[f64], out: &mut [f64], rng: &mut ChaCha8Rng) {
    match belief {
        Belief::Rows(rows, _) => {
            let (l, m) = (rows.n_latent(), rows.n_labels);
            for latent in 0..l {
                let a: Vec<f64> = (0..m).map(|c| counts[c * l + latent] + rows.row(latent)[c]).collect();
                for (label, ln_rate) in ln_dirichlet(&a, rng).into_iter().enumerate() {
                    out[label * l + latent] = ln_rate;
                }
            }
        }
        Belief::Coin { meaning, right, wrong } => {
            let k = meaning.n_classes;
            let (hits, misses) = hits_and_misses(counts, &meaning.classes, k);
            let drawn = ln_dirichlet(&[hits + right, misses + wrong], rng);
            for (label, class) in meaning.classes.iter().enumerate() {
                for latent in 0..k {
                    out[label * k + latent] = match class {
                        None => 0.0,
                        Some(class) if *class == latent => drawn[0],
                        Some(_) => drawn[1] - (k as f64 - 1.0).ln(),
                    };
                }
            }
        }
    }
}

/// Logarithms of a Dirichlet draw. A parameter of 0 gives [`LN_ZERO`](super::rates::LN_ZERO).
fn ln_dirichlet(a: &[f64], rng: &mut ChaCha8Rng) -> Vec<f64> {
    // Gamma(a) = Gamma(a + 1) · U^(1/a), in logarithms, so that a small parameter does not underflow.
    let mut log: Vec<f64> = a
        .iter()
        .map(|&a| match Gamma::new(a + 1.0, 1.0) {
            Ok(gamma) if a > 0.0 => {
                let boost = (1.0 - rng.random::<f64>()).ln() / a;
                (gamma.sample(rng).ln() + boost).max(super::rates::LN_ZERO)
            }
            _ => super::rates::LN_ZERO,
        })
        .collect();
    let sum = ln_sum_exp(&log);
    log.iter_mut().for_each(|log| *log -= sum);
    log
}

/// ψ₁, the derivative of the digamma function, for x > 0: upward recurrence to 8, then the asymptotic series (Abramowitz & Stegun 6.4.11),
/// to 1e-12. 0 for x ≤ 0, where a rate is taken as known to be zero.
fn trigamma(mut x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let mut sum = 0.0;
    while x < 8.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    let series = 1.0 / 6.0 - y * (1.0 / 30.0 - y * (1.0 / 42.0 - y * (1.0 / 30.0 - y * 5.0 / 66.0)));
    sum + 1.0 / x + y / 2.0 + y / x * series
}
