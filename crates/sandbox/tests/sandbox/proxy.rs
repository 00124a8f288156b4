//! A socket between the pool and the engine, on which a test can make calls go wrong.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bollard::models::ContainerCreateBody;
use sandbox::SandboxSettings;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

use crate::disabled_guarantee::DisabledGuarantee;

/// The delay of a late call.
pub(crate) const LATE: Duration = Duration::from_millis(500);

/// How a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// The engine answers that it failed.
    Fails,
    /// The engine does not answer.
    Hangs,
    /// The connection is closed.
    Drops,
    /// The engine acts a while later, whether anybody still waits for it or not.
    Late,
}

/// Which calls go wrong.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    /// The request's method, and the beginning and the end of its path.
    pub(crate) method: &'static str,
    pub(crate) begins: &'static str,
    pub(crate) ends: &'static str,
    pub(crate) kind: FaultKind,
    /// How often.
    pub(crate) times: u32,
}

/// A call to the engine: the request's method, and the beginning and the end of its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) begins: &'static str,
    pub(crate) ends: &'static str,
}

/// The calls that are allowed, and what was made of them.
#[derive(Debug)]
pub(crate) struct AllowedCalls {
    calls: &'static [Call],
    made: Mutex<Vec<Call>>,
    /// The lines of requests that were refused.
    refused: Mutex<Vec<String>>,
}

/// The socket. Dropping it removes it.
pub(crate) struct Proxy {
    folder: tempfile::TempDir,
    faults: Arc<Mutex<Vec<Fault>>>,
    disabled: Option<DisabledGuarantee>,
    allowed: Option<Arc<AllowedCalls>>,
    open: CancellationToken,
}

impl Call {
    fn is_of(&self, method: &str, path: &str) -> bool {
        self.method == method && path.starts_with(self.begins) && path.ends_with(self.ends)
    }
}

impl AllowedCalls {
    /// Whether a request is one of them; remembers it.
    fn allow(&self, method: &str, path: &str) -> bool {
        let call = self.calls.iter().find(|call| call.is_of(method, path));
        match call {
            Some(call) => self.made.lock().unwrap().push(*call),
            None => self
                .refused
                .lock()
                .unwrap()
                .push(format!("{method} {path}")),
        }
        call.is_some()
    }

    /// Those that were never made.
    pub(crate) fn not_made(&self) -> Vec<Call> {
        let made = self.made.lock().unwrap();
        let calls = self.calls.iter().filter(|call| !made.contains(call));
        calls.copied().collect()
    }

    pub(crate) fn refused(&self) -> Vec<String> {
        self.refused.lock().unwrap().clone()
    }
}

impl Proxy {
    /// A socket that removes a limit from each request for a container.
    pub(crate) fn without(guarantee: DisabledGuarantee) -> Self {
        Self::with(vec![], Some(guarantee), None)
    }

    /// A socket that passes everything on, except for `faults`.
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self::with(faults, None, None)
    }

    /// A socket that refuses every other call, and what it has seen.
    pub(crate) fn allowing(calls: &'static [Call]) -> (Self, Arc<AllowedCalls>) {
        let allowed = Arc::new(AllowedCalls {
            calls,
            made: Mutex::default(),
            refused: Mutex::default(),
        });
        let proxy = Self::with(vec![], None, Some(Arc::clone(&allowed)));
        (proxy, allowed)
    }

    fn with(
        faults: Vec<Fault>,
        disabled: Option<DisabledGuarantee>,
        allowed: Option<Arc<AllowedCalls>>,
    ) -> Self {
        let mut proxy = Self {
            disabled,
            allowed,
            folder: tempfile::tempdir().unwrap(),
            faults: Arc::new(Mutex::new(faults)),
            open: CancellationToken::new(),
        };
        proxy.come_back();
        proxy
    }

    /// The socket as an engine's address.
    pub(crate) fn host(&self) -> String {
        format!("unix://{}", self.path().display())
    }

    /// Cuts every connection and refuses new ones, as an engine that ends does.
    pub(crate) fn go_away(&self) {
        self.open.cancel();
        std::fs::remove_file(self.path()).unwrap();
    }

    /// Takes connections again.
    pub(crate) fn come_back(&mut self) {
        self.open = CancellationToken::new();
        let listener = UnixListener::bind(self.path()).unwrap();
        let (open, faults) = (self.open.clone(), Arc::clone(&self.faults));
        let (disabled, allowed) = (self.disabled, self.allowed.clone());
        tokio::spawn(open.clone().run_until_cancelled_owned(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let serve = serve(client, Arc::clone(&faults), disabled, allowed.clone());
                tokio::spawn(open.clone().run_until_cancelled_owned(serve));
            }
        }));
    }

    /// Faults that have not happened yet.
    pub(crate) fn left(&self) -> Vec<Fault> {
        let faults = self.faults.lock().unwrap();
        faults
            .iter()
            .filter(|fault| fault.times > 0)
            .cloned()
            .collect()
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("docker.sock")
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.open.cancel();
    }
}

/// Where the real engine is.
fn engine_path() -> PathBuf {
    let host = SandboxSettings::default().docker_host;
    PathBuf::from(host.strip_prefix("unix://").expect("a local engine"))
}

/// One connection with one request, since the client keeps none open.
async fn serve(
    mut client: UnixStream,
    faults: Arc<Mutex<Vec<Fault>>>,
    disabled: Option<DisabledGuarantee>,
    allowed: Option<Arc<AllowedCalls>>,
) {
    let mut request = vec![0; 64 * 1024];
    let Ok(length) = client.read(&mut request).await else {
        return;
    };
    request.truncate(length);
    let text = String::from_utf8_lossy(&request).into_owned();
    let line = text.lines().next().unwrap_or_default();
    let mut words = line.split([' ', '?']);
    let (method, path) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    if allowed.is_some_and(|allowed| !allowed.allow(method, path)) {
        answer(&mut client, "403 Forbidden", "not allowed").await;
        return;
    }
    let kind = {
        let mut faults = faults.lock().unwrap();
        let fault = faults.iter_mut().find(|fault| {
            fault.times > 0
                && fault.method == method
                && path.starts_with(fault.begins)
                && path.ends_with(fault.ends)
        });
        fault.map(|fault| {
            fault.times -= 1;
            fault.kind
        })
    };
    if kind == Some(FaultKind::Late) {
        tokio::time::sleep(LATE).await;
    }
    if let Some(guarantee) = disabled
        && path.ends_with("/containers/create")
    {
        request = weakened(request, &mut client, guarantee).await;
    }
    match kind {
        None | Some(FaultKind::Late) => {
            let mut engine = UnixStream::connect(engine_path()).await.unwrap();
            if engine.write_all(&request).await.is_ok() {
                let _either_left = copy_bidirectional(&mut client, &mut engine).await;
            }
        }
        Some(FaultKind::Fails) => {
            answer(&mut client, "500 Internal Server Error", "on purpose").await;
        }
        Some(FaultKind::Hangs) => tokio::time::sleep(Duration::from_secs(3600)).await,
        Some(FaultKind::Drops) => drop(client),
    }
}

/// Answers in the engine's place.
async fn answer(client: &mut UnixStream, status: &str, message: &str) {
    let body = serde_json::json!({ "message": message }).to_string();
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let _client_left = client.write_all(answer.as_bytes()).await;
}

/// The same request for a container, without what enforces a guarantee.
async fn weakened(
    mut request: Vec<u8>,
    client: &mut UnixStream,
    guarantee: DisabledGuarantee,
) -> Vec<u8> {
    let head_length = loop {
        let end = request.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            break end + 4;
        }
        assert!(client.read_buf(&mut request).await.unwrap() > 0);
    };
    let head = String::from_utf8(request[..head_length].to_vec()).unwrap();
    let is_length = |line: &&str| line.to_lowercase().starts_with("content-length:");
    let length_line = head.lines().find(is_length).expect("the body has a length");
    let (_, length) = length_line.split_once(':').unwrap();
    let length: usize = length.trim().parse().unwrap();
    while request.len() < head_length + length {
        assert!(client.read_buf(&mut request).await.unwrap() > 0);
    }
    let mut body: ContainerCreateBody = serde_json::from_slice(&request[head_length..]).unwrap();
    guarantee.apply(&mut body);
    let body = serde_json::to_string(&body).unwrap();
    let head = head.replace(length_line, &format!("Content-Length: {}", body.len()));
    (head + &body).into_bytes()
}
