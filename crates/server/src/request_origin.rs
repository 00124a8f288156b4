//! Which names the server answers to, and which sites may call it.
//!
//! A page of another site can make a browser send requests here. With a name of its own that resolves
//! to this server (DNS rebinding) it can even read the answers: so only known names are served, and
//! addresses, which no other site has. Calls that a foreign page makes by this server's own name are
//! told by what the browser says of their origin.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use crate::request_check::refuse;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Health checks often name no host.
const HEALTH_CHECKS: [&str; 3] = ["/healthz", "/readyz", "/startupz"];

/// So many refused names are logged, each once.
const LOGGED_NAMES_MAX: usize = 16;

/// The names that the server answers to, besides `localhost`, names below it, and every IP address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HostNames {
    is_any: bool,
    names: BTreeSet<String>,
}

/// What the checks of names and origins share.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownHosts {
    names: HostNames,
    /// Whether health checks are answered by whatever name.
    is_health_bare: bool,
    logged: Arc<Mutex<BTreeSet<String>>>,
}

impl FromStr for HostNames {
    type Err = ();

    /// Names with commas between them, as in `learn.example.org, localhost`; `*` for every name.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut found = Self::default();
        for name in text.split(',').map(str::trim) {
            if name == "*" {
                found.is_any = true;
            } else if is_name(name) {
                found.names.insert(name.to_ascii_lowercase());
            } else {
                return Err(());
            }
        }
        Ok(found)
    }
}

impl fmt::Display for HostNames {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let any = self.is_any.then_some("*");
        let names: Vec<&str> = any
            .into_iter()
            .chain(self.names.iter().map(String::as_str))
            .collect();
        formatter.write_str(&names.join(", "))
    }
}

impl HostNames {
    /// Whether requests for this host, which may have a port, are answered.
    fn contains(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else {
            return false;
        };
        let name = authority.host().trim_end_matches('.').to_ascii_lowercase();
        let literal = name.trim_start_matches('[').trim_end_matches(']');
        self.is_any
            || literal.parse::<IpAddr>().is_ok()
            || name == "localhost"
            || name.ends_with(".localhost")
            || self.names.contains(&name)
    }
}

impl KnownHosts {
    pub(crate) fn new(names: HostNames) -> Self {
        Self {
            names,
            ..Self::default()
        }
    }

    /// For a router whose health checks tell nothing but a status.
    pub(crate) fn with_bare_health(names: HostNames) -> Self {
        Self {
            is_health_bare: true,
            ..Self::new(names)
        }
    }

    fn answer(&self, host: &str, path: &str) -> bool {
        let is_bare = self.is_health_bare && HEALTH_CHECKS.contains(&path);
        is_bare || self.names.contains(host)
    }

    fn log_once(&self, host: &str) {
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.len() < LOGGED_NAMES_MAX && logged.insert(host.to_owned()) {
            tracing::warn!(
                host,
                "a request for the host {host:?} is refused: add the name to CODEALONG_HOSTS if it is \
                 this server's"
            );
        }
    }
}

/// Refuses requests for hosts that are none of ours.
///
/// # Errors
///
/// The answer to such a request.
pub(crate) async fn check_host(
    State(known): State<KnownHosts>,
    request: Request,
) -> Result<Request, Response> {
    let path = request.uri().path();
    if !path.starts_with('/') {
        // Of a host alone, as for CONNECT, or of `*`: there is nothing that it could name here.
        return Err(StatusCode::BAD_REQUEST.into_response());
    }
    let host = host_of(request.uri(), request.headers()).unwrap_or_default();
    if known.answer(&host, path) {
        return Ok(request);
    }
    let host: String = host.chars().take(80).collect();
    known.log_once(&host);
    let text = format!(
        "CodeAlong is not known as {host:?} here. Whoever runs this server adds the name to \
         CODEALONG_HOSTS.\n"
    );
    Err((StatusCode::MISDIRECTED_REQUEST, text).into_response())
}

/// Refuses calls of the server's functions, and connections that are to be upgraded, that a page of
/// another site makes.
///
/// # Errors
///
/// The answer to such a call.
pub(crate) async fn check_origin(
    State(known): State<KnownHosts>,
    request: Request,
) -> Result<Request, Response> {
    let is_call = request.uri().path().starts_with("/api/");
    let is_upgrade = request.headers().contains_key(header::UPGRADE);
    if (is_call || is_upgrade) && is_foreign(&known.names, request.uri(), request.headers()) {
        return Err(refuse(
            StatusCode::FORBIDDEN,
            "it came from a page of another site. Behind a proxy, add this site's name to \
             CODEALONG_HOSTS",
        ));
    }
    Ok(request)
}

/// Whether a page of another site asks. A program that is no browser says nothing, and is no page.
fn is_foreign(names: &HostNames, uri: &Uri, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    // Browsers send it where the connection is trustworthy, and no page can set it.
    if let Some(site) = text(SEC_FETCH_SITE) {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN) else {
        return false;
    };
    let Some((_, origin_host)) = origin.split_once("://") else {
        return true; // `null`, of a page without an origin.
    };
    // A proxy may speak to us by another name than browsers speak to it.
    let is_asked = host_of(uri, headers).is_some_and(|host| host.eq_ignore_ascii_case(origin_host));
    let is_named = names.is_any
        || origin_host
            .parse::<Authority>()
            .is_ok_and(|authority| names.names.contains(&authority.host().to_ascii_lowercase()));
    !is_asked && !is_named
}

/// The host that a request is for; that of its URI counts before the header's.
fn host_of(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    if let Some(authority) = uri.authority() {
        return Some(authority.to_string());
    }
    let mut lines = headers.get_all(header::HOST).iter();
    let host = lines.next()?.to_str().ok()?;
    // Two of them could mean different things to a proxy and to us.
    lines.next().is_none().then(|| host.to_owned())
}

fn is_name(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.len() <= 63;
    let is_character = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    text.bytes().all(is_character) && text.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn names(text: &str) -> HostNames {
        text.parse().unwrap()
    }

    #[test]
    fn loopback_names_and_addresses_are_known_without_a_setting() {
        let known = HostNames::default();
        for host in [
            "localhost",
            "LocalHost:3000",
            "course.localhost",
            "127.0.0.1:3000",
            "192.0.2.1",
            "[::1]:3000",
            "localhost.",
        ] {
            assert!(known.contains(host), "{host}");
        }
        for host in [
            "",
            "learn.example.org",
            "localhost.example.org",
            "127.0.0.1.example.org",
            "evil.org:80",
            "a b",
            "notlocalhost",
        ] {
            assert!(!known.contains(host), "{host}");
        }
    }

    #[test]
    fn a_named_host_is_known_with_any_port_and_in_any_case() {
        let known = names("Learn.Example.org, other.example.org");
        assert!(known.contains("learn.example.org:8443"));
        assert!(known.contains("OTHER.example.org."));
        assert!(!known.contains("example.org"));
        assert!(names("*").contains("anything.example.org"));
        for bad in ["a b", "http://a.org", "a.org:80", "", "a,,b", "a..b"] {
            assert!(bad.parse::<HostNames>().is_err(), "{bad}");
        }
    }

    fn is_foreign_with(headers: &[(HeaderName, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, HeaderValue::from_str(value).unwrap());
        }
        let uri = Uri::from_static("/api/run");
        is_foreign(&names("learn.example.org"), &uri, &map)
    }

    #[test]
    fn a_call_of_the_own_page_is_not_foreign() {
        let host = (header::HOST, "localhost:3000");
        assert!(!is_foreign_with(std::slice::from_ref(&host)));
        assert!(!is_foreign_with(&[
            host.clone(),
            (header::ORIGIN, "http://localhost:3000")
        ]));
        assert!(!is_foreign_with(&[
            host.clone(),
            (SEC_FETCH_SITE, "same-origin"),
            // Behind a proxy that says a name of its own.
            (header::ORIGIN, "https://elsewhere.example.org"),
        ]));
        assert!(!is_foreign_with(&[
            host,
            (header::ORIGIN, "http://learn.example.org:8080")
        ]));
    }

    #[test]
    fn a_call_of_another_site_is_foreign() {
        let host = (header::HOST, "localhost:3000");
        for told in [
            (header::ORIGIN, "http://evil.example.org"),
            (header::ORIGIN, "http://localhost:4000"),
            (header::ORIGIN, "null"),
            (SEC_FETCH_SITE, "cross-site"),
            (SEC_FETCH_SITE, "same-site"),
        ] {
            assert!(is_foreign_with(&[host.clone(), told.clone()]), "{told:?}");
        }
    }

    #[test]
    fn two_hosts_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(header::HOST, HeaderValue::from_static("localhost"));
        headers.append(header::HOST, HeaderValue::from_static("evil.example.org"));
        assert_eq!(host_of(&Uri::from_static("/"), &headers), None);
    }
}
