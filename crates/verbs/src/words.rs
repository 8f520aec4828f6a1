//! What chat doors say. All of it, in one place.

use desk::config::Config;
use desk::{PersonId, Refusal, Status};
use store::Stored;

pub(crate) const HELP: &str = "\
/ticket TEXT files a ticket at once
/ticket mine lists your tickets
/ticket show 12 shows one, /ticket sla 12 what was promised for it and what is left
/ticket claim 12 takes it (agents)
/ticket reply 12 TEXT answers, /ticket note 12 TEXT notes something for agents alone
/ticket close 12 proposes it as solved; for whoever asked, it confirms or withdraws
/ticket assign 12 @ana, /ticket status 12 on hold, /ticket priority 12 high (agents)
/ticket search vpn looks at the titles of the newest tickets
/ticket link you@example.com makes you known here by your address";

pub(crate) const YOUR_TICKETS: &str = "Your tickets";
pub(crate) const ASSIGNED_TO_YOU: &str = "Assigned to you";
pub(crate) const NO_TICKETS: &str = "Nothing here. /ticket TEXT files a ticket.";
pub(crate) const NO_QUEUE: &str = "The desk has no queue yet, so nothing was filed. Ask its admin.";
pub(crate) const SOLVED: &str = "We believe this is solved.";
pub(crate) const NOT_SOLVED: &str = "It is not solved.";
pub(crate) const FOLLOWED: &str = "The ticket reads so, too.";
pub(crate) const NEEDS_A_DIALOG: &str = "That needs a few words: type /ticket help for how.";
pub(crate) const FOUND: &str = "The newest tickets with these words in their titles";
pub(crate) const NOTHING_FOUND: &str =
    "Nothing found. Only titles are looked at, of the newest 500 tickets.";
pub(crate) const STATUSES: &str = "A ticket can be: open, waiting (for its requester), on hold, \
     solved, closed, or unassigned.";
pub(crate) const PRIORITIES: &str = "A priority is urgent, high, medium, low or planned.";
pub(crate) const HOW_TO_LINK: &str = "/ticket link you@example.com sends a code there; \
     /ticket link CODE then makes you known here by that address.";
pub(crate) const WRONG_CODE: &str = "That is not the code, or no longer: after five tries or 15 \
     minutes ask for another with /ticket link you@example.com.";
pub(crate) const ENOUGH_CODES: &str =
    "Three codes an hour are sent; use the last one, or wait a while.";
pub(crate) const A_DATE: &str =
    "Give a day such as 2026-12-24, or a day and an hour such as 2026-12-24 16:30.";
pub(crate) const SAY_SOMETHING: &str = "There are no words in it, so nothing was sent.";
pub(crate) const WITHDRAWN: &str = "Withdrawn by the requester.";

pub(crate) fn filed(stored: &Stored) -> String {
    format!("Got it: this is ticket {}. You will hear from us.", stored.ticket.number)
}

/// Where a ticket stands after something was done.
pub(crate) fn stands(stored: &Stored, config: &Config, reader: &PersonId) -> String {
    let number = stored.ticket.number;
    let agent = config.role(reader).is_staff();
    let assignee = stored.ticket.assignee.as_ref();
    match stored.ticket.status {
        Status::InProgress if assignee == Some(reader) => format!("{number} is yours."),
        Status::AwaitingConfirmation if agent => {
            format!("{number} is proposed as solved; the requester is asked to confirm.")
        }
        Status::Resolved => format!("{number} is solved. Thank you."),
        Status::Closed => match &stored.ticket.merged {
            Some(merged) => format!("{number} goes on in {}.", merged.into),
            None => format!("{number} is closed."),
        },
        _ if agent => format!("{number}: {}.", config.label(&stored.ticket)),
        _ => format!("{number}: {}.", config.label_for_requester(&stored.ticket)),
    }
}

pub(crate) fn wrote_since(stored: &Stored) -> String {
    let (number, name) = (stored.ticket.number, &stored.asker.name);
    format!("{name} wrote on {number} since that card was made. Look at it first:")
}

pub(crate) fn nobody_called(name: &str) -> String {
    let name: String = name.trim().chars().take(60).collect();
    format!("No one agent of this desk is called \"{name}\". Name them by their address.")
}

pub(crate) fn linked(person: &desk::person::Person) -> String {
    match &person.email {
        Some(email) => format!("You are known here as {} now.", email),
        None => "You are known here by that address now.".into(),
    }
}

pub(crate) fn code_sent(address: &str) -> String {
    format!("A code is on its way to {address}. /ticket link CODE takes it.")
}

pub(crate) fn refused(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotOpened => "There is no such ticket, or none you may see.".into(),
        Refusal::NotPermitted => "That is for agents of this desk.".into(),
        refusal => sentence(&refusal.to_string()),
    }
}

/// A reason as a sentence of its own.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

/// Storage is slow; somebody else goes on with it.
pub fn working_on_it() -> String {
    "Working on it: storage is slow right now. The answer follows here.".into()
}

/// Storage did not answer and nobody could go on with it.
pub fn not_done(certain: bool) -> String {
    if certain {
        "Nothing was filed or changed: the desk cannot reach its storage. Please try again.".into()
    } else {
        "The desk's storage stopped answering half-way, so this may or may not be done. Look with \
         /ticket mine before you try again."
            .into()
    }
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
