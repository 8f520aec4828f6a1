//! What is said when a call is not answered: RFC 9457 problem documents with a stable `type`.

use bytes::Bytes;
use desk::Refusal;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde_json::json;
use store::Error;

/// Why a call was not answered.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: String,
    field: Option<String>,
}

impl Problem {
    fn new(
        status: StatusCode,
        kind: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Problem {
        Problem { status, kind, title, detail: detail.into(), field: None }
    }

    /// Nothing there, or nothing this caller may see: both sound the same.
    pub fn not_found() -> Problem {
        let detail = "there is nothing here, or nothing you may see";
        Problem::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail)
    }

    /// No token, or none that is known.
    pub fn unauthorized() -> Problem {
        let detail = "send Authorization: Bearer TOKEN with a token of this desk";
        Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", "Who are you?", detail)
    }

    /// The caller's role does not allow it.
    pub fn forbidden() -> Problem {
        let detail = Refusal::NotPermitted.to_string();
        Problem::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail)
    }

    /// The path exists, the method does not.
    pub fn wrong_method() -> Problem {
        let detail = "this path does not answer that method";
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Wrong method", detail)
    }

    /// The body is too long.
    pub fn too_large(limit: usize) -> Problem {
        let detail = format!("a request may be {limit} bytes long; send files as attachments");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "Too large", detail)
    }

    /// The request cannot be read at all.
    pub fn bad_request(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "bad-request", "Cannot be read", detail)
    }

    /// One field is not what it should be.
    pub fn field(name: &str, detail: impl Into<String>) -> Problem {
        let field = Some(name.to_owned());
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Problem { field, ..Problem::new(status, "invalid-field", "A field is not right", detail) }
    }

    /// The same, one level further down.
    pub(crate) fn inside(self, outer: &str) -> Problem {
        Problem { field: self.field.map(|field| format!("{outer}.{field}")), ..self }
    }

    /// The same key came with another request.
    pub fn key_reused() -> Problem {
        let detail = "this Idempotency-Key was used with another request; choose a new one";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Problem::new(status, "key-reused", "Key used before", detail)
    }

    /// There is one already.
    pub fn exists(name: &str, detail: impl Into<String>) -> Problem {
        let field = Some(name.to_owned());
        Problem { field, ..Problem::new(StatusCode::CONFLICT, "exists", "Exists already", detail) }
    }

    /// The document, as a response.
    pub fn into_response(self) -> Response<Bytes> {
        let mut document = json!({
            "type": format!("urn:bellhop:problem:{}", self.kind),
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if let Some(field) = &self.field {
            document["field"] = json!(field);
        }
        let mut response = Response::new(Bytes::from(document.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        plain_headers(headers, "application/problem+json");
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// What every answer carries: never sniffed, never cached.
pub(crate) fn plain_headers(headers: &mut HeaderMap, kind: &'static str) {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let detail = refusal.to_string();
        match refusal {
            Refusal::NotOpened => Problem::not_found(),
            Refusal::NotPermitted => Problem::forbidden(),
            Refusal::Closed
            | Refusal::NotAllowed { .. }
            | Refusal::AlreadyOpened
            | Refusal::AlreadyClaimed { .. } => {
                Problem::new(StatusCode::CONFLICT, "not-now", "Not as it stands", detail)
            }
            Refusal::Stale => {
                Problem::new(StatusCode::PRECONDITION_FAILED, "stale", "Changed since", detail)
            }
            Refusal::HoldOutOfRange => Problem::field("until", detail),
            Refusal::ScoreOutOfRange => Problem::field("score", detail),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Busy | Error::Unavailable { .. } => {
                tracing::error!("storage did not answer: {error}");
                let detail = "the desk cannot reach its storage; try again in a moment";
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not now", detail)
            }
            Error::Damaged { .. } => {
                tracing::error!("storage holds something unreadable: {error}");
                let detail = "something at rest cannot be read; the desk's log says what";
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "damaged", "Unreadable", detail)
            }
            Error::TooLarge { .. } => Problem::field("body", error.to_string()),
        }
    }
}
