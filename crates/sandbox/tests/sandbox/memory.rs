//! Memory: exceeding its limit hurts the learner's own run and no other.

use crate::lab::{FOUR_LINES, Lab, Tests, answering_after, kinds, output};

/// T-14: too much memory is named in the verdict, and the tests after it are judged all the same.
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

/// Thirty processes that want 20 MiB each, of which six fit into 128 MiB, and then `end`.
fn hogs_and_then(end: &str) -> String {
    format!(
        "import os, signal, time
for _ in range(30):
    if not os.fork():
        server.close()
        hog = b'x' * (20 << 20)
        while True:
            time.sleep(1000)
for _ in range(24):
    _, status = os.wait()
    assert os.WTERMSIG(status) == signal.SIGKILL, status
print('24 were killed', flush=True)
{end}"
    )
}

/// T-15: they share one limit; a program that bears their loss passes, another learns why.
#[tokio::test]
async fn many_small_processes_share_one_limit() {
    let lab = Lab::small().await;
    let tests = Tests::that_wait_for_the_end(&["answers", "answers again"]);
    let program = answering_after(&hogs_and_then(""));
    let report = lab.attack(&program, &tests).await;
    assert_eq!(kinds(&report), ["passed", "passed"], "{report:#?}");
    assert_eq!(output(&report).matches("24 were killed").count(), 2);

    let program = answering_after(&hogs_and_then("os._exit(1)"));
    let report = lab.attack(&program, &tests).await;
    assert_eq!(
        kinds(&report),
        ["out-of-memory", "out-of-memory"],
        "{report:#?}"
    );
    assert!(report.results[0].message.contains("128"), "{report:#?}");
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

/// What the sockets of the whole host buffer, in bytes: where it is charged to nobody, nothing else
/// shows it.
fn bytes_in_sockets() -> u64 {
    let told = std::fs::read_to_string("/proc/net/sockstat").unwrap_or_default();
    let pages = told.lines().filter_map(|line| {
        let after = line.split(" mem ").nth(1)?;
        after.trim().parse::<u64>().ok()
    });
    pages.sum::<u64>() * 4096
}

/// A program of many processes that fill every socket they can get.
fn filling_sockets(kind: &str) -> String {
    let fill = match kind {
        "TCP" => {
            "one = socket.create_connection(inner.getsockname())
            pair = one, inner.accept()[0]
            held.append(pair)
            for end in pair:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)
                end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
                end.setblocking(False)
                try:
                    while True:
                        end.send(data)
                except OSError:
                    pass"
        }
        _ => {
            "one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
            one.bind(('127.0.0.1', 0))
            held.append(one)
            for _ in range(400):
                one.sendto(data[:1400], one.getsockname())"
        }
    };
    format!(
        "import os, socket, time
server = socket.create_server(('localhost', 6379))
held, data = [], b'x' * 65536
for _ in range(20):
    if not os.fork():
        server.close()
        inner = socket.create_server(('127.0.0.1', 0), backlog=100)
        try:
            while True:
                {}
        except OSError:
            pass
        time.sleep(1000)
time.sleep(1000)
",
        fill.replace("\n    ", "\n        ")
    )
}

/// Version 1 of control groups charges this memory to nobody: what bounds it is how much one socket
/// buffers, and how many there are.
#[tokio::test]
async fn what_waits_in_sockets_is_bounded() {
    let lab = Lab::small().await;
    let tests = Tests::new(&[("answers", "server.connect().expect(simple('DONE'), 6000)")]);
    for kind in ["TCP", "UDP"] {
        let before = bytes_in_sockets();
        let program = filling_sockets(kind);
        let run = lab.judge(&program, &tests);
        let mut peak = 0;
        let watch = async {
            loop {
                peak = bytes_in_sockets().saturating_sub(before).max(peak);
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        let report = tokio::select! {
            report = run => report,
            () = watch => unreachable!("it watches without end"),
        };
        assert_eq!(kinds(&report), ["too-many-sockets"]);
        assert!(peak > 1 << 20, "{kind}: nothing was filled");
        assert!(peak < 100 << 20, "{kind}: {} MiB in sockets", peak >> 20);
        println!(
            "{kind}: at most {} MiB in sockets, {:?}",
            peak >> 20,
            kinds(&report)
        );
    }
    lab.close().await;
}

/// What a client is sent without end is bounded in the judge's memory, whatever the client waits for.
#[tokio::test]
async fn bytes_without_end_never_fill_the_judges_memory() {
    let lab = Lab::small().await;
    let program = |first: &str| {
        format!(
            "import socket, threading
server = socket.create_server(('localhost', 6379))
def flood(client):
    try:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
        client.sendall({first})
        while True:
            client.sendall(b'x' * 1_000_000)
    except OSError:
        pass
while True:
    threading.Thread(target=flood, args=(server.accept()[0],), daemon=True).start()
"
        )
    };
    let tests = Tests::new(&[
        ("an end", "server.connect().expect_closed()"),
        ("nothing more", "server.connect().expect_nothing_more(1000)"),
        (
            "a late end",
            "client = server.connect()\n    server.pause(1000)\n    client.expect_closed()",
        ),
        (
            "a reply",
            "client = server.connect()\n    client.send('PING')\n    client.expect(simple('OK'))",
        ),
        (
            "a bulk string",
            "client = server.connect()\n    client.send('PING')\n    client.expect(bulk('OK'))",
        ),
        (
            "a request that is long",
            "client = server.connect()\n    client.send_bytes(b'P' * 30_000_000)\n    \
             client.expect_closed()",
        ),
        (
            "many clients",
            "clients = [server.connect() for _ in range(20)]\n    server.pause(500)\n    \
             for client in clients: client.expect_closed()",
        ),
    ]);
    for first in [
        "b''",
        "b'+OK\\r\\n'",
        "b'$500000000\\r\\n'",
        "b'*100000000\\r\\n$1\\r\\n'",
    ] {
        let report = lab.attack(&program(first), &tests).await;
        let expected = [
            "passed",
            "extra-bytes",
            "unasked",
            "wrong-type",
            "incomplete",
            "invalid-byte",
        ];
        for result in &report.results {
            assert!(
                expected.contains(&result.outcome.kind()),
                "{first}: {result:#?}"
            );
        }
        let ends = &report.results[0].outcome;
        assert_eq!(ends.kind(), "extra-bytes", "{first}: {ends:?}");
        assert!(!report.is_passed());
    }
    lab.close().await;
}
