//! What must hold between the parts of a configuration, whoever wrote it and however.

use std::collections::BTreeSet;

use desk::access::Role;
use desk::config::Config;

use crate::wrong::Wrong;

/// Whether the parts fit together; else the first that does not.
pub fn check(config: &Config) -> Result<(), Wrong> {
    members(config)?;
    queues(config)?;
    work(config)?;
    crate::guild_role::check(config)?;
    calendars(config)?;
    policies(config)?;
    crate::form_check::forms(config)?;
    crate::rule_check::macros(config)?;
    crate::webhook::check(config)?;
    crate::rule_check::rules(config)
}

/// A name each of a list must have for itself.
pub(crate) fn once<'a>(
    list: &str,
    field: &str,
    names: impl Iterator<Item = &'a str>,
) -> Result<(), Wrong> {
    let mut seen = BTreeSet::new();
    for (n, name) in names.enumerate() {
        if !seen.insert(name.to_lowercase()) {
            let message = format!("{name:?} is there twice");
            return Err(Wrong::at(format!("{list}[{n}].{field}"), message));
        }
    }
    Ok(())
}

fn members(config: &Config) -> Result<(), Wrong> {
    once("members", "email", config.members.iter().map(|member| member.email.as_str()))?;
    if !config.members.iter().any(|member| member.role == Role::Admin) {
        let message = "the last admin cannot be removed; leave one member the role admin";
        return Err(Wrong::at("members", message));
    }
    Ok(())
}

fn queues(config: &Config) -> Result<(), Wrong> {
    if config.queues.is_empty() {
        return Err(Wrong::at("queues", "a desk has one queue at least"));
    }
    once("queues", "id", config.queues.iter().map(|queue| queue.id.as_str()))?;
    once("queues", "address", config.queues.iter().map(|queue| queue.address.as_str()))?;
    for (n, queue) in config.queues.iter().enumerate() {
        let members = queue.members.iter().enumerate();
        let members = members.map(|(m, person)| (format!("members[{m}]"), Some(person)));
        let ladder = [("lead", &queue.lead), ("manager", &queue.manager), ("head", &queue.head)];
        let ladder = ladder.into_iter().map(|(name, who)| (name.to_owned(), who.as_ref()));
        for (field, person) in members.chain(ladder) {
            let Some(person) = person.filter(|person| config.member(person).is_none()) else {
                continue;
            };
            let message = format!("there is no member {person}");
            return Err(Wrong::at(format!("queues[{n}].{field}"), message));
        }
    }
    Ok(())
}

fn work(config: &Config) -> Result<(), Wrong> {
    once("regions", "id", config.regions.iter().map(|region| region.id.as_str()))?;
    for (n, member) in config.members.iter().enumerate() {
        crate::assign::known(&member.work, config).map_err(|wrong| {
            let path = format!("members[{n}].{}", wrong.path);
            Wrong { path, ..wrong }
        })?;
    }
    Ok(())
}

fn calendars(config: &Config) -> Result<(), Wrong> {
    once("calendars", "id", config.calendars.iter().map(|calendar| calendar.id.as_str()))
}

fn policies(config: &Config) -> Result<(), Wrong> {
    once("policies", "id", config.policies.iter().map(|policy| policy.id.as_str()))?;
    once("policies", "name", config.policies.iter().map(|policy| policy.name.as_str()))?;
    let Some((default, others)) = config.policies.split_last() else {
        return Err(Wrong::at("policies", "a desk has one policy at least"));
    };
    if !default.when.is_empty() {
        let message = "the last policy is for every ticket; it has no conditions";
        return Err(Wrong::at(format!("policies[{}].when", others.len()), message));
    }
    for (n, policy) in config.policies.iter().enumerate() {
        let path = |field: &str| format!("policies[{n}].{field}");
        if policy.when.is_empty() && n < others.len() {
            let message = "only the last policy has no conditions; those behind this one would never be asked";
            return Err(Wrong::at(path("when"), message));
        }
        if let Some(queue) = policy.when.queue.iter().find(|id| config.queue(id).is_none()) {
            return Err(Wrong::at(path("when.queue"), format!("there is no queue {queue}")));
        }
        for (priority, targets) in &policy.targets {
            if config.calendar(&targets.calendar).is_none() {
                let path = path(&format!("targets.{priority}.calendar"));
                let message = format!("there is no calendar {}", targets.calendar);
                return Err(Wrong::at(path, message));
            }
        }
    }
    Ok(())
}
