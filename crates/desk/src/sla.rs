//! Service targets: what was promised, how much of it is spent, and what must be said when.
//!
//! Nothing ticks. A clock is a list of stretches read out of the history; alarms (warnings, the
//! breach, the ladder above it) are thresholds of spent time, so each has one instant at which it
//! falls due, whenever somebody comes to look.

use std::collections::BTreeSet;

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::history::Event;
use crate::schedule::Calendar;
use crate::ticket::{Status, Ticket, words};

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
/// A reopened ticket has at least this much left of its resolution target.
const REOPENED_AT_LEAST: SignedDuration = SignedDuration::from_hours(1);

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

/// The three clocks of a ticket.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Clocks {
    /// See [`Metric::FirstResponse`].
    pub first_response: Clock,
    /// See [`Metric::NextResponse`].
    pub next_response: Clock,
    /// See [`Metric::Resolution`].
    pub resolution: Clock,
}

/// One clock, as the history leaves it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// What it is doing.
    pub state: State,
    /// Stretches that counted and are over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<(Timestamp, Timestamp)>,
    /// A target of its own that a reopening gave it, in staffed time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended: Option<SignedDuration>,
    /// Alarms already on record for this run, repeats left out.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub raised: BTreeSet<Alarm>,
    /// The latest repeat on record: its number and when it fell due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeated: Option<(u16, Timestamp)>,
    /// Whether it was ever breached; a later target cannot undo that.
    #[serde(default)]
    pub breached: bool,
}

/// What a clock is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing is being measured.
    #[default]
    Idle,
    /// Counting since then.
    Running(Timestamp),
    /// Standing still because somebody else owes the next step.
    Paused,
    /// The promise was kept, or kept late, then.
    Met(Timestamp),
    /// The ticket ended without it.
    Ended,
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

impl Clocks {
    /// The clock of one metric.
    pub fn get(&self, metric: Metric) -> &Clock {
        match metric {
            Metric::FirstResponse => &self.first_response,
            Metric::NextResponse => &self.next_response,
            Metric::Resolution => &self.resolution,
        }
    }

    fn get_mut(&mut self, metric: Metric) -> &mut Clock {
        match metric {
            Metric::FirstResponse => &mut self.first_response,
            Metric::NextResponse => &mut self.next_response,
            Metric::Resolution => &mut self.resolution,
        }
    }

    /// Reads one more event. `status` is where the ticket stands once it has happened.
    pub fn advance(&mut self, event: &Event, at: Timestamp, status: Status, promise: &Promise) {
        if let Event::AlarmRaised { metric, alarm, due } = event {
            return self.get_mut(*metric).raise(*alarm, *due);
        }
        if let Event::PriorityChanged { .. } = event {
            return Metric::ALL.iter().for_each(|metric| self.get_mut(*metric).rearm());
        }
        self.advance_responses(event, at, status);
        self.resolution.advance_resolution(event, at, status, promise);
    }

    fn advance_responses(&mut self, event: &Event, at: Timestamp, status: Status) {
        if let Event::Opened { .. } = event {
            self.first_response.start(at);
        }
        if event.answers_requester() {
            self.first_response.stop(at, State::Met(at));
            self.next_response.stop(at, State::Met(at));
        } else if event.asks_agent() && !self.first_response.is_running() {
            self.next_response.start_anew(at);
        }
        if !status.is_open() {
            self.first_response.stop(at, State::Ended);
            self.next_response.stop(at, State::Ended);
        }
    }
}

impl Clock {
    /// Whether it is counting.
    pub fn is_running(&self) -> bool {
        matches!(self.state, State::Running(_))
    }

    /// When the promise was kept.
    pub fn met_at(&self) -> Option<Timestamp> {
        match self.state {
            State::Met(at) => Some(at),
            State::Idle | State::Running(_) | State::Paused | State::Ended => None,
        }
    }

    /// Staffed time counted until `now`.
    pub fn spent(&self, calendar: &Calendar, now: Timestamp) -> SignedDuration {
        let over: SignedDuration = self.runs.iter().map(|(a, b)| calendar.between(*a, *b)).sum();
        match self.state {
            State::Running(since) => over + calendar.between(since, now),
            State::Idle | State::Paused | State::Met(_) | State::Ended => over,
        }
    }

    /// When this much is spent, if the clock runs on, or was spent, or would have been had it not
    /// been stopped. None while it is paused short of it.
    fn instant_of(&self, calendar: &Calendar, wanted: SignedDuration) -> Option<Timestamp> {
        let mut left = wanted;
        for (n, (from, to)) in self.runs.iter().enumerate() {
            let length = calendar.between(*from, *to);
            let is_last = n + 1 == self.runs.len();
            let stopped = matches!(self.state, State::Met(_) | State::Ended);
            if left <= length || (is_last && stopped) {
                return calendar.after(*from, left);
            }
            left -= length;
        }
        match self.state {
            State::Running(since) => calendar.after(since, left),
            State::Idle | State::Paused | State::Met(_) | State::Ended => None,
        }
    }

    fn start(&mut self, at: Timestamp) {
        if self.state == State::Idle {
            self.state = State::Running(at);
        }
    }

    /// A new episode: what came before is not counted again, but a breach stays a breach.
    fn start_anew(&mut self, at: Timestamp) {
        if !self.is_running() {
            let breached = self.breached;
            *self = Clock { state: State::Running(at), breached, ..Clock::default() };
        }
    }

    fn stop(&mut self, at: Timestamp, state: State) {
        if let State::Running(since) = self.state {
            self.runs.push((since, at));
            self.state = state;
        }
    }

    fn advance_resolution(
        &mut self,
        event: &Event,
        at: Timestamp,
        status: Status,
        promise: &Promise,
    ) {
        if let Event::Opened { .. } = event {
            return self.start(at);
        }
        match (self.state, status) {
            (State::Running(_) | State::Paused, Status::Resolved) => self.end(at, State::Met(at)),
            (State::Running(_) | State::Paused, Status::Closed) => self.end(at, State::Ended),
            (State::Running(_), waiting) if waiting.pauses_resolution() => {
                self.stop(at, State::Paused);
            }
            (State::Paused, acting) if !acting.pauses_resolution() => {
                self.state = State::Running(at);
            }
            (State::Met(_), acting) if acting.is_open() => self.reopen(at, promise),
            (State::Idle | State::Running(_) | State::Paused | State::Met(_) | State::Ended, _) => {
            }
        }
    }

    fn end(&mut self, at: Timestamp, state: State) {
        self.stop(at, state);
        self.state = state;
    }

    /// Goes on with what was left, but never with less than an hour or a quarter of the target, so
    /// that a reopened ticket is not breached the moment it comes back.
    fn reopen(&mut self, at: Timestamp, promise: &Promise) {
        let spent = self.spent(&promise.calendar, at);
        let at_least = |target: SignedDuration| spent + REOPENED_AT_LEAST.max(target / 4);
        self.extended = promise.resolution.map(|target| target.max(at_least(target)));
        self.raised.clear();
        self.repeated = None;
        self.state = State::Running(at);
    }

    fn raise(&mut self, alarm: Alarm, due: Timestamp) {
        match alarm {
            Alarm::Repeat(n) => self.repeated = Some((n, due)),
            Alarm::Breach => {
                self.breached = true;
                self.raised.insert(alarm);
            }
            Alarm::Warning(_) | Alarm::Manager | Alarm::Head => {
                self.raised.insert(alarm);
            }
        }
    }

    /// A new promise measures from the beginning again; what was said about the old one does not
    /// count for it.
    fn rearm(&mut self) {
        self.extended = None;
        self.raised.clear();
        self.repeated = None;
    }

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
            .collect();
        alarms.extend(self.next_repeat(promise, target));
        alarms
    }

    fn next_repeat(&self, promise: &Promise, target: SignedDuration) -> Option<(Timestamp, Alarm)> {
        let number = self.repeated.map_or(0, |(number, _)| number).checked_add(1)?;
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
                let last = self.repeated.map_or(breach, |(_, last)| last);
                promise.calendar.next_daily(last.max(since), at)?
            }
        };
        Some((at, Alarm::Repeat(number)))
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

/// The next thing that must be said about any clock. Once a ticket is closed nothing is.
pub fn next_alarm(ticket: &Ticket) -> Option<DueAlarm> {
    Metric::ALL
        .iter()
        .flat_map(|metric| {
            let alarms = ticket.clocks.get(*metric).alarms(&ticket.promise, *metric);
            alarms.into_iter().map(|(at, alarm)| DueAlarm { at, metric: *metric, alarm })
        })
        .min()
}
