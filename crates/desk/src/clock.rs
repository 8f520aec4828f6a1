//! Clocks: the stretches of a history that counted, and what each event does to them. A clock knows
//! nothing of alarms but which of them are on record.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::history::Entry;
use crate::schedule::Calendar;
use crate::sla::{Alarm, Metric, Promise};
use crate::ticket::Status;

/// A reopened ticket has at least this much left of its resolution target.
const REOPENED_AT_LEAST: SignedDuration = SignedDuration::from_hours(1);

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
    /// A target of its own that a reopening or an agreed date gave it, in staffed time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended: Option<SignedDuration>,
    /// Alarms already on record for this run, repeats left out.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub raised: BTreeSet<Alarm>,
    /// The latest repeat on record: its number and when it fell due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeated: Option<(u16, Timestamp)>,
    /// Every alarm on record for this run and when it fell due: a promise that is taken back and made
    /// again does not say it again.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub told: BTreeSet<(Timestamp, Alarm)>,
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

impl Clocks {
    /// The clock of one metric.
    pub fn get(&self, metric: Metric) -> &Clock {
        match metric {
            Metric::FirstResponse => &self.first_response,
            Metric::NextResponse => &self.next_response,
            Metric::Resolution => &self.resolution,
        }
    }

    /// Leaves a stretch out: clocks that ran at `from` go on at `to`.
    pub(crate) fn skip(&mut self, from: Timestamp, to: Timestamp) {
        for metric in Metric::ALL {
            let clock = self.get_mut(*metric);
            if let State::Running(since) = clock.state {
                clock.runs.push((since, from.max(since)));
                clock.state = State::Running(to);
            }
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
    pub fn advance(&mut self, entry: &Entry, status: Status, promise: &Promise) {
        let (event, at) = (&entry.event, entry.at);
        if let Event::AlarmRaised { metric, alarm, due } = event {
            return self.get_mut(*metric).raise(*alarm, *due);
        }
        if let Event::PriorityChanged { .. } | Event::Rearmed { .. } = event {
            return Metric::ALL.iter().for_each(|metric| self.get_mut(*metric).rearm());
        }
        if let Event::Extended { due_at } = event {
            return self.resolution.agree(at, *due_at, promise);
        }
        self.advance_responses(entry, status);
        self.resolution.advance_resolution(event, at, status, promise);
    }

    fn advance_responses(&mut self, entry: &Entry, status: Status) {
        let (event, at) = (&entry.event, entry.at);
        if let Event::Opened { .. } = event {
            self.first_response.start(at);
        }
        if entry.answers_requester() {
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
    pub(crate) fn instant_of(
        &self,
        calendar: &Calendar,
        wanted: SignedDuration,
    ) -> Option<Timestamp> {
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
        let target = promise.resolution.or(self.extended);
        self.extended = target.map(|target| target.max(at_least(target)).max(self.extended()));
        self.raised.clear();
        self.repeated = None;
        self.state = State::Running(at);
    }

    fn extended(&self) -> SignedDuration {
        self.extended.unwrap_or(SignedDuration::ZERO)
    }

    /// Another date was agreed: what is staffed until then is left, and alarms count for it anew. A
    /// breach stays a breach.
    fn agree(&mut self, at: Timestamp, due_at: Timestamp, promise: &Promise) {
        self.rearm();
        let calendar = &promise.calendar;
        self.extended = Some(self.spent(calendar, at) + calendar.between(at, due_at));
    }

    fn raise(&mut self, alarm: Alarm, due: Timestamp) {
        self.told.insert((due, alarm));
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
}
