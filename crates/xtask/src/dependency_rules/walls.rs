//! Which crate of the workspace may depend on which, and what the browser may not get.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use cargo_metadata::{DependencyKind, Metadata, Package};

use crate::cargo;
use crate::command::{self, HOUR};
use crate::rust_target::WASM32;

/// The crates of the workspace that each one may depend on; a crate not listed may depend on none.
const ALLOWED: &[(&str, &[&str])] = &[
    ("browser_model", &["protocol"]),
    ("curriculum", &["protocol"]),
    ("sandbox", &["protocol"]),
    (
        "app",
        &["protocol", "browser_model", "curriculum", "sandbox"],
    ),
    ("server", &["protocol", "curriculum", "sandbox", "app"]),
    (
        "bench",
        &["protocol", "curriculum", "sandbox", "app", "server"],
    ),
    ("frontend", &["app"]),
    ("overview", &["app"]),
    ("xtask", &["compression"]),
];

/// What both sides of the wire are built with must stay small.
const SMALL: &[(&str, &[&str])] = &[
    ("protocol", &["serde", "thiserror"]),
    (
        "browser_model",
        &["html-escape", "protocol", "serde", "thiserror"],
    ),
];

const NOT_IN_BROWSER: &[&str] = &["tokio", "bollard", "curriculum", "sandbox"];

/// `app` may depend on these for the server only.
const SERVER_ONLY: &[&str] = &["curriculum", "sandbox"];

#[derive(Debug, Default)]
struct CrateInfo {
    name: String,
    dependencies: Vec<Dependency>,
    features: BTreeMap<String, Vec<String>>,
}

#[derive(Debug)]
struct Dependency {
    name: String,
    used_in: DependencyUse,
    optional: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DependencyUse {
    Normal,
    TestOrBuild,
}

pub(super) fn violations(metadata: &Metadata) -> Result<Vec<String>> {
    let members = metadata.workspace_packages();
    let crates: Vec<CrateInfo> = members.into_iter().map(crate_info).collect();
    let mut violations = only_sandbox_depends_on_bollard(&crates);
    violations.extend(crates_depend_only_on_allowed_crates(&crates));
    violations.extend(small_crates_stay_small(&crates));
    violations.extend(app_enables_server_crates_under_ssr_only(&crates));
    violations.extend(browser_gets_no_server_crate(&browser_tree()?));
    Ok(violations)
}

fn only_sandbox_depends_on_bollard(crates: &[CrateInfo]) -> Vec<String> {
    crates
        .iter()
        .filter(|krate| krate.name != "sandbox" && krate.depends_on("bollard"))
        .map(|krate| {
            format!(
                "only sandbox may depend on bollard, and {} does",
                krate.name
            )
        })
        .collect()
}

fn crates_depend_only_on_allowed_crates(crates: &[CrateInfo]) -> Vec<String> {
    let mut violations = Vec::new();
    for krate in crates {
        let allowed = ALLOWED
            .iter()
            .find(|(name, _)| *name == krate.name)
            .map_or(&[][..], |(_, allowed)| allowed);
        for other in crates {
            if krate.depends_on(&other.name) && !allowed.contains(&other.name.as_str()) {
                violations.push(format!("{} may not depend on {}", krate.name, other.name));
            }
        }
    }
    violations
}

fn small_crates_stay_small(crates: &[CrateInfo]) -> Vec<String> {
    let mut violations = Vec::new();
    for (name, allowed) in SMALL {
        let dependencies = crates
            .iter()
            .filter(|krate| krate.name == *name)
            .flat_map(|krate| &krate.dependencies);
        let too_much = dependencies.filter(|dependency| {
            dependency.used_in == DependencyUse::Normal
                && !allowed.contains(&dependency.name.as_str())
        });
        violations.extend(too_much.map(|dependency| {
            format!(
                "{name} may depend on {} only, and depends on {}",
                allowed.join(" and "),
                dependency.name
            )
        }));
    }
    violations
}

fn app_enables_server_crates_under_ssr_only(crates: &[CrateInfo]) -> Vec<String> {
    let mut violations = Vec::new();
    for app in crates.iter().filter(|krate| krate.name == "app") {
        for &name in SERVER_ONLY {
            let unconditional = app
                .dependencies
                .iter()
                .any(|dependency| dependency.name == name && !dependency.optional);
            if unconditional {
                violations.push(format!("app must depend on {name} optionally"));
            }
            for (feature, parts) in &app.features {
                let enables = parts.iter().any(|part| {
                    let part = part.strip_prefix("dep:").unwrap_or(part);
                    part == "ssr" || part.split(['/', '?']).next() == Some(name)
                });
                if enables && feature != "ssr" {
                    violations.push(format!(
                        "app may use {name} under the feature ssr only, and {feature} enables it"
                    ));
                }
            }
        }
    }
    violations
}

fn browser_gets_no_server_crate(tree: &str) -> Vec<String> {
    NOT_IN_BROWSER
        .iter()
        .filter(|name| {
            tree.lines()
                .any(|line| line.split_whitespace().next() == Some(**name))
        })
        .map(|name| {
            let triple = WASM32.triple;
            format!("the browser may not get {name}: `cargo tree -p frontend --target {triple} -i {name}` shows the way")
        })
        .collect()
}

/// The dependencies of the browser's programs, with the features they have when they are built alone.
///
/// `cargo metadata` would resolve the whole workspace at once, with `app` built for the server.
/// Macros are left out: they run in the compiler, not in the browser.
fn browser_tree() -> Result<String> {
    let mut cargo = cargo::command();
    cargo
        .args(["tree", "--package", "frontend", "--package", "overview"])
        .args(["--target", WASM32.triple])
        .args(["--edges", "normal,no-proc-macro", "--prefix", "none"])
        .args(["--format", "{p}"]);
    let tree = command::output(&mut cargo, HOUR)?;
    if !tree.starts_with("frontend ") {
        bail!("`cargo tree` does not begin with the front end");
    }
    Ok(tree)
}

fn crate_info(package: &Package) -> CrateInfo {
    CrateInfo {
        name: package.name.to_string(),
        dependencies: package
            .dependencies
            .iter()
            .map(|dependency| Dependency {
                name: dependency.name.clone(),
                used_in: match dependency.kind {
                    DependencyKind::Normal => DependencyUse::Normal,
                    _ => DependencyUse::TestOrBuild,
                },
                optional: dependency.optional,
            })
            .collect(),
        features: package.features.clone().into_iter().collect(),
    }
}

impl CrateInfo {
    fn depends_on(&self, name: &str) -> bool {
        self.dependencies
            .iter()
            .any(|dependency| dependency.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn krate(name: &str, dependencies: &[&str]) -> CrateInfo {
        CrateInfo {
            name: name.to_owned(),
            dependencies: dependencies
                .iter()
                .map(|name| Dependency {
                    name: (*name).to_owned(),
                    used_in: DependencyUse::Normal,
                    optional: false,
                })
                .collect(),
            features: BTreeMap::new(),
        }
    }

    fn app(optional: bool, features: &[(&str, &[&str])]) -> CrateInfo {
        let mut app = krate("app", &["protocol", "curriculum", "sandbox"]);
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
    fn only_the_sandbox_may_depend_on_bollard() {
        let crates = [krate("sandbox", &["bollard"]), krate("server", &["axum"])];
        assert!(only_sandbox_depends_on_bollard(&crates).is_empty());
        let crates = [krate("server", &["bollard"])];
        assert_eq!(
            only_sandbox_depends_on_bollard(&crates),
            ["only sandbox may depend on bollard, and server does"]
        );
    }

    #[test]
    fn curriculum_and_sandbox_may_not_depend_on_each_other() {
        let crates = [
            krate("protocol", &[]),
            krate("curriculum", &["protocol", "sandbox"]),
            krate("sandbox", &["protocol", "curriculum"]),
        ];
        assert_eq!(
            crates_depend_only_on_allowed_crates(&crates),
            [
                "curriculum may not depend on sandbox",
                "sandbox may not depend on curriculum"
            ]
        );
    }

    #[test]
    fn a_crate_not_listed_may_depend_on_none() {
        let crates = [krate("protocol", &[]), krate("newcomer", &["protocol"])];
        assert_eq!(
            crates_depend_only_on_allowed_crates(&crates),
            ["newcomer may not depend on protocol"]
        );
    }

    #[test]
    fn only_the_tests_of_protocol_may_depend_on_more() {
        let mut protocol = krate("protocol", &["serde", "thiserror", "serde_json"]);
        assert_eq!(
            small_crates_stay_small(std::slice::from_ref(&protocol)),
            ["protocol may depend on serde and thiserror only, and depends on serde_json"]
        );
        protocol.dependencies[2].used_in = DependencyUse::TestOrBuild;
        assert!(small_crates_stay_small(&[protocol]).is_empty());
    }

    #[test]
    fn only_ssr_may_enable_the_server_crates() {
        let ssr: &[&str] = &["dep:curriculum", "dep:sandbox", "leptos/ssr"];
        let good = app(
            true,
            &[
                ("default", &[]),
                ("hydrate", &["leptos/hydrate"]),
                ("ssr", ssr),
            ],
        );
        assert!(app_enables_server_crates_under_ssr_only(&[good]).is_empty());
    }

    #[test]
    fn no_other_feature_may_enable_the_server_crates() {
        let by_hydrate = app(true, &[("hydrate", &["dep:sandbox"]), ("ssr", &[])]);
        assert_eq!(
            app_enables_server_crates_under_ssr_only(&[by_hydrate]),
            ["app may use sandbox under the feature ssr only, and hydrate enables it"]
        );
        let by_default = app(true, &[("default", &["ssr"]), ("ssr", &["dep:sandbox"])]);
        assert_eq!(
            app_enables_server_crates_under_ssr_only(&[by_default]).len(),
            2
        );
        let weakly = app(true, &[("default", &["curriculum?/highlight"])]);
        assert_eq!(app_enables_server_crates_under_ssr_only(&[weakly]).len(), 1);
        let always = app(false, &[]);
        assert_eq!(
            app_enables_server_crates_under_ssr_only(&[always]),
            [
                "app must depend on curriculum optionally",
                "app must depend on sandbox optionally"
            ]
        );
    }

    #[test]
    fn the_browser_gets_no_server_crate() {
        let clean = "frontend v0.1.0 (/here)\ntokio-stream v0.1.0\nleptos v0.8.23\n";
        assert!(browser_gets_no_server_crate(clean).is_empty());
        let dirty = "frontend v0.1.0 (/here)\ntokio v1.52.0 (*)\nsandbox v0.1.0 (/here)\n";
        assert_eq!(browser_gets_no_server_crate(dirty).len(), 2);
    }
}
