//! A queue's channel: one card a ticket that always shows how it stands, and below it what was said
//! elsewhere. Agents talk there among themselves; what they say there is not repeated to them.

use super::audience::Outbox;
use super::{Lane, Message, Otherwise, Scene};
use crate::config::Queue;
use crate::history::{Entry, Event};
use crate::id::{PersonId, QueueId};
use crate::sla;
use crate::texts;
use crate::ticket::{Place, Priority, Status, Ticket};

impl Outbox<'_> {
    /// Owes the channel what was said, unless it hears of it another way, it was said there, or it is
    /// not for everybody there.
    pub(super) fn mirror(&mut self, seq: u32, entry: &Entry) {
        let open = |queue: &&Queue| queue.channel.is_some() && !queue.private;
        let Some(queue) = self.queue.filter(open) else { return };
        let message = match &entry.event {
            Event::MessageEdited { entry, .. } | Event::MessageDeleted { entry, .. } => {
                Message::MirrorChanged(*entry)
            }
            event if is_talk(event) => Message::Mirror,
            _ => return,
        };
        let text = entry.text.as_ref();
        let inside = text.and_then(|text| text.chat.as_ref()).is_some_and(|chat| chat.inside);
        let says = |message| match message {
            Message::Mirror => text.is_some_and(|t| !t.body.is_empty() || !t.files.is_empty()),
            _ => true,
        };
        let lane = Lane::Queue(queue.id.clone());
        let told = self.owed.iter().any(|owed| owed.seq == seq && owed.lane == lane);
        if !inside && !told && says(message) {
            self.channel(seq, message);
        }
    }

    /// Owes the card another look, where it would show something else. A new card needs none.
    pub(super) fn refresh(&mut self, scene: &Scene<'_>, seq: u32, entries: &[Entry]) {
        let Some(before) = scene.before else { return };
        let moved = before.queue.is_some() && before.queue != scene.ticket.queue;
        let asked_in_discord = matches!(scene.ticket.origin, Some(Place::Discord { .. }));
        let shown = self.queue.is_some_and(|queue| queue.channel.is_some());
        if !moved && !shown && !asked_in_discord {
            return;
        }
        let reworded = entries.iter().any(|entry| match entry.event {
            Event::Retitled => true,
            Event::MessageEdited { entry, .. } => entry == texts::description(before),
            // What is pressed on the card then is pressed by somebody who could read it.
            ref event => event.asks_agent(),
        });
        if moved || reworded || Shown::of(before) != Shown::of(scene.ticket) {
            self.owe(seq, Lane::Card(scene.ticket.number), Message::Refresh, Otherwise::Nothing);
        }
    }
}

/// What was said to be read by others.
fn is_talk(event: &Event) -> bool {
    matches!(
        event,
        Event::RequesterReplied
            | Event::AgentReplied
            | Event::AutoReplied
            | Event::NoteAdded
            | Event::Awaited
            | Event::Proposed
            | Event::Declined
            | Event::Reopened
            | Event::Escalated
            | Event::Returned
            | Event::Submitted
    )
}

/// What a card shows of a ticket, besides its title.
#[derive(PartialEq)]
struct Shown<'a> {
    status: Status,
    priority: Priority,
    queue: Option<&'a QueueId>,
    assignee: Option<&'a PersonId>,
    due: Option<jiff::Timestamp>,
    breached: bool,
}

impl Shown<'_> {
    fn of(ticket: &Ticket) -> Shown<'_> {
        Shown {
            status: ticket.status,
            priority: ticket.priority,
            queue: ticket.queue.as_ref(),
            assignee: ticket.assignee.as_ref(),
            due: sla::next_due(ticket).map(|(_, at)| at),
            breached: sla::Metric::ALL.iter().any(|metric| ticket.clocks.get(*metric).breached),
        }
    }
}
