//! `/dev`: what left, the clock, and rest. On one machine alone.

use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Query, Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;

use crate::desk::LocalDesk;
use crate::{front, start_page, time};

/// The routes.
pub fn router() -> Router<Arc<LocalDesk>> {
    Router::new()
        .route("/dev/outbox", get(start_page::outbox))
        .route("/dev/outbox.json", get(outbox))
        .route("/dev/style.css", get(start_page::style))
        .route("/dev/clock", post(clock).get(tell_time))
        .route("/dev/settle", post(settle))
}

#[derive(Deserialize)]
struct Since {
    since: Option<u64>,
}

async fn outbox(State(desk): State<Arc<LocalDesk>>, Query(from): Query<Since>) -> Response {
    let items = desk.outbox.since(from.since.unwrap_or(0));
    front::json(StatusCode::OK, json!({ "items": items }).to_string())
}

async fn settle(State(desk): State<Arc<LocalDesk>>) -> Response {
    match time::settle(&desk).await {
        Ok(()) => front::json(StatusCode::OK, json!({ "settled": true }).to_string()),
        Err(error) => failed(&error),
    }
}

async fn tell_time(State(desk): State<Arc<LocalDesk>>) -> Response {
    front::json(StatusCode::OK, json!({ "now": desk.clock.now() }).to_string())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    advance: Option<SignedDuration>,
    set: Option<Timestamp>,
}

async fn clock(State(desk): State<Arc<LocalDesk>>, request: Request) -> Response {
    let body = to_bytes(request.into_body(), 4096).await.unwrap_or_default();
    let wanted: Move = match serde_json::from_slice(&body) {
        Ok(wanted) => wanted,
        Err(error) => {
            return refuse(&format!("send {{\"advance\":\"PT2H\"}} or {{\"set\":\"…\"}}: {error}"));
        }
    };
    let now = desk.clock.now();
    let target = match (wanted.advance, wanted.set) {
        (Some(by), None) => now.checked_add(by).ok(),
        (None, Some(to)) => Some(to),
        (Some(_), Some(_)) | (None, None) => return refuse("send either advance or set"),
    };
    match target.filter(|target| *target >= now) {
        None => refuse("the clock only goes forward"),
        Some(target) => match time::advance(&desk, target).await {
            Ok(now) => front::json(StatusCode::OK, json!({ "now": now }).to_string()),
            Err(error) => failed(&error),
        },
    }
}

fn refuse(why: &str) -> Response {
    front::json(StatusCode::UNPROCESSABLE_ENTITY, json!({ "error": why }).to_string())
}

fn failed(error: &anyhow::Error) -> Response {
    tracing::error!("a local request failed: {error:#}");
    front::json(
        StatusCode::INTERNAL_SERVER_ERROR,
        json!({ "error": format!("{error:#}") }).to_string(),
    )
}
