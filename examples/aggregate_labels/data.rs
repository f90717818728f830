//! Votes and truth from CSV files, their items and workers made into numbers.

use anyhow::{Context, Result, bail, ensure};
use manyhands_votes::{Tally, Vote};
use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

/// (item, class)
pub(crate) type Truth = Vec<(usize, usize)>;

/// What the files hold. Items and workers are numbered in the order in which they come.
#[derive(Debug, Default)]
pub(crate) struct Data {
    pub(crate) items: Vec<String>,
    pub(crate) n_workers: usize,
    /// Without rows that stand twice, word for word.
    pub(crate) votes: Vec<Vote>,
    /// Instead of votes, where nobody knows who voted.
    pub(crate) tallies: Vec<Tally>,
    pub(crate) n_votes: u64,
    pub(crate) n_classes: usize,
    /// Of items with votes.
    pub(crate) truth: Truth,
}

impl Data {
    pub(crate) fn read(labels: &Path, truth: Option<&Path>, counts: bool) -> Result<Self> {
        let mut data = Self::default();
        let mut items = HashMap::new();
        if counts {
            data.read_counts(labels, &mut items)?;
        } else {
            data.read_votes(labels, &mut items)?;
        }
        ensure!(data.n_votes > 0, "{}: holds no votes", labels.display());
        if let Some(path) = truth {
            let mut seen = BTreeMap::new();
            for_each_row(path, ["item", "truth"], |[item, class]| {
                let class = class_number(class)?;
                data.n_classes = data.n_classes.max(class + 1);
                if let Some(&item_row) = items.get(item)
                    && let Some(other) = seen.insert(item_row, class)
                {
                    ensure!(other == class, "item {item} has the classes {other} and {class}, wants one");
                }
                Ok(())
            })?;
            data.truth = seen.into_iter().collect();
        }
        data.n_classes = data.n_classes.max(2);
        for tally in &mut data.tallies {
            tally.counts.resize(data.n_classes, 0);
        }
        Ok(data)
    }

    fn read_votes(&mut self, path: &Path, items: &mut HashMap<String, usize>) -> Result<()> {
        let mut workers = HashMap::new();
        let mut seen = HashSet::new();
        for_each_row(path, ["item", "worker", "label"], |[item, worker, label]| {
            let n_workers = workers.len();
            let volunteer = match workers.get(worker) {
                Some(&row) => row,
                None => *workers.entry(worker.to_owned()).or_insert(n_workers),
            };
            let vote = Vote { volunteer, subject: self.item(item, items), label: class_number(label)? };
            if seen.insert(vote) {
                self.n_classes = self.n_classes.max(vote.label + 1);
                self.votes.push(vote);
            }
            Ok(())
        })?;
        self.n_workers = workers.len();
        self.n_votes = self.votes.len() as u64;
        Ok(())
    }

    fn read_counts(&mut self, path: &Path, items: &mut HashMap<String, usize>) -> Result<()> {
        for_each_row(path, ["item", "label", "votes"], |[item, label, votes]| {
            let (subject, label) = (self.item(item, items), class_number(label)?);
            let n = u32::try_from(whole(votes)?).context("votes: too many")?;
            if subject == self.tallies.len() {
                self.tallies.push(Tally { subject, counts: vec![] });
            }
            let counts = &mut self.tallies[subject].counts;
            counts.resize(counts.len().max(label + 1), 0);
            counts[label] = counts[label].checked_add(n).context("votes: too many")?;
            self.n_classes = self.n_classes.max(label + 1);
            self.n_votes += u64::from(n);
            Ok(())
        })
    }

    fn item(&mut self, name: &str, items: &mut HashMap<String, usize>) -> usize {
        if let Some(&row) = items.get(name) {
            return row;
        }
        items.insert(name.to_owned(), self.items.len());
        self.items.push(name.to_owned());
        self.items.len() - 1
    }

    /// A random part of the truth, and the rest. Drawn from the items in the order of their names' first votes.
    pub(crate) fn split(&self, fraction: f64, seed: u64) -> (Truth, Truth) {
        let mut gold = self.truth.clone();
        gold.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let n = (gold.len() as f64 * fraction).round() as usize;
        let rest = gold.split_off(n);
        (gold, rest)
    }
}

/// Calls `f` with the named columns of every row; an error tells the line.
fn for_each_row<const N: usize>(
    path: &Path,
    names: [&str; N],
    mut f: impl FnMut([&str; N]) -> Result<()>,
) -> Result<()> {
    let shown = path.display();
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(path)
        .with_context(|| format!("{shown}: cannot be read"))?;
    let header = reader.headers().with_context(|| format!("{shown}: has no header"))?.clone();
    let mut columns = [0; N];
    for (column, name) in columns.iter_mut().zip(names) {
        let Some(found) = header.iter().position(|field| field == name) else {
            bail!("{shown}: has no column {name:?}, wants {}", names.join(","));
        };
        *column = found;
    }
    let mut row = csv::StringRecord::new();
    loop {
        let line = reader.position().line();
        if !reader.read_record(&mut row).with_context(|| format!("{shown}: cannot be read"))? {
            return Ok(());
        }
        f(columns.map(|column| &row[column])).with_context(|| format!("{shown}, line {line}"))?;
    }
}

/// A label or a class, of which manyhands-votes knows so many. There are columns for all up to the greatest, so it is checked before they are made.
fn class_number(text: &str) -> Result<usize> {
    const MOST: usize = 65_535;
    let class = whole(text)?;
    ensure!(class < MOST, "{text:?}: wants less than {MOST}");
    Ok(class)
}

fn whole(text: &str) -> Result<usize> {
    text.parse().with_context(|| format!("{text:?}: wants a whole number"))
}
