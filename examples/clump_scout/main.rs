//! From volunteers' clicks to clumps, as Galaxy Zoo: Clump Scout does, on a simulated survey or a folder of tables.
//!
//! ```text
//! cargo run --release --example clump_scout
//! cargo run --release --example clump_scout -- --dir DIR --match-radius 4
//! cargo run --release --example clump_scout -- --dir DIR --match-radius 4 --method mean-shift
//! cargo run --release --example clump_scout -- --replay
//! ```
//!
//! Volunteers, images and clumps are learned together from the clicks alone. Prints the scores where the truth is known; tables and pictures go to
//! `--out`.

mod args;
mod data;
mod finder;
mod gallery;
mod replay;
mod score;
mod tables;

use anyhow::{Error, Result};
use args::{Args, MethodName};
use clap::Parser;
use common::files;
use common::session::Console;
use common::threads;
use data::Data;
use finder::Found;
use manyhands_clicks::ClickModel;
use replay::Replay;
use score::{Report, Scores};

fn main() -> Result<()> {
    let args = Args::parse();
    args.check()?;
    threads::limit(args.threads)?;
    files::ensure_writable("--out", &args.out)?;
    if let Some(file) = &args.json {
        files::ensure_file("--json", file)?;
    }
    let console = Console::without_interrupt();
    let data =
        watched(&console, if args.dir.is_some() { "reading" } else { "simulating" }, || Data::load(&args))?;
    let survey = &data.survey;
    console.say(&format!(
        "{}: {} images, {} volunteers, {} annotations, {} marks",
        data.name,
        survey.n_subjects(),
        survey.n_volunteers(),
        survey.n_annotations(),
        survey.n_marks()
    ));
    let (found, radius) = find(&args, &data, &console)?;
    let scores = data.truth.as_ref().map(|truth| Scores::new(&found.clumps, truth, radius)).transpose()?;
    let report = Report::new(args.method, survey, &found, scores.as_ref());
    console.say(&report.in_words());

    let mut files: Vec<(&str, Vec<u8>)> = vec![
        ("clumps.csv", tables::clumps(&data, &found)?),
        ("volunteers.csv", tables::volunteers(&data, &found, args.show_names)?),
        ("subjects.csv", tables::subjects(&data, &found)?),
    ];
    let pictures = watched(&console, "drawing", || gallery::draw(&data, &found, &args, radius))?;
    files.extend(pictures.into_iter().map(|(name, picture)| (name, picture.into_bytes())));
    if args.replay {
        let bar = console.spinner("replaying");
        let replay = Replay::new(&data, &args, radius, |what| bar.set_message(what))?;
        bar.finish_and_clear();
        console.say(&format!("\n{}", replay.table()));
        files.push((gallery::RETIREMENT, replay.picture()?.into_bytes()));
    }
    // What an earlier run has left there and this one has not is not of these clumps.
    for name in
        gallery::PICTURES.into_iter().filter(|&name| files.iter().all(|(written, _)| *written != name))
    {
        files::remove(&args.out.join(name))?;
    }
    for (name, content) in files {
        files::write(&args.out.join(name), content)?;
    }
    if let Some(path) = &args.json {
        files::write_json(path, &report)?;
    }
    console.say(&format!("results in {}", args.out.display()));
    Ok(())
}

/// The clumps, and how far from the truth they may be.
fn find(args: &Args, data: &Data, console: &Console) -> Result<(Found, f64)> {
    let by_model = |label, method| {
        let found = watched(console, label, || finder::by_model(&data.survey, method, data.reality))?;
        let scatter = found.model.as_ref().map_or(1.0, ClickModel::scatter);
        Ok::<_, Error>((found, 2.0 * scatter))
    };
    let say = |radius: f64| {
        console.say(&format!("match radius {radius:.2} px: twice the scatter of a typical volunteer"));
    };
    if args.method.is_model() {
        console.say(&data.reality_in_words());
        let (found, learned) = by_model(args.method.name(), args.method)?;
        if args.match_radius.is_none() {
            say(learned);
        }
        return Ok((found, args.match_radius.unwrap_or(learned)));
    }
    let radius = match args.match_radius {
        Some(radius) => radius,
        None => {
            let (_, learned) = by_model("scatter of volunteers", MethodName::Facility)?;
            say(learned);
            learned
        }
    };
    let bandwidth = args.bandwidth.unwrap_or(radius);
    let found = watched(console, args.method.name(), || finder::by_baseline(&data.survey, args, bandwidth))?;
    Ok((found, radius))
}

/// Turns while something is done.
fn watched<T>(console: &Console, label: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let bar = console.spinner(label);
    let done = work();
    bar.finish_and_clear();
    done
}
