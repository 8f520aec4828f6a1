//! What other policies would have promised a ticket, and what would have become of it: its history
//! read again with those promises in the place of the ones that were made.

use jiff::Timestamp;

use crate::config::Config;
use crate::event::Event;
use crate::history::{Actor, Entry, evolve};
use crate::policy::Circumstances;
use crate::sla;
use crate::ticket::Ticket;

/// The ticket as it would stand at an instant, had the desk been set up like this all along. Its
/// clocks say what would have been broken.
pub fn with_promises_of(
    config: &Config,
    history: &[Entry],
    email: Option<&str>,
    until: Timestamp,
) -> Option<Ticket> {
    let mut ticket: Option<Ticket> = None;
    for (n, entry) in history.iter().enumerate() {
        if matches!(entry.event, Event::AlarmRaised { .. } | Event::Rearmed { .. }) {
            continue;
        }
        let known = ticket.as_ref().map(|ticket| raised(ticket.clone(), entry.at));
        let next = history.get(n..).unwrap_or_default();
        let event = promised(&entry.event, known.as_ref(), next, config, email);
        ticket = evolve(known, &Entry { event, ..entry.clone() });
    }
    ticket.map(|ticket| raised(ticket, until))
}

/// The same event with the promise it would have carried.
fn promised(
    event: &Event,
    ticket: Option<&Ticket>,
    history: &[Entry],
    config: &Config,
    email: Option<&str>,
) -> Event {
    let mut event = event.clone();
    match (&mut event, ticket) {
        (Event::Opened { kind, priority, channel, promise, .. }, _) => {
            let queue = history.iter().find_map(|entry| match &entry.event {
                Event::Queued { queue } => Some(queue),
                _ => None,
            });
            // The form is filled in with the opening, if at all.
            let form = history.iter().take(3).find_map(|entry| match &entry.event {
                Event::FormFilled { form, .. } => Some(form),
                _ => None,
            });
            let (kind, priority, channel) = (*kind, *priority, *channel);
            let known = Circumstances { queue, kind, priority, channel, email, form };
            *promise = config.promise(&known);
        }
        (Event::PriorityChanged { to, promise }, Some(ticket)) => {
            let known = Circumstances { priority: *to, ..Circumstances::of(ticket, email) };
            *promise = config.promise(&known);
        }
        _ => {}
    }
    event
}

/// The ticket with every alarm on record that was due by then.
fn raised(ticket: Ticket, until: Timestamp) -> Ticket {
    let mut ticket = ticket;
    while let Some(due) = sla::next_alarm(&ticket).filter(|due| due.at <= until) {
        let event = Event::AlarmRaised { metric: due.metric, alarm: due.alarm, due: due.at };
        let at = due.at.max(ticket.updated_at);
        let entry = Entry { at, by: Actor::System, event, text: None };
        match evolve(Some(ticket.clone()), &entry) {
            Some(next) => ticket = next,
            None => break,
        }
    }
    ticket
}
