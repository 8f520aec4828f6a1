//! The whole desk in one process: the functions of `functions/`, plugged into the embedded engines.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use desk::config::Config;
use email::Keys;
use jiff::tz::TimeZone;
use store::{Store, World};
use tokio::sync::Mutex;
use verbs::later::HandOver;

use crate::availability::Standin;
use crate::clock::DeskClock;
use crate::dynamodb::Engine;
use crate::inbox::Inbox;
use crate::journal::Journal;
use crate::options;
use crate::outbox::Outbox;
use crate::s3::S3;
use crate::secrets::{self, DataDir, Secrets};
use crate::vouch::Voucher;
use crate::{bus, ses, standins, wire};

const TABLE: &str = "bellhop";
const BUCKET: &str = "bellhop";
const BUS: &str = "bellhop";

/// A running desk.
pub struct LocalDesk {
    /// Everything at rest.
    pub store: Store,
    /// REST.
    pub api: api::Api,
    /// Slack's door.
    pub slack: slack::Slack,
    /// Discord's door.
    pub discord: discord::Discord,
    /// What a chat door left for later.
    pub journal: Journal,
    /// What arrives by mail.
    pub inbox: Inbox,
    /// The clock's hand.
    pub escalate: escalate::Escalate,
    /// What leaves.
    pub notify: notify::Notify,
    /// Held while something leaves: a message that goes another way changes lanes, and whoever looks
    /// for what is left to send meanwhile could miss it in both.
    pub sending: Mutex<()>,
    /// What left.
    pub outbox: Arc<Outbox>,
    /// The desk's time.
    pub clock: Arc<DeskClock>,
    /// Where the engine says what was written.
    pub engine: Engine,
    /// For the pump: reads the table's stream.
    pub streams: aws_sdk_dynamodbstreams::Client,
    /// Held while the clock moves.
    pub hand: Mutex<()>,
    /// The stand-ins for Slack and Discord.
    pub standins: standins::World,
    /// Whether SES takes mail.
    pub mail: Standin,
    /// Where everything lies.
    pub data: PathBuf,
    /// What this desk signs and is known by.
    pub identity: Identity,
    _s3: S3,
    _lock: DataDir,
}

/// What a desk signs and is known by.
#[derive(Clone)]
pub struct Identity {
    /// The desk's domain.
    pub domain: String,
    /// The admin's API token.
    pub admin_token: String,
    /// Signs what Slack sends.
    pub slack_signing_secret: String,
    /// The secrets made for this folder.
    pub secrets: Secrets,
}

/// The table this process keeps.
pub const fn table() -> &'static str {
    TABLE
}

impl LocalDesk {
    /// Opens a data folder and everything in it. `base` is where the stand-ins answer; `voucher` says at
    /// the mail door who sent a mail, if anybody does.
    pub async fn open(
        data: &Path,
        said: &options::Desk,
        base: SocketAddr,
        voucher: Option<&Voucher>,
    ) -> Result<LocalDesk> {
        let lock = secrets::data_dir(data)?;
        let data = lock.path().to_owned();
        let secrets = Secrets::load_or_make(&data)?;
        let clock = Arc::new(DeskClock::open(&data)?);
        let outbox = Arc::new(Outbox::open(&data.join("outbox.jsonl"))?);
        let engine = Engine::open(&data)?;
        let s3 = S3::start(&data, BUCKET).await?;
        let aws = wire::config(engine.http_client());
        let store = Store::new(
            aws_sdk_dynamodb::Client::new(&aws),
            TABLE,
            s3.client(),
            BUCKET,
            world(&clock),
            defaults(said)?,
        )
        .alone();
        store.make_table().await?;
        let admin_token = match &said.admin_token {
            Some(token) => token.clone(),
            None => secrets::admin_token(&data)?,
        };
        store.found(Some(&admin_token)).await?;
        let signing = said.slack_signing_secret.clone();
        let identity = Identity {
            domain: said.domain.clone(),
            admin_token,
            slack_signing_secret: signing.unwrap_or_else(|| secrets.slack_signing_secret.clone()),
            secrets,
        };
        let journal = Journal::open(&data, Arc::new(fresh_id))?;
        let hand_over = journal.hand_over();
        let doors = Doors { store: &store, said, identity: &identity, base, hand_over };
        let now = desk_time(&clock);
        let standins = standins(said, &identity, outbox.clone(), now.clone());
        let mail = Standin::default();
        Ok(LocalDesk {
            api: api::Api::new(store.clone()).on_own_machine(),
            slack: doors.slack()?,
            discord: doors.discord()?,
            journal,
            inbox: Inbox::new(
                store.clone(),
                doors.keys(),
                voucher.map(|who| who.name().to_owned()),
            ),
            escalate: escalate::Escalate::new(store.clone()),
            notify: doors.notify(&outbox, &mail, &now)?,
            sending: Mutex::new(()),
            streams: aws_sdk_dynamodbstreams::Client::new(&aws),
            hand: Mutex::new(()),
            store,
            outbox,
            clock,
            engine,
            standins,
            mail,
            data,
            identity,
            _s3: s3,
            _lock: lock,
        })
    }
}

fn defaults(said: &options::Desk) -> Result<Config> {
    let zone = TimeZone::get(&said.time_zone)
        .with_context(|| format!("BELLHOP_TIME_ZONE is no time zone: {}", said.time_zone))?;
    let admin = said.admin_email.clone().unwrap_or_else(|| format!("admin@{}", said.domain));
    Ok(Config::fresh(&said.domain, &admin.trim().to_lowercase(), zone))
}

fn desk_time(clock: &Arc<DeskClock>) -> crate::clock::Now {
    let clock = clock.clone();
    Arc::new(move || clock.now())
}

fn world(clock: &Arc<DeskClock>) -> World {
    World { now: desk_time(clock), wall: Arc::new(DeskClock::wall), id: Arc::new(fresh_id) }
}

/// Where ids come in on one machine.
fn fresh_id() -> String {
    store::id_by(|most| rand::random_range(0..most))
}

fn standins(
    said: &options::Desk,
    identity: &Identity,
    outbox: Arc<Outbox>,
    now: crate::clock::Now,
) -> standins::World {
    let application = said.discord_application_id.clone();
    standins::World {
        outbox,
        now,
        domain: said.domain.clone(),
        slack_team: SLACK_TEAM.into(),
        discord_application: application
            .unwrap_or_else(|| identity.secrets.discord_application_id.clone()),
        slack: Standin::default(),
        discord: Standin::default(),
    }
}

/// The workspace everybody belongs to as far as the stand-in knows.
pub const SLACK_TEAM: &str = "T0BELLHOP";

/// Everything a door is made from.
struct Doors<'a> {
    store: &'a Store,
    said: &'a options::Desk,
    identity: &'a Identity,
    base: SocketAddr,
    hand_over: HandOver,
}

impl Doors<'_> {
    fn slack_client(&self) -> Result<chat::slack::Client> {
        let stand_in = || format!("http://{}/dev/slack/api", self.base);
        let url = self.said.slack_api_url.clone().unwrap_or_else(stand_in);
        let token = self.said.slack_bot_token.as_ref();
        let token = token.unwrap_or(&self.identity.secrets.slack_bot_token);
        Ok(chat::slack::Client::new(&url, token)?)
    }

    fn discord_client(&self) -> Result<chat::discord::Client> {
        let stand_in = || format!("http://{}/dev/discord/api/v10", self.base);
        let url = self.said.discord_api_url.clone().unwrap_or_else(stand_in);
        let token = self.said.discord_bot_token.as_ref();
        let token = token.unwrap_or(&self.identity.secrets.discord_bot_token);
        Ok(chat::discord::Client::new(&url, token)?)
    }

    fn slack(&self) -> Result<slack::Slack> {
        let secrets = vec![self.identity.slack_signing_secret.clone()];
        let client = self.slack_client()?;
        Ok(slack::Slack::new(self.store.clone(), client, secrets, self.hand_over.clone()))
    }

    fn discord(&self) -> Result<discord::Discord> {
        use chat::discord::signature::PublicKey;
        let key = match &self.said.discord_public_key {
            Some(key) => key.clone(),
            None => discord_key(&self.identity.secrets)?.public_hex(),
        };
        let key = PublicKey::from_hex(&key).context("BELLHOP_DISCORD_PUBLIC_KEY")?;
        let client = self.discord_client()?;
        let hand_over = self.hand_over.clone();
        let application = self.said.discord_application_id.clone();
        let discord = discord::Discord::new(self.store.clone(), client, vec![key], hand_over);
        Ok(discord.for_application(application))
    }

    fn keys(&self) -> Keys {
        Keys::new(&self.identity.secrets.reply_secret)
    }

    fn notify(
        &self,
        outbox: &Arc<Outbox>,
        mail: &Standin,
        now: &crate::clock::Now,
    ) -> Result<notify::Notify> {
        Ok(notify::Notify::new(
            self.store.clone(),
            ses::client(outbox.clone(), mail.clone(), now.clone()),
            bus::client(outbox.clone(), Standin::default(), now.clone()),
            self.slack_client()?,
            self.discord_client()?,
            notify::Settings {
                bus: BUS.into(),
                keys: self.keys(),
                region: "us-east-1".into(),
                // The stand-ins have no limits of their own.
                pace: std::time::Duration::ZERO,
            },
            crate::webhook::post(outbox.clone(), now.clone()),
        ))
    }
}

/// The key this desk plays Discord with.
pub fn discord_key(secrets: &Secrets) -> Result<chat::discord::signature::SigningKey> {
    let seed = hex::decode(&secrets.discord_seed).context("secrets.json: discord_seed")?;
    let seed: [u8; 32] = seed
        .try_into()
        .map_err(|_| anyhow::anyhow!("secrets.json: discord_seed is not 32 bytes"))?;
    Ok(chat::discord::signature::SigningKey::from_seed(&seed))
}
