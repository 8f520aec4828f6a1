//! The Slack door: slash commands, mentions, buttons. It verifies the raw bytes, finds out who
//! speaks and hands what they said to the verbs every chat door shares.

mod person;

use bytes::Bytes;
use chat::slack::card::{self, Message};
use chat::slack::payload::{Event, EventEnvelope, Interaction, SlashCommand};
use chat::slack::{Client, signature};
use chat::view::Button;
use desk::Channel;
use desk::ticket::Place;
use http::{HeaderMap, Request, Response, StatusCode, header};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::Store;
use store::change::{Along, Once};
use verbs::{Reply, Speaker};

/// What the Slack door needs.
#[derive(Clone)]
pub struct Slack {
    store: Store,
    client: Client,
    secrets: Vec<String>,
}

/// How long a request is remembered, so that its repetition does nothing. Slack repeats for an hour
/// at most.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Slack {
    /// `secrets` are the signing secrets that count: one, or two while they are changed over.
    pub fn new(store: Store, client: Client, secrets: Vec<String>) -> Slack {
        Slack { store, client, secrets }
    }
}

/// Answers one request to `/slack/commands`, `/slack/events` or `/slack/interactions`.
pub async fn handle(slack: &Slack, request: Request<Bytes>) -> Response<Bytes> {
    let (parts, body) = request.into_parts();
    if !slack.is_genuine(&parts.headers, &body) {
        return refuse(StatusCode::UNAUTHORIZED, "the signature is missing, wrong or too old");
    }
    match parts.uri.path() {
        "/slack/commands" => command(slack, &body).await,
        "/slack/events" => event(slack, &body).await,
        "/slack/interactions" => interaction(slack, &body).await,
        _ => {
            refuse(StatusCode::NOT_FOUND, "slack rings at /slack/commands, /events, /interactions")
        }
    }
}

impl Slack {
    fn is_genuine(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let (timestamp, given) = (header("x-slack-request-timestamp"), header("x-slack-signature"));
        let now = self.store.wall().as_second();
        let fits = |secret: &String| signature::verify(secret, now, timestamp, given, body).is_ok();
        self.secrets.iter().any(fits)
    }

    /// Whether this desk serves the workspace: any, until one is listed.
    async fn serves(&self, team: &str) -> Result<bool, store::Error> {
        let config = self.store.config().await?;
        Ok(config.workspaces.is_empty() || config.workspaces.iter().any(|known| known == team))
    }

    async fn speaker(
        &self,
        team: &str,
        user: &str,
        name: &str,
        place: Option<Place>,
    ) -> Result<Speaker, store::Error> {
        let (person, is_new) =
            person::identify(&self.store, &self.client, team, user, name).await?;
        Ok(Speaker { person, is_new, channel: Channel::Slack, place })
    }

    fn once(&self, id: String) -> Once {
        let wall = self.store.wall();
        let expires = wall.checked_add(REMEMBERED).unwrap_or(wall);
        Once { door: "slack", id, expires, fingerprint: None }
    }
}

async fn command(slack: &Slack, body: &[u8]) -> Response<Bytes> {
    let command = match SlashCommand::parse(body) {
        Ok(command) => command,
        Err(error) => return refuse(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    match slack.serves(&command.team_id).await {
        Ok(true) => {}
        Ok(false) => {
            return refuse(StatusCode::FORBIDDEN, "this desk does not serve that workspace");
        }
        Err(error) => return ephemeral(unreached(&error)),
    }
    ephemeral(match run_command(slack, &command).await {
        Ok(reply) => message(reply),
        Err(error) => unreached(&error),
    })
}

async fn run_command(slack: &Slack, command: &SlashCommand) -> Result<Reply, store::Error> {
    let speaker =
        slack.speaker(&command.team_id, &command.user_id, &command.user_name, None).await?;
    let trigger = Some(&command.trigger_id).filter(|trigger| !trigger.is_empty());
    let along = Along {
        once: trigger.map(|trigger| slack.once(format!("command#{}#{trigger}", command.team_id))),
        arrival: Some(verbs::arrival(&slack.store, "slack", &command.user_name, &command.text)),
        ..Along::default()
    };
    verbs::carry_out(&slack.store, &speaker, chat::command::parse(&command.text), along).await
}

async fn event(slack: &Slack, body: &[u8]) -> Response<Bytes> {
    let envelope = match EventEnvelope::parse(body) {
        Ok(envelope) => envelope,
        Err(error) => return refuse(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    match envelope {
        EventEnvelope::UrlVerification { challenge } => {
            json_answer(&json!({ "challenge": challenge }))
        }
        EventEnvelope::Other { .. } => json_answer(&json!({})),
        EventEnvelope::Callback { event_id, team_id, event } => {
            match slack.serves(&team_id).await {
                Ok(true) => {}
                Ok(false) => {
                    return refuse(
                        StatusCode::FORBIDDEN,
                        "this desk does not serve that workspace",
                    );
                }
                Err(error) => return failed(&error),
            }
            match take_event(slack, &team_id, &event_id, event).await {
                Ok(()) => json_answer(&json!({})),
                // Slack sends it again.
                Err(error) => failed(&error),
            }
        }
    }
}

async fn take_event(
    slack: &Slack,
    team: &str,
    event_id: &str,
    event: Event,
) -> Result<(), store::Error> {
    let Event::AppMention { user, channel, ts, thread_ts, text } = event else { return Ok(()) };
    let thread = thread_ts.clone().unwrap_or(ts);
    let place = Place::Slack { team: team.into(), channel, thread };
    let speaker = slack.speaker(team, &user, "", Some(place.clone())).await?;
    let once = Some(slack.once(format!("event#{event_id}")));
    let known = match thread_ts {
        Some(_) => slack.store.thread(&place).await?,
        None => None,
    };
    if let Some(number) = known {
        let along = Along { once: once.clone(), ..Along::default() };
        let spoken = verbs::speak_in_thread(&slack.store, &speaker, number, &text, along).await?;
        if spoken.is_some() {
            return Ok(());
        }
    }
    let along = Along {
        once,
        arrival: Some(verbs::arrival(&slack.store, "slack", &speaker.person.name, &text)),
        threads: if known.is_none() { vec![place] } else { Vec::new() },
        settles: None,
    };
    verbs::file_ticket(&slack.store, &speaker, verbs::words_of(&text), along).await?;
    Ok(())
}

async fn interaction(slack: &Slack, body: &[u8]) -> Response<Bytes> {
    let interaction = match Interaction::parse(body) {
        Ok(interaction) => interaction,
        Err(error) => return refuse(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    let Interaction::BlockAction {
        team_id, user_id, user_name, action_id, value, trigger_id, ..
    } = interaction
    else {
        return json_answer(&json!({}));
    };
    match slack.serves(&team_id).await {
        Ok(true) => {}
        Ok(false) => {
            return refuse(StatusCode::FORBIDDEN, "this desk does not serve that workspace");
        }
        Err(error) => return failed(&error),
    }
    let number = value.and_then(|value| value.parse().ok());
    let (Some(button), Some(number)) = (Button::from_action_id(&action_id), number) else {
        return json_answer(&json!({}));
    };
    let pressed = async {
        let speaker = slack.speaker(&team_id, &user_id, &user_name, None).await?;
        let once = Some(slack.once(format!("action#{team_id}#{trigger_id}")));
        let along = Along { once, ..Along::default() };
        verbs::press(&slack.store, &speaker, button, number, along).await
    };
    let said = match pressed.await {
        Ok(reply) => message(reply),
        Err(error) => unreached(&error),
    };
    // A button has no answer of its own that a person would see: what it did is said to them alone.
    if let Err(error) = slack.client.post_message(&user_id, &said, None).await {
        tracing::warn!("could not answer a button in Slack: {error}");
    }
    json_answer(&json!({}))
}

fn message(reply: Reply) -> Message {
    match reply {
        Reply::Notice(text) => card::notice(&text),
        Reply::List(heading, views) => card::list(&heading, &views),
        Reply::Card(sentence, view, buttons) if sentence.is_empty() => card::card(&view, &buttons),
        Reply::Card(sentence, view, buttons) => card::above(&sentence, card::card(&view, &buttons)),
    }
}

fn unreached(error: &store::Error) -> Message {
    tracing::error!("storage did not answer a Slack request: {error}");
    card::notice(&verbs::not_reached())
}

fn ephemeral(message: Message) -> Response<Bytes> {
    json_answer(&chat::slack::ephemeral(message))
}

fn json_answer(body: &Value) -> Response<Bytes> {
    answer(StatusCode::OK, body)
}

fn failed(error: &store::Error) -> Response<Bytes> {
    tracing::error!("storage did not answer a Slack event: {error}");
    refuse(StatusCode::SERVICE_UNAVAILABLE, "the desk cannot reach its storage; send it again")
}

fn refuse(status: StatusCode, why: &str) -> Response<Bytes> {
    answer(status, &json!({ "error": why }))
}

fn answer(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    let json = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
