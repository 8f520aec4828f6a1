//! What is different between two configurations, in words people can review.

use std::collections::BTreeSet;

use desk::calendar::{Hours, NamedCalendar};
use desk::config::{ChatChannel, Config, Queue};
use desk::policy::Policy;

use crate::assign;
use crate::calendar::{DAYS, show_day};
use crate::document::Document;
use crate::export::conditions;
use crate::form_export::{form_rows, limit_rows};
use crate::policy::rows;
use crate::rule_check::{macro_rows, rule_rows};
use crate::ways;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is about: `queue it`.
    pub what: String,
    /// What happens to it.
    pub how: How,
}

/// What happens to one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// It was not there.
    Added {
        /// Its fields, those that say something.
        fields: Vec<(String, String)>,
    },
    /// It is there no more.
    Removed,
    /// One of its fields says something else; empty is nothing.
    Changed {
        /// Which.
        field: String,
        /// What it said.
        from: String,
        /// What it will say.
        to: String,
    },
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = &self.what;
        match &self.how {
            How::Removed => write!(f, "- {what}"),
            How::Changed { field, from, to } => {
                let shown =
                    |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
                write!(f, "~ {what}: {field}  {} → {}", shown(from), shown(to))
            }
            How::Added { fields } => {
                write!(f, "+ {what}")?;
                for (n, (name, value)) in fields.iter().enumerate() {
                    write!(f, "{}{name} {value}", if n == 0 { ": " } else { "; " })?;
                }
                Ok(())
            }
        }
    }
}

/// A thing with fields, all of them words.
struct Thing {
    what: String,
    fields: Vec<(String, String)>,
}

/// What becomes different, in the order of the file.
pub fn changes(before: &Document, after: &Document) -> Vec<Change> {
    let (old, new) = (things(&before.0), things(&after.0));
    let find = |things: &[Thing], what: &str| things.iter().position(|thing| thing.what == what);
    let mut changes = Vec::new();
    for thing in &new {
        match find(&old, &thing.what).and_then(|n| old.get(n)) {
            Some(known) => changes.extend(edited(known, thing)),
            None => {
                let said = thing.fields.iter().filter(|(_, value)| !value.is_empty());
                let how = How::Added { fields: said.cloned().collect() };
                changes.push(Change { what: thing.what.clone(), how });
            }
        }
    }
    let gone = old.iter().filter(|thing| find(&new, &thing.what).is_none());
    changes.extend(gone.map(|thing| Change { what: thing.what.clone(), how: How::Removed }));
    changes.extend(orders(&before.0, &after.0));
    changes
}

/// Where the order means something: the first queue takes what no other asks for, the first policy
/// that fits decides.
fn orders(before: &Config, after: &Config) -> Vec<Change> {
    let queues = |config: &Config| ids(config.queues.iter().map(|queue| queue.id.as_str()));
    let policies = |config: &Config| ids(config.policies.iter().map(|policy| policy.id.as_str()));
    let rules = |config: &Config| ids(config.rules.iter().map(|rule| rule.id.as_str()));
    let forms = |config: &Config| ids(config.forms.iter().map(|form| form.id.as_str()));
    let lists = [
        ("queue order", queues(before), queues(after)),
        ("policy order", policies(before), policies(after)),
        ("form order", forms(before), forms(after)),
        ("rule order", rules(before), rules(after)),
    ];
    let moved = lists.into_iter().filter(|(_, old, new)| {
        let kept = |list: &[String], other: &[String]| {
            list.iter().filter(|id| other.contains(id)).cloned().collect::<Vec<_>>()
        };
        kept(old, new) != kept(new, old) || (new.len() > 1 && old.first() != new.first())
    });
    let changes = moved.map(|(field, old, new)| {
        let how = How::Changed { field: field.into(), from: old.join(", "), to: new.join(", ") };
        Change { what: "desk".into(), how }
    });
    changes.collect()
}

fn ids<'a>(ids: impl Iterator<Item = &'a str>) -> Vec<String> {
    ids.map(str::to_owned).collect()
}

fn edited(before: &Thing, after: &Thing) -> Vec<Change> {
    let value = |thing: &Thing, name: &str| {
        let found = thing.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let all = before.fields.iter().chain(&after.fields).map(|(name, _)| name);
    let mut seen = BTreeSet::new();
    let names = all.filter(|name| seen.insert(name.as_str()));
    let differing = names.filter_map(|name| {
        let (from, to) = (value(before, name), value(after, name));
        let how = How::Changed { field: name.clone(), from: from.clone(), to: to.clone() };
        (from != to).then(|| Change { what: after.what.clone(), how })
    });
    differing.collect()
}

fn channels(channels: &[ChatChannel]) -> String {
    channels.iter().cloned().map(String::from).collect::<Vec<_>>().join(", ")
}

fn things(config: &Config) -> Vec<Thing> {
    let field = |name: &str, value: String| (name.to_owned(), value);
    let mut things = vec![Thing {
        what: "desk".into(),
        fields: vec![
            field("domain", config.domain.clone()),
            field("zone", config.zone.iana_name().unwrap_or("UTC").to_owned()),
            field("workspaces", config.workspaces.join(", ")),
            field("guilds", config.guilds.join(", ")),
            field("no_emoji", channels(&config.no_emoji)),
            field("language", config.language.to_string()),
            field("limits", limit_rows(&config.limits)),
        ],
    }];
    things.extend(config.members.iter().map(|member| {
        Thing {
            what: format!("member {}", member.email),
            fields: [
                vec![field("name", member.name.clone()), field("role", member.role.to_string())],
                assign::work_rows(&member.work),
                vec![field("from_guild", yes(member.from_guild))],
            ]
            .concat(),
        }
    }));
    things.extend(config.queues.iter().map(queue));
    things.extend(config.regions.iter().map(|region| Thing {
        what: format!("region {}", region.id),
        fields: vec![
            field("name", region.name.clone()),
            field("postcodes", region.postcodes.join(", ")),
        ],
    }));
    things.extend(config.guild_roles.iter().map(|one| Thing {
        what: format!("guild role {}", one.id),
        fields: crate::guild_role::rows(one),
    }));
    things.extend(config.calendars.iter().map(calendar));
    things.extend(config.policies.iter().map(policy));
    things.extend(
        config
            .rules
            .iter()
            .map(|rule| Thing { what: format!("rule {}", rule.id), fields: rule_rows(rule) }),
    );
    things.extend(
        config
            .macros
            .iter()
            .map(|one| Thing { what: format!("macro {}", one.id), fields: macro_rows(one) }),
    );
    things.extend(config.webhooks.iter().map(|hook| Thing {
        what: format!("webhook {}", hook.id),
        fields: crate::webhook::rows(hook),
    }));
    things.extend(config.forms.iter().map(|form| Thing {
        what: format!("form {}", form.id),
        fields: form_rows(form, &config.language),
    }));
    things
}

/// What is not so goes without saying.
fn yes(flag: bool) -> String {
    if flag { "true".into() } else { String::new() }
}

fn queue(queue: &Queue) -> Thing {
    let person = |who: &Option<desk::PersonId>| who.as_ref().map(ToString::to_string);
    let members: Vec<&str> = queue.members.iter().map(|who| who.as_str()).collect();
    let fields = [
        ("name", queue.name.clone()),
        ("address", queue.address.clone()),
        ("channel", queue.channel.clone().map(String::from).unwrap_or_default()),
        ("lead", person(&queue.lead).unwrap_or_default()),
        ("manager", person(&queue.manager).unwrap_or_default()),
        ("head", person(&queue.head).unwrap_or_default()),
        ("members", members.join(", ")),
        ("review", yes(queue.review)),
        ("tasks_first", yes(queue.tasks_first)),
        ("private", yes(queue.private)),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    let fields = fields.into_iter().chain(assign::queue_rows(queue.assignment));
    let fields = fields.chain(ways::rows(&queue.ways)).collect();
    Thing { what: format!("queue {}", queue.id), fields }
}

fn calendar(calendar: &NamedCalendar) -> Thing {
    let mut fields = vec![("name".to_owned(), calendar.name.clone())];
    match &calendar.hours {
        Hours::AroundTheClock => fields.push(("hours".into(), "24x7".into())),
        Hours::Staffed(week) => {
            fields.push(("hours".into(), "staffed".into()));
            let zone = week.zone.iana_name().unwrap_or("UTC");
            fields.push(("zone".into(), zone.to_owned()));
            for (name, windows) in DAYS.iter().zip(&week.days) {
                fields.push((format!("week.{name}"), show_day(windows).join(", ")));
            }
            for (date, name) in &week.holidays {
                fields.push((format!("holidays.{date}"), name.clone()));
            }
        }
    }
    Thing { what: format!("calendar {}", calendar.id), fields }
}

fn policy(policy: &Policy) -> Thing {
    let mut fields = vec![("name".to_owned(), policy.name.clone())];
    for (name, words) in conditions(&policy.when) {
        fields.push((format!("when.{name}"), words.join(", ")));
    }
    for (priority, targets) in &policy.targets {
        for (name, value) in rows(targets) {
            fields.push((format!("targets.{priority}.{name}"), value));
        }
    }
    Thing { what: format!("policy {}", policy.id), fields }
}
