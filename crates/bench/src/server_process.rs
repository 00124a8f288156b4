//! The server as a process of its own, as its users run it, for the kernel's accounts of it.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::bare_python::free_port;
use crate::context::BenchContext;
use crate::process::Process;

const STARTS_WITHIN: Duration = Duration::from_secs(120);
const STOPS_WITHIN: Duration = Duration::from_secs(20);
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

/// A server process. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct ServerProcess {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    operations: SocketAddr,
    warm: u32,
}

impl ServerProcess {
    /// Starts a server whose containers have this owner.
    pub(crate) fn start(context: &BenchContext, owner: &str) -> anyhow::Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let operations = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let own = std::env::current_exe().context("this program can't be found")?;
        // One command builds both, into one folder.
        let binary = own.with_file_name("codealong");
        let child = Command::new(binary)
            .arg("serve")
            .env("CODEALONG_ADDRESS", address.to_string())
            .env("CODEALONG_METRICS_ADDRESS", operations.to_string())
            .env("CODEALONG_OWNER", owner)
            .env("CODEALONG_DRAIN", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("a server can't be started")?;
        Ok(Self {
            process: Process::new(child)?,
            address,
            operations,
            warm: context.settings.sandbox.warm,
        })
    }

    /// Waits until every warm lane is ready and the pool is idle.
    pub(crate) async fn rest(&mut self) -> anyhow::Result<()> {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.process.child.try_wait()? {
                bail!("the server ended with {status}");
            }
            if begin.elapsed() > STARTS_WITHIN {
                bail!("the server does not come to rest");
            }
            // There is no answer before the server listens.
            if let Ok(answer) = self.ask_at(self.operations, "GET /readyz", "").await
                && self.is_at_rest(&answer)
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn is_at_rest(&self, answer: &str) -> bool {
        let body = answer.rsplit("\r\n\r\n").next().unwrap_or_default();
        let Ok(status) = serde_json::from_str::<serde_json::Value>(body) else {
            return false;
        };
        let number = |name: &str| status[name].as_u64().unwrap_or(u64::MAX);
        let warm = u64::from(self.warm);
        (number("ready"), number("lanes"), number("running")) == (warm, warm, 0)
    }

    /// Sends a request, `GET /` or `POST /api/run`, and reads the whole answer.
    pub(crate) async fn ask(&self, what: &str, body: &str) -> anyhow::Result<String> {
        self.ask_at(self.address, what, body).await
    }

    async fn ask_at(&self, address: SocketAddr, what: &str, body: &str) -> anyhow::Result<String> {
        let answer = async {
            let mut stream = TcpStream::connect(address).await?;
            let request = format!(
                "{what} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
                 Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                address,
                body.len(),
            );
            stream.write_all(request.as_bytes()).await?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await?;
            anyhow::Ok(String::from_utf8_lossy(&answer).into_owned())
        };
        tokio::time::timeout(ANSWERS_WITHIN, answer)
            .await
            .context("the server does not answer")?
    }

    /// Stops the server as an administrator does; it removes its containers.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        // `kill`, because the standard library sends only SIGKILL.
        Command::new("sh")
            .args(["-c", &format!("kill -TERM {}", self.process.id)])
            .status()
            .await
            .context("the server can't be stopped")?;
        tokio::time::timeout(STOPS_WITHIN, self.process.child.wait())
            .await
            .context("the server does not stop")??;
        Ok(())
    }
}
