//! Benchmarks of manyhands-votes: votes per second, by the number of votes in the id.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use manyhands_votes::{MajorityVote, Repeats, Swap, SwapParams, Vote};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];

/// Volunteers of varying skill, 100 votes each on average; 20 votes a subject; one subject in 20 is gold.
struct Crowd {
    votes: Vec<Vote>,
    gold: Vec<(usize, usize)>,
    n_classes: usize,
}

impl Crowd {
    /// `stride` is the distance between neighbouring ids: 1 for dense ones.
    fn new(n_votes: usize, n_classes: usize, stride: usize) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let (n_volunteers, n_subjects) = (n_votes / 100, n_votes / 20);
        let truths: Vec<usize> = (0..n_subjects).map(|_| rng.random_range(0..n_classes)).collect();
        let skills: Vec<f64> = (0..n_volunteers).map(|_| rng.random_range(0.4..1.0)).collect();
        let votes = (0..n_votes).map(|_| {
            let volunteer = rng.random_range(0..n_volunteers);
            let subject = rng.random_range(0..n_subjects);
            let right = rng.random_bool(skills[volunteer]);
            let label = if right { truths[subject] } else { rng.random_range(0..n_classes) };
            Vote { volunteer: volunteer * stride, subject: subject * stride, label }
        });
        let votes = votes.collect();
        let gold = truths.iter().enumerate().step_by(20).map(|(subject, &truth)| (subject * stride, truth));
        Self { votes, gold: gold.collect(), n_classes }
    }

    fn swap(&self) -> SwapParams {
        Swap::params(vec![1.0 / self.n_classes as f64; self.n_classes]).gold(&self.gold)
    }
}

fn swap_fit(c: &mut Criterion) {
    let mut group = c.benchmark_group("swap/fit");
    for n in SIZES {
        group.throughput(Throughput::Elements(n as u64));
        let crowd = Crowd::new(n, 2, 1);
        let params = crowd.swap();
        group.bench_function(BenchmarkId::new("2 classes", n), |b| {
            b.iter(|| params.fit(&crowd.votes).unwrap());
        });
        let once = crowd.swap().repeats(Repeats::FirstOnly);
        group.bench_function(BenchmarkId::new("first only", n), |b| {
            b.iter(|| once.fit(&crowd.votes).unwrap());
        });
        let crowd = Crowd::new(n, 5, 1);
        let params = crowd.swap();
        group.bench_function(BenchmarkId::new("5 classes", n), |b| {
            b.iter(|| params.fit(&crowd.votes).unwrap());
        });
        let crowd = Crowd::new(n, 2, 4_001);
        let params = crowd.swap();
        group.bench_function(BenchmarkId::new("sparse ids", n), |b| {
            b.iter(|| params.fit(&crowd.votes).unwrap());
        });
    }
    group.finish();
}

fn swap_observe(c: &mut Criterion) {
    let mut group = c.benchmark_group("swap/observe");
    for n in SIZES {
        group.throughput(Throughput::Elements(n as u64));
        let crowd = Crowd::new(n, 2, 1);
        let empty = crowd.swap().build().unwrap();
        group.bench_function(BenchmarkId::new("2 classes", n), |b| {
            b.iter(|| {
                let mut swap = empty.clone();
                crowd.votes.iter().for_each(|&vote| swap.observe(vote).unwrap());
                swap
            });
        });
    }
    group.finish();
}

fn swap_estimates(c: &mut Criterion) {
    let mut group = c.benchmark_group("swap/estimates");
    for n in SIZES {
        let crowd = Crowd::new(n, 2, 1);
        let swap = crowd.swap().fit(&crowd.votes).unwrap();
        let n_subjects = swap.estimates().len();
        group.throughput(Throughput::Elements(n_subjects as u64));
        group.bench_function(BenchmarkId::new("2 classes, subjects", n_subjects), |b| {
            b.iter(|| swap.estimates());
        });
    }
    group.finish();
}

fn majority_vote(c: &mut Criterion) {
    let mut group = c.benchmark_group("majority");
    for n in SIZES {
        group.throughput(Throughput::Elements(n as u64));
        let crowd = Crowd::new(n, 2, 1);
        let params = MajorityVote::params(2);
        group.bench_function(BenchmarkId::new("fit", n), |b| {
            b.iter(|| params.fit(&crowd.votes).unwrap());
        });
        group.bench_function(BenchmarkId::new("observe", n), |b| {
            b.iter(|| {
                let mut majority = params.build().unwrap();
                crowd.votes.iter().for_each(|&vote| majority.observe(vote).unwrap());
                majority
            });
        });
    }
    group.finish();
}

criterion_group!(benches, swap_fit, swap_observe, swap_estimates, majority_vote);
criterion_main!(benches);
