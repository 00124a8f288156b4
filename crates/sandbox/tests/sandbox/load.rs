//! Many at once, and many one after the other.

use std::fs;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures::future::join_all;
use sandbox::{JobReport, SandboxError};
use tokio::process::Command;

use crate::lab::{FOUR_LINES, Lab, Tests, containers_of, is_soak, until};

/// A right program of the second step.
const ANSWERS: &str = "import socket
server = socket.create_server(('localhost', 6379))
while True:
    client, _ = server.accept()
    while client.recv(4096):
        client.sendall(b'+PONG\\r\\n')
";

fn of_ping() -> Tests {
    Tests::new(&[
        ("connects", "server.connect()"),
        (
            "answers PING",
            "client = server.connect()\n    for _ in range(3):\n        client.send('PING')\n        \
             client.expect(simple('PONG'))",
        ),
    ])
}

/// Threads that use every processor until this is dropped, also by a test that fails.
struct BusyMachine {
    busy: Arc<AtomicBool>,
}

impl BusyMachine {
    fn begin() -> Self {
        let busy = Arc::new(AtomicBool::new(true));
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        for _ in 0..threads {
            let busy = Arc::clone(&busy);
            std::thread::spawn(move || {
                while busy.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        Self { busy }
    }
}

impl Drop for BusyMachine {
    fn drop(&mut self) {
        self.busy.store(false, Ordering::Relaxed);
    }
}

/// T-18: three more than there is room for, while something else uses every processor.
#[tokio::test]
async fn honest_runs_pass_on_a_machine_that_is_busy() {
    let lab = Lab::with(|_| {}).await;
    let busy = BusyMachine::begin();
    let tests = of_ping();
    let reports = join_all((0..6).map(|_| lab.judge(ANSWERS, &tests))).await;
    drop(busy);
    for report in reports {
        assert!(report.is_passed(), "{report:#?}");
    }
    lab.close().await;
}

/// Nine lanes, and two learner's containers that are being removed.
const CONTAINERS_MAX: usize = 2 * 9 + 2;

/// The answers to 50 runs asked for at once, each with its time; and the most containers that there
/// were meanwhile, by the engine's own count.
async fn crowd(lab: &Lab) -> (Vec<(Result<JobReport, SandboxError>, Duration)>, usize) {
    let tests = of_ping();
    let begin = Instant::now();
    let runs = join_all((0..50).map(async |_| {
        let told = lab.try_judge(ANSWERS, &tests).await;
        (told, begin.elapsed())
    }));
    let mut peak = 0;
    let sampling = async {
        loop {
            peak = peak.max(containers_of(&lab.owner).await.len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let told = tokio::select! {
        told = runs => told,
        () = sampling => unreachable!("it samples without end"),
    };
    assert!(peak >= 4, "the samples saw {peak} containers");
    (told, peak)
}

/// T-28.
#[tokio::test]
async fn fifty_at_once_are_all_served_where_the_queue_has_room() {
    let lab = Lab::with(|settings| settings.queue_max = 64).await;
    let (told, containers) = crowd(&lab).await;
    for (report, _) in told {
        let report = report.expect("the run has a verdict");
        assert!(report.is_passed(), "{report:#?}");
    }
    assert!(containers <= CONTAINERS_MAX, "{containers} containers");
    lab.close().await;
}

#[tokio::test]
async fn of_fifty_at_once_those_without_room_are_told_at_once() {
    let lab = Lab::with(|_| {}).await;
    let (told, containers) = crowd(&lab).await;
    let whole = told.iter().map(|(_, at)| *at).max().expect("50 ran");
    let mut refused = Vec::new();
    for (run, at) in told {
        match run {
            Ok(report) => assert!(report.is_passed(), "{report:#?}"),
            Err(SandboxError::Busy { .. }) => refused.push(at),
            Err(fault) => panic!("{fault}"),
        }
    }
    // 32 wait, and up to three run already.
    let count = refused.len();
    assert!((15..=18).contains(&count), "{count} of 50 were refused");
    // Serving a crowd takes seconds.
    let last = refused.iter().max().expect("some were refused");
    assert!(*last < whole / 4, "told after {last:?} of {whole:?}");
    assert!(containers <= CONTAINERS_MAX, "{containers} containers");
    lab.close().await;
}

fn open_files() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

fn resident_bytes() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// How many control groups containers could have left: those of all of Docker, since their names do
/// not say whose they are.
fn control_groups() -> usize {
    let folders = [
        "/sys/fs/cgroup/memory/docker",
        "/sys/fs/cgroup/docker",
        "/sys/fs/cgroup/system.slice",
    ];
    let count = |folder| fs::read_dir(folder).map_or(0, Iterator::count);
    folders.into_iter().map(count).sum()
}

/// The server that T-26 measures, in a process of its own: not a test by itself.
#[tokio::test]
#[ignore = "a process that another test starts"]
async fn be_a_server_that_is_measured() {
    let runs: usize = std::env::var("SANDBOX_TEST_RUNS").unwrap().parse().unwrap();
    let lab = Lab::with(|_| {}).await;
    let tests = Tests::of_listening();
    let round = async |count: usize| {
        for _ in 0..count.div_ceil(4) {
            let reports = join_all((0..4).map(|_| lab.judge(FOUR_LINES, &tests))).await;
            assert!(
                reports.iter().all(sandbox::JobReport::is_passed),
                "{reports:#?}"
            );
        }
        until("the pool is full", Duration::from_secs(60), async || {
            let status = lab.pool.status();
            status.ready == 4 && containers_of(&lab.owner).await.len() == 8
        })
        .await;
    };
    round(16).await;
    let before = (open_files(), resident_bytes(), control_groups());
    round(runs).await;
    let after = (open_files(), resident_bytes(), control_groups());
    eprintln!("files, memory, control groups: {before:?} before, {after:?} after {runs} runs");
    assert!(after.0 <= before.0 + 4, "files: {before:?}, {after:?}");
    assert!(
        after.1 <= before.1 + (8 << 20),
        "memory: {before:?}, {after:?}"
    );
    // Others use the engine too; what must not happen is one group for each run.
    assert!(
        after.2 <= before.2 + 40.min(runs / 2),
        "groups: {before:?}, {after:?}"
    );
    lab.close().await;
}

/// T-26.
#[tokio::test]
async fn many_runs_leave_nothing_in_the_server() {
    let runs = if is_soak() { "500" } else { "40" };
    let status = Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "load::be_a_server_that_is_measured",
            "--nocapture",
        ])
        .env("SANDBOX_TEST_RUNS", runs)
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .status()
        .await
        .unwrap();
    assert!(status.success(), "see above");
}
