//! What the world is told. Derived from the entries being committed and written beside them, so
//! that nothing is told that did not happen and nothing happens untold.
//!
//! A message owed names an entry and an audience; the words are made when it is sent. Holding back
//! a storm is done here, never in `decide`: the history keeps every alarm, people hear the highest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::{Member, Queue};
use crate::history::Entry;
use crate::id::{Number, PersonId, QueueId, WebhookId};
pub use crate::message::Message;
use crate::sla::Alarm;
use crate::ticket::Ticket;

mod audience;
mod channel;
mod mention;

use audience::Outbox;

/// A line in which messages leave one after the other: one recipient on one medium.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Mail to a person.
    Mail(PersonId),
    /// A direct message to a person, or their thread.
    Chat(PersonId),
    /// A queue's channel, or its members where it has none.
    Queue(QueueId),
    /// A ticket's card in a queue's channel.
    Card(Number),
    /// Tickets of a queue that somebody has to be found for.
    GiveOut(QueueId),
    /// Another system.
    Webhook(WebhookId),
    /// Replies of an agent that they may still take back.
    Held(PersonId),
    /// What begins once a day.
    Daily,
    /// A shard of the event bus.
    Bus(u8),
}

/// Bus events of one ticket keep their order; those of many tickets need not.
const BUS_SHARDS: u64 = 4;

/// One message owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    /// The ticket it is about.
    pub number: Number,
    /// The entry that caused it.
    pub seq: u32,
    /// Where it waits.
    pub lane: Lane,
    /// What it says.
    pub message: Message,
    /// What happens where the lane leads nowhere.
    pub otherwise: Otherwise,
    /// People who are told directly, and so not once more as members of the queue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<PersonId>,
    /// The ticket is urgent: what is said of its broken promises waits for nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub urgent: bool,
}

/// What happens to a message whose lane leads nowhere: a person without chat, a queue without a
/// channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Otherwise {
    /// It goes by mail instead, to the person or to each member of the queue.
    Mail,
    /// It has gone another way already.
    Nothing,
}

impl Owed {
    /// The same entry always owes the same message under the same name, however often it is sent.
    pub fn id(&self) -> String {
        let (audience, channel) = match &self.lane {
            Lane::Mail(person) => (person.as_str(), "mail"),
            Lane::Chat(person) => (person.as_str(), "chat"),
            Lane::Queue(queue) => (queue.as_str(), "queue"),
            Lane::Card(_) => ("desk", "card"),
            Lane::GiveOut(queue) => (queue.as_str(), "give-out"),
            Lane::Webhook(id) => (id.as_str(), "webhook"),
            Lane::Held(person) => (person.as_str(), "held"),
            Lane::Daily => ("desk", "daily"),
            Lane::Bus(_) => ("desk", "bus"),
        };
        format!("{}/{}/{audience}/{channel}", self.number.0, self.seq)
    }
}

/// Where entries happen.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The ticket before they do.
    pub before: Option<&'a Ticket>,
    /// The ticket once they have happened.
    pub ticket: &'a Ticket,
    /// The queue it is in.
    pub queue: Option<&'a Queue>,
    /// Everybody a note can name.
    pub members: &'a [Member],
}

/// What these entries owe; `first_seq` is the sequence number of the first of them.
pub fn outgoing(scene: &Scene<'_>, first_seq: u32, entries: &[Entry]) -> Vec<Owed> {
    let ticket = scene.ticket;
    let mut desk = Outbox::of(scene);
    for (seq, entry) in (first_seq..).zip(entries) {
        desk.tell(seq, entry);
        desk.mirror(seq, entry);
    }
    desk.refresh(scene, first_seq, entries);
    let mut owed = highest_alarm_a_lane(desk.owed);
    if let Some(count) = u32::try_from(entries.len()).ok().filter(|count| *count > 0) {
        let shard = u8::try_from(ticket.number.0 % BUS_SHARDS).unwrap_or(0);
        owed.push(Owed {
            number: ticket.number,
            seq: first_seq,
            lane: Lane::Bus(shard),
            message: Message::Events(first_seq + count - 1),
            otherwise: Otherwise::Nothing,
            except: Vec::new(),
            urgent: false,
        });
    }
    owed
}

/// Of several alarms written at once (after an outage, or by a new promise) a lane carries only the
/// highest, and the last of equals.
fn highest_alarm_a_lane(owed: Vec<Owed>) -> Vec<Owed> {
    let mut highest: BTreeMap<Lane, (Alarm, u32)> = BTreeMap::new();
    for message in &owed {
        if let Message::Alarm(_, alarm) = message.message {
            let known = highest.entry(message.lane.clone()).or_insert((alarm, message.seq));
            *known = (*known).max((alarm, message.seq));
        }
    }
    let keeps = |message: &Owed| match message.message {
        Message::Alarm(_, alarm) => highest.get(&message.lane) == Some(&(alarm, message.seq)),
        _ => true,
    };
    owed.into_iter().filter(keeps).collect()
}
