//! When an automation falls due. An automation is due once for each occurrence of what it counts from,
//! its episode; which episodes are done is read off the ticket's marks.

use jiff::{SignedDuration, Timestamp};

use crate::config::Config;
use crate::rule::condition::{Condition, Facts, Op, View, all_hold};
use crate::rule::{After, Cause, Rule, Since};
use crate::schedule::Calendar;
use crate::sla;
use crate::ticket::{Status, Ticket};

/// The longest an automation looks back from a date, counted in staffed time.
const LOOKS_BACK_AT_MOST: SignedDuration = SignedDuration::from_hours(90 * 24);
/// The smallest step of a clock.
const INSTANT: SignedDuration = SignedDuration::from_nanos(1);

/// An automation that will run, or should have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Due<'a> {
    /// Which.
    pub rule: &'a Rule,
    /// When what it counts from happened, or will.
    pub episode: Timestamp,
    /// When it falls due.
    pub at: Timestamp,
}

/// The earliest instant at which a rule has something to do if nobody touches the ticket.
pub fn next_moment(ticket: &Ticket, facts: &Facts<'_>, now: Timestamp) -> Option<Timestamp> {
    next(ticket, facts, now).map(|due| due.at)
}

/// The automation that falls due first; of several at one instant, the first in order.
pub fn next<'a>(ticket: &Ticket, facts: &Facts<'a>, now: Timestamp) -> Option<Due<'a>> {
    // What is closed is done; a later message opens another ticket.
    if ticket.status == Status::Closed {
        return None;
    }
    let rules = facts.config.rules.iter().filter(|rule| rule.enabled);
    rules.filter_map(|rule| of_rule(rule, ticket, facts, now)).min_by_key(|due| due.at)
}

fn of_rule<'a>(
    rule: &'a Rule,
    ticket: &Ticket,
    facts: &Facts<'a>,
    now: Timestamp,
) -> Option<Due<'a>> {
    let Cause::After(after) = &rule.cause else { return None };
    let episode = anchor(after.since, ticket)?;
    if ticket.marks.fired.get(&rule.id) == Some(&episode) {
        return None;
    }
    let at = moment(after, episode, facts.config)?;
    let at = at.max(ticket.marks.until.unwrap_or(at));
    let at = in_hours(rule, at, facts.config, now)?;
    let view = View { ticket, before: None, message: "", facts, now: at.max(now) };
    all_hold(&rule.when, &view).then_some(Due { rule, episode, at })
}

/// When what is counted from happened last.
fn anchor(since: Since, ticket: &Ticket) -> Option<Timestamp> {
    match since {
        Since::Created => Some(ticket.opened_at),
        Since::RequesterMessage => Some(ticket.marks.asked_at.unwrap_or(ticket.opened_at)),
        Since::AgentMessage => ticket.marks.answered_at,
        Since::StatusChange => {
            let waiting = ticket.waiting.map(|waiting| waiting.since);
            Some(ticket.marks.status_since.or(waiting).unwrap_or(ticket.opened_at))
        }
        Since::Due => sla::next_due(ticket).map(|(_, at)| at),
    }
}

fn moment(after: &After, anchor: Timestamp, config: &Config) -> Option<Timestamp> {
    let calendar = match &after.calendar {
        Some(id) => config.calendar(id)?.calendar(),
        None => Calendar::AroundTheClock,
    };
    if after.before {
        return before(&calendar, anchor, after.length);
    }
    calendar.after(anchor, after.length)
}

/// The last instant from which so much staffed time passes until another.
fn before(calendar: &Calendar, until: Timestamp, length: SignedDuration) -> Option<Timestamp> {
    if let Calendar::AroundTheClock = calendar {
        return until.checked_sub(length).ok();
    }
    let mut early = until.checked_sub(LOOKS_BACK_AT_MOST).ok()?;
    let mut late = until;
    if calendar.between(early, until) < length {
        return None;
    }
    while early.duration_until(late) > SignedDuration::from_secs(1) {
        let middle = early.checked_add(early.duration_until(late) / 2).ok()?;
        if calendar.between(middle, until) >= length { early = middle } else { late = middle }
    }
    // Whole seconds in, whole seconds out: halving leaves less than one.
    early.round(jiff::Unit::Second).ok()
}

/// Where a rule keeps to the hours of a calendar it waits for them, however late it is.
fn in_hours(rule: &Rule, at: Timestamp, config: &Config, now: Timestamp) -> Option<Timestamp> {
    let mut earliest = at;
    for condition in &rule.when {
        let Condition::Test { op: Op::Within(id), .. } = condition else { continue };
        let calendar = config.calendar(id)?.calendar();
        let from = earliest.max(now);
        if !is_open(&calendar, from) {
            earliest = opens_after(&calendar, from)?;
        } else if !is_open(&calendar, earliest) {
            earliest = opens_after(&calendar, earliest)?;
        }
    }
    Some(earliest)
}

/// Whether a calendar is open at an instant.
pub(crate) fn is_open(calendar: &Calendar, at: Timestamp) -> bool {
    at.checked_add(INSTANT).is_ok_and(|next| calendar.between(at, next) > SignedDuration::ZERO)
}

fn opens_after(calendar: &Calendar, at: Timestamp) -> Option<Timestamp> {
    calendar.after(at, INSTANT)?.checked_sub(INSTANT).ok()
}
