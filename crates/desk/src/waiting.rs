//! Waiting for somebody else: reminders, wake-ups, and what happens when nobody answers.
//!
//! These are acts on people. They are stamped when they are done and the next is counted from
//! there, so that a clock that slept for a week sends one reminder and not seven.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ticket::{Status, Ticket};

/// Since when somebody else is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// When the ticket began to wait.
    pub since: Timestamp,
    /// The latest act: the beginning, or a reminder.
    pub last: Timestamp,
    /// Reminders sent so far.
    pub reminders: u8,
    /// Hold only: when it wakes up.
    pub until: Option<Timestamp>,
}

/// What the desk does by itself while it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Ask the requester again.
    Remind,
    /// Nobody answered: call it solved.
    ResolveUnanswered,
    /// The hold is over.
    Wake,
    /// Nobody came back: close it for good.
    CloseResolved,
}

/// An act and when it falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueAct {
    /// When it falls due.
    pub at: Timestamp,
    /// What is done then.
    pub act: Act,
}

/// The longest a ticket may be held; a hold without a date ends then.
pub const HOLD_AT_MOST: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long a resolved ticket may be reopened before it closes.
pub const REOPEN_WINDOW: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Reminders to a requester who owes an answer come on the 2nd and 5th day, the end on the 7th.
const ANSWER: [SignedDuration; 3] = [hours(48), hours(72), hours(48)];
/// Reminders to confirm come after 24 and 72 hours.
const CONFIRM: [SignedDuration; 2] = [hours(24), hours(48)];
/// A proposed solution nobody turned down counts after this many working days.
const CONFIRM_WORKING_DAYS: i32 = 5;

const fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

impl Waiting {
    /// Begins to wait.
    pub fn from(at: Timestamp, until: Option<Timestamp>) -> Waiting {
        Waiting { since: at, last: at, reminders: 0, until }
    }
}

/// What the desk does next by itself for a ticket that waits.
pub fn next_act(ticket: &Ticket) -> Option<DueAct> {
    let waiting = ticket.waiting?;
    match ticket.status {
        Status::AwaitingRequester => answer(&waiting),
        Status::AwaitingConfirmation => confirm(ticket, &waiting),
        Status::OnHold => Some(DueAct { at: waiting.until?, act: Act::Wake }),
        Status::Resolved => {
            let at = waiting.since.checked_add(REOPEN_WINDOW).ok()?;
            Some(DueAct { at, act: Act::CloseResolved })
        }
        Status::New | Status::PendingAssignment | Status::InProgress => None,
        Status::InReview | Status::Closed => None,
    }
}

fn answer(waiting: &Waiting) -> Option<DueAct> {
    let gap = ANSWER.get(usize::from(waiting.reminders))?;
    let last_step = usize::from(waiting.reminders) + 1 == ANSWER.len();
    let act = if last_step { Act::ResolveUnanswered } else { Act::Remind };
    Some(DueAct { at: waiting.last.checked_add(*gap).ok()?, act })
}

fn confirm(ticket: &Ticket, waiting: &Waiting) -> Option<DueAct> {
    if let Some(gap) = CONFIRM.get(usize::from(waiting.reminders)) {
        return Some(DueAct { at: waiting.last.checked_add(*gap).ok()?, act: Act::Remind });
    }
    let calendar = &ticket.promise.calendar;
    let days = calendar.after(waiting.since, calendar.working_day() * CONFIRM_WORKING_DAYS);
    // Never on the heels of a reminder that came late.
    let after_reminder = waiting.last.checked_add(hours(24)).ok()?;
    Some(DueAct {
        at: days.unwrap_or(after_reminder).max(after_reminder),
        act: Act::ResolveUnanswered,
    })
}
