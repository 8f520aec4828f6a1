//! What Slack sends: slash commands, events and interactions, reduced to what the desk acts on.
//! Missing and additional fields are tolerated as far as the rest still means something. Signatures are checked before.
//! Shapes: docs.slack.dev, "Slash commands", "Events API", "Interaction payloads".

use serde_json::Value;
use thiserror::Error;
use url::form_urlencoded;

/// The body is none the desk can act on. Answer 400; Slack does not repeat it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PayloadError {
    /// The body, or the form field `payload`, is no JSON object.
    #[error("the body is not JSON: send the payload as slack documents it")]
    NotJson,
    /// A field without which the payload means nothing is absent.
    #[error("the field {0} is missing: send the payload as slack documents it")]
    Missing(&'static str),
}

/// A slash command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlashCommand {
    /// The workspace, `T…`.
    pub team_id: String,
    /// The organisation of workspaces, `E…`.
    pub enterprise_id: Option<String>,
    /// Where it was typed, `C…`, `D…` or `G…`.
    pub channel_id: String,
    /// Who typed it, `U…` or `W…`.
    pub user_id: String,
    /// The person's handle.
    pub user_name: String,
    /// The command with its slash, such as `/ticket`.
    pub command: String,
    /// What follows the command, unescaped.
    pub text: String,
    /// Opens one dialog within three seconds.
    pub trigger_id: String,
    /// Takes five answers within thirty minutes.
    pub response_url: String,
}

impl SlashCommand {
    /// Reads the form body of a slash command.
    pub fn parse(body: &[u8]) -> Result<Self, PayloadError> {
        let field = |name: &str| {
            let found = form_urlencoded::parse(body).find(|(key, _)| key == name);
            found.map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty())
        };
        Ok(Self {
            team_id: field("team_id").ok_or(PayloadError::Missing("team_id"))?,
            enterprise_id: field("enterprise_id"),
            channel_id: field("channel_id").unwrap_or_default(),
            user_id: field("user_id").ok_or(PayloadError::Missing("user_id"))?,
            user_name: field("user_name").unwrap_or_default(),
            command: field("command").unwrap_or_default(),
            text: unescape(field("text").unwrap_or_default().trim()),
            trigger_id: field("trigger_id").unwrap_or_default(),
            response_url: field("response_url").unwrap_or_default(),
        })
    }
}

/// What arrives at the events door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventEnvelope {
    /// The check made when the address is entered: answer with the challenge.
    UrlVerification {
        /// The text to send back.
        challenge: String,
    },
    /// An event.
    Callback {
        /// Unique per event; repeated deliveries carry the same.
        event_id: String,
        /// The workspace, `T…`.
        team_id: String,
        /// The event.
        event: Event,
    },
    /// An envelope the desk does not use, such as `app_rate_limited`.
    Other {
        /// Its type.
        kind: String,
    },
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A person mentioned the app.
    AppMention {
        /// Who, `U…` or `W…`.
        user: String,
        /// Where, `C…`.
        channel: String,
        /// The message's id.
        ts: String,
        /// The id of the thread's first message, when it was said in a thread.
        thread_ts: Option<String>,
        /// What was said, unescaped and without the leading mention.
        text: String,
    },
    /// A mention by a bot: answering would start a loop.
    Ignored,
    /// An event the desk does not use.
    Other {
        /// Its type.
        kind: String,
    },
}

impl EventEnvelope {
    /// Reads the JSON body of the events door.
    pub fn parse(body: &[u8]) -> Result<Self, PayloadError> {
        let root = object(body)?;
        match required(&root, "/type", "type")?.as_str() {
            "url_verification" => {
                Ok(Self::UrlVerification { challenge: required(&root, "/challenge", "challenge")? })
            }
            "event_callback" => Ok(Self::Callback {
                event_id: required(&root, "/event_id", "event_id")?,
                team_id: required(&root, "/team_id", "team_id")?,
                event: read_event(&root)?,
            }),
            kind => Ok(Self::Other { kind: kind.to_owned() }),
        }
    }
}

fn read_event(root: &Value) -> Result<Event, PayloadError> {
    let kind = required(root, "/event/type", "event.type")?;
    if kind != "app_mention" {
        return Ok(Event::Other { kind });
    }
    let by_bot = text_at(root, "/event/bot_id").is_some()
        || root.pointer("/event/bot_profile").is_some_and(Value::is_object)
        || text_at(root, "/event/subtype").as_deref() == Some("bot_message");
    if by_bot {
        return Ok(Event::Ignored);
    }
    let text = text_at(root, "/event/text").unwrap_or_default();
    Ok(Event::AppMention {
        user: required(root, "/event/user", "event.user")?,
        channel: required(root, "/event/channel", "event.channel")?,
        ts: required(root, "/event/ts", "event.ts")?,
        thread_ts: text_at(root, "/event/thread_ts"),
        text: unescape(without_leading_mention(&text)),
    })
}

/// What arrives at the interactions door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Interaction {
    /// A button or menu of a message was used.
    BlockAction {
        /// The workspace, `T…`.
        team_id: String,
        /// Who, `U…` or `W…`.
        user_id: String,
        /// The person's handle.
        user_name: String,
        /// Where, absent in a home tab.
        channel_id: Option<String>,
        /// The message that carries the button.
        message_ts: Option<String>,
        /// Which button.
        action_id: String,
        /// The button's value or the chosen option's.
        value: Option<String>,
        /// Opens one dialog within three seconds.
        trigger_id: String,
        /// Takes five answers within thirty minutes.
        response_url: Option<String>,
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
        match required(&root, "/type", "type")? {
            kind if kind == "block_actions" => read_block_action(&root),
            kind => Ok(Self::Other { kind }),
        }
    }
}

fn read_block_action(root: &Value) -> Result<Interaction, PayloadError> {
    let first = |paths: &[&str]| paths.iter().find_map(|path| text_at(root, path));
    Ok(Interaction::BlockAction {
        team_id: first(&["/team/id", "/user/team_id"]).ok_or(PayloadError::Missing("team.id"))?,
        user_id: required(root, "/user/id", "user.id")?,
        user_name: first(&["/user/username", "/user/name"]).unwrap_or_default(),
        channel_id: first(&["/channel/id", "/container/channel_id"]),
        message_ts: first(&["/message/ts", "/container/message_ts"]),
        action_id: required(root, "/actions/0/action_id", "actions[0].action_id")?,
        value: first(&[
            "/actions/0/value",
            "/actions/0/selected_option/value",
            "/actions/0/selected_user",
        ]),
        trigger_id: text_at(root, "/trigger_id").unwrap_or_default(),
        response_url: text_at(root, "/response_url"),
    })
}

fn object(json: &[u8]) -> Result<Value, PayloadError> {
    match serde_json::from_slice(json) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(PayloadError::NotJson),
    }
}

fn text_at(root: &Value, path: &str) -> Option<String> {
    let text = root.pointer(path)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

fn required(root: &Value, path: &str, name: &'static str) -> Result<String, PayloadError> {
    text_at(root, path).ok_or(PayloadError::Missing(name))
}

/// The app is mentioned as `<@U123>` or `<@U123|name>`.
fn without_leading_mention(text: &str) -> &str {
    let trimmed = text.trim();
    let Some((mention, rest)) = trimmed.strip_prefix("<@").and_then(|rest| rest.split_once('>'))
    else {
        return trimmed;
    };
    let id = mention.split('|').next().unwrap_or_default();
    let is_user = id.starts_with(['U', 'W']) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_user { rest.trim() } else { trimmed }
}

/// Slack escapes exactly these three; `&amp;` comes last so that nothing is unescaped twice.
fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_data::corpus_files;
    use serde_json::json;

    fn form(fields: &[(&str, &str)]) -> Vec<u8> {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes()
    }

    #[test]
    fn a_slash_command_is_read() {
        let body = form(&[
            ("team_id", "T1"),
            ("enterprise_id", ""),
            ("channel_id", "C1"),
            ("user_id", "U1"),
            ("user_name", "kofi"),
            ("command", "/ticket"),
            ("text", " R&amp;D printer &lt;3rd&gt; &amp;lt; ü "),
            ("trigger_id", "1.2"),
            ("response_url", "https://hooks.slack.com/x"),
            ("is_enterprise_install", "false"),
        ]);
        let command = SlashCommand::parse(&body).unwrap();
        assert_eq!(command.text, "R&D printer <3rd> &lt; ü");
        assert_eq!((command.team_id.as_str(), command.enterprise_id), ("T1", None));
        assert_eq!(SlashCommand::parse(b"team_id=T1"), Err(PayloadError::Missing("user_id")));
        assert_eq!(SlashCommand::parse(b"ssl_check=1"), Err(PayloadError::Missing("team_id")));
        assert!(SlashCommand::parse(b"\xff%zz&&=\0").is_err());
    }

    #[test]
    fn events_are_told_apart() {
        let callback = |event: Value| {
            let envelope =
                json!({"type":"event_callback","event_id":"Ev1","team_id":"T1","event":event});
            match EventEnvelope::parse(envelope.to_string().as_bytes()).unwrap() {
                EventEnvelope::Callback { event, .. } => event,
                other => panic!("{other:?}"),
            }
        };
        let mention = json!({"type":"app_mention","user":"U2","channel":"C1","ts":"1.2","thread_ts":"1.1",
            "text":" <@U0LAN0Z89|desk>  vpn &lt;down&gt; for <@U3>"});
        let expected = Event::AppMention {
            user: "U2".into(),
            channel: "C1".into(),
            ts: "1.2".into(),
            thread_ts: Some("1.1".into()),
            text: "vpn <down> for <@U3>".into(),
        };
        assert_eq!(callback(mention.clone()), expected);
        let mut by_bot = mention;
        by_bot["bot_id"] = json!("B1");
        assert_eq!(callback(by_bot), Event::Ignored);
        assert_eq!(callback(json!({"type":"message"})), Event::Other { kind: "message".into() });
        let check = br#"{"type":"url_verification","challenge":"3eZ"}"#;
        let expected = EventEnvelope::UrlVerification { challenge: "3eZ".into() };
        assert_eq!(EventEnvelope::parse(check), Ok(expected));
        assert_eq!(EventEnvelope::parse(b"[]"), Err(PayloadError::NotJson));
        assert_eq!(EventEnvelope::parse(&b"[".repeat(100_000)), Err(PayloadError::NotJson));
    }

    #[test]
    fn a_button_is_read() {
        let payload = json!({"type":"block_actions","team":{"id":"T1"},"user":{"id":"U1","username":"kofi"},
            "channel":{"id":"C1"},"message":{"ts":"1.2"},"trigger_id":"t","response_url":"https://h",
            "actions":[{"action_id":"tkt.take","value":"12","type":"button"}]});
        let body = form(&[("payload", &payload.to_string())]);
        let expected = Interaction::BlockAction {
            team_id: "T1".into(),
            user_id: "U1".into(),
            user_name: "kofi".into(),
            channel_id: Some("C1".into()),
            message_ts: Some("1.2".into()),
            action_id: "tkt.take".into(),
            value: Some("12".into()),
            trigger_id: "t".into(),
            response_url: Some("https://h".into()),
        };
        assert_eq!(Interaction::parse(&body), Ok(expected));
        assert_eq!(Interaction::parse(b""), Err(PayloadError::Missing("payload")));
        assert_eq!(Interaction::parse(b"payload=%7B"), Err(PayloadError::NotJson));
    }

    #[test]
    fn mentions_are_stripped_only_when_they_lead() {
        let rows = [
            ("<@U1>", ""),
            ("<@U1> a <@U1>", "a <@U1>"),
            ("hey <@U1>", "hey <@U1>"),
            ("<@U1", "<@U1"),
            ("<@here> a", "<@here> a"),
        ];
        for (text, expected) in rows {
            assert_eq!(without_leading_mention(text), expected, "{text}");
        }
    }

    #[test]
    fn every_recorded_payload_is_read_or_refused() {
        let Some(files) = corpus_files("slack/dev") else { return };
        let (mut mentions, mut actions, mut commands) = (0, 0, 0);
        for (name, bytes) in &files {
            let json = String::from_utf8_lossy(bytes);
            let value: Value = serde_json::from_slice(bytes).unwrap_or_default();
            let fields: Vec<(String, String)> = value
                .as_object()
                .into_iter()
                .flatten()
                .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
                .collect();
            let pairs: Vec<(&str, &str)> =
                fields.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            let event = EventEnvelope::parse(bytes);
            let action = Interaction::parse(&form(&[("payload", &json)]));
            let command = SlashCommand::parse(&form(&pairs));
            let _ = (Interaction::parse(bytes), SlashCommand::parse(bytes));
            mentions += usize::from(matches!(
                event,
                Ok(EventEnvelope::Callback { event: Event::AppMention { .. }, .. })
            ));
            actions += usize::from(matches!(action, Ok(Interaction::BlockAction { .. })));
            let is_command = name.starts_with("slash_command");
            assert!(!is_command || command.is_ok(), "{name}: {command:?}");
            commands += usize::from(is_command && command.is_ok());
        }
        assert!(
            files.len() >= 200 && mentions >= 5 && actions >= 5 && commands >= 7,
            "{} files, {mentions} mentions, {actions} actions, {commands} commands",
            files.len()
        );
    }
}
