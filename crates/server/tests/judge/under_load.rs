//! On a busy machine a program is told the same as on an idle one.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use futures::{StreamExt, stream};
use protocol::{Report, StepId};

use crate::expectation::expectations;
use crate::judge_fixture::{JudgeFixture, programs, python_files};

/// How often each program is judged beside the load.
const RUNS: usize = 30;

/// How many of these runs there are at a time.
const AT_A_TIME: usize = 2;

/// Keeps every core busy for as long as it lives.
struct Load {
    is_finished: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Load {
    fn new() -> Self {
        let is_finished = Arc::new(AtomicBool::new(false));
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let threads = (0..cores).map(|_| {
            let is_finished = Arc::clone(&is_finished);
            std::thread::spawn(move || {
                while !is_finished.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            })
        });
        let threads = threads.collect();
        Self {
            is_finished,
            threads,
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.is_finished.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // Such a thread can't panic.
            let _ = thread.join();
        }
    }
}

/// How each test ended, and what the headline says.
fn verdict(report: &Report) -> String {
    let tests = report.steps.iter().flat_map(|step| &step.tests);
    let kinds: Vec<&str> = tests.map(|test| test.outcome.kind()).collect();
    let first = report.first_broken().map(|test| {
        let mistake = test.mistake.as_ref().map(|mistake| mistake.id.as_str());
        let line = test.program_span().map(|span| span.line);
        format!("{} {mistake:?} {line:?}", test.id)
    });
    format!("{} {first:?}", kinds.join(" "))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "judges forty programs thirty times: it takes half an hour"]
async fn soak_a_busy_machine_changes_no_verdict() {
    let mut kinds: BTreeSet<(StepId, PathBuf)> = (expectations("real_programs").into_iter())
        .map(|program| (program.step.clone(), program.path("real_programs")))
        .collect();
    let right = programs("right_programs").join("get/errors_in_other_capitals.py");
    kinds.insert((StepId::parse("get").unwrap(), right));
    for step in ["clients", "counters", "hello", "blpop"] {
        let files = python_files(&programs("right_programs").join(step));
        let step = StepId::parse(step).unwrap();
        kinds.extend(files.into_iter().map(|file| (step.clone(), file)));
    }
    let judge_fixture = JudgeFixture::redis("load").await;
    let mut different = Vec::new();
    for (step, file) in &kinds {
        let program = std::fs::read_to_string(file).unwrap();
        let file = file.file_name().unwrap().display();
        let idle = verdict(&judge_fixture.judge(step, &program, 7).await);
        let load = Load::new();
        let runs = (0..RUNS).map(|_| judge_fixture.judge(step, &program, 7));
        let mut reports = stream::iter(runs).buffer_unordered(AT_A_TIME);
        while let Some(report) = reports.next().await {
            let busy = verdict(&report);
            if busy != idle {
                let difference = format!("{step}/{file}: {idle}\n  and busy: {busy}");
                println!("{difference}");
                different.push(difference);
            }
        }
        drop(reports);
        drop(load);
        println!("{step}/{file}: {idle}");
    }
    judge_fixture.close().await;
    assert!(kinds.len() >= 42, "only {} programs", kinds.len());
    assert!(different.is_empty(), "{}", different.join("\n"));
}
