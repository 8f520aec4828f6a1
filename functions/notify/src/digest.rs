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
use fluent_bundle::FluentArgs;
use jiff::Timestamp;
use store::Stored;
use store::lane::Waiting;
use store::read::List;

use crate::deliver::Left;
use crate::filling::yes;
use crate::letter::Letter;
use crate::locale::Locale;
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
    let preferred = notify.store.preferences(&person.id).await?.language;
    let locale = Locale::of(preferred.iter().chain([&config.language]));
    let letter = letter(locale, &behind, &config);
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

fn letter(locale: &Locale, behind: &[(Stored, Metric, Timestamp)], config: &Config) -> Letter {
    let named = behind.iter().take(LISTED);
    let lines = named.map(|(stored, metric, due)| line(locale, stored, *metric, *due, config));
    let lines: Vec<String> = lines.collect();
    let with = bundle::counted(lines.len(), behind.len());
    let letter = Letter::worded(locale, "digest", &with);
    letter.quoting(&bundle::listed(locale, &lines, &with)).day_after_day()
}

fn line(
    locale: &Locale,
    stored: &Stored,
    metric: Metric,
    due: Timestamp,
    config: &Config,
) -> String {
    let mut with = FluentArgs::new();
    with.set("number", stored.ticket.number.to_string());
    with.set("title", stored.title.as_str());
    with.set("metric", metric.as_str());
    with.set("due", locale.moment_soon(due, config));
    with.set("taken", yes(stored.ticket.assignee.is_some()));
    locale.say("digest-line", &with)
}

#[cfg(test)]
mod tests {
    use desk::history::Event;
    use desk::language::Language;

    use super::*;
    use crate::test_facts::{at, facts};

    #[test]
    fn what_is_behind_reads_as_a_list() {
        let facts = facts(Event::NoteAdded, "", "09:10:00");
        let behind = |many: usize| -> Vec<(Stored, Metric, Timestamp)> {
            let metrics = Metric::ALL.iter().cycle().take(many);
            metrics.map(|metric| (facts.stored.clone(), *metric, at("08:05:00"))).collect()
        };
        let read = |tag: &str, many: usize| {
            let locale = Locale::of(Language::parse(tag).as_ref());
            let mut behind = behind(many);
            behind[0].0.ticket.assignee = None;
            let letter = letter(locale, &behind, &facts.config);
            format!("{}\n\n{}", letter.subject, letter.text())
        };
        let read = [read("en", 1), read("en", LISTED + 2), read("de", 1), read("de", LISTED + 2)];
        insta::assert_snapshot!(read.join("----\n"));
    }
}
