//! Pages as the server renders them, before any script runs.

use std::fs;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::Request;

use crate::test_app::{SECRET, TestApp};

#[tokio::test]
async fn a_step_is_readable_without_a_script() {
    let app = TestApp::start();
    let page = app.get("/courses/redis/listen").await.expect(200, "<h1");
    for part in ["6379", "What will be checked", "listens on port 6379"] {
        assert!(page.body.contains(part), "{part:?} is not on the page");
    }
    assert!(page.body.contains("<title>"), "the page has no title");
}

/// The example on the first page is a test of the step `bytes`.
#[tokio::test]
async fn the_first_page_counts_the_tests_of_the_step_that_it_shows() {
    let app = TestApp::start();
    let step = r#"{"course":"redis","step":"bytes"}"#;
    let step = app.post("/api/step", step).await.expect(200, "");
    let step: serde_json::Value = serde_json::from_str(&step.body).unwrap();
    let verdict = format!("All {} tests passed", step["tests_in_run"]);
    let page = app.get("/").await.expect(200, &verdict);
    let failed = format!("1 of {} tests failed", step["tests_in_run"]);
    assert!(page.body.contains(&failed), "the two runs differ");
}

#[tokio::test]
async fn each_page_has_one_description() {
    let folder = tempfile::tempdir().unwrap();
    let app = TestApp::start_with(&marked_courses(folder.path()));
    for (path, says) in [
        ("/", "speaks to it over the network"),
        ("/courses/marked", "Listen."),
        ("/courses/marked/first", "Listen."),
    ] {
        let page = app.get(path).await.expect(200, "");
        let tags: Vec<_> = page.body.split("<meta ").skip(1).collect();
        let tags = tags
            .iter()
            .filter(|tag| tag.starts_with("name=\"description\""));
        let [tag] = tags.collect::<Vec<_>>()[..] else {
            panic!("{path} has no description, or several");
        };
        let tag = tag.split('>').next().unwrap();
        assert!(tag.contains(says), "{path}: {tag}");
    }
}

#[tokio::test]
async fn solutions_and_tests_are_never_told_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let app = TestApp::start_with(&marked_courses(folder.path()));
    let pages = ["/", "/courses/marked", "/courses/marked/first"];
    let calls = [
        ("/api/courses", "{}"),
        ("/api/course", r#"{"course":"marked"}"#),
        ("/api/step", r#"{"course":"marked","step":"first"}"#),
        (
            "/api/hint",
            r#"{"course":"marked","step":"first","rung":1}"#,
        ),
    ];
    let mut answers = Vec::new();
    for path in pages {
        answers.push((path, app.get(path).await.expect(200, "")));
    }
    for (path, body) in calls {
        answers.push((path, app.post(path, body).await.expect(200, "")));
    }
    for (path, answer) in answers {
        assert!(!answer.body.contains("MARKED"), "{path} tells too much");
    }
    // The marker can be found: the one answer that may hold it does.
    let step = r#"{"course":"marked","step":"first"}"#;
    let solution = app.post("/api/solution", step).await;
    let solution = solution.expect(200, "MARKED_SOLUTION");
    assert!(solution.body.contains("<p>It is MARKED_EXPLANATION.</p>"));
}

/// A course whose solution, tests and mistakes contain MARKED.
pub(crate) fn marked_courses(folder: &Path) -> PathBuf {
    let step = folder.join("marked/first");
    fs::create_dir_all(step.join("mistakes")).unwrap();
    let files = [
        (
            "../course.toml",
            "format = 1\ntitle = \"Marked\"\nport = 7000\nsteps = [\"first\"]\n",
        ),
        ("../introduction.md", "A course.\n"),
        (
            "step.toml",
            "title = \"First\"\nshort_title = \"First\"\ngoal = \"Listen.\"\nminutes = [5, 10]\n\
             [[hint]]\ntext = \"Look.\"\n\
             [[mistake]]\nid = \"none\"\nprogram = \"none.py\"\nmessage = \"It does MARKED_MESSAGE.\"\n\
             [mistake.when]\noutcome = \"refused\"\n",
        ),
        ("instructions.md", "Listen.\n"),
        ("starter.py", "import socket\n"),
        ("solution.py", "MARKED_SOLUTION = 1\n"),
        ("solution.md", "It is MARKED_EXPLANATION.\n"),
        (
            "tests.py",
            "from codealong import test\n\n\n@test(\"listens\")\ndef _(server):\n    MARKED_TEST = server.connect()\n",
        ),
        ("mistakes/none.py", "MARKED_MISTAKE = 1\n"),
    ];
    for (name, text) in files {
        fs::write(step.join(name), text).unwrap();
    }
    folder.to_owned()
}

/// What a page without an editor shows comes with it, in an element that no text can end.
#[tokio::test]
async fn the_data_of_a_page_is_no_part_of_its_document() {
    let folder = tempfile::tempdir().unwrap();
    let courses = marked_courses(folder.path());
    // Its tags would end the element, or begin others.
    fs::write(courses.join("marked/introduction.md"), "A *course*.\n").unwrap();
    let app = TestApp::start_with(&courses);
    for (path, status, shown) in [
        ("/", 200, "/Home/courses/0/introduction_html"),
        ("/courses/marked", 200, "/Course/course/introduction_html"),
        ("/courses/nothing", 404, ""),
        ("/nothing", 404, ""),
        ("/courses//marked", 404, ""),
    ] {
        let page = app.get(path).await.expect(status, "id=\"overview\"");
        let (_, data) = page.body.split_once("id=\"overview\"").unwrap();
        let (_, data) = data.split_once('>').unwrap();
        let (data, _) = data.split_once("</script>").unwrap();
        assert!(!data.contains('<'), "{path}: {data}");
        let data: serde_json::Value = serde_json::from_str(data).unwrap();
        if shown.is_empty() {
            assert_eq!(data, "NotFound", "{path}");
        } else {
            let introduction = data.pointer(shown).unwrap().as_str().unwrap();
            assert_eq!(introduction.trim(), "<p>A <em>course</em>.</p>", "{path}");
        }
    }
    let step = app
        .get("/courses/marked/first")
        .await
        .expect(200, "<title>");
    assert!(!step.body.contains("id=\"overview\""));
}

/// A page is rendered once; whoever knew its nonce from one answer could write scripts into another.
#[tokio::test]
async fn each_answer_has_a_nonce_of_its_own_and_is_the_same_page() {
    let app = TestApp::start();
    for path in ["/", "/courses/redis", "/courses/redis/listen"] {
        let mut pages = Vec::new();
        for _ in 0..3 {
            let page = app.get(path).await.expect(200, "<title>");
            let policy = page.header("content-security-policy").to_owned();
            let (_, rest) = policy.split_once("'nonce-").unwrap();
            let nonce = rest.split('\'').next().unwrap().to_owned();
            let scripts = page.body.matches("<script").count();
            assert_eq!(page.body.matches(&nonce).count(), scripts, "{path}");
            assert_eq!(page.header("cache-control"), "no-cache");
            pages.push((nonce.clone(), page.body.replace(&nonce, "NONCE")));
        }
        let [first, second, third] = &pages[..] else {
            unreachable!("it was asked for three times");
        };
        assert_eq!((&first.1, &second.1), (&second.1, &third.1), "{path}");
        assert!(first.0 != second.0 && second.0 != third.0 && third.0 != first.0);
    }
}

/// Whatever a client sends, the next one gets a page as if nobody had been there before.
#[tokio::test]
async fn a_page_shows_nothing_of_those_who_read_it_before() {
    let app = TestApp::start();
    let ask = async |headers: &[(&str, &str)]| {
        let mut request = Request::get("/courses/redis");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        app.send(request).await.expect(200, "og:image").body
    };
    let elsewhere = ask(&[("host", "192.0.2.1:3000"), ("cookie", "MARKED")]).await;
    assert!(elsewhere.contains("\"http://192.0.2.1:3000/open-graph.png"));
    let marked = [
        ("host", "127.0.0.1:3000"),
        ("x-forwarded-proto", "https"),
        ("referer", "http://127.0.0.1:3000/MARKED"),
        ("user-agent", "MARKED"),
        ("accept-language", "MARKED"),
    ];
    let secure = ask(&marked).await;
    assert!(secure.contains("\"https://127.0.0.1:3000/open-graph.png"));
    for _ in 0..2 {
        let page = ask(&[("host", "127.0.0.1:3000")]).await;
        assert!(page.contains("\"http://127.0.0.1:3000/open-graph.png"));
        assert!(!page.contains("192.0.2.1"));
        for other in [&page, &elsewhere, &secure] {
            assert!(!other.contains("MARKED"));
        }
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
        "/courses//redis",
        "/courses//listen",
        "/pkg/none.js",
    ] {
        app.get(path).await.expect(404, "");
    }
}

#[tokio::test]
async fn a_slash_at_the_end_changes_nothing() {
    let app = TestApp::start();
    for path in ["/courses/redis/", "/courses/redis/listen/", "/healthz/"] {
        app.get(path).await.expect(200, "");
    }
    app.get("/nowhere/").await.expect(404, "");
}

#[tokio::test]
async fn only_files_of_the_site_are_served() {
    let app = TestApp::start();
    app.get("/plain.txt").await.expect(200, "of the site");
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/%2e%2e%2fsecret.txt",
        "/pkg/../../secret.txt",
        "/..%5csecret.txt",
        "/secret.txt",
    ] {
        let answer = app.get(path).await.expect(404, "");
        assert!(!answer.body.contains(SECRET), "{path} leads out");
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
    app.run("x = 1").await.expect(503, "unavailable");
    let answer = app.get_as_owner("/metrics").await.expect(200, "");
    assert!(answer.header("content-type").starts_with("text/plain"));
    for line in [
        "codealong_engine_up 0",
        "codealong_containers 0",
        "codealong_lanes 0",
        "codealong_lanes_ready 0",
        "codealong_lanes_creating 0",
        "codealong_runs_running 0",
        "codealong_queue_length ",
        "codealong_runs_refused_total{reason=\"unavailable\"} ",
        "# TYPE codealong_runs_refused_total counter",
        "# TYPE codealong_engine_up gauge",
    ] {
        let is_told = answer.body.lines().any(|told| told.starts_with(line));
        assert!(is_told, "{line:?} is not in {}", answer.body);
    }
}
