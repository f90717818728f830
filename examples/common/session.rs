//! A run that can be watched, stopped and resumed: progress bars, Ctrl-C, checkpoints.

use anyhow::{Context, Result, bail, ensure};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use manyhands_dec::{Autoencoder, Dec, Epoch, Multitask, Supervised, Training};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Least time between two checkpoints: writing one takes a good part of a second. The first is written after the first epoch: a disk that is full
/// shows then, not hours later.
const BETWEEN_CHECKPOINTS: Duration = Duration::from_secs(20);

/// The terminal of a running program: bars, lines, Ctrl-C.
#[derive(Clone, Debug)]
pub struct Console {
    bars: MultiProgress,
    stopped: Arc<AtomicBool>,
}

impl Console {
    /// Takes over Ctrl-C: the first asks for the end, the second ends at once.
    ///
    /// # Errors
    ///
    /// When there is a console already.
    pub fn new() -> Result<Self> {
        let stopped = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stopped);
        ctrlc::set_handler(move || {
            if flag.swap(true, Ordering::SeqCst) {
                std::process::exit(130);
            }
        })?;
        Ok(Self { bars: MultiProgress::new(), stopped })
    }

    /// A console that leaves Ctrl-C alone, for programs that have nothing to resume.
    #[must_use]
    pub fn without_interrupt() -> Self {
        Self { bars: MultiProgress::new(), stopped: Arc::default() }
    }

    /// Something that goes on for an unknown time.
    ///
    /// # Panics
    ///
    /// Never: the template is fixed.
    #[must_use]
    pub fn spinner(&self, label: &str) -> ProgressBar {
        let style = ProgressStyle::with_template("{prefix:>26} {spinner} {elapsed:>4} {msg}");
        let bar = ProgressBar::new_spinner().with_style(style.expect("the template is valid"));
        let bar = self.bars.add(bar).with_prefix(label.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }

    /// A bar of `n` steps.
    ///
    /// # Panics
    ///
    /// Never: the template is fixed.
    #[must_use]
    pub fn bar(&self, label: &str, n: usize) -> ProgressBar {
        let style = ProgressStyle::with_template("{prefix:>26} {bar:30} {pos:>5}/{len:5} {elapsed:>4} {msg}");
        let bar = ProgressBar::new(n as u64).with_style(style.expect("the template is valid"));
        self.bars.add(bar).with_prefix(label.to_owned())
    }

    /// Prints a line without tearing the bars. Where nobody reads any more, as after `| head`, the files are still written.
    pub fn say(&self, line: &str) {
        let _ = self.bars.suspend(|| writeln!(std::io::stdout(), "{line}"));
    }

    /// Fails after Ctrl-C.
    ///
    /// # Errors
    ///
    /// When the user asked for the end.
    pub fn check(&self) -> Result<()> {
        ensure!(!self.is_stopped(), "stopped; --resume goes on from here");
        Ok(())
    }

    /// Has the user asked for the end?
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }
}

/// A run that leaves a state behind.
#[derive(Debug)]
pub struct Session {
    console: Console,
    state: PathBuf,
    /// Keeps other runs out of the folder for as long as this one lasts.
    _lock: File,
}

/// Everything that decides what a run leaves behind.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Origin<'a, S> {
    /// The program.
    pub program: &'a str,
    /// Its options.
    pub settings: &'a S,
    /// The [`digest`](crate::images::digest) of what it read.
    pub data: &'a str,
}

/// What is kept of a training beside its model.
#[derive(Debug, Serialize, Deserialize)]
struct Log<W> {
    /// Its digest: a model that was trained otherwise is not taken for it.
    training: String,
    /// What was said of each epoch.
    epochs: Vec<W>,
}

impl Session {
    /// Opens the folder `out/state`, which holds what `--resume` needs. Call it once the input is known to be good: it is the first that writes.
    ///
    /// A resumed run must have the `origin` of the one it goes on with; a run that is not resumed forgets what was there.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written, is no run's, another program's or that of a run under way, or `resume` finds a run with other settings or
    /// data.
    pub fn open<S: Serialize>(
        console: Console,
        out: &Path,
        origin: &Origin<'_, S>,
        resume: bool,
    ) -> Result<Self> {
        let lock = lock(out)?;
        let state = out.join("state");
        let path = state.join("settings.json");
        let now = serde_json::to_value(origin)?;
        if resume && path.exists() {
            let before: Value = read_json(&path)?;
            let place = path.display();
            let others = others(&before["settings"], &now["settings"]).join(", ");
            ensure!(
                others.is_empty(),
                "--resume: {place} was written by a run with other settings: {others}"
            );
            ensure!(before["data"] == now["data"], "--resume: {place} was written by a run with other data");
        } else {
            if state.exists() {
                // Of an earlier run of this program, or just made when one was killed: nobody's own folder of that name.
                let is_ours = read_json::<Value>(&path).is_ok_and(|before| {
                    before["program"] == now["program"]
                        && before["settings"].is_object()
                        && before["data"].is_string()
                });
                let is_empty = || state.read_dir().is_ok_and(|mut entries| entries.next().is_none());
                let (place, program) = (state.display(), origin.program);
                ensure!(
                    is_ours || is_empty(),
                    "{place}: is of no earlier run of {program}, wants another --out"
                );
                std::fs::remove_dir_all(&state).with_context(|| state.display().to_string())?;
            }
            std::fs::create_dir_all(&state).with_context(|| state.display().to_string())?;
            crate::files::write_json(&path, &now)?;
        }
        Ok(Self { console, state, _lock: lock })
    }

    /// The model of step `name`, and what `watch` said of each epoch: read back where it was finished before, else trained, from a checkpoint
    /// where there is one.
    ///
    /// # Errors
    ///
    /// When the training fails, or after Ctrl-C, with a checkpoint left behind; when the finished one was trained otherwise, as by another version.
    pub fn train<'a, M, W: Serialize + DeserializeOwned>(
        &self,
        name: &str,
        model: &Model<M>,
        start: impl FnOnce() -> Result<Training<'a, M>>,
        mut watch: impl FnMut(&Epoch, &Training<'a, M>) -> Result<W>,
    ) -> Result<(M, Vec<W>)> {
        let file = |extension: &str| self.state.join(format!("{}.{extension}", name.replace(' ', "_")));
        let [finished, checkpoint, log] = [file("safetensors"), file("checkpoint"), file("log.json")];
        if finished.exists() {
            let Log { training, epochs } = read_json(&log)?;
            let place = finished.display();
            ensure!(
                training == start()?.digest(),
                "--resume: {place} was trained otherwise than it would be now"
            );
            return Ok(((model.load)(&finished)?, epochs));
        }
        self.console.check()?;
        let bar = self.console.bar(name, 0);
        bar.set_message("starting");
        bar.enable_steady_tick(Duration::from_millis(500));
        let mut training = start()?;
        let mut watched = Log { training: training.digest(), epochs: Vec::<W>::new() };
        if checkpoint.exists() && log.exists() {
            training = training.resume(&checkpoint)?;
            watched.epochs = read_json::<Log<W>>(&log)?.epochs;
            let n_done = training.n_done();
            watched.epochs.truncate(n_done);
            ensure!(watched.epochs.len() == n_done, "{}: is shorter than its checkpoint", log.display());
        }
        bar.set_length(training.n_epochs() as u64);
        bar.set_position(training.n_done() as u64);
        let mut saved: Option<Instant> = None;
        while let Some(epoch) = training.next() {
            let epoch = epoch?;
            bar.set_position(training.n_done() as u64);
            bar.set_message(describe(&epoch));
            watched.epochs.push(watch(&epoch, &training)?);
            if self.console.is_stopped() || saved.is_none_or(|at| at.elapsed() > BETWEEN_CHECKPOINTS) {
                // The log first: it may be longer than the checkpoint, not shorter.
                crate::files::write_json(&log, &watched)?;
                training.save(&checkpoint)?;
                saved = Some(Instant::now());
            }
            self.console.check()?;
        }
        let trained = training.finish()?;
        crate::files::write_json(&log, &watched)?;
        (model.save)(&trained, &finished)?;
        if checkpoint.exists() {
            std::fs::remove_file(&checkpoint).with_context(|| checkpoint.display().to_string())?;
        }
        bar.finish();
        Ok((trained, watched.epochs))
    }
}

/// Names of the settings that differ.
fn others(before: &Value, now: &Value) -> Vec<String> {
    let keys = |of: &Value| -> BTreeSet<String> {
        of.as_object().map(|of| of.keys().cloned().collect()).unwrap_or_default()
    };
    keys(before).union(&keys(now)).filter(|&key| before[key] != now[key]).cloned().collect()
}

/// Takes `out` for this run alone, for as long as the file is open; where the system has no locks, on trust.
///
/// # Errors
///
/// When another run is at work there, or nothing can be written.
pub fn lock(out: &Path) -> Result<File> {
    std::fs::create_dir_all(out).with_context(|| out.display().to_string())?;
    let path = out.join("state.lock");
    let file = File::create(&path).with_context(|| path.display().to_string())?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            bail!("{}: another run is at work there, wants another --out", out.display())
        }
        Err(TryLockError::Error(error)) if error.kind() != ErrorKind::Unsupported => {
            Err(error).with_context(|| path.display().to_string())
        }
        _ => Ok(file),
    }
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| format!("{}: is damaged", path.display()))
}

/// How a kind of model is kept.
#[derive(Debug)]
pub struct Model<M> {
    /// Writes it.
    pub save: fn(&M, &Path) -> manyhands_dec::Result<()>,
    /// Reads it back.
    pub load: fn(&Path) -> manyhands_dec::Result<M>,
}

/// How an autoencoder is kept.
pub const AUTOENCODER: Model<Autoencoder> =
    Model { save: |model, path| model.save(path), load: |path| Autoencoder::load(path) };
/// How a clustering is kept.
pub const DEC: Model<Dec> = Model { save: |model, path| model.save(path), load: |path| Dec::load(path) };
/// How a retrained model is kept.
pub const MULTITASK: Model<Multitask> =
    Model { save: |model, path| model.save(path), load: |path| Multitask::load(path) };
/// How a supervised network is kept.
pub const SUPERVISED: Model<Supervised> =
    Model { save: |model, path| model.save(path), load: |path| Supervised::load(path) };

/// The numbers of an epoch that tell whether it goes well.
fn describe(epoch: &Epoch) -> String {
    let losses = [
        ("class", epoch.losses.class),
        ("clusters", epoch.losses.cluster),
        ("reconstruction", epoch.losses.reconstruction),
    ];
    let mut words = vec![epoch.stage.to_string()];
    words.extend(
        losses.iter().filter(|(_, loss)| *loss > 0.0).map(|(name, loss)| format!("{name} {loss:.4}")),
    );
    words.extend(epoch.changed.map(|changed| format!("{:.2} % moved", 100.0 * changed)));
    words.join(", ")
}
