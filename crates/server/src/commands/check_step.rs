//! The checks of one step: its length, and what only runs can prove.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use curriculum::{Course, Mistake, MistakeProgram, Step};
use protocol::{Report, RunError, RunnableProgram, Seed, StepId, Verdict};

use super::local_judge::LocalJudge;
use super::report_text::report_text;

/// How many words a step's instructions should have.
const WORDS: std::ops::RangeInclusive<u32> = 120..=350;

/// One seed for all runs of a check, so that a finding can be reproduced.
const SEED: Seed = Seed::new(0xc0de);

/// The result of one check.
#[derive(Debug, Clone)]
pub(crate) enum Finding {
    /// What was checked and is right.
    Good(String),
    /// What was checked and is wrong.
    Bad {
        /// What was checked.
        what: String,
        /// What was found and what to do.
        why: String,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Good(what) => write!(formatter, "✓ {what}"),
            Self::Bad { what, why } => {
                let why = why.trim_end().replace('\n', "\n        ");
                write!(formatter, "✗ {what}\n        {why}")
            }
        }
    }
}

/// Checks a step and passes on each finding as it is made.
pub(crate) async fn check_step(
    local_judge: &LocalJudge,
    course: &Arc<Course>,
    step: &Step,
    tell: &mut impl FnMut(Finding),
) -> Result<(), RunError> {
    tell(check_length(step));
    let runs = Runs {
        local_judge,
        course,
    };
    if has_own_starter(course, step) {
        let report = runs.judge(&step.id, &step.starter).await?;
        tell(fails(
            "the starter fails",
            &report,
            "the step asks for nothing",
        ));
    }
    let report = runs.judge(&step.id, &step.solution).await?;
    tell(passes("the solution passes", &report));
    if let Some(next) = course.steps.get(usize::from(step.number)) {
        let report = runs.judge(&next.id, &step.solution).await?;
        tell(fails_in(
            &format!("the solution fails the next step, {}", next.id),
            &report,
            &next.id,
        ));
    }
    for mistake in &step.mistakes {
        for program in &mistake.programs {
            let report = runs.judge(&step.id, &program.source).await?;
            tell(recognised(mistake, program, &report));
        }
    }
    Ok(())
}

/// Whether the step has another starter than the step before.
fn has_own_starter(course: &Course, step: &Step) -> bool {
    let before = usize::from(step.number)
        .checked_sub(2)
        .and_then(|at| course.steps.get(at));
    before.is_none_or(|before| before.starter != step.starter)
}

struct Runs<'a> {
    local_judge: &'a LocalJudge,
    course: &'a Arc<Course>,
}

impl Runs<'_> {
    async fn judge(&self, step: &StepId, program: &RunnableProgram) -> Result<Report, RunError> {
        self.local_judge
            .judge(self.course, step, program.clone(), SEED)
            .await
    }
}

fn check_length(step: &Step) -> Finding {
    let words = step.word_count;
    let what = format!("the instructions have {words} words");
    if WORDS.contains(&words) {
        Finding::Good(what)
    } else {
        let (min, max) = (WORDS.start(), WORDS.end());
        Finding::Bad {
            what,
            why: format!("write {min} to {max}"),
        }
    }
}

fn passes(what: &str, report: &Report) -> Finding {
    match report.verdict {
        Verdict::Passed => Finding::Good(what.to_owned()),
        Verdict::Failed { .. } => Finding::Bad {
            what: what.to_owned(),
            why: report_text(report),
        },
    }
}

fn fails(what: &str, report: &Report, otherwise: &str) -> Finding {
    match report.verdict {
        Verdict::Failed { .. } => Finding::Good(what.to_owned()),
        Verdict::Passed => Finding::Bad {
            what: what.to_owned(),
            why: format!("it passes: {otherwise}"),
        },
    }
}

fn fails_in(what: &str, report: &Report, step: &StepId) -> Finding {
    match &report.verdict {
        Verdict::Failed { earliest_broken } if earliest_broken == step => {
            Finding::Good(what.to_owned())
        }
        Verdict::Failed { .. } => Finding::Bad {
            what: what.to_owned(),
            why: format!("it fails an earlier step:\n{}", report_text(report)),
        },
        Verdict::Passed => Finding::Bad {
            what: what.to_owned(),
            why: "it passes: the next step asks for nothing new".to_owned(),
        },
    }
}

fn recognised(mistake: &Mistake, program: &MistakeProgram, report: &Report) -> Finding {
    let what = format!("{} is told as {}", program.file, mistake.id);
    let told: BTreeSet<&str> = report
        .steps
        .iter()
        .flat_map(|step| &step.tests)
        .filter_map(|test| test.mistake.as_ref())
        .map(|mistake| mistake.id.as_str())
        .collect();
    if told.len() == 1 && told.contains(mistake.id.as_str()) {
        return Finding::Good(what);
    }
    let told = if told.is_empty() {
        "nothing is recognised".to_owned()
    } else {
        let names: Vec<&str> = told.into_iter().collect();
        format!("recognised is {}", names.join(" and "))
    };
    Finding::Bad {
        what,
        why: format!("{told}:\n{}", report_text(report)),
    }
}
