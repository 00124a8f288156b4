//! Judging programs from the command line.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use app::state::seed_of;
use curriculum::Course;
use protocol::{Program, Report, RunnableProgram, StepId, Verdict};

use super::JudgeArguments;
use super::control_characters::{escape_controls, escape_controls_in_json};
use super::local_judge::{LocalJudge, find_course};
use super::report_text::report_text;
use crate::ServerSettings;

/// Exit code for a program that did not pass; 2 is our own failure.
const NOT_PASSED: u8 = 1;

/// Judges each file in turn and prints its report, as text or as a line of JSON.
pub async fn judge(
    settings: &ServerSettings,
    arguments: &JudgeArguments,
) -> anyhow::Result<ExitCode> {
    let course = find_course(settings, &arguments.course)?;
    let step = find_step(&course, &arguments.step)?;
    // All files are read before the first run, so that a wrong name costs no run.
    let programs: Vec<RunnableProgram> = arguments
        .files
        .iter()
        .map(|file| read(file))
        .collect::<anyhow::Result<_>>()?;
    let local_judge = LocalJudge::open(settings).await?;
    let result = judge_all(&local_judge, &course, &step, programs, arguments).await;
    local_judge.close().await;
    result
}

async fn judge_all(
    local_judge: &LocalJudge,
    course: &Arc<Course>,
    step: &StepId,
    programs: Vec<RunnableProgram>,
    arguments: &JudgeArguments,
) -> anyhow::Result<ExitCode> {
    let mut all_passed = true;
    for (program, file) in programs.into_iter().zip(&arguments.files) {
        let seed = match arguments.seed {
            Some(seed) => seed,
            None => seed_of(None)?,
        };
        let report = local_judge.judge(course, step, program, seed).await?;
        all_passed &= report.verdict == Verdict::Passed;
        let text = if arguments.json {
            let json =
                serde_json::to_string(&report).context("the report can't be written as JSON")?;
            escape_controls_in_json(&json) + "\n"
        } else {
            readable(&report, file, arguments.files.len())
        };
        // One write under the lock, so that a reader of the pipe sees whole lines.
        std::io::stdout()
            .lock()
            .write_all(text.as_bytes())
            .context("the report can't be written to the standard output")?;
    }
    Ok(if all_passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(NOT_PASSED)
    })
}

fn readable(report: &Report, file: &Path, files: usize) -> String {
    let text = report_text(report);
    if files > 1 {
        let file = escape_controls(&file.display().to_string());
        format!("{file}: {text}\n")
    } else {
        text
    }
}

fn read(file: &Path) -> anyhow::Result<RunnableProgram> {
    let bytes = std::fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
    let text = String::from_utf8(bytes)
        .with_context(|| format!("{} is not text in UTF-8", file.display()))?;
    RunnableProgram::parse(Program::of_one_file(text))
        .with_context(|| format!("{} can't be run", file.display()))
}

fn find_step(course: &Course, name: &str) -> anyhow::Result<StepId> {
    let names: Vec<&str> = course.steps.iter().map(|step| step.id.as_str()).collect();
    match course.steps.iter().find(|step| step.id.as_str() == name) {
        Some(step) => Ok(step.id.clone()),
        None => bail!(
            "the course {} has no step {name:?}; it has {}",
            course.id,
            names.join(", ")
        ),
    }
}
