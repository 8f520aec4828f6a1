//! Other systems that are told what happens: which of it, and where. What they are told with is made
//! where it is sent; the secret it is signed with is kept elsewhere and never in the configuration.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::history::{Entry, Event};
use crate::id::{QueueId, WebhookId};
use crate::message::Message;
use crate::outbox::{Lane, Otherwise, Owed};
use crate::sla::Alarm;
use crate::ticket::Ticket;

/// A system that is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// The short word it goes by.
    pub id: WebhookId,
    /// Where to.
    pub url: String,
    /// Of what, by [`event_name`]; empty is everything.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub events: BTreeSet<String>,
    /// Of tickets in which queues; empty is all of them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub queues: BTreeSet<QueueId>,
    /// Whether it is told at all.
    pub enabled: bool,
}

impl Webhook {
    /// Whether it is told of this entry.
    pub fn wants(&self, event: &Event) -> bool {
        self.events.is_empty() || self.events.contains(&event_name(event))
    }

    fn wants_of(&self, ticket: &Ticket) -> bool {
        let queue = ticket.queue.as_ref();
        let its_queue =
            self.queues.is_empty() || queue.is_some_and(|queue| self.queues.contains(queue));
        self.enabled && its_queue
    }
}

/// What these entries owe to other systems; as [`crate::outbox::outgoing`] for people.
pub fn outgoing(
    ticket: &Ticket,
    webhooks: &[Webhook],
    first_seq: u32,
    entries: &[Entry],
) -> Vec<Owed> {
    let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    let last = first_seq.saturating_add(count).saturating_sub(1);
    let wanting = webhooks.iter().filter(|hook| hook.wants_of(ticket));
    let told = wanting.filter(|hook| entries.iter().any(|entry| hook.wants(&entry.event)));
    told.map(|hook| Owed {
        number: ticket.number,
        seq: first_seq,
        lane: Lane::Webhook(hook.id.clone()),
        message: Message::Events(last),
        otherwise: Otherwise::Nothing,
        except: Vec::new(),
        urgent: false,
    })
    .collect()
}

/// The entry's name as other systems know it: on the bus and in webhooks.
pub fn event_name(event: &Event) -> String {
    let name = match event {
        Event::Opened { .. } => "created",
        Event::RequesterReplied | Event::AgentReplied | Event::NoteAdded => "commented",
        Event::AutoReplied => "commented",
        Event::Declined => "rejected_solution",
        Event::Rated { .. } => "csat.received",
        Event::AlarmRaised { alarm: Alarm::Warning(_), .. } => "sla.warn",
        Event::AlarmRaised { alarm: Alarm::Breach, .. } => "sla.breach",
        Event::AlarmRaised { alarm: Alarm::Repeat(_) | Alarm::Manager | Alarm::Head, .. } => {
            "sla.escalated"
        }
        other => other.name(),
    };
    format!("ticket.{name}")
}
