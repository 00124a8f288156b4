//! The whole site under a path.

use app::base_path::BasePath;
use axum::extract::{Request, State};
use axum::http::Uri;
use axum::http::uri::PathAndQuery;

/// Removes the base path from a request's. A request without it is left as it is: many reverse proxies
/// remove it themselves, and health checks don't have it.
pub(crate) async fn strip_base_path(State(base): State<BasePath>, mut request: Request) -> Request {
    if let Some(uri) = stripped(&base, request.uri()) {
        *request.uri_mut() = uri;
    }
    request
}

fn stripped(base: &BasePath, uri: &Uri) -> Option<Uri> {
    let rest = base.strip(uri.path())?;
    let path = if rest.is_empty() { "/" } else { rest };
    let path_and_query = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path_and_query).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_path_is_removed_and_nothing_else() {
        let base: BasePath = "/learn".parse().unwrap();
        for (before, after) in [
            ("/learn", "/"),
            ("/learn/", "/"),
            ("/learn?a=/learn", "/?a=/learn"),
            ("/learn/courses/redis?x", "/courses/redis?x"),
            (
                "http://school.example/learn/api/run",
                "http://school.example/api/run",
            ),
        ] {
            let uri = stripped(&base, &before.parse().unwrap()).unwrap();
            assert_eq!(uri, after.parse::<Uri>().unwrap(), "{before}");
        }
        assert_eq!(stripped(&base, &Uri::from_static("/courses")), None);
        assert_eq!(stripped(&base, &Uri::from_static("/learning")), None);
    }
}
