//! `/dev/chat`: Slack and Discord to try the desk with, and no account at either. People act in
//! windows side by side; what they do is signed as the real services sign it and posted to the real
//! doors; what the desk sends back is drawn. An inspector shows each request and its answer.

mod act;
mod act_discord;
mod act_slack;
mod blocks;
mod cast;
mod components;
mod discord;
mod form;
mod inspector;
mod markup;
mod messages;
mod page;
mod rich;
mod room;
mod screen;
mod slack;

use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderValue, StatusCode, header};

use crate::desk::LocalDesk;
use crate::front;

pub use room::Room;

/// What somebody typed, at most: the words of a modal, and small files.
const BODY_AT_MOST: usize = 16 * 1024 * 1024;
/// Scripts of this page alone, and what they fetch from this desk.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What the pages work with.
#[derive(Clone)]
pub struct Stage {
    desk: Arc<LocalDesk>,
    room: Arc<Room>,
}

/// The routes, all below `/dev/chat`.
pub fn router(desk: Arc<LocalDesk>) -> Router {
    let stage = Stage { desk, room: Arc::new(Room::default()) };
    Router::new()
        .route("/dev/chat", get(show))
        .route("/dev/chat/act/{what}", post(act))
        .route("/dev/chat/room.css", get(style))
        .route("/dev/chat/room.js", get(script))
        .with_state(stage)
}

async fn show(State(stage): State<Stage>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.unwrap_or("127.0.0.1").to_owned();
    let page = match page::show(&stage, &host, &query).await {
        Ok(page) => page,
        Err(error) => {
            tracing::error!("the chat room cannot be shown: {error:#}");
            return front::json(
                StatusCode::SERVICE_UNAVAILABLE,
                r#"{"error":"the desk does not answer"}"#,
            );
        }
    };
    let mut response = Html(page.into_string()).into_response();
    let policy = HeaderValue::from_static(POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// Something somebody does in a window; then the page they did it on.
async fn act(State(stage): State<Stage>, Path(what): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let Some(host) = host.map(str::to_owned) else {
        return front::json(StatusCode::BAD_REQUEST, r#"{"error":"no host"}"#);
    };
    let Ok(bytes) = to_bytes(body, BODY_AT_MOST).await else {
        return front::json(StatusCode::PAYLOAD_TOO_LARGE, r#"{"error":"at most 16 MiB"}"#);
    };
    let form = form::Form::read(&bytes);
    let back = form.text("back").unwrap_or_default();
    let back = format!("/dev/chat?{}", back.trim_start_matches('?'));
    if let Err(error) = act::carry_out(&stage, &host, &what, &form).await {
        stage.room.complain(format!("{error:#}"));
    }
    let Ok(back) = HeaderValue::from_str(&back) else {
        return front::json(StatusCode::BAD_REQUEST, r#"{"error":"no way back"}"#);
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, back);
    response
}

async fn style() -> Response {
    let kind = "text/css; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], include_str!("room.css")).into_response()
}

async fn script() -> Response {
    let kind = "text/javascript; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], include_str!("room.js")).into_response()
}
