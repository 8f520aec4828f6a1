//! Webhooks on one machine: each request is recorded in the outbox; one that leads to this machine is
//! sent as well, any other is taken by the stand-in, so that nothing leaves.

use std::sync::Arc;

use serde_json::{Value, json};
use webhook::address::system;
use webhook::{Answered, Client, Delivery, NotDelivered, check, signature};

use crate::clock::Now;
use crate::outbox::{Kind, Leaving, Outbox};

/// Sends, or seems to.
pub fn post(outbox: Arc<Outbox>, now: Now) -> notify::Post {
    let client = Client::new(system(), true);
    Arc::new(move |delivery| {
        let (outbox, now, client) = (outbox.clone(), now.clone(), client.clone());
        Box::pin(async move { take(&outbox, &now, &client, &delivery).await })
    })
}

async fn take(
    outbox: &Outbox,
    now: &Now,
    client: &Client,
    delivery: &Delivery,
) -> Result<Answered, NotDelivered> {
    record(outbox, now, delivery)?;
    let checked = check(&delivery.url, &system(), true).await;
    let here =
        checked.is_ok_and(|checked| checked.addresses.iter().all(|at| at.ip().is_loopback()));
    if here {
        return client.send(delivery).await;
    }
    Ok(Answered { status: 200, text: "taken by the stand-in".into() })
}

fn record(outbox: &Outbox, now: &Now, delivery: &Delivery) -> Result<(), NotDelivered> {
    let payload: Value = serde_json::from_str(&delivery.body).unwrap_or_default();
    let body = json!({
        "delivery": delivery.id,
        "attempt": delivery.attempt,
        "signature": signature::sign(&delivery.secret, delivery.at, &delivery.body),
        "payload": payload,
    });
    let leaving = Leaving::new(Kind::Webhook, &delivery.url, body);
    let recorded = outbox.push(leaving, now());
    recorded.map(|_| ()).map_err(|error| NotDelivered::NotReached(error.to_string()))
}
