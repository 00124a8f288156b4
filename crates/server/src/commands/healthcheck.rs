//! Whether the server of these settings is healthy, asked as a container's health check asks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::{ServerSettings, leptos_options};

/// Docker's own limit for a check is 30 s.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// Fails unless the server lives and has taken runs once since its start.
///
/// An engine that is away later makes no server unhealthy: to start it anew would mend nothing.
pub async fn healthcheck(settings: &ServerSettings) -> anyhow::Result<ExitCode> {
    let address = match settings.address {
        Some(address) => address,
        None => leptos_options()?.site_addr,
    };
    let address = reachable(address);
    for path in ["/healthz", "/startupz"] {
        let asked = timeout(ANSWERS_WITHIN, status(address, path)).await;
        let status = asked
            .with_context(|| format!("http://{address}{path} does not answer"))?
            .with_context(|| format!("http://{address}{path} can't be asked"))?;
        if status != 200 {
            bail!("http://{address}{path} says {status}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// An address at which a server that listens on this one is reached from its own machine.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// The status of a GET request.
async fn status(address: SocketAddr, path: &str) -> anyhow::Result<u16> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let status = answer.split(' ').nth(1).and_then(|word| word.parse().ok());
    status.context("the answer is not HTTP")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_all_addresses_is_reached_on_loopback() {
        for (listened, reached) in [
            ("0.0.0.0:3000", "127.0.0.1:3000"),
            ("[::]:3000", "[::1]:3000"),
            ("192.0.2.1:80", "192.0.2.1:80"),
        ] {
            let found = reachable(listened.parse().unwrap());
            assert_eq!(found.to_string(), reached);
        }
    }
}
