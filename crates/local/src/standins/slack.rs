//! Slack's Web API in this process: the methods the desk calls, answered as Slack answers them.
//! Everybody asked for exists and belongs to one workspace. What people say and send there is told to it
//! beside the API (`/dev/slack/said`, `/dev/slack/files`), so that it can be asked for.

use super::slack_memory::{self, File, Memory};
use super::{Call, World, json, too_fast, unheard};
use crate::availability::Verdict;
use crate::outbox::{Item, Kind, Leaving};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use base64::Engine as _;
use serde_json::{Value, json};
use std::ops::Deref;
use std::sync::Arc;

/// Slack asks to wait this many seconds.
const RETRY_AFTER: u32 = 1;

/// <https://api.slack.com/reference/block-kit/blocks>
const MAX_BLOCKS: usize = 50;

/// The bot that the desk speaks as.
const BOT_USER: &str = "UBELLHOP";
const BOT: &str = "BBELLHOP";

/// The longest file that is taken, in bytes.
const MAX_FILE: usize = 101 * 1024 * 1024;

/// The workspace: what the desk is asked through, and what is remembered of it.
#[derive(Clone)]
struct Here {
    world: World,
    memory: Arc<Memory>,
}

impl Deref for Here {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

pub(super) fn router(world: World) -> Router {
    let here = Here { world: world.clone(), memory: Arc::default() };
    Router::new()
        .route("/dev/slack/api/{method}", any(call))
        .route("/dev/slack/response/{user}", any(late_answer))
        .route("/dev/slack/files/{id}", get(download))
        .route("/dev/slack/upload/{id}", post(upload))
        .layer(middleware::from_fn_with_state(world, available))
        .route("/dev/slack/said", post(said))
        .route("/dev/slack/files", post(sent_file))
        .layer(DefaultBodyLimit::max(MAX_FILE))
        .with_state(here)
}

/// What a person said in Slack, for whoever asks for the message later.
async fn said(State(here): State<Here>, request: Request) -> Response {
    let call = Call::read(request).await;
    here.memory.note(slack_memory::message(&call.fields));
    json(StatusCode::OK, &json!({ "ok": true }))
}

/// A file a person sent in Slack: `id`, `name`, `mimetype` and its `text` or `base64`.
async fn sent_file(State(here): State<Here>, request: Request) -> Response {
    let call = Call::read(request).await;
    let text = |name: &str| call.text(name).unwrap_or_default().to_owned();
    let file = File { name: text("name"), kind: text("mimetype"), bytes: content(&call) };
    here.memory.keep(&text("id"), file);
    let known = here.memory.described(&text("id"), &base(&call)).unwrap_or_default();
    json(StatusCode::OK, &json!({ "ok": true, "file": known }))
}

/// A file's bytes: its `text`, or what `base64` holds.
fn content(call: &Call) -> Vec<u8> {
    let text = |name: &str| call.text(name).unwrap_or_default();
    let decoded = base64::engine::general_purpose::STANDARD.decode(text("base64"));
    match decoded {
        Ok(bytes) if !bytes.is_empty() => bytes,
        _ => text("text").as_bytes().to_vec(),
    }
}

async fn download(State(here): State<Here>, Path(id): Path<String>, request: Request) -> Response {
    let call = Call::read(request).await;
    match here.memory.file(&id) {
        Some(file) if call.authorized("Bearer ") => file.bytes.into_response(),
        Some(_) => StatusCode::FORBIDDEN.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn upload(State(here): State<Here>, Path(id): Path<String>, bytes: Bytes) -> Response {
    let Some(file) = here.memory.file(&id) else { return StatusCode::NOT_FOUND.into_response() };
    here.memory.keep(&id, File { bytes: bytes.to_vec(), ..file });
    "OK".into_response()
}

/// Where this process was asked.
fn base(call: &Call) -> String {
    let host = call.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    format!("http://{}", host.unwrap_or("127.0.0.1"))
}

async fn available(State(world): State<World>, request: Request, next: Next) -> Response {
    match world.slack.verdict() {
        Verdict::Up => next.run(request).await,
        Verdict::Down => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Verdict::Throttled => too_fast(RETRY_AFTER, &failure("ratelimited")),
        Verdict::Unheard => {
            next.run(request).await;
            unheard()
        }
    }
}

/// Where late answers to a command of this person go. Slack answers with the plain word.
async fn late_answer(
    State(here): State<Here>,
    Path(user): Path<String>,
    request: Request,
) -> Response {
    let call = Call::read(request).await;
    match record(&here, "response_url", &user, &call) {
        Ok(_) => "ok".into_response(),
        Err(error) => json(StatusCode::INTERNAL_SERVER_ERROR, &failure(error)),
    }
}

async fn call(State(here): State<Here>, Path(method): Path<String>, request: Request) -> Response {
    let call = Call::read(request).await;
    if !call.authorized("Bearer ") {
        return json(StatusCode::OK, &failure("not_authed"));
    }
    let answer = perform(&here, &method, &call).unwrap_or_else(failure);
    json(StatusCode::OK, &answer)
}

/// Slack's errors are words in an answer of 200.
fn failure(error: &str) -> Value {
    json!({ "ok": false, "error": error })
}

fn perform(here: &Here, method: &str, call: &Call) -> Result<Value, &'static str> {
    let world = &here.world;
    match method {
        "auth.test" => Ok(auth_test(world)),
        "users.info" => user(world, call.text("user").ok_or("user_not_found")?),
        "users.lookupByEmail" => user_by_email(world, call.text("email").ok_or("users_not_found")?),
        "conversations.open" => conversation(call),
        "conversations.replies" | "conversations.history" => replies(here, call),
        "reactions.add" => react(here, method, call),
        "files.info" => file(here, call),
        "files.getUploadURLExternal" => upload_place(here, call),
        "files.completeUploadExternal" => uploaded(here, method, call),
        "chat.postMessage" => post_message(here, method, call),
        "chat.postEphemeral" => post_ephemeral(world, method, call),
        "chat.update" => update(world, method, call),
        "chat.delete" => delete(world, method, call),
        "views.open" | "views.push" | "views.update" | "views.publish" => view(here, method, call),
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

fn post_message(here: &Here, method: &str, call: &Call) -> Result<Value, &'static str> {
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
    let ts = record(here, method, channel, call)?;
    let mut message = json!({
        "type": "message", "user": BOT_USER, "bot_id": BOT, "team": here.slack_team, "ts": ts,
        "text": call.text("text").unwrap_or_default(),
    });
    for part in ["blocks", "attachments", "thread_ts", "metadata"] {
        if let (Some(value), Some(message)) = (call.fields.get(part), message.as_object_mut()) {
            message.insert(part.to_owned(), value.clone());
        }
    }
    let mut noted = message.clone();
    if let Some(fields) = noted.as_object_mut() {
        fields.insert("channel".into(), channel.into());
        here.memory.note(slack_memory::message(fields));
    }
    Ok(json!({ "ok": true, "channel": channel, "ts": ts, "message": message }))
}

/// One message, or none: people's are those this was told of.
fn replies(here: &Here, call: &Call) -> Result<Value, &'static str> {
    let channel = call.text("channel").ok_or("channel_not_found")?;
    let ts = call.text("ts").or_else(|| call.text("latest")).ok_or("invalid_ts_latest")?;
    let found = here.memory.message(channel, ts).ok_or("thread_not_found")?;
    Ok(json!({ "ok": true, "messages": [found], "has_more": false }))
}

fn react(here: &Here, method: &str, call: &Call) -> Result<Value, &'static str> {
    let channel = call.text("channel").ok_or("channel_not_found")?;
    let ts = call.text("timestamp").ok_or("no_item_specified")?;
    let name = call.text("name").ok_or("invalid_name")?;
    if !here.memory.react(channel, ts, name) {
        return Err("already_reacted");
    }
    record(here, method, channel, call)?;
    Ok(json!({ "ok": true }))
}

fn file(here: &Here, call: &Call) -> Result<Value, &'static str> {
    let id = call.text("file").ok_or("file_not_found")?;
    let known = here.memory.described(id, &base(call)).ok_or("file_not_found")?;
    Ok(json!({ "ok": true, "file": known }))
}

fn upload_place(here: &Here, call: &Call) -> Result<Value, &'static str> {
    let name = call.text("filename").ok_or("invalid_arguments")?;
    call.text("length").ok_or("invalid_arguments")?;
    let id = format!("F{:08}", here.memory.count());
    here.memory.keep(&id, File { name: name.to_owned(), ..File::default() });
    let url = format!("{}/dev/slack/upload/{id}", base(call));
    Ok(json!({ "ok": true, "upload_url": url, "file_id": id }))
}

/// Files are announced by id; the channel shows them from now on.
fn uploaded(here: &Here, method: &str, call: &Call) -> Result<Value, &'static str> {
    let files = call.fields.get("files").and_then(Value::as_array).ok_or("invalid_arguments")?;
    let known = files
        .iter()
        .filter_map(|file| here.memory.described(file.get("id")?.as_str()?, &base(call)));
    let known: Vec<Value> = known.collect();
    if known.len() != files.len() {
        return Err("file_not_found");
    }
    record(here, method, call.text("channel_id").unwrap_or_default(), call)?;
    Ok(json!({ "ok": true, "files": known }))
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
fn view(here: &Here, method: &str, call: &Call) -> Result<Value, &'static str> {
    let to = ["user_id", "trigger_id", "interactivity_pointer", "view_id", "external_id"].iter();
    let to = to.copied().find_map(|name| call.text(name)).ok_or("invalid_arguments")?;
    let sent = call.fields.get("view").and_then(Value::as_object).ok_or("invalid_arguments")?;
    if call.text("trigger_id").is_some_and(|trigger| !here.memory.exchange(trigger)) {
        return Err("exchanged_trigger_id");
    }
    if here.memory.is_stale(call.text("view_id"), call.text("hash")) {
        return Err("hash_conflict");
    }
    let ts = record(here, method, to, call)?;
    let id = call.text("view_id").map_or_else(|| view_id(&ts), str::to_owned);
    here.memory.show(&id, &ts);
    let mut shown = sent.clone();
    let state = json!({ "values": {} });
    let added = [
        ("id", json!(id)),
        ("team_id", json!(here.slack_team)),
        ("state", state),
        ("hash", json!(ts)),
        ("root_view_id", json!(id)),
        ("app_id", json!("ABELLHOP")),
        ("bot_id", json!(BOT)),
    ];
    shown.extend(added.map(|(name, value)| (name.to_owned(), value)));
    Ok(json!({ "ok": true, "view": shown }))
}

/// What a message that left is called: by its second, and its place among all that left.
pub fn ts_of(item: &Item) -> String {
    stamp(item.at.as_second(), item.seq)
}

/// What a view is called that was opened with this time stamp.
pub fn view_id(ts: &str) -> String {
    format!("V{}", ts.replace('.', ""))
}

fn stamp(second: i64, seq: u64) -> String {
    format!("{second}.{:06}", seq % 1_000_000)
}

/// Records the call and answers its time stamp, which names the message and is never given twice.
fn record(world: &World, method: &str, to: &str, call: &Call) -> Result<String, &'static str> {
    let at = (world.now)();
    let leaving = Leaving::new(Kind::Slack, to, call.body()).method(method);
    let seq = world.outbox.push(leaving, at).map_err(|_| "internal_error")?;
    Ok(stamp(at.as_second(), seq))
}
