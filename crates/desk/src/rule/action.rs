//! What a rule or a macro does to a ticket: each action is one command, made when it is carried out. It
//! may be refused like any other; who may ask for it is known where it is asked.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::assign::How;
use crate::command::Command;
use crate::history::Text;
use crate::id::{MacroId, PersonId, QueueId};
use crate::policy::Circumstances;
use crate::rule::audience::{Audience, told};
use crate::rule::condition::Facts;
use crate::rule::template::{Reader, Template, Unresolved};
use crate::ticket::{Closure, Priority, Ticket, Type};

/// How often the desk writes to a requester by itself before an agent does.
const BY_ITSELF_AT_MOST: u16 = 10;
/// Tags a ticket takes from rules.
const TAGS_AT_MOST: usize = 50;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    /// Change how soon it matters.
    SetPriority {
        /// The new priority.
        to: Priority,
    },
    /// Change what kind of request it is.
    SetType {
        /// The new type.
        to: Type,
    },
    /// Move it to another queue.
    SetQueue {
        /// Which.
        to: QueueId,
    },
    /// Wait for something outside the desk.
    Hold {
        /// How long.
        length: SignedDuration,
        /// Why.
        reason: String,
    },
    /// Put it back to the requester, with a question.
    Await {
        /// The question.
        words: String,
    },
    /// End it without a solution.
    Close {
        /// Why.
        closure: Closure,
        /// In words, for the requester.
        words: String,
    },
    /// Give it to somebody.
    Assign {
        /// Whom.
        to: PersonId,
    },
    /// Let it be nobody's.
    Unassign,
    /// Find somebody for it: in this way, or in that of its queue.
    GiveOut {
        /// How they are chosen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        how: Option<How>,
    },
    /// Add labels.
    AddTags {
        /// Which.
        tags: BTreeSet<String>,
    },
    /// Take labels off.
    RemoveTags {
        /// Which.
        tags: BTreeSet<String>,
    },
    /// Tell somebody what the requester is told.
    AddFollower {
        /// Whom.
        who: PersonId,
    },
    /// Tell them no more.
    RemoveFollower {
        /// Whom.
        who: PersonId,
    },
    /// Note something for agents.
    Note {
        /// What.
        words: String,
    },
    /// Write to the requester.
    Reply {
        /// What.
        words: String,
    },
    /// Tell agents.
    Notify {
        /// Whom.
        to: BTreeSet<Audience>,
        /// What.
        words: String,
    },
    /// Take it. By an agent alone.
    Claim,
    /// Propose a solution. By an agent alone.
    Propose {
        /// Which.
        words: String,
    },
    /// Do what a macro does. By a rule alone.
    Macro {
        /// Which; one of everybody's.
        id: MacroId,
    },
    /// Ask for help from above.
    Escalate {
        /// Why.
        words: String,
    },
}

/// Who does it.
#[derive(Clone, Copy, Debug)]
pub enum Voice<'a> {
    /// The desk: what it writes to the requester is automatic.
    Desk,
    /// An agent, with their own hands.
    Agent(&'a PersonId),
}

/// Why an action was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// A name in its words has no value.
    #[error(transparent)]
    Unresolved(#[from] Unresolved),
    /// The words cannot be read.
    #[error(transparent)]
    NotATemplate(#[from] crate::rule::template::NotATemplate),
    /// A machine asked.
    #[error("a machine sent this ticket, and the desk never answers one by itself")]
    Machine,
    /// It goes on and on.
    #[error("the desk wrote by itself {BY_ITSELF_AT_MOST} times; an agent has to answer first")]
    OftenEnough,
    /// Nobody there.
    #[error("there is nobody to tell")]
    Nobody,
    /// A rule proposes nothing and takes nothing.
    #[error("only an agent can take a ticket or propose a solution")]
    ByHandAlone,
    /// The macro is gone, or one in another.
    #[error("there is no such macro for everybody, or it stands in another macro")]
    NoMacro,
    /// Too many.
    #[error("a ticket takes {TAGS_AT_MOST} tags at most")]
    TooManyTags,
}

impl Action {
    /// The command it is on this ticket now; none where there is nothing to do.
    pub fn command(
        &self,
        ticket: &Ticket,
        facts: &Facts<'_>,
        voice: Voice<'_>,
        now: Timestamp,
    ) -> Result<Option<Command>, Unfit> {
        let agent = match voice {
            Voice::Desk => None,
            Voice::Agent(id) => Some(id),
        };
        let filled = |words: &str, reader| -> Result<Text, Unfit> {
            Ok(Text::plain(Template::parse(words)?.resolve(ticket, facts, agent, reader)?))
        };
        let text = |words: &str| filled(words, Reader::Agents);
        let public = |words: &str| filled(words, Reader::Requester);
        let by_desk = matches!(voice, Voice::Desk);
        Ok(Some(match self {
            Action::SetPriority { to } if *to == ticket.priority => return Ok(None),
            Action::SetPriority { to } => {
                let known = Circumstances::of(ticket, facts.email);
                let promise = facts.config.promise(&Circumstances { priority: *to, ..known });
                Command::SetPriority { to: *to, promise: Box::new(promise) }
            }
            Action::SetType { to } => Command::SetType { to: *to },
            Action::SetQueue { to } if ticket.queue.as_ref() == Some(to) => return Ok(None),
            Action::SetQueue { to } => {
                let reason = Text::plain(if by_desk { "Moved by a rule." } else { "" });
                Command::Transfer { queue: to.clone(), reason }
            }
            Action::Hold { length, reason } => {
                Command::Hold { until: now.checked_add(*length).ok(), reason: text(reason)? }
            }
            Action::Await { words } if by_desk => Command::Await(spoken(ticket, public(words)?)?),
            Action::Await { words } => Command::Await(public(words)?),
            Action::Close { closure, words } => {
                Command::Close { closure: Some(*closure), reason: public(words)? }
            }
            Action::Assign { to } => Command::Assign { to: to.clone() },
            Action::Unassign if ticket.assignee.is_none() => return Ok(None),
            Action::Unassign => Command::Release,
            Action::GiveOut { .. } if ticket.assignee.is_some() => return Ok(None),
            Action::GiveOut { how } => {
                let queue = ticket.queue.as_ref().and_then(|queue| facts.config.queue(queue));
                let own = queue.and_then(|queue| Some(queue.assignment?.how));
                Command::Seek { how: how.or(own).unwrap_or(How::LeastLoaded) }
            }
            Action::AddTags { tags } => tagged(ticket, ticket.tags.union(tags))?,
            Action::RemoveTags { tags } => tagged(ticket, ticket.tags.difference(tags))?,
            Action::AddFollower { who } => Command::Follow { who: who.clone() },
            Action::RemoveFollower { who } => Command::Unfollow { who: who.clone() },
            Action::Note { words } => Command::AddNote(text(words)?),
            Action::Reply { words } if by_desk => {
                Command::ReplyAsDesk(spoken(ticket, public(words)?)?)
            }
            Action::Reply { words } => Command::ReplyAsAgent(public(words)?),
            Action::Notify { to, words } => told(to, ticket, facts, text(words)?)?,
            Action::Escalate { words } => Command::Escalate(text(words)?),
            Action::Claim | Action::Propose { .. } if by_desk => return Err(Unfit::ByHandAlone),
            Action::Claim if ticket.assignee.as_ref() == agent => return Ok(None),
            Action::Claim => Command::Claim,
            Action::Propose { words } => Command::Propose(public(words)?),
            Action::Macro { .. } => return Err(Unfit::NoMacro),
        }))
    }

    /// Words in it that may have names in them.
    pub fn words(&self) -> Option<&str> {
        match self {
            Action::Hold { reason: words, .. }
            | Action::Await { words }
            | Action::Close { words, .. }
            | Action::Note { words }
            | Action::Reply { words }
            | Action::Notify { words, .. }
            | Action::Propose { words }
            | Action::Escalate { words } => Some(words),
            _ => None,
        }
    }

    /// Fills the names in its words in, as an agent would send them.
    pub fn resolve(
        &mut self,
        ticket: &Ticket,
        facts: &Facts<'_>,
        agent: &PersonId,
    ) -> Result<(), Unfit> {
        let reader = match self {
            Action::Await { .. } | Action::Close { .. } => Reader::Requester,
            Action::Reply { .. } | Action::Propose { .. } => Reader::Requester,
            _ => Reader::Agents,
        };
        if let Some(words) = self.words_mut() {
            *words = Template::parse(words)?.resolve(ticket, facts, Some(agent), reader)?;
        }
        Ok(())
    }

    fn words_mut(&mut self) -> Option<&mut String> {
        match self {
            Action::Hold { reason: words, .. }
            | Action::Await { words }
            | Action::Close { words, .. }
            | Action::Note { words }
            | Action::Reply { words }
            | Action::Notify { words, .. }
            | Action::Propose { words }
            | Action::Escalate { words } => Some(words),
            _ => None,
        }
    }

    /// What it is, in the words it is written with.
    pub fn name(&self) -> &'static str {
        match self {
            Action::SetPriority { .. } => "set_priority",
            Action::SetType { .. } => "set_type",
            Action::SetQueue { .. } => "set_queue",
            Action::Hold { .. } => "hold",
            Action::Await { .. } => "await",
            Action::Close { .. } => "close",
            Action::Assign { .. } => "assign",
            Action::Unassign => "unassign",
            Action::GiveOut { .. } => "give_out",
            Action::AddTags { .. } => "add_tags",
            Action::RemoveTags { .. } => "remove_tags",
            Action::AddFollower { .. } => "add_follower",
            Action::RemoveFollower { .. } => "remove_follower",
            Action::Note { .. } => "note",
            Action::Reply { .. } => "reply",
            Action::Notify { .. } => "notify",
            Action::Escalate { .. } => "escalate",
            Action::Claim => "claim",
            Action::Propose { .. } => "propose",
            Action::Macro { .. } => "macro",
        }
    }

    /// What it does, for the record: `set_priority high`.
    pub fn summary(&self) -> String {
        let list = |tags: &BTreeSet<String>| tags.iter().cloned().collect::<Vec<_>>().join(", ");
        let with = match self {
            Action::SetPriority { to } => to.to_string(),
            Action::SetType { to } => to.to_string(),
            Action::SetQueue { to } => to.to_string(),
            Action::Close { closure, .. } => closure.to_string(),
            Action::Macro { id } => id.to_string(),
            Action::Assign { to: who }
            | Action::AddFollower { who }
            | Action::RemoveFollower { who } => who.to_string(),
            Action::AddTags { tags } | Action::RemoveTags { tags } => list(tags),
            _ => String::new(),
        };
        format!("{} {with}", self.name()).trim_end().to_owned()
    }

    /// Everybody it names, by another id.
    pub fn rename(&mut self, id: &dyn Fn(&PersonId) -> PersonId) {
        match self {
            Action::Assign { to: who }
            | Action::AddFollower { who }
            | Action::RemoveFollower { who } => *who = id(who),
            Action::Notify { to, .. } => {
                let renamed = std::mem::take(to).into_iter().map(|one| match one {
                    Audience::Member(who) => Audience::Member(id(&who)),
                    role @ Audience::Role(_) => role,
                });
                *to = renamed.collect();
            }
            _ => {}
        }
    }
}

/// What the desk says by itself, it says to people alone, and not for ever: a machine may pass for a
/// person.
fn spoken(ticket: &Ticket, text: Text) -> Result<Text, Unfit> {
    if ticket.silent {
        return Err(Unfit::Machine);
    }
    if ticket.marks.unanswered >= BY_ITSELF_AT_MOST {
        return Err(Unfit::OftenEnough);
    }
    Ok(text)
}

fn tagged<'a>(ticket: &Ticket, tags: impl Iterator<Item = &'a String>) -> Result<Command, Unfit> {
    let tags: BTreeSet<String> = tags.cloned().collect();
    if tags.len() > TAGS_AT_MOST.max(ticket.tags.len()) {
        return Err(Unfit::TooManyTags);
    }
    Ok(Command::Tag { tags })
}
