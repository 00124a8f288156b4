//! Builds, starts, and stops the server.

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::cargo;
use crate::command;
use crate::front_end::OUTPUT_NAME;
use crate::interrupt;
use crate::screen::Screen;
use crate::site;
use crate::workspace;

/// The first start builds the runner image.
const READY_LIMIT: Duration = Duration::from_secs(180);

const DEFAULT_PORT: u16 = 3000;

/// The server gives its runs 15 s to end.
const STOP_LIMIT: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Dev,
    Release,
}

/// Where the server's output goes.
#[derive(Debug)]
pub(crate) enum OutputTarget {
    Terminal,
    File(File),
}

#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
}

pub(crate) fn binary(profile: Profile) -> PathBuf {
    built(profile, "codealong")
}

/// It starts the server beside it, so both come from one build.
pub(crate) fn bench_binary() -> PathBuf {
    built(Profile::Release, "codealong-bench")
}

fn built(profile: Profile, name: &str) -> PathBuf {
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => "release",
    };
    workspace::target().join(folder).join(name)
}

pub(crate) fn build(screen: &Screen, profile: Profile) -> Result<()> {
    build_binaries(screen, profile, &["codealong"])
}

pub(crate) fn build_for_bench(screen: &Screen) -> Result<()> {
    build_binaries(screen, Profile::Release, &["codealong", "codealong-bench"])
}

/// Builds within the default members: both programs share their dependencies' features.
fn build_binaries(screen: &Screen, profile: Profile, names: &[&str]) -> Result<()> {
    let step = screen.begin("server", "cargo build");
    let mut cargo = cargo::command();
    cargo.arg("build");
    for name in names {
        cargo.args(["--bin", name]);
    }
    if profile == Profile::Release {
        cargo.arg("--release");
    }
    cargo::compile(screen, &step, &mut cargo)?;
    step.done("built");
    Ok(())
}

pub(crate) fn address(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// The port that was asked for, or else the server's own setting.
pub(crate) fn chosen_address(port: Option<u16>) -> Result<SocketAddr> {
    match port {
        Some(port) => Ok(address(port)),
        None => address_from_setting(env::var_os("CODEALONG_ADDRESS")),
    }
}

/// As in the server itself, an empty setting counts as absent.
fn address_from_setting(setting: Option<OsString>) -> Result<SocketAddr> {
    let setting = setting.unwrap_or_default();
    // Invalid Unicode becomes U+FFFD, which no address contains.
    let text = setting.to_string_lossy();
    match text.trim() {
        "" => Ok(address(DEFAULT_PORT)),
        text => text.parse().with_context(|| {
            format!("CODEALONG_ADDRESS is {text:?}: use an address and a port, as in 0.0.0.0:3000")
        }),
    }
}

pub(crate) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(address(0)).context("no port is free")?;
    Ok(listener.local_addr()?.port())
}

pub(crate) fn require_free(address: SocketAddr) -> Result<()> {
    let Err(error) = TcpListener::bind(address) else {
        return Ok(());
    };
    let other = other_port(address);
    if http_status(address, "/healthz") == Some(200) {
        bail!(
            "CodeAlong already serves on {}: stop it, or choose another port with {other}",
            page_address(address)
        );
    }
    bail!(
        "port {} can't be used ({error}): stop what listens there, or choose another one with {other}",
        address.port()
    )
}

/// What chooses another port: `--port` is one of 127.0.0.1 alone.
fn other_port(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(address) if *address.ip() == Ipv4Addr::LOCALHOST => "`--port`".to_owned(),
        SocketAddr::V4(address) => format!("`CODEALONG_ADDRESS={}:PORT`", address.ip()),
        SocketAddr::V6(address) => format!("`CODEALONG_ADDRESS=[{}]:PORT`", address.ip()),
    }
}

/// Where a browser on this machine finds a server that listens on `address`.
pub(crate) fn page_address(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}

/// The server's settings for this checkout.
pub(crate) fn environment(address: SocketAddr) -> Vec<(&'static str, String)> {
    vec![
        ("LEPTOS_OUTPUT_NAME", OUTPUT_NAME.to_owned()),
        ("LEPTOS_SITE_ROOT", site::root().display().to_string()),
        ("CODEALONG_ADDRESS", address.to_string()),
    ]
}

impl Server {
    /// The server gets a process group of its own, so that Ctrl-C reaches it once, through us.
    pub(crate) fn start(
        profile: Profile,
        address: SocketAddr,
        output: OutputTarget,
    ) -> Result<Self> {
        require_free(address)?;
        let mut command = Command::new(binary(profile));
        command
            .current_dir(workspace::root())
            .envs(environment(address))
            .stdin(Stdio::null())
            .process_group(0);
        if let OutputTarget::File(file) = output {
            command.stdout(file.try_clone()?).stderr(file);
        }
        let child = command.spawn().context("the server could not be started")?;
        Ok(Self { child, address })
    }

    /// Ready means that pages are served and the sandbox accepts runs.
    pub(crate) fn wait_until_ready(&mut self, screen: &Screen) -> Result<()> {
        let step = screen.begin("server", "waiting until it is ready");
        let deadline = Instant::now() + READY_LIMIT;
        loop {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended with {status} before it was ready");
            }
            if http_status(self.address, "/readyz") == Some(200) {
                step.done("ready");
                return Ok(());
            }
            interrupt::check()?;
            if Instant::now() > deadline {
                if http_status(self.address, "/healthz") == Some(200) {
                    bail!(
                        "the server serves pages on {}, but its sandbox is not ready after {} s",
                        page_address(self.address),
                        READY_LIMIT.as_secs()
                    );
                }
                bail!(
                    "the server does not answer on {} after {} s",
                    page_address(self.address),
                    READY_LIMIT.as_secs()
                );
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Blocks until the server ends by itself or a stop is asked for.
    pub(crate) fn run_until_stopped(mut self) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if interrupt::requested() {
                return self.stop();
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn stop(mut self) -> Result<ExitStatus> {
        self.ask_to_stop();
        if command::exits_within(&mut self.child, STOP_LIMIT) {
            return Ok(self.child.wait()?);
        }
        bail!(
            "the server did not stop within {} s of SIGINT and was killed",
            STOP_LIMIT.as_secs()
        )
    }

    /// As Ctrl-C does: it does not wait for balancers to look elsewhere.
    fn ask_to_stop(&self) {
        command::signal("INT", i64::from(self.child.id()));
    }
}

impl Drop for Server {
    /// A server must not outlive the tests that failed on it.
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.ask_to_stop();
            if !command::exits_within(&mut self.child, STOP_LIMIT) {
                let _ = self.child.kill();
                let _ = self.child.wait();
            }
        }
    }
}

/// The status of a GET request; `None` if nothing answers.
fn http_status(address: SocketAddr, path: &str) -> Option<u16> {
    let limit = Duration::from_secs(2);
    let mut stream = TcpStream::connect_timeout(&address, limit).ok()?;
    stream.set_read_timeout(Some(limit)).ok()?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").ok()?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).ok()?;
    parse_status(&head)
}

fn parse_status(head: &[u8]) -> Option<u16> {
    let (protocol, status) = std::str::from_utf8(head).ok()?.split_once(' ')?;
    protocol
        .starts_with("HTTP/1.")
        .then(|| status.parse().ok())?
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    #[test]
    fn the_port_argument_overrides_the_setting() {
        assert_eq!(chosen_address(Some(4000)).unwrap(), address(4000));
    }

    #[test]
    fn an_absent_or_empty_setting_means_the_default_port() {
        for absent in [None, Some(OsString::new()), Some(OsString::from(" "))] {
            assert_eq!(address_from_setting(absent).unwrap(), address(3000));
        }
        let address = address_from_setting(Some(OsString::from("0.0.0.0:80"))).unwrap();
        assert_eq!(address.to_string(), "0.0.0.0:80");
    }

    #[test]
    fn a_setting_that_is_no_address_is_an_error() {
        let not_unicode = OsString::from_vec(b"127.0.0.1:30\xff0".to_vec());
        for (bad, shown) in [
            (OsString::from("localhost"), "\"localhost\""),
            (OsString::from("3000"), "\"3000\""),
            (not_unicode, "\"127.0.0.1:30\u{fffd}0\""),
        ] {
            let text = address_from_setting(Some(bad)).unwrap_err().to_string();
            let expected = format!(
                "CODEALONG_ADDRESS is {shown}: use an address and a port, as in 0.0.0.0:3000"
            );
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn a_status_line_is_read() {
        assert_eq!(parse_status(b"HTTP/1.1 200"), Some(200));
        assert_eq!(parse_status(b"HTTP/1.0 503"), Some(503));
        assert_eq!(parse_status(b"SSH-2.0-Open"), None);
    }

    #[test]
    fn a_port_in_use_is_an_error_that_names_the_option() {
        let taken = TcpListener::bind(address(0)).unwrap();
        let error = require_free(taken.local_addr().unwrap()).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("choose another one with `--port`"), "{text}");
        assert!(require_free(address(free_port().unwrap())).is_ok());
    }

    #[test]
    fn an_address_for_others_is_kept_where_its_port_is_in_use() {
        let of = |text: &str| other_port(text.parse().unwrap());
        assert_eq!(of("127.0.0.1:80"), "`--port`");
        assert_eq!(of("0.0.0.0:80"), "`CODEALONG_ADDRESS=0.0.0.0:PORT`");
        assert_eq!(of("[::]:80"), "`CODEALONG_ADDRESS=[::]:PORT`");
    }

    #[test]
    fn a_server_on_all_addresses_has_one_that_a_browser_can_open() {
        let of = |text: &str| page_address(text.parse().unwrap());
        assert_eq!(of("0.0.0.0:3000"), "http://localhost:3000");
        assert_eq!(of("[::]:3000"), "http://localhost:3000");
        assert_eq!(of("192.0.2.1:80"), "http://192.0.2.1:80");
    }
}
