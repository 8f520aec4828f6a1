//! Once a day, at nine: everybody who answers for tickets that are behind a promise of low urgency is
//! told of all of them at once. Their breach was told when it happened; reminders of each would be
//! noise.

use desk::config::Config;
use desk::message::Message;
use desk::outbox::{Lane, Otherwise, Owed};
use desk::person::Person;
use desk::preferences::next_nine;
use desk::sla::{self, Metric, Repeats};
use desk::{Number, PersonId, Ticket};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use store::Stored;
use store::lane::Waiting;
use store::read::List;

use crate::deliver::Left;
use crate::words::{Letter, promised};
use crate::{Error, Notify, bundle, mail};

/// So many of a queue's or an agent's most urgent tickets are looked at.
const LOOKED_AT: usize = 100;
/// So many are listed by name.
const LISTED: usize = 25;

/// The day begins: everybody who is behind with something is owed a look at it, and tomorrow is set.
pub(crate) async fn begin(notify: &Notify, lane: &str) -> Result<(), Error> {
    let now = notify.store.now();
    for row in notify.store.waiting(lane).await? {
        if row.not_before > now {
            continue;
        }
        let config = notify.store.config().await?;
        let next = next_nine(&config.zone, now).unwrap_or(now);
        // The day is part of the key: whoever begins it a second time owes nothing more.
        let day = now.as_second().div_euclid(86_400);
        let seq = u32::try_from(day).unwrap_or(0);
        let mut owed = Vec::new();
        for member in config.members.iter().filter(|member| member.role.is_staff()) {
            let wanted = notify.store.preferences(&member.id).await?.brief;
            if wanted && !behind(notify, &config, &member.id).await?.is_empty() {
                owed.push(to(&member.id, seq));
            }
        }
        notify.store.daily(&row, &owed, next).await?;
    }
    Ok(())
}

fn to(member: &PersonId, seq: u32) -> Owed {
    Owed {
        number: Number(0),
        seq,
        lane: Lane::Chat(member.clone()),
        message: Message::Digest,
        otherwise: Otherwise::Mail,
        except: Vec::new(),
        urgent: false,
    }
}

/// Tells one person, if anything of theirs is behind.
pub(crate) async fn send(notify: &Notify, row: &Waiting) -> Result<Left, Error> {
    let (Lane::Mail(id) | Lane::Chat(id)) = &row.owed.lane else {
        return Ok(Left::nothing("nobody to write to"));
    };
    let Some(person) = notify.store.person(id).await? else {
        return Ok(Left::nothing("nobody to write to"));
    };
    let config = notify.store.config().await?;
    let behind = behind(notify, &config, id).await?;
    if behind.is_empty() {
        return Ok(Left::nothing("nothing to say"));
    }
    let letter = letter(&behind, &config);
    by_lane(notify, row, &config, &person, &letter).await
}

async fn by_lane(
    notify: &Notify,
    row: &Waiting,
    config: &Config,
    person: &Person,
    letter: &Letter,
) -> Result<Left, Error> {
    let id = row.owed.id();
    match (&row.owed.lane, &person.email, config.queues.first()) {
        (Lane::Mail(_), Some(email), Some(queue)) => {
            let date = notify.store.now().as_second();
            let from = mail::From { queue, domain: &config.domain, date };
            mail::send_bundle(notify, &id, &from, person, email, letter).await
        }
        (Lane::Mail(_), ..) => Ok(Left::nothing("no address")),
        (..) => bundle::post(notify, &id, person, &letter.short()).await,
    }
}

/// What is behind of their own, and of what nobody has taken in the queues they lead.
async fn behind(
    notify: &Notify,
    config: &Config,
    id: &PersonId,
) -> Result<Vec<(Stored, Metric, Timestamp)>, Error> {
    let led = config.queues.iter().filter(|queue| queue.lead.as_ref() == Some(id));
    let lists = led.map(|queue| List::QueueByDue(queue.id.clone()));
    let mut found: Vec<(Stored, Metric, Timestamp)> = Vec::new();
    for list in std::iter::once(List::AgentByDue(id.clone())).chain(lists) {
        let numbers = notify.store.list(&list, None, LOOKED_AT).await?.numbers;
        for stored in notify.store.tickets(&numbers).await? {
            let theirs = stored.ticket.assignee.as_ref().is_none_or(|assignee| assignee == id);
            let known = found.iter().any(|(one, ..)| one.ticket.number == stored.ticket.number);
            if let Some((metric, due)) = is_behind(&stored.ticket, notify.store.now())
                && theirs
                && !known
            {
                found.push((stored, metric, due));
            }
        }
    }
    found.sort_by_key(|(_, _, due)| *due);
    Ok(found)
}

/// The promise it is behind, where that is one that is told of once a day.
fn is_behind(ticket: &Ticket, now: Timestamp) -> Option<(Metric, Timestamp)> {
    let daily = ticket.promise.repeats == Repeats::Digest && ticket.status.is_open();
    sla::next_due(ticket).filter(|(_, due)| daily && *due <= now)
}

fn letter(behind: &[(Stored, Metric, Timestamp)], config: &Config) -> Letter {
    let many = behind.len();
    let more = many.saturating_sub(LISTED);
    let mut lines: Vec<String> = behind
        .iter()
        .take(LISTED)
        .map(|(stored, metric, due)| line(stored, *metric, *due, &config.zone))
        .collect();
    if more > 0 {
        lines.push(format!("… and {more} more. Your queues list them all, next due first."));
    }
    let subject = match many {
        1 => "1 ticket is behind its promise".to_owned(),
        _ => format!("{many} tickets are behind their promise"),
    };
    let opening = format!("{subject}. None of them is urgent, and each waits for somebody:");
    let closing = "This comes once a day, at nine, while there is something to tell.";
    let letter = Letter::new(subject, opening).quoting(&lines.join("\n")).ending(closing);
    Letter { recurring: true, ..letter }
}

fn line(stored: &Stored, metric: Metric, due: Timestamp, zone: &TimeZone) -> String {
    let (_, what) = promised(metric);
    let due = due.to_zoned(zone.clone()).strftime("%a %-d %b, %H:%M");
    let owner = if stored.ticket.assignee.is_none() { ", taken by nobody" } else { "" };
    format!("• {} {}: {what} was due {due}{owner}", stored.ticket.number, stored.title)
}
