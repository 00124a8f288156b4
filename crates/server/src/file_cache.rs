//! How long a browser may keep a file of the site.

use app::site_files::SiteFiles;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::Response;

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASKED_EACH_TIME: HeaderValue = HeaderValue::from_static("no-cache");

/// The longest name that common file systems allow, less the ending of a compressed file.
const NAME_BYTES_MAX: usize = 255 - ".br".len();
/// Far longer than any path of the site.
const PATH_BYTES_MAX: usize = 1024;

/// Answers a path that no file can have, too long or with a zero byte, like that of any other file that
/// isn't there. The file system's own answer is an error, and would be told as one.
pub(crate) async fn treat_impossible_paths_as_missing(
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let is_long = |name: &str| name.len() > NAME_BYTES_MAX;
    if path.len() > PATH_BYTES_MAX || path.contains("%00") || path.split('/').any(is_long) {
        *request.uri_mut() = Uri::from_static("/no-such-file");
    }
    next.run(request).await
}

/// A file with a hash in its name is kept for ever; any other is fetched each time.
///
/// Dates decide nothing: a site that is put back to an older build has older files, and a browser
/// that asks by date would be told to keep the newer ones.
pub(crate) async fn cache_by_name(
    State(files): State<SiteFiles>,
    mut request: Request,
    next: Next,
) -> Response {
    let is_immutable = files.is_immutable(request.uri().path());
    for condition in [header::IF_MODIFIED_SINCE, header::IF_UNMODIFIED_SINCE] {
        request.headers_mut().remove(condition);
    }
    let mut response = next.run(request).await;
    let is_kept = is_immutable && response.status().is_success();
    let headers = response.headers_mut();
    headers.remove(header::LAST_MODIFIED);
    if is_kept {
        headers.insert(header::CACHE_CONTROL, FOR_EVER);
        // Another answer is kept for each compression, also where this one has none.
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    } else {
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(ASKED_EACH_TIME);
    }
    response
}
