//! Tests that start and end the program, and expect what the course's own tests do not: in the real sandbox.

use std::fs;

use protocol::{Outcome, StepId, Verdict};

use crate::judge_fixture::JudgeFixture;
use crate::small_course::follow_the_page;

const TESTS: &str = r#"
from codealong import any_of, bulk, matching, simple, test, unordered


def ask(client, question, reply, **bounds):
    client.send_bytes(question)
    client.expect(reply, **bounds)


@test("has arguments and files, and keeps what it has when it is asked to end", start=False)
def _(server):
    server.start(arguments=["--at", "a b"], files={"stored": b"\xff\x00"})
    client = server.connect()
    ask(client, "arguments", simple("--at|a b"))
    ask(client, "stored", bulk(b"\xff\x00"))
    server.terminate(within_ms=500)
    server.start()
    client = server.connect()
    ask(client, "arguments", simple("--at|a b"))
    ask(client, "stored", bulk("kept"))
    server.stop()
    server.start(arguments=[])
    ask(server.connect(), "arguments", simple(""))


@test("waits")
def _(server):
    ask(server.connect(), "wait", simple("now"), not_before_ms=100)


@test("chooses")
def _(server):
    client = server.connect()
    ask(client, "choose", any_of("a", 1))
    ask(client, "list", unordered(["a", "b"]))
    ask(client, "id", matching(simple("id 1"), r"id \d+", "id and a number"))


@test("keeps a log")
def _(server):
    ask(server.connect(), "log", simple("kept"))
    server.folder.expect("first.log", "kept\n")
    server.stop()
    data = server.folder.read("second.log")
    with server.real_redis(files={"appendonly.aof": data}, appendonly="yes") as redis:
        redis.expect("GET", "k", bulk("v"))
    server.folder.cut("second.log", 4)
    server.folder.append("second.log", b"?")
    server.start()
    ask(server.connect(), "log?", bulk(b"*3\r\n?"))
"#;

const PROGRAM: &str = r#"
import signal, socket, sys, threading, time

def end(*_):
    with open("stored", "wb") as file:
        file.write(b"kept")
    sys.exit(0)

signal.signal(signal.SIGTERM, end)

def answer(question):
    if question == b"arguments":
        return b"+" + "|".join(sys.argv[1:]).encode() + b"\r\n"
    if question == b"stored":
        with open("stored", "rb") as file:
            data = file.read()
        return b"$%d\r\n%b\r\n" % (len(data), data)
    if question == b"log":
        with open("first.log", "wb") as file:
            file.write(b"kept\n")
        with open("second.log", "wb") as file:
            file.write(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n")
        return b"+kept\r\n"
    if question == b"log?":
        with open("second.log", "rb") as file:
            data = file.read()
        return b"$%d\r\n%b\r\n" % (len(data), data)
    if question == b"wait":
        time.sleep(0.1)
        return b"+now\r\n"
    return {
        b"choose": b":1\r\n",
        b"list": b"*2\r\n$1\r\nb\r\n$1\r\na\r\n",
        b"id": b"+id 27\r\n",
    }[question]

def serve(client):
    while question := client.recv(1024):
        client.sendall(answer(question))

server = socket.create_server(("localhost", 7000))
while True:
    client, _ = server.accept()
    threading.Thread(target=serve, args=(client,), daemon=True).start()
"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_test_does_with_the_program_is_told() {
    let folder = tempfile::tempdir().unwrap();
    follow_the_page(folder.path());
    let course = folder.path().join("parrot");
    fs::write(course.join("hello/tests.py"), TESTS).unwrap();
    let hello = StepId::parse("hello").unwrap();
    let fixture = JudgeFixture::open(&course, "starting").await;
    let right = fixture.judge(&hello, PROGRAM, 1).await;
    assert_eq!(right.verdict, Verdict::Passed, "{right:#?}");
    let exchanges = &right.steps[0].tests[0].exchanges;
    let said: Vec<String> = (exchanges.iter())
        .filter(|exchange| exchange.action.is_start_or_end())
        .filter_map(|exchange| exchange.action.headline(None))
        .collect();
    assert_eq!(
        said,
        [
            r#"the program was started with --at "a b""#,
            "the program was asked to end, by SIGTERM",
            r#"the program was started with --at "a b""#,
            "the program was killed",
            "the program was started",
        ]
    );
    for (right_part, wrong_part, kind, sentence) in [
        (
            "signal.signal(signal.SIGTERM, end)",
            "",
            "not-ended",
            "and that signal killed it. It has to end by itself",
        ),
        (
            "    sys.exit(0)",
            "    sys.exit(2)",
            "not-ended",
            "and ended with exit code 2.",
        ),
        (
            "    sys.exit(0)",
            "    pass",
            "not-ended",
            "later it still ran",
        ),
        (
            "time.sleep(0.1)",
            "time.sleep(0.01)",
            "too-early",
            "too early: it has to wait for at least 100 ms.",
        ),
        (
            r#"b":1\r\n""#,
            r#"b":2\r\n""#,
            "wrong-value",
            r#"should be the bulk string "a", or the integer 1, but it is the integer 2."#,
        ),
        (
            r"$1\r\na",
            r"$1\r\nc",
            "wrong-value",
            r#"should be the array ["a", "b"], its elements in any order, but it is the array ["b", "c"]."#,
        ),
        (
            "+id 27",
            "+id none",
            "wrong-value",
            r#"should be a simple string of the form: id and a number, but it is the simple string "id none"."#,
        ),
        (
            r"kept\n",
            r"left\n",
            "wrong-file",
            r"`first.log` should hold `kept\n`, but it holds `left\n`. They differ in the first byte already.",
        ),
        (
            r#"open("first.log", "wb")"#,
            r#"open("frist.log", "wb")"#,
            "wrong-file",
            "There is no file `first.log` in your program's folder, which has `frist.log`, `main.py` and `second.log`.",
        ),
        (
            r"nv\r",
            r"nw\r",
            "disagrees",
            r#"A real Redis that was given `appendonly.aof` should answer `GET k` with the bulk string "v", but answers with the bulk string "w"."#,
        ),
        (
            r"*3\r",
            r"+3\r",
            "disagrees",
            "A real Redis can't read `appendonly.aof`. It says: `Bad file format reading the append only file",
        ),
    ] {
        let program = PROGRAM.replace(right_part, wrong_part);
        assert_ne!(program, PROGRAM, "{right_part}");
        let report = fixture.judge(&hello, &program, 1).await;
        let broken: Vec<&Outcome> = report.broken().map(|test| &test.outcome).collect();
        let [outcome] = broken.as_slice() else {
            panic!("one test was to fail: {report:#?}");
        };
        assert_eq!(outcome.kind(), kind, "{outcome:#?}");
        assert!(
            outcome.message().contains(sentence),
            "{}",
            outcome.message()
        );
    }
    fixture.close().await;
}
