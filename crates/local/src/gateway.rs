//! What API Gateway does on AWS: hands each request to the function it is for. `/dev` is here alone
//! and only where nobody but this machine can reach it.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::from_fn;
use axum::response::Response;
use axum::routing::{any, get};
use bytes::Bytes;
use http::{StatusCode, header};

use crate::desk::LocalDesk;
use crate::{chat_room, dev, front, standins, start_page};

/// API Gateway's own limit on a request, in bytes.
const BODY_AT_MOST: usize = 10 * 1024 * 1024;

/// Every route of a desk. `is_loopback` says whether it listens where only this machine can ring.
pub fn router(desk: Arc<LocalDesk>, is_loopback: bool) -> Router {
    let doors = Router::new()
        .route("/healthz", get(rest))
        .route("/slack/{*rest}", any(slack))
        .route("/discord/interactions", any(discord))
        .route(chat::discord::relay::PATH, any(discord))
        .route("/v1", any(rest))
        .route("/v1/{*rest}", any(rest));
    let all = if is_loopback {
        let pages = Router::new().route("/", get(start_page::show)).merge(dev::router());
        let standins = standins::router(desk.standins.clone());
        let room = chat_room::router(desk.clone());
        let local = pages.with_state(desk.clone()).merge(standins).merge(room);
        // The doors stay open to a tunnel, whatever name it gives this machine.
        doors.with_state(desk).merge(local.layer(from_fn(front::only_this_machine)))
    } else {
        doors.route("/", get(start_page::closed)).with_state(desk)
    };
    all.fallback(|| async { front::json(StatusCode::NOT_FOUND, r#"{"error":"nothing is here"}"#) })
}

async fn slack(State(desk): State<Arc<LocalDesk>>, request: Request) -> Response {
    match whole(request).await {
        Ok(request) => slack::handle(&desk.slack, request).await.map(Body::from),
        Err(response) => response,
    }
}

async fn discord(State(desk): State<Arc<LocalDesk>>, request: Request) -> Response {
    match whole(request).await {
        Ok(request) => discord::handle(&desk.discord, request).await.map(Body::from),
        Err(response) => response,
    }
}

async fn rest(State(desk): State<Arc<LocalDesk>>, request: Request) -> Response {
    match whole(request).await {
        Ok(request) => api::handle(&desk.api, request).await.map(Body::from),
        Err(_) => api::Problem::too_large(BODY_AT_MOST).into_response().map(Body::from),
    }
}

async fn whole(request: Request) -> Result<http::Request<Bytes>, Response> {
    let (parts, body) = request.into_parts();
    let length = parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced = length.and_then(|length| length.parse::<usize>().ok()).unwrap_or(0);
    let too_large = || front::json(StatusCode::PAYLOAD_TOO_LARGE, r#"{"error":"too large"}"#);
    if announced > BODY_AT_MOST {
        return Err(too_large());
    }
    let body = to_bytes(body, BODY_AT_MOST).await.map_err(|_| too_large())?;
    Ok(http::Request::from_parts(parts, body))
}
