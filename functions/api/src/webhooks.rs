//! Webhooks: `/v1/webhooks`. Where they lead is looked up when it is saved, and again whenever something
//! is sent.

use desk::WebhookId;
use desk::config::Config;
use desk::webhook::Webhook;
use http::StatusCode;
use serde_json::{Value, json};
use store::webhook::Attempt;
use webhook::{Refused, check};

use crate::configuration::{add_to, checked};
use crate::precondition::content_tag;
use crate::problem::Problem;
use crate::queues::may_configure;
use crate::{Answer, Call};

/// What is wanted of webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnWebhook {
    List,
    Add,
    Get,
    Edit,
    Remove,
    Secret,
    Deliveries,
    Replay,
}

/// `/v1/webhooks`
pub(crate) async fn answer(
    call: &Call<'_>,
    on: OnWebhook,
    varying: &[&str],
) -> Result<Answer, Problem> {
    call.only(may_configure)?;
    let id = WebhookId::from(varying.first().copied().unwrap_or_default());
    match on {
        OnWebhook::List => list(call),
        OnWebhook::Add => add(call).await,
        OnWebhook::Get => shown(&call.caller.config, &id),
        OnWebhook::Edit => patch(call, &id).await,
        OnWebhook::Remove => remove(call, &id).await,
        OnWebhook::Secret => secret(call, &id).await,
        OnWebhook::Deliveries => deliveries(call, &id).await,
        OnWebhook::Replay => {
            let delivery = varying.get(1).copied().unwrap_or_default();
            replay(call, &id, delivery).await
        }
    }
}

fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let hooks = call.caller.config.webhooks.iter().collect();
    let (hooks, next) = call.slice(hooks, None, |hook: &&Webhook| hook.id.to_string())?;
    Ok(call.page(hooks.into_iter().map(settings::webhook::show).collect(), next))
}

/// Its secret is answered with it, this once.
async fn add(call: &Call<'_>) -> Result<Answer, Problem> {
    let given = Value::Object(call.fields()?.whole());
    let made = settings::webhook::read(&given)?;
    leads_outside(call, &made).await?;
    let config = call.latest_config().await?;
    let path = format!("/v1/webhooks/{}", made.id);
    let shown = |config: &Config| shown(config, &made.id);
    let mut answer = add_to(call, &config, path, |config| added(config, &made), shown).await?;
    answer.body["secret"] = json!(call.store.webhook_secret(&made.id).await?);
    Ok(answer)
}

fn added(config: &Config, made: &Webhook) -> Result<Config, Problem> {
    if find(config, &made.id).is_ok() {
        return Err(Problem::exists("id", "there is such a webhook"));
    }
    let mut config = config.clone();
    config.webhooks.push(made.clone());
    checked(config)
}

async fn patch(call: &Call<'_>, id: &WebhookId) -> Result<Answer, Problem> {
    let given = call.fields()?.whole();
    let config = call.latest_config().await?;
    let wanted = settings::webhook::edit(find(&config, id)?, &given)?;
    leads_outside(call, &wanted).await?;
    let changed = call.configure(|config| {
        let before = find(config, id)?;
        call.check_match(&content_tag(&settings::webhook::show(before)))?;
        let after = settings::webhook::edit(before, &given)?;
        let mut config = config.clone();
        let same = config.webhooks.iter_mut().filter(|hook| hook.id == *id);
        same.for_each(|hook| *hook = after.clone());
        checked(config)
    });
    let config = changed.await??;
    if wanted.enabled {
        call.store.note_failing(id, None).await?;
    }
    shown(&config, id)
}

async fn remove(call: &Call<'_>, id: &WebhookId) -> Result<Answer, Problem> {
    let changed = call.configure(|config| {
        find(config, id)?;
        let mut config = config.clone();
        config.webhooks.retain(|hook| hook.id != *id);
        Ok::<_, Problem>(config)
    });
    changed.await??;
    Ok(Answer { status: StatusCode::NO_CONTENT, ..Answer::ok(Value::Null) })
}

/// Another secret, answered this once.
async fn secret(call: &Call<'_>, id: &WebhookId) -> Result<Answer, Problem> {
    find(&call.caller.config, id)?;
    call.fields()?;
    let made = json!({ "id": id, "secret": call.store.fresh_secret() });
    // Whoever repeats the call is given the same one.
    let answer = call.promise(Ok(Answer::ok(made))).await?;
    let secret = answer.body.get("secret").and_then(Value::as_str).unwrap_or_default();
    call.store.set_webhook_secret(id, secret).await?;
    Ok(answer)
}

async fn deliveries(call: &Call<'_>, id: &WebhookId) -> Result<Answer, Problem> {
    find(&call.caller.config, id)?;
    let attempts = call.store.attempts(id, call.limit()?).await?;
    Ok(call.page(attempts.iter().map(render).collect(), None::<String>))
}

/// Delivers something once more, under the same id.
async fn replay(call: &Call<'_>, id: &WebhookId, delivery: &str) -> Result<Answer, Problem> {
    find(&call.caller.config, id)?;
    call.fields()?;
    let attempts = call.store.attempts(id, LOOKED_THROUGH).await?;
    let attempt = attempts.iter().find(|attempt| short(&attempt.id) == delivery);
    let attempt = attempt.ok_or_else(Problem::not_found)?;
    call.store.deliver_again(&attempt.owed).await?;
    Ok(Answer { status: StatusCode::ACCEPTED, ..Answer::ok(render(attempt)) })
}

/// So many of the newest attempts can be delivered again.
const LOOKED_THROUGH: usize = 1_000;

/// A delivery's id as it stands in a path.
fn short(id: &str) -> String {
    let mut parts = id.splitn(3, '/');
    let (number, seq) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{number}-{seq}")
}

fn render(attempt: &Attempt) -> Value {
    json!({
        "id": short(&attempt.id),
        "delivery": attempt.id,
        "at": attempt.at,
        "attempt": attempt.attempt,
        "ticket": attempt.owed.number,
        "taken": attempt.was_taken(),
        "status": attempt.status,
        "answer": attempt.answer,
    })
}

/// Refuses what leads into a private network. A desk on one machine may have no way to look a name up,
/// and sends to its own stand-in instead.
async fn leads_outside(call: &Call<'_>, hook: &Webhook) -> Result<(), Problem> {
    match check(&hook.url, &call.hooks.resolve, call.hooks.own_machine).await {
        Ok(_) => Ok(()),
        Err(Refused::NotFound { .. }) if call.hooks.own_machine => Ok(()),
        Err(refused) => Err(Problem::field("url", refused.to_string())),
    }
}

fn find<'a>(config: &'a Config, id: &WebhookId) -> Result<&'a Webhook, Problem> {
    config.webhooks.iter().find(|hook| hook.id == *id).ok_or_else(Problem::not_found)
}

fn shown(config: &Config, id: &WebhookId) -> Result<Answer, Problem> {
    let body = settings::webhook::show(find(config, id)?);
    let etag = content_tag(&body);
    Ok(Answer::ok(body).tagged(etag))
}
