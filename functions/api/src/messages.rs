//! What was said, and everything that happened.

use std::collections::{BTreeMap, BTreeSet};

use desk::access::{Permit, may_read_internal, permit};
use desk::history::{Entry, Event, Text, Visibility};
use desk::{Command, Number, Refusal, talk};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::Stored;
use store::change::{Along, Done};

use crate::body::{WORDS_AT_MOST, one_of};
use crate::delivery::{self, Delivery};
use crate::precondition::etag;
use crate::problem::Problem;
use crate::render::Names;
use crate::tickets::readable;
use crate::{Answer, Call, held, idempotency, uploads};

/// How far back a message just written may lie.
const TAIL: u32 = 40;
/// A history is shown whole unless a page is asked for; beyond this many it takes pages all the same.
const WHOLE: usize = 1_000;

/// `POST /v1/tickets/{number}/messages`: the requester's own words, an agent's reply, or a note.
pub(crate) async fn add(call: &Call<'_>, number: Number) -> Result<Answer, Problem> {
    let fields = call.fields()?;
    let body = fields.needed("body", WORDS_AT_MOST)?;
    let ids = fields.texts("attachments")?.unwrap_or_default();
    let before = if ids.is_empty() { None } else { call.made_before().await? };
    let uploads = match &before {
        Some(_) => Vec::new(),
        None => uploads::named(call, "attachments", &ids, Some(number)).await?,
    };
    let visibility = match fields.text("visibility", 20)? {
        None => Visibility::Public,
        Some(word) => one_of("visibility", &word, Visibility::ALL, Visibility::parse)?,
    };
    if let Some(undo_for) = held::undo_for(&fields)? {
        if visibility == Visibility::Internal || !ids.is_empty() {
            return Err(Problem::field("undo_for", "only a public reply without files can wait"));
        }
        return held::hold(call, number, body, undo_for).await;
    }
    let wish = |stored: &Stored, _: &desk::config::Config| -> Result<Permit, Refusal> {
        if !call.matches(&etag(stored)) {
            return Err(Refusal::Stale);
        }
        let text = Text { files: uploads::as_files(&uploads), ..Text::plain(body.clone()) };
        let command = match visibility {
            Visibility::Internal => Command::AddNote(text),
            Visibility::Public if speaks_as_requester(call, stored) => {
                Command::ReplyAsRequester(text)
            }
            Visibility::Public => Command::ReplyAsAgent(text),
        };
        permit(&call.caller.who, Some(&stored.ticket), command)
    };
    let created = |said| Answer::created(said).at(format!("/v1/tickets/{}/messages", number.0));
    let keep = |stored: &Stored, entries: &[Entry]| {
        let said = own_message(call, stored, entries, &body)?;
        idempotency::kept(&created(said))
    };
    uploads::keep(call, number, &uploads, |s, c| wish(s, c).map(|one| vec![one])).await?;
    let along = Along { once: call.once()?, uploads: uploads.clone(), ..Along::default() };
    let done = match before {
        Some(earlier) => Done::Before(earlier),
        None => call.store.change(number, along, wish, &keep).await?,
    };
    let stored = match done {
        Done::Now(stored) => *stored,
        Done::Before(earlier) => match call.again(&earlier)? {
            Some(answer) => return Ok(answer),
            None => readable(call, number).await?,
        },
    };
    Ok(created(said(call, &stored, &body).await?))
}

/// The message as it now stands in the history.
async fn said(call: &Call<'_>, stored: &Stored, body: &str) -> Result<Value, Problem> {
    let last = stored.ticket.version;
    let first = last.saturating_sub(TAIL).max(1);
    let tail = call.store.entries(stored.ticket.number, first, last).await?;
    let entries: Vec<Entry> = tail.into_iter().map(|(_, entry)| entry).collect();
    own_message(call, stored, &entries, body).ok_or_else(Problem::not_found)
}

/// The caller's latest message among the last entries of a ticket: a reply may have put alarms
/// before it and a change of status behind it.
fn own_message(call: &Call<'_>, stored: &Stored, entries: &[Entry], body: &str) -> Option<Value> {
    let names = Names::of_caller(&call.caller, stored);
    let numbered = (1..=stored.ticket.version).rev().zip(entries.iter().rev());
    let own = numbered.filter(|(_, entry)| {
        let same = entry.text.as_ref().is_some_and(|text| text.body == body);
        same && entry.by.person_id().is_some_and(|by| call.caller.who.is(by))
    });
    own.filter_map(|(seq, entry)| message(seq, entry, &names)).next()
}

fn speaks_as_requester(call: &Call<'_>, stored: &Stored) -> bool {
    let who = &call.caller.who;
    let follows = who.follows(&stored.ticket) && !who.role.is_staff();
    let asks = who.asks(&stored.ticket) || follows;
    asks && stored.ticket.assignee.as_ref() != Some(&who.id)
}

/// `GET /v1/tickets/{number}/messages`
pub(crate) async fn list(call: &Call<'_>, number: Number) -> Result<Answer, Problem> {
    let stored = readable(call, number).await?;
    let all = may_read_internal(&call.caller.who);
    let mut said = Vec::new();
    for ticket in call.store.family(stored.ticket.clone()).await? {
        let history = call.store.history(ticket.number).await?;
        let became: BTreeMap<u32, Became> =
            talk::changes(&history).into_iter().map(|(seq, to)| (seq, Became::of(&to))).collect();
        let mut went = match all {
            true => delivery::of(call.store, &ticket, &history).await?,
            false => BTreeMap::new(),
        };
        for (seq, entry) in history {
            let split_into = ticket.split_off.get(&seq).copied();
            let became = became.get(&seq).cloned();
            let deliveries = went.remove(&seq).unwrap_or_default();
            said.push(Said { number: ticket.number, seq, split_into, became, deliveries, entry });
        }
    }
    said.retain(|said| all || is_public(&said.entry.event));
    said.retain(|said| says_something(&said.entry) && !is_change(&said.entry.event));
    said.sort_by_key(|said| (said.entry.at, said.number, said.seq));
    let key = |said: &Said| format!("{}.{}", said.number.0, said.seq);
    let (said, next) = call.slice(said, Some(WHOLE), key)?;
    let entries = said.iter().map(|said| &said.entry);
    let mut names = Names::of(call.store, &call.caller.config, &stored, entries).await?;
    for delivery in said.iter().flat_map(|said| &said.deliveries) {
        names.ask(call.store, &call.caller.config, &delivery.to).await?;
    }
    let shown = said.iter().filter_map(|one| one.shown(number, &names));
    Ok(call.page(shown.collect(), next))
}

/// A message, and in which ticket it was said: those of merged tickets stand among the others.
struct Said {
    number: Number,
    seq: u32,
    split_into: Option<Number>,
    became: Option<Became>,
    /// To whom it went; nobody where the reader is not to know.
    deliveries: Vec<Delivery>,
    entry: Entry,
}

/// What became of a message in chat, where whoever wrote it changed it there.
#[derive(Clone)]
enum Became {
    Edited(Timestamp, String),
    Deleted(Timestamp),
}

impl Became {
    fn of(change: &talk::Change<'_>) -> Became {
        match change {
            talk::Change::Edited(at, text) => Became::Edited(*at, text.body.clone()),
            talk::Change::Deleted(at) => Became::Deleted(*at),
        }
    }

    /// The message as it reads now; its files stay as they are unless it was taken back.
    fn show(&self, message: &mut Value) {
        match self {
            Became::Edited(at, body) => {
                message["body"] = json!(body);
                message["edited_at"] = json!(at);
            }
            Became::Deleted(at) => {
                message["body"] = json!("");
                message["attachments"] = json!([]);
                message["deleted_at"] = json!(at);
            }
        }
        if let Some(fields) = message.as_object_mut() {
            fields.remove("full");
            fields.remove("html");
        }
    }
}

fn is_change(event: &Event) -> bool {
    matches!(event, Event::MessageEdited { .. } | Event::MessageDeleted { .. })
}

impl Said {
    fn shown(&self, here: Number, names: &Names) -> Option<Value> {
        let mut shown = message(self.seq, &self.entry, names)?;
        if let Some(became) = &self.became {
            became.show(&mut shown);
        }
        if self.number != here {
            shown["ticket"] = json!(self.number);
        }
        if let Some(into) = self.split_into {
            shown["split_into"] = json!(into);
        }
        if !self.deliveries.is_empty() {
            let went = self.deliveries.iter().map(|delivery| delivery.shown(names));
            shown["deliveries"] = went.collect();
        }
        Some(shown)
    }
}

fn is_public(event: &Event) -> bool {
    event.visibility() == Some(Visibility::Public)
}

fn says_something(entry: &Entry) -> bool {
    let said = entry.text.as_ref().is_some_and(|text| *text != Text::default());
    said && entry.event.visibility().is_some()
}

/// An entry as a message; none where nothing was said.
fn message(seq: u32, entry: &Entry, names: &Names) -> Option<Value> {
    let visibility = entry.event.visibility().filter(|_| says_something(entry))?;
    let text = entry.text.as_ref()?;
    let files: Vec<Value> = text
        .files
        .iter()
        .map(|file| {
            json!({
                "id": file.id,
                "name": file.name,
                "type": file.kind,
                "size": file.size,
                "sha256": file.sha256(),
            })
        })
        .collect();
    let mut message = json!({
        "seq": seq,
        "at": entry.at,
        "from": names.actor(&entry.by),
        "visibility": visibility,
        "body": text.body,
        "attachments": files,
    });
    if let Some(full) = &text.full {
        message["full"] = json!(full);
    }
    if let Some(html) = &text.html {
        message["html"] = json!(email::html::sanitise(html));
    }
    Some(message)
}

/// `GET /v1/tickets/{number}/events`
pub(crate) async fn events(call: &Call<'_>, number: Number) -> Result<Answer, Problem> {
    let stored = readable(call, number).await?;
    let all = may_read_internal(&call.caller.who);
    let mut history = call.store.history(number).await?;
    if !all {
        history = without_taken_back(history);
    }
    history.retain(|(_, entry)| all || for_requester(&entry.event));
    let (history, next) = call.slice(history, Some(WHOLE), |(seq, _)| seq.to_string())?;
    let entries = history.iter().map(|(_, entry)| entry);
    let names = Names::of(call.store, &call.caller.config, &stored, entries).await?;
    let items = history.iter().map(|(seq, entry)| event(*seq, entry, &names)).collect();
    Ok(call.page(items, next))
}

/// A message that was taken back says nothing any more to whoever is no agent.
fn without_taken_back(history: Vec<(u32, Entry)>) -> Vec<(u32, Entry)> {
    let changes = talk::changes(&history);
    let deleted = changes.iter().filter(|(_, change)| matches!(change, talk::Change::Deleted(_)));
    let deleted: BTreeSet<u32> = deleted.map(|(seq, _)| *seq).collect();
    let of_deleted = |seq: u32, event: &Event| match event {
        Event::MessageEdited { entry, .. } => deleted.contains(entry),
        _ => deleted.contains(&seq),
    };
    let shown = history.into_iter().map(|(seq, entry)| match of_deleted(seq, &entry.event) {
        true => (seq, Entry { text: None, ..entry }),
        false => (seq, entry),
    });
    shown.collect()
}

/// What a requester sees of the history: neither notes nor tasks nor the desk's own alarms. What they
/// may see of the fields of a form is in the ticket.
fn for_requester(event: &Event) -> bool {
    let internal = event.visibility() == Some(Visibility::Internal);
    let desks_own = matches!(
        event,
        Event::AlarmRaised { .. }
            | Event::Acknowledged { .. }
            | Event::Undeliverable { .. }
            | Event::Annotated
            | Event::FormFilled { .. }
            | Event::FieldsSet { .. }
            | Event::TaskAdded { .. }
            | Event::TaskRenamed { .. }
            | Event::TaskGiven { .. }
            | Event::TaskDated { .. }
            | Event::TaskDone { .. }
            | Event::TaskUndone { .. }
            | Event::TaskDue { .. }
            | Event::RuleRan { .. }
            | Event::MacroApplied { .. }
            | Event::RulesStopped { .. }
            | Event::Archived
    );
    !internal && !desks_own
}

fn event(seq: u32, entry: &Entry, names: &Names) -> Value {
    let mut event = json!(entry.event);
    event["seq"] = json!(seq);
    event["at"] = json!(entry.at);
    event["by"] = names.actor(&entry.by);
    if let Some(text) = &entry.text {
        event["title"] = json!(text.title);
        event["body"] = json!(text.body);
    }
    event
}
