//! Writes a document as TOML, for people: in one order always, with a word where a stranger needs it.

use std::fmt::Write;

use desk::calendar::{Hours, NamedCalendar, Week};
use desk::config::{Member, Queue};
use desk::language::Language;
use desk::policy::{Conditions, Policy};

use crate::assign;
use crate::calendar::{DAYS, show_day};
use crate::document::Document;
use crate::form_export::{limits, write_forms};
use crate::policy::rows;
use crate::rule_check::{write_macros, write_rules};
use crate::ways;

const HEAD: &str = "\
# The whole configuration of a Bellhop desk. Change it here, then
#   bellhop config plan FILE     says what would change
#   bellhop config apply FILE    changes it, all at once or not at all
# What is not in the file is removed. People go by their mail address.

";
const DOMAIN: &str = "# The domain of the desk's addresses.\n";
const ZONE: &str = "\n# Where the desk's days begin.\n";
const LANGUAGE: &str = "\n# The language of words that do not say theirs.\n";
const PLACES: &str = "
# Slack workspaces and Discord guilds that are served, by id; none listed serves any whose requests
# are signed.
";
const NO_EMOJI: &str = "\n# Channels in which an emoji on a message does nothing.\n";
const MEMBERS: &str = "
# Everybody with a role: admin, manager, lead, agent, collaborator, organisation_viewer, auditor,
# service. Everybody else may ask. One of them stays admin. Of an agent there may be said: skills (a
# ticket asks for them by tags), regions, capacity (open tickets they are given at most), calendar
# (when they work). Whom a role in Discord made a member is from_guild = true.
";
const QUEUES: &str = "
# Queues, in order: the first takes what no other asks for. Of a broken promise the lead hears at
# once, the manager half a target later, the head a whole target later. A channel is written
# slack:C0123ABC or discord:123456789012345678. Where review = true a colleague looks at each solution
# before the requester does; where tasks_first = true a solution waits until every task is done. Tickets
# of a queue with private = true are seen by those who look after it alone. With
# assignment = \"round_robin\" or \"least_loaded\" tickets are given out by themselves, to nobody more
# than capacity says. Statuses may be called something else, labels = { in_progress = { agents =
# \"Cooking\" } }, and moves forbidden, forbidden = [\"in_progress -> on_hold\"].
";
const REGIONS: &str = "
# Parts of the country people go to, by what their postcodes begin with.
";
const CALENDARS: &str = "
# Hours that policies name: hours = \"24x7\", or windows for each weekday; 24:00 ends a day.
";
const POLICIES: &str = "
# What is promised. Policies are asked from the top: the first that is meant for a ticket and has
# targets for its priority decides. `when` may list queue, type, priority, channel, domain (of the
# requester's address) and form; each that is there must hold. The last is for every ticket.
# Times are those of the calendar: 30m, 4h, 2d, where a day is a working day.
";

impl Document {
    /// The document as a file; `Document::read` reads it back.
    pub fn to_toml(&self) -> String {
        let config = &self.0;
        let mut out = String::from(HEAD);
        out.push_str(DOMAIN);
        line(&mut out, "domain", &quoted(&config.domain));
        out.push_str(ZONE);
        line(&mut out, "zone", &quoted(config.zone.iana_name().unwrap_or("UTC")));
        if config.language != Language::default() {
            out.push_str(LANGUAGE);
            line(&mut out, "language", &quoted(config.language.as_str()));
        }
        out.push_str(PLACES);
        line(&mut out, "workspaces", &list(&config.workspaces));
        line(&mut out, "guilds", &list(&config.guilds));
        if !config.no_emoji.is_empty() {
            let channels = config.no_emoji.iter().cloned().map(String::from);
            out.push_str(NO_EMOJI);
            line(&mut out, "no_emoji", &list(&channels.collect::<Vec<_>>()));
        }
        limits(&mut out, &config.limits);
        out.push_str(MEMBERS);
        members(&mut out, &config.members);
        for (n, one) in config.queues.iter().enumerate() {
            out.push_str(if n == 0 { QUEUES } else { "\n" });
            queue(&mut out, one);
        }
        for (n, one) in config.regions.iter().enumerate() {
            out.push_str(if n == 0 { REGIONS } else { "\n" });
            out.push_str("[[regions]]\n");
            line(&mut out, "id", &quoted(&one.id));
            line(&mut out, "name", &quoted(&one.name));
            line(&mut out, "postcodes", &list(&one.postcodes));
        }
        crate::guild_role::write(&mut out, &config.guild_roles);
        for (n, one) in config.calendars.iter().enumerate() {
            out.push_str(if n == 0 { CALENDARS } else { "\n" });
            calendar(&mut out, one);
        }
        for (n, one) in config.policies.iter().enumerate() {
            out.push_str(if n == 0 { POLICIES } else { "\n" });
            policy(&mut out, one);
        }
        write_rules(&mut out, &config.rules);
        write_macros(&mut out, &config.macros);
        crate::webhook::write(&mut out, &config.webhooks);
        write_forms(&mut out, &config.forms, &config.language);
        out
    }
}

fn members(out: &mut String, members: &[Member]) {
    out.push_str("members = [\n");
    for member in members {
        let (email, name) = (quoted(&member.email), quoted(&member.name));
        let role = quoted(member.role.as_str());
        let _ = write!(out, "  {{ email = {email}, name = {name}, role = {role}");
        for (name, value) in assign::work_lines(&member.work) {
            let _ = write!(out, ", {name} = {value}");
        }
        if member.from_guild {
            out.push_str(", from_guild = true");
        }
        out.push_str(" },\n");
    }
    out.push_str("]\n");
}

fn queue(out: &mut String, queue: &Queue) {
    out.push_str("[[queues]]\n");
    line(out, "id", &quoted(queue.id.as_str()));
    line(out, "name", &quoted(&queue.name));
    line(out, "address", &quoted(&queue.address));
    if let Some(channel) = &queue.channel {
        line(out, "channel", &quoted(&String::from(channel.clone())));
    }
    for (name, who) in [("lead", &queue.lead), ("manager", &queue.manager), ("head", &queue.head)] {
        if let Some(who) = who {
            line(out, name, &quoted(who.as_str()));
        }
    }
    if queue.review {
        line(out, "review", "true");
    }
    for (name, flag) in [("tasks_first", queue.tasks_first), ("private", queue.private)] {
        if flag {
            line(out, name, "true");
        }
    }
    for (name, value) in ways::lines(&queue.ways) {
        line(out, name, &value);
    }
    for (name, value) in assign::queue_lines(queue.assignment) {
        line(out, name, &value);
    }
    let members: Vec<String> = queue.members.iter().map(|who| who.0.clone()).collect();
    if members.len() < 4 {
        return line(out, "members", &list(&members));
    }
    out.push_str("members = [\n");
    for member in members {
        let _ = writeln!(out, "  {},", quoted(&member));
    }
    out.push_str("]\n");
}

fn calendar(out: &mut String, calendar: &NamedCalendar) {
    out.push_str("[[calendars]]\n");
    line(out, "id", &quoted(calendar.id.as_str()));
    line(out, "name", &quoted(&calendar.name));
    let Hours::Staffed(Week { zone, days, holidays }) = &calendar.hours else {
        return line(out, "hours", &quoted("24x7"));
    };
    line(out, "zone", &quoted(zone.iana_name().unwrap_or("UTC")));
    out.push_str("[calendars.week]\n");
    for (name, windows) in DAYS.iter().zip(days) {
        line(out, name, &list(&show_day(windows)));
    }
    if !holidays.is_empty() {
        out.push_str("[calendars.holidays]\n");
    }
    for (date, name) in holidays {
        line(out, &date.to_string(), &quoted(name));
    }
}

fn policy(out: &mut String, policy: &Policy) {
    out.push_str("[[policies]]\n");
    line(out, "id", &quoted(policy.id.as_str()));
    line(out, "name", &quoted(&policy.name));
    let when: Vec<String> = conditions(&policy.when)
        .into_iter()
        .filter(|(_, words)| !words.is_empty())
        .map(|(name, words)| format!("{name} = {}", list(&words)))
        .collect();
    if !when.is_empty() {
        line(out, "when", &format!("{{ {} }}", when.join(", ")));
    }
    for (priority, targets) in &policy.targets {
        let _ = writeln!(out, "[policies.targets.{priority}]");
        for (name, value) in rows(targets).iter().filter(|(_, value)| !value.is_empty()) {
            let words = || value.split(", ").map(str::to_owned).collect::<Vec<_>>();
            let value = if *name == "warn" { list(&words()) } else { quoted(value) };
            line(out, name, &value);
        }
    }
}

/// What must hold, as words.
pub(crate) fn conditions(when: &Conditions) -> [(&'static str, Vec<String>); 6] {
    fn words<T: std::fmt::Display>(values: impl IntoIterator<Item = T>) -> Vec<String> {
        values.into_iter().map(|value| value.to_string()).collect()
    }
    [
        ("queue", words(&when.queue)),
        ("type", words(&when.kind)),
        ("priority", words(&when.priority)),
        ("channel", words(&when.channel)),
        ("domain", words(&when.domain)),
        ("form", words(&when.form)),
    ]
}

pub(crate) fn line(out: &mut String, name: &str, value: &str) {
    let _ = writeln!(out, "{name} = {value}");
}

pub(crate) fn list(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", quoted.join(", "))
}

/// A basic string (TOML 1.0, "String"): JSON's escapes are among its own, DEL is escaped besides.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}
