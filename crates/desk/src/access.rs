//! Who may do what: roles against commands. Only [`permit`] makes a [`Permit`], and only a permit
//! can be decided, so no door can forget to ask.

use crate::assign::How;
use crate::command::{Command, Refusal};
use crate::config::{Config, Queue};
use crate::form::Form;
use crate::history::{Actor, Text};
use std::collections::BTreeSet;

use crate::id::{OrganisationId, PersonId, QueueId, RuleId};
use crate::organisation::Organisation;
use crate::person::Person;
use crate::related::Link;
use crate::sla::Promise;
use crate::texts::Part;
use crate::ticket::{Ticket, words};
use crate::ways::Ways;

words!(
    /// What a person is at this desk.
    Role {
        /// Everything.
        Admin = "admin",
        /// Runs a department: escalations, targets, reports.
        Manager = "manager",
        /// Runs a team.
        Lead = "lead",
        /// Answers tickets.
        Agent = "agent",
        /// Reads and notes.
        Collaborator = "collaborator",
        /// Asks.
        Requester = "requester",
        /// Reads an organisation's tickets.
        OrganisationViewer = "organisation_viewer",
        /// Reads everything, changes nothing.
        Auditor = "auditor",
        /// A program.
        Service = "service",
    }
);

impl Role {
    /// Works on tickets.
    pub fn is_staff(self) -> bool {
        match self {
            Role::Admin | Role::Manager | Role::Lead | Role::Agent | Role::Service => true,
            Role::Collaborator | Role::Requester | Role::OrganisationViewer | Role::Auditor => {
                false
            }
        }
    }

    /// May act for a requester who called, or overrule an agent.
    pub fn may_stand_in(self) -> bool {
        matches!(self, Role::Admin | Role::Manager | Role::Lead)
    }
}

words!(
    /// What a token may be used for, where that is less than its person may do.
    Scope {
        /// Read tickets, and what it takes to understand them.
        TicketsRead = "tickets:read",
        /// Open tickets and act on them.
        TicketsWrite = "tickets:write",
        /// Write messages and notes.
        CommentsWrite = "comments:write",
        /// Read and change the configuration, people and tokens.
        AdminConfig = "admin:config",
        /// Read reports.
        ReportsRead = "reports:read",
    }
);

/// Whoever stands at a door, identified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The person meant.
    pub id: PersonId,
    /// What they are.
    pub role: Role,
    /// Whose token speaks for them, when it is somebody else's.
    pub through: Option<PersonId>,
    /// People who turned out to be this one: what was theirs is theirs to read and to answer.
    pub was: BTreeSet<PersonId>,
    /// The organisation whose tickets they read.
    pub reads: Option<OrganisationId>,
    /// The private queues they have no part in.
    pub kept_from: BTreeSet<QueueId>,
}

impl Who {
    /// A person with their own hands.
    pub fn new(id: PersonId, role: Role) -> Who {
        let (was, kept_from) = (BTreeSet::new(), BTreeSet::new());
        Who { id, role, through: None, was, reads: None, kept_from }
    }

    /// A person with all they are: who they were before, and what they read of their organisation,
    /// which its viewers do, and all of its members where they see each other's tickets.
    pub fn of(
        person: &Person,
        role: Role,
        organisation: Option<&Organisation>,
        config: &Config,
    ) -> Who {
        let theirs = organisation.filter(|one| person.organisation.as_ref() == Some(&one.id));
        let reads = theirs.filter(|one| one.shared || role == Role::OrganisationViewer);
        let reads = reads.map(|one| one.id.clone());
        Who { was: person.was.clone(), reads, ..Who::new(person.id.clone(), role) }.at(config)
    }

    /// The same at this desk: what is private there is not theirs to see.
    pub fn at(self, config: &Config) -> Who {
        Who { kept_from: config.closed_to(&self.id, self.role), ..self }
    }

    /// Whether this id is, or was, theirs.
    pub fn is(&self, id: &PersonId) -> bool {
        self.id == *id || self.was.contains(id)
    }

    /// Whether they asked this ticket.
    pub fn asks(&self, ticket: &Ticket) -> bool {
        self.is(&ticket.requester)
    }

    /// Whether they are told what the ticket's requester is told.
    pub fn follows(&self, ticket: &Ticket) -> bool {
        ticket.followers.iter().any(|one| self.is(one))
    }

    /// As whom they do something: on the asking side, as whom the ticket knows them there. Whoever
    /// they are by now then stands beside it.
    fn actor(&self, ticket: Option<&Ticket>, command: &Command) -> Actor {
        let asking = matches!(
            command,
            Command::ReplyAsRequester(_)
                | Command::Rate { .. }
                | Command::Confirm
                | Command::Decline(_)
                | Command::Cancel(_)
                | Command::Reopen(_)
        );
        let known = ticket.filter(|_| asking).and_then(|ticket| {
            let mut sides = std::iter::once(&ticket.requester).chain(&ticket.followers);
            sides.find(|one| self.is(one))
        });
        match known.filter(|known| **known != self.id) {
            None => Actor::Person { id: self.id.clone(), through: self.through.clone() },
            Some(known) => {
                let through = self.through.clone().unwrap_or_else(|| self.id.clone());
                Actor::Person { id: known.clone(), through: Some(through) }
            }
        }
    }
}

/// Leave to carry out one command.
#[derive(Clone, Debug, PartialEq)]
pub struct Permit {
    by: Actor,
    command: Command,
    waits_for_tasks: bool,
    ways: Ways,
}

impl Permit {
    fn of(by: Actor, command: Command) -> Permit {
        Permit { by, command, waits_for_tasks: false, ways: Ways::default() }
    }

    /// Who asked.
    pub fn by(&self) -> &Actor {
        &self.by
    }

    /// What they asked.
    pub fn command(&self) -> &Command {
        &self.command
    }

    /// Whether a solution waits until every task is done.
    pub(crate) fn waits_for_tasks(&self) -> bool {
        self.waits_for_tasks
    }

    /// The ways of the ticket's queue.
    pub(crate) fn ways(&self) -> &Ways {
        &self.ways
    }

    /// What it comes to with the ticket's form: a solution may wait for its tasks.
    pub fn by_form(self, form: Option<&Form>) -> Permit {
        let waits_for_tasks = self.waits_for_tasks || form.is_some_and(|form| form.tasks_first);
        Permit { waits_for_tasks, ..self }
    }

    /// What it comes to in the ticket's queue: where solutions are reviewed, proposing one submits it;
    /// it may wait for the ticket's tasks. What the queue forbids is refused.
    pub fn in_queue(self, queue: Option<&Queue>) -> Permit {
        let waits_for_tasks = self.waits_for_tasks || queue.is_some_and(|queue| queue.tasks_first);
        let command = match self.command {
            Command::Propose(text) if queue.is_some_and(|queue| queue.review) => {
                Command::Submit(text)
            }
            command => command,
        };
        let ways = queue.map(|queue| queue.ways.clone()).unwrap_or_default();
        Permit { command, waits_for_tasks, ways, ..self }
    }

    /// The desk's own clock.
    pub fn tick() -> Permit {
        Permit::of(Actor::System, Command::Tick)
    }

    /// The desk's own word that a ticket's story is written down beside the table.
    pub fn archive() -> Permit {
        Permit::of(Actor::System, Command::Archive)
    }

    /// The desk's own choice of whoever takes it.
    pub fn give(to: PersonId, how: How) -> Permit {
        Permit::of(Actor::System, Command::Give { to, how })
    }

    /// What one of the desk's rules does.
    pub(crate) fn by_rule(id: RuleId, command: Command) -> Permit {
        Permit::of(Actor::Rule { id }, command)
    }

    /// The desk's own look at what it promises by now.
    pub fn rearm(promise: Promise) -> Permit {
        Permit::of(Actor::System, Command::Rearm { promise: Box::new(promise) })
    }

    /// The desk's own word of how two tickets came to be related.
    pub fn related(link: Link) -> Permit {
        Permit::of(Actor::System, Command::Link(link))
    }

    /// The desk's own note: of a reply that could not be said, of words that are nobody's on the ticket.
    pub fn note(text: Text) -> Permit {
        Permit::of(Actor::System, Command::AddNote(text))
    }

    /// The desk's own word that somebody was told from the beginning: a mail named them in copy.
    pub fn in_copy(who: PersonId) -> Permit {
        Permit::of(Actor::System, Command::Follow { who })
    }

    /// The desk's own word that a message did not arrive.
    pub fn undeliverable(message: String, reason: String) -> Permit {
        Permit::of(Actor::System, Command::ReportUndeliverable { message, reason })
    }
}

/// May this person see this ticket? To anyone else it does not exist.
pub fn may_read(who: &Who, ticket: &Ticket) -> bool {
    let reads_all = who.role.is_staff() || matches!(who.role, Role::Collaborator | Role::Auditor);
    let organisation = who.reads.is_some() && who.reads == ticket.organisation;
    let is_closed = ticket.queue.as_ref().is_some_and(|queue| who.kept_from.contains(queue));
    if is_closed {
        let has_it = ticket.assignee.as_ref() == Some(&who.id);
        return has_it || who.asks(ticket) || who.follows(ticket);
    }
    reads_all || who.asks(ticket) || who.follows(ticket) || organisation
}

/// May this person read notes and other internal words?
pub fn may_read_internal(who: &Who) -> bool {
    who.role.is_staff() || matches!(who.role, Role::Collaborator | Role::Auditor)
}

/// Leave, or the reason there is none.
pub fn permit(who: &Who, ticket: Option<&Ticket>, command: Command) -> Result<Permit, Refusal> {
    if ticket.is_some_and(|ticket| !may_read(who, ticket)) {
        return Err(Refusal::NotOpened);
    }
    let is_requester = ticket.is_some_and(|ticket| who.asks(ticket));
    let follows = ticket.is_some_and(|ticket| who.follows(ticket));
    let allowed = match &command {
        Command::Open(_) => who.role != Role::Auditor,
        Command::ReplyAsRequester(_) => is_requester || follows,
        Command::Rate { .. } => is_requester,
        Command::Confirm | Command::Decline(_) => is_requester || who.role.may_stand_in(),
        Command::Cancel(_) | Command::Reopen(_) => is_requester || who.role.is_staff(),
        Command::Submit(_) => who.role.is_staff(),
        Command::Approve | Command::Return(_) => {
            who.role.is_staff() || who.role == Role::Collaborator
        }
        Command::AddNote(_) => who.role.is_staff() || who.role == Role::Collaborator,
        Command::Seek { .. } => who.role.is_staff(),
        Command::ReplyAsAgent(_) | Command::Claim | Command::Assign { .. } | Command::Release => {
            who.role.is_staff()
        }
        Command::Transfer { .. } | Command::Hold { .. } | Command::Await(_) => who.role.is_staff(),
        Command::Propose(_) | Command::Reject(_) | Command::Close { .. } => who.role.is_staff(),
        Command::Escalate(_) | Command::SetPriority { .. } | Command::SetType { .. } => {
            who.role.is_staff()
        }
        // Whoever asked may say it better for as long as nobody works on it.
        Command::Retitle(_) => {
            let taken = ticket.is_none_or(|ticket| ticket.assignee.is_some());
            who.role.is_staff() || is_requester && !taken
        }
        Command::Tag { .. } | Command::Annotate(_) => who.role.is_staff(),
        Command::Translate { part, .. } => {
            who.role.is_staff() || is_requester && *part != Part::Solution
        }
        Command::Extend { .. } => who.role.may_stand_in(),
        Command::Acknowledge | Command::SetFields { .. } => who.role.is_staff(),
        Command::AddTask { .. } | Command::ChangeTask { .. } => who.role.is_staff(),
        Command::Visit(_) => who.role.is_staff(),
        Command::Notify { .. } | Command::ApplyMacro { .. } => who.role.is_staff(),
        Command::ReplyAsDesk(_) => false,
        Command::Link(_) | Command::Unlink(_) | Command::SplitOff { .. } => who.role.is_staff(),
        Command::Merge { .. } | Command::Absorb { .. } => who.role.is_staff(),
        Command::Unmerge | Command::Part { .. } => who.role.is_staff(),
        Command::Follow { who: one } | Command::Unfollow { who: one } => {
            who.role.is_staff() || who.is(one)
        }
        Command::EditMessage { said, .. } | Command::DeleteMessage { said } => who.is(&said.author),
        Command::Rearm { .. } | Command::Archive => false,
        Command::Tick | Command::Give { .. } | Command::ReportUndeliverable { .. } => false,
    };
    if !allowed {
        return Err(Refusal::NotPermitted);
    }
    Ok(Permit::of(who.actor(ticket, &command), command))
}

#[cfg(test)]
#[path = "access_tests.rs"]
mod tests;
