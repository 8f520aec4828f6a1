//! People in Slack and Discord, played genuinely: what they do arrives as the real service would send
//! it, signed. Knows shapes and signatures; what a command means is the desk's affair.

use std::sync::Arc;

use chat::discord::signature::SigningKey;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::people::Answer;
use super::{fresh, wall};

/// The workspace all of them are in.
pub const TEAM: &str = "T0BELLHOP";

/// The key that plays Discord, unless a test brings its own.
pub fn discord_key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

/// A person in Slack.
#[derive(Clone)]
pub struct Slack {
    http: Client,
    base: String,
    secret: String,
    user: String,
}

impl Slack {
    pub(super) fn new(http: &Client, base: &str, secret: &str, user: &str) -> Slack {
        let http = http.clone();
        Slack { http, base: base.into(), secret: secret.into(), user: user.into() }
    }

    /// The workspace and account, as `POST /v1/members` takes them.
    pub fn account(&self) -> Value {
        json!({ "team": TEAM, "user": self.user })
    }

    /// `/ticket TEXT`
    pub async fn ticket(&self, text: &str) -> Answer {
        self.ticket_by(text, &format!("trigger.{}", fresh())).await
    }

    /// `/ticket TEXT` with a trigger of the test's choosing.
    pub async fn ticket_by(&self, text: &str, trigger: &str) -> Answer {
        let body = self.command_body(text, trigger);
        answered(self.signed("/slack/commands", body.into_bytes())).await
    }

    /// The body of a slash command, as Slack writes it.
    pub fn command_body(&self, text: &str, trigger: &str) -> String {
        form(&[
            ("token", "unused"),
            ("team_id", TEAM),
            ("team_domain", "bellhop"),
            ("channel_id", "C0GENERAL"),
            ("channel_name", "general"),
            ("user_id", &self.user),
            ("user_name", &self.user.to_lowercase()),
            ("command", "/ticket"),
            ("text", text),
            ("response_url", &format!("{}/dev/slack/response/{}", self.base, self.user)),
            ("trigger_id", trigger),
        ])
    }

    /// Mentions the app in a channel; `ts` names the message, `thread` the one it answers.
    pub async fn mention(&self, text: &str, ts: &str, thread: Option<&str>) -> Answer {
        self.mention_by(text, ts, thread, &format!("Ev{}", fresh()), 0).await
    }

    /// The same as a delivery of a certain event, the first or a repeated one.
    pub async fn mention_by(
        &self,
        text: &str,
        ts: &str,
        thread: Option<&str>,
        event: &str,
        retry: u32,
    ) -> Answer {
        let mut said = json!({
            "type": "app_mention", "user": self.user, "channel": "C0GENERAL", "ts": ts,
            "text": format!("<@UBELLHOP> {text}"), "event_ts": ts,
        });
        if let Some(thread) = thread {
            said["thread_ts"] = json!(thread);
        }
        let envelope = json!({
            "type": "event_callback", "team_id": TEAM, "api_app_id": "ABELLHOP",
            "event_id": event, "event_time": wall().as_second(), "event": said,
        });
        let mut request = self.signed("/slack/events", envelope.to_string().into_bytes());
        if retry > 0 {
            request = request.header("x-slack-retry-num", retry);
            request = request.header("x-slack-retry-reason", "http_timeout");
        }
        answered(request).await
    }

    /// Presses a button of a ticket's card, such as `tkt.take`.
    pub async fn press(&self, action: &str, number: u64) -> Answer {
        let number = number.to_string();
        let payload = json!({
            "type": "block_actions",
            "team": { "id": TEAM }, "user": { "id": self.user, "username": "somebody" },
            "channel": { "id": "C0GENERAL" }, "message": { "ts": "1700000000.000100" },
            "trigger_id": format!("trigger.{}", fresh()),
            "response_url": "http://127.0.0.1:1/unused",
            "actions": [{ "action_id": action, "value": number, "type": "button" }],
        });
        let body = form(&[("payload", &payload.to_string())]);
        answered(self.signed("/slack/interactions", body.into_bytes())).await
    }

    /// A request signed now.
    pub fn signed(&self, path: &str, body: Vec<u8>) -> RequestBuilder {
        let now = wall().as_second();
        let signature = chat::slack::signature::sign(&self.secret, now, &body);
        self.unsigned(path, body)
            .header("x-slack-request-timestamp", now)
            .header("x-slack-signature", signature)
    }

    /// A request with no signature yet.
    pub fn unsigned(&self, path: &str, body: Vec<u8>) -> RequestBuilder {
        let form = "application/x-www-form-urlencoded";
        let kind = if body.starts_with(b"{") { "application/json" } else { form };
        self.http.post(format!("{}{path}", self.base)).header("content-type", kind).body(body)
    }
}

/// A person in Discord.
#[derive(Clone)]
pub struct Discord {
    http: Client,
    base: String,
    key: Arc<SigningKey>,
    user: String,
    /// The text channel they are in, where that is known.
    pub(super) channel: Option<String>,
    /// The roles they have in the server.
    pub(super) roles: Vec<String>,
}

impl Discord {
    pub(super) fn new(http: &Client, base: &str, user: &str) -> Discord {
        let key = Arc::new(discord_key());
        Discord {
            http: http.clone(),
            base: base.into(),
            key,
            user: user.into(),
            channel: None,
            roles: Vec::new(),
        }
    }

    /// The account, as `POST /v1/members` takes it.
    pub fn account(&self) -> Value {
        json!(self.user)
    }

    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// `/ticket SUB` with its options.
    pub async fn ticket(&self, sub: &str, options: &[(&str, &str)]) -> Answer {
        self.ticket_by(sub, options, &snowflake()).await
    }

    /// The same as an interaction of a certain id.
    pub async fn ticket_by(&self, sub: &str, options: &[(&str, &str)], id: &str) -> Answer {
        let option =
            |(name, value): &(&str, &str)| json!({"name": name, "type": 3, "value": value});
        let options: Vec<Value> = options.iter().map(option).collect();
        let data = json!({
            "id": "870616445036421159", "name": "ticket", "type": 1,
            "options": [{ "name": sub, "type": 1, "options": options }],
        });
        self.interact(2, id, data).await
    }

    /// Presses a button, such as `t:take:12`.
    pub async fn press(&self, custom_id: &str) -> Answer {
        let data = json!({ "custom_id": custom_id, "component_type": 2 });
        self.interact(3, &snowflake(), data).await
    }

    /// Discord's check of the address.
    pub async fn ping(&self) -> Answer {
        let ping = json!({ "type": 1, "id": snowflake(), "application_id": "658822586720976907",
            "token": "a-token", "version": 1 });
        answered(self.signed(ping.to_string().into_bytes())).await
    }

    pub(super) async fn interact(&self, kind: u8, id: &str, data: Value) -> Answer {
        let user = json!({ "id": self.user, "username": format!("user{}", self.user),
            "global_name": format!("Person {}", self.user), "discriminator": "0" });
        let mut interaction = json!({
            "type": kind, "id": id, "application_id": "658822586720976907",
            "guild_id": "561884984214814744", "channel_id": "938391701561679903",
            "token": format!("token-{id}"), "version": 1, "locale": "en-GB", "data": data,
            "member": { "user": user, "roles": self.roles, "permissions": "0" },
        });
        if let Some(channel) = &self.channel {
            interaction["channel_id"] = json!(channel);
            interaction["channel"] = json!({ "id": channel, "type": 0 });
        }
        answered(self.signed(interaction.to_string().into_bytes())).await
    }

    /// A signed request.
    pub fn signed(&self, body: Vec<u8>) -> RequestBuilder {
        let now = wall().as_second().to_string();
        let signature = self.key.sign(&now, &body);
        self.unsigned(body)
            .header("x-signature-timestamp", now)
            .header("x-signature-ed25519", signature)
    }

    /// A request with no signature yet.
    pub fn unsigned(&self, body: Vec<u8>) -> RequestBuilder {
        let url = format!("{}/discord/interactions", self.base);
        self.http.post(url).header("content-type", "application/json").body(body)
    }
}

/// A body as HTML forms are sent.
pub fn form(fields: &[(&str, &str)]) -> String {
    let url = reqwest::Url::parse_with_params("http://form.invalid/", fields);
    url.ok().and_then(|url| url.query().map(str::to_owned)).unwrap_or_default()
}

pub(super) fn snowflake() -> String {
    (938_421_734_825_140_264 + fresh()).to_string()
}

async fn answered(request: RequestBuilder) -> Answer {
    Answer::to(request).await.expect("the desk answers")
}
