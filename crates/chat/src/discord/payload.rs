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

/// What arrives at the interactions door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Interaction {
    /// Discord's check of the address: answer PONG.
    Ping,
    /// A command.
    Command {
        /// Unique per interaction.
        id: String,
        /// The application it was made for.
        application_id: String,
        /// The guild; absent in a direct message.
        guild_id: Option<String>,
        /// Where it was typed.
        channel_id: Option<String>,
        /// Who typed it.
        user: User,
        /// Answers this interaction for fifteen minutes.
        token: String,
        /// The command's name, such as `ticket`.
        name: String,
        /// The subcommand, with its group before it when there is one (`group sub`).
        sub: Option<String>,
        /// The options by name; numbers and switches as text.
        options: BTreeMap<String, String>,
    },
    /// A button or menu of a message was used.
    Component {
        /// Unique per interaction.
        id: String,
        /// The application the message is of.
        application_id: String,
        /// Which button, such as `t:take:12`.
        custom_id: String,
        /// Who.
        user: User,
        /// The guild; absent in a direct message.
        guild_id: Option<String>,
        /// Answers this interaction for fifteen minutes.
        token: String,
    },
    /// Autocomplete and modals: known, not used by the desk.
    Other {
        /// Unique per interaction.
        id: String,
        /// The interaction type, 4 or 5.
        kind: u8,
    },
}

impl Interaction {
    /// Reads the JSON body of the interactions door.
    pub fn parse(body: &[u8]) -> Result<Self, PayloadError> {
        let root: Value = serde_json::from_slice(body).map_err(|_| PayloadError::NotJson)?;
        if !root.is_object() {
            return Err(PayloadError::NotJson);
        }
        let number =
            root.get("type").and_then(Value::as_u64).ok_or(PayloadError::Missing("type"))?;
        let kind = u8::try_from(number).map_err(|_| PayloadError::UnknownType(number))?;
        match InteractionType::from(kind) {
            InteractionType::Ping => Ok(Self::Ping),
            InteractionType::Command => read_command(&root),
            InteractionType::Component => read_component(&root),
            InteractionType::Autocomplete | InteractionType::Modal => {
                Ok(Self::Other { id: required(&root, "/id", "id")?, kind })
            }
            _ => Err(PayloadError::UnknownType(number)),
        }
    }
}

fn read_command(root: &Value) -> Result<Interaction, PayloadError> {
    let (sub, options) = read_options(root);
    Ok(Interaction::Command {
        id: required(root, "/id", "id")?,
        application_id: required(root, "/application_id", "application_id")?,
        guild_id: text_at(root, "/guild_id"),
        channel_id: text_at(root, "/channel_id"),
        user: read_user(root)?,
        token: required(root, "/token", "token")?,
        name: required(root, "/data/name", "data.name")?,
        sub,
        options,
    })
}

fn read_component(root: &Value) -> Result<Interaction, PayloadError> {
    Ok(Interaction::Component {
        id: required(root, "/id", "id")?,
        application_id: text_at(root, "/application_id").unwrap_or_default(),
        custom_id: required(root, "/data/custom_id", "data.custom_id")?,
        user: read_user(root)?,
        guild_id: text_at(root, "/guild_id"),
        token: required(root, "/token", "token")?,
    })
}

/// In a guild the person is a member; in a direct message a plain user.
fn read_user(root: &Value) -> Result<User, PayloadError> {
    let user = root.pointer("/member/user").or_else(|| root.get("user")).unwrap_or(&Value::Null);
    let id = required(user, "/id", "user.id")?;
    let name =
        text_at(user, "/global_name").or_else(|| text_at(user, "/username")).unwrap_or_default();
    Ok(User { id, name })
}

/// Option types 1 and 2 are a subcommand and a group of them; they carry the real options inside.
fn read_options(root: &Value) -> (Option<String>, BTreeMap<String, String>) {
    let mut names = Vec::new();
    let mut list = root.pointer("/data/options").and_then(Value::as_array);
    while let Some(nested) =
        list.and_then(|options| options.iter().find(|option| is_nested(option)))
    {
        names.extend(text_at(nested, "/name"));
        list = nested.get("options").and_then(Value::as_array);
    }
    let pair = |option: &Value| Some((text_at(option, "/name")?, text_at(option, "/value")?));
    let options = list.into_iter().flatten().filter_map(pair).collect();
    ((!names.is_empty()).then(|| names.join(" ")), options)
}

fn is_nested(option: &Value) -> bool {
    matches!(option.get("type").and_then(Value::as_u64), Some(1 | 2))
}

fn text_at(root: &Value, path: &str) -> Option<String> {
    match root.pointer(path)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(switch) => Some(switch.to_string()),
        _ => None,
    }
}

fn required(root: &Value, path: &str, name: &'static str) -> Result<String, PayloadError> {
    text_at(root, path).ok_or(PayloadError::Missing(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::corpus_files;
    use serde_json::json;

    fn parse(value: &Value) -> Result<Interaction, PayloadError> {
        Interaction::parse(value.to_string().as_bytes())
    }

    #[test]
    fn a_command_in_a_guild_is_read() {
        let value = json!({"type":2,"id":"1","application_id":"2","guild_id":"3","channel_id":"4","token":"tok",
            "field_of_tomorrow":{"x":[1]},
            "member":{"user":{"id":"5","username":"kofi","global_name":"Kofi B."}},
            "data":{"id":"9","name":"ticket","type":1,"options":[{"name":"open","type":1,"options":[
                {"name":"title","type":3,"value":"vpn"},{"name":"n","type":4,"value":12},
                {"name":"private","type":5,"value":true},{"name":"odd","type":99}]}]}});
        let options = [("n", "12"), ("private", "true"), ("title", "vpn")];
        let expected = Interaction::Command {
            id: "1".into(),
            application_id: "2".into(),
            guild_id: Some("3".into()),
            channel_id: Some("4".into()),
            user: User { id: "5".into(), name: "Kofi B.".into() },
            token: "tok".into(),
            name: "ticket".into(),
            sub: Some("open".into()),
            options: options.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
        };
        assert_eq!(parse(&value), Ok(expected));
    }

    #[test]
    fn a_button_in_a_direct_message_is_read() {
        let value = json!({"type":3,"id":"1","application_id":"2","token":"tok","user":{"id":"5","username":"kofi","global_name":null},
            "data":{"custom_id":"t:take:12","component_type":2}});
        let expected = Interaction::Component {
            id: "1".into(),
            application_id: "2".into(),
            custom_id: "t:take:12".into(),
            user: User { id: "5".into(), name: "kofi".into() },
            guild_id: None,
            token: "tok".into(),
        };
        assert_eq!(parse(&value), Ok(expected));
    }

    #[test]
    fn types_are_told_apart_or_refused() {
        let other = |kind| Ok(Interaction::Other { id: "1".into(), kind });
        let rows = [
            (json!({"type":1}), Ok(Interaction::Ping)),
            (json!({"type":4,"id":"1"}), other(4)),
            (json!({"type":5,"id":"1"}), other(5)),
            (json!({"type":0}), Err(PayloadError::UnknownType(0))),
            (json!({"type":99}), Err(PayloadError::UnknownType(99))),
            (json!({"type":257}), Err(PayloadError::UnknownType(257))),
            (json!({"type":-1}), Err(PayloadError::Missing("type"))),
            (json!({"type":2}), Err(PayloadError::Missing("id"))),
            (json!({}), Err(PayloadError::Missing("type"))),
            (json!([]), Err(PayloadError::NotJson)),
        ];
        for (value, expected) in rows {
            assert_eq!(parse(&value), expected, "{value}");
        }
        assert_eq!(Interaction::parse(b"not json"), Err(PayloadError::NotJson));
        assert_eq!(Interaction::parse(&b"[".repeat(100_000)), Err(PayloadError::NotJson));
    }

    #[test]
    fn every_recorded_payload_is_read_or_refused() {
        let Some(files) = corpus_files("discord/dev") else { return };
        let (mut commands, mut pings) = (0, 0);
        for (name, bytes) in &files {
            let result = Interaction::parse(bytes);
            commands += usize::from(matches!(result, Ok(Interaction::Command { .. })));
            pings += usize::from(matches!(result, Ok(Interaction::Ping)));
            assert!(!name.starts_with("interaction_ping") || result.is_ok(), "{name}: {result:?}");
        }
        assert!(
            files.len() >= 47 && commands >= 4 && pings >= 2,
            "{} files, {commands}, {pings}",
            files.len()
        );
    }
}
