//! The import walls: who may depend on whom, read from `cargo metadata` and `cargo tree`.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use cargo_metadata::{DependencyKind, Package};

use crate::command::{self, HOUR};
use crate::screen::Screen;
use crate::wasm_target::TRIPLE;
use crate::workspace;

/// Which crates of the workspace each one may depend on; a crate that is not listed may depend on none.
const ALLOWED: &[(&str, &[&str])] = &[
    ("curriculum", &["lesson"]),
    ("sandbox", &["lesson"]),
    ("app", &["lesson", "curriculum", "sandbox"]),
    ("server", &["lesson", "curriculum", "sandbox", "app"]),
    ("frontend", &["app"]),
];

/// What `lesson` may use: it crosses the wire and must stay small.
const LESSON_USES: &[&str] = &["serde", "thiserror"];

/// What must never be sent to a browser.
const NOT_IN_BROWSER: &[&str] = &["tokio", "bollard", "curriculum", "sandbox"];

/// What `app` may use on the server only.
const SERVER_ONLY: &[&str] = &["curriculum", "sandbox"];

/// One crate of the workspace, as far as walls go.
#[derive(Debug, Default)]
struct Room {
    name: String,
    dependencies: Vec<Dependency>,
    features: BTreeMap<String, Vec<String>>,
}

#[derive(Debug)]
struct Dependency {
    name: String,
    use_: Use,
    optional: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Normal,
    TestOrBuild,
}

pub(crate) fn check(screen: &Screen) -> Result<()> {
    let step = screen.begin("walls", "reading cargo metadata");
    let metadata = workspace::members()?;
    let rooms: Vec<Room> = metadata.packages.iter().map(room_of).collect();
    let mut broken = Vec::new();
    broken.extend(only_sandbox_names_bollard(&rooms));
    broken.extend(rooms_use_only_what_they_may(&rooms));
    broken.extend(lesson_stays_small(&rooms));
    broken.extend(app_opens_server_rooms_under_ssr_only(&rooms));
    broken.extend(browser_tree_is_clean(&browser_tree()?));
    if !broken.is_empty() {
        bail!("import walls are broken:\n  - {}", broken.join("\n  - "));
    }
    step.done(format_args!("{} crates keep to them", rooms.len()));
    Ok(())
}

fn only_sandbox_names_bollard(rooms: &[Room]) -> Vec<String> {
    rooms
        .iter()
        .filter(|room| room.name != "sandbox" && room.depends_on("bollard"))
        .map(|room| format!("only sandbox may depend on bollard, and {} does", room.name))
        .collect()
}

fn rooms_use_only_what_they_may(rooms: &[Room]) -> Vec<String> {
    let mut broken = Vec::new();
    for room in rooms {
        let allowed = ALLOWED
            .iter()
            .find(|(name, _)| *name == room.name)
            .map_or(&[][..], |(_, allowed)| allowed);
        for other in rooms {
            if room.depends_on(&other.name) && !allowed.contains(&other.name.as_str()) {
                broken.push(format!("{} may not depend on {}", room.name, other.name));
            }
        }
    }
    broken
}

fn lesson_stays_small(rooms: &[Room]) -> Vec<String> {
    rooms
        .iter()
        .filter(|room| room.name == "lesson")
        .flat_map(|room| &room.dependencies)
        .filter(|dependency| {
            dependency.use_ == Use::Normal && !LESSON_USES.contains(&dependency.name.as_str())
        })
        .map(|dependency| {
            format!(
                "lesson may depend on {} only, and depends on {}",
                LESSON_USES.join(" and "),
                dependency.name
            )
        })
        .collect()
}

fn app_opens_server_rooms_under_ssr_only(rooms: &[Room]) -> Vec<String> {
    let mut broken = Vec::new();
    for app in rooms.iter().filter(|room| room.name == "app") {
        for &room in SERVER_ONLY {
            let unconditional = app
                .dependencies
                .iter()
                .any(|dependency| dependency.name == room && !dependency.optional);
            if unconditional {
                broken.push(format!("app must depend on {room} optionally"));
            }
            for (feature, parts) in &app.features {
                let opens = parts.iter().any(|part| {
                    let part = part.strip_prefix("dep:").unwrap_or(part);
                    part == "ssr" || part.split(['/', '?']).next() == Some(room)
                });
                if opens && feature != "ssr" {
                    broken.push(format!(
                        "app may use {room} under the feature ssr only, and {feature} opens it"
                    ));
                }
            }
        }
    }
    broken
}

fn browser_tree_is_clean(tree: &str) -> Vec<String> {
    NOT_IN_BROWSER
        .iter()
        .filter(|name| {
            tree.lines()
                .any(|line| line.split_whitespace().next() == Some(**name))
        })
        .map(|name| {
            format!("the browser may not get {name}: `cargo tree -p frontend --target {TRIPLE} -i {name}` shows the way")
        })
        .collect()
}

/// What the front end is made of, with the features that it has when it is built alone.
///
/// `cargo metadata` would answer for the whole workspace at once, with `app` in its server's clothes.
/// Macros are left out: they run in the compiler, not in the browser.
fn browser_tree() -> Result<String> {
    let mut cargo = workspace::cargo();
    cargo
        .args(["tree", "--package", "frontend", "--target", TRIPLE])
        .args(["--edges", "normal,no-proc-macro", "--prefix", "none"])
        .args(["--format", "{p}"]);
    let tree = command::output(&mut cargo, HOUR)?;
    if !tree.starts_with("frontend ") {
        bail!("`cargo tree` does not begin with the front end");
    }
    Ok(tree)
}

fn room_of(package: &Package) -> Room {
    Room {
        name: package.name.to_string(),
        dependencies: package
            .dependencies
            .iter()
            .map(|dependency| Dependency {
                name: dependency.name.clone(),
                use_: match dependency.kind {
                    DependencyKind::Normal => Use::Normal,
                    _ => Use::TestOrBuild,
                },
                optional: dependency.optional,
            })
            .collect(),
        features: package.features.clone().into_iter().collect(),
    }
}

impl Room {
    fn depends_on(&self, name: &str) -> bool {
        self.dependencies
            .iter()
            .any(|dependency| dependency.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(name: &str, uses: &[&str]) -> Room {
        Room {
            name: name.to_owned(),
            dependencies: uses
                .iter()
                .map(|name| Dependency {
                    name: (*name).to_owned(),
                    use_: Use::Normal,
                    optional: false,
                })
                .collect(),
            features: BTreeMap::new(),
        }
    }

    fn app(optional: bool, features: &[(&str, &[&str])]) -> Room {
        let mut app = room("app", &["lesson", "curriculum", "sandbox"]);
        for dependency in &mut app.dependencies {
            dependency.optional = optional;
        }
        app.features = features
            .iter()
            .map(|(name, parts)| {
                let parts = parts.iter().map(|part| (*part).to_owned()).collect();
                ((*name).to_owned(), parts)
            })
            .collect();
        app
    }

    #[test]
    fn bollard_belongs_to_the_sandbox() {
        let house = [room("sandbox", &["bollard"]), room("server", &["axum"])];
        assert!(only_sandbox_names_bollard(&house).is_empty());
        let house = [room("server", &["bollard"])];
        assert_eq!(
            only_sandbox_names_bollard(&house),
            ["only sandbox may depend on bollard, and server does"]
        );
    }

    #[test]
    fn curriculum_and_sandbox_do_not_know_each_other() {
        let house = [
            room("lesson", &[]),
            room("curriculum", &["lesson", "sandbox"]),
            room("sandbox", &["lesson", "curriculum"]),
        ];
        assert_eq!(
            rooms_use_only_what_they_may(&house),
            [
                "curriculum may not depend on sandbox",
                "sandbox may not depend on curriculum"
            ]
        );
    }

    #[test]
    fn a_new_crate_starts_with_no_rights() {
        let house = [room("lesson", &[]), room("newcomer", &["lesson"])];
        assert_eq!(
            rooms_use_only_what_they_may(&house),
            ["newcomer may not depend on lesson"]
        );
    }

    #[test]
    fn lesson_may_test_with_more_than_it_is_made_of() {
        let mut lesson = room("lesson", &["serde", "thiserror", "serde_json"]);
        assert_eq!(
            lesson_stays_small(std::slice::from_ref(&lesson)),
            ["lesson may depend on serde and thiserror only, and depends on serde_json"]
        );
        lesson.dependencies[2].use_ = Use::TestOrBuild;
        assert!(lesson_stays_small(&[lesson]).is_empty());
    }

    #[test]
    fn app_is_right_when_only_ssr_opens_the_server_rooms() {
        let ssr: &[&str] = &["dep:curriculum", "dep:sandbox", "leptos/ssr"];
        let good = app(
            true,
            &[
                ("default", &[]),
                ("hydrate", &["leptos/hydrate"]),
                ("ssr", ssr),
            ],
        );
        assert!(app_opens_server_rooms_under_ssr_only(&[good]).is_empty());
    }

    #[test]
    fn app_is_wrong_when_another_feature_or_none_opens_them() {
        let by_hydrate = app(true, &[("hydrate", &["dep:sandbox"]), ("ssr", &[])]);
        assert_eq!(
            app_opens_server_rooms_under_ssr_only(&[by_hydrate]),
            ["app may use sandbox under the feature ssr only, and hydrate opens it"]
        );
        let by_default = app(true, &[("default", &["ssr"]), ("ssr", &["dep:sandbox"])]);
        assert_eq!(
            app_opens_server_rooms_under_ssr_only(&[by_default]).len(),
            2
        );
        let weakly = app(true, &[("default", &["curriculum?/highlight"])]);
        assert_eq!(app_opens_server_rooms_under_ssr_only(&[weakly]).len(), 1);
        let always = app(false, &[]);
        assert_eq!(
            app_opens_server_rooms_under_ssr_only(&[always]),
            [
                "app must depend on curriculum optionally",
                "app must depend on sandbox optionally"
            ]
        );
    }

    #[test]
    fn the_browser_gets_no_server() {
        let clean = "frontend v0.1.0 (/here)\ntokio-stream v0.1.0\nleptos v0.8.23\n";
        assert!(browser_tree_is_clean(clean).is_empty());
        let dirty = "frontend v0.1.0 (/here)\ntokio v1.52.0 (*)\nsandbox v0.1.0 (/here)\n";
        assert_eq!(browser_tree_is_clean(dirty).len(), 2);
    }
}
