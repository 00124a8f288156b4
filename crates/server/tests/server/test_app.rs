//! A whole server, by default without a Docker engine, and the verbs of a client.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::OnceLock;

use app::state::{AppState, Reload};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use http_body_util::BodyExt;
use leptos_config::LeptosOptions;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use protocol::Program;
use sandbox::{Pool, SandboxSettings};
use server::{
    ConnectionLimits, HttpSettings, Server, Stop, operations_router, router, serve_until,
};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tower::ServiceExt;

pub(crate) struct TestApp {
    router: Router,
    operations: Router,
    settings: HttpSettings,
    state: AppState,
    /// Holds the folder `site`, and beside it `secret.txt`.
    _folder: TempDir,
}

/// The content of a file beside the site's folder.
pub(crate) const SECRET: &str = "beside the site";

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// The root of the repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

impl TestApp {
    /// Needs a tokio runtime.
    pub(crate) fn start() -> Self {
        Self::start_with(&repository().join("curriculum"))
    }

    /// Like `start`, with the courses of a folder.
    pub(crate) fn start_with(courses: &Path) -> Self {
        Self::build(courses, Reload::Never, away())
    }

    /// Like `start_with`, and edits of the courses show.
    pub(crate) fn start_reloading(courses: &Path) -> Self {
        Self::build(courses, Reload::OnChange, away())
    }

    /// Like `start`, with a sandbox of these settings.
    pub(crate) fn start_on(sandbox: SandboxSettings) -> Self {
        Self::build(&repository().join("curriculum"), Reload::Never, sandbox)
    }

    /// Like `start_on`, behind a reverse proxy at this address.
    pub(crate) fn start_behind(proxy: Ipv4Addr, sandbox: SandboxSettings) -> Self {
        let settings = HttpSettings {
            trusted_proxies: vec![IpAddr::from(proxy).into()],
            ..HttpSettings::default()
        };
        let courses = repository().join("curriculum");
        Self::build_for(settings, &courses, Reload::Never, sandbox)
    }

    /// Like `start`, with these settings for the web.
    pub(crate) fn start_for(settings: HttpSettings) -> Self {
        let courses = repository().join("curriculum");
        Self::build_for(settings, &courses, Reload::Never, away())
    }

    fn build(courses: &Path, reload: Reload, sandbox: SandboxSettings) -> Self {
        Self::build_for(HttpSettings::default(), courses, reload, sandbox)
    }

    fn build_for(
        settings: HttpSettings,
        courses: &Path,
        reload: Reload,
        sandbox: SandboxSettings,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        std::fs::create_dir(&site).unwrap();
        write_site(&site);
        std::fs::write(folder.path().join("secret.txt"), SECRET).unwrap();
        // Before the pool, which reports to the recorder.
        let metrics = recorder();
        let pool = Pool::start(sandbox).unwrap();
        let state = AppState::load(courses.to_owned(), reload, pool).unwrap();
        let leptos = LeptosOptions::builder()
            .output_name("codealong")
            .site_root(site.to_string_lossy().into_owned())
            .build();
        let stop = Stop::default();
        let hosts = settings.hosts.clone();
        Self {
            router: router(state.clone(), leptos, &settings, stop.clone()).unwrap(),
            operations: operations_router(state.clone(), stop, metrics, hosts),
            settings,
            state,
            _folder: folder,
        }
    }

    /// Serves on a socket as long as the test's runtime lives.
    pub(crate) async fn listen(&self) -> SocketAddr {
        self.listen_with(ConnectionLimits::default()).await
    }

    /// Like `listen`, with these limits on connections.
    pub(crate) async fn listen_with(&self, limits: ConnectionLimits) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Server {
            listener,
            router: self.router.clone(),
            operations: None,
            limits,
        };
        let (settings, state) = (self.settings.clone(), self.state.clone());
        tokio::spawn(async move { serve_until(server, &settings, state, Stop::default()).await });
        address
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    /// Asks as who runs the server does.
    pub(crate) async fn get_as_owner(&self, path: &str) -> Answer {
        let request = Request::get(path).body(Body::empty()).unwrap();
        self.send_as_owner(request).await
    }

    pub(crate) async fn send_as_owner(&self, request: Request<Body>) -> Answer {
        send_to(self.operations.clone(), request).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(path)
            .header("content-type", "application/json")
            .body(body.into())
            .unwrap();
        self.send(request).await
    }

    /// Requests a run of step `listen` of the course `redis`.
    pub(crate) async fn run(&self, source: &str) -> Answer {
        self.post("/api/run", run_request(source, None)).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        send_to(self.router.clone(), request).await
    }
}

/// Sends a request into a router; for the host `localhost` where it names none.
async fn send_to(router: Router, mut request: Request<Body>) -> Answer {
    let localhost = HeaderValue::from_static("localhost");
    let headers = request.headers_mut();
    headers.entry(header::HOST).or_insert(localhost);
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

/// The request for a run of step `listen` of the course `redis`, with the client's name, if any.
pub(crate) fn run_request(source: &str, client: Option<&str>) -> String {
    let request = serde_json::json!({
        "request": {
            "course": "redis",
            "step": "listen",
            "program": Program::of_one_file(source),
            "client": client,
        }
    });
    request.to_string()
}

impl Answer {
    #[track_caller]
    pub(crate) fn expect(self, status: u16, part: &str) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert!(self.body.contains(part), "{part:?} is not in {}", self.body);
        self
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .unwrap_or_else(|| panic!("there is no {name}"))
            .to_str()
            .unwrap()
    }
}

/// A site as `cargo xtask` builds it: each file of the package has a hash in its name.
fn write_site(site: &Path) {
    let package = site.join("pkg");
    std::fs::create_dir(&package).unwrap();
    let files = [
        ("plain.txt", "of the site"),
        ("pkg/codealong.0f1e.css", "/* whole */"),
        ("pkg/codealong.0f1e.css.br", "in brotli"),
        ("pkg/codealong.0f1e.css.gz", "in gzip"),
        (
            "names.json",
            r#"{"/pkg/codealong.css": "/pkg/codealong.0f1e.css",
                "/pkg/overview.js": "/pkg/overview.1f2e.js",
                "/pkg/overview.wasm": "/pkg/overview.2f3e.wasm"}"#,
        ),
    ];
    for (name, text) in files {
        std::fs::write(site.join(name), text).unwrap();
    }
}

fn away() -> SandboxSettings {
    SandboxSettings {
        docker_host: "unix:///nowhere/docker.sock".to_owned(),
        image_folder: repository().join("runner-image"),
        ..SandboxSettings::default()
    }
}

/// A process can install only one recorder, and has several tests.
fn recorder() -> PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER
        .get_or_init(|| PrometheusBuilder::new().install_recorder().unwrap())
        .clone()
}
