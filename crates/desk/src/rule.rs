//! Rules: what the desk does by itself when something happens to a ticket (a trigger), or when time
//! has passed (an automation). What a rule may ask is in `condition`, what it may do in `action`; how
//! rules run after a commit is in `run`, and when an automation falls due in `due`.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::id::{CalendarId, PersonId, RuleId};

pub mod action;
pub mod audience;
pub mod condition;
pub mod due;
pub mod happening;
pub mod marks;
pub mod replay;
pub mod run;
pub mod template;

pub use action::Action;
pub use audience::Audience;
pub use condition::{Condition, Facts, Op, Property, Says, Subject};
pub use happening::Happening;
pub use marks::Marks;
pub use run::{Did, Fuse, follow};

use crate::ticket::words;

/// How deep a chain of rules goes in which one answers another.
pub const DEPTH_AT_MOST: usize = 5;
/// How many rules run on one ticket in one minute.
pub const RUNS_A_MINUTE: usize = 20;
/// Actions a rule or a macro may have.
pub const ACTIONS_AT_MOST: usize = 10;

/// One rule. They are asked in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// The short word it goes by.
    pub id: RuleId,
    /// What people call it.
    pub name: String,
    /// Whether it runs.
    pub enabled: bool,
    /// Counts its changes, from 1; a ticket's history names it.
    pub version: u32,
    /// What sets it off.
    pub cause: Cause,
    /// What must hold of the ticket: each of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Condition>,
    /// What it does, in order.
    pub then: Vec<Action>,
    /// Whether the rules behind it are left out once it ran.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stop: bool,
}

/// What sets a rule off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Something happened: any of these.
    On(Vec<Happening>),
    /// Time passed.
    After(After),
}

/// When an automation falls due: so long after something, or before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct After {
    /// What it is counted from.
    pub since: Since,
    /// How long; time of the calendar where one is named.
    pub length: SignedDuration,
    /// Whose hours count; all of them when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarId>,
    /// Before it, not after it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub before: bool,
}

words!(
    /// What an automation counts from. Each time it happens is an episode of its own.
    Since {
        /// The ticket was opened.
        Created = "created",
        /// The requester wrote last.
        RequesterMessage = "requester_message",
        /// An agent last answered the requester.
        AgentMessage = "agent_message",
        /// The status changed last.
        StatusChange = "status_change",
        /// The earliest promise that runs falls due.
        Due = "due",
    }
);

impl Rule {
    /// Everybody it names, by another id.
    pub fn rename(&mut self, id: &dyn Fn(&PersonId) -> PersonId) {
        self.when.iter_mut().for_each(|condition| condition.rename(id));
        self.then.iter_mut().for_each(|action| action.rename(id));
    }

    /// Everybody it names.
    pub fn people(&self) -> Vec<PersonId> {
        let named = std::cell::RefCell::new(Vec::new());
        self.clone().rename(&|id| {
            named.borrow_mut().push(id.clone());
            id.clone()
        });
        named.into_inner()
    }

    /// The events it waits for; none where it waits for time.
    pub fn happenings(&self) -> &[Happening] {
        match &self.cause {
            Cause::On(happenings) => happenings,
            Cause::After(_) => &[],
        }
    }
}

/// The rules as they will stand, each with the version it then has: what says the same as before
/// keeps its version, what differs counts it up, what is new begins at 1.
pub fn versioned(before: &[Rule], after: Vec<Rule>) -> Vec<Rule> {
    let counted = after.into_iter().map(|rule| {
        let Some(known) = before.iter().find(|known| known.id == rule.id) else {
            return Rule { version: 1, ..rule };
        };
        let same = Rule { version: known.version, ..rule };
        if same == *known {
            same
        } else {
            Rule { version: known.version.saturating_add(1), ..same }
        }
    });
    counted.collect()
}
