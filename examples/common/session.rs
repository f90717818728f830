//! A run that can be watched, stopped and resumed: progress bars, Ctrl-C, checkpoints.

use anyhow::{Context, Result, bail, ensure};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use manyhands_dec::{Epoch, Training};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Least time between two checkpoints: writing one takes a good part of a second.
const BETWEEN_CHECKPOINTS: Duration = Duration::from_secs(20);

/// One run of a program.
#[derive(Debug)]
pub struct Session {
    bars: MultiProgress,
    stopped: Arc<AtomicBool>,
    state: PathBuf,
}

impl Session {
    /// Opens the folder `out/state`, which holds what `--resume` needs.
    ///
    /// `settings` is everything that decides the result. A resumed run must have the settings of the one it goes on with; a run that is not
    /// resumed forgets what was there.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written, or `resume` finds a run with other settings.
    pub fn open(
        out: &Path,
        settings: &(impl Serialize + DeserializeOwned + PartialEq),
        resume: bool,
    ) -> Result<Self> {
        crate::files::writable(out)?;
        let state = out.join("state");
        let path = state.join("settings.json");
        if resume && path.exists() {
            let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            let is_same = serde_json::from_str(&text).is_ok_and(|before: serde_json::Value| {
                serde_json::to_value(settings).is_ok_and(|now| before == now)
            });
            ensure!(is_same, "--resume: {} was written by a run with other settings", path.display());
        } else {
            if state.exists() {
                std::fs::remove_dir_all(&state).with_context(|| state.display().to_string())?;
            }
            std::fs::create_dir_all(&state).with_context(|| state.display().to_string())?;
            crate::files::write_json(&path, settings)?;
        }
        let stopped = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stopped);
        ctrlc::set_handler(move || {
            // The second Ctrl-C does not wait for the end of the epoch.
            if flag.swap(true, Ordering::SeqCst) {
                std::process::exit(130);
            }
        })?;
        Ok(Self { bars: MultiProgress::new(), stopped, state })
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

    /// Prints a line without tearing the bars.
    pub fn say(&self, line: &str) {
        self.bars.suspend(|| println!("{line}"));
    }

    /// Fails after Ctrl-C.
    ///
    /// # Errors
    ///
    /// When the user asked for the end.
    pub fn check(&self) -> Result<()> {
        if self.stopped.load(Ordering::SeqCst) {
            bail!("stopped; --resume goes on from here");
        }
        Ok(())
    }

    /// The result of step `name`: read back where a run that is resumed had finished it, else made and kept.
    ///
    /// # Errors
    ///
    /// When making, reading or writing it fails.
    pub fn step<T: Serialize + DeserializeOwned>(
        &self,
        name: &str,
        make: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let path = self.state.join(format!("{name}.json"));
        if path.exists() {
            let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            return serde_json::from_str(&text).with_context(|| format!("{}: is damaged", path.display()));
        }
        self.check()?;
        let made = make()?;
        crate::files::write_json(&path, &made)?;
        Ok(made)
    }

    /// The model of step `name` and the seconds it took: read back where it was finished before, else trained, from a checkpoint where there
    /// is one. `watch` sees every epoch that is trained here.
    ///
    /// # Errors
    ///
    /// When the training fails, or after Ctrl-C, with a checkpoint left behind.
    pub fn train<'a, M>(
        &self,
        name: &str,
        model: &Model<M>,
        start: impl FnOnce() -> Result<Training<'a, M>>,
        mut watch: impl FnMut(&Epoch, &Training<'a, M>) -> Result<()>,
    ) -> Result<M> {
        let finished = self.state.join(format!("{name}.safetensors"));
        if finished.exists() {
            return Ok((model.load)(&finished)?);
        }
        self.check()?;
        let checkpoint = self.state.join(format!("{name}.checkpoint"));
        let bar = self.bar(name, 0);
        bar.set_message("starting");
        bar.enable_steady_tick(Duration::from_millis(500));
        let mut training = start()?;
        if checkpoint.exists() {
            training = training.resume(&checkpoint)?;
        }
        bar.set_length(training.n_epochs() as u64);
        bar.set_position(training.n_done() as u64);
        let mut saved = Instant::now();
        while let Some(epoch) = training.next() {
            let epoch = epoch?;
            bar.set_position(training.n_done() as u64);
            bar.set_message(describe(&epoch));
            watch(&epoch, &training)?;
            let is_stopped = self.stopped.load(Ordering::SeqCst);
            if is_stopped || saved.elapsed() > BETWEEN_CHECKPOINTS {
                training.save(&checkpoint)?;
                saved = Instant::now();
            }
            self.check()?;
        }
        let trained = training.finish()?;
        (model.save)(&trained, &finished)?;
        if checkpoint.exists() {
            std::fs::remove_file(&checkpoint).with_context(|| checkpoint.display().to_string())?;
        }
        bar.finish();
        Ok(trained)
    }
}

/// How a kind of model is kept.
#[derive(Debug)]
pub struct Model<M> {
    /// Writes it.
    pub save: fn(&M, &Path) -> manyhands_dec::Result<()>,
    /// Reads it back.
    pub load: fn(&Path) -> manyhands_dec::Result<M>,
}

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
