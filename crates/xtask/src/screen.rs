//! What the person at the terminal sees: steps with their times on stderr, results on stdout.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Set-up chatter goes to stderr, so that the stdout of `cargo xtask judge --json` stays clean.
#[derive(Debug)]
pub(crate) struct Screen {
    bars: MultiProgress,
    look: Look,
}

#[derive(Debug, Clone, Copy)]
enum Look {
    /// A terminal: spinners and bars that go away when their step is done.
    Live,
    /// A file or a pipe: plain lines only.
    Plain,
}

/// One step of the set-up; dropped without `done`, it counts as failed.
#[derive(Debug)]
pub(crate) struct Step<'screen> {
    screen: &'screen Screen,
    title: &'static str,
    began: Instant,
    bar: Option<ProgressBar>,
    outcome: Outcome,
}

#[derive(Debug)]
enum Outcome {
    /// Nobody said anything before the step was dropped.
    Failed,
    Done(String),
    /// It did not work, and there is another way.
    GaveUp(String),
}

impl Screen {
    pub(crate) fn new() -> Self {
        let look = if io::stderr().is_terminal() {
            Look::Live
        } else {
            Look::Plain
        };
        Self {
            bars: MultiProgress::new(),
            look,
        }
    }

    pub(crate) fn is_live(&self) -> bool {
        matches!(self.look, Look::Live)
    }

    /// Prints a line above whatever moves.
    pub(crate) fn say(&self, text: impl Display) {
        // A closed stderr is no reason to stop working.
        self.bars.suspend(|| {
            let _ = writeln!(io::stderr(), "{text}");
        });
    }

    /// Prints a line of the result itself.
    pub(crate) fn result(&self, text: impl Display) {
        self.bars.suspend(|| {
            let mut stdout = io::stdout();
            let _ = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
        });
    }

    /// Something that was there already, so that no time was spent on it.
    pub(crate) fn found(&self, title: &'static str, what: impl Display) {
        self.say(format_args!("  ok {:>7}  {title}: {what}", ""));
    }

    pub(crate) fn begin(&self, title: &'static str, what: impl Display) -> Step<'_> {
        let bar = match self.look {
            Look::Live => {
                let bar = self.bars.add(ProgressBar::new_spinner());
                bar.set_style(spinner_style());
                bar.set_prefix(title);
                bar.set_message(what.to_string());
                bar.enable_steady_tick(Duration::from_millis(120));
                Some(bar)
            }
            Look::Plain => {
                self.say(format_args!("  .. {:>7}  {title}: {what}", ""));
                None
            }
        };
        Step {
            screen: self,
            title,
            began: Instant::now(),
            bar,
            outcome: Outcome::Failed,
        }
    }
}

impl Step<'_> {
    /// What the step is at; shown on a terminal only, where it replaces what stood there.
    pub(crate) fn at(&self, what: impl Display) {
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_string());
        }
    }

    /// Turns the spinner into a bar.
    pub(crate) fn progress(&self, position: u64, length: u64, what: impl Display) {
        if let Some(bar) = &self.bar {
            if bar.length() != Some(length) {
                bar.set_length(length);
                bar.set_style(bar_style());
            }
            bar.set_position(position);
            bar.set_message(what.to_string());
        }
    }

    /// A line that stays, for instance why the step goes another way.
    pub(crate) fn note(&self, text: impl Display) {
        self.screen
            .say(format_args!("     {:>7}  {}: {text}", "", self.title));
    }

    pub(crate) fn done(mut self, outcome: impl Display) {
        self.outcome = Outcome::Done(outcome.to_string());
    }

    pub(crate) fn gave_up(mut self, why: impl Display) {
        self.outcome = Outcome::GaveUp(why.to_string());
    }
}

impl Drop for Step<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let seconds = self.began.elapsed().as_secs_f64();
        let (mark, outcome) = match &self.outcome {
            Outcome::Done(outcome) => ("ok", outcome.as_str()),
            Outcome::GaveUp(why) => ("no", why.as_str()),
            Outcome::Failed => ("--", "failed"),
        };
        self.screen.say(format_args!(
            "  {mark} {seconds:>5.1} s  {}: {outcome}",
            self.title
        ));
    }
}

fn spinner_style() -> ProgressStyle {
    ProgressStyle::with_template("  {spinner} {elapsed:>7}  {prefix}: {wide_msg}")
        .expect("the template is a constant that parses")
}

fn bar_style() -> ProgressStyle {
    ProgressStyle::with_template(
        "  {spinner} {elapsed:>7}  {prefix}: [{bar:24}] {pos}/{len} {wide_msg}",
    )
    .expect("the template is a constant that parses")
    .progress_chars("=> ")
}
