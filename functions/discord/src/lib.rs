//! The Discord door: slash commands and buttons over HTTP. It verifies the raw bytes, finds out who
//! speaks and hands what they said to the verbs every chat door shares. Discord sends no event for
//! ordinary messages, so nothing here waits for one. It hangs up after three seconds: what storage
//! does not finish by then is handed over and answered when it is done.

mod command;
mod component;
mod dialog;
mod draft;
mod file;
mod filed;
mod form;
mod list;
mod panel;
mod relayed;
mod role;
mod said;
mod suggest;
mod transcript;
mod words;

use bytes::Bytes;
use chat::discord::payload::{Arrived, Interaction, User, What};
use chat::discord::signature::PublicKey;
use chat::discord::{Client, card};
use desk::person::{Identity, Person};
use desk::ticket::Place;
use desk::{Channel, PersonId};
use http::{HeaderMap, Request, Response, StatusCode};
use serde_json::{Value, json};
use store::Store;
use store::change::{Along, Underway};
use verbs::Speaker;
use verbs::door::{answer, header};
use verbs::later::{Ended, HandOver, Work};

use crate::said::Said;

/// What the Discord door needs.
#[derive(Clone)]
pub struct Discord {
    store: Store,
    client: Client,
    keys: Vec<PublicKey>,
    hand_over: HandOver,
    /// The application that is served; whichever signs with one of the keys where it is not told.
    application: Option<String>,
}

/// Where Discord rings.
const PATH: &str = "/discord/interactions";
/// The type of a guild's text channel.
const GUILD_TEXT: u64 = 0;

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
        Discord { store, client, keys, hand_over, application: None }
    }

    /// The same for one application alone, where it is told which.
    pub fn for_application(self, application: Option<String>) -> Discord {
        Discord { application, ..self }
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

    /// Somebody the desk knows by their account.
    async fn known(&self, user: &User) -> Result<Option<Speaker>, store::Error> {
        let account = Identity::Discord { user: user.id.clone() };
        let Some(person) = self.store.find_person(&account).await? else { return Ok(None) };
        let organisation = self.store.organisation_of(&person).await?;
        let channel = Channel::Discord;
        Ok(Some(Speaker { person, is_new: false, organisation, channel, place: None }))
    }

    /// Whoever did it, known or not, and where: below a text channel a thread can be made.
    async fn speaker(&self, act: &Interaction) -> Result<Speaker, store::Error> {
        let channel = act.channel_id.clone().filter(|_| act.guild_id.is_some());
        let place = channel.filter(|_| act.channel_type == Some(GUILD_TEXT));
        let place = place.map(|channel| Place::Discord { channel });
        if let Some(speaker) = self.known(&act.user).await? {
            return Ok(Speaker { place, ..speaker });
        }
        let account = Identity::Discord { user: act.user.id.clone() };
        let person = Person::named(PersonId(self.store.fresh_id()), &act.user.name);
        let person = Person { chat: vec![account], ..person };
        let organisation = self.store.organisation_of(&person).await?;
        let channel = Channel::Discord;
        Ok(Speaker { person, is_new: true, organisation, channel, place })
    }

    async fn is_staff(&self, act: &Interaction) -> Result<bool, store::Error> {
        let config = self.store.config().await?;
        let known = self.known(&act.user).await?;
        Ok(known.is_some_and(|speaker| config.role(&speaker.person.id).is_staff()))
    }

    /// An interaction is known by what Discord calls it and by whose it is.
    fn along(&self, act: &Interaction, underway: &Underway) -> Along {
        let id = format!("{}#{}", act.user.id, act.id);
        let once = Some(verbs::once(&self.store, "discord", id));
        Along { once, underway: underway.clone(), ..Along::default() }
    }
}

/// Answers one request to `/discord/interactions`, or to where the optional relay rings.
pub async fn handle(discord: &Discord, request: Request<Bytes>) -> Response<Bytes> {
    let (parts, body) = request.into_parts();
    if parts.uri.path() == chat::discord::relay::PATH {
        return relayed::handle(discord, &parts.headers, body).await;
    }
    if !discord.is_genuine(&parts.headers, &body) {
        return answer(StatusCode::UNAUTHORIZED, &json!({ "error": "invalid request signature" }));
    }
    let act = match Arrived::parse(&body) {
        Ok(Arrived::Ping) => return answer(StatusCode::OK, &json!({ "type": 1 })),
        Ok(Arrived::Interaction(act)) => act,
        Err(error) => {
            return answer(StatusCode::BAD_REQUEST, &json!({ "error": error.to_string() }));
        }
    };
    if discord.application.as_ref().is_some_and(|own| *own != act.application_id) {
        let why = json!({ "error": "this desk does not serve that application" });
        return answer(StatusCode::FORBIDDEN, &why);
    }
    if let What::Suggest { option, typed, .. } = &act.what {
        return answer(StatusCode::OK, &suggest::answer(discord, &act, option, typed).await);
    }
    let work = Work { path: PATH.into(), body: String::from_utf8_lossy(&body).into_owned() };
    let underway = Underway::default();
    let doing = run(discord, &act, &underway);
    let said = match discord.hand_over.in_time(work, &underway, doing).await {
        Ended::Done(Some(said)) => said.at_once(),
        Ended::Done(None) => {
            let why = json!({ "error": "this desk does not serve that guild" });
            return answer(StatusCode::FORBIDDEN, &why);
        }
        Ended::HandedOver => chat::discord::deferred(),
        Ended::NotDone { certain } => Said::notice(&verbs::not_done(certain)).at_once(),
    };
    answer(StatusCode::OK, &said)
}

/// Does what was handed over, and puts the answer where "thinking …" stands. Doing it twice does
/// nothing twice: the interaction's own id is written with it.
pub async fn work(discord: &Discord, work: &Work) -> Result<(), Error> {
    if work.path == chat::discord::relay::PATH {
        return Ok(relayed::work(discord, &work.body).await?);
    }
    if work.path != PATH {
        return Err(Error::NotOurs);
    }
    let arrived = Arrived::parse(work.body.as_bytes()).map_err(|_| Error::NotOurs)?;
    let Arrived::Interaction(act) = arrived else { return Ok(()) };
    let Some(said) = run(discord, &act, &Underway::default()).await? else { return Ok(()) };
    let said = said.late();
    let put = discord.client.answer_deferred(&act.application_id, &act.token, &said).await;
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

/// None where this desk does not serve the guild.
async fn run(
    discord: &Discord,
    act: &Interaction,
    underway: &Underway,
) -> Result<Option<Said>, store::Error> {
    if !discord.serves(act.guild_id.as_deref()).await? {
        return Ok(None);
    }
    role::follow(discord, act).await?;
    let along = discord.along(act, underway);
    let said = match &act.what {
        What::Command { .. } | What::OnMessage { .. } | What::OnUser { .. } => {
            command::run(discord, act, along).await?
        }
        What::Component { custom_id, values } => {
            component::pressed(discord, act, custom_id, values, along).await?
        }
        What::Modal { custom_id, values, files } => {
            component::Filled { discord, act, values, files }.run(custom_id, along).await?
        }
        What::Suggest { .. } => Said::Message(card::notice("")),
    };
    Ok(Some(said))
}
