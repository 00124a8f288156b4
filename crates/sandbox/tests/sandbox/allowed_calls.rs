//! The calls to the engine that a proxy in front of it has to allow: these, and no others.

use std::fs;
use std::path::Path;

use crate::lab::Lab;
use crate::proxy::{Call, Proxy};

const fn call(method: &'static str, begins: &'static str, ends: &'static str) -> Call {
    Call {
        method,
        begins,
        ends,
    }
}

/// As docs/hosting.md lists them, for a server whose images are there.
const CALLS: [Call; 9] = [
    call("GET", "/_ping", ""),
    call("GET", "/version", ""),
    call("GET", "/images/", "/json"),
    call("POST", "/containers/create", ""),
    call("POST", "/containers/codealong-", "/attach"),
    call("POST", "/containers/codealong-", "/start"),
    call("GET", "/containers/json", ""),
    call("GET", "/containers/codealong-", "/json"),
    call("DELETE", "/containers/codealong-", ""),
];

#[tokio::test]
async fn a_proxy_that_allows_the_listed_calls_alone_is_enough() {
    let (proxy, seen) = Proxy::allowing(&CALLS);
    let lab = Lab::with(|settings| settings.docker_host = proxy.host()).await;
    for _ in 0..3 {
        lab.assert_honest_run_passes().await;
    }
    lab.close().await;
    assert_eq!(seen.refused(), Vec::<String>::new());
    // A ping is for an engine that is in doubt: `engine_faults` makes it so.
    let not_made = seen.not_made();
    assert!(
        not_made.iter().all(|call| call.begins == "/_ping"),
        "{not_made:?}"
    );
}

#[test]
fn the_page_for_hosts_lists_them() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/hosting.md");
    let page = fs::read_to_string(page).unwrap();
    for Call {
        method,
        begins,
        ends,
    } in CALLS
    {
        let middle = if ends.is_empty() && !begins.ends_with('-') {
            ""
        } else {
            "NAME"
        };
        let begins = begins.trim_end_matches("codealong-");
        let line = format!("{method} {begins}{middle}{ends}\n");
        assert!(page.contains(&line), "{line:?}");
    }
}
