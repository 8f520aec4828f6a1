//! The one way to write a ticket: read it, decide, commit; when the race was lost, decide again.
//!
//! Entries at their sequence numbers are the lock. They commit together with the snapshot, the words,
//! what is owed, what arrived and the key that keeps it from happening twice. Each entry carries its
//! command's id, so that after a lost answer we read what stands there and know whose it is.

use std::time::Duration;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use desk::access::{Permit, Who, permit};
use desk::config::Config;
use desk::history::{Entry, Event, Text};
use desk::lifecycle::Opening;
use desk::person::Person;
use desk::ticket::Place;
use desk::{
    Channel, Command, Number, Priority, QueueId, Refusal, Ticket, Type, decide, evolve, outbox,
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::item::{self, Asker, Item, Stored, n, s};
use crate::ledger::Arrival;
use crate::{Store, key, lane, people};

/// What one transaction may hold, by DynamoDB's limits.
const ITEMS_AT_MOST: usize = 100;
/// How often a lost race is run again before the desk says it is busy.
const TRIES: u32 = 24;
/// Words longer than this, in bytes, are kept in S3.
const BODY_AT_MOST: usize = 16 * 1024;

/// Keeps one request from happening twice.
#[derive(Clone, Debug)]
pub struct Once {
    /// Which door it came by.
    pub door: &'static str,
    /// What the door calls it.
    pub id: String,
    /// When it may be forgotten, by the machine's clock.
    pub expires: Timestamp,
    /// A hash of the request, where the same key with another request is an error.
    pub fingerprint: Option<String>,
}

/// What is known of a request that happened before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// The ticket it was about.
    pub number: Number,
    /// The hash it came with.
    pub fingerprint: Option<String>,
    /// What was answered.
    pub answer: Option<String>,
}

/// How a change ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Done {
    /// It happened now.
    Now(Box<Stored>),
    /// It had happened before; nothing was changed.
    Before(Earlier),
}

/// What comes along with a command.
#[derive(Clone, Default)]
pub struct Along {
    /// Not twice.
    pub once: Option<Once>,
    /// The ledger's line.
    pub arrival: Option<Arrival>,
    /// Threads that belong to the ticket from now on.
    pub threads: Vec<Place>,
    /// A message owed that this settles: its row goes.
    pub settles: Option<key::Key>,
}

/// A request to open a ticket.
#[derive(Clone)]
pub struct NewTicket {
    /// Who asks, with what right.
    pub who: Who,
    /// Whom it is for; made known in the same transaction if new.
    pub requester: Person,
    /// Whether `requester` is unknown so far.
    pub is_new: bool,
    /// What kind of request.
    pub kind: Type,
    /// How soon it matters.
    pub priority: Priority,
    /// How it arrived.
    pub channel: Channel,
    /// Where it goes.
    pub queue: QueueId,
    /// The thread it began.
    pub origin: Option<Place>,
    /// Sent by a machine.
    pub silent: bool,
    /// Another system's id.
    pub external_id: Option<String>,
    /// Title and description.
    pub text: Text,
}

/// A transaction that did not commit.
#[derive(Debug)]
pub(crate) enum Lost {
    /// A condition failed, or somebody else was at it.
    Race,
    /// Anything else; it may have committed all the same.
    Other(Error),
}

/// Makes the answer that is kept with a [`Once`], from the ticket as it now stands and the entries
/// that brought it there; the last of them is at `version`.
pub type Answer<'a> = &'a (dyn Fn(&Stored, &[Entry]) -> Option<String> + Sync);

/// Keeps no answer.
pub fn no_answer(_: &Stored, _: &[Entry]) -> Option<String> {
    None
}

impl Store {
    /// Opens a ticket: at most the counter and one transaction.
    pub async fn open(
        &self,
        new: NewTicket,
        along: Along,
        answer: Answer<'_>,
    ) -> Result<Done, Error> {
        let config = self.config().await?;
        let number = self.next_number().await?;
        let mut new = new;
        for attempt in 0..TRIES {
            let permit = permit(&new.who, None, opening(&new, number, &config))?;
            let entries = decide(None, &permit, self.now())?;
            let draft = Draft { before: None, new: Some(&new), entries, along: &along };
            if let Some(done) = self.commit(draft, &config, answer).await? {
                return Ok(done);
            }
            self.back_off(attempt).await;
            self.meet_again(&mut new).await?;
        }
        Err(Error::Busy)
    }

    /// Whoever was new a moment ago may have been made known by another request since.
    async fn meet_again(&self, new: &mut NewTicket) -> Result<(), Error> {
        let names = people::names(&new.requester);
        for name in names.iter().filter(|_| new.is_new) {
            let Some(known) = self.find_person(name).await? else { continue };
            if new.who.id == new.requester.id {
                new.who.id = known.id.clone();
            }
            new.requester = known;
            new.is_new = false;
            return Ok(());
        }
        Ok(())
    }

    /// Changes a ticket. `wish` looks at it as it stands and says what is wanted, or why it cannot
    /// be; it is asked again whenever somebody else was faster.
    pub async fn change(
        &self,
        number: Number,
        along: Along,
        wish: impl Fn(&Stored, &Config) -> Result<Permit, Refusal>,
        answer: Answer<'_>,
    ) -> Result<Done, Error> {
        for attempt in 0..TRIES {
            let config = self.config().await?;
            let stored = self.ticket(number).await?.ok_or(Refusal::NotOpened)?;
            let decided = wish(&stored, &config)
                .and_then(|permit| decide(Some(&stored.ticket), &permit, self.now()));
            let entries = match decided {
                Ok(entries) => entries,
                Err(refusal) => return self.refuse(refusal, &along).await,
            };
            if entries.is_empty() && along.is_empty() {
                return Ok(Done::Now(Box::new(stored)));
            }
            let draft = Draft { before: Some(&stored), new: None, entries, along: &along };
            if let Some(done) = self.commit(draft, &config, answer).await? {
                return Ok(done);
            }
            self.back_off(attempt).await;
        }
        Err(Error::Busy)
    }

    /// A refusal, unless the same request was carried out before.
    async fn refuse(&self, refusal: Refusal, along: &Along) -> Result<Done, Error> {
        if let Some(once) = &along.once
            && let Some(earlier) = self.earlier(once.door, &once.id).await?
        {
            return Ok(Done::Before(earlier));
        }
        Err(Error::Refused(refusal))
    }

    /// What is known of a request with this key; nothing once it has expired.
    pub async fn earlier(&self, door: &str, id: &str) -> Result<Option<Earlier>, Error> {
        let Some(item) = self.get(key::seen(door, id), true).await? else { return Ok(None) };
        let expires: i64 = item::number(&item, "expires").unwrap_or(0);
        if expires <= self.wall().as_second() {
            return Ok(None);
        }
        Ok(Some(Earlier {
            number: Number(item::number(&item, "number").unwrap_or(0)),
            fingerprint: item::text(&item, "fingerprint").map(str::to_owned),
            answer: item::text(&item, "answer").map(str::to_owned),
        }))
    }

    /// Keeps what was answered to a request that changed no ticket.
    pub async fn remember_answer(&self, once: &Once, answer: String) -> Result<(), Error> {
        let item = self.put_once(once, Number(0), Some(answer))?;
        match self.transact(vec![item], &self.fresh_id()).await {
            Ok(()) | Err(Lost::Race) => Ok(()),
            Err(Lost::Other(error)) => Err(error),
        }
    }

    /// Commits a draft. None where somebody else was faster: decide again.
    async fn commit(
        &self,
        draft: Draft<'_>,
        config: &Config,
        answer: Answer<'_>,
    ) -> Result<Option<Done>, Error> {
        let command = self.fresh_id();
        let stored = draft.outcome()?;
        let items = self.items(&draft, &stored, config, &command, answer).await?;
        let first = draft.first_seq();
        let lost = match self.transact(items, &command).await {
            Ok(()) => return Ok(Some(Done::Now(Box::new(stored)))),
            Err(lost) => lost,
        };
        if !draft.entries.is_empty() && self.is_ours(stored.ticket.number, first, &command).await {
            return Ok(Some(Done::Now(Box::new(stored))));
        }
        if let Some(once) = &draft.along.once
            && let Some(earlier) = self.earlier(once.door, &once.id).await?
        {
            return Ok(Some(Done::Before(earlier)));
        }
        match lost {
            Lost::Race => Ok(None),
            Lost::Other(error) => Err(error),
        }
    }

    /// Whether the entry at this place was written by this command.
    async fn is_ours(&self, number: Number, seq: u32, command: &str) -> bool {
        let entry = self.get(key::entry(number, seq), true).await;
        entry.is_ok_and(|entry| {
            entry.is_some_and(|item| item::text(&item, "command") == Some(command))
        })
    }

    async fn items(
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
            items.push(self.put_snapshot(draft, stored)?);
        }
        for (seq, entry) in (draft.first_seq()..).zip(&draft.entries) {
            items.push(self.put_new(item::entry_item(number, seq, entry, command)?)?);
            if let Some(text) = entry.text.as_ref().filter(|text| **text != Text::default()) {
                items.push(self.put(self.body_item(number, seq, text).await?)?);
            }
        }
        let queue = stored.ticket.queue.as_ref().and_then(|queue| config.queue(queue));
        for owed in outbox::outgoing(&stored.ticket, queue, draft.first_seq(), &draft.entries) {
            items.push(self.put_new(lane::row(&owed, self.now())?)?);
        }
        let answer = draft.along.once.as_ref().and_then(|_| answer(stored, &draft.entries));
        self.items_along(draft.along, stored, answer, &mut items)?;
        if let Some(new) = draft.new.filter(|new| new.is_new) {
            items.extend(self.put_person(&new.requester)?);
        }
        if items.len() > ITEMS_AT_MOST {
            return Err(Error::TooLarge { items: items.len() });
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
            items.push(self.put(thread_item(place, number))?);
        }
        if let Some(settled) = &along.settles {
            items.push(self.delete(settled.clone())?);
        }
        Ok(())
    }

    fn put_snapshot(&self, draft: &Draft<'_>, stored: &Stored) -> Result<TransactWriteItem, Error> {
        let item = stored.to_item()?;
        let Some(before) = draft.before else { return self.put_new(item) };
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("version = :read")
            .expression_attribute_values(":read", n(before.ticket.version))
            .build()
            .map_err(|cause| Error::damaged("a write", cause))?;
        Ok(TransactWriteItem::builder().put(put).build())
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

    fn put_once(
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

    pub(crate) fn put(&self, item: Item) -> Result<TransactWriteItem, Error> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).build();
        let put = put.map_err(|cause| Error::damaged("a write", cause))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    pub(crate) fn put_new(&self, item: Item) -> Result<TransactWriteItem, Error> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .map_err(|cause| Error::damaged("a write", cause))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Removes an item that must be there.
    pub(crate) fn delete(&self, key: key::Key) -> Result<TransactWriteItem, Error> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .condition_expression("attribute_exists(pk)")
            .build()
            .map_err(|cause| Error::damaged("a write", cause))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    pub(crate) async fn transact(
        &self,
        items: Vec<TransactWriteItem>,
        token: &str,
    ) -> Result<(), Lost> {
        let sent = self
            .db
            .transact_write_items()
            .set_transact_items(Some(items))
            .client_request_token(token.get(..36).unwrap_or(token))
            .send()
            .await;
        let Err(error) = sent else { return Ok(()) };
        if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
            error.as_service_error()
        {
            tracing::debug!(reasons = ?cancelled.cancellation_reasons(), "lost a race");
            return Err(Lost::Race);
        }
        let conflict = error.code().is_some_and(|code| code.contains("TransactionConflict"));
        if conflict {
            return Err(Lost::Race);
        }
        Err(Lost::Other(Error::from_sdk("commit to the table", error)))
    }

    async fn next_number(&self) -> Result<Number, Error> {
        let answer = self
            .db
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key::counter().attributes()))
            .update_expression("ADD last_number :one")
            .expression_attribute_values(":one", n(1))
            .return_values(aws_sdk_dynamodb::types::ReturnValue::UpdatedNew)
            .send()
            .await
            .map_err(|e| Error::from_sdk("take a number", e))?;
        let number = answer.attributes().and_then(|item| item::number(item, "last_number"));
        number.map(Number).ok_or_else(|| Error::damaged("the counter", "no number"))
    }

    /// Waits a little longer each time, never as long as anybody else.
    async fn back_off(&self, attempt: u32) {
        let most = 5u64.saturating_mul(1 << attempt.min(6));
        let wait = rand::random_range(1..=most);
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
}

impl Along {
    fn is_empty(&self) -> bool {
        let Along { once, arrival, threads, settles } = self;
        once.is_none() && arrival.is_none() && threads.is_empty() && settles.is_none()
    }
}

/// Entries about to be committed.
struct Draft<'a> {
    before: Option<&'a Stored>,
    new: Option<&'a NewTicket>,
    entries: Vec<Entry>,
    along: &'a Along,
}

impl Draft<'_> {
    fn first_seq(&self) -> u32 {
        self.before.map_or(0, |stored| stored.ticket.version) + 1
    }

    /// The ticket once this is committed.
    fn outcome(&self) -> Result<Stored, Error> {
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
        Ok(Stored { ticket, title: self.title(), asker })
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

fn opening(new: &NewTicket, number: Number, config: &Config) -> Command {
    Command::Open(Box::new(Opening {
        number,
        requester: new.requester.id.clone(),
        kind: new.kind,
        priority: new.priority,
        channel: new.channel,
        promise: config.promise(new.priority),
        queue: new.queue.clone(),
        origin: new.origin.clone(),
        silent: new.silent,
        external_id: new.external_id.clone(),
        text: new.text.clone(),
    }))
}

pub(crate) fn thread_item(place: &Place, number: Number) -> Item {
    let key = match place {
        Place::Mail { message_id } => key::mail_thread(&thread_hash(message_id)),
        Place::Slack { team, channel, thread } => key::slack_thread(team, channel, thread),
    };
    let mut item = key.attributes();
    item.insert("number".into(), n(number.0));
    item
}

/// A Message-ID as it is looked up: strangers choose them, so their length and letters are not ours.
pub(crate) fn thread_hash(message_id: &str) -> String {
    hex::encode(Sha256::digest(message_id.trim().as_bytes()))
}
