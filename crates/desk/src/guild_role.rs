//! Roles of a Discord guild that make somebody a member of the desk, and unmake them. Knows neither Discord
//! nor who has which role there: that is told by whoever acts.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::config::{Config, Member};
use crate::id::QueueId;
use crate::person::Person;

/// What a role of a guild makes whoever has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuildRole {
    /// Discord's id of the role.
    pub id: String,
    /// What they are here.
    pub role: Role,
    /// The queues they work on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<QueueId>,
}

/// The configuration in which somebody with these roles of a guild is what the roles say. Whoever was
/// made a member by hand stays what they are; so does whoever answers for a queue. Whoever has no
/// address becomes nobody: what cannot reach them in chat must reach them by mail.
pub fn applied(config: &Config, person: &Person, roles: &[String]) -> Config {
    let known = config.member(&person.id);
    if known.is_some_and(|member| !member.from_guild) {
        return config.clone();
    }
    let theirs: Vec<&GuildRole> =
        config.guild_roles.iter().filter(|one| roles.contains(&one.id)).collect();
    // Roles are listed from the most to the least.
    let role = theirs.iter().map(|one| one.role).min_by_key(|role| rank(*role));
    let queues: BTreeSet<&QueueId> = theirs.iter().flat_map(|one| &one.queues).collect();
    let mut next = config.clone();
    match (role, &person.email) {
        (Some(role), Some(email)) => {
            let member = Member {
                id: person.id.clone(),
                email: known.map_or_else(|| email.clone(), |member| member.email.clone()),
                name: known.map_or_else(|| person.name.clone(), |member| member.name.clone()),
                role,
                work: known.map(|member| member.work.clone()).unwrap_or_default(),
                from_guild: true,
            };
            next.members.retain(|other| other.id != person.id);
            next.members.push(member);
        }
        _ if answers_for_something(config, person) => return next,
        _ => next.members.retain(|member| member.id != person.id),
    }
    for queue in &mut next.queues {
        let works = role.is_some() && queues.contains(&queue.id);
        queue.members.retain(|member| *member != person.id);
        if works && next.members.iter().any(|member| member.id == person.id) {
            queue.members.push(person.id.clone());
        }
    }
    if same(config, &next, person) { config.clone() } else { next }
}

fn rank(role: Role) -> usize {
    Role::ALL.iter().position(|one| *one == role).unwrap_or(usize::MAX)
}

fn answers_for_something(config: &Config, person: &Person) -> bool {
    config.queues.iter().any(|queue| {
        let ladder = [&queue.lead, &queue.manager, &queue.head];
        ladder.into_iter().flatten().any(|one| *one == person.id)
    })
}

/// Whether nothing is different but the order of things.
fn same(before: &Config, after: &Config, person: &Person) -> bool {
    let of = |config: &Config| {
        let works = |queue: &&crate::config::Queue| queue.members.contains(&person.id);
        let queues: BTreeSet<QueueId> =
            config.queues.iter().filter(works).map(|queue| queue.id.clone()).collect();
        (config.member(&person.id).cloned(), queues)
    };
    of(before) == of(after)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn config() -> Config {
        let mut config = Config::fresh("example.com", "admin@example.com", TimeZone::UTC);
        let queues = vec![QueueId::from("support")];
        config.guild_roles = vec![
            GuildRole { id: "1".into(), role: Role::Agent, queues },
            GuildRole { id: "2".into(), role: Role::Lead, queues: Vec::new() },
        ];
        config
    }

    fn ana() -> Person {
        let email = Some("ana@example.com".into());
        Person { email, ..Person::named("ana".into(), "Ana") }
    }

    fn roles(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn a_role_of_the_guild_makes_a_member_and_losing_it_unmakes_them() {
        let none = config();
        let agent = applied(&none, &ana(), &roles(&["1", "9"]));
        assert_eq!(agent.role(&ana().id), Role::Agent);
        assert!(agent.queues[0].members.contains(&ana().id));
        assert_eq!(applied(&agent, &ana(), &roles(&["1"])), agent, "nothing new");
        let lead = applied(&agent, &ana(), &roles(&["1", "2"]));
        assert_eq!(lead.role(&ana().id), Role::Lead, "the most of what they are");
        assert!(lead.queues[0].members.contains(&ana().id));
        assert_eq!(applied(&lead, &ana(), &[]), none);
    }

    #[test]
    fn nobody_is_changed_whom_somebody_made_what_they_are() {
        let mut config = config();
        let admin = Person::named("admin".into(), "Admin");
        assert_eq!(applied(&config, &admin, &[]), config);
        let stranger = Person::named("eve".into(), "Eve");
        assert_eq!(applied(&config, &stranger, &roles(&["1"])), config, "no address");
        config = applied(&config, &ana(), &roles(&["1"]));
        config.queues[0].lead = Some(ana().id);
        assert_eq!(
            applied(&config, &ana(), &[]),
            config,
            "a promise must have somebody to hear of it"
        );
    }
}
