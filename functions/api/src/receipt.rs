//! `GET /v1/tickets/{number}/sla`: the receipt of a ticket's promises. Whoever may read the ticket may
//! read it; what is for agents alone is left out for everybody else.

use desk::access::may_read_internal;
use desk::receipt::{Earlier, Next, Promised, Raised, Stretch, Target, receipt};
use desk::sla::State;
use desk::{Entry, Number};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use crate::problem::Problem;
use crate::tickets::readable;
use crate::{Answer, Call};

/// Reads the whole history and answers what it comes to now.
pub(crate) async fn get(call: &Call<'_>, number: Number) -> Result<Answer, Problem> {
    readable(call, number).await?;
    let history = call.store.history(number).await?;
    let entries: Vec<Entry> = history.into_iter().map(|(_, entry)| entry).collect();
    let receipt = receipt(&entries, call.store.now()).ok_or_else(Problem::not_found)?;
    let inside = may_read_internal(&call.caller.who);
    let receipt = if inside { receipt } else { receipt.for_requester() };
    let mut body = Map::new();
    body.insert("number".into(), json!(number));
    body.insert("at".into(), json!(receipt.at));
    for part in &receipt.targets {
        body.insert(part.metric.to_string(), target(part));
    }
    body.insert("next".into(), receipt.next.iter().map(next).collect());
    body.insert("silent_until".into(), json!(receipt.silence.map(|silence| silence.until)));
    Ok(Answer::ok(Value::Object(body)))
}

fn target(target: &Target) -> Value {
    let first = target.promised.first().and_then(|first| first.target);
    let original = first.filter(|first| Some(*first) != target.target);
    json!({
        "policy": target.policy,
        "calendar": target.calendar,
        "state": state(target.state),
        "target_seconds": target.target.map(seconds),
        "original_target_seconds": original.map(seconds),
        "spent_seconds": seconds(target.spent),
        "due_at": target.due_at,
        "met_at": target.met_at,
        "breached": target.breached,
        "targets": target.promised.iter().map(promised).collect::<Value>(),
        "intervals": target.stretches.iter().map(interval).collect::<Value>(),
        "earlier": target.earlier.iter().map(earlier).collect::<Value>(),
        "alarms": target.alarms.iter().map(raised).collect::<Value>(),
    })
}

fn state(state: State) -> &'static str {
    match state {
        State::Idle => "idle",
        State::Running(_) => "running",
        State::Paused => "paused",
        State::Met(_) => "met",
        State::Ended => "ended",
    }
}

fn promised(promised: &Promised) -> Value {
    json!({
        "seq": promised.seq,
        "at": promised.at,
        "reason": promised.reason,
        "why": promised.reason.sentence(),
        "policy": promised.policy,
        "target_seconds": promised.target.map(seconds),
        "due_at": promised.due_at,
    })
}

fn interval(stretch: &Stretch) -> Value {
    json!({
        "from": stretch.from,
        "to": stretch.to,
        "counted": stretch.counted,
        "staffed_seconds": seconds(stretch.staffed),
        "reason": stretch.reason,
        "why": stretch.reason.sentence(),
        "seq": stretch.seq,
        "until": stretch.until,
    })
}

fn earlier(earlier: &Earlier) -> Value {
    json!({
        "seq": earlier.seq,
        "from": earlier.from,
        "met_at": earlier.met_at,
        "spent_seconds": seconds(earlier.spent),
    })
}

fn raised(raised: &Raised) -> Value {
    json!({
        "alarm": raised.alarm,
        "due": raised.due,
        "seq": raised.seq,
        "silent": raised.silent,
    })
}

fn next(next: &Next) -> Value {
    json!({
        "at": next.at,
        "what": next.what,
        "why": next.what.sentence(),
        "metric": next.metric,
        "silent": next.silent,
    })
}

/// Whole seconds; a desk measures in minutes.
fn seconds(time: SignedDuration) -> i64 {
    time.as_secs()
}
