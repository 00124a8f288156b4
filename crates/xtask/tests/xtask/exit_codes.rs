//! Scripts tell a program that does not pass (1) from a judge that could not run (2) by the exit code.

use std::process::{Command, Output};

fn xtask_without_an_engine(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
        .output()
        .unwrap()
}

#[track_caller]
fn check(arguments: &[&str], code: i32) {
    let output = xtask_without_an_engine(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    let message = "no Docker engine answers at DOCKER_HOST=unix:///nowhere/docker.sock";
    assert!(stderr.contains(message), "{stderr}");
    assert!(output.stdout.is_empty(), "only results go to stdout");
}

#[test]
fn judge_without_an_engine_exits_with_2() {
    check(&["judge", "--step", "listen", "main.py"], 2);
}

#[test]
fn check_without_an_engine_exits_with_2() {
    check(&["check"], 2);
}

#[test]
fn bench_without_an_engine_exits_with_2() {
    check(&["bench"], 2);
}
