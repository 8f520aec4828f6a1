//! What arrives at the interactions door: buttons and menus, dialogs that were sent, shortcuts. Fields
//! are taken as far as they mean something; who may do what is asked elsewhere.
//! Shapes: docs.slack.dev, "Interaction payloads".

use std::collections::BTreeMap;

use serde_json::Value;
use url::form_urlencoded;

use super::payload::PayloadError;
use super::read::{FileRef, files, first_of, object, plain, required, rich, said_in, text_at};

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The workspace, `T…`.
    pub team: String,
    /// `U…` or `W…`.
    pub user: String,
    /// The person's handle.
    pub name: String,
}

/// A dialog or home tab, as it stood when somebody did something with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// `V…`.
    pub id: String,
    /// Whether it is a dialog, on top of which another one can be shown.
    pub is_modal: bool,
    /// Changes with each change of the view.
    pub hash: String,
    /// What the desk calls it, such as `ticket.new`.
    pub callback: String,
    /// What the desk wrote down in it.
    pub metadata: String,
    /// What stands in its inputs, by block.
    pub values: BTreeMap<String, Entered>,
    /// Its blocks' ids, in order.
    pub blocks: Vec<String>,
}

/// What stands in an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entered {
    /// Nothing.
    Nothing,
    /// Words, a number, a day, a choice, an account.
    Text(String),
    /// Several choices.
    Several(Vec<String>),
    /// Files.
    Files(Vec<FileRef>),
}

/// A button or menu that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pressed {
    /// Who.
    pub by: Actor,
    /// Where, absent in a dialog and a home tab.
    pub channel: Option<String>,
    /// The message that carries the button.
    pub message_ts: Option<String>,
    /// The thread that message is in.
    pub thread_ts: Option<String>,
    /// What the message says, block by block: what the desk wrote there itself.
    pub sections: Vec<String>,
    /// Which block.
    pub block_id: String,
    /// Which button.
    pub action_id: String,
    /// The button's value, the chosen option's, or the chosen account.
    pub value: Option<String>,
    /// Opens one dialog within three seconds.
    pub trigger_id: String,
    /// Takes five answers within thirty minutes.
    pub response_url: Option<String>,
    /// The dialog or home tab it stands in.
    pub view: Option<View>,
}

/// A message somebody used a shortcut on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Where.
    pub channel: String,
    /// The message's id.
    pub ts: String,
    /// The thread it is in.
    pub thread_ts: Option<String>,
    /// Who wrote it; nobody where a program did.
    pub user: Option<String>,
    /// What it says, as plain text.
    pub text: String,
    /// Its files.
    pub files: Vec<FileRef>,
}

/// What arrives at the interactions door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Interaction {
    /// A button or menu was used.
    Pressed(Box<Pressed>),
    /// A dialog was sent.
    Sent {
        /// Who sent it.
        by: Actor,
        /// The dialog.
        view: Box<View>,
    },
    /// A shortcut of a message's menu.
    OnMessage {
        /// Who.
        by: Actor,
        /// What the desk calls the shortcut.
        callback: String,
        /// Opens one dialog within three seconds.
        trigger_id: String,
        /// The message.
        target: Box<Target>,
    },
    /// A shortcut that is offered everywhere.
    Anywhere {
        /// Who.
        by: Actor,
        /// What the desk calls the shortcut.
        callback: String,
        /// Opens one dialog within three seconds.
        trigger_id: String,
    },
    /// An interaction the desk does not use.
    Other {
        /// Its type.
        kind: String,
    },
}

impl Interaction {
    /// Reads the form body whose field `payload` holds the JSON.
    pub fn parse(body: &[u8]) -> Result<Self, PayloadError> {
        let payload = form_urlencoded::parse(body).find(|(key, _)| key == "payload");
        let (_, json) = payload.ok_or(PayloadError::Missing("payload"))?;
        let root = object(json.as_bytes())?;
        let kind = required(&root, "/type", "type")?;
        let callback = || required(&root, "/callback_id", "callback_id");
        let trigger_id = text_at(&root, "/trigger_id").unwrap_or_default();
        match kind.as_str() {
            "block_actions" => Ok(Self::Pressed(Box::new(read_pressed(&root)?))),
            "view_submission" => {
                let by = read_actor(&root)?;
                Ok(Self::Sent { by, view: Box::new(read_view(root.get("view"))?) })
            }
            "message_action" => Ok(Self::OnMessage {
                by: read_actor(&root)?,
                callback: callback()?,
                trigger_id,
                target: Box::new(read_target(&root)?),
            }),
            "shortcut" => {
                Ok(Self::Anywhere { by: read_actor(&root)?, callback: callback()?, trigger_id })
            }
            _ => Ok(Self::Other { kind }),
        }
    }
}

fn read_actor(root: &Value) -> Result<Actor, PayloadError> {
    let team = first_of(root, &["/team/id", "/user/team_id"]);
    Ok(Actor {
        team: team.ok_or(PayloadError::Missing("team.id"))?,
        user: required(root, "/user/id", "user.id")?,
        name: first_of(root, &["/user/username", "/user/name"]).unwrap_or_default(),
    })
}

fn read_pressed(root: &Value) -> Result<Pressed, PayloadError> {
    let sections = root.pointer("/message/blocks").and_then(Value::as_array).into_iter().flatten();
    let view = root.get("view").filter(|view| view.is_object());
    Ok(Pressed {
        by: read_actor(root)?,
        channel: first_of(root, &["/channel/id", "/container/channel_id"]),
        message_ts: first_of(root, &["/message/ts", "/container/message_ts"]),
        thread_ts: first_of(root, &["/message/thread_ts", "/container/thread_ts"]),
        sections: sections.filter_map(said_in).collect(),
        block_id: text_at(root, "/actions/0/block_id").unwrap_or_default(),
        action_id: required(root, "/actions/0/action_id", "actions[0].action_id")?,
        value: first_of(
            root,
            &[
                "/actions/0/value",
                "/actions/0/selected_option/value",
                "/actions/0/selected_user",
                "/actions/0/selected_date",
            ],
        ),
        trigger_id: text_at(root, "/trigger_id").unwrap_or_default(),
        response_url: text_at(root, "/response_url"),
        view: view.map(|view| read_view(Some(view))).transpose()?,
    })
}

fn read_view(view: Option<&Value>) -> Result<View, PayloadError> {
    let view = view.unwrap_or(&Value::Null);
    let states = view.pointer("/state/values").and_then(Value::as_object).into_iter().flatten();
    let values = states.filter_map(|(block, actions)| {
        let state = actions.as_object()?.values().next()?;
        Some((block.clone(), entered(state)))
    });
    let blocks = view.get("blocks").and_then(Value::as_array).into_iter().flatten();
    Ok(View {
        id: required(view, "/id", "view.id")?,
        is_modal: text_at(view, "/type").as_deref() == Some("modal"),
        hash: text_at(view, "/hash").unwrap_or_default(),
        callback: text_at(view, "/callback_id").unwrap_or_default(),
        metadata: text_at(view, "/private_metadata").unwrap_or_default(),
        values: values.collect(),
        blocks: blocks.filter_map(|block| text_at(block, "/block_id")).collect(),
    })
}

fn entered(state: &Value) -> Entered {
    if let Some(list) = state.get("files") {
        return Entered::Files(files(Some(list)));
    }
    if let Some(list) = state.get("selected_options").and_then(Value::as_array) {
        let values = list.iter().filter_map(|option| text_at(option, "/value"));
        return Entered::Several(values.collect());
    }
    if let Some(value) = state.get("rich_text_value") {
        return words(rich(value));
    }
    let moment = state.get("selected_date_time").and_then(Value::as_i64);
    let text = first_of(
        state,
        &[
            "/value",
            "/selected_option/value",
            "/selected_date",
            "/selected_user",
            "/selected_conversation",
        ],
    );
    words(text.or_else(|| moment.map(|at| at.to_string())).unwrap_or_default())
}

fn words(text: String) -> Entered {
    if text.trim().is_empty() { Entered::Nothing } else { Entered::Text(text) }
}

fn read_target(root: &Value) -> Result<Target, PayloadError> {
    let message = root.get("message").unwrap_or(&Value::Null);
    let text = text_at(message, "/text").unwrap_or_default();
    let by_program = text_at(message, "/bot_id").is_some();
    Ok(Target {
        channel: required(root, "/channel/id", "channel.id")?,
        ts: first_of(root, &["/message_ts", "/message/ts"])
            .ok_or(PayloadError::Missing("message.ts"))?,
        thread_ts: text_at(message, "/thread_ts"),
        user: text_at(message, "/user").filter(|_| !by_program),
        text: plain(&text),
        files: files(message.get("files")),
    })
}

impl View {
    /// The words of an input; none where nothing stands in it.
    pub fn text(&self, block: &str) -> Option<&str> {
        match self.values.get(block)? {
            Entered::Text(text) => Some(text.as_str()),
            Entered::Nothing | Entered::Several(_) | Entered::Files(_) => None,
        }
    }

    /// The files of an input.
    pub fn files(&self, block: &str) -> &[FileRef] {
        match self.values.get(block) {
            Some(Entered::Files(files)) => files,
            _ => &[],
        }
    }
}

#[cfg(test)]
#[path = "interaction_tests.rs"]
mod tests;
