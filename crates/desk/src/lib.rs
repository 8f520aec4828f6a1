//! The help desk without the network.
//!
//! Every function here is total and synchronous and takes the time as an argument: nothing in this
//! crate reads a clock, an environment, a random number or a socket, so nothing in it can fail on
//! the outside world. The modules are listed in the order they are best read.

pub mod id;
pub mod ticket;

pub mod event;

pub mod file;

pub mod history;

pub mod schedule;

pub mod sla;

pub mod clock;

pub mod waiting;

pub mod archive;

pub mod silence;

pub mod receipt;
mod receipt_words;
mod tally;
#[cfg(test)]
mod test_desk;

pub mod command;

pub mod lifecycle;

pub mod access;

pub mod calendar;

pub mod assign;

pub mod language;

pub mod texts;

pub mod talk;

pub mod form;
pub mod guild_role;

pub mod alike;
pub mod answer;

pub mod task;

pub mod visit;

pub mod ways;

pub mod config;
pub mod correspondence;

mod upgrade;

pub mod person;

pub mod metadata;

pub mod organisation;

pub mod link;

pub mod erasure;

pub mod preferences;

pub mod policy;

pub mod related;

pub mod rule;

pub mod macros;

pub mod hindsight;

pub mod message;

pub mod view;

pub mod outbox;

pub mod webhook;

pub use command::{Command, Refusal};
pub use history::{Actor, Entry, Event, Text, evolve, fold};
pub use id::{
    CalendarId, FieldId, FormId, MacroId, Number, OrganisationId, PersonId, PolicyId, QueueId,
    RuleId, WebhookId,
};
pub use lifecycle::decide;
pub use ticket::{Acknowledgement, Channel, Closure, Priority, Status, Ticket, Type};

use jiff::Timestamp;

/// The earliest instant at which anything must happen to a ticket if nobody touches it: a warning,
/// a breach, a reminder, a wake-up. It keys the index the minute's event reads.
pub fn next_moment(ticket: &Ticket) -> Option<Timestamp> {
    let alarm = sla::next_alarm(ticket).map(|due| due.at);
    let act = waiting::next_act(ticket).map(|due| due.at);
    let task = task::next_due(ticket).map(|(at, _)| at);
    alarm.into_iter().chain(act).chain(task).min()
}
