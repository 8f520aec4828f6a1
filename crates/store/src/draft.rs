//! A command on its way into the table: the entries it was decided to be, and every item that is
//! written with them.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use desk::answer::Answers;
use desk::config::Config;
use desk::history::{Entry, Event, Text};
use desk::language::Language;
use desk::metadata::Metadata;
use desk::outbox::Scene;
use desk::rule::{self, Facts};
use desk::texts::Part;
use desk::{Number, Ticket, evolve, outbox, webhook};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::change::{Along, Answer, NewTicket, Once, Received};
use crate::error::Error;
use crate::item::{self, Asker, Item, Stored, n, s};
use crate::{Store, correspondence, key, lane, talk};

/// What one transaction may hold, by DynamoDB's limits.
pub(crate) const ITEMS_AT_MOST: usize = 100;
/// Words longer than this, in bytes, are kept in S3.
const BODY_AT_MOST: usize = 16 * 1024;

/// Entries about to be committed.
pub(crate) struct Draft<'a> {
    pub before: Option<&'a Stored>,
    pub new: Option<&'a NewTicket>,
    pub entries: Vec<Entry>,
    pub along: &'a Along,
    /// Whether it is the clock that asks: then rules that wait for time run, too.
    pub ticking: bool,
}

impl<'a> Draft<'a> {
    /// What somebody asked for, not the clock.
    pub fn of(
        before: Option<&'a Stored>,
        new: Option<&'a NewTicket>,
        entries: Vec<Entry>,
        along: &'a Along,
    ) -> Draft<'a> {
        Draft { before, new, entries, along, ticking: false }
    }
}

impl Draft<'_> {
    pub fn first_seq(&self) -> u32 {
        self.before.map_or(0, |stored| stored.ticket.version) + 1
    }

    /// Where this draft writes its first entry.
    pub fn first_entry(&self) -> Option<(Number, u32)> {
        let number = match (self.before, self.entries.first()) {
            (Some(stored), Some(_)) => stored.ticket.number,
            (None, Some(Entry { event: Event::Opened { number, .. }, .. })) => *number,
            (None, _) | (_, None) => return None,
        };
        Some((number, self.first_seq()))
    }

    /// The ticket once this is committed.
    pub fn outcome(&self) -> Result<Stored, Error> {
        let before = self.before.map(|stored| stored.ticket.clone());
        let ticket: Option<Ticket> = self.entries.iter().fold(before, evolve);
        let ticket = ticket.ok_or_else(|| Error::damaged("a draft", "it opens nothing"))?;
        let asker = match (self.before, self.new) {
            (Some(stored), _) => stored.asker.clone(),
            (None, Some(new)) => {
                Asker { name: new.requester.name.clone(), email: new.requester.email.clone() }
            }
            (None, None) => Asker { name: String::new(), email: None },
        };
        let (title, answers, metadata) = (self.title(), self.answers(), self.metadata());
        Ok(Stored { ticket, title, titles: self.titles(), answers, metadata, asker })
    }

    /// The same with what rules make of it.
    pub fn ruled(&self, config: &Config, now: Timestamp) -> Result<Self, Error> {
        let outcome = self.outcome()?;
        let before = self.before.map(|stored| &stored.ticket);
        let facts = Facts { said: self.before.map(Stored::says), ..outcome.facts(config) };
        let more = rule::follow(before, &self.entries, &facts, now, self.ticking);
        Ok(self.with(more))
    }

    /// The same, on which rules did so much that it cannot be written at once: they did nothing.
    pub fn unruled(&self, ruled: &Self) -> Self {
        let more = ruled.entries.get(self.entries.len()..).unwrap_or_default();
        self.with(rule::run::cut(more))
    }

    fn with(&self, more: Vec<Entry>) -> Self {
        let entries = self.entries.iter().cloned().chain(more).collect();
        Draft { entries, ..*self }
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.along.is_empty()
    }

    /// What the fields of the form say, as it was last said.
    fn answers(&self) -> Answers {
        let says = |entry: &&Entry| {
            matches!(entry.event, Event::FormFilled { .. } | Event::FieldsSet { .. })
        };
        let said = self.entries.iter().rev().find(says);
        let said = said.and_then(|entry| Some(entry.text.as_ref()?.answers.clone()));
        said.or_else(|| self.before.map(|stored| stored.answers.clone())).unwrap_or_default()
    }

    /// The notes of other systems, as they were last given.
    fn metadata(&self) -> Metadata {
        let said = |entry: &Entry| entry.text.as_ref()?.metadata.clone();
        let said = self.entries.iter().rev().find_map(said);
        said.or_else(|| self.before.map(|stored| stored.metadata.clone())).unwrap_or_default()
    }

    /// The title in other languages; a new title is in none of them yet.
    fn titles(&self) -> BTreeMap<Language, String> {
        let mut titles = self.before.map(|stored| stored.titles.clone()).unwrap_or_default();
        for entry in &self.entries {
            match &entry.event {
                Event::Opened { .. } | Event::Retitled => titles.clear(),
                Event::Translated { part: Part::Title, language } => {
                    let title = entry.text.as_ref().map(|text| text.body.clone());
                    titles.insert(language.clone(), title.unwrap_or_default());
                }
                _ => {}
            }
        }
        titles
    }

    fn title(&self) -> String {
        let retitled = self
            .entries
            .iter()
            .rev()
            .find(|entry| matches!(entry.event, Event::Opened { .. } | Event::Retitled));
        let title = retitled.and_then(|entry| entry.text.as_ref()?.title.clone());
        title.or_else(|| self.before.map(|stored| stored.title.clone())).unwrap_or_default()
    }
}

impl Store {
    pub(crate) async fn items(
        &self,
        draft: &Draft<'_>,
        stored: &Stored,
        config: &Config,
        command: &str,
        answer: Answer<'_>,
    ) -> Result<Vec<TransactWriteItem>, Error> {
        let number = stored.ticket.number;
        let mut items = Vec::new();
        if !draft.entries.is_empty() {
            items.push(self.put_snapshot(draft, stored, config)?);
        }
        for (seq, entry) in (draft.first_seq()..).zip(&draft.entries) {
            items.push(self.put_new(item::entry_item(number, seq, entry, command)?)?);
            if let Some(text) = entry.text.as_ref().filter(|text| **text != Text::default()) {
                items.push(self.put(self.body_item(number, seq, text).await?)?);
                if let Some(chat) = &text.chat {
                    items.push(self.put(talk::said(chat, number, seq))?);
                }
            }
        }
        let queue = stored.ticket.queue.as_ref().and_then(|queue| config.queue(queue));
        let before = draft.before.map(|before| &before.ticket);
        let scene = Scene { before, ticket: &stored.ticket, queue, members: &config.members };
        for owed in outbox::outgoing(&scene, draft.first_seq(), &draft.entries) {
            items.push(self.put_new(lane::row(&owed, self.now())?)?);
        }
        let hooks = &config.webhooks;
        for owed in webhook::outgoing(&stored.ticket, hooks, draft.first_seq(), &draft.entries) {
            items.push(self.put_new(lane::row(&owed, self.now())?)?);
        }
        let answer = draft.along.once.as_ref().and_then(|_| answer(stored, &draft.entries));
        self.items_along(draft.along, stored, answer, &mut items)?;
        if let Some(new) = draft.new.filter(|new| new.is_new) {
            items.extend(self.put_person(&new.requester)?);
        }
        if draft.new.is_some() {
            items.extend(self.put_pointers(&stored.ticket)?);
        }
        Ok(items)
    }

    fn items_along(
        &self,
        along: &Along,
        stored: &Stored,
        answer: Option<String>,
        items: &mut Vec<TransactWriteItem>,
    ) -> Result<(), Error> {
        let number = stored.ticket.number;
        if let Some(once) = &along.once {
            items.push(self.put_once(once, number, answer)?);
        }
        if let Some(arrival) = &along.arrival {
            items.push(self.put(arrival.clone().about(number).item()?)?);
        }
        for place in &along.threads {
            items.push(self.put(talk::thread(place, number))?);
        }
        for Received { message_id, shared } in &along.mails {
            items.push(self.put(correspondence::received(message_id, *shared, number))?);
        }
        if let Some(settled) = &along.settles {
            items.push(self.delete(settled.clone())?);
        }
        for upload in &along.uploads {
            items.push(self.put_used(upload)?);
        }
        if let Some(turn) = &along.turn {
            items.push(self.put_turn(turn)?);
        }
        Ok(())
    }

    /// Where a new ticket is found besides: under its organisation, and by what others call it.
    fn put_pointers(&self, ticket: &Ticket) -> Result<Vec<TransactWriteItem>, Error> {
        let number = ticket.number;
        let organisation = ticket.organisation.as_ref();
        let organisation = organisation.map(|id| key::organisation_ticket(id, number));
        let external = ticket.external_id.as_ref();
        let external = external.map(|id| key::external_ticket(id, number));
        organisation.into_iter().chain(external).map(|key| self.put(key.attributes())).collect()
    }

    fn put_snapshot(
        &self,
        draft: &Draft<'_>,
        stored: &Stored,
        config: &Config,
    ) -> Result<TransactWriteItem, Error> {
        let item = stored.to_item(config, self.now())?;
        let Some(before) = draft.before else { return self.put_new(item) };
        self.put_at(item, before.ticket.version)
    }

    /// Words; long ones go to S3 first, under the hash of what they are.
    async fn body_item(&self, number: Number, seq: u32, text: &Text) -> Result<Item, Error> {
        let item = key::body(number, seq).with(text)?;
        let json = item::text(&item, "data").unwrap_or_default().to_owned();
        if json.len() <= BODY_AT_MOST {
            return Ok(item);
        }
        let blob = format!("ticket/{}/{}", number.0, hex::encode(Sha256::digest(&json)));
        self.put_blob(&blob, json.into_bytes(), "application/json").await?;
        let mut item = key::body(number, seq).attributes();
        item.insert("blob".into(), s(blob));
        Ok(item)
    }

    pub(crate) fn put_once(
        &self,
        once: &Once,
        number: Number,
        answer: Option<String>,
    ) -> Result<TransactWriteItem, Error> {
        let mut item = key::seen(once.door, &once.id).attributes();
        item.insert("expires".into(), n(once.expires.as_second()));
        item.insert("number".into(), n(number.0));
        if let Some(fingerprint) = &once.fingerprint {
            item.insert("fingerprint".into(), s(fingerprint));
        }
        if let Some(answer) = answer {
            item.insert("answer".into(), s(answer));
        }
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR expires <= :now")
            .expression_attribute_values(":now", n(self.wall().as_second()))
            .build()
            .map_err(|cause| Error::damaged("a write", cause))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}
