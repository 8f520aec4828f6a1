//! Files of the stand-in for Discord: what somebody uploaded is served where its attachment says.
//! A file nobody uploaded says its own name, so that what arrives elsewhere can be told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// The largest file, in bytes.
const AT_MOST: usize = 25 * 1024 * 1024;
/// How many are kept.
const FILES: usize = 64;

#[derive(Clone)]
struct File {
    kind: String,
    bytes: Bytes,
}

type Files = Arc<Mutex<HashMap<(String, String), File>>>;

/// `/dev/discord/cdn/{id}/{name}`: `PUT` keeps a file, `GET` serves it.
pub(super) fn router() -> Router {
    Router::new()
        .route("/dev/discord/cdn/{id}/{name}", get(serve).put(keep))
        .layer(DefaultBodyLimit::max(AT_MOST))
        .with_state(Files::default())
}

async fn keep(
    State(files): State<Files>,
    Path(place): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or("application/octet-stream").to_owned();
    let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
    if files.len() >= FILES && !files.contains_key(&place) {
        return StatusCode::INSUFFICIENT_STORAGE.into_response();
    }
    files.insert(place, File { kind, bytes });
    StatusCode::NO_CONTENT.into_response()
}

async fn serve(State(files): State<Files>, Path(place): Path<(String, String)>) -> Response {
    let known = files.lock().unwrap_or_else(PoisonError::into_inner).get(&place).cloned();
    let file = known.unwrap_or_else(|| File {
        kind: "text/plain".into(),
        bytes: format!("the bytes of {}", place.1).into(),
    });
    // Nothing of a sender's is shown as a page of this origin.
    let headers = [
        (header::CONTENT_TYPE, file.kind),
        (header::CONTENT_DISPOSITION, "attachment".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (headers, file.bytes).into_response()
}
