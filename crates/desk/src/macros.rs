//! Macros: several actions an agent carries out at once, all of them or none. A prepared answer is a
//! macro that only replies. Pure; who may apply which is said here, what each action may do where
//! commands are permitted.

use serde::{Deserialize, Serialize};

use crate::access::{Permit, Role, Who, permit};
use crate::command::{Command, Refusal};
use crate::config::Config;
use crate::history::evolve;
use crate::id::{MacroId, QueueId};
use crate::lifecycle::decide;
use crate::rule::action::{Action, Voice};
use crate::rule::condition::Facts;
use crate::ticket::Ticket;
use jiff::Timestamp;

/// Several actions under one name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Macro {
    /// The short word it goes by.
    pub id: MacroId,
    /// What people call it.
    pub name: String,
    /// The team it is for; everybody's when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueId>,
    /// What it does, in order.
    pub then: Vec<Action>,
}

impl Macro {
    /// Whether somebody may apply it: agents, and of a team's macro those who work there or answer
    /// for it.
    pub fn is_for(&self, who: &Who, config: &Config) -> bool {
        let Some(queue) = &self.queue else { return who.role.is_staff() };
        let queue = config.queue(queue);
        let works_there = queue.is_some_and(|queue| queue.members.contains(&who.id));
        let answers = matches!(who.role, Role::Admin | Role::Manager | Role::Lead | Role::Service);
        who.role.is_staff() && (works_there || answers)
    }

    /// What it comes to on a ticket: leave for each command, as the agent has it themself, the last on
    /// the ticket as those before it leave it.
    pub fn permits(
        &self,
        who: &Who,
        ticket: &Ticket,
        facts: &Facts<'_>,
        now: Timestamp,
    ) -> Result<Vec<Permit>, Refusal> {
        let applied = Command::ApplyMacro { id: self.id.clone(), name: self.name.clone() };
        let mut ticket = ticket.clone();
        let mut permits = vec![permit(who, Some(&ticket), applied)?];
        let queue = |ticket: &Ticket| facts.config.queue(ticket.queue.as_ref()?);
        let form = |ticket: &Ticket| facts.config.form(ticket.form.as_ref()?);
        for action in &self.then {
            let command = action.command(&ticket, facts, Voice::Agent(&who.id), now)?;
            let Some(command) = command else { continue };
            let permit = permit(who, Some(&ticket), command)?;
            let permit = permit.in_queue(queue(&ticket)).by_form(form(&ticket));
            for entry in decide(Some(&ticket), &permit, now)? {
                ticket = evolve(Some(ticket.clone()), &entry).unwrap_or(ticket);
            }
            permits.push(permit);
        }
        Ok(permits)
    }
}
