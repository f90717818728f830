//! Every method by its name, on the same data.

use crate::args::{Args, Method};
use crate::data::Data;
use anyhow::{Result, bail};
use manyhands_votes::compat::{Learning, SpaceWarps};
use manyhands_votes::{Consensus, Estimate, Mode, Swap, TallyKind, TallyMixture, VoteTable};

/// What is known about every item.
pub(crate) type Estimates = Vec<(usize, Estimate)>;

/// A fit of any method.
#[derive(Debug)]
pub(crate) enum Fitted {
    Consensus(Box<Consensus>),
    Swap(Box<Swap>),
    SpaceWarps(Box<SpaceWarps>),
    Tallies(Box<TallyMixture>),
}

impl Fitted {
    pub(crate) fn estimates(&self) -> Estimates {
        match self {
            Self::Consensus(fit) => fit.subjects().collect(),
            Self::Swap(fit) => fit.subjects().collect(),
            Self::SpaceWarps(fit) => fit.subjects().collect(),
            Self::Tallies(fit) => fit.subjects().collect(),
        }
    }
}

/// Votes in columns, for the methods that want them so; making them is not part of the fit.
pub(crate) fn table(args: &Args, data: &Data) -> Result<Option<VoteTable>> {
    Ok(match args.method {
        Method::SwapOnline | Method::SwapUnsupervised | Method::Counts => None,
        _ => Some(VoteTable::from_votes(data.n_classes, &data.votes)?),
    })
}

/// Gold is a random sample of the truth, and its classes tell how frequent each is.
pub(crate) fn fit(
    args: &Args,
    data: &Data,
    table: Option<&VoteTable>,
    gold: &[(usize, usize)],
) -> Result<Fitted> {
    let mode = match args.method {
        Method::Majority => Mode::Majority,
        Method::OneCoin => Mode::OneCoin,
        Method::DawidSkene => Mode::DawidSkene,
        Method::Swap => Mode::Swap,
        Method::GoldEm => Mode::GoldEm,
        Method::Robust => Mode::Robust,
        Method::Auto => Mode::Auto,
        Method::SwapOnline => {
            let mut swap = Swap::params(frequencies(gold, data.n_classes)).gold(gold).build()?;
            data.votes.iter().try_for_each(|&vote| swap.observe(vote))?;
            return Ok(Fitted::Swap(Box::new(swap)));
        }
        Method::SwapUnsupervised => {
            if data.n_classes != 2 {
                bail!("--method swap-unsupervised: the data have {} classes, wants 2", data.n_classes);
            }
            let swap = SpaceWarps::params(frequencies(gold, 2)[1]).gold(gold).learning(Learning::Both);
            return Ok(Fitted::SpaceWarps(Box::new(swap.fit(&data.votes)?)));
        }
        Method::Counts => {
            let mut mixture = TallyMixture::params(data.n_classes, TallyKind::Overdispersed).gold(gold);
            if let Some(rounds) = args.rounds {
                mixture = mixture.max_rounds(rounds);
            }
            return Ok(Fitted::Tallies(Box::new(mixture.fit(&data.tallies)?)));
        }
    };
    let Some(table) = table else { bail!("{:?}: wants a table", args.method) };
    // The textbook's algorithm knows no gold.
    let gold = if mode == Mode::DawidSkene { &[] } else { gold };
    let mut params = Consensus::params(mode, data.n_classes).gold(gold).gold_is_random(true);
    if let Some(rounds) = args.rounds {
        params = params.max_rounds(rounds);
    }
    Ok(Fitted::Consensus(Box::new(params.seed(args.seed).threads(args.threads).fit(table)?)))
}

/// (n + 1) / (n_gold + K) of every class.
fn frequencies(gold: &[(usize, usize)], n_classes: usize) -> Vec<f64> {
    let mut n = vec![1.0; n_classes];
    gold.iter().for_each(|&(_, class)| n[class] += 1.0);
    let sum: f64 = n.iter().sum();
    n.iter().map(|n| n / sum).collect()
}
