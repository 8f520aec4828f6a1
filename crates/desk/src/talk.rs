//! What people say in chat: which message there some words are, and what became of them when whoever
//! wrote them edited or deleted them. The record keeps every version; what is read is the last.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::history::{Entry, Event, Text};
use crate::id::PersonId;
use crate::ticket::Place;

/// A message in chat that some words are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// The conversation it was said in.
    pub place: Place,
    /// What the service calls it.
    pub id: String,
    /// Said among agents, below the queue's card.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inside: bool,
}

/// What was said in an entry, by the entry and whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The entry.
    pub entry: u32,
    /// Whose words they are: nobody else changes them.
    pub author: PersonId,
    /// Who may read them.
    pub visibility: crate::event::Visibility,
}

impl Said {
    /// The words of an entry, where they are a person's and part of the conversation.
    pub fn of(seq: u32, entry: &Entry) -> Option<Said> {
        let visibility = entry.event.visibility()?;
        let author = entry.by.person_id()?.clone();
        Some(Said { entry: seq, author, visibility })
    }
}

/// What became of what was said.
#[derive(Clone, Debug, PartialEq)]
pub enum Change<'a> {
    /// It reads so from then on.
    Edited(Timestamp, &'a Text),
    /// It was taken back.
    Deleted(Timestamp),
}

/// What became of the messages of a history, by their entries; the last change counts.
pub fn changes<'a>(
    history: impl IntoIterator<Item = &'a (u32, Entry)>,
) -> BTreeMap<u32, Change<'a>> {
    let mut changes = BTreeMap::new();
    for (_, entry) in history {
        match (&entry.event, &entry.text) {
            (Event::MessageEdited { entry: said, .. }, Some(text)) => {
                changes.insert(*said, Change::Edited(entry.at, text));
            }
            (Event::MessageDeleted { entry: said, .. }, _) => {
                changes.insert(*said, Change::Deleted(entry.at));
            }
            _ => {}
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Visibility;
    use crate::history::Actor;

    #[test]
    fn the_last_change_of_a_message_counts() {
        let by = Actor::person(PersonId::from("kofi"));
        let at = Timestamp::UNIX_EPOCH;
        let says = |seq: u32, event: Event, words: &str| {
            (seq, Entry { at, by: by.clone(), event, text: Some(Text::plain(words)) })
        };
        let edited = |entry| Event::MessageEdited { entry, visibility: Visibility::Public };
        let history = [
            says(2, Event::RequesterReplied, "one"),
            says(3, Event::RequesterReplied, "two"),
            says(4, edited(2), "won"),
            says(5, Event::MessageDeleted { entry: 3, visibility: Visibility::Public }, ""),
            says(6, edited(2), "One."),
        ];
        let changes = changes(&history);
        assert_eq!(changes.len(), 2);
        assert_eq!(changes[&2], Change::Edited(at, &Text::plain("One.")));
        assert_eq!(changes[&3], Change::Deleted(at));
        let said = Said::of(2, &history[0].1).unwrap();
        assert_eq!((said.author.as_str(), said.visibility), ("kofi", Visibility::Public));
        let nobodys = Entry { by: Actor::System, ..history[0].1.clone() };
        assert_eq!(Said::of(2, &nobodys), None);
    }
}
