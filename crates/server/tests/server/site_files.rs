//! The site's files: which names pages use, and how long browsers keep what they got.

use axum::body::Body;
use axum::http::Request;

use crate::test_app::{Answer, TestApp};

const STYLE: &str = "/pkg/codealong.0f1e.css";

async fn get(app: &TestApp, path: &str, name: &str, value: &str) -> Answer {
    let request = Request::get(path).header(name, value);
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_page_uses_the_hashed_names_and_plain_ones_where_there_is_none() {
    let page = TestApp::start().get("/").await.expect(200, STYLE);
    assert!(page.body.contains(r#""/pkg/codealong.wasm""#));
    assert!(!page.body.contains("/pkg/codealong.css"));
}

#[tokio::test]
async fn only_a_step_page_loads_the_editor_and_what_is_around_it() {
    let app = TestApp::start();
    for page in ["/", "/courses/redis", "/courses/redis/"] {
        let answer = app.get(page).await.expect(200, "/pkg/overview.2f3e.wasm");
        assert!(!answer.body.contains("/pkg/monaco/"), "{page}");
    }
    for page in ["/courses/redis/ping", "/courses/redis/ping/"] {
        let answer = app.get(page).await.expect(200, "/pkg/monaco/editor.js");
        assert!(answer.body.contains("/pkg/codealong.wasm"), "{page}");
        assert!(!answer.body.contains("/pkg/overview."), "{page}");
    }
}

#[tokio::test]
async fn a_file_comes_as_it_was_compressed_when_it_was_built() {
    let app = TestApp::start();
    for (accepted, encoding, body) in [
        ("gzip, deflate, br, zstd", Some("br"), "in brotli"),
        ("gzip", Some("gzip"), "in gzip"),
        ("identity", None, "/* whole */"),
    ] {
        let answer = get(&app, STYLE, "accept-encoding", accepted).await;
        let answer = answer.expect(200, body);
        let found = answer.headers.get("content-encoding");
        assert_eq!(found.map(|value| value.to_str().unwrap()), encoding);
        assert_eq!(answer.header("content-type"), "text/css");
        assert_eq!(answer.header("vary"), "accept-encoding");
    }
}

#[tokio::test]
async fn a_hashed_name_is_kept_for_ever_and_any_other_never() {
    let app = TestApp::start();
    let kept = "public, max-age=31536000, immutable";
    for (path, status, expected) in [
        (STYLE, 200, kept),
        ("/plain.txt", 200, "no-cache"),
        ("/", 200, "no-cache"),
        ("/pkg/codealong.css", 404, "no-cache"),
    ] {
        let answer = app.get(path).await.expect(status, "");
        assert_eq!(answer.header("cache-control"), expected, "{path}");
    }
}

#[tokio::test]
async fn no_date_tells_a_browser_that_nothing_changed() {
    let app = TestApp::start();
    for path in [STYLE, "/plain.txt"] {
        let tomorrow = "Fri, 01 Jan 2100 00:00:00 GMT";
        let answer = get(&app, path, "if-modified-since", tomorrow).await;
        let answer = answer.expect(200, "");
        assert!(!answer.headers.contains_key("last-modified"), "{path}");
    }
}
