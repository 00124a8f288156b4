//! Terminal output: set-up steps with their times on stderr, results on stdout.

use std::cell::Cell;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// A log that stands still for longer looks like a program that hangs.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(20);

/// Set-up messages go to stderr, so that the stdout of `cargo xtask judge --json` stays clean.
#[derive(Debug)]
pub(crate) struct Screen {
    bars: MultiProgress,
    mode: Mode,
}

#[derive(Debug, Clone, Copy)]
enum Mode {
    /// A terminal: spinners and bars that disappear when their step is done.
    Live,
    /// A file or a pipe: lines only.
    Plain,
}

/// One step of the set-up; dropped without `done` or `fall_back`, it has failed.
#[derive(Debug)]
pub(crate) struct SetupStep<'screen> {
    screen: &'screen Screen,
    title: &'static str,
    began: Instant,
    bar: Option<ProgressBar>,
    /// When a line was last written without a terminal.
    written_at: Cell<Instant>,
    outcome: StepResult,
}

#[derive(Debug)]
enum StepResult {
    Failed,
    Done(String),
    /// It did not work, and something else is tried next.
    FellBack(String),
}

impl Screen {
    pub(crate) fn new() -> Self {
        let mode = if io::stderr().is_terminal() {
            Mode::Live
        } else {
            Mode::Plain
        };
        Self {
            bars: MultiProgress::new(),
            mode,
        }
    }

    /// Prints to stderr, above the spinners and bars.
    pub(crate) fn eprintln(&self, text: impl Display) {
        // A closed stderr is no reason to stop.
        self.bars.suspend(|| {
            let _ = writeln!(io::stderr(), "{text}");
        });
    }

    /// Prints a result to stdout.
    pub(crate) fn println(&self, text: impl Display) {
        self.bars.suspend(|| {
            let mut stdout = io::stdout();
            let _ = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
        });
    }

    /// Reports something that is already there and takes no time.
    pub(crate) fn found(&self, title: &'static str, what: impl Display) {
        self.eprintln(format_args!("  ok {:>7}  {title}: {what}", ""));
    }

    pub(crate) fn begin(&self, title: &'static str, what: impl Display) -> SetupStep<'_> {
        let bar = match self.mode {
            Mode::Live => {
                let bar = self.bars.add(ProgressBar::new_spinner());
                bar.set_style(spinner_style());
                bar.set_prefix(title);
                bar.set_message(what.to_string());
                bar.enable_steady_tick(Duration::from_millis(120));
                Some(bar)
            }
            Mode::Plain => {
                self.eprintln(format_args!("  .. {:>7}  {title}: {what}", ""));
                None
            }
        };
        SetupStep {
            screen: self,
            title,
            began: Instant::now(),
            bar,
            written_at: Cell::new(Instant::now()),
            outcome: StepResult::Failed,
        }
    }
}

impl SetupStep<'_> {
    /// Replaces the message of the spinner; without a terminal it is not printed.
    pub(crate) fn update(&self, what: impl Display) {
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_string());
        }
    }

    /// Turns the spinner into a progress bar; without a terminal it is a line now and then.
    pub(crate) fn progress(&self, position: u64, length: u64, what: impl Display) {
        if self.bar.is_none() && self.written_at.get().elapsed() >= PROGRESS_INTERVAL {
            self.written_at.set(Instant::now());
            self.note(format_args!("{position} of {length}"));
        }
        if let Some(bar) = &self.bar {
            if bar.length() != Some(length) {
                bar.set_length(length);
                bar.set_style(bar_style());
            }
            bar.set_position(position);
            bar.set_message(what.to_string());
        }
    }

    /// Prints a line that stays.
    pub(crate) fn note(&self, text: impl Display) {
        self.screen
            .eprintln(format_args!("     {:>7}  {}: {text}", "", self.title));
    }

    pub(crate) fn done(mut self, outcome: impl Display) {
        self.outcome = StepResult::Done(outcome.to_string());
    }

    pub(crate) fn fall_back(mut self, why: impl Display) {
        self.outcome = StepResult::FellBack(why.to_string());
    }
}

impl Drop for SetupStep<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let seconds = self.began.elapsed().as_secs_f64();
        let (mark, outcome) = match &self.outcome {
            StepResult::Done(outcome) => ("ok", outcome.as_str()),
            StepResult::FellBack(why) => ("no", why.as_str()),
            StepResult::Failed => ("--", "failed"),
        };
        self.screen.eprintln(format_args!(
            "  {mark} {seconds:>5.1} s  {}: {outcome}",
            self.title
        ));
    }
}

fn spinner_style() -> ProgressStyle {
    ProgressStyle::with_template("  {spinner} {elapsed:>7}  {prefix}: {wide_msg}")
        .expect("the template is a valid constant")
}

fn bar_style() -> ProgressStyle {
    ProgressStyle::with_template(
        "  {spinner} {elapsed:>7}  {prefix}: [{bar:24}] {pos}/{len} {wide_msg}",
    )
    .expect("the template is a valid constant")
    .progress_chars("=> ")
}
