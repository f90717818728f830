//! Benchmarks of manyhands-votes: votes per second, by the number of votes in the id.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use manyhands_votes::{
    Consensus, MajorityVote, Mode, Repeats, Replay, RetireRule, Swap, SwapParams, Tally, TallyKind,
    TallyMixture, Vote, VoteTable,
};
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

/// Every offline mode, 10 rounds at most so that figures are those of the same work; by threads. Gold for those that are calibrated on it.
fn consensus(c: &mut Criterion) {
    let mut group = c.benchmark_group("consensus");
    group.sample_size(10);
    for n in [10_000, 100_000, 1_000_000] {
        group.throughput(Throughput::Elements(n as u64));
        for (k, modes) in [
            (2, &[Mode::Majority, Mode::OneCoin, Mode::DawidSkene, Mode::Swap, Mode::GoldEm][..]),
            (5, &[Mode::DawidSkene][..]),
        ] {
            let crowd = Crowd::new(n, k, 1);
            let table = VoteTable::from_votes(k, &crowd.votes).unwrap();
            for &mode in modes {
                let gold =
                    if matches!(mode, Mode::Majority | Mode::DawidSkene) { &[][..] } else { &crowd.gold };
                for threads in [1, 2] {
                    let params = Consensus::params(mode, k).gold(gold).max_rounds(10).threads(threads);
                    let name = format!("{mode:?}, {k} classes, {threads} threads");
                    group.bench_function(BenchmarkId::new(name, n), |b| {
                        b.iter(|| params.fit(&table).unwrap());
                    });
                }
            }
        }
    }
    // Starts, folds and held-out votes: these fit many models.
    let crowd = Crowd::new(10_000, 2, 1);
    let table = VoteTable::from_votes(2, &crowd.votes).unwrap();
    group.throughput(Throughput::Elements(10_000));
    for mode in [Mode::Robust, Mode::Auto] {
        let params = Consensus::params(mode, 2).gold(&crowd.gold);
        group.bench_function(BenchmarkId::new(format!("{mode:?}"), 10_000), |b| {
            b.iter(|| params.fit(&table).unwrap());
        });
    }
    group.finish();
}

/// Ten million votes, once each: modes whose time is the memory's.
fn ten_million(c: &mut Criterion) {
    const N: usize = 10_000_000;
    let mut group = c.benchmark_group("ten million");
    group.sample_size(10).throughput(Throughput::Elements(N as u64));
    let crowd = std::cell::OnceCell::new();
    let crowd = || crowd.get_or_init(|| Crowd::new(N, 2, 1));
    group.bench_function(BenchmarkId::new("swap/fit", N), |b| {
        let params = crowd().swap();
        b.iter(|| params.fit(&crowd().votes).unwrap());
    });
    group.bench_function(BenchmarkId::new("dawid-skene, 10 rounds, 2 threads", N), |b| {
        let table = VoteTable::from_votes(2, &crowd().votes).unwrap();
        let params = Consensus::params(Mode::DawidSkene, 2).max_rounds(10).threads(2);
        b.iter(|| params.fit(&table).unwrap());
    });
    group.finish();
}

fn table(c: &mut Criterion) {
    let mut group = c.benchmark_group("table");
    for n in SIZES {
        group.throughput(Throughput::Elements(n as u64));
        let crowd = Crowd::new(n, 2, 1);
        group.bench_function(BenchmarkId::new("from_votes", n), |b| {
            b.iter(|| VoteTable::from_votes(2, &crowd.votes).unwrap());
        });
        let part = |parity: usize| {
            let mut table = VoteTable::new(2).unwrap();
            let votes = crowd.votes.iter().enumerate().filter(|(i, _)| i % 2 == parity);
            votes.for_each(|(i, &vote)| table.push_at(vote, i as i64, i as u64).unwrap());
            table
        };
        let (even, odd) = (part(0), part(1));
        group.bench_function(BenchmarkId::new("merge of two halves", n), |b| {
            b.iter(|| {
                let mut merged = even.clone();
                merged.merge(&odd).unwrap();
                merged
            });
        });
    }
    group.finish();
}

fn tallies(c: &mut Criterion) {
    let mut group = c.benchmark_group("tallies");
    group.sample_size(10);
    for n in [1_000, 100_000] {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let tallies: Vec<Tally> = (0..n)
            .map(|subject| {
                let rate =
                    if subject % 10 == 0 { rng.random_range(0.2..0.9) } else { rng.random_range(0.0..0.1) };
                let yes = (0..20).filter(|_| rng.random_bool(rate)).count() as u32;
                Tally { subject, counts: vec![20 - yes, yes] }
            })
            .collect();
        group.throughput(Throughput::Elements(n as u64));
        for kind in [TallyKind::Pooled, TallyKind::Overdispersed] {
            let params = TallyMixture::params(2, kind);
            group.bench_function(BenchmarkId::new(format!("{kind:?}, subjects"), n), |b| {
                b.iter(|| params.fit(&tallies).unwrap());
            });
        }
    }
    group.finish();
}

fn replay(c: &mut Criterion) {
    let mut group = c.benchmark_group("replay");
    group.sample_size(10);
    for n in [10_000, 100_000] {
        group.throughput(Throughput::Elements(n as u64));
        let crowd = Crowd::new(n, 2, 1);
        let table = VoteTable::from_votes(2, &crowd.votes).unwrap();
        let params = Replay::params(crowd.swap(), RetireRule::binary(0.01, 0.99));
        group.bench_function(BenchmarkId::new("fit", n), |b| b.iter(|| params.fit(&table).unwrap()));
    }
    group.finish();
}

criterion_group!(
    benches,
    swap_fit,
    swap_observe,
    swap_estimates,
    majority_vote,
    consensus,
    ten_million,
    table,
    tallies,
    replay
);
criterion_main!(benches);
