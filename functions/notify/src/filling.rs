//! What the words of a letter are filled with: names, numbers and moments, and what tells which of
//! several ways to say it fits. Knows nothing of the words.

use desk::history::Event;
use desk::outbox::Message;
use desk::sla::{Alarm, Metric, due_at};
use fluent_bundle::FluentArgs;
use jiff::Timestamp;

use crate::facts::Facts;
use crate::summary;

/// Everything the words of this message may name.
pub(crate) fn filling(facts: &Facts, message: Message) -> FluentArgs<'_> {
    let mut with = FluentArgs::new();
    with.set("number", facts.ticket().number.to_string());
    with.set("title", facts.stored.title.as_str());
    with.set("author", author(facts, message));
    with.set("asker", facts.stored.asker.name.as_str());
    with.set("queue", facts.queue_name());
    with.set("event", facts.entry.event.name());
    with.set("status", facts.ticket().status.as_str());
    with.set("said", yes(!facts.said().is_empty()));
    match message {
        Message::Receipt | Message::PlainReceipt => {
            let due = facts.due(Metric::FirstResponse);
            with.set("promised", yes(due.is_some()));
            with.set("due", due.unwrap_or_default());
        }
        Message::Reminder => with.set("times", times(facts)),
        Message::Ended(closure) => with.set("closure", closure.as_str()),
        Message::GoesOnIn(other) | Message::TookIn(other) => with.set("other", other.to_string()),
        Message::InHands | Message::NotYours => with.set("holder", holder(facts)),
        Message::Reprioritised => with.set("level", level(facts)),
        Message::Unhappy => with.set("score", score(facts)),
        Message::NotDelivered => with.set("reason", reason(facts)),
        Message::Alarm(metric, alarm) => {
            with.set("alarm", message.sort());
            promise(&mut with, facts, metric, alarm);
        }
        Message::VisitPlanned
        | Message::VisitYours
        | Message::VisitStarted
        | Message::VisitDone
        | Message::VisitCancelled => visit(&mut with, facts),
        _ => {}
    }
    with
}

/// How the words ask whether something is so.
pub(crate) fn yes(so: bool) -> &'static str {
    if so { "yes" } else { "no" }
}

/// Who did it. A colleague who let a solution through did not find it.
fn author(facts: &Facts, message: Message) -> String {
    match (message, &facts.entry.event) {
        (Message::Solution, Event::Approved) => facts.assignee(),
        _ => facts.author.clone(),
    }
}

/// How often the requester was asked.
fn times(facts: &Facts) -> u8 {
    match facts.entry.event {
        Event::Reminded { number } => number,
        _ => 0,
    }
}

/// Whose it became with the entry this is about.
fn holder(facts: &Facts) -> String {
    match &facts.entry.event {
        Event::Assigned { to, .. } => facts.name(to),
        _ => facts.author.clone(),
    }
}

fn level(facts: &Facts) -> String {
    let level = match &facts.entry.event {
        Event::PriorityChanged { to, .. } => *to,
        _ => facts.ticket().priority,
    };
    summary::priority(facts.locale, level)
}

fn score(facts: &Facts) -> u8 {
    match facts.entry.event {
        Event::Rated { score } => score,
        _ => facts.ticket().rating.map_or(0, |rating| rating.score),
    }
}

fn reason(facts: &Facts) -> &str {
    match &facts.entry.event {
        Event::Undeliverable { reason, .. } => reason,
        _ => "",
    }
}

/// What is promised, when it is or was due, and which rung of the ladder this is.
fn promise(with: &mut FluentArgs<'_>, facts: &Facts, metric: Metric, alarm: Alarm) {
    let locale = facts.locale;
    let due = due_at(facts.ticket(), metric);
    let left = due.map(|due| locale.length(facts.entry.at.duration_until(due)));
    with.set("metric", metric.as_str());
    with.set("due", due.map_or_else(|| locale.word("now"), |due| facts.clock(due)));
    with.set("left", left.unwrap_or_default());
    if let Alarm::Repeat(nth) = alarm {
        with.set("nth", nth);
    }
}

/// Who comes, when and where, and who signed.
fn visit(with: &mut FluentArgs<'_>, facts: &Facts) {
    let visitor = facts.ticket().assignee.as_ref().map(|id| facts.name(id));
    with.set("visitor", visitor.unwrap_or_else(|| facts.locale.word("somebody")));
    let window = window(facts);
    with.set("planned", yes(window.is_some()));
    with.set("window", window.unwrap_or_default());
    let signer = facts.entry.text.as_ref().and_then(|text| text.title.clone());
    with.set("signed", yes(signer.is_some()));
    with.set("signer", signer.unwrap_or_default());
}

/// When, and where: of the plan this is about, or of the one that was made.
fn window(facts: &Facts) -> Option<String> {
    let (region, from, to): (Option<&String>, Timestamp, Timestamp) = match &facts.entry.event {
        Event::VisitPlanned { region, from, to } => (region.as_ref(), *from, *to),
        _ => facts.ticket().visit.as_ref().map(|one| (one.region.as_ref(), one.from, one.to))?,
    };
    let place = region.map(|id| {
        let known = facts.config.regions.iter().find(|region| region.id == *id);
        known.map_or_else(|| id.clone(), |region| region.name.clone())
    });
    let mut with = FluentArgs::new();
    with.set("from", facts.clock(from));
    with.set("to", facts.clock(to));
    with.set("placed", yes(place.is_some()));
    with.set("place", place.unwrap_or_default());
    Some(facts.locale.say("window", &with))
}
