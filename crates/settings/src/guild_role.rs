//! Roles of Discord guilds, as the file lists them.

use desk::QueueId;
use desk::access::Role;
use desk::config::Config;
use desk::guild_role::GuildRole;

use crate::check::once;
use crate::export::{line, list, quoted};
use crate::grammar::short_word;
use crate::policy::one_of;
use crate::table::Table;
use crate::wrong::Wrong;

pub(crate) const FIELDS: &[&str] = &["id", "role", "queues"];

const HEAD: &str = "
# Roles of a Discord guild, by their ids, that make whoever has them and an address a member, with
# their next step in Discord; losing the role unmakes them. None makes an admin.
";

pub(crate) fn of_table(table: &Table<'_>) -> Result<GuildRole, Wrong> {
    let needed = |name: &str| table.wrong(name, "it is needed");
    let id = table.read("id", number)?.ok_or_else(|| needed("id"))?;
    let role = table.read("role", role)?.ok_or_else(|| needed("role"))?;
    let queues = table.read_all("queues", short_word)?.into_iter().map(QueueId).collect();
    Ok(GuildRole { id, role, queues })
}

fn number(text: &str) -> Result<String, String> {
    let fits = (1..=20).contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit());
    fits.then(|| text.to_owned()).ok_or_else(|| format!("{text:?} is no id of a role in Discord"))
}

fn role(word: &str) -> Result<Role, String> {
    match one_of(word, Role::ALL)? {
        Role::Admin => Err("nobody is made an admin by a role in Discord".into()),
        role => Ok(role),
    }
}

pub(crate) fn check(config: &Config) -> Result<(), Wrong> {
    once("guild_roles", "id", config.guild_roles.iter().map(|one| one.id.as_str()))?;
    for (n, one) in config.guild_roles.iter().enumerate() {
        if let Some(unknown) = one.queues.iter().find(|id| config.queue(id).is_none()) {
            let message = format!("there is no queue {unknown}");
            return Err(Wrong::at(format!("guild_roles[{n}].queues"), message));
        }
    }
    Ok(())
}

pub(crate) fn write(out: &mut String, roles: &[GuildRole]) {
    for (n, one) in roles.iter().enumerate() {
        out.push_str(if n == 0 { HEAD } else { "\n" });
        out.push_str("[[guild_roles]]\n");
        line(out, "id", &quoted(&one.id));
        line(out, "role", &quoted(one.role.as_str()));
        let queues: Vec<String> = one.queues.iter().map(ToString::to_string).collect();
        line(out, "queues", &list(&queues));
    }
}

/// What can be different about one.
pub(crate) fn rows(one: &GuildRole) -> Vec<(String, String)> {
    let queues: Vec<&str> = one.queues.iter().map(|queue| queue.as_str()).collect();
    vec![("role".into(), one.role.to_string()), ("queues".into(), queues.join(", "))]
}
