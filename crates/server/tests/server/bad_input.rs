//! Requests that can't be served get a clear message and a proper status.

use axum::body::Body;
use axum::http::Request;
use protocol::Program;

use crate::log::Log;
use crate::test_app::TestApp;

#[tokio::test]
async fn no_code_is_refused() {
    let app = TestApp::start();
    for empty in ["", " \n\t"] {
        app.run(empty).await.expect(400, r#""problem":"empty""#);
    }
}

#[tokio::test]
async fn one_byte_more_than_64_kib_is_refused() {
    let app = TestApp::start();
    let max = "#".repeat(64 * 1024);
    app.run(&format!("{max}#"))
        .await
        .expect(413, r#""found_bytes":65537"#);
    // The largest program reaches the sandbox, however JSON escapes it.
    app.run(&max).await.expect(503, "unavailable");
    app.run(&"\u{1}".repeat(64 * 1024))
        .await
        .expect(503, "unavailable");
}

#[tokio::test]
async fn nul_is_refused_with_its_line() {
    let app = TestApp::start();
    app.run("import socket\n\0")
        .await
        .expect(400, r#""line":2"#);
}

#[tokio::test]
async fn invalid_utf_8_is_refused() {
    let app = TestApp::start();
    let body = b"{\"request\":{\"course\":\"redis\",\"step\":\"listen\",\"program\":{\"files\":{\"main.py\":\"\xff\"},\"entry\":\"main.py\"}}}";
    app.post("/api/run", body.to_vec())
        .await
        .expect(400, "malformed");
    let lone_surrogate = r#"{"request":{"course":"redis","step":"listen","program":{"files":{"main.py":"\ud800"},"entry":"main.py"}}}"#;
    app.post("/api/run", lone_surrogate)
        .await
        .expect(400, "malformed");
}

#[tokio::test]
async fn an_unknown_step_is_not_found() {
    let app = TestApp::start();
    for (course, step) in [("redis", "no-such"), ("none", "listen"), ("../x", "listen")] {
        let body = serde_json::json!({
            "request": { "course": course, "step": step, "program": Program::of_one_file("x = 1") }
        });
        app.post("/api/run", body.to_string())
            .await
            .expect(404, "unknown-step");
    }
}

#[tokio::test]
async fn an_unknown_test_is_not_found() {
    let app = TestApp::start();
    // The last is one of a later step.
    for test in ["listen.99", "no-such.1", "../x", "", "ping.1"] {
        let body = serde_json::json!({
            "request": {
                "course": "redis", "step": "listen", "test": test,
                "program": Program::of_one_file("x = 1"),
            }
        });
        app.post("/api/run", body.to_string())
            .await
            .expect(404, "unknown-test");
    }
}

#[tokio::test]
async fn a_malformed_request_is_refused() {
    let app = TestApp::start();
    for body in ["", "{", "[]", "{}", r#"{"request":{"course":1}}"#] {
        app.post("/api/run", body).await.expect(400, "malformed");
    }
    // The only test is recorded, and there is none.
    let recorded = r#"{"request":{"course":"redis","step":"listen","program":{"files":{"main.py":"x"},"entry":"main.py"},"record":true}}"#;
    app.post("/api/run", recorded).await.expect(400, "`test`");
    let bad_name = r#"{"request":{"course":"redis","step":"listen","program":{"files":{"main.py":"x"},"entry":"main.py"},"client":"A b"}}"#;
    app.post("/api/run", bad_name).await.expect(400, "A b");
    let bad_seed = r#"{"request":{"course":"redis","step":"listen","program":{"files":{"main.py":"x"},"entry":"main.py"},"seed":"zz"}}"#;
    app.post("/api/run", bad_seed).await.expect(400, "zz");
    let text = Request::post("/api/run").body(Body::from("{}")).unwrap();
    app.send(text).await.expect(415, "application/json");
    app.post("/api/run", " ".repeat(600 * 1024))
        .await
        .expect(413, "512 KiB");
}

#[tokio::test]
async fn an_engine_that_is_away_is_our_fault() {
    let app = TestApp::start();
    let answer = app.run("x = 1").await.expect(503, "unavailable");
    let seconds: u32 = answer.header("retry-after").parse().unwrap();
    assert!(seconds >= 1);
    app.get("/healthz").await.expect(200, "alive");
    // Why is for those who run the server.
    let answer = app.get("/readyz").await.expect(503, "");
    assert!(!answer.body.contains("lanes"), "{}", answer.body);
    app.get_as_owner("/readyz")
        .await
        .expect(503, r#""lanes":0"#);
}

#[tokio::test]
async fn a_refusal_while_the_engine_is_away_is_logged_once_and_is_no_error() {
    let log = Log::begin();
    let app = TestApp::start();
    app.run("x = 1").await.expect(503, "unavailable");
    let told = log.lines_with("run");
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("INFO"), "{told:#?}");
    assert_eq!(log.lines_with("ERROR"), Vec::<String>::new());
}

#[tokio::test]
async fn who_asks_whether_it_is_ready_fills_no_log() {
    let log = Log::begin();
    let app = TestApp::start();
    app.get("/readyz").await.expect(503, "");
    app.get_as_owner("/readyz").await.expect(503, "state");
    assert_eq!(log.lines_with("ERROR"), Vec::<String>::new());
}
