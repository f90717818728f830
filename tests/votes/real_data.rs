//! Real votes. Skipped where the environment variable MANYHANDS_DATA is not set, failing where it is and a file is missing.
//!
//! The data sets are those of `yuan-li/truth-inference-at-scale` (MIT): `item,worker,label` and `item,truth`.

use std::{
    collections::{BTreeMap, HashSet},
    env,
    path::{Path, PathBuf},
};

use manyhands_metrics::{Binary, Bins, Probabilities};
use manyhands_votes::{Consensus, Estimate, MajorityVote, Mode, Repeats, Swap, Vote, VoteTable};
use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::vote;

struct DataSet {
    votes: Vec<Vote>,
    truths: BTreeMap<usize, usize>,
    n_classes: usize,
}

fn labels_folder() -> Option<PathBuf> {
    let folder = env::var_os("MANYHANDS_DATA");
    if folder.is_none() {
        eprintln!("SKIPPED: MANYHANDS_DATA is not set, so there are no real votes to test on");
    }
    folder.map(|folder| PathBuf::from(folder).join("labels"))
}

impl DataSet {
    /// Without rows that stand twice, word for word.
    fn read(folder: &Path) -> Self {
        let rows = |file: &str| -> Vec<Vec<usize>> {
            let path = folder.join(file);
            let mut reader =
                csv::Reader::from_path(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            let rows = reader.records().map(|row| row.unwrap().iter().map(|n| n.parse().unwrap()).collect());
            rows.collect()
        };
        let mut seen = HashSet::new();
        let votes = rows("label.csv").into_iter().map(|row| vote(row[1], row[0], row[2]));
        let votes: Vec<Vote> = votes.filter(|&vote| seen.insert(vote)).collect();
        let truths: BTreeMap<_, _> = rows("truth.csv").into_iter().map(|row| (row[0], row[1])).collect();
        let n_classes =
            1 + votes.iter().map(|vote| vote.label).chain(truths.values().copied()).max().unwrap();
        Self { votes, truths, n_classes }
    }

    /// A tie counts as one over the number of its classes if the truth is among them.
    fn accuracy(&self, estimate: impl Fn(usize) -> Option<Estimate>, leave_out: &HashSet<usize>) -> f64 {
        let scored = self.truths.iter().filter(|(subject, _)| !leave_out.contains(subject));
        let (mut right, mut n) = (0.0, 0.0);
        for (&subject, &truth) in scored {
            let tied: Vec<usize> = estimate(subject).expect("every subject has votes").tied().collect();
            right += f64::from(u8::from(tied.contains(&truth))) / tied.len() as f64;
            n += 1.0;
        }
        right / n
    }
}

#[test]
fn majority_vote_has_the_known_accuracy_on_public_data_sets() {
    let Some(folder) = labels_folder() else { return };
    for (name, n_classes, expected) in [
        ("bluebird", 2, 0.7593),
        ("dog", 4, 0.8222),
        ("rte", 2, 0.8969),
        ("web", 5, 0.7307),
        ("ZenCrowd_us", 2, 0.8615),
        ("d_jn-product", 2, 0.8966),
        ("s4_Face_Sentiment_Identification", 4, 0.6367),
    ] {
        let data = DataSet::read(&folder.join(name));
        assert_eq!(data.n_classes, n_classes);
        let majority = MajorityVote::params(n_classes).fit(&data.votes).unwrap();
        let accuracy = data.accuracy(|subject| majority.estimate(subject), &HashSet::new());
        assert!((accuracy - expected).abs() < 1e-4, "{name}: {accuracy:.5}, expected {expected}");
    }
    // Some workers of this set gave two different labels to an item: only the first counts.
    let data = DataSet::read(&folder.join("ZenCrowd_us"));
    let majority = MajorityVote::params(2).repeats(Repeats::FirstOnly).fit(&data.votes).unwrap();
    let accuracy = data.accuracy(|subject| majority.estimate(subject), &HashSet::new());
    assert!((accuracy - 0.860_54).abs() < 1e-5, "{accuracy:.5}");
}

#[test]
fn two_pass_swap_beats_online_swap_and_majority_vote_on_public_data_sets() {
    let Some(folder) = labels_folder() else { return };
    let mut sums = [0.0; 3];
    let sets = ["bluebird", "rte", "ZenCrowd_us", "d_jn-product"];
    let n_seeds = 10;
    for name in sets {
        let data = DataSet::read(&folder.join(name));
        let majority = MajorityVote::params(2).fit(&data.votes).unwrap();
        for seed in 0..n_seeds {
            // A fifth of the subjects is gold; the accuracy is that of the others. The order of the votes is random too.
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let mut gold: Vec<(usize, usize)> = data.truths.iter().map(|(&s, &t)| (s, t)).collect();
            gold.shuffle(&mut rng);
            gold.truncate(data.truths.len() / 5);
            let mut votes = data.votes.clone();
            votes.shuffle(&mut rng);
            let n_positive = gold.iter().filter(|&&(_, class)| class == 1).count();
            let p0 = (n_positive as f64 + 1.0) / (gold.len() as f64 + 2.0);
            let params = Swap::params([1.0 - p0, p0]).gold(&gold);
            let fitted = params.fit(&votes).unwrap();
            let mut online = params.build().unwrap();
            votes.iter().for_each(|&vote| online.observe(vote).unwrap());
            let gold = gold.into_iter().map(|(subject, _)| subject).collect();
            sums[0] += data.accuracy(|subject| majority.estimate(subject), &gold);
            sums[1] += data.accuracy(|subject| online.estimate(subject), &gold);
            sums[2] += data.accuracy(|subject| fitted.estimate(subject), &gold);
        }
    }
    let [majority, online, two_pass] = sums.map(|sum| sum / (sets.len() as f64 * n_seeds as f64));
    eprintln!("mean accuracy: majority {majority:.4}, online {online:.4}, two-pass {two_pass:.4}");
    assert!(two_pass > online + 0.005 && online > majority);
}

#[test]
fn the_crowds_yes_and_no_votes_give_the_published_tallies() {
    let Some(folder) = labels_folder() else { return };
    let folder = folder.join("../zooniverse");
    let rows = |file: &str| -> Vec<csv::StringRecord> {
        let path = folder.join(file);
        let mut reader = csv::Reader::from_path(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        reader.records().map(Result::unwrap).collect()
    };
    let names = ["Yes!", "No.", "null"];
    let mut users: BTreeMap<String, usize> = BTreeMap::new();
    let votes: Vec<Vote> = rows("yes_no_votes.csv")
        .iter()
        .map(|row| {
            let n = users.len();
            let user = *users.entry(row[2].to_owned()).or_insert(n);
            let label = names.iter().position(|name| *name == &row[6]).expect("one of three answers");
            vote(user, row[5].parse().unwrap(), label)
        })
        .collect();
    assert_eq!(votes.len(), 7_568);
    // Every repeat counts, as it did for those who published them.
    let majority = MajorityVote::params(3).fit(&votes).unwrap();
    let tallies = rows("yes_no_tallies.csv");
    assert_eq!(tallies.len(), majority.subjects().count());
    for row in &tallies {
        let estimate = majority.estimate(row[0].parse().unwrap()).expect("the subject has votes");
        assert_eq!(estimate.n_votes, row[1].parse::<usize>().unwrap());
        for (p, column) in estimate.probabilities.iter().zip(2..) {
            assert_eq!((p * estimate.n_votes as f64).round(), row[column].parse::<f64>().unwrap());
        }
        // The last column, their result, is no majority: it says yes wherever anybody did.
    }
}

#[test]
fn without_gold_dawid_and_skene_is_the_textbooks_and_robust_beats_the_published_mean() {
    let Some(folder) = labels_folder() else { return };
    // Accuracies of textbook Dawid-Skene, and of EBCC (Li, Rubinstein & Cohn 2019), on the same files with duplicates dropped and ties split.
    let sets = [
        ("bluebird", 0.8981, 0.8611),
        ("dog", 0.8426, 0.8401),
        ("rte", 0.9275, 0.9313),
        ("web", 0.8281, 0.7686),
        ("ZenCrowd_us", 0.8211, 0.9123),
        ("d_jn-product", 0.9397, 0.9349),
        ("s4_Face_Sentiment_Identification", 0.6404, 0.6353),
    ];
    let (mut robust, mut published) = (0.0, 0.0);
    for (name, textbook, ebcc) in sets {
        let data = DataSet::read(&folder.join(name));
        let table = VoteTable::from_votes(data.n_classes, &data.votes).unwrap();
        let accuracy = |mode| {
            let fit = Consensus::params(mode, data.n_classes).fit(&table).unwrap();
            data.accuracy(|subject| fit.estimate(subject), &HashSet::new())
        };
        let dawid_skene = accuracy(Mode::DawidSkene);
        assert!((dawid_skene - textbook).abs() < 1e-3, "{name}: {dawid_skene:.4}, published {textbook}");
        robust += accuracy(Mode::Robust) / sets.len() as f64;
        published += ebcc / sets.len() as f64;
    }
    eprintln!("mean accuracy without gold: robust {robust:.4}, EBCC {published:.4}");
    assert!(robust >= published);
}

#[test]
fn with_a_fifth_gold_auto_is_accurate_and_calibrated_on_public_data_sets() {
    let Some(folder) = labels_folder() else { return };
    let sets = ["bluebird", "rte", "ZenCrowd_us", "d_jn-product"];
    // Three seeds here; the table in docs/methods/votes.md has ten.
    let n_seeds = 3;
    let mut sums = [0.0; 4];
    for name in sets {
        let data = DataSet::read(&folder.join(name));
        let table = VoteTable::from_votes(2, &data.votes).unwrap();
        for seed in 0..n_seeds {
            let mut gold: Vec<(usize, usize)> = data.truths.iter().map(|(&s, &t)| (s, t)).collect();
            gold.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
            let rest = gold.split_off(data.truths.len() / 5);
            let fit = Consensus::params(Mode::Auto, 2).gold(&gold).gold_is_random(true).fit(&table).unwrap();
            let p: Vec<f64> = rest.iter().map(|&(s, _)| fit.estimate(s).unwrap().probabilities[1]).collect();
            let truth: Vec<bool> = rest.iter().map(|&(_, t)| t == 1).collect();
            let said: Vec<bool> = p.iter().map(|&p| p > 0.5).collect();
            let binary = Binary::new(&truth, &said).unwrap();
            let forecast = Probabilities::new(&truth, &p).unwrap();
            let ece = forecast.calibration_error(Bins::EqualWidth(10)).unwrap();
            let scores = [binary.accuracy(), binary.f1(), forecast.log_loss_clipped(1e-6).unwrap(), ece];
            sums.iter_mut()
                .zip(scores)
                .for_each(|(sum, score)| *sum += score / (sets.len() as f64 * n_seeds as f64));
        }
    }
    let [accuracy, f1, log_loss, ece] = sums;
    eprintln!("auto: accuracy {accuracy:.4}, F1 {f1:.4}, log-loss {log_loss:.4}, ECE {ece:.4}");
    assert!(accuracy >= 0.8834 && f1 >= 0.810 && log_loss <= 0.313 && ece <= 0.045);
}
