//! The Discord door: slash commands and buttons over HTTP. It verifies the raw bytes, finds out who
//! speaks and hands what they said to the verbs every chat door shares. Discord sends no event for
//! ordinary messages, so nothing here waits for one.

use std::collections::BTreeMap;

use bytes::Bytes;
use chat::command::Command;
use chat::discord::card;
use chat::discord::payload::{Interaction, User};
use chat::discord::signature::PublicKey;
use chat::view::Button;
use desk::history::Text;
use desk::person::{Identity, Person};
use desk::{Channel, PersonId};
use http::{HeaderMap, Request, Response, StatusCode, header};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::Store;
use store::change::{Along, Once};
use verbs::{Reply, Speaker};

/// What the Discord door needs.
#[derive(Clone)]
pub struct Discord {
    store: Store,
    keys: Vec<PublicKey>,
}

/// How long an interaction is remembered, so that its repetition does nothing.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Discord {
    /// `keys` are the application's public keys that count.
    pub fn new(store: Store, keys: Vec<PublicKey>) -> Discord {
        Discord { store, keys }
    }

    fn is_genuine(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let (timestamp, given) = (header("x-signature-timestamp"), header("x-signature-ed25519"));
        self.keys.iter().any(|key| key.verify(timestamp, given, body).is_ok())
    }

    /// Whether this desk serves the guild: any, until one is listed. A direct message has none.
    async fn serves(&self, guild: Option<&str>) -> Result<bool, store::Error> {
        let config = self.store.config().await?;
        let listed = |guild: &str| config.guilds.iter().any(|known| known == guild);
        Ok(config.guilds.is_empty() || guild.is_none_or(listed))
    }

    async fn speaker(&self, user: &User) -> Result<Speaker, store::Error> {
        let account = Identity::Discord { user: user.id.clone() };
        let known = self.store.find_person(&account).await?;
        let is_new = known.is_none();
        let person = known.unwrap_or_else(|| Person {
            id: PersonId(self.store.fresh_id()),
            name: user.name.clone(),
            email: None,
            phone: None,
            chat: vec![account],
        });
        Ok(Speaker { person, is_new, channel: Channel::Discord, place: None })
    }

    fn along(&self, id: &str) -> Along {
        let wall = self.store.wall();
        let expires = wall.checked_add(REMEMBERED).unwrap_or(wall);
        let once = Once { door: "discord", id: id.to_owned(), expires, fingerprint: None };
        Along { once: Some(once), ..Along::default() }
    }
}

/// Answers one request to `/discord/interactions`.
pub async fn handle(discord: &Discord, request: Request<Bytes>) -> Response<Bytes> {
    let (parts, body) = request.into_parts();
    if !discord.is_genuine(&parts.headers, &body) {
        return answer(StatusCode::UNAUTHORIZED, &json!({ "error": "invalid request signature" }));
    }
    let interaction = match Interaction::parse(&body) {
        Ok(interaction) => interaction,
        Err(error) => {
            return answer(StatusCode::BAD_REQUEST, &json!({ "error": error.to_string() }));
        }
    };
    match respond(discord, interaction).await {
        Ok(body) => answer(StatusCode::OK, &body),
        Err(Refused::Guild) => answer(
            StatusCode::FORBIDDEN,
            &json!({ "error": "this desk does not serve that guild" }),
        ),
        Err(Refused::Storage(error)) => {
            tracing::error!("storage did not answer a Discord interaction: {error}");
            answer(StatusCode::OK, &ephemeral(card::notice(&verbs::not_reached())))
        }
    }
}

/// Why an interaction has no ordinary answer.
enum Refused {
    Guild,
    Storage(store::Error),
}

impl From<store::Error> for Refused {
    fn from(error: store::Error) -> Refused {
        Refused::Storage(error)
    }
}

async fn respond(discord: &Discord, interaction: Interaction) -> Result<Value, Refused> {
    match interaction {
        Interaction::Ping => Ok(json!({ "type": 1 })),
        Interaction::Command { id, guild_id, user, sub, options, .. } => {
            allow(discord, guild_id.as_deref()).await?;
            let reply = command(discord, &id, &user, sub.as_deref(), &options).await?;
            Ok(ephemeral(message(reply)))
        }
        Interaction::Component { id, custom_id, user, guild_id, .. } => {
            allow(discord, guild_id.as_deref()).await?;
            let Some((button, number)) = Button::from_custom_id(&custom_id) else {
                return Ok(ephemeral(card::notice("This button is from another time.")));
            };
            let speaker = discord.speaker(&user).await?;
            let along = discord.along(&id);
            let reply = verbs::press(&discord.store, &speaker, button, number, along).await?;
            Ok(ephemeral(message(reply)))
        }
        // Autocomplete wants choices (type 8); there is nothing to suggest yet.
        Interaction::Other { kind: 4, .. } => Ok(json!({ "type": 8, "data": { "choices": [] } })),
        Interaction::Other { .. } => Ok(ephemeral(card::notice("Use /ticket open with a title."))),
    }
}

async fn allow(discord: &Discord, guild: Option<&str>) -> Result<(), Refused> {
    if discord.serves(guild).await? { Ok(()) } else { Err(Refused::Guild) }
}

async fn command(
    discord: &Discord,
    id: &str,
    user: &User,
    sub: Option<&str>,
    options: &BTreeMap<String, String>,
) -> Result<Reply, store::Error> {
    let speaker = discord.speaker(user).await?;
    let mut along = discord.along(id);
    if let ("open", Some(title)) = (sub.unwrap_or("open"), options.get("title")) {
        along.arrival = Some(verbs::arrival(&discord.store, "discord", &user.name, title));
        let text = opening(title, options.get("description"));
        return verbs::file_ticket(&discord.store, &speaker, text, along).await;
    }
    verbs::carry_out(&discord.store, &speaker, read(sub.unwrap_or("open"), options), along).await
}

/// A title of its own and a description, or the title as both.
fn opening(title: &str, description: Option<&String>) -> Text {
    let words = verbs::words_of(title);
    match description {
        Some(description) => Text { body: description.replace('\0', "\u{fffd}"), ..words },
        None => words,
    }
}

/// A subcommand as everybody's verb.
fn read(sub: &str, options: &BTreeMap<String, String>) -> Command {
    let number =
        options.get("ticket").and_then(|text| text.trim().trim_start_matches('#').parse().ok());
    let said = |name: &str| options.get(name).cloned();
    match (sub, number) {
        ("mine" | "list", _) => Command::Mine,
        ("show", Some(number)) => Command::Show(number),
        ("claim", Some(number)) => Command::Claim(number),
        ("close", Some(number)) => Command::Close { number, reason: said("reason") },
        ("reply", Some(number)) => match said("message") {
            Some(text) if options.get("note").is_some_and(|note| note == "true") => {
                Command::Note { number, text }
            }
            Some(text) => Command::Reply { number, text },
            None => unclear(sub, "say it: /ticket reply ticket:12 message:…"),
        },
        ("note", Some(number)) => match said("message").or_else(|| said("text")) {
            Some(text) => Command::Note { number, text },
            None => unclear(sub, "say it: /ticket note ticket:12 message:…"),
        },
        ("show" | "claim" | "close" | "reply" | "note", None) => {
            unclear(sub, "which one? give the ticket's number")
        }
        ("open", _) => unclear(sub, "say what it is about: /ticket open title:…"),
        _ => Command::Help,
    }
}

fn unclear(what: &str, hint: &str) -> Command {
    Command::NotUnderstood { what: what.into(), hint: hint.into() }
}

fn message(reply: Reply) -> Value {
    match reply {
        Reply::Notice(text) => card::notice(&text),
        Reply::List(heading, views) => card::list(&heading, &views),
        Reply::Card(sentence, view, buttons) if sentence.is_empty() => card::card(&view, &buttons),
        Reply::Card(sentence, view, buttons) => card::above(&sentence, card::card(&view, &buttons)),
    }
}

fn ephemeral(message: Value) -> Value {
    chat::discord::ephemeral(message)
}

fn answer(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    let json = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
