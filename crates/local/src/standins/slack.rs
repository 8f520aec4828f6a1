//! Slack's Web API in this process: the methods the desk calls, answered as Slack answers them.
//! Everybody asked for exists and belongs to one workspace; it keeps no channel and no message.

use super::{Call, World, json, too_fast};
use crate::availability::Verdict;
use crate::outbox::{Kind, Leaving};
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::{Value, json};

/// Slack asks to wait this many seconds.
const RETRY_AFTER: u32 = 1;

/// <https://api.slack.com/reference/block-kit/blocks>
const MAX_BLOCKS: usize = 50;

/// The bot that the desk speaks as.
const BOT_USER: &str = "UBELLHOP";
const BOT: &str = "BBELLHOP";

pub(super) fn router(world: World) -> Router {
    Router::new()
        .route("/dev/slack/api/{method}", any(call))
        .route("/dev/slack/response/{user}", any(late_answer))
        .layer(middleware::from_fn_with_state(world.clone(), available))
        .with_state(world)
}

async fn available(State(world): State<World>, request: Request, next: Next) -> Response {
    match world.slack.verdict() {
        Verdict::Up => next.run(request).await,
        Verdict::Down => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Verdict::Throttled => too_fast(RETRY_AFTER, &failure("ratelimited")),
    }
}

/// Where late answers to a command of this person go. Slack answers with the plain word.
async fn late_answer(
    State(world): State<World>,
    Path(user): Path<String>,
    request: Request,
) -> Response {
    let call = Call::read(request).await;
    match record(&world, "response_url", &user, &call) {
        Ok(_) => "ok".into_response(),
        Err(error) => json(StatusCode::INTERNAL_SERVER_ERROR, &failure(error)),
    }
}

async fn call(
    State(world): State<World>,
    Path(method): Path<String>,
    request: Request,
) -> Response {
    let call = Call::read(request).await;
    if !call.authorized("Bearer ") {
        return json(StatusCode::OK, &failure("not_authed"));
    }
    let answer = perform(&world, &method, &call).unwrap_or_else(failure);
    json(StatusCode::OK, &answer)
}

/// Slack's errors are words in an answer of 200.
fn failure(error: &str) -> Value {
    json!({ "ok": false, "error": error })
}

fn perform(world: &World, method: &str, call: &Call) -> Result<Value, &'static str> {
    match method {
        "auth.test" => Ok(auth_test(world)),
        "users.info" => user(world, call.text("user").ok_or("user_not_found")?),
        "users.lookupByEmail" => user_by_email(world, call.text("email").ok_or("users_not_found")?),
        "conversations.open" => conversation(call),
        "chat.postMessage" => post_message(world, method, call),
        "chat.postEphemeral" => post_ephemeral(world, method, call),
        "chat.update" => update(world, method, call),
        "chat.delete" => delete(world, method, call),
        "views.open" | "views.push" | "views.update" | "views.publish" => view(world, method, call),
        _ => Err("unknown_method"),
    }
}

fn auth_test(world: &World) -> Value {
    json!({
        "ok": true, "url": "https://bellhop.slack.com/", "team": "Bellhop", "user": "bellhop",
        "team_id": world.slack_team, "user_id": BOT_USER, "bot_id": BOT,
    })
}

/// A person's name is made from the id: `UANNA` is anna, with the real name Uanna.
fn user(world: &World, id: &str) -> Result<Value, &'static str> {
    if !id.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err("user_not_found");
    }
    let name = id.to_ascii_lowercase();
    // Made-up accounts of the demo and of `bellhop say` carry their person's name: UKOFI is Kofi.
    let bare = name.strip_prefix('u').filter(|rest| rest.chars().all(|c| c.is_ascii_alphabetic()));
    let mut letters = bare.filter(|rest| !rest.is_empty()).unwrap_or(&name).chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    let real_name: String = first.into_iter().chain(letters).collect();
    let email = format!("{name}@{}", world.domain);
    let profile = json!({
        "email": email, "real_name": real_name, "display_name": name, "team": world.slack_team,
    });
    let user = json!({
        "id": id,
        "team_id": world.slack_team,
        "name": name,
        "real_name": real_name,
        "deleted": false,
        "is_bot": false,
        "is_app_user": false,
        "tz": "Etc/UTC",
        "tz_label": "UTC",
        "tz_offset": 0,
        "profile": profile,
    });
    Ok(json!({ "ok": true, "user": user }))
}

fn user_by_email(world: &World, email: &str) -> Result<Value, &'static str> {
    let (name, domain) = email.split_once('@').ok_or("users_not_found")?;
    if domain != world.domain {
        return Err("users_not_found");
    }
    user(world, &name.to_ascii_uppercase()).map_err(|_| "users_not_found")
}

/// One person's direct channel is always the same: `D` and the rest of the person's id.
fn conversation(call: &Call) -> Result<Value, &'static str> {
    if let Some(channel) = call.text("channel") {
        return Ok(json!({ "ok": true, "channel": { "id": channel } }));
    }
    let users = call.text("users").ok_or("users_list_not_supplied")?;
    let first = users.split(',').next().unwrap_or(users);
    let channel = format!("D{}", first.strip_prefix(['U', 'W']).unwrap_or(first));
    Ok(json!({ "ok": true, "no_op": true, "already_open": true, "channel": { "id": channel } }))
}

fn post_message(world: &World, method: &str, call: &Call) -> Result<Value, &'static str> {
    let channel = call.text("channel").ok_or("channel_not_found")?;
    let says_something =
        ["text", "blocks", "attachments"].iter().any(|part| call.fields.contains_key(*part));
    if !says_something {
        return Err("no_text");
    }
    let blocks = call.fields.get("blocks").and_then(Value::as_array);
    if blocks.is_some_and(|blocks| blocks.len() > MAX_BLOCKS) {
        return Err("invalid_blocks");
    }
    let ts = record(world, method, channel, call)?;
    let mut message = json!({
        "type": "message", "user": BOT_USER, "bot_id": BOT, "team": world.slack_team, "ts": ts,
        "text": call.text("text").unwrap_or_default(),
    });
    for part in ["blocks", "attachments", "thread_ts", "metadata"] {
        if let (Some(value), Some(message)) = (call.fields.get(part), message.as_object_mut()) {
            message.insert(part.to_owned(), value.clone());
        }
    }
    Ok(json!({ "ok": true, "channel": channel, "ts": ts, "message": message }))
}

fn post_ephemeral(world: &World, method: &str, call: &Call) -> Result<Value, &'static str> {
    let channel = call.text("channel").ok_or("channel_not_found")?;
    call.text("user").ok_or("user_not_in_channel")?;
    let ts = record(world, method, channel, call)?;
    Ok(json!({ "ok": true, "message_ts": ts }))
}

fn update(world: &World, method: &str, call: &Call) -> Result<Value, &'static str> {
    let channel = call.text("channel").ok_or("channel_not_found")?;
    let ts = call.text("ts").ok_or("message_not_found")?;
    record(world, method, channel, call)?;
    let text = call.text("text").unwrap_or_default();
    let message = json!({ "type": "message", "user": BOT_USER, "text": text, "ts": ts });
    Ok(json!({ "ok": true, "channel": channel, "ts": ts, "text": text, "message": message }))
}

fn delete(world: &World, method: &str, call: &Call) -> Result<Value, &'static str> {
    let channel = call.text("channel").ok_or("channel_not_found")?;
    let ts = call.text("ts").ok_or("message_not_found")?;
    record(world, method, channel, call)?;
    Ok(json!({ "ok": true, "channel": channel, "ts": ts }))
}

/// A view goes to whoever pressed: the trigger stands for the person.
fn view(world: &World, method: &str, call: &Call) -> Result<Value, &'static str> {
    let to = ["user_id", "trigger_id", "interactivity_pointer", "view_id", "external_id"].iter();
    let to = to.copied().find_map(|name| call.text(name)).ok_or("invalid_arguments")?;
    let sent = call.fields.get("view").and_then(Value::as_object).ok_or("invalid_arguments")?;
    let ts = record(world, method, to, call)?;
    let id =
        call.text("view_id").map_or_else(|| format!("V{}", ts.replace('.', "")), str::to_owned);
    let mut shown = sent.clone();
    let state = json!({ "values": {} });
    let added = [
        ("id", json!(id)),
        ("team_id", json!(world.slack_team)),
        ("state", state),
        ("hash", json!(ts)),
        ("root_view_id", json!(id)),
        ("app_id", json!("ABELLHOP")),
        ("bot_id", json!(BOT)),
    ];
    shown.extend(added.map(|(name, value)| (name.to_owned(), value)));
    Ok(json!({ "ok": true, "view": shown }))
}

/// Records the call and answers its time stamp, which names the message and is never given twice.
fn record(world: &World, method: &str, to: &str, call: &Call) -> Result<String, &'static str> {
    let at = (world.now)();
    let leaving = Leaving::new(Kind::Slack, to, call.body()).method(method);
    let seq = world.outbox.push(leaving, at).map_err(|_| "internal_error")?;
    Ok(format!("{}.{:06}", at.as_second(), seq % 1_000_000))
}
