//! Lists of tickets. Those the keys serve come from an index; the rest walk down from the newest
//! number, a bounded stretch a page, so that a page may be short but never slow.

use desk::access::{may_read, may_read_internal};
use desk::person::normal_address;
use desk::ticket::{Priority, Status};
use desk::{Number, OrganisationId, PersonId, QueueId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Stored;
use store::people::Introduction;
use store::read::{List, Resume};

use crate::body::one_of;
use crate::problem::Problem;
use crate::texts::entries;
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
    Before(String),
}

struct Wanted {
    queue: Option<QueueId>,
    status: Option<Status>,
    priority: Option<Priority>,
    assignee: Option<Assignee>,
    /// Somebody, and whoever they were before.
    requester: Option<Vec<PersonId>>,
    external_id: Option<String>,
}

/// What serves a list.
enum Served {
    Index(List),
    Asked(Vec<PersonId>),
    External(String),
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
        Some(Served::Index(list)) => from_index(call, &list, &wanted, cursor, limit).await?,
        Some(Served::Asked(people)) => asked(call, &people, &wanted, cursor, limit).await?,
        Some(Served::External(id)) => external(call, &id, &wanted, cursor, limit).await?,
        None => by_walking(call, &wanted, cursor, limit).await?,
    };
    Ok(call.page(rendered(call, &found).await?, next))
}

/// Tickets with their words.
pub(crate) async fn rendered(call: &Call<'_>, found: &[Stored]) -> Result<Vec<Value>, Problem> {
    let languages = call.reads(&found.iter().collect::<Vec<_>>()).await?;
    let wanted = found
        .iter()
        .flat_map(|stored| entries(stored).into_iter().map(|entry| (stored.ticket.number, entry)));
    let mut texts = call.store.texts(&wanted.collect::<Vec<_>>()).await?;
    let shown = found.iter().map(|stored| {
        let number = stored.ticket.number;
        let own = entries(stored).into_iter();
        let words = own.filter_map(|entry| Some((entry, texts.remove(&(number, entry))?)));
        let words = words.collect();
        render::ticket(stored, &words, &call.caller, &languages)
    });
    Ok(shown.collect())
}

async fn wanted(call: &Call<'_>) -> Result<Wanted, Problem> {
    let status =
        call.parameter("status").map(|word| one_of("status", word, Status::ALL, Status::parse));
    let priority = call
        .parameter("priority")
        .map(|word| one_of("priority", word, Priority::ALL, Priority::parse));
    let assignee = assignee(call).await?;
    let queue = call.parameter("queue").map(|id| call.known_queue(id)).transpose()?;
    let requester = requester(call).await?;
    let external_id = call.parameter("external_id").map(str::to_owned);
    Ok(Wanted {
        queue,
        status: status.transpose()?,
        priority: priority.transpose()?,
        assignee,
        requester,
        external_id,
    })
}

/// Whoever was a member and is none any more still has what they worked on.
async fn assignee(call: &Call<'_>) -> Result<Option<Assignee>, Problem> {
    let word = match call.parameter("assignee") {
        None => return Ok(None),
        Some("none") => return Ok(Some(Assignee::Nobody)),
        Some("me") => return Ok(Some(Assignee::Person(call.caller.who.id.clone()))),
        Some(word) => word,
    };
    if let Some(member) = call.caller.config.find_member(word) {
        return Ok(Some(Assignee::Person(member.id.clone())));
    }
    match call.store.person(&PersonId::from(word)).await? {
        Some(person) => Ok(Some(Assignee::Person(person.id))),
        None => Err(Problem::field("assignee", "there is no such member")),
    }
}

/// Whose tickets are wanted. Whoever sees only their own lists only those, whatever else they ask.
async fn requester(call: &Call<'_>) -> Result<Option<Vec<PersonId>>, Problem> {
    let who = &call.caller.who;
    let me = || std::iter::once(&who.id).chain(&who.was).cloned().collect();
    let one = match call.parameter("requester") {
        Some("me") => return Ok(Some(me())),
        None => return Ok((!may_read_internal(who)).then(me)),
        Some(word) if word.contains('@') => {
            let address = normal_address(word);
            let wrong = || Problem::field("requester", "it must be one mail address, or an id");
            let introduction = Introduction::by_email(&address.ok_or_else(wrong)?, None);
            call.store.meet(&introduction).await?.0
        }
        Some(id) => match call.store.person(&PersonId::from(id)).await? {
            Some(person) => person,
            None => return Ok(Some(vec![PersonId::from(id)])),
        },
    };
    Ok(Some(std::iter::once(one.id).chain(one.was).collect()))
}

/// The index that serves this list, if one does.
fn indexed(call: &Call<'_>, wanted: &Wanted) -> Result<Option<Served>, Problem> {
    match call.parameter("sort").unwrap_or("created") {
        "created" if wanted.external_id.is_some() => {
            Ok(wanted.external_id.clone().map(Served::External))
        }
        "created" => Ok(wanted.requester.clone().map(Served::Asked)),
        "due" => match (&wanted.assignee, &wanted.queue) {
            (Some(Assignee::Person(agent)), _) => {
                Ok(Some(Served::Index(List::AgentByDue(agent.clone()))))
            }
            (_, Some(queue)) => Ok(Some(Served::Index(List::QueueByDue(queue.clone())))),
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
        Some(Cursor::Below(_) | Cursor::Before(_)) | None => None,
    };
    let page = call.store.list(list, after, limit).await?;
    let found = fitting(call, wanted, &page.numbers).await?;
    Ok((found, page.next.map(Cursor::After)))
}

async fn asked(
    call: &Call<'_>,
    people: &[PersonId],
    wanted: &Wanted,
    cursor: Option<Cursor>,
    limit: usize,
) -> Result<(Vec<Stored>, Option<Cursor>), Problem> {
    let before = match cursor {
        Some(Cursor::Before(place)) => Some(place),
        Some(Cursor::Below(_) | Cursor::After(_)) | None => None,
    };
    let page = call.store.asked_by(people, before.as_deref(), limit).await?;
    let found = fitting(call, wanted, &page.numbers).await?;
    Ok((found, page.next.map(Cursor::Before)))
}

async fn external(
    call: &Call<'_>,
    id: &str,
    wanted: &Wanted,
    cursor: Option<Cursor>,
    limit: usize,
) -> Result<(Vec<Stored>, Option<Cursor>), Problem> {
    let below = match cursor {
        Some(Cursor::Below(number)) => Some(Number(number)),
        Some(Cursor::After(_) | Cursor::Before(_)) | None => None,
    };
    let page = call.store.external_tickets(id, below, limit).await?;
    let found = fitting(call, wanted, &page.numbers).await?;
    Ok((found, page.next.map(|number| Cursor::Below(number.0))))
}

/// A page of an organisation's tickets, newest first, for whoever reads them.
pub(crate) async fn of_organisation(
    call: &Call<'_>,
    id: &OrganisationId,
) -> Result<Answer, Problem> {
    let below = call.cursor::<u64>()?.map(Number);
    let page = call.store.tickets_of(id, below, call.limit()?).await?;
    let mut found = call.store.tickets(&page.numbers).await?;
    found.retain(|stored| may_read(&call.caller.who, &stored.ticket));
    Ok(call.page(rendered(call, &found).await?, page.next.map(|number| number.0)))
}

async fn by_walking(
    call: &Call<'_>,
    wanted: &Wanted,
    cursor: Option<Cursor>,
    limit: usize,
) -> Result<(Vec<Stored>, Option<Cursor>), Problem> {
    let mut below = match cursor {
        Some(Cursor::Below(number)) => number,
        Some(Cursor::After(_) | Cursor::Before(_)) | None => {
            call.store.newest_number().await?.0 + 1
        }
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

async fn fitting(
    call: &Call<'_>,
    wanted: &Wanted,
    numbers: &[Number],
) -> Result<Vec<Stored>, Problem> {
    let mut found = call.store.tickets(numbers).await?;
    found.retain(|stored| fits(call, wanted, stored));
    Ok(found)
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
        && wanted.requester.as_ref().is_none_or(|people| people.contains(&ticket.requester))
        && wanted.external_id.as_ref().is_none_or(|id| ticket.external_id.as_ref() == Some(id))
}
