//! Something that happened to a ticket: the closed list of facts, and what each of them means by
//! itself. The names are a promise to every table that was ever written.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::assign::How;
use crate::id::{FieldId, FormId, MacroId, Number, OrganisationId, PersonId, QueueId, RuleId};
use crate::language::Language;
use crate::related::{self, Relation};
use crate::rule::{Did, Fuse};
use crate::sla::{Alarm, Metric, Promise};
use crate::texts::Part;
use crate::ticket::{
    Acknowledgement, Channel, Closure, Place, Priority, Status, Ticket, Type, words,
};

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
        /// What the requester is told of its arrival.
        #[serde(default, skip_serializing_if = "Acknowledgement::is_whole")]
        receipt: Acknowledgement,
        /// Another system's id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        external_id: Option<String>,
        /// Whom the requester belonged to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        organisation: Option<OrganisationId>,
        /// The language it was asked in, as far as it can be told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<Language>,
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
        /// How the desk chose them; none where a person did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        how: Option<How>,
    },
    /// Somebody was looked for to take it; who is found is assigned by an entry of its own.
    Sought {
        /// How they are chosen.
        how: How,
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
    /// An agent proposed a solution that a colleague has to look at first.
    Submitted,
    /// A colleague let the solution through; the words are those of what was submitted.
    Approved,
    /// A colleague asked for something else first.
    Returned,
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
    /// The desk promises something else since its policies or calendars changed; it counts from the
    /// beginning.
    Rearmed {
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
    /// Words of it were said in another language.
    Translated {
        /// Which words.
        part: Part,
        /// In which language.
        language: Language,
    },
    /// Notes of other systems say something else; what, is words.
    Annotated,
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
    /// It has to do with another ticket.
    Linked {
        /// What the other is to this one.
        relation: Relation,
        /// Which.
        number: Number,
    },
    /// It has not after all.
    Unlinked {
        /// What the other was to this one.
        relation: Relation,
        /// Which.
        number: Number,
    },
    /// A message became a ticket of its own.
    SplitOff {
        /// The message's entry.
        entry: u32,
        /// The ticket.
        into: Number,
    },
    /// It lives on in another ticket.
    Merged {
        /// Which.
        into: Number,
    },
    /// It goes its own way again.
    Unmerged,
    /// Another ticket lives on in this one.
    Absorbed {
        /// Which.
        number: Number,
        /// Who asked it, and follows this one for it.
        asker: PersonId,
    },
    /// The other goes its own way again.
    Parted {
        /// Which.
        number: Number,
    },
    /// Somebody else wants to know what the requester is told.
    Followed {
        /// Who.
        who: PersonId,
    },
    /// They do not any more.
    Unfollowed {
        /// Who.
        who: PersonId,
    },
    /// A visit was agreed on, or moved.
    VisitPlanned {
        /// Where, by the region's id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<String>,
        /// Not before.
        from: Timestamp,
        /// Not after.
        to: Timestamp,
    },
    /// The technician set out.
    VisitStarted,
    /// The technician is there.
    VisitArrived,
    /// The visit was done; who signed is the title of the words.
    VisitDone {
        /// Photographs of it, by the ids of the words' files.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        photos: Vec<String>,
    },
    /// The visit was called off.
    VisitCancelled,
    /// It was opened with a form; the answers are words.
    FormFilled {
        /// Which.
        form: FormId,
        /// The fields that were answered.
        fields: BTreeSet<FieldId>,
    },
    /// Fields say something else; what, is words.
    FieldsSet {
        /// Which.
        fields: BTreeSet<FieldId>,
    },
    /// There is something to do; what, is words. The entry's number is the task's.
    TaskAdded {
        /// Whose it is; none is the ticket's assignee's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        assignee: Option<PersonId>,
        /// By when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due_at: Option<Timestamp>,
    },
    /// A task has another title.
    TaskRenamed {
        /// Which task.
        task: u32,
    },
    /// A task is somebody else's.
    TaskGiven {
        /// Which task.
        task: u32,
        /// Whose; none is the ticket's assignee's.
        to: Option<PersonId>,
    },
    /// A task is due at another time.
    TaskDated {
        /// Which task.
        task: u32,
        /// When; none is whenever.
        due_at: Option<Timestamp>,
    },
    /// A task was done.
    TaskDone {
        /// Which task.
        task: u32,
    },
    /// It was not done after all.
    TaskUndone {
        /// Which task.
        task: u32,
    },
    /// A task was due, and somebody was reminded of it.
    TaskDue {
        /// Which task.
        task: u32,
    },
    /// Another date was agreed for the solution.
    Extended {
        /// The date as it was agreed.
        due_at: Timestamp,
    },
    /// Somebody took notice of the alarms so far.
    Acknowledged {
        /// Until when nobody is told again.
        until: Timestamp,
    },
    /// The desk wrote to the requester by itself.
    AutoReplied,
    /// Agents were told something.
    Notified {
        /// Whom.
        who: BTreeSet<PersonId>,
        /// Whether the queue's channel was told, too.
        queue: bool,
    },
    /// A rule ran.
    RuleRan {
        /// Which.
        rule: RuleId,
        /// What it was called.
        name: String,
        /// Which version of it.
        version: u32,
        /// The entry that set it off, or the last one before its time came.
        because: u32,
        /// What time was counted from, where it is an automation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        episode: Option<Timestamp>,
        /// When it fell due, whenever that was noticed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Timestamp>,
        /// What it did, in order.
        did: Vec<Did>,
    },
    /// An agent applied a macro; what it did follows.
    MacroApplied {
        /// Which.
        id: MacroId,
        /// What it was called.
        name: String,
    },
    /// Rules were kept from running on and on.
    RulesStopped {
        /// By which fuse.
        fuse: Fuse,
        /// The rule that would have run next.
        rule: RuleId,
    },
    /// Whoever wrote a message says it otherwise.
    MessageEdited {
        /// The entry it was said in.
        entry: u32,
        /// Who may read it.
        visibility: Visibility,
    },
    /// Whoever wrote a message took it back.
    MessageDeleted {
        /// The entry it was said in.
        entry: u32,
        /// Who may have read it.
        visibility: Visibility,
    },
    /// Its story was written down beside the table, whole.
    Archived,
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
            Event::Sought { .. } => "sought",
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
            Event::Submitted => "submitted",
            Event::Approved => "approved",
            Event::Returned => "returned",
            Event::Confirmed => "confirmed",
            Event::Declined => "declined",
            Event::Reminded { .. } => "reminded",
            Event::ResolvedUnanswered => "resolved_unanswered",
            Event::Reopened => "reopened",
            Event::Closed { .. } => "closed",
            Event::Escalated => "escalated",
            Event::PriorityChanged { .. } => "priority_changed",
            Event::Rearmed { .. } => "rearmed",
            Event::TypeChanged { .. } => "type_changed",
            Event::Retitled => "retitled",
            Event::Translated { .. } => "translated",
            Event::Tagged { .. } => "tagged",
            Event::Annotated => "annotated",
            Event::Rated { .. } => "rated",
            Event::AlarmRaised { .. } => "alarm_raised",
            Event::Linked { .. } => "linked",
            Event::Unlinked { .. } => "unlinked",
            Event::SplitOff { .. } => "split_off",
            Event::Merged { .. } => "merged",
            Event::Unmerged => "unmerged",
            Event::Absorbed { .. } => "absorbed",
            Event::Parted { .. } => "parted",
            Event::Followed { .. } => "followed",
            Event::Unfollowed { .. } => "unfollowed",
            Event::VisitPlanned { .. } => "visit_planned",
            Event::VisitStarted => "visit_started",
            Event::VisitArrived => "visit_arrived",
            Event::VisitDone { .. } => "visit_done",
            Event::VisitCancelled => "visit_cancelled",
            Event::FormFilled { .. } => "form_filled",
            Event::FieldsSet { .. } => "fields_set",
            Event::TaskAdded { .. } => "task_added",
            Event::TaskRenamed { .. } => "task_renamed",
            Event::TaskGiven { .. } => "task_given",
            Event::TaskDated { .. } => "task_dated",
            Event::TaskDone { .. } => "task_done",
            Event::TaskUndone { .. } => "task_undone",
            Event::TaskDue { .. } => "task_due",
            Event::Extended { .. } => "extended",
            Event::Acknowledged { .. } => "acknowledged",
            Event::AutoReplied => "auto_replied",
            Event::Notified { .. } => "notified",
            Event::RuleRan { .. } => "rule_ran",
            Event::RulesStopped { .. } => "rules_stopped",
            Event::MacroApplied { .. } => "macro_applied",
            Event::MessageEdited { .. } => "message_edited",
            Event::MessageDeleted { .. } => "message_deleted",
            Event::Archived => "archived",
            Event::Undeliverable { .. } => "undeliverable",
        }
    }

    /// A public message of an agent: it answers the requester and stops the response clocks.
    pub fn answers_requester(&self) -> bool {
        matches!(self, Event::AgentReplied | Event::Awaited | Event::Proposed | Event::Approved)
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
            Event::Approved | Event::AutoReplied => Some(Visibility::Public),
            Event::MessageEdited { visibility, .. } | Event::MessageDeleted { visibility, .. } => {
                Some(*visibility)
            }
            Event::Notified { .. } => Some(Visibility::Internal),
            Event::RuleRan { .. } | Event::RulesStopped { .. } => None,
            Event::MacroApplied { .. } => None,
            Event::Submitted | Event::Returned => Some(Visibility::Internal),
            Event::Closed { .. } => Some(Visibility::Public),
            Event::NoteAdded | Event::Held { .. } | Event::Transferred { .. } => {
                Some(Visibility::Internal)
            }
            Event::Escalated | Event::Extended { .. } => Some(Visibility::Internal),
            Event::Acknowledged { .. } => None,
            Event::Queued { .. } | Event::Claimed | Event::Assigned { .. } | Event::Released => {
                None
            }
            Event::Sought { .. } | Event::Rearmed { .. } => None,
            Event::Resumed | Event::Woken | Event::Confirmed | Event::Reminded { .. } => None,
            Event::ResolvedUnanswered | Event::PriorityChanged { .. } => None,
            Event::TypeChanged { .. } | Event::Retitled | Event::Tagged { .. } => None,
            Event::Annotated => None,
            Event::Rated { .. } | Event::AlarmRaised { .. } | Event::Undeliverable { .. } => None,
            Event::Linked { .. } | Event::Unlinked { .. } | Event::SplitOff { .. } => None,
            Event::FormFilled { .. } | Event::FieldsSet { .. } | Event::Translated { .. } => None,
            Event::TaskAdded { .. } | Event::TaskRenamed { .. } | Event::TaskGiven { .. } => None,
            Event::TaskDated { .. } | Event::TaskDone { .. } | Event::TaskUndone { .. } => None,
            Event::TaskDue { .. } => None,
            Event::VisitDone { .. } | Event::VisitCancelled => Some(Visibility::Public),
            Event::VisitPlanned { .. } | Event::VisitStarted | Event::VisitArrived => None,
            Event::Merged { .. } | Event::Unmerged | Event::Archived => None,
            Event::Absorbed { .. } | Event::Parted { .. } => None,
            Event::Followed { .. } | Event::Unfollowed { .. } => None,
        }
    }

    /// Where the ticket stands once this has happened; none where it stays.
    pub(crate) fn leads_to(&self, ticket: &Ticket) -> Option<Status> {
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
            Event::Proposed | Event::Approved => Some(Status::AwaitingConfirmation),
            Event::Submitted => Some(Status::InReview),
            Event::Returned => Some(Status::InProgress),
            Event::Confirmed | Event::ResolvedUnanswered => Some(Status::Resolved),
            Event::Closed { .. } | Event::Merged { .. } => Some(Status::Closed),
            Event::Unmerged => related::status_before(ticket),
            Event::VisitPlanned { .. } | Event::VisitStarted | Event::VisitArrived => None,
            Event::VisitDone { .. } | Event::VisitCancelled => None,
            Event::Archived => None,
            Event::MessageEdited { .. } | Event::MessageDeleted { .. } => None,
            Event::FormFilled { .. } | Event::FieldsSet { .. } | Event::Translated { .. } => None,
            Event::TaskAdded { .. } | Event::TaskRenamed { .. } | Event::TaskGiven { .. } => None,
            Event::TaskDated { .. } | Event::TaskDone { .. } | Event::TaskUndone { .. } => None,
            Event::TaskDue { .. } => None,
            Event::Linked { .. } | Event::Unlinked { .. } | Event::SplitOff { .. } => None,
            Event::Absorbed { .. } | Event::Parted { .. } => None,
            Event::Followed { .. } | Event::Unfollowed { .. } => None,
            Event::Sought { .. } | Event::Rearmed { .. } => None,
            Event::RequesterReplied | Event::AgentReplied | Event::NoteAdded => None,
            Event::AutoReplied | Event::Notified { .. } => None,
            Event::RuleRan { .. } | Event::RulesStopped { .. } => None,
            Event::MacroApplied { .. } => None,
            Event::Reminded { .. } | Event::Escalated | Event::PriorityChanged { .. } => None,
            Event::TypeChanged { .. } | Event::Retitled | Event::Tagged { .. } => None,
            Event::Annotated => None,
            Event::Extended { .. } | Event::Acknowledged { .. } => None,
            Event::Rated { .. } | Event::AlarmRaised { .. } | Event::Undeliverable { .. } => None,
        }
    }
}
