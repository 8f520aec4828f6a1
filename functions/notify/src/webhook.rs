//! Tells other systems: one webhook at a time, in order, signed. What is not taken is tried again after
//! ten seconds, a minute, five, thirty and two hours, and then left in the log, from which it can be
//! delivered again; after three days without one success the webhook is switched off.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use desk::WebhookId;
use desk::config::Config;
use desk::webhook::{Webhook, event_name};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::Stored;
use store::delivery::Sent;
use store::lane::Waiting;
use store::webhook::Attempt;
use webhook::{Answered, Delivery, NotDelivered};

use crate::lane::Step;
use crate::{Error, Notify, bus};

/// Sends one request.
pub type Post = Arc<dyn Fn(Delivery) -> Posting + Send + Sync>;
/// A request on its way.
pub type Posting = Pin<Box<dyn Future<Output = Result<Answered, NotDelivered>> + Send>>;

/// How long to wait after the first, second, … failure; then it is given up.
const WAITS: [SignedDuration; 5] = [
    SignedDuration::from_secs(10),
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
];
/// A webhook that fails for so long is switched off.
const PATIENCE: SignedDuration = SignedDuration::from_hours(72);

/// Tries once. What waits for a webhook that is gone, or switched off, goes nowhere.
pub(crate) async fn deliver(
    notify: &Notify,
    row: &Waiting,
    id: &WebhookId,
    last: u32,
) -> Result<Step, Error> {
    let config = notify.store.config().await?;
    let hook = config.webhooks.iter().find(|hook| hook.id == *id && hook.enabled);
    let (Some(hook), Some(stored)) = (hook, notify.store.ticket(row.owed.number).await?) else {
        notify.store.redirect(row, Vec::new()).await?;
        return Ok(Step::Moved);
    };
    let now = notify.store.now();
    let body = body(notify, row, hook, &stored, last, now).await?;
    let delivery = Delivery {
        url: hook.url.clone(),
        id: row.owed.id(),
        attempt: row.attempts + 1,
        secret: notify.store.webhook_secret(&hook.id).await?,
        at: notify.store.wall().as_second(),
        body: body.to_string(),
    };
    let answered = (notify.post)(delivery.clone()).await;
    let (status, answer) = match answered {
        Ok(Answered { status, text }) => (Some(status), text),
        Err(error) => (None, error.to_string()),
    };
    let Delivery { id, attempt, .. } = delivery;
    let attempt = Attempt { id, at: now, attempt, status, answer, owed: row.owed.clone() };
    notify.store.attempted(&hook.id, &attempt).await?;
    if attempt.was_taken() {
        if notify.store.failing_since(&hook.id).await?.is_some() {
            notify.store.note_failing(&hook.id, None).await?;
        }
        return settled(notify, row, format!("webhook/{}", status.unwrap_or(0))).await;
    }
    failed(notify, row, hook, now).await
}

async fn settled(notify: &Notify, row: &Waiting, reference: String) -> Result<Step, Error> {
    let sent = Sent::left(notify.store.now(), reference);
    notify.store.settle(row, &sent, &[]).await?;
    Ok(Step::Left)
}

async fn failed(
    notify: &Notify,
    row: &Waiting,
    hook: &Webhook,
    now: Timestamp,
) -> Result<Step, Error> {
    let since = notify.store.failing_since(&hook.id).await?;
    if since.is_none() {
        notify.store.note_failing(&hook.id, Some(now)).await?;
    }
    if since.is_some_and(|since| since.duration_until(now) >= PATIENCE) {
        switch_off(notify, &hook.id).await?;
    }
    let step = usize::try_from(row.attempts).unwrap_or(usize::MAX);
    let Some(wait) = WAITS.get(step) else {
        tracing::warn!(message.id = row.owed.id(), "gave up on a webhook's delivery");
        return settled(notify, row, "not delivered".into()).await;
    };
    let retry_at = now.checked_add(*wait).unwrap_or(now);
    notify.store.postpone(row, retry_at).await?;
    Ok(Step::Waits)
}

/// What waits for it then goes nowhere; the log says what was not delivered.
async fn switch_off(notify: &Notify, id: &WebhookId) -> Result<(), Error> {
    tracing::warn!(webhook.id = id.as_str(), "switched a webhook off that failed for three days");
    let off = |config: &Config| {
        let mut config = config.clone();
        let hooks = config.webhooks.iter_mut().filter(|hook| hook.id == *id);
        hooks.for_each(|hook| hook.enabled = false);
        Ok::<_, std::convert::Infallible>(config)
    };
    match notify.store.configure(None, off).await? {
        Ok(_) => Ok(()),
        Err(never) => match never {},
    }
}

/// The ticket as it stands, and what happened to it.
async fn body(
    notify: &Notify,
    row: &Waiting,
    hook: &Webhook,
    stored: &Stored,
    last: u32,
    now: Timestamp,
) -> Result<Value, Error> {
    let number = row.owed.number;
    let entries = notify.store.entries(number, row.owed.seq, last).await?;
    let wanted = entries.iter().filter(|(_, entry)| hook.wants(&entry.event));
    let events = wanted.map(|(seq, entry)| {
        let mut detail = bus::detail(number, *seq, entry);
        detail["event"] = json!(event_name(&entry.event));
        detail
    });
    let ticket = &stored.ticket;
    Ok(json!({
        "id": row.owed.id(),
        "webhook": hook.id,
        "at": now,
        "events": events.collect::<Vec<_>>(),
        "ticket": {
            "number": ticket.number,
            "title": stored.title,
            "status": ticket.status,
            "priority": ticket.priority,
            "type": ticket.kind,
            "queue": ticket.queue,
            "assignee": ticket.assignee,
            "requester": {
                "id": ticket.requester,
                "name": stored.asker.name,
                "email": stored.asker.email,
            },
            "tags": ticket.tags,
            "external_id": ticket.external_id,
            "version": ticket.version,
        },
    }))
}
