//! What an interaction is answered with: at once, or late, when Discord has shown "thinking …" for a
//! while and only a message can take its place.

use chat::discord::{card, ephemeral};
use serde_json::{Value, json};
use verbs::Reply;

/// An answer, before it is Discord's.
pub(crate) enum Said {
    /// What a verb answered, for whoever asked alone.
    Reply(Reply),
    /// A message for whoever asked alone.
    Message(Value),
    /// A message for everybody in the channel.
    Public(Value),
    /// What the message shows from now on whose button was pressed.
    Update(Value),
    /// A modal, which can only be the first answer.
    Modal(Value),
}

impl Said {
    pub(crate) fn notice(words: &str) -> Said {
        Said::Message(card::notice(words))
    }

    /// As the answer to the interaction itself.
    pub(crate) fn at_once(self) -> Value {
        match self {
            Said::Reply(reply) => ephemeral(message(reply)),
            Said::Message(message) => ephemeral(message),
            Said::Public(message) => json!({ "type": 4, "data": message }),
            Said::Update(message) => json!({ "type": 7, "data": message }),
            Said::Modal(modal) => modal,
        }
    }

    /// As the message that takes the place of "thinking …".
    pub(crate) fn late(self) -> Value {
        match self {
            Said::Reply(reply) => message(reply),
            Said::Message(message) | Said::Public(message) | Said::Update(message) => message,
            Said::Modal(_) => card::notice("That took too long to open. Please try it once more."),
        }
    }
}

/// What a verb answered, as a message.
pub(crate) fn message(reply: Reply) -> Value {
    match reply {
        Reply::Notice(text) => card::notice(&text),
        Reply::Lines(lines) => card::lines(&lines),
        Reply::List(heading, views) => card::list(&heading, &views),
        Reply::Card(sentence, view, buttons) if sentence.is_empty() => card::card(&view, &buttons),
        Reply::Card(sentence, view, buttons) => card::above(&sentence, card::card(&view, &buttons)),
    }
}
