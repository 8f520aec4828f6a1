//! Words with names in them, `Hello {{requester.first_name}}`, that are filled in when they are used.
//! A name nobody knows is refused when the words are written; one that has no value now, when they
//! would be sent. What is filled in is never read for names again.

use crate::answer::{Answer, for_requester, names};
use crate::id::{FieldId, PersonId};
use crate::rule::condition::{FIELD, Facts};
use crate::ticket::{Ticket, words};

words!(
    /// Something that can be filled in.
    Variable {
        /// The ticket's number, with its sign: `#1042`.
        TicketNumber = "ticket.number",
        /// The ticket's title.
        TicketTitle = "ticket.title",
        /// Where the ticket stands, as the requester reads it.
        TicketStatus = "ticket.status",
        /// How soon it matters.
        TicketPriority = "ticket.priority",
        /// What the requester is called.
        RequesterName = "requester.name",
        /// The first of the requester's names.
        RequesterFirstName = "requester.first_name",
        /// Where mail reaches the requester.
        RequesterEmail = "requester.email",
        /// What the agent is called: whoever applies it, or has the ticket.
        AgentName = "agent.name",
        /// The first of the agent's names.
        AgentFirstName = "agent.first_name",
        /// What the ticket's queue is called.
        QueueName = "queue.name",
    }
);

/// Words and the names in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Words(String),
    Name(Name),
}

/// A name in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// Something every ticket has.
    Of(Variable),
    /// The answer to a field of its form.
    Field(FieldId),
}

/// Who reads the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The requester, from whom some fields are hidden.
    Requester,
    /// Agents.
    Agents,
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Name::Of(variable) => variable.fmt(f),
            Name::Field(id) => write!(f, "{FIELD}{id}"),
        }
    }
}

impl Name {
    fn parse(text: &str) -> Option<Name> {
        match text.strip_prefix(FIELD) {
            Some(id) if !id.is_empty() => Some(Name::Field(FieldId::from(id))),
            _ => Variable::parse(text).map(Name::Of),
        }
    }
}

/// Why words are no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATemplate {
    /// A name nobody knows.
    #[error("there is no {{{{{0}}}}}; there are {known}", known = all_names())]
    Unknown(String),
    /// A name that does not end.
    #[error("a name begins with {{{{ and never ends; write }}}} behind it")]
    Endless,
}

/// A name without a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{{{{{0}}}}} has no value on this ticket; nothing is sent with a gap in it")]
pub struct Unresolved(pub Name);

fn all_names() -> String {
    let names: Vec<&str> = Variable::ALL.iter().map(|variable| variable.as_str()).collect();
    format!("{}, {FIELD}<id>", names.join(", "))
}

impl Template {
    /// Reads words with names in them.
    pub fn parse(text: &str) -> Result<Template, NotATemplate> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((words, behind)) = rest.split_once("{{") {
            let (name, behind) = behind.split_once("}}").ok_or(NotATemplate::Endless)?;
            let name = name.trim();
            let known = Name::parse(name);
            let known = known.ok_or_else(|| NotATemplate::Unknown(name.to_owned()))?;
            parts.push(Part::Words(words.to_owned()));
            parts.push(Part::Name(known));
            rest = behind;
        }
        parts.push(Part::Words(rest.to_owned()));
        Ok(Template(parts))
    }

    /// The fields it names.
    pub fn fields(&self) -> impl Iterator<Item = &FieldId> {
        self.0.iter().filter_map(|part| match part {
            Part::Name(Name::Field(id)) => Some(id),
            Part::Name(Name::Of(_)) | Part::Words(_) => None,
        })
    }

    /// The words as they are sent. `agent` is whoever applies them; without one it is whoever has the
    /// ticket.
    pub fn resolve(
        &self,
        ticket: &Ticket,
        facts: &Facts<'_>,
        agent: Option<&PersonId>,
        reader: Reader,
    ) -> Result<String, Unresolved> {
        let parts = self.0.iter().map(|part| match part {
            Part::Words(words) => Ok(words.clone()),
            Part::Name(name) => {
                let value = match name {
                    Name::Of(variable) => value(*variable, ticket, facts, agent),
                    Name::Field(id) => answer(id, ticket, facts, reader),
                };
                let value = value.filter(|value| !value.trim().is_empty());
                value.ok_or_else(|| Unresolved(name.clone()))
            }
        });
        parts.collect()
    }
}

fn answer(id: &FieldId, ticket: &Ticket, facts: &Facts<'_>, reader: Reader) -> Option<String> {
    let form = ticket.form.as_ref().and_then(|form| facts.config.form(form));
    let answers = match reader {
        Reader::Requester => for_requester(form, facts.says.answers),
        Reader::Agents => facts.says.answers.clone(),
    };
    Some(match answers.get(id)? {
        Answer::Yes(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Answer::Number(number) => number.value().to_string(),
        Answer::Text(text) => text.clone(),
        Answer::Many(several) => several.join(", "),
        Answer::Files(files) => names(files),
    })
}

fn value(
    name: Variable,
    ticket: &Ticket,
    facts: &Facts<'_>,
    agent: Option<&PersonId>,
) -> Option<String> {
    let config = facts.config;
    let agent = agent.or(ticket.assignee.as_ref());
    let agent = || Some(config.member(agent?)?.name.clone());
    let first = |name: String| name.split_whitespace().next().map(str::to_owned);
    match name {
        Variable::TicketNumber => Some(ticket.number.to_string()),
        Variable::TicketTitle => Some(facts.says.title.to_owned()),
        Variable::TicketStatus => Some(config.label_for_requester(ticket)),
        Variable::TicketPriority => Some(ticket.priority.label().to_owned()),
        Variable::RequesterName => Some(facts.name.to_owned()),
        Variable::RequesterFirstName => first(facts.name.to_owned()),
        Variable::RequesterEmail => facts.email.map(str::to_owned),
        Variable::AgentName => agent(),
        Variable::AgentFirstName => first(agent()?),
        Variable::QueueName => Some(config.queue(ticket.queue.as_ref()?)?.name.clone()),
    }
}
