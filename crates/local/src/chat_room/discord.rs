//! What Discord sends when a person does something, made as Discord makes it. Shapes:
//! docs.discord.com, "Receiving and Responding to Interactions".

use serde_json::{Value, json};

use super::blocks::{list, text};
use super::cast::{self, GUILD, Service};
use super::form::Form;
use super::screen::Message;
use super::slack::Ring;

/// Where Discord rings.
const PATH: &str = "/discord/interactions";

/// Who does something, and where.
pub struct Actor<'a> {
    /// The person's name.
    pub name: &'a str,
    /// Their account.
    pub account: String,
    /// The channel they look at.
    pub channel: &'a str,
    /// The application.
    pub application: &'a str,
    /// A number nobody else has.
    pub number: u64,
    /// Discord's type of the channel.
    pub kind: u8,
}

impl Actor<'_> {
    fn interaction(&self, kind: u8, what: String, data: Value, message: Option<&Message>) -> Ring {
        let user = json!({
            "id": self.account, "username": self.name, "global_name": cast::capital(self.name),
            "discriminator": "0", "avatar": null,
        });
        let mut interaction = json!({
            "id": (300_000_000_000_000_000 + self.number).to_string(),
            "application_id": self.application, "type": kind, "version": 1,
            "token": format!("room{}", self.number),
            "channel_id": self.channel, "channel": { "id": self.channel, "type": self.kind },
            "locale": "en-US", "data": data,
        });
        if self.kind == 1 {
            interaction["user"] = user;
            interaction["context"] = json!(1);
        } else {
            let roles = if self.name == cast::AGENT { vec!["200000000000000009"] } else { vec![] };
            interaction["guild_id"] = json!(GUILD);
            interaction["member"] = json!({
                "user": user, "roles": roles, "joined_at": "2026-01-01T00:00:00Z", "deaf": false,
                "mute": false, "flags": 0, "permissions": if self.name == cast::AGENT { "8" } else { "0" },
            });
            interaction["context"] = json!(0);
        }
        if let Some(message) = message {
            interaction["message"] = self.shown(message);
        }
        let body = interaction.to_string();
        Ring { path: PATH, what, body, shown: interaction, kind: "application/json" }
    }

    fn shown(&self, message: &Message) -> Value {
        let author = message.by.clone().unwrap_or_else(|| self.application.to_owned());
        let name = message.author(Service::Discord);
        json!({
            "id": message.id, "channel_id": message.channel, "type": 0, "tts": false, "pinned": false,
            "author": { "id": author, "username": name, "discriminator": "0", "avatar": null, "bot": message.by.is_none() },
            "content": message.body.get("plain").or(message.body.get("content")).cloned().unwrap_or(json!("")),
            "components": message.body.get("components").cloned().unwrap_or(json!([])),
            "embeds": [], "attachments": [], "mentions": [], "mention_roles": [], "mention_everyone": false,
            "timestamp": "2026-01-01T00:00:00Z", "edited_timestamp": null,
            "flags": message.body.get("flags").cloned().unwrap_or(json!(0)),
        })
    }

    /// `/ticket sub name:value …`, as it is typed.
    pub fn command(&self, words: &str) -> Ring {
        self.interaction(2, format!("/ticket {words}"), command(words, None), None)
    }

    /// The same while it is being typed: what could stand there?
    pub fn asks_choices(&self, words: &str, focused: &str) -> Ring {
        self.interaction(4, format!("choices for {focused}"), command(words, Some(focused)), None)
    }

    /// A component that was used.
    pub fn pressed(&self, id: &str, kind: u64, values: Vec<&str>, message: &Message) -> Ring {
        let mut data = json!({ "custom_id": id, "component_type": kind });
        if kind != 2 {
            data["values"] = json!(values);
        }
        self.interaction(3, format!("pressed {id}"), data, Some(message))
    }

    /// A dialog that was sent.
    pub fn submitted(&self, view: &Value, form: &Form, message: Option<&Message>) -> Ring {
        let id = text(view, "custom_id");
        let components: Vec<Value> =
            list(view, "components").map(|part| filled(part, form)).collect();
        let data = json!({ "custom_id": id, "components": components });
        self.interaction(5, format!("sent {id}"), data, message)
    }

    /// A command on a message.
    pub fn on_message(&self, name: &str, message: &Message) -> Ring {
        let resolved = json!({ "messages": { message.id.clone(): self.shown(message) } });
        let data = json!({
            "id": "200000000000000003", "name": name, "type": 3, "target_id": message.id, "resolved": resolved,
        });
        self.interaction(2, name.to_owned(), data, None)
    }
}

/// A part of a dialog with what stands in it.
fn filled(part: &Value, form: &Form) -> Value {
    match part["type"].as_u64() {
        Some(18) => json!({ "type": 18, "id": 1, "component": filled(&part["component"], form) }),
        Some(1) => {
            let inside: Vec<Value> =
                list(part, "components").map(|part| filled(part, form)).collect();
            json!({ "type": 1, "id": 1, "components": inside })
        }
        Some(kind) => {
            let id = text(part, "custom_id");
            let mut held = json!({ "type": kind, "id": 2, "custom_id": id });
            match kind {
                4 => held["value"] = json!(form.text(id).unwrap_or_default()),
                21 => held["value"] = json!(form.text(id)),
                23 => held["value"] = json!(form.text(id).is_some()),
                _ => held["values"] = form.all(id).filter(|value| !value.is_empty()).collect(),
            }
            held
        }
        None => part.clone(),
    }
}

/// The data of a command out of what was typed: `reply ticket:12 message:on it`.
fn command(words: &str, focused: Option<&str>) -> Value {
    let (sub, rest) = words.trim().split_once(' ').unwrap_or((words.trim(), ""));
    let options: Vec<Value> = typed(rest)
        .into_iter()
        .map(|(name, value)| {
            let mut option = json!({ "name": name, "type": 3, "value": value });
            if matches!(value.as_str(), "true" | "false") && name == "note" {
                option["type"] = json!(5);
                option["value"] = json!(value == "true");
            }
            if focused == Some(name.as_str()) {
                option["focused"] = json!(true);
            }
            option
        })
        .collect();
    json!({
        "id": "200000000000000003", "name": "ticket", "type": 1,
        "options": [{ "name": if sub.is_empty() { "open" } else { sub }, "type": 1, "options": options }],
    })
}

/// The option that is being typed.
pub fn last_option(words: &str) -> Option<String> {
    let (_, rest) = words.split_once(' ')?;
    typed(rest).pop().map(|(name, _)| name)
}

/// Options as people type them: `name:` and everything up to the next one.
fn typed(words: &str) -> Vec<(String, String)> {
    let mut options: Vec<(String, String)> = Vec::new();
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        let name = word.split_once(':').filter(|(name, value)| {
            let plain = name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            !name.is_empty() && plain && !value.starts_with("//")
        });
        match (name, options.last_mut()) {
            (Some((name, value)), _) => options.push((name.to_owned(), value.to_owned())),
            (None, Some((_, value))) => {
                if !value.is_empty() {
                    value.push(' ');
                }
                value.push_str(word);
            }
            (None, None) => {}
        }
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_options() {
        let pairs = typed("ticket:#12 message:on it, see http://x note:true");
        let expected = [("ticket", "#12"), ("message", "on it, see http://x"), ("note", "true")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(pairs, expected);
        assert_eq!(command("", None)["options"][0]["name"], "open");
    }
}
