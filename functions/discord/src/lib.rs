//! The Discord door: slash commands and buttons over HTTP. It verifies the raw bytes, finds out who
//! speaks and hands what they said to the verbs every chat door shares. Discord sends no event for
//! ordinary messages, so nothing here waits for one. It hangs up after three seconds: what storage
//! does not finish by then is handed over and answered when it is done.

mod command;

use std::collections::BTreeMap;

use bytes::Bytes;
use chat::discord::payload::{Interaction, User};
use chat::discord::signature::PublicKey;
use chat::discord::{Client, card};
use chat::view::Button;
use desk::person::{Identity, Person};
use desk::{Channel, PersonId};
use http::{HeaderMap, Request, Response, StatusCode};
use serde_json::{Value, json};
use store::Store;
use store::change::{Along, Underway};
use verbs::door::{answer, header};
use verbs::later::{Ended, HandOver, Work};
use verbs::{Reply, Speaker};

/// What the Discord door needs.
#[derive(Clone)]
pub struct Discord {
    store: Store,
    client: Client,
    keys: Vec<PublicKey>,
    hand_over: HandOver,
}

/// Where Discord rings.
const PATH: &str = "/discord/interactions";

/// Why work that was handed over is not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is no work of this door.
    #[error("this is no work the Discord door hands over; check what invokes the function")]
    NotOurs,
    /// Storage still does not answer; trying again is right.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Discord {
    /// `keys` are the application's public keys that count. `hand_over` takes what cannot be answered
    /// in time; it comes back to [`work`].
    pub fn new(store: Store, client: Client, keys: Vec<PublicKey>, hand_over: HandOver) -> Discord {
        Discord { store, client, keys, hand_over }
    }

    fn is_genuine(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let timestamp = header(headers, "x-signature-timestamp");
        let given = header(headers, "x-signature-ed25519");
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
        let person = known.unwrap_or_else(|| {
            let person = Person::named(PersonId(self.store.fresh_id()), &user.name);
            Person { chat: vec![account], ..person }
        });
        let organisation = self.store.organisation_of(&person).await?;
        Ok(Speaker { person, is_new, organisation, channel: Channel::Discord, place: None })
    }

    fn along(&self, id: &str, underway: &Underway) -> Along {
        let once = Some(verbs::once(&self.store, "discord", id.to_owned()));
        Along { once, underway: underway.clone(), ..Along::default() }
    }
}

/// Something a person did, and where its answer goes.
struct Act {
    id: String,
    application: String,
    token: String,
    guild: Option<String>,
    user: User,
    what: What,
}

enum What {
    Command { sub: Option<String>, options: BTreeMap<String, String> },
    Button(Option<(Button, u64)>),
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
    let act = match read(interaction) {
        Ok(act) => act,
        Err(at_once) => return answer(StatusCode::OK, &at_once),
    };
    let work = Work { path: PATH.into(), body: String::from_utf8_lossy(&body).into_owned() };
    let underway = Underway::default();
    let doing = run(discord, &act, &underway);
    let said = match discord.hand_over.in_time(work, &underway, doing).await {
        Ended::Done(Some(reply)) => chat::discord::ephemeral(message(reply)),
        Ended::Done(None) => {
            let why = json!({ "error": "this desk does not serve that guild" });
            return answer(StatusCode::FORBIDDEN, &why);
        }
        Ended::HandedOver => chat::discord::deferred(),
        Ended::NotDone { certain } => notice(&verbs::not_done(certain)),
    };
    answer(StatusCode::OK, &said)
}

/// Does what was handed over, and puts the answer where "thinking …" stands. Doing it twice does
/// nothing twice: the interaction's own id is written with it.
pub async fn work(discord: &Discord, work: &Work) -> Result<(), Error> {
    if work.path != PATH {
        return Err(Error::NotOurs);
    }
    let interaction = Interaction::parse(work.body.as_bytes()).map_err(|_| Error::NotOurs)?;
    let Ok(act) = read(interaction) else { return Ok(()) };
    let Some(reply) = run(discord, &act, &Underway::default()).await? else { return Ok(()) };
    let said = message(reply);
    let put = discord.client.answer_deferred(&act.application, &act.token, &said).await;
    if let Err(error) = put {
        tracing::warn!("could not answer late in Discord, so it goes by direct message: {error}");
        discord.tell(&act.user, &act.id, &said).await;
    }
    Ok(())
}

impl Discord {
    /// Says something to one person alone. What was done stands, whether or not they hear of it.
    async fn tell(&self, user: &User, nonce: &str, said: &Value) {
        let told = async {
            let channel = self.client.direct_channel(&user.id).await?;
            self.client.post_message(&channel, said, nonce).await
        };
        if let Err(error) = told.await {
            tracing::warn!("could not answer somebody in Discord: {error}");
        }
    }
}

/// What a person did, or what is answered without looking at anything.
fn read(interaction: Interaction) -> Result<Act, Value> {
    match interaction {
        Interaction::Ping => Err(json!({ "type": 1 })),
        // Autocomplete wants choices (type 8); there is nothing to suggest yet.
        Interaction::Other { kind: 4, .. } => Err(json!({ "type": 8, "data": { "choices": [] } })),
        Interaction::Other { .. } => Err(notice("Use /ticket open with a title.")),
        Interaction::Command {
            id, application_id, guild_id, user, token, sub, options, ..
        } => Ok(Act {
            id,
            application: application_id,
            token,
            guild: guild_id,
            user,
            what: What::Command { sub, options },
        }),
        Interaction::Component { id, application_id, custom_id, user, guild_id, token } => {
            Ok(Act {
                id,
                application: application_id,
                token,
                guild: guild_id,
                user,
                what: What::Button(Button::from_custom_id(&custom_id)),
            })
        }
    }
}

/// None where this desk does not serve the guild.
async fn run(
    discord: &Discord,
    act: &Act,
    underway: &Underway,
) -> Result<Option<Reply>, store::Error> {
    if !discord.serves(act.guild.as_deref()).await? {
        return Ok(None);
    }
    let along = discord.along(&act.id, underway);
    let reply = match &act.what {
        What::Command { sub, options } => {
            let speaker = discord.speaker(&act.user).await?;
            command::run(discord, &speaker, sub.as_deref().unwrap_or("open"), options, along)
                .await?
        }
        What::Button(None) => Reply::Notice("This button is from another time.".into()),
        What::Button(Some((button, number))) => {
            let speaker = discord.speaker(&act.user).await?;
            verbs::press(&discord.store, &speaker, *button, *number, along).await?
        }
    };
    Ok(Some(reply))
}

fn message(reply: Reply) -> Value {
    match reply {
        Reply::Notice(text) => card::notice(&text),
        Reply::Lines(lines) => card::lines(&lines),
        Reply::List(heading, views) => card::list(&heading, &views),
        Reply::Card(sentence, view, buttons) if sentence.is_empty() => card::card(&view, &buttons),
        Reply::Card(sentence, view, buttons) => card::above(&sentence, card::card(&view, &buttons)),
    }
}

fn notice(words: &str) -> Value {
    chat::discord::ephemeral(card::notice(words))
}
