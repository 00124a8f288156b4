//! Memory: its limit is the learner's to feel and nobody else's.

use crate::lab::{FOUR_LINES, Lab, Tests, kinds};

/// T-14: a program that takes too much is told so, and the tests after it are judged all the same.
#[tokio::test]
async fn too_much_memory_is_named_and_the_other_tests_are_reported() {
    let lab = Lab::small().await;
    let program = "import socket
server = socket.create_server(('localhost', 6379))
while True:
    client, _ = server.accept()
    if client.recv(100):
        hog = bytearray(300 * 1024 * 1024)
        hog[::4096] = b'x' * len(hog[::4096])
        client.sendall(b'+OK\\r\\n')
";
    let tests = Tests::new(&[
        ("connects", "server.connect()"),
        (
            "answers",
            "client = server.connect()\n    client.send('PING')\n    client.expect(simple('OK'))",
        ),
        ("connects again", "server.connect()"),
    ]);
    let report = lab.attack(program, &tests).await;
    assert_eq!(kinds(&report), ["passed", "out-of-memory", "passed"]);
    assert!(report.results[1].message.contains("128"), "{report:#?}");
    lab.close().await;
}

#[tokio::test]
async fn a_child_that_takes_too_much_is_named_too() {
    let lab = Lab::small().await;
    let program = "import socket, subprocess, sys
server = socket.create_server(('localhost', 6379))
while True:
    client, _ = server.accept()
    if client.recv(100):
        subprocess.run([sys.executable, '-c', 'x = b\"x\" * (300 << 20)'])
";
    let tests = Tests::new(&[
        (
            "answers",
            "client = server.connect()\n    client.send('PING')\n    client.expect(simple('OK'))",
        ),
        ("connects again", "server.connect()"),
    ]);
    let report = lab.attack(program, &tests).await;
    assert_eq!(kinds(&report), ["out-of-memory", "passed"]);
    lab.close().await;
}

/// T-15.
#[tokio::test]
async fn many_small_processes_share_one_limit() {
    let lab = Lab::small().await;
    let program = format!(
        "import os, time
for _ in range(30):
    if not os.fork():
        hog = b'x' * (20 << 20)
        time.sleep(1000)
        os._exit(0)
time.sleep(2)
{FOUR_LINES}"
    );
    let report = lab.attack(&program, &Tests::of_listening()).await;
    // Some of them were killed, and it does not matter which: the run has a verdict, and the
    // harness was not among them. Where memory is so short that the rest can't be ended in time,
    // that counts as reaching for the judge.
    let judged = [
        "passed",
        "out-of-memory",
        "exited",
        "refused",
        "timed-out",
        "interfered",
        "not-run",
    ];
    for kind in kinds(&report) {
        assert!(judged.contains(&kind), "{report:#?}");
    }
    lab.close().await;
}

/// T-16: a program that handles its own failure is a right program.
#[tokio::test]
async fn a_memory_error_that_is_caught_is_no_failure() {
    let lab = Lab::small().await;
    let program = format!(
        "try:
    bytearray(1 << 60)
except MemoryError:
    print('caught')
{FOUR_LINES}"
    );
    let report = lab.attack(&program, &Tests::of_listening()).await;
    assert!(report.is_passed(), "{report:#?}");
    lab.close().await;
}
