//! What happened, in the words rules wait for: read off one entry and the ticket on either side of it.

use crate::event::{Event, Visibility};
use crate::history::{Actor, Entry};
use crate::sla::{Alarm, Metric, State};
use crate::ticket::{Closure, Ticket, words};

words!(
    /// Something a rule can wait for.
    Happening {
        /// It was opened.
        Created = "created",
        /// Something about it is not what it was: status, priority, type, queue, assignee, title, tags.
        Updated = "updated",
        /// It was given to an agent.
        Assigned = "assigned",
        /// An agent took it.
        Claimed = "claimed",
        /// It reached another queue.
        Transferred = "transferred",
        /// It stands elsewhere.
        StatusChanged = "status_changed",
        /// It matters sooner or later than before.
        PriorityChanged = "priority_changed",
        /// Somebody wrote.
        Commented = "commented",
        /// Somebody wrote, and the requester may read it.
        CommentedPublic = "commented.public",
        /// Somebody wrote for agents alone.
        CommentedInternal = "commented.internal",
        /// The requester's side wrote.
        CommentedRequester = "commented.requester",
        /// An agent answered the requester.
        CommentedAgent = "commented.agent",
        /// It goes on in another ticket.
        Merged = "merged",
        /// A message became a ticket of its own.
        Split = "split",
        /// It was linked to another ticket.
        Linked = "linked",
        /// It came back after it was resolved.
        Reopened = "reopened",
        /// The requester said it helped.
        Confirmed = "confirmed",
        /// The requester said it did not.
        RejectedSolution = "rejected_solution",
        /// It was withdrawn.
        Cancelled = "cancelled",
        /// A solution waits for a colleague's look.
        ApprovalRequested = "approval_requested",
        /// A colleague let it through.
        Approved = "approved",
        /// A colleague did not.
        Denied = "denied",
        /// A promise is at risk.
        SlaWarn = "sla.warn",
        /// A promise is broken.
        SlaBreach = "sla.breach",
        /// A promise was kept, or kept late.
        SlaMet = "sla.met",
        /// The clock of the solution stands still.
        SlaPaused = "sla.paused",
        /// The clock of the solution goes on.
        SlaResumed = "sla.resumed",
        /// The requester said how it was.
        CsatReceived = "csat.received",
        /// It has a label it did not have.
        TagAdded = "tag_added",
        /// Somebody is going to go there.
        VisitPlanned = "visit.planned",
        /// Somebody set out.
        VisitStarted = "visit.started",
        /// Somebody is there.
        VisitArrived = "visit.arrived",
        /// Somebody was there.
        VisitDone = "visit.done",
        /// Nobody goes there after all.
        VisitCancelled = "visit.cancelled",
    }
);

/// What an entry means to rules. The ticket is as it stood before it and as it stands after it.
pub fn happenings(before: Option<&Ticket>, entry: &Entry, after: &Ticket) -> Vec<Happening> {
    let mut all = by_event(before, entry);
    if let Some(before) = before {
        if before.status != after.status && !matches!(entry.event, Event::Queued { .. }) {
            all.push(Happening::StatusChanged);
        }
        if is_updated(before, entry, after) {
            all.push(Happening::Updated);
        }
        clocks(before, after, &mut all);
    }
    said(entry, &mut all);
    all
}

fn by_event(before: Option<&Ticket>, entry: &Entry) -> Vec<Happening> {
    let one = match &entry.event {
        Event::Opened { .. } => Happening::Created,
        Event::Assigned { .. } => Happening::Assigned,
        Event::Claimed => Happening::Claimed,
        Event::Transferred { .. } => Happening::Transferred,
        Event::PriorityChanged { .. } => Happening::PriorityChanged,
        Event::Merged { .. } => Happening::Merged,
        Event::SplitOff { .. } => Happening::Split,
        Event::Linked { .. } => Happening::Linked,
        Event::Reopened => Happening::Reopened,
        Event::Confirmed => Happening::Confirmed,
        Event::Declined => Happening::RejectedSolution,
        Event::Closed { closure: Closure::Cancelled } => Happening::Cancelled,
        Event::Submitted => Happening::ApprovalRequested,
        Event::Approved => Happening::Approved,
        Event::Returned => Happening::Denied,
        Event::AlarmRaised { alarm: Alarm::Warning(_), .. } => Happening::SlaWarn,
        Event::AlarmRaised { alarm: Alarm::Breach, .. } => Happening::SlaBreach,
        Event::Rated { .. } => Happening::CsatReceived,
        Event::VisitPlanned { .. } => Happening::VisitPlanned,
        Event::VisitStarted => Happening::VisitStarted,
        Event::VisitArrived => Happening::VisitArrived,
        Event::VisitDone { .. } => Happening::VisitDone,
        Event::VisitCancelled => Happening::VisitCancelled,
        Event::Tagged { tags } => {
            let known = before.map(|ticket| &ticket.tags);
            let is_new = |tag| known.is_none_or(|known| !known.contains(tag));
            return tags.iter().any(is_new).then_some(Happening::TagAdded).into_iter().collect();
        }
        _ => return Vec::new(),
    };
    vec![one]
}

/// Reaching the first queue belongs to the opening.
fn is_updated(before: &Ticket, entry: &Entry, after: &Ticket) -> bool {
    let shape = |ticket: &Ticket| {
        (ticket.status, ticket.priority, ticket.kind, ticket.queue.clone(), ticket.assignee.clone())
    };
    let differs = shape(before) != shape(after) || before.tags != after.tags;
    match entry.event {
        Event::Queued { .. } => false,
        Event::Retitled => true,
        _ => differs,
    }
}

fn clocks(before: &Ticket, after: &Ticket, all: &mut Vec<Happening>) {
    let met = |ticket: &Ticket, metric| ticket.clocks.get(metric).met_at();
    let mut metrics = Metric::ALL.iter().map(|metric| (met(before, *metric), met(after, *metric)));
    if metrics.any(|(before, after)| after.is_some() && before != after) {
        all.push(Happening::SlaMet);
    }
    let paused = |ticket: &Ticket| ticket.clocks.resolution.state == State::Paused;
    match (paused(before), paused(after)) {
        (false, true) => all.push(Happening::SlaPaused),
        (true, false) if after.clocks.resolution.is_running() => all.push(Happening::SlaResumed),
        _ => {}
    }
}

/// The opening is no comment, nor are the desk's own words.
fn said(entry: &Entry, all: &mut Vec<Happening>) {
    let says = entry.text.as_ref().is_some_and(|text| !text.body.is_empty());
    let opens = matches!(entry.event, Event::Opened { .. });
    let Actor::Person { .. } = entry.by else { return };
    let Some(visibility) = entry.event.visibility().filter(|_| says && !opens) else { return };
    all.push(Happening::Commented);
    all.push(match visibility {
        Visibility::Public => Happening::CommentedPublic,
        Visibility::Internal => Happening::CommentedInternal,
    });
    if entry.event.asks_agent() {
        all.push(Happening::CommentedRequester);
    } else if entry.answers_requester() {
        all.push(Happening::CommentedAgent);
    }
}
