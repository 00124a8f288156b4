//! The server behind nginx and Caddy as they come: events arrive as they happen, and learners are told
//! apart.

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use flate2::write::GzDecoder;
use tempfile::TempDir;
use tokio::io::AsyncReadExt;

use crate::client::{ask_for_run, get, report_on, until};
use crate::judge_fixture::serial_guard;
use crate::server_process::{Server, free_address};

/// A reverse proxy in front of a server. Dropping it ends it.
struct Proxy {
    child: Child,
    address: SocketAddr,
    _folder: TempDir,
}

impl Proxy {
    /// nginx with its defaults, and with compression of everything, which holds events back.
    async fn nginx(server: SocketAddr, gzip: &str) -> Self {
        Self::start(|address, folder| {
            let path = folder.display();
            let configuration = format!(
                "daemon off; master_process off; pid {path}/pid; error_log stderr;
                events {{}}
                http {{
                    access_log off; {gzip}
                    client_body_temp_path {path}/body; proxy_temp_path {path}/proxy;
                    fastcgi_temp_path {path}/fastcgi; uwsgi_temp_path {path}/uwsgi;
                    scgi_temp_path {path}/scgi;
                    server {{
                        listen {address};
                        location / {{
                            proxy_pass http://{server};
                            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
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
            let file = folder.join("Caddyfile");
            fs::write(&file, configuration).unwrap();
            let mut caddy = Command::new("caddy");
            caddy
                .args(["run", "--adapter", "caddyfile", "--config"])
                .arg(file)
                .env("HOME", folder);
            caddy
        })
        .await
    }

    async fn start(command: impl FnOnce(SocketAddr, &Path) -> Command) -> Self {
        let (folder, address) = (tempfile::tempdir().unwrap(), free_address());
        let child = command(address, folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let proxy = Self {
            child,
            address,
            _folder: folder,
        };
        until("the proxy answers", Duration::from_secs(30), async || {
            let answer = get(proxy.address, "/healthz").await;
            answer.is_some_and(|answer| answer.contains("alive"))
        })
        .await;
        proxy
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
            told = body_so_far(&received);
        }
        assert!(!told.contains("\"event\":\"finished\""), "{told}");
        server.until_status(&["\"running\":1,"]).await;
        // Who leaves through a proxy has left.
        drop(answer);
        server.until_status(&["\"running\":0,"]).await;
    }
}

/// The body of an answer of which so much has come, decompressed.
fn body_so_far(received: &[u8]) -> String {
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

#[tokio::test]
async fn events_pass_through_a_proxy_as_they_happen() {
    let _serial_guard = serial_guard().await;
    let server = Server::start("proxies", 2, Duration::ZERO).await;
    let compressing =
        "gzip on; gzip_types *; gzip_proxied any; gzip_min_length 1; gzip_http_version 1.0;";
    for proxy in [
        Proxy::nginx(server.address, "").await,
        Proxy::nginx(server.address, compressing).await,
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
