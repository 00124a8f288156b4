//! Settings that are in two files must agree, and a broken course stops the start.

use std::fs;

use app::state::{AppState, Reload};
use sandbox::{Pool, SandboxSettings};
use toml::Table;

use crate::test_app::repository;

fn leptos_table(file: &str) -> Table {
    let text = fs::read_to_string(repository().join(file)).unwrap();
    let document: Table = text.parse().unwrap();
    document["workspace"]["metadata"]["leptos"][0]
        .as_table()
        .unwrap()
        .clone()
}

#[test]
fn leptos_toml_agrees_with_cargo_toml() {
    let deployed = leptos_table("Leptos.toml");
    let built = leptos_table("Cargo.toml");
    for key in ["output-name", "site-pkg-dir", "site-root", "site-addr"] {
        assert_eq!(deployed.get(key), built.get(key), "{key} differs");
        assert!(deployed.contains_key(key), "{key} is missing");
    }
}

#[tokio::test]
async fn a_broken_course_stops_the_start_with_every_problem() {
    let folder = tempfile::tempdir().unwrap();
    let course = folder.path().join("redis");
    fs::create_dir(&course).unwrap();
    fs::write(
        course.join("course.toml"),
        "format = 1\ntitle = \"\"\nport = 6379\nsteps = [\"missing\"]\nsurplus = 1\n",
    )
    .unwrap();
    let pool = Pool::start(SandboxSettings {
        docker_host: "unix:///nowhere/docker.sock".to_owned(),
        ..SandboxSettings::default()
    })
    .unwrap();
    let problems = AppState::load(folder.path().to_owned(), Reload::Never, pool)
        .unwrap_err()
        .to_string();
    for part in [
        "course.toml:2:",
        "course.toml:4:",
        "course.toml:5:",
        "surplus",
    ] {
        assert!(problems.contains(part), "{part:?} is not in:\n{problems}");
    }
}
