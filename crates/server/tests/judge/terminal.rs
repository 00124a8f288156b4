//! `codealong test`: a program tested from the learner's own editor.

use std::fs;
use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::client::until;
use crate::judge_fixture::{repository, serial_guard};
use crate::proxies::Proxy;
use crate::server_process::Server;

/// The program, of which nothing is set.
fn test_command(file: &Path, server: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_codealong"));
    command
        .arg("test")
        .arg(file)
        .args(["--step", "ping", "--server", server]);
    command
}

fn output(command: &mut Command) -> (Option<i32>, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = [stdout, stderr].concat();
    (status.code(), String::from_utf8(text).unwrap())
}

fn solution() -> std::path::PathBuf {
    repository().join("curriculum/redis/ping/solution.py")
}

#[tokio::test]
async fn a_program_is_tested_from_a_terminal() {
    let _serial_guard = serial_guard().await;
    let server = Server::start("terminal", 2, Duration::ZERO).await;
    let url = format!("http://{}/", server.address);
    let (code, told) = output(&mut test_command(&solution(), &url));
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains("✓ ping.1") && told.contains("All 6 tests passed"),
        "{told}"
    );

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("main.py");
    let right = fs::read_to_string(solution()).unwrap();
    let wrong = right.replace("+PONG\\r\\n", "+PONG\\n");
    assert_ne!(wrong, right);
    fs::write(&file, &wrong).unwrap();
    let (code, told) = output(&mut test_command(&file, &url));
    assert_eq!(code, Some(1), "{told}");
    // By the name that it has here, which a terminal opens.
    let line = format!("look at {}:", file.display());
    for part in ["✗ ping.1", &line, "↑ byte 5", "of 6 tests failed"] {
        assert!(told.contains(part), "{part:?} is not in:\n{told}");
    }
    let (code, told) = output(test_command(&file, &url).args(["--test", "listen.1"]));
    assert_eq!(code, Some(0), "{told}");
    assert!(!told.contains("ping.1"), "{told}");

    let (code, told) = output(test_command(&file, &url).args(["--course", "none"]));
    assert_eq!(code, Some(2), "{told}");
    assert!(
        told.contains("no step \"ping\" in a course \"none\""),
        "{told}"
    );
    server.terminate().await;
    let (code, told) = output(&mut test_command(&file, &url));
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("is CodeAlong served there?"), "{told}");
}

/// Where a connection is cut.
#[derive(Debug, Clone, Copy)]
enum Cut {
    BeforeTheAnswer,
    InTheMiddle,
}

/// Passes connections on to a server, but cuts the first of them, or all.
async fn cutting(server: SocketAddr, cut: Cut, only_the_first: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut is_cut = true;
        while let Ok((mut client, _)) = listener.accept().await {
            let mut upstream = TcpStream::connect(server).await.unwrap();
            let (mut from_client, mut to_client) = client.split();
            let (mut from_server, mut to_server) = upstream.split();
            let mut answer = Vec::new();
            let until_cut = async {
                while !answer.windows(9).any(|bytes| bytes == b"\"started\"") {
                    let mut bytes = [0; 4096];
                    let count = from_server.read(&mut bytes).await.unwrap();
                    if matches!(cut, Cut::BeforeTheAnswer) {
                        return;
                    }
                    to_client.write_all(&bytes[..count]).await.unwrap();
                    answer.extend_from_slice(&bytes[..count]);
                }
            };
            if is_cut {
                tokio::select! {
                    () = until_cut => {}
                    copied = tokio::io::copy(&mut from_client, &mut to_server) => panic!("{copied:?}"),
                }
                is_cut = !only_the_first;
            } else {
                // How it ends is the client's affair.
                let _ = tokio::io::copy_bidirectional(&mut client, &mut upstream).await;
            }
        }
    });
    address
}

#[tokio::test]
async fn a_run_whose_connection_is_lost_is_asked_for_once_more() {
    let _serial_guard = serial_guard().await;
    let server = Server::start("lost", 2, Duration::ZERO).await;
    for (cut, only_the_first, expected) in [
        (Cut::InTheMiddle, true, Some(0)),
        (Cut::InTheMiddle, false, Some(2)),
        (Cut::BeforeTheAnswer, true, Some(0)),
        (Cut::BeforeTheAnswer, false, Some(2)),
    ] {
        let url = format!(
            "http://{}",
            cutting(server.address, cut, only_the_first).await
        );
        let asked =
            tokio::task::spawn_blocking(move || output(&mut test_command(&solution(), &url)));
        let (code, told) = asked.await.unwrap();
        assert_eq!(code, expected, "{told}");
        assert_eq!(told.matches("asking again").count(), 1, "{told}");
    }
    server.terminate().await;
}

#[tokio::test]
async fn a_file_that_is_watched_is_tested_at_each_change() {
    let _serial_guard = serial_guard().await;
    let server = Server::start("watching", 2, Duration::ZERO).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("main.py");
    fs::write(&file, "x = 1\n").unwrap();
    let url = format!("http://{}", server.address);
    let mut watching = test_command(&file, &url)
        .arg("--watch")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = watching.stdout.take().unwrap();
    let told = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let shared = std::sync::Arc::clone(&told);
    let reader = std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = stdout.read(&mut bytes) {
            *shared.lock().unwrap() += &String::from_utf8_lossy(&bytes[..count]);
        }
    });
    let says = async |part: &str| {
        until(part, Duration::from_secs(60), async || {
            told.lock().unwrap().contains(part)
        })
        .await;
    };
    says("waiting for a change of").await;
    assert!(!told.lock().unwrap().contains("All 6 tests passed"));
    fs::copy(solution(), &file).unwrap();
    says("All 6 tests passed").await;
    watching.kill().unwrap();
    watching.wait().unwrap();
    reader.join().unwrap();
    server.terminate().await;
}

/// A school's server has a certificate of the school's own, which its machines trust.
#[tokio::test]
async fn a_server_is_asked_over_https() {
    let _serial_guard = serial_guard().await;
    let server = Server::start("https", 2, Duration::ZERO).await;
    let proxy = Proxy::caddy_with_a_certificate(server.address).await;
    let url = format!("https://localhost:{}", proxy.port());
    let trusting =
        |authority: &Path| output(test_command(&solution(), &url).env("SSL_CERT_FILE", authority));
    let (code, told) = trusting(&proxy.authority());
    assert_eq!(code, Some(0), "{told}");
    let nobody = tempfile::NamedTempFile::new().unwrap();
    let (code, told) = trusting(nobody.path());
    assert_eq!(code, Some(2), "{told}");
    server.terminate().await;
}
