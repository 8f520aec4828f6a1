//! The Slack door: slash commands, dialogs, shortcuts, buttons, messages, reactions, the home tab. It
//! verifies the raw bytes, finds out who speaks and hands what they said to the verbs every chat door
//! shares. Slack hangs up after three seconds: what storage does not finish by then is handed over and
//! answered when it is done.

mod command;
mod dialogs;
mod direct;
mod event;
mod files;
mod home;
mod interaction;
mod kept;
mod message;
mod new_ticket;
mod person;
mod reaction;
mod sent;
mod shortcut;
mod words;

use bytes::Bytes;
use chat::slack::card::{self, Message};
use chat::slack::dialog::{self, Dialog};
use chat::slack::payload::{Actor, EventEnvelope, Interaction, PayloadError, SlashCommand};
use chat::slack::{Client, signature};
use desk::Channel;
use desk::ticket::Place;
use http::{HeaderMap, Request, Response, StatusCode};
use serde_json::{Value, json};
use store::Store;
use store::change::{Along, Once, Underway};
use verbs::door::{answer, header};
use verbs::later::{HandOver, Work};
use verbs::{Reply, Speaker};

/// What the Slack door needs.
#[derive(Clone)]
pub struct Slack {
    store: Store,
    client: Client,
    secrets: Vec<String>,
    hand_over: HandOver,
}

/// Why work that was handed over is not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is no work of this door.
    #[error("this is no work the Slack door hands over; check what invokes the function")]
    NotOurs,
    /// Storage still does not answer; trying again is right.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Slack {
    /// `secrets` are the signing secrets that count: one, or two while they are changed over.
    /// `hand_over` takes what cannot be answered in time; it comes back to [`work`].
    pub fn new(store: Store, client: Client, secrets: Vec<String>, hand_over: HandOver) -> Slack {
        Slack { store, client, secrets, hand_over }
    }
}

/// A request the desk can act on.
enum Asked {
    Command(SlashCommand),
    Event(EventEnvelope),
    Interaction(Interaction),
}

impl Asked {
    /// Reads a body by where it rang; none for an address Slack does not ring at.
    fn read(path: &str, body: &[u8]) -> Option<Result<Asked, PayloadError>> {
        match path {
            "/slack/commands" => Some(SlashCommand::parse(body).map(Asked::Command)),
            "/slack/events" => Some(EventEnvelope::parse(body).map(Asked::Event)),
            "/slack/interactions" => Some(Interaction::parse(body).map(Asked::Interaction)),
            _ => None,
        }
    }
}

/// Answers one request to `/slack/commands`, `/slack/events` or `/slack/interactions`.
pub async fn handle(slack: &Slack, request: Request<Bytes>) -> Response<Bytes> {
    let (parts, body) = request.into_parts();
    if !slack.is_genuine(&parts.headers, &body) {
        return refuse(StatusCode::UNAUTHORIZED, "the signature is missing, wrong or too old");
    }
    let path = parts.uri.path();
    let asked = match Asked::read(path, &body) {
        Some(Ok(asked)) => asked,
        Some(Err(error)) => return refuse(StatusCode::BAD_REQUEST, &error.to_string()),
        None => {
            let known = "slack rings at /slack/commands, /events, /interactions";
            return refuse(StatusCode::NOT_FOUND, known);
        }
    };
    let work = Work { path: path.into(), body: String::from_utf8_lossy(&body).into_owned() };
    match asked {
        Asked::Command(said) => command::answer(slack, work, &said).await,
        Asked::Event(envelope) => event::answer(slack, work, envelope).await,
        Asked::Interaction(done) => interaction::answer(slack, work, done).await,
    }
}

/// Does what was handed over, and says what came of it where it was asked. Doing it twice does
/// nothing twice: the request's own key is written with it.
pub async fn work(slack: &Slack, work: &Work) -> Result<(), Error> {
    let asked = Asked::read(&work.path, work.body.as_bytes());
    match asked.ok_or(Error::NotOurs)?.map_err(|_| Error::NotOurs)? {
        Asked::Command(said) => command::work(slack, &said).await?,
        Asked::Event(envelope) => event::work(slack, envelope).await?,
        Asked::Interaction(done) => interaction::work(slack, done).await?,
    }
    Ok(())
}

impl Slack {
    fn is_genuine(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let timestamp = header(headers, "x-slack-request-timestamp");
        let given = header(headers, "x-slack-signature");
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
        let organisation = self.store.organisation_of(&person).await?;
        Ok(Speaker { person, is_new, organisation, channel: Channel::Slack, place })
    }

    async fn actor(&self, by: &Actor) -> Result<Speaker, store::Error> {
        self.speaker(&by.team, &by.user, &by.name, None).await
    }

    /// What keeps a request from happening twice.
    fn once(&self, id: String) -> Once {
        verbs::once(&self.store, "slack", id)
    }

    fn along(&self, once: Option<Once>, underway: &Underway) -> Along {
        Along { once, underway: underway.clone(), ..Along::default() }
    }

    /// Shows a dialog. Slack takes one for three seconds after what somebody did; later they are told
    /// to do it again.
    async fn show(&self, trigger: &str, dialog: &Dialog) -> Option<Reply> {
        match self.client.open_view(trigger, &dialog::modal(dialog)).await {
            Ok(_) => None,
            Err(error) => {
                tracing::warn!("Slack did not open a dialog: {error}");
                Some(Reply::Notice(words::NOT_OPENED.into()))
            }
        }
    }

    /// Says something to one person alone. What was done stands, whether or not they hear of it.
    async fn tell(&self, user: &str, said: &Message) {
        if let Err(error) = self.client.post_message(user, said, None).await {
            tracing::warn!("could not answer somebody in Slack: {error}");
        }
    }
}

fn message(reply: Reply) -> Message {
    match reply {
        Reply::Notice(text) => card::notice(&text),
        Reply::Lines(lines) => card::lines(&lines),
        Reply::List(heading, views) => card::list(&heading, &views),
        Reply::Card(sentence, view, buttons) if sentence.is_empty() => card::card(&view, &buttons),
        Reply::Card(sentence, view, buttons) => card::above(&sentence, card::card(&view, &buttons)),
    }
}

fn accept(body: &Value) -> Response<Bytes> {
    answer(StatusCode::OK, body)
}

/// Taken, and nothing is shown.
fn taken() -> Response<Bytes> {
    Response::new(Bytes::new())
}

fn refuse(status: StatusCode, why: &str) -> Response<Bytes> {
    answer(status, &json!({ "error": why }))
}

/// A workspace this desk does not serve.
fn foreign() -> Response<Bytes> {
    refuse(StatusCode::FORBIDDEN, "this desk does not serve that workspace")
}

/// Slack sends an event again, and shows whoever pressed a button that it did not work.
fn unreached() -> Response<Bytes> {
    let why = "the desk cannot reach its storage; send it again";
    refuse(StatusCode::SERVICE_UNAVAILABLE, why)
}

#[cfg(test)]
#[path = "manifest_tests.rs"]
mod manifest;
