//! `/dev`: what left, the clock, rest, and faults to try the desk with. On one machine alone.

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

use crate::availability::Standin;
use crate::desk::LocalDesk;
use crate::dynamodb::EngineError;
use crate::faults::Failure;
use crate::{front, start_page, time};

/// The routes.
pub fn router() -> Router<Arc<LocalDesk>> {
    Router::new()
        .route("/dev/outbox", get(start_page::outbox))
        .route("/dev/outbox.json", get(outbox))
        .route("/dev/style.css", get(start_page::style))
        .route("/dev/clock", post(clock).get(tell_time))
        .route("/dev/settle", post(settle))
        .route("/dev/faults", post(faults))
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

/// What shall go wrong from now on; what is not named goes right.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Wanted {
    /// Every call of the table waits this long.
    delay: SignedDuration,
    /// So many calls of the table are refused as too fast.
    throttle: u32,
    /// So many calls of the table fail with a 500.
    fail: u32,
    /// Of the writes of the table, this share (0 to 1) takes effect and gets no answer.
    lose_answers: f64,
    /// Which ones.
    seed: u64,
    /// The indexes stand still.
    stale_indexes: bool,
    /// What a chat door cannot finish in time is taken over by nobody.
    refuse_hand_over: bool,
    /// What Slack does.
    slack: Service,
    /// What Discord does.
    discord: Service,
    /// What SES does.
    mail: Service,
}

/// What goes wrong with a service that is stood in for.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Service {
    /// It is out.
    down: bool,
    /// So many calls are refused as too fast.
    throttle: u32,
    /// So many calls take effect, and their answers are lost.
    lose_answers: u32,
}

impl Service {
    fn set(&self, standin: &Standin) {
        standin.set_down(self.down);
        standin.set_throttled(self.throttle);
        standin.set_unheard(self.lose_answers);
    }
}

async fn faults(State(desk): State<Arc<LocalDesk>>, request: Request) -> Response {
    let body = to_bytes(request.into_body(), 4096).await.unwrap_or_default();
    let wanted: Wanted = match serde_json::from_slice(&body) {
        Ok(wanted) => wanted,
        Err(error) => return refuse(&format!("send {{\"delay\":\"PT10S\"}} or {{}}: {error}")),
    };
    match set(&desk, &wanted) {
        Ok(()) => front::json(StatusCode::OK, json!({ "set": true }).to_string()),
        Err(error) => failed(&error.into()),
    }
}

fn set(desk: &LocalDesk, wanted: &Wanted) -> Result<(), EngineError> {
    let faults = desk.engine.faults();
    faults.clear();
    faults.delay(wanted.delay.unsigned_abs());
    faults.fail_next(wanted.fail, Failure::Internal);
    if wanted.throttle > 0 {
        faults.fail_next(wanted.throttle, Failure::Throttle);
    }
    faults.lose_answers(wanted.lose_answers, wanted.seed);
    desk.journal.refuse(wanted.refuse_hand_over);
    wanted.slack.set(&desk.standins.slack);
    wanted.discord.set(&desk.standins.discord);
    wanted.mail.set(&desk.mail);
    desk.engine.thaw_indexes();
    if wanted.stale_indexes { desk.engine.freeze_indexes() } else { Ok(()) }
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
