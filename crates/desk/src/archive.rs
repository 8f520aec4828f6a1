//! When a ticket's story is over and is written down once more, whole, beside the table: when nothing
//! can move it any longer. What is written, and where to, is the store's work.

use jiff::{SignedDuration, Timestamp};

use crate::event::Event;
use crate::lifecycle::Story;
use crate::related::UNMERGE_WINDOW;
use crate::ticket::Ticket;

/// A merge can be taken back at the last instant of its window, too.
const A_MOMENT: SignedDuration = SignedDuration::from_secs(1);

/// When a closed ticket is archived: once a merge could not be taken back any more, whether it was
/// merged or not, so that what is said and rated after the end is in it. None where it is open, or was
/// archived before.
pub fn due(ticket: &Ticket) -> Option<Timestamp> {
    let closed = ticket.closed_at.filter(|_| ticket.archived_at.is_none())?;
    closed.checked_add(UNMERGE_WINDOW + A_MOMENT).ok()
}

/// Where a closed ticket's archive is kept, by the month it was closed in: `archive/2026/11/7.json`.
pub fn key(ticket: &Ticket) -> Option<String> {
    let closed = ticket.closed_at?;
    Some(format!("archive/{}/{}.json", closed.strftime("%Y/%m"), ticket.number.0))
}

impl Story {
    /// Says that the archive is written; nothing where it is not time.
    pub(crate) fn archive(&mut self) {
        if due(self.ticket()).is_some_and(|due| due <= self.now()) {
            self.happened(Event::Archived);
        }
    }
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
