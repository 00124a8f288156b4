//! Clients that take a connection and give nothing back: everybody else is served as before.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use server::{Machine, Sizes};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};

use crate::client::{ask_for_run, report_on};
use crate::judge_fixture::serial_guard;
use crate::server_process::Server;

/// What the server may need for a connection: the limit of its buffer.
const CONNECTION_BYTES_MAX: usize = 64 << 10;

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

/// This process holds the other end of each connection.
fn raise_limit_of_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, raised).unwrap();
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
    raise_limit_of_open_files();

    let long = "x".repeat(20_000);
    let head = format!("POST /api/run HTTP/1.1\r\nHost: localhost\r\nX-Long: {long}");
    let heads = crowd(server.address, 1000, head.as_bytes()).await;
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
    let connections = heads.len() + bodies.len() + idle.len();
    println!("{connections} connections took {} KiB", grown >> 10);
    let max = u64::try_from(connections * CONNECTION_BYTES_MAX).unwrap();
    assert!(grown < max, "{grown} bytes more");
    drop((heads, bodies, idle));
    let (status, _) = server.terminate().await;
    assert_eq!(status.code(), Some(0));
}

/// A class presses Run in the same second, on the sizes that the server chooses for this machine: at
/// least sixty learners on two processors.
#[tokio::test]
async fn a_class_that_presses_at_once_has_a_verdict_each() {
    let _serial_guard = serial_guard().await;
    let sizes = Sizes::of(Machine::this());
    let class = sizes.running_max + sizes.queue_max.min(57);
    // On a slow machine the last one waits longer than anybody should; how long is the bench's.
    let settings = [
        ("CODEALONG_WAIT_MAX", "300".to_owned()),
        ("CODEALONG_DRAIN", "0".to_owned()),
    ];
    let server = Server::start_with("class", &settings);
    server.until_at_rest(sizes.warm).await;
    let begin = Instant::now();
    let learners = (0..class).map(async |number| {
        let name = format!("learner-{number}");
        let asked = ask_for_run(server.address, SOLUTION, Some(&name)).await;
        (report_on(asked).await, begin.elapsed())
    });
    let mut last = Duration::ZERO;
    for (report, after) in futures::future::join_all(learners).await {
        assert!(report.total() > 0, "{report:#?}");
        last = last.max(after);
    }
    println!("{class} at once: the last verdict after {last:?}");
    let (status, _) = server.terminate().await;
    assert_eq!(status.code(), Some(0));
}
