//! The append-only record and its fold. Entries are facts: never edited, never refused, kept
//! forever.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::answer::Answers;
pub use crate::event::{Event, Visibility};
pub use crate::file::File;
use crate::id::{Number, PersonId, RuleId};
use crate::language::{self, Language};
use crate::metadata::Metadata;
use crate::related;
use crate::rule::Marks;
use crate::silence::Silence;
use crate::sla::Clocks;
use crate::talk::ChatMessage;
use crate::task::{self, Tasks};
use crate::texts::{self, Texts};
use crate::ticket::{Closure, Rating, Review, Status, Ticket};
use crate::visit;
use crate::waiting::Waiting;

/// One fact about a ticket.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When it happened, UTC; never before the entry it follows.
    pub at: Timestamp,
    /// Who did it.
    pub by: Actor,
    /// What happened.
    pub event: Event,
    /// What was said; kept beside the entry, erasable.
    pub text: Option<Text>,
}

impl Entry {
    /// A public message of an agent: it answers the requester and stops the response clocks. What the
    /// desk writes by itself answers nobody.
    pub fn answers_requester(&self) -> bool {
        self.event.answers_requester() && self.by.rule_id().is_none()
    }
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The desk itself.
    System,
    /// The desk itself, by one of its rules.
    Rule {
        /// Which.
        id: RuleId,
    },
    /// A person; `through` is whose token acted in their name.
    Person {
        /// Who is meant.
        id: PersonId,
        /// Whose token it was, when it was somebody else's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        through: Option<PersonId>,
    },
}

impl Actor {
    /// A person acting with their own hands.
    pub fn person(id: PersonId) -> Actor {
        Actor::Person { id, through: None }
    }

    /// The person meant, if it was one.
    pub fn person_id(&self) -> Option<&PersonId> {
        match self {
            Actor::System | Actor::Rule { .. } => None,
            Actor::Person { id, .. } => Some(id),
        }
    }

    /// The rule, if it was one.
    pub fn rule_id(&self) -> Option<&RuleId> {
        match self {
            Actor::Rule { id } => Some(id),
            Actor::System | Actor::Person { .. } => None,
        }
    }
}

/// The words of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// A title given with it (opening, retitling).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Plain text.
    #[serde(default)]
    pub body: String,
    /// The same as the sender wrote it, untrusted HTML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// The whole message, where `body` leaves a quotation out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full: Option<String>,
    /// Files that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
    /// What the fields of the form say from now on: all of them.
    #[serde(default, skip_serializing_if = "Answers::is_empty")]
    pub answers: Answers,
    /// Notes of other systems, from now on: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// The language of the words, as it was said or can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The words are those of another entry, and are read there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Pointer>,
    /// The message in chat that they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<ChatMessage>,
}

/// An entry of some ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointer {
    /// Whose.
    pub number: Number,
    /// Its place in that history, from 1.
    pub seq: u32,
}

/// The longest title, in characters.
pub const TITLE_AT_MOST: usize = 300;
/// The longest words of one entry, in characters.
pub const WORDS_AT_MOST: usize = 200_000;

/// A title out of words: their first line, cut to this many characters.
pub fn title_of(words: &str, at_most: usize) -> String {
    let first = words.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("(no words)");
    let mut title: String = first.chars().take(at_most).collect();
    if title.len() < first.len() {
        title.push('…');
    }
    title
}

impl Text {
    /// Words alone.
    pub fn plain(body: impl Into<String>) -> Text {
        Text { body: body.into(), ..Text::default() }
    }

    /// The same with its language, where it does not say it and the words tell it.
    pub(crate) fn in_its_language(self) -> Text {
        let title = self.title.as_deref().unwrap_or_default();
        let told = || language::detect(&format!("{title}\n{}", self.body));
        Text { language: self.language.clone().or_else(told), ..self }
    }
}

/// Replays a history from its first entry. None is a ticket nobody has opened.
pub fn fold<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Option<Ticket> {
    entries.into_iter().fold(None, evolve)
}

/// Applies one fact. Deciding whether it may happen is `decide`'s work, so this never refuses; a
/// history that does not begin with an opening stays no ticket.
pub fn evolve(ticket: Option<Ticket>, entry: &Entry) -> Option<Ticket> {
    let mut ticket = ticket.or_else(|| open(entry))?;
    related::remember(&mut ticket, entry);
    let status = entry.event.leads_to(&ticket).unwrap_or(ticket.status);
    let moved = status != ticket.status;
    ticket.version += 1;
    ticket.updated_at = entry.at;
    ticket.clocks.advance(entry, status, &ticket.promise);
    ticket.status = status;
    if moved {
        enter(&mut ticket, entry, status);
    }
    ticket.marks.read(entry, moved);
    record(&mut ticket, entry);
    texts::record(&mut ticket, entry);
    Some(ticket)
}

/// The ticket as its opening alone leaves it.
fn open(entry: &Entry) -> Option<Ticket> {
    let Event::Opened { number, requester, kind, priority, channel, promise, .. } = &entry.event
    else {
        return None;
    };
    let Event::Opened { origin, silent, external_id, organisation, language, .. } = &entry.event
    else {
        return None;
    };
    Some(Ticket {
        number: *number,
        version: 0,
        requester: requester.clone(),
        kind: *kind,
        priority: *priority,
        status: Status::New,
        closure: None,
        queue: None,
        assignee: None,
        channel: *channel,
        origin: origin.clone(),
        silent: *silent,
        tags: BTreeSet::new(),
        external_id: external_id.clone(),
        organisation: organisation.clone(),
        rating: None,
        reopened: 0,
        declined: 0,
        opened_at: entry.at,
        updated_at: entry.at,
        resolved_at: None,
        closed_at: None,
        archived_at: None,
        promise: promise.clone(),
        clocks: Clocks::default(),
        waiting: None,
        silence: None,
        review: None,
        followers: BTreeSet::new(),
        links: BTreeSet::new(),
        split_off: BTreeMap::new(),
        merged: None,
        absorbed: BTreeMap::new(),
        here_by_merge: BTreeSet::new(),
        marks: Marks::default(),
        form: None,
        tasks: Tasks::new(),
        visit: None,
        language: language.clone(),
        texts: Texts::new(),
    })
}

/// What changes because the ticket now stands somewhere else.
fn enter(ticket: &mut Ticket, entry: &Entry, status: Status) {
    let until = match &entry.event {
        Event::Held { until } => Some(*until),
        _ => None,
    };
    let waits = status.pauses_resolution() || status == Status::Resolved;
    let review = || Review { entry: ticket.version, by: entry.by.person_id().cloned() };
    ticket.review = (status == Status::InReview).then(review);
    ticket.waiting = waits.then(|| Waiting::from(entry.at, until));
    match status {
        Status::Resolved => ticket.resolved_at = Some(entry.at),
        Status::Closed => ticket.closed_at = Some(entry.at),
        Status::New | Status::PendingAssignment | Status::InProgress | Status::InReview => {
            ticket.resolved_at = None;
            ticket.closure = None;
        }
        Status::AwaitingRequester | Status::AwaitingConfirmation | Status::OnHold => {}
    }
}

/// What the fact itself changes.
fn record(ticket: &mut Ticket, entry: &Entry) {
    match &entry.event {
        Event::Queued { queue } => ticket.queue = Some(queue.clone()),
        Event::Transferred { queue } => {
            ticket.queue = Some(queue.clone());
            ticket.assignee = None;
        }
        Event::Claimed => ticket.assignee = entry.by.person_id().cloned(),
        Event::Assigned { to, how: _ } => ticket.assignee = Some(to.clone()),
        Event::Released => ticket.assignee = None,
        Event::Declined => ticket.declined = ticket.declined.saturating_add(1),
        Event::Confirmed => ticket.closure = Some(Closure::Confirmed),
        Event::ResolvedUnanswered => ticket.closure = Some(Closure::NoReply),
        Event::Reopened => ticket.reopened = ticket.reopened.saturating_add(1),
        Event::Closed { closure } => ticket.closure = Some(*closure),
        Event::Held { until } => {
            ticket.waiting = Some(Waiting::from(entry.at, Some(*until)));
        }
        Event::Reminded { .. } => {
            if let Some(waiting) = &mut ticket.waiting {
                waiting.reminders = waiting.reminders.saturating_add(1);
                waiting.last = entry.at;
            }
        }
        Event::PriorityChanged { to, promise } => {
            ticket.priority = *to;
            ticket.promise = promise.clone();
        }
        Event::TypeChanged { to } => ticket.kind = *to,
        Event::Tagged { tags } => ticket.tags = tags.clone(),
        Event::Annotated => {}
        Event::Rated { score } => ticket.rating = Some(Rating { score: *score }),
        Event::Opened { .. } | Event::RequesterReplied | Event::AgentReplied => {}
        Event::NoteAdded | Event::Resumed | Event::Awaited | Event::Woken => {}
        Event::Proposed | Event::Escalated | Event::Retitled => {}
        Event::Submitted | Event::Approved | Event::Returned => {}
        Event::Linked { .. }
        | Event::Unlinked { .. }
        | Event::SplitOff { .. }
        | Event::Merged { .. }
        | Event::Unmerged
        | Event::Absorbed { .. }
        | Event::Parted { .. }
        | Event::Followed { .. }
        | Event::Unfollowed { .. } => related::record(ticket, entry),
        Event::Acknowledged { until } => {
            ticket.silence = Some(Silence::again(ticket.silence, entry.at, *until));
        }
        Event::Extended { .. } => {}
        Event::FormFilled { form, .. } => ticket.form = Some(form.clone()),
        Event::FieldsSet { .. } => {}
        Event::VisitPlanned { .. }
        | Event::VisitStarted
        | Event::VisitArrived
        | Event::VisitDone { .. }
        | Event::VisitCancelled => visit::record(ticket, entry),
        Event::TaskAdded { .. } | Event::TaskRenamed { .. } | Event::TaskGiven { .. } => {
            task::record(ticket, entry);
        }
        Event::TaskDated { .. }
        | Event::TaskDone { .. }
        | Event::TaskUndone { .. }
        | Event::TaskDue { .. } => task::record(ticket, entry),
        Event::Rearmed { promise } => ticket.promise = promise.clone(),
        Event::Sought { .. } => {}
        Event::AlarmRaised { .. } | Event::Undeliverable { .. } => {}
        Event::AutoReplied | Event::Notified { .. } | Event::Translated { .. } => {}
        Event::MessageEdited { .. } | Event::MessageDeleted { .. } => {}
        Event::RuleRan { .. } | Event::RulesStopped { .. } | Event::MacroApplied { .. } => {}
        Event::Archived => ticket.archived_at = Some(entry.at),
    }
}
