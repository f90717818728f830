//! Real votes. Skipped where the environment variable MANYHANDS_DATA is not set, failing where it is and a file is missing.
//!
//! The data sets are those of `yuan-li/truth-inference-at-scale` (MIT): `item,worker,label` and `item,truth`.

use std::{
    collections::{BTreeMap, HashSet},
    env,
    path::{Path, PathBuf},
};

use manyhands_votes::{Estimate, MajorityVote, Repeats, Swap, Vote};
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
