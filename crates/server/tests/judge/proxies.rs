//! The server behind nginx and Caddy, as they come and as docs/hosting.md has them: events arrive as they
//! happen, and names are checked. That learners are told apart: `tests/server/addresses.rs`.

use std::cell::Cell;
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use flate2::write::GzDecoder;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{ask_for_run, get, report_on, until};
use crate::judge_fixture::{repository, serial_guard};
use crate::server_process::{Server, free_address};
use crate::sessions::Page;

/// A reverse proxy in front of a server. Dropping it ends it.
pub(crate) struct Proxy {
    child: Child,
    address: SocketAddr,
    folder: TempDir,
}

impl Proxy {
    /// nginx with its defaults, and these directives.
    async fn nginx(server: SocketAddr, directives: &str) -> Self {
        Self::start(|address, folder| {
            let path = folder.display();
            let configuration = format!(
                "daemon off; master_process off; pid {path}/pid; error_log stderr;
                events {{}}
                http {{
                    access_log off; {directives}
                    client_body_temp_path {path}/body; proxy_temp_path {path}/proxy;
                    fastcgi_temp_path {path}/fastcgi; uwsgi_temp_path {path}/uwsgi;
                    scgi_temp_path {path}/scgi;
                    server {{
                        listen {address};
                        location / {{
                            proxy_pass http://{server};
                        }}
                    }}
                }}"
            );
            let file = folder.join("nginx.conf");
            fs::write(&file, configuration).unwrap();
            let mut nginx = Command::new("nginx");
            nginx.arg("-c").arg(file).arg("-p").arg(folder);
            nginx
        })
        .await
    }

    async fn caddy(server: SocketAddr) -> Self {
        Self::start(|address, folder| {
            let port = address.port();
            let configuration = format!(
                "{{\nadmin off\nauto_https off\n}}\n\
                 http://:{port} {{\nencode gzip\nreverse_proxy {server}\n}}\n"
            );
            caddy_command(folder, &configuration)
        })
        .await
    }

    /// Caddy with HTTPS, by an authority of its own.
    pub(crate) async fn caddy_with_a_certificate(server: SocketAddr) -> Self {
        let https_port = Cell::new(0);
        let mut proxy = Self::start(|address, folder| {
            let (port, https) = (address.port(), free_address().port());
            https_port.set(https);
            let configuration = format!(
                "{{\nadmin off\nauto_https disable_redirects\nskip_install_trust\n}}\n\
                 http://:{port} {{\nreverse_proxy {server}\n}}\n\
                 https://localhost:{https} {{\ntls internal\nreverse_proxy {server}\n}}\n"
            );
            caddy_command(folder, &configuration)
        })
        .await;
        proxy.address.set_port(https_port.get());
        until(
            "there is an authority",
            Duration::from_secs(30),
            async || proxy.authority().exists(),
        )
        .await;
        proxy
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The certificate of its own authority.
    pub(crate) fn authority(&self) -> PathBuf {
        let path = ".local/share/caddy/pki/authorities/local/root.crt";
        self.folder.path().join(path)
    }

    /// Starts it at a free port. Another process may take that first, and then it ends: once more.
    async fn start(command: impl Fn(SocketAddr, &Path) -> Command) -> Self {
        loop {
            let (folder, address) = (tempfile::tempdir().unwrap(), free_address());
            let child = command(address, folder.path())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut proxy = Self {
                child,
                address,
                folder,
            };
            let mut has_ended = false;
            until("the proxy answers", Duration::from_secs(30), async || {
                has_ended = proxy.child.try_wait().unwrap().is_some();
                let answer = get(proxy.address, "/healthz").await;
                has_ended || answer.is_some_and(|answer| answer.contains("alive"))
            })
            .await;
            if !has_ended {
                return proxy;
            }
        }
    }

    /// Asks for a run that takes seconds; its beginning arrives while it goes on.
    async fn passes_events_on(&self, server: &Server) {
        let slow = "import time\ntime.sleep(60)\n";
        let mut answer = ask_for_run(self.address, slow, Some("page")).await;
        let (mut received, mut told) = (Vec::new(), String::new());
        while !told.contains("\"event\":\"started\"") {
            let mut bytes = [0; 4096];
            let count = answer.read(&mut bytes).await.unwrap();
            assert!(count > 0, "the run ended first: {told}");
            received.extend_from_slice(&bytes[..count]);
            told = received_body(&received);
        }
        assert!(!told.contains("\"event\":\"finished\""), "{told}");
        server.until_status(&["\"running\":1,"]).await;
        // Who leaves through a proxy has left.
        drop(answer);
        server.until_status(&["\"running\":0,"]).await;
    }
}

fn caddy_command(folder: &Path, configuration: &str) -> Command {
    let file = folder.join("Caddyfile");
    fs::write(&file, configuration).unwrap();
    let mut caddy = Command::new("caddy");
    caddy
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(file)
        .env("HOME", folder)
        .env_remove("XDG_DATA_HOME");
    caddy
}

/// The body of an answer of which so much has come, decompressed.
fn received_body(received: &[u8]) -> String {
    let end = received.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let Some(end) = end else {
        return String::new();
    };
    let (head, body) = received.split_at(end + 4);
    let head = String::from_utf8_lossy(head).to_lowercase();
    if !head.contains("content-encoding: gzip") {
        return String::from_utf8_lossy(body).into_owned();
    }
    let mut decoder = GzDecoder::new(Vec::new());
    decoder.write_all(body).unwrap();
    decoder.flush().unwrap();
    String::from_utf8_lossy(decoder.get_ref()).into_owned()
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // It may have ended by itself, where it could not start.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// What docs/hosting.md sets.
const AS_DOCUMENTED: &str = "proxy_set_header Host $http_host; \
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_http_version 1.1; \
    proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection;";

#[test]
fn the_page_for_hosts_has_what_is_tried() {
    let page = fs::read_to_string(repository().join("docs/hosting.md")).unwrap();
    for directive in AS_DOCUMENTED.split_inclusive("; ") {
        assert!(page.contains(directive.trim()), "{directive}");
    }
}

/// By a name that resolves to the proxy, a foreign page would read what is here.
#[tokio::test]
async fn names_are_checked_behind_a_proxy() {
    let _serial_guard = serial_guard().await;
    let server = Server::start("names", 1, Duration::ZERO).await;
    for proxy in [
        Proxy::nginx(server.address, AS_DOCUMENTED).await,
        Proxy::caddy(server.address).await,
    ] {
        let of = async |host: &str| {
            let mut stream = TcpStream::connect(proxy.address).await.unwrap();
            let request = format!("GET /api/none HTTP/1.0\r\nHost: {host}\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            answer
        };
        let answer = of("rebound.example.org").await;
        assert!(answer.contains("CODEALONG_HOSTS"), "{answer}");
        let answer = of("localhost").await;
        assert!(answer.contains(" 404 "), "{answer}");
    }
    server.terminate().await;
}

#[tokio::test]
async fn sessions_pass_through_a_proxy() {
    let _serial_guard = serial_guard().await;
    let server = Server::start("passing", 1, Duration::ZERO).await;
    for proxy in [
        Proxy::nginx(server.address, AS_DOCUMENTED).await,
        Proxy::caddy(server.address).await,
    ] {
        let mut page = Page::connected(proxy.address, "behind-a-proxy").await;
        page.ping().await;
    }
    server.terminate().await;
}

#[tokio::test]
async fn events_pass_through_a_proxy_as_they_happen() {
    let _serial_guard = serial_guard().await;
    let server = Server::start("proxies", 2, Duration::ZERO).await;
    // It holds events back.
    let compressing =
        "gzip on; gzip_types *; gzip_proxied any; gzip_min_length 1; gzip_http_version 1.0;";
    for proxy in [
        Proxy::nginx(server.address, "").await,
        Proxy::nginx(server.address, compressing).await,
        Proxy::nginx(server.address, AS_DOCUMENTED).await,
        Proxy::caddy(server.address).await,
    ] {
        proxy.passes_events_on(&server).await;
        let solution = "import socket\nserver = socket.create_server(('localhost', 6379))\n";
        let report = report_on(ask_for_run(proxy.address, solution, None).await).await;
        assert!(report.total() > 0, "{report:#?}");
    }
    let (status, _) = server.terminate().await;
    assert_eq!(status.code(), Some(0));
}
