//! How `codealong serve` ends, and what it says of itself while it is idle.

use std::time::Duration;

use protocol::Verdict;

use crate::client::{ask_for_run, containers_of, get, report_on, until};
use crate::judge_fixture::serial_guard;
use crate::server_process::{STOP_MAX, Server};

#[tokio::test]
async fn a_server_that_is_told_to_stop_lets_runs_end_and_leaves_nothing() {
    let _serial_guard = serial_guard().await;
    let server = Server::start("stopping", 4, Duration::ZERO).await;
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
    let server = Server::start("gauges", 2, Duration::ZERO).await;
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
        let told = get(server.operations, "/metrics").await.unwrap();
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

/// Between the announcement and the stop nobody is refused, and balancers have time to look elsewhere.
#[tokio::test]
async fn a_stop_is_announced_before_anybody_is_refused() {
    let _serial_guard = serial_guard().await;
    let mut server = Server::start("draining", 2, Duration::from_secs(600)).await;
    let solution = "import socket\nserver = socket.create_server(('localhost', 6379))\n";
    server.ask_to_stop();
    for address in [server.address, server.operations] {
        until("it says so", Duration::from_secs(30), async || {
            let answer = get(address, "/readyz").await.unwrap();
            answer.starts_with("HTTP/1.0 503") && answer.contains("stopping")
        })
        .await;
    }
    let alive = get(server.address, "/healthz").await.unwrap();
    assert!(alive.contains(" 200 "), "{alive}");
    let report = report_on(ask_for_run(server.address, solution, None).await).await;
    assert!(report.total() > 0, "{report:#?}");
    // Who asks again does not want to wait.
    server.ask_to_stop();
    assert_eq!(server.ended().await.code(), Some(0));
    assert_eq!(containers_of(&server.owner).await, 0, "a container is left");
}
