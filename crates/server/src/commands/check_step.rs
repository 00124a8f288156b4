//! The checks of one step: its length, and what only runs can prove.

use std::collections::BTreeSet;
use std::sync::Arc;

use curriculum::{Course, Evidence, Mistake, MistakeProgram, PythonSource, Step};
use futures::StreamExt;
use futures::stream;
use protocol::{Report, RunError, RunnableProgram, StepId, TestId, TestResult, Verdict};

use super::budget::check_budget;
use super::finding::{Finding, SEED};
use super::local_judge::LocalJudge;
use super::report_text::report_text;

/// How many words a step's instructions should have.
const WORDS: std::ops::RangeInclusive<u32> = 120..=350;

/// Checks a step and passes on each finding, in the order of the step's folder.
pub(crate) async fn check_step(
    local_judge: &LocalJudge,
    course: &Arc<Course>,
    step: &Step,
    tell: &mut impl FnMut(Finding),
) -> Result<(), RunError> {
    tell(check_length(step));
    check_budget(local_judge, course, step, tell).await?;
    let mut findings = stream::iter(checks(course, step))
        .map(|check| async move {
            let program = check.program().clone();
            let report = local_judge.judge(course, check.step(), program, SEED);
            report.await.map(|report| check.finding(&report))
        })
        // Most wrong programs are waited for: the machine has time for others meanwhile.
        .buffered(local_judge.at_once());
    while let Some(finding) = findings.next().await {
        tell(finding?);
    }
    Ok(())
}

/// What one run proves.
enum Check<'a> {
    StarterFails(&'a Step),
    SolutionPasses(&'a Step),
    SolutionFailsNext(&'a Step, &'a Step),
    MistakeIsTold(&'a Step, &'a Mistake, &'a MistakeProgram),
}

fn checks<'a>(course: &'a Course, step: &'a Step) -> Vec<Check<'a>> {
    let mut checks = Vec::new();
    if has_own_starter(course, step) {
        checks.push(Check::StarterFails(step));
    }
    checks.push(Check::SolutionPasses(step));
    if let Some(next) = course.steps.get(usize::from(step.number)) {
        checks.push(Check::SolutionFailsNext(step, next));
    }
    let mistakes = step.mistakes.iter();
    checks.extend(mistakes.flat_map(|mistake| {
        let programs = mistake.programs.iter();
        programs.map(move |program| Check::MistakeIsTold(step, mistake, program))
    }));
    checks
}

impl Check<'_> {
    /// The step that is judged.
    fn step(&self) -> &StepId {
        match self {
            Self::StarterFails(step)
            | Self::SolutionPasses(step)
            | Self::MistakeIsTold(step, ..)
            | Self::SolutionFailsNext(_, step) => &step.id,
        }
    }

    fn program(&self) -> &RunnableProgram {
        match self {
            Self::StarterFails(step) => &step.starter,
            Self::SolutionPasses(step) | Self::SolutionFailsNext(step, _) => &step.solution,
            Self::MistakeIsTold(_, _, program) => &program.source,
        }
    }

    fn finding(&self, report: &Report) -> Finding {
        match self {
            Self::StarterFails(_) => {
                fails("the starter fails", report, "the step asks for nothing")
            }
            Self::SolutionPasses(_) => passes("the solution passes", report),
            Self::SolutionFailsNext(_, next) => fails_in(
                &format!("the solution fails the next step, {}", next.id),
                report,
                &next.id,
            ),
            Self::MistakeIsTold(_, mistake, program) => recognised(mistake, program, report),
        }
    }
}

/// Whether the step has another starter than the step before.
fn has_own_starter(course: &Course, step: &Step) -> bool {
    let before = usize::from(step.number)
        .checked_sub(2)
        .and_then(|at| course.steps.get(at));
    before.is_none_or(|before| before.starter != step.starter)
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
        Verdict::TestPassed { .. } | Verdict::Failed { .. } => Finding::Bad {
            what: what.to_owned(),
            why: report_text(report),
        },
    }
}

fn fails(what: &str, report: &Report, otherwise: &str) -> Finding {
    match report.verdict {
        Verdict::Failed { .. } => Finding::Good(what.to_owned()),
        Verdict::Passed | Verdict::TestPassed { .. } => Finding::Bad {
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
        Verdict::Passed | Verdict::TestPassed { .. } => Finding::Bad {
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
    let unmet = unmet_keys(mistake, program, report);
    Finding::Bad {
        what,
        why: format!("{told}{unmet}:\n{}", report_text(report)),
    }
}

/// Why each failed test does not show the mistake, as in `` ; ping.1 does not meet `received` ``. Those that
/// it is not about, as their outcome or their name is another, come only where there are no others.
fn unmet_keys(mistake: &Mistake, program: &MistakeProgram, report: &Report) -> String {
    let source = PythonSource::new(program.source.entry_text());
    let tests = report.steps.iter().flat_map(|step| &step.tests);
    let failed = tests.filter(|test| !test.outcome.is_passed());
    let unmet: Vec<(&TestResult, Option<&str>)> = failed
        .map(|result| {
            let key = mistake.unmet_key(&Evidence {
                result,
                source: &source,
                printed: &printed_in(report, &result.id),
            });
            (result, key)
        })
        .collect();
    let is_about = |key: Option<&str>| !matches!(key, Some("outcome" | "test"));
    let is_any = unmet.iter().any(|(_, key)| is_about(*key));
    let shown = unmet.iter().filter(|(_, key)| !is_any || is_about(*key));
    shown
        .map(|(result, key)| match key {
            Some(key) => format!("; {} does not meet `{key}`", result.id),
            None => format!(
                "; {} meets all of it, but something else is told before",
                result.id
            ),
        })
        .collect()
}

/// What the last start of the program printed in a test: what `printed` is held against.
fn printed_in(report: &Report, test: &TestId) -> String {
    let chunks = report.output.chunks.iter();
    let of_test = chunks.filter(|chunk| chunk.test.as_ref() == Some(test));
    let last = of_test.clone().map(|chunk| chunk.launch).max();
    of_test
        .filter(|chunk| Some(chunk.launch) == last)
        .map(|chunk| chunk.text.as_str())
        .collect()
}
