//! What arrives at the events door: mentions, messages and what becomes of them, reactions, a home tab
//! that is opened. What programs say is told apart here, so that nobody answers it and starts a loop.
//! Shapes: docs.slack.dev, "Events API".

use serde_json::Value;

use super::payload::PayloadError;
use super::read::{FileRef, files, first_of, object, plain, required, text_at};

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

/// A message of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Who, `U…` or `W…`.
    pub user: String,
    /// Where, `C…`, `G…` or `D…`.
    pub channel: String,
    /// Whether it was said to the app alone.
    pub is_direct: bool,
    /// The message's id within the channel.
    pub ts: String,
    /// The id of the thread's first message, when it was said in a thread.
    pub thread_ts: Option<String>,
    /// What was said, as plain text and without a leading mention of the app.
    pub text: String,
    /// Files that came with it.
    pub files: Vec<FileRef>,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A person mentioned the app.
    AppMention(Said),
    /// A person said something where the app listens.
    Message(Said),
    /// A person changed what they had said.
    Changed(Said),
    /// A message is gone.
    Deleted {
        /// Where.
        channel: String,
        /// Which.
        ts: String,
        /// The thread it was in.
        thread_ts: Option<String>,
        /// Who had written it, where Slack says.
        user: Option<String>,
    },
    /// A person put an emoji on a message.
    Reaction {
        /// Who.
        user: String,
        /// The emoji's name, without colons and skin.
        name: String,
        /// The message's channel.
        channel: String,
        /// The message.
        ts: String,
    },
    /// A person opened the app's home tab.
    HomeOpened {
        /// Who.
        user: String,
    },
    /// Something a program said, or that changes nothing: answering would start a loop.
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
                event: read_event(root.get("event").unwrap_or(&Value::Null))?,
            }),
            kind => Ok(Self::Other { kind: kind.to_owned() }),
        }
    }
}

fn read_event(event: &Value) -> Result<Event, PayloadError> {
    let kind = required(event, "/type", "event.type")?;
    match kind.as_str() {
        "app_mention" if by_program(event) => Ok(Event::Ignored),
        "app_mention" => Ok(Event::AppMention(read_said(event, event)?)),
        "message" => read_message(event),
        "reaction_added" => read_reaction(event),
        "app_home_opened" if text_at(event, "/tab").is_none_or(|tab| tab == "home") => {
            Ok(Event::HomeOpened { user: required(event, "/user", "event.user")? })
        }
        "app_home_opened" => Ok(Event::Ignored),
        _ => Ok(Event::Other { kind }),
    }
}

/// A message, or what became of one. Joining and leaving, topics and the like are messages, too.
fn read_message(event: &Value) -> Result<Event, PayloadError> {
    match text_at(event, "/subtype").as_deref() {
        _ if by_program(event) => Ok(Event::Ignored),
        None | Some("file_share" | "thread_broadcast" | "me_message") => {
            Ok(Event::Message(read_said(event, event)?))
        }
        Some("message_changed") => read_changed(event),
        Some("message_deleted") => {
            let before = event.get("previous_message").unwrap_or(&Value::Null);
            if by_program(before) {
                return Ok(Event::Ignored);
            }
            Ok(Event::Deleted {
                channel: required(event, "/channel", "event.channel")?,
                ts: first_of(event, &["/deleted_ts", "/previous_message/ts"])
                    .ok_or(PayloadError::Missing("event.deleted_ts"))?,
                thread_ts: text_at(before, "/thread_ts"),
                user: text_at(before, "/user"),
            })
        }
        Some(subtype) => Ok(Event::Other { kind: format!("message.{subtype}") }),
    }
}

/// Slack says so, too, when a link is unfolded or a thread grows: then the words are the same.
fn read_changed(event: &Value) -> Result<Event, PayloadError> {
    let now = event.get("message").unwrap_or(&Value::Null);
    let before = event.get("previous_message").unwrap_or(&Value::Null);
    if by_program(now) {
        return Ok(Event::Ignored);
    }
    if text_at(now, "/subtype").as_deref() == Some("tombstone") {
        return Ok(Event::Deleted {
            channel: required(event, "/channel", "event.channel")?,
            ts: required(now, "/ts", "event.message.ts")?,
            thread_ts: first_of(now, &["/thread_ts"]).or_else(|| text_at(before, "/thread_ts")),
            user: text_at(before, "/user"),
        });
    }
    if now.get("text") == before.get("text") {
        return Ok(Event::Ignored);
    }
    Ok(Event::Changed(read_said(event, now)?))
}

fn read_reaction(event: &Value) -> Result<Event, PayloadError> {
    if text_at(event, "/item/type").as_deref() != Some("message") {
        return Ok(Event::Ignored);
    }
    let name = required(event, "/reaction", "event.reaction")?;
    Ok(Event::Reaction {
        user: required(event, "/user", "event.user")?,
        name: name.split("::").next().unwrap_or_default().to_owned(),
        channel: required(event, "/item/channel", "event.item.channel")?,
        ts: required(event, "/item/ts", "event.item.ts")?,
    })
}

/// A message as `said` has it, in the channel `event` names.
fn read_said(event: &Value, said: &Value) -> Result<Said, PayloadError> {
    let channel = required(event, "/channel", "event.channel")?;
    let kind = text_at(event, "/channel_type");
    let text = text_at(said, "/text").unwrap_or_default();
    Ok(Said {
        user: required(said, "/user", "event.user")?,
        is_direct: kind.map_or_else(|| channel.starts_with('D'), |kind| kind == "im"),
        channel,
        ts: required(said, "/ts", "event.ts")?,
        thread_ts: text_at(said, "/thread_ts"),
        text: plain(without_leading_mention(&text)),
        files: files(said.get("files")),
    })
}

/// Ours or another's: neither is a person.
fn by_program(said: &Value) -> bool {
    text_at(said, "/bot_id").is_some()
        || said.get("bot_profile").is_some_and(Value::is_object)
        || text_at(said, "/subtype").as_deref() == Some("bot_message")
        || text_at(said, "/user").as_deref() == Some("USLACKBOT")
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

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
