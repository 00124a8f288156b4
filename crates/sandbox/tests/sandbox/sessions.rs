//! Sessions: a program that runs on, whoever speaks to it, for as long as it may and no longer.

use std::time::Duration;

use bollard::query_parameters::RemoveContainerOptions;
use futures::StreamExt;
use protocol::{
    ByteString, ConnectionEnd, Program, RunError, SessionCommand, SessionEnd, SessionEvent,
};
use sandbox::{ClientId, PoolState, Session, SessionJob};
use tokio::time::timeout;

use crate::lab::{
    FOUR_LINES, Lab, Tests, a_client, assert_no_container, containers_of, engine, until,
};
use crate::proxy::Proxy;

/// A generous limit for what should happen at once.
const SOON: Duration = Duration::from_secs(60);

/// Sends back what it receives, to any number of clients.
const ECHO: &str = "import socket, threading

def serve(client):
    while data := client.recv(65536):
        client.sendall(data)

server = socket.create_server(('localhost', 6379))
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
";

fn job(program: &str) -> SessionJob {
    SessionJob {
        port: 6379,
        program: Program::of_one_file(program),
        idle_max: SessionJob::IDLE_MAX,
        length_max: SessionJob::LENGTH_MAX,
        processor_max: SessionJob::PROCESSOR_MAX,
    }
}

async fn lab(sessions_max: u32) -> Lab {
    Lab::with(|settings| {
        settings.running_max = 1;
        settings.warm = 1;
        settings.sessions_max = sessions_max;
        settings.lanes_max = 4 + sessions_max;
    })
    .await
}

/// What a page does in a session.
struct Page(Session);

impl Page {
    fn open(lab: &Lab, job: SessionJob, client: ClientId) -> Self {
        Self(lab.pool.open_session(job, client))
    }

    /// A session whose first client is connected.
    async fn connected(lab: &Lab, job: SessionJob) -> Self {
        let mut page = Self::open(lab, job, a_client());
        page.until(|event| matches!(event, SessionEvent::Started { launch: 1 }))
            .await;
        page.connect(1).await;
        page
    }

    async fn tell(&self, command: SessionCommand) {
        self.0.commands.send(command).await.unwrap();
    }

    async fn connect(&mut self, client: u32) {
        self.tell(SessionCommand::Connect { client }).await;
        let is_connected = |event: &SessionEvent| matches!(event, SessionEvent::Connected { .. });
        self.until(is_connected).await;
    }

    async fn send(&self, client: u32, bytes: &[u8]) {
        let bytes = ByteString::from(bytes);
        self.tell(SessionCommand::Send { client, bytes }).await;
    }

    async fn until(&mut self, is_it: impl Fn(&SessionEvent) -> bool) -> SessionEvent {
        let mut before = Vec::new();
        let find = async {
            while let Some(event) = self.0.events.next().await {
                if is_it(&event) {
                    return Some(event);
                }
                before.push(event);
            }
            None
        };
        let found = timeout(SOON, find).await.unwrap_or_default();
        let count = before.len();
        let last = &before[count.saturating_sub(5)..];
        found.unwrap_or_else(|| panic!("it did not come; the last of {count}: {last:#?}"))
    }

    async fn reply(&mut self) -> Vec<u8> {
        let event = self
            .until(|event| matches!(event, SessionEvent::Received { .. }))
            .await;
        let SessionEvent::Received { bytes, .. } = event else {
            unreachable!("it was looked for");
        };
        bytes.as_bytes().to_vec()
    }

    async fn end(&mut self) -> SessionEnd {
        let event = self
            .until(|event| matches!(event, SessionEvent::Ended { .. }))
            .await;
        let SessionEvent::Ended { end } = event else {
            unreachable!("it was looked for");
        };
        end
    }
}

#[tokio::test]
async fn a_program_runs_on_and_its_lane_serves_again() {
    let lab = lab(1).await;
    let mut page = Page::connected(&lab, job(ECHO)).await;
    page.send(1, b"one").await;
    assert_eq!(page.reply().await, b"one");
    page.connect(2).await;
    page.send(2, b"two").await;
    assert_eq!(page.reply().await, b"two");
    let program = Program::of_one_file(ECHO.replace("sendall(data)", "sendall(b'new ' + data)"));
    page.tell(SessionCommand::Restart { program }).await;
    page.until(|event| matches!(event, SessionEvent::Started { launch: 2 }))
        .await;
    page.connect(1).await;
    page.send(1, b"x").await;
    assert_eq!(page.reply().await, b"new x");
    lab.assert_honest_run_passes().await;
    drop(page);
    until("the lane is gone", Duration::from_secs(20), async || {
        lab.pool.status().lanes == 1
    })
    .await;
    let mut again = Page::connected(&lab, job(ECHO)).await;
    again.send(1, b"again").await;
    assert_eq!(again.reply().await, b"again");
    drop(again);
    lab.close().await;
}

#[tokio::test]
async fn a_session_has_its_times() {
    let lab = lab(1).await;
    let mut idle = job(ECHO);
    idle.idle_max = Duration::from_secs(5);
    let mut page = Page::connected(&lab, idle).await;
    for _ in 0..6 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        page.tell(SessionCommand::Stay).await;
    }
    page.send(1, b"still here").await;
    assert_eq!(page.reply().await, b"still here");
    assert_eq!(page.end().await, SessionEnd::Idle { idle_s: 5 });
    let mut short = job(ECHO);
    short.length_max = Duration::from_secs(1);
    let mut page = Page::open(&lab, short, a_client());
    assert_eq!(page.end().await, SessionEnd::TooLong { length_s: 1 });
    let mut busy = job("while True: pass");
    busy.processor_max = Duration::from_secs(1);
    let mut page = Page::open(&lab, busy, a_client());
    assert_eq!(page.end().await, SessionEnd::Processor { cpu_s: 1 });
    lab.assert_honest_run_passes().await;
    lab.close().await;
}

#[tokio::test]
async fn programs_of_every_temper_leave_the_session_and_the_runs_alone() {
    // A page that has gone gives its seat up a moment later.
    let lab = lab(6).await;
    let floods = ECHO.replace("client.sendall(data)", "client.sendall(b'x' * 50_000_000)");
    let prints = ECHO.replace(
        "while True:\n    threading",
        "threading.Thread(target=lambda: [print('x' * 500) for _ in iter(int, 1)], daemon=True).start()\n\
         while True:\n    threading",
    );
    let forks = ECHO.replace(
        "server = ",
        "import os, time\nfor _ in range(1000):\n    try:\n        os.fork() or time.sleep(60)\n    except BaseException: pass\nserver = ",
    );
    for (name, program) in [("floods", floods), ("prints", prints)] {
        let mut page = Page::connected(&lab, job(&program)).await;
        page.send(1, name.as_bytes()).await;
        page.reply().await;
        lab.assert_honest_run_passes().await;
        let program = Program::of_one_file(ECHO);
        page.tell(SessionCommand::Restart { program }).await;
        page.until(|event| matches!(event, SessionEvent::Started { launch: 2 }))
            .await;
        page.connect(1).await;
        page.send(1, name.as_bytes()).await;
        assert_eq!(page.reply().await, name.as_bytes());
    }
    let never_reads = ECHO.replace("client.recv(65536)", "threading.Event().wait()");
    let mut page = Page::connected(&lab, job(&never_reads)).await;
    for _ in 0..32 {
        page.send(1, &[b'x'; 256 * 1024]).await;
    }
    let disconnected = page
        .until(|event| matches!(event, SessionEvent::Disconnected { client: 1, .. }))
        .await;
    let unread = SessionEvent::Disconnected {
        client: 1,
        how: ConnectionEnd::Unread,
    };
    assert_eq!(disconnected, unread);
    let mut page = Page::open(&lab, job(&forks), a_client());
    page.until(|event| matches!(event, SessionEvent::Started { launch: 1 }))
        .await;
    lab.assert_honest_run_passes().await;
    let program = Program::of_one_file(ECHO);
    page.tell(SessionCommand::Restart { program }).await;
    page.until(|event| matches!(event, SessionEvent::Started { launch: 2 }))
        .await;
    page.connect(1).await;
    page.send(1, b"after many").await;
    assert_eq!(page.reply().await, b"after many");
    lab.assert_honest_run_passes().await;
    let mut page = Page::open(
        &lab,
        job("x = []\nwhile True: x.append('x' * 1_000_000)"),
        a_client(),
    );
    let exited = page
        .until(|event| matches!(event, SessionEvent::Exited { .. }))
        .await;
    let SessionEvent::Exited { outcome, .. } = exited else {
        unreachable!("it was looked for");
    };
    assert_eq!(outcome.kind(), "out-of-memory");
    drop(page);
    lab.close().await;
}

#[tokio::test]
async fn a_lane_serves_runs_after_a_session_that_ended_in_the_middle_of_a_command() {
    let lab = lab(1).await;
    let mut busy = job("while True: pass");
    busy.processor_max = Duration::from_secs(1);
    let mut page = Page::open(&lab, busy, a_client());
    page.until(|event| matches!(event, SessionEvent::Started { launch: 1 }))
        .await;
    // Nobody is connected: each is read and thrown away, until the processor time is used up.
    let flood = async {
        let bytes = ByteString::from(&[b'x'; 256 * 1024][..]);
        let send = SessionCommand::Send { client: 1, bytes };
        while page.0.commands.send(send.clone()).await.is_ok() {}
    };
    timeout(SOON, flood).await.unwrap();
    assert_eq!(page.end().await, SessionEnd::Processor { cpu_s: 1 });
    for _ in 0..3 {
        lab.assert_honest_run_passes().await;
    }
    lab.close().await;
}

/// It reads nothing, and is alive: its lane goes all the same when somebody else gets the place.
#[tokio::test]
async fn a_page_that_takes_nothing_keeps_no_lane() {
    let lab = lab(1).await;
    let prints = "import time\nwhile True:\n    print('x' * 30)\n    time.sleep(0.001)\n";
    let mut silent = Page::open(&lab, job(prints), ClientId::new("one"));
    silent
        .until(|event| matches!(event, SessionEvent::Started { launch: 1 }))
        .await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let mut page = Page::open(&lab, job(ECHO), ClientId::new("one"));
    page.until(|event| matches!(event, SessionEvent::Started { launch: 1 }))
        .await;
    until("the lane is gone", Duration::from_secs(20), async || {
        lab.pool.status().lanes == 2
    })
    .await;
    drop((silent, page));
    lab.close().await;
}

#[tokio::test]
async fn runs_come_before_sessions_and_seats_are_few() {
    let lab = lab(2).await;
    let mut first = Page::connected(&lab, job(ECHO)).await;
    let mut second = Page::open(&lab, job(ECHO), ClientId::new("second"));
    second
        .until(|event| matches!(event, SessionEvent::Started { launch: 1 }))
        .await;
    let mut third = Page::open(&lab, job(ECHO), a_client());
    let end = third.end().await;
    assert!(matches!(end, SessionEnd::NoPlace { .. }), "{end}");
    // The same browser in another tab.
    let mut other_tab = Page::open(&lab, job(ECHO), ClientId::new("second"));
    assert_eq!(second.end().await, SessionEnd::Replaced);
    other_tab
        .until(|event| matches!(event, SessionEvent::Started { launch: 1 }))
        .await;
    let tests = Tests::of_listening();
    let runs = (0..6).map(|_| lab.try_judge(FOUR_LINES, &tests));
    for report in futures::future::join_all(runs).await {
        assert!(report.unwrap().is_passed());
    }
    first.send(1, b"alive").await;
    assert_eq!(first.reply().await, b"alive");
    drop((first, other_tab));
    lab.close().await;
}

#[tokio::test]
async fn a_stop_ends_sessions_at_once() {
    let lab = lab(1).await;
    let mut page = Page::connected(&lab, job(ECHO)).await;
    let began = std::time::Instant::now();
    lab.pool.stop().await;
    assert_eq!(page.end().await, SessionEnd::Stopping);
    assert!(began.elapsed() < Duration::from_secs(30));
    assert_no_container(&lab.owner, Duration::from_secs(5)).await;
}

/// One that is under way is lost with its lane; one that is asked for meanwhile hears so at once.
#[tokio::test]
async fn an_engine_that_goes_away_ends_sessions_as_our_fault() {
    let mut proxy = Proxy::new(vec![]);
    let lab = Lab::with(|settings| {
        settings.docker_host = proxy.host();
        settings.warm = 1;
        settings.sessions_max = 2;
    })
    .await;
    let mut page = Page::connected(&lab, job(ECHO)).await;
    proxy.go_away();
    assert_eq!(page.end().await, SessionEnd::Broken);
    until("the outage is noticed", SOON, async || {
        matches!(lab.pool.status().state, PoolState::Away { .. })
    })
    .await;
    let refused = Page::open(&lab, job(ECHO), a_client()).end().await;
    let is_told = matches!(
        refused,
        SessionEnd::Failed {
            error: RunError::Unavailable { .. }
        }
    );
    assert!(is_told, "{refused:?}");
    proxy.come_back();
    until("it serves again", SOON, async || {
        lab.pool.status().state == PoolState::Serving
    })
    .await;
    let mut page = Page::connected(&lab, job(ECHO)).await;
    page.send(1, b"again").await;
    assert_eq!(page.reply().await, b"again");
    drop(page);
    lab.close().await;
}

#[tokio::test]
async fn a_lane_that_is_lost_is_our_fault() {
    let lab = lab(1).await;
    let mut page = Page::connected(&lab, job(ECHO)).await;
    let options = RemoveContainerOptions {
        force: true,
        ..RemoveContainerOptions::default()
    };
    for name in containers_of(&lab.owner).await {
        // Of the lane that waits, too; and a lane's other container goes with the first.
        let _gone = engine()
            .remove_container(&name, Some(options.clone()))
            .await;
    }
    assert_eq!(page.end().await, SessionEnd::Broken);
    lab.close().await;
}
