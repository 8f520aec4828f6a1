//! Somebody does something: the request is made, signed, sent to the real door as often and as late as
//! the switches say, and what came back is remembered.

use std::time::Instant;

use anyhow::{Context, Result};
use base64::Engine;
use serde_json::{Value, json};

use super::cast::{self, Service};
use super::form::Form;
use super::room::{Act, Deed, Exchange, RoomFile, Switches};
use super::screen::{Dialog, Message, Screen};
use super::slack::{self, Ring};
use super::{Stage, blocks, discord};
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

/// Asks the door what the selects of somebody's dialog offer, once a dialog.
pub async fn ask_for_offers(stage: &Stage, host: &str, who: &str) -> Result<()> {
    let base = format!("http://{host}");
    let play = Play { stage, base, who, channel: cast::HELP[0].id, service: Service::Slack };
    let screen = play.screen();
    let Some(dialog) = screen.dialog(&play.account()) else { return Ok(()) };
    for (block, action) in blocks::asking(&dialog.view) {
        if stage.room.offers(&dialog.id, action).is_some() {
            continue;
        }
        let actor = play.slack_actor();
        let view = slack::view(dialog, &Form::default(), &|_| Value::Null);
        let (_, answer) = play.ring(actor.asks_options(&view, block, action)).await?;
        stage.room.offer(&dialog.id, action, blocks::offered(&answer));
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
struct Play<'a> {
    stage: &'a Stage,
    base: String,
    who: &'a str,
    channel: &'a str,
    service: Service,
}

impl Play<'_> {
    fn account(&self) -> String {
        cast::account(self.service, self.who)
    }

    fn screen(&self) -> Screen {
        super::page::screen(self.stage, self.service)
    }

    fn happened(&self, deed: Deed) {
        let after = self.stage.desk.outbox.last();
        self.stage.room.happened(Act { after, service: self.service, deed });
    }

    /// A time stamp that no message of the desk has: those end in small numbers.
    fn fresh_ts(&self) -> String {
        let number = 500_000 + self.stage.room.fresh() % 400_000;
        format!("{}.{number:06}", self.stage.desk.clock.now().as_second())
    }

    fn message(&self, screen: &Screen, form: &Form) -> Result<Message> {
        let id = form.needed("message")?;
        let channel = form.text("channel").unwrap_or(self.channel);
        let known = screen.messages.iter();
        let mut known = known.filter(|message| message.channel == channel && message.id == id);
        known.next().cloned().context("that message is gone")
    }

    // ---- Slack

    fn slack_actor(&self) -> slack::Actor<'_> {
        let number = match self.stage.room.switches().expired_trigger {
            true => 0,
            false => self.stage.room.fresh(),
        };
        slack::actor(self.who, self.channel, &self.base, number)
    }

    async fn in_slack(&self, what: &str, form: &Form) -> Result<()> {
        let actor = self.slack_actor();
        match what {
            "slack-say" => return self.say_in_slack(&actor, form).await,
            "slack-edit" | "slack-delete" | "slack-react" => {
                return self.change_in_slack(&actor, what, form).await;
            }
            "slack-home" => return self.event(&actor, actor.home_opened(&self.fresh_ts())).await,
            "slack-shortcut" => {
                let ring = actor.shortcut(form.needed("shortcut")?);
                return self.interact(ring).await;
            }
            "slack-on-message" => {
                let message = self.message(&self.screen(), form)?;
                return self.interact(actor.on_message(form.needed("shortcut")?, &message)).await;
            }
            "slack-press" => return self.press_in_slack(&actor, form).await,
            "slack-submit" | "slack-close" => {}
            _ => anyhow::bail!("nobody can do {what} in Slack"),
        }
        let screen = self.screen();
        let dialog = screen.dialog(&self.account()).context("the dialog is gone")?;
        let view = slack::view(dialog, form, &self.bring_files(form));
        if what == "slack-close" {
            self.happened(Deed::Closed { by: self.account() });
            return self.interact(actor.closed(&view)).await;
        }
        self.submit(&actor, &view).await
    }

    async fn say_in_slack(&self, actor: &slack::Actor<'_>, form: &Form) -> Result<()> {
        let words = form.needed("words")?;
        if let Some(command) = words.strip_prefix("/ticket") {
            let (status, answer) = self.ring(actor.command(command.trim())).await?;
            if status == 200 && answer.is_object() && answer["text"].is_string() {
                let id = self.fresh_ts();
                let only = Some(self.account());
                let channel = self.channel.to_owned();
                self.happened(Deed::Answered { channel, id, only, body: answer });
            }
            return Ok(());
        }
        let (thread, ts) = (form.text("thread"), self.fresh_ts());
        let files = self.brought(form);
        self.happened(Deed::Said {
            channel: self.channel.to_owned(),
            thread: thread.map(str::to_owned),
            id: ts.clone(),
            by: self.account(),
            text: words.to_owned(),
            files: files.iter().map(|file| file.name.clone()).collect(),
        });
        self.tell_standin("said", &actor.said(words, &ts, thread, &files)).await?;
        if words.contains("@Bellhop") {
            let mut event = actor.said(words, &ts, thread, &files);
            event["type"] = json!("app_mention");
            self.event(actor, event).await?;
        }
        self.event(actor, actor.said(words, &ts, thread, &files)).await
    }

    async fn change_in_slack(
        &self,
        actor: &slack::Actor<'_>,
        what: &str,
        form: &Form,
    ) -> Result<()> {
        let message = self.message(&self.screen(), form)?;
        let (channel, id, ts) = (message.channel.clone(), message.id.clone(), self.fresh_ts());
        let event = match what {
            "slack-edit" => {
                let text = form.needed("words")?.to_owned();
                let event = actor.edited(&message, &text, &ts);
                self.happened(Deed::Edited { channel, id, text });
                event
            }
            "slack-delete" => {
                self.happened(Deed::Deleted { channel, id });
                actor.deleted(&message, &ts)
            }
            _ => {
                let emoji = form.needed("emoji")?.to_owned();
                let event = actor.reacted(&message, &emoji, &ts);
                self.happened(Deed::Reacted { channel, id, emoji });
                event
            }
        };
        self.event(actor, event).await
    }

    async fn event(&self, actor: &slack::Actor<'_>, event: Value) -> Result<()> {
        self.ring(actor.event(self.stage.room.fresh(), event)).await.map(drop)
    }

    async fn press_in_slack(&self, actor: &slack::Actor<'_>, form: &Form) -> Result<()> {
        let pressed = form.needed("press")?;
        let screen = self.screen();
        if form.text("message").is_some() {
            let message = self.message(&screen, form)?;
            let action = slack::action(pressed, form, None)?;
            let on = slack::Actor { channel: &message.channel, ..self.slack_actor() };
            return self.interact(on.pressed_on(&message, action)).await;
        }
        if let Some(dialog) = screen.dialog(&self.account()) {
            let view = slack::view(dialog, form, &self.bring_files(form));
            // What was filled in so far stays.
            let kept = filled_in(&dialog.view, form);
            let errors = dialog.errors.clone();
            self.happened(Deed::Redrawn { by: self.account(), view: Some(kept), errors });
            let action = slack::action(pressed, form, Some(&view))?;
            return self.interact(actor.pressed_in(&view, action)).await;
        }
        let home = screen.homes.get(&self.account()).context("there is no Home yet")?;
        let home = slack::view(
            &Dialog { id: "VHOME".into(), view: home.clone(), errors: json!({}) },
            form,
            &|_| Value::Null,
        );
        let action = slack::action(pressed, form, None)?;
        self.interact(actor.pressed_in(&home, action)).await
    }

    async fn interact(&self, ring: Ring) -> Result<()> {
        let (status, answer) = self.ring(ring).await?;
        if status == 200 && answer["text"].is_string() {
            let (channel, id) = (self.channel.to_owned(), self.fresh_ts());
            let only = Some(self.account());
            self.happened(Deed::Answered { channel, id, only, body: answer });
        }
        Ok(())
    }

    async fn submit(&self, actor: &slack::Actor<'_>, view: &Value) -> Result<()> {
        let (status, answer) = self.ring(actor.submitted(view)).await?;
        let by = self.account();
        let deed = match answer["response_action"].as_str() {
            _ if status != 200 => Deed::Redrawn { by, view: None, errors: json!({}) },
            Some("errors") => Deed::Redrawn { by, view: None, errors: answer["errors"].clone() },
            Some("update") => {
                Deed::Redrawn { by, view: Some(answer["view"].clone()), errors: json!({}) }
            }
            Some("push") => {
                let id = format!("V{}", self.stage.room.fresh());
                Deed::Opened { by, id, view: answer["view"].clone() }
            }
            _ => Deed::Closed { by },
        };
        self.happened(deed);
        Ok(())
    }

    /// Files of a form, kept: each as `name;type;base64`.
    fn brought(&self, form: &Form) -> Vec<RoomFile> {
        form.all("files").filter_map(|file| self.bring(file)).collect()
    }

    fn bring(&self, file: &str) -> Option<RoomFile> {
        let mut parts = file.splitn(3, ';');
        let (name, kind, data) = (parts.next()?, parts.next()?, parts.next()?);
        let bytes = base64::engine::general_purpose::STANDARD.decode(data).ok()?;
        let id = format!("F{:08}", self.stage.room.fresh());
        let file = RoomFile { id, name: name.to_owned(), kind: kind.to_owned(), bytes };
        self.stage.room.bring(file.clone());
        Some(file)
    }

    fn bring_files<'a>(&'a self, _: &Form) -> impl Fn(&str) -> Value + 'a {
        let actor = self.slack_actor();
        move |file: &str| self.bring(file).map_or(Value::Null, |file| actor.file(&file))
    }

    // ---- Discord

    fn discord_actor(&self) -> discord::Actor<'_> {
        discord::Actor {
            name: self.who,
            account: self.account(),
            channel: self.channel,
            application: &self.stage.desk.standins.discord_application,
            number: self.stage.room.fresh(),
            kind: self.channel_kind(),
        }
    }

    /// Discord's type of the channel: 1 is direct, 12 a private thread, 0 any other.
    fn channel_kind(&self) -> u8 {
        let application = &self.stage.desk.standins.discord_application;
        if self.channel == cast::direct(Service::Discord, self.who, application) {
            return 1;
        }
        if self.screen().threads.contains_key(self.channel) { 12 } else { 0 }
    }

    async fn in_discord(&self, what: &str, form: &Form) -> Result<()> {
        let actor = self.discord_actor();
        let (ring, on) = match what {
            "discord-say" => {
                let words = form.needed("words")?;
                let Some(command) = words.strip_prefix("/ticket") else {
                    self.said_in_discord(words);
                    return Ok(());
                };
                (actor.command(command.trim()), None)
            }
            "discord-suggest" => {
                let words = form.needed("words")?.trim_start_matches("/ticket").trim();
                let Some(focused) = discord::last_option(words) else {
                    anyhow::bail!("type an option first, as in /ticket show ticket:");
                };
                let (_, answer) = self.ring(actor.asks_choices(words, &focused)).await?;
                self.suggested(&focused, &answer);
                return Ok(());
            }
            "discord-press" => {
                let message = self.message(&self.screen(), form)?;
                let kind = form.text("kind").and_then(|kind| kind.parse().ok()).unwrap_or(2);
                let values = form.all("value").filter(|value| !value.is_empty()).collect();
                (actor.pressed(form.needed("press")?, kind, values, &message), Some(message))
            }
            "discord-on-message" => {
                let message = self.message(&self.screen(), form)?;
                (actor.on_message(form.needed("shortcut")?, &message), None)
            }
            "discord-submit" => {
                let screen = self.screen();
                let dialog = screen.dialog(&self.account()).context("the dialog is gone")?;
                let ring = actor.submitted(&dialog.view, form, None);
                self.happened(Deed::Closed { by: self.account() });
                (ring, None)
            }
            "discord-close" => {
                self.happened(Deed::Closed { by: self.account() });
                return Ok(());
            }
            _ => anyhow::bail!("nobody can do {what} in Discord"),
        };
        let (status, answer) = self.ring(ring).await?;
        if status == 200 {
            self.answered(&answer, on);
        }
        Ok(())
    }

    /// Words in a Discord channel reach the desk only through the gateway.
    fn said_in_discord(&self, words: &str) {
        self.happened(Deed::Said {
            channel: self.channel.to_owned(),
            thread: None,
            id: (900_000_000_000_000_000 + self.stage.room.fresh()).to_string(),
            by: self.account(),
            text: words.to_owned(),
            files: Vec::new(),
        });
    }

    /// What could stand behind an option, as a line only they see.
    fn suggested(&self, option: &str, answer: &Value) {
        let choices = blocks::list(&answer["data"], "choices");
        let lines: Vec<String> = choices
            .map(|choice| {
                let value = choice["value"].as_str().map(str::to_owned);
                let value = value.unwrap_or_else(|| choice["value"].to_string());
                format!("`{option}:{value}` {}", blocks::text(choice, "name"))
            })
            .collect();
        let content =
            if lines.is_empty() { "Nothing to suggest.".into() } else { lines.join("\n") };
        let (channel, id) = (self.channel.to_owned(), self.stage.room.fresh().to_string());
        let only = Some(self.account());
        self.happened(Deed::Answered { channel, id, only, body: json!({ "content": content }) });
    }

    /// What Discord does with the answer to an interaction, by its type.
    fn answered(&self, answer: &Value, on: Option<Message>) {
        let body = answer["data"].clone();
        let ephemeral = body["flags"].as_u64().is_some_and(|flags| flags & (1 << 6) != 0);
        let by = self.account();
        let only = ephemeral.then(|| by.clone());
        let (channel, id) = (self.channel.to_owned(), self.stage.room.fresh().to_string());
        match (answer["type"].as_u64(), on) {
            (Some(4), _) => self.happened(Deed::Answered { channel, id, only, body }),
            (Some(5), _) => {
                let body = json!({ "content": "Bellhop is thinking …", "thinking": true });
                self.happened(Deed::Answered { channel, id, only, body });
            }
            (Some(7), Some(message)) => {
                let (channel, id) = (message.channel, message.id);
                self.happened(Deed::Changed { channel, id, body });
            }
            (Some(9), _) => self.happened(Deed::Opened { by, id, view: body }),
            _ => {}
        }
    }

    // ---- both

    async fn ring(&self, ring: Ring) -> Result<(u16, Value)> {
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

    async fn tell_standin(&self, what: &str, said: &Value) -> Result<()> {
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

/// A dialog with what somebody has filled in as what it begins with.
fn filled_in(view: &Value, form: &Form) -> Value {
    use super::blocks::{field_name, text};
    let mut view = view.clone();
    let blocks = view.get_mut("blocks").and_then(Value::as_array_mut);
    for block in blocks.into_iter().flatten() {
        let id = text(block, "block_id").to_owned();
        let Some(element) = block.get_mut("element") else { continue };
        let Some(value) = form.text(&field_name(&id, element)).map(str::to_owned) else { continue };
        match text(element, "type") {
            "plain_text_input" | "number_input" => element["initial_value"] = json!(value),
            "rich_text_input" => {
                element["initial_value"] = json!({ "type": "rich_text", "elements": [
                    { "type": "rich_text_section", "elements": [{ "type": "text", "text": value }] },
                ] });
            }
            "static_select" | "radio_buttons" => {
                let words = json!({ "type": "plain_text", "text": value });
                element["initial_option"] = json!({ "value": value, "text": words });
            }
            _ => {}
        }
    }
    view
}
