//! What things look like at rest. Domain values are JSON in one attribute, `data`; attributes
//! beside it exist only because a key, a condition or an erasure needs them.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use desk::access::Permit;
use desk::answer::Answers;
use desk::config::Config;
use desk::history::{Actor, Entry, Event, Text};
use desk::language::{Language, choose};
use desk::metadata::Metadata;
use desk::policy::Circumstances;
use desk::rule::{self, Facts, Says};
use desk::{Command, Number, Priority, Ticket, archive, next_moment, sla};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::key::{self, Key};

pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(crate) fn n(number: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

impl Key {
    pub(crate) fn attributes(self) -> Item {
        Item::from([("pk".into(), s(self.pk)), ("sk".into(), s(self.sk))])
    }

    /// The key with one JSON document.
    pub(crate) fn with(self, data: &impl Serialize) -> Result<Item, Error> {
        let what = self.pk.clone();
        let json = serde_json::to_string(data).map_err(|cause| Error::damaged(what, cause))?;
        let mut item = self.attributes();
        item.insert("data".into(), s(json));
        Ok(item)
    }
}

pub(crate) fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

pub(crate) fn number<T: std::str::FromStr>(item: &Item, name: &str) -> Option<T> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

/// Reads the document of an item.
pub(crate) fn data<T: DeserializeOwned>(item: &Item) -> Result<T, Error> {
    let what = || text(item, "pk").unwrap_or("an item without key").to_owned();
    let json = text(item, "data").ok_or_else(|| Error::damaged(what(), "no data attribute"))?;
    serde_json::from_str(json).map_err(|cause| Error::damaged(what(), cause))
}

/// A ticket as it stands, with the words a list needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// The fold of its history.
    pub ticket: Ticket,
    /// Its title, as it was given.
    pub title: String,
    /// The same in other languages.
    pub titles: BTreeMap<Language, String>,
    /// What the fields of its form say.
    pub answers: Answers,
    /// Notes of other systems.
    pub metadata: Metadata,
    /// Whom it is for, as they were known when it was opened.
    pub asker: Asker,
}

/// Enough of a requester to show them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asker {
    /// What they are called.
    pub name: String,
    /// Where mail reaches them.
    pub email: Option<String>,
}

impl Stored {
    /// What leave to do something comes to in its queue and with its form.
    pub(crate) fn in_its_place(&self, config: &Config, permits: Vec<Permit>) -> Vec<Permit> {
        let queue = self.ticket.queue.as_ref().and_then(|queue| config.queue(queue));
        let form = self.ticket.form.as_ref().and_then(|form| config.form(form));
        permits.into_iter().map(|permit| permit.in_queue(queue).by_form(form)).collect()
    }

    /// Another priority, with what is promised for it.
    pub fn prioritised(&self, config: &Config, to: Priority) -> Command {
        let mut ticket = Circumstances::of(&self.ticket, self.asker.email.as_deref());
        ticket.priority = to;
        Command::SetPriority { to, promise: Box::new(config.promise(&ticket)) }
    }

    /// Its title for whoever reads these languages, best first.
    pub fn title_for(&self, wanted: &[Language], desks: &Language) -> &str {
        let other = choose(self.ticket.language.as_ref(), self.titles.keys(), wanted, desks);
        other.and_then(|language| self.titles.get(language)).unwrap_or(&self.title)
    }

    /// Its words.
    pub fn says(&self) -> Says<'_> {
        Says { title: &self.title, answers: &self.answers }
    }

    /// What rules know of it besides the ticket.
    pub fn facts<'a>(&'a self, config: &'a Config) -> Facts<'a> {
        let Asker { name, email } = &self.asker;
        Facts { config, says: self.says(), said: None, name, email: email.as_deref() }
    }

    /// The ticket's item; the earliest instant at which it or a rule has something to do keys it.
    pub(crate) fn to_item(&self, config: &Config, now: Timestamp) -> Result<Item, Error> {
        let ticket = &self.ticket;
        let mut item = key::ticket(ticket.number).with(ticket)?;
        item.insert("version".into(), n(ticket.version));
        item.insert("title".into(), s(&self.title));
        put_beside(&mut item, "asker", &self.asker)?;
        if !self.answers.is_empty() {
            put_beside(&mut item, "answers", &self.answers)?;
        }
        if !self.metadata.is_empty() {
            put_beside(&mut item, "metadata", &self.metadata)?;
        }
        if !self.titles.is_empty() {
            put_beside(&mut item, "titles", &self.titles)?;
        }
        let due = sla::next_due(ticket).map_or(key::NEVER.into(), |(_, at)| key::instant(at));
        let place = format!("{due}#{:012}", ticket.number.0);
        if let (Some(queue), Some(closed)) = (&ticket.queue, ticket.closed_at) {
            index(&mut item, "work", key::queue_closed(queue, closed), key::instant(closed));
        } else if let Some(queue) = &ticket.queue {
            index(&mut item, "work", key::queue_open(queue), place.clone());
        }
        if let Some(agent) = ticket.assignee.as_ref().filter(|_| ticket.closed_at.is_none()) {
            index(&mut item, "mine", key::agent_open(agent), place);
        }
        let opened = format!("{}#{:012}", key::instant(ticket.opened_at), ticket.number.0);
        index(&mut item, "asked", key::asked(&ticket.requester), opened);
        let by_rule = rule::due::next_moment(ticket, &self.facts(config), now);
        let archive = archive::due(ticket);
        if let Some(moment) = next_moment(ticket).into_iter().chain(by_rule).chain(archive).min() {
            index(&mut item, "due", key::due_shard(ticket.number), key::instant(moment));
        }
        Ok(item)
    }

    pub(crate) fn from_item(item: &Item) -> Result<Stored, Error> {
        Ok(Stored {
            ticket: data(item)?,
            title: text(item, "title").unwrap_or_default().to_owned(),
            titles: beside(item, "titles")?,
            answers: beside(item, "answers")?,
            metadata: beside(item, "metadata")?,
            asker: beside(item, "asker")?,
        })
    }
}

/// Puts a document beside an item's own, under a name of its own.
pub(crate) fn put_beside(item: &mut Item, name: &str, data: &impl Serialize) -> Result<(), Error> {
    let json = serde_json::to_string(data).map_err(|cause| Error::damaged(name, cause))?;
    item.insert(name.to_owned(), s(json));
    Ok(())
}

/// Reads it; one that is absent is empty.
pub(crate) fn beside<T: DeserializeOwned>(item: &Item, name: &str) -> Result<T, Error> {
    let json = text(item, name).unwrap_or("{}");
    serde_json::from_str(json).map_err(|cause| Error::damaged(name, cause))
}

/// Puts an item into an index.
pub(crate) fn index(item: &mut Item, name: &str, partition: String, place: String) {
    item.insert(format!("{name}_pk"), s(partition));
    item.insert(format!("{name}_sk"), s(place));
}

/// An entry as it is stored: its words are elsewhere, its command is beside it.
#[derive(Serialize, Deserialize)]
struct StoredEntry {
    at: Timestamp,
    by: Actor,
    event: Event,
}

/// An entry's document, without its words.
pub(crate) fn entry_data(entry: &Entry) -> Result<String, Error> {
    let stored = StoredEntry { at: entry.at, by: entry.by.clone(), event: entry.event.clone() };
    serde_json::to_string(&stored).map_err(|cause| Error::damaged("an entry", cause))
}

pub(crate) fn entry_item(
    number: Number,
    seq: u32,
    entry: &Entry,
    command: &str,
) -> Result<Item, Error> {
    let stored = StoredEntry { at: entry.at, by: entry.by.clone(), event: entry.event.clone() };
    let mut item = key::entry(number, seq).with(&stored)?;
    item.insert("command".into(), s(command));
    Ok(item)
}

pub(crate) fn read_entry(item: &Item, text: Option<Text>) -> Result<Entry, Error> {
    let StoredEntry { at, by, event } = data(item)?;
    Ok(Entry { at, by, event, text })
}
