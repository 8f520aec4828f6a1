//! Somebody does something: the request is made, signed, sent to the real door as often and as late as
//! the switches say, and what came back is remembered.

use std::time::Instant;

use anyhow::{Context, Result};
use base64::Engine;
use serde_json::{Value, json};

use super::cast::{self, Service};
use super::form::Form;
use super::room::{Act, Deed, Exchange, Switches};
use super::screen::{Message, Screen};
use super::slack::{self, Ring};
use super::{Stage, blocks};
use crate::clock::DeskClock;
use crate::desk::discord_key;

/// How old a late request is, in seconds: both services' receivers take five minutes.
const LATE: i64 = 600;

/// Does what a form of the page asks for.
pub async fn carry_out(stage: &Stage, host: &str, what: &str, form: &Form) -> Result<()> {
    if what == "switch" {
        return switch(stage, form);
    }
    if what == "stage" {
        return super::page::set_the_stage(stage).await;
    }
    let who = form.needed("as")?;
    anyhow::ensure!(cast::PEOPLE.contains(&who), "nobody of that name is in the room");
    let service = Service::parse(form.needed("service")?).context("no such service")?;
    let play =
        Play { stage, base: format!("http://{host}"), who, channel: form.needed("in")?, service };
    match service {
        Service::Slack => play.in_slack(what, form).await,
        Service::Discord => play.in_discord(what, form).await,
    }
}

/// Asks the door what the selects of the dialogs in Slack offer, once a dialog.
pub async fn ask_for_offers(stage: &Stage, host: &str, slack: &Screen) -> Result<()> {
    for who in cast::PEOPLE {
        let base = format!("http://{host}");
        let play = Play { stage, base, who, channel: cast::HELP[0].id, service: Service::Slack };
        let Some(dialog) = slack.dialog(&play.account()) else { continue };
        let unknown = |(_, action): &(_, &str)| stage.room.offers(&dialog.id, action).is_none();
        for (block, action) in blocks::asking(&dialog.view).into_iter().filter(unknown) {
            let actor = play.slack_actor();
            let view = slack::view(dialog, &Form::default(), &|_| Value::Null);
            let (_, answer) = play.ring(actor.asks_options(&view, block, action)).await?;
            stage.room.offer(&dialog.id, action, blocks::offered(&answer));
        }
    }
    Ok(())
}

fn switch(stage: &Stage, form: &Form) -> Result<()> {
    let on = |name: &str| form.text(name).is_some();
    stage.room.switch(Switches {
        wrong_signature: on("wrong_signature"),
        late: on("late"),
        repeated: on("repeated"),
        expired_trigger: on("expired_trigger"),
    });
    let standins = &stage.desk.standins;
    for (service, standin) in [("slack", &standins.slack), ("discord", &standins.discord)] {
        standin.set_down(on(&format!("{service}_down")));
        standin.set_throttled(if on(&format!("{service}_busy")) { 3 } else { 0 });
    }
    Ok(())
}

/// One person at one service.
pub(super) struct Play<'a> {
    pub(super) stage: &'a Stage,
    pub(super) base: String,
    pub(super) who: &'a str,
    pub(super) channel: &'a str,
    pub(super) service: Service,
}

impl Play<'_> {
    pub(super) fn account(&self) -> String {
        cast::account(self.service, self.who)
    }

    pub(super) fn screen(&self) -> Screen {
        super::page::screen(self.stage, self.service)
    }

    pub(super) fn happened(&self, deed: Deed) {
        let after = self.stage.desk.outbox.last();
        self.stage.room.happened(Act { after, service: self.service, deed });
    }

    /// A time stamp that no message of the desk has: those end in small numbers.
    pub(super) fn fresh_ts(&self) -> String {
        let number = 500_000 + self.stage.room.fresh() % 400_000;
        format!("{}.{number:06}", self.stage.desk.clock.now().as_second())
    }

    pub(super) fn message(&self, screen: &Screen, form: &Form) -> Result<Message> {
        let id = form.needed("message")?;
        let channel = form.text("channel").unwrap_or(self.channel);
        let known = screen.messages.iter();
        let mut known = known.filter(|message| message.channel == channel && message.id == id);
        known.next().cloned().context("that message is gone")
    }

    pub(super) async fn ring(&self, ring: Ring) -> Result<(u16, Value)> {
        let switches = self.stage.room.switches();
        let headers = self.signed(&ring, switches)?;
        let mut names: Vec<(&str, String)> = vec![("content-type", ring.kind.to_owned())];
        names.extend(headers.iter().map(|(name, value)| (*name, value.clone())));
        self.hand_files_to_slack().await?;
        let url = format!("{}{}", self.base, ring.path);
        let begun = Instant::now();
        let (status, answer) = match switches.repeated {
            false => crate::say::post(&url, &names, ring.body.clone()).await?,
            true => {
                let once = || crate::say::post(&url, &names, ring.body.clone());
                let (one, two, three) = tokio::join!(once(), once(), once());
                two.and(three).and(one)?
            }
        };
        self.stage.room.exchanged(Exchange {
            number: self.stage.room.fresh(),
            path: ring.path.to_owned(),
            what: format!("{}: {}", cast::capital(self.who), ring.what),
            headers: names
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            sent: ring.shown,
            status,
            took: begun.elapsed().as_millis(),
            answer: answer.clone(),
        });
        Ok((status, answer))
    }

    /// Slack has a file before anybody hears of it.
    async fn hand_files_to_slack(&self) -> Result<()> {
        for file in self.stage.room.fresh_files() {
            let base64 = base64::engine::general_purpose::STANDARD.encode(&file.bytes);
            let file = json!({ "id": file.id, "name": file.name, "mimetype": file.kind, "base64": base64 });
            self.tell_standin("files", &file).await?;
        }
        Ok(())
    }

    pub(super) async fn tell_standin(&self, what: &str, said: &Value) -> Result<()> {
        let headers = [("content-type", "application/json".to_owned())];
        let url = format!("{}/dev/slack/{what}", self.base);
        crate::say::post(&url, &headers, said.to_string()).await.map(drop)
    }

    fn signed(&self, ring: &Ring, switches: Switches) -> Result<Vec<(&'static str, String)>> {
        let identity = &self.stage.desk.identity;
        let now = DeskClock::wall().as_second() - if switches.late { LATE } else { 0 };
        let body = ring.body.as_bytes();
        let timestamp = now.to_string();
        Ok(match self.service {
            Service::Slack => {
                let secret = match switches.wrong_signature {
                    true => "somebody else's",
                    false => &identity.slack_signing_secret,
                };
                let signature = chat::slack::signature::sign(secret, now, body);
                let mut headers = vec![
                    ("x-slack-request-timestamp", timestamp),
                    ("x-slack-signature", signature),
                ];
                if switches.repeated {
                    headers.push(("x-slack-retry-num", "1".into()));
                    headers.push(("x-slack-retry-reason", "http_timeout".into()));
                }
                headers
            }
            Service::Discord => {
                let signed: &[u8] = if switches.wrong_signature { b"something else" } else { body };
                let signature = discord_key(&identity.secrets)?.sign(&timestamp, signed);
                vec![("x-signature-timestamp", timestamp), ("x-signature-ed25519", signature)]
            }
        })
    }
}
