//! What Slack sends when a person does something, made as Slack makes it and signed as it signs.
//! Shapes: docs.slack.dev, "Slash commands", "Events API", "Interaction payloads".

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::blocks::{field_name, list, options, text};
use super::cast::{self, TEAM};
use super::form::Form;
use super::room::RoomFile;
use super::screen::{Dialog, Message};

/// A request, before it is signed.
pub struct Ring {
    /// Which door.
    pub path: &'static str,
    /// What it is about, for the inspector.
    pub what: String,
    /// The body as it is sent.
    pub body: String,
    /// The same for people.
    pub shown: Value,
    /// What the body is.
    pub kind: &'static str,
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Who does something, and where.
pub struct Actor<'a> {
    /// The person's name.
    pub name: &'a str,
    /// Their account.
    pub account: String,
    /// The channel they look at.
    pub channel: &'a str,
    /// What opens a dialog, once and for a moment.
    pub trigger: String,
    /// Where late answers go.
    pub response_url: String,
}

impl Actor<'_> {
    fn user(&self) -> Value {
        json!({ "id": self.account, "username": self.name, "name": self.name, "team_id": TEAM })
    }

    /// A slash command.
    pub fn command(&self, words: &str) -> Ring {
        let fields = [
            ("team_id", TEAM),
            ("team_domain", "bellhop"),
            ("channel_id", self.channel),
            ("channel_name", "room"),
            ("user_id", &self.account),
            ("user_name", self.name),
            ("command", "/ticket"),
            ("text", &escape(words)),
            ("trigger_id", &self.trigger),
            ("response_url", &self.response_url),
            ("api_app_id", "ABELLHOP"),
        ];
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let mut shown = Map::new();
        for (name, value) in fields {
            form.append_pair(name, value);
            shown.insert(name.to_owned(), json!(value));
        }
        let what = format!("/ticket {words}");
        let (body, shown) = (form.finish(), Value::Object(shown));
        Ring { path: "/slack/commands", what, body, shown, kind: FORM }
    }

    /// An event.
    pub fn event(&self, id: u64, event: Value) -> Ring {
        let what = format!("event {}", text(&event, "type"));
        let envelope = json!({
            "token": "", "team_id": TEAM, "api_app_id": "ABELLHOP", "type": "event_callback",
            "event_id": format!("Ev{id:010}"), "event_time": 0, "event": event,
            "authorizations": [{ "team_id": TEAM, "user_id": "UBELLHOP", "is_bot": true }],
        });
        let body = envelope.to_string();
        Ring { path: "/slack/events", what, body, shown: envelope, kind: "application/json" }
    }

    /// A message somebody wrote, as an event.
    pub fn said(&self, words: &str, ts: &str, thread: Option<&str>, files: &[RoomFile]) -> Value {
        let mut event = json!({
            "type": "message", "user": self.account, "text": escape(words), "ts": ts, "team": TEAM,
            "channel": self.channel, "channel_type": channel_type(self.channel), "event_ts": ts,
        });
        if let Some(thread) = thread {
            event["thread_ts"] = json!(thread);
        }
        if !files.is_empty() {
            event["subtype"] = json!("file_share");
            event["files"] = files.iter().map(|file| self.file(file)).collect();
        }
        event
    }

    /// A file, as Slack describes it.
    pub fn file(&self, file: &RoomFile) -> Value {
        let base = self.response_url.split("/dev/").next().unwrap_or_default();
        let url = format!("{base}/dev/slack/files/{}", file.id);
        json!({
            "id": file.id, "name": file.name, "title": file.name, "mimetype": file.kind,
            "size": file.bytes.len(), "mode": "hosted", "user": self.account,
            "url_private": url, "url_private_download": url,
        })
    }

    /// A message of theirs that reads otherwise now.
    pub fn edited(&self, before: &Message, words: &str, ts: &str) -> Value {
        let message = |words: &str| {
            let mut message = json!({
                "type": "message", "user": self.account, "text": escape(words), "ts": before.id, "team": TEAM,
            });
            if let Some(thread) = &before.thread {
                message["thread_ts"] = json!(thread);
            }
            message
        };
        let mut after = message(words);
        after["edited"] = json!({ "user": self.account, "ts": ts });
        json!({
            "type": "message", "subtype": "message_changed", "hidden": true, "channel": self.channel,
            "channel_type": channel_type(self.channel), "ts": ts, "event_ts": ts,
            "message": after, "previous_message": message(text(&before.body, "plain")),
        })
    }

    /// A message of theirs that is gone.
    pub fn deleted(&self, before: &Message, ts: &str) -> Value {
        let mut message = json!({
            "type": "message", "user": self.account, "text": escape(text(&before.body, "plain")),
            "ts": before.id, "team": TEAM,
        });
        if let Some(thread) = &before.thread {
            message["thread_ts"] = json!(thread);
        }
        json!({
            "type": "message", "subtype": "message_deleted", "hidden": true, "channel": self.channel,
            "channel_type": channel_type(self.channel), "ts": ts, "event_ts": ts,
            "deleted_ts": before.id, "previous_message": message,
        })
    }

    /// An emoji put on a message.
    pub fn reacted(&self, to: &Message, emoji: &str, ts: &str) -> Value {
        json!({
            "type": "reaction_added", "user": self.account, "reaction": emoji, "event_ts": ts,
            "item_user": to.by.clone().unwrap_or_else(|| "UBELLHOP".into()),
            "item": { "type": "message", "channel": self.channel, "ts": to.id },
        })
    }

    /// A look at the app's Home.
    pub fn home_opened(&self, ts: &str) -> Value {
        json!({
            "type": "app_home_opened", "user": self.account, "channel": self.channel, "tab": "home",
            "event_ts": ts,
        })
    }

    fn interaction(&self, what: String, mut payload: Value) -> Ring {
        let common = json!({
            "team": { "id": TEAM, "domain": "bellhop" }, "user": self.user(), "api_app_id": "ABELLHOP",
            "token": "", "trigger_id": self.trigger,
        });
        if let (Some(fields), Some(common)) = (payload.as_object_mut(), common.as_object()) {
            fields.extend(common.clone());
        }
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("payload", &payload.to_string());
        Ring { path: "/slack/interactions", what, body: form.finish(), shown: payload, kind: FORM }
    }

    /// An element that was used in a message.
    pub fn pressed_on(&self, message: &Message, action: Value) -> Ring {
        let mut shown = message.body.clone();
        shown["ts"] = json!(message.id);
        shown["type"] = json!("message");
        shown["user"] = json!("UBELLHOP");
        if let Some(thread) = &message.thread {
            shown["thread_ts"] = json!(thread);
        }
        self.interaction(
            format!("pressed {}", text(&action, "action_id")),
            json!({
                "type": "block_actions", "actions": [action], "message": shown,
                "channel": { "id": self.channel, "name": "room" },
                "container": { "type": "message", "message_ts": message.id, "channel_id": self.channel, "is_ephemeral": message.only.is_some() },
                "response_url": self.response_url, "state": { "values": {} },
            }),
        )
    }

    /// An element that was used in a dialog or in Home.
    pub fn pressed_in(&self, view: &Value, action: Value) -> Ring {
        self.interaction(
            format!("pressed {}", text(&action, "action_id")),
            json!({
                "type": "block_actions", "actions": [action], "view": view,
                "container": { "type": "view", "view_id": view["id"] },
            }),
        )
    }

    /// A dialog that was sent.
    pub fn submitted(&self, view: &Value) -> Ring {
        let what = format!("sent {}", text(view, "callback_id"));
        self.interaction(
            what,
            json!({ "type": "view_submission", "view": view, "response_urls": [] }),
        )
    }

    /// A dialog that was closed.
    pub fn closed(&self, view: &Value) -> Ring {
        let what = format!("closed {}", text(view, "callback_id"));
        self.interaction(what, json!({ "type": "view_closed", "view": view, "is_cleared": false }))
    }

    /// A shortcut on a message.
    pub fn on_message(&self, callback: &str, message: &Message) -> Ring {
        let author = message.by.clone().unwrap_or_else(|| "UBELLHOP".into());
        let mut said = json!({ "type": "message", "user": author, "ts": message.id, "text": escape(text(&message.body, "plain")) });
        if let Some(thread) = &message.thread {
            said["thread_ts"] = json!(thread);
        }
        self.interaction(
            format!("shortcut {callback}"),
            json!({
                "type": "message_action", "callback_id": callback, "message": said, "message_ts": message.id,
                "channel": { "id": self.channel, "name": "room" }, "response_url": self.response_url,
                "action_ts": message.id,
            }),
        )
    }

    /// A shortcut from anywhere.
    pub fn shortcut(&self, callback: &str) -> Ring {
        let what = format!("shortcut {callback}");
        self.interaction(
            what,
            json!({ "type": "shortcut", "callback_id": callback, "action_ts": "1.0" }),
        )
    }

    /// What a select wants to offer.
    pub fn asks_options(&self, view: &Value, block: &str, action: &str) -> Ring {
        self.interaction(
            format!("options for {action}"),
            json!({
                "type": "block_suggestion", "block_id": block, "action_id": action, "value": "",
                "view": view, "container": { "type": "view", "view_id": view["id"] },
            }),
        )
    }
}

fn channel_type(channel: &str) -> &'static str {
    if channel.starts_with('D') { "im" } else { "channel" }
}

/// What a person types, as Slack hands it on: docs.slack.dev, "Formatting message text: escaping".
fn escape(words: &str) -> String {
    words
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace("@Bellhop", "<@UBELLHOP>")
}

/// A view as Slack hands it back, with what stands in its fields.
pub fn view(dialog: &Dialog, form: &Form, files: &dyn Fn(&str) -> Value) -> Value {
    let mut view = dialog.view.clone();
    view["id"] = json!(dialog.id);
    view["hash"] = json!("0.0");
    view["team_id"] = json!(TEAM);
    let mut values = Map::new();
    for (place, block) in list(&dialog.view, "blocks").enumerate() {
        let block_id = match text(block, "block_id") {
            "" => format!("b{place}"),
            id => id.to_owned(),
        };
        for element in elements(block) {
            let action = text(element, "action_id");
            if action.is_empty() || text(element, "type") == "button" {
                continue;
            }
            let name = field_name(text(block, "block_id"), element);
            let state = state(element, &name, form, files);
            let known = values.entry(block_id.clone()).or_insert_with(|| json!({}));
            known[action] = state;
        }
    }
    view["state"] = json!({ "values": values });
    view
}

fn elements(block: &Value) -> Vec<&Value> {
    let one = [&block["element"], &block["accessory"]];
    let one = one.into_iter().filter(|element| !element.is_null());
    one.chain(list(block, "elements")).collect()
}

/// What an element holds, by its type.
fn state(element: &Value, name: &str, form: &Form, files: &dyn Fn(&str) -> Value) -> Value {
    let kind = text(element, "type");
    let value = form.text(name);
    let mut state = json!({ "type": kind });
    let (field, held) = match kind {
        "rich_text_input" => ("rich_text_value", value.map(rich)),
        "static_select" | "external_select" | "radio_buttons" => {
            ("selected_option", value.map(|value| option(element, value)))
        }
        "multi_static_select" | "multi_external_select" | "checkboxes" => {
            let chosen = form.all(name).filter(|value| !value.is_empty());
            ("selected_options", Some(chosen.map(|value| option(element, value)).collect()))
        }
        "users_select" => ("selected_user", value.map(|value| json!(value))),
        "multi_users_select" => ("selected_users", Some(form.all(name).collect())),
        "datepicker" => ("selected_date", value.map(|value| json!(value))),
        "timepicker" => ("selected_time", value.map(|value| json!(value))),
        "file_input" => ("files", Some(form.all(name).map(files).collect())),
        _ => ("value", value.map(|value| json!(value))),
    };
    state[field] = held.unwrap_or(Value::Null);
    state
}

fn rich(words: &str) -> Value {
    json!({ "type": "rich_text", "elements": [
        { "type": "rich_text_section", "elements": [{ "type": "text", "text": words }] },
    ] })
}

fn option(element: &Value, value: &str) -> Value {
    let known = options(element).find(|option| text(option, "value") == value).cloned();
    known.unwrap_or_else(
        || json!({ "text": { "type": "plain_text", "text": value }, "value": value }),
    )
}

/// The action of an element that was used, from what its button says and its field holds.
pub fn action(pressed: &str, form: &Form, view: Option<&Value>) -> Result<Value> {
    let parts: Vec<String> = serde_json::from_str(pressed)?;
    let [block, action, kind, value] = parts.as_slice() else { anyhow::bail!("no such press") };
    let mut done =
        json!({ "block_id": block, "action_id": action, "type": kind, "action_ts": "1.0" });
    let held = view.and_then(|view| view.pointer("/state/values")?.get(block)?.get(action));
    if let Some(held) = held.filter(|_| kind != "button") {
        done.as_object_mut().into_iter().for_each(|done| {
            done.extend(held.as_object().cloned().unwrap_or_default());
        });
        return Ok(done);
    }
    let chosen = form.text("value");
    match kind.as_str() {
        "button" => done["value"] = json!(value),
        "overflow" => {
            done["selected_option"] =
                json!({ "value": value, "text": { "type": "plain_text", "text": value } });
        }
        "users_select" => done["selected_user"] = json!(chosen),
        "static_select" | "external_select" | "radio_buttons" => {
            let chosen = chosen.unwrap_or_default();
            done["selected_option"] =
                json!({ "value": chosen, "text": { "type": "plain_text", "text": chosen } });
        }
        _ => done["value"] = json!(chosen),
    }
    Ok(done)
}

/// Who somebody is in Slack.
pub fn actor<'a>(name: &'a str, channel: &'a str, base: &str, number: u64) -> Actor<'a> {
    let account = cast::account(cast::Service::Slack, name);
    Actor {
        name,
        channel,
        trigger: format!("{account}.{number}"),
        response_url: format!("{base}/dev/slack/response/{account}"),
        account,
    }
}
