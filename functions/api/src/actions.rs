//! Verbs: `POST /v1/tickets/{number}/actions/{verb}`.

use desk::access::{Permit, permit};
use desk::config::Config;
use desk::history::{Entry, Text};
use desk::{Closure, Command, Number, Refusal, Status};
use serde_json::Value;
use store::Stored;
use store::change::{Along, Done};

use crate::body::{Fields, WORDS_AT_MOST};
use crate::precondition::etag;
use crate::problem::Problem;
use crate::tickets::{get, shown};
use crate::{Answer, Call, idempotency, render};

/// What can be done to a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Claim,
    Release,
    Assign,
    Transfer,
    Hold,
    Await,
    Propose,
    Confirm,
    Decline,
    Reopen,
    Cancel,
    Reject,
    Close,
    Escalate,
    Rate,
}

/// Carries out one verb and answers the ticket.
pub(crate) async fn act(call: &Call<'_>, number: Number, verb: Verb) -> Result<Answer, Problem> {
    let wanted = read(call, verb, &call.fields()?)?;
    let wish = |stored: &Stored, _: &Config| -> Result<Permit, Refusal> {
        if !call.matches(&etag(stored)) {
            return Err(Refusal::Stale);
        }
        permit(&call.caller.who, Some(&stored.ticket), wanted.command(call, stored))
    };
    let once = call.once()?;
    let description = match &once {
        Some(_) => call.store.texts(&[(number, 1)]).await?.remove(&number),
        None => None,
    };
    let answer = |stored: &Stored, description: Option<&Text>| {
        let body = render::ticket(stored, description, &call.caller.config);
        Answer::ok(body).tagged(etag(stored))
    };
    let keep =
        |stored: &Stored, _: &[Entry]| idempotency::kept(&answer(stored, description.as_ref()));
    let along = Along { once, ..Along::default() };
    match call.store.change(number, along, wish, &keep).await? {
        Done::Now(stored) => match &description {
            Some(description) => Ok(answer(&stored, Some(description))),
            None => shown(call, &stored).await,
        },
        Done::Before(earlier) => match call.again(&earlier)? {
            Some(answer) => Ok(answer),
            None => get(call, earlier.number).await,
        },
    }
}

/// What is wanted, with what it was given.
enum Wanted {
    Plain(Command),
    /// What closing means depends on who asks and where the ticket stands.
    Close {
        closure: Option<Closure>,
        reason: Text,
    },
}

fn read(call: &Call<'_>, verb: Verb, fields: &Fields) -> Result<Wanted, Problem> {
    let reason = || fields.words("reason");
    let needed = || fields.needed_words("reason");
    Ok(Wanted::Plain(match verb {
        Verb::Claim => Command::Claim,
        Verb::Release => Command::Release,
        Verb::Assign => Command::Assign { to: assignee(call, fields)? },
        Verb::Transfer => Command::Transfer {
            queue: call.known_queue(&fields.needed("queue", 80)?)?,
            reason: needed()?,
        },
        Verb::Hold => Command::Hold { until: fields.instant("until")?, reason: needed()? },
        Verb::Await => Command::Await(fields.words("body")?),
        Verb::Propose => Command::Propose(fields.needed_words("solution")?),
        Verb::Confirm => Command::Confirm,
        Verb::Decline => Command::Decline(needed()?),
        Verb::Reopen => Command::Reopen(reason()?),
        Verb::Cancel => Command::Cancel(reason()?),
        Verb::Reject => Command::Reject(needed()?),
        Verb::Escalate => Command::Escalate(needed()?),
        Verb::Rate => Command::Rate { score: score(fields)?, comment: fields.words("comment")? },
        Verb::Close => return close(fields),
    }))
}

fn close(fields: &Fields) -> Result<Wanted, Problem> {
    let reason = fields.text("reason", WORDS_AT_MOST)?.unwrap_or_default();
    Ok(Wanted::Close { closure: Closure::parse(&reason), reason: Text::plain(reason) })
}

fn assignee(call: &Call<'_>, fields: &Fields) -> Result<desk::PersonId, Problem> {
    let to = fields.needed("to", 254)?;
    let member = call.caller.config.find_member(&to).filter(|member| member.role.is_staff());
    let unknown = || Problem::field("to", "there is no such agent");
    member.map(|member| member.id.clone()).ok_or_else(unknown)
}

fn score(fields: &Fields) -> Result<u8, Problem> {
    let score = fields.get("score").and_then(Value::as_u64);
    let score = score.and_then(|score| u8::try_from(score).ok()).filter(|n| (1..=5).contains(n));
    score.ok_or_else(|| Problem::field("score", Refusal::ScoreOutOfRange.to_string()))
}

impl Wanted {
    fn command(&self, call: &Call<'_>, stored: &Stored) -> Command {
        let (closure, reason) = match self {
            Wanted::Plain(command) => return command.clone(),
            Wanted::Close { closure, reason } => (*closure, reason.clone()),
        };
        let who = &call.caller.who;
        let asks = stored.ticket.requester == who.id && !who.role.is_staff();
        match stored.ticket.status {
            Status::AwaitingConfirmation if asks => Command::Confirm,
            _ if asks => Command::Cancel(reason),
            Status::InProgress if closure.is_none() => Command::Propose(reason),
            _ => Command::Close { closure, reason },
        }
    }
}
