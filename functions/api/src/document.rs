//! `GET /v1/openapi.json`: the description of this door, for programs and people. It needs no token,
//! says nothing about the desk it is read from, and may be kept for a while.

use std::sync::LazyLock;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

use crate::precondition::{is_known, text_tag};
use crate::problem::{Problem, plain_headers};

/// Where the document is.
pub(crate) const PATH: &str = "/v1/openapi.json";

const SOURCE: &str = include_str!("../openapi.json");
/// How long a copy may be used without asking again: a deployment is known everywhere soon.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// The document as it is sent, and its entity tag.
static DOCUMENT: LazyLock<(Bytes, String)> = LazyLock::new(|| {
    let text = text();
    let etag = text_tag(&text);
    (Bytes::from(text), etag)
});

fn text() -> String {
    SOURCE.replacen("{version}", env!("CARGO_PKG_VERSION"), 1)
}

/// Answers a request for the document.
pub(crate) fn answer(method: &Method, headers: &HeaderMap) -> Response<Bytes> {
    const ALLOW: &str = "GET, HEAD, OPTIONS";
    match *method {
        Method::GET | Method::HEAD => {}
        Method::OPTIONS => return crate::options(ALLOW),
        _ => return Problem::wrong_method(ALLOW.into()).into_response(),
    }
    let (text, etag) = &*DOCUMENT;
    let has_it = is_known(headers, etag);
    let mut response = Response::new(if has_it { Bytes::new() } else { text.clone() });
    if has_it {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    plain_headers(headers, "application/json");
    headers.insert(header::CACHE_CONTROL, KEPT);
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
