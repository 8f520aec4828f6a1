//! `GET /v1/people/{id}/export`: everything the desk knows of a person, for themself or for an admin.
//! Notes that agents wrote for each other are for admins alone.

use desk::access::Role;
use desk::history::{Entry, Visibility};
use desk::person::Person;
use desk::{Number, PersonId};
use serde_json::{Value, json};
use store::Stored;

use crate::problem::Problem;
use crate::{Answer, Call, identities, people};

/// How many of the newest tickets are looked through for what somebody wrote on those of others: who
/// only asks writes on those they follow, a member may have written on any.
const LOOKED_THROUGH: u64 = 20_000;
/// The same for a member.
const READ_THROUGH: u64 = 1_000;
/// How many are read at once.
const STRIDE: u64 = 100;
/// How many of their own tickets are read at once.
const PAGE: usize = 100;

/// Answers the document.
pub(crate) async fn get(call: &Call<'_>, id: &str) -> Result<Answer, Problem> {
    let person = people::readable(call, id).await?;
    if !call.caller.who.is(&person.id) {
        call.only(|role| role == Role::Admin)?;
    }
    let ids: Vec<PersonId> = std::iter::once(&person.id).chain(&person.was).cloned().collect();
    let (tickets, own) = asked(call, &ids).await?;
    let (elsewhere, oldest) = elsewhere(call, &ids, &own).await?;
    Ok(Answer::ok(json!({
        "person": people::render(&person, call),
        "identities": identities::names(call, &person).await?,
        "preferences": preferences(call, &person).await?,
        "tickets": tickets,
        "elsewhere": elsewhere,
        "elsewhere_since_number": oldest,
    })))
}

async fn preferences(call: &Call<'_>, person: &Person) -> Result<Value, Problem> {
    let preferences = call.store.preferences(&person.id).await?;
    Ok(crate::preferences::render(&preferences, &call.caller.config))
}

/// Every ticket they asked, with what was said on it.
async fn asked(call: &Call<'_>, ids: &[PersonId]) -> Result<(Vec<Value>, Vec<Number>), Problem> {
    let (mut shown, mut numbers) = (Vec::new(), Vec::new());
    let mut before: Option<String> = None;
    loop {
        let page = call.store.asked_by(ids, before.as_deref(), PAGE).await?;
        for stored in call.store.tickets(&page.numbers).await? {
            shown.push(ticket(call, &stored, |_| true).await?);
            numbers.push(stored.ticket.number);
        }
        before = page.next;
        if before.is_none() {
            return Ok((shown, numbers));
        }
    }
}

/// What they wrote on tickets of others, among the newest; and how far back that goes.
async fn elsewhere(
    call: &Call<'_>,
    ids: &[PersonId],
    own: &[Number],
) -> Result<(Vec<Value>, u64), Problem> {
    let newest = call.store.newest_number().await?.0;
    let is_member = ids.iter().any(|id| call.caller.config.member(id).is_some());
    let depth = if is_member { READ_THROUGH } else { LOOKED_THROUGH };
    let oldest = newest.saturating_sub(depth) + 1;
    let mut shown = Vec::new();
    let mut below = newest + 1;
    while below > oldest {
        let first = below.saturating_sub(STRIDE).max(oldest);
        let numbers = (first..below).rev().map(Number);
        let numbers: Vec<Number> = numbers.filter(|number| !own.contains(number)).collect();
        for stored in call.store.tickets(&numbers).await? {
            if !is_member && !stored.ticket.followers.iter().any(|one| ids.contains(one)) {
                continue;
            }
            let theirs = |entry: &Entry| entry.by.person_id().is_some_and(|by| ids.contains(by));
            let ticket = ticket(call, &stored, theirs).await?;
            if ticket["messages"].as_array().is_some_and(|said| !said.is_empty()) {
                shown.push(json!({ "number": ticket["number"], "messages": ticket["messages"] }));
            }
        }
        below = first;
    }
    Ok((shown, oldest))
}

/// A ticket, with those of its messages that are wanted and that whoever asks may read.
async fn ticket(
    call: &Call<'_>,
    stored: &Stored,
    wanted: impl Fn(&Entry) -> bool,
) -> Result<Value, Problem> {
    let inside = call.caller.who.role == Role::Admin;
    let mut said = Vec::new();
    for (seq, entry) in call.store.history(stored.ticket.number).await? {
        let Some(visibility) = entry.event.visibility() else { continue };
        if !wanted(&entry) || visibility == Visibility::Internal && !inside {
            continue;
        }
        let Some(text) = &entry.text else { continue };
        let files = text.files.iter().map(|file| {
            json!({ "id": file.id, "name": file.name, "type": file.kind, "size": file.size })
        });
        said.push(json!({
            "seq": seq,
            "at": entry.at,
            "by": entry.by.person_id(),
            "visibility": visibility,
            "body": text.body,
            "files": files.collect::<Vec<_>>(),
        }));
    }
    Ok(json!({
        "number": stored.ticket.number,
        "title": stored.title,
        "status": stored.ticket.status,
        "created_at": stored.ticket.opened_at,
        "external_id": stored.ticket.external_id,
        "fields": stored.answers,
        "messages": said,
    }))
}
