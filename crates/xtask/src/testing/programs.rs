//! Programs that the tests run: Python, Redis, reverse proxies, Compose, and what makes networks.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command;
use crate::debian_fallback::{packages, pip};
use crate::screen::Screen;

pub(crate) fn ensure_python(screen: &Screen) -> Result<PathBuf> {
    if let Some(python) = find_python() {
        screen.found("Python", python.display());
        return Ok(python);
    }
    packages::install(screen, "Python", &packages::PYTHON)?;
    find_python().context("Debian's python3 is older than 3.11")
}

fn find_python() -> Option<PathBuf> {
    let names = [
        "python3.11",
        "python3.12",
        "python3.13",
        "python3.14",
        "python3",
    ];
    names.into_iter().filter_map(command::find).find(|python| {
        let mut probe = Command::new(python);
        probe.args(["-c", "import sys; sys.exit(sys.version_info < (3, 11))"]);
        command::output(&mut probe, command::HOUR).is_ok()
    })
}

/// `runner-image/tests/test_real_redis.py` starts it in place of a learner's program, and the tests beside it
/// run redis-cli, and the Python package `redis`, which they install by pip.
pub(crate) fn ensure_redis(screen: &Screen) -> Result<()> {
    pip::ensure(screen, "Python", &ensure_python(screen)?)?;
    if ["redis-server", "redis-cli"]
        .into_iter()
        .all(|name| command::find(name).is_some())
    {
        screen.found("Redis", "redis-server and redis-cli are here");
        return Ok(());
    }
    packages::install(screen, "Redis", &packages::REDIS)
}

/// `crates/server/tests/judge/proxies.rs` puts each in front of a server.
pub(crate) fn ensure_proxies(screen: &Screen) -> Result<()> {
    for (program, title, package) in [
        ("nginx", "nginx", &packages::NGINX),
        ("caddy", "Caddy", &packages::CADDY),
    ] {
        if command::find(program).is_some() {
            screen.found(title, format_args!("{program} is here"));
        } else {
            packages::install(screen, title, package)?;
        }
    }
    Ok(())
}

/// Compose as a program of its own, as Debian has it; it reads the files of the engine's plugin too.
pub(crate) fn ensure_compose(screen: &Screen) -> Result<PathBuf> {
    if let Some(compose) = command::find("docker-compose") {
        screen.found("Compose", compose.display());
        return Ok(compose);
    }
    packages::install(screen, "Compose", &packages::COMPOSE)?;
    command::find("docker-compose").context("docker-compose is missing after its installation")
}

/// What `swarm` makes machines of and puts in front of them. Only root may make network namespaces.
pub(crate) fn ensure_networks(screen: &Screen) -> Result<()> {
    if !packages::is_root() {
        bail!("two engines in two networks need root: run `sudo -E cargo xtask test --only swarm`");
    }
    if command::find("dockerd").is_none() {
        packages::install(screen, "Docker engine", &packages::DOCKER)?;
    }
    for (program, title, package) in [
        ("haproxy", "HAProxy", &packages::HAPROXY),
        ("ip", "iproute2", &packages::IPROUTE),
    ] {
        if command::find(program).is_some() {
            screen.found(title, format_args!("{program} is here"));
        } else {
            packages::install(screen, title, package)?;
        }
    }
    Ok(())
}
