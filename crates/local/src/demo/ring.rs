//! The story's hands: they ring the real doors over HTTP and SMTP and read what left.

use std::cell::Cell;
use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::outbox::{Item, Kind};
use crate::say;
use crate::secrets::Secrets;
use crate::serve::Running;
use crate::{smtp, standins};

/// Rings the doors of one desk.
pub(super) struct Ring {
    http: SocketAddr,
    smtp: SocketAddr,
    token: String,
    signing_secret: String,
    secrets: Secrets,
    standins: standins::World,
    read: Cell<u64>,
}

impl Ring {
    pub fn of(running: &Running) -> Result<Ring> {
        let identity = &running.desk.identity;
        Ok(Ring {
            http: running.http,
            smtp: running.smtp,
            token: identity.admin_token.clone(),
            signing_secret: identity.slack_signing_secret.clone(),
            secrets: identity.secrets.clone(),
            standins: running.desk.standins.clone(),
            read: Cell::new(0),
        })
    }

    /// A REST call that has to succeed, in somebody's name.
    pub async fn rest(&self, who: &str, method: &str, path: &str, body: Value) -> Result<Value> {
        let (status, answer) = self.try_rest(who, method, path, body).await?;
        if status >= 300 {
            bail!("{method} {path} answered {status}: {answer}");
        }
        Ok(answer)
    }

    /// A REST call, whatever it answers.
    pub async fn try_rest(
        &self,
        who: &str,
        method: &str,
        path: &str,
        body: Value,
    ) -> Result<(u16, Value)> {
        let sign = if path.contains('?') { '&' } else { '?' };
        let url = format!("http://{}{path}{sign}as={who}", self.http);
        let headers = [("authorization", format!("Bearer {}", self.token))];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        say::request(method, &url, &headers, body).await
    }

    /// A ticket as it stands.
    pub async fn ticket(&self, number: u64) -> Result<Value> {
        self.rest(ADMIN, "GET", &format!("/v1/tickets/{number}"), Value::Null).await
    }

    /// Carries out a verb.
    pub async fn act(&self, who: &str, number: u64, verb: &str, body: Value) -> Result<Value> {
        self.rest(who, "POST", &format!("/v1/tickets/{number}/actions/{verb}"), body).await
    }

    /// `/ticket WORDS` in Slack.
    pub async fn slack(&self, user: &str, words: &str) -> Result<String> {
        let (status, answer) = say::slack(self.http, &self.signing_secret, user, words).await?;
        said("Slack", status, &answer)
    }

    /// `/ticket …` in Discord.
    pub async fn discord(&self, user: &str, words: &str) -> Result<String> {
        let (status, answer) = say::discord(self.http, &self.secrets, user, words).await?;
        said("Discord", status, &answer)
    }

    /// The status Slack's door answers to a wrong signature.
    pub async fn forged_slack(&self) -> Result<u16> {
        Ok(say::slack(self.http, "not the secret", "mallory", "let me in").await?.0)
    }

    /// One mail, over SMTP.
    pub async fn mail(&self, from: &str, to: &str, subject: &str, text: &str) -> Result<String> {
        let message = format!(
            "From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{}@demo>\r\n\r\n{text}\r\n",
            crate::secrets::random_hex(8)?
        );
        Ok(smtp::send(self.smtp, Some(from), &[to], message.as_bytes()).await?)
    }

    /// Waits until nothing is in flight.
    pub async fn settle(&self) -> Result<()> {
        let (status, answer) =
            say::post(&format!("http://{}/dev/settle", self.http), &[], String::new()).await?;
        if status == 200 { Ok(()) } else { bail!("the desk did not settle: {answer}") }
    }

    /// Moves the desk's clock.
    pub async fn advance(&self, by: &str) -> Result<()> {
        let body = json!({ "advance": by }).to_string();
        let url = format!("http://{}/dev/clock", self.http);
        let (status, answer) = say::post(&url, &[], body).await?;
        if status == 200 { Ok(()) } else { bail!("the clock did not move: {answer}") }
    }

    /// What left since this was last asked, bus events left out.
    pub async fn left(&self) -> Result<Vec<Item>> {
        self.settle().await?;
        let items = self.standins.outbox.since(self.read.get());
        self.read.set(self.standins.outbox.last());
        Ok(items.into_iter().filter(|item| item.kind != Kind::Event).collect())
    }

    /// How many domain events the bus has seen.
    pub fn events(&self) -> usize {
        self.standins.outbox.since(0).iter().filter(|item| item.kind == Kind::Event).count()
    }
}

/// Whose token the story uses.
pub(super) const ADMIN: &str = "admin@example.com";

fn said(door: &str, status: u16, answer: &Value) -> Result<String> {
    if status != 200 {
        bail!("{door} was answered {status}: {answer}");
    }
    let text = say::plain(answer);
    text.lines().next().map(str::to_owned).with_context(|| format!("{door} was answered nothing"))
}
