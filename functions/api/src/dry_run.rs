//! What a rule or a policy would have done, before it is in force: the tickets of the last 90 days are
//! read again with it, newest first, a bounded stretch a page. Nothing is changed.

use desk::config::Config;
use desk::hindsight::with_promises_of;
use desk::history::Entry;
use desk::rule::Rule;
use desk::rule::replay::{Asker, WouldRun, replay};
use desk::sla::Metric;
use desk::{Number, Ticket};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use store::Stored;

use crate::configuration::checked;
use crate::problem::Problem;
use crate::queues::may_configure;
use crate::{Answer, Call, policies, rules};

/// How far back it looks.
const LOOKS_BACK: SignedDuration = SignedDuration::from_hours(90 * 24);

/// A stretch of tickets, and where the next begins.
struct Stretch {
    tickets: Vec<(Stored, Vec<Entry>)>,
    next: Option<u64>,
}

/// `POST /v1/rules/dry-run`
pub(crate) async fn rule(call: &Call<'_>) -> Result<Answer, Problem> {
    call.only(may_configure)?;
    let given = Value::Object(call.fields()?.whole());
    let config = call.latest_config().await?;
    let rule = rules::read(&config, &given)?;
    checked(with_rule(&config, &rule))?;
    let stretch = stretch(call).await?;
    let now = call.store.now();
    let mut items = Vec::new();
    let mut runs = 0;
    for (stored, history) in &stretch.tickets {
        let asker = Asker { name: &stored.asker.name, email: stored.asker.email.as_deref() };
        let would = replay(&rule, history, asker, &config, now);
        if !would.is_empty() {
            runs += would.len();
            items.push(ran(stored, &would));
        }
    }
    let mut answer = call.page(items, stretch.next);
    answer.body["looked_at"] = json!(stretch.tickets.len());
    answer.body["runs"] = json!(runs);
    Ok(answer)
}

fn with_rule(config: &Config, rule: &Rule) -> Config {
    let others = config.rules.iter().filter(|known| known.id != rule.id).cloned();
    Config { rules: others.chain([rule.clone()]).collect(), ..config.clone() }
}

fn ran(stored: &Stored, would: &[WouldRun]) -> Value {
    let runs = would.iter().map(|run| json!({ "entry": run.entry, "at": run.at, "did": run.did }));
    json!({
        "ticket": stored.ticket.number,
        "title": stored.title,
        "runs": runs.collect::<Value>(),
    })
}

/// `POST /v1/policies/dry-run`
pub(crate) async fn policy(call: &Call<'_>) -> Result<Answer, Problem> {
    call.only(may_configure)?;
    let given = call.fields()?.whole();
    let config = call.latest_config().await?;
    let config = policies::as_if(&config, given)?;
    let stretch = stretch(call).await?;
    let now = call.store.now();
    let mut items = Vec::new();
    let mut breaches = [[0_u64; 2]; 3];
    for (stored, history) in &stretch.tickets {
        let email = stored.asker.email.as_deref();
        let Some(then) = with_promises_of(&config, history, email, now) else { continue };
        let broken = Metric::ALL.iter().map(|metric| {
            let of = |ticket: &Ticket| ticket.clocks.get(*metric).breached;
            (*metric, of(&stored.ticket), of(&then))
        });
        let broken: Vec<(Metric, bool, bool)> = broken.collect();
        for ((_, was, would), count) in broken.iter().zip(&mut breaches) {
            count[0] += u64::from(*was);
            count[1] += u64::from(*would);
        }
        if stored.ticket.promise != then.promise || broken.iter().any(|(_, a, b)| a != b) {
            items.push(compared(stored, &then, &broken));
        }
    }
    let totals = Metric::ALL.iter().zip(breaches);
    let totals = totals.map(|(metric, [was, would])| {
        (metric.to_string(), json!({ "breached": was, "would_be_breached": would }))
    });
    let totals: Map<String, Value> = totals.collect();
    let mut answer = call.page(items, stretch.next);
    answer.body["looked_at"] = json!(stretch.tickets.len());
    answer.body["totals"] = Value::Object(totals);
    Ok(answer)
}

fn compared(stored: &Stored, then: &Ticket, broken: &[(Metric, bool, bool)]) -> Value {
    let mut item = json!({
        "ticket": stored.ticket.number,
        "title": stored.title,
        "policy": stored.ticket.promise.policy,
        "would_be_policy": then.promise.policy,
    });
    for (metric, was, would) in broken {
        item[metric.as_str()] = json!({
            "target_seconds": stored.ticket.promise.target(*metric).map(|time| time.as_secs()),
            "would_be_target_seconds": then.promise.target(*metric).map(|time| time.as_secs()),
            "breached": was,
            "would_be_breached": would,
        });
    }
    item
}

/// The next tickets on the way down from the newest.
async fn stretch(call: &Call<'_>) -> Result<Stretch, Problem> {
    let length = u64::try_from(call.limit()?).unwrap_or(1);
    let last = match call.cursor::<u64>()? {
        Some(last) => last,
        None => call.store.newest_number().await?.0,
    };
    let first = last.saturating_sub(length.saturating_sub(1)).max(1);
    let numbers: Vec<Number> = (first..=last).rev().map(Number).collect();
    let now = call.store.now();
    let since = now.checked_sub(LOOKS_BACK).unwrap_or(now);
    let found = call.store.tickets(&numbers).await?;
    let old = found.iter().any(|stored| stored.ticket.opened_at < since);
    let mut tickets = Vec::new();
    for stored in found.into_iter().filter(|stored| stored.ticket.opened_at >= since) {
        let history = call.store.history(stored.ticket.number).await?;
        let history = history.into_iter().map(|(_, entry)| entry).collect();
        tickets.push((stored, history));
    }
    Ok(Stretch { tickets, next: (first > 1 && !old).then(|| first - 1) })
}
