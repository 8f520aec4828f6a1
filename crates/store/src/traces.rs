//! How a person is known from what is kept: what is theirs for sure, what they are called, and what is
//! left of words and rows in which either stands. What is a row of which kind is not known here.

use desk::erasure::ERASED;
use desk::history::{Entry, Event, Text};
use desk::person::Identity;
use serde_json::Value;

use crate::erased::{Plan, Write};
use crate::erasure::Job;
use crate::error::Error;
use crate::item::{self, Item, s};

/// A name shorter than this is also a word of others.
const NAME_AT_LEAST: usize = 5;

/// How a person is known from what is kept.
pub(crate) struct Traces {
    /// Addresses and accounts: nobody else goes by them.
    sure: Vec<String>,
    /// What they are called; somebody else may be called so, too.
    names: Vec<String>,
}

impl Traces {
    pub fn of(job: &Job) -> Traces {
        let mut sure: Vec<String> = Vec::new();
        let mut names: Vec<String> = Vec::new();
        for person in &job.people {
            sure.extend(person.email.iter().chain(&person.addresses).cloned());
            sure.extend(person.phone.iter().filter(|phone| phone.len() >= NAME_AT_LEAST).cloned());
            for chat in &person.chat {
                match chat {
                    Identity::Slack { user, .. } | Identity::Discord { user } => {
                        sure.push(user.clone());
                    }
                    Identity::Email(address) => sure.push(address.clone()),
                }
            }
            names.push(person.name.clone());
        }
        Traces { sure, names }
    }

    /// Whether this is theirs alone.
    pub fn go_by(&self, from: &str) -> bool {
        self.sure.iter().any(|known| known.to_lowercase() == from.to_lowercase())
    }

    /// Whether they are called so, as others may be.
    pub fn are_called(&self, from: &str) -> bool {
        self.names.iter().any(|known| known.to_lowercase() == from.to_lowercase())
    }

    pub fn named_in(&self, text: &str) -> bool {
        self.all().any(|known| text.contains(known))
    }

    /// What is long enough to be nothing else.
    fn all(&self) -> impl Iterator<Item = &str> {
        let known = self.sure.iter().chain(&self.names).map(String::as_str);
        known.filter(|known| known.chars().count() >= NAME_AT_LEAST)
    }

    pub fn scrubbed(&self, text: &str) -> String {
        self.all().fold(text.to_owned(), |text, known| text.replace(known, ERASED))
    }

    /// What others wrote on their ticket, without their name.
    pub fn without(&self, text: &Text) -> Text {
        let clean = |text: &String| self.scrubbed(text);
        Text {
            title: text.title.as_ref().map(clean),
            body: self.scrubbed(&text.body),
            html: text.html.as_ref().map(clean),
            full: text.full.as_ref().map(clean),
            ..text.clone()
        }
    }

    /// The other side of a mail that did not arrive often says to whom.
    pub fn undelivered(&self, entry: &Entry, mut item: Item) -> Result<Option<Item>, Error> {
        let Event::Undeliverable { message, reason } = &entry.event else { return Ok(None) };
        let scrubbed = self.scrubbed(reason);
        if scrubbed == *reason {
            return Ok(None);
        }
        let event = Event::Undeliverable { message: message.clone(), reason: scrubbed };
        let entry = Entry { event, ..entry.clone() };
        item.insert("data".into(), s(item::entry_data(&entry)?));
        Ok(Some(item))
    }

    /// Rows of others may still name an address: a log, a note, a rule.
    pub fn elsewhere(&self, item: &Item, plan: &mut Plan) -> Result<(), Error> {
        let Some(data) = item::text(item, "data") else { return Ok(()) };
        let address = |known: &&String| known.contains('@');
        if !self.sure.iter().filter(address).any(|known| data.contains(known.as_str())) {
            return Ok(());
        }
        let value: Value = item::data(item)?;
        let mut written = item.clone();
        written.insert("data".into(), s(self.in_value(value).to_string()));
        plan.writes.push(Write::Over(item.clone(), written));
        Ok(())
    }

    /// The same document without their addresses.
    pub fn in_value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => {
                let addresses = self.sure.iter().filter(|known| known.contains('@'));
                Value::String(addresses.fold(text, |text, known| text.replace(known, ERASED)))
            }
            Value::Array(items) => {
                Value::Array(items.into_iter().map(|item| self.in_value(item)).collect())
            }
            Value::Object(map) => {
                Value::Object(map.into_iter().map(|(k, v)| (k, self.in_value(v))).collect())
            }
            plain => plain,
        }
    }
}
