//! The receipt of a ticket's promises: every stretch that counted and every one that did not, why,
//! and what happens next. Read off the history alone, so that it can be checked line by line against
//! what happened; it measures nothing of its own.

use jiff::{SignedDuration, Timestamp};

use crate::history::{Entry, evolve};
use crate::schedule::Calendar;
use crate::silence::{Silence, is_silent};
use crate::sla::{self, Alarm, Metric, State};
use crate::tally::{Step, Tally};
use crate::task;
use crate::ticket::{Ticket, words};
use crate::waiting::{self, Act};

words!(
    /// Why a clock began to count, or ceased to.
    Reason {
        /// The ticket was opened.
        Opened = "opened",
        /// The requester wrote and is owed an answer.
        RequesterWaits = "requester_waits",
        /// The requester answered what was asked.
        Resumed = "resumed",
        /// The hold ended.
        Woken = "woken",
        /// The requester says it is not solved.
        Declined = "declined",
        /// It came back after it was resolved.
        Reopened = "reopened",
        /// Another priority: its promise is counted from the beginning.
        PriorityChanged = "priority_changed",
        /// Another policy: its promise is counted from the beginning.
        PolicyChanged = "policy_changed",
        /// Another date was agreed.
        DateAgreed = "date_agreed",
        /// A merge was taken back.
        Unmerged = "unmerged",
        /// Work went on for another reason.
        WorkResumed = "work_resumed",
        /// An agent answered.
        Answered = "answered",
        /// The requester was asked something.
        AwaitingRequester = "awaiting_requester",
        /// A solution waits for the requester's word.
        AwaitingConfirmation = "awaiting_confirmation",
        /// It waits for something outside the desk, until a date.
        OnHold = "on_hold",
        /// The same, as the requester reads it.
        WaitingElsewhere = "waiting_elsewhere",
        /// It was resolved.
        Resolved = "resolved",
        /// It was closed.
        Closed = "closed",
        /// It lives on in another ticket.
        Merged = "merged",
    }
);

words!(
    /// What the desk does next by itself.
    Coming {
        /// Warns that a target falls due soon.
        Warning = "warning",
        /// Tells the lead that it was missed.
        Breach = "breach",
        /// Reminds whoever must act.
        Repeat = "repeat",
        /// Tells the manager.
        Manager = "manager",
        /// Tells the head of support.
        Head = "head",
        /// Asks the requester again.
        Remind = "remind",
        /// Takes it as solved.
        ResolveUnanswered = "resolve_unanswered",
        /// Ends the hold.
        Wake = "wake",
        /// Closes it for good.
        CloseResolved = "close_resolved",
        /// Reminds whoever must do a task.
        TaskDue = "task_due",
    }
);

/// What was promised for a ticket, what became of it, and what comes.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// The instant it speaks of.
    pub at: Timestamp,
    /// One for each metric, in the order of [`Metric::ALL`].
    pub targets: Vec<Target>,
    /// What the desk does by itself if nobody touches the ticket, soonest first.
    pub next: Vec<Next>,
    /// Since when, and until when, alarms are recorded and nobody is told.
    pub silence: Option<Silence>,
    /// What comes is more than is shown: the rest is for agents.
    pub abridged: bool,
}

/// One promise.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// What is measured.
    pub metric: Metric,
    /// The policy it comes from.
    pub policy: String,
    /// When its clock runs.
    pub calendar: Calendar,
    /// What its clock is doing.
    pub state: State,
    /// What counts now, in staffed time; none where nothing is promised.
    pub target: Option<SignedDuration>,
    /// Staffed time counted so far.
    pub spent: SignedDuration,
    /// When it falls, fell or would have fallen due; none while the clock stands still.
    pub due_at: Option<Timestamp>,
    /// When it was met.
    pub met_at: Option<Timestamp>,
    /// Whether it was ever broken.
    pub breached: bool,
    /// Every target it had in this measurement, the first of them first.
    pub promised: Vec<Promised>,
    /// Every stretch of this measurement, in order.
    pub stretches: Vec<Stretch>,
    /// Measurements before this one: each answer that was owed is measured anew.
    pub earlier: Vec<Earlier>,
    /// Alarms on record, of all measurements.
    pub alarms: Vec<Raised>,
}

/// A target, and the entry that set it.
#[derive(Clone, Debug, PartialEq)]
pub struct Promised {
    /// The entry's place in the history.
    pub seq: u32,
    /// When it was set.
    pub at: Timestamp,
    /// Why.
    pub reason: Reason,
    /// The policy it comes from.
    pub policy: String,
    /// In staffed time.
    pub target: Option<SignedDuration>,
    /// When it fell due, as things stood then.
    pub due_at: Option<Timestamp>,
}

/// A stretch of time that counted whole or not at all.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end; none while it goes on.
    pub to: Option<Timestamp>,
    /// Whether it counts.
    pub counted: bool,
    /// What it adds to the time spent, in staffed time.
    pub staffed: SignedDuration,
    /// Why it began.
    pub reason: Reason,
    /// The place in the history of the entry that began it.
    pub seq: u32,
    /// Until when it is on hold.
    pub until: Option<Timestamp>,
}

/// A measurement that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Earlier {
    /// The place in the history of the entry that began it.
    pub seq: u32,
    /// Its beginning.
    pub from: Timestamp,
    /// When it was met; none where the ticket ended without it.
    pub met_at: Option<Timestamp>,
    /// Staffed time it took, by today's calendar.
    pub spent: SignedDuration,
}

/// An alarm on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raised {
    /// Which.
    pub alarm: Alarm,
    /// When it fell due, whenever that was noticed.
    pub due: Timestamp,
    /// The place of its entry in the history.
    pub seq: u32,
    /// Nobody was told, because somebody had taken notice.
    pub silent: bool,
}

/// Something the desk will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Coming,
    /// About which promise.
    pub metric: Option<Metric>,
    /// Nobody will be told, because somebody has taken notice.
    pub silent: bool,
}

/// The receipt of a whole history as it stands at `now`; none of a ticket nobody has opened. An
/// entry is numbered by its place, from 1.
pub fn receipt<'a>(
    history: impl IntoIterator<Item = &'a Entry>,
    now: Timestamp,
) -> Option<Receipt> {
    let mut tallies: Vec<Tally> = Metric::ALL.iter().map(|metric| Tally::new(*metric)).collect();
    let mut ticket: Option<Ticket> = None;
    for (seq, entry) in (1u32..).zip(history) {
        let before = ticket.clone();
        ticket = evolve(ticket, entry);
        let Some(after) = &ticket else { continue };
        let step = Step { before: before.as_ref(), after, seq, entry };
        tallies.iter_mut().for_each(|tally| tally.read(&step));
    }
    let ticket = ticket?;
    let at = now.max(ticket.updated_at);
    Some(Receipt {
        at,
        targets: tallies.into_iter().map(|tally| tally.target(&ticket, at)).collect(),
        next: next(&ticket),
        silence: ticket.silence.filter(|silence| at < silence.until),
        abridged: false,
    })
}

impl Receipt {
    /// Without what is for agents alone: alarms, holds and who is told of what.
    pub fn for_requester(mut self) -> Receipt {
        self.silence = None;
        self.abridged = true;
        self.next.retain(|next| next.what.concerns_requester());
        for target in &mut self.targets {
            target.alarms.clear();
            for stretch in &mut target.stretches {
                stretch.until = None;
                stretch.reason = stretch.reason.for_requester();
            }
        }
        self
    }
}

impl Reason {
    fn for_requester(self) -> Reason {
        match self {
            Reason::OnHold => Reason::WaitingElsewhere,
            Reason::Woken => Reason::WorkResumed,
            other => other,
        }
    }
}

impl Coming {
    fn concerns_requester(self) -> bool {
        matches!(self, Coming::Remind | Coming::ResolveUnanswered | Coming::CloseResolved)
    }
}

impl From<Alarm> for Coming {
    fn from(alarm: Alarm) -> Coming {
        match alarm {
            Alarm::Warning(_) => Coming::Warning,
            Alarm::Breach => Coming::Breach,
            Alarm::Repeat(_) => Coming::Repeat,
            Alarm::Manager => Coming::Manager,
            Alarm::Head => Coming::Head,
        }
    }
}

fn next(ticket: &Ticket) -> Vec<Next> {
    let alarms = sla::coming_alarms(ticket).into_iter().map(|due| Next {
        at: due.at,
        what: due.alarm.into(),
        metric: Some(due.metric),
        silent: is_silent(ticket, due.alarm, due.at),
    });
    let act = waiting::next_act(ticket).map(|due| {
        let what = match due.act {
            Act::Remind => Coming::Remind,
            Act::ResolveUnanswered => Coming::ResolveUnanswered,
            Act::Wake => Coming::Wake,
            Act::CloseResolved => Coming::CloseResolved,
        };
        Next { at: due.at, what, metric: None, silent: false }
    });
    let tasks = task::coming(ticket).map(|at| Next {
        at,
        what: Coming::TaskDue,
        metric: None,
        silent: false,
    });
    let mut next: Vec<Next> = alarms.chain(act).chain(tasks).collect();
    next.sort_by_key(|next| next.at);
    next
}
