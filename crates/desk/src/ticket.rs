//! A ticket is what its history says it is: the fold of its entries, and nothing else.
//!
//! It holds no prose: titles, descriptions and messages are texts of entries, kept beside them so
//! that they can be erased without touching what happened.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{FormId, Number, OrganisationId, PersonId, QueueId};
use crate::language::Language;
use crate::related::{Link, Merged};
use crate::rule::Marks;
use crate::silence::Silence;
use crate::sla::{Clocks, Promise};
use crate::task::Tasks;
use crate::texts::Texts;
use crate::visit::Visit;
use crate::waiting::Waiting;

/// Defines an enum of plain words that is stored, sent and parsed as snake_case.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in the order people meet them.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The value as the API writes it.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// Reads what `as_str` writes.
            pub fn parse(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|value| value.as_str() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words!(
    /// What a requester is told when their request arrives.
    #[derive(Default)]
    Acknowledgement {
        /// What they asked, and what comes next.
        #[default]
        Whole = "whole",
        /// That something arrived, and none of its words: whoever wrote them may be somebody else.
        Plain = "plain",
        /// Nothing: they were told often enough.
        Withheld = "withheld",
    }
);

impl Acknowledgement {
    /// Whether it is as usual.
    pub(crate) fn is_whole(&self) -> bool {
        *self == Acknowledgement::Whole
    }
}

words!(
    /// Where a ticket stands.
    Status {
        /// Nobody and no queue has it yet.
        New = "new",
        /// A queue has it; no agent has taken it.
        PendingAssignment = "pending_assignment",
        /// An agent owes the next step.
        InProgress = "in_progress",
        /// A solution waits for a colleague's approval.
        InReview = "in_review",
        /// The requester owes an answer.
        AwaitingRequester = "awaiting_requester",
        /// The requester is asked whether the proposed solution helped.
        AwaitingConfirmation = "awaiting_confirmation",
        /// Something outside the desk owes the next step.
        OnHold = "on_hold",
        /// Solved; it may still be reopened.
        Resolved = "resolved",
        /// Done for good. A later message opens a follow-up ticket.
        Closed = "closed",
    }
);

words!(
    /// Why a ticket was resolved or closed.
    Closure {
        /// The requester said the solution helped.
        Confirmed = "confirmed",
        /// The requester never answered.
        NoReply = "no_reply",
        /// The requester withdrew it.
        Cancelled = "cancelled",
        /// An agent turned it down.
        Rejected = "rejected",
        /// Another ticket asks the same.
        Duplicate = "duplicate",
        /// It lives on inside another ticket.
        Merged = "merged",
        /// Nobody asked for anything.
        Spam = "spam",
    }
);

words!(
    /// How soon it matters; it chooses the service targets.
    Priority {
        /// Around the clock.
        Urgent = "urgent",
        /// Within hours.
        High = "high",
        /// Within a day.
        Medium = "medium",
        /// Within days.
        Low = "low",
        /// By an agreed date.
        Planned = "planned",
    }
);

words!(
    /// What kind of request it is.
    Type {
        /// Somebody wants to know something.
        Question = "question",
        /// Something broke for one person.
        Incident = "incident",
        /// Something broke for everyone.
        Fault = "fault",
        /// Somebody wants something done.
        Task = "task",
        /// Somebody is unhappy.
        Complaint = "complaint",
        /// Somebody wishes for something new.
        FeatureRequest = "feature_request",
        /// Somebody has to go there.
        FieldVisit = "field_visit",
    }
);

words!(
    /// How a ticket arrived.
    Channel {
        /// A Slack command or mention.
        Slack = "slack",
        /// A Discord command.
        Discord = "discord",
        /// A mail to a queue's address.
        Email = "email",
        /// The web form.
        Web = "web",
        /// The REST API.
        Api = "api",
        /// Typed in by an agent for a caller.
        Phone = "phone",
    }
);

impl Status {
    /// The ways a ticket may go. Leaving hold without an assignee returns to the queue,
    /// so that no ticket is "in progress" with nobody on it. Merging and un-merging are pointers
    /// and move by their own rule.
    pub fn may_become(self, next: Status) -> bool {
        use Status::*;
        match (self, next) {
            (New, PendingAssignment | InProgress | Closed) => true,
            (PendingAssignment, InProgress | OnHold | Closed) => true,
            (InProgress, PendingAssignment | InReview | AwaitingRequester) => true,
            (InProgress, AwaitingConfirmation | OnHold | Closed) => true,
            (InReview, InProgress | AwaitingConfirmation | OnHold | Closed) => true,
            (AwaitingRequester, InProgress | OnHold | Resolved | Closed) => true,
            (AwaitingConfirmation, InProgress | OnHold | Resolved | Closed) => true,
            (OnHold, PendingAssignment | InProgress | Closed) => true,
            (Resolved, InProgress | Closed) => true,
            (New | PendingAssignment | InProgress | InReview, _) => false,
            (AwaitingRequester | AwaitingConfirmation | OnHold | Resolved | Closed, _) => false,
        }
    }

    /// Neither resolved nor closed.
    pub fn is_open(self) -> bool {
        !matches!(self, Status::Resolved | Status::Closed)
    }

    /// Whether the resolution clock stands still because somebody else owes the next step.
    pub fn pauses_resolution(self) -> bool {
        match self {
            Status::AwaitingRequester | Status::AwaitingConfirmation | Status::OnHold => true,
            Status::New | Status::PendingAssignment | Status::InProgress | Status::InReview => {
                false
            }
            Status::Resolved | Status::Closed => false,
        }
    }

    /// The word agents read.
    pub fn label(self) -> &'static str {
        match self {
            Status::New => "New",
            Status::PendingAssignment => "Pending assignment",
            Status::InProgress => "In progress",
            Status::InReview => "In review",
            Status::AwaitingRequester => "Waiting on requester",
            Status::AwaitingConfirmation => "Awaiting confirmation",
            Status::OnHold => "On hold",
            Status::Resolved => "Resolved",
            Status::Closed => "Closed",
        }
    }

    /// The words the requester reads.
    pub fn label_for_requester(self) -> &'static str {
        match self {
            Status::New => "Received",
            Status::PendingAssignment => "Being assigned",
            Status::InProgress | Status::InReview | Status::OnHold => "Being worked on",
            Status::AwaitingRequester => "We need your reply",
            Status::AwaitingConfirmation => "Please confirm",
            Status::Resolved => "Solved",
            Status::Closed => "Closed",
        }
    }
}

impl Priority {
    /// The word people read.
    pub fn label(self) -> &'static str {
        match self {
            Priority::Urgent => "Urgent",
            Priority::High => "High",
            Priority::Medium => "Medium",
            Priority::Low => "Low",
            Priority::Planned => "Planned",
        }
    }
}

impl Channel {
    /// The word people read.
    pub fn label(self) -> &'static str {
        match self {
            Channel::Slack => "Slack",
            Channel::Discord => "Discord",
            Channel::Email => "mail",
            Channel::Web => "the web form",
            Channel::Api => "the API",
            Channel::Phone => "phone",
        }
    }

    /// Whether whoever came by it is answered in chat, rather than by mail.
    pub fn is_chat(self) -> bool {
        match self {
            Channel::Slack | Channel::Discord => true,
            Channel::Email | Channel::Web | Channel::Api | Channel::Phone => false,
        }
    }
}

/// The place a requester's conversation lives in, where answers belong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "door", rename_all = "snake_case")]
pub enum Place {
    /// A mail thread, by the Message-ID that began it (without angle brackets).
    Mail {
        /// RFC 5322 section 3.6.4.
        message_id: String,
    },
    /// A Slack thread.
    Slack {
        /// The workspace.
        team: String,
        /// The channel.
        channel: String,
        /// The message the thread hangs on.
        thread: String,
    },
    /// A Discord thread or direct message: a channel of its own.
    Discord {
        /// The channel.
        channel: String,
    },
}

impl Place {
    /// Whether everybody in a channel reads there. Slack's direct messages have ids that begin with D; in
    /// Discord a ticket has a private thread.
    pub fn is_open(&self) -> bool {
        matches!(self, Place::Slack { channel, .. } if !channel.starts_with('D'))
    }
}

/// What the requester thought of the help, 1 (very bad) to 5 (great).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// 1 to 5.
    pub score: u8,
}

/// A solution that a colleague has to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The entry that holds its words.
    pub entry: u32,
    /// Who proposed it, and may not let it through.
    pub by: Option<PersonId>,
}

/// The fold of a ticket's history: all that `decide` decides from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// Its number.
    pub number: Number,
    /// How many entries are folded in; the next one is written at `version + 1`.
    pub version: u32,
    /// Whom it is for.
    pub requester: PersonId,
    /// What kind of request it is.
    pub kind: Type,
    /// How soon it matters.
    pub priority: Priority,
    /// Where it stands.
    pub status: Status,
    /// Why it was resolved or closed; none while it is open.
    pub closure: Option<Closure>,
    /// Whose work it is.
    pub queue: Option<QueueId>,
    /// The agent responsible now.
    pub assignee: Option<PersonId>,
    /// How it arrived.
    pub channel: Channel,
    /// Where the requester's conversation lives, when it is a thread.
    pub origin: Option<Place>,
    /// A machine sent it: the desk writes nothing back by itself.
    pub silent: bool,
    /// Free labels.
    pub tags: BTreeSet<String>,
    /// The id another system knows it by.
    pub external_id: Option<String>,
    /// Whom the requester belonged to when it was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// What the requester thought.
    pub rating: Option<Rating>,
    /// How often it came back after it was resolved.
    pub reopened: u16,
    /// How often the requester said "not solved".
    pub declined: u16,
    /// First entry.
    pub opened_at: Timestamp,
    /// Latest entry.
    pub updated_at: Timestamp,
    /// When it was last resolved; none while it is open.
    pub resolved_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// When its story was written down beside the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// What was promised, as it stood when it was promised.
    pub promise: Promise,
    /// How much of it is spent.
    pub clocks: Clocks,
    /// Since when, and after how many reminders, somebody else is waited for.
    pub waiting: Option<Waiting>,
    /// Since when, and until when, alarms are recorded and nobody is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
    /// The solution a colleague has to look at; none unless it is in review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
    /// People besides the requester who are told what the requester is told.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub followers: BTreeSet<PersonId>,
    /// Other tickets it has to do with.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub links: BTreeSet<Link>,
    /// Messages that became tickets of their own: entry → ticket.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub split_off: BTreeMap<u32, Number>,
    /// Where it lives on; none where it was never merged, or was taken out again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<Merged>,
    /// Tickets that live on in this one, and who asked each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub absorbed: BTreeMap<Number, PersonId>,
    /// Followers who are here for a merge alone.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub here_by_merge: BTreeSet<PersonId>,
    /// What rules have to know of its past.
    #[serde(default, skip_serializing_if = "Marks::is_empty")]
    pub marks: Marks,
    /// The form it was opened with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<FormId>,
    /// What there is to do.
    #[serde(default, skip_serializing_if = "Tasks::is_empty")]
    pub tasks: Tasks,
    /// When somebody goes there; none where nobody did or will.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<Visit>,
    /// The language it was asked in, as far as it can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Where its words stand, in every language there is of them.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub texts: Texts,
}
