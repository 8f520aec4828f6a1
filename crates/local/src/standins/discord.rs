//! Discord's HTTP API (v10) in this process: direct channels, messages, threads, commands, files, and
//! answers to interactions. A nonce sent with `enforce_nonce` makes one message however often it is
//! sent; all else is new. Below a channel whose number ends in 404 no thread may be made.

mod files;
mod threads;

use super::{Call, World, json, too_fast, unheard};
use crate::availability::Verdict;
use crate::outbox::{Item, Kind, Leaving};
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, patch, post, put};
use jiff::SignedDuration;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Discord asks to wait this many seconds.
const RETRY_AFTER: u32 = 1;

/// Milliseconds from 1970 to the first second of 2015, from which Discord's ids count.
/// <https://discord.com/developers/docs/reference#snowflakes>
const EPOCH: i64 = 1_420_070_400_000;

const BASE: &str = "/dev/discord/api/v10";
/// What the outbox calls a message that was posted.
const POSTED: &str = "POST /channels/{id}/messages";
/// How long a nonce is remembered; Discord says "a few minutes".
const NONCE_LIVES: SignedDuration = SignedDuration::from_mins(5);

/// The desk, and what Discord remembers of threads for as long as the process lives.
#[derive(Clone)]
struct Discord {
    world: World,
    threads: threads::Threads,
}

pub(super) fn router(world: World) -> Router {
    let discord = Discord { world: world.clone(), threads: threads::Threads::default() };
    let routes = Router::new()
        .route("/users/@me", any(me))
        .route("/users/@me/channels", post(direct_channel))
        .route("/channels/{channel}/messages", post(create_message).get(list_messages))
        .route("/channels/{channel}/messages/{message}", patch(edit_message).delete(edit_message))
        .route("/channels/{channel}/threads", post(threads::create))
        .route("/channels/{channel}/thread-members/{user}", put(threads::add_member))
        .route("/channels/{channel}", patch(threads::change))
        .route("/applications/{application}/commands", put(commands))
        .route("/applications/{application}/guilds/{guild}/commands", put(guild_commands))
        .route("/webhooks/{application}/{token}", post(follow_up))
        .route(
            "/webhooks/{application}/{token}/messages/{message}",
            patch(follow_up).delete(follow_up),
        )
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(discord.clone(), available))
        .with_state(discord);
    Router::new().nest(BASE, routes).merge(files::router())
}

type Answer = Result<Response, Refusal>;

/// A call that is refused, in Discord's words.
struct Refusal {
    status: StatusCode,
    body: Value,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        json(self.status, &self.body)
    }
}

async fn available(State(discord): State<Discord>, request: Request, next: Next) -> Response {
    match discord.world.discord.verdict() {
        Verdict::Up => next.run(request).await,
        Verdict::Down => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Verdict::Throttled => {
            let seconds = f64::from(RETRY_AFTER);
            let message = "You are being rate limited.";
            let body = json!({ "message": message, "retry_after": seconds, "global": false });
            too_fast(RETRY_AFTER, &body)
        }
        Verdict::Unheard => {
            next.run(request).await;
            unheard()
        }
    }
}

async fn me(State(Discord { world, .. }): State<Discord>, request: Request) -> Answer {
    bot_call(request).await?;
    Ok(json(StatusCode::OK, &bot(&world)))
}

/// The channel of one person is always the same: its id is made from the person's.
async fn direct_channel(State(Discord { world, .. }): State<Discord>, request: Request) -> Answer {
    let call = bot_call(request).await?;
    let recipient = call.fields.get("recipient_id").and_then(snowflake);
    let recipient = recipient
        .ok_or_else(|| invalid("recipient_id", "NUMBER_TYPE_COERCE", "Value is not snowflake."))?;
    let id = channel_of(&recipient, &world.discord_application);
    let recipient = json!({
        "id": recipient,
        "username": format!("user{recipient}"),
        "discriminator": "0",
        "global_name": null,
        "avatar": null,
    });
    let channel = json!({
        "id": id, "type": 1, "last_message_id": null, "flags": 0, "recipients": [recipient],
    });
    Ok(json(StatusCode::OK, &channel))
}

async fn create_message(
    State(Discord { world, threads }): State<Discord>,
    Path(channel): Path<String>,
    request: Request,
) -> Answer {
    let call = bot_call(request).await?;
    check_channel(&channel)?;
    check_message(&call)?;
    threads.take_message(&channel)?;
    let leaving = Leaving {
        key: nonce_key(&world, &channel, &call),
        ..Leaving::new(Kind::Discord, channel.as_str(), call.body()).method(POSTED)
    };
    Ok(json(StatusCode::OK, &record(&world, leaving)?))
}

/// The messages of a channel behind one, the newest first.
async fn list_messages(
    State(Discord { world, .. }): State<Discord>,
    Path(channel): Path<String>,
    request: Request,
) -> Answer {
    let call = bot_call(request).await?;
    check_channel(&channel)?;
    let number = |name: &str| call.text(name).and_then(|text| text.parse::<u64>().ok());
    let (after, limit) = (number("after").unwrap_or(0), number("limit").unwrap_or(50));
    let posted = world.outbox.since(0).into_iter().filter(|item| {
        let is_post = item.method.as_deref() == Some(POSTED);
        let id = message_id(item).parse::<u64>().unwrap_or_default();
        item.kind == Kind::Discord && item.to == channel && is_post && id > after
    });
    let oldest = posted.take(usize::try_from(limit.min(100)).unwrap_or(100));
    let mut found: Vec<Value> = oldest.map(|item| message(&world, &item)).collect();
    found.reverse();
    Ok(json(StatusCode::OK, &Value::Array(found)))
}

/// Takes PATCH and DELETE, which name the message the same way.
async fn edit_message(
    State(Discord { world, .. }): State<Discord>,
    Path((channel, message)): Path<(String, String)>,
    request: Request,
) -> Answer {
    let method = request.method().clone();
    let call = bot_call(request).await?;
    check_channel(&channel)?;
    let id = snowflake(&Value::from(message.as_str()));
    let id = id.ok_or_else(|| error(StatusCode::NOT_FOUND, 10_008, "Unknown Message"))?;
    let leaving = Leaving::new(Kind::Discord, channel, call.body())
        .method(format!("{method} /channels/{{id}}/messages/{id}"));
    let mut edited = record(&world, leaving)?;
    if method == Method::DELETE {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    if let Some(edited) = edited.as_object_mut() {
        let at = edited.get("timestamp").cloned().unwrap_or_default();
        edited.insert("edited_timestamp".to_owned(), at);
        edited.insert("id".to_owned(), Value::from(id));
    }
    Ok(json(StatusCode::OK, &edited))
}

/// Answers to an interaction after the first: the token in the path is all the authority there is.
async fn follow_up(
    State(Discord { world, .. }): State<Discord>,
    Path(path): Path<Vec<(String, String)>>,
    request: Request,
) -> Answer {
    let method = request.method().clone();
    let call = Call::read(request).await;
    let value =
        |name: &str| path.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let application = value("application").unwrap_or_default();
    let message =
        value("message").map(|message| format!("/messages/{message}")).unwrap_or_default();
    let leaving = Leaving::new(Kind::Discord, application, call.body())
        .method(format!("{method} /webhooks/{{application}}/{{token}}{message}"));
    let recorded = record(&world, leaving)?;
    if method == Method::DELETE {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(json(StatusCode::OK, &recorded))
}

/// Commands replace all that there were.
async fn commands(
    State(Discord { world, .. }): State<Discord>,
    Path(application): Path<String>,
    request: Request,
) -> Answer {
    register(&world, &application, "commands", request).await
}

async fn guild_commands(
    State(Discord { world, .. }): State<Discord>,
    Path((application, guild)): Path<(String, String)>,
    request: Request,
) -> Answer {
    register(&world, &application, &format!("guilds/{guild}/commands"), request).await
}

async fn register(world: &World, application: &str, place: &str, request: Request) -> Answer {
    let call = bot_call(request).await?;
    let given = call.fields.get("items").and_then(Value::as_array);
    let given = given.ok_or_else(|| invalid("commands", "BASE_TYPE_LIST", "Must be a list."))?;
    let named = |n: usize, command: &Value| {
        let mut command = command.clone();
        if let Some(fields) = command.as_object_mut() {
            fields.insert("id".into(), (n + 1).to_string().into());
            fields.insert("application_id".into(), application.into());
        }
        command
    };
    let answer: Vec<Value> =
        given.iter().enumerate().map(|(n, command)| named(n, command)).collect();
    let leaving = Leaving::new(Kind::Discord, application, call.body())
        .method(format!("PUT /applications/{{id}}/{place}"));
    record(world, leaving)?;
    Ok(json(StatusCode::OK, &Value::Array(answer)))
}

async fn unknown() -> Refusal {
    error(StatusCode::NOT_FOUND, 0, "404: Not Found")
}

async fn wrong_method() -> Refusal {
    error(StatusCode::METHOD_NOT_ALLOWED, 0, "405: Method Not Allowed")
}

async fn bot_call(request: Request) -> Result<Call, Refusal> {
    let call = Call::read(request).await;
    if call.authorized("Bot ") {
        return Ok(call);
    }
    Err(error(StatusCode::UNAUTHORIZED, 0, "401: Unauthorized"))
}

/// Records the call, unless its key is known, and answers the message it made, then or now.
fn record(world: &World, leaving: Leaving) -> Result<Value, Refusal> {
    let broken = || error(StatusCode::INTERNAL_SERVER_ERROR, 0, "500: Internal Server Error");
    let seq = world.outbox.push(leaving, (world.now)()).map_err(|_| broken())?;
    let item = world.outbox.get(seq).ok_or_else(broken)?;
    Ok(message(world, &item))
}

/// The message an item of the outbox made: always the same for the same item.
fn message(world: &World, item: &Item) -> Value {
    let sent = |part: &str| item.body.get(part).filter(|value| !value.is_null()).cloned();
    let list = |part: &str| sent(part).unwrap_or_else(|| json!([]));
    json!({
        "id": message_id(item),
        "channel_id": item.to,
        "type": 0,
        "timestamp": item.at.to_string(),
        "author": bot(world),
        "content": sent("content").unwrap_or_else(|| json!("")),
        "embeds": list("embeds"),
        "components": list("components"),
        "flags": sent("flags").unwrap_or_else(|| json!(0)),
        "nonce": sent("nonce"),
        "edited_timestamp": null,
        "tts": false,
        "mention_everyone": false,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "pinned": false,
    })
}

/// The id Discord gives what an item of the outbox made.
fn recorded_id(world: &World, leaving: Leaving) -> Result<String, Refusal> {
    let made = record(world, leaving)?;
    Ok(made.get("id").and_then(Value::as_str).unwrap_or_default().to_owned())
}

fn bot(world: &World) -> Value {
    json!({
        "id": world.discord_application,
        "username": "bellhop",
        "discriminator": "0",
        "global_name": "Bellhop",
        "avatar": null,
        "bot": true,
    })
}

/// Discord compares nonces within a few minutes; the stand-in remembers them for good.
/// What makes a repetition the same message. Discord forgets a nonce after some minutes.
/// <https://discord.com/developers/docs/resources/message#create-message>
fn nonce_key(world: &World, channel: &str, call: &Call) -> Option<String> {
    let enforced = call.fields.get("enforce_nonce").and_then(Value::as_bool).unwrap_or_default();
    let nonce = call.fields.get("nonce").filter(|nonce| enforced && !nonce.is_null())?;
    let mut key = format!("discord/{channel}/{nonce}");
    while let Some(known) = world.outbox.known(&key) {
        if known.at.duration_until((world.now)()) < NONCE_LIVES {
            break;
        }
        key.push_str("/again");
    }
    Some(key)
}

/// A snowflake: the time, then the item's own number, which no other message has.
pub fn message_id(item: &Item) -> String {
    let milliseconds = u64::try_from(item.at.as_millisecond() - EPOCH).unwrap_or_default();
    ((milliseconds << 22) | (item.seq & 0x3f_ffff)).to_string()
}

/// Any 59 bits will do, so long as the same person gives the same ones.
pub fn channel_of(recipient: &str, application: &str) -> String {
    let digest = Sha256::digest(format!("{recipient}/{application}"));
    let bits = digest.iter().take(8).fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
    ((bits >> 5) | 1).to_string()
}

/// An id of Discord's: a positive number, as a text or, from lenient clients, as a number.
fn snowflake(value: &Value) -> Option<String> {
    let id = value.as_str().map_or_else(|| value.as_u64(), |text| text.parse().ok())?;
    (id > 0).then(|| id.to_string())
}

/// Discord's own limits, of which a message beyond them shows nothing.
/// <https://discord.com/developers/docs/resources/message#create-message>
fn check_message(call: &Call) -> Result<(), Refusal> {
    let parts = ["content", "embeds", "components", "sticker_ids", "poll", "attachments"];
    if !parts.iter().any(|part| call.fields.contains_key(*part)) {
        return Err(error(StatusCode::BAD_REQUEST, 50_006, "Cannot send an empty message"));
    }
    for (field, most) in [("content", 2_000), ("nonce", 25)] {
        if call.text(field).is_some_and(|text| text.chars().count() > most) {
            let message = format!("Must be {most} or fewer in length.");
            return Err(invalid(field, "BASE_TYPE_MAX_LENGTH", &message));
        }
    }
    Ok(())
}

fn check_channel(channel: &str) -> Result<(), Refusal> {
    let known = snowflake(&Value::from(channel));
    known.map(drop).ok_or_else(|| error(StatusCode::NOT_FOUND, 10_003, "Unknown Channel"))
}

fn invalid(field: &str, code: &str, message: &str) -> Refusal {
    let errors = json!({ field: { "_errors": [{ "code": code, "message": message }] } });
    let body = json!({ "message": "Invalid Form Body", "code": 50_035, "errors": errors });
    Refusal { status: StatusCode::BAD_REQUEST, body }
}

fn error(status: StatusCode, code: u32, message: &str) -> Refusal {
    let body = json!({ "message": message, "code": code });
    Refusal { status, body }
}
