//! What an owner asks the program: whether this machine can host, and whether the server is healthy.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use crate::judge_fixture::{codealong, repository, serial_guard};
use crate::server_process::Server;

/// Runs the program in the repository's folder.
fn output(command: &mut Command) -> (bool, String) {
    let (code, text) = output_in(repository(), command);
    (code == Some(0), text)
}

/// Runs the program in a folder; its exit code, and what it has written.
fn output_in(folder: &Path, command: &mut Command) -> (Option<i32>, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.current_dir(folder).output().unwrap();
    let text = [stdout, stderr].concat();
    (status.code(), String::from_utf8(text).unwrap())
}

#[tokio::test]
async fn a_server_is_healthy_once_it_has_taken_runs_and_until_it_ends() {
    let _serial_guard = serial_guard().await;
    let server = Server::start("health", 1, Duration::ZERO).await;
    let address = server.address.to_string();
    let healthcheck = || {
        output(
            codealong("health")
                .arg("healthcheck")
                .env("CODEALONG_ADDRESS", &address),
        )
    };
    assert_eq!(healthcheck(), (true, String::new()));
    let (_, doctor) = output(
        codealong("health")
            .arg("doctor")
            .env("CODEALONG_ADDRESS", &address),
    );
    for part in [
        "ok       Docker engine ",
        "ok       architecture ",
        &format!("{address} is taken (CODEALONG_ADDRESS)"),
        "courses in ",
    ] {
        assert!(doctor.contains(part), "{part:?} is not in:\n{doctor}");
    }
    server.terminate().await;
    let (is_healthy, told) = healthcheck();
    assert!(!is_healthy && told.contains("/healthz"), "{told}");
}

/// Docker knows 0 and 1 alone.
#[test]
fn a_health_check_that_fails_ends_with_one_whatever_the_reason() {
    for (variable, value) in [
        ("CODEALONG_ADDRESS", "127.0.0.1:1"),
        ("CODEALONG_WARM", "many"),
    ] {
        let mut command = codealong("unhealthy");
        command.arg("healthcheck").env(variable, value);
        let (code, told) = output_in(repository(), &mut command);
        assert_eq!(code, Some(1), "{told}");
    }
}

#[test]
fn outside_of_the_projects_folder_the_folder_is_what_is_told() {
    let elsewhere = tempfile::tempdir().unwrap();
    for argument in ["--check-config", "serve"] {
        let mut command = codealong("elsewhere");
        let (_, told) = output_in(elsewhere.path(), command.arg(argument));
        assert!(told.contains("there is no Leptos.toml in "), "{told}");
        assert!(!told.contains("OUTPUT_NAME"), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
    let mut command = codealong("elsewhere");
    let doctor = command
        .arg("doctor")
        .env_remove("CODEALONG_IMAGE_FOLDER")
        .env_remove("CODEALONG_CURRICULUM");
    let (code, told) = output_in(elsewhere.path(), doctor);
    assert_eq!(code, Some(1), "{told}");
    for part in [
        "problem  the images' folder ",
        "problem  there is no Leptos.toml in ",
        "problem  courses in curriculum",
        "ok       the clock ",
    ] {
        assert!(told.contains(part), "{part:?} is not in:\n{told}");
    }
}

#[tokio::test]
async fn what_stops_a_start_is_told_in_one_sentence() {
    let _serial_guard = serial_guard().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("pkg")).unwrap();
    for (variable, value, told) in [
        (
            "CODEALONG_RUNTIME",
            "no-such-runtime",
            "and the engine has: ",
        ),
        (
            "LEPTOS_SITE_ROOT",
            "/nowhere",
            "there are no built pages in /nowhere",
        ),
        ("CODEALONG_HOSTS", "a b", "CODEALONG_HOSTS is \"a b\""),
    ] {
        for argument in ["serve", "--check-config"] {
            let mut command = codealong("start");
            command
                .arg(argument)
                .env("CODEALONG_ADDRESS", "127.0.0.1:0")
                .env("LEPTOS_SITE_ROOT", folder.path())
                .env(variable, value);
            let (is_fine, text) = output(&mut command);
            assert!(!is_fine && text.contains(told), "{argument}: {text}");
            assert_eq!(text.lines().count(), 1, "{argument}: {text}");
        }
    }
}

/// An engine that has loaded the archive needs no registry.
#[tokio::test]
async fn the_images_can_be_taken_to_another_machine() {
    let _serial_guard = serial_guard().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("images.tar");
    let save = || output(codealong("images").args(["images", "save"]).arg(&file));
    let (is_saved, told) = save();
    assert!(is_saved, "{told}");
    let listed = Command::new("tar")
        .args(["--extract", "--to-stdout", "--file"])
        .arg(&file)
        .arg("manifest.json")
        .output()
        .unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    let images = manifest.as_array().unwrap();
    // The judge's and the launcher's, and what each is built on.
    assert_eq!(images.len(), 4, "{manifest}");
    let loaded = Command::new("docker")
        .args(["load", "--quiet", "--input"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(loaded.status.success(), "{loaded:?}");
    let (_, doctor) = output(codealong("images").arg("doctor"));
    assert!(
        doctor.contains("ok       the images of judge and program"),
        "{doctor}"
    );
    // Nothing is overwritten.
    let (is_saved, told) = save();
    assert!(!is_saved && told.contains("can't be written"), "{told}");
}
