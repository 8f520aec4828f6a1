//! The one way to write a ticket: read it, decide, commit; when the race was lost, decide again.
//!
//! Entries at their sequence numbers are the lock. They commit together with the snapshot, the words,
//! what is owed, what arrived and the key that keeps it from happening twice. Each entry carries its
//! command's id, so that after a lost answer we read what stands there and know whose it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::types::TransactWriteItem;
use desk::access::{Permit, Who, permit};
use desk::command::{Filled, Opening};
use desk::config::Config;
use desk::history::{Entry, Text};
use desk::person::Person;
use desk::policy::Circumstances;
use desk::ticket::Place;
use desk::{
    Acknowledgement, Channel, Command, Number, PersonId, Priority, QueueId, Refusal, Ticket, Type,
    decide, evolve, fold,
};
use jiff::Timestamp;

use crate::draft::{Draft, ITEMS_AT_MOST};
use crate::error::Error;
use crate::item::{self, Stored, n};
use crate::ledger::Arrival;
use crate::rota::Turn;
use crate::together::follow_up;
use crate::transaction::Lost;
use crate::upload::Upload;
use crate::{Store, key};

/// How often a lost race is run again before the desk says it is busy.
pub(crate) const TRIES: u32 = 24;

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

/// A mail somebody sent, or wrote of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Its Message-ID, without `<>`.
    pub message_id: String,
    /// Others than its sender and the desk know of it.
    pub shared: bool,
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
    /// Mails that belong to it from now on.
    pub mails: Vec<Received>,
    /// A message owed that this settles: its row goes.
    pub settles: Option<key::Key>,
    /// Files somebody brought that this uses; they are kept already.
    pub uploads: Vec<Upload>,
    /// The turn this takes. Whoever loses it to somebody else chooses again themselves.
    pub turn: Option<Turn>,
    /// Tells the caller how far it came, should they stop waiting.
    pub underway: Underway,
}

/// Raised just before a transaction leaves. Whoever stops waiting before that knows that nothing was
/// written; after it, only the table knows.
#[derive(Clone, Debug, Default)]
pub struct Underway(Arc<AtomicBool>);

impl Underway {
    /// Whether something may have been written.
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// From now on something may have been written.
    pub fn raise(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
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
    /// The same in other languages: commands to translate.
    pub translations: Vec<Command>,
    /// The closed ticket it goes on from.
    pub follow_up_of: Option<Number>,
    /// The form it is opened with.
    pub form: Option<Filled>,
    /// What the door adds.
    pub besides: Besides,
}

/// What a door adds to a new ticket on the desk's behalf.
#[derive(Clone, Debug, Default)]
pub struct Besides {
    /// What the requester is told of its arrival.
    pub receipt: Acknowledgement,
    /// Who is told what the requester is told, from the beginning.
    pub followers: Vec<PersonId>,
    /// What agents should know of it.
    pub notes: Vec<Text>,
}

impl Besides {
    /// It as entries of the ticket these opened.
    fn entries(&self, opened: &[Entry], now: Timestamp) -> Result<Vec<Entry>, Refusal> {
        let followers = self.followers.iter().cloned().map(Permit::in_copy);
        let permits: Vec<Permit> =
            followers.chain(self.notes.iter().cloned().map(Permit::note)).collect();
        match fold(opened) {
            Some(ticket) => decide_all(&ticket, &permits, now),
            None => Err(Refusal::NotOpened),
        }
    }
}

impl NewTicket {
    /// What its promise is chosen by.
    fn circumstances(&self) -> Circumstances<'_> {
        Circumstances {
            queue: Some(&self.queue),
            kind: self.kind,
            priority: self.priority,
            channel: self.channel,
            email: self.requester.email.as_deref(),
            form: self.form.as_ref().map(|filled| &filled.form),
        }
    }
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
            let mut entries = decide(None, &permit, self.now())?;
            entries.extend(translated(&new, &entries, self.now())?);
            entries.extend(new.besides.entries(&entries, self.now())?);
            let closed = self.went_on_from(&new).await?;
            let aside = Along::default();
            let mut told = None;
            if let Some(closed) = &closed {
                let (here, there) = follow_up(&entries, &closed.ticket, self.now())?;
                entries.extend(here);
                let (before, along) = (Some(closed), &aside);
                told = Some(Draft::of(before, None, there, along));
            }
            let opened = Draft::of(None, Some(&new), entries, &along);
            let drafts = std::iter::once(opened).chain(told).collect();
            if let Some(done) = Box::pin(self.commit(drafts, &config, answer)).await? {
                return Ok(done);
            }
            self.back_off(attempt).await;
            self.meet_again(&mut new).await?;
        }
        Err(Error::Busy)
    }

    /// Whoever was new a moment ago may have been made known by another request since.
    async fn meet_again(&self, new: &mut NewTicket) -> Result<(), Error> {
        let names = new.requester.names();
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
        let one = |stored: &Stored, config: &Config| wish(stored, config).map(|one| vec![one]);
        self.change_at_once(number, along, one, answer).await
    }

    /// The same with several commands, of which all are carried out or none.
    pub async fn change_at_once(
        &self,
        number: Number,
        along: Along,
        wish: impl Fn(&Stored, &Config) -> Result<Vec<Permit>, Refusal>,
        answer: Answer<'_>,
    ) -> Result<Done, Error> {
        self.change_from(None, number, along, wish, answer).await
    }

    /// Lets the clock move a ticket; `known` is how it was read a moment ago.
    pub async fn tick(&self, number: Number, known: Option<Stored>) -> Result<Done, Error> {
        let wish = |_: &Stored, _: &Config| Ok(vec![Permit::tick()]);
        self.change_from(known, number, Along::default(), wish, &no_answer).await
    }

    /// `known` is the ticket as it was read a moment ago; it is read again once that is not true.
    async fn change_from(
        &self,
        known: Option<Stored>,
        number: Number,
        along: Along,
        wish: impl Fn(&Stored, &Config) -> Result<Vec<Permit>, Refusal>,
        answer: Answer<'_>,
    ) -> Result<Done, Error> {
        let mut known = known;
        for attempt in 0..TRIES {
            let config = self.config().await?;
            let stored = match known.take() {
                Some(stored) => stored,
                None => self.ticket(number).await?.ok_or(Refusal::NotOpened)?,
            };
            let decided = wish(&stored, &config).and_then(|permits| {
                let permits = stored.in_its_place(&config, permits);
                let ticking = permits.iter().any(|permit| *permit.command() == Command::Tick);
                Ok((decide_all(&stored.ticket, &permits, self.now())?, ticking))
            });
            let (entries, ticking) = match decided {
                Ok(decided) => decided,
                Err(refusal) => return self.refuse(refusal, &along).await,
            };
            let draft = Draft { ticking, ..Draft::of(Some(&stored), None, entries, &along) };
            if let Some(done) = Box::pin(self.commit(vec![draft], &config, answer)).await? {
                return Ok(done);
            }
            self.back_off(attempt).await;
            if along.turn.is_some() {
                break;
            }
        }
        Err(Error::Busy)
    }

    /// A refusal, unless the same request was carried out before.
    pub(crate) async fn refuse(&self, refusal: Refusal, along: &Along) -> Result<Done, Error> {
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
        self.written_if_so(vec![item]).await
    }

    /// Commits drafts in one transaction; the answer is about the first. None where somebody else was
    /// faster: decide again. It is large: whoever waits for it keeps it on the heap.
    pub(crate) async fn commit(
        &self,
        drafts: Vec<Draft<'_>>,
        config: &Config,
        answer: Answer<'_>,
    ) -> Result<Option<Done>, Error> {
        let command = self.fresh_id();
        let now = self.now();
        let ruled = drafts.iter().map(|draft| draft.ruled(config, now));
        let mut ruled = ruled.collect::<Result<Vec<_>, _>>()?;
        let (mut stored, mut items) = self.written(&ruled, config, &command, answer).await?;
        if ruled.iter().all(Draft::is_empty) {
            // A rule that wanted it now wants it later by now: else it would be due every minute.
            if drafts.iter().any(|draft| draft.ticking) && !config.rules.is_empty() {
                self.wake_by_rules(stored.ticket.number).await?;
            }
            return Ok(Some(Done::Now(Box::new(stored))));
        }
        let did = ruled.iter().zip(&drafts).any(|(with, plain)| with.entries != plain.entries);
        if items.len() > ITEMS_AT_MOST && did {
            // A rule never makes a command fail.
            ruled = drafts.iter().zip(&ruled).map(|(draft, ruled)| draft.unruled(ruled)).collect();
            (stored, items) = self.written(&ruled, config, &command, answer).await?;
        }
        let drafts = ruled;
        if items.len() > ITEMS_AT_MOST {
            return Err(Error::TooLarge { items: items.len() });
        }
        drafts.iter().for_each(|draft| draft.along.underway.raise());
        let lost = match self.transact(items, &command).await {
            Ok(()) => return Ok(Some(Done::Now(Box::new(stored)))),
            Err(lost) => lost,
        };
        if let Some((number, seq)) = drafts.iter().find_map(Draft::first_entry)
            && self.is_ours(number, seq, &command).await
        {
            return Ok(Some(Done::Now(Box::new(stored))));
        }
        for once in drafts.iter().filter_map(|draft| draft.along.once.as_ref()) {
            if let Some(earlier) = self.earlier(once.door, &once.id).await? {
                return Ok(Some(Done::Before(earlier)));
            }
        }
        for draft in &drafts {
            self.still_unused(&draft.along.uploads).await?;
        }
        match lost {
            Lost::Race => Ok(None),
            Lost::Other(error) => Err(error),
        }
    }

    /// The first ticket as these drafts leave it, and everything that is written.
    async fn written(
        &self,
        drafts: &[Draft<'_>],
        config: &Config,
        command: &str,
        answer: Answer<'_>,
    ) -> Result<(Stored, Vec<TransactWriteItem>), Error> {
        let mut items = Vec::new();
        let mut about = None;
        for draft in drafts {
            let stored = draft.outcome()?;
            items.extend(self.items(draft, &stored, config, command, answer).await?);
            about.get_or_insert(stored);
        }
        let stored = about.ok_or_else(|| Error::damaged("a change", "it changes nothing"))?;
        Ok((stored, items))
    }

    /// Whether the entry at this place was written by this command.
    async fn is_ours(&self, number: Number, seq: u32, command: &str) -> bool {
        let entry = self.get(key::entry(number, seq), true).await;
        entry.is_ok_and(|entry| {
            entry.is_some_and(|item| item::text(&item, "command") == Some(command))
        })
    }

    pub(crate) async fn next_number(&self) -> Result<Number, Error> {
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
    pub(crate) async fn back_off(&self, attempt: u32) {
        let most = 5u64.saturating_mul(1 << attempt.min(6));
        let wait = rand::random_range(1..=most);
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
}

impl Along {
    pub(crate) fn is_empty(&self) -> bool {
        let Along { once, arrival, threads, mails, settles, uploads, turn, underway: _ } = self;
        let nothing = once.is_none() && arrival.is_none() && threads.is_empty() && mails.is_empty();
        nothing && uploads.is_empty() && settles.is_none() && turn.is_none()
    }
}

/// What several commands come to, each decided on the ticket as the one before leaves it.
pub(crate) fn decide_all(
    ticket: &Ticket,
    permits: &[Permit],
    now: Timestamp,
) -> Result<Vec<Entry>, Refusal> {
    let mut ticket = Some(ticket.clone());
    let mut entries = Vec::new();
    for permit in permits {
        let decided = decide(ticket.as_ref(), permit, now)?;
        ticket = decided.iter().fold(ticket, evolve);
        entries.extend(decided);
    }
    Ok(entries)
}

/// What a new ticket says in other languages.
fn translated(new: &NewTicket, opened: &[Entry], now: Timestamp) -> Result<Vec<Entry>, Refusal> {
    let Some(ticket) = fold(opened) else { return Ok(Vec::new()) };
    let asked = new.translations.iter().cloned();
    let permits = asked.map(|command| permit(&new.who, Some(&ticket), command));
    decide_all(&ticket, &permits.collect::<Result<Vec<_>, _>>()?, now)
}

pub(crate) fn opening(new: &NewTicket, number: Number, config: &Config) -> Command {
    Command::Open(Box::new(Opening {
        number,
        requester: new.requester.id.clone(),
        kind: new.kind,
        priority: new.priority,
        channel: new.channel,
        promise: config.promise(&new.circumstances()),
        queue: new.queue.clone(),
        origin: new.origin.clone(),
        silent: new.silent,
        receipt: new.besides.receipt,
        external_id: new.external_id.clone(),
        organisation: new.requester.organisation.clone(),
        text: new.text.clone(),
        filled: new.form.clone(),
    }))
}
