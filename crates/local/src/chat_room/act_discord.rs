//! What a person does in Discord: types a command, presses, sends a dialog; and what comes of it in
//! their window.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::act::Play;
use super::cast::{self, Service};
use super::form::Form;
use super::room::Deed;
use super::screen::Message;
use super::{blocks, discord};

impl Play<'_> {
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

    pub(super) async fn in_discord(&self, what: &str, form: &Form) -> Result<()> {
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
}
