//! Who may see what only this machine should: pages that no web page elsewhere can read or drive.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// Lets a request through only if it is addressed to this machine by name and no foreign page made
/// it (DNS rebinding, cross-site requests).
pub async fn only_this_machine(request: Request, next: Next) -> Response {
    if !is_ours(request.headers()) {
        return json(StatusCode::FORBIDDEN, r#"{"error":"only this machine may ask"}"#);
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let set = |headers: &mut HeaderMap, name, value| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::X_FRAME_OPTIONS, "DENY");
    set(headers, header::REFERRER_POLICY, "no-referrer");
    set(headers, header::CACHE_CONTROL, "no-store");
    // A page with a script of its own has a policy of its own.
    let policy = headers.entry(header::CONTENT_SECURITY_POLICY);
    policy.or_insert(HeaderValue::from_static(POLICY));
    response
}

/// No script runs; the one style sheet is the desk's own.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

fn is_ours(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or("?"));
    let host = text(header::HOST).is_some_and(is_loopback_host);
    let origin = text(header::ORIGIN).is_none_or(|origin| {
        let host = origin.strip_prefix("http://").unwrap_or("?");
        is_loopback_host(host) && Some(host) == text(header::HOST)
    });
    let site = headers.get("sec-fetch-site").map(|value| value.to_str().unwrap_or("?"));
    let same_site = site.is_none_or(|site| site == "same-origin" || site == "none");
    host && origin && same_site
}

fn is_loopback_host(host: &str) -> bool {
    let bare = match host.rsplit_once(':') {
        Some((bare, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => bare,
        _ => host,
    };
    matches!(bare, "127.0.0.1" | "localhost" | "[::1]")
}

/// A small JSON answer.
pub fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        is_ours(&headers)
    }

    #[test]
    fn only_this_machine_asks() {
        let host = ("host", "127.0.0.1:8080");
        assert!(asks(&[host]));
        assert!(asks(&[("host", "localhost")]));
        assert!(asks(&[
            host,
            ("origin", "http://127.0.0.1:8080"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(!asks(&[]));
        assert!(!asks(&[("host", "evil.example")]));
        assert!(!asks(&[("host", "127.0.0.1.evil.example:8080")]));
        assert!(!asks(&[host, ("origin", "http://evil.example")]));
        assert!(!asks(&[host, ("origin", "null")]));
        assert!(!asks(&[host, ("origin", "http://127.0.0.1:9999")]));
        assert!(!asks(&[host, ("sec-fetch-site", "cross-site")]));
        assert!(!asks(&[host, ("sec-fetch-site", "same-site")]));
    }
}
