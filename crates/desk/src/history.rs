//! The append-only record. Entries are facts: never edited, never refused, kept forever, so the
//! names in [`Event`] are a promise to every table that was ever written.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{Number, PersonId, QueueId};
use crate::sla::{Alarm, Clocks, Metric, Promise};
use crate::ticket::{Channel, Closure, Place, Priority, Rating, Status, Ticket, Type, words};
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

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The desk itself.
    System,
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
            Actor::System => None,
            Actor::Person { id, .. } => Some(id),
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
}

impl Text {
    /// Words alone.
    pub fn plain(body: impl Into<String>) -> Text {
        Text { body: body.into(), ..Text::default() }
    }
}

/// A file kept with a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// SHA-256 of its bytes, hexadecimal; its name in the store.
    pub id: String,
    /// The name it is offered under; never a path.
    pub name: String,
    /// Media type as the sender said.
    #[serde(rename = "type")]
    pub kind: String,
    /// Bytes.
    pub size: u64,
}

words!(
    /// Who may read a message.
    Visibility {
        /// The requester too.
        Public = "public",
        /// Agents alone.
        Internal = "internal",
    }
);

/// Something that happened, named in the past tense.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// Somebody asked for help.
    Opened {
        /// The ticket's number.
        number: Number,
        /// Whom it is for.
        requester: PersonId,
        /// What kind of request.
        kind: Type,
        /// How soon it matters.
        priority: Priority,
        /// How it arrived.
        channel: Channel,
        /// What is promised.
        promise: Promise,
        /// The thread it began.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<Place>,
        /// Sent by a machine: the desk writes nothing back by itself.
        #[serde(default)]
        silent: bool,
        /// Another system's id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        external_id: Option<String>,
    },
    /// It reached a queue.
    Queued {
        /// Which.
        queue: QueueId,
    },
    /// An agent took it.
    Claimed,
    /// An agent was given it.
    Assigned {
        /// Who.
        to: PersonId,
    },
    /// The assignee let it go.
    Released,
    /// It was moved to another queue.
    Transferred {
        /// Which.
        queue: QueueId,
    },
    /// The requester wrote.
    RequesterReplied,
    /// An agent answered, publicly.
    AgentReplied,
    /// An agent noted something, internally.
    NoteAdded,
    /// The requester's message put it back to work.
    Resumed,
    /// An agent asked the requester something.
    Awaited,
    /// It waits for something outside the desk.
    Held {
        /// When it wakes up.
        until: Timestamp,
    },
    /// The hold ended.
    Woken,
    /// An agent proposed a solution.
    Proposed,
    /// The requester said it helped.
    Confirmed,
    /// The requester said it did not.
    Declined,
    /// The requester was asked again.
    Reminded {
        /// Counted from 1 within one wait.
        number: u8,
    },
    /// Nobody answered.
    ResolvedUnanswered,
    /// It came back after it was resolved.
    Reopened,
    /// It ended.
    Closed {
        /// Why.
        closure: Closure,
    },
    /// An agent asked for help from above.
    Escalated,
    /// Another priority, and the promise that goes with it, counted from the beginning.
    PriorityChanged {
        /// The new one.
        to: Priority,
        /// The new promise.
        promise: Promise,
    },
    /// Another kind of request.
    TypeChanged {
        /// The new one.
        to: Type,
    },
    /// Another title.
    Retitled,
    /// Other labels.
    Tagged {
        /// All of them.
        tags: BTreeSet<String>,
    },
    /// The requester said how it was.
    Rated {
        /// 1 to 5.
        score: u8,
    },
    /// A clock passed a threshold.
    AlarmRaised {
        /// Whose clock.
        metric: Metric,
        /// Which threshold.
        alarm: Alarm,
        /// When it was passed, whenever that was noticed.
        due: Timestamp,
    },
    /// A message could not be delivered, and will not be tried again.
    Undeliverable {
        /// Which message, by its id.
        message: String,
        /// What the other side said.
        reason: String,
    },
}

impl Event {
    /// The name of the fact, as the API and the bus write it.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Opened { .. } => "opened",
            Event::Queued { .. } => "queued",
            Event::Claimed => "claimed",
            Event::Assigned { .. } => "assigned",
            Event::Released => "released",
            Event::Transferred { .. } => "transferred",
            Event::RequesterReplied => "requester_replied",
            Event::AgentReplied => "agent_replied",
            Event::NoteAdded => "note_added",
            Event::Resumed => "resumed",
            Event::Awaited => "awaited",
            Event::Held { .. } => "held",
            Event::Woken => "woken",
            Event::Proposed => "proposed",
            Event::Confirmed => "confirmed",
            Event::Declined => "declined",
            Event::Reminded { .. } => "reminded",
            Event::ResolvedUnanswered => "resolved_unanswered",
            Event::Reopened => "reopened",
            Event::Closed { .. } => "closed",
            Event::Escalated => "escalated",
            Event::PriorityChanged { .. } => "priority_changed",
            Event::TypeChanged { .. } => "type_changed",
            Event::Retitled => "retitled",
            Event::Tagged { .. } => "tagged",
            Event::Rated { .. } => "rated",
            Event::AlarmRaised { .. } => "alarm_raised",
            Event::Undeliverable { .. } => "undeliverable",
        }
    }

    /// A public message of an agent: it answers the requester and stops the response clocks.
    pub fn answers_requester(&self) -> bool {
        matches!(self, Event::AgentReplied | Event::Awaited | Event::Proposed)
    }

    /// A message of the requester that an agent owes an answer to.
    pub fn asks_agent(&self) -> bool {
        matches!(self, Event::RequesterReplied | Event::Declined | Event::Reopened)
    }

    /// Who may read the entry's text as a message of the conversation; none where it is no message.
    pub fn visibility(&self) -> Option<Visibility> {
        match self {
            Event::Opened { .. } | Event::RequesterReplied | Event::AgentReplied => {
                Some(Visibility::Public)
            }
            Event::Awaited | Event::Proposed | Event::Declined | Event::Reopened => {
                Some(Visibility::Public)
            }
            Event::Closed { .. } => Some(Visibility::Public),
            Event::NoteAdded | Event::Held { .. } | Event::Transferred { .. } => {
                Some(Visibility::Internal)
            }
            Event::Escalated => Some(Visibility::Internal),
            Event::Queued { .. } | Event::Claimed | Event::Assigned { .. } | Event::Released => {
                None
            }
            Event::Resumed | Event::Woken | Event::Confirmed | Event::Reminded { .. } => None,
            Event::ResolvedUnanswered | Event::PriorityChanged { .. } => None,
            Event::TypeChanged { .. } | Event::Retitled | Event::Tagged { .. } => None,
            Event::Rated { .. } | Event::AlarmRaised { .. } | Event::Undeliverable { .. } => None,
        }
    }

    /// Where the ticket stands once this has happened; none where it stays.
    fn leads_to(&self, ticket: &Ticket) -> Option<Status> {
        match self {
            Event::Opened { .. } => Some(Status::New),
            Event::Queued { .. } | Event::Released | Event::Transferred { .. } => {
                Some(Status::PendingAssignment)
            }
            Event::Claimed | Event::Assigned { .. } => match ticket.status {
                Status::New | Status::PendingAssignment => Some(Status::InProgress),
                _ => None,
            },
            Event::Resumed | Event::Declined | Event::Reopened => Some(Status::InProgress),
            Event::Woken if ticket.assignee.is_none() => Some(Status::PendingAssignment),
            Event::Woken => Some(Status::InProgress),
            Event::Awaited => Some(Status::AwaitingRequester),
            Event::Held { .. } => Some(Status::OnHold),
            Event::Proposed => Some(Status::AwaitingConfirmation),
            Event::Confirmed | Event::ResolvedUnanswered => Some(Status::Resolved),
            Event::Closed { .. } => Some(Status::Closed),
            Event::RequesterReplied | Event::AgentReplied | Event::NoteAdded => None,
            Event::Reminded { .. } | Event::Escalated | Event::PriorityChanged { .. } => None,
            Event::TypeChanged { .. } | Event::Retitled | Event::Tagged { .. } => None,
            Event::Rated { .. } | Event::AlarmRaised { .. } | Event::Undeliverable { .. } => None,
        }
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
    let status = entry.event.leads_to(&ticket).unwrap_or(ticket.status);
    let moved = status != ticket.status;
    ticket.version += 1;
    ticket.updated_at = entry.at;
    ticket.clocks.advance(&entry.event, entry.at, status, &ticket.promise);
    ticket.status = status;
    if moved {
        enter(&mut ticket, entry, status);
    }
    record(&mut ticket, entry);
    Some(ticket)
}

/// The ticket as its opening alone leaves it.
fn open(entry: &Entry) -> Option<Ticket> {
    let Event::Opened { number, requester, kind, priority, channel, promise, .. } = &entry.event
    else {
        return None;
    };
    let Event::Opened { origin, silent, external_id, .. } = &entry.event else { return None };
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
        rating: None,
        reopened: 0,
        declined: 0,
        opened_at: entry.at,
        updated_at: entry.at,
        resolved_at: None,
        closed_at: None,
        promise: promise.clone(),
        clocks: Clocks::default(),
        waiting: None,
    })
}

/// What changes because the ticket now stands somewhere else.
fn enter(ticket: &mut Ticket, entry: &Entry, status: Status) {
    let until = match &entry.event {
        Event::Held { until } => Some(*until),
        _ => None,
    };
    let waits = status.pauses_resolution() || status == Status::Resolved;
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
        Event::Assigned { to } => ticket.assignee = Some(to.clone()),
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
        Event::Rated { score } => ticket.rating = Some(Rating { score: *score }),
        Event::Opened { .. } | Event::RequesterReplied | Event::AgentReplied => {}
        Event::NoteAdded | Event::Resumed | Event::Awaited | Event::Woken => {}
        Event::Proposed | Event::Escalated | Event::Retitled => {}
        Event::AlarmRaised { .. } | Event::Undeliverable { .. } => {}
    }
}
