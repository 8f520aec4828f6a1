//! Lists of tickets. Those the keys serve come from an index; the rest walk down from the newest
//! number, a bounded stretch a page, so that a page may be short but never slow.

use desk::access::{may_read, may_read_internal};
use desk::person::normal_address;
use desk::ticket::{Priority, Status};
use desk::{Number, PersonId, QueueId};
use serde::{Deserialize, Serialize};
use store::Stored;
use store::people::Introduction;
use store::read::{List, Resume};

use crate::body::one_of;
use crate::problem::Problem;
use crate::{Answer, Call, render};

/// How many numbers one page walks over at most.
const WALK: u64 = 400;
/// How many are read at once.
const STRIDE: u64 = 50;

/// Where the next page begins.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Cursor {
    Below(u64),
    After(Resume),
}

struct Wanted {
    queue: Option<QueueId>,
    status: Option<Status>,
    priority: Option<Priority>,
    assignee: Option<Assignee>,
    requester: Option<PersonId>,
}

enum Assignee {
    Nobody,
    Person(PersonId),
}

/// `GET /v1/tickets`
pub(crate) async fn tickets(call: &Call<'_>) -> Result<Answer, Problem> {
    let wanted = wanted(call).await?;
    let limit = call.limit()?;
    let cursor = call.cursor::<Cursor>()?;
    let (found, next) = match indexed(call, &wanted)? {
        Some(list) => from_index(call, &list, &wanted, cursor, limit).await?,
        None => by_walking(call, &wanted, cursor, limit).await?,
    };
    let first_texts: Vec<_> = found.iter().map(|stored| (stored.ticket.number, 1)).collect();
    let texts = call.store.texts(&first_texts).await?;
    let items = found.iter();
    let items =
        items.map(|stored| render::ticket(stored, texts.get(&stored.ticket.number), &call.caller));
    Ok(call.page(items.collect(), next))
}

async fn wanted(call: &Call<'_>) -> Result<Wanted, Problem> {
    let status =
        call.parameter("status").map(|word| one_of("status", word, Status::ALL, Status::parse));
    let priority = call
        .parameter("priority")
        .map(|word| one_of("priority", word, Priority::ALL, Priority::parse));
    let assignee = call.parameter("assignee").map(|word| match word {
        "none" => Ok(Assignee::Nobody),
        "me" => Ok(Assignee::Person(call.caller.who.id.clone())),
        word => match call.caller.config.find_member(word) {
            Some(member) => Ok(Assignee::Person(member.id.clone())),
            None => Err(Problem::field("assignee", "there is no such member")),
        },
    });
    let queue = call.parameter("queue").map(|id| call.known_queue(id)).transpose()?;
    let requester = requester(call).await?;
    Ok(Wanted {
        queue,
        status: status.transpose()?,
        priority: priority.transpose()?,
        assignee: assignee.transpose()?,
        requester,
    })
}

/// Whose tickets are wanted. Whoever sees only their own lists only those, whatever else they ask.
async fn requester(call: &Call<'_>) -> Result<Option<PersonId>, Problem> {
    let me = &call.caller.who.id;
    let asked = match call.parameter("requester") {
        None => None,
        Some("me") => Some(me.clone()),
        Some(word) if word.contains('@') => {
            let address = normal_address(word);
            let wrong = || Problem::field("requester", "it must be one mail address, or an id");
            let introduction = Introduction::by_email(&address.ok_or_else(wrong)?, None);
            Some(call.store.meet(&introduction).await?.0.id)
        }
        Some(id) => Some(PersonId::from(id)),
    };
    Ok(asked.or_else(|| (!may_read_internal(&call.caller.who)).then(|| me.clone())))
}

/// The index that serves this list, if one does.
fn indexed(call: &Call<'_>, wanted: &Wanted) -> Result<Option<List>, Problem> {
    match call.parameter("sort").unwrap_or("created") {
        "created" => Ok(wanted.requester.clone().map(List::AskedBy)),
        "due" => match (&wanted.assignee, &wanted.queue) {
            (Some(Assignee::Person(agent)), _) => Ok(Some(List::AgentByDue(agent.clone()))),
            (_, Some(queue)) => Ok(Some(List::QueueByDue(queue.clone()))),
            (Some(Assignee::Nobody) | None, None) => {
                Err(Problem::field("sort", "due needs a queue or an assignee"))
            }
        },
        _ => Err(Problem::field("sort", "it must be one of created, due")),
    }
}

async fn from_index(
    call: &Call<'_>,
    list: &List,
    wanted: &Wanted,
    cursor: Option<Cursor>,
    limit: usize,
) -> Result<(Vec<Stored>, Option<Cursor>), Problem> {
    let after = match cursor {
        Some(Cursor::After(place)) => Some(place),
        Some(Cursor::Below(_)) | None => None,
    };
    let page = call.store.list(list, after, limit).await?;
    let mut found = call.store.tickets(&page.numbers).await?;
    found.retain(|stored| fits(call, wanted, stored));
    Ok((found, page.next.map(Cursor::After)))
}

async fn by_walking(
    call: &Call<'_>,
    wanted: &Wanted,
    cursor: Option<Cursor>,
    limit: usize,
) -> Result<(Vec<Stored>, Option<Cursor>), Problem> {
    let mut below = match cursor {
        Some(Cursor::Below(number)) => number,
        Some(Cursor::After(_)) | None => call.store.newest_number().await?.0 + 1,
    };
    let end = below.saturating_sub(WALK);
    let mut found: Vec<Stored> = Vec::new();
    while below > 1 && below > end && found.len() < limit {
        let first = below.saturating_sub(STRIDE).max(1);
        let numbers: Vec<Number> = (first..below).rev().map(Number).collect();
        for stored in call.store.tickets(&numbers).await? {
            if found.len() == limit {
                break;
            }
            below = stored.ticket.number.0;
            if fits(call, wanted, &stored) {
                found.push(stored);
            }
        }
        if found.len() < limit {
            below = first;
        }
    }
    Ok((found, (below > 1).then_some(Cursor::Below(below))))
}

fn fits(call: &Call<'_>, wanted: &Wanted, stored: &Stored) -> bool {
    let ticket = &stored.ticket;
    let assigned = match &wanted.assignee {
        None => true,
        Some(Assignee::Nobody) => ticket.assignee.is_none(),
        Some(Assignee::Person(agent)) => ticket.assignee.as_ref() == Some(agent),
    };
    assigned
        && may_read(&call.caller.who, ticket)
        && wanted.queue.as_ref().is_none_or(|queue| ticket.queue.as_ref() == Some(queue))
        && wanted.status.is_none_or(|status| ticket.status == status)
        && wanted.priority.is_none_or(|priority| ticket.priority == priority)
        && wanted.requester.as_ref().is_none_or(|person| ticket.requester == *person)
}
