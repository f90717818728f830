//! How uncertain the probabilities are because volunteers are known from few votes only: analytically, and by posterior draws.

use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma};

use super::{Consensus, Member, calibration::log_joint, evidence::ln_sum_exp, fit::normalise, rates::Belief};

impl Consensus {
    /// Subjects × classes, the subjects ascending: the standard deviation of every probability that comes from not knowing the volunteers' confusion
    /// matrices exactly (delta method).
    ///
    /// The logarithm of a rate has variance ψ₁(n + α) − ψ₁(Σ (n + α)) under its Dirichlet posterior; votes of different
    /// volunteers add up, and derivatives carry the sum over to the log-odds of each class, to first order. Log-odds are taken as normal, and
    /// the deviation is that of their logistic, so that it never exceeds 1/2. Where several models are averaged, their
    /// disagreement adds to it. Gold is told without its own votes here too, where subjects come in kinds by the fit that knows its truth.
    /// Temperature, prior and the probabilities of other subjects are taken as known. All 0 for [`Mode::Majority`](super::Mode::Majority), for which
    /// [`wilson_interval`](crate::wilson_interval) is the measure.
    pub fn deviations(&self) -> Array2<f64> {
        let k = self.n_classes();
        let is_gold = self.is_gold();
        let mut variance = vec![0.0; self.probabilities.len()];
        for member in &self.members {
            let model = &member.model;
            let per_volunteer = model.n_latent() * self.votes.n_labels;
            let everyone = 0..self.votes.volunteers.len();
            let tables =
                self.variances(member, everyone.map(|volunteer| model.counts_of(volunteer, per_volunteer)));
            let mut mine = vec![0.0; k];
            for (row, variance) in variance.chunks_exact_mut(k).enumerate() {
                if is_gold[row] {
                    let (cells, counts) = self.unseen(member, row);
                    self.member_variance(
                        member,
                        &self.variances(member, counts.into_iter()),
                        row,
                        &cells,
                        &mut mine,
                    );
                } else {
                    self.member_variance(member, &tables, row, self.votes.cells_of(row), &mut mine);
                }
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
        let (is_gold, mut unseen) = (self.is_gold(), vec![0.0; l * m]);
        let mut result = self.probabilities.clone();
        for (row, mut out) in result.rows_mut().into_iter().enumerate() {
            log.copy_from_slice(&model.rates.prior);
            let mut add = |rates: &[f64]| log.iter_mut().zip(rates).for_each(|(log, rate)| *log += rate);
            if is_gold[row] {
                for (mine, counts) in model.unseen_counts(&self.votes, row) {
                    draw_rates(&model.belief, &counts, &mut unseen, &mut rng);
                    mine.iter().for_each(|&cell| add(&unseen[cell as usize % m * l..][..l]));
                }
            } else {
                self.votes.cells_of(row).iter().for_each(|&cell| add(&ln_rates[cell as usize * l..][..l]));
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

    /// Whether each subject is gold: those are told by volunteers who have not seen them.
    fn is_gold(&self) -> Vec<bool> {
        let mut is_gold = vec![false; self.votes.n_subjects()];
        let rows = self.params.gold.iter().filter_map(|&(subject, _)| self.votes.subject_row(subject));
        rows.for_each(|row| is_gold[row] = true);
        is_gold
    }

    /// The votes on a subject as cells of a table of its own voters, and the counts of these without what the votes taught.
    fn unseen(&self, member: &Member, row: usize) -> (Vec<u32>, Vec<Vec<f64>>) {
        let m = self.votes.n_labels as u32;
        let (mut cells, mut all) = (vec![], vec![]);
        for (mine, counts) in member.model.unseen_counts(&self.votes, row) {
            cells.extend(mine.iter().map(|cell| all.len() as u32 * m + cell % m));
            all.push(counts);
        }
        (cells, all)
    }

    /// Variance of the probabilities of one subject under one model; `cells` are its votes in `tables`.
    fn member_variance(
        &self,
        member: &Member,
        tables: &Variances,
        row: usize,
        cells: &[u32],
        out: &mut [f64],
    ) {
        let k = out.len();
        let model = &member.model;
        let (l, groups) = (model.n_latent(), model.n_groups);
        // The share of every kind in its class: 1 where there are no kinds.
        let mut log = model.rates.prior.clone();
        for &cell in self.votes.cells_of(row) {
            let rates = &model.rates.cells[cell as usize * l..][..l];
            log.iter_mut().zip(rates).for_each(|(log, rate)| *log += rate);
        }
        log.chunks_exact_mut(groups).for_each(normalise);
        let p = &member.probabilities[row * k..][..k];
        let tau = member.calibration.tau;
        for (class, out) in out.iter_mut().enumerate() {
            let rest: f64 = p.iter().enumerate().filter(|&(other, _)| other != class).map(|(_, p)| p).sum();
            if rest <= 0.0 || p[class] <= 0.0 {
                *out = 0.0;
                continue;
            }
            // The derivative of the log-odds of the class by the logarithm of each latent class.
            let slopes: Vec<f64> = (0..l)
                .map(|latent| match latent / groups {
                    truth if truth == class => tau * log[latent],
                    truth => -tau * log[latent] * p[truth] / rest,
                })
                .collect();
            let m = self.votes.n_labels;
            let of_volunteers = cells.chunk_by(|&a, &b| a as usize / m == b as usize / m);
            let of_log_odds: f64 = of_volunteers.map(|mine| tables.of_volunteer(mine, m, &slopes)).sum();
            *out = logistic_variance((p[class] / rest).ln(), of_log_odds.max(0.0).sqrt());
        }
    }

    /// The variances of volunteers with these counts.
    fn variances(&self, member: &Member, counts: impl ExactSizeIterator<Item = Vec<f64>>) -> Variances {
        let (l, m, n_volunteers) = (member.model.n_latent(), self.votes.n_labels, counts.len());
        match &member.model.belief {
            Belief::Rows(rows, _) => {
                let (mut parts, mut wholes) = (vec![0.0; n_volunteers * l * m], vec![0.0; n_volunteers * l]);
                for (volunteer, counts) in counts.enumerate() {
                    for latent in 0..l {
                        let a = |label: usize| counts[label * l + latent] + rows.row(latent)[label];
                        wholes[volunteer * l + latent] = trigamma((0..m).map(a).sum());
                        for label in 0..m {
                            parts[(volunteer * m + label) * l + latent] = trigamma(a(label));
                        }
                    }
                }
                Variances::Rows { parts, wholes }
            }
            Belief::Coin { meaning, right, wrong } => {
                let variance = |counts: Vec<f64>| {
                    let (hits, all) = meaning.hits_and_all(&counts);
                    trigamma(hits + right) + trigamma(all - hits + wrong)
                };
                Variances::Coin { classes: meaning.classes.clone(), log_odds: counts.map(variance).collect() }
            }
        }
    }

    fn scores_of(&self, row: usize) -> &[f64] {
        let k = self.n_classes();
        self.scores.get(row * k..(row + 1) * k).unwrap_or(&[])
    }
}

/// What is needed of the posterior variances of the rates' logarithms.
enum Variances {
    /// ψ₁ of every Dirichlet parameter (cells × latent classes) and of their sums (volunteers × latent classes): Var(ln θ_c) = ψ₁(a_c) − ψ₁(A),
    /// Cov(ln θ_c, ln θ_d) = −ψ₁(A).
    Rows { parts: Vec<f64>, wholes: Vec<f64> },
    /// Var(ln a / (1 − a)) of every volunteer: a vote moves the class it speaks for against all others together.
    Coin { classes: Vec<Option<usize>>, log_odds: Vec<f64> },
}

impl Variances {
    /// The variance that one volunteer's votes on a subject, as cells in ascending order, bring to a sum of logarithms with these slopes.
    fn of_volunteer(&self, cells: &[u32], m: usize, slopes: &[f64]) -> f64 {
        let volunteer = cells[0] as usize / m;
        match self {
            Self::Rows { parts, wholes } => {
                let n = cells.len() as f64;
                let of_latent = |(latent, slope): (usize, &f64)| {
                    let labels = cells.chunk_by(|a, b| a == b).map(|same| {
                        let n = same.len() as f64;
                        n * n * parts[same[0] as usize * slopes.len() + latent]
                    });
                    let variance = labels.sum::<f64>() - n * n * wholes[volunteer * slopes.len() + latent];
                    slope * slope * variance.max(0.0)
                };
                slopes.iter().enumerate().map(of_latent).sum()
            }
            Self::Coin { classes, log_odds } => {
                let slope: f64 =
                    cells.iter().filter_map(|&cell| Some(slopes[classes[cell as usize % m]?])).sum();
                slope * slope * log_odds[volunteer]
            }
        }
    }
}

/// The variance of 1 / (1 + e^−x) for a normal x, by the midpoints of 64 slices of equal width within 4 standard deviations.
fn logistic_variance(mean: f64, deviation: f64) -> f64 {
    let (mut weights, mut first, mut second) = (0.0, 0.0, 0.0);
    for i in 0..64 {
        let z = (f64::from(i) + 0.5) / 8.0 - 4.0;
        let weight = (-z * z / 2.0).exp();
        let p = 1.0 / (1.0 + (-(mean + z * deviation)).exp());
        weights += weight;
        first += weight * p;
        second += weight * p * p;
    }
    (second / weights - (first / weights).powi(2)).max(0.0)
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
            let (hits, all) = meaning.hits_and_all(counts);
            let drawn = ln_dirichlet(&[hits + right, all - hits + wrong], rng);
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
