//! What Discord sends to the interactions door, reduced to what the desk acts on.
//! Fields newer than this program are ignored, unknown types of interaction are refused. Signatures are checked before.
//! Shapes: docs.discord.com, "Interactions: Receiving and Responding".

use std::collections::BTreeMap;

use serde_json::Value;
use serenity::model::application::InteractionType;
use thiserror::Error;

/// The body is none the desk can act on. Answer 400.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PayloadError {
    /// The body is no JSON object.
    #[error("the body is not JSON: send an interaction as discord documents it")]
    NotJson,
    /// A field without which the interaction means nothing is absent.
    #[error("the field {0} is missing: send an interaction as discord documents it")]
    Missing(&'static str),
    /// A type of interaction that is not known.
    #[error("the interaction type {0} is not known: send one of 1 to 5")]
    UnknownType(u64),
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The account's number.
    pub id: String,
    /// The display name, or the handle when none is set.
    pub name: String,
}

/// A file that came with a command, a modal or a message. Its address expires.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Attachment {
    /// The name it was sent under.
    pub name: String,
    /// Media type, where Discord knows one.
    pub kind: Option<String>,
    /// Bytes.
    pub size: u64,
    /// Where its bytes are.
    pub url: String,
}

/// What arrives at the interactions door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrived {
    /// Discord's check of the address: answer PONG.
    Ping,
    /// Somebody did something.
    Interaction(Box<Interaction>),
}

/// Something a person did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interaction {
    /// Unique per interaction.
    pub id: String,
    /// The application it was made for; empty where a sender left it out.
    pub application_id: String,
    /// The guild; absent in a direct message.
    pub guild_id: Option<String>,
    /// Where it was done.
    pub channel_id: Option<String>,
    /// The type of that channel; 0 is a guild's text channel.
    pub channel_type: Option<u64>,
    /// What the application may do there, as Discord's bit set.
    pub app_permissions: u64,
    /// Who did it.
    pub user: User,
    /// The roles they have in the guild.
    pub roles: Vec<String>,
    /// Answers this interaction for fifteen minutes.
    pub token: String,
    /// What was done.
    pub what: What,
}

/// What a person did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A slash command.
    Command {
        /// Its name, such as `ticket`.
        name: String,
        /// The subcommand, with its group before it when there is one (`group sub`).
        sub: Option<String>,
        /// The options by name; numbers and switches as text.
        options: BTreeMap<String, String>,
        /// The files among them.
        files: Vec<Attachment>,
    },
    /// A command of a message's menu.
    OnMessage {
        /// Its name, such as `Create ticket`.
        name: String,
        /// The message it was chosen on.
        message: Message,
    },
    /// A command of a person's menu.
    OnUser {
        /// Its name.
        name: String,
        /// The person it was chosen on.
        user: User,
    },
    /// Choices are wanted for what is typed so far: answer type 8.
    Suggest {
        /// The subcommand.
        sub: Option<String>,
        /// The option.
        option: String,
        /// What stands there so far.
        typed: String,
    },
    /// A button or menu of a message was used.
    Component {
        /// The id the desk gave it.
        custom_id: String,
        /// What was chosen, in a menu.
        values: Vec<String>,
    },
    /// A modal was sent.
    Modal {
        /// The id the desk gave it.
        custom_id: String,
        /// What was entered or chosen, by the id of each component.
        values: BTreeMap<String, Vec<String>>,
        /// The files that were chosen, by the id of each component.
        files: BTreeMap<String, Vec<Attachment>>,
    },
}

/// A message somebody chose a command on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its number.
    pub id: String,
    /// The channel it is in.
    pub channel_id: Option<String>,
    /// Who wrote it.
    pub author: User,
    /// Whether a program wrote it.
    pub by_program: bool,
    /// What it says.
    pub content: String,
    /// Its files.
    pub files: Vec<Attachment>,
}

impl Arrived {
    /// Reads a body whose signature has been verified.
    pub fn parse(body: &[u8]) -> Result<Self, PayloadError> {
        let root: Value = serde_json::from_slice(body).map_err(|_| PayloadError::NotJson)?;
        if !root.is_object() {
            return Err(PayloadError::NotJson);
        }
        let number =
            root.get("type").and_then(Value::as_u64).ok_or(PayloadError::Missing("type"))?;
        let kind = u8::try_from(number).map(InteractionType::from);
        let what = match kind.map_err(|_| PayloadError::UnknownType(number))? {
            InteractionType::Ping => return Ok(Self::Ping),
            InteractionType::Command => read_command(&root)?,
            InteractionType::Component => read_component(&root)?,
            InteractionType::Autocomplete => read_suggest(&root)?,
            InteractionType::Modal => read_modal(&root)?,
            _ => return Err(PayloadError::UnknownType(number)),
        };
        Ok(Self::Interaction(Box::new(Interaction {
            id: required(&root, "/id", "id")?,
            application_id: text_at(&root, "/application_id").unwrap_or_default(),
            guild_id: text_at(&root, "/guild_id"),
            channel_id: text_at(&root, "/channel_id"),
            channel_type: root.pointer("/channel/type").and_then(Value::as_u64),
            app_permissions: text_at(&root, "/app_permissions")
                .and_then(|bits| bits.parse().ok())
                .unwrap_or_default(),
            user: read_user(&root)?,
            roles: texts_at(&root, "/member/roles"),
            token: required(&root, "/token", "token")?,
            what,
        })))
    }
}

/// Command types: 1 is typed, 2 chosen on a person, 3 on a message.
fn read_command(root: &Value) -> Result<What, PayloadError> {
    let name = required(root, "/data/name", "data.name")?;
    let target = text_at(root, "/data/target_id");
    match (root.pointer("/data/type").and_then(Value::as_u64), target) {
        (Some(2), Some(target)) => {
            let user = resolved(root, "users", &target).ok_or(PayloadError::Missing("target"))?;
            Ok(What::OnUser { name, user: user_of(user)? })
        }
        (Some(3), Some(target)) => {
            let message = resolved(root, "messages", &target);
            let message = message.ok_or(PayloadError::Missing("target"))?;
            Ok(What::OnMessage { name, message: read_message(message, target)? })
        }
        (Some(2 | 3), None) => Err(PayloadError::Missing("data.target_id")),
        _ => {
            let (sub, list) = innermost(root);
            let of_type_file =
                |option: &&Value| option.get("type").and_then(Value::as_u64) == Some(11);
            let ids = list.iter().copied().filter(of_type_file);
            let ids: Vec<String> = ids.filter_map(|option| text_at(option, "/value")).collect();
            let options = list.iter().filter_map(|option| pair(option)).collect();
            Ok(What::Command { name, sub, options, files: attachments(root, &ids) })
        }
    }
}

fn read_message(message: &Value, id: String) -> Result<Message, PayloadError> {
    let author = message.get("author").unwrap_or(&Value::Null);
    let files = message.get("attachments").and_then(Value::as_array).into_iter().flatten();
    Ok(Message {
        id,
        channel_id: text_at(message, "/channel_id"),
        by_program: author.get("bot").and_then(Value::as_bool).unwrap_or_default(),
        author: user_of(author)?,
        content: text_at(message, "/content").unwrap_or_default(),
        files: files.filter_map(attachment).collect(),
    })
}

fn read_component(root: &Value) -> Result<What, PayloadError> {
    let custom_id = required(root, "/data/custom_id", "data.custom_id")?;
    Ok(What::Component { custom_id, values: texts_at(root, "/data/values") })
}

fn read_suggest(root: &Value) -> Result<What, PayloadError> {
    let (sub, options) = innermost(root);
    let is_focused = |option: &&&Value| option.get("focused") == Some(&Value::Bool(true));
    let focused = options.iter().find(is_focused).ok_or(PayloadError::Missing("focused"))?;
    let option = required(focused, "/name", "data.options.name")?;
    Ok(What::Suggest { sub, option, typed: text_at(focused, "/value").unwrap_or_default() })
}

/// Components stand in labels (type 18) or, in older modals, in rows (type 1).
fn read_modal(root: &Value) -> Result<What, PayloadError> {
    let custom_id = required(root, "/data/custom_id", "data.custom_id")?;
    let (mut values, mut files) = (BTreeMap::new(), BTreeMap::new());
    let list = root.pointer("/data/components").and_then(Value::as_array);
    for outer in list.into_iter().flatten() {
        let row = outer.get("components").and_then(Value::as_array).into_iter().flatten();
        for component in outer.get("component").into_iter().chain(row) {
            let Some(id) = text_at(component, "/custom_id") else { continue };
            let mut given = texts_at(component, "/values");
            given.extend(text_at(component, "/value"));
            if component.get("type").and_then(Value::as_u64) == Some(19) {
                files.insert(id, attachments(root, &given));
            } else {
                values.insert(id, given);
            }
        }
    }
    Ok(What::Modal { custom_id, values, files })
}

/// In a guild the person is a member; in a direct message a plain user.
fn read_user(root: &Value) -> Result<User, PayloadError> {
    user_of(root.pointer("/member/user").or_else(|| root.get("user")).unwrap_or(&Value::Null))
}

fn user_of(user: &Value) -> Result<User, PayloadError> {
    let id = required(user, "/id", "user.id")?;
    let name =
        text_at(user, "/global_name").or_else(|| text_at(user, "/username")).unwrap_or_default();
    Ok(User { id, name })
}

/// Option types 1 and 2 are a subcommand and a group of them; they carry the real options inside.
fn innermost(root: &Value) -> (Option<String>, Vec<&Value>) {
    let mut names = Vec::new();
    let mut list = root.pointer("/data/options").and_then(Value::as_array);
    while let Some(nested) =
        list.and_then(|options| options.iter().find(|option| is_nested(option)))
    {
        names.extend(text_at(nested, "/name"));
        list = nested.get("options").and_then(Value::as_array);
    }
    ((!names.is_empty()).then(|| names.join(" ")), list.into_iter().flatten().collect())
}

fn is_nested(option: &Value) -> bool {
    matches!(option.get("type").and_then(Value::as_u64), Some(1 | 2))
}

fn pair(option: &Value) -> Option<(String, String)> {
    Some((text_at(option, "/name")?, text_at(option, "/value")?))
}

/// What an id stands for; Discord sends it beside what names it.
fn resolved<'a>(root: &'a Value, sort: &str, id: &str) -> Option<&'a Value> {
    root.pointer("/data/resolved")?.get(sort)?.get(id)
}

fn attachments(root: &Value, ids: &[String]) -> Vec<Attachment> {
    let found = ids.iter().filter_map(|id| resolved(root, "attachments", id));
    found.filter_map(attachment).collect()
}

fn attachment(value: &Value) -> Option<Attachment> {
    Some(Attachment {
        name: text_at(value, "/filename")?,
        kind: text_at(value, "/content_type"),
        size: value.get("size").and_then(Value::as_u64)?,
        url: text_at(value, "/url")?,
    })
}

fn text_at(root: &Value, path: &str) -> Option<String> {
    match root.pointer(path)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(switch) => Some(switch.to_string()),
        _ => None,
    }
}

fn texts_at(root: &Value, path: &str) -> Vec<String> {
    let list = root.pointer(path).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn required(root: &Value, path: &str, name: &'static str) -> Result<String, PayloadError> {
    text_at(root, path).ok_or(PayloadError::Missing(name))
}

#[cfg(test)]
#[path = "payload_tests.rs"]
mod tests;
