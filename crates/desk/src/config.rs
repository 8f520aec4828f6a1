//! How a desk is set up: its people, queues and promises. One immutable document a version.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::assign::{Assignment, Region, Work};
use crate::calendar::NamedCalendar;
use crate::form::Form;
use crate::guild_role::GuildRole;
use crate::id::{CalendarId, FormId, PersonId, QueueId};
use crate::language::Language;
use crate::macros::Macro;
use crate::policy::{Circumstances, Policy};
use crate::rule::Rule;
use crate::schedule::Calendar;
use crate::sla::Promise;
use crate::ticket::{Place, Ticket};
use crate::upgrade::AtRest;
use crate::ways::Ways;
use crate::webhook::Webhook;

/// The whole configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "AtRest")]
pub struct Config {
    /// Counts the changes; 0 is the built-in defaults.
    pub version: u64,
    /// The domain of the desk's addresses.
    pub domain: String,
    /// Where the desk's days begin.
    #[serde(with = "jiff::fmt::serde::tz::required")]
    pub zone: TimeZone,
    /// People with a role above requester.
    pub members: Vec<Member>,
    /// Queues; the first takes what no other asks for.
    pub queues: Vec<Queue>,
    /// Parts of the country people go to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<Region>,
    /// Hours that policies name.
    pub calendars: Vec<NamedCalendar>,
    /// What is promised: asked from the top, the last is for every ticket.
    pub policies: Vec<Policy>,
    /// What tickets of each kind ask for, in the order they are offered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<Form>,
    /// The language of words that do not say theirs.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub language: Language,
    /// How much of some things there may be.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub limits: Limits,
    /// What the desk does by itself, in the order it is asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// What agents carry out at once, besides their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub macros: Vec<Macro>,
    /// Other systems that are told what happens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub webhooks: Vec<Webhook>,
    /// Slack workspaces served; empty serves any validly signed one.
    pub workspaces: Vec<String>,
    /// Discord guilds served; empty serves any validly signed one.
    pub guilds: Vec<String>,
    /// Roles of guilds that make people members.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guild_roles: Vec<GuildRole>,
    /// Channels in which an emoji on a message does nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub no_emoji: Vec<ChatChannel>,
}

/// A person with a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub id: PersonId,
    /// Where mail reaches them; one member an address.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// What they take on, and when.
    #[serde(default, skip_serializing_if = "Work::is_usual")]
    pub work: Work,
    /// Whether roles of a Discord guild made them a member, and may unmake them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_guild: bool,
}

/// Tickets waiting for a team, and who answers for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// The short word it goes by.
    pub id: QueueId,
    /// What people call it.
    pub name: String,
    /// Mail to this address lands here.
    pub address: String,
    /// Agents who work on it.
    pub members: Vec<PersonId>,
    /// Told of each breach.
    pub lead: Option<PersonId>,
    /// Told half a target later.
    pub manager: Option<PersonId>,
    /// Told a whole target later.
    pub head: Option<PersonId>,
    /// Where its cards are posted.
    pub channel: Option<ChatChannel>,
    /// Whether a colleague looks at each solution before the requester does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub review: bool,
    /// Whether a solution waits until every task is done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tasks_first: bool,
    /// Whether its tickets are for those who look after it alone: to other agents they do not exist, and
    /// its channel hears that they are there and no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub private: bool,
    /// What its statuses are called, and where its tickets may not go.
    #[serde(default, skip_serializing_if = "Ways::is_usual")]
    pub ways: Ways,
    /// How its tickets are given out; none where agents take them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment: Option<Assignment>,
}

/// How much of some things there may be. People find their way among few forms with short names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Forms.
    pub forms: usize,
    /// The name of a form, in characters.
    pub form_name: usize,
    /// The description of a form, in characters.
    pub form_description: usize,
    /// A file of a requester, in MiB.
    #[serde(default = "usual_file_mib")]
    pub file_mib: usize,
    /// A file of an agent, in MiB.
    #[serde(default = "usual_staff_file_mib")]
    pub staff_file_mib: usize,
    /// Files of one message, one ticket's opening, one field of a form.
    #[serde(default = "usual_files")]
    pub files: usize,
}

fn usual_file_mib() -> usize {
    25
}

fn usual_staff_file_mib() -> usize {
    100
}

fn usual_files() -> usize {
    10
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            forms: 15,
            form_name: 12,
            form_description: 140,
            file_mib: usual_file_mib(),
            staff_file_mib: usual_staff_file_mib(),
            files: usual_files(),
        }
    }
}

fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A channel in chat, written `slack:C0123` or `discord:1234`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum ChatChannel {
    /// By its id or name.
    Slack(String),
    /// By its id.
    Discord(String),
}

/// A channel that is neither Slack's nor Discord's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a channel is written slack:C0123ABC or discord:123456789012345678")]
pub struct NotAChannel;

impl From<ChatChannel> for String {
    fn from(channel: ChatChannel) -> String {
        match channel {
            ChatChannel::Slack(id) => format!("slack:{id}"),
            ChatChannel::Discord(id) => format!("discord:{id}"),
        }
    }
}

impl TryFrom<String> for ChatChannel {
    type Error = NotAChannel;

    fn try_from(text: String) -> Result<ChatChannel, NotAChannel> {
        let plain = |id: &str| {
            let fits = (1..=80).contains(&id.len());
            fits && id.chars().all(|c| c.is_alphanumeric() || "#-_".contains(c))
        };
        match text.split_once(':') {
            Some(("slack", id)) if plain(id) => Ok(ChatChannel::Slack(id.to_owned())),
            Some(("discord", id)) if plain(id) => Ok(ChatChannel::Discord(id.to_owned())),
            None if plain(&text) && text.chars().all(|c| c.is_ascii_digit()) => {
                Ok(ChatChannel::Discord(text))
            }
            None if plain(&text) => Ok(ChatChannel::Slack(text)),
            Some(_) | None => Err(NotAChannel),
        }
    }
}

impl Queue {
    /// Whether somebody works on it or answers for it.
    pub fn is_looked_after_by(&self, person: &PersonId) -> bool {
        let answers_for = [&self.lead, &self.manager, &self.head];
        self.members.contains(person) || answers_for.into_iter().flatten().any(|one| one == person)
    }
}

impl Config {
    /// The queues whose tickets this person does not see: private ones they have no part in.
    pub fn closed_to(&self, person: &PersonId, role: Role) -> BTreeSet<QueueId> {
        if matches!(role, Role::Admin | Role::Auditor) {
            return BTreeSet::new();
        }
        let closed =
            self.queues.iter().filter(|queue| queue.private && !queue.is_looked_after_by(person));
        closed.map(|queue| queue.id.clone()).collect()
    }

    /// The place in chat a ticket was asked in, where its requester is answered there: what is private
    /// is answered nowhere others read.
    pub fn answered_in<'a>(&self, ticket: &'a Ticket) -> Option<&'a Place> {
        ticket.origin.as_ref().filter(|place| !self.is_private(ticket) || !place.is_open())
    }

    /// Whether a ticket is for those who look after its queue alone.
    pub fn is_private(&self, ticket: &Ticket) -> bool {
        ticket.queue.as_ref().and_then(|queue| self.queue(queue)).is_some_and(|queue| queue.private)
    }

    /// A fresh desk: one queue, `support`, and one member, who is its agent, lead, manager and
    /// head, so that every promise is kept from the first minute.
    pub fn fresh(domain: &str, admin_email: &str, zone: TimeZone) -> Config {
        let admin = PersonId::from("admin");
        let queue = Queue {
            id: QueueId::from("support"),
            name: "Support".into(),
            address: format!("support@{domain}"),
            members: vec![admin.clone()],
            lead: Some(admin.clone()),
            manager: Some(admin.clone()),
            head: Some(admin.clone()),
            channel: None,
            review: false,
            tasks_first: false,
            private: false,
            ways: Ways::default(),
            assignment: None,
        };
        let member = Member {
            id: admin,
            email: admin_email.into(),
            name: "Admin".into(),
            role: Role::Admin,
            work: Work::default(),
            from_guild: false,
        };
        Config {
            version: 0,
            domain: domain.into(),
            zone: zone.clone(),
            members: vec![member],
            queues: vec![queue],
            regions: Vec::new(),
            calendars: vec![NamedCalendar::around_the_clock(), NamedCalendar::office(zone)],
            policies: vec![Policy::standard()],
            rules: Vec::new(),
            macros: Vec::new(),
            webhooks: Vec::new(),
            forms: Vec::new(),
            language: Language::default(),
            limits: Limits::default(),
            workspaces: Vec::new(),
            guilds: Vec::new(),
            guild_roles: Vec::new(),
            no_emoji: Vec::new(),
        }
    }

    /// A queue by its id.
    pub fn queue(&self, id: &QueueId) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.id == *id)
    }

    /// The queue a mail to this address belongs to, whatever `+tag` it carries; none where no queue
    /// has the address.
    pub fn queue_by_address(&self, address: &str) -> Option<&Queue> {
        let (local, host) = address.split_once('@')?;
        let local = local.split('+').next().unwrap_or(local);
        let bare = format!("{local}@{host}").to_lowercase();
        self.queues.iter().find(|queue| queue.address.to_lowercase() == bare)
    }

    /// A member by id.
    pub fn member(&self, id: &PersonId) -> Option<&Member> {
        self.members.iter().find(|member| member.id == *id)
    }

    /// A member by id or address.
    pub fn find_member(&self, id_or_email: &str) -> Option<&Member> {
        let email = id_or_email.trim().to_lowercase();
        self.members.iter().find(|member| member.id.0 == id_or_email || member.email == email)
    }

    /// What a person is here; everyone who is not a member may ask.
    pub fn role(&self, id: &PersonId) -> Role {
        self.member(id).map_or(Role::Requester, |member| member.role)
    }

    /// Whether nobody else is an admin.
    pub fn is_last_admin(&self, id: &PersonId) -> bool {
        let mut admins = self.members.iter().filter(|member| member.role == Role::Admin);
        admins.next().is_some_and(|one| one.id == *id) && admins.next().is_none()
    }

    /// A calendar by its id.
    pub fn calendar(&self, id: &CalendarId) -> Option<&NamedCalendar> {
        self.calendars.iter().find(|calendar| calendar.id == *id)
    }

    /// A form by its id.
    pub fn form(&self, id: &FormId) -> Option<&Form> {
        self.forms.iter().find(|form| form.id == *id)
    }

    /// What is promised for a ticket: the policy its form names, else the first that is meant for it.
    pub fn promise(&self, ticket: &Circumstances<'_>) -> Promise {
        let named = ticket.form.and_then(|form| self.form(form)?.policy.as_ref());
        let named = named.and_then(|id| self.policies.iter().find(|policy| policy.id == *id));
        let named = named.and_then(|policy| Some((policy, policy.targets.get(&ticket.priority)?)));
        let mut policies = self.policies.iter();
        let meant = || policies.find_map(|policy| Some((policy, policy.targets_for(ticket)?)));
        let chosen = named.or_else(meant);
        let Some((policy, targets)) = chosen else { return Promise::none() };
        let calendar = self.calendar(&targets.calendar);
        // A calendar that is not there would let a promise be forgotten: the clock runs instead.
        let calendar = calendar.map_or(Calendar::AroundTheClock, NamedCalendar::calendar);
        targets.promise(&policy.name, calendar)
    }
}
