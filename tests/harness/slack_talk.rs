//! More of what people do in Slack: messages, dialogs, shortcuts, reactions, the home tab. What they do
//! is told to the stand-in first, as Slack would know it, and arrives signed at the desk's doors.

use serde_json::{Value, json};

use super::chat::form;
use super::people::Answer;
use super::{Slack, TEAM, fresh, wall};

/// A dialog somebody looks at, as the desk opened or changed it.
#[derive(Clone, Debug)]
pub struct Dialog {
    /// `V…`, as the stand-in named it.
    pub id: String,
    /// What the desk sent.
    pub view: Value,
}

impl Dialog {
    /// The newest dialog in the outbox that was opened by this trigger, or a change of it.
    pub fn newest(outbox: &[Value]) -> Dialog {
        let shown = outbox.iter().rev().find(|item| {
            let method = item["method"].as_str().unwrap_or_default();
            item["kind"] == "slack" && ["views.open", "views.update"].contains(&method)
        });
        let shown = shown.expect("a dialog was opened");
        let id = shown["body"]["view_id"].as_str().map(str::to_owned);
        Dialog {
            id: id.unwrap_or_else(|| format!("V{}", fresh())),
            view: shown["body"]["view"].clone(),
        }
    }

    /// A dialog that took the place of another one, or stands on top of it.
    pub fn answered(answer: &Value) -> Dialog {
        assert!(
            ["update", "push"].contains(&answer["response_action"].as_str().unwrap_or("")),
            "{answer:#}"
        );
        Dialog { id: format!("V{}", fresh()), view: answer["view"].clone() }
    }

    /// A dialog nobody was shown, with what is written down in it and these inputs.
    pub fn made_up(callback: &str, metadata: &Value, inputs: &[&str]) -> Dialog {
        let kind = |block: &str| match block {
            "who" => "users_select",
            "due" => "datetimepicker",
            "mode" | "next" => "static_select",
            _ => "plain_text_input",
        };
        let input = |block: &&str| {
            let element = json!({ "type": kind(block), "action_id": block });
            json!({ "type": "input", "block_id": block, "element": element })
        };
        let view = json!({
            "type": "modal", "callback_id": callback, "private_metadata": metadata.to_string(),
            "blocks": inputs.iter().map(input).collect::<Vec<_>>(),
        });
        Dialog { id: format!("V{}", fresh()), view }
    }

    /// A dialog about a ticket.
    pub fn about(callback: &str, number: u64, inputs: &[&str]) -> Dialog {
        Dialog::made_up(callback, &json!({ "v": 1, "t": number }), inputs)
    }

    /// The same once more: what is sent with it is not taken for what was sent before.
    pub fn again(&self) -> Dialog {
        Dialog { id: format!("V{}", fresh()), view: self.view.clone() }
    }

    /// The ids of its blocks.
    pub fn blocks(&self) -> Vec<&str> {
        let blocks = self.view["blocks"].as_array().into_iter().flatten();
        blocks.filter_map(|block| block["block_id"].as_str()).collect()
    }

    /// All it shows, as one text.
    pub fn text(&self) -> String {
        self.view.to_string()
    }

    /// As Slack sends it back with what stands in it.
    fn filled(&self, entered: &[(&str, Value)]) -> Value {
        let mut view = self.view.clone();
        let mut values = json!({});
        for block in self.view["blocks"].as_array().into_iter().flatten() {
            let Some(id) = block["block_id"].as_str().filter(|_| block["type"] == "input") else {
                continue;
            };
            let element = &block["element"];
            let given = entered.iter().find(|(name, _)| *name == id).map(|(_, value)| value);
            let action = element["action_id"].as_str().unwrap_or_default();
            values[id] = json!({ action: state(element, given) });
        }
        for (id, _) in entered {
            assert!(values.get(*id).is_some(), "the dialog asks for no {id}: {:?}", self.blocks());
        }
        view["id"] = json!(self.id);
        view["hash"] = json!("");
        view["state"] = json!({ "values": values });
        view
    }
}

/// What stands in an element: what was given, else what stood there from the beginning.
fn state(element: &Value, given: Option<&Value>) -> Value {
    let kind = element["type"].as_str().unwrap_or_default();
    let option =
        |value: &Value| json!({ "text": { "type": "plain_text", "text": "x" }, "value": value });
    let several = |value: &Value| -> Vec<Value> {
        value.as_array().into_iter().flatten().map(option).collect()
    };
    let mut state = json!({ "type": kind });
    match (kind, given) {
        ("static_select" | "radio_buttons", Some(value)) => {
            state["selected_option"] = option(value)
        }
        ("static_select" | "radio_buttons", None) => {
            state["selected_option"] = element["initial_option"].clone();
        }
        ("multi_static_select" | "checkboxes", given) => {
            state["selected_options"] = json!(given.map(several).unwrap_or_default());
        }
        ("rich_text_input", Some(text)) => state["rich_text_value"] = rich(text),
        ("rich_text_input", None) => state["rich_text_value"] = element["initial_value"].clone(),
        ("datepicker", given) => state["selected_date"] = json!(given),
        ("datetimepicker", given) => state["selected_date_time"] = json!(given),
        ("users_select", given) => state["selected_user"] = json!(given),
        ("file_input", given) => state["files"] = given.cloned().unwrap_or(json!([])),
        (_, Some(value)) => state["value"] = value.clone(),
        (_, None) => state["value"] = element["initial_value"].clone(),
    }
    state
}

fn rich(text: &Value) -> Value {
    let section =
        json!({ "type": "rich_text_section", "elements": [{ "type": "text", "text": text }] });
    json!({ "type": "rich_text", "elements": [section] })
}

impl Slack {
    fn user(&self) -> String {
        self.account()["user"].as_str().unwrap_or_default().to_owned()
    }

    /// Sends a dialog with what stands in it.
    pub async fn send(&self, dialog: &Dialog, entered: &[(&str, Value)]) -> Answer {
        self.interacts(json!({ "type": "view_submission", "view": dialog.filled(entered) })).await
    }

    /// Chooses something in a dialog that tells the desk at once.
    pub async fn choose(
        &self,
        dialog: &Dialog,
        block: &str,
        value: &str,
        entered: &[(&str, Value)],
    ) -> Answer {
        let action = json!({
            "type": "static_select", "block_id": block, "action_id": block,
            "selected_option": { "value": value },
        });
        let view = dialog.filled(entered);
        self.interacts(json!({ "type": "block_actions", "view": view, "actions": [action] })).await
    }

    /// Presses a button of a message, with the value it carries; `message` is what it stands in.
    pub async fn press_in(
        &self,
        message: &Value,
        block: &str,
        action: &str,
        value: &str,
    ) -> Answer {
        let pressed =
            json!({ "type": "button", "block_id": block, "action_id": action, "value": value });
        self.interacts(json!({
            "type": "block_actions", "message": message, "actions": [pressed],
            "channel": { "id": message["channel"].as_str().unwrap_or("C0GENERAL") },
        }))
        .await
    }

    /// Presses a button of the home tab.
    pub async fn press_at_home(&self, action: &str, value: &str) -> Answer {
        let pressed =
            json!({ "type": "button", "block_id": "b", "action_id": action, "value": value });
        let view = json!({ "id": "V0HOME", "type": "home", "callback_id": "home", "state": { "values": {} } });
        self.interacts(json!({ "type": "block_actions", "view": view, "actions": [pressed] })).await
    }

    /// Uses a shortcut on a message.
    pub async fn shortcut_on(&self, callback: &str, message: &Value) -> Answer {
        self.interacts(json!({
            "type": "message_action", "callback_id": callback, "message_ts": message["ts"],
            "channel": { "id": message["channel"] }, "message": message,
        }))
        .await
    }

    /// Uses a shortcut that is offered everywhere.
    pub async fn shortcut(&self, callback: &str) -> Answer {
        self.interacts(json!({ "type": "shortcut", "callback_id": callback })).await
    }

    async fn interacts(&self, more: Value) -> Answer {
        let mut payload = json!({
            "team": { "id": TEAM }, "user": { "id": self.user(), "username": "somebody" },
            "trigger_id": format!("trigger.{}", fresh()),
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            payload[name] = value.clone();
        }
        let body = form(&[("payload", &payload.to_string())]);
        let request = self.signed("/slack/interactions", body.into_bytes());
        Answer::to(request).await.expect("the desk answers")
    }

    /// A message as Slack knows it.
    pub fn says(&self, channel: &str, ts: &str, thread: Option<&str>, text: &str) -> Value {
        let mut said = json!({
            "type": "message", "user": self.user(), "channel": channel, "ts": ts, "text": text,
        });
        if let Some(thread) = thread {
            said["thread_ts"] = json!(thread);
        }
        said
    }

    /// Says something: the stand-in knows it, and the desk is told.
    pub async fn say(&self, said: &Value) -> Answer {
        self.say_as(said, &format!("Ev{}", fresh())).await
    }

    /// The same as a delivery of a certain event.
    pub async fn say_as(&self, said: &Value, event: &str) -> Answer {
        self.unsigned("/dev/slack/said", said.to_string().into_bytes()).send().await.expect("told");
        let mut told = said.clone();
        let direct = said["channel"].as_str().is_some_and(|channel| channel.starts_with('D'));
        told["channel_type"] = json!(if direct { "im" } else { "channel" });
        self.event(told, event).await
    }

    /// Says something else instead.
    pub async fn edit(&self, said: &Value, text: &str) -> Answer {
        let mut now = said.clone();
        now["text"] = json!(text);
        let changed = json!({
            "type": "message", "subtype": "message_changed", "channel": said["channel"],
            "ts": "1.1", "message": now, "previous_message": said,
        });
        self.event(changed, &format!("Ev{}", fresh())).await
    }

    /// Takes something back.
    pub async fn delete(&self, said: &Value) -> Answer {
        let gone = json!({
            "type": "message", "subtype": "message_deleted", "channel": said["channel"],
            "ts": "1.1", "deleted_ts": said["ts"], "previous_message": said,
        });
        self.event(gone, &format!("Ev{}", fresh())).await
    }

    /// Puts an emoji on a message.
    pub async fn reacts(&self, name: &str, said: &Value) -> Answer {
        let item = json!({ "type": "message", "channel": said["channel"], "ts": said["ts"] });
        let added = json!({ "type": "reaction_added", "user": self.user(), "reaction": name, "item": item });
        self.event(added, &format!("Ev{}", fresh())).await
    }

    /// Opens the home tab.
    pub async fn opens_home(&self) -> Answer {
        let opened = json!({ "type": "app_home_opened", "user": self.user(), "tab": "home" });
        self.event(opened, &format!("Ev{}", fresh())).await
    }

    /// Sends a file, and answers as what Slack knows it.
    pub async fn file(&self, id: &str, name: &str, kind: &str, text: &str) -> Value {
        let file = json!({ "id": id, "name": name, "mimetype": kind, "text": text });
        let told = self.unsigned("/dev/slack/files", file.to_string().into_bytes());
        let answer = told.send().await.expect("told");
        answer.json::<Value>().await.expect("JSON")["file"].clone()
    }

    async fn event(&self, event: Value, id: &str) -> Answer {
        let envelope = json!({
            "type": "event_callback", "team_id": TEAM, "api_app_id": "ABELLHOP",
            "event_id": id, "event_time": wall().as_second(), "event": event,
        });
        let request = self.signed("/slack/events", envelope.to_string().into_bytes());
        Answer::to(request).await.expect("the desk answers")
    }
}
