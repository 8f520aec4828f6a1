//! Whom a rule or a macro tells: members by name, and people by what they are to a ticket.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::history::Text;
use crate::id::PersonId;
use crate::rule::action::Unfit;
use crate::rule::condition::Facts;
use crate::ticket::{Ticket, words};

words!(
    /// People by what they are to a ticket.
    Role {
        /// Whose it is.
        Assignee = "assignee",
        /// The lead of its queue.
        Lead = "lead",
        /// The manager of its queue.
        Manager = "manager",
        /// The head of its queue.
        Head = "head",
        /// The channel of its queue, or its members where it has none.
        Queue = "queue",
    }
);

/// Somebody to tell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// By what they are to the ticket.
    Role(Role),
    /// A member.
    Member(PersonId),
}

/// The command that tells them, whoever they are on this ticket now.
pub(crate) fn told(
    to: &BTreeSet<Audience>,
    ticket: &Ticket,
    facts: &Facts<'_>,
    text: Text,
) -> Result<Command, Unfit> {
    let queue = ticket.queue.as_ref().and_then(|queue| facts.config.queue(queue));
    let person = |role: Role| match role {
        Role::Assignee => ticket.assignee.clone(),
        Role::Lead => queue?.lead.clone(),
        Role::Manager => queue?.manager.clone(),
        Role::Head => queue?.head.clone(),
        Role::Queue => None,
    };
    let people = to.iter().filter_map(|one| match one {
        Audience::Role(role) => person(*role),
        Audience::Member(id) => Some(id.clone()),
    });
    let who: BTreeSet<PersonId> = people.collect();
    let channel = queue.is_some() && to.contains(&Audience::Role(Role::Queue));
    if who.is_empty() && !channel {
        return Err(Unfit::Nobody);
    }
    Ok(Command::Notify { who, queue: channel, text })
}
