//! Pages that have been rendered before: all that differs from one answer to the next is the nonce.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::state::AppState;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use leptos::nonce::Nonce;

/// All pages of some courses, for a few names of the server.
const BYTES_MAX: usize = 8 * 1024 * 1024;

/// Far longer than any page.
const PAGE_BYTES_MAX: usize = 16 * 1024 * 1024;

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The pages that have been rendered.
#[derive(Debug, Clone)]
pub(crate) struct PageCache {
    app: AppState,
    pages: Arc<Mutex<Pages>>,
}

#[derive(Debug, Default)]
struct Pages {
    by_request: HashMap<PageRequest, Arc<RenderedPage>>,
    bytes: usize,
}

/// All that a page depends on, but the courses and the nonce. It has its own address in it.
///
/// Nothing here is a part of the request's memory, which is as large as all of its headers.
#[derive(Debug, PartialEq, Eq, Hash)]
struct PageRequest {
    path: String,
    host: Option<String>,
    is_https: bool,
}

/// A page, cut where its nonce stood.
#[derive(Debug)]
struct RenderedPage {
    headers: HeaderMap,
    policy: Vec<String>,
    body: Vec<String>,
}

impl PageCache {
    pub(crate) fn new(app: AppState) -> Self {
        let pages = Arc::default();
        Self { app, pages }
    }

    fn find(&self, request: &PageRequest) -> Option<Arc<RenderedPage>> {
        self.lock().by_request.get(request).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    /// Whoever asks by many names costs the others what it costs to render their pages once more.
    fn keep(&mut self, request: PageRequest, page: Arc<RenderedPage>) {
        let bytes = page.bytes() + request.bytes();
        if bytes > BYTES_MAX {
            return;
        }
        if self.bytes + bytes > BYTES_MAX {
            *self = Self::default();
        }
        self.bytes += bytes;
        let bytes_of_request = request.bytes();
        if let Some(before) = self.by_request.insert(request, page) {
            self.bytes -= before.bytes() + bytes_of_request;
        }
    }
}

/// Answers with the page as it was rendered before, with another nonce, or else has it rendered.
///
/// A page is what its path, its own address and the courses make it: whoever reads it is known to its
/// browser alone. So that this stays true, nothing else of the request is there to be rendered.
pub(crate) async fn answer_from_cache(
    State(cache): State<PageCache>,
    request: Request,
    next: Next,
) -> Response {
    let is_page = request.method() == Method::GET && request.uri().query().is_none();
    if !is_page || cache.app.reloads() {
        return next.run(request).await;
    }
    let asked = PageRequest::of(&request);
    if let Some(page) = cache.find(&asked) {
        return page.answer(&Nonce::new());
    }
    let response = next.run(asked.alone(request)).await;
    let Some(nonce) = nonce_of_page(&response) else {
        return response;
    };
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, PAGE_BYTES_MAX).await.ok();
    let Some(body) = body.and_then(|bytes| String::from_utf8(bytes.into()).ok()) else {
        tracing::error!(path = asked.path, "the page {} can't be read", asked.path);
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let page = RenderedPage::new(parts.headers, &body, &nonce);
    let page = Arc::new(page);
    let answer = page.answer(&Nonce::new());
    cache.lock().keep(asked, page);
    answer
}

impl PageRequest {
    fn of(request: &Request) -> Self {
        let header = |name| request.headers().get(name)?.to_str().ok();
        Self {
            path: request.uri().path().to_owned(),
            host: header(header::HOST).map(str::to_owned),
            is_https: header(FORWARDED_PROTO) == Some("https"),
        }
    }

    /// The request with nothing but this.
    fn alone(&self, mut request: Request) -> Request {
        let mut headers = HeaderMap::new();
        let host = self.host.as_deref().map(HeaderValue::from_str);
        if let Some(Ok(host)) = host {
            headers.insert(header::HOST, host);
        }
        if self.is_https {
            headers.insert(FORWARDED_PROTO, HeaderValue::from_static("https"));
        }
        *request.headers_mut() = headers;
        request
    }

    fn bytes(&self) -> usize {
        self.path.len() + self.host.as_ref().map_or(0, String::len)
    }
}

impl RenderedPage {
    fn new(mut headers: HeaderMap, body: &str, nonce: &str) -> Self {
        let cut = |text: &str| text.split(nonce).map(str::to_owned).collect();
        let policy = headers.remove(header::CONTENT_SECURITY_POLICY);
        let policy = policy.as_ref().and_then(|policy| policy.to_str().ok());
        Self {
            policy: cut(policy.unwrap_or_default()),
            body: cut(body),
            headers,
        }
    }

    fn answer(&self, nonce: &Nonce) -> Response {
        let mut response = Response::new(Body::from(self.body.join(nonce)));
        *response.headers_mut() = self.headers.clone();
        if let Ok(policy) = HeaderValue::try_from(self.policy.join(nonce)) {
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }

    fn bytes(&self) -> usize {
        self.body.iter().map(String::len).sum()
    }
}

/// The nonce of an answer that is a page; of no other.
fn nonce_of_page(response: &Response) -> Option<String> {
    if response.status() != StatusCode::OK {
        return None;
    }
    let policy = response.headers().get(header::CONTENT_SECURITY_POLICY)?;
    let (_, rest) = policy.to_str().ok()?.split_once("'nonce-")?;
    let (nonce, _) = rest.split_once('\'')?;
    Some(nonce.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(host: &str) -> PageRequest {
        let request = Request::get("/courses/redis").header(header::HOST, host);
        PageRequest::of(&request.body(Body::empty()).unwrap())
    }

    /// A request's header may have any length, and what is kept of it is what a page shows.
    #[test]
    fn nothing_else_of_a_request_makes_another_page() {
        let with = |proto: &str| {
            let request = Request::get("/").header(header::HOST, "a");
            let request = request
                .header(FORWARDED_PROTO, proto)
                .header("x-junk", proto);
            PageRequest::of(&request.body(Body::empty()).unwrap())
        };
        assert_eq!(with("http"), with(&"x".repeat(10_000)));
        assert_ne!(with("http"), with("https"));
    }

    fn page(bytes: usize) -> Arc<RenderedPage> {
        Arc::new(RenderedPage::new(HeaderMap::new(), &"x".repeat(bytes), "n"))
    }

    #[test]
    fn a_page_is_cut_at_its_nonce_and_joined_by_another() {
        let page = RenderedPage::new(HeaderMap::new(), "<a nonce=\"n1\"><b nonce=\"n1\">", "n1");
        assert_eq!(page.body.join("n2"), "<a nonce=\"n2\"><b nonce=\"n2\">");
    }

    #[test]
    fn many_names_take_only_so_much_memory() {
        let mut pages = Pages::default();
        for number in 0..100 {
            pages.keep(asked(&format!("192.0.2.{number}")), page(1 << 20));
            let kept = pages.by_request.iter();
            let bytes = kept.map(|(request, page)| request.bytes() + page.bytes());
            assert_eq!(bytes.sum::<usize>(), pages.bytes);
            assert!(pages.bytes <= BYTES_MAX);
        }
        pages.keep(asked("localhost"), page(BYTES_MAX + 1));
        assert!(!pages.by_request.contains_key(&asked("localhost")));
    }

    #[test]
    fn a_page_that_two_have_rendered_counts_once() {
        let mut pages = Pages::default();
        pages.keep(asked("localhost"), page(1000));
        let bytes = pages.bytes;
        pages.keep(asked("localhost"), page(1000));
        assert_eq!(pages.bytes, bytes);
    }
}
