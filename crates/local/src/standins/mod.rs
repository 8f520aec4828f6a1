//! The services that chat is sent to, on one machine: routers that record each call in the outbox
//! and answer as Slack and Discord would. They keep little state but the outbox, and render nothing.

mod discord;
mod slack;

pub use discord::{channel_of as direct_channel_of, message_id as discord_message_id};
pub use slack::{ts_of as slack_ts, view_id as slack_view_id};
mod slack_memory;
#[cfg(test)]
mod tests;

use crate::availability::Standin;
use crate::clock::Now;
use crate::outbox::Outbox;
use axum::Router;
use axum::body::{Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, Limited};
use hyper::body::Frame;
use serde_json::{Map, Value};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// The largest request the stand-ins read, in bytes: Discord's own limit with files is 25 MiB.
const MAX_BODY: usize = 25 * 1024 * 1024;

/// What the stand-ins need to know of the desk.
#[derive(Clone)]
pub struct World {
    /// Where calls are recorded.
    pub outbox: Arc<Outbox>,
    /// Stamps what is recorded, and the ids that carry a time.
    pub now: Now,
    /// The mail domain of everybody in the workspace: `U1` has the address `u1@DOMAIN`.
    pub domain: String,
    /// The workspace everybody belongs to.
    pub slack_team: String,
    /// The Discord application, which is also its bot's user id.
    pub discord_application: String,
    /// Whether Slack answers.
    pub slack: Standin,
    /// Whether Discord answers.
    pub discord: Standin,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("domain", &self.domain).finish_non_exhaustive()
    }
}

/// The routes `/dev/slack/api/{method}` and `/dev/discord/api/v10/…`.
pub fn router(world: World) -> Router {
    Router::new().merge(slack::router(world.clone())).merge(discord::router(world))
}

/// One call, read whole: what came as JSON, as a form or in the query is one JSON object.
struct Call {
    headers: HeaderMap,
    fields: Map<String, Value>,
}

impl Call {
    /// Reads a request; a body that cannot be read leaves the query's fields alone.
    async fn read(request: Request) -> Self {
        let (parts, body) = request.into_parts();
        let bytes = match Limited::new(body, MAX_BODY).collect().await {
            Ok(collected) => collected.to_bytes(),
            Err(_) => Bytes::new(),
        };
        let mut fields = query_fields(&parts.uri);
        fields.extend(body_fields(&parts.headers, &bytes));
        Self { headers: parts.headers, fields }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// The credentials of this scheme (`Bearer`, `Bot`).
    fn authorized(&self, scheme: &str) -> bool {
        let value = self.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        value
            .and_then(|value| value.strip_prefix(scheme))
            .is_some_and(|token| !token.trim().is_empty())
    }

    /// What was sent, for the outbox.
    fn body(&self) -> Value {
        Value::Object(self.fields.clone())
    }
}

fn query_fields(uri: &Uri) -> Map<String, Value> {
    form_fields(uri.query().unwrap_or_default().as_bytes())
}

fn body_fields(headers: &HeaderMap, bytes: &[u8]) -> Map<String, Value> {
    let kind =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") {
        return form_fields(bytes);
    }
    let json = match kind.split_once("boundary=") {
        Some((_, boundary)) => payload_json(bytes, boundary.trim_matches('"')),
        None => serde_json::from_slice(bytes).ok(),
    };
    match json {
        Some(Value::Object(fields)) => fields,
        // A list (of Discord's commands) is the field `items`.
        Some(list @ Value::Array(_)) => Map::from_iter([("items".to_owned(), list)]),
        _ => Map::new(),
    }
}

/// A form's values are text; those that hold JSON (Slack's `blocks` and `view`) are read as such.
fn form_fields(bytes: &[u8]) -> Map<String, Value> {
    let read = |value: &str| match value.starts_with(['{', '[']) {
        true => serde_json::from_str(value).unwrap_or_else(|_| Value::from(value)),
        false => Value::from(value),
    };
    url::form_urlencoded::parse(bytes)
        .map(|(name, value)| (name.into_owned(), read(&value)))
        .collect()
}

/// The part `payload_json` of a multipart body, in which Discord takes a message with files.
fn payload_json(bytes: &[u8], boundary: &str) -> Option<Value> {
    let text = String::from_utf8_lossy(bytes);
    let separator = format!("--{boundary}");
    let mut parts = text.split(&separator);
    let part = parts.find(|part| part.contains("name=\"payload_json\""))?;
    let (_, content) = part.split_once("\r\n\r\n")?;
    serde_json::from_str(content.trim_end()).ok()
}

/// An answer in JSON.
fn json(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// What is left of an answer that never arrives: the connection breaks.
fn unheard() -> Response {
    Response::new(axum::body::Body::new(Broken))
}

/// A body that breaks before its first byte.
struct Broken;

impl HttpBody for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionAborted.into())))
    }
}

/// 429 with the seconds to wait, in the header and as the service's body says it.
fn too_fast(seconds: u32, body: &Value) -> Response {
    let mut response = json(StatusCode::TOO_MANY_REQUESTS, body);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}
