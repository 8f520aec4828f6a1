//! Finds somebody for tickets that wait in a queue which gives them out by itself: one queue at a
//! time, in the order they came. What cannot be given to anybody yet stays in the lane and is looked
//! at again when somebody is back, has room, or begins their hours.

use std::collections::BTreeSet;

use desk::access::Permit;
use desk::answer::Answer;
use desk::assign::{Assignment, Candidate, Choice, How, Need, Rota, choose, region_of};
use desk::calendar::NamedCalendar;
use desk::config::{Config, Member, Queue};
use desk::outbox::{Lane, Message};
use desk::preferences::Preferences;
use desk::{FieldId, Number, PersonId, Refusal, Status};
use jiff::{SignedDuration, Timestamp};
use store::Stored;
use store::change::{Along, no_answer};
use store::delivery::Sent;
use store::lane::Waiting;
use store::rota::Turn;

use crate::{Error, Notify};

/// How long a sender holds the queue.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// When what waits is looked at again, should nothing have rung until then.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(15);
/// How often a lost turn is taken again before the next look has to do.
const TRIES: usize = 16;

/// Gives out what waits in this lane; every ring looks at all of it.
pub(crate) async fn run(notify: &Notify, lane: &str) -> Result<(), Error> {
    loop {
        let Some(holder) = notify.store.lease(lane, LEASE).await? else { return Ok(()) };
        let given = give_all(notify, lane).await;
        notify.store.release(lane, &holder).await?;
        given?;
        // What came in while the lease was held rang in vain: look once more.
        let rows = notify.store.waiting(lane).await?;
        if !rows.iter().any(|row| row.attempts == 0) {
            return Ok(());
        }
    }
}

async fn give_all(notify: &Notify, lane: &str) -> Result<(), Error> {
    let mut after = None;
    loop {
        let rows = notify.store.waiting_after(lane, after.as_ref()).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.key.clone());
        // What came in meanwhile is given to whoever is there then.
        let mut team = None;
        for row in &rows {
            let Lane::GiveOut(queue) = &row.owed.lane else { continue };
            let config = notify.store.config().await?;
            let Some(queue) = config.queue(queue) else {
                notify.store.redirect(row, Vec::new()).await?;
                continue;
            };
            if team.is_none() {
                team = Some(Team::of(notify, queue).await?);
            }
            let Some(team) = &team else { continue };
            give_one(notify, row, queue, team).await?;
        }
    }
}

/// The people of a queue, as they stand now.
struct Team {
    members: Vec<(Candidate, Vec<Number>)>,
    /// What had been given out lately when they were looked at.
    seen: BTreeSet<Number>,
}

impl Team {
    /// What people say of themselves is read before what the configuration says of them: whoever is
    /// given other hours and then comes back is not seen back in the hours they had.
    async fn of(notify: &Notify, queue: &Queue) -> Result<Team, Error> {
        let mut said = Vec::new();
        for id in &queue.members {
            said.push((id, notify.store.preferences(id).await?));
        }
        let seen = notify.store.rota().await?.fresh_numbers();
        let config = notify.store.config().await?;
        let mut members = Vec::new();
        for (id, preferences) in said {
            let Some(member) = config.member(id).filter(|member| member.role.is_staff()) else {
                continue;
            };
            let listed = notify.store.workload(id, &seen).await?;
            let now = notify.store.now();
            members.push((candidate(&config, queue, member, &preferences, now), listed));
        }
        Ok(Team { members, seen })
    }

    fn by(&self, rota: &Rota) -> Vec<Candidate> {
        let members = self.members.iter();
        let loaded = members.map(|(one, listed)| Candidate {
            load: rota.load(&one.id, listed, &self.seen),
            ..one.clone()
        });
        loaded.collect()
    }
}

fn candidate(
    config: &Config,
    queue: &Queue,
    member: &Member,
    preferences: &Preferences,
    now: Timestamp,
) -> Candidate {
    let hours = member.work.calendar.as_ref().and_then(|id| config.calendar(id));
    let hours = hours.map(NamedCalendar::calendar);
    let of_queue = queue.assignment.and_then(|assignment| assignment.capacity);
    Candidate {
        id: member.id.clone(),
        skills: member.work.skills.clone(),
        regions: member.work.regions.clone(),
        there: preferences.there(hours.as_ref(), now),
        load: 0,
        capacity: member.work.capacity.or(of_queue),
    }
}

/// Gives one ticket to whoever is found, in the transaction that takes the turn and the row.
async fn give_one(notify: &Notify, row: &Waiting, queue: &Queue, team: &Team) -> Result<(), Error> {
    let number = row.owed.number;
    for _ in 0..TRIES {
        let now = notify.store.now();
        let stored = notify.store.ticket(number).await?.filter(|stored| waits(stored, queue));
        let Some(stored) = stored else {
            notify.store.redirect(row, Vec::new()).await?;
            return Ok(());
        };
        let rota = notify.store.rota().await?;
        let how = how(row, queue);
        let config = notify.store.config().await?;
        match choose(&need(&stored, &config), &team.by(&rota), how, &rota, now) {
            Choice::Wait(there) => {
                let again = now.checked_add(LOOK_AGAIN).unwrap_or(now);
                let at = there.map_or(again, |there| there.min(again).max(now));
                if row.attempts == 0 || row.retry_at <= now {
                    notify.store.postpone(row, at).await?;
                }
                return Ok(());
            }
            Choice::Nobody => {
                let unsent = Sent::unsent(now, "the queue has nobody to give it to");
                notify.store.settle(row, &unsent, &[]).await?;
                return Ok(());
            }
            Choice::Give(to) => {
                if taken(notify, row, queue, &rota, &to, how).await? {
                    return Ok(());
                }
            }
        }
    }
    let again = notify.store.now().checked_add(SignedDuration::from_secs(1));
    notify.store.postpone(row, again.unwrap_or(row.retry_at)).await?;
    Ok(())
}

/// False where somebody else took the turn, or the ticket.
async fn taken(
    notify: &Notify,
    row: &Waiting,
    queue: &Queue,
    rota: &Rota,
    to: &PersonId,
    how: How,
) -> Result<bool, Error> {
    let number = row.owed.number;
    let next = rota.given(number, to, notify.store.now());
    let turn = Some(Turn { read: rota.turn, next });
    let along = Along { settles: Some(row.key.clone()), turn, ..Along::default() };
    let wish = |stored: &Stored, _: &Config| match waits(stored, queue) {
        true => Ok(Permit::give(to.clone(), how)),
        false => Err(Refusal::Stale),
    };
    match notify.store.change(number, along, wish, &no_answer).await {
        Ok(_) => Ok(true),
        Err(store::Error::Busy | store::Error::Refused(Refusal::Stale)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn waits(stored: &Stored, queue: &Queue) -> bool {
    let ticket = &stored.ticket;
    let open = matches!(ticket.status, Status::New | Status::PendingAssignment);
    open && ticket.assignee.is_none() && ticket.queue.as_ref() == Some(&queue.id)
}

fn how(row: &Waiting, queue: &Queue) -> How {
    let asked = match row.owed.message {
        Message::GiveOut(how) => how,
        _ => None,
    };
    let of_queue = queue.assignment.map(|Assignment { how, .. }| how);
    asked.or(of_queue).unwrap_or(How::RoundRobin)
}

/// The field of a form that says where somebody has to go.
const POSTCODE: &str = "postcode";

/// What a ticket asks for: its tags, of which some are skills and some are regions; else the region of
/// the postcode its form was given; and the handlers its form names.
fn need(stored: &Stored, config: &Config) -> Need {
    let ticket = &stored.ticket;
    let tagged = config.regions.iter().find(|region| ticket.tags.contains(&region.id));
    let region = tagged.or_else(|| match stored.answers.get(&FieldId::from(POSTCODE)) {
        Some(Answer::Text(postcode)) => region_of(&config.regions, postcode),
        Some(_) | None => None,
    });
    let form = ticket.form.as_ref().and_then(|form| config.form(form));
    Need {
        tags: ticket.tags.clone(),
        region: region.map(|region| region.id.clone()),
        handlers: form.map(|form| form.handlers.clone()).unwrap_or_default(),
    }
}
