//! The step that every offline mode repeats: probabilities of the hidden classes from the rates, and counts from the probabilities.

use crate::table::Grouped;

/// One unit of a fractional count is 2⁻³². Counts are integers, so that their sum does not depend on its order, nor on the
/// number of threads; at most 2³² votes of probability 1 fit 64 bits.
pub(super) const UNIT: f64 = (1_u64 << 32) as f64;

/// Log evidence in units of 2⁻²⁴ nat.
const EVIDENCE_UNIT: f64 = (1_u64 << 24) as f64;

/// The votes of a fit, and what is known about each subject beside them.
#[derive(Debug)]
pub(super) struct Problem<'a> {
    pub(super) votes: &'a Grouped,
    pub(super) n_classes: usize,
    /// Kinds of subjects within each class: 1, except in the robust mode.
    pub(super) n_groups: usize,
    /// Per subject: class + 1 where it is gold, 0 where it is not.
    pub(super) gold: &'a [u16],
    /// Subjects × classes: a logarithm added to that of the prior; empty for none.
    pub(super) offsets: &'a [f64],
    pub(super) threads: usize,
    /// Votes of every cell, in units; filled where there are two latent classes.
    votes_per_cell: Vec<u64>,
}

/// Counts in units of [`UNIT`]: cells × latent classes, and the sum over subjects of each latent class.
#[derive(Debug, Clone)]
pub(super) struct Counts {
    pub(super) cells: Vec<u64>,
    pub(super) totals: Vec<u64>,
}

/// What one round brings beside the probabilities.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) counts: Counts,
    /// The greatest change of a probability.
    pub(super) change: f64,
    /// Σ over subjects of the logarithm of the sum before normalising.
    pub(super) log_evidence: f64,
}

/// Rates as logarithms: what one round uses.
#[derive(Debug, Clone)]
pub(super) struct LogRates {
    /// Cells × latent classes: ln Pr(label | latent class) of a volunteer.
    pub(super) cells: Vec<f64>,
    /// Latent classes: ln of the prior.
    pub(super) prior: Vec<f64>,
}

/// Subjects whose logistic functions are worked out together.
const BLOCK: usize = 256;

struct Part {
    cells: Vec<u64>,
    totals: Vec<u64>,
    change: f64,
    log_evidence: i128,
}

impl<'a> Problem<'a> {
    pub(super) fn new(
        votes: &'a Grouped,
        n_classes: usize,
        n_groups: usize,
        gold: &'a [u16],
        offsets: &'a [f64],
        threads: usize,
    ) -> Self {
        let mut votes_per_cell = vec![];
        if n_classes * n_groups == 2 && offsets.is_empty() {
            votes_per_cell.resize(votes.n_cells(), 0);
            votes.cells.iter().for_each(|&cell| votes_per_cell[cell as usize] += UNIT as u64);
        }
        Self { votes, n_classes, n_groups, gold, offsets, threads, votes_per_cell }
    }
}

impl Problem<'_> {
    /// Classes times groups.
    pub(super) fn n_latent(&self) -> usize {
        self.n_classes * self.n_groups
    }

    /// The latent classes that a subject may have.
    pub(super) fn range(&self, subject: usize) -> std::ops::Range<usize> {
        match usize::from(self.gold[subject]) {
            0 => 0..self.n_latent(),
            truth => (truth - 1) * self.n_groups..truth * self.n_groups,
        }
    }

    /// Counts from probabilities alone.
    pub(super) fn count(&self, q: &[f64]) -> Counts {
        let mut q = q.to_vec();
        // Where only gold teaches, the probabilities of a subject need not sum to 1, and class 0 has to be counted too.
        let sums_to_1 = q.chunks_exact(self.n_latent()).all(|q| (q.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        if self.votes_per_cell.is_empty() || !sums_to_1 {
            return self.in_parts(&mut q, |subjects, q| self.count_part(subjects, q)).counts;
        }
        let mut counts = self.in_parts(&mut q, |subjects, q| self.count_part_of_two(subjects, q)).counts;
        self.fill_class_0(&mut counts);
        counts
    }

    /// One round: new probabilities (in place), and the counts that follow from them.
    pub(super) fn round(&self, rates: &LogRates, q: &mut [f64]) -> Round {
        if self.n_latent() == 2 && self.offsets.is_empty() {
            let pairs = rates.cells.chunks_exact(2);
            let weights: Vec<f64> = pairs.map(|pair| pair[1] - pair[0]).collect();
            let prior = rates.prior[1] - rates.prior[0];
            let mut round = self.in_parts(q, |subjects, q| self.round_of_two(&weights, prior, subjects, q));
            self.fill_class_0(&mut round.counts);
            return round;
        }
        self.in_parts(q, |subjects, q| self.round_of_any(rates, subjects, q))
    }

    /// Cuts the subjects into one part per thread, with about the same number of votes each.
    fn in_parts(
        &self,
        q: &mut [f64],
        work: impl Fn(std::ops::Range<usize>, &mut [f64]) -> Part + Sync,
    ) -> Round {
        let n = self.votes.n_subjects();
        let n_parts = self.votes.n_parts(self.threads);
        let bounds: Vec<usize> = (0..=n_parts)
            .map(|part| match part {
                0 => 0,
                last if last == n_parts => n,
                _ => {
                    let wanted = (self.votes.cells.len() * part / n_parts) as u32;
                    self.votes.starts.partition_point(|&start| start < wanted).min(n)
                }
            })
            .collect();
        let l = self.n_latent();
        let mut parts = std::thread::scope(|scope| {
            let (mut rest, work) = (q, &work);
            let mut handles = vec![];
            let mut first = None;
            for (i, pair) in bounds.windows(2).enumerate() {
                let subjects = pair[0]..pair[1];
                let (mine, others) = rest.split_at_mut(subjects.len() * l);
                rest = others;
                if i + 1 < n_parts {
                    handles.push(scope.spawn(move || work(subjects, mine)));
                } else {
                    first = Some(work(subjects, mine));
                }
            }
            let others = handles.into_iter().map(|handle| handle.join().expect("a part does not panic"));
            others.chain(first).collect::<Vec<_>>()
        });
        let mut sum = parts.pop().expect("there is at least one part");
        for part in parts {
            sum.cells.iter_mut().zip(&part.cells).for_each(|(sum, n)| *sum += n);
            sum.totals.iter_mut().zip(&part.totals).for_each(|(sum, n)| *sum += n);
            sum.change = sum.change.max(part.change);
            sum.log_evidence += part.log_evidence;
        }
        Round {
            counts: Counts { cells: sum.cells, totals: sum.totals },
            change: sum.change,
            log_evidence: sum.log_evidence as f64 / EVIDENCE_UNIT,
        }
    }

    fn count_part(&self, subjects: std::ops::Range<usize>, q: &[f64]) -> Part {
        let l = self.n_latent();
        let mut part = self.empty_part();
        for (subject, q) in subjects.zip(q.chunks_exact(l)) {
            self.add(subject, q, &mut part);
        }
        part
    }

    /// Class 1 alone, one count per cell.
    fn count_part_of_two(&self, subjects: std::ops::Range<usize>, q: &[f64]) -> Part {
        let mut part = Part { cells: vec![0; self.votes.n_cells()], ..self.empty_part() };
        for (subject, q) in subjects.zip(q.chunks_exact(2)) {
            let units = (q[1] * UNIT) as u64;
            part.totals[1] += units;
            for &cell in self.votes.cells_of(subject) {
                part.cells[cell as usize] += units;
            }
        }
        part
    }

    fn empty_part(&self) -> Part {
        let l = self.n_latent();
        Part { cells: vec![0; self.votes.n_cells() * l], totals: vec![0; l], change: 0.0, log_evidence: 0 }
    }

    /// Counts the votes of one subject.
    fn add(&self, subject: usize, q: &[f64], part: &mut Part) {
        let l = q.len();
        for (class, &q) in q.iter().enumerate() {
            let units = (q * UNIT) as u64;
            part.totals[class] += units;
            if units > 0 {
                for &cell in self.votes.cells_of(subject) {
                    part.cells[cell as usize * l + class] += units;
                }
            }
        }
    }

    fn round_of_any(&self, rates: &LogRates, subjects: std::ops::Range<usize>, q: &mut [f64]) -> Part {
        let l = self.n_latent();
        let mut part = self.empty_part();
        let mut log = vec![0.0; l];
        let mut log_evidence = 0;
        for (subject, q) in subjects.zip(q.chunks_exact_mut(l)) {
            log.copy_from_slice(&rates.prior);
            if !self.offsets.is_empty() {
                let offsets = &self.offsets[subject * self.n_classes..][..self.n_classes];
                log.iter_mut().enumerate().for_each(|(i, log)| *log += offsets[i / self.n_groups]);
            }
            for &cell in self.votes.cells_of(subject) {
                let rates = &rates.cells[cell as usize * l..][..l];
                log.iter_mut().zip(rates).for_each(|(log, rate)| *log += rate);
            }
            let range = self.range(subject);
            let max = log[range.clone()].iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mut sum = 0.0;
            for (i, log) in log.iter_mut().enumerate() {
                *log = if range.contains(&i) { (*log - max).exp() } else { 0.0 };
                sum += *log;
            }
            for (q, &log) in q.iter_mut().zip(&log) {
                let new = log / sum;
                part.change = part.change.max((new - *q).abs());
                *q = new;
            }
            log_evidence += ((max + sum.ln()) * EVIDENCE_UNIT).round() as i128;
            self.add(subject, q, &mut part);
        }
        part.log_evidence = log_evidence;
        part
    }

    /// Two classes: one weight a vote, and counts for class 1 alone, one per cell; [`Self::fill_class_0`] adds the others.
    fn round_of_two(
        &self,
        weights: &[f64],
        prior: f64,
        subjects: std::ops::Range<usize>,
        q: &mut [f64],
    ) -> Part {
        let mut part = Part { cells: vec![0; self.votes.n_cells()], ..self.empty_part() };
        let (mut change, mut total) = (0.0_f64, 0);
        let mut new = [0.0; BLOCK];
        for (block, q) in q.chunks_mut(2 * BLOCK).enumerate() {
            let first = subjects.start + block * BLOCK;
            let new = &mut new[..q.len() / 2];
            for (subject, new) in (first..).zip(&mut *new) {
                let cells = self.votes.cells_of(subject);
                *new = cells.iter().fold(prior, |sum, &cell| sum + weights[cell as usize]);
            }
            // Apart from the sums, so that several are worked out at a time.
            new.iter_mut().for_each(|x| *x = logistic(*x));
            for ((subject, q), &mut new) in (first..).zip(q.chunks_exact_mut(2)).zip(new) {
                let new = match self.gold[subject] {
                    0 => new,
                    truth => f64::from(truth - 1),
                };
                change = change.max((new - q[1]).abs());
                (q[0], q[1]) = (1.0 - new, new);
                let units = (new * UNIT) as u64;
                total += units;
                for &cell in self.votes.cells_of(subject) {
                    part.cells[cell as usize] += units;
                }
            }
        }
        part.change = change;
        part.totals[1] = total;
        part
    }

    /// From the counts of class 1 to those of both.
    fn fill_class_0(&self, counts: &mut Counts) {
        counts.totals[0] = self.votes.n_subjects() as u64 * UNIT as u64 - counts.totals[1];
        let pairs = counts.cells.iter().zip(&self.votes_per_cell);
        counts.cells = pairs.flat_map(|(&ones, &all)| [all - ones, ones]).collect();
    }
}

/// 1 / (1 + e^−x) to 1e-15, without branches or calls, so that a loop over it becomes vector instructions, and with the same bits on every machine.
#[inline]
fn logistic(x: f64) -> f64 {
    // e^−700 is far below one unit of a count, and above the smallest double.
    let x = (-x).clamp(-700.0, 700.0);
    // e^x = 2^n e^r with |r| ≤ ln 2 / 2. Adding 1.5 · 2⁵² rounds to the nearest whole number, which then stands in the lowest bits.
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    let shifted = x * std::f64::consts::LOG2_E + SHIFT;
    let n = shifted - SHIFT;
    // ln 2 in two parts, of which the first has trailing zeros, so that n times it is exact.
    let r = x - n * 6.931_471_803_691_238e-1 - n * 1.908_214_929_270_587_7e-10;
    // The Taylor series up to r¹³ / 13!, by Horner.
    let mut sum = 1.0;
    for i in (1..=13_u32).rev() {
        sum = 1.0 + sum * r * INVERSE[i as usize];
    }
    let scale = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    1.0 / (1.0 + sum * scale)
}

/// 1 / i.
const INVERSE: [f64; 14] = [
    0.0,
    1.0,
    1.0 / 2.0,
    1.0 / 3.0,
    1.0 / 4.0,
    1.0 / 5.0,
    1.0 / 6.0,
    1.0 / 7.0,
    1.0 / 8.0,
    1.0 / 9.0,
    1.0 / 10.0,
    1.0 / 11.0,
    1.0 / 12.0,
    1.0 / 13.0,
];

#[cfg(test)]
mod tests {
    #[test]
    fn the_logistic_function_is_that_of_the_library() {
        for i in -6_900..6_900 {
            let x = f64::from(i) * 0.1 + 0.0123;
            let twin = 1.0 / (1.0 + (-x).exp());
            assert!((super::logistic(x) - twin).abs() <= 1e-15 * twin.max(1e-290), "{x}");
        }
        assert_eq!((super::logistic(-1e6) < 1e-300, super::logistic(1e6)), (true, 1.0));
        assert_eq!(super::logistic(0.0), 0.5);
    }
}
