//! Service targets: what was promised, how much of it is spent, and what must be said when.
//!
//! Nothing ticks. Alarms (warnings, the breach, the ladder above it) are thresholds of the time a
//! clock has spent, so each has one instant at which it falls due, whenever somebody comes to look.

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use crate::clock::{Clock, Clocks, State};
use crate::schedule::Calendar;
use crate::ticket::{Ticket, words};

words!(
    /// What is measured.
    Metric {
        /// From opening to the first public answer of an agent.
        FirstResponse = "first_response",
        /// From the oldest unanswered message of the requester to the next public answer.
        NextResponse = "next_response",
        /// From opening to solved; waiting for somebody outside the desk does not count.
        Resolution = "resolution",
    }
);

/// What is promised for one ticket. It is copied into the history when it is made, so that editing
/// a policy cannot rewrite a ticket's past.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// The policy it came from.
    pub policy: String,
    /// When the clocks run.
    pub calendar: Calendar,
    /// Staffed time until the first answer.
    pub first_response: Option<SignedDuration>,
    /// Staffed time until each further answer.
    pub next_response: Option<SignedDuration>,
    /// Staffed time until it is solved.
    pub resolution: Option<SignedDuration>,
    /// When to warn before a breach.
    pub warnings: Vec<Warning>,
    /// How to repeat after a breach.
    pub repeats: Repeats,
}

/// When to warn before a target falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// When this share of the target is spent, in per cent.
    Spent(u8),
    /// When this much staffed time is left.
    Left(SignedDuration),
}

/// How a breach is repeated until somebody acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeats {
    /// Only the daily digest names it again.
    Digest,
    /// Each time this much more staffed time is spent.
    Every {
        /// Staffed time between repeats.
        every: SignedDuration,
        /// How many at most.
        at_most: u16,
    },
    /// At this time of each staffed day.
    Daily {
        /// Local time of the calendar's zone.
        at: Time,
        /// How many at most.
        at_most: u16,
    },
}

/// Something that must be said about a clock, in the order of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alarm {
    /// It will be breached soon; the number counts the policy's warnings from 0.
    Warning(u8),
    /// It is breached: the assignee and the lead.
    Breach,
    /// It is still breached: the numbered reminder to whoever must act, from 1.
    Repeat(u16),
    /// Half the target again (30 minutes at least) has passed: the manager.
    Manager,
    /// The whole target again has passed: the head of support.
    Head,
}

/// The ladder's second rung comes no sooner than this after the breach.
const MANAGER_AT_LEAST: SignedDuration = SignedDuration::from_mins(30);

impl Promise {
    /// Promises nothing.
    pub fn none() -> Promise {
        Promise {
            policy: "None".into(),
            calendar: Calendar::AroundTheClock,
            first_response: None,
            next_response: None,
            resolution: None,
            warnings: Vec::new(),
            repeats: Repeats::Digest,
        }
    }

    /// The target of one metric, in staffed time.
    pub fn target(&self, metric: Metric) -> Option<SignedDuration> {
        match metric {
            Metric::FirstResponse => self.first_response,
            Metric::NextResponse => self.next_response,
            Metric::Resolution => self.resolution,
        }
    }
}

/// An alarm and the instant it falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DueAlarm {
    /// When it falls due.
    pub at: Timestamp,
    /// Of which clock.
    pub metric: Metric,
    /// What must be said.
    pub alarm: Alarm,
}

impl Clock {
    fn target(&self, promise: &Promise, metric: Metric) -> Option<SignedDuration> {
        self.extended.or_else(|| promise.target(metric))
    }

    /// Every alarm that is not on record yet, with its instant.
    fn alarms(&self, promise: &Promise, metric: Metric) -> Vec<(Timestamp, Alarm)> {
        let Some(target) = self.target(promise, metric).filter(|_| self.is_running()) else {
            return Vec::new();
        };
        let mut alarms: Vec<(Timestamp, Alarm)> = thresholds(promise, target)
            .into_iter()
            .filter(|(_, alarm)| !self.raised.contains(alarm))
            .filter_map(|(spent, alarm)| Some((self.instant_of(&promise.calendar, spent)?, alarm)))
            .filter(|alarm| !self.told.contains(alarm))
            .collect();
        alarms.extend(self.next_repeat(promise, target));
        alarms
    }

    /// The first repeat that is not on record yet, neither for this promise nor for the same one made
    /// before.
    fn next_repeat(&self, promise: &Promise, target: SignedDuration) -> Option<(Timestamp, Alarm)> {
        let mut last = self.repeated;
        loop {
            let (at, number) = self.repeat_after(last, promise, target)?;
            let repeat = (at, Alarm::Repeat(number));
            if !self.told.contains(&repeat) {
                return Some(repeat);
            }
            last = Some((number, at));
        }
    }

    fn repeat_after(
        &self,
        last: Option<(u16, Timestamp)>,
        promise: &Promise,
        target: SignedDuration,
    ) -> Option<(Timestamp, u16)> {
        let number = last.map_or(0, |(number, _)| number).checked_add(1)?;
        let at = match promise.repeats {
            Repeats::Digest => return None,
            Repeats::Every { at_most, .. } | Repeats::Daily { at_most, .. } if number > at_most => {
                return None;
            }
            Repeats::Every { every, .. } => {
                self.instant_of(&promise.calendar, target + every * i32::from(number))?
            }
            Repeats::Daily { at, .. } => {
                let State::Running(since) = self.state else { return None };
                let breach = self.instant_of(&promise.calendar, target)?;
                let last = last.map_or(breach, |(_, last)| last);
                promise.calendar.next_daily(last.max(since), at)?
            }
        };
        Some((at, number))
    }
}

/// Warnings, breach and ladder as amounts of spent time.
fn thresholds(promise: &Promise, target: SignedDuration) -> Vec<(SignedDuration, Alarm)> {
    let warnings = (0u8..).zip(&promise.warnings).map(|(n, warning)| {
        let spent = match warning {
            Warning::Spent(percent) => target * i32::from(*percent) / 100,
            Warning::Left(left) => target - *left,
        };
        (spent, Alarm::Warning(n))
    });
    let ladder = [
        (target, Alarm::Breach),
        (target + (target / 2).max(MANAGER_AT_LEAST), Alarm::Manager),
        (target + target.max(MANAGER_AT_LEAST * 2), Alarm::Head),
    ];
    warnings
        .filter(|(spent, _)| *spent > SignedDuration::ZERO && *spent < target)
        .chain(ladder)
        .collect()
}

/// When a target falls, fell, or would have fallen due; none while its clock stands still.
pub fn due_at(ticket: &Ticket, metric: Metric) -> Option<Timestamp> {
    let clock = ticket.clocks.get(metric);
    clock.instant_of(&ticket.promise.calendar, clock.target(&ticket.promise, metric)?)
}

/// The earliest target still running: what a queue is sorted by.
pub fn next_due(ticket: &Ticket) -> Option<(Metric, Timestamp)> {
    Metric::ALL
        .iter()
        .filter(|metric| ticket.clocks.get(**metric).is_running())
        .filter_map(|metric| Some((*metric, due_at(ticket, *metric)?)))
        .min_by_key(|(_, at)| *at)
}

/// What counts as the target now, in staffed time: the promise's own, or what replaced it.
pub fn target(ticket: &Ticket, metric: Metric) -> Option<SignedDuration> {
    ticket.clocks.get(metric).target(&ticket.promise, metric)
}

/// The next thing that must be said about any clock. Once a ticket is closed nothing is.
pub fn next_alarm(ticket: &Ticket) -> Option<DueAlarm> {
    alarms(ticket).min()
}

/// Everything that is to be said if nobody touches the ticket, soonest first; of the reminders after
/// a breach the next alone.
pub fn coming_alarms(ticket: &Ticket) -> Vec<DueAlarm> {
    let mut coming: Vec<DueAlarm> = alarms(ticket).collect();
    coming.sort();
    coming
}

fn alarms(ticket: &Ticket) -> impl Iterator<Item = DueAlarm> + '_ {
    Metric::ALL.iter().flat_map(|metric| {
        let alarms = ticket.clocks.get(*metric).alarms(&ticket.promise, *metric);
        alarms.into_iter().map(|(at, alarm)| DueAlarm { at, metric: *metric, alarm })
    })
}

#[cfg(test)]
#[path = "sla_tests.rs"]
mod tests;
