//! Checking courses in the real sandbox: the author's command.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use curriculum::{Course, Curriculum};

use super::CheckArguments;
use super::check_step::check_step;
use super::finding::Finding;
use super::local_judge::LocalJudge;
use crate::ServerSettings;

/// Checks one course, or all, and prints the findings; exit code 1 if something is wrong.
pub async fn check(
    settings: &ServerSettings,
    arguments: &CheckArguments,
) -> anyhow::Result<ExitCode> {
    let courses = match &arguments.course {
        Some(folder) => Course::load(folder).map(|course| vec![Arc::new(course)]),
        None => Curriculum::load(&settings.curriculum).map(|found| found.courses().to_vec()),
    };
    let courses = match courses {
        Ok(courses) => courses,
        Err(problems) => {
            write(&format!("{problems}\n"));
            return Ok(ExitCode::FAILURE);
        }
    };
    let local_judge = LocalJudge::open(settings).await?;
    let result = check_all(&local_judge, &courses).await;
    local_judge.close().await;
    let (passed, failed) = result.context("the check broke off")?;
    write(&format!("\n{passed} passed, {failed} failed\n"));
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn check_all(
    local_judge: &LocalJudge,
    courses: &[Arc<Course>],
) -> anyhow::Result<(usize, usize)> {
    let (mut passed, mut failed) = (0, 0);
    for course in courses {
        write(&format!("{} ({})\n", course.title, course.id));
        for step in &course.steps {
            write(&format!(
                "\n  {}. {} ({})\n",
                step.number, step.title, step.id
            ));
            check_step(local_judge, course, step, &mut |finding| {
                write(&format!("    {finding}\n"));
                match finding {
                    Finding::Good(_) => passed += 1,
                    Finding::Bad { .. } => failed += 1,
                    Finding::Note(_) => {}
                }
            })
            .await?;
        }
    }
    Ok((passed, failed))
}

#[expect(clippy::print_stdout, reason = "this is what the command is for")]
fn write(text: &str) {
    print!("{text}");
}
