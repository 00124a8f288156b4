//! The course format is not about Redis: a course of two steps in a folder of its own.

use std::fs;
use std::path::Path;
use std::process::Command;

use lesson::{StepId, Verdict};

use crate::courtroom::{Courtroom, repository};

const ECHO_ONCE: &str = r#"
import socket
server = socket.create_server(("localhost", 7000))
while True:
    client, _ = server.accept()
    with client:
        client.sendall(client.recv(1000))
"#;

const ECHO_ALWAYS: &str = r#"
import socket
server = socket.create_server(("localhost", 7000))
while True:
    client, _ = server.accept()
    with client:
        while data := client.recv(1000):
            client.sendall(data)
"#;

const TESTS_ONCE: &str = r#"from codealong import exactly, test


@test("sends a line back")
def _(server):
    client = server.connect()
    client.send_bytes(b"hello\n")
    client.expect(exactly(b"hello\n"))
"#;

const TESTS_ALWAYS: &str = r#"from codealong import exactly, test


@test("sends every line back")
def _(server):
    client = server.connect()
    for line in (b"one\n", b"two\n"):
        client.send_bytes(line)
        client.expect(exactly(line))
"#;

fn write_step(course: &Path, name: &str, title: &str, tests: &str, solution: &str) {
    let step = course.join(name);
    fs::create_dir(&step).unwrap();
    let toml = format!(
        "title = \"{title}\"\nshort_title = \"{title}\"\ngoal = \"Send back what comes.\"\n\
         minutes = [5, 10]\n\n[[hint]]\ntext = \"What does `recv` give?\"\n"
    );
    fs::write(step.join("step.toml"), toml).unwrap();
    // Twenty sentences of seven words: `check` wants 120 to 350.
    let text = "What a client sends must go back. ".repeat(20);
    fs::write(step.join("instructions.md"), text).unwrap();
    fs::write(step.join("tests.py"), tests).unwrap();
    fs::write(step.join("solution.py"), solution).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_course_that_is_not_about_redis_is_judged_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let course = folder.path().join("echo-server");
    fs::create_dir(&course).unwrap();
    fs::write(
        course.join("course.toml"),
        "format = 1\ntitle = \"Build an echo server\"\nport = 7000\nsteps = [\"once\", \"always\"]\n",
    )
    .unwrap();
    fs::write(course.join("introduction.md"), "A server that echoes.\n").unwrap();
    write_step(&course, "once", "Echo", TESTS_ONCE, ECHO_ONCE);
    fs::write(course.join("once/starter.py"), "import socket\n").unwrap();
    write_step(&course, "always", "Go on", TESTS_ALWAYS, ECHO_ALWAYS);

    let court = Courtroom::open(&course, "small").await;
    let (once, always) = (
        StepId::parse("once").unwrap(),
        StepId::parse("always").unwrap(),
    );
    let first = court.judge(&once, ECHO_ONCE, 1).await;
    let next = court.judge(&always, ECHO_ONCE, 1).await;
    let whole = court.judge(&always, ECHO_ALWAYS, 1).await;
    court.close().await;
    assert_eq!(first.verdict, Verdict::Passed, "{first:#?}");
    assert_eq!(
        next.verdict,
        Verdict::Failed {
            earliest_broken: always
        }
    );
    assert_eq!(whole.verdict, Verdict::Passed, "{whole:#?}");
    assert_eq!(whole.total(), 2);
    check_passes(&course);
}

/// The author's command itself, as a process, finds nothing wrong.
fn check_passes(course: &Path) {
    let output = Command::new(env!("CARGO_BIN_EXE_codealong"))
        .args(["check", "--course"])
        .arg(course)
        .env("CODEALONG_IMAGE_FOLDER", repository().join("runner-image"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert!(text.ends_with("6 passed, 0 failed\n"), "{text}");
}
