//! What is said when a call is not answered: RFC 9457 problem documents with a stable `type`.

use bytes::Bytes;
use desk::Refusal;
use desk::access::Scope;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde_json::json;
use settings::Wrong;
use store::Error;

/// Why a call was not answered.
#[derive(Debug)]
pub struct Problem {
    kind: &'static Kind,
    detail: String,
    field: Option<String>,
    allow: Option<String>,
    wait: Option<i64>,
}

/// A kind of problem: the last part of its `type`, which stays what it is for ever.
#[derive(Debug)]
pub(crate) struct Kind {
    pub name: &'static str,
    pub status: StatusCode,
    pub title: &'static str,
}

const BAD_REQUEST: Kind = kind("bad-request", StatusCode::BAD_REQUEST, "Cannot be read");
const UNAUTHORIZED: Kind = kind("unauthorized", StatusCode::UNAUTHORIZED, "Who are you?");
const FORBIDDEN: Kind = kind("forbidden", StatusCode::FORBIDDEN, "Not allowed");
const NOT_FOUND: Kind = kind("not-found", StatusCode::NOT_FOUND, "Not found");
const WRONG_METHOD: Kind =
    kind("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "Wrong method");
const NOT_NOW: Kind = kind("not-now", StatusCode::CONFLICT, "Not as it stands");
const EXISTS: Kind = kind("exists", StatusCode::CONFLICT, "Exists already");
const STALE: Kind = kind("stale", StatusCode::PRECONDITION_FAILED, "Changed since");
const TOO_LARGE: Kind = kind("too-large", StatusCode::PAYLOAD_TOO_LARGE, "Too large");
const INVALID_FIELD: Kind =
    kind("invalid-field", StatusCode::UNPROCESSABLE_ENTITY, "A field is not right");
const KEY_REUSED: Kind = kind("key-reused", StatusCode::UNPROCESSABLE_ENTITY, "Key used before");
const TOO_OFTEN: Kind = kind("too-often", StatusCode::TOO_MANY_REQUESTS, "Too often");
const DAMAGED: Kind = kind("damaged", StatusCode::INTERNAL_SERVER_ERROR, "Unreadable");
const UNAVAILABLE: Kind = kind("unavailable", StatusCode::SERVICE_UNAVAILABLE, "Not now");

/// Every kind there is.
#[cfg(test)]
pub(crate) const KINDS: [&Kind; 14] = [
    &BAD_REQUEST,
    &UNAUTHORIZED,
    &FORBIDDEN,
    &NOT_FOUND,
    &WRONG_METHOD,
    &NOT_NOW,
    &EXISTS,
    &STALE,
    &TOO_LARGE,
    &INVALID_FIELD,
    &KEY_REUSED,
    &TOO_OFTEN,
    &DAMAGED,
    &UNAVAILABLE,
];

const fn kind(name: &'static str, status: StatusCode, title: &'static str) -> Kind {
    Kind { name, status, title }
}

impl Problem {
    fn new(kind: &'static Kind, detail: impl Into<String>) -> Problem {
        Problem { kind, detail: detail.into(), field: None, allow: None, wait: None }
    }

    /// Nothing there, or nothing this caller may see: both sound the same.
    pub fn not_found() -> Problem {
        Problem::new(&NOT_FOUND, "there is nothing here, or nothing you may see")
    }

    /// No token, or none that is known.
    pub fn unauthorized() -> Problem {
        let detail = "send Authorization: Bearer TOKEN with a token of this desk";
        Problem::new(&UNAUTHORIZED, detail)
    }

    /// What was to be taken back is out.
    pub fn too_late() -> Problem {
        Problem::new(&NOT_NOW, "this message has left already, or there was none; write another")
    }

    /// Somebody else was faster, several times.
    pub fn busy() -> Problem {
        Problem::new(&UNAVAILABLE, "the desk is busy; try again in a moment")
    }

    /// The caller's role does not allow it.
    pub fn forbidden() -> Problem {
        Problem::new(&FORBIDDEN, Refusal::NotPermitted.to_string())
    }

    /// The caller may not, for a reason of its own.
    pub fn refused(detail: impl Into<String>) -> Problem {
        Problem::new(&FORBIDDEN, detail)
    }

    /// The token is for other things.
    pub fn out_of_scope(wanted: &[Scope]) -> Problem {
        let words: Vec<&str> = wanted.iter().map(|scope| scope.as_str()).collect();
        let detail = format!("this token has none of the scopes {}", words.join(", "));
        Problem::new(&FORBIDDEN, detail)
    }

    /// The path exists, the method does not; `allow` are those that do.
    pub fn wrong_method(allow: String) -> Problem {
        let detail = format!("this path answers {allow} alone");
        Problem { allow: Some(allow), ..Problem::new(&WRONG_METHOD, detail) }
    }

    /// The body is too long.
    pub fn too_large(limit: usize) -> Problem {
        let detail = format!("a request may be {limit} bytes long; send it in parts");
        Problem::new(&TOO_LARGE, detail)
    }

    /// A file is too large.
    pub fn file_too_large(mib: usize) -> Problem {
        let detail = format!("a file may have {mib} MiB; send a smaller one, or a link to it");
        Problem { field: Some("size".into()), ..Problem::new(&TOO_LARGE, detail) }
    }

    /// What will be there is not there yet.
    pub fn not_yet(detail: impl Into<String>) -> Problem {
        Problem::new(&NOT_FOUND, detail)
    }

    /// The request cannot be read at all.
    pub fn bad_request(detail: impl Into<String>) -> Problem {
        Problem::new(&BAD_REQUEST, detail)
    }

    /// One field is not what it should be.
    pub fn field(name: &str, detail: impl Into<String>) -> Problem {
        Problem { field: Some(name.to_owned()), ..Problem::new(&INVALID_FIELD, detail) }
    }

    /// The same, one level further down.
    pub(crate) fn inside(self, outer: &str) -> Problem {
        Problem { field: self.field.map(|field| format!("{outer}.{field}")), ..self }
    }

    /// The same key came with another request.
    pub fn key_reused() -> Problem {
        let detail = "this Idempotency-Key was used with another request; choose a new one";
        Problem::new(&KEY_REUSED, detail)
    }

    /// There is one already.
    pub fn exists(name: &str, detail: impl Into<String>) -> Problem {
        Problem { field: Some(name.to_owned()), ..Problem::new(&EXISTS, detail) }
    }

    /// Something else stands in the way.
    pub fn in_use(detail: impl Into<String>) -> Problem {
        Problem::new(&NOT_NOW, detail)
    }

    /// The same was asked for too often; `wait` is how many seconds until it may be asked again.
    pub fn too_often(detail: impl Into<String>, wait: i64) -> Problem {
        Problem { wait: Some(wait.max(1)), ..Problem::new(&TOO_OFTEN, detail) }
    }

    /// A desk without an admin could not be changed any more.
    pub fn last_admin() -> Problem {
        let detail = "the last admin cannot be removed; make somebody else an admin first";
        Problem::in_use(detail)
    }

    /// The document, as a response.
    pub fn into_response(self) -> Response<Bytes> {
        let Problem { kind, detail, field, allow, wait } = self;
        let mut document = json!({
            "type": format!("urn:bellhop:problem:{}", kind.name),
            "title": kind.title,
            "status": kind.status.as_u16(),
            "detail": detail,
        });
        if let Some(field) = field {
            document["field"] = json!(field);
        }
        let mut response = Response::new(Bytes::from(document.to_string()));
        *response.status_mut() = kind.status;
        let headers = response.headers_mut();
        plain_headers(headers, "application/problem+json");
        if kind.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if kind.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if let Some(wait) = wait {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait));
        }
        if let Some(allow) = allow.and_then(|allow| HeaderValue::try_from(allow).ok()) {
            headers.insert(header::ALLOW, allow);
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
            | Refusal::MergedInto { .. }
            | Refusal::NotMerged
            | Refusal::OwnWork
            | Refusal::MergedTooLongAgo
            | Refusal::AlreadySplit { .. }
            | Refusal::TooMany
            | Refusal::AlreadyClaimed { .. } => Problem::new(&NOT_NOW, detail),
            Refusal::TasksOpen { .. } | Refusal::Forbidden { .. } => Problem::new(&NOT_NOW, detail),
            Refusal::NothingToTranslate { part } => Problem::field(part.as_str(), detail),
            Refusal::TooManyLanguages => Problem::field("language", detail),
            Refusal::NotTaken(refused) => {
                Problem::field(&format!("fields.{}", refused.field), detail)
            }
            Refusal::NoForm => Problem::field("fields", detail),
            Refusal::Notes(_) => Problem::field("metadata", detail),
            Refusal::NotUsable(_) => Problem::field("attachments", detail),
            Refusal::NoSuchTask => Problem::not_found(),
            Refusal::NotAFieldVisit | Refusal::NobodyGoes | Refusal::VisitNotThere { .. } => {
                Problem::new(&NOT_NOW, detail)
            }
            Refusal::VisitOutOfRange => Problem::field("to", detail),
            Refusal::Stale => Problem::new(&STALE, detail),
            Refusal::HoldOutOfRange => Problem::field("until", detail),
            Refusal::ItsOwn => Problem::field("to", detail),
            Refusal::NotToBeSplit => Problem::field("entry", detail),
            Refusal::AgreedDateOutOfRange => Problem::field("due_at", detail),
            Refusal::ScoreOutOfRange => Problem::field("score", detail),
            Refusal::Unfit(_) => Problem::field("then", detail),
        }
    }
}

impl From<Wrong> for Problem {
    fn from(wrong: Wrong) -> Problem {
        // Which of a list it is about is the call's own: `policies[2].when` is its `when`.
        let field = wrong.path.split_once("].").map_or(wrong.path.as_str(), |(list, field)| {
            let list = list.split('[').next().unwrap_or_default();
            if settings::is_part(list) { field } else { wrong.path.as_str() }
        });
        let line = wrong.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        Problem::field(field, format!("{line}{}", wrong.message))
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Busy | Error::Unavailable { .. } => {
                tracing::error!("storage did not answer: {error}");
                let detail = "the desk cannot reach its storage; try again in a moment";
                Problem::new(&UNAVAILABLE, detail)
            }
            Error::Damaged { .. } => {
                tracing::error!("storage holds something unreadable: {error}");
                let detail = "something at rest cannot be read; the desk's log says what";
                Problem::new(&DAMAGED, detail)
            }
            Error::TooLarge { .. } => Problem::field("body", error.to_string()),
        }
    }
}
