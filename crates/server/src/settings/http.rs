//! How the server meets the web.

use std::net::SocketAddr;
use std::time::Duration;

use app::base_path::BasePath;
use axum::http::HeaderValue;
use ipnet::IpNet;

use super::Reader;
use crate::request_origin::HostNames;

/// Whom the server answers, whom it believes, and how it stops.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// The names that it answers to.
    pub hosts: HostNames,
    /// The networks of the reverse proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    /// The sites that may show pages in a frame: the value of `frame-ancestors`.
    pub frame_ancestors: String,
    /// The path that the whole site is under.
    pub base_path: BasePath,
    /// Connections at a time; none for as many as the machine allows.
    pub connections_max: Option<u32>,
    /// Where `/metrics` and the details of `/readyz` are; none for [`METRICS_ADDRESS`], where that is
    /// free.
    pub metrics_address: Option<SocketAddr>,
    /// How long it goes on serving once its stop is announced.
    pub drain: Duration,
}

/// The port that Prometheus's list of default ports has for exporters of OpenTelemetry.
pub const METRICS_ADDRESS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9464);

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            hosts: HostNames::default(),
            trusted_proxies: Vec::new(),
            frame_ancestors: "'none'".to_owned(),
            base_path: BasePath::default(),
            connections_max: None,
            metrics_address: None,
            drain: Duration::from_secs(5),
        }
    }
}

impl HttpSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let default = Self::default();
        Self {
            hosts: reader
                .parsed(
                    "CODEALONG_HOSTS",
                    "names with commas between them, as in learn.example.org,localhost",
                )
                .unwrap_or_default(),
            trusted_proxies: reader.list(
                "CODEALONG_TRUSTED_PROXIES",
                "networks with commas between them, as in 192.0.2.7,172.18.0.0/16",
                parse_network,
            ),
            frame_ancestors: frame_ancestors(reader).unwrap_or(default.frame_ancestors),
            base_path: reader
                .parsed("CODEALONG_BASE_PATH", "a path, as in /learn")
                .unwrap_or_default(),
            connections_max: reader.positive("CODEALONG_CONNECTIONS_MAX"),
            metrics_address: reader.parsed(
                "CODEALONG_METRICS_ADDRESS",
                "an address and a port, as in 127.0.0.1:9464",
            ),
            drain: reader
                .count("CODEALONG_DRAIN")
                .map_or(default.drain, |seconds| Duration::from_secs(seconds.into())),
        }
    }
}

/// A network, or one address.
fn parse_network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| {
        text.parse()
            .ok()
            .map(|address: std::net::IpAddr| address.into())
    })
}

/// A value of one directive: with a semicolon it would be several.
fn frame_ancestors(reader: &mut Reader) -> Option<String> {
    let name = "CODEALONG_FRAME_ANCESTORS";
    let text = reader.text(name)?;
    if text.contains([';', ',']) || HeaderValue::from_str(&text).is_err() {
        let wanted = "sites with blanks between them, as in https://moodle.example.org";
        reader.refuse(name, &text, wanted);
        return None;
    }
    Some(text)
}
