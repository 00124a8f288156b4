//! Pages as the server renders them, before any script runs.

use crate::test_app::TestApp;

#[tokio::test]
async fn a_step_is_readable_without_a_script() {
    let app = TestApp::start();
    let page = app.get("/courses/redis/listen").await.expect(200, "<h1");
    for part in ["6379", "What will be checked", "listens on port 6379"] {
        assert!(page.body.contains(part), "{part:?} is not on the page");
    }
    assert!(page.body.contains("<title>"), "the page has no title");
}

#[tokio::test]
async fn solutions_and_tests_are_never_on_a_page() {
    let app = TestApp::start();
    let solution = std::fs::read_to_string(
        crate::test_app::repository().join("curriculum/redis/listen/solution.py"),
    )
    .unwrap();
    for path in ["/", "/courses/redis", "/courses/redis/listen"] {
        let page = app.get(path).await.expect(200, "CodeAlong");
        assert!(!page.body.contains("@test"), "{path} shows tests");
        assert!(
            !page.body.contains(solution.trim()),
            "{path} shows the solution"
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_real_404() {
    let app = TestApp::start();
    for path in [
        "/nowhere",
        "/courses/none",
        "/courses/redis/no-such",
        "/courses/redis/listen/more",
        "/pkg/none.js",
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
    ] {
        app.get(path).await.expect(404, "");
    }
}

#[tokio::test]
async fn a_page_loads_nothing_from_elsewhere() {
    let app = TestApp::start();
    let page = app.get("/courses/redis/listen").await.expect(200, "");
    let policy = page.header("content-security-policy").to_owned();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    let nonce = policy
        .split_once("'nonce-")
        .and_then(|(_, rest)| rest.split_once('\''))
        .map(|(nonce, _)| nonce)
        .unwrap();
    for script in page.body.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap();
        assert!(tag.contains(nonce), "a script has no nonce: {tag}");
    }
    assert_eq!(page.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn hints_and_solutions_come_one_at_a_time() {
    let app = TestApp::start();
    let hint = r#"{"course":"redis","step":"listen","rung":1}"#;
    app.post("/api/hint", hint).await.expect(200, "<p>");
    let none = r#"{"course":"redis","step":"listen","rung":99}"#;
    app.post("/api/hint", none).await.expect(400, "no hint 99");
    let zero = r#"{"course":"redis","step":"listen","rung":0}"#;
    app.post("/api/hint", zero).await.expect(400, "no hint 0");
    let solution = r#"{"course":"redis","step":"listen"}"#;
    app.post("/api/solution", solution)
        .await
        .expect(200, "socket");
}

#[tokio::test]
async fn metrics_are_for_prometheus() {
    let app = TestApp::start();
    let answer = app.get("/metrics").await.expect(200, "");
    assert!(answer.header("content-type").starts_with("text/plain"));
}
