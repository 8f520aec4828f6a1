//! One metric's part of a receipt, read entry by entry: where a stretch ends, why the next begins, and
//! which targets there were. The clock itself says what counts; this only notes it down.

use jiff::{SignedDuration, Timestamp};

use crate::event::Event;
use crate::history::Entry;
use crate::receipt::{Earlier, Promised, Raised, Reason, Stretch, Target};
use crate::silence::is_silent;
use crate::sla::{self, Metric, State};
use crate::ticket::{Closure, Status, Ticket};

/// One entry, and the ticket on either side of it.
pub(crate) struct Step<'a> {
    pub before: Option<&'a Ticket>,
    pub after: &'a Ticket,
    pub seq: u32,
    pub entry: &'a Entry,
}

/// What is known of one metric so far.
pub(crate) struct Tally {
    metric: Metric,
    promised: Vec<Promised>,
    stretches: Vec<Stretch>,
    earlier: Vec<(Vec<Stretch>, Option<Timestamp>)>,
    alarms: Vec<Raised>,
}

impl Tally {
    pub fn new(metric: Metric) -> Tally {
        Tally {
            metric,
            promised: Vec::new(),
            stretches: Vec::new(),
            earlier: Vec::new(),
            alarms: Vec::new(),
        }
    }

    pub fn read(&mut self, step: &Step<'_>) {
        if let Event::AlarmRaised { metric, alarm, due } = &step.entry.event
            && *metric == self.metric
        {
            let silent = is_silent(step.after, *alarm, *due);
            self.alarms.push(Raised { alarm: *alarm, due: *due, seq: step.seq, silent });
        }
        let clock = step.after.clocks.get(self.metric);
        if clock.state == State::Idle {
            return;
        }
        let was_running = step.before.is_some_and(|t| t.clocks.get(self.metric).is_running());
        if clock.is_running() && !was_running && clock.runs.is_empty() {
            self.begin_anew(step);
        }
        if let Some(reason) = self.turn(step, was_running) {
            self.enter(step, clock.is_running(), reason);
        }
        self.note_target(step);
    }

    /// What was measured before does not count for what is measured now.
    fn begin_anew(&mut self, step: &Step<'_>) {
        self.promised.clear();
        if !self.stretches.is_empty() {
            let met_at = step.before.and_then(|t| t.clocks.get(self.metric).met_at());
            self.earlier.push((std::mem::take(&mut self.stretches), met_at));
        }
    }

    /// Why another stretch begins with this entry; none where the last one goes on.
    fn turn(&self, step: &Step<'_>, was_running: bool) -> Option<Reason> {
        let event = &step.entry.event;
        let clock = step.after.clocks.get(self.metric);
        let resolution = self.metric == Metric::Resolution;
        if clock.is_running() {
            let marks = match event {
                Event::PriorityChanged { .. } | Event::Rearmed { .. } => true,
                Event::Extended { .. } => resolution,
                _ => false,
            };
            return (marks || !was_running).then(|| self.why_it_runs(event));
        }
        let stands = self.why_it_stands(step);
        let last = self.stretches.last();
        let other = last.is_none_or(|last| last.counted || (resolution && last.reason != stands));
        let again = resolution && matches!(event, Event::Held { .. });
        (other || again).then_some(stands)
    }

    fn why_it_runs(&self, event: &Event) -> Reason {
        match event {
            Event::Opened { .. } => Reason::Opened,
            Event::PriorityChanged { .. } => Reason::PriorityChanged,
            Event::Rearmed { .. } => Reason::PolicyChanged,
            Event::Extended { .. } => Reason::DateAgreed,
            Event::Unmerged => Reason::Unmerged,
            event if self.metric == Metric::NextResponse && event.asks_agent() => {
                Reason::RequesterWaits
            }
            Event::Resumed => Reason::Resumed,
            Event::Woken => Reason::Woken,
            Event::Declined => Reason::Declined,
            Event::Reopened => Reason::Reopened,
            _ => Reason::WorkResumed,
        }
    }

    fn why_it_stands(&self, step: &Step<'_>) -> Reason {
        let answered = step.entry.answers_requester();
        if self.metric != Metric::Resolution && answered {
            return Reason::Answered;
        }
        match step.after.status {
            Status::AwaitingRequester => Reason::AwaitingRequester,
            Status::AwaitingConfirmation => Reason::AwaitingConfirmation,
            Status::OnHold => Reason::OnHold,
            Status::Closed if step.after.closure == Some(Closure::Merged) => Reason::Merged,
            Status::Closed => Reason::Closed,
            Status::Resolved => Reason::Resolved,
            Status::New | Status::PendingAssignment | Status::InProgress | Status::InReview => {
                Reason::Answered
            }
        }
    }

    fn enter(&mut self, step: &Step<'_>, counted: bool, reason: Reason) {
        let at = step.entry.at;
        if let Some(last) = self.stretches.last_mut() {
            last.to = Some(at);
        }
        let until = match &step.entry.event {
            Event::Held { until } if reason == Reason::OnHold => Some(*until),
            _ => None,
        };
        self.stretches.push(Stretch {
            from: at,
            to: None,
            counted,
            staffed: SignedDuration::ZERO,
            reason,
            seq: step.seq,
            until,
        });
    }

    /// Keeps each target this measurement had, and why it has another.
    fn note_target(&mut self, step: &Step<'_>) {
        let target = sla::target(step.after, self.metric);
        let policy = &step.after.promise.policy;
        let agreed = matches!(step.entry.event, Event::Extended { .. });
        let event = &step.entry.event;
        let promised = matches!(event, Event::PriorityChanged { .. } | Event::Rearmed { .. })
            || (agreed && self.metric == Metric::Resolution);
        let other = self.promised.last().is_none_or(|last| last.target != target);
        if !promised && !other {
            return;
        }
        self.promised.push(Promised {
            seq: step.seq,
            at: step.entry.at,
            reason: self.why_it_runs(&step.entry.event),
            policy: policy.clone(),
            target,
            due_at: sla::due_at(step.after, self.metric),
        });
    }

    pub fn target(self, ticket: &Ticket, at: Timestamp) -> Target {
        let calendar = &ticket.promise.calendar;
        let clock = ticket.clocks.get(self.metric);
        let mut stretches = self.stretches;
        for stretch in stretches.iter_mut().filter(|stretch| stretch.counted) {
            stretch.staffed = calendar.between(stretch.from, stretch.to.unwrap_or(at));
        }
        let earlier = self.earlier.iter().filter_map(|(stretches, met_at)| {
            let first = stretches.first()?;
            let counted = stretches.iter().filter(|stretch| stretch.counted);
            let spent = counted.map(|s| calendar.between(s.from, s.to.unwrap_or(at))).sum();
            Some(Earlier { seq: first.seq, from: first.from, met_at: *met_at, spent })
        });
        Target {
            metric: self.metric,
            policy: ticket.promise.policy.clone(),
            calendar: calendar.clone(),
            state: clock.state,
            target: sla::target(ticket, self.metric),
            spent: clock.spent(calendar, at),
            due_at: sla::due_at(ticket, self.metric),
            met_at: clock.met_at(),
            breached: clock.breached,
            promised: self.promised,
            earlier: earlier.collect(),
            stretches,
            alarms: self.alarms,
        }
    }
}
