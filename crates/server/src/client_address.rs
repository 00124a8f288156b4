//! The address of the client behind a reverse proxy.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Once};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The reverse proxies that are believed.
#[derive(Debug, Clone)]
pub(crate) struct TrustedProxies {
    networks: Arc<[IpNet]>,
    warned: Arc<Once>,
}

impl TrustedProxies {
    pub(crate) fn new(networks: &[IpNet]) -> Self {
        Self {
            networks: networks.into(),
            warned: Arc::new(Once::new()),
        }
    }

    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks
            .iter()
            .any(|network| network.contains(&address))
    }

    /// The client that the proxy `peer` forwards for.
    ///
    /// Each proxy appends the address of its own client. So the first address from the right that
    /// is no proxy of ours is the client's; all further left is what the client says itself.
    fn client_behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let entries = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
        for entry in entries {
            if !self.contains(client) {
                break;
            }
            let Some(address) = parse_address(entry.trim()) else {
                break;
            };
            client = address;
        }
        client
    }
}

/// Replaces the address of a trusted proxy by that of the client which it names.
pub(crate) async fn find_client_address(
    State(proxies): State<TrustedProxies>,
    mut request: Request,
) -> Request {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    if let Some(&ConnectInfo(peer)) = peer
        && request.headers().contains_key(FORWARDED_FOR)
    {
        if proxies.contains(peer.ip()) {
            let client = proxies.client_behind(peer.ip(), request.headers());
            let found = ConnectInfo(SocketAddr::new(client, 0));
            request.extensions_mut().insert(found);
        } else {
            proxies.warned.call_once(|| {
                tracing::warn!(
                    %peer,
                    "a request from {} has X-Forwarded-For, which counts only from a trusted proxy: \
                     if a proxy is there, add its address to CODEALONG_TRUSTED_PROXIES, or all \
                     learners behind it count as one",
                    peer.ip()
                );
            });
        }
    }
    request
}

/// An address with or without a port, as in `192.0.2.1`, `192.0.2.1:80`, `::1` and `[::1]:80`.
fn parse_address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let socket = || text.parse().ok().map(|address: SocketAddr| address.ip());
    bare.parse().ok().or_else(socket)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn client(peer: &str, lines: &[&str]) -> String {
        let networks = ["10.0.0.0/8", "::1/128"].map(|text| text.parse().unwrap());
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, HeaderValue::from_str(line).unwrap());
        }
        let proxies = TrustedProxies::new(&networks);
        let found = proxies.client_behind(peer.parse().unwrap(), &headers);
        found.to_string()
    }

    #[test]
    fn the_client_is_the_first_from_the_right_that_is_no_proxy() {
        assert_eq!(client("10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(
            client("10.0.0.1", &["1.1.1.1, 198.51.100.7, 10.0.0.2"]),
            "198.51.100.7"
        );
        let in_two_lines = ["1.1.1.1", "198.51.100.7,10.9.9.9"];
        assert_eq!(client("::1", &in_two_lines), "198.51.100.7");
        assert_eq!(client("10.0.0.1", &["10.0.0.3"]), "10.0.0.3");
    }

    #[test]
    fn an_address_may_have_a_port() {
        for (told, found) in [
            ("198.51.100.7:4711", "198.51.100.7"),
            ("[2001:db8::7]:4711", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("2001:db8::7", "2001:db8::7"),
        ] {
            assert_eq!(client("10.0.0.1", &[told]), found);
        }
    }

    #[test]
    fn what_is_no_address_ends_the_search_at_the_proxy() {
        for told in ["unknown", "", "1.1.1.1, who", "a:b"] {
            assert_eq!(client("10.0.0.1", &[told]), "10.0.0.1");
        }
    }
}
