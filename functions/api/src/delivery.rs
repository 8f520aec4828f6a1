//! To whom the messages of a ticket went, and to whom they could not.

use std::collections::BTreeMap;

use desk::history::{Entry, Event, Visibility};
use desk::{PersonId, Ticket};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::Store;
use store::delivery::Addressed;

use crate::problem::Problem;
use crate::render::Names;

/// What became of one message to one person.
pub(crate) struct Delivery {
    /// Whom it is for.
    pub(crate) to: PersonId,
    state: Value,
}

impl Delivery {
    /// The delivery as the API writes it.
    pub(crate) fn shown(&self, names: &Names) -> Value {
        let mut shown = self.state.clone();
        shown["to"] = names.person(&self.to);
        shown
    }
}

/// What became of the public messages of a ticket, by the entry that says them: for its requester and
/// followers, whoever of them did not write it. What came back after it left has failed.
pub(crate) async fn of(
    store: &Store,
    ticket: &Ticket,
    history: &[(u32, Entry)],
) -> Result<BTreeMap<u32, Vec<Delivery>>, Problem> {
    let mut last: BTreeMap<Addressed, Value> = BTreeMap::new();
    for (message, sent) in store.deliveries(ticket.number).await? {
        let state = state(&message, "sent", sent.at);
        last.insert(message, state);
    }
    for (_, entry) in history {
        let Event::Undeliverable { message, reason } = &entry.event else { continue };
        let Some(message) = Addressed::read(message) else { continue };
        let mut state = state(&message, "failed", entry.at);
        state["reason"] = json!(reason);
        last.insert(message, state);
    }
    let said: BTreeMap<u32, &Entry> = history.iter().map(|(seq, entry)| (*seq, entry)).collect();
    let mut found: BTreeMap<u32, Vec<Delivery>> = BTreeMap::new();
    for (message, state) in last {
        let outside = ticket.requester == message.to || ticket.followers.contains(&message.to);
        let is_told = said.get(&message.seq).is_some_and(|entry| is_told(entry, &message.to));
        if outside && is_told {
            found.entry(message.seq).or_default().push(Delivery { to: message.to, state });
        }
    }
    Ok(found)
}

fn state(message: &Addressed, word: &str, at: Timestamp) -> Value {
    json!({ "by": message.by, "state": word, "at": at })
}

/// Whether they read what somebody else said.
fn is_told(entry: &Entry, reader: &PersonId) -> bool {
    entry.event.visibility() == Some(Visibility::Public) && entry.by.person_id() != Some(reader)
}
