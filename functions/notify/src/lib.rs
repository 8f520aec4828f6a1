//! After a commit: sends what is owed. The table's stream is the bell; the minute rings for whatever
//! is left. A message that cannot leave waits in its lane and is never a reason to fail a batch: that
//! would stop every other lane for a day.

mod bundle;
mod bus;
mod channel;
mod deliver;
mod digest;
mod discord_thread;
mod facts;
mod filling;
mod give_out;
mod held;
mod lane;
mod letter;
mod link;
mod locale;
mod mail;
mod moments;
mod personal;
mod post;
mod slack_files;
mod summary;
#[cfg(test)]
mod test_facts;
mod webhook;
mod words;

use std::collections::BTreeSet;
use std::time::Duration;

pub use crate::webhook::{Post, Posting};

use aws_lambda_events::event::dynamodb;
use email::Keys;
use jiff::Timestamp;
use serde_json::Value;
use store::Store;

/// What notify needs.
#[derive(Clone)]
pub struct Notify {
    store: Store,
    ses: aws_sdk_ses::Client,
    events: aws_sdk_eventbridge::Client,
    slack: chat::slack::Client,
    discord: chat::discord::Client,
    settings: Settings,
    post: Post,
}

/// How this desk writes.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The event bus, by name.
    pub bus: String,
    /// Sign reply addresses and the ids of mails.
    pub keys: Keys,
    /// The region SES sends from; it is part of the Message-ID SES gives.
    pub region: String,
    /// What a channel in chat is given between two messages: both services take one a second.
    pub pace: Duration,
}

/// Something that is neither a stream's batch nor the minute.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not an event notify knows.
    #[error("cannot read the event: send DynamoDB stream records or a scheduled event")]
    UnknownEvent,
    /// Storage did not answer; the event may come again.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Notify {
    /// One desk's notifier.
    pub fn new(
        store: Store,
        ses: aws_sdk_ses::Client,
        events: aws_sdk_eventbridge::Client,
        slack: chat::slack::Client,
        discord: chat::discord::Client,
        settings: Settings,
        post: Post,
    ) -> Notify {
        Notify { store, ses, events, slack, discord, settings, post }
    }
}

/// Takes a stream's batch or the minute's event. What has not left by `until`, by the machine's clock,
/// is left to the next minute.
pub async fn handle(notify: &Notify, event: Value, until: Timestamp) -> Result<(), Error> {
    if event.get("Records").is_some() {
        let batch = serde_json::from_value(event).map_err(|_| Error::UnknownEvent)?;
        return ring(notify, &batch, until).await;
    }
    if event.get("detail-type").and_then(Value::as_str) == Some("Scheduled Event") {
        return sweep(notify, until).await;
    }
    Err(Error::UnknownEvent)
}

/// The bell: sends every lane the batch put something into.
pub async fn ring(notify: &Notify, batch: &dynamodb::Event, until: Timestamp) -> Result<(), Error> {
    for lane in lanes(batch) {
        lane::send(notify, &lane, until).await?;
    }
    Ok(())
}

/// The minute: sends every lane in which something should have left by now, people's before those of
/// programs, which may be long.
pub async fn sweep(notify: &Notify, until: Timestamp) -> Result<(), Error> {
    let mut late = notify.store.late_lanes(notify.store.now()).await?;
    late.sort_by_key(|lane| store::key::is_for_programs(lane));
    for lane in late {
        lane::send(notify, &lane, until).await?;
    }
    Ok(())
}

/// Sends everything that may leave now.
pub async fn flush(notify: &Notify) -> Result<usize, Error> {
    let lanes = notify.store.unsent_lanes(notify.store.now()).await?;
    for lane in &lanes {
        lane::send(notify, lane, Timestamp::MAX).await?;
    }
    Ok(lanes.len())
}

/// Lanes with a new row. The template's filter lets nothing else through; other stages may.
fn lanes(batch: &dynamodb::Event) -> BTreeSet<String> {
    let inserted = batch.records.iter().filter(|record| record.event_name == "INSERT");
    let keys = inserted.filter_map(|record| {
        let key = |name: &str| match record.change.keys.get(name) {
            Some(serde_dynamo::AttributeValue::S(text)) => Some(text.clone()),
            _ => None,
        };
        Some((key("pk")?, key("sk")?))
    });
    keys.filter(|(pk, sk)| {
        pk.starts_with(store::key::LANE) && sk != "LEASE" && !sk.starts_with(store::key::PACE)
    })
    .map(|(pk, _)| pk)
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_rings_its_lanes_and_nothing_else() {
        let event = include_str!("../../../events/dynamodb-stream-lane.json");
        let batch: dynamodb::Event = serde_json::from_str(event).unwrap();
        let rung: Vec<String> = lanes(&batch).into_iter().collect();
        assert_eq!(rung, ["LANE#mail#c1rynhbblotut0hvjlkn26n7"]);
    }
}
