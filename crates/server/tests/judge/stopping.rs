//! `codealong serve` as a process: its status and metrics, and how it ends.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use protocol::Verdict;

use crate::client::{ask_for_run, containers_of, get, report_on, until};
use crate::judge_fixture::{codealong, serial_guard};

/// How long the server's stop may take.
const STOP_MAX: Duration = Duration::from_secs(15);

/// The server, with warm lanes. Dropping it kills it.
struct Server {
    child: Child,
    address: SocketAddr,
    owner: String,
}

impl Server {
    async fn start(name: &str, warm: u32) -> Self {
        let name = format!("{name}-{}", std::process::id());
        // Another process may take the port first: then the server fails to start.
        let probe = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = probe.local_addr().unwrap();
        drop(probe);
        let child = codealong(&name)
            .arg("serve")
            .env("CODEALONG_ADDRESS", address.to_string())
            .env("CODEALONG_WARM", warm.to_string())
            .env("CODEALONG_RELOAD", "false")
            .env("LEPTOS_OUTPUT_NAME", "codealong")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let owner = format!("test-{name}");
        let server = Self {
            child,
            address,
            owner,
        };
        server.until_at_rest(warm).await;
        server
    }

    /// Waits until so many lanes are ready and nothing is under way.
    async fn until_at_rest(&self, warm: u32) {
        let ready = format!("\"ready\":{warm},\"creating\":0");
        self.until_status(&[&ready, "\"running\":0,"]).await;
    }

    /// Waits until the server's answer to `/readyz` has all these parts.
    async fn until_status(&self, parts: &[&str]) {
        until(&parts.join(" "), Duration::from_secs(60), async || {
            let answer = get(self.address, "/readyz").await.unwrap_or_default();
            parts.iter().all(|part| answer.contains(part))
        })
        .await;
    }

    /// Sends SIGTERM and waits for the end; returns the status and how long it took.
    async fn terminate(mut self) -> (ExitStatus, Duration) {
        let begin = Instant::now();
        // The shell's own `kill`, because the standard library sends only SIGKILL.
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -TERM {}", self.child.id())])
            .status();
        assert!(sent.unwrap().success());
        let mut status = None;
        until("the server ends", 2 * STOP_MAX, async || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        })
        .await;
        (status.unwrap(), begin.elapsed())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Where all went well, it has ended already.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_lets_runs_end_and_leaves_nothing() {
    let _serial_guard = serial_guard().await;
    let server = Server::start("stopping", 4).await;
    let owner = server.owner.clone();
    // Its run takes seconds and ends with a verdict.
    let slow = "import time\ntime.sleep(60)\n";
    let plain = ask_for_run(server.address, slow, None).await;
    let named = ask_for_run(server.address, slow, Some("page")).await;
    // Two of the four lanes go on waiting: lanes made meanwhile may take longer than the runs.
    server.until_status(&["\"running\":2,"]).await;
    assert!(containers_of(&owner).await >= 8);

    let ((status, took), plain, named) =
        tokio::join!(server.terminate(), report_on(plain), report_on(named));
    for report in [plain, named] {
        assert!(
            matches!(report.verdict, Verdict::Failed { .. }),
            "{report:#?}"
        );
        let outcome = &report.first_broken().unwrap().outcome;
        assert_eq!(outcome.kind(), "refused", "{report:#?}");
    }
    assert_eq!(status.code(), Some(0));
    assert!(took < STOP_MAX, "{took:?}");
    assert_eq!(containers_of(&owner).await, 0, "a container is left");
}

/// While the server is idle, no later event would correct a gauge.
#[tokio::test]
async fn the_gauges_are_true_while_the_server_is_idle() {
    let _serial_guard = serial_guard().await;
    let server = Server::start("gauges", 2).await;
    let solution = "import socket\nserver = socket.create_server(('localhost', 6379))\n";
    // A burst needs more containers than wait afterwards, so that a removal is the last event.
    let crowd = (0..8).map(async |number| {
        let name = format!("page-{number}");
        report_on(ask_for_run(server.address, solution, Some(&name)).await).await
    });
    for report in futures::future::join_all(crowd).await {
        assert!(report.total() > 0);
    }
    server.until_at_rest(2).await;
    until("there are no others", Duration::from_secs(30), async || {
        containers_of(&server.owner).await == 4
    })
    .await;
    until("the gauges say so", Duration::from_secs(2), async || {
        let told = get(server.address, "/metrics").await.unwrap();
        let gauges = [
            "codealong_containers 4",
            "codealong_lanes 2",
            "codealong_lanes_ready 2",
            "codealong_lanes_creating 0",
            "codealong_runs_running 0",
            "codealong_queue_length 0",
            "codealong_engine_up 1",
        ];
        gauges
            .iter()
            .all(|gauge| told.lines().any(|line| line == *gauge))
    })
    .await;
    let (status, _) = server.terminate().await;
    assert_eq!(status.code(), Some(0));
}
