//! Erasing a person: `/v1/people/{id}/erasure`. One admin asks, another agrees; nobody does both.

use desk::access::Role;
use desk::erasure::{LAPSES_AFTER, NotErased, Request};
use desk::person::Person;
use http::StatusCode;
use serde_json::{Value, json};

use crate::problem::Problem;
use crate::{Answer, Call, people};

/// What is wanted of an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnErasure {
    Ask,
    Get,
    Agree,
    Withdraw,
}

/// `/v1/people/{id}/erasure`
pub(crate) async fn answer(call: &Call<'_>, on: OnErasure, id: &str) -> Result<Answer, Problem> {
    call.only(|role| role == Role::Admin)?;
    let person = people::readable(call, id).await?;
    if person.erased && on != OnErasure::Get {
        return Err(Problem::in_use("this person is erased already"));
    }
    match on {
        OnErasure::Ask => ask(call, &person).await,
        OnErasure::Get => {
            let request = call.store.erasure(&person.id).await?.ok_or_else(Problem::not_found)?;
            Ok(Answer::ok(render(&request)))
        }
        OnErasure::Agree => {
            call.fields()?;
            done(call.store.agree_to_erasure(&call.caller.who, &person.id).await?)?;
            let body = json!({ "person": person.id, "status": "being erased" });
            Ok(Answer { status: StatusCode::ACCEPTED, ..Answer::ok(body) })
        }
        OnErasure::Withdraw => {
            done(call.store.withdraw_erasure(&call.caller.who, &person.id).await?)?;
            Ok(Answer { status: StatusCode::NO_CONTENT, ..Answer::ok(Value::Null) })
        }
    }
}

async fn ask(call: &Call<'_>, person: &Person) -> Result<Answer, Problem> {
    let reason = call.fields()?.needed("reason", 1_000)?;
    let asked = call.store.ask_for_erasure(&call.caller.who, &person.id, reason).await?;
    let request = done(asked)?;
    Ok(Answer { status: StatusCode::ACCEPTED, ..Answer::ok(render(&request)) })
}

fn done<T>(result: Result<T, NotErased>) -> Result<T, Problem> {
    result.map_err(|not| match not {
        NotErased::SamePerson => Problem::refused(not.to_string()),
        _ => Problem::in_use(not.to_string()),
    })
}

fn render(request: &Request) -> Value {
    let lapses = request.at.checked_add(LAPSES_AFTER).unwrap_or(request.at);
    json!({
        "person": request.person,
        "asked_by": request.by,
        "asked_at": request.at,
        "reason": request.reason,
        "lapses_at": lapses,
    })
}
