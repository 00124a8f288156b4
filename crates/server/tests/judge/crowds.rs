//! Clients that take a connection and give nothing back: everybody else is served as before.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};

use crate::client::{ask_for_run, report_on};
use crate::judge_fixture::serial_guard;
use crate::server_process::Server;

/// What the server may need for the connections of a test, beyond what it needed before.
const MEMORY_BYTES_MAX: u64 = 80 << 20;

const SOLUTION: &str = "import socket\nserver = socket.create_server(('localhost', 6379))\n";

/// A connection from the machine's address `127.0.1.NUMBER`, which has sent these bytes.
async fn connection(server: SocketAddr, number: u8, sent: &[u8]) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket
        .bind((Ipv4Addr::new(127, 0, 1, number), 0).into())
        .unwrap();
    let mut stream = socket.connect(server).await.unwrap();
    // One that was refused is closed already.
    let _ = stream.write_all(sent).await;
    stream
}

/// So many connections of ten addresses.
async fn crowd(server: SocketAddr, count: usize, sent: &[u8]) -> Vec<TcpStream> {
    let mut crowd = Vec::new();
    for number in 0..count {
        let address = u8::try_from(number % 10).unwrap() + 1;
        crowd.push(connection(server, address, sent).await);
    }
    crowd
}

#[tokio::test]
async fn a_crowd_that_never_finishes_its_requests_holds_up_nobody() {
    let _serial_guard = serial_guard().await;
    let server = Server::start("crowds", 2, Duration::ZERO).await;
    let memory_before = server.memory_bytes();

    let heads = crowd(
        server.address,
        1000,
        b"POST /api/run HTTP/1.1\r\nHost: localhost\r\n",
    )
    .await;
    let body = [
        b"POST /api/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
          Content-Length: 500000\r\n\r\n"
            .as_slice(),
        &vec![b' '; 100_000],
    ]
    .concat();
    let bodies = crowd(server.address, 300, &body).await;
    let idle = crowd(server.address, 2000, b"").await;

    let report = report_on(ask_for_run(server.address, SOLUTION, None).await).await;
    assert!(report.total() > 0, "{report:#?}");
    let grown = server.memory_bytes().saturating_sub(memory_before);
    println!(
        "{} connections took {} KiB",
        heads.len() + bodies.len() + idle.len(),
        grown >> 10
    );
    assert!(grown < MEMORY_BYTES_MAX, "{grown} bytes more");
    drop((heads, bodies, idle));
    let (status, _) = server.terminate().await;
    assert_eq!(status.code(), Some(0));
}

/// A class presses Run in the same second, on the sizes that the server chooses for this machine.
#[tokio::test]
async fn a_class_of_sixty_gets_sixty_verdicts() {
    let _serial_guard = serial_guard().await;
    let server = Server::start("class", 4, Duration::ZERO).await;
    let begin = Instant::now();
    let learners = (0..60).map(async |number| {
        let name = format!("learner-{number}");
        let asked = ask_for_run(server.address, SOLUTION, Some(&name)).await;
        (report_on(asked).await, begin.elapsed())
    });
    let mut last = Duration::ZERO;
    for (report, after) in futures::future::join_all(learners).await {
        assert!(report.total() > 0, "{report:#?}");
        last = last.max(after);
    }
    println!("sixty at once: the last verdict after {last:?}");
    let (status, _) = server.terminate().await;
    assert_eq!(status.code(), Some(0));
}
