//! Replies that may still be taken back: `undo_for` of a message, and
//! `DELETE /v1/tickets/{number}/messages/held/{id}`.

use desk::access::permit;
use desk::config::Config;
use desk::history::Text;
use desk::{Command, Number};
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::Stored;

use crate::body::Fields;
use crate::problem::Problem;
use crate::tickets::readable;
use crate::{Answer, Call, idempotency};

/// The longest a reply can be taken back, in seconds.
const AT_MOST: u64 = 60;

/// For how long the caller wants to be able to take the message back; none where it is said at once.
pub(crate) fn undo_for(fields: &Fields) -> Result<Option<SignedDuration>, Problem> {
    let Some(value) = fields.get("undo_for") else { return Ok(None) };
    let seconds = value.as_u64().filter(|seconds| (1..=AT_MOST).contains(seconds));
    let wrong = || Problem::field("undo_for", format!("it is 1 to {AT_MOST} seconds"));
    let seconds = seconds.and_then(|seconds| i64::try_from(seconds).ok()).ok_or_else(wrong)?;
    Ok(Some(SignedDuration::from_secs(seconds)))
}

/// Keeps an agent's reply, to be said when it can no longer be taken back.
pub(crate) async fn hold(
    call: &Call<'_>,
    number: Number,
    body: String,
    undo_for: SignedDuration,
) -> Result<Answer, Problem> {
    let who = &call.caller.who;
    let reply = Command::ReplyAsAgent(Text::plain(body.clone()));
    let wish = |stored: &Stored, _: &Config| {
        permit(who, Some(&stored.ticket), reply.clone()).map(|one| vec![one])
    };
    call.store.would_change(number, wish).await?;
    let id = call.store.fresh_id();
    let now = call.store.now();
    let until = now.checked_add(undo_for).unwrap_or(now);
    let shown = json!({ "id": id, "body": body, "leaves_at": until });
    let path = format!("/v1/tickets/{}/messages/held/{id}", number.0);
    let answer = Answer { status: StatusCode::ACCEPTED, ..Answer::ok(shown) }.at(path);
    let once = call.once()?;
    let kept = once.as_ref().zip(idempotency::kept(&answer));
    match call.store.hold(&id, who, number, Text::plain(body), until, kept).await? {
        true => Ok(answer),
        false => match call.made_before().await? {
            Some(earlier) => call.again(&earlier)?.ok_or_else(Problem::not_found),
            None => Err(Problem::busy()),
        },
    }
}

/// `DELETE /v1/tickets/{number}/messages/held/{id}`
pub(crate) async fn take_back(
    call: &Call<'_>,
    number: Number,
    id: &str,
) -> Result<Answer, Problem> {
    readable(call, number).await?;
    if !call.store.take_back(&call.caller.who.id, number, id).await? {
        return Err(Problem::too_late());
    }
    Ok(Answer { status: StatusCode::NO_CONTENT, ..Answer::ok(Value::Null) })
}
