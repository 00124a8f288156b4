//! Scripts tell "your program did not pass" (1) from "we could not judge it" (2) by the exit code.

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
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{told}");
    let sentence = "no Docker engine answers at DOCKER_HOST=unix:///nowhere/docker.sock";
    assert!(told.contains(sentence), "{told}");
    assert!(output.stdout.is_empty(), "only results go to stdout");
}

#[test]
fn judging_without_an_engine_is_our_failure() {
    check(&["judge", "--step", "listen", "main.py"], 2);
}

#[test]
fn checking_without_an_engine_is_our_failure() {
    check(&["check"], 2);
}

#[test]
fn measuring_without_an_engine_is_our_failure() {
    check(&["bench"], 2);
}
