//! Settings that are in two files must agree, and a broken course stops the start.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

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

/// The names of metrics in a text, without what the exporter adds for a summary.
fn metrics_in(text: &str) -> BTreeSet<String> {
    let words =
        text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    let names = words.filter(|word| word.starts_with("codealong_"));
    names.map(str::to_owned).collect()
}

#[test]
fn the_dashboard_asks_for_metrics_that_there_are() {
    let mut recorded = BTreeSet::new();
    for folder in ["crates/sandbox/src", "crates/server/src"] {
        for file in sources_below(&repository().join(folder)) {
            recorded.extend(metrics_in(&fs::read_to_string(file).unwrap()));
        }
    }
    let dashboard = fs::read_to_string(repository().join("deploy/grafana.json")).unwrap();
    let asked = metrics_in(&dashboard);
    assert!(asked.len() > 10, "{asked:?}");
    let unknown: Vec<_> = asked.difference(&recorded).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

fn sources_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources_below(&path));
        } else {
            found.push(path);
        }
    }
    found
}
