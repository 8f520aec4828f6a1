//! The whole configuration as one document, in which people go by their addresses. It is what a file
//! says, whatever the ids of the desk it came from.

use std::collections::{BTreeMap, BTreeSet};

use desk::access::Role;
use desk::config::{ChatChannel, Config, Member, Queue};
use desk::language::Language;
use desk::person::{name_from_address, normal_address};
use desk::{PersonId, QueueId};
use serde_json::Value;

use crate::assign;
use crate::calendar::{self, time_zone};
use crate::check::check;
use crate::grammar::{domain, short_word};
use crate::lines::{self, Lines};
use crate::policy::{self, one_of};
use crate::table::{Table, address};
use crate::wrong::Wrong;
use crate::{form, form_export, guild_role, macros, rule, ways, webhook};

const FIELDS: &[&str] = &[
    "domain",
    "zone",
    "workspaces",
    "guilds",
    "guild_roles",
    "no_emoji",
    "members",
    "queues",
    "regions",
    "calendars",
    "policies",
    "rules",
    "macros",
    "webhooks",
    "forms",
    "language",
    "limits",
];
const MEMBER: &[&str] =
    &["email", "name", "role", "skills", "regions", "capacity", "calendar", "from_guild"];
pub(crate) const QUEUE: &[&str] = &[
    "id",
    "name",
    "address",
    "channel",
    "lead",
    "manager",
    "head",
    "members",
    "review",
    "tasks_first",
    "private",
    "labels",
    "forbidden",
    "assignment",
    "capacity",
];

/// The longest name of a person, in characters.
const NAME_AT_MOST: usize = 200;

/// Whether a list of the configuration itself goes by this name, not one inside of something.
pub fn is_part(name: &str) -> bool {
    FIELDS.contains(&name)
}

/// A configuration without its version, in which each person's id is their address. What has no order
/// of its own is sorted and what can be written in two ways is written in one, so that two that say
/// the same are equal.
#[derive(Clone, Debug, PartialEq)]
pub struct Document(pub(crate) Config);

impl Document {
    /// What a desk's configuration says.
    pub fn of(config: &Config) -> Document {
        let address = |id: &PersonId| {
            let member = config.member(id);
            member.map_or_else(|| id.clone(), |member| PersonId(member.email.clone()))
        };
        Document(with_people(config, &address)).sorted()
    }

    /// Reads a file.
    pub fn read(text: &str) -> Result<Document, Wrong> {
        let (value, lines) = lines::read(text)?;
        let read = || {
            let config = config(&value)?;
            check(&config)?;
            Ok(Document(config).sorted())
        };
        read().map_err(|wrong: Wrong| Lines::find(&lines, wrong))
    }

    /// Everybody with a role: address and name.
    pub fn people(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.members.iter().map(|member| (member.email.as_str(), member.name.as_str()))
    }

    /// What somebody with this address is.
    pub fn role(&self, email: &str) -> Option<Role> {
        self.0.members.iter().find(|member| member.email == email).map(|member| member.role)
    }

    /// Whether there is such a queue.
    pub fn has_queue(&self, id: &QueueId) -> bool {
        self.0.queue(id).is_some()
    }

    /// The configuration it describes, where people are known by these ids.
    pub fn config(&self, version: u64, ids: &BTreeMap<String, PersonId>) -> Config {
        let known = |address: &PersonId| {
            ids.get(address.as_str()).cloned().unwrap_or_else(|| address.clone())
        };
        Config { version, ..with_people(&self.0, &known) }
    }

    fn sorted(mut self) -> Document {
        let config = &mut self.0;
        config.version = 0;
        config.domain = config.domain.to_lowercase();
        for member in &mut config.members {
            let name: String = member.name.trim().chars().take(NAME_AT_MOST).collect();
            let name = name.trim().to_owned();
            member.name = if name.is_empty() { name_from_address(&member.email) } else { name };
        }
        for queue in &mut config.queues {
            queue.address = normal_address(&queue.address).unwrap_or(queue.address.clone());
        }
        config.members.sort_by(|a, b| a.email.cmp(&b.email));
        config.rules.iter_mut().for_each(|rule| rule.version = 1);
        config.webhooks.sort_by(|a, b| a.id.cmp(&b.id));
        config.regions.sort_by(|a, b| a.id.cmp(&b.id));
        config.guild_roles.sort_by(|a, b| a.id.cmp(&b.id));
        config.calendars.sort_by(|a, b| a.id.cmp(&b.id));
        for list in [&mut config.workspaces, &mut config.guilds] {
            *list = BTreeSet::from_iter(std::mem::take(list)).into_iter().collect();
        }
        config.no_emoji.sort_by_key(|channel| String::from(channel.clone()));
        config.no_emoji.dedup();
        for form in &mut config.forms {
            form.handlers =
                BTreeSet::from_iter(std::mem::take(&mut form.handlers)).into_iter().collect();
        }
        for queue in &mut config.queues {
            queue.members =
                BTreeSet::from_iter(std::mem::take(&mut queue.members)).into_iter().collect();
        }
        self
    }
}

/// The same with other ids for its people.
fn with_people(config: &Config, id: &dyn Fn(&PersonId) -> PersonId) -> Config {
    let mut config = config.clone();
    for member in &mut config.members {
        member.id = id(&member.id);
    }
    for queue in &mut config.queues {
        let ladder = [&mut queue.lead, &mut queue.manager, &mut queue.head];
        for person in ladder.into_iter().flatten().chain(&mut queue.members) {
            *person = id(person);
        }
    }
    config.rules.iter_mut().for_each(|rule| rule.rename(id));
    config.macros.iter_mut().for_each(|one| macros::rename(one, id));
    for person in config.forms.iter_mut().flat_map(|form| &mut form.handlers) {
        *person = id(person);
    }
    config
}

fn config(value: &Value) -> Result<Config, Wrong> {
    let table = Table::of(value, "", FIELDS)?;
    let needed = |name: &str| table.wrong(name, "it is needed");
    let zone = table.read("zone", time_zone)?.ok_or_else(|| needed("zone"))?;
    let domain = table.read("domain", domain)?.ok_or_else(|| needed("domain"))?;
    let language = table.read("language", language)?.unwrap_or_default();
    let forms = table.tables("forms", form::FIELDS)?;
    let who = |text: &str| address(text).map(PersonId);
    let forms = forms.iter().map(|table| form::of_table(table, &language, &who));
    let members = table.tables("members", MEMBER)?;
    let queues = table.tables("queues", QUEUE)?;
    let regions = table.tables("regions", assign::REGION)?;
    let guild_roles = table.tables("guild_roles", guild_role::FIELDS)?;
    let calendars = table.tables("calendars", calendar::FIELDS)?;
    let calendars = calendars.iter().map(|table| calendar::of_table(table, &zone));
    let calendars = calendars.collect::<Result<Vec<_>, _>>()?;
    let policies = table.tables("policies", policy::FIELDS)?;
    let policies = policies.iter().map(|table| policy::of_table(table, &calendars));
    let webhooks = table.tables("webhooks", webhook::FIELDS)?;
    let macros = table.tables("macros", macros::FIELDS)?;
    let macros = macros.iter().map(|table| macros::of_table(table, &who));
    let rules = table.tables("rules", rule::FIELDS)?;
    let rules = rules.iter().map(|table| rule::of_table(table, &calendars, &who));
    Ok(Config {
        version: 0,
        forms: forms.collect::<Result<_, _>>()?,
        limits: form_export::read_limits(&table)?,
        language: language.clone(),
        policies: policies.collect::<Result<_, _>>()?,
        rules: rules.collect::<Result<_, _>>()?,
        macros: macros.collect::<Result<_, _>>()?,
        webhooks: webhooks.iter().map(webhook::of_table).collect::<Result<_, _>>()?,
        members: members.iter().map(member).collect::<Result<_, _>>()?,
        queues: queues.iter().map(|table| queue(table, &domain)).collect::<Result<_, _>>()?,
        regions: regions.iter().map(assign::region).collect::<Result<_, _>>()?,
        workspaces: table.read_all("workspaces", account)?,
        guilds: table.read_all("guilds", account)?,
        guild_roles: guild_roles.iter().map(guild_role::of_table).collect::<Result<_, _>>()?,
        no_emoji: table.read_all("no_emoji", channel)?,
        domain,
        zone,
        calendars,
    })
}

fn member(table: &Table<'_>) -> Result<Member, Wrong> {
    let email =
        table.read("email", address)?.ok_or_else(|| table.wrong("email", "it is needed"))?;
    let role = table.read("role", |word| one_of(word, Role::ALL))?;
    let role = role.ok_or_else(|| table.wrong("role", "it is needed"))?;
    let name = table.text("name", NAME_AT_MOST)?.unwrap_or_else(|| name_from_address(&email));
    let (work, from_guild) = (assign::work(table)?, table.flag("from_guild")?);
    Ok(Member { id: PersonId(email.clone()), email, name, role, work, from_guild })
}

pub(crate) fn queue(table: &Table<'_>, domain: &str) -> Result<Queue, Wrong> {
    let id = table.read("id", short_word)?.ok_or_else(|| table.wrong("id", "it is needed"))?;
    let person = |name: &str| Ok::<_, Wrong>(table.read(name, address)?.map(PersonId));
    let (review, tasks_first) = (table.flag("review")?, table.flag("tasks_first")?);
    let private = table.flag("private")?;
    let mailbox = table.read("address", address)?;
    let members = table.read_all("members", address)?;
    Ok(Queue {
        name: table.text("name", 80)?.unwrap_or_else(|| id.clone()),
        address: mailbox.unwrap_or_else(|| format!("{id}@{domain}")),
        members: members.into_iter().map(PersonId).collect(),
        lead: person("lead")?,
        manager: person("manager")?,
        head: person("head")?,
        channel: table.read("channel", channel)?,
        review,
        tasks_first,
        private,
        ways: ways::of_table(table)?,
        assignment: assign::queue(table)?,
        id: QueueId(id),
    })
}

fn language(text: &str) -> Result<Language, String> {
    let wrong = || format!("{text:?} is no language such as en or pt-br");
    Language::parse(text).ok_or_else(wrong)
}

/// The id of a workspace or a guild.
fn channel(text: &str) -> Result<ChatChannel, String> {
    ChatChannel::try_from(text.to_owned()).map_err(|wrong| wrong.to_string())
}

fn account(text: &str) -> Result<String, String> {
    let fits = (1..=40).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric());
    fits.then(|| text.to_owned()).ok_or_else(|| format!("{text:?} has letters and digits alone"))
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
