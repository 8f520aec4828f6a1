//! A queue's own ways: what its statuses are called, and where its tickets may not go. A queue can
//! forbid ways the state machine knows; it can add none.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::config::Config;
use crate::ticket::{Status, Ticket};

/// Where a ticket would go, from where.
pub type Move = (Status, Status);

/// What is different in a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ways {
    /// Statuses that are called something else.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<Status, Labels>,
    /// Moves that nobody may ask for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub forbidden: BTreeSet<Move>,
}

/// What a status is called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labels {
    /// To agents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agents: Option<String>,
    /// To requesters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requesters: Option<String>,
}

impl Ways {
    /// Whether nothing is different.
    pub fn is_usual(&self) -> bool {
        *self == Ways::default()
    }

    /// What agents read.
    pub fn label(&self, status: Status) -> &str {
        let own = self.labels.get(&status).and_then(|labels| labels.agents.as_deref());
        own.unwrap_or(status.label())
    }

    /// What requesters read.
    pub fn label_for_requester(&self, status: Status) -> &str {
        let own = self.labels.get(&status).and_then(|labels| labels.requesters.as_deref());
        own.unwrap_or(status.label_for_requester())
    }
}

impl Config {
    /// What agents call the status of a ticket where it is.
    pub fn label(&self, ticket: &Ticket) -> String {
        match ticket.queue.as_ref().and_then(|queue| self.queue(queue)) {
            Some(queue) => queue.ways.label(ticket.status).to_owned(),
            None => ticket.status.label().to_owned(),
        }
    }

    /// What requesters call it.
    pub fn label_for_requester(&self, ticket: &Ticket) -> String {
        match ticket.queue.as_ref().and_then(|queue| self.queue(queue)) {
            Some(queue) => queue.ways.label_for_requester(ticket.status).to_owned(),
            None => ticket.status.label_for_requester().to_owned(),
        }
    }
}

/// Whether a queue may forbid what this command leads to. The desk's own clock goes on, a requester
/// is always heard, and merging moves by its own rule.
pub(crate) fn can_be_forbidden(command: &Command) -> bool {
    !matches!(
        command,
        Command::Tick
            | Command::Open(_)
            | Command::ReplyAsRequester(_)
            | Command::Merge { .. }
            | Command::Absorb { .. }
            | Command::Unmerge
            | Command::Part { .. }
    )
}

#[cfg(test)]
#[path = "ways_tests.rs"]
mod tests;
