//! Verbs about tickets and each other: merge and take back, split, link, follow.

use desk::access::{Permit, permit};
use desk::config::Config;
use desk::history::{Entry, Event, Pointer, Text, title_of};
use desk::person::Person;
use desk::related::{Link, Relation};
use desk::{Command, Number, PersonId, Refusal};
use serde_json::Value;
use store::Stored;
use store::change::NewTicket;
use store::people::Introduction;

use crate::actions::Asked;
use crate::body::{Fields, TITLE_AT_MOST, one_line};
use crate::precondition::etag;
use crate::problem::Problem;
use crate::tickets::readable;
use crate::{Answer, Call};

/// What can be done to two tickets, or to a ticket and a bystander.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tie {
    Merge,
    Unmerge,
    Split,
    Link,
    Unlink,
    Follow,
    Unfollow,
}

/// A title cut out of a message has at most this many characters.
const TITLE: usize = 80;

/// Carries out one of them and answers the ticket.
pub(crate) async fn tie(call: &Call<'_>, number: Number, tie: Tie) -> Result<Answer, Problem> {
    let fields = call.fields()?;
    match tie {
        Tie::Merge => merge(call, number, other(&fields, "into")?).await,
        Tie::Unmerge => unmerge(call, number).await,
        Tie::Split => split(call, number, &fields).await,
        Tie::Link | Tie::Unlink => {
            let link = Link { relation: relation(&fields)?, number: other(&fields, "to")? };
            let wish = |link| match tie {
                Tie::Unlink => Command::Unlink(link),
                _ => Command::Link(link),
            };
            ties(call, number, link, wish).await
        }
        Tie::Follow | Tie::Unfollow => {
            let who = bystander(call, number, &fields).await?;
            let command = match tie {
                Tie::Unfollow => Command::Unfollow { who },
                _ => Command::Follow { who },
            };
            let asked = Asked::of(call, number).await?;
            let wish = |stored: &Stored, _: &Config| allowed(call, stored, command.clone());
            let done = call.store.change(number, asked.along(), wish, &asked.keep()).await?;
            asked.answer(done).await
        }
    }
}

/// Leave for the caller, who may have said which version they mean.
fn allowed(call: &Call<'_>, stored: &Stored, command: Command) -> Result<Permit, Refusal> {
    if !call.matches(&etag(stored)) {
        return Err(Refusal::Stale);
    }
    permit(&call.caller.who, Some(&stored.ticket), command)
}

async fn merge(call: &Call<'_>, number: Number, into: Number) -> Result<Answer, Problem> {
    other_readable(call, number, into, "into").await?;
    let asked = Asked::of(call, number).await?;
    let wish = |[one, other]: [&Stored; 2], _: &Config| {
        let asker = one.ticket.requester.clone();
        let absorb = Command::Absorb { number, asker };
        Ok([
            allowed(call, one, Command::Merge { into })?,
            permit(&call.caller.who, Some(&other.ticket), absorb)?,
        ])
    };
    let done = call.store.change_both([number, into], asked.along(), wish, &asked.keep()).await?;
    asked.answer(done).await
}

async fn unmerge(call: &Call<'_>, number: Number) -> Result<Answer, Problem> {
    let stored = readable(call, number).await?;
    let earlier = match &stored.ticket.merged {
        Some(merged) => merged.into,
        None => return again(call, number, Refusal::NotMerged).await,
    };
    let asked = Asked::of(call, number).await?;
    let wish = |[one, other]: [&Stored; 2], _: &Config| {
        // Taken back and merged elsewhere in the meantime: that one is not meant.
        if one.ticket.merged.as_ref().is_some_and(|merged| merged.into != earlier) {
            return Err(Refusal::Stale);
        }
        Ok([
            allowed(call, one, Command::Unmerge)?,
            permit(&call.caller.who, Some(&other.ticket), Command::Part { number })?,
        ])
    };
    let done =
        call.store.change_both([number, earlier], asked.along(), wish, &asked.keep()).await?;
    asked.answer(done).await
}

/// A refusal known before anything was tried, unless the same request was carried out before.
async fn again(call: &Call<'_>, number: Number, refusal: Refusal) -> Result<Answer, Problem> {
    let asked = Asked::of(call, number).await?;
    let wish = |_: &Stored, _: &Config| Err(refusal.clone());
    let done = call.store.change(number, asked.along(), wish, &asked.keep()).await?;
    asked.answer(done).await
}

async fn ties(
    call: &Call<'_>,
    number: Number,
    link: Link,
    wish: impl Fn(Link) -> Command + Sync,
) -> Result<Answer, Problem> {
    other_readable(call, number, link.number, "to").await?;
    let back = Link { relation: link.relation.reverse(), number };
    let asked = Asked::of(call, number).await?;
    let wish = |[one, other]: [&Stored; 2], _: &Config| {
        Ok([
            allowed(call, one, wish(link))?,
            permit(&call.caller.who, Some(&other.ticket), wish(back))?,
        ])
    };
    let done =
        call.store.change_both([number, link.number], asked.along(), wish, &asked.keep()).await?;
    asked.answer(done).await
}

/// Takes a message out into a ticket of its own, for whoever wrote it. The words stay where they are.
async fn split(call: &Call<'_>, number: Number, fields: &Fields) -> Result<Answer, Problem> {
    let seq = fields.get("entry").and_then(Value::as_u64).and_then(|seq| u32::try_from(seq).ok());
    let seq = seq.ok_or_else(|| Problem::field("entry", "give the number of a message"))?;
    let stored = readable(call, number).await?;
    call.only(|role| role.is_staff())?;
    let (entry, author) = request_of_its_own(call, number, seq).await?;
    let said = entry.text.unwrap_or_default();
    let title = fields.text("title", TITLE_AT_MOST)?.unwrap_or_else(|| title_of(&said.body, TITLE));
    let of = said.of.or(Some(Pointer { number, seq }));
    let ticket = &stored.ticket;
    let new = NewTicket {
        who: call.caller.who.clone(),
        requester: author,
        is_new: false,
        kind: ticket.kind,
        priority: ticket.priority,
        channel: ticket.channel,
        queue: ticket.queue.clone().ok_or_else(|| Problem::from(Refusal::NotToBeSplit))?,
        origin: ticket.origin.clone(),
        silent: ticket.silent,
        besides: store::change::Besides::default(),
        external_id: None,
        translations: Vec::new(),
        follow_up_of: None,
        text: Text { title: Some(one_line(&title)), of, ..Text::default() },
        form: None,
    };
    let asked = Asked::of(call, number).await?;
    let may = |stored: &Stored| match call.matches(&etag(stored)) {
        true => Ok(()),
        false => Err(Refusal::Stale),
    };
    let done = call.store.split((number, seq), new, asked.along(), may, &asked.keep()).await?;
    asked.answer(done).await
}

/// A message of the requester's side, and who wrote it.
async fn request_of_its_own(
    call: &Call<'_>,
    number: Number,
    seq: u32,
) -> Result<(Entry, Person), Problem> {
    let refused = || Problem::from(Refusal::NotToBeSplit);
    let (_, entry) = call.store.entries(number, seq, seq).await?.pop().ok_or_else(refused)?;
    let asks = matches!(entry.event, Event::RequesterReplied | Event::Declined | Event::Reopened);
    let says = entry.text.as_ref().is_some_and(|text| !text.body.is_empty());
    let author = entry.by.person_id().filter(|_| asks && says).ok_or_else(refused)?;
    let author = call.store.person(author).await?.ok_or_else(refused)?;
    Ok((entry, author))
}

fn other(fields: &Fields, name: &str) -> Result<Number, Problem> {
    let number = fields.get(name).and_then(Value::as_u64).filter(|number| *number > 0);
    number.map(Number).ok_or_else(|| Problem::field(name, "give the number of the other ticket"))
}

fn relation(fields: &Fields) -> Result<Relation, Problem> {
    let said = fields.word("relation", Relation::ALL, Relation::parse)?;
    let said = said.unwrap_or(Relation::Related);
    if said.is_said_by_people() {
        return Ok(said);
    }
    Err(Problem::field("relation", "the desk itself records this one; choose another"))
}

async fn other_readable(
    call: &Call<'_>,
    number: Number,
    other: Number,
    field: &str,
) -> Result<(), Problem> {
    readable(call, number).await?;
    if other == number {
        return Err(Problem::field(field, Refusal::ItsOwn.to_string()));
    }
    let unknown = |_| Problem::field(field, "there is no such ticket, or none you may see");
    readable(call, other).await.map(|_| ()).map_err(unknown)
}

/// Whoever is named, by mail address or id; the caller where nobody is. Agents may name anybody with
/// an address, who is made known by it.
async fn bystander(call: &Call<'_>, number: Number, fields: &Fields) -> Result<PersonId, Problem> {
    readable(call, number).await?;
    let Some(word) = fields.text("who", 254)? else { return Ok(call.caller.who.id.clone()) };
    if let Some(member) = call.caller.config.find_member(&word) {
        return Ok(member.id.clone());
    }
    if let Some(person) = call.store.person(&PersonId::from(word.as_str())).await? {
        return Ok(person.id);
    }
    let address = fields.address("who")?.unwrap_or_default();
    call.only(|role| role.is_staff())?;
    Ok(call.store.welcome(&Introduction::by_email(&address, None)).await?.id)
}
