//! A ticket as somebody in chat is shown it, and the buttons that make sense for them now.

use chat::view::{Button, TicketView};
use desk::access::Who;
use desk::config::Config;
use desk::view::{Known, Viewer};
use desk::{PersonId, Status};
use jiff::Timestamp;
use store::Stored;

/// As this person may see it; agents read the title in the desk's language.
pub fn for_speaker(
    stored: &Stored,
    asked: &str,
    config: &Config,
    person: &PersonId,
    now: Timestamp,
) -> TicketView {
    match config.role(person).is_staff() {
        true => {
            let title = stored.title_for(&[], &config.language);
            shown(stored, title, asked, Viewer::Agent, config, now)
        }
        false => shown(stored, &stored.title, asked, Viewer::Requester, config, now),
    }
}

/// A stored ticket under this title, and what was asked in it, as it is shown.
pub fn shown(
    stored: &Stored,
    title: &str,
    asked: &str,
    viewer: Viewer,
    config: &Config,
    now: Timestamp,
) -> TicketView {
    let known = Known { title, asked, asker: &stored.asker.name, answers: &stored.answers };
    TicketView::of(&stored.ticket, known, viewer, config, now)
}

/// What this person can press now.
pub(crate) fn buttons(stored: &Stored, who: &Who) -> Vec<Button> {
    let ticket = &stored.ticket;
    match ticket.status {
        Status::AwaitingConfirmation if who.asks(ticket) => {
            vec![Button::Confirm, Button::NotSolved]
        }
        Status::New | Status::PendingAssignment if who.role.is_staff() => {
            vec![Button::Take, Button::Reply, Button::Reassign]
        }
        Status::InProgress if ticket.assignee.as_ref() == Some(&who.id) => {
            vec![Button::Reply, Button::Note, Button::Resolve]
        }
        Status::Resolved if who.asks(ticket) && ticket.rating.is_none() => {
            [Button::RATINGS.as_slice(), &[Button::Reopen]].concat()
        }
        Status::New | Status::PendingAssignment | Status::InProgress | Status::InReview => vec![],
        Status::AwaitingRequester | Status::AwaitingConfirmation | Status::OnHold => vec![],
        Status::Resolved | Status::Closed => vec![],
    }
}
