//! The minute: finds the tickets at which something is due, by key and never by a scan, and ticks
//! each, shard by shard, in due order, to the end. What is over for good is archived.

use std::collections::{HashMap, HashSet};

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use desk::Number;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use store::archive::is_due;
use store::change::Done;
use store::key::DUE_SHARDS;
use store::{Error, Store, Stored};
use tokio::task::JoinSet;

/// What escalate needs.
#[derive(Clone)]
pub struct Escalate {
    store: Store,
}

/// How long a ticket whose tick failed is left alone.
const LEAVE_ALONE: SignedDuration = SignedDuration::from_mins(5);

/// So many slices of a job are done in one minute.
const SLICES: usize = 4;

impl Escalate {
    /// One desk's clock.
    pub fn new(store: Store) -> Escalate {
        Escalate { store }
    }
}

/// Why a minute was not run to its end.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Not what an EventBridge schedule sends.
    #[error("cannot read the event: call this function by an EventBridge schedule alone")]
    NotTheMinute,
    /// Storage did not answer; the next minute goes on.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Takes the minute's event. Which minute it was does not matter: what is due is due. What is not done
/// by `until` is left to the next.
pub async fn handle(escalate: &Escalate, event: Value, until: Timestamp) -> Result<(), Refused> {
    is_minute(&event).then_some(()).ok_or(Refused::NotTheMinute)?;
    run(escalate, until).await?;
    Ok(())
}

fn is_minute(event: &Value) -> bool {
    let minute = EventBridgeEvent::<Value>::deserialize(event);
    minute.is_ok_and(|minute| minute.detail_type == "Scheduled Event")
}

/// Ticks everything that is due, the shards side by side; answers how many tickets that were. One that
/// cannot be ticked backs off by itself and keeps nobody else waiting.
pub async fn run(escalate: &Escalate, until: Timestamp) -> Result<usize, Error> {
    let mut shards = JoinSet::new();
    for shard in 0..DUE_SHARDS {
        let store = escalate.store.clone();
        shards.spawn(async move { drain(&store, shard, until).await });
    }
    let mut ticked = 0;
    for drained in shards.join_all().await {
        ticked += drained?;
    }
    work(escalate).await?;
    Ok(ticked)
}

/// Goes on with what another configuration left to be done, as far as a minute allows; answers how
/// many tickets were gone through.
pub async fn work(escalate: &Escalate) -> Result<usize, Error> {
    let mut done = 0;
    for _ in 0..SLICES {
        match escalate.store.rearm_some().await? {
            0 => break,
            some => done += some,
        }
    }
    for _ in 0..SLICES {
        match escalate.store.erase_some().await? {
            0 => break,
            some => done += some,
        }
    }
    Ok(done)
}

/// One shard, in due order.
async fn drain(store: &Store, shard: u64, until: Timestamp) -> Result<usize, Error> {
    let mut ticked: HashSet<Number> = HashSet::new();
    loop {
        let due = store.due_tickets(shard, store.now()).await?;
        // The index may lag behind a tick: whatever was ticked in this minute is done.
        let fresh: Vec<Number> = due.into_iter().filter(|number| ticked.insert(*number)).collect();
        if fresh.is_empty() {
            return Ok(ticked.len());
        }
        let known = known(store, &fresh).await;
        for number in fresh {
            if store.wall() >= until {
                return Ok(ticked.len());
            }
            tick(store, number, known.get(&number).cloned()).await?;
        }
    }
}

/// These tickets, as far as they can be read at once; each of the others is read by itself.
async fn known(store: &Store, numbers: &[Number]) -> HashMap<Number, Stored> {
    let read = store.tickets(numbers).await.unwrap_or_default();
    read.into_iter().map(|stored| (stored.ticket.number, stored)).collect()
}

async fn tick(store: &Store, number: Number, known: Option<Stored>) -> Result<(), Error> {
    let ticked = match store.tick(number, known).await {
        Ok(Done::Now(stored)) if is_due(&stored.ticket, store.now()) => store.archive(number).await,
        ticked => ticked.map(drop),
    };
    if let Err(error) = ticked {
        tracing::error!(ticket.number = number.0, "could not tick a ticket: {error}");
        store.back_off_ticket(number, LEAVE_ALONE).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minute_is_told_from_everything_else() {
        let event = include_str!("../../../events/eventbridge-minute.json");
        let mut event: Value = serde_json::from_str(event).unwrap();
        assert!(is_minute(&event));
        event["detail-type"] = "Object Created".into();
        assert!(!is_minute(&event));
        assert!(!is_minute(&Value::Null));
    }
}
